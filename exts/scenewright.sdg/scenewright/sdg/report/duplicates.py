"""Pictures that show nearly the same, by their perceptual hashes and thumbnails."""

from collections.abc import Sequence

import numpy as np

__all__ = ["near_duplicates"]

_BITS = 6
_LEVELS = 5.0
_ROWS = 512


def near_duplicates(hashes: Sequence[int], thumbs: Sequence[np.ndarray]) -> list[list[int]]:
    """Return groups of near-duplicates, the largest first, each in the order of the dataset.

    Two pictures are near when their hashes differ in at most six of 64 bits and their thumbnails by less than five of 255
    levels on average; whatever is near to one of a group belongs to it.

    Args:
        hashes: perceptual hash of each picture.
        thumbs: small version of each, uint8, all of one shape.
    """
    if not len(hashes):
        return []
    values = np.array(hashes, np.uint64)
    small = np.array(thumbs, np.int16).reshape(len(hashes), -1)
    parent = list(range(len(values)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for start in range(0, len(values), _ROWS):
        block = values[start : start + _ROWS, None] ^ values[None, start:]
        for row, column in np.argwhere(_bits(block) <= _BITS):
            one, two = start + int(row), start + int(column)
            if two > one and root(one) != root(two) and np.abs(small[one] - small[two]).mean() < _LEVELS:
                parent[root(two)] = root(one)
    groups: dict[int, list[int]] = {}
    for number in range(len(values)):
        groups.setdefault(root(number), []).append(number)
    return sorted((group for group in groups.values() if len(group) > 1), key=lambda group: (-len(group), group[0]))


def _bits(values: np.ndarray) -> np.ndarray:
    """Return how many bits are set."""
    if hasattr(np, "bitwise_count"):
        return np.bitwise_count(values)
    table = np.array([bin(i).count("1") for i in range(1 << 16)], np.uint8)
    return table[values.view(np.uint16).reshape(*values.shape, 4)].sum(axis=-1)
