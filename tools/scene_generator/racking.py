"""Pallet racking: bays with their beams, end frames, and the signs that name the runs."""

import numpy as np
from PIL import Image
from tabletop_generator.asset import Asset, Part
from tabletop_generator.canvas import Canvas
from tabletop_generator.images import linear, mix, srgb
from tabletop_generator.materials import Surface
from tabletop_generator.mesh import Mesh
from tabletop_generator.noise import fractal

from .model import Model, bar, box_mapped, front_printed, join, maps, rod

__all__ = ["aisle_sign", "rack_bay", "rack_end"]


BAY, RACK_DEPTH, UPRIGHT = 2.8, 1.1, 0.09  # [m] one bay with the upright on its left

LEVELS = (0.0, 1.75, 3.35, 4.95)  # [m] top of each level's beams

RACK_HEIGHT = 5.9


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
        parts["Plates"] = Part(join(*(front_printed(plate) for plate in plates)), "Plate")
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


def rack_bay() -> Model:
    """Model one bay of pallet racking with four levels, its upright frame on the left."""
    return _rack("rack_bay", True)


def rack_end() -> Model:
    """Model the upright frame that ends a run of bays."""
    return _rack("rack_end", False)


def _location_plate() -> Image.Image:
    sheet = Canvas(110, 70, 1.2, "#f6f5f0")
    sheet.rectangle(0, 0, 110, 20, "#e7b913")
    sheet.barcode(12, 26, 86, 32, 61)
    return sheet.image().quantize(16).convert("RGB")


_RUNS = "ABCDEFGHJKLM"


def aisle_sign() -> Model:
    """Model the sign that names a run of racks, 0.62 x 0.02 x 0.62 m, twelve letters; it looks along -y."""
    plate = front_printed(bar((-0.31, -0.01, 0.0), (0.31, 0.01, 0.62), 0.004))
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
            {"name": maps("Sign", _RUNS)},
            images,
        )
    )
