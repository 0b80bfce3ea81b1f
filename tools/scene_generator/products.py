"""What stands on a shop's shelf: printed packs, tubes, bottles and bags of invented brands, gondola, price tags."""

import numpy as np
from PIL import Image
from tabletop_generator.asset import Asset, Part, Variant
from tabletop_generator.boxes import rounded_box
from tabletop_generator.canvas import Canvas
from tabletop_generator.curves import ellipse, rounded_polyline
from tabletop_generator.images import linear
from tabletop_generator.loft import lathe, loft
from tabletop_generator.materials import Surface
from tabletop_generator.objects import OBJECTS
from tabletop_generator.plates import slab
from tabletop_generator.prints import Brand

from .model import Model, bar, join

__all__ = ["BOARDS", "GONDOLA", "PRODUCT_MODELS"]

GONDOLA = (1.0, 0.52, 2.1)  # [m]
BOARDS = (0.16, 0.56, 0.93, 1.28, 1.62)  # [m] tops of the boards

_PACKS = {
    "tea_box": (
        (0.15, 0.075, 0.095),
        {
            "mint": Brand("Morrow", "mint & lime leaf", "#1f6b54", "#9fd2a8", "#123f33", "#f4f0dc", 1),
            "berry": Brand("Morrow", "forest berries", "#7a2248", "#e58fa6", "#47102a", "#fbeee6", 2),
            "black": Brand("Morrow", "strong breakfast", "#23262f", "#d8a13a", "#0f1117", "#f3e9cf", 3),
            "ginger": Brand("Morrow", "ginger lemon", "#d98a1f", "#fbe3a0", "#6b3a08", "#fff6dd", 4),
        },
    ),
    "biscuits": (
        (0.215, 0.06, 0.145),
        {
            "oat": Brand("Havn", "oat biscuits", "#c9a15c", "#7a4a1e", "#5a3414", "#fff4dd", 5),
            "cocoa": Brand("Havn", "cocoa rounds", "#5b3322", "#d9a066", "#2f180f", "#f7e6cf", 6),
            "salt": Brand("Havn", "sea salt thins", "#2d6f9c", "#bfe0ee", "#123a56", "#f4fafc", 7),
            "apple": Brand("Havn", "apple crumble", "#5f8f2f", "#e9d46a", "#2f4d12", "#fbf7de", 8),
        },
    ),
    "pasta_box": (
        (0.115, 0.05, 0.235),
        {
            "spirals": Brand("Canneto", "spirals", "#1d4f9e", "#f0c23c", "#0f2c5e", "#fffaf0", 9),
            "shells": Brand("Canneto", "shells", "#b3271e", "#f0c23c", "#5f0f0a", "#fffaf0", 10),
            "ribbons": Brand("Canneto", "ribbons", "#2f7a46", "#f0c23c", "#123f22", "#fffaf0", 11),
        },
    ),
    "coffee_pack": (
        (0.095, 0.065, 0.175),
        {
            "dark": Brand("Obsidian", "dark roast", "#1c1a1a", "#c8552b", "#0b0a0a", "#f2e6d8", 12),
            "house": Brand("Obsidian", "house roast", "#7b4a2a", "#efc47e", "#3d2212", "#fbf1df", 13),
            "decaf": Brand("Obsidian", "decaf", "#23585c", "#9fd0c4", "#0f3033", "#eff6f0", 14),
        },
    ),
    "soap_box": (
        (0.19, 0.095, 0.255),
        {
            "fresh": Brand("Klara", "fresh linen", "#1f7fc4", "#f3f7fb", "#0d3f70", "#ffffff", 15),
            "color": Brand("Klara", "bright colours", "#c42f7f", "#ffd23f", "#5e0f3b", "#ffffff", 16),
            "pure": Brand("Klara", "sensitive", "#e9eef0", "#59b3a5", "#24544d", "#24544d", 17),
        },
    ),
}


