"""Materials of floors, walls and ceilings, one file a scene: textures tile over the metres that panels give them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from tabletop_generator.asset import new_layer_stage
from tabletop_generator.images import mix, normal_map, save_png, srgb
from tabletop_generator.materials import Surface, define_material
from tabletop_generator.noise import fractal, tile_noise, worley

__all__ = ["concrete", "corrugated", "write_looks"]


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
    pores = np.clip(1.0 - worley(size, size, 120, 120, seed + 2) / 0.12, 0, 1) * (tile_noise(size, size, 60, 60, seed + 3) > 0.6)
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
