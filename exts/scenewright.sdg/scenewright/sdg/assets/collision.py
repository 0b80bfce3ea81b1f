"""Collision shapes: one convex hull, or convex pieces by CoACD."""

import contextlib
import os

import numpy as np

from scenewright.sdg.assets.errors import AssetError, missing_extra
from scenewright.sdg.assets.model import Part

__all__ = ["COLLISIONS", "MAX_HULL_POINTS", "collision_pieces"]

COLLISIONS = ("hull", "coacd", "none")
MAX_HULL_POINTS = 64
"""Points of one hull: what PhysX cooks a convex hull from by default."""

_DIRECTIONS = 1024
_MANY = 200_000
_THIN = 1e-4
_PIECES = 32
_PIECE_TRIANGLES = 60_000


def collision_pieces(parts: list[Part], kind: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return convex shapes round the parts, each as points (V, 3) and outward triangles (T, 3).

    Args:
        parts: In the asset's frame [m].
        kind: ``hull``, ``coacd`` or ``none``.

    Raises:
        AssetError: The extra is missing, or CoACD fails.
    """
    if kind == "none":
        return []
    points = np.concatenate([part.points for part in parts])
    if kind == "hull":
        return [_hull(points)]
    return [_hull(piece) for piece in _coacd_pieces(parts)]


def _hull(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a convex hull of at most `MAX_HULL_POINTS` points, inside the true one by little; a sheet becomes a thin slab."""
    try:
        from scipy.spatial import ConvexHull, QhullError
    except ImportError:
        raise missing_extra("scipy", "A convex hull") from None
    points = _thick_enough(_outermost(points) if len(points) > _MANY else points)
    try:
        hull = ConvexHull(points)
        if len(hull.vertices) > MAX_HULL_POINTS:
            points = _spread(points[np.sort(hull.vertices)], MAX_HULL_POINTS)
            hull = ConvexHull(points)
    except (QhullError, ValueError):
        low, high = points.min(axis=0), points.max(axis=0)
        points = np.array([[(low, high)[bits >> axis & 1][axis] for axis in range(3)] for bits in range(8)])
        hull = ConvexHull(points)
    kept, triangles = np.unique(hull.simplices, return_inverse=True)
    triangles = triangles.reshape(-1, 3)
    points = points[kept]
    normals = np.cross(points[triangles[:, 1]] - points[triangles[:, 0]], points[triangles[:, 2]] - points[triangles[:, 0]])
    inward = np.einsum("ij,ij->i", normals, points[triangles[:, 0]] - points.mean(axis=0)) < 0.0
    triangles[inward] = triangles[inward][:, ::-1]
    return points, triangles[np.lexsort(triangles.T[::-1])]


def _outermost(points: np.ndarray) -> np.ndarray:
    """Return the points that lie farthest in many directions: all that a hull of few points could take."""
    directions = _sphere_directions(_DIRECTIONS)
    found = [np.argmax(points @ part.T, axis=0) for part in np.array_split(directions, 16)]
    return points[np.unique(np.concatenate([*found, points.argmin(axis=0), points.argmax(axis=0)]))]


def _thick_enough(points: np.ndarray) -> np.ndarray:
    """Return the points, of a sheet or a line with copies moved to both sides so that it has a volume."""
    centred = points - points.mean(axis=0)
    axes = np.linalg.svd(centred.T @ centred)[0]
    extent = float(np.ptp(points, axis=0).max())
    for axis in axes.T:
        if np.ptp(centred @ axis) < _THIN * extent:
            offset = 0.5 * _THIN * extent * axis
            points = np.concatenate([points - offset, points + offset])
    return points


def _spread(points: np.ndarray, count: int) -> np.ndarray:
    """Return ``count`` points of a hull that keep its extent: the extreme ones, then always the farthest from those taken."""
    taken = list(dict.fromkeys([*points.argmin(axis=0).tolist(), *points.argmax(axis=0).tolist()]))
    distance = np.min([np.linalg.norm(points - points[index], axis=1) for index in taken], axis=0)
    while len(taken) < count:
        farthest = int(np.argmax(distance))
        taken.append(farthest)
        distance = np.minimum(distance, np.linalg.norm(points - points[farthest], axis=1))
    return points[np.sort(taken)]


def _sphere_directions(count: int) -> np.ndarray:
    """Return directions that cover the sphere evenly (Fibonacci lattice), (count, 3)."""
    index = np.arange(count) + 0.5
    z = 1.0 - 2.0 * index / count
    angle = np.pi * (1.0 + 5.0**0.5) * index
    radius = np.sqrt(1.0 - z * z)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


def _coacd_pieces(parts: list[Part]) -> list[np.ndarray]:
    """Return the points of the convex pieces of the parts' joint surface (Wei et al., CoACD, SIGGRAPH 2022)."""
    try:
        import coacd
    except ImportError:
        raise missing_extra("coacd", "--collision coacd") from None
    points, triangles = _triangles(parts)
    if len(triangles) > _PIECE_TRIANGLES:
        raise AssetError(f"it has {len(triangles):,} triangles; CoACD is run on at most {_PIECE_TRIANGLES:,}. "
                         "Use --collision hull.")
    coacd.set_log_level("off")
    extent = float(np.ptp(points, axis=0).max())
    with _quiet():
        pieces = coacd.run_coacd(coacd.Mesh(points / extent, triangles), threshold=0.06, max_convex_hull=_PIECES, seed=0,
                                 preprocess_mode="auto", preprocess_resolution=40, mcts_nodes=10, mcts_iterations=60,
                                 max_ch_vertex=MAX_HULL_POINTS)
    if not pieces:
        raise AssetError("CoACD found no pieces in it. Use --collision hull.")
    return [np.asarray(vertices, float) * extent for vertices, _ in pieces]


def _triangles(parts: list[Part]) -> tuple[np.ndarray, np.ndarray]:
    """Return all parts as one triangle soup with joint points; polygons are cut into fans."""
    tables, points, offset = [], [], 0
    for part in parts:
        first = np.repeat(part.starts, np.maximum(part.counts - 2, 0))
        within = np.arange(len(first)) - np.repeat(np.cumsum(part.counts - 2) - (part.counts - 2), part.counts - 2)
        corners = np.stack([first, first + within + 1, first + within + 2], axis=1)
        tables.append(part.indices[corners] + offset)
        points.append(part.points)
        offset += len(part.points)
    return np.concatenate(points), np.concatenate(tables)


@contextlib.contextmanager
def _quiet():
    """Keep a C++ library from writing to standard output."""
    kept = os.dup(1)
    silent = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(silent, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(silent)
