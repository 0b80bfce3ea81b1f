"""Scattering boxes on triangles: area-weighted points, clipped regions, collision-free placement. Pure numpy.

Boxes are axis-aligned, ``(x_min, y_min, z_min, x_max, y_max, z_max)``, in the frame and unit of the triangles (world space,
stage units, for the callers in this project).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["PlacementError", "SurfaceSamples", "boxes_overlap", "clip_triangles", "place_apart", "place_boxes",
           "sample_triangles"]

CANDIDATES = 64
"""Places drawn at a time for one box."""

ROUNDS = 16
"""How often new candidates are drawn for one box before it counts as unplaceable."""

RESTARTS = 8
"""How often the whole arrangement is begun anew when one box finds no place."""


class PlacementError(ValueError):
    """No collision-free arrangement was found."""


@dataclass(frozen=True, eq=False)
class SurfaceSamples:
    """Points on triangles.

    Attributes:
        points: Shape (N, 3), float64.
        normals: Unit normals of their triangles, shape (N, 3), float64.
    """

    points: np.ndarray
    normals: np.ndarray


def sample_triangles(triangles: np.ndarray, count: int, generator: np.random.Generator) -> SurfaceSamples:
    """Draw points uniformly over the area of triangles.

    Each point takes three uniform numbers: one picks the triangle by area, two the place in it by folding the unit square.

    Args:
        triangles: Shape (T, 3, 3).
        count: Number of points N.
        generator: Where the numbers come from.

    Raises:
        ValueError: The triangles have no area.
    """
    edges = triangles[:, 1:] - triangles[:, :1]
    normals = np.cross(edges[:, 0], edges[:, 1])
    areas = np.linalg.norm(normals, axis=1)
    total = np.cumsum(areas)
    if not len(total) or not total[-1] > 0.0:
        raise ValueError("The surface to scatter on has no area")
    draws = generator.random((count, 3))
    index = np.minimum(np.searchsorted(total, draws[:, 0] * total[-1], side="right"), len(total) - 1)
    u, v = draws[:, 1], draws[:, 2]
    folded = u + v > 1.0
    u, v = np.where(folded, 1.0 - u, u), np.where(folded, 1.0 - v, v)
    points = triangles[index, 0] + u[:, None] * edges[index, 0] + v[:, None] * edges[index, 1]
    return SurfaceSamples(points, normals[index] / areas[index, None])


def clip_triangles(triangles: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the parts of triangles inside an axis-aligned region, as triangles.

    Args:
        triangles: Shape (T, 3, 3).
        low: Lower bounds, shape (3,); -inf = open.
        high: Upper bounds, shape (3,); +inf = open.

    Returns:
        Shape (K, 3, 3), float64; (0, 3, 3) if nothing is inside.
    """
    triangles = np.asarray(triangles, dtype=np.float64)
    for axis in range(3):
        for bound, sign in ((low[axis], 1.0), (high[axis], -1.0)):
            if np.isfinite(bound):
                triangles = _clip_half_space(triangles, axis, float(bound), sign)
    return triangles


def boxes_overlap(boxes: np.ndarray, others: np.ndarray, tolerance: float = 1e-6) -> np.ndarray:
    """Return which boxes overlap which others; faces that only touch do not count.

    Args:
        boxes: Shape (N, 6).
        others: Shape (M, 6).
        tolerance: Depth of overlap that still counts as touching, in the boxes' unit.

    Returns:
        Shape (N, M), bool.
    """
    low = np.maximum(boxes[:, None, :3], others[None, :, :3])
    high = np.minimum(boxes[:, None, 3:], others[None, :, 3:])
    return ((high - low) > tolerance).all(axis=2)


