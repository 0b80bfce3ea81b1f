"""Seeded noise on images. Nothing here touches numpy's global random state."""

import numpy as np

__all__ = ["fractal", "grid_uv", "sample", "tile_noise", "worley"]


def grid_uv(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Return u (to the right) and v (upwards) at the pixel centres, each (height, width) in 0..1, top row first."""
    u = (np.arange(width) + 0.5) / width
    v = 1.0 - (np.arange(height) + 0.5) / height
    return np.broadcast_to(u, (height, width)), np.broadcast_to(v[:, None], (height, width))


def sample(x: np.ndarray, y: np.ndarray, seed: int, period: int = 256) -> np.ndarray:
    """Return smooth value noise in 0..1 at lattice coordinates (x, y), repeating after ``period`` cells."""
    lattice = np.random.default_rng(seed).random((period, period))
    x0, y0 = np.floor(x), np.floor(y)
    fx, fy = x - x0, y - y0
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    xi, yi = x0.astype(np.int64) % period, y0.astype(np.int64) % period
    xj, yj = (xi + 1) % period, (yi + 1) % period
    low = lattice[yi, xi] * (1 - fx) + lattice[yi, xj] * fx
    high = lattice[yj, xi] * (1 - fx) + lattice[yj, xj] * fx
    return low * (1 - fy) + high * fy


def tile_noise(width: int, height: int, columns: int, rows: int, seed: int) -> np.ndarray:
    """Return value noise in 0..1, (height, width), of ``columns`` x ``rows`` cells, that tiles in both directions."""
    lattice = np.random.default_rng(seed).random((rows, columns))

    def spread(values: np.ndarray, size: int, axis: int) -> np.ndarray:
        cells = values.shape[axis]
        at = (np.arange(size) + 0.5) * cells / size
        low = np.floor(at).astype(np.int64)
        weight = at - low
        weight = weight * weight * (3 - 2 * weight)
        shape = [1, 1]
        shape[axis] = size
        weight = weight.reshape(shape)
        return np.take(values, low % cells, axis) * (1 - weight) + np.take(values, (low + 1) % cells, axis) * weight

    return spread(spread(lattice, height, 0), width, 1)


def fractal(width: int, height: int, columns: int, rows: int, seed: int, octaves: int = 4, gain: float = 0.5) -> np.ndarray:
    """Return tiling fractal noise with mean about 0.5, (height, width); each octave doubles the cells."""
    total, weight, norm = np.zeros((height, width)), 1.0, 0.0
    for octave in range(octaves):
        across, down = min(columns << octave, width), min(rows << octave, height)
        total += weight * tile_noise(width, height, across, down, seed * 31 + octave)
        norm += weight
        weight *= gain
    return total / norm


def worley(width: int, height: int, columns: int, rows: int, seed: int) -> np.ndarray:
    """Return the distance to the nearest of one jittered point a cell, in cells, (height, width), tiling."""
    jitter = np.random.default_rng(seed).random((rows, columns, 2))
    x = (np.arange(width) + 0.5) * columns / width
    y = (np.arange(height) + 0.5) * rows / height
    xi, yi = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    best = np.full((height, width), np.inf)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            point = jitter[np.ix_((yi + dy) % rows, (xi + dx) % columns)]
            away_x = point[..., 0] + (xi + dx)[None, :] - x[None, :]
            away_y = point[..., 1] + (yi + dy)[:, None] - y[:, None]
            np.minimum(best, away_x * away_x + away_y * away_y, out=best)
    return np.sqrt(best)
