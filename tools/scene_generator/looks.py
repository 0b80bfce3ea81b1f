"""Materials of floors, walls and ceilings, one file a scene: textures tile over the metres that panels give them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from tabletop_generator import wood
from tabletop_generator.asset import new_layer_stage
from tabletop_generator.images import mix, normal_map, save_png, srgb
from tabletop_generator.materials import Surface, define_material
from tabletop_generator.noise import fractal, tile_noise, worley

__all__ = ["ceiling_tiles", "concrete", "corrugated", "garden_sky", "parquet", "tiles", "write_looks"]


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


def concrete(ground: str, seed: int, size: int = 1024) -> np.ndarray:
    """Return a power-floated slab with clouds, stains, pores, tyre marks along v and one joint along each edge, tiling."""
    clouds = fractal(size, size, 3, 3, seed, 6, 0.6) - 0.5
    wear = fractal(size, size, 2, 10, seed + 1, 3) - 0.5
    stains = np.clip((fractal(size, size, 5, 5, seed + 4, 5, 0.6) - 0.62) / 0.12, 0, 1)
    tracks = np.clip((fractal(size, size, 36, 1, seed + 5, 3) - 0.6) / 0.2, 0, 1)
    scuffs = tracks * (0.35 + 0.65 * fractal(size, size, 12, 6, seed + 6, 4))
    pores = np.clip(1.0 - worley(size, size, 120, 120, seed + 2) / 0.12, 0, 1) * (
        tile_noise(size, size, 60, 60, seed + 3) > 0.6
    )
    image = srgb(ground) * (1.0 + 0.42 * clouds + 0.1 * wear)[..., None]
    image = mix(image, srgb("#6a675f"), 0.3 * stains)
    image = mix(image, srgb("#35332f"), 0.5 * scuffs)
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


def ceiling_tiles(ground: str, seed: int, size: int = 512) -> np.ndarray:
    """Return two by two mineral-fibre tiles with pin holes in a white grid, tiling."""
    image = srgb(ground) * (1.0 + 0.05 * (fractal(size, size, 6, 6, seed, 5) - 0.5))[..., None]
    holes = (worley(size, size, 110, 110, seed + 1) < 0.16) & (tile_noise(size, size, 50, 50, seed + 2) > 0.45)
    image = mix(image, srgb("#8f8c86"), 0.5 * holes)
    nearest = (np.mgrid[0:size, 0:size] % (size // 2)).min(axis=0)  # row or column, whichever is nearer to its tile's edge
    furthest = (np.mgrid[0:size, 0:size] % (size // 2)).max(axis=0)
    image = mix(image, srgb("#f4f3ef"), 1.0 * (nearest < 10))
    return mix(image, srgb("#a3a099"), 0.8 * ((nearest == 10) | (furthest == size // 2 - 1)))


def garden_sky(seed: int, width: int = 1024, height: int = 512) -> np.ndarray:
    """Return a lat-long map (H, W, 3) of a bright morning over a garden, zenith first; the sky's mean luminance is 1.

    A sky that is whiter towards the horizon, hills, a row of trees and a lawn, about as dark against the sky as they are.
    """
    elevation = 90.0 - (np.arange(height) + 0.5) / height * 180.0
    low = np.exp(-np.clip(elevation, 0, None) / 22.0)[:, None, None]
    sky = (1 - low) * np.array([0.52, 0.74, 1.08]) + low * np.array([1.10, 1.13, 1.14])
    image = np.broadcast_to(sky, (height, width, 3)).copy()
    solid = (np.cos(np.radians(elevation)) * (elevation > 0))[:, None]
    image /= ((image @ np.array([0.2126, 0.7152, 0.0722])) * solid).sum() / (solid.sum() * width)
    far, near, groups = (
        fractal(width, 8, count, 1, seed + k, 5, gain)[0] for k, (count, gain) in enumerate(((7, 0.4), (24, 0.62), (5, 0.5)))
    )
    hills = 2.0 + 5.0 * far
    crowns = 1.5 + 11.0 * near * (0.35 + groups)
    up = elevation[:, None]
    leaf = fractal(width, height, 160, 80, seed + 3, 4, 0.6)
    image = _below(image, np.array([0.30, 0.40, 0.44]), up, hills)
    trees = np.array([0.070, 0.105, 0.040]) * (0.4 + 1.5 * leaf * np.clip((up + 6) / 12, 0.25, 1))[..., None]
    image = _below(image, trees, up, crowns)
    lawn = np.array([0.230, 0.320, 0.125]) * (1.0 - 0.35 * np.clip(-up / 60, 0, 1))[..., None]
    return _below(image, lawn, up, np.full(width, -2.0))


def _below(image: np.ndarray, other: np.ndarray, up: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Return an image with another one below a line of elevations [deg], blurred as what is out of focus is."""
    share = np.clip((edge - up) / 1.4 + 0.5, 0.0, 1.0)[..., None]
    share = share * share * (3.0 - 2.0 * share)
    return image * (1.0 - share) + other * share


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
