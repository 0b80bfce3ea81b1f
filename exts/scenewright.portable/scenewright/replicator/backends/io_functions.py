"""What runs on the I/O threads: encode one value, then hand the bytes to a backend, or write the file itself.

All functions take ``path`` and ``data``. With ``backend_instance`` the path is relative to that backend's root; without one
it is a path of the file system. Parent folders are made. A file appears under its name when it is whole: it is written
beside its place first and then renamed.
"""

import io
import itertools
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from scenewright.replicator.backends.base_backend import BaseBackend

__all__ = ["IMAGE_EXTENSIONS", "encode_exr", "encode_image", "encode_jpeg", "encode_json", "encode_npy", "encode_png",
           "write_atomically", "write_exr", "write_image", "write_jpeg", "write_json", "write_np"]

IMAGE_EXTENSIONS = ("png", "jpg", "jpeg", "tif", "tiff", "bmp", "exr")
JPEG_QUALITY = 95
PNG_LEVEL = 1  # fast: writing has to keep up with rendering

_counter = itertools.count()


def write_image(path: str | os.PathLike[str], data: Any, backend_instance: "BaseBackend | None" = None) -> None:
    """Write an image; the extension of ``path`` chooses the format.

    Args:
        path: File name ending in one of :data:`IMAGE_EXTENSIONS`.
        data: (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) as ndarray, ``wp.array`` or PIL image. uint8 and bool for any format;
            uint16 and integer ids for PNG and TIFF (16 bit; ids above 65535 are an error); float for EXR.
        backend_instance: Where to write; None writes to ``path`` itself.

    Raises:
        ValueError: The extension is unknown or the data does not fit the format.
        OSError: The file cannot be written.
    """
    _store(path, encode_image(data, _extension(path)), backend_instance)


def write_jpeg(path: str | os.PathLike[str], data: Any, backend_instance: "BaseBackend | None" = None,
               quality: int = JPEG_QUALITY) -> None:
    """Write a JPEG image whatever the extension of ``path``; alpha is dropped. See :func:`write_image`."""
    _store(path, encode_jpeg(_as_array(data), quality), backend_instance)


def write_exr(path: str | os.PathLike[str], data: Any, backend_instance: "BaseBackend | None" = None) -> None:
    """Write a float OpenEXR image (needs the ``[exr]`` extra). See :func:`write_image`."""
    _store(path, encode_exr(_as_array(data)), backend_instance)


def write_json(path: str | os.PathLike[str], data: Any, backend_instance: "BaseBackend | None" = None,
               indent: int | None = None, **kwargs: Any) -> None:
    """Write ``data`` as JSON: keys keep their order, numpy values become plain ones, keys become strings.

    Args:
        path: File name.
        data: Nested dicts, lists, tuples, numbers, strings and numpy values.
        backend_instance: Where to write; None writes to ``path`` itself.
        indent: As in :func:`json.dumps`.
        **kwargs: Further arguments of :func:`json.dumps`.

    Raises:
        TypeError: A value has no JSON form.
        OSError: The file cannot be written.
    """
    _store(path, encode_json(data, indent=indent, **kwargs), backend_instance)


def write_np(path: str | os.PathLike[str], data: Any, backend_instance: "BaseBackend | None" = None) -> None:
    """Write an array in ``.npy`` format; structured dtypes are kept, object arrays are refused."""
    _store(path, encode_npy(_as_array(data)), backend_instance)


def encode_image(data: Any, extension: str) -> bytes:
    """Return ``data`` encoded as the image format of ``extension``; see :func:`write_image`."""
    extension = extension.lower().lstrip(".")
    if extension not in IMAGE_EXTENSIONS:
        raise ValueError(f"Unknown image extension '.{extension}'. Available: {', '.join('.' + e for e in IMAGE_EXTENSIONS)}.")
    image = _as_array(data)
    if extension == "exr":
        return encode_exr(image)
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 2, 3, 4)) or image.size == 0:
        raise ValueError(f"An image has shape (H, W) or (H, W, 1..4) and at least one pixel, got {image.shape}.")
    image = _as_pixels(image)
    if extension == "png":
        return encode_png(image)
    if extension in ("jpg", "jpeg"):
        return encode_jpeg(image)
    buffer = io.BytesIO()
    _as_pil(image).save(buffer, format="TIFF" if extension.startswith("tif") else "BMP")
    return buffer.getvalue()


def encode_png(image: np.ndarray) -> bytes:
    """Return ``image`` (uint8 or uint16) as a PNG file; the compression level is fixed, so equal pixels are equal bytes."""
    image = _as_pixels(image)
    buffer = io.BytesIO()
    _as_pil(image).save(buffer, format="PNG", compress_level=PNG_LEVEL)
    return buffer.getvalue()


