"""Folding cartons of invented brands and their prints."""

import numpy as np
from PIL import Image
from tabletop_generator.asset import Asset, Part
from tabletop_generator.boxes import rounded_box
from tabletop_generator.canvas import Canvas
from tabletop_generator.materials import Surface
from tabletop_generator.prints import Brand

from .model import Model, maps

__all__ = ["PACKS", "pack"]


PACKS = {
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
    (w, d, h), brands = PACKS[name]
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
            {"design": maps("Print", brands)},
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
