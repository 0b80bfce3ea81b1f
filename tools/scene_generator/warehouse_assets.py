"""What stands in a warehouse: racking, pallets, cartons, drums, crates, a forklift, dock doors and what guards them."""

import numpy as np
from PIL import Image
from tabletop_generator import wood
from tabletop_generator.asset import Asset, Part, Variant
from tabletop_generator.boxes import rounded_box
from tabletop_generator.canvas import Canvas
from tabletop_generator.curves import bezier, ellipse, rounded_polyline
from tabletop_generator.images import linear, mix, srgb
from tabletop_generator.loft import lathe, sweep
from tabletop_generator.materials import Surface
from tabletop_generator.mesh import Mesh
from tabletop_generator.noise import fractal

from .model import Model, bar, box_mapped, colors, disc_wheel, join, rod

__all__ = ["BAY", "RACK_DEPTH", "WAREHOUSE_MODELS"]

BAY, RACK_DEPTH, UPRIGHT = 2.8, 1.1, 0.09  # [m] one bay with the upright on its left
LEVELS = (0.0, 1.75, 3.35, 4.95)  # [m] top of each level's beams
RACK_HEIGHT = 5.9


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
        {"age": {name: Variant({"Wood": {"color_map": f"./textures/{name}.png"}}) for name in tones}},
        images,
    )
    return Model(asset, (("top", (-0.4, -0.6, 0.4, 0.6), 0.144, np.inf),))


def _pallet_wood(tone: str, seed: int) -> np.ndarray:
    grain = wood.board(1.2, 1.2, (256, 256), wood.BEECH, seed)
    return mix(grain * 0.92, srgb(tone), 0.62)


