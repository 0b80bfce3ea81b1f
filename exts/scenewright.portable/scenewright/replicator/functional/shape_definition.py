"""The unit shapes as USD prims: gprims where USD has one, else meshes; sized one metre whatever the stage's unit."""

import itertools
from typing import Any

import numpy as np
from pxr import Gf, Sdf, Usd, UsdGeom, Vt

from scenewright.replicator.functional.layer_writes import AttributeColumn
from scenewright.replicator.functional.shape_geometry import SHAPE_MESHES, PolygonMesh, oriented

__all__ = ["GPRIM_SHAPES", "SHAPES", "mesh_columns", "metre", "shape_columns"]

_TYPES = Sdf.ValueTypeNames

SHAPES = tuple(SHAPE_MESHES)
"""Names of all shapes."""

GPRIM_SHAPES: dict[str, tuple[str, dict[str, float]]] = {
    "capsule": ("Capsule", {"radius": 0.25, "height": 0.5}),
    "cone": ("Cone", {"radius": 0.5, "height": 1.0}),
    "cube": ("Cube", {"size": 1.0}),
    "cylinder": ("Cylinder", {"radius": 0.5, "height": 1.0}),
    "plane": ("Plane", {"width": 1.0, "length": 1.0}),
    "sphere": ("Sphere", {"radius": 0.5}),
}
"""Shapes that exist as gprims: (USD type, sizes in metres). Disk and torus are always meshes."""


def metre(stage: Usd.Stage) -> float:
    """Return one metre in stage units; the shapes are that large, so a cube has the same true size on every stage."""
    return 1.0 / UsdGeom.GetStageMetersPerUnit(stage)


def shape_columns(stage: Usd.Stage, shape: str, *, as_mesh: bool = False,
                  axis: str | None = None) -> tuple[str, list[AttributeColumn]]:
    """Return the USD type and the columns (the same for every prim) of a unit shape.

    Args:
        stage: Gives the unit and the default axis.
        shape: One of `SHAPES`.
        as_mesh: Author a `UsdGeom.Mesh` with corner normals and ``primvars:st``; disk and torus always are.
        axis: "X", "Y" or "Z", the direction of plane and disk normals and of the axis of the round shapes; the stage's
            up axis by default, so that a plane is a floor.
    """
    axis = axis or UsdGeom.GetStageUpAxis(stage)
    mesh = oriented(SHAPE_MESHES[shape](), axis).scaled(metre(stage))
    if as_mesh or shape not in GPRIM_SHAPES:
        return "Mesh", mesh_columns(mesh, double_sided=shape in ("plane", "disk"))
    type_name, sizes = GPRIM_SHAPES[shape]
    columns = [_constant(name, _TYPES.Double, value * metre(stage)) for name, value in sizes.items()]
    if shape not in ("cube", "sphere"):
        columns.append(_constant("axis", _TYPES.Token, axis, uniform=True))
    return type_name, [*columns, _extent(mesh.points)]


def mesh_columns(mesh: PolygonMesh, *, double_sided: bool = False) -> list[AttributeColumn]:
    """Return the columns of a `UsdGeom.Mesh` without subdivision: topology, extent, corner normals, ``primvars:st``."""
    columns = [
        _constant("points", _TYPES.Point3fArray, Vt.Vec3fArray.FromNumpy(mesh.points)),
        _constant("faceVertexCounts", _TYPES.IntArray, Vt.IntArray.FromNumpy(mesh.face_counts)),
        _constant("faceVertexIndices", _TYPES.IntArray, Vt.IntArray.FromNumpy(mesh.corners)),
        _constant("normals", _TYPES.Normal3fArray, Vt.Vec3fArray.FromNumpy(mesh.normals), interpolation="faceVarying"),
        _constant("primvars:st", _TYPES.TexCoord2fArray, Vt.Vec2fArray.FromNumpy(mesh.uvs), interpolation="faceVarying"),
        _constant("subdivisionScheme", _TYPES.Token, "none", uniform=True),
        _extent(mesh.points),
    ]
    if double_sided:
        columns.append(_constant("doubleSided", _TYPES.Bool, True, uniform=True))
    return columns


def _constant(name: str, type_name: Sdf.ValueTypeName, value: Any, **metadata: Any) -> AttributeColumn:
    return AttributeColumn(name, type_name, itertools.repeat(value), **metadata)


def _extent(points: np.ndarray) -> AttributeColumn:
    corners = [Gf.Vec3f(*map(float, corner)) for corner in (points.min(axis=0), points.max(axis=0))]
    return _constant("extent", _TYPES.Float3Array, Vt.Vec3fArray(corners))
