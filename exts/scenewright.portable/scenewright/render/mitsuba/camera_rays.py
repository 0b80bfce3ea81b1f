"""Rays of any lens through the pixels of an image, from the exact (float64) camera models."""

import numpy as np

from scenewright.render.device.camera import ImageCamera
from scenewright.render.lens.models import Perspective
from scenewright.render.mitsuba.transport import CameraRays

__all__ = ["camera_rays"]


def camera_rays(image: ImageCamera, rows: tuple[int, int], count: int, chance: np.random.Generator) -> CameraRays:
    """Return ``count`` rays at random positions within each pixel of some rows, pixel after pixel.

    A thin lens is focused at a distance along the viewing axis of a pinhole, and along the ray of any other lens.
    """
    height = rows[1] - rows[0]
    pixels = np.repeat(np.arange(height * image.width), count)
    shift = chance.random((len(pixels), 2))
    origins, directions = image.rays(pixels % image.width + shift[:, 0], rows[0] + pixels // image.width + shift[:, 1])
    origins = origins - image.center
    directions = np.array(directions)
    if isinstance(image.lens, Perspective):  # distances to the image plane
        directions /= (directions @ image.forward)[:, None]
    if image.data.lens_radius > 0.0:
        u = chance.random((len(pixels), 2))
        radius, angle = image.data.lens_radius * np.sqrt(u[:, 0]), 2.0 * np.pi * u[:, 1]
        on_lens = radius[:, None] * (np.cos(angle)[:, None] * image.right + np.sin(angle)[:, None] * image.up)
        origins = origins + on_lens
        directions = directions - on_lens / image.data.focus_distance
    length = np.linalg.norm(directions, axis=1)
    near, far = image.record.clipping_range
    return CameraRays(origins, directions / length[:, None], max(near, 0.0) * length, min(far, 1e30) * length)