def pack(name: str) -> Model:
    """Model a folding carton in its designs."""
    (w, d, h), brands = _PACKS[name]
    total, tall = 2 * (w + d), h + d
    places = {
        "front": (0, 0, w, h),
        "right": (w, 0, d, h),
        "back": (w + d, 0, w, h),
        "left": (2 * w + d, 0, d, h),
        "top": (0, h, w, d),
        "bottom": (w, h, w, d),
    }
    atlas = {side: (x / total, y / tall, (x + a) / total, (y + b) / tall) for side, (x, y, a, b) in places.items()}
    box = rounded_box(w, d, h, 0.0015, bevels=1, atlas=atlas)
    box.groups.clear()
    first = next(iter(brands))
    return Model(
        Asset(
            name,
            name,
            {"Print": Surface(color_map=f"./textures/{first}.png", roughness=0.38)},
            {"Box": Part(box, "Print")},
            {"design": {key: Variant({"Print": {"color_map": f"./textures/{key}.png"}}) for key in brands}},
            {f"{key}.png": _pack_print(w, d, h, brand) for key, brand in brands.items()},
        )
    )


def _pack_print(width: float, depth: float, height: float, brand: Brand) -> Image.Image:
    w, d, h = (1000 * v for v in (width, depth, height))
    sheet = Canvas(2 * (w + d), h + d, 1.35, brand.ground)
    for x in (0, w + d):
        _front(sheet, x, d, w, h, brand)
    for x in (w, 2 * w + d):
        sheet.rectangle(x, d, d, h, brand.accent)
        sheet.text(x + d / 2, d + 0.1 * h, brand.name, 0.2 * d, brand.ink, weight=0.04)
        sheet.paragraph(x + 0.15 * d, d + 0.2 * h, 0.7 * d, 10, 0.022 * h, brand.ink)
        sheet.barcode(x + 0.15 * d, d + 0.8 * h, 0.7 * d, 0.13 * h, brand.seed + int(x))
    for x in (0, w):
        sheet.rectangle(x, 0, w, d, brand.ground)
        sheet.text(x + w / 2, d / 2, brand.name, 0.36 * d, brand.light, weight=0.04)
    return sheet.image().quantize(96, dither=Image.Dither.NONE).convert("RGB")


def _front(sheet: Canvas, x: float, y: float, w: float, h: float, brand: Brand) -> None:
    """Draw a pack's face: one of four motifs by the brand's seed, name and product over it."""
    rng = np.random.default_rng(brand.seed)
    sheet.rectangle(x, y, w, h, brand.ground)
    cx, cy, motif = x + w / 2, y + 0.66 * h, brand.seed % 4
    size = min(w, h)
    if motif == 0:
        for k in range(7):
            sheet.ellipse(
                x + rng.uniform(0.05, 0.95) * w,
                y + rng.uniform(0.45, 0.97) * h,
                *(2 * [rng.uniform(0.1, 0.34) * size]),
                brand.accent if k % 2 else brand.light,
            )
    elif motif == 1:
        for k in range(9):
            top = y + (0.42 + 0.065 * k) * h
            wave = [(x + t / 24 * w, top + 0.03 * h * np.sin(t * 0.7 + k)) for t in range(25)]
            sheet.polygon([*wave, *((px, py + 0.035 * h) for px, py in reversed(wave))], brand.accent if k % 2 else brand.light)
    elif motif == 2:
        for k in range(24):
            a, b = (2 * np.pi * (k + t) / 24 for t in (0.0, 0.5))
            reach = 0.44 * size
            sheet.polygon(
                [(cx, cy), (cx + reach * np.cos(a), cy + reach * np.sin(a)), (cx + reach * np.cos(b), cy + reach * np.sin(b))],
                brand.accent,
            )
        sheet.ellipse(cx, cy, 0.5 * size, 0.5 * size, brand.light)
        sheet.ellipse(cx, cy, 0.36 * size, 0.36 * size, brand.ink)
    else:
        for k in range(10):
            leaf, turn = 0.26 * size, 2 * np.pi * k / 10
            along = np.array([np.cos(turn), np.sin(turn)])
            across = np.array([-along[1], along[0]])
            tip = np.array([cx, cy])
            points = [
                tip + along * leaf * t + across * leaf * 0.26 * np.sin(np.pi * t) * s
                for s, ts in ((1, np.linspace(0, 1, 8)), (-1, np.linspace(1, 0, 8)))
                for t in ts
            ]
            sheet.polygon([tuple(p) for p in points], brand.accent if k % 2 else brand.light)
    sheet.rectangle(x, y + 0.07 * h, w, 0.27 * h, brand.ink)
    name = min(0.15 * h, 1.45 * w / len(brand.name))
    sheet.text(cx, y + 0.165 * h, brand.name, name, "#ffffff" if brand.ink < "#8" else brand.light, weight=0.045)
    product = min(0.065 * h, 1.5 * w / len(brand.product))
    sheet.text(cx, y + 0.285 * h, brand.product, product, brand.accent)


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
            {"design": {key: Variant({"Print": {"color_map": f"./textures/{key}.png"}}) for key in _TUBES}},
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
            {"color": {key: Variant({"Body": {"color": linear(code)}}) for key, code in choices.items()}},
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
            {"design": {key: Variant({"Foil": {"color_map": f"./textures/{key}.png"}}) for key in _BAGS}},
            images,
        )
    )


