"""Tables, cases and what stands in them: coffee table, bookcase, books, sideboard, dining table."""

import numpy as np
from tabletop_generator import wood
from tabletop_generator.asset import Asset, Part
from tabletop_generator.boxes import rounded_box
from tabletop_generator.canvas import Canvas
from tabletop_generator.curves import ellipse, rounded_polyline
from tabletop_generator.images import linear
from tabletop_generator.loft import lathe, loft
from tabletop_generator.materials import Surface

from .model import Model, bar, join, maps, rod

__all__ = ["BOOKS", "bookshelf", "coffee_table", "dining_table", "sideboard", "upright_book"]


def coffee_table() -> Model:
    """Model an oval coffee table, 1.1 x 0.6 x 0.4 m, on four slanted legs."""
    count = 72
    rings = [(z, inset) for z, inset in ((0.372, 0.02), (0.375, 0.006), (0.385, 0.0), (0.395, 0.0), (0.4, 0.006))]
    flat = np.stack(
        [np.concatenate([ellipse(1.1 - 2 * i, 0.6 - 2 * i, count, 2.6), np.full((count, 1), z)], axis=1) for z, i in rings]
    )
    low = np.repeat(flat[:1].mean(1, keepdims=True), count, axis=1)
    high = np.repeat(flat[-1:].mean(1, keepdims=True), count, axis=1)
    top = loft(np.concatenate([low, flat, high]))
    corners = top.points[top.indices]
    top = top.with_st(np.stack([corners[:, 0] / 1.1 + 0.5, corners[:, 1] / 0.6 + 0.5], axis=1))
    legs = [rod((x, y, 0.375), (x * 1.14, y * 1.14, 0.0), 0.018) for x in (-0.36, 0.36) for y in (-0.17, 0.17)]
    woods = {"oak": (wood.OAK, 711), "walnut": (wood.WALNUT, 712)}
    return Model(
        Asset(
            "coffee_table",
            "coffee_table",
            {
                "Wood": Surface(color_map="./textures/oak.png", roughness=0.38, clearcoat=0.15),
                "Leg": Surface(linear("#2b2724"), roughness=0.4),
            },
            {"Top": Part(top, "Wood"), "Legs": Part(join(*legs).on_ground(), "Leg")},
            {"wood": maps("Wood", woods)},
            {f"{name}.png": wood.planks(1.1, 0.6, (768, 420), species, 5, seed) for name, (species, seed) in woods.items()},
        ),
        (("top", (-0.38, -0.2, 0.38, 0.2), 0.4, 1.0),),
    )


def bookshelf() -> Model:
    """Model an open bookcase, 1.0 x 0.32 x 1.96 m, with six boards; its back stands against a wall."""
    w, d, h, t = 1.0, 0.32, 1.96, 0.026
    sides = [bar((s * (w / 2 - t / 2) - t / 2, -d / 2, 0.0), (s * (w / 2 - t / 2) + t / 2, d / 2, h), 0.002) for s in (-1, 1)]
    tops = [0.08 + i * 0.37 for i in range(5)] + [h]
    boards = [bar((-w / 2 + t, -d / 2, z - t), (w / 2 - t, d / 2 - 0.008, z), 0.002) for z in tops]
    back = bar((-w / 2 + t, d / 2 - 0.008, 0.06), (w / 2 - t, d / 2, h - t), 0.001)
    foot = bar((-w / 2 + t, -d / 2 + 0.03, 0.0), (w / 2 - t, -d / 2 + 0.05, 0.055), 0.002)
    parts = {"Case": Part(join(*sides, *boards, back, foot), "Wood")}
    for part in parts.values():  # grain along the sides' height
        part.mesh.st = part.mesh.st[:, ::-1] * [1.0, 2.5]
    levels = tuple(
        (f"board{i}", (-w / 2 + t + 0.005, -d / 2 + 0.01, w / 2 - t - 0.005, d / 2 - 0.015), z, tops[i + 1] - z - t)
        for i, z in enumerate(tops[:-1])
    )
    woods = {"oak": wood.OAK, "walnut": wood.WALNUT}
    asset = Asset(
        "bookshelf",
        "bookshelf",
        {"Wood": Surface(color_map="./textures/oak.png", roughness=0.5)},
        parts,
        {"wood": maps("Wood", woods)},
        {f"{name}.png": wood.board(1.0, 0.4, (512, 208), species, 731) for name, species in woods.items()},
    )
    return Model(asset, (*levels, ("top", (-w / 2, -d / 2, w / 2, d / 2), h, 0.5)))


_SPINES = {
    "ink": ("#26344f", "#e7d9b8"),
    "brick": ("#9c3f2c", "#f3e3c3"),
    "moss": ("#4f6141", "#ead9a4"),
    "cream": ("#e4d8be", "#6b3d2a"),
    "plum": ("#57304a", "#e3c7a8"),
    "sky": ("#6f9fb8", "#fbf6ea"),
    "coal": ("#24262a", "#d8a24a"),
    "rose": ("#c78b86", "#47232a"),
}

