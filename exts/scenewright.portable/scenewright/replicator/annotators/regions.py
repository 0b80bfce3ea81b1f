"""Pixel statistics of labelled regions from the runs of equal ids in the rows of an image.

A rendered id image has few runs compared with its pixels, so counts, extents and recolouring cost a fraction of a pass over
all pixels.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["EMPTY_BOX", "Runs", "prim_runs"]

EMPTY_BOX = (np.iinfo(np.int32).max, np.iinfo(np.int32).max, np.iinfo(np.int32).min, np.iinfo(np.int32).min)
"""x_min, y_min, x_max, y_max of a region without pixels."""


@dataclass(frozen=True, eq=False)
class Runs:
    """Maximal horizontal runs of equal values in an id image, in reading order; a run never crosses a row's end."""

    shape: tuple[int, int]  # (H, W)
    ids: np.ndarray  # (R,) uint32: the value of each run
    starts: np.ndarray  # (R,) int64: index of the first pixel in the flattened image
    lengths: np.ndarray  # (R,) int64

    @classmethod
    def of(cls, image: np.ndarray) -> "Runs":
        """Return the runs of ``image``, shape (H, W)."""
        height, width = image.shape
        breaks = np.ones((height, width), np.bool_)
        np.not_equal(image[:, 1:], image[:, :-1], out=breaks[:, 1:])
        starts = np.flatnonzero(breaks)
        lengths = np.diff(starts, append=height * width)
        return cls((height, width), np.ascontiguousarray(image).ravel()[starts], starts, lengths)

    def paint(self, table: np.ndarray) -> np.ndarray:
        """Return ``table[image]`` for a table of one value per id: shape (H, W), dtype of the table."""
        return np.repeat(table[self.ids], self.lengths).reshape(self.shape)

    def counts(self, groups: np.ndarray, size: int) -> np.ndarray:
        """Return the pixels of each group.

        Args:
            groups: Group of each id, shape (ids,), values 0..size-1.
            size: Number of groups.

        Returns:
            (size,) int64.
        """
        return np.bincount(groups[self.ids], weights=self.lengths, minlength=size).astype(np.int64)

    def boxes(self, groups: np.ndarray, size: int) -> np.ndarray:
        """Return the extents of each group in pixels, inclusive.

        Args:
            groups: Group of each id, shape (ids,), values 0..size-1.
            size: Number of groups.

        Returns:
            (size, 4) int32 x_min, y_min, x_max, y_max; :data:`EMPTY_BOX` where a group has no pixel.
        """
        boxes = np.empty((size, 4), np.int32)
        boxes[:] = EMPTY_BOX
        group = groups[self.ids]
        order = np.argsort(group, kind="stable")  # reading order stays within a group, so y needs only its first and last run
        group = group[order]
        if not group.size:
            return boxes
        first = np.flatnonzero(np.diff(group, prepend=group[0] + 1))
        last = np.append(first[1:], group.size) - 1
        row, left = np.divmod(self.starts[order], self.shape[1])
        right = left + self.lengths[order] - 1
        boxes[group[first]] = np.stack(
            (np.minimum.reduceat(left, first), row[first], np.maximum.reduceat(right, first), row[last]), axis=1)
        return boxes


def prim_runs(capture: "Capture") -> Runs:
    """Return the runs of the capture's ``prim_id`` buffer, computed once."""
    return capture.once("prim_runs", lambda: Runs.of(np.asarray(capture.frame["prim_id"])))
