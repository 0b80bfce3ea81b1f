"""What stands on a shop's shelf: packs, tubes, bottles and bags of invented brands."""

import numpy as np
from PIL import Image
from tabletop_generator.asset import Asset, Part
from tabletop_generator.canvas import Canvas
from tabletop_generator.curves import ellipse, rounded_polyline
from tabletop_generator.images import linear
from tabletop_generator.loft import lathe, loft
from tabletop_generator.materials import Surface
from tabletop_generator.objects import OBJECTS
from tabletop_generator.plates import slab

from .model import Model, colors, maps
from .packs import PACKS, pack
from .shop_fittings import gondola, price_tag

__all__ = ["PRODUCT_MODELS", "borrowed"]


_TUBES = {
    "paprika": ("#c23b22", "#ffd34d"),
    "onion": ("#2f7f4f", "#e9f2c2"),
    "salted": ("#1d5fa8", "#f5f7fa"),
    "vinegar": ("#5b2a86", "#f0c9ff"),
}


def chips_tube() -> Model:
    """Model a tube of crisps, 75 x 235 mm, in four flavours."""
    r, h = 0.0375, 0.235
    tube = lathe(
        rounded_polyline([(0, 0.003), (r - 0.002, 0.003), (r - 0.001, 0.0), (r, 0.001), (r, h - 0.012), (0, h - 0.012)]),
        36,
        groups=(),
    )
    side = tube.points[tube.indices][:, 2]
    tube = tube.with_st(np.stack([tube.st[:, 0] * 1.0, np.clip(side / (h - 0.012), 0, 1)], axis=1))
    lid = lathe(
        rounded_polyline(
            [
                (0, h - 0.013),
                (r + 0.001, h - 0.013),
                (r + 0.001, h, 0.002),
                (r - 0.004, h, 0.001),
                (r - 0.005, h - 0.003),
                (0, h - 0.003),
            ]
        ),
        36,
    )
    images = {}
    for key, (ground, light) in _TUBES.items():
        sheet = Canvas(236, 223, 1.5, ground)
        for i in range(2):
            x = 118 * i
            for k in range(7):
                sheet.ellipse(
                    x + 22 + 26 * (k % 4) + 9 * (k // 4), 140 + 34 * (k // 4), 40, 24, "#e9b94f" if k % 2 else "#d9a035"
                )
            sheet.polygon([(x, 28), (x + 118, 14), (x + 118, 86), (x, 100)], light)
            sheet.text(x + 59, 52, "Krispo", 30, ground, weight=0.06)
            sheet.text(x + 59, 76, key, 13, ground, weight=0.02)
        images[f"{key}.png"] = sheet.image().quantize(96, dither=Image.Dither.NONE).convert("RGB")
    return Model(
        Asset(
            "chips_tube",
            "chips_tube",
            {
                "Print": Surface(color_map="./textures/paprika.png", roughness=0.3),
                "Lid": Surface(linear("#e9e7e2"), roughness=0.4),
            },
            {"Tube": Part(tube, "Print"), "Lid": Part(lid, "Lid")},
            {"design": maps("Print", _TUBES)},
            images,
        )
    )


def detergent() -> Model:
    """Model a bottle of washing liquid, 120 x 75 x 275 mm, in four colours."""
    levels = [
        (0.0, 0.9, 0.9),
        (0.004, 0.97, 0.96),
        (0.03, 1.0, 1.0),
        (0.12, 0.96, 0.97),
        (0.18, 0.88, 0.93),
        (0.205, 0.62, 0.8),
        (0.222, 0.36, 0.56),
        (0.235, 0.33, 0.53),
    ]
    rings = np.stack(
        [np.concatenate([ellipse(0.12 * a, 0.075 * b, 40, 3.2), np.full((40, 1), z)], axis=1) for z, a, b in levels]
    )
    bottom, top = np.repeat(rings[:1, :1] * [0, 0, 1], 40, axis=1), np.repeat(rings[-1:, :1] * [0, 0, 1], 40, axis=1)
    body = loft(np.concatenate([bottom, rings, top]))
    cap = lathe(rounded_polyline([(0, 0.232), (0.0225, 0.232), (0.0225, 0.27, 0.004), (0, 0.272)]), 28)
    label = slab(
        np.stack(np.broadcast_arrays(np.linspace(-0.042, 0.042, 9)[None, :], np.linspace(0.03, 0.15, 3)[:, None], 0.0), axis=2),
        0.0006,
        bulge=0.0,
    )
    curve = np.sqrt(np.clip(1 - (label.points[:, 0] / 0.0585) ** 2, 0, 1)) ** 0.62
    label.points = np.stack(
        [label.points[:, 0], -(0.0372 * curve + 0.0008) + label.points[:, 2] * 0.3, label.points[:, 1]], axis=1
    )
    choices = {"blue": "#1f5fae", "green": "#3d9a50", "violet": "#6b3fa0", "orange": "#e07a1f"}
    sheet = Canvas(84, 120, 2.2, "#ffffff")
    for k in range(9):
        sheet.ellipse(
            42 + 26 * np.cos(k * 2.4),
            84 + 24 * np.sin(k * 2.4),
            8 + 2 * (k % 4),
            8 + 2 * (k % 4),
            ("#7fc4e8", "#f3c744", "#9ad29f")[k % 3],
        )
    sheet.text(42, 28, "BRISE", 22, "#1a2f57", weight=0.06)
    sheet.text(42, 48, "washing liquid", 8, "#1a2f57")
    return Model(
        Asset(
            "detergent",
            "detergent",
            {
                "Body": Surface(linear("#1f5fae"), roughness=0.28, clearcoat=0.3),
                "Cap": Surface(linear("#f0efec"), roughness=0.35),
                "Label": Surface(color_map="./textures/label.png", roughness=0.4),
            },
            {"Body": Part(body, "Body"), "Cap": Part(cap, "Cap"), "Label": Part(label, "Label", double_sided=True)},
            {"color": colors("Body", choices)},
            {"label.png": sheet.image()},
        )
    )


_BAGS = {
    "corn": ("#e2a51c", "#a3221c", "Maiz"),
    "nuts": ("#5a3c26", "#e9c27a", "Nocti"),
    "puffs": ("#d83f6a", "#ffe9a8", "Puffi"),
    "chips": ("#1f7a6b", "#f6e27a", "Rondo"),
}


def snack_bag() -> Model:
    """Model a standing pillow bag, 180 x 70 x 240 mm, in four designs."""
    u, v = np.meshgrid(np.linspace(-1, 1, 17), np.linspace(0, 1, 21))
    belly = np.clip(1 - np.abs(u) ** 3.0, 0, 1) * np.clip(np.sin(np.pi * np.clip(v * 0.93 + 0.06, 0, 1)), 0, 1) ** 0.55
    wrinkle = 0.0012 * np.sin(14 * u + 3 * v) * np.exp(-(((v - 0.93) / 0.08) ** 2)) + 0.001 * np.sin(11 * u) * np.exp(
        -((v / 0.08) ** 2)
    )
    half = 0.034 * belly + 0.0004
    narrow = 1.0 - 0.05 * np.sin(np.pi * v)
    front = np.stack([0.09 * u * narrow, -half + wrinkle, 0.24 * v], axis=2)
    back = np.stack([0.09 * u * narrow, half + wrinkle, 0.24 * v], axis=2)[:, ::-1]
    ring = np.concatenate([front[:, :-1], back[:, :-1]], axis=1)
    low = np.repeat(ring[:1].mean(1, keepdims=True), ring.shape[1], axis=1)
    high = np.repeat(ring[-1:].mean(1, keepdims=True), ring.shape[1], axis=1)
    mesh = loft(np.concatenate([low, ring, high]), v=np.concatenate([[0], np.linspace(0, 1, len(ring)), [1]]))
    images = {}
    for key, (ground, accent, name) in _BAGS.items():
        sheet = Canvas(360, 240, 1.2, ground)
        for i in range(2):
            x = 180 * i
            sheet.rectangle(x, 0, 180, 12, "#d9d9d9")
            sheet.rectangle(x, 228, 180, 12, "#d9d9d9")
            for k in range(16):
                a = 2 * np.pi * k / 16
                sheet.polygon(
                    [
                        (x + 90, 95),
                        (x + 90 + 200 * np.cos(a), 95 + 200 * np.sin(a)),
                        (x + 90 + 200 * np.cos(a + 0.18), 95 + 200 * np.sin(a + 0.18)),
                    ],
                    accent,
                )
            sheet.ellipse(x + 90, 92, 138, 84, accent)
            sheet.text(x + 90, 90, name, 44, ground, weight=0.07)
            for k in range(8):
                sheet.ellipse(x + 36 + 15 * k, 178 + 12 * np.sin(2.2 * k), 34, 20, ("#e8b64c", "#d79a2e")[k % 2])
        images[f"{key}.png"] = sheet.image().quantize(96, dither=Image.Dither.NONE).convert("RGB")
    return Model(
        Asset(
            "snack_bag",
            "snack_bag",
            {"Foil": Surface(color_map="./textures/corn.png", roughness=0.25)},
            {"Bag": Part(mesh, "Foil")},
            {"design": maps("Foil", _BAGS)},
            images,
        )
    )


def borrowed(name: str, home: str = "../../tabletop/assets") -> Model:
    """Return an asset of the tabletop scene, referred to where it is."""
    return Model(OBJECTS[name](), home=home)


_BORROWED = ("cereal_box", "milk_carton", "soda_can", "food_can", "tin", "jar", "bottle")

PRODUCT_MODELS = (
    *(lambda name=name: pack(name) for name in PACKS),
    chips_tube,
    detergent,
    snack_bag,
    gondola,
    price_tag,
    *(lambda name=name: borrowed(name) for name in _BORROWED),
)
"""Functions that model the shop's assets."""
