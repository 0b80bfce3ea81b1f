"""What one picture looks like, in numbers: brightness, contrast, colour, and a hash by which near-duplicates are found."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

__all__ = ["HUES", "LEVELS", "ImageMeasures", "measure_image", "perceptual_hash"]

LEVELS, HUES = 64, 36
_SIDE = 32
_THUMB = 16


@dataclass(frozen=True)
class ImageMeasures:
    """Measures of one picture.

    Attributes:
        brightness: mean of the luma Y' of Rec. 709 on the stored sRGB values, 0 to 1.
        contrast: standard deviation of the same, 0 to 0.5.
        saturation: mean of S of HSV, 0 to 1.
        sharpness: standard deviation of the Laplacian of the luma at 256 pixels of width, 0 to about 1.
        color: mean red, green and blue, shape (3,), 0 to 1.
        levels: share of pixels by luma, shape (LEVELS,).
        hues: share of colour by hue from red, weighted by chroma, shape (HUES,); zeros for grey pictures.
        hash: perceptual hash of 64 bits.
        thumb: the picture at 16 × 16, shape (16, 16, 3), uint8.
    """

    brightness: float
    contrast: float
    saturation: float
    sharpness: float
    color: np.ndarray
    levels: np.ndarray
    hues: np.ndarray
    hash: int
    thumb: np.ndarray


def measure_image(pixels: np.ndarray) -> ImageMeasures:
    """Measure a picture, shape (H, W, 3), uint8; its size hardly matters, so a reduced one will do."""
    image = Image.fromarray(pixels)
    if image.width > 256:
        image = image.resize((256, max(1, round(image.height * 256 / image.width))), Image.Resampling.BOX)
    values = np.asarray(image, np.float32) / 255.0
    luma = values @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    top, bottom = values.max(axis=2), values.min(axis=2)
    chroma = top - bottom
    levels = np.bincount(np.minimum((luma * LEVELS).astype(int), LEVELS - 1).reshape(-1), minlength=LEVELS)
    thumb = np.asarray(image.resize((_THUMB, _THUMB), Image.Resampling.BOX))
    return ImageMeasures(
        float(luma.mean()),
        float(luma.std()),
        float((chroma / np.maximum(top, 1e-6)).mean()),
        _sharpness(luma),
        values.mean(axis=(0, 1)),
        levels / luma.size,
        _hues(values, top, chroma),
        perceptual_hash(image),
        thumb,
    )


def perceptual_hash(image: Image.Image) -> int:
    """Return 64 bits that stay much the same under scaling, compression and slight changes of brightness.

    The signs of the 8 × 8 lowest coefficients of the cosine transform of the picture at 32 × 32, against their median; source:
    C. Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010, §3.2.1.
    """
    grey = np.asarray(image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX), np.float64)
    transform = _cosines()
    low = (transform @ grey @ transform.T).reshape(-1)
    median = np.median(low[1:])  # the first is the mean brightness
    return int.from_bytes(np.packbits(low > median).tobytes(), "big")


@cache
def _cosines() -> np.ndarray:
    k, n = np.arange(8)[:, None], np.arange(_SIDE)[None, :]
    return np.cos(np.pi * k * (2 * n + 1) / (2 * _SIDE))


def _sharpness(luma: np.ndarray) -> float:
    if min(luma.shape) < 3:
        return 0.0
    around = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:]
    return float((around - 4.0 * luma[1:-1, 1:-1]).std())


def _hues(values: np.ndarray, top: np.ndarray, chroma: np.ndarray) -> np.ndarray:
    colored = chroma > 0.02
    if not colored.any():
        return np.zeros(HUES)
    red, green, blue = np.moveaxis(values[colored], -1, 0)
    high, spread = top[colored], chroma[colored]
    sector = np.where(
        high == red, (green - blue) / spread, np.where(high == green, 2 + (blue - red) / spread, 4 + (red - green) / spread)
    )
    places = ((sector % 6.0) / 6.0 * HUES).astype(int) % HUES
    weights = np.bincount(places, spread, HUES)
    return weights / weights.sum()
