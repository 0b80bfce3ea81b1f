"""``rep.augmentations_default``: functions for ``Augmentation.from_function``, and the augmentations that have a name.

Registered: RgbaToRgb, RgbToHsv, HsvToRgb, ColorizeDepth, ColorizeNormals.
"""

import numpy as np

from scenewright.replicator.tools import colorize_depth, colorize_normals

__all__ = ["DEFAULT_AUGMENTATIONS", "UNAVAILABLE_AUGMENTATIONS", "aug_hsv_to_rgb", "aug_rgb_to_hsv", "aug_rgba_to_rgb"]

UNAVAILABLE_AUGMENTATIONS: frozenset[str] = frozenset((
    "AdjustSigmoid", "Brightness", "Contrast", "SpeckleNoise", "ShotNoise", "GlassBlur", "MotionBlur", "Conv2d", "CropResize",
    "CutMix", "ImageBlend", "BackgroundRand", "Pixellate", "Rotate", "Sobel", "Canny"))
"""Augmentations of Replicator that the portable host does not have yet."""


def aug_rgba_to_rgb(data_in: np.ndarray) -> np.ndarray:
    """Return the first three channels of an image (H, W, 4): (H, W, 3)."""
    return np.ascontiguousarray(data_in[..., :3])


def aug_rgb_to_hsv(data_in: np.ndarray) -> np.ndarray:
    """Return hue, saturation and value of an 8-bit image, each on a scale of 0..255; alpha is kept.

    The hexcone model (A. R. Smith, "Color gamut transform pairs", SIGGRAPH 1978): V is the largest channel, S the spread
    relative to it, and H the position on the hexagon red - yellow - green - cyan - blue - magenta.

    Args:
        data_in: uint8 (H, W, 3 or 4).
    """
    rgb = data_in[..., :3].astype(np.float32)
    value, spread = rgb.max(axis=2), np.ptp(rgb, axis=2)
    safe = np.where(spread > 0, spread, 1.0)
    red, green, blue = np.moveaxis(rgb, 2, 0)
    hue = np.select([spread == 0, value == red, value == green],
                    [0.0, (green - blue) / safe % 6.0, (blue - red) / safe + 2.0], (red - green) / safe + 4.0)
    saturation = spread / np.where(value > 0, value, 1.0)
    result = data_in.copy()
    result[..., :3] = np.rint(np.stack((hue * (255.0 / 6.0), saturation * 255.0, value), axis=2))
    return result


def aug_hsv_to_rgb(data_in: np.ndarray) -> np.ndarray:
    """Return the 8-bit image whose hue, saturation and value (0..255) are given: the inverse of :func:`aug_rgb_to_hsv`.

    Args:
        data_in: uint8 (H, W, 3 or 4); alpha is kept.
    """
    hue = data_in[..., 0].astype(np.float32) * (6.0 / 255.0)
    saturation, value = data_in[..., 1].astype(np.float32) / 255.0, data_in[..., 2].astype(np.float32)
    offsets = (np.array([5.0, 3.0, 1.0], np.float32) + hue[..., None]) % 6.0
    ramp = np.clip(np.minimum(offsets, 4.0 - offsets), 0.0, 1.0)
    result = data_in.copy()
    result[..., :3] = np.rint(value[..., None] * (1.0 - saturation[..., None] * ramp))
    return result


DEFAULT_AUGMENTATIONS = {
    "RgbaToRgb": aug_rgba_to_rgb,
    "RgbToHsv": aug_rgb_to_hsv,
    "HsvToRgb": aug_hsv_to_rgb,
    "ColorizeDepth": colorize_depth,
    "ColorizeNormals": colorize_normals,
}
"""Functions by the name that ``rep.annotators.get_augmentation`` knows."""
