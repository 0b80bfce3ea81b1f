"""Augmentations that draw for each pixel: speckle, shot noise, glass."""

import numpy as np

from scenewright.replicator.augmentations.pixels import map_colors

__all__ = ["aug_glass_blur", "aug_shot_noise", "aug_speckle_noise"]


def aug_speckle_noise(data_in: np.ndarray, sigma: float = 0.1, seed: int | None = None) -> np.ndarray:
    """Return value (1 + sigma n), n standard normal for each value: multiplicative noise.

    Args:
        data_in: (H, W) or (H, W, C).
        sigma: Standard deviation relative to the value.
        seed: Seed of the draw.
    """
    rng = np.random.default_rng(seed)
    return map_colors(data_in, lambda v: v * (1.0 + sigma * rng.standard_normal(v.shape, dtype=np.float32)))


def aug_shot_noise(data_in: np.ndarray, photons: float = 255.0, seed: int | None = None) -> np.ndarray:
    """Return the image as a sensor that counts light would see it: Poisson noise, so the variance grows with the value.

    Args:
        data_in: uint8 on a scale of 0..255, or floats on 0..1.
        photons: Mean count of a value at full scale; the fewer, the noisier.
        seed: Seed of the draw.

    Raises:
        ValueError: ``photons`` is not positive.
    """
    if not photons > 0:
        raise ValueError(f"ShotNoise needs photons > 0, got {photons}.")
    rng = np.random.default_rng(seed)
    scale = photons / (255.0 if data_in.dtype == np.uint8 else 1.0)
    return map_colors(data_in, lambda v: rng.poisson(np.maximum(v, 0.0) * scale) / scale)


def aug_glass_blur(data_in: np.ndarray, delta: int = 4, seed: int | None = None) -> np.ndarray:
    """Return the image seen through frosted glass: each pixel shows one drawn from up to ``delta`` pixels away.

    Args:
        data_in: (H, W) or (H, W, C).
        delta: Largest shift [px] along each axis.
        seed: Seed of the draw.

    Raises:
        ValueError: ``delta`` is negative.
    """
    if delta < 0:
        raise ValueError(f"GlassBlur needs delta >= 0, got {delta}.")
    height, width = data_in.shape[:2]
    shifts = np.random.default_rng(seed).integers(-int(delta), int(delta) + 1, (2, height, width))
    rows = np.clip(np.arange(height)[:, None] + shifts[0], 0, height - 1)
    columns = np.clip(np.arange(width) + shifts[1], 0, width - 1)
    return data_in[rows, columns]
