"""Gprims that are neither meshes nor analytic, as meshes: tapered capsules, tetrahedral meshes, curves, points, patches."""

import math

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.render.scene.curves import read_curves
from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.gprims import axis_frame
from scenewright.render.scene.meshes import MeshSource
from scenewright.render.scene.nurbs import read_nurbs_patch
from scenewright.render.scene.point_motion import points_at
from scenewright.render.scene.point_spheres import read_points
from scenewright.render.scene.reach import MOST_REACH, within_reach

__all__ = ["TESSELLATED_ATTRIBUTES", "can_tessellate", "capsule_profile", "read_tessellated"]

TESSELLATED_ATTRIBUTES = frozenset({
    "curveVertexCounts", "widths", "basis", "type", "wrap", "order", "knots", "ranges", "pointWeights", "tangents",
    "uVertexCount", "vVertexCount", "uOrder", "vOrder", "uKnots", "vKnots", "trimCurve:counts",
})
"""Attributes (beside those of meshes and shapes) whose change makes a curve, a patch or points different."""

_AROUND = 64
_ALONG_CAP = 16


def read_tessellated(prim: Usd.Prim, time: Usd.TimeCode, points_time: Usd.TimeCode | None = None) -> MeshSource | None:
    """Return the mesh that stands in for ``prim``, or None where it is empty or its type is not supported.

    Velocities carry its points to ``points_time``; None: they are as they are at ``time``.
    """
    reader = next((read for schema, read in _READERS if prim.IsA(schema)), None)
    return None if reader is None else reader(prim, time, points_time)


def can_tessellate(prim: Usd.Prim) -> bool:
    """Return whether prims of this type are drawn as meshes."""
    return any(prim.IsA(schema) for schema, _ in _READERS)


def capsule_profile(radius_bottom: float, radius_top: float, height: float) -> np.ndarray:
    """Return (N, 2) float64 (radius, z) from the bottom pole to the top pole: the hull of two spheres ``height`` apart.

    The spheres are joined by the cone that touches both; where one sphere contains the other only the larger remains.
    """
    half = 0.5 * height
    slope = (radius_bottom - radius_top) / height if height > 0.0 else math.copysign(math.inf, radius_bottom - radius_top)
    if abs(slope) >= 1.0:
        radius, z = (radius_bottom, -half) if radius_bottom >= radius_top else (radius_top, half)
        angle = np.linspace(-0.5 * math.pi, 0.5 * math.pi, 2 * _ALONG_CAP + 1)
        return np.stack([radius * np.cos(angle), z + radius * np.sin(angle)], axis=1)
    tangent = math.asin(slope)
    low = np.linspace(-0.5 * math.pi, tangent, _ALONG_CAP + 1)
    high = np.linspace(tangent, 0.5 * math.pi, _ALONG_CAP + 1)
    bottom = np.stack([radius_bottom * np.cos(low), -half + radius_bottom * np.sin(low)], axis=1)
    top = np.stack([radius_top * np.cos(high), half + radius_top * np.sin(high)], axis=1)
    return np.concatenate([bottom, top])


def _capsule(prim: Usd.Prim, time: Usd.TimeCode, _points_time: Usd.TimeCode | None = None) -> MeshSource | None:
    names = ("radiusBottom", "radiusTop", "height")
    bottom, top, height = (float(prim.GetAttribute(n).Get(time)) for n in names)
    if not all(0.0 <= v <= MOST_REACH for v in (bottom, top, height)):
        raise SceneError(f"{prim.GetPath()}: radii {bottom}, {top} and height {height} must not be negative, and at most "
                         f"{MOST_REACH:g}.")
    profile = capsule_profile(bottom, top, height)
    rings = len(profile)
    angle = np.linspace(0.0, 2.0 * math.pi, _AROUND, endpoint=False)
    points = np.empty((rings, _AROUND, 3))
    points[..., 0] = profile[:, :1] * np.cos(angle)
    points[..., 1] = profile[:, :1] * np.sin(angle)
    points[..., 2] = profile[:, 1:]
    ring, step = np.meshgrid(np.arange(rings - 1), np.arange(_AROUND), indexing="ij")
    a = ring * _AROUND + step
    b = ring * _AROUND + (step + 1) % _AROUND
    quads = np.stack([a, b, b + _AROUND, a + _AROUND], axis=-1).reshape(-1)
    frame = axis_frame(str(prim.GetAttribute("axis").Get(time)))[:3, :3]
    source = _source(prim, points.reshape(-1, 3) @ frame, np.full(len(quads) // 4, 4), quads, smooth=True)
    source.animated = any(prim.GetAttribute(n).ValueMightBeTimeVarying() for n in (*names, "axis"))
    return source


def _tet_surface(prim: Usd.Prim, time: Usd.TimeCode, points_time: Usd.TimeCode | None = None) -> MeshSource | None:
    tets = UsdGeom.TetMesh(prim)
    points = points_at(tets, time, points_time)
    surface = np.array(tets.GetSurfaceFaceVertexIndicesAttr().Get(time) or [], dtype=np.int32).reshape(-1)
    if not len(surface) and len(points):
        surface = np.array(UsdGeom.TetMesh.ComputeSurfaceFaces(tets, time), dtype=np.int32).reshape(-1)
    if not len(surface) or not len(points):
        return None
    if surface.min() < 0 or surface.max() >= len(points) or not within_reach(points).all():
        raise SceneError(f"{prim.GetPath()}: surface indices must lie within the {len(points)} points, these "
                         f"within {MOST_REACH:g} units.")
    source = _source(prim, points, np.full(len(surface) // 3, 3), surface, smooth=False)
    source.left_handed = tets.GetOrientationAttr().Get(time) == UsdGeom.Tokens.leftHanded
    source.animated = tets.GetPointsAttr().ValueMightBeTimeVarying()
    return source


def _source(prim: Usd.Prim, points: np.ndarray, counts: np.ndarray, indices: np.ndarray, *, smooth: bool) -> MeshSource:
    return MeshSource(
        path=str(prim.GetPath()),
        points=points.astype(np.float32),
        counts=counts.astype(np.int32),
        indices=indices.astype(np.int32),
        holes=np.zeros(0, np.int32),
        left_handed=False,
        smooth=smooth,
        double_sided=bool(UsdGeom.Gprim(prim).GetDoubleSidedAttr().Get()),
    )


_READERS = (
    (UsdGeom.Capsule_1, _capsule),
    (UsdGeom.TetMesh, _tet_surface),
    (UsdGeom.Points, read_points),
    (UsdGeom.NurbsPatch, read_nurbs_patch),
    (UsdGeom.Curves, read_curves),
)
