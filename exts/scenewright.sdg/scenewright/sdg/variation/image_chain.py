"""What a real camera does to a picture: lens, sensor and file, as augmentations of Replicator's ``rgb`` annotator."""

import io
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import warp as wp
from PIL import Image

from scenewright.sdg.variation import image_kernels as kernels
from scenewright.sdg.variation.counter import Key
from scenewright.sdg.variation.errors import VariationError, checked_number
from scenewright.sdg.variation.launching import launch_ranges, on_device

__all__ = ["CameraImage", "camera_image", "parameters_of"]


@dataclass(frozen=True)
class CameraImage:
    """The steps of an image chain, in this order; 0 or False leaves a step out.

    Attributes:
        vignetting: Share of the light that the corners lose, 0 to 1; it grows with the square of the distance from the middle.
        aberration: Lateral chromatic aberration: how far red lies outside of green, and blue inside, in the corners [pixels].
        blur: Standard deviation of a Gaussian blur [pixels].
        photons: Electrons that white makes in a photosite, which is its full well; the fewer, the more photon noise. 0 = no
            noise.
        read_noise: Standard deviation of the read noise [electrons]; needs ``photons``.
        bits: Bits of the sensor's converter; needs ``photons``.
        mosaic: Whether photosites see one colour each (RGGB), and the others are filled in bilinearly.
        jpeg: Quality of a JPEG compression, 1 to 95.
    """

    vignetting: float = 0.0
    aberration: float = 0.0
    blur: float = 0.0
    photons: float = 0.0
    read_noise: float = 0.0
    bits: int = 12
    mosaic: bool = False
    jpeg: int = 0

    def __post_init__(self) -> None:
        checked_number("vignetting", self.vignetting, 0.0, 1.0)
        checked_number("aberration", self.aberration, -64.0, 64.0, "pixels")
        checked_number("blur", self.blur, 0.0, 64.0, "pixels")
        checked_number("photons", self.photons, 0.0, 1e7, "electrons")
        checked_number("read_noise", self.read_noise, 0.0, 1e6, "electrons")
        if self.read_noise and not self.photons:
            raise VariationError("'read_noise' counts in electrons, and 'photons' is 0. Say how many electrons white makes.")
        for name, low, high in (("bits", 4, 16), ("jpeg", 0, 95)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise VariationError(f"'{name}' is {value!r}. Give a whole number from {low} to {high}.")
        if not isinstance(self.mosaic, bool):
            raise VariationError(f"'mosaic' is {self.mosaic!r}. Give true or false.")

    def apply(self, data: np.ndarray, seed: int, device: str | None = None) -> np.ndarray:
        """Return the picture as the camera would give it; alpha stays.

        Args:
            data: sRGB, shape (H, W, 3 or 4), uint8.
            seed: Decides about the noise.
            device: Warp device; None = the CPU.

        Raises:
            VariationError: It is no such picture.
        """
        data = np.asarray(data)
        if data.dtype != np.uint8 or data.ndim != 3 or data.shape[2] not in (3, 4):
            raise VariationError(
                f"a picture of shape {data.shape} and type {data.dtype} is given. Augment an annotator that holds "
                "uint8 pictures of 3 or 4 channels, such as rgb."
            )
        result = data.copy()
        if self._changes_light():
            result[..., :3] = self._light(data[..., :3], seed, on_device(device))
        if self.jpeg:
            buffer = io.BytesIO()
            Image.fromarray(np.ascontiguousarray(result[..., :3])).save(buffer, "JPEG", quality=self.jpeg)
            result[..., :3] = np.asarray(Image.open(buffer))
        return result

    def _changes_light(self) -> bool:
        return bool(self.vignetting or self.aberration or self.blur or self.photons or self.mosaic)

    def _light(self, data: np.ndarray, seed: int, device: str) -> np.ndarray:
        height = data.shape[0]
        picture = wp.array(np.ascontiguousarray(_TO_LINEAR[data]), dtype=wp.vec3, device=device)

        def run(kernel: wp.Kernel, source: wp.array, *inputs: Any) -> wp.array:
            made = wp.empty_like(source)
            launch_ranges(kernel, height, [*inputs, source, made], device, smallest=16)
            return made

        if self.vignetting or self.aberration:
            picture = run(kernels.through_lens, picture, float(self.vignetting), float(self.aberration))
        if self.blur:
            reach = np.arange(int(np.ceil(3.0 * self.blur)) + 1)
            weights = np.exp(-0.5 * (reach / self.blur) ** 2)
            weights /= 2.0 * weights.sum() - weights[0]
            taps = wp.array(weights.astype(np.float32), dtype=float, device=device)
            picture = run(kernels.blur_lines, run(kernels.blur_lines, picture, taps, 1, 0), taps, 0, 1)
        if self.photons:
            words = np.random.SeedSequence(int(seed)).generate_state(2, np.uint32)
            key = Key(int(words[0]), int(words[1]))
            picture = run(
                kernels.expose,
                picture,
                key,
                float(self.photons),
                float(self.read_noise),
                float(2**self.bits - 1),
                int(self.mosaic),
            )
        if self.mosaic:
            picture = run(kernels.demosaic, picture)
        return _to_srgb(picture.numpy())


def camera_image(
    data_in: np.ndarray,
    seed: int | None = None,
    vignetting: float = 0.0,
    aberration: float = 0.0,
    blur: float = 0.0,
    photons: float = 0.0,
    read_noise: float = 0.0,
    bits: int = 12,
    mosaic: bool = False,
    jpeg: int = 0,
    device: str | None = None,
) -> np.ndarray:
    """Return a picture as a camera would give it: a function for ``rep.annotators.Augmentation.from_function``.

    Args:
        data_in: sRGB, shape (H, W, 3 or 4), uint8.
        seed: Decides about the noise; None = 0. Replicator puts a new number for each frame in place of None.
        vignetting: See `CameraImage`, as all that follows.
        aberration: [pixels].
        blur: [pixels].
        photons: [electrons].
        read_noise: [electrons].
        bits: Of the converter.
        mosaic: RGGB.
        jpeg: Quality.
        device: Warp device; None = the CPU.

    Raises:
        VariationError: A value is wrong, or it is no such picture.
    """
    chain = CameraImage(vignetting, aberration, blur, photons, read_noise, bits, mosaic, jpeg)
    return chain.apply(data_in, 0 if seed is None else int(seed), device)


def parameters_of(chain: CameraImage) -> dict[str, Any]:
    """Return the steps of a chain as parameters of `camera_image`."""
    return {field.name: getattr(chain, field.name) for field in fields(chain)}


def _srgb_to_linear(value: np.ndarray) -> np.ndarray:
    # IEC 61966-2-1
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


_TO_LINEAR = _srgb_to_linear(np.arange(256) / 255.0).astype(np.float32)
_STEPS = 1 << 14
_EDGES = np.linspace(0.0, 1.0, _STEPS + 1)
_TO_BYTE = np.round(255.0 * np.where(_EDGES <= 0.0031308, 12.92 * _EDGES, 1.055 * _EDGES ** (1.0 / 2.4) - 0.055)).astype(
    np.uint8
)


def _to_srgb(light: np.ndarray) -> np.ndarray:
    return _TO_BYTE[np.clip(light * _STEPS + 0.5, 0.0, _STEPS).astype(np.int32)]
