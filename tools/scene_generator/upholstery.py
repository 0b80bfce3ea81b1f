"""Cloth and cushions, and what is upholstered: sofa, armchair, pillow, chair."""

import numpy as np
from tabletop_generator import skins
from tabletop_generator.asset import Asset, Part, Variant
from tabletop_generator.boxes import rounded_box
from tabletop_generator.curves import bezier, ellipse
from tabletop_generator.images import linear, normal_map, srgb
from tabletop_generator.loft import loft, sweep
from tabletop_generator.materials import Surface
from tabletop_generator.mesh import Mesh
from tabletop_generator.noise import fractal
from tabletop_generator.plates import slab

from .model import Model, box_mapped, colors, join, maps, rod

__all__ = ["armchair", "chair", "cushion", "sofa", "weave"]


_FABRICS = {"sage": "#8d9a83", "sand": "#c9b799", "slate": "#5f6b78", "rust": "#a65a3a"}


def weave(seed: int, ground: str = "#ffffff") -> np.ndarray:
    """Return plain woven cloth, tiling."""
    height = skins.linen_height(seed, 256, 64)
    return srgb(ground) * (0.80 + 0.2 * height + 0.06 * (fractal(256, 256, 4, 4, seed + 3, 3) - 0.5))[..., None]


def _cloths(seed: int) -> dict[str, np.ndarray]:
    return {f"{name}.png": weave(seed, code) for name, code in _FABRICS.items()} | {
        "weave.png": normal_map(skins.linen_height(seed, 256, 64), 0.9)
    }


def _cloth_variants(look: str = "Cloth") -> dict[str, Variant]:
    return maps(look, _FABRICS)


_CLOTH = Surface(color_map="./textures/sage.png", roughness=0.92, normal_map="./textures/weave.png")

_LEG = Surface(linear("#6b4a30"), roughness=0.45)


def cushion_mesh(width: float, depth: float, height: float, *, puff: float = 0.035, radius: float = 0.05) -> Mesh:
    """Return an upholstery cushion on z = 0: a rounded box whose faces bulge, textured every 0.4 m."""
    mesh = rounded_box(width, depth, height, min(radius, 0.42 * height), bevels=3, span=6)
    mesh.groups.clear()
    middle = mesh.points - [0.0, 0.0, height / 2]
    share = [np.clip(1 - (middle[:, a] / (size / 2)) ** 2, 0, 1) for a, size in enumerate((width, depth, height))]
    mesh.points = mesh.points + np.stack(
        [
            puff * 0.35 * np.sign(middle[:, 0]) * share[1] * share[2] * (np.abs(middle[:, 0]) > 0.3 * width),
            puff * 0.35 * np.sign(middle[:, 1]) * share[0] * share[2] * (np.abs(middle[:, 1]) > 0.3 * depth),
            puff * np.sign(middle[:, 2]) * share[0] * share[1],
        ],
        axis=1,
    )
    return box_mapped(mesh.moved(z=-mesh.points[:, 2].min()), 0.4)


def sofa() -> Model:
    """Model a three-seat sofa, 2.1 x 0.92 x 0.82 m, in four cloths; it looks along -y."""
    w, d = 2.1, 0.92
    seats = [cushion_mesh(0.6, 0.66, 0.17).moved(x, -0.08, 0.27) for x in (-0.6, 0.0, 0.6)]
    backs = [cushion_mesh(0.6, 0.19, 0.46, puff=0.03).rotated("x", 12).moved(x, 0.28, 0.39) for x in (-0.6, 0.0, 0.6)]
    arms = [cushion_mesh(0.145, d - 0.06, 0.48, puff=0.008, radius=0.06).moved(s * (w / 2 - 0.075), 0.0, 0.13) for s in (-1, 1)]
    base = [
        cushion_mesh(w - 0.28, d - 0.08, 0.17, puff=0.0, radius=0.03).moved(z=0.13),
        cushion_mesh(w - 0.06, 0.15, 0.66, puff=0.01, radius=0.06).moved(0.0, d / 2 - 0.08, 0.13),
    ]
    legs = [rod((x, y, 0.15), (x * 1.02, y * 1.03, 0.0), 0.022) for x in (-0.92, 0.92) for y in (-0.36, 0.36)]
    asset = Asset(
        "sofa",
        "sofa",
        {"Cloth": _CLOTH, "Leg": _LEG},
        {
            "Seats": Part(join(*seats, *backs), "Cloth"),
            "Frame": Part(join(*arms, *base), "Cloth"),
            "Legs": Part(join(*legs).on_ground(), "Leg"),
        },
        {"cloth": _cloth_variants()},
        _cloths(701),
    )
    return Model(asset, (("seat", (-0.88, -0.36, 0.88, 0.16), 0.455, 0.4),))


