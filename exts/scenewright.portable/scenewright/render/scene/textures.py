"""Image files to texture records: PNG, JPEG and whatever else Pillow reads, Radiance .hdr, OpenEXR; UDIM sets of them."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from pxr import Ar, Sdf, Usd, UsdShade

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.radiance_hdr import MOST_PIXELS, read_radiance_hdr
from scenewright.render.scene.records import TextureRecord

__all__ = ["TextureLibrary", "TextureRequest", "decode_image"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TextureRequest:
    """A texture as an attribute asks for it."""

    attribute: str  # path of the asset attribute, for messages
    authored: str
    resolved: str  # empty where Ar found nothing
    color_space: str  # auto, sRGB or raw
    layer: str  # identifier of the layer that authored the path, for messages
    tiles: tuple[tuple[int, str], ...] = ()  # of a UDIM set: (number, resolved path) of each tile that exists

    @property
    def key(self) -> str:
        """Return the key of the TextureRecord: file and colour space."""
        return f"{self.resolved}|{self.color_space}"


class TextureLibrary:
    """The decoded textures of one stage; a file is decoded once per colour space and kept while something uses it.

    Args:
        missing: What happens to a file that cannot be found or read: ``"warn"`` says so once and renders without it,
            ``"error"`` raises.
    """

    def __init__(self, missing: str = "warn") -> None:
        if missing not in ("error", "warn"):
            raise ValueError(f"missing_textures is {missing!r}; allowed are 'error' and 'warn'.")
        self.missing = missing
        self.records: dict[str, TextureRecord] = {}
        self._warned: set[str] = set()

    def load(self, request: TextureRequest) -> str:
        """Return the key of the decoded texture; empty where there is none and that is allowed.

        Raises:
            SceneError: The file is missing or cannot be decoded and that is an error, or an extra is needed to read it.
        """
        if not request.authored:
            return ""
        if not request.resolved and not request.tiles:
            self._complain(
                f"{request.attribute}: texture @{request.authored}@ not found; it was looked for relative to "
                f"{request.layer or 'the stage'} and in the asset resolver's search path. Correct the path or add the file."
            )
            return ""
        if request.key in self.records:
            return request.key
        if not request.tiles:
            return self._decode(request, request.key, request.resolved)
        keys = ((number, self._decode(request, f"{path}|{request.color_space}", path)) for number, path in request.tiles)
        tiles = tuple((number, key) for number, key in keys if key)
        if not tiles:
            return ""
        self.records[request.key] = TextureRecord(request.key, np.zeros((1, 1, 4), np.uint8), srgb=False, tiles=tiles)
        return request.key

    def constant(self, value: tuple[float, float, float, float]) -> str:
        """Return the key of a texture that has one linear value everywhere."""
        key = f"constant {value}"
        if key not in self.records:
            self.records[key] = TextureRecord(key, np.array(value, np.float32).reshape(1, 1, 4), srgb=False)
        return key

    def keep_only(self, keys: set[str]) -> None:
        """Forget every texture that is neither in ``keys`` nor a tile of one that is."""
        tiles = {tile for key in keys & self.records.keys() for _, tile in self.records[key].tiles}
        for key in self.records.keys() - keys - tiles:
            del self.records[key]

    def _decode(self, request: TextureRequest, key: str, path: str) -> str:
        if key in self.records:
            return key
        try:
            pixels, srgb = decode_image(path, request.color_space)
        except ImportError as error:
            raise SceneError(f"{request.attribute}: texture @{request.authored}@ cannot be read: {error}.") from error
        except (OSError, ValueError) as error:
            tile = f" (tile {path})" if request.tiles else ""
            message = f"{request.attribute}: texture @{request.authored}@{tile} cannot be read: {error}".rstrip(".")
            self._complain(f"{message}. Bring an intact image or correct the path.", error)
            return ""
        wild = 0 if pixels.dtype == np.uint8 else int((~np.isfinite(pixels)).any(axis=-1).sum())
        if wild:
            _log.warning("%s: texture @%s@ holds %d texels that are not finite. They are black.", request.attribute,
                         request.authored, wild)
            pixels[~np.isfinite(pixels[..., :3]).all(axis=-1), :3] = 0.0
            pixels[~np.isfinite(pixels[..., 3]), 3] = 1.0
        self.records[key] = TextureRecord(key, pixels, srgb)
        return key

    def _complain(self, message: str, cause: Exception | None = None) -> None:
        if self.missing == "error":
            raise SceneError(message) from cause
        if message not in self._warned:
            self._warned.add(message)
            _log.warning("%s It is rendered without.", message)


def texture_request(attribute: Usd.Attribute, color_space: str, time: Usd.TimeCode) -> TextureRequest:
    """Return what an asset attribute asks for; the path is resolved by Ar relative to the layer that authored it."""
    value = attribute.Get(time)
    asset = value if isinstance(value, Sdf.AssetPath) else Sdf.AssetPath()
    authored = asset.authoredPath or asset.path
    resolved = asset.resolvedPath
    stack = attribute.GetPropertyStack(time) if authored and not resolved else []
    tiles: tuple[tuple[int, str], ...] = ()
    if stack and UsdShade.UdimUtils.IsUdimIdentifier(authored):
        found = UsdShade.UdimUtils.ResolveUdimTilePaths(authored, stack[0].layer)
        tiles = tuple(sorted((int(number), path) for path, number in found))
        resolved = UsdShade.UdimUtils.ResolveUdimPath(authored, stack[0].layer) if tiles else ""
    layer = stack[0].layer.identifier if stack else ""
    return TextureRequest(str(attribute.GetPath()), authored, resolved, color_space, layer, tiles)


def decode_image(resolved: str, color_space: str = "auto") -> tuple[np.ndarray, bool]:
    """Decode an image file (also one inside a usdz package).

    Args:
        resolved: Path as Ar resolved it.
        color_space: ``sRGB``, ``raw`` or ``auto``: sRGB for 8-bit images of three or four channels, raw otherwise.

    Returns:
        Pixels (H, W, 4), bottom row first, uint8 or float32, and whether uint8 colours are to be decoded from sRGB.
        16-bit and float images come as float32; those marked sRGB are already linear.

    Raises:
        ValueError: The file is not an image of a known kind.
        ImportError: The decoder of this kind of file is not installed; the message names the extra.
    """
    data = _read_bytes(resolved)
    if data.startswith(b"#?"):  # what is in it counts, whatever it is called
        pixels, channels = read_radiance_hdr(data), 3
    elif data.startswith(b"\x76\x2f\x31\x01"):
        pixels, channels = _read_exr(data)
    else:
        pixels, channels = _read_with_pillow(data)
    is_byte = pixels.dtype == np.uint8
    srgb = color_space == "sRGB" or (color_space != "raw" and is_byte and channels >= 3)
    pixels = _four_channels(pixels)
    if srgb and not is_byte and color_space == "sRGB":
        pixels[..., :3] = _srgb_to_linear(pixels[..., :3])
    return np.ascontiguousarray(pixels[::-1]), srgb and is_byte


def _read_bytes(resolved: str) -> bytes:
    asset = Ar.GetResolver().OpenAsset(Ar.ResolvedPath(resolved))
    if asset is None:
        raise ValueError(f"{resolved} cannot be opened")
    if not asset.GetSize():  # an empty buffer is None
        raise ValueError("the file is empty")
    return bytes(asset.GetBuffer())


def _read_with_pillow(data: bytes) -> tuple[np.ndarray, int]:
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise ImportError("reading PNG and JPEG textures needs Pillow: pip install pillow") from error
    try:
        with _wide_open(), Image.open(io.BytesIO(data)) as image:
            if data[:4] == b"\x89PNG" and data[24] == 16 and image.mode in ("RGB", "RGBA") and data[25] in (2, 6):
                return _read_deep_png(data), len(image.mode)
            image.load()
            if image.mode in ("I;16", "I;16B", "I;16L", "I"):
                return np.asarray(image, dtype=np.float32)[..., None] / np.float32(65535.0), 1
            if image.mode == "F":
                return np.asarray(image, dtype=np.float32)[..., None], 1
            gray = image.mode in ("1", "L", "LA")
            opaque = image.mode in ("1", "L", "RGB", "YCbCr", "CMYK") and "transparency" not in image.info
            return np.array(image.convert("RGB" if opaque else "RGBA")), 1 if gray else 3 if opaque else 4
    except UnidentifiedImageError:
        raise ValueError("it is no image of a known kind") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(f"it has more than {MOST_PIXELS} pixels, which is the most that are read") from None
    except SyntaxError as error:  # a PNG whose header chunk is damaged
        raise ValueError(str(error)) from error


@contextmanager
def _wide_open() -> Iterator[None]:
    """Let Pillow read up to MOST_PIXELS, a third of which it takes for an attack; beyond it raises."""
    from PIL import Image

    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, MOST_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _read_deep_png(data: bytes) -> np.ndarray:
    """Read 16 bits a channel, of which Pillow decodes the upper byte, or the lower one where it is told another order."""
    from PIL import Image

    planes = []
    for order in ("16B", "16L"):
        with _wide_open(), Image.open(io.BytesIO(data)) as image:
            codec, extents, offset, mode = image.tile[0]
            image.tile = [(codec, extents, offset, mode.replace("16B", order))]
            planes.append(np.array(image, np.float32))
    return (planes[0] * np.float32(256.0) + planes[1]) / np.float32(65535.0)


def _read_exr(data: bytes) -> tuple[np.ndarray, int]:
    try:
        import OpenEXR
    except ImportError as error:
        raise ImportError("reading .exr textures needs OpenEXR: pip install 'scenewright[exr]'") from error
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".exr") as copy:  # OpenEXR reads from files only
        copy.write(data)
        copy.flush()
        try:
            _check_exr_size(OpenEXR.File(copy.name, header_only=True).header())
            with OpenEXR.File(copy.name, separate_channels=True) as file:
                if not file.parts:  # it has told why on the standard output
                    raise ValueError("damaged OpenEXR file: its pixels cannot be decoded")
                planes = {name: np.asarray(channel.pixels, dtype=np.float32) for name, channel in file.channels().items()}
        except (RuntimeError, MemoryError) as error:
            raise ValueError(f"damaged OpenEXR file: {error}".replace(copy.name, "it")) from None
    names = [n for n in ("R", "G", "B", "A") if n in planes] or [n for n in ("Y", "A") if n in planes]
    if not names:
        raise ValueError(f"no R, G, B or Y channel; it has {', '.join(planes)}")
    return np.stack([planes[n] for n in names], axis=-1), len(names)


def _check_exr_size(header: dict[str, Any]) -> None:
    """Raise ValueError where the header asks for more than is read: OpenEXR makes room for all before it looks."""
    low, high = header["dataWindow"]
    width, height = (int(b) - int(a) + 1 for a, b in zip(low, high, strict=True))
    if not 0 < width * height <= MOST_PIXELS:
        raise ValueError(f"the OpenEXR picture says that it has {width} x {height} pixels; at most {MOST_PIXELS} are read")


def _four_channels(pixels: np.ndarray) -> np.ndarray:
    """Return (H, W, 4): grey is repeated, missing alpha is opaque."""
    channels = pixels.shape[2]
    if channels == 4:
        return pixels.copy()
    one = np.array(255 if pixels.dtype == np.uint8 else 1.0, pixels.dtype)
    alpha = pixels[..., 1:2] if channels == 2 else np.broadcast_to(one, (*pixels.shape[:2], 1))
    color = pixels[..., :3] if channels == 3 else np.repeat(pixels[..., :1], 3, axis=2)
    return np.concatenate([color, alpha], axis=2)


def _srgb_to_linear(value: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1."""
    return np.where(value <= 0.04045, value / 12.92, ((np.maximum(value, 0.0) + 0.055) / 1.055) ** 2.4).astype(np.float32)
