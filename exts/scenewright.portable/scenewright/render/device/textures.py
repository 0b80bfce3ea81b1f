"""Images on the device."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
import warp as wp

from scenewright.render.kernels.textures import shrink_bytes, shrink_floats
from scenewright.render.kernels.types import TextureData
from scenewright.render.scene.records import TextureRecord

__all__ = ["TextureArrays"]

_FIRST_TILE = 1001


def level_sizes(width: int, height: int) -> list[tuple[int, int]]:
    """Return (width, height) of an image and of its smaller levels, down to one texel."""
    sizes = [(width, height)]
    while max(sizes[-1]) > 1:
        sizes.append((max(sizes[-1][0] // 2, 1), max(sizes[-1][1] // 2, 1)))
    return sizes


def upload_texture(record: TextureRecord, device: str, to_linear: wp.array) -> TextureData:
    """Upload the texels of an image, bytes as packed words, anything else as float32, and make its smaller levels."""
    pixels = record.pixels
    data = TextureData()
    data.height, data.width = pixels.shape[:2]
    data.srgb = int(record.srgb)
    sizes = level_sizes(data.width, data.height)
    data.levels = len(sizes)
    total = sum(width * height for width, height in sizes)
    if pixels.dtype == np.uint8:
        words = np.ascontiguousarray(pixels).view("<u4").reshape(-1)
        texels = data.bytes = wp.empty(total, dtype=wp.uint32, device=device)
        wp.copy(texels, wp.array(words, dtype=wp.uint32, device="cpu", copy=False), count=len(words))
    else:
        data.is_float = 1
        floats = np.ascontiguousarray(pixels, np.float32).reshape(-1, 4)
        texels = data.floats = wp.empty(total, dtype=wp.vec4, device=device)
        wp.copy(texels, wp.array(floats, dtype=wp.vec4, device="cpu", copy=False), count=len(floats))
    start = 0
    for (width, height), (_, rows) in pairwise(sizes):
        if pixels.dtype == np.uint8:
            wp.launch(shrink_bytes, rows, inputs=[start, width, height, data.srgb, to_linear], outputs=[texels], device=device)
        else:
            wp.launch(shrink_floats, rows, inputs=[start, width, height], outputs=[texels], device=device)
        start += width * height
    return data


def tile_rows(record: TextureRecord, rows: Mapping[str, int]) -> np.ndarray:
    """Return which row each tile of a UDIM set has, from 1001 on; -1 where there is none."""
    found = np.full(max(number for number, _ in record.tiles) - _FIRST_TILE + 1, -1, np.int32)
    for number, key in record.tiles:
        found[number - _FIRST_TILE] = rows[key]
    return found


class TextureArrays:
    """The textures that materials and lights use; one whose record is still the same object stays as it is."""

    def __init__(self, device: str, to_linear: wp.array) -> None:
        self.rows: dict[str, int] = {}
        self.data = wp.empty(0, dtype=TextureData, device=device)
        self._device = device
        self._to_linear = to_linear
        self.entries: dict[str, tuple[TextureRecord, TextureData]] = {}

    def replace(self, keys: Iterable[str], textures: Mapping[str, TextureRecord]) -> bool:
        """Hold exactly the textures ``keys`` and their tiles; return whether rows or contents changed."""
        kept = self.entries
        asked = {key for key in keys if key}
        wanted = sorted(asked | {tile for key in asked for _, tile in textures[key].tiles})
        if list(kept) == wanted and all(kept[key][0] is textures[key] for key in wanted):
            return False
        self.entries = {
            key: kept[key] if key in kept and kept[key][0] is textures[key]
            else (textures[key], upload_texture(textures[key], self._device, self._to_linear))
            for key in wanted
        }
        self.rows = {key: row for row, key in enumerate(self.entries)}
        for record, data in self.entries.values():
            if record.tiles:
                tiles = tile_rows(record, self.rows)
                data.tile_count = len(tiles)
                data.tiles = wp.array(tiles, dtype=wp.int32, device=self._device)
        self.data = wp.array([entry[1] for entry in self.entries.values()], dtype=TextureData, device=self._device)
        return True
