"""Colours of colorized segmentations: a pure function of the id, distinct for every id.

Ids 0 and 1 (background, unlabelled) are transparent and opaque black. The first labelled ids have the colours that Isaac Sim
was observed to give them, in one of three palettes (carb ``/scenewright/segmentationPalette``: "A", "B" or "old"). The rest is
our own sequence: a Weyl sequence through the 224**3 colours whose channels are 32..255, which visits each once.
"""

from functools import lru_cache

import numpy as np

from scenewright.host.settings import get_settings

__all__ = ["PALETTES", "palette", "palette_name"]

PALETTES: dict[str, tuple[tuple[int, int, int], ...]] = {
    "A": ((33, 243, 3), (240, 4, 111), (27, 186, 239)),
    "B": ((93, 220, 11), (243, 69, 141), (35, 198, 233)),
    "old": ((140, 255, 25), (140, 25, 255), (255, 197, 25), (25, 255, 82), (25, 82, 255), (255, 25, 197), (255, 111, 25),
            (226, 255, 25)),
}
"""Observed colours of ids 2, 3, …; see the contract's section 2.4."""

_LEVELS = 224  # per channel, 32..255
_STEP = 6946231  # about (sqrt(5) - 1) / 2 of 224**3, and coprime to it: every colour comes once


def palette_name() -> str:
    """Return the palette of carb ``/scenewright/segmentationPalette``, "A" by default.

    Raises:
        ValueError: The setting names no palette.
    """
    name = get_settings().get_as_string("/scenewright/segmentationPalette") or "A"
    if name not in PALETTES:
        raise ValueError(f"/scenewright/segmentationPalette is {name!r}. Available: {', '.join(PALETTES)}.")
    return name


def palette(count: int, name: str | None = None) -> np.ndarray:
    """Return the colours of ids 0..count-1.

    Args:
        count: Number of ids.
        name: A key of :data:`PALETTES`; None takes the setting.

    Returns:
        (count, 4) uint8 RGBA.
    """
    size = 1 << max(8, (count - 1).bit_length())  # few sizes, so that the cache serves every frame
    return _table(size, name or palette_name())[:count]


@lru_cache(maxsize=8)
def _table(count: int, name: str) -> np.ndarray:
    observed = np.array(PALETTES[name], np.uint8)
    code = np.arange(1, count + len(observed), dtype=np.int64) * _STEP % _LEVELS**3
    own = (np.stack((code // _LEVELS**2, code // _LEVELS % _LEVELS, code % _LEVELS), axis=1) + (256 - _LEVELS)).astype(np.uint8)
    taken = (own[:, None] == observed[None]).all(axis=2).any(axis=1)
    table = np.full((count, 4), 255, np.uint8)
    table[0] = 0
    table[1, :3] = 0
    table[2:, :3] = np.concatenate((observed, own[~taken]))[: count - 2]
    table.flags.writeable = False
    return table
