"""Gaussian splats over and behind a rendered image: front to back in each tile, up to the surface of the pixel."""

# ruff: noqa: UP018 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.film import FilmData, linear_of_srgb, undevelop
from scenewright.render.kernels.types import NO_HIT, Hit

__all__ = ["TILE", "SplatData", "blend_splats"]

wp.set_module_options({"enable_backward": False})

TILE = wp.constant(16)
"""Side of a tile [px]."""
MOST_OPAQUE = wp.constant(0.99)
FAINT = wp.constant(1.0 / 255.0)
CLOSED = wp.constant(1.0e-4)


@wp.struct
class SplatData:
    """A splat in the image."""

    center: wp.vec2  # [px]
    conic: wp.vec3  # inverse of its covariance: xx, xy, yy [1/px^2]
    opacity: wp.float32
    depth: wp.float32  # in the ray parameter of camera rays
    color: wp.vec3  # sRGB-encoded


@wp.kernel
def blend_splats(
    # In:
    splats: wp.array(dtype=SplatData),
    order: wp.array(dtype=wp.int32),
    starts: wp.array(dtype=wp.int32),
    tiles_across: int,
    width: int,
    hits: wp.array(dtype=Hit),
    film: FilmData,
    first: int,
    # Out:
    hdr: wp.array(dtype=wp.vec4),
):
    """Blend the splats before each pixel's surface over its radiance.

    ``order`` holds the splats of each tile from near to far, those of tile k from ``starts[k]`` to ``starts[k + 1]``. Their
    colours are blended as they were trained, sRGB-encoded, and brought to the radiance that is developed to that colour.
    """
    i = first + wp.tid()
    column = i % width
    row = i // width
    tile = (row // TILE) * tiles_across + column // TILE
    limit = float(1.0e30)
    if hits[i].instance != NO_HIT:
        limit = hits[i].t
    color = wp.vec3(0.0, 0.0, 0.0)
    through = float(1.0)
    for k in range(starts[tile], starts[tile + 1]):
        splat = splats[order[k]]
        if splat.depth >= limit:
            break
        dx = float(column) + 0.5 - splat.center[0]
        dy = float(row) + 0.5 - splat.center[1]
        power = 0.5 * (splat.conic[0] * dx * dx + splat.conic[2] * dy * dy) + splat.conic[1] * dx * dy
        alpha = wp.min(splat.opacity * wp.exp(-power), MOST_OPAQUE)
        if power >= 0.0 and alpha >= FAINT:
            color += splat.color * (alpha * through)
            through *= 1.0 - alpha
            if through < CLOSED:
                break
    covered = 1.0 - through
    if covered > 0.0:
        mean = color / covered
        shown = wp.vec3(linear_of_srgb(mean[0]), linear_of_srgb(mean[1]), linear_of_srgb(mean[2]))
        light = undevelop(shown, film) * covered
        behind = hdr[i]
        hdr[i] = wp.vec4(light[0] + behind[0] * through, light[1] + behind[1] * through, light[2] + behind[2] * through,
                         1.0 - through * (1.0 - behind[3]))
