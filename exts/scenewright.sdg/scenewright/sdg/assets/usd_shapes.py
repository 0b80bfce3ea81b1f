"""USD's own shapes as meshes: cubes, spheres, cylinders, cones and planes."""

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.sdg.assets.model import Part

__all__ = ["shape_part"]

_SEGMENTS = 48
_RINGS = 24
_AXES = {"X": [2, 0, 1], "Y": [1, 2, 0], "Z": [0, 1, 2]}
_ROUND = 60.0


def shape_part(prim: Usd.Prim) -> Part | None:
    """Return a shape as a mesh in its own frame without a look; None for prims that are none."""
    kind = str(prim.GetTypeName())
    if kind == "Cube":
        return _cube(prim.GetName(), float(UsdGeom.Cube(prim).GetSizeAttr().Get()))
    if kind == "Plane":
        plane = UsdGeom.Plane(prim)
        return _plane(prim, float(plane.GetWidthAttr().Get()), float(plane.GetLengthAttr().Get()))
    if kind == "Sphere":
        angle = np.linspace(-0.5 * np.pi, 0.5 * np.pi, _RINGS + 1)
        radius = float(UsdGeom.Sphere(prim).GetRadiusAttr().Get())
        return _turned(prim, radius * np.cos(angle), radius * np.sin(angle), "Z")
    if kind in ("Cylinder", "Cone"):
        radius, half = float(prim.GetAttribute("radius").Get()), 0.5 * float(prim.GetAttribute("height").Get())
        top = radius if kind == "Cylinder" else 0.0
        axis = str(prim.GetAttribute("axis").Get() or "Z")
        return _turned(prim, np.array([0.0, radius, top, 0.0]), np.array([-half, -half, half, half]), axis)
    return None


def _part(name: str, points: np.ndarray, faces: np.ndarray, crease: float) -> Part:
    return Part(name, points, np.full(len(faces), faces.shape[1]), faces.reshape(-1), [""], np.zeros(len(faces), int),
                creases=np.full(len(faces), crease), double_sided=False)


def _cube(name: str, size: float) -> Part:
    points = 0.5 * size * np.array([[x, y, z] for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)], float)
    faces = np.array([[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]])
    return _part(name, points, faces, 0.0)


def _plane(prim: Usd.Prim, width: float, length: float) -> Part:
    points = 0.5 * np.array([[-width, -length, 0.0], [width, -length, 0.0], [width, length, 0.0], [-width, length, 0.0]])
    axis = str(prim.GetAttribute("axis").Get() or "Z")
    part = _part(prim.GetName(), points[:, _AXES[axis]], np.array([[0, 1, 2, 3]]), 0.0)
    part.st = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    part.double_sided = True
    return part


def _turned(prim: Usd.Prim, radii: np.ndarray, heights: np.ndarray, axis: str) -> Part:
    """Return a profile turned about an axis; it begins and ends on the axis."""
    angle = 2.0 * np.pi * np.arange(_SEGMENTS) / _SEGMENTS
    points = np.stack([radii[:, None] * np.cos(angle), radii[:, None] * np.sin(angle),
                       np.broadcast_to(heights[:, None], (len(radii), _SEGMENTS))], axis=2).reshape(-1, 3)
    ring, place = np.meshgrid(np.arange(len(radii) - 1), np.arange(_SEGMENTS), indexing="ij")
    after = (place + 1) % _SEGMENTS
    faces = np.stack([ring * _SEGMENTS + place, ring * _SEGMENTS + after, (ring + 1) * _SEGMENTS + after,
                      (ring + 1) * _SEGMENTS + place], axis=2).reshape(-1, 4)
    return _part(prim.GetName(), points[:, _AXES[axis]], faces, _ROUND)
