"""Intel Open Image Denoise through pyoidn (extra ``[denoise]``): a trained filter, guided by albedo and normals.

A. T. Áfra, "Intel Open Image Denoise", Apache-2.0; pyoidn, MIT.
"""

import importlib.util

import numpy as np
import warp as wp

from scenewright.render.device.camera import ImageCamera
from scenewright.render.kernels.trace import GuideBuffers

__all__ = ["denoise_with_oidn", "has_oidn"]

_MARGIN = 8
"""Pixels. Measured on an even image: without, pixels in its corners are up to 41 % off; with 4, 2 %; with 8, 0.6 %."""


def has_oidn() -> bool:
    """Return whether pyoidn is installed."""
    return importlib.util.find_spec("pyoidn") is not None


def denoise_with_oidn(image: ImageCamera, hdr: wp.array, guides: GuideBuffers, *, fast: bool,
                      clean: bool) -> None:
    """Filter the radiance of ``hdr`` in place, (H * W,) vec4, but what is calm in it; coverage stays.

    The result depends on nothing but its input: it is the same for any number of threads.

    Args:
        image: The image's camera.
        hdr: Radiance and coverage.
        guides: Albedo, normals and calm radiance of the same samples.
        fast: The smaller network: half the time, a little less detail.
        clean: Whether albedo and normals hold next to no noise, as with samples at edges and nothing blurred: what they show
            is then followed more closely. From noisy ones that would let noise through.

    Raises:
        ModuleNotFoundError: pyoidn is not installed; the message names the extra.
    """
    try:
        import pyoidn
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("The denoiser 'oidn' needs pyoidn. Install it with: pip install 'scenewright[denoise]', "
                                  "or choose the denoiser 'filter'.") from error
    shape = (image.height, image.width, 4)
    values = np.array(hdr.numpy().reshape(shape), dtype=np.float32)
    albedo = np.clip(guides.reflectance.numpy().reshape(shape)[..., :3], 0.0, 1.0)
    normal = guides.normals.numpy().reshape(shape)[..., :3]
    calm = guides.calm.numpy().reshape(shape)[..., :3]
    noisy = np.maximum(values[..., :3] - calm, 0.0)
    found = pyoidn.denoise(_framed(noisy), albedo=_framed(albedo), normal=_framed(normal), hdr=True, clean_aux=clean,
                           quality="fast" if fast else "high")
    values[..., :3] = calm + found[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    hdr.assign(values.reshape(-1, 4))


def _framed(values: np.ndarray) -> np.ndarray:
    """Return an image with a margin on each side, as in a mirror: the network sees black beyond the border."""
    return np.ascontiguousarray(np.pad(values, ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0)), mode="symmetric"))
