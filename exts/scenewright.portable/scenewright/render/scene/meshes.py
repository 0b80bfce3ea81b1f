"""UsdGeomMesh to triangles with normals, texture coordinates, colours and GeomSubset slots at the corners."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.point_motion import VELOCITY_ATTRIBUTES, points_at
from scenewright.render.scene.primvars import MeshValues, at_corners, find_uv_names, join_uvs, read_attribute, read_primvar
from scenewright.render.scene.reach import MOST_REACH, within_reach
from scenewright.render.scene.records import MeshRecord
from scenewright.render.scene.subdivided_mesh import SUBDIVISION_ATTRIBUTES, SubdivisionRules, read_subdivision, subdivide
from scenewright.render.scene.triangulate import Triangulation, triangulate

__all__ = ["MESH_ATTRIBUTES", "MeshSource", "build_mesh", "face_subsets", "faces_without_area", "read_mesh"]

_log = logging.getLogger(__name__)

MESH_ATTRIBUTES = frozenset(
    {
        "points",
        "faceVertexCounts",
        "faceVertexIndices",
        "holeIndices",
        "orientation",
        "subdivisionScheme",
        "normals",
        "doubleSided",
        "surfaceFaceVertexIndices",
        "tetVertexIndices",
        *SUBDIVISION_ATTRIBUTES,
        *VELOCITY_ATTRIBUTES,
    }
)
"""Attributes (beside ``primvars:``) whose change makes a mesh different."""


@dataclass(eq=False)
class MeshSource:
    """A mesh as the stage holds it: checked, not yet triangulated."""

    path: str
    points: np.ndarray  # (V, 3) float32
    counts: np.ndarray  # (F,) int32
    indices: np.ndarray  # (C,) int32
    holes: np.ndarray  # (H,) int32
    left_handed: bool
    smooth: bool  # computed normals are smooth (a subdivision scheme) rather than those of the faces
    normals: MeshValues | None = None
    uvs: MeshValues | None = None  # (N, 2 K): the texture coordinates to use by default, then the further sets
    uv_names: tuple[str, ...] = ()  # of the sets
    colors: MeshValues | None = None  # only where they vary over the mesh
    subsets: list[tuple[str, np.ndarray]] = field(default_factory=list)  # (name, faces)
    double_sided: bool = False
    animated: bool = False
    subdivision: SubdivisionRules | None = None  # how to refine it; None = the cage itself is drawn

    def digest(self) -> str:
        """Return a hash of everything :func:`build_mesh` depends on: equal digests are equal meshes."""
        state = hashlib.blake2b(digest_size=16)
        arrays = [self.points, self.counts, self.indices, self.holes, *(faces for _, faces in self.subsets)]
        state.update(f"{self.uv_names}{self.left_handed}{self.smooth}{[a.shape for a in arrays]}".encode())
        for values in (self.normals, self.uvs, self.colors):
            state.update(b"-" if values is None else f"{values.interpolation}{values.values.shape}".encode())
            if values is not None:
                arrays.append(values.values)
        if self.subdivision is not None:
            state.update(self.subdivision.key().encode())
            arrays.extend(self.subdivision.arrays())
        for array in arrays:
            state.update(np.ascontiguousarray(array))
        return state.hexdigest()


def read_mesh(prim: Usd.Prim, time: Usd.TimeCode, subsets: list[UsdGeom.Subset] | None = None,
              subdivision_level: int | None = None, points_time: Usd.TimeCode | None = None) -> MeshSource | None:
    """Read a Mesh prim, or return None where it has no faces.

    Args:
        prim: A prim that is a UsdGeom.Mesh (instance proxies are fine).
        time: Where to sample.
        subsets: Its face subsets in the order of the slots; None looks them up.
        subdivision_level: How often meshes with a subdivision scheme are refined; None: as :func:`read_subdivision` says.
        points_time: Where velocities carry the points; None: as they are at ``time``.

    Raises:
        SceneError: Points that are not finite, indices outside the points, counts that do not add up.
    """
    mesh = UsdGeom.Mesh(prim)
    path = str(prim.GetPath())
    topology = (mesh.GetFaceVertexCountsAttr(), mesh.GetFaceVertexIndicesAttr(), mesh.GetHoleIndicesAttr())
    counts, indices, holes = (_array(attribute.Get(time), np.int32) for attribute in topology)
    points = points_at(mesh, time, points_time)
    if len(counts) == 0 or len(points) == 0:
        return None
    _check(path, points, counts, indices, holes)
    api = UsdGeom.PrimvarsAPI(prim)
    colors = read_primvar(api.GetPrimvar("displayColor"), time)
    source = MeshSource(
        path=path,
        points=points,
        counts=counts,
        indices=indices,
        holes=holes,
        left_handed=mesh.GetOrientationAttr().Get(time) == UsdGeom.Tokens.leftHanded,
        smooth=mesh.GetSubdivisionSchemeAttr().Get(time) not in (None, UsdGeom.Tokens.none),
        normals=_read_normals(mesh, api, time),
        colors=colors if colors is not None and colors.interpolation != "constant" else None,
        double_sided=bool(mesh.GetDoubleSidedAttr().Get(time)),
    )
    source.uvs, source.uv_names = _read_uvs(api, source, time)
    source.subsets = _read_subsets(path, face_subsets(prim) if subsets is None else subsets, len(counts), time)
    source.subdivision = read_subdivision(mesh, time, len(counts), len(points), subdivision_level)
    values = (source.normals, source.uvs, source.colors)
    source.animated = any(a.ValueMightBeTimeVarying() for a in (*topology, mesh.GetPointsAttr())) or any(
        v is not None and v.animated for v in values)
    return source


def faces_without_area(points: np.ndarray, counts: np.ndarray, indices: np.ndarray) -> int:
    """Return how many triangles and quads have corners in one point or one line, to float32's precision."""
    starts, found = np.cumsum(counts, dtype=np.int64) - counts, 0
    for corners in (3, 4):
        chosen = starts[counts == corners]
        if not len(chosen):
            continue
        p = points[indices[chosen[:, None] + np.arange(corners)]].astype(np.float64)
        edges = p[:, 1:] - p[:, :1]
        cross = np.cross(edges[:, :-1], edges[:, 1:])
        area = np.einsum("fki,fki->f", cross, cross)
        longest = np.einsum("fki,fki->fk", edges, edges).max(axis=1)
        found += int((area <= 1e-14 * longest * longest).sum())
    return found