def rest_offsets(boxes: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Return how far along each normal a box must be lifted so that it lies wholly above the plane through its origin.

    Args:
        boxes: Boxes relative to the origins of what they bound, shape (N, 6) or (6,).
        normals: Unit normals, shape (N, 3).

    Returns:
        Shape (N,): minus the least coordinate of the box along the normal.
    """
    center, half = (boxes[..., :3] + boxes[..., 3:]) / 2, (boxes[..., 3:] - boxes[..., :3]) / 2
    return (half * np.abs(normals)).sum(axis=-1) - (center * normals).sum(axis=-1)


def place_boxes(triangles: np.ndarray, boxes: np.ndarray, generator: np.random.Generator, *, offset: float = 0.0,
                obstacles: np.ndarray | None = None, check_for_collisions: bool = False) -> np.ndarray:
    """Place boxes at random on a surface so that they rest on it.

    Args:
        triangles: The surface, shape (T, 3, 3).
        boxes: Bounds of each object relative to its origin, shape (N, 6).
        generator: Where the numbers come from.
        offset: Distance kept from the surface along its normal.
        obstacles: Boxes to stay clear of, shape (M, 6).
        check_for_collisions: Whether the boxes must stay clear of each other and of the obstacles.

    Returns:
        Positions of the origins, shape (N, 3), float64.

    Raises:
        PlacementError: Some box found no free place.
        ValueError: The surface has no area.
    """
    boxes = np.asarray(boxes, dtype=np.float64).reshape(-1, 6)
    if not check_for_collisions:
        samples = sample_triangles(triangles, len(boxes), generator)
        return samples.points + (rest_offsets(boxes, samples.normals) + offset)[:, None] * samples.normals

    def draw(box: np.ndarray) -> np.ndarray:
        samples = sample_triangles(triangles, CANDIDATES, generator)
        return samples.points + (rest_offsets(box, samples.normals) + offset)[:, None] * samples.normals

    return place_apart(draw, boxes, obstacles)


def place_apart(draw: Callable[[np.ndarray], np.ndarray], boxes: np.ndarray, obstacles: np.ndarray | None) -> np.ndarray:
    """Place boxes so that they stay clear of each other and of obstacles.

    Args:
        draw: ``draw(box)`` returns candidate origins for one box, shape (K, 3).
        boxes: Bounds of each object relative to its origin, shape (N, 6).
        obstacles: Boxes to stay clear of, shape (M, 6).

    Returns:
        Positions of the origins, shape (N, 3), float64.

    Raises:
        PlacementError: Some box found no free place.
    """
    fixed = np.empty((0, 6)) if obstacles is None else np.asarray(obstacles, dtype=np.float64).reshape(-1, 6)
    order = np.argsort(-np.prod(boxes[:, 3:] - boxes[:, :3] + 1e-9, axis=1), kind="stable")
    for _ in range(RESTARTS):
        placed = _place_in_order(draw, boxes, order, fixed)
        if placed is not None:
            return placed
    raise PlacementError(f"Found no collision-free arrangement of {len(boxes)} objects among {len(fixed)} obstacles after "
                         f"{RESTARTS} attempts. Use fewer or smaller objects, more room, or check_for_collisions=False")


def _place_in_order(draw: Callable[[np.ndarray], np.ndarray], boxes: np.ndarray, order: np.ndarray,
                    fixed: np.ndarray) -> np.ndarray | None:
    """Return positions, or None when a box finds no place; large boxes go first since small ones fit between them."""
    positions = np.empty((len(boxes), 3))
    taken = fixed
    for index in order:
        for _ in range(ROUNDS):
            origins = draw(boxes[index])
            free = ~boxes_overlap(np.tile(origins, 2) + boxes[index], taken).any(axis=1)
            if free.any():
                positions[index] = origins[free.argmax()]
                taken = np.concatenate([taken, (np.tile(positions[index], 2) + boxes[index])[None]])
                break
        else:
            return None
    return positions


def _clip_half_space(triangles: np.ndarray, axis: int, bound: float, sign: float) -> np.ndarray:
    """Keep the part of triangles where ``sign * (p[axis] - bound) >= 0``."""
    height = sign * (triangles[:, :, axis] - bound)
    inside = (height >= 0.0).sum(axis=1)
    kept = [triangles[inside == 3]]
    for triangle, heights in zip(triangles[(inside > 0) & (inside < 3)], height[(inside > 0) & (inside < 3)], strict=True):
        polygon = []
        for k in range(3):
            a, b, ha, hb = triangle[k], triangle[(k + 1) % 3], heights[k], heights[(k + 1) % 3]
            if ha >= 0.0:
                polygon.append(a)
            if (ha >= 0.0) != (hb >= 0.0):
                polygon.append(a + (b - a) * (ha / (ha - hb)))
        kept += [np.stack([[polygon[0], polygon[k], polygon[k + 1]]]) for k in range(1, len(polygon) - 1)]
    return np.concatenate(kept)
