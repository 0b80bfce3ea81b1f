"""What a room is fitted with: lamps, window, door, framed prints and a plant."""

import numpy as np
from PIL import Image
from tabletop_generator import skins
from tabletop_generator.asset import Asset, Part
from tabletop_generator.canvas import Canvas
from tabletop_generator.curves import bezier, ellipse, rounded_polyline
from tabletop_generator.images import linear, mix, srgb
from tabletop_generator.loft import lathe, sweep
from tabletop_generator.materials import Surface
from tabletop_generator.mesh import Mesh, grid_mesh
from tabletop_generator.noise import fractal

from .model import Model, bar, colors, front_printed, join, maps, rod

__all__ = ["door", "floor_lamp", "pendant", "picture", "plant", "window_frame"]


def floor_lamp() -> Model:
    """Model a floor lamp, 1.62 m, with a linen shade open above and below."""
    foot = lathe(
        rounded_polyline([(0, 0), (0.15, 0, 0.004), (0.15, 0.022, 0.008), (0.014, 0.03, 0.006), (0.011, 1.36), (0, 1.36)]), 40
    )
    shade = lathe(np.array([(0.21, 1.27), (0.212, 1.27), (0.152, 1.62), (0.15, 1.62), (0.21, 1.27)]), 56)
    stays = [rod((0, 0, 1.35), (0.2 * np.cos(a), 0.2 * np.sin(a), 1.32), 0.0025, 6) for a in np.radians((30, 150, 270))]
    bulb = lathe(rounded_polyline([(0, 1.36), (0.014, 1.36), (0.016, 1.385, 0.01), (0.03, 1.42, 0.03), (0, 1.452)]), 24)
    return Model(
        Asset(
            "floor_lamp",
            "floor_lamp",
            {
                "Metal": Surface(linear("#2c2a28"), roughness=0.35, metallic=0.9),
                "Shade": Surface(linear("#efe4cd"), roughness=0.9),
                "Bulb": Surface(linear("#fff4dd"), roughness=0.2),
            },
            {"Stand": Part(join(foot, *stays), "Metal"), "Shade": Part(shade, "Shade"), "Bulb": Part(bulb, "Bulb")},
        )
    )


def pendant() -> Model:
    """Model a pendant lamp: a dome 0.46 m across below 0.75 m of cord; its top hangs at the asset's top."""
    dome = lathe(
        np.array(
            [
                (0.226, 0.0),
                (0.23, 0.0),
                (0.222, 0.055),
                (0.19, 0.115),
                (0.13, 0.17),
                (0.06, 0.2),
                (0.03, 0.24),
                (0.0, 0.245),
                (0.0, 0.235),
                (0.02, 0.2),
                (0.055, 0.192),
                (0.125, 0.163),
                (0.184, 0.11),
                (0.217, 0.053),
                (0.226, 0.0),
            ]
        ),
        56,
    )
    cord = rod((0, 0, 0.24), (0, 0, 0.99), 0.004, 8)
    rose = lathe(rounded_polyline([(0, 0.97), (0.05, 0.97, 0.004), (0.05, 1.0, 0.004), (0, 1.0)]), 32)
    choices = {"white": "#ece9e2", "black": "#22211f", "mustard": "#c9952e"}
    return Model(
        Asset(
            "pendant",
            "pendant",
            {"Shade": Surface(linear("#ece9e2"), roughness=0.4), "Cord": Surface(linear("#2a2826"), roughness=0.7)},
            {"Shade": Part(dome, "Shade"), "Cord": Part(join(cord, rose), "Cord")},
            {"color": colors("Shade", choices)},
        )
    )