def face_subsets(prim: Usd.Prim) -> list[UsdGeom.Subset]:
    """Return the GeomSubsets of faces below ``prim`` in namespace order."""
    if not prim.IsA(UsdGeom.Mesh):
        return []
    children = prim.GetFilteredChildren(Usd.TraverseInstanceProxies(Usd.PrimDefaultPredicate))
    found = (UsdGeom.Subset(child) for child in children if child.IsA(UsdGeom.Subset))
    return [s for s in found if s.GetElementTypeAttr().Get() == UsdGeom.Tokens.face]


def build_mesh(source: MeshSource) -> MeshRecord | None:
    """Triangulate a mesh and bring its values to the triangle corners; None where no triangle is left.

    Raises:
        SceneError: Points beyond reach: those of a surface that was computed, as others are looked at when they are read.
    """
    refined_from = np.arange(len(source.counts), dtype=np.int32)
    sharp = None
    if source.subdivision is not None:
        source, refined_from, sharp = subdivide(source)
    if not within_reach(source.points).all():
        raise SceneError(f"{source.path}: its surface reaches beyond {MOST_REACH:g} units. Repair the numbers that make "
                         "it.")
    skip = None
    if len(source.holes):
        skip = np.zeros(len(source.counts), bool)
        skip[source.holes] = True
    cut = triangulate(source.points, source.counts, source.indices, skip)
    if len(cut.faces) == 0:
        return None
    if source.left_handed:
        cut = Triangulation(cut.corners[:, (0, 2, 1)], cut.faces)
    triangles = source.indices[cut.corners].astype(np.int32)

    def corner_values(data: MeshValues | None, what: str) -> np.ndarray | None:
        return at_corners(data, what, source.path, cut, source.indices, source.counts, len(source.points))

    def flat() -> np.ndarray:
        return _face_normals(source, triangles, cut.faces)

    normals = corner_values(source.normals, "normals")
    if normals is None:
        normals = _smooth_normals(source.points, triangles)[triangles.reshape(-1)] if source.smooth else flat()
        if sharp is not None and sharp.any():
            at_crease = sharp[triangles.reshape(-1)]
            normals[at_crease] = flat()[at_crease]
    uvs = corner_values(source.uvs, "texture coordinates")
    return MeshRecord(
        points=np.ascontiguousarray(source.points),
        triangles=np.ascontiguousarray(triangles),
        corner_normals=_unit(normals, flat),
        corner_uvs=np.zeros((len(triangles) * 3, 2), np.float32) if uvs is None else np.ascontiguousarray(uvs[:, :2]),
        triangle_slots=_slots(source)[cut.faces],
        corner_colors=corner_values(source.colors, "displayColor"),
        face_of_triangle=refined_from[cut.faces],
        extra_uvs={} if uvs is None else {
            name: np.ascontiguousarray(uvs[:, 2 * k:2 * k + 2]) for k, name in enumerate(source.uv_names) if k},
    )


def _array(value: object, dtype: type) -> np.ndarray:
    return np.zeros(0, dtype) if value is None else np.array(value, dtype=dtype)


def _check(path: str, points: np.ndarray, counts: np.ndarray, indices: np.ndarray, holes: np.ndarray) -> None:
    within = within_reach(points).all(axis=1)
    if not within.all():
        first = int(np.flatnonzero(~within)[0])
        raise SceneError(f"{path}: points[{first}] is {tuple(points[first].tolist())}; every point must be finite and within "
                         f"{MOST_REACH:g} units. Repair the mesh.")
    if counts.min() < 0:
        raise SceneError(f"{path}: faceVertexCounts holds {int(counts.min())}; counts are not negative.")
    total = int(counts.sum(dtype=np.int64))
    if total != len(indices):
        raise SceneError(f"{path}: faceVertexCounts add up to {total}, but faceVertexIndices has {len(indices)} entries.")
    if len(indices) and (indices.min() < 0 or indices.max() >= len(points)):
        bad = int(indices.min() if indices.min() < 0 else indices.max())
        raise SceneError(f"{path}: faceVertexIndices holds {bad}, outside the {len(points)} points (0..{len(points) - 1}).")
    if len(holes) and (holes.min() < 0 or holes.max() >= len(counts)):
        raise SceneError(f"{path}: holeIndices reaches {int(holes.max())}, outside the {len(counts)} faces.")


