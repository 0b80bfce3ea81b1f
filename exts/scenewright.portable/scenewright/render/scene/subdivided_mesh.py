"""When and how a UsdGeomMesh is refined: its subdivision attributes, and the refined mesh with all its values."""

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.primvars import MeshValues
from scenewright.render.scene.subdivision import (
    BORDERS,
    SCHEMES,
    SHARP,
    Cage,
    border_vertices,
    levels_for,
    limit_points,
    refine,
)

if TYPE_CHECKING:
    from scenewright.render.scene.meshes import MeshSource

__all__ = ["SUBDIVISION_ATTRIBUTES", "SubdivisionRules", "read_subdivision", "subdivide"]

_log = logging.getLogger(__name__)

SUBDIVISION_ATTRIBUTES = frozenset(
    {
        "creaseIndices",
        "creaseLengths",
        "creaseSharpnesses",
        "cornerIndices",
        "cornerSharpnesses",
        "interpolateBoundary",
        "faceVaryingLinearInterpolation",
        "refinementEnableOverride",
        "refinementLevel",
    }
)
"""Attributes whose change makes a subdivision surface different."""

_MAX_LEVEL = 8


@dataclass(frozen=True, eq=False)
class SubdivisionRules:
    """How a mesh is refined."""

    scheme: str
    level: int
    border: str  # one of subdivision.BORDERS
    linear_uvs: str  # UsdGeomMesh's faceVaryingLinearInterpolation
    edges: np.ndarray  # (E, 2) int64 creased edges, the smaller vertex first
    edge_sharpness: np.ndarray  # (E,) float64
    corners: np.ndarray  # (K,) int64
    corner_sharpness: np.ndarray  # (K,) float64

    def key(self) -> str:
        """Return what beside the arrays tells two rules apart."""
        return f"{self.scheme}{self.level}{self.border}{self.linear_uvs}"

    def arrays(self) -> list[np.ndarray]:
        """Return the arrays."""
        return [self.edges, self.edge_sharpness, self.corners, self.corner_sharpness]


def read_subdivision(mesh: UsdGeom.Mesh, time: Usd.TimeCode, faces: int, points: int, level: int | None
                     ) -> SubdivisionRules | None:
    """Return how ``mesh`` is to be refined, or None where its cage is drawn.

    The first of these that is there decides the level: the prim's ``refinementLevel`` where its ``refinementEnableOverride``
    is true (both are RTX's); ``level``; for a scheme that the mesh authors, a level that suits its size. A mesh that authors
    no scheme is drawn as its cage with smooth normals, as RTX and Storm draw it, although USD's fallback is catmullClark:
    most exporters leave the attribute out for plain polygons.

    Raises:
        SceneError: Creases or corners that do not fit the mesh.
    """
    attribute = mesh.GetSubdivisionSchemeAttr()
    scheme = str(attribute.Get(time))
    if scheme not in SCHEMES:
        return None
    path = str(mesh.GetPath())
    level = _level(mesh.GetPrim(), time, faces, level if level is not None or attribute.HasAuthoredValue() else 0)
    if level == 0:
        return None
    if scheme == "loop" and (np.array(mesh.GetFaceVertexCountsAttr().Get(time)) != 3).any():
        _log.warning("%s: subdivisionScheme is loop, but not all faces are triangles; catmullClark is used.", path)
        scheme = "catmullClark"
    border = str(mesh.GetInterpolateBoundaryAttr().Get(time))
    return SubdivisionRules(
        scheme,
        level,
        border if border in BORDERS else "edgeAndCorner",
        str(mesh.GetFaceVaryingLinearInterpolationAttr().Get(time)),
        *_creases(mesh, path, time, points),
        *_corners(mesh, path, time, points),
    )


