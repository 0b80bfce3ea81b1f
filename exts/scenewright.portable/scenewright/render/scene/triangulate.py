"""Polygons to triangles: numpy for everything but concave polygons of more than four corners."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Triangulation", "triangulate"]


@dataclass(frozen=True, eq=False)
class Triangulation:
    """Triangles of a polygon mesh, in the order of its faces."""

    corners: np.ndarray
    """(T, 3) int64: positions in the mesh's list of face vertices (where face-varying values live), winding as authored."""
    faces: np.ndarray
    """(T,) int32: the polygon each triangle was cut from."""


def triangulate(points: np.ndarray, counts: np.ndarray, indices: np.ndarray, skip: np.ndarray | None = None) -> Triangulation:
    """Cut polygons into triangles without adding vertices.

    Quads are split along the diagonal that keeps both halves facing the polygon's way, the shorter one where both do.
    Larger polygons are fanned when convex and ear-clipped when concave. Faces of fewer than three corners give nothing.

    Args:
        points: (V, 3) positions.
        counts: (F,) corners of each face.
        indices: (sum of counts,) point of each corner, in range.
        skip: (F,) bool, faces to leave out (holes), or None.
    """
    counts = counts.astype(np.int64)
    starts = np.cumsum(counts) - counts
    keep = np.ones(len(counts), bool) if skip is None else ~skip
    corners: list[np.ndarray] = []
    faces: list[np.ndarray] = []
    for n in np.unique(counts[keep]):
        if n < 3:
            continue
        chosen = np.flatnonzero(keep & (counts == n))
        local = _split(points, indices[starts[chosen][:, None] + np.arange(n)])
        corners.append((starts[chosen][:, None, None] + local).reshape(-1, 3))
        faces.append(np.repeat(chosen, n - 2))
    if not corners:
        return Triangulation(np.zeros((0, 3), np.int64), np.zeros(0, np.int32))
    all_faces = np.concatenate(faces)
    order = np.argsort(all_faces, kind="stable")
    return Triangulation(np.concatenate(corners)[order], all_faces[order].astype(np.int32))


def _split(points: np.ndarray, polygons: np.ndarray) -> np.ndarray:
    """Return (P, n - 2, 3) corner numbers within each of P polygons that all have n corners."""
    count, n = polygons.shape
    fan = np.stack([np.zeros(n - 2, np.int64), np.arange(1, n - 1), np.arange(2, n)], axis=1)
    result = np.broadcast_to(fan, (count, n - 2, 3)).copy()
    if n == 3:
        return result
    p = points[polygons].astype(np.float64)
    if n == 4:
        result[_prefers_other_diagonal(p)] = ((0, 1, 3), (1, 2, 3))
        return result
    for k in np.flatnonzero(~_is_convex(p)):
        result[k] = _clip_ears(p[k])
    return result


def _prefers_other_diagonal(p: np.ndarray) -> np.ndarray:
    """Return (P,) bool: split quads (P, 4, 3) along corners 1-3 rather than 0-2."""
    d02, d13 = p[:, 2] - p[:, 0], p[:, 3] - p[:, 1]
    normal = np.cross(d02, d13)

    def facing(a: int, b: int, c: int) -> np.ndarray:
        return np.einsum("pi,pi->p", np.cross(p[:, b] - p[:, a], p[:, c] - p[:, a]), normal) > 0.0

    ok02 = facing(0, 1, 2) & facing(0, 2, 3)
    ok13 = facing(0, 1, 3) & facing(1, 2, 3)
    # Nearly equal diagonals (a regular grid) all go the same way.
    shorter = np.einsum("pi,pi->p", d13, d13) < 0.999 * np.einsum("pi,pi->p", d02, d02)
    return ok13 & (~ok02 | shorter)


def _polygon_normals(p: np.ndarray) -> np.ndarray:
    """Return Newell normals (P, 3), twice the area in length, of polygons (P, n, 3)."""
    centred = p - p[:, :1]
    return np.cross(centred, np.roll(centred, -1, axis=1)).sum(axis=1)


def _is_convex(p: np.ndarray) -> np.ndarray:
    normal = _polygon_normals(p)
    ahead = np.roll(p, -1, axis=1) - p
    turns = np.einsum("pni,pi->pn", np.cross(np.roll(ahead, 1, axis=1), ahead), normal)
    # A star that winds twice turns one way at every corner; the fan of a convex polygon never faces backwards.
    fan = np.cross(p[:, 1:-1] - p[:, :1], p[:, 2:] - p[:, :1])
    forward = np.einsum("pni,pi->pn", fan, normal)
    scale = np.einsum("pi,pi->p", normal, normal)[:, None]
    return (turns >= -1e-9 * scale).all(axis=1) & (forward >= -1e-9 * scale).all(axis=1)


def _clip_ears(p: np.ndarray) -> np.ndarray:
    """Return (n - 2, 3) triangles of one simple polygon (n, 3) by ear clipping in its Newell plane."""
    normal = _polygon_normals(p[None])[0]
    drop = int(np.argmax(np.abs(normal)))
    flat = np.delete(p, drop, axis=1)
    sign = 1.0 if (normal[drop] >= 0.0) == (drop != 1) else -1.0
    left = list(range(len(p)))
    triangles = []
    while len(left) > 3:
        ear = next((k for k in range(len(left)) if _is_ear(flat, left, k, sign)), None)
        if ear is None:  # self-intersecting or degenerate: the sharpest remaining corner keeps the loop going
            ear = max(range(len(left)), key=lambda k: sign * _turn(flat, left, k))
        triangles.append((left[ear - 1], left[ear], left[(ear + 1) % len(left)]))
        del left[ear]
    triangles.append(tuple(left))
    return np.array(triangles, np.int64)


def _turn(flat: np.ndarray, left: list[int], k: int) -> float:
    a, b, c = flat[left[k - 1]], flat[left[k]], flat[left[(k + 1) % len(left)]]
    return float((b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]))


def _is_ear(flat: np.ndarray, left: list[int], k: int, sign: float) -> bool:
    if sign * _turn(flat, left, k) <= 0.0:
        return False
    ring = (left[k - 1], left[k], left[(k + 1) % len(left)])
    a, b, c = (flat[i] for i in ring)
    others = flat[[i for i in left if i not in ring]]

    def side(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        return sign * ((v[0] - u[0]) * (others[:, 1] - u[1]) - (v[1] - u[1]) * (others[:, 0] - u[0]))

    inside = (side(a, b) >= 0.0) & (side(b, c) >= 0.0) & (side(c, a) >= 0.0)
    # Corners that coincide with the ear's own (bridges of polygons with holes) do not block it.
    own = (others == a).all(1) | (others == b).all(1) | (others == c).all(1)
    return not bool((inside & ~own).any())
