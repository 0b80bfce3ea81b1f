"""What augmentations share: arithmetic in floats on the colour channels, and sampling between pixels."""

from collections.abc import Callable

import numpy as np

__all__ = ["bilinear", "luma", "map_colors", "matching"]

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as the JPEG and OpenCV grey of 8-bit images


def matching(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Return ``values`` in the dtype of ``like``: integers are rounded and clipped to its range."""
    if np.issubdtype(like.dtype, np.integer):
        limits = np.iinfo(like.dtype)
        return np.clip(np.rint(values), limits.min, limits.max).astype(like.dtype)
    return values.astype(like.dtype)


def map_colors(data: np.ndarray, function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return ``data`` with its values, but not its alpha, replaced by ``function`` of them.

    Args:
        data: (H, W) or (H, W, C); channel 3 is alpha.
        function: From float32 values of shape (H, W) or (H, W, ≤ 3), on the scale of ``data``, to such values.
    """
    if data.ndim == 2 or data.shape[2] < 4:
        return matching(function(data.astype(np.float32)), data)
    result = data.copy()
    result[..., :3] = matching(function(data[..., :3].astype(np.float32)), data)
    return result


def luma(data: np.ndarray) -> np.ndarray:
    """Return the brightness of an image as float32 (H, W), on its own scale; a single channel is taken as it is."""
    values = data.astype(np.float32)
    return values if values.ndim == 2 else values[..., 0] if values.shape[2] < 3 else values[..., :3] @ _LUMA


def bilinear(data: np.ndarray, rows: np.ndarray, columns: np.ndarray, outside: float | None = None) -> np.ndarray:
    """Return ``data`` sampled between its pixels; ids (integers other than uint8) take the nearest pixel.

    Args:
        data: (H, W) or (H, W, C).
        rows: Row of each sample, pixel centres at whole numbers, any shape.
        columns: Likewise.
        outside: Value where a sample lies outside the image; None takes the nearest border pixel.

    Returns:
        Array of the samples' shape, with the channels of ``data`` and its dtype.
    """
    height, width = data.shape[:2]
    if data.dtype != np.uint8 and np.issubdtype(data.dtype, np.integer):
        picked = data[np.clip(np.rint(rows), 0, height - 1).astype(int), np.clip(np.rint(columns), 0, width - 1).astype(int)]
    else:
        y, x = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
        y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
        y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
        wy, wx = (y - y0).astype(np.float32), (x - x0).astype(np.float32)
        if data.ndim == 3:
            wy, wx = wy[..., None], wx[..., None]
        values = data.astype(np.float32)
        top = values[y0, x0] * (1 - wx) + values[y0, x1] * wx
        bottom = values[y1, x0] * (1 - wx) + values[y1, x1] * wx
        picked = matching(top * (1 - wy) + bottom * wy, data)
    if outside is not None:
        picked[(rows < -0.5) | (rows > height - 0.5) | (columns < -0.5) | (columns > width - 0.5)] = outside
    return picked