BOOKS = {
    "book_pocket": (0.028, 0.125, 0.19),
    "book_novel": (0.036, 0.145, 0.22),
    "book_slim": (0.02, 0.165, 0.235),
    "book_volume": (0.048, 0.18, 0.26),
}


def upright_book(name: str) -> Model:
    """Model a book that stands upright, its spine along -y, in eight jackets."""
    w, d, h = BOOKS[name]
    boards = rounded_box(
        w,
        d,
        h,
        0.0025,
        bevels=2,
        atlas={"front": (0.0, 0.0, 0.5, 1.0)}
        | dict.fromkeys(("left", "right", "back"), (0.6, 0.1, 0.9, 0.9))
        | dict.fromkeys(("top", "bottom"), (0.6, 0.1, 0.9, 0.9)),
    )
    boards.groups.clear()
    pages = bar((-w / 2 + 0.003, -d / 2 + 0.004, 0.004), (w / 2 - 0.003, d / 2 + 0.0006, h - 0.004), 0.0005)
    lid = bar((-w / 2 + 0.0028, -d / 2 + 0.006, h - 0.003), (w / 2 - 0.0028, d / 2 - 0.001, h + 0.0004), 0.0003)
    images = {}
    for key, (ground, ink) in _SPINES.items():
        sheet = Canvas(40, 220, 0.9, ground)
        for y, thick in ((14, 3), (20, 1), (176, 1), (182, 3)):
            sheet.rectangle(0, y, 20, thick, ink)
        sheet.rectangle(5, 34, 10, 92, ink)
        sheet.rectangle(6.2, 35.2, 7.6, 89.6, ground)
        for k in range(5):
            sheet.rectangle(8.2, 42 + 16 * k, 3.6, 11, ink)
        sheet.ellipse(10, 152, 10, 10, ink)
        images[f"{key}.png"] = sheet.image().quantize(16).convert("RGB")
    return Model(
        Asset(
            "book",
            name,
            {
                "Jacket": Surface(color_map="./textures/ink.png", roughness=0.55),
                "Paper": Surface(linear("#e9e0cb"), roughness=0.9),
            },
            {"Boards": Part(boards, "Jacket"), "Pages": Part(join(pages, lid), "Paper")},
            {"jacket": maps("Jacket", _SPINES)},
            images,
        )
    )


def sideboard() -> Model:
    """Model a low sideboard on legs, 1.6 x 0.42 x 0.66 m, with three doors."""
    w, d = 1.6, 0.42
    case = [
        bar((-w / 2, -d / 2, 0.16), (w / 2, d / 2, 0.64), 0.003),
        bar((-w / 2 - 0.01, -d / 2 - 0.012, 0.64), (w / 2 + 0.01, d / 2, 0.66), 0.004),
    ]
    doors = [bar((x - 0.26, -d / 2 - 0.016, 0.175), (x + 0.26, -d / 2 + 0.002, 0.628), 0.003) for x in (-0.53, 0.0, 0.53)]
    knobs = [
        lathe(rounded_polyline([(0, 0), (0.012, 0, 0.002), (0.014, 0.02, 0.006), (0, 0.024)]), 20)
        .rotated("x", 90)
        .moved(x + 0.2, -d / 2 - 0.016, 0.42)
        for x in (-0.53, 0.0, 0.53)
    ]
    legs = [rod((x, y, 0.17), (x * 1.04, y * 1.08, 0.0), 0.017) for x in (-0.7, 0.7) for y in (-0.15, 0.15)]
    woods = {"oak": wood.OAK, "walnut": wood.WALNUT}
    return Model(
        Asset(
            "sideboard",
            "sideboard",
            {
                "Wood": Surface(color_map="./textures/oak.png", roughness=0.42, clearcoat=0.1),
                "Leg": Surface(linear("#2b2724"), roughness=0.4),
            },
            {"Case": Part(join(*case, *doors), "Wood"), "Legs": Part(join(*legs, *knobs).on_ground(), "Leg")},
            {"wood": maps("Wood", woods)},
            {f"{name}.png": wood.board(1.0, 1.0, (512, 512), species, 771) for name, species in woods.items()},
        ),
        (("top", (-0.76, -0.19, 0.76, 0.19), 0.66, 1.2),),
    )


def dining_table() -> Model:
    """Return the tabletop scene's table, referred to where it is."""
    from tabletop_generator.environment import TABLE_DEPTH, TABLE_HEIGHT, TABLE_WIDTH, table

    x, y = TABLE_WIDTH / 2 - 0.15, TABLE_DEPTH / 2 - 0.12
    return Model(table(), (("top", (-x, -y, x, y), TABLE_HEIGHT, 1.0),), "../../tabletop/assets")