def armchair() -> Model:
    """Model an armchair on slanted legs, 0.78 x 0.8 x 0.84 m."""
    seat = cushion_mesh(0.56, 0.6, 0.16).moved(0.0, -0.06, 0.29)
    back = cushion_mesh(0.62, 0.17, 0.56, puff=0.03).rotated("x", 14).moved(0.0, 0.22, 0.3)
    arms = [cushion_mesh(0.1, 0.64, 0.3, puff=0.006, radius=0.045).moved(s * 0.335, -0.02, 0.26) for s in (-1, 1)]
    base = cushion_mesh(0.62, 0.62, 0.1, puff=0.0, radius=0.03).moved(0.0, -0.02, 0.22)
    legs = [rod((x, y, 0.24), (x * 1.2, y * 1.2, 0.0), 0.019) for x in (-0.27, 0.27) for y in (-0.27, 0.25)]
    return Model(
        Asset(
            "armchair",
            "armchair",
            {"Cloth": _CLOTH, "Leg": _LEG},
            {"Body": Part(join(seat, back, *arms, base), "Cloth"), "Legs": Part(join(*legs).on_ground(), "Leg")},
            {"cloth": _cloth_variants()},
            _cloths(702),
        )
    )


def cushion() -> Model:
    """Model a throw pillow, 0.44 x 0.16 x 0.42 m, leaning back."""
    u, v = np.meshgrid(np.linspace(-1, 1, 19), np.linspace(-1, 1, 19))
    thick = 0.15 * np.clip((1 - u**4) * (1 - v**4), 0, 1) ** 0.6 + 0.004
    pinch = 1 - 0.07 * (1 - np.abs(u * v)) * np.maximum(np.abs(u), np.abs(v)) ** 3
    mesh = slab(np.stack([0.22 * u * pinch, 0.21 * v * pinch, 0 * u], axis=2), thick, bulge=0.3, crease=80.0)
    mesh = box_mapped(mesh, 0.4).rotated("x", 72).on_ground()
    choices = {"cream": "#e6dcc8", "teal": "#2f6f73", "ochre": "#c98b2e", "terracotta": "#b5583c"}
    images = {f"{name}.png": weave(703, code) for name, code in choices.items()}
    return Model(
        Asset(
            "cushion",
            "cushion",
            {"Cloth": Surface(color_map="./textures/cream.png", roughness=0.95)},
            {"Pillow": Part(mesh, "Cloth")},
            {"color": maps("Cloth", choices)},
            images,
        )
    )


def chair() -> Model:
    """Model a wooden dining chair with a woven seat, 0.46 x 0.52 x 0.82 m; it looks along -y."""
    seat = box_mapped(cushion_mesh(0.45, 0.44, 0.04, puff=0.008, radius=0.018).moved(0.0, -0.02, 0.425), 0.4)
    legs = [rod((s * 0.19, -0.2, 0.43), (s * 0.205, -0.225, 0.0), 0.017) for s in (-1, 1)]
    legs += [
        sweep(
            bezier((s * 0.185, 0.22, 0.0), (s * 0.18, 0.17, 0.4), (s * 0.18, 0.18, 0.5), (s * 0.185, 0.25, 0.82), steps=14),
            ellipse(0.034, 0.03, 10),
            rounded=False,
            up=(1, 0, 0),
        )
        for s in (-1, 1)
    ]
    rails = [rod((s * 0.198, -0.215, 0.2), (s * 0.182, 0.195, 0.2), 0.011) for s in (-1, 1)]
    rails += [rod((-0.19, 0.0, 0.2), (0.19, 0.0, 0.2), 0.01)]
    curve = np.linspace(-1, 1, 13)
    back = []
    for z0, z1 in ((0.6, 0.66), (0.73, 0.8)):
        u, v = np.meshgrid(curve, np.linspace(0, 1, 4))
        grid = np.stack([0.185 * u, 0.2 + (z0 + (z1 - z0) * v - 0.55) * 0.16 + 0.03 * (1 - u**2), z0 + (z1 - z0) * v], axis=2)
        back.append(_shell(grid, grid + np.array([0.0, 0.016, 0.0])))
    woods = {"oak": "#b98d5c", "black": "#26231f", "white": "#e4e0d6"}
    return Model(
        Asset(
            "chair",
            "chair",
            {
                "Wood": Surface(linear(woods["oak"]), roughness=0.45),
                "Seat": Surface(color_map="./textures/cord.png", roughness=0.9, normal_map="./textures/weave.png"),
            },
            {"Frame": Part(join(*legs, *rails, *back).on_ground(), "Wood"), "Seat": Part(seat, "Seat")},
            {"wood": colors("Wood", woods)},
            {"cord.png": weave(721, "#cdb892"), "weave.png": normal_map(skins.linen_height(721, 256, 40), 1.4)},
        )
    )


def _shell(front: np.ndarray, rear: np.ndarray) -> Mesh:
    """Return the closed solid between two grids of equal shape; ``front`` looks along -y."""
    loop = np.concatenate([front, rear[:, ::-1]], axis=1)
    low = np.repeat(loop[:1].mean(1, keepdims=True), loop.shape[1], axis=1)
    high = np.repeat(loop[-1:].mean(1, keepdims=True), loop.shape[1], axis=1)
    return loft(np.concatenate([low, loop, high]))
