"""Runs the colour filter over one image."""

import warp as wp

from scenewright.render.device.camera import ImageCamera
from scenewright.render.kernels.denoise import demodulate, estimate_noise, filter_light, locate, remodulate
from scenewright.render.kernels.trace import GuideBuffers
from scenewright.render.tiles import TileLauncher

__all__ = ["DENOISE_KERNELS", "denoise", "guide_buffers"]

DENOISE_KERNELS = (locate, demodulate, estimate_noise, filter_light, remodulate)
_SPACINGS = (1, 2, 4, 8, 16)
_CALM_SAMPLES = 8  # from here on mirror-like reflections are sharper left alone than filtered


def guide_buffers(count: int, device: str) -> GuideBuffers:
    """Return empty guides for ``count`` pixels, to be filled by the colour pass."""
    guides = GuideBuffers()
    guides.wanted = 1
    guides.calm = wp.zeros(count, dtype=wp.vec4, device=device)
    guides.reflectance = wp.empty(count, dtype=wp.vec4, device=device)
    guides.normals = wp.empty(count, dtype=wp.vec4, device=device)
    guides.sharpness = wp.empty(count, dtype=float, device=device)
    return guides


def denoise(launcher: TileLauncher, image: ImageCamera, hdr: wp.array, guides: GuideBuffers, samples: int) -> None:
    """Filter ``hdr`` in place, (H * W,) vec4."""
    count = image.width * image.height
    light = wp.empty(count, dtype=wp.vec4, device=launcher.device)
    spare = wp.empty(count, dtype=wp.vec4, device=launcher.device)
    points = wp.empty(count, dtype=wp.vec3, device=launcher.device)
    launcher.launch(locate, count, [image.data, guides.normals], [points])
    launcher.launch(demodulate, count, [hdr, guides.calm, guides.reflectance, samples], [spare])
    launcher.launch(estimate_noise, count, [image.data, spare, guides.normals, points], [light])
    for spacing in _SPACINGS:
        glossy = int(spacing == 1 and samples < _CALM_SAMPLES)
        launcher.launch(filter_light, count,
                        [image.data, light, guides.normals, points, guides.sharpness, spacing, glossy], [spare])
        light, spare = spare, light
    launcher.launch(remodulate, count, [light, guides.calm, guides.reflectance, guides.normals], [hdr])