def encode_jpeg(image: np.ndarray, quality: int = JPEG_QUALITY) -> bytes:
    """Return ``image`` (uint8, alpha is dropped) as a JPEG file."""
    image = _as_pixels(image)
    if image.dtype != np.uint8:
        raise ValueError(f"A JPEG image is uint8, got {image.dtype}. Write ids as .png or .npy.")
    if image.ndim == 3:
        image = image[:, :, 0] if image.shape[2] < 3 else image[:, :, :3]
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(buffer, format="JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()


def encode_exr(image: np.ndarray) -> bytes:
    """Return ``image`` as a float OpenEXR file: float16 stays half, uint8 becomes 0..1, everything else float32.

    Raises:
        RuntimeError: The ``OpenEXR`` package is not installed.
    """
    try:
        import OpenEXR
    except ImportError:
        raise RuntimeError("Writing .exr needs the 'exr' extra: pip install 'scenewright[exr]' (package OpenEXR >= 3.3), "
                           "or choose image_output_format='png'.") from None
    import tempfile

    pixels = image if image.dtype == np.float16 else image.astype(np.float32) / (255.0 if image.dtype == np.uint8 else 1.0)
    pixels = np.ascontiguousarray(pixels if pixels.ndim == 3 else pixels[:, :, None])
    names = {1: "Y", 3: "RGB", 4: "RGBA"}.get(pixels.shape[2])
    if names is None:
        raise ValueError(f"An EXR image has 1, 3 or 4 channels, got shape {image.shape}.")
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    channels = {names: pixels[:, :, 0] if names == "Y" else pixels}
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "image.exr")
        OpenEXR.File(header, channels).write(target)
        return Path(target).read_bytes()


def encode_json(data: Any, indent: int | None = None, **kwargs: Any) -> bytes:
    """Return ``data`` as UTF-8 JSON; see :func:`write_json`."""
    return json.dumps(_plain(data), indent=indent, **kwargs).encode()


def encode_npy(array: np.ndarray) -> bytes:
    """Return ``array`` in ``.npy`` format."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def write_atomically(path: str | os.PathLike[str], blob: bytes) -> None:
    """Write ``blob`` to ``path`` so that the name never shows a part of it; make parent folders.

    Raises:
        OSError: The file cannot be written; nothing is left behind.
    """
    path = os.fspath(path)
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.{next(_counter)}.tmp")
    try:
        _write_and_rename(temporary, path, blob)
    except OSError as error:
        error.filename, error.filename2 = path, None  # the file that people know, not its temporary name
        raise


def _write_and_rename(temporary: str, path: str, blob: bytes) -> None:
    try:
        descriptor = _open_new(temporary)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        descriptor = _open_new(temporary)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(blob)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _open_new(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)


def _store(path: str | os.PathLike[str], blob: bytes, backend: "BaseBackend | None") -> None:
    if backend is None:
        write_atomically(path, blob)
    else:
        backend.write_blob(os.fspath(path), blob)


def _extension(path: str | os.PathLike[str]) -> str:
    extension = os.path.splitext(os.fspath(path))[1].lower().lstrip(".")
    if extension not in IMAGE_EXTENSIONS:
        raise ValueError(f"Cannot tell the image format of '{os.fspath(path)}'. End the name in one of: "
                         f"{', '.join('.' + e for e in IMAGE_EXTENSIONS)}.")
    return extension


def _as_array(data: Any) -> np.ndarray:
    if isinstance(data, Image.Image):
        return np.asarray(data if data.mode in ("L", "LA", "RGB", "RGBA", "I;16", "I", "F") else data.convert("RGBA"))
    if hasattr(data, "numpy") and not isinstance(data, np.ndarray):  # warp arrays, torch tensors on the CPU
        return data.numpy()
    if data is None:
        raise ValueError("There is no data to write (None): has the annotator been attached, and a frame captured since?")
    return np.asarray(data)


def _as_pixels(image: np.ndarray) -> np.ndarray:
    """Return uint8 pixels as they are and integer ids as uint16."""
    if image.dtype in (np.uint8, np.uint16):
        return image
    if image.dtype == np.bool_:
        return image.astype(np.uint8) * np.uint8(255)
    if np.issubdtype(image.dtype, np.integer):
        low, high = (int(image.min()), int(image.max())) if image.size else (0, 0)
        if low < 0 or high > 65535:
            raise ValueError(f"A 16-bit image holds ids 0..65535, got {low}..{high}. Write them with write_np instead.")
        return image.astype(np.uint16)
    raise ValueError(f"Cannot write {image.dtype} values as an 8 or 16-bit image. Scale them to uint8, or write .npy or .exr.")


def _as_pil(image: np.ndarray) -> Image.Image:
    if image.dtype == np.uint16 and image.ndim == 3 and image.shape[2] > 1:
        raise ValueError(f"A 16-bit image has one channel, got {image.shape[2]}. Write it with write_np or as .exr instead.")
    return Image.fromarray(np.ascontiguousarray(image[:, :, 0] if image.ndim == 3 and image.shape[2] == 1 else image))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_plain_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist()) if value.dtype.names or value.dtype == object else value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    try:
        return [_plain(item) for item in value]  # Gf vectors and matrices, Vt arrays, warp vectors
    except TypeError:
        return str(value) if type(value).__module__.startswith("pxr.") else value


def _plain_key(key: Any) -> Any:
    if isinstance(key, np.generic):
        return key.item()
    if key is None or isinstance(key, (str, bool, int, float)):
        return key
    return str(tuple(_plain(item) for item in key)) if isinstance(key, tuple) else str(key)
