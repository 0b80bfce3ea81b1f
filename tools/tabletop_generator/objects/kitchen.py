"""Kitchen things: cutting board, pepper mill, napkin, sponge and candle."""

import numpy as np

from .. import skins, wood
from ..asset import Asset, Part, Variant
from ..boxes import rounded_box
from ..curves import bezier, ellipse, rounded_polyline, rounded_rectangle
from ..images import linear, normal_map
from ..loft import lathe, loft, sweep
from ..materials import Surface
from ..mesh import Mesh
from ..plates import slab

__all__ = ["candle", "cutting_board", "napkin", "pepper_mill", "sponge"]


def cutting_board() -> Asset:
    """Model a 380 x 230 x 20 mm board with a grip hole, in oak or walnut."""
    mesh = _board_with_hole(0.380, 0.230, 0.020, (0.155, 0.0), 0.016)
    xy = mesh.points[mesh.indices]
    st = np.stack([xy[:, 0] / 0.380 + 0.5, (xy[:, 1] + xy[:, 2] - 0.02) / 0.270 + 0.5], axis=1)
    woods = {"walnut": (wood.WALNUT, 91), "oak": (wood.OAK, 92)}
    return Asset("cutting_board", "cutting_board", {"Wood": Surface(color_map="./textures/walnut.png", roughness=0.5)},
                 {"Board": Part(mesh.with_st(st), "Wood")},
                 {"wood": {name: Variant({"Wood": {"color_map": f"./textures/{name}.png"}}) for name in woods}},
                 {f"{name}.png": wood.planks(0.380, 0.270, (768, 544), species, 5, seed) for name,
                  (species, seed) in woods.items()})


def _board_with_hole(width: float, depth: float, height: float, hole: tuple[float, float], radius: float) -> Mesh:
    """Return a plate with bevelled edges and one round hole, as a loft that closes on itself."""
    count = 96
    angle = np.arange(count) * 2 * np.pi / count
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    center = np.array(hole)

    def outline(inset: float) -> np.ndarray:
        ring = rounded_rectangle(width - 2 * inset, depth - 2 * inset, 0.022 - inset, 10) - center
        order = np.argsort(np.arctan2(ring[:, 1], ring[:, 0]) % (2 * np.pi))
        at, ring = (np.arctan2(ring[:, 1], ring[:, 0]) % (2 * np.pi))[order], ring[order]
        at = np.concatenate([at[-1:] - 2 * np.pi, at, at[:1] + 2 * np.pi])
        ring = np.concatenate([ring[-1:], ring, ring[:1]])
        place = np.clip(np.searchsorted(at, angle, side="right") - 1, 0, len(at) - 2)
        a, edge = ring[place], ring[place + 1] - ring[place]
        reach = (a[:, 0] * edge[:, 1] - a[:, 1] * edge[:, 0]) / (direction[:, 0] * edge[:, 1] - direction[:, 1] * edge[:, 0])
        return center + direction * reach[:, None]

    def ring(flat: np.ndarray, z: float) -> np.ndarray:
        return np.concatenate([flat, np.full((count, 1), z)], axis=1)

    bevel = [(0.003, 0.0), (0.0009, 0.0009), (0.0, 0.003)]
    outer = [ring(outline(i), z) for i, z in bevel] + [ring(outline(i), height - z) for i, z in bevel[::-1]]
    inner = [ring(center + direction * (radius + i), height - z) for i, z in bevel]
    inner += [ring(center + direction * (radius + i), z) for i, z in bevel[::-1]]
    return loft(np.stack([*outer, *inner]), closed=True, crease=35.0)


def pepper_mill() -> Asset:
    """Model a 205 mm turned pepper mill with a metal knob, in three woods."""
    body = rounded_polyline([(0, 0.0), (0.0255, 0.0, 0.001), (0.0275, 0.004, 0.003), (0.0275, 0.016, 0.004),
                             (0.0235, 0.022, 0.004),
                             (0.0245, 0.040, 0.03), (0.0175, 0.085, 0.06), (0.0195, 0.118, 0.02), (0.0240, 0.130, 0.004),
                             (0.0240, 0.136, 0.002), (0.0205, 0.1385, 0.001), (0, 0.1385)])
    head = rounded_polyline([(0, 0.1388), (0.0205, 0.1388, 0.0005), (0.0225, 0.142, 0.002), (0.0205, 0.149, 0.004),
                             (0.0250, 0.165, 0.014),
                             (0.0205, 0.188, 0.016), (0.0080, 0.1945, 0.004), (0, 0.195)])
    knob = rounded_polyline([(0, 0.1935), (0.0055, 0.1935), (0.0050, 0.1985, 0.001), (0.0080, 0.2025, 0.003),
                             (0.0055, 0.2062, 0.003), (0, 0.2068)])
    woods = {"walnut": wood.WALNUT, "beech": wood.BEECH, "oak": wood.OAK}
    return Asset("pepper_mill", "pepper_mill",
                 {"Wood": Surface(color_map="./textures/walnut.png", roughness=0.32, clearcoat=0.3),
                  "Metal": Surface(linear("#c9c7c2"), roughness=0.25, metallic=1.0)},
                 {"Body": Part(lathe(body, 56), "Wood"), "Head": Part(lathe(head, 56), "Wood"),
                  "Knob": Part(lathe(knob, 32), "Metal")},
                 {"wood": {name: Variant({"Wood": {"color_map": f"./textures/{name}.png"}}) for name in woods}},
                 {f"{name}.png": wood.turned(0.16, 0.2, (512, 512), species, 95 + i) for i,
                  (name, species) in enumerate(woods.items())})