def subdivide(source: "MeshSource") -> tuple["MeshSource", np.ndarray, np.ndarray]:
    """Return the refined mesh, its points on the limit surface.

    Returns:
        The mesh; (F',) int32, the face of ``source`` that each of its faces lies in; (V',) bool, the points at which the
        surface has a sharp edge.
    """
    rules = source.subdivision
    source = replace(source, uvs=_checked(source.uvs, "texture coordinates", source),
                     colors=_checked(source.colors, "displayColor", source))
    cage = _cage(source, rules)
    smooth, linear = _point_values(source)
    if rules.border == "none":
        source = replace(source, holes=np.union1d(source.holes, _border_faces(cage)).astype(np.int32))
    kept = np.repeat(source.counts >= 3, source.counts)
    uvs = _face_varying(source.uvs, rules, cage, kept, linear=rules.linear_uvs == "all")
    colors = _face_varying(source.colors, rules, cage, kept, linear=True)
    for _ in range(rules.level):
        cage, smooth, linear = refine(cage, smooth, rules.scheme, linear)
    smooth[:, :3] = limit_points(cage, smooth[:, :3], rules.scheme)
    refined = replace(
        source,
        points=smooth[:, :3].astype(np.float32),
        counts=cage.counts.astype(np.int32),
        indices=cage.indices.astype(np.int32),
        holes=np.flatnonzero(np.isin(cage.faces, source.holes)).astype(np.int32),
        smooth=rules.scheme != "bilinear",
        normals=None,  # UsdGeomMesh: normals of a subdivision surface are its own
        uvs=_refined(source.uvs, cage, smooth, linear, 0, uvs),
        colors=_refined(source.colors, cage, smooth, linear, 1, colors),
        subsets=[(name, np.flatnonzero(np.isin(cage.faces, faces))) for name, faces in source.subsets],
        subdivision=None,
    )
    sharp = np.zeros(cage.vertices, bool)
    sharp[cage.edges.reshape(-1)] = True
    return refined, cage.faces.astype(np.int32), sharp


def _level(prim: Usd.Prim, time: Usd.TimeCode, faces: int, level: int | None) -> int:
    enabled = prim.GetAttribute("refinementEnableOverride")
    if enabled and enabled.Get(time):
        own = prim.GetAttribute("refinementLevel")
        value = own.Get(time) if own else None
        return int(np.clip(0 if value is None else value, 0, _MAX_LEVEL))
    return levels_for(faces) if level is None else int(np.clip(level, 0, _MAX_LEVEL))


def _ints(attribute: Usd.Attribute, time: Usd.TimeCode) -> np.ndarray:
    return np.array(attribute.Get(time) or [], dtype=np.int64)


def _creases(mesh: UsdGeom.Mesh, path: str, time: Usd.TimeCode, points: int) -> tuple[np.ndarray, np.ndarray]:
    chain = _ints(mesh.GetCreaseIndicesAttr(), time)
    lengths = _ints(mesh.GetCreaseLengthsAttr(), time)
    sharpness = np.array(mesh.GetCreaseSharpnessesAttr().Get(time) or [], dtype=np.float64)
    if not len(lengths):
        return np.zeros((0, 2), np.int64), np.zeros(0)
    each_edge = int((lengths - 1).sum())
    if lengths.min() < 2 or lengths.sum() != len(chain) or len(sharpness) not in (len(lengths), each_edge):
        raise SceneError(f"{path}: creaseLengths must be 2 or more and add up to the {len(chain)} creaseIndices, with one of "
                         f"creaseSharpnesses a crease ({len(lengths)}) or an edge ({each_edge}); there are {len(sharpness)}.")
    if chain.min() < 0 or chain.max() >= points:
        raise SceneError(f"{path}: creaseIndices reaches {int(chain.max())}, outside the {points} points.")
    last = np.zeros(len(chain), bool)
    last[np.cumsum(lengths) - 1] = True
    first = np.flatnonzero(~last)
    edges = np.sort(np.stack([chain[first], chain[first + 1]], axis=1), axis=1)
    if len(sharpness) == len(lengths) and len(lengths) != each_edge:
        sharpness = np.repeat(sharpness, lengths - 1)
    return edges, np.maximum(sharpness, 0.0)


def _corners(mesh: UsdGeom.Mesh, path: str, time: Usd.TimeCode, points: int) -> tuple[np.ndarray, np.ndarray]:
    corners = _ints(mesh.GetCornerIndicesAttr(), time)
    sharpness = np.array(mesh.GetCornerSharpnessesAttr().Get(time) or [], dtype=np.float64)
    if len(corners) != len(sharpness):
        raise SceneError(f"{path}: cornerIndices has {len(corners)} entries, cornerSharpnesses {len(sharpness)}; "
                         "give one sharpness a corner.")
    if len(corners) and (corners.min() < 0 or corners.max() >= points):
        raise SceneError(f"{path}: cornerIndices reaches {int(corners.max())}, outside the {points} points.")
    return corners, np.maximum(sharpness, 0.0)


