"""Convex hulls and slabs: collision geometry from points, in numpy."""

import numpy as np

__all__ = ["MAX_HULL_POINTS", "convex_hull", "flat_normal", "slab"]

MAX_HULL_POINTS = 256
"""Vertices that a hull keeps. The farthest outlying points are taken first."""

_DIRECTIONS = 1024
_MANY = 2048


def convex_hull(points: np.ndarray, limit: int = MAX_HULL_POINTS) -> tuple[np.ndarray, np.ndarray]:
    """Return the convex hull of points: vertices (V, 3) and triangles (T, 3), counter-clockwise from outside.

    Points are added in the order of their distance from the hull so far (quickhull, Barber et al. 1996, without its outside
    sets), so with more than ``limit`` hull vertices the result lies inside the true hull.

    Args:
        points: Shape (N, 3).
        limit: Vertices at most.

    Raises:
        ValueError: The points lie in one plane, or closer than a millionth of their extent.
    """
    points = np.unique(np.asarray(points, dtype=np.float64).reshape(-1, 3), axis=0)
    if len(points) > _MANY:
        points = points[np.unique(np.concatenate([np.argmax(points @ part.T, axis=0)
                                                  for part in np.array_split(_sphere_directions(), 8)]))]
    tolerance = 1e-6 * float(np.ptp(points, axis=0).max()) if len(points) else 0.0
    used = _first_tetrahedron(points, tolerance)
    a, b, c, d = used
    faces = np.array([(a, b, c), (a, c, d), (a, d, b), (b, d, c)])
    normals, offsets = _planes(points, faces)
    waiting = np.arange(len(points))
    distances = points @ normals.T - offsets
    for _ in range(limit - len(used)):
        outside = distances.max(axis=1)
        still = outside > tolerance
        waiting, distances, outside = waiting[still], distances[still], outside[still]
        if not len(waiting):
            break
        farthest = int(np.argmax(outside))
        seen = distances[farthest] > tolerance * 1e-3
        fan = _fan(faces[seen], int(waiting[farthest]))
        normals, offsets = _planes(points, fan)
        faces = np.concatenate([faces[~seen], fan])
        distances = np.concatenate([distances[:, ~seen], points[waiting] @ normals.T - offsets], axis=1)
    kept, corners = np.unique(faces, return_inverse=True)
    return points[kept], corners.reshape(-1, 3)


def flat_normal(points: np.ndarray, relative: float = 1e-4) -> np.ndarray | None:
    """Return the unit normal of the plane that points lie in, up to ``relative`` of their extent; None where there is none."""
    centred = points - points.mean(axis=0)
    _, spread, axes = np.linalg.svd(centred, full_matrices=False) if len(points) >= 3 else (None, np.zeros(3), np.eye(3))
    return axes[2] if spread[2] <= relative * spread[0] else None


def slab(points: np.ndarray, normal: np.ndarray, thickness: float) -> np.ndarray:
    """Return flat points together with a copy moved by ``thickness`` against ``normal``."""
    return np.concatenate([points, points - thickness * normal])


def _sphere_directions() -> np.ndarray:
    """Return directions that cover the sphere evenly (Fibonacci lattice)."""
    index = np.arange(_DIRECTIONS) + 0.5
    z = 1.0 - 2.0 * index / _DIRECTIONS
    angle = np.pi * (1.0 + 5.0**0.5) * index
    radius = np.sqrt(1.0 - z * z)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


def _first_tetrahedron(points: np.ndarray, tolerance: float) -> list[int]:
    if len(points) < 4:
        raise ValueError("a convex hull needs four points that do not lie in one plane")
    axis = int(np.argmax(np.ptp(points, axis=0)))
    a, b = int(np.argmin(points[:, axis])), int(np.argmax(points[:, axis]))
    along = (points[b] - points[a]) / np.linalg.norm(points[b] - points[a])
    relative = points - points[a]
    c = int(np.argmax(np.linalg.norm(relative - np.outer(relative @ along, along), axis=1)))
    normal = np.cross(points[b] - points[a], points[c] - points[a])
    length = np.linalg.norm(normal)
    heights = relative @ normal / length if length > 0.0 else np.zeros(len(points))
    d = int(np.argmax(np.abs(heights)))
    if abs(heights[d]) <= tolerance:
        raise ValueError("the points of a convex hull lie in one plane")
    return [a, c, b, d] if heights[d] > 0.0 else [a, b, c, d]


def _planes(points: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    corner = points[faces[:, 0]]
    normals = np.cross(points[faces[:, 1]] - corner, points[faces[:, 2]] - corner)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-300)
    return normals, np.einsum("ij,ij->i", normals, corner)


def _fan(seen: np.ndarray, apex: int) -> np.ndarray:
    """Return triangles from the horizon of the faces that ``apex`` sees to it."""
    edges = {(int(face[i]), int(face[(i + 1) % 3])) for face in seen for i in range(3)}
    return np.array([(a, b, apex) for a, b in sorted(edges) if (b, a) not in edges])
