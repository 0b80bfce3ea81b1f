"""What furnishes a living room: sofa, armchair, tables, chairs, lamps, bookshelf, rug, plant, curtains, pictures."""

import numpy as np
from PIL import Image
from tabletop_generator import skins, wood
from tabletop_generator.asset import Asset, Part, Variant
from tabletop_generator.boxes import rounded_box
from tabletop_generator.canvas import Canvas
from tabletop_generator.curves import bezier, ellipse, rounded_polyline
from tabletop_generator.images import linear, mix, normal_map, srgb
from tabletop_generator.loft import lathe, loft, sweep
from tabletop_generator.materials import Surface
from tabletop_generator.mesh import Mesh, grid_mesh
from tabletop_generator.noise import fractal
from tabletop_generator.plates import slab

from .model import Model, bar, box_mapped, colors, join, rod
from .products import borrowed

__all__ = ["FURNITURE_MODELS"]

_FABRICS = {"sage": "#8d9a83", "sand": "#c9b799", "slate": "#5f6b78", "rust": "#a65a3a"}


def _weave(seed: int, ground: str = "#ffffff") -> np.ndarray:
    """Return plain woven cloth, tiling."""
    height = skins.linen_height(seed, 256, 64)
    return srgb(ground) * (0.80 + 0.2 * height + 0.06 * (fractal(256, 256, 4, 4, seed + 3, 3) - 0.5))[..., None]


def _cloths(seed: int) -> dict[str, np.ndarray]:
    return {f"{name}.png": _weave(seed, code) for name, code in _FABRICS.items()} | {
        "weave.png": normal_map(skins.linen_height(seed, 256, 64), 0.9)
    }


def _cloth_variants(look: str = "Cloth") -> dict[str, Variant]:
    return {name: Variant({look: {"color_map": f"./textures/{name}.png"}}) for name in _FABRICS}


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
    images = {f"{name}.png": _weave(703, code) for name, code in choices.items()}
    return Model(
        Asset(
            "cushion",
            "cushion",
            {"Cloth": Surface(color_map="./textures/cream.png", roughness=0.95)},
            {"Pillow": Part(mesh, "Cloth")},
            {"color": {name: Variant({"Cloth": {"color_map": f"./textures/{name}.png"}}) for name in choices}},
            images,
        )
    )


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
            {"wood": {name: Variant({"Wood": {"color_map": f"./textures/{name}.png"}}) for name in woods}},
            {f"{name}.png": wood.planks(1.1, 0.6, (768, 420), species, 5, seed) for name, (species, seed) in woods.items()},
        ),
        (("top", (-0.38, -0.2, 0.38, 0.2), 0.4, 1.0),),
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
            {"cord.png": _weave(721, "#cdb892"), "weave.png": normal_map(skins.linen_height(721, 256, 40), 1.4)},
        )
    )


def _shell(front: np.ndarray, rear: np.ndarray) -> Mesh:
    """Return the closed solid between two grids of equal shape; ``front`` looks along -y."""
    loop = np.concatenate([front, rear[:, ::-1]], axis=1)
    low = np.repeat(loop[:1].mean(1, keepdims=True), loop.shape[1], axis=1)
    high = np.repeat(loop[-1:].mean(1, keepdims=True), loop.shape[1], axis=1)
    return loft(np.concatenate([low, loop, high]))


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
        {"wood": {name: Variant({"Wood": {"color_map": f"./textures/{name}.png"}}) for name in woods}},
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
_BOOKS = {
    "book_pocket": (0.028, 0.125, 0.19),
    "book_novel": (0.036, 0.145, 0.22),
    "book_slim": (0.02, 0.165, 0.235),
    "book_volume": (0.048, 0.18, 0.26),
}


def upright_book(name: str) -> Model:
    """Model a book that stands upright, its spine along -y, in eight jackets."""
    w, d, h = _BOOKS[name]
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
            {"jacket": {key: Variant({"Jacket": {"color_map": f"./textures/{key}.png"}}) for key in _SPINES}},
            images,
        )
    )


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
            {"pattern": {name: Variant({"Wool": {"color_map": f"./textures/{name}.png"}}) for name in ("nomad", "fjord")}},
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
    images = {f"{name}.png": _weave(761, code) for name, code in cloths.items()}
    return Model(
        Asset(
            "curtain",
            "curtain",
            {"Linen": Surface(color_map="./textures/natural.png", roughness=0.95)},
            {"Cloth": Part(mesh, "Linen", double_sided=True)},
            {"color": {name: Variant({"Linen": {"color_map": f"./textures/{name}.png"}}) for name in cloths}},
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


def picture() -> Model:
    """Model a framed print, 0.6 x 0.03 x 0.8 m, in three designs; it looks along -y, its back on a wall."""
    w, h = 0.6, 0.8
    frame = [bar((-w / 2, -0.028, 0.0), (w / 2, 0.0, 0.022), 0.002), bar((-w / 2, -0.028, h - 0.022), (w / 2, 0.0, h), 0.002)]
    frame += [
        bar((s * (w / 2 - 0.011) - 0.011, -0.028, 0.022), (s * (w / 2 - 0.011) + 0.011, 0.0, h - 0.022), 0.002) for s in (-1, 1)
    ]
    sheet = bar((-w / 2 + 0.02, -0.012, 0.02), (w / 2 - 0.02, -0.004, h - 0.02), 0.0005)
    corners = sheet.points[sheet.indices]
    sheet = sheet.with_st(np.stack([corners[:, 0] / (w - 0.04) + 0.5, (corners[:, 2] - 0.02) / (h - 0.04)], axis=1))
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
            {"print": {name: Variant({"Print": {"color_map": f"./textures/{name}.png"}}) for name in names}},
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
            {"wood": {name: Variant({"Wood": {"color_map": f"./textures/{name}.png"}}) for name in woods}},
            {f"{name}.png": wood.board(1.0, 1.0, (512, 512), species, 771) for name, species in woods.items()},
        ),
        (("top", (-0.76, -0.19, 0.76, 0.19), 0.66, 1.2),),
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


_BORROWED = ("mug", "cup", "bowl", "candle", "vase", "teapot")


def dining_table() -> Model:
    """Return the tabletop scene's table, referred to where it is."""
    from tabletop_generator.environment import TABLE_DEPTH, TABLE_HEIGHT, TABLE_WIDTH, table

    x, y = TABLE_WIDTH / 2 - 0.15, TABLE_DEPTH / 2 - 0.12
    return Model(table(), (("top", (-x, -y, x, y), TABLE_HEIGHT, 1.0),), "../../tabletop/assets")


FURNITURE_MODELS = (
    sofa,
    armchair,
    cushion,
    coffee_table,
    chair,
    floor_lamp,
    pendant,
    bookshelf,
    *(lambda name=name: upright_book(name) for name in _BOOKS),
    rug,
    plant,
    window_frame,
    curtain,
    curtain_rod,
    picture,
    sideboard,
    door,
    dining_table,
    *(lambda name=name: borrowed(name) for name in _BORROWED),
)
"""Functions that model the room's assets."""
