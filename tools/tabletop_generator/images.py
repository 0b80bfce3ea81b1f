"""Colours and image files: sRGB hex codes, colour ramps, normal maps from heights, PNG output."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

__all__ = ["linear", "mix", "normal_map", "ramp", "save_png", "srgb"]


def srgb(code: str) -> np.ndarray:
    """Return the sRGB-encoded colour (3,) in 0..1 of a code like "#d8c9b0"."""
    return np.array([int(code[i:i + 2], 16) for i in (1, 3, 5)]) / 255.0


def linear(code: str) -> tuple[float, float, float]:
    """Return the linear Rec.709 colour of an sRGB code, rounded to 5 decimals (for shader inputs)."""
    encoded = srgb(code)
    decoded = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return tuple(round(float(value), 5) for value in decoded)


def mix(one: np.ndarray, other: np.ndarray, weight: np.ndarray | float) -> np.ndarray:
    """Blend two colours or images; ``weight`` (H, W) or scalar is the share of ``other``, cut to 0..1."""
    weight = np.clip(np.asarray(weight, float), 0.0, 1.0)[..., None]
    return one * (1 - weight) + other * weight


def ramp(values: np.ndarray, stops: Sequence[tuple[float, str]]) -> np.ndarray:
    """Return an image (H, W, 3): each value coloured by the ramp of (position, hex code) stops."""
    positions = [stop[0] for stop in stops]
    colors = np.array([srgb(stop[1]) for stop in stops])
    return np.stack([np.interp(values, positions, colors[:, channel]) for channel in range(3)], axis=-1)


def normal_map(height: np.ndarray, strength: float) -> np.ndarray:
    """Return a tiling tangent-space normal map (H, W, 3) in 0..1 of a height image (top row first, +v up).

    Args:
        height: (H, W), any unit.
        strength: Slope of one unit of height a pixel.
    """
    slope_u = strength * 0.5 * (np.roll(height, -1, 1) - np.roll(height, 1, 1))
    slope_v = strength * 0.5 * (np.roll(height, 1, 0) - np.roll(height, -1, 0))
    normal = np.stack([-slope_u, -slope_v, np.ones_like(height)], axis=-1)
    return 0.5 + 0.5 * normal / np.linalg.norm(normal, axis=-1, keepdims=True)


def save_png(path: Path, image: np.ndarray | Image.Image) -> None:
    """Write an sRGB-encoded image (H, W, 3) or (H, W) in 0..1, or a Pillow image, as 8-bit PNG."""
    if not isinstance(image, Image.Image):
        image = Image.fromarray(np.round(np.clip(image, 0.0, 1.0) * 255.0).astype(np.uint8))
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, optimize=False, compress_level=6)
