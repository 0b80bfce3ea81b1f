"""Augmentations of colour: HSV, contrast, brightness, sigmoid tone curve."""

import numpy as np

from scenewright.replicator.augmentations.pixels import map_colors

__all__ = ["aug_adjust_sigmoid", "aug_brightness", "aug_contrast", "aug_hsv_to_rgb", "aug_rgb_to_hsv", "aug_rgba_to_rgb"]


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


def aug_adjust_sigmoid(data_in: np.ndarray, cutoff: float = 0.5, gain: float = 10.0, inv: bool = False) -> np.ndarray:
    """Return the image under the tone curve 1 / (1 + exp(gain (cutoff - v))), v = value / full scale.

    G. J. Braun and M. D. Fairchild, "Image lightness rescaling using sigmoidal contrast enhancement functions", 1999.

    Args:
        data_in: uint8 on a scale of 0..255, or floats on 0..1.
        cutoff: The value of v that becomes one half.
        gain: Steepness.
        inv: Take 1 minus the curve.
    """
    full = 255.0 if data_in.dtype == np.uint8 else 1.0

    def curve(values: np.ndarray) -> np.ndarray:
        bent = 1.0 / (1.0 + np.exp(gain * (cutoff - values / full)))
        return (1.0 - bent if inv else bent) * full

    return map_colors(data_in, curve)


def aug_contrast(data_in: np.ndarray, contrastFactorIntervalMin: float = 0.2, contrastFactorIntervalMax: float = 5.0,
                 seed: int | None = None) -> np.ndarray:
    """Return mean + f (value - mean) for each channel, with f drawn uniformly from the interval.

    Args:
        data_in: (H, W) or (H, W, C).
        contrastFactorIntervalMin: Smallest factor; below 1 flattens.
        contrastFactorIntervalMax: Largest factor.
        seed: Seed of the draw.
    """
    factor = np.random.default_rng(seed).uniform(contrastFactorIntervalMin, contrastFactorIntervalMax)
    return map_colors(data_in, lambda v: (m := v.mean(axis=(0, 1))) + factor * (v - m))


def aug_brightness(data_in: np.ndarray, brightnessFactorIntervalMin: float = 0.5, brightnessFactorIntervalMax: float = 1.5,
                   seed: int | None = None) -> np.ndarray:
    """Return f times the values, with f drawn uniformly from the interval.

    Args:
        data_in: (H, W) or (H, W, C).
        brightnessFactorIntervalMin: Smallest factor.
        brightnessFactorIntervalMax: Largest factor.
        seed: Seed of the draw.
    """
    factor = np.random.default_rng(seed).uniform(brightnessFactorIntervalMin, brightnessFactorIntervalMax)
    return map_colors(data_in, lambda v: v * factor)
