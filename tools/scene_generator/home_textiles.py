"""Rug, curtain and its rod."""

import numpy as np
from tabletop_generator.asset import Asset, Part
from tabletop_generator.canvas import Canvas
from tabletop_generator.curves import rounded_polyline
from tabletop_generator.images import linear
from tabletop_generator.loft import lathe
from tabletop_generator.materials import Surface
from tabletop_generator.mesh import grid_mesh
from tabletop_generator.noise import fractal
from tabletop_generator.plates import slab

from .model import Model, join, maps, rod
from .upholstery import weave

__all__ = ["curtain", "curtain_rod", "rug"]


def rug() -> Model:
    """Model a woven rug, 2.4 x 1.7 m, in two patterns."""
    u, v = np.meshgrid(np.linspace(-1, 1, 25), np.linspace(-1, 1, 19))
    mesh = slab(np.stack([1.2 * u, 0.85 * v, 0 * u], axis=2), 0.012, bulge=0.4, crease=80.0).on_ground()
    images = {
        "nomad.png": _rug_print(("#d9cbb0", "#8f3f2f", "#2f4858", "#c78f3c")),
        "fjord.png": _rug_print(("#cfd4d2", "#3f5f73", "#7f9a94", "#e6e1d4")),
    }
    look = Surface(color_map="./textures/nomad.png", roughness=0.97)
    return Model(
        Asset(
            "rug",
            "rug",
            {"Wool": look},
            {"Rug": Part(mesh, "Wool")},
            {"pattern": maps("Wool", ("nomad", "fjord"))},
            images,
        )
    )


def _rug_print(palette: tuple[str, str, str, str]) -> np.ndarray:
    ground, first, second, third = palette
    sheet = Canvas(240, 170, 2.2, ground)
    sheet.rectangle(5, 5, 230, 160, first)
    sheet.rectangle(8, 8, 224, 154, ground)
    for i in range(28):
        for y in (12, 158):
            sheet.polygon([(8 + 8 * i, y + 4), (12 + 8 * i, y - 4), (16 + 8 * i, y + 4)], second if i % 2 else third)
    sheet.rectangle(8, 20, 224, 2, first)
    sheet.rectangle(8, 148, 224, 2, first)
    for row in range(3):
        for i in range(7):
            x, y, s = 24 + 32 * i, 46 + 39 * row, 15
            for scale, color in ((1.0, (second, first)[(i + row) % 2]), (0.68, ground), (0.42, third)):
                sheet.polygon(
                    [(x - s * scale, y), (x, y - s * 1.1 * scale), (x + s * scale, y), (x, y + s * 1.1 * scale)], color
                )
    image = np.asarray(sheet.image(), float) / 255.0
    height, width = image.shape[:2]
    grain = fractal(width, height, 120, 85, 742, 2) - 0.5
    fade = fractal(width, height, 4, 3, 743, 3) - 0.5
    return np.clip(image * (1.0 + 0.22 * grain + 0.14 * fade)[..., None], 0, 1)


def curtain() -> Model:
    """Model a hanging linen curtain, 0.62 x 0.14 x 2.36 m, with its folds."""
    s = np.linspace(0, 1, 97)
    z = np.linspace(0.0, 2.36, 15)
    fold = np.sin(2 * np.pi * 6.5 * s)
    grid = np.stack(
        [
            np.broadcast_to(0.62 * (s - 0.5), (15, 97)) + 0.012 * np.cos(2 * np.pi * 13 * s)[None, :] * (1 - z / 2.36)[:, None],
            0.055 * fold[None, :] * (0.75 + 0.25 * (1 - z / 2.36)[:, None]) + 0.012 * np.sin(2 * np.pi * 3 * s + 1)[None, :],
            np.broadcast_to(z[:, None], (15, 97)),
        ],
        axis=2,
    )
    mesh = grid_mesh(grid, s * 3, z / 0.5, crease=80.0)
    cloths = {"natural": "#e4dac4", "blue": "#7d93a6", "green": "#8a9a7c"}
    images = {f"{name}.png": weave(761, code) for name, code in cloths.items()}
    return Model(
        Asset(
            "curtain",
            "curtain",
            {"Linen": Surface(color_map="./textures/natural.png", roughness=0.95)},
            {"Cloth": Part(mesh, "Linen", double_sided=True)},
            {"color": maps("Linen", cloths)},
            images,
        )
    )


def curtain_rod() -> Model:
    """Model a curtain rod, 3.2 m, with its knobs."""
    pole = rod((-1.6, 0, 0.02), (1.6, 0, 0.02), 0.014, 16)
    knobs = [
        lathe(rounded_polyline([(0, -0.025), (0.025, -0.01, 0.01), (0.025, 0.01, 0.01), (0, 0.025)]), 20).moved(x, 0, 0.025)
        for x in (-1.6, 1.6)
    ]
    return Model(
        Asset(
            "curtain_rod",
            "curtain_rod",
            {"Metal": Surface(linear("#3a3632"), roughness=0.35, metallic=0.9)},
            {"Rod": Part(join(pole, *knobs).on_ground(), "Metal")},
        )
    )