def _read_normals(mesh: UsdGeom.Mesh, api: UsdGeom.PrimvarsAPI, time: Usd.TimeCode) -> MeshValues | None:
    primvar = read_primvar(api.GetPrimvar("normals"), time)  # takes precedence over the attribute (UsdGeomMesh)
    if primvar is not None and len(primvar.values):
        return primvar
    return read_attribute(mesh.GetNormalsAttr(), str(mesh.GetNormalsInterpolation()), time)


def _read_uvs(api: UsdGeom.PrimvarsAPI, source: MeshSource, time: Usd.TimeCode) -> tuple[MeshValues | None, tuple[str, ...]]:
    """Return all texture coordinates side by side and their names; further sets of a wrong length are left out."""
    sets: dict[str, MeshValues] = {}
    needed = {"constant": 1, "uniform": len(source.counts), "faceVarying": len(source.indices)}
    for name in find_uv_names(api):
        values = read_primvar(api.GetPrimvar(name), time)
        fits = values is not None and len(values.values) == needed.get(values.interpolation, len(source.points))
        if values is not None and (fits or not sets):
            sets[name] = values
        if not fits:
            break  # a default that does not fit is told of where it is brought to the corners
    if len(sets) < 2:
        return next(iter(sets.values()), None), tuple(sets)
    return join_uvs(list(sets.values()), source.indices, source.counts), tuple(sets)


def _read_subsets(path: str, subsets: list[UsdGeom.Subset], faces: int, time: Usd.TimeCode) -> list[tuple[str, np.ndarray]]:
    result = []
    for subset in subsets:
        chosen = _array(subset.GetIndicesAttr().Get(time), np.int32)
        if len(chosen) and (chosen.min() < 0 or chosen.max() >= faces):
            raise SceneError(
                f"{subset.GetPath()}: indices reach {int(chosen.max())}, outside the {faces} faces of the mesh {path}."
            )
        result.append((subset.GetPrim().GetName(), chosen))
    return result


def _slots(source: MeshSource) -> np.ndarray:
    """Return (F,) int32: 0 or 1 + the number of the first subset that holds the face."""
    slots = np.zeros(len(source.counts), np.int32)
    shared = 0
    for k, (_, faces) in enumerate(source.subsets, start=1):
        free = faces[slots[faces] == 0]
        shared += len(faces) - len(free)
        slots[free] = k
    if shared:
        _log.warning("%s: %d faces lie in more than one GeomSubset; the first in namespace order counts.", source.path, shared)
    return slots


def _face_normals(source: MeshSource, triangles: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return (3 T, 3) float64, not normalised: the area-weighted normal of each corner's polygon."""
    p = source.points.astype(np.float64)[triangles]
    area = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    total = np.stack([np.bincount(faces, area[:, k], len(source.counts)) for k in range(3)], axis=1)
    return total[np.repeat(faces, 3)]


def _smooth_normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Return (V, 3) float64, not normalised: normals weighted by the angle at the vertex (Thürmer and Wüthrich 1998)."""
    p = points.astype(np.float64)[triangles]
    normal = _unit_or_zero(np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]))
    total = np.zeros((len(points), 3))
    for k in range(3):
        to_next = _unit_or_zero(p[:, (k + 1) % 3] - p[:, k])
        to_last = _unit_or_zero(p[:, (k + 2) % 3] - p[:, k])
        angle = np.arccos(np.clip(np.einsum("ti,ti->t", to_next, to_last), -1.0, 1.0))
        for axis in range(3):
            total[:, axis] += np.bincount(triangles[:, k], angle * normal[:, axis], len(points))
    return total


def _lengths(vectors: np.ndarray) -> np.ndarray:
    return np.sqrt(np.einsum("ni,ni->n", vectors, vectors))


def _unit_or_zero(vectors: np.ndarray) -> np.ndarray:
    length = _lengths(vectors)
    length[length == 0.0] = 1.0
    return vectors / length[:, None]


def _unit(normals: np.ndarray, flat: Callable[[], np.ndarray]) -> np.ndarray:
    """Return unit float32 normals; a zero or non-finite one is replaced by its face's, at last by +Z."""
    result = normals[:, :3].astype(np.float64)
    length = _lengths(result)
    bad = ~(np.isfinite(length) & (length > 0.0))
    if bad.any():
        result[bad] = flat()[bad]
        length[bad] = _lengths(result[bad])
        result[length == 0.0], length[length == 0.0] = (0.0, 0.0, 1.0), 1.0
    result /= length[:, None]
    return result.astype(np.float32)
