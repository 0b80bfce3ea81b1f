"""What is stored in a warehouse: pallets, cartons, drums and crates."""

import numpy as np
from PIL import Image
from tabletop_generator import wood
from tabletop_generator.asset import Asset, Part
from tabletop_generator.boxes import rounded_box
from tabletop_generator.canvas import Canvas
from tabletop_generator.curves import rounded_polyline
from tabletop_generator.images import linear, mix, srgb
from tabletop_generator.loft import lathe
from tabletop_generator.materials import Surface

from .model import Model, bar, colors, join, maps

__all__ = ["CARTONS", "carton", "crate", "drum", "pallet"]


def pallet() -> Model:
    """Model a Euro pallet, 0.8 x 1.2 x 0.144 m, in fresh and weathered wood."""
    width, depth = 0.8, 1.2
    deck = [
        bar((x - w / 2, -depth / 2, 0.122), (x + w / 2, depth / 2, 0.144), 0.002, 1.2)
        for x, w in ((-0.3275, 0.145), (-0.1637, 0.1), (0.0, 0.145), (0.1637, 0.1), (0.3275, 0.145))
    ]
    across = [bar((-width / 2, y - 0.0725, 0.1), (width / 2, y + 0.0725, 0.122), 0.002, 1.2) for y in (-0.5275, 0.0, 0.5275)]
    blocks = [
        bar((x - 0.05 if x else -0.0725, y - 0.0725, 0.022), (x + 0.05 if x else 0.0725, y + 0.0725, 0.1), 0.003, 1.2)
        for x in (-0.35, 0.0, 0.35)
        for y in (-0.5275, 0.0, 0.5275)
    ]
    runners = [bar((x - 0.05, -depth / 2, 0.0), (x + 0.05, depth / 2, 0.022), 0.002, 1.2) for x in (-0.35, 0.0, 0.35)]
    tones = {"fresh": ("#d2b184", 301), "worn": ("#a48a66", 302)}
    images = {f"{name}.png": _pallet_wood(tone, seed) for name, (tone, seed) in tones.items()}
    asset = Asset(
        "pallet",
        "pallet",
        {"Wood": Surface(color_map="./textures/fresh.png", roughness=0.85)},
        {"Boards": Part(join(*deck, *across, *blocks, *runners), "Wood")},
        {"age": maps("Wood", tones)},
        images,
    )
    return Model(asset, (("top", (-0.4, -0.6, 0.4, 0.6), 0.144, np.inf),))


def _pallet_wood(tone: str, seed: int) -> np.ndarray:
    grain = wood.board(1.2, 1.2, (256, 256), wood.BEECH, seed)
    return mix(grain * 0.92, srgb(tone), 0.62)


CARTONS = {
    "carton_small": (0.38, 0.26, 0.24),
    "carton_flat": (0.58, 0.38, 0.22),
    "carton_tall": (0.38, 0.38, 0.42),
    "carton_large": (0.58, 0.38, 0.36),
}

_PRINTS = {
    "plain": ("#b98d5e", ""),
    "nordlys": ("#bd9160", "#1f4e79"),
    "halden": ("#b58859", "#9c2f23"),
    "white": ("#dcd6cb", "#2c6e49"),
}

_MARKS = {
    "plain": ("PARTS", ""),
    "nordlys": ("NORDLYS", "home lighting"),
    "halden": ("HALDEN", "tools & fittings"),
    "white": ("Verdeo", "fresh goods"),
}


def carton(name: str) -> Model:
    """Model a taped shipping carton in four prints."""
    width, depth, height = CARTONS[name]
    total, tall = 2 * (width + depth), height + 2 * depth
    places = {
        "front": (0, depth, width, height),
        "right": (width, depth, depth, height),
        "back": (width + depth, depth, width, height),
        "left": (2 * width + depth, depth, depth, height),
        "top": (0, depth + height, width, depth),
        "bottom": (0, 0, width, depth),
    }
    atlas = {side: (x / total, y / tall, (x + w) / total, (y + h) / tall) for side, (x, y, w, h) in places.items()}
    box = rounded_box(width, depth, height, 0.004, bevels=1, atlas=atlas)
    box.groups.clear()
    prints = {key: _carton_print(key, width, depth, height) for key in _PRINTS}
    asset = Asset(
        "box",
        name,
        {"Card": Surface(color_map=f"./textures/{name}_plain.png", roughness=0.8)},
        {"Box": Part(box, "Card")},
        {"print": maps("Card", _PRINTS, f"{name}_")},
        {f"{name}_{key}.png": image for key, image in prints.items()},
    )
    return Model(asset)


