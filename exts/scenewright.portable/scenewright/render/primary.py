"""Finds the label hit of every pixel: in tiles on the CPU, a thread a ray on a GPU."""

from typing import TYPE_CHECKING

import warp as wp

from scenewright.render.kernels.primary import trace_blocks, trace_pixels
from scenewright.render.kernels.raster import TILE_WIDTH
from scenewright.render.kernels.types import Hit

if TYPE_CHECKING:
    from scenewright.render.device.camera import ImageCamera
    from scenewright.render.device.scene import PlacedScene
    from scenewright.render.tiles import TileLauncher

__all__ = ["primary_kernel", "trace_primary"]


def primary_kernel(device: str) -> wp.Kernel:
    """Return the kernel that finds the label hits on a device."""
    return trace_blocks if wp.get_device(device).is_cpu else trace_pixels


def trace_primary(launcher: "TileLauncher", image: "ImageCamera", placed: "PlacedScene",
                  rows: tuple[int, int] | None = None, hits: wp.array | None = None) -> wp.array:
    """Return the nearest hit of the ray through each pixel centre, (width * height,) Hit.

    With ``rows`` = (begin, end) only those of these image rows are there for certain. They go to ``hits`` where that is given.
    """
    begin, end = rows or (0, image.height)
    if hits is None:
        hits = wp.empty(image.width * image.height, dtype=Hit, device=launcher.device)
    kernel = primary_kernel(launcher.device)
    data = image.data
    data.exact_image = wp.vec4d(data.step_x, data.start_x, data.step_y, data.start_y)
    if kernel is trace_pixels:
        launcher.launch(kernel, (end - begin) * image.width, [placed.data, image.data], [hits], start=begin * image.width)
    else:
        across, first, last = -(-image.width // TILE_WIDTH), begin // TILE_WIDTH, -(-end // TILE_WIDTH)
        count = across * (last - first)
        launcher.launch(kernel, count, [placed.data, image.data], [hits], tile=launcher.share(count, 8), start=across * first)
    return hits
