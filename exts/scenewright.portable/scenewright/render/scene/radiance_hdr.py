"""Reader of Radiance RGBE pictures (Ward, "Real Pixels", Graphics Gems II; format of the Radiance file-formats manual)."""

import re

import numpy as np

__all__ = ["MOST_PIXELS", "read_radiance_hdr"]

MOST_PIXELS = 1 << 28
_RESOLUTION = re.compile(rb"([-+])([XY]) (\d+) ([-+])([XY]) (\d+)\s*$")


def read_radiance_hdr(data: bytes) -> np.ndarray:
    """Decode a picture to (H, W, 3) float32 linear, top row first.

    Flat, run-length encoded and old run-length encoded scanlines are read; an ``EXPOSURE`` header is divided out.

    Raises:
        ValueError: Not a Radiance RGBE picture, or it ends early.
    """
    if not data.startswith((b"#?RADIANCE", b"#?RGBE")):
        raise ValueError("not a Radiance picture: it does not begin with #?RADIANCE")
    head = data.find(b"\n\n")
    if head < 0:
        raise ValueError("the Radiance header does not end")
    exposure = 1.0
    for line in data[:head].split(b"\n"):
        if line.startswith(b"FORMAT=") and line.strip() != b"FORMAT=32-bit_rle_rgbe":
            raise ValueError(f"unsupported Radiance {line.decode(errors='replace')}; only 32-bit_rle_rgbe is read")
        if line.startswith(b"EXPOSURE="):
            exposure *= float(line[9:])
    end = data.index(b"\n", head + 2)
    found = _RESOLUTION.match(data[head + 2 : end])
    if found is None or found[2] != b"Y" or found[5] != b"X":
        raise ValueError(
            f"unsupported Radiance orientation {data[head + 2 : end].decode(errors='replace')!r}; expected '-Y H +X W'"
        )
    height, width = int(found[3]), int(found[6])
    if height * width > MOST_PIXELS:
        raise ValueError(f"the Radiance picture says that it has {width} x {height} pixels; at most {MOST_PIXELS} are read")
    try:
        rgbe = _read_scanlines(np.frombuffer(data, np.uint8, offset=end + 1), height, width)
    except IndexError:
        raise ValueError(f"the Radiance picture ends before its {height} scanlines do") from None
    rgbe = rgbe[:: 1 if found[1] == b"-" else -1, :: 1 if found[4] == b"+" else -1]
    scale = np.ldexp(np.float32(1.0), rgbe[..., 3].astype(np.int32) - (128 + 8))
    scale[rgbe[..., 3] == 0] = 0.0
    return (rgbe[..., :3].astype(np.float32) * scale[..., None]) / np.float32(exposure)


def _read_scanlines(data: np.ndarray, height: int, width: int) -> np.ndarray:
    picture = np.zeros((height, width, 4), np.uint8)
    at = 0
    for y in range(height):
        marker = data[at : at + 4]
        if len(marker) < 4:
            raise IndexError
        if 8 <= width < 32768 and marker[0] == 2 and marker[1] == 2 and (int(marker[2]) << 8 | int(marker[3])) == width:
            at = _read_planes(data, at + 4, picture[y])
        else:
            at = _read_old_scanline(data, at, picture[y])
    return picture


def _read_planes(data: np.ndarray, at: int, row: np.ndarray) -> int:
    """Read four run-length encoded planes (R, G, B, E) of one scanline; return where the next begins."""
    width = len(row)
    for channel in range(4):
        x = 0
        while x < width:
            count = int(data[at])
            if count > 128:  # a run
                count -= 128
                row[x : x + count, channel] = data[at + 1]
                at += 2
            else:
                values = data[at + 1 : at + 1 + count]
                if count == 0 or len(values) < count or x + count > width:
                    raise ValueError("broken run-length code in a Radiance scanline")
                row[x : x + count, channel] = values
                at += 1 + count
            x += count
        if x > width:
            raise ValueError("a run leaves its Radiance scanline")
    return at


def _read_old_scanline(data: np.ndarray, at: int, row: np.ndarray) -> int:
    """Read flat RGBE pixels, where (1, 1, 1, n) repeats the pixel before n times (shifted by 8 for consecutive repeats)."""
    width = len(row)
    flat = data[at : at + 4 * width].reshape(-1, 4) if len(data) - at >= 4 * width else None
    if flat is not None and not (flat[:, :3] == 1).all(axis=1).any():
        row[:] = flat
        return at + 4 * width
    x = shift = 0
    while x < width:
        pixel = data[at : at + 4]
        if len(pixel) < 4:
            raise IndexError
        at += 4
        if x and (pixel[:3] == 1).all():
            count = int(pixel[3]) << shift
            row[x : x + count] = row[x - 1]
            x += count
            shift += 8
        else:
            row[x] = pixel
            x += 1
            shift = 0
    return at
