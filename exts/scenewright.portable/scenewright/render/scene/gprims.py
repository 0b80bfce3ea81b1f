"""UsdGeom's implicit shapes as analytic shapes of the intersector."""

from dataclasses import dataclass

import numpy as np
from pxr import Usd

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.reach import MOST_REACH
from scenewright.render.scene.records import ShapeKind

__all__ = ["ANALYTIC_ATTRIBUTES", "Shape", "axis_frame", "read_shape"]

ANALYTIC_ATTRIBUTES = frozenset({"size", "radius", "radiusTop", "radiusBottom", "height", "width", "length", "axis"})
"""Names of the attributes from which :func:`read_shape` reads."""

# Rows are the images of the shape's x, y and z. Round shapes use Hydra's frames (a cyclic permutation); a plane keeps
# width along x (z for axis X) and length along y (z for axis Y) as UsdGeomPlane's documentation says, normal along +axis.
_ROUND_FRAMES = {
    "X": ((0, 1, 0), (0, 0, 1), (1, 0, 0)),
    "Y": ((0, 0, 1), (1, 0, 0), (0, 1, 0)),
    "Z": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}
_PLANE_FRAMES = {
    "X": ((0, 0, -1), (0, 1, 0), (1, 0, 0)),
    "Y": ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    "Z": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


@dataclass(frozen=True, eq=False)
class Shape:
    """An analytic shape and how it lies in its prim's space."""

    kind: ShapeKind
    size: tuple[float, float, float, float]
    frame: np.ndarray
    """(4, 4) float64, row-vector: shape space (axis +Z) to prim space."""
    animated: bool
    """Whether a parameter has time samples."""


def axis_frame(axis: str, *, plane: bool = False) -> np.ndarray:
    """Return the rotation (4, 4) float64 that brings a shape's +Z to ``axis`` ("X", "Y" or "Z")."""
    frame = np.eye(4)
    frame[:3, :3] = (_PLANE_FRAMES if plane else _ROUND_FRAMES)[axis]
    return frame


def read_shape(prim: Usd.Prim, time: Usd.TimeCode) -> Shape | None:
    """Return the analytic shape of ``prim``, or None where it has none (a mesh, a capsule with two radii …).

    Raises:
        SceneError: A size is negative or not finite.
    """
    reader = _READERS.get(prim.GetTypeName())
    return None if reader is None else reader(_Parameters(prim, time))


class _Parameters:
    """The attributes of one gprim, checked as they are read."""

    def __init__(self, prim: Usd.Prim, time: Usd.TimeCode) -> None:
        self.prim = prim
        self.time = time
        self.animated = False

    def number(self, name: str) -> float:
        attribute = self.prim.GetAttribute(name)
        self.animated = self.animated or attribute.ValueMightBeTimeVarying()
        value = float(attribute.Get(self.time))
        if not 0.0 <= value <= MOST_REACH:
            raise SceneError(f"{self.prim.GetPath()}: attribute {name!r} is {value}; sizes are not negative, and at "
                             f"most {MOST_REACH:g}.")
        return value

    def shape(self, kind: ShapeKind, *size: float, axis: bool = True) -> Shape:
        token = str(self.prim.GetAttribute("axis").Get(self.time)) if axis else "Z"
        if token not in _ROUND_FRAMES:
            raise SceneError(f"{self.prim.GetPath()}: attribute 'axis' is {token!r}; allowed are X, Y and Z.")
        padded = (*size, 0.0, 0.0, 0.0)[:4]
        return Shape(kind, padded, axis_frame(token, plane=kind == ShapeKind.PLANE), self.animated)


def _cube(p: _Parameters) -> Shape:
    return p.shape(ShapeKind.CUBE, 0.5 * p.number("size"), axis=False)


def _sphere(p: _Parameters) -> Shape:
    return p.shape(ShapeKind.SPHERE, p.number("radius"), axis=False)


def _cylinder(p: _Parameters) -> Shape:
    radius = p.number("radius")
    return p.shape(ShapeKind.CYLINDER, radius, radius, 0.5 * p.number("height"))


def _tapered_cylinder(p: _Parameters) -> Shape:
    return p.shape(ShapeKind.CYLINDER, p.number("radiusBottom"), p.number("radiusTop"), 0.5 * p.number("height"))


def _cone(p: _Parameters) -> Shape:
    return p.shape(ShapeKind.CONE, p.number("radius"), 0.0, 0.5 * p.number("height"))


def _capsule(p: _Parameters) -> Shape:
    return p.shape(ShapeKind.CAPSULE, p.number("radius"), 0.0, 0.5 * p.number("height"))


def _equal_capsule(p: _Parameters) -> Shape | None:
    top, bottom = p.number("radiusTop"), p.number("radiusBottom")
    return p.shape(ShapeKind.CAPSULE, top, 0.0, 0.5 * p.number("height")) if top == bottom else None


def _plane(p: _Parameters) -> Shape:
    return p.shape(ShapeKind.PLANE, 0.5 * p.number("width"), 0.5 * p.number("length"))


_READERS = {
    "Cube": _cube,
    "Sphere": _sphere,
    "Cylinder": _cylinder,
    "Cylinder_1": _tapered_cylinder,
    "Cone": _cone,
    "Capsule": _capsule,
    "Capsule_1": _equal_capsule,
    "Plane": _plane,
}
