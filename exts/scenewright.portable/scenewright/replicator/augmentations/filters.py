"""Augmentations that combine neighbouring pixels: convolution, motion blur, pixellation, Sobel and Canny edges."""

from collections.abc import Sequence

import numpy as np

from scenewright.replicator.augmentations.pixels import luma, map_colors, matching

__all__ = ["aug_canny", "aug_conv2d", "aug_motion_blur", "aug_pixellate", "aug_sobel", "canny_edges", "convolve"]


def convolve(values: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the correlation of (H, W) or (H, W, C) floats with a kernel (K, L); pixels beyond the border repeat it."""
    rows, columns = kernel.shape
    pad = [(rows // 2, rows - 1 - rows // 2), (columns // 2, columns - 1 - columns // 2)] + [(0, 0)] * (values.ndim - 2)
    padded = np.pad(values, pad, mode="edge")
    height, width = values.shape[:2]
    total = np.zeros(values.shape, np.float32)
    for y, x in zip(*np.nonzero(kernel), strict=True):
        total += np.float32(kernel[y, x]) * padded[y : y + height, x : x + width]
    return total


def aug_conv2d(data_in: np.ndarray, kernel: Sequence[Sequence[float]] | None = None, kernelSize: int = 3,
               alpha: float = 1.0) -> np.ndarray:
    """Return (1 - alpha) image + alpha (image * kernel).

    Args:
        data_in: (H, W) or (H, W, C).
        kernel: (K, L) weights; None is the box filter of ``kernelSize``.
        kernelSize: Side of the box filter [px].
        alpha: Strength of the convolution.

    Raises:
        ValueError: The kernel has no two dimensions, or its size is below 1.
    """
    if kernel is None and kernelSize < 1:
        raise ValueError(f"Conv2d needs kernelSize >= 1, got {kernelSize}.")
    weights = np.full((kernelSize, kernelSize), 1.0 / kernelSize**2) if kernel is None else np.asarray(kernel, np.float64)
    if weights.ndim != 2 or not weights.size:
        raise ValueError(f"Conv2d takes a kernel of shape (K, L), got {weights.shape}.")
    return map_colors(data_in, lambda v: (1.0 - alpha) * v + alpha * convolve(v, weights))


def aug_motion_blur(data_in: np.ndarray, motionAngle: float = 45.0, strength: float = 0.7, kernelSize: int = 11) -> np.ndarray:
    """Return the image blurred along a line.

    Args:
        data_in: (H, W) or (H, W, C).
        motionAngle: Direction of the line [degrees], counter-clockwise from the image's +x.
        strength: Share of the blurred image, 0..1.
        kernelSize: Length of the line [px].

    Raises:
        ValueError: ``kernelSize`` is below 1 or ``strength`` outside 0..1.
    """
    if kernelSize < 1 or not 0.0 <= strength <= 1.0:
        raise ValueError(f"MotionBlur needs kernelSize >= 1 and strength in 0..1, got {kernelSize} and {strength}.")
    size = int(kernelSize) | 1
    weights = np.zeros((size, size))
    along = np.linspace(-(kernelSize - 1) / 2, (kernelSize - 1) / 2, 4 * int(kernelSize) + 1)
    angle = np.deg2rad(motionAngle)
    rows = np.rint(size // 2 - along * np.sin(angle)).astype(int)
    columns = np.rint(size // 2 + along * np.cos(angle)).astype(int)
    np.add.at(weights, (rows, columns), 1.0 / len(along))
    return aug_conv2d(data_in, weights.tolist(), alpha=strength)


def aug_pixellate(data_in: np.ndarray, kernelSize: int = 8) -> np.ndarray:
    """Return the image in squares of one colour, the mean of what they cover; squares at the border may be cut.

    Args:
        data_in: (H, W) or (H, W, C).
        kernelSize: Side of the squares [px].

    Raises:
        ValueError: ``kernelSize`` is below 1.
    """
    if kernelSize < 1:
        raise ValueError(f"Pixellate needs kernelSize >= 1, got {kernelSize}.")
    height, width = data_in.shape[:2]
    tops, lefts = np.arange(0, height, kernelSize), np.arange(0, width, kernelSize)
    tall, wide = np.diff(tops, append=height), np.diff(lefts, append=width)
    sums = np.add.reduceat(np.add.reduceat(data_in.astype(np.float64), tops, axis=0), lefts, axis=1)
    area = (tall[:, None] * wide).reshape(len(tops), len(lefts), *[1] * (data_in.ndim - 2))
    return matching(np.repeat(np.repeat(sums / area, tall, axis=0), wide, axis=1), data_in)


def aug_sobel(data_in: np.ndarray) -> np.ndarray:
    """Return the length of the brightness gradient by Sobel's 3 x 3 operator; a step of height h gives 4 h.

    Args:
        data_in: (H, W) or (H, W, C).

    Returns:
        As ``data_in``: grey in all colour channels, clipped to the dtype's range; alpha is opaque.
    """
    across, down = _gradients(luma(data_in))
    return _as_image(np.hypot(across, down), data_in)


def aug_canny(data_in: np.ndarray, thresholdLow: float = 10.0, thresholdHigh: float = 100.0) -> np.ndarray:
    """Return the edges of an image in white on black; see :func:`canny_edges`.

    Args:
        data_in: uint8 (H, W) or (H, W, C).
        thresholdLow: Gradient from which a pixel continues an edge.
        thresholdHigh: Gradient from which a pixel begins an edge.

    Returns:
        As ``data_in``; alpha is opaque.
    """
    return _as_image(canny_edges(data_in, thresholdLow, thresholdHigh) * 255.0, data_in)


def canny_edges(data: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return the edge pixels of an image, (H, W) bool.

    J. Canny, "A computational approach to edge detection", PAMI 1986: local maxima of the gradient across the edge, kept where
    they reach ``high`` or are joined to such a pixel by pixels that reach ``low``. The gradient is |Sx| + |Sy| of the 3 x 3
    Sobel operator on the grey image, without smoothing, as OpenCV's ``Canny`` measures it: a step of h grey levels gives 4 h.

    Raises:
        ValueError: Not 0 <= low <= high.
    """
    if not 0 <= low <= high:
        raise ValueError(f"Canny needs 0 <= low <= high, got low={low} and high={high}.")
    across, down = _gradients(np.rint(luma(data)))
    strength = np.abs(across) + np.abs(down)
    height, width = strength.shape
    padded = np.pad(strength, 1)
    # The neighbours across the edge lie in one of four directions: -, \, |, / (in rows downwards).
    sector = np.rint(np.arctan2(down, across) / (np.pi / 4)).astype(int) % 4
    peak = np.zeros(strength.shape, bool)
    for direction, (dy, dx) in enumerate(((0, 1), (1, 1), (1, 0), (1, -1))):
        before = padded[1 - dy : 1 - dy + height, 1 - dx : 1 - dx + width]
        after = padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        peak |= (sector == direction) & (strength > before) & (strength >= after)
    return _joined(peak & (strength >= low), peak & (strength >= max(high, 1e-6)))


def _joined(weak: np.ndarray, strong: np.ndarray) -> np.ndarray:
    """Return the weak pixels that are 8-connected to a strong one, growing from the strong ones outwards."""
    height, width = weak.shape
    found = np.zeros((height + 2, width + 2), bool)
    open_pixels = np.pad(weak, 1).ravel()
    flat = found.ravel()
    steps = np.array([dy * (width + 2) + dx for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx])
    front = np.flatnonzero(np.pad(strong, 1))
    while front.size:
        flat[front] = True
        around = (front[:, None] + steps).ravel()
        front = np.unique(around[open_pixels[around] & ~flat[around]])
    return found[1:-1, 1:-1]


def _gradients(gray: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Sobel's derivatives towards +x and downwards."""
    padded = np.pad(gray, 1, mode="edge")
    smooth_rows = padded[:-2] + 2.0 * padded[1:-1] + padded[2:]
    smooth_columns = padded[:, :-2] + 2.0 * padded[:, 1:-1] + padded[:, 2:]
    return smooth_rows[:, 2:] - smooth_rows[:, :-2], smooth_columns[2:] - smooth_columns[:-2]


def _as_image(gray: np.ndarray, like: np.ndarray) -> np.ndarray:
    if like.ndim == 2:
        return matching(gray, like)
    image = np.repeat(matching(gray, like)[..., None], like.shape[2], axis=2)
    if like.shape[2] == 4:
        image[..., 3] = 255 if like.dtype == np.uint8 else 1
    return image
