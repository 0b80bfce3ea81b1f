"""Sharing frames out among train, val and test: exact shares, the same on any machine, whole sequences together."""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["SPLITS", "share_units", "split_frames"]

_log = logging.getLogger(__name__)
SPLITS = ("train", "val", "test")
_PASSES, _NEIGHBOURS = 4, 64  # of evening out
_LEAST = 1e-9  # a swap that brings less is none
_LARGEST = 20_000_000  # units times classes: beyond it the sharing out stays as it is


def split_frames(
    frames: Mapping[int, tuple[int, Mapping[str, int]]], settings: Mapping[str, Any] | None, seed: int
) -> dict[int, str]:
    """Return the split of each frame.

    Args:
        frames: sequence and visible objects by class, of each frame.
        settings: a recipe's ``split``: shares ``train``, ``val``, ``test``; ``by`` sequence or frame; ``stratify``.
        seed: the recipe's seed.

    Returns:
        Split by frame; empty where ``settings`` is None.
    """
    if settings is None:
        return {}
    whole = settings["by"] == "sequence"
    units: dict[int, dict[str, int]] = defaultdict(dict)
    for frame, (sequence, counts) in frames.items():
        unit = units[sequence if whole else frame]
        for name, count in counts.items():
            unit[name] = unit.get(name, 0) + count
    shares = [float(settings[name]) for name in SPLITS]
    of_unit = share_units(units, shares, seed, bool(settings.get("stratify")))
    used = set(of_unit.values())
    empty = [name for index, name in enumerate(SPLITS) if shares[index] > 0.0 and index not in used]
    if empty and units:
        kind = "sequences" if whole else "frames"
        remedy = "Make more, or use `split: {by: frame}`." if whole else "Make more."
        _log.warning("Split: %s got no frames, for the dataset has %d %s. %s", ", ".join(empty), len(units), kind, remedy)
    return {frame: SPLITS[of_unit[sequence if whole else frame]] for frame, (sequence, _) in frames.items()}


def share_units(units: Mapping[int, Mapping[str, int]], shares: Sequence[float], seed: int, stratify: bool) -> dict[int, int]:
    """Return the part of each unit; parts differ from their shares by less than one unit, stratified or not.

    Plain: units in an order that hashes of seed and unit give, cut at the shares. Stratified: class after class, the rarest
    first, each unit goes to the part that lacks most objects of the class, as long as that has room; then swaps even
    out. Source: Sechidis, Tsoumakas, Vlahavas, On the stratification of multi-label data, ECML PKDD 2011; sizes are exact here.

    Args:
        units: objects by class, of each unit.
        shares: share of each part, together 1.
        seed: decides the order.
        stratify: whether classes are shared out, too.
    """
    order = sorted(units, key=lambda unit: hashlib.sha256(f"{seed} {unit}".encode()).digest())
    room = _sizes(len(order), shares)
    if not stratify:
        parts = [part for part, size in enumerate(room) for _ in range(size)]
        return dict(zip(order, parts, strict=True))
    having: dict[str, list[int]] = defaultdict(list)
    total: dict[str, int] = defaultdict(int)
    for unit in order:
        for name, count in units[unit].items():
            if count:
                having[name].append(unit)
                total[name] += count
    lacking = {name: [share * total[name] for share in shares] for name in total}
    found: dict[int, int] = {}

    def place(unit: int, wish: Sequence[float]) -> None:
        part = max((p for p in range(len(room)) if room[p]), key=lambda p: (wish[p], room[p], -p))
        found[unit] = part
        room[part] -= 1
        for name, count in units[unit].items():
            if count:
                lacking[name][part] -= count

    for name in sorted(having, key=lambda name: (len(having[name]), name)):
        # The richest first: what comes last evens out.
        for unit in sorted(having[name], key=lambda unit: -units[unit][name]):
            if unit not in found:
                place(unit, lacking[name])
    for unit in order:
        if unit not in found:
            place(unit, room)
    _even_out(order, units, found, {name: [share * total[name] for share in shares] for name in sorted(total)})
    return found


def _even_out(
    order: Sequence[int], units: Mapping[int, Mapping[str, int]], found: dict[int, int], wanted: Mapping[str, Sequence[float]]
) -> None:
    """Swap units between parts as long as that brings the classes nearer to their shares; sizes stay as they are.

    What counts is the sum over classes and parts of the squared distance from the share, in shares of the class's objects.
    Every unit is held against a few that follow it in the order. Classes are added one after the other, so the result is the
    same on any machine.
    """
    names = list(wanted)
    if not 0 < len(order) * len(names) <= _LARGEST:
        return
    counts = np.array([[units[unit].get(name, 0) for name in names] for unit in order], np.float64)
    parts = np.array([found[unit] for unit in order], np.int64)
    off = np.array([wanted[name] for name in names], np.float64).T * -1.0
    for row, part in zip(counts, parts.tolist(), strict=True):
        off[part] += row
    weights = [1.0 / max(sum(wanted[name]), 1.0) ** 2 for name in names]
    for _ in range(_PASSES):
        swaps = 0
        for place in range(len(order)):
            others = (place + 1 + np.arange(min(_NEIGHBOURS, len(order) - 1))) % len(order)
            here, there = parts[place], parts[others]
            change = np.zeros(len(others))
            for column, weight in enumerate(weights):
                moved = counts[place, column] - counts[others, column]
                change += weight * moved * (moved + off[there, column] - off[here, column])
            change[there == here] = 0.0
            best = int(np.argmin(change)) if len(change) else -1
            if best >= 0 and change[best] < -_LEAST:
                other = int(others[best])
                moved_row = counts[place] - counts[other]
                off[parts[place]] -= moved_row
                off[parts[other]] += moved_row
                parts[place], parts[other] = parts[other], parts[place]
                swaps += 1
        if not swaps:
            break
    found.update(zip(order, parts.tolist(), strict=True))


def _sizes(count: int, shares: Sequence[float]) -> list[int]:
    """Return whole sizes that add up to ``count``, by largest remainder."""
    exact = [count * share for share in shares]
    sizes = [int(value + 1e-9) for value in exact]
    by_rest = sorted(range(len(shares)), key=lambda part: (sizes[part] - exact[part], part))
    for part in by_rest[: count - sum(sizes)]:
        sizes[part] += 1
    return sizes