def gondola() -> Model:
    """Model one bay of shop shelving, 1.0 x 0.52 x 2.1 m: foot, back panel, four boards with price rails, a canopy."""
    w, d, h = GONDOLA
    y = d / 2
    boards, rails, panel = [], [], []
    for top in BOARDS:
        boards.append(bar((-w / 2 + 0.004, -y + 0.012, top - 0.03), (w / 2 - 0.004, y - 0.03, top), 0.003))
        rails.append(bar((-w / 2 + 0.004, -y, top - 0.036), (w / 2 - 0.004, -y + 0.014, top + 0.006), 0.002))
    panel.append(bar((-w / 2, y - 0.03, 0.0), (w / 2, y, h), 0.002))
    panel.append(bar((-w / 2 + 0.002, -y + 0.02, 0.0), (w / 2 - 0.002, y - 0.03, BOARDS[0] - 0.03), 0.003))
    posts = [
        bar((s * (w / 2 - 0.018) - 0.017, y - 0.055, 0.0), (s * (w / 2 - 0.018) + 0.017, y - 0.02, h), 0.003) for s in (-1, 1)
    ]
    brackets = [
        bar((s * (w / 2 - 0.015) - 0.003, -y + 0.06, top - 0.07), (s * (w / 2 - 0.015) + 0.003, y - 0.05, top - 0.03), 0.001)
        for s in (-1, 1)
        for top in BOARDS[1:]
    ]
    canopy = [
        bar((-w / 2, -y + 0.02, h - 0.16), (w / 2, -y + 0.045, h), 0.004),
        bar((-w / 2, -y + 0.03, h - 0.02), (w / 2, y, h), 0.004),
    ]
    tops = (*BOARDS[1:], h - 0.12)
    sign = bar((-w / 2 + 0.02, -y + 0.0175, h - 0.15), (w / 2 - 0.02, -y + 0.0205, h - 0.01), 0.0005)
    corners = sign.points[sign.indices]
    sign = sign.with_st(np.stack([corners[:, 0] / (w - 0.04) + 0.5, (corners[:, 2] - h + 0.15) / 0.14], axis=1))
    supports = tuple(
        (f"board{i}", (-w / 2 + 0.02, -y + 0.016, w / 2 - 0.02, y - 0.06), z, tops[i] - z - 0.055) for i, z in enumerate(BOARDS)
    )
    looks = {
        "Board": Surface(linear("#e6e4df"), roughness=0.4),
        "Rail": Surface(linear("#b9372c"), roughness=0.35),
        "Panel": Surface(linear("#d8d5cd"), roughness=0.55),
        "Canopy": Surface(linear("#2f4a3c"), roughness=0.5),
        "Sign": Surface(color_map="./textures/pantry.png", roughness=0.5),
    }
    asset = Asset(
        "gondola",
        "gondola",
        looks,
        {
            "Boards": Part(join(*boards, *posts, *brackets), "Board"),
            "Rails": Part(join(*rails), "Rail"),
            "Panel": Part(join(*panel), "Panel"),
            "Canopy": Part(join(*canopy), "Canopy"),
            "Sign": Part(sign, "Sign"),
        },
        {
            "rail": {
                name: Variant({"Rail": {"color": linear(code)}})
                for name, code in {"red": "#b9372c", "blue": "#27518c", "graphite": "#3c4146"}.items()
            },
            "section": {name: Variant({"Sign": {"color_map": f"./textures/{name}.png"}}) for name in _SECTIONS},
        },
        {f"{name}.png": _section_sign(*_SECTIONS[name]) for name in _SECTIONS},
    )
    return Model(asset, supports)