_CARTONS = {
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
    width, depth, height = _CARTONS[name]
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
        {"print": {key: Variant({"Card": {"color_map": f"./textures/{name}_{key}.png"}}) for key in _PRINTS}},
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


def _holes(width: int = 64, height: int = 256) -> np.ndarray:
    """Return upright paint with two rows of dark punched slots, tiling."""
    v, u = np.mgrid[0:height, 0:width]
    slot = np.minimum(np.abs(u / width - 0.3), np.abs(u / width - 0.7)) < 0.08
    slot &= np.abs((v / height * 4) % 1.0 - 0.5) < 0.22
    image = (
        np.broadcast_to(srgb("#2b4f86"), (height, width, 3)) * (0.94 + 0.1 * fractal(width, height, 4, 16, 311, 3))[..., None]
    )
    return mix(image, srgb("#10151d"), slot)


def _frame(x: float) -> tuple[Mesh, Mesh]:
    """Return the two posts of an upright frame at x, and its bracing with the feet."""
    y = RACK_DEPTH / 2
    posts = [
        box_mapped(
            bar(
                (x - UPRIGHT / 2, s * y - (UPRIGHT if s > 0 else 0), 0.0),
                (x + UPRIGHT / 2, s * y + (UPRIGHT if s < 0 else 0), RACK_HEIGHT),
                0.004,
            ),
            UPRIGHT * 2.2,
        )
        for s in (-1, 1)
    ]
    posts = [mesh.with_st(mesh.st * np.array([2.2, 0.5])) for mesh in posts]
    inner = y - UPRIGHT / 2
    braces, z, side = [], 0.2, 1
    while z + 0.75 < RACK_HEIGHT:
        braces.append(rod((x, -side * inner, z), (x, side * inner, z + 0.75), 0.017, 8))
        z, side = z + 0.75, -side
    feet = [
        bar((x - UPRIGHT / 2, s * (y - UPRIGHT / 2) - 0.08, 0.0), (x + 0.07, s * (y - UPRIGHT / 2) + 0.08, 0.012), 0.002)
        for s in (-1, 1)
    ]
    return join(*posts), join(*braces, *feet)


def _rack(name: str, bay: bool) -> Model:
    left = -BAY / 2 if bay else 0.0
    posts, braces = _frame(left + (UPRIGHT / 2 if bay else 0.0))
    parts = {"Posts": Part(posts, "Upright"), "Braces": Part(braces, "Galvanised")}
    supports, images = [], {"upright.png": _holes()}
    if bay:
        inner, y = left + UPRIGHT, RACK_DEPTH / 2
        beams, slats = [], []
        for top in LEVELS[1:]:
            for s in (-1, 1):
                beams.append(bar((inner, s * (y - 0.035) - 0.025, top - 0.12), (BAY / 2, s * (y - 0.035) + 0.025, top), 0.006))
            for x in np.linspace(inner + 0.1, BAY / 2 - 0.1, 12):
                slats.append(bar((x - 0.05, -y + 0.06, top - 0.02), (x + 0.05, y - 0.06, top - 0.001), 0.002))
        plates = [
            bar((x - 0.055, -y + 0.0075, top - 0.095), (x + 0.055, -y + 0.011, top - 0.025), 0.0005)
            for top in LEVELS[1:]
            for x in inner + (np.arange(3) + 0.5) / 3 * (BAY / 2 - inner)
        ]
        parts |= {"Beams": Part(join(*beams), "Beam"), "Deck": Part(join(*slats), "Galvanised")}
        parts["Plates"] = Part(join(*(_printed(plate) for plate in plates)), "Plate")
        images["plate.png"] = _location_plate()
        tops = (*LEVELS[1:], RACK_HEIGHT + 0.7)
        for index, z in enumerate(LEVELS):
            supports.append((f"level{index}", (inner + 0.03, -0.66, BAY / 2 - 0.03, 0.66), z, tops[index] - z - 0.16))
    looks = {
        "Upright": Surface(color_map="./textures/upright.png", roughness=0.45),
        "Galvanised": Surface(linear("#a9adb0"), roughness=0.45, metallic=0.9),
    }
    if bay:
        looks["Beam"] = Surface(linear("#dd6b1f"), roughness=0.4)
        looks["Plate"] = Surface(color_map="./textures/plate.png", roughness=0.5)
    return Model(Asset("rack", name, looks, parts, images=images), tuple(supports))


def _printed(plate: Mesh) -> Mesh:
    """Return a plate with the whole of its texture over its front, which looks along -y."""
    low, high = plate.points.min(0), plate.points.max(0)
    corners = (plate.points[plate.indices] - low) / (high - low)
    return plate.with_st(corners[:, [0, 2]])


def _location_plate() -> Image.Image:
    sheet = Canvas(110, 70, 1.2, "#f6f5f0")
    sheet.rectangle(0, 0, 110, 20, "#e7b913")
    sheet.barcode(12, 26, 86, 32, 61)
    return sheet.image().quantize(16).convert("RGB")


_RUNS = "ABCDEFGHJKLM"


def aisle_sign() -> Model:
    """Model the sign that names a run of racks, 0.62 x 0.02 x 0.62 m, twelve letters; it looks along -y."""
    plate = _printed(bar((-0.31, -0.01, 0.0), (0.31, 0.01, 0.62), 0.004))
    images = {}
    for letter in _RUNS:
        sheet = Canvas(62, 62, 4.0, "#1d4e89")
        sheet.rectangle(2, 2, 58, 58, "#f4f3ee")
        sheet.rectangle(3.2, 3.2, 55.6, 55.6, "#1d4e89")
        sheet.text(31, 30, letter, 44, "#f4f3ee", weight=0.05)
        images[f"{letter}.png"] = sheet.image().quantize(16).convert("RGB")
    return Model(
        Asset(
            "aisle_sign",
            "aisle_sign",
            {"Sign": Surface(color_map=f"./textures/{_RUNS[0]}.png", roughness=0.35)},
            {"Sign": Part(plate, "Sign")},
            {"name": {letter: Variant({"Sign": {"color_map": f"./textures/{letter}.png"}}) for letter in _RUNS}},
            images,
        )
    )


def rack_bay() -> Model:
    """Model one bay of pallet racking with four levels, its upright frame on the left."""
    return _rack("rack_bay", True)


def rack_end() -> Model:
    """Model the upright frame that ends a run of bays."""
    return _rack("rack_end", False)


def forklift() -> Model:
    """Model a counterbalance forklift whose forks, at 0.1 m, point along -y."""
    body = [
        bar((-0.53, -0.1, 0.28), (0.53, 1.05, 0.78), 0.05, bevels=3),
        bar((-0.5, -0.62, 0.26), (0.5, -0.05, 0.46), 0.03, bevels=2),
        bar((-0.42, 0.15, 0.74), (0.42, 1.0, 0.98), 0.06, bevels=3),
    ]
    weight = [bar((-0.55, 0.98, 0.2), (0.55, 1.42, 0.98), 0.12, bevels=4)]
    dark, steel, tyres, hubs = [], [], [], []
    dark += [
        bar((-0.24, 0.22, 0.96), (0.24, 0.72, 1.08), 0.05, bevels=3),  # seat
        bar((-0.24, 0.66, 1.02), (0.24, 0.78, 1.52), 0.05, bevels=3),
        bar((-0.46, -0.55, 0.45), (0.46, 0.0, 0.47), 0.005),
        bar((-0.3, -0.42, 0.46), (0.3, -0.2, 0.98), 0.03, bevels=2),
    ]
    wheel = sweep(
        np.array([(0.17 * np.cos(a), 0.17 * np.sin(a), 0.0) for a in np.linspace(0, 2 * np.pi, 33)]),
        ellipse(0.03, 0.03, 8),
        rounded=False,
    )
    dark.append(wheel.rotated("x", 35).moved(0.0, -0.13, 1.16))
    dark.append(rod((0.0, -0.3, 0.95), (0.0, -0.13, 1.16), 0.022))
    for x in (-0.47, 0.47):  # overhead guard
        dark.append(
            sweep(
                bezier((x, -0.42, 0.45), (x, -0.35, 1.4), (x, -0.3, 2.1), (x, -0.02, 2.1), steps=14),
                ellipse(0.06, 0.05, 10),
                rounded=False,
                up=(1, 0, 0),
            )
        )
        dark.append(
            sweep(
                bezier((x, -0.02, 2.1), (x, 0.7, 2.1), (x, 0.98, 2.05), (x, 1.0, 0.95), steps=14),
                ellipse(0.06, 0.05, 10),
                rounded=False,
                up=(1, 0, 0),
            )
        )
    dark += [bar((-0.47, y, 2.085), (0.47, y + 0.04, 2.115), 0.006) for y in np.linspace(-0.1, 0.7, 8)]
    for x in (-0.34, 0.34):  # mast
        steel.append(bar((x - 0.05, -0.92, 0.06), (x + 0.05, -0.76, 2.12), 0.006))
        steel.append(bar((x * 0.78 - 0.035, -0.95, 0.06), (x * 0.78 + 0.035, -0.83, 2.08), 0.006))
    steel += [bar((-0.36, -0.9, z), (0.36, -0.78, z + 0.08), 0.006) for z in (0.3, 1.2, 2.03)]
    steel += [rod((s * 0.18, -0.84, 0.2), (s * 0.18, -0.84, 1.95), 0.035) for s in (-1, 1)]
    carriage = [bar((-0.5, -1.0, z), (0.5, -0.95, z + 0.1), 0.008) for z in (0.14, 0.52)]
    carriage += [bar((x - 0.02, -1.0, 0.6), (x + 0.02, -0.97, 1.2), 0.006) for x in np.linspace(-0.46, 0.46, 6)]
    carriage += [bar((-0.5, -1.0, 1.18), (0.5, -0.96, 1.23), 0.008)]
    forks = []
    for x in (-0.27, 0.27):
        forks += [
            bar((x - 0.06, -2.1, 0.06), (x + 0.06, -0.99, 0.1), 0.008),
            bar((x - 0.06, -1.045, 0.06), (x + 0.06, -1.0, 0.62), 0.008),
        ]
    for x, y, r, w in (
        (-0.47, -0.42, 0.33, 0.24),
        (0.47, -0.42, 0.33, 0.24),
        (-0.44, 0.98, 0.27, 0.2),
        (0.44, 0.98, 0.27, 0.2),
    ):
        tyre, hub = disc_wheel((x, y, r), r, w)
        if x < 0:
            hub = hub.rotated("z", 180).moved(2 * x, 2 * y, 0.0)
        tyres.append(tyre)
        hubs.append(hub)
    lamps = [
        lathe(rounded_polyline([(0, 0), (0.06, 0, 0.01), (0.06, 0.05, 0.02), (0, 0.055)]), 20)
        .rotated("x", 90)
        .moved(x, -0.45, 1.75)
        for x in (-0.47, 0.47)
    ]
    beacon = lathe(rounded_polyline([(0, 0), (0.05, 0), (0.05, 0.09, 0.03), (0, 0.1)]), 20).moved(0.3, 0.75, 2.11)
    looks = {
        "Paint": Surface(linear("#e3a40f"), roughness=0.32, clearcoat=0.4),
        "Weight": Surface(linear("#3b3f44"), roughness=0.5),
        "Dark": Surface(linear("#1b1d20"), roughness=0.55),
        "Steel": Surface(linear("#54585c"), roughness=0.42, metallic=0.8),
        "Fork": Surface(linear("#2a2b2d"), roughness=0.38, metallic=0.9),
        "Rubber": Surface(linear("#161616"), roughness=0.85),
        "Hub": Surface(linear("#d9d6cf"), roughness=0.5),
        "Lamp": Surface(linear("#f2efe4"), roughness=0.15),
        "Amber": Surface(linear("#e8820c"), roughness=0.2),
    }
    parts = {
        "Body": Part(join(*body), "Paint"),
        "Weight": Part(join(*weight), "Weight"),
        "Cab": Part(join(*dark), "Dark"),
        "Mast": Part(join(*steel), "Steel"),
        "Forks": Part(join(*carriage, *forks), "Fork"),
        "Tyres": Part(join(*tyres), "Rubber"),
        "Hubs": Part(join(*hubs), "Hub"),
        "Lamps": Part(join(*lamps), "Lamp"),
        "Beacon": Part(beacon, "Amber"),
    }
    choices = {"yellow": "#e3a40f", "orange": "#d9601a", "green": "#3f7f55"}
    return Model(
        Asset("forklift", "forklift", looks, parts, {"color": colors("Paint", choices)}),
        (("forks", (-0.42, -2.25, 0.42, -1.05), 0.1, 2.0),),
    )


def bollard() -> Model:
    """Model a steel guard post, 1.0 m, with black bands."""
    post = lathe(
        rounded_polyline([(0, 0), (0.16, 0, 0.002), (0.16, 0.012, 0.004), (0.062, 0.014), (0.062, 1.0, 0.04), (0, 1.0)]), 28
    )
    bands = [
        lathe(rounded_polyline([(0.0605, z), (0.0632, z), (0.0632, z + 0.12), (0.0605, z + 0.12), (0.0605, z)]), 28)
        for z in (0.35, 0.6, 0.85)
    ]
    return Model(
        Asset(
            "bollard",
            "bollard",
            {"Paint": Surface(linear("#e8b418"), roughness=0.4), "Band": Surface(linear("#1a1a1a"), roughness=0.5)},
            {"Post": Part(post, "Paint"), "Bands": Part(join(*bands), "Band")},
        )
    )


def cone() -> Model:
    """Model a traffic cone, 0.5 m, with a reflecting collar."""
    body = lathe(rounded_polyline([(0, 0.03), (0.13, 0.03, 0.01), (0.028, 0.5, 0.012), (0, 0.5)]), 32)
    collar = lathe(np.array([(0.094, 0.2), (0.0965, 0.201), (0.0675, 0.34), (0.065, 0.34), (0.094, 0.2)]), 32)
    base = bar((-0.17, -0.17, 0.0), (0.17, 0.17, 0.035), 0.012, bevels=2)
    return Model(
        Asset(
            "cone",
            "cone",
            {
                "Orange": Surface(linear("#e2551b"), roughness=0.55),
                "Collar": Surface(linear("#efece6"), roughness=0.35),
                "Base": Surface(linear("#23211f"), roughness=0.8),
            },
            {"Cone": Part(body, "Orange"), "Collar": Part(collar, "Collar"), "Base": Part(base, "Base")},
        )
    )


def dock_door() -> Model:
    """Model a closed sectional door, 3.2 x 3.4 m, with its frame, its window band and dock buffers, back against a wall."""
    panels = [bar((-1.5, -0.05, 0.02 + 0.55 * i), (1.5, 0.0, 0.555 + 0.55 * i), 0.008) for i in range(6)]
    ribs = [
        bar((-1.5, -0.058, 0.02 + 0.55 * i + z), (1.5, -0.045, 0.05 + 0.55 * i + z), 0.006)
        for i in range(6)
        for z in (0.15, 0.36)
    ]
    frame = [bar((s * 1.6 - 0.1, -0.14, 0.0), (s * 1.6 + 0.1, 0.0, 3.5), 0.006) for s in (-1, 1)]
    frame.append(bar((-1.7, -0.14, 3.32), (1.7, 0.0, 3.55), 0.006))
    windows = [bar((x - 0.3, -0.062, 1.86), (x + 0.3, -0.05, 2.12), 0.02, bevels=2) for x in (-1.05, -0.35, 0.35, 1.05)]
    stripes = [
        bar((s * 1.6 - 0.104, -0.145, z), (s * 1.6 + 0.104, -0.1, z + 0.18), 0.002)
        for s in (-1, 1)
        for z in np.arange(0.0, 1.2, 0.36)
    ]
    return Model(
        Asset(
            "dock_door",
            "dock_door",
            {
                "Panel": Surface(linear("#c3c9cd"), roughness=0.4),
                "Frame": Surface(linear("#e0b21c"), roughness=0.5),
                "Stripe": Surface(linear("#1c1c1c"), roughness=0.6),
                "Glass": Surface(linear("#cfe0ec"), roughness=0.1),
            },
            {
                "Panels": Part(join(*panels, *ribs), "Panel"),
                "Frame": Part(join(*frame), "Frame"),
                "Stripes": Part(join(*stripes), "Stripe"),
                "Windows": Part(join(*windows), "Glass"),
            },
        )
    )


def lamp() -> Model:
    """Model the housing of a strip lamp, 6 m long, hung from above; its light is a light of the scene's."""
    body = bar((-0.16, -3.0, 0.03), (0.16, 3.0, 0.13), 0.01)
    sides = [bar((s * 0.16 - 0.006, -3.0, 0.0), (s * 0.16 + 0.006, 3.0, 0.06), 0.002) for s in (-1, 1)]
    wires = [rod((0.0, y, 0.12), (0.0, y, 0.7), 0.006, 6) for y in (-2.4, 2.4)]
    return Model(
        Asset(
            "lamp",
            "lamp",
            {"Housing": Surface(linear("#d8dadb"), roughness=0.4)},
            {"Housing": Part(join(body, *sides, *wires), "Housing")},
        )
    )


def truss() -> Model:
    """Model one metre of roof truss in x, 0.7 m high; builders line up as many as they need."""
    chords = [bar((-0.5, -0.06, z), (0.5, 0.06, z + 0.09), 0.004) for z in (0.0, 0.61)]
    web = [rod((-0.5, 0.0, 0.06), (0.0, 0.0, 0.64), 0.025, 8), rod((0.0, 0.0, 0.64), (0.5, 0.0, 0.06), 0.025, 8)]
    return Model(
        Asset(
            "truss",
            "truss",
            {"Steel": Surface(linear("#b9bfc3"), roughness=0.5)},
            {"Truss": Part(join(*chords, *web), "Steel")},
        )
    )


WAREHOUSE_MODELS = (
    pallet,
    *(lambda name=name: carton(name) for name in _CARTONS),
    drum,
    crate,
    rack_bay,
    rack_end,
    aisle_sign,
    forklift,
    bollard,
    cone,
    dock_door,
    lamp,
    truss,
)
"""Functions that model the warehouse's assets."""
