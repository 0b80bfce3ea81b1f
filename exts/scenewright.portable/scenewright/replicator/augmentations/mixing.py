"""Augmentations of geometry, and those that mix in pictures from a folder."""

import os

import numpy as np
from PIL import Image

from scenewright.replicator.augmentations.pixels import bilinear, matching

__all__ = ["aug_background_rand", "aug_crop_resize", "aug_cut_mix", "aug_image_blend", "aug_rotate"]

_EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


def aug_crop_resize(data_in: np.ndarray, minPercent: float = 0.5, seed: int | None = None) -> np.ndarray:
    """Return a rectangle of the image, of its aspect, enlarged to its size; size and place are drawn uniformly.

    Args:
        data_in: (H, W) or (H, W, C).
        minPercent: Smallest side of the rectangle relative to the image's, above 0 and at most 1.
        seed: Seed of the draw.

    Raises:
        ValueError: ``minPercent`` is out of range.
    """
    if not 0.0 < minPercent <= 1.0:
        raise ValueError(f"CropResize needs 0 < minPercent <= 1, got {minPercent}.")
    height, width = data_in.shape[:2]
    side, top, left = np.random.default_rng(seed).random(3)
    side = minPercent + (1.0 - minPercent) * side
    rows = (np.arange(height) + 0.5) * side + top * (1.0 - side) * height - 0.5
    columns = (np.arange(width) + 0.5) * side + left * (1.0 - side) * width - 0.5
    return bilinear(data_in, *np.meshgrid(rows, columns, indexing="ij"))


def aug_rotate(data_in: np.ndarray, rotateDegrees: float = 45.0, seed: int | None = None) -> np.ndarray:
    """Return the image turned about its centre by an angle drawn uniformly from ±``rotateDegrees``; corners become 0.

    Args:
        data_in: (H, W) or (H, W, C).
        rotateDegrees: Largest angle [degrees], either way.
        seed: Seed of the draw.
    """
    limit = abs(rotateDegrees)
    angle = np.deg2rad(np.random.default_rng(seed).uniform(-limit, limit))
    height, width = data_in.shape[:2]
    rows, columns = np.meshgrid(np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2, indexing="ij")
    cosine, sine = np.cos(angle), np.sin(angle)
    return bilinear(data_in, rows * cosine + columns * sine + (height - 1) / 2,
                    columns * cosine - rows * sine + (width - 1) / 2, outside=0.0)


def aug_cut_mix(data_in: np.ndarray, folderpath: str, seed: int | None = None) -> np.ndarray:
    """Return the image with a rectangle of another picture pasted in.

    S. Yun et al., "CutMix", ICCV 2019: the rectangle has the image's aspect, its area is a share of the image drawn uniformly,
    its centre is uniform, and it is cut at the border.

    Args:
        data_in: uint8 (H, W, 3 or 4).
        folderpath: Folder of pictures; one is drawn.
        seed: Seed of the draws.

    Raises:
        FileNotFoundError: There is no picture in ``folderpath``.
    """
    rng = np.random.default_rng(seed)
    other = _picture(folderpath, data_in, rng)
    height, width = data_in.shape[:2]
    side, y, x = np.sqrt(rng.random()), rng.random() * height, rng.random() * width
    top, bottom = (int(np.clip(np.rint(y + s * side * height / 2), 0, height)) for s in (-1, 1))
    left, right = (int(np.clip(np.rint(x + s * side * width / 2), 0, width)) for s in (-1, 1))
    result = data_in.copy()
    result[top:bottom, left:right] = other[top:bottom, left:right]
    return result


def aug_image_blend(data_in: np.ndarray, folderpath: str, alpha: float | None = None, seed: int | None = None) -> np.ndarray:
    """Return (1 - alpha) image + alpha picture.

    Args:
        data_in: uint8 (H, W, 3 or 4); alpha channel is kept.
        folderpath: Folder of pictures; one is drawn.
        alpha: Share of the picture, 0..1; None draws it uniformly.
        seed: Seed of the draws.

    Raises:
        FileNotFoundError: There is no picture in ``folderpath``.
        ValueError: ``alpha`` is out of range.
    """
    if alpha is not None and not 0.0 <= alpha <= 1.0:
        raise ValueError(f"ImageBlend needs alpha in 0..1, got {alpha}.")
    rng = np.random.default_rng(seed)
    other = _picture(folderpath, data_in, rng)
    share = rng.random() if alpha is None else alpha
    result = data_in.copy()
    result[..., :3] = matching((1.0 - share) * data_in[..., :3] + share * other[..., :3], data_in)
    return result


def aug_background_rand(data_in: np.ndarray, folderpath: str, seed: int | None = None) -> np.ndarray:
    """Return the image over a picture: alpha decides how much of each; the result is opaque.

    Args:
        data_in: uint8 (H, W, 4), alpha 0 where nothing was rendered.
        folderpath: Folder of pictures; one is drawn.
        seed: Seed of the draw.

    Raises:
        FileNotFoundError: There is no picture in ``folderpath``.
        ValueError: The image has no alpha.
    """
    if data_in.ndim != 3 or data_in.shape[2] != 4:
        raise ValueError(f"BackgroundRand needs an image with alpha, shape (H, W, 4), got {data_in.shape}.")
    other = _picture(folderpath, data_in, np.random.default_rng(seed))
    cover = data_in[..., 3:].astype(np.float32) / 255.0
    result = np.full_like(data_in, 255)
    result[..., :3] = matching(cover * data_in[..., :3] + (1.0 - cover) * other[..., :3], data_in)
    return result


def _picture(folderpath: str, like: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return one picture of a folder, scaled to the size of ``like`` and with its channels."""
    folder = os.path.expanduser(str(folderpath))
    names = sorted(n for n in os.listdir(folder) if n.lower().endswith(_EXTENSIONS)) if os.path.isdir(folder) else []
    if not names:
        raise FileNotFoundError(f"There is no picture ({', '.join(_EXTENSIONS)}) in folderpath='{folderpath}'.")
    with Image.open(os.path.join(folder, names[int(rng.integers(len(names)))])) as picture:
        mode = "RGBA" if like.ndim == 3 and like.shape[2] == 4 else "RGB"
        return np.asarray(picture.convert(mode).resize((like.shape[1], like.shape[0]), Image.Resampling.BILINEAR))
