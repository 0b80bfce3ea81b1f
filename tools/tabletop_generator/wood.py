"""Wood: boards cut out of procedural logs, so that grain, cathedrals and knots follow from growth rings."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .images import mix, ramp, srgb
from .noise import fractal, grid_uv, sample

__all__ = ["BEECH", "OAK", "WALNUT", "Species", "board", "planks", "turned"]


@dataclass(frozen=True)
class Species:
    """How one kind of wood looks."""

    stops: tuple[tuple[float, str], ...]  # earlywood -> latewood
    rings: float  # growth rings a metre
    pores: float  # 0..1 strength of the dark fibre marks
    pore: str  # their colour


OAK = Species(((0.0, "#cfab7c"), (0.45, "#c09666"), (0.8, "#a97c52"), (1.0, "#8c6240")), 170.0, 0.5, "#6e4a2b")
WALNUT = Species(((0.0, "#7c5a40"), (0.5, "#674731"), (1.0, "#452c1d")), 150.0, 0.45, "#2c1b12")
BEECH = Species(((0.0, "#dcb88a"), (0.6, "#d0a877"), (1.0, "#bd9161")), 210.0, 0.25, "#a0764a")


def board(width: float, depth: float, pixels: tuple[int, int], species: Species, seed: int) -> np.ndarray:
    """Return the image (H, W, 3) of one board, grain along u.

    Args:
        width: Length along the grain [m].
        depth: Width across the grain [m].
        pixels: (W, H).
        species: Colours and ring density.
        seed: Chooses log and cut.
    """
    u, v = grid_uv(*pixels)
    rng = np.random.default_rng(seed)
    x, y = u * width + rng.uniform(0, 40), (v - 0.5) * depth
    cut = rng.uniform(0.015, 0.05)
    heart = rng.uniform(-0.8, 0.8) * depth
    sway = 0.05 * (sample(x * 1.1, y * 0.0 + 3.3, seed + 1) - 0.5) + 0.012 * (sample(x * 4.0, y * 6, seed + 2) - 0.5)
    bend = 0.05 * (sample(x * 1.7, y * 3.0, seed + 3) - 0.5)
    return _shade(np.hypot(y - heart + sway, cut + bend), x, y, pixels, species, seed)


def turned(width: float, depth: float, pixels: tuple[int, int], species: Species, seed: int) -> np.ndarray:
    """Return the image of the side of a turned piece, u round it and v along the grain; tiles in u."""
    u, v = grid_uv(*pixels)
    around = 2 * np.pi * u
    radius = width / (2 * np.pi)
    x, y = radius * np.cos(around) + 0.06, radius * np.sin(around)
    z = v * depth
    distance = np.hypot(x + 0.02 * (sample(z * 9, z * 0, seed) - 0.5), y)
    streaks = fractal(*pixels, 96, 3, seed + 7, 3)
    rings = _ring_profile(distance * species.rings * 1.2 + 1.2 * sample(z * 12, y * 30 + 9, seed + 2))
    return ramp(0.7 * rings + 0.45 * (streaks - 0.5) + 0.1, species.stops)


def _shade(distance: np.ndarray, x: np.ndarray, y: np.ndarray, pixels: tuple[int, int], species: Species,
           seed: int) -> np.ndarray:
    """Colour growth rings at ``distance`` [m] from the heart, with fibres along x."""
    rings = _ring_profile(distance * species.rings + 0.7 * sample(x * 3, y * 90, seed + 4))
    fibre = 0.6 * sample(x * 14, y * 1500, seed + 5) + 0.4 * sample(x * 50, y * 2600, seed + 6)
    broad = sample(x * 2.2, y * 14, seed + 8)
    value = 0.12 + 0.62 * rings + 0.42 * (fibre - 0.5) + 0.35 * (broad - 0.5)
    image = ramp(value, species.stops)
    pores = np.clip((sample(x * 55, y * 1900, seed + 9) - 0.72) / 0.2, 0, 1) * (0.35 + 0.65 * rings)
    return mix(image, srgb(species.pore), species.pores * pores)


def _ring_profile(phase: np.ndarray) -> np.ndarray:
    """Return 0..1 over each growth ring: a slow rise through earlywood and a quick fall after latewood."""
    t = phase - np.floor(phase)
    return np.where(t < 0.8, (t / 0.8) ** 2.2, 1.0 - np.clip((t - 0.8) / 0.2, 0.0, 1.0) ** 0.7)


def planks(width: float, depth: float, pixels: tuple[int, int], species: Species, count: int, seed: int) -> np.ndarray:
    """Return a table top of ``count`` boards side by side, each of its own tone, with fine dark joints; grain along u."""
    edges = np.linspace(0, pixels[1], count + 1).round().astype(int)
    rng = np.random.default_rng(seed)
    rows = []
    for i, (top, bottom) in enumerate(pairwise(edges)):
        image = board(width, depth / count, (pixels[0], bottom - top), species, seed + 101 * i)
        tone = 1.0 + rng.uniform(-0.07, 0.05)
        warmth = rng.uniform(-0.012, 0.012)
        image = image * tone + np.array([warmth, 0.0, -warmth])
        image[0] *= 0.62
        image[-1] *= 0.8
        rows.append(image)
    return np.concatenate(rows)