def _cage(source: "MeshSource", rules: SubdivisionRules) -> Cage:
    """Return the cage without faces of fewer than three corners."""
    counts, indices = source.counts.astype(np.int64), source.indices.astype(np.int64)
    faces = np.flatnonzero(counts >= 3)
    if len(faces) < len(counts):
        indices = indices[np.repeat(counts >= 3, counts)]
        counts = counts[faces]
    return Cage(counts, indices, len(source.points), faces, rules.edges, rules.edge_sharpness, rules.corners,
                rules.corner_sharpness, rules.border)


def _border_faces(cage: Cage) -> np.ndarray:
    """Return the original faces with a vertex on a border, which ``interpolateBoundary = none`` leaves out."""
    face = np.repeat(np.arange(len(cage.counts)), cage.counts)
    return np.unique(cage.faces[face[border_vertices(cage)[cage.indices]]])


def _point_values(source: "MeshSource") -> tuple[np.ndarray, np.ndarray | None]:
    """Return what is subdivided smoothly (points, then vertex values) and what linearly (varying values)."""
    smooth, linear = [source.points.astype(np.float64)], []
    for values in (source.uvs, source.colors):
        if values is not None:
            if values.interpolation == "vertex":
                smooth.append(values.values.astype(np.float64))
            elif values.interpolation == "varying":
                linear.append(values.values.astype(np.float64))
    return np.concatenate(smooth, axis=1), np.concatenate(linear, axis=1) if linear else None


def _checked(values: MeshValues | None, what: str, source: "MeshSource") -> MeshValues | None:
    """Return the values, or None with a warning where their number does not fit the mesh."""
    if values is None:
        return None
    points, faces, corners = len(source.points), len(source.counts), len(source.indices)
    needed = {"constant": 1, "uniform": faces, "vertex": points, "varying": points, "faceVarying": corners}
    want = needed.get(values.interpolation)
    if len(values.values) == want:
        return values
    _log.warning("%s: %s has %d values; interpolation %r needs %s. It is ignored.", source.path, what, len(values.values),
                 values.interpolation, want)
    return None


def _face_varying(values: MeshValues | None, rules: SubdivisionRules, cage: Cage, kept: np.ndarray, linear: bool
                  ) -> np.ndarray | None:
    """Return face-varying values at the corners of the refined mesh; each chart of equal values is refined by itself.

    The borders of charts are smooth and their corners stay, which is ``cornersPlus1`` but for vertices where three charts
    meet; ``boundaries`` keeps whole borders straight, ``none`` rounds corners too.
    """
    if values is None or values.interpolation != "faceVarying":
        return None
    table = np.column_stack([cage.indices, values.values[kept].astype(np.float64)])
    unique, corner = np.unique(table, axis=0, return_inverse=True)
    corner = corner.reshape(-1)
    border = "edgeOnly" if rules.linear_uvs == "none" else "edgeAndCorner"
    chart = replace(Cage.of(cage.counts, corner, len(unique), border), faces=cage.faces)
    if rules.linear_uvs == "boundaries":
        ends = np.flatnonzero(border_vertices(chart))
        chart = replace(chart, corners=ends, corner_sharpness=np.full(len(ends), SHARP))
    data = unique[:, 1:]
    for _ in range(rules.level):
        chart, data, _unused = refine(chart, data, "bilinear" if linear and rules.scheme != "loop" else rules.scheme)
    return data[chart.indices].astype(np.float32)


def _refined(values: MeshValues | None, cage: Cage, smooth: np.ndarray, linear: np.ndarray | None, which: int,
             face_varying: np.ndarray | None) -> MeshValues | None:
    """Return one of the mesh's values on the refined mesh; ``which`` counts it among texture coordinates and colours."""
    if values is None or values.interpolation == "constant":
        return values
    if values.interpolation == "uniform":
        return replace(values, values=values.values[cage.faces])
    if values.interpolation == "faceVarying":
        return None if face_varying is None else replace(values, values=face_varying)
    width = values.values.shape[1]
    table = smooth[:, 3:] if values.interpolation == "vertex" else linear
    columns = table[:, :width] if which == 0 else table[:, -width:]
    return replace(values, values=columns.astype(np.float32))
