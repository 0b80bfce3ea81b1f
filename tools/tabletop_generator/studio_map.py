"""The studio that surrounds the scene: a small lat-long map with soft boxes, written as Radiance RGBE."""

from pathlib import Path

import numpy as np

__all__ = ["save_radiance", "studio_map"]


def studio_map(width: int = 512, height: int = 256) -> np.ndarray:
    """Return a lat-long map (H, W, 3) of relative radiance with mean luminance 1 over the sphere, zenith in the first row.

    A grey room, brighter towards the ceiling, with a large window-like panel, a strip panel opposite and a ceiling panel:
    what glossy things reflect. The column u looks along azimuth 2 pi (0.5 - u), as UsdLux maps domes after turning the
    pole to +Z.
    """
    u = np.broadcast_to((np.arange(width) + 0.5) / width, (height, width))
    v = np.broadcast_to(((np.arange(height) + 0.5) / height)[:, None], (height, width))
    elevation = np.pi * (0.5 - v)
    room = 0.38 + 0.42 * np.clip(np.sin(elevation), 0, 1) - 0.16 * np.clip(-np.sin(elevation), 0, 1)
    image = room[..., None] * np.array([0.98, 1.0, 1.03])
    for center, size, soft, radiance, tint in (
        ((0.30, 0.36), (0.085, 0.13), 0.012, 9.0, (1.0, 1.0, 1.02)),
        ((0.78, 0.42), (0.022, 0.17), 0.010, 5.0, (1.04, 1.0, 0.94)),
        ((0.55, 0.10), (0.16, 0.045), 0.020, 4.0, (1.0, 1.0, 1.0)),
    ):
        inside = _panel(u - center[0], size[0], soft) * _panel(v - center[1], size[1], soft)
        image = image + inside[..., None] * radiance * np.array(tint)
    solid = np.cos(elevation)
    luminance = image @ np.array([0.2126, 0.7152, 0.0722])
    return image / ((luminance * solid).sum() / solid.sum())


def _panel(offset: np.ndarray, half: float, soft: float) -> np.ndarray:
    """Return 1 within ``half`` of 0, falling to 0 over ``soft``."""
    t = np.clip((half + soft - np.abs(offset)) / soft, 0.0, 1.0)
    return t * t * (3 - 2 * t)


def save_radiance(path: Path, image: np.ndarray) -> None:
    """Write a linear image (H, W, 3) as run-length encoded Radiance RGBE (.hdr)."""
    peak = image.max(axis=2)
    mantissa, exponent = np.frexp(np.maximum(peak, 1e-32))
    scale = np.where(peak > 1e-32, mantissa * 256.0 / np.maximum(peak, 1e-32), 0.0)
    encoded = np.concatenate([np.clip(np.floor(image * scale[..., None]), 0, 255),
                              np.where(peak > 1e-32, exponent + 128, 0)[..., None]], axis=2).astype(np.uint8)
    height, width = encoded.shape[:2]
    out = bytearray(f"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y {height} +X {width}\n".encode())
    for row in encoded:
        out += bytes([2, 2, width >> 8, width & 255])
        for channel in range(4):
            out += _run_lengths(row[:, channel])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(out))


def _run_lengths(values: np.ndarray) -> bytes:
    """Return one channel of a scan line in the run-length code of Radiance: runs of 4 and more, the rest verbatim."""
    edges = np.flatnonzero(np.diff(values)) + 1
    starts = np.concatenate([[0], edges])
    stops = np.concatenate([edges, [len(values)]])
    out, pending = bytearray(), bytearray()

    def flush() -> None:
        for at in range(0, len(pending), 128):
            piece = pending[at:at + 128]
            out.append(len(piece))
            out.extend(piece)
        pending.clear()

    for start, stop in zip(starts, stops, strict=True):
        count = int(stop - start)
        if count < 4:
            pending += bytes([values[start]]) * count
            continue
        flush()
        while count:
            run = min(count, 127)
            out += bytes([128 + run, values[start]])
            count -= run
    flush()
    return bytes(out)