_SECTIONS = {
    "pantry": ("Pantry", "#2f5a46"),
    "breakfast": ("Breakfast", "#c9821d"),
    "household": ("Household", "#27518c"),
    "snacks": ("Snacks", "#a5342b"),
    "drinks": ("Coffee & drinks", "#5b3a27"),
}


def _section_sign(text: str, ground: str) -> Image.Image:
    sheet = Canvas(960, 140, 0.7, ground)
    sheet.rectangle(0, 126, 960, 14, "#f3efe4")
    sheet.text(480, 66, text, 88, "#f8f5ec", weight=0.045)
    return sheet.image().quantize(16).convert("RGB")


def price_tag() -> Model:
    """Model a price tag, 64 x 34 mm, in eight prints; the front looks along -y."""
    card = bar((-0.032, -0.0008, 0.0), (0.032, 0.0, 0.034), 0.0003)
    corners = card.points[card.indices]
    card = card.with_st(np.stack([corners[:, 0] / 0.064 + 0.5, corners[:, 2] / 0.034], axis=1))
    prices = ("0.89", "1.29", "1.79", "2.49", "2.99", "3.49", "4.79", "5.29")
    images = {}
    for index, price in enumerate(prices):
        sheet = Canvas(64, 34, 3.0, "#f7d64a" if index in (2, 6) else "#fbfbf8")
        sheet.text(43, 19, price, 15, "#15171a", weight=0.04)
        sheet.paragraph(4, 6, 22, 3, 2.2, "#55595e")
        sheet.barcode(3, 19, 20, 11, 40 + index)
        images[f"price_{index + 1}.png"] = sheet.image().quantize(16).convert("RGB")
    return Model(
        Asset(
            "price_tag",
            "price_tag",
            {"Card": Surface(color_map="./textures/price_1.png", roughness=0.45)},
            {"Card": Part(card, "Card")},
            {
                "price": {
                    f"price_{i + 1}": Variant({"Card": {"color_map": f"./textures/price_{i + 1}.png"}})
                    for i in range(len(prices))
                }
            },
            images,
        )
    )


def borrowed(name: str, home: str = "../../tabletop/assets") -> Model:
    """Return an asset of the tabletop scene, referred to where it is."""
    return Model(OBJECTS[name](), home=home)


_BORROWED = ("cereal_box", "milk_carton", "soda_can", "food_can", "tin", "jar", "bottle")

PRODUCT_MODELS = (
    *(lambda name=name: pack(name) for name in _PACKS),
    chips_tube,
    detergent,
    snack_bag,
    gondola,
    price_tag,
    *(lambda name=name: borrowed(name) for name in _BORROWED),
)
"""Functions that model the shop's assets."""
