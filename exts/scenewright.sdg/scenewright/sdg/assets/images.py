"""Textures: checked, and copied as they are or turned into PNG where USD's readers could not be sure of them."""

import hashlib
import io
import re
import warnings
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from PIL import Image, UnidentifiedImageError

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.limits import LIMITS, Limits

__all__ = ["ImageShelf", "StoredImage", "srgb_to_linear"]

_KEPT = {"PNG": ("png", ("L", "RGB", "RGBA", "LA", "P", "I;16")), "JPEG": ("jpg", ("L", "RGB"))}
_READ = ("PNG", "JPEG", "BMP", "TGA", "GIF", "TIFF", "WEBP", "PPM")
_NAME = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class StoredImage:
    """One image of an asset."""

    name: str
    """Its file name in the folder of textures."""
    has_alpha: bool
    """Whether some pixel is not opaque."""
    size: tuple[int, int]


@dataclass
class ImageShelf:
    """The images of one asset by content: the same bytes are kept once, under a name made from the first file's.

    Args:
        limits: Bounds.
    """

    limits: Limits = LIMITS
    files: dict[str, bytes] = field(default_factory=dict)
    """Encoded images by file name."""
    _by_hash: dict[str, StoredImage] = field(default_factory=dict)

    def add(self, data: bytes, title: str) -> StoredImage:
        """Keep an encoded image.

        Args:
            data: The file.
            title: What it was called, for its name and for messages.

        Raises:
            AssetError: It is no image that can be read, is damaged, or has too many pixels.
        """
        digest = hashlib.sha256(data).hexdigest()
        if digest in self._by_hash:
            return self._by_hash[digest]
        if len(self.files) >= self.limits.images:
            raise AssetError(f"it has more than {self.limits.images} images.")
        ending, content, has_alpha, size = _checked(data, title, self.limits)
        stored = StoredImage(self._free_name(title, ending), has_alpha, size)
        self.files[stored.name] = content
        self._by_hash[digest] = stored
        return stored

    def add_mask(self, image: Image.Image, title: str) -> StoredImage:
        """Keep an image that a reader has made itself, as PNG."""
        return self.add(_encoded(image), title)

    def _free_name(self, title: str, ending: str) -> str:
        stem = _NAME.sub("_", PurePosixPath(title.replace("\\", "/")).stem).strip("_").lower()[:48] or "image"
        name, count = f"{stem}.{ending}", 1
        while name in self.files:
            count += 1
            name = f"{stem}_{count}.{ending}"
        return name


def srgb_to_linear(value: float) -> float:
    """Return the linear intensity of a display value in 0..1 (IEC 61966-2-1)."""
    value = min(max(value, 0.0), 1.0)
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _checked(data: bytes, title: str, limits: Limits) -> tuple[str, bytes, bool, tuple[int, int]]:
    """Return (ending, bytes to keep, whether it has alpha, size) of an encoded image that was read to its end."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own on large images; ours is the limit below
            with Image.open(io.BytesIO(data), formats=_READ) as image:
                width, height = image.size
                if width * height > limits.image_pixels or width < 1 or height < 1:
                    raise AssetError(f"image '{title}' has {width} x {height} pixels; at most {limits.image_pixels:,} "
                                     "are read.")
                image.load()
                ending, modes = _KEPT.get(image.format or "", ("png", ()))
                keeps = image.mode in modes
                plain = image if keeps and image.mode != "P" else _plain(image)
                has_alpha = "A" in plain.getbands() and plain.getchannel("A").getextrema()[0] < 255
                return ending if keeps else "png", data if keeps else _encoded(plain), has_alpha, image.size
    except UnidentifiedImageError:
        raise AssetError(f"image '{title}' is none of {', '.join(_READ)}.") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, EOFError, IndexError, KeyError, TypeError,
            MemoryError) as error:
        if isinstance(error, AssetError):
            raise
        raise AssetError(f"image '{title}' is damaged: {error}.") from error


def _plain(image: Image.Image) -> Image.Image:
    """Return an image as grey, RGB or RGBA."""
    if image.mode in ("1", "L", "I;16"):
        return image.convert("L")
    transparent = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB")


def _encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=6)
    return buffer.getvalue()
