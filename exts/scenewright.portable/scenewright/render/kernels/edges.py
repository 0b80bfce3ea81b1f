"""Which pixels an edge crosses: there a few samples show steps."""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.types import Hit

__all__ = ["OUTLINE", "SHADOW", "find_edges"]

wp.set_module_options({"enable_backward": False})

SHADOW = wp.constant(1)
"""The border of a sharp shadow or of a light."""
OUTLINE = wp.constant(2)
"""The border of an instance."""
STEP = wp.constant(0.5)
"""Difference of two luminances over their mean from which on they are told apart."""


@wp.func
def luminance(c: wp.vec4) -> float:
    """Rec.709 luminance of the first three channels."""
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]


@wp.func
def edge_between(hits: wp.array(dtype=Hit), calm: wp.array(dtype=wp.vec4), i: int, j: int) -> int:
    """Return what lies between two pixels: an outline, the border of a shadow or of a light, or nothing (0)."""
    if hits[i].instance != hits[j].instance:
        return OUTLINE
    a = luminance(calm[i])
    b = luminance(calm[j])
    return wp.where(wp.abs(a - b) > STEP * 0.5 * (a + b) + 1.0e-6, SHADOW, 0)


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
    """Mark the pixels that differ from one of the four beside them, and by what.

    Args:
        hits: (H * W,) first hits through the pixels' centres.
        calm: (H * W,) radiance without noise.
        width: Of the image.
        height: Of the image.
        first: Index of the first pixel.
        edges_out: (H * W,) ``OUTLINE``, ``SHADOW`` or 0.
    """
    i = first + wp.tid()
    x = i % width
    y = i // width
    found = int(0)
    if x > 0:
        found = wp.max(found, edge_between(hits, calm, i, i - 1))
    if x < width - 1:
        found = wp.max(found, edge_between(hits, calm, i, i + 1))
    if y > 0:
        found = wp.max(found, edge_between(hits, calm, i, i - width))
    if y < height - 1:
        found = wp.max(found, edge_between(hits, calm, i, i + width))
    edges_out[i] = wp.uint8(found)
