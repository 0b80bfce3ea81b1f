"""Harmonizers: values that several mutables must agree on. Each takes its members' pitches and answers each member."""

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["HARMONIZERS", "bin_pack", "permutate"]

HARMONIZERS = ("permutate", "bin_pack")
"""Kinds of harmonizers."""

_EDGE = 1e-6


def permutate(pitches: Sequence[Any], generator: np.random.Generator) -> list[Any]:
    """Return the pitches in a random order."""
    order = np.argsort(generator.random(len(pitches)), kind="stable")
    return [pitches[index] for index in order]


def bin_pack(
    boxes: np.ndarray, size: Sequence[float], fill_ratio: float, generator: np.random.Generator
) -> list[np.ndarray | None]:
    """Put boxes into a bin, in a random order, each at the lowest free corner; no two overlap and none is turned.

    The bin is centred on the origin. A box's corner goes to the origin's corner of the bin or to where a side of an earlier
    box ends (the extreme points of Crainic, Perboli and Tadei 2008, without their projections).

    Args:
        boxes: Minimum and maximum of each box in its own frame, shape (N, 2, 3).
        size: Size of the bin, three numbers.
        fill_ratio: Share of the bin's volume at which packing ends, 0 to 1.
        generator: Source of the order.

    Returns:
        A translation as a matrix of shape (4, 4) for each box; None for a box that found no room.
    """
    extents = np.asarray(boxes, dtype=float)[:, 1] - np.asarray(boxes, dtype=float)[:, 0]
    bin_size = np.asarray(size, dtype=float)
    room = float(np.prod(bin_size)) * fill_ratio
    corners, taken = [np.zeros(3)], np.zeros((0, 2, 3))
    answers: list[np.ndarray | None] = [None] * len(extents)
    for index in np.argsort(generator.random(len(extents)), kind="stable"):
        extent = extents[index]
        volume = float(np.prod(extent))
        if volume > room + _EDGE:
            continue
        corner = next((point for point in sorted(corners, key=_height) if _is_free(point, extent, bin_size, taken)), None)
        if corner is None:
            continue
        room -= volume
        taken = np.concatenate([taken, [[corner, corner + extent]]])
        corners += [corner + extent * axis for axis in np.eye(3)]
        matrix = np.eye(4)
        matrix[3, :3] = corner - bin_size / 2.0 - boxes[index][0]
        answers[index] = matrix
    return answers


def _height(point: np.ndarray) -> tuple[float, float, float]:
    return float(point[1]), float(point[2]), float(point[0])  # the world is Y-up


def _is_free(corner: np.ndarray, extent: np.ndarray, size: np.ndarray, taken: np.ndarray) -> bool:
    end, margin = corner + extent, _EDGE * max(1.0, float(size.max()))
    if (end > size + margin).any():
        return False
    return not bool(((taken[:, 0] < end - margin) & (taken[:, 1] > corner + margin)).all(axis=1).any())