def plant() -> Model:
    """Model a rubber plant in a clay pot, 1.35 m high."""
    pot = lathe(
        rounded_polyline([(0, 0), (0.12, 0, 0.01), (0.165, 0.3, 0.01), (0.15, 0.3, 0.004), (0.14, 0.26), (0, 0.26)]), 48
    )
    soil = lathe(np.array([(0, 0.25), (0.142, 0.25), (0.142, 0.268), (0.06, 0.275), (0, 0.276)]), 32)
    rng = np.random.default_rng(751)
    stems, leaves = [], []
    for k, (turn, lean, height) in enumerate(((20, 0.16, 1.15), (150, 0.22, 0.95), (265, 0.2, 1.05), (330, 0.1, 0.75))):
        a = np.radians(turn)
        path = bezier(
            (0.03 * np.cos(a), 0.03 * np.sin(a), 0.25),
            (lean * 0.4 * np.cos(a), lean * 0.4 * np.sin(a), 0.6 * height),
            (lean * np.cos(a), lean * np.sin(a), height),
            steps=14,
        )
        stems.append(sweep(path, ellipse(0.016, 0.016, 8), np.linspace(1.0, 0.5, 15), rounded=False))
        for i in range(11):
            at = path[min(14, 3 + i)]
            azimuth = np.radians(137.5 * (i + 3 * k) + rng.uniform(-15, 15))
            size = rng.uniform(0.19, 0.27) * (0.75 + 0.25 * np.sin(np.pi * (i + 1) / 12))
            leaves.append(_leaf(size, rng.uniform(15, 55) if i < 9 else 70, azimuth, at))
    return Model(
        Asset(
            "plant",
            "plant",
            {
                "Clay": Surface(color_map="./textures/clay.png", roughness=0.85),
                "Soil": Surface(linear("#2f2117"), roughness=1.0),
                "Stem": Surface(linear("#5d5a38"), roughness=0.8),
                "Leaf": Surface(color_map="./textures/leaf.png", roughness=0.35),
            },
            {
                "Pot": Part(pot, "Clay"),
                "Soil": Part(soil, "Soil"),
                "Stems": Part(join(*stems), "Stem"),
                "Leaves": Part(join(*leaves), "Leaf", double_sided=True),
            },
            images={"clay.png": skins.plaster("#b7714c", 752, 256), "leaf.png": _rubber_leaf()},
        )
    )


def _rubber_leaf() -> np.ndarray:
    v, u = np.mgrid[0:128, 0:96]
    u, v = (u + 0.5) / 96, 1 - (v + 0.5) / 128
    veins = np.clip(1 - np.abs(((v * 16 - np.abs(u - 0.5) * 9) % 1.0) - 0.5) / 0.08, 0, 1) * 0.25
    rib = np.clip(1 - np.abs(u - 0.5) / 0.02, 0, 1)
    image = mix(np.broadcast_to(srgb("#2c5a2f"), (128, 96, 3)), srgb("#3f7a3d"), fractal(96, 128, 4, 5, 753, 3))
    return mix(image, srgb("#9fbf7a"), np.maximum(rib * 0.8, veins))


def _leaf(length: float, lift: float, azimuth: float, at: np.ndarray) -> Mesh:
    """Return one broad leaf that leaves the stem at ``at``, lifted by ``lift`` degrees, drooping at its tip."""
    u, v = np.meshgrid(np.linspace(-1, 1, 5), np.linspace(0, 1, 9))
    half = 0.24 * length * np.sin(np.pi * np.clip(v, 0.0, 1.0) ** 0.8) ** 0.8 + 0.002
    x = u * half
    y = length * (v + 0.12)
    z = -0.28 * length * v**2 + 0.10 * length * u**2
    mesh = grid_mesh(np.stack([x, y, z], axis=2), np.linspace(0, 1, 5), np.linspace(0, 1, 9), crease=80.0)
    return mesh.rotated("x", lift).rotated("z", float(np.degrees(azimuth)) - 90).moved(*at)


def window_frame() -> Model:
    """Model the frame of a window, 1.8 x 0.12 x 1.5 m, four panes without glass and a sill; it looks along -y."""
    w, h = 1.8, 1.5
    bars = [bar((-w / 2, -0.06, 0.0), (w / 2, 0.06, 0.06), 0.004), bar((-w / 2, -0.06, h - 0.06), (w / 2, 0.06, h), 0.004)]
    bars += [bar((x - 0.03, -0.06, 0.06), (x + 0.03, 0.06, h - 0.06), 0.004) for x in (-w / 2 + 0.03, w / 2 - 0.03)]
    bars += [
        bar((-0.035, -0.05, 0.06), (0.035, 0.05, h - 0.06), 0.004),
        bar((-w / 2 + 0.06, -0.03, h * 0.68), (w / 2 - 0.06, 0.03, h * 0.68 + 0.035), 0.003),
    ]
    sill = bar((-w / 2 - 0.08, -0.2, -0.03), (w / 2 + 0.08, 0.02, 0.0), 0.006, bevels=2)
    return Model(
        Asset(
            "window",
            "window",
            {"Paint": Surface(linear("#efece4"), roughness=0.35)},
            {"Frame": Part(join(*bars, sill.moved(z=0.03)).on_ground(), "Paint")},
        ),
        (("sill", (-0.85, -0.17, 0.85, -0.07), 0.03, 1.2),),
    )


