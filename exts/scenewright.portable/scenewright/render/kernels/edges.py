"""Which pixels an edge crosses: there a few samples show steps."""

import warp as wp

from scenewright.render.kernels.types import Hit

__all__ = ["find_edges"]

wp.set_module_options({"enable_backward": False})

STEP = wp.constant(0.5)
"""Difference of two luminances over their mean from which on they are told apart."""


@wp.func
def luminance(c: wp.vec4) -> float:
    """Rec.709 luminance of the first three channels."""
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]


@wp.func
def tells_apart(hits: wp.array(dtype=Hit), calm: wp.array(dtype=wp.vec4), i: int, j: int) -> bool:
    """Return whether two pixels show different instances, or the border of a shadow or of a light lies between them."""
    a = luminance(calm[i])
    b = luminance(calm[j])
    return hits[i].instance != hits[j].instance or wp.abs(a - b) > STEP * 0.5 * (a + b) + 1.0e-6


@wp.kernel
def find_edges(
    # In:
    hits: wp.array(dtype=Hit),
    calm: wp.array(dtype=wp.vec4),
    width: int,
    height: int,
    first: int,
    # Out:
    edges_out: wp.array(dtype=wp.uint8),
):
    """Mark the pixels that differ from one of the four beside them.

    Args:
        hits: (H * W,) first hits through the pixels' centres.
        calm: (H * W,) radiance without noise.
        width: Of the image.
        height: Of the image.
        first: Index of the first pixel.
        edges_out: (H * W,) 1 at an edge, else 0.
    """
    i = first + wp.tid()
    x = i % width
    y = i // width
    found = wp.uint8(0)
    if x > 0 and tells_apart(hits, calm, i, i - 1):
        found = wp.uint8(1)
    if x < width - 1 and tells_apart(hits, calm, i, i + 1):
        found = wp.uint8(1)
    if y > 0 and tells_apart(hits, calm, i, i - width):
        found = wp.uint8(1)
    if y < height - 1 and tells_apart(hits, calm, i, i + width):
        found = wp.uint8(1)
    edges_out[i] = found
