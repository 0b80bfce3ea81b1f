"""Points inside volumes: exact rejection against closed triangle meshes, with or without overlap. Pure numpy.

A point is inside a mesh when a vertical line through it crosses the mesh an odd number of times above it and an odd number of
times below it (Jordan curve theorem); an open surface such as a plane encloses nothing.
"""

from collections.abc import Sequence

import numpy as np

__all__ = ["box_volume", "inside", "sample_volumes"]

ROUNDS = 200
"""How often candidates are drawn before the volumes count as empty."""

_CHUNK = 2_000_000
"""Point-triangle pairs that are tested at a time."""


def box_volume(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the 12 triangles of an axis-aligned box, shape (12, 3, 3)."""
    corners = np.array([[(low, high)[bit][axis] for axis, bit in enumerate((i & 1, i >> 1 & 1, i >> 2 & 1))] for i in range(8)])
    quads = np.array([[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]])
    return corners[np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])].astype(np.float64)


def inside(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Return which points lie inside a closed mesh.

    Args:
        points: Shape (N, 3).
        triangles: Shape (T, 3, 3), in the same frame.

    Returns:
        Shape (N,), bool.
    """
    found = np.zeros(len(points), dtype=bool)
    step = max(1, _CHUNK // max(1, len(triangles)))
    for start in range(0, len(points), step):
        above, below = _crossings(points[start:start + step], triangles)
        found[start:start + step] = (above % 2 == 1) & (below % 2 == 1)
    return found


def sample_volumes(volumes: Sequence[np.ndarray], count: int, generator: np.random.Generator, *,
                   excluded: Sequence[np.ndarray] = (), low: np.ndarray | None = None, high: np.ndarray | None = None,
                   prevent_overlap: bool = True) -> np.ndarray:
    """Draw points uniformly inside volumes.

    Args:
        volumes: Closed meshes, each of shape (T, 3, 3).
        count: Number of points N.
        generator: Where the numbers come from.
        excluded: Closed meshes in which no point may lie.
        low: Lower bounds of the points, shape (3,); None = open.
        high: Upper bounds of the points, shape (3,); None = open.
        prevent_overlap: Whether a region that several volumes share is sampled as densely as the rest; False = once for each.

    Returns:
        Shape (N, 3), float64.

    Raises:
        ValueError: There is no place inside the volumes that is within bounds and not excluded.
    """
    corners = _clipped_boxes(volumes, low, high)
    sizes = np.prod(np.maximum(corners[:, 1] - corners[:, 0], 0.0), axis=1)
    if not sizes.sum() > 0.0:
        raise ValueError("The volumes enclose nothing, or nothing of them lies within the bounds. "
                         "Give closed meshes or shapes, and wider bounds")
    shares, found, missing = np.cumsum(sizes) / sizes.sum(), [], count
    for _ in range(ROUNDS):
        draws = generator.random((max(64, 3 * missing), 4))
        chosen = np.minimum(np.searchsorted(shares, draws[:, 0], side="right"), len(volumes) - 1)
        points = corners[chosen, 0] + draws[:, 1:] * (corners[chosen, 1] - corners[chosen, 0])
        points = points[_accepted(points, chosen, volumes, excluded, prevent_overlap)][:missing]
        found.append(points)
        missing -= len(points)
        if not missing:
            return np.concatenate(found)
    raise ValueError(f"Found no place for {missing} of {count} points inside the volumes: they are not closed, or what is "
                     "excluded or out of bounds leaves no room")


def _accepted(points: np.ndarray, chosen: np.ndarray, volumes: Sequence[np.ndarray], excluded: Sequence[np.ndarray],
              prevent_overlap: bool) -> np.ndarray:
    """Return which candidates count; in an overlap only those of the first volume do."""
    accepted = np.zeros(len(points), dtype=bool)
    owner = chosen.copy()
    for index, volume in enumerate(volumes):
        mine = np.flatnonzero(owner == index)
        accepted[mine] = inside(points[mine], volume)
        later = np.flatnonzero(owner > index) if prevent_overlap else np.empty(0, dtype=int)
        owner[later[inside(points[later], volume)]] = -1
    for volume in excluded:
        kept = np.flatnonzero(accepted)
        accepted[kept[inside(points[kept], volume)]] = False
    return accepted


def _clipped_boxes(volumes: Sequence[np.ndarray], low: np.ndarray | None, high: np.ndarray | None) -> np.ndarray:
    """Return the bounds of the volumes within the given bounds, shape (V, 2, 3)."""
    boxes = np.array([[volume.min(axis=(0, 1)), volume.max(axis=(0, 1))] for volume in volumes])
    if low is not None:
        boxes[:, 0] = np.maximum(boxes[:, 0], low)
    if high is not None:
        boxes[:, 1] = np.minimum(boxes[:, 1], high)
    return boxes


def _crossings(points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many triangles the vertical line through each point meets above and below it, shape (N,) each."""
    a, edge_1, edge_2 = triangles[:, 0], triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    area = edge_1[:, 0] * edge_2[:, 1] - edge_1[:, 1] * edge_2[:, 0]
    upright = np.abs(area) > 1e-300
    a, edge_1, edge_2, area = a[upright], edge_1[upright], edge_2[upright], area[upright]
    x, y = points[:, None, 0] - a[None, :, 0], points[:, None, 1] - a[None, :, 1]
    u = (x * edge_2[:, 1] - y * edge_2[:, 0]) / area
    v = (y * edge_1[:, 0] - x * edge_1[:, 1]) / area
    hit = (u >= 0.0) & (v >= 0.0) & (u + v < 1.0)
    height = a[:, 2] + u * edge_1[:, 2] + v * edge_2[:, 2]
    over = height > points[:, None, 2]
    return (hit & over).sum(axis=1), (hit & ~over).sum(axis=1)
