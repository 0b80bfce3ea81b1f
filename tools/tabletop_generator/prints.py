"""Packaging of invented brands: cereal boxes, cartons, cans, jars, bottles, tins and book covers."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from .canvas import Canvas

__all__ = ["BOX_ATLAS", "CARTON_ATLAS", "Brand", "book_cover", "bottle_label", "cereal_box", "food_can", "jar_label",
           "milk_carton", "soda_can", "tin_label"]


@dataclass(frozen=True)
class Brand:
    """Names and colours of one product."""

    name: str
    product: str
    ground: str
    accent: str
    ink: str
    light: str
    seed: int = 0


# Cereal box of 190 x 60 x 290 mm unfolded on 500 x 350 mm: sides in a row below, lids above.
_BOX = (500.0, 350.0)
BOX_ATLAS = {
    name: (x / _BOX[0], y / _BOX[1], (x + w) / _BOX[0], (y + h) / _BOX[1])
    for name, x, y, w, h in (("front", 0, 0, 190, 290), ("right", 190, 0, 60, 290), ("back", 250, 0, 190, 290),
                             ("left", 440, 0, 60, 290), ("top", 0, 290, 190, 60), ("bottom", 190, 290, 190, 60))
}


def cereal_box(brand: Brand, density: float = 2.2) -> Image.Image:
    """Return the unfolded print of a cereal box, laid out as `BOX_ATLAS`."""
    sheet = Canvas(*_BOX, density, brand.ground)
    sheet.paste(_cereal_front(brand, density).image(), 0, 60, 190, 290)
    sheet.paste(_cereal_back(brand, density).image(), 250, 60, 190, 290)
    for x in (190, 440):
        sheet.rectangle(x, 60, 60, 290, brand.accent)
        sheet.text(x + 30, 84, brand.name, 8.5, brand.light, weight=0.03)
        _nutrition(sheet, x + 7, 105, 46, 130, brand)
        sheet.barcode(x + 12, 310, 36, 24, brand.seed + int(x))
    for x in (0, 190):
        sheet.rectangle(x, 0, 190, 60, brand.accent)
        sheet.text(x + 95, 30, brand.name, 22, brand.light, weight=0.03)
    return sheet.image()


def _cereal_front(brand: Brand, density: float) -> Canvas:
    front = Canvas(190, 290, density, brand.ground)
    rays = 36
    for i in range(rays):
        a, b = (2 * np.pi * (i + t) / rays for t in (0.0, 0.5))
        front.polygon([(95, 175), (95 + 320 * np.cos(a), 175 + 320 * np.sin(a)), (95 + 320 * np.cos(b), 175 + 320 * np.sin(b))],
                      brand.light if brand.seed % 2 else brand.ground)
    front.ellipse(95, 188, 168, 168, brand.accent)
    front.ellipse(95, 188, 156, 156, brand.ground)
    _bowl_of_flakes(front, 95, 205, brand)
    front.polygon([(0, 26), (190, 14), (190, 84), (0, 96)], brand.accent)
    front.text(95, 46, brand.name, 34, brand.light, weight=0.045)
    front.text(95, 73, brand.product.upper(), 9.5, brand.light, spacing=0.14, weight=0.02)
    front.ellipse(160, 112, 40, 40, brand.ink)
    front.text(160, 107, "WHOLE", 7, brand.light, weight=0.03)
    front.text(160, 116, "GRAIN", 7, brand.light, weight=0.03)
    small_print = brand.ink if brand.seed % 2 else brand.light
    front.text(14, 279, "500 g", 10, small_print, weight=0.03, anchor="l")
    front.text(176, 279, "slowly toasted", 8, small_print, anchor="r")
    return front


def _bowl_of_flakes(sheet: Canvas, x: float, y: float, brand: Brand) -> None:
    """Draw a bowl heaped with flakes, with a few falling into it."""
    rng = np.random.default_rng(brand.seed + 11)
    tones = ("#d99a35", "#c27d22", "#e7b75a", "#b06a1b", "#efcd83")
    for i in range(26):
        sheet.ellipse(x + rng.uniform(-34, 34), y - 96 + 66 * rng.random(), 11, 7, tones[i % 5])
    sheet.ellipse(x, y - 8, 124, 46, "#ffffff")
    for i in range(150):
        angle, reach = 2 * np.pi * rng.random(), np.sqrt(rng.random())
        rise = 13 * (1 - reach)
        sheet.ellipse(x + 55 * reach * np.cos(angle), y - 10 - rise + 17 * reach * np.sin(angle), rng.uniform(9, 14),
                      rng.uniform(6, 9), tones[i % 5])
    front = [(x + 62 * np.cos(t), y - 8 + 23 * np.sin(t)) for t in np.linspace(0, np.pi, 40)]
    base = [(x - 62 * np.cos(t), y - 8 + 58 * np.sin(t) ** 0.7) for t in np.linspace(0.02, np.pi - 0.02, 40)]
    sheet.polygon(front + base, brand.ink)
    sheet.polygon([(px, py - 3) for px, py in front] + [(px, py + 3) for px, py in reversed(front)], "#ffffff")


def _cereal_back(brand: Brand, density: float) -> Canvas:
    back = Canvas(190, 290, density, brand.light)
    back.rectangle(0, 0, 190, 58, brand.accent)
    back.text(95, 30, "From field to bowl", 15, brand.light, weight=0.03)
    for i in range(3):
        back.ellipse(40, 95 + 60 * i, 46, 46, brand.ground)
        back.text(40, 95 + 60 * i, str(i + 1), 26, brand.ink, weight=0.04)
        back.paragraph(72, 78 + 60 * i, 100, 6, 3.2, "#6b6258")
    back.rectangle(14, 256, 162, 0.8, brand.accent)
    back.text(95, 270, brand.name, 13, brand.accent, weight=0.03)
    return back


def _nutrition(sheet: Canvas, x: float, y: float, width: float, height: float, brand: Brand) -> None:
    """Draw a table of nutrition values."""
    sheet.rectangle(x, y, width, height, "#fbf8f0", 1.5)
    sheet.text(x + 0.5 * width, y + 8, "Nutrition", 6, brand.ink, weight=0.03)
    for i in range(9):
        line = y + 18 + i * (height - 24) / 9
        sheet.rectangle(x + 3, line, width - 6, 0.5, brand.ink)
        sheet.rectangle(x + 4, line + 4, 12 + (i * 5) % 11, 1.7, "#6b6258")
        sheet.rectangle(x + width - 11, line + 4, 7, 1.7, "#6b6258")


# Milk carton: four walls of 70 mm side by side, 240 mm high with the gable.
CARTON_ATLAS = (280.0, 240.0)


def milk_carton(brand: Brand, density: float = 2.6) -> Image.Image:
    """Return the print of a gable-top carton: u once round the walls starting left of the front, v from 0 to the ridge."""
    sheet = Canvas(*CARTON_ATLAS, density, brand.light)
    sheet.rectangle(0, 0, 280, 62, brand.ground)
    sheet.rectangle(0, 60, 280, 3, brand.accent)
    for wall in range(4):
        x = 70 * wall
        wave = [(x + t, 168 + 9 * np.sin(2 * np.pi * t / 70 + 0.4)) for t in range(71)]
        sheet.polygon([*wave, (x + 70, 240), (x, 240)], brand.ground)
        crest = [(x + t, 164 + 9 * np.sin(2 * np.pi * t / 70 + 1.2)) for t in range(71)]
        sheet.polygon([*crest, *((px, py + 5) for px, py in reversed(crest))], brand.accent)
        if wall % 2 == 0:  # the cap sits on the slope of the front
            sheet.text(x + 35, 77, brand.name, 10.5, brand.ground, weight=0.03)
            sheet.text(x + 35, 99, brand.product, 21, brand.ink, weight=0.05)
            sheet.text(x + 35, 117, "FROM SMALL FARMS", 4.6, brand.ink, spacing=0.12)
            sheet.ellipse(x + 35, 140, 22, 22, brand.accent)
            sheet.text(x + 35, 140, "1 L", 9, brand.light, weight=0.04)
            sheet.text(x + 35, 214, "fresh · keep cool", 5.5, brand.light)
        else:
            sheet.text(x + 35, 40, brand.name, 12, brand.light, weight=0.03)
            sheet.text(x + 35, 84, "Good things", 7.5, brand.ink, weight=0.02)
            sheet.paragraph(x + 10, 96, 50, 9, 2.6, "#7d858c")
            sheet.barcode(x + 17, 196, 36, 22, brand.seed + wall)
    return sheet.image()


def soda_can(brand: Brand, density: float = 3.2) -> Image.Image:
    """Return the wrap of a 330 ml can, 208 x 108 mm, the name twice round it."""
    sheet = Canvas(208, 108, density, brand.ground)
    for i in range(2):
        x = 104 * i
        sheet.polygon([(x, 108), (x + 104, 34), (x + 104, 64), (x + 42, 108)], brand.accent)
        sheet.polygon([(x, 88), (x + 104, 14), (x + 104, 18), (x, 92)], brand.light)
        rng = np.random.default_rng(brand.seed + 5)
        for _ in range(26):
            d = rng.uniform(1.2, 4.6)
            sheet.ring(x + rng.uniform(3, 101), rng.uniform(6, 102), d, brand.light, 0.5)
        sheet.rectangle(x + 8, 33, 88, 36, brand.ink, 6)
        sheet.text(x + 52, 46, brand.name, 19, brand.light, weight=0.045)
        sheet.text(x + 52, 61, brand.product.upper(), 5.5, brand.light, spacing=0.16, weight=0.02)
        sheet.text(x + 52, 99, "330 ml", 4.5, brand.light)
    return sheet.image()


def food_can(brand: Brand, density: float = 3.0) -> Image.Image:
    """Return the paper label of a food can, 230 x 98 mm, u = 0.75 at its front."""
    sheet = Canvas(230, 98, density, brand.light)
    sheet.rectangle(0, 0, 230, 13, brand.ground)
    sheet.rectangle(0, 85, 230, 13, brand.ground)
    sheet.rectangle(0, 14.5, 230, 1.2, brand.accent)
    sheet.rectangle(0, 82.3, 230, 1.2, brand.accent)
    for front in (57.5, 172.5):
        sheet.rectangle(front - 36, 20, 72, 26, brand.ground, 3)
        sheet.text(front, 29, brand.name, 12.5, brand.light, weight=0.04)
        sheet.text(front, 40, brand.product.upper(), 5, brand.light, spacing=0.14)
        for k in range(5):
            x, y = front - 24 + 12 * k, 64 + 4 * (k % 2)
            sheet.ellipse(x, y, 16, 15.5, brand.accent)
            sheet.ellipse(x - 2.5, y - 3, 4.5, 3.4, brand.light)
            sheet.polygon([(x - 4, y - 8), (x, y - 6), (x + 4, y - 9), (x + 1, y - 4.5), (x - 1, y - 4.5)], brand.ink)
        sheet.text(front, 91, "net 400 g", 4.6, brand.light)
    for side in (0, 115):
        sheet.paragraph(side - 12 + 4, 24, 16, 12, 2.2, "#8a7f72")
    return sheet.image()


def tin_label(brand: Brand, density: float = 3.0) -> Image.Image:
    """Return the wrap of a flat tin, 267 x 30 mm."""
    sheet = Canvas(267, 30, density, brand.ground)
    sheet.rectangle(0, 2, 267, 0.8, brand.accent)
    sheet.rectangle(0, 27, 267, 0.8, brand.accent)
    for i in range(4):
        x = 33.4 + 66.75 * i
        sheet.text(x, 12.5, brand.name, 10, brand.light, weight=0.04)
        sheet.text(x, 21.5, brand.product.upper(), 4.2, brand.light, spacing=0.12)
        for k in (-1, 1):
            fx = x + 33.4 * k
            sheet.ellipse(fx, 15, 15, 6, brand.accent)
            sheet.polygon([(fx + 6, 15), (fx + 10.5, 11.5), (fx + 10.5, 18.5)], brand.accent)
    return sheet.image()


def jar_label(brand: Brand, density: float = 3.4) -> Image.Image:
    """Return a jar's front label, 92 x 46 mm."""
    sheet = Canvas(92, 46, density, "#f6efdf")
    sheet.rectangle(2, 2, 88, 42, brand.accent)
    sheet.rectangle(2.7, 2.7, 86.6, 40.6, "#f6efdf")
    sheet.text(46, 13, brand.name, 10, brand.ink, weight=0.02)
    sheet.rectangle(31, 19.5, 30, 0.5, brand.accent)
    sheet.text(46, 26, brand.product.upper(), 6, brand.ink, spacing=0.16, weight=0.02)
    sheet.text(46, 36, "small batch  ·  340 g", 4, brand.ink)
    for x in (13, 79):
        for k in range(3):
            sheet.ellipse(x + (k - 1) * 4.2, 24 + 3 * (k % 2), 6.5, 6.5, brand.accent)
        sheet.polygon([(x, 20), (x + 5, 15), (x + 1.5, 20.5)], "#6f7f45")
    return sheet.image()