def _carton_print(key: str, width: float, depth: float, height: float) -> Image.Image:
    """Return the unfolded print of a carton, millimetres as `Canvas` counts them."""
    w, d, h = (1000 * value for value in (width, depth, height))
    ground, ink = _PRINTS[key]
    sheet = Canvas(2 * (w + d), h + 2 * d, 0.36, ground)
    tape = "#cfae7c" if key != "white" else "#c9c6c0"
    name, product = _MARKS[key]
    for x, side in ((0, w), (w, d), (w + d, w), (2 * w + d, d)):
        top = d
        sheet.rectangle(x, top, side, 2.5, "#8a6540" if key != "white" else "#b3aea4")
        if ink:
            sheet.rectangle(x, top + 0.62 * h, side, 0.1 * h, ink)
            sheet.text(x + side / 2, top + 0.36 * h, name, min(0.2 * h, 0.17 * side), ink, weight=0.05, spacing=0.04)
            sheet.text(x + side / 2, top + 0.52 * h, product, min(0.08 * h, 0.08 * side), ink)
        if side == w:
            sheet.rectangle(x + 0.62 * w, top + 0.12 * h if not ink else top + 0.76 * h, 0.3 * w, 0.19 * h, "#f3f0e8")
            sheet.barcode(x + 0.64 * w, (top + 0.14 * h) if not ink else top + 0.775 * h, 0.26 * w, 0.1 * h, int(w + h))
        else:
            sheet.rectangle(x + 0.46 * side, top, 0.1 * side, 0.16 * h, tape)
        for k in range(2):  # this side up
            a = x + 0.07 * side + k * 0.1 * side
            base = top + 0.92 * h
            color = ink or "#4b3621"
            sheet.polygon(
                [(a, base - 0.09 * h), (a + 0.035 * side, base - 0.09 * h), (a + 0.0175 * side, base - 0.14 * h)], color
            )
            sheet.rectangle(a + 0.011 * side, base - 0.09 * h, 0.013 * side, 0.07 * h, color)
    for y in (0.0, h + d):  # canvas counts from the top: the lid first, the bottom last
        sheet.rectangle(0, y + 0.44 * d, w, 0.12 * d, tape)
    return sheet.image().quantize(64, dither=Image.Dither.NONE).convert("RGB")


def drum() -> Model:
    """Model a 200 l steel drum, 0.585 x 0.88 m, in four colours."""
    r, h = 0.2925, 0.88
    wall = r - 0.008
    profile = [
        (0, 0.012),
        (wall - 0.012, 0.012, 0.002),
        (wall - 0.006, 0.0, 0.003),
        (wall + 0.004, 0.0, 0.003),
        (wall + 0.004, 0.012, 0.002),
        (wall, 0.016),
    ]
    for z in (0.3, 0.58):
        profile += [(wall, z - 0.022, 0.01), (r, z, 0.012), (wall, z + 0.022, 0.01)]
    profile += [
        (wall, h - 0.016),
        (wall + 0.004, h - 0.012, 0.002),
        (wall + 0.004, h, 0.003),
        (wall - 0.006, h, 0.003),
        (wall - 0.012, h - 0.014, 0.002),
        (0, h - 0.014),
    ]
    bungs = [
        lathe(rounded_polyline([(0, 0), (s, 0), (s, 0.014, 0.003), (0, 0.014)]), 16).moved(x, 0.0, h - 0.016)
        for s, x in ((0.032, 0.19), (0.018, -0.2))
    ]
    choices = {"blue": "#1f4f8f", "red": "#a32a22", "green": "#2f6b46", "black": "#26282b"}
    asset = Asset(
        "drum",
        "drum",
        {
            "Paint": Surface(linear("#1f4f8f"), roughness=0.35),
            "Steel": Surface(linear("#b8b8b4"), roughness=0.35, metallic=1.0),
        },
        {"Drum": Part(lathe(rounded_polyline(profile), 40), "Paint"), "Bungs": Part(join(*bungs), "Steel")},
        {"color": colors("Paint", choices)},
    )
    return Model(asset)


def crate() -> Model:
    """Model a stackable plastic crate, 0.6 x 0.4 x 0.3 m, with ribs and grips, closed by a lid."""
    w, d, h = 0.6, 0.4, 0.3
    pieces = [
        bar((-w / 2 + 0.012, -d / 2 + 0.012, 0.0), (w / 2 - 0.012, d / 2 - 0.012, h - 0.03), 0.012),
        bar((-w / 2, -d / 2, h - 0.07), (w / 2, d / 2, h - 0.03), 0.006),
        bar((-w / 2 + 0.006, -d / 2 + 0.006, 0.03), (w / 2 - 0.006, d / 2 - 0.006, 0.05), 0.004),
    ]
    for x in np.linspace(-w / 2 + 0.05, w / 2 - 0.05, 6):
        pieces.append(bar((x - 0.008, -d / 2 + 0.002, 0.05), (x + 0.008, d / 2 - 0.002, h - 0.07), 0.003))
    for y in np.linspace(-d / 2 + 0.05, d / 2 - 0.05, 4):
        pieces.append(bar((-w / 2 + 0.002, y - 0.008, 0.05), (w / 2 - 0.002, y + 0.008, h - 0.07), 0.003))
    lid = bar((-w / 2 + 0.004, -d / 2 + 0.004, h - 0.03), (w / 2 - 0.004, d / 2 - 0.004, h), 0.008)
    choices = {"blue": "#235a9c", "grey": "#7c8288", "red": "#b23a2e", "green": "#3c7d4c"}
    asset = Asset(
        "crate",
        "crate",
        {"Plastic": Surface(linear("#235a9c"), roughness=0.45), "Lid": Surface(linear("#3a3f45"), roughness=0.5)},
        {"Body": Part(join(*pieces), "Plastic"), "Lid": Part(lid, "Lid")},
        {"color": colors("Plastic", choices)},
    )
    return Model(asset)
