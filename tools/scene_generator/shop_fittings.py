"""What a shop's shelf is made of: gondolas with their signs, and price tags."""

from PIL import Image
from tabletop_generator.asset import Asset, Part
from tabletop_generator.canvas import Canvas
from tabletop_generator.images import linear
from tabletop_generator.materials import Surface

from .model import Model, bar, colors, front_printed, join, maps

__all__ = ["BOARDS", "GONDOLA", "gondola", "price_tag"]


GONDOLA = (1.0, 0.52, 2.1)  # [m]

BOARDS = (0.16, 0.56, 0.93, 1.28, 1.62)  # [m] tops of the boards


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
    sign = front_printed(sign)
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
            "rail": colors("Rail", {"red": "#b9372c", "blue": "#27518c", "graphite": "#3c4146"}),
            "section": maps("Sign", _SECTIONS),
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
    card = front_printed(card)
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
            {"price": maps("Card", [f"price_{i + 1}" for i in range(len(prices))])},
            images,
        )
    )
