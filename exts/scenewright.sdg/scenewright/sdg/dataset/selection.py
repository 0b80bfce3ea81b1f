"""Which frames a process makes: `--frames`, `--shard` and workers, in whole sequences."""

from collections.abc import Sequence
from typing import Any

from scenewright.sdg.dataset.errors import DatasetInputError

__all__ = ["parse_frames", "parse_shard", "share_out"]


_SHORTEST = 4
"""Frames that a run of steps has at least when a sequence is cut."""


def parse_frames(text: str | None) -> tuple[int, int | None]:
    """Return the first frame and the one after the last (None = to the end) of ``N`` or ``A:B``.

    Raises:
        DatasetInputError: if the text is neither.
    """
    if text is None:
        return 0, None
    first, colon, last = str(text).strip().partition(":")
    try:
        begin, end = (int(first or 0), int(last) if last else None) if colon else (0, int(first))
    except ValueError:
        begin, end = -1, None
    if begin < 0 or (end is not None and end <= begin):
        raise DatasetInputError(f"--frames {text}: give a number of frames (20) or a range (5:8 is frames 5, 6 and 7).")
    return begin, end


def parse_shard(text: str | None) -> tuple[int, int] | None:
    """Return index (from 0) and count of ``I/N``, where I counts from 1.

    Raises:
        DatasetInputError: if the text is not of that form.
    """
    if text is None:
        return None
    index, slash, count = str(text).partition("/")
    if not (slash and index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
        raise DatasetInputError(f"--shard {text}: give I/N with I from 1 to N, such as 1/4 and 2/4.")
    return int(index) - 1, int(count)


def share_out(addresses: Sequence[Any], count: int) -> list[list[Any]]:
    """Share addresses out among ``count`` processes: whole sequences, in turn.

    Where there are fewer sequences than processes, they are cut into runs of steps. Any frame can be made alone; beginning
    within a sequence costs the frame before, for its motion, and the simulation up to there where bodies move.

    Args:
        addresses: addresses with an attribute ``sequence``, in dataset order.
        count: how many processes.
    """
    sequences = sorted({address.sequence for address in addresses})
    found: dict[int, list[Any]] = {sequence: [] for sequence in sequences}
    for address in addresses:
        found[address.sequence].append(address)
    runs = list(found.values())
    if 0 < len(runs) < count:
        runs = [piece for run in runs for piece in _cut(run, -(-count // len(runs)))]
    return [[address for run in runs[part::count] for address in run] for part in range(count)]


def _cut(run: Sequence[Any], parts: int) -> list[list[Any]]:
    size = max(_SHORTEST, -(-len(run) // parts))
    return [list(run[start : start + size]) for start in range(0, len(run), size)]
