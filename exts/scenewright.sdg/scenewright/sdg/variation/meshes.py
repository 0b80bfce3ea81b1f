"""Triangle meshes of prims as arrays: points, triangles, texture coordinates and a primvar, in one frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.sdg.recipe.scatter import local_triangles
from scenewright.sdg.variation.errors import VariationError

__all__ = ["TriangleMesh", "fan_triangles", "is_closed", "mesh_of", "welded"]


@dataclass(frozen=True, eq=False)
class TriangleMesh:
    """Triangles of one or several prims in one frame.

    Attributes:
        points: Corners [stage units], shape (P, 3), float64.
        triangles: Rows of ``points``, shape (T, 3), int32, counter-clockwise seen from outside.
        uvs: Texture coordinates of each triangle's corners, shape (T, 3, 2), float32; None = a prim has none.
        values: A float primvar at each triangle's corners, shape (T, 3), float32; None = not asked for.
        owners: Which prim of ``paths`` each triangle belongs to, shape (T,), int32.
        paths: Prim paths.
    """

    points: np.ndarray
    triangles: np.ndarray
    uvs: np.ndarray | None = None
    values: np.ndarray | None = None
    owners: np.ndarray | None = None
    paths: tuple[str, ...] = ()

    def corners(self) -> np.ndarray:
        """Return the triangles' corners, shape (T, 3, 3), float64."""
        return self.points[self.triangles]

    def normals(self) -> tuple[np.ndarray, np.ndarray]:
        """Return unit normals, shape (T, 3), zero where a triangle has no area, and areas, shape (T,)."""
        corners = self.corners()
        cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        length = np.linalg.norm(cross, axis=1)
        return cross / np.where(length > 0.0, length, 1.0)[:, None], length / 2.0


def mesh_of(
    prims: Sequence[Usd.Prim], *, frame: Usd.Prim | None = None, primvar: str = "", want_uvs: bool = False
) -> TriangleMesh:
    """Return the triangles of all meshes and gprims at or below prims; instances are followed.

    Polygons are cut into fans and subdivision is not applied.

    Args:
        prims: Roots.
        frame: Whose local frame the points are in; None = the world.
        primvar: Name of a float primvar to read, or "".
        want_uvs: Whether to read the primvar ``st``.

    Raises:
        VariationError: There is no triangle, or a mesh lacks the primvar or texture coordinates asked for.
    """
    cache = UsdGeom.XformCache(Usd.TimeCode.Default())
    base = np.linalg.inv(np.array(cache.GetLocalToWorldTransform(frame))) if frame is not None else np.eye(4)
    parts = []
    for root in prims:
        for prim in Usd.PrimRange(root, Usd.TraverseInstanceProxies()):
            part = _local_mesh(prim, primvar, want_uvs)
            if part is not None and len(part.triangles):
                matrix = np.array(cache.GetLocalToWorldTransform(prim)) @ base
                parts.append((str(prim.GetPath()), part, matrix))
    if not parts:
        names = ", ".join(str(prim.GetPath()) for prim in prims) or "nothing"
        raise VariationError(f"there is no mesh or shape at or below {names}. Give prims that have a surface.")
    return _joined(parts)


def _joined(parts: list[tuple[str, TriangleMesh, np.ndarray]]) -> TriangleMesh:
    offsets = np.cumsum([0, *(len(part.points) for _, part, _ in parts)])
    points, triangles = [], []
    for (_, part, matrix), offset in zip(parts, offsets, strict=False):
        points.append(part.points @ matrix[:3, :3] + matrix[3, :3])
        rows = part.triangles + offset
        triangles.append(rows[:, ::-1] if np.linalg.det(matrix[:3, :3]) < 0.0 else rows)

    def column(name: str) -> np.ndarray | None:
        found = [getattr(part, name) for _, part, _ in parts]
        if any(value is None for value in found):
            return None
        turned = [
            value[:, ::-1] if np.linalg.det(matrix[:3, :3]) < 0.0 else value
            for value, (_, _, matrix) in zip(found, parts, strict=True)
        ]
        return np.concatenate(turned)

    owners = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part.triangles) for _, part, _ in parts])
    return TriangleMesh(
        np.concatenate(points),
        np.concatenate(triangles).astype(np.int32),
        column("uvs"),
        column("values"),
        owners,
        tuple(path for path, _, _ in parts),
    )


