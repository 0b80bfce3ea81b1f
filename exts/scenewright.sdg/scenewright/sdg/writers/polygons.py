"""Outlines of masks as polygons: exact, in numpy, along the edges of pixels.

A polygon's vertices are pixel corners (0, 0 = the image's top left corner), so filling it by the even-odd rule gives back
exactly the mask's pixels; pycocotools does so, too. Parts that touch only at a corner are polygons of their own. A hole is
joined to its outline by a bridge of no width, which is walked there and back, because neither COCO nor YOLO knows holes.
"""

import numpy as np

__all__ = ["mask_polygons", "merge_polygons", "minimum_rectangle"]


def mask_polygons(mask: np.ndarray) -> list[np.ndarray]:
    """Return the outline of each 4-connected part of a mask; none for an empty mask.

    Args:
        mask: shape (H, W), bool.

    Returns:
        Polygons from top to bottom: shape (K, 2), int64, x and y [pixel], without the first vertex repeated at the end.
    """
    mask = np.asarray(mask, bool)
    loops = _loops(mask)
    # Loops begin at their topmost, then leftmost vertex: the pixel to its lower right tells an outline from a hole.
    outer = [bool(mask[loop[0, 1], loop[0, 0]]) for loop in loops]
    outlines = [loop for loop, is_outer in zip(loops, outer, strict=True) if is_outer]
    holes = [loop for loop, is_outer in zip(loops, outer, strict=True) if not is_outer]
    found = list(outlines)
    boxes = np.array([[*loop.min(axis=0), *loop.max(axis=0)] for loop in outlines]).reshape(-1, 4)
    for hole in holes:
        x, y = hole[0] + (0.5, -0.5)  # the pixel above the hole's first vertex belongs to the part that has the hole
        near = np.flatnonzero((boxes[:, 0] < x) & (boxes[:, 1] < y) & (boxes[:, 2] > x) & (boxes[:, 3] > y))
        owner = next(int(i) for i in near if _contains(outlines[i], x, y))
        found[owner] = _bridged(found[owner], hole if _signed_area(hole) < 0.0 else hole[::-1])
    return [loop if _signed_area(loop) > 0.0 else loop[::-1] for loop in found]


def merge_polygons(polygons: list[np.ndarray]) -> np.ndarray:
    """Return one closed walk over all polygons, joined by bridges of no width; shape (K, 2)."""
    merged = polygons[0]
    for polygon in polygons[1:]:
        merged = _bridged(merged, polygon)
    return merged


def minimum_rectangle(points: np.ndarray) -> np.ndarray:
    """Return the corners of the smallest rectangle around points, at any angle; shape (4, 2), float64, in order around it.

    One side of it lies along a side of the convex hull. Source: Freeman and Shapira, Determining the minimum-area encasing
    rectangle for an arbitrary closed curve, CACM 18 (1975).
    """
    hull = _hull(np.unique(np.asarray(points, np.float64), axis=0))
    sides = np.roll(hull, -1, axis=0) - hull
    along = sides / np.linalg.norm(sides, axis=1, keepdims=True)
    across = np.stack((-along[:, 1], along[:, 0]), axis=1)
    u, v = hull @ along.T, hull @ across.T
    best = int(np.argmin(np.round(np.ptp(u, axis=0) * np.ptp(v, axis=0), 9)))
    u, v = u[:, best], v[:, best]
    corners = np.array([[u.min(), v.min()], [u.max(), v.min()], [u.max(), v.max()], [u.min(), v.max()]])
    return corners @ np.stack((along[best], across[best]))


def _loops(mask: np.ndarray) -> list[np.ndarray]:
    """Return the closed boundaries of a mask, their vertices where they turn.

    Along a row of pixel corners, the corners where a boundary turns bound its horizontal sides in pairs, and likewise in a
    column; walking sides of the one kind and of the other in turn closes every boundary.
    """
    padded = np.pad(mask, 1)
    a, b, c, d = padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]  # left/right above, left/right below
    turns = (a ^ b ^ c ^ d) | ((a == d) & (b == c) & (a != b))
    y, x = np.nonzero(turns)
    # Where two pixels touch at a corner, two boundaries turn there: one takes the side to the left, the other to the right.
    double = (a == d) & (b == c) & (a != b)
    falling = a[y, x]  # the pixels touch from upper left to lower right: the left one goes up
    twice = double[y, x]
    x, y = np.concatenate((x, x[twice])), np.concatenate((y, y[twice]))
    falling = np.concatenate((falling, falling[twice]))
    right = np.concatenate((np.zeros(len(twice), bool), np.ones(int(twice.sum()), bool)))
    lower = right == falling
    across, down = np.empty(len(x), np.int64), np.empty(len(x), np.int64)
    order = np.lexsort((right, x, y))
    across[order[0::2]], across[order[1::2]] = order[1::2], order[0::2]
    order = np.lexsort((lower, y, x))
    down[order[0::2]], down[order[1::2]] = order[1::2], order[0::2]
    return _walk(np.stack((x, y), axis=1), across.tolist(), down.tolist(), np.lexsort((right, x, y)).tolist())


def _walk(points: np.ndarray, across: list[int], down: list[int], order: list[int]) -> list[np.ndarray]:
    seen = bytearray(len(points))
    loops = []
    for first in order:
        if seen[first]:
            continue
        rows, at = [], first
        while not seen[at]:
            after = across[at]
            seen[at] = seen[after] = 1
            rows += (at, after)
            at = down[after]
        loops.append(points[rows])
    return loops


def _contains(loop: np.ndarray, x: float, y: float) -> bool:
    """Return whether a point that is on no side lies inside, by the even-odd rule."""
    one, two = loop, np.roll(loop, -1, axis=0)
    cuts = (one[:, 1] < y) != (two[:, 1] < y)
    one, two = one[cuts], two[cuts]
    at = one[:, 0] + (y - one[:, 1]) * (two[:, 0] - one[:, 0]) / (two[:, 1] - one[:, 1])
    return bool(np.count_nonzero(at > x) % 2)


def _signed_area(loop: np.ndarray) -> float:
    x, y = loop[:, 0].astype(np.float64), loop[:, 1].astype(np.float64)
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2.0


def _bridged(outline: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return one walk over both, by way of the two nearest of their vertices (of the other: its first) and back."""
    at = int(np.argmin(((outline - other[0]) ** 2).sum(axis=1)))
    return np.concatenate((outline[: at + 1], other, other[:1], outline[at:]))


def _hull(points: np.ndarray) -> np.ndarray:
    """Return the convex hull of distinct points in lexicographic order (Andrew's monotone chain)."""
    halves = []
    for half in (points, points[::-1]):
        chain: list[np.ndarray] = []
        for point in half:
            while len(chain) > 1 and _cross(chain[-2], chain[-1], point) <= 0.0:
                chain.pop()
            chain.append(point)
        halves.append(chain[:-1])
    return np.array(halves[0] + halves[1])


def _cross(one: np.ndarray, two: np.ndarray, three: np.ndarray) -> float:
    return float((two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0]))
