"""Run-length masks of the COCO format, in numpy: exact, and without pycocotools.

A COCO mask is a list of run lengths over the pixels in column-major order (down the first column, then the next), alternating
background and foreground and starting with background. Its compressed form stores each run as the difference to the run two
places before it, in groups of five bits, lowest first; bit 5 of a character says that another follows; 48 is added so that
every character is printable. Source: the notes in ``maskApi.h`` of https://github.com/cocodataset/cocoapi (Simplified BSD).
"""

from typing import Any

import numpy as np

__all__ = ["InstanceRuns", "mask_rle", "rle_compress", "rle_decode", "rle_runs"]

_GROUPS = 7  # characters of five bits that any difference of two 32-bit runs fits into


def rle_compress(runs: np.ndarray) -> str:
    """Return the compressed string of run lengths.

    Args:
        runs: run lengths [pixel], shape (R,), integer, background first, none negative.
    """
    deltas = np.asarray(runs, dtype=np.int64).copy()
    deltas[3:] -= np.asarray(runs, dtype=np.int64)[1:-2]
    shifts = 5 * np.arange(_GROUPS, dtype=np.int64)
    groups = (deltas[:, None] >> shifts) & 0x1F
    rest = deltas[:, None] >> (shifts + 5)
    signed = (groups & 0x10) != 0
    more = np.where(signed, rest != -1, rest != 0)
    # A character is written as long as every one before it asked for another.
    written = np.ones_like(more)
    written[:, 1:] = np.logical_and.accumulate(more[:, :-1], axis=1)
    return (groups + np.where(more, 0x20, 0) + 48)[written].astype(np.uint8).tobytes().decode("ascii")


def mask_rle(mask: np.ndarray, corner: tuple[int, int], shape: tuple[int, int]) -> dict[str, Any]:
    """Return the compressed mask of an image, ``{"size": [H, W], "counts"}``, of which a cropped part is given.

    Args:
        mask: the part, shape (h, w), bool; all else is background.
        corner: x and y [pixel] of the part's upper left pixel.
        shape: (H, W) of the image.
    """
    height, width = shape
    lines = np.zeros((mask.shape[1], mask.shape[0] + 2), np.int8)
    lines[:, 1:-1] = mask.T
    steps = np.diff(lines, axis=1)
    column, begin = np.nonzero(steps == 1)
    end = np.nonzero(steps == -1)[1]
    first = (corner[0] + column) * height + corner[1]
    bounds = np.stack([first + begin, first + end], axis=1).reshape(-1)
    bounds = np.concatenate([[0], bounds, [height * width]])
    runs = np.diff(bounds)
    meeting = np.flatnonzero((runs[1:-1] == 0) & (np.arange(1, len(runs) - 1) % 2 == 0)) + 1  # a run goes on in the next column
    if len(meeting):
        bounds = np.delete(bounds, np.concatenate([meeting, meeting + 1]))
        runs = np.diff(bounds)
    if len(runs) > 1 and runs[-1] == 0:
        runs = runs[:-1]
    return {"size": [height, width], "counts": rle_compress(runs)}


def rle_runs(counts: str) -> np.ndarray:
    """Return the run lengths [pixel], shape (R,), int64, of a compressed string; the inverse of `rle_compress`.

    Raises:
        ValueError: if ``counts`` ends in the middle of a number or holds a character outside the format.
    """
    codes = np.frombuffer(counts.encode("ascii", "replace"), dtype=np.uint8).astype(np.int64) - 48
    if codes.size and (codes.min() < 0 or codes.max() > 63 or codes[-1] & 0x20):
        raise ValueError(f"Not a compressed COCO mask: {counts[:40]!r}. It holds '0'..'o' and ends with a number.")
    runs: list[int] = []
    value = shift = 0
    for code in codes.tolist():
        value |= (code & 0x1F) << shift
        shift += 5
        if not code & 0x20:
            if code & 0x10:
                value -= 1 << shift
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            value = shift = 0
    return np.asarray(runs, dtype=np.int64)


def rle_decode(counts: str, height: int, width: int) -> np.ndarray:
    """Return the mask of a compressed string: shape (height, width), bool, True = foreground.

    Raises:
        ValueError: if the runs do not add up to ``height * width`` pixels.
    """
    runs = rle_runs(counts)
    if int(runs.sum()) != height * width:
        raise ValueError(f"The mask has {int(runs.sum())} pixels; {height} x {width} = {height * width} were expected.")
    values = np.arange(len(runs)) % 2 == 1
    return np.repeat(values, runs).reshape(width, height).T


class InstanceRuns:
    """The column-major runs of every id of an id image, found in one pass.

    Args:
        ids: instance id per pixel, shape (H, W), unsigned integer; ids below ``first`` are no instances.
        first: smallest instance id (Replicator: 0 = background, 1 = unlabelled).
    """

    def __init__(self, ids: np.ndarray, first: int = 2):
        self.height, self.width = ids.shape
        flat = np.ascontiguousarray(ids.T).reshape(-1)
        starts = np.flatnonzero(np.concatenate(([True], flat[1:] != flat[:-1]))) if flat.size else np.zeros(0, np.int64)
        lengths = np.diff(np.concatenate((starts, [flat.size])))
        values = flat[starts]
        keep = values >= first
        order = np.argsort(values[keep], kind="stable")
        self._starts = starts[keep][order]
        self._lengths = lengths[keep][order]
        self.ids, offsets = np.unique(values[keep][order], return_index=True)
        self._offsets = np.concatenate((offsets, [len(order)]))

    def runs(self, row: int) -> np.ndarray:
        """Return the run lengths [pixel], shape (R,), int64, of the mask of ``ids[row]``."""
        starts, lengths = self._of(row)
        ends = starts + lengths
        gaps = starts - np.concatenate(([0], ends[:-1]))
        runs = np.stack((gaps, lengths), axis=1).reshape(-1)
        tail = self.height * self.width - int(ends[-1])
        return np.append(runs, tail) if tail else runs

    def area(self, row: int) -> int:
        """Return the number of pixels of ``ids[row]``."""
        return int(self._of(row)[1].sum())

    def box(self, row: int) -> tuple[int, int, int, int]:
        """Return ``x, y, width, height`` [pixel] of the smallest box that holds every pixel of ``ids[row]``."""
        starts, lengths = self._of(row)
        last = starts + lengths - 1
        x_min, x_max = int(starts[0] // self.height), int(last[-1] // self.height)
        wraps = starts // self.height != last // self.height
        if wraps.any():  # a run that goes on in the next column touches the bottom and the top row
            y_min, y_max = 0, self.height - 1
        else:
            y_min, y_max = int((starts % self.height).min()), int((last % self.height).max())
        return x_min, y_min, x_max - x_min + 1, y_max - y_min + 1

    def _of(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        part = slice(self._offsets[row], self._offsets[row + 1])
        return self._starts[part], self._lengths[part]
