"""Convex hulls with few corners, and what is convex already."""

import numpy as np

from scenewright.sdg.variation.errors import VariationError

__all__ = ["convex_hull", "is_convex", "is_convex_flat"]

_DIRECTIONS = 96
"""Directions whose farthest points make a first hull, spread over the body as if it were as thick as it is long."""
_ERROR = 0.004
"""How far a point may lie outside the hull that stands for a body at most, in halves of its extent."""
_ROUNDS = 24


def convex_hull(points: np.ndarray, what: str, error: float = np.inf) -> tuple[np.ndarray, np.ndarray]:
    """Return corners (N, 3) and triangles (T, 3), seen from outside counter-clockwise, of a hull of points.

    It leaves out corners that matter by less than 0.4 % of half the extent, and by less than a given distance.

    Args:
        points: Shape (M, 3).
        what: Name of the points, for the message.
        error: How far a point may lie outside the hull [unit of the points].

    Raises:
        VariationError: They have no volume.
    """
    from scipy.spatial import ConvexHull

    center = points.mean(axis=0) if len(points) else np.zeros(3)
    size = float(np.abs(points - center).max(initial=0.0)) or 1.0
    even = (points - center) / size
    if len(even) < 4 or np.linalg.svd(even, compute_uv=False)[2] < 1e-4 * np.sqrt(len(even)):
        raise VariationError(f"{what} is flat or empty, so it has no hull to simulate. Give bodies with a volume.")
    even = even[ConvexHull(even).vertices]
    chosen = _outermost(even)
    for _ in range(_ROUNDS):
        hull = ConvexHull(even[chosen])
        ahead = even @ hull.equations[:, :3].T + hull.equations[:, 3]
        farthest = np.argmax(ahead, axis=0)
        more = np.unique(farthest[ahead[farthest, np.arange(len(farthest))] > min(_ERROR, error / size)])
        if not len(more):
            break
        chosen = np.union1d(chosen, more)
    used, inverse = np.unique(hull.simplices, return_inverse=True)
    corners, triangles = hull.points[used], inverse.reshape(-1, 3).astype(np.int32)
    a, b, c = np.swapaxes(corners[triangles], 0, 1)
    turned = (np.cross(b - a, c - a) * hull.equations[:, :3]).sum(axis=1) < 0.0
    triangles[turned] = triangles[turned][:, ::-1]
    return corners * size + center, triangles


def _outermost(points: np.ndarray) -> np.ndarray:
    """Return the numbers of the points that lie farthest in many directions; of all where they are few."""
    if len(points) <= _DIRECTIONS:
        return np.arange(len(points))
    steps = np.arange(_DIRECTIONS) + 0.5
    polar, around = np.arccos(1.0 - 2.0 * steps / _DIRECTIONS), np.pi * (1.0 + np.sqrt(5.0)) * steps
    directions = np.stack([np.cos(around) * np.sin(polar), np.sin(around) * np.sin(polar), np.cos(polar)])
    _, _, axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    turned = points @ axes.T
    return np.unique(np.argmax((turned / np.maximum(np.ptp(turned, axis=0), 1e-9)) @ directions, axis=0))


def is_convex(points: np.ndarray, triangles: np.ndarray) -> bool:
    """Return whether no point lies in front of any triangle."""
    corners = points[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1)
    normals = normals[length > 0.0] / length[length > 0.0, None]
    if len(normals) * len(points) > 20_000_000:
        return False
    ahead = points @ normals.T - (corners[length > 0.0, 0] * normals).sum(axis=1)
    return bool((ahead <= 1e-5 * np.ptp(points, axis=0).max()).all())


def is_convex_flat(points: np.ndarray, triangles: np.ndarray, up: int) -> bool:
    """Return whether triangles of a level plane fill their convex hull."""
    from scenewright.sdg.variation.placement import convex_outline

    flat = points[:, [axis for axis in range(3) if axis != up]]
    outline = convex_outline(flat)
    following = np.roll(outline, -1, axis=0)
    whole = abs((outline[:, 0] * following[:, 1] - outline[:, 1] * following[:, 0]).sum()) / 2.0
    corners = flat[triangles]
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    covered = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]).sum() / 2.0
    return bool(covered >= (1.0 - 1e-4) * whole)