def _local_mesh(prim: Usd.Prim, primvar: str, want_uvs: bool) -> TriangleMesh | None:
    if not prim.IsA(UsdGeom.Mesh):
        soup = local_triangles(prim)
        if soup is None or not len(soup):
            return None
        if primvar or want_uvs:
            lacking = f"primvar '{primvar}'" if primvar else "texture coordinates"
            raise VariationError(
                f"{prim.GetPath()} ({prim.GetTypeName()}) has no {lacking}. Give meshes, or leave the map out."
            )
        points, inverse = np.unique(soup.reshape(-1, 3), axis=0, return_inverse=True)
        triangles = inverse.reshape(-1, 3).astype(np.int32)
        distinct = (
            (triangles[:, 0] != triangles[:, 1]) & (triangles[:, 1] != triangles[:, 2]) & (triangles[:, 2] != triangles[:, 0])
        )
        return TriangleMesh(points, triangles[distinct])
    mesh = UsdGeom.Mesh(prim)
    points, counts, indices = (
        np.array(attribute.Get() if attribute.Get() is not None else [])
        for attribute in (mesh.GetPointsAttr(), mesh.GetFaceVertexCountsAttr(), mesh.GetFaceVertexIndicesAttr())
    )
    if not len(points) or not len(counts):
        return None
    if not np.isfinite(points).all():
        raise VariationError(f"{prim.GetPath()} has points that are not finite. Correct them.")
    corners, faces = fan_triangles(counts, mesh.GetOrientationAttr().Get() == UsdGeom.Tokens.leftHanded)
    if indices.size != counts.sum() or (indices.size and (indices.min() < 0 or indices.max() >= len(points))):
        raise VariationError(f"{prim.GetPath()}: faceVertexIndices do not fit its points. Correct the mesh.")
    uvs = _at_corners(prim, "st", indices, corners, faces, len(points)) if want_uvs else None
    values = _at_corners(prim, primvar, indices, corners, faces, len(points)) if primvar else None
    return TriangleMesh(points.astype(np.float64), indices[corners].astype(np.int32), uvs, values)


def fan_triangles(counts: np.ndarray, left_handed: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Cut polygons into triangles.

    Args:
        counts: Corners of each face, shape (F,).
        left_handed: Whether faces turn the other way round.

    Returns:
        Positions of each triangle's corners in ``faceVertexIndices``, shape (T, 3), and the face of each, shape (T,).
    """
    counts = np.asarray(counts, dtype=np.int64)
    fans = np.maximum(counts - 2, 0)
    faces = np.repeat(np.arange(len(counts)), fans)
    start = (np.cumsum(counts) - counts)[faces]
    step = np.arange(fans.sum()) - np.repeat(np.cumsum(fans) - fans, fans) + 1
    second, third = (step + 1, step) if left_handed else (step, step + 1)
    return np.stack([start, start + second, start + third], axis=1), faces


def _at_corners(
    prim: Usd.Prim, name: str, indices: np.ndarray, corners: np.ndarray, faces: np.ndarray, count: int
) -> np.ndarray:
    primvar = UsdGeom.PrimvarsAPI(prim).FindPrimvarWithInheritance(name)
    flat = np.array(primvar.ComputeFlattened()) if primvar and primvar.HasValue() else None
    if flat is None:
        known = [
            found.GetPrimvarName() for found in UsdGeom.PrimvarsAPI(prim).FindPrimvarsWithInheritance() if found.HasValue()
        ]
        raise VariationError(f"{prim.GetPath()} has no primvar '{name}'. It has: {', '.join(known) or 'none'}.")
    kind = primvar.GetInterpolation()
    wanted = {
        "constant": 1,
        "uniform": int(faces.max(initial=-1)) + 1,
        "vertex": count,
        "varying": count,
        "faceVarying": len(indices),
    }[kind]
    flat = flat.reshape(-1) if flat.ndim == 0 else flat
    if len(flat) < wanted:
        raise VariationError(
            f"{prim.GetPath()}: primvar '{name}' has {len(flat)} values, its interpolation {kind} needs {wanted}."
        )
    rows = {"constant": np.zeros_like(corners), "uniform": np.repeat(faces[:, None], 3, axis=1), "faceVarying": corners}
    return flat[rows.get(kind, indices[corners])].astype(np.float32)


def welded(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Return triangles in which points at the same place have one number, shape (T, 3)."""
    _, inverse = np.unique(np.asarray(points), axis=0, return_inverse=True)
    return inverse.reshape(-1)[triangles]


def is_closed(points: np.ndarray, triangles: np.ndarray) -> bool:
    """Return whether triangles bound a volume: each edge is used as often in one direction as in the other."""
    rows = welded(points, triangles).astype(np.int64)
    rows = rows[(rows[:, 0] != rows[:, 1]) & (rows[:, 1] != rows[:, 2]) & (rows[:, 2] != rows[:, 0])]
    edges = np.concatenate([rows[:, [0, 1]], rows[:, [1, 2]], rows[:, [2, 0]]])
    low, high = edges.min(axis=1), edges.max(axis=1)
    _, inverse = np.unique(low * (rows.max(initial=0) + 1) + high, return_inverse=True)
    balance = np.bincount(inverse, weights=np.where(edges[:, 0] < edges[:, 1], 1.0, -1.0))
    return bool(len(rows)) and bool((balance == 0.0).all())
