"""Images on the device."""

from collections.abc import Iterable, Mapping

import numpy as np
import warp as wp

from scenewright.render.kernels.types import TextureData
from scenewright.render.scene.records import TextureRecord

__all__ = ["TextureArrays"]


def upload_texture(record: TextureRecord, device: str) -> TextureData:
    """Upload the texels of an image: bytes as packed words, anything else as float32."""
    pixels = record.pixels
    data = TextureData()
    data.height, data.width = pixels.shape[:2]
    data.srgb = int(record.srgb)
    if pixels.dtype == np.uint8:
        words = np.ascontiguousarray(pixels).view("<u4").reshape(-1)
        data.bytes = wp.array(words, dtype=wp.uint32, device=device)
    else:
        data.is_float = 1
        data.floats = wp.array(np.asarray(pixels, np.float32).reshape(-1, 4), dtype=wp.vec4, device=device)
    return data


class TextureArrays:
    """The textures that materials and lights use; one whose record is still the same object stays as it is."""

    def __init__(self, device: str) -> None:
        self.rows: dict[str, int] = {}
        self.data = wp.empty(0, dtype=TextureData, device=device)
        self._device = device
        self.entries: dict[str, tuple[TextureRecord, TextureData]] = {}

    def replace(self, keys: Iterable[str], textures: Mapping[str, TextureRecord]) -> bool:
        """Hold exactly the textures ``keys``; return whether rows or contents changed."""
        kept = self.entries
        wanted = sorted({key for key in keys if key})
        if list(kept) == wanted and all(kept[key][0] is textures[key] for key in wanted):
            return False
        self.entries = {
            key: kept[key] if key in kept and kept[key][0] is textures[key]
            else (textures[key], upload_texture(textures[key], self._device))
            for key in wanted
        }
        self.rows = {key: row for row, key in enumerate(self.entries)}
        self.data = wp.array([entry[1] for entry in self.entries.values()], dtype=TextureData, device=self._device)
        return True
