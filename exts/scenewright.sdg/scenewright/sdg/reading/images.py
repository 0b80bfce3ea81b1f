"""Reading image files that may be damaged, huge or missing: a picture, or one sentence that says why there is none."""

import threading
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

__all__ = ["IMAGE_SUFFIXES", "LARGEST", "TooLargeImage", "UnreadableImage", "image_size", "read_image"]

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
LARGEST = 200_000_000
"""Pixels of the largest image that is decoded; a larger one is reported instead."""
_opening = threading.Lock()  # the filters of warnings are the process's


class UnreadableImage(ValueError):
    """An image file that cannot be used; the message says why, without the file's name."""


class TooLargeImage(UnreadableImage):
    """An image of more than `LARGEST` pixels; nothing is known to be wrong with it."""


def image_size(path: Path) -> tuple[int, int]:
    """Return width and height [pixel] from the file's head.

    Raises:
        UnreadableImage: if the file is missing or no image.
    """
    with _opened(path) as image:
        return image.size


def read_image(path: Path, fit: int | None = None) -> np.ndarray:
    """Return the colours of an image, shape (H, W, 3), uint8, sRGB.

    Args:
        path: the file.
        fit: longest side that is needed [pixel]; a JPEG is then decoded at the next larger of its own reduced sizes, and any
            image is brought to at most that size.

    Raises:
        UnreadableImage: if the file is missing, damaged, cut short, no image or larger than `LARGEST`.
    """
    with _opened(path) as image:
        if image.width * image.height > LARGEST:
            raise TooLargeImage(
                f"is {image.width} × {image.height}; images above {LARGEST // 1_000_000} megapixels are left out"
            )
        try:
            if fit is not None and max(image.size) > fit:
                scale = fit / max(image.size)
                size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
                image.draft("RGB", size)
                image = _plain(image)
                return np.array(image.resize(size, Image.Resampling.BOX) if image.size != size else image)
            return np.array(_plain(image))
        except (OSError, SyntaxError, ValueError) as error:
            raise UnreadableImage(f"is damaged or cut short ({error})") from error


def _plain(image: Image.Image) -> Image.Image:
    if image.mode in ("I;16", "I;16B", "I", "F"):  # grey of 16 bits or more: the upper eight are shown
        values = np.asarray(image, np.float64)
        return Image.fromarray((values / max(float(values.max()), 1.0) * 255).astype(np.uint8)).convert("RGB")
    if image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    return image.convert("RGB")


def _opened(path: Path) -> Image.Image:
    try:
        with _opening, warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # LARGEST is looked at by whoever decodes
            return Image.open(path)
    except FileNotFoundError:
        raise UnreadableImage("is missing") from None
    except UnidentifiedImageError:
        raise UnreadableImage("is no image") from None
    except Image.DecompressionBombError:
        raise TooLargeImage(f"is too large; images above {LARGEST // 1_000_000} megapixels are left out") from None
    except (OSError, SyntaxError, ValueError) as error:
        raise UnreadableImage(f"cannot be read ({error})") from error
