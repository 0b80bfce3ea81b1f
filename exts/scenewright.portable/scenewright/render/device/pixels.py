"""Texture records as numbers for tables."""

import numpy as np

from scenewright.render.scene.records import TextureRecord

__all__ = ["linear_texels"]


def linear_texels(record: TextureRecord) -> np.ndarray:
    """Return the texels as linear radiance factors, (H, W, 3) float64."""
    rgb = record.pixels[..., :3].astype(np.float64)
    if record.pixels.dtype == np.uint8:
        rgb /= 255.0
        if record.srgb:
            rgb = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return rgb