def napkin() -> Asset:
    """Model a linen napkin folded to 130 x 240 mm, in two stripes."""
    u, v = np.meshgrid(np.linspace(-1, 1, 15), np.linspace(-1, 1, 25))
    wave = 0.5 + 0.5 * np.sin(3.1 * u + 1.7 * v) * np.cos(2.3 * v - u)
    edge = np.clip((np.maximum(np.abs(u), np.abs(v)) - 0.8) / 0.2, 0, 1)
    skew = 0.0025 * np.sin(2.0 * v + 0.5)
    layers = []
    for i in range(2):
        thickness = 0.0026 + 0.0009 * edge * wave
        grid = np.stack([(0.065 - 0.0012 * i) * u + skew, 0.120 * v + 0.002 * np.sin(2 * u), 0.0013 + 0.0029 * i + 0 * u],
                        axis=2)
        layers.append(slab(grid, np.where(i, thickness, 0.0026), bulge=0.6, crease=85.0))
    stripes = {"blue": ("#ddd6c8", "#3f5f82", 101), "rust": ("#e2d8c6", "#a5543a", 101)}
    looks = {"Linen": Surface(color_map="./textures/blue.png", roughness=0.9, normal_map="./textures/weave.png")}
    return Asset("napkin", "napkin", looks, {"Under": Part(layers[0].on_ground(), "Linen"), "Over": Part(layers[1], "Linen")},
                 {"stripe": {name: Variant({"Linen": {"color_map": f"./textures/{name}.png"}}) for name in stripes}},
                 {**{f"{name}.png": skins.linen(*arguments) for name, arguments in stripes.items()},
                  "weave.png": normal_map(skins.linen_height(101), 0.8)})


def sponge() -> Asset:
    """Model a 110 x 70 x 36 mm cleaning sponge with a scouring pad on top, in two colours."""
    foam = rounded_box(0.110, 0.070, 0.028, 0.004, bevels=3)
    pad = rounded_box(0.110, 0.070, 0.008, 0.0025, bevels=2).moved(z=0.0275)
    looks = {"Foam": Surface(color_map="./textures/yellow.png", roughness=0.9, normal_map="./textures/holes.png"),
             "Pad": Surface(linear("#2f6b45"), roughness=0.95, normal_map="./textures/holes.png", tiling=(3.0, 2.0))}
    colors = {"yellow": ("#e6c24a", "#a8842a", "#2f6b45"), "blue": ("#7fa9c9", "#4a7396", "#27486b")}
    variants = {"color": {name: Variant({"Foam": {"color_map": f"./textures/{name}.png"}, "Pad": {"color": linear(pad_color)}})
                          for name, (_, _, pad_color) in colors.items()}}
    images = {f"{name}.png": skins.sponge(ground, hole, 111) for name, (ground, hole, _) in colors.items()}
    return Asset("sponge", "sponge", looks, {"Foam": Part(foam, "Foam"), "Pad": Part(pad, "Pad")}, variants,
                 {**images, "holes.png": normal_map(skins.sponge_height(111), 2.0)})


def candle() -> Asset:
    """Model a 75 x 84 mm candle in a ceramic pot, with a charred wick, in three glazes."""
    pot = rounded_polyline([(0, 0.0), (0.0345, 0.0, 0.003), (0.0375, 0.006, 0.004), (0.0375, 0.084, 0.0012),
                            (0.0350, 0.084, 0.0012),
                            (0.0345, 0.060), (0, 0.060)])
    wax = rounded_polyline([(0, 0.055), (0.0349, 0.055), (0.0349, 0.0722), (0.0330, 0.0710, 0.002), (0.010, 0.0700, 0.02),
                            (0, 0.0690)])
    wick = sweep(bezier((0, 0, 0.066), (0, 0, 0.074), (0.001, 0, 0.078), (0.004, 0, 0.081), steps=8),
                 ellipse(0.0016, 0.0016, 8))
    glazes = {"terracotta": "#b5694a", "ink": "#2d3947", "cream": "#e4dac6"}
    looks = {"Pot": Surface(linear(glazes["terracotta"]), roughness=0.55), "Wax": Surface(linear("#efe3c8"), roughness=0.4),
             "Wick": Surface(linear("#1d1916"), roughness=0.9)}
    return Asset("candle", "candle", looks,
                 {"Pot": Part(lathe(pot, 56), "Pot"), "Wax": Part(lathe(wax, 48), "Wax"), "Wick": Part(wick, "Wick")},
                 {"glaze": {name: Variant({"Pot": {"color": linear(color)}}) for name, color in glazes.items()}})
