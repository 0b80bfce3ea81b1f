"""Materials of floors, walls and ceilings, one file a scene: textures tile over the metres that panels give them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from tabletop_generator import wood
from tabletop_generator.asset import new_layer_stage
from tabletop_generator.images import mix, normal_map, save_png, srgb
from tabletop_generator.materials import Surface, define_material
from tabletop_generator.noise import fractal, tile_noise, worley

__all__ = ["concrete", "corrugated", "parquet", "tiles", "write_looks"]


def write_looks(folder: Path, surfaces: Mapping[str, Surface], images: Mapping[str, np.ndarray]) -> None:
    """Write ``looks.usda`` with a material for each surface below /Looks, and the textures beside it."""
    for name, image in images.items():
        save_png(folder / "textures" / name, image)
    stage = new_layer_stage(folder / "looks.usda")
    looks = stage.DefinePrim("/Looks", "Scope")
    stage.SetDefaultPrim(looks)
    for name, surface in surfaces.items():
        define_material(stage, looks.GetPath().AppendChild(name), surface)
    stage.GetRootLayer().Save()


def concrete(ground: str, seed: int, size: int = 768) -> np.ndarray:
    """Return a power-floated slab with clouds, fine pores, faint tyre wear and one joint along each edge, tiling."""
    clouds = fractal(size, size, 3, 3, seed, 6, 0.55) - 0.5
    wear = fractal(size, size, 2, 10, seed + 1, 3) - 0.5
    pores = np.clip(1.0 - worley(size, size, 120, 120, seed + 2) / 0.12, 0, 1) * (
        tile_noise(size, size, 60, 60, seed + 3) > 0.6
    )
    image = srgb(ground) * (1.0 + 0.22 * clouds + 0.08 * wear)[..., None]
    image = mix(image, srgb("#55534f"), 0.35 * pores)
    joint = np.zeros((size, size))
    joint[:2], joint[:, :2] = 1.0, 1.0
    return mix(image, srgb("#4d4b47"), 0.75 * joint)


def corrugated(size: int = 128, ribs: int = 4) -> np.ndarray:
    """Return the normal map of trapezoidal sheet, ribs along v, tiling."""
    u = (np.arange(size) + 0.5) / size * ribs % 1.0
    height = np.clip((np.abs(u - 0.5) - 0.18) / 0.12, 0.0, 1.0)
    return normal_map(np.broadcast_to(height, (size, size)) * (size / ribs) * 0.25, 1.0)


def tiles(ground: str, seed: int, size: int = 512) -> np.ndarray:
    """Return terrazzo in two by two tiles with fine joints, tiling."""
    image = srgb(ground) * (1.0 + 0.06 * (fractal(size, size, 4, 4, seed, 4) - 0.5))[..., None]
    for cells, color, offset in ((60, "#8d857a", 1), (84, "#e4dfd6", 2), (50, "#a58d74", 3)):
        present = tile_noise(size, size, cells // 2, cells // 2, seed + 7 + offset) > 0.62
        chips = np.clip((0.3 - worley(size, size, cells, cells, seed + offset)) / 0.08, 0, 1) * present
        image = mix(image, srgb(color), 0.8 * chips)
    row, column = np.mgrid[0:size, 0:size] % (size // 2)
    return mix(image, srgb("#857f75"), 0.8 * ((row < 2) | (column < 2)))


def parquet(seed: int, size: int = 1024, rows: int = 12) -> np.ndarray:
    """Return oak strip flooring: staggered strips of several tones, grain along u, tiling."""
    image = np.zeros((size, size, 3))
    height = size // rows
    rng = np.random.default_rng(seed)
    for row in range(rows):
        line = np.zeros((height, size, 3))
        edges = np.sort(rng.choice(np.arange(1, 8), 2, replace=False)) * (size // 8)
        for k, (start, stop) in enumerate(((edges[0], edges[1]), (edges[1], edges[0] + size))):
            length = int(stop - start)
            strip = wood.board(1.8 * length / size, 1.8 / rows, (length, height), wood.OAK, seed + 37 * row + 11 * k)
            strip = strip * (1.0 + rng.uniform(-0.1, 0.07)) + np.array([1, 0, -1]) * rng.uniform(-0.012, 0.012)
            strip[:, :1] *= 0.6
            line[:, np.arange(start, stop) % size] = strip
        line[:1] *= 0.55
        image[row * height : (row + 1) * height] = line
    image[rows * height :] = image[rows * height - 1]
    return image