def door() -> Model:
    """Model a closed panel door in its frame, 0.98 x 0.12 x 2.1 m, back against a wall."""
    leaf = [bar((-0.43, -0.05, 0.005), (0.43, 0.0, 2.04), 0.004)]
    leaf += [
        bar((x - 0.15, -0.058, z), (x + 0.15, -0.045, z + t), 0.008)
        for x in (-0.19, 0.19)
        for z, t in ((0.15, 0.7), (1.0, 0.9))
    ]
    frame = [bar((s * 0.46 - 0.03, -0.075, 0.0), (s * 0.46 + 0.03, 0.0, 2.1), 0.004) for s in (-1, 1)] + [
        bar((-0.49, -0.075, 2.04), (0.49, 0.0, 2.1), 0.004)
    ]
    handle = [rod((0.36, -0.1, 1.02), (0.25, -0.1, 1.02), 0.009), rod((0.36, -0.04, 1.02), (0.36, -0.105, 1.02), 0.009)]
    return Model(
        Asset(
            "door",
            "door",
            {
                "Paint": Surface(linear("#ebe7dd"), roughness=0.4),
                "Metal": Surface(linear("#9a958c"), roughness=0.3, metallic=1.0),
            },
            {"Leaf": Part(join(*leaf, *frame), "Paint"), "Handle": Part(join(*handle), "Metal")},
        )
    )


def picture() -> Model:
    """Model a framed print, 0.6 x 0.03 x 0.8 m, in three designs; it looks along -y, its back on a wall."""
    w, h = 0.6, 0.8
    frame = [bar((-w / 2, -0.028, 0.0), (w / 2, 0.0, 0.022), 0.002), bar((-w / 2, -0.028, h - 0.022), (w / 2, 0.0, h), 0.002)]
    frame += [
        bar((s * (w / 2 - 0.011) - 0.011, -0.028, 0.022), (s * (w / 2 - 0.011) + 0.011, 0.0, h - 0.022), 0.002) for s in (-1, 1)
    ]
    sheet = bar((-w / 2 + 0.02, -0.012, 0.02), (w / 2 - 0.02, -0.004, h - 0.02), 0.0005)
    sheet = front_printed(sheet)
    names = ("suns", "hills", "leaf")
    return Model(
        Asset(
            "picture",
            "picture",
            {
                "Frame": Surface(linear("#2a2622"), roughness=0.4),
                "Print": Surface(color_map="./textures/suns.png", roughness=0.7),
            },
            {"Frame": Part(join(*frame), "Frame"), "Print": Part(sheet, "Print")},
            {"print": maps("Print", names)},
            {f"{name}.png": _art(name) for name in names},
        )
    )


def _art(name: str) -> Image.Image:
    sheet = Canvas(56, 76, 7.0, "#f3ecdd")
    sheet.rectangle(6, 6, 44, 64, "#efe4cc")
    if name == "suns":
        sheet.ellipse(28, 30, 32, 32, "#c9552f")
        sheet.ellipse(34, 48, 20, 20, "#e3a93c")
        sheet.rectangle(6, 54, 44, 16, "#2f4858")
    elif name == "hills":
        sheet.ellipse(38, 22, 12, 12, "#e2a84a")
        for k, color in enumerate(("#a9b8a5", "#7c967f", "#4f7161", "#2e4f4a")):
            base = 34 + 9 * k
            ridge = [(6 + t, base - 5 * np.sin(0.11 * t + 1.7 * k) - 2 * np.sin(0.31 * t + k)) for t in range(45)]
            sheet.polygon([*ridge, (50, 70), (6, 70)], color)
    else:
        for k in range(6):
            for side in (-1, 1):
                x, y = 28, 62 - 8 * k
                sheet.polygon(
                    [(x, y), (x + side * 7, y - 9), (x + side * 16, y - 12), (x + side * 9, y - 3)],
                    ("#3f6b4f", "#7a9a62")[k % 2],
                )
        sheet.rectangle(27.6, 16, 0.8, 50, "#2d4a38")
    return sheet.image()