def bottle_label(brand: Brand, density: float = 3.2) -> Image.Image:
    """Return a bottle's front label, 70 x 92 mm."""
    sheet = Canvas(70, 92, density, brand.light)
    sheet.rectangle(3, 3, 64, 86, brand.accent)
    sheet.rectangle(3.8, 3.8, 62.4, 84.4, brand.light)
    for k in range(9):
        y, side = 16 + 3.1 * k, 1 if k % 2 else -1
        sheet.polygon([(35, y + 2), (35 + side * 13, y - 4), (35 + side * 6, y + 2.5)], brand.accent)
    sheet.rectangle(34.6, 12, 0.8, 32, brand.ink)
    sheet.text(35, 54, brand.name, 12.5, brand.ink, weight=0.02)
    sheet.text(35, 65, brand.product.upper(), 5, brand.ink, spacing=0.16, weight=0.015)
    sheet.text(35, 80, "cold pressed · 500 ml", 4.2, brand.ink)
    return sheet.image()


def book_cover(brand: Brand, density: float = 3.0) -> Image.Image:
    """Return a book's jacket: front cover 148 x 210 mm at the right of a 30 mm spine; 178 x 210 mm in all."""
    sheet = Canvas(178, 210, density, brand.ground)
    rng = np.random.default_rng(brand.seed)
    if brand.seed % 3 == 0:
        for k in range(7):
            y = 96 + 15 * k
            crest = [(30 + t, y + 10 * np.sin(0.045 * t + k * 0.9) + 6 * np.sin(0.11 * t + 2 * k)) for t in range(0, 149, 4)]
            sheet.polygon([*crest, (178, 210), (30, 210)], _blend(brand.accent, brand.ink, k / 6))
        sheet.ellipse(140, 88, 30, 30, brand.light)
    elif brand.seed % 3 == 1:
        for row in range(5):
            for column in range(4):
                x, y = 48 + 37 * column, 92 + 27 * row
                shade = (brand.accent, brand.light, brand.ink)[int(rng.integers(3))]
                sheet.ellipse(x, y, 22, 22, shade)
                sheet.rectangle(x - 11, y - 11, 11, 22, brand.ground)
    else:
        for k in range(9):
            sheet.ring(104, 142, 124 - 13 * k, brand.accent if k % 2 else brand.light, 2.4)
    sheet.text(104, 36, brand.name, 17, brand.light, weight=0.025)
    sheet.text(104, 58, brand.product.upper(), 6, brand.light, spacing=0.18)
    spine = Image.new("RGB", (10, 10), brand.ink)
    sheet.paste(spine, 0, 0, 30, 210)
    title = Canvas(150, 24, density, brand.ink)
    title.text(75, 12, brand.name, 12, brand.light, weight=0.02)
    sheet.paste(title.image().rotate(-90, expand=True), 3, 30, 24, 150)
    return sheet.image()


def _blend(one: str, other: str, weight: float) -> str:
    """Return the hex colour between two hex colours."""
    pairs = [(int(one[i:i + 2], 16), int(other[i:i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * weight):02x}" for a, b in pairs)
