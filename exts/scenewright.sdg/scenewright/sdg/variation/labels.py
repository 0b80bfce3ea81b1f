"""Printed labels as pictures: a band with a title, lines of text, and a bar code that scanners read."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scenewright.sdg.variation.barcodes import code_128, ean_13
from scenewright.sdg.variation.errors import VariationError

__all__ = ["draw_label"]

_INKS = [(0.09, 0.20, 0.42), (0.50, 0.10, 0.12), (0.08, 0.32, 0.22), (0.12, 0.12, 0.13), (0.72, 0.33, 0.06)]
_FIRST = ("Nordic", "Alpine", "Harbor", "Meadow", "Granite", "Cobalt", "Ember", "Juniper", "Atlas", "Quarry")
_SECOND = ("Supply", "Foods", "Works", "Tools", "Parts", "Goods", "Mills", "Labs")
_BLACK = (22, 22, 24)


def draw_label(
    width: int,
    height: int,
    generator: np.random.Generator,
    *,
    title: str | None = None,
    lines: Sequence[str] | None = None,
    code: str | None = None,
    symbology: str = "code128",
    ink: Sequence[float] | None = None,
    paper: Sequence[float] | None = None,
) -> np.ndarray:
    """Draw a label, shape (height, width, 3), uint8, sRGB; what is not given is made up.

    Args:
        width: Pixels across; a bar of the code is a whole number of them.
        height: Pixels down.
        generator: Source of what is made up.
        title: Large text at the top.
        lines: Lines of small text.
        code: What the bar code says; its text stands below it.
        symbology: code128 or ean13.
        ink: Colour of the band, sRGB, 0 to 1; bars are always near black.
        paper: Colour of the ground.

    Raises:
        VariationError: The code cannot be written in the symbology, or does not fit the width.
    """
    if symbology not in ("code128", "ean13"):
        raise VariationError(f"'symbology' is {symbology!r}. Give code128 or ean13.")
    name = f"{_FIRST[generator.integers(len(_FIRST))]} {_SECOND[generator.integers(len(_SECOND))]}"
    number = f"{generator.integers(10**12):012d}"
    drawn_ink = _INKS[generator.integers(len(_INKS))]
    title = name if title is None else _text("title", title)
    code = (number if symbology == "ean13" else f"SW-{number[:8]}") if code is None else _text("code", code)
    lot = f"LOT {number[2:8]}   {generator.integers(1, 13):02d}/20{generator.integers(26, 31)}"
    made_up = [f"Item {number[:4]}-{number[4:7]}   Qty {generator.integers(1, 48)}", lot, "Keep dry. This side up."]
    rows = made_up if lines is None else [_text("lines", row) for row in lines]
    ground, band = _rgb("paper", paper, (0.97, 0.965, 0.945)), _rgb("ink", ink, drawn_ink)
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    edge = round(0.05 * min(width, height))
    top = round(0.24 * height)
    draw.rectangle([0, 0, width, top], fill=band)
    _fit(draw, title, (edge, round(0.035 * height), width - edge, top - round(0.035 * height)), ground)
    _draw_lines(draw, rows, (edge, top + round(0.04 * height), width - edge, round(0.55 * height)))
    _draw_code(draw, code, symbology, (edge, round(0.58 * height), width - edge, round(0.96 * height)))
    return np.asarray(image)


def _draw_lines(draw: ImageDraw.ImageDraw, rows: Sequence[str], box: tuple[int, int, int, int]) -> None:
    """Draw lines of text of one size, as large as fits."""
    if not rows:
        return
    left, top, right, bottom = box
    space = (bottom - top) / len(rows)
    size = max(min(0.72 * space, 0.2 * (bottom - top) + 4.0), 4.0)
    widest = max(draw.textlength(row, font=ImageFont.load_default(size)) for row in rows)
    font = ImageFont.load_default(max(size * min(1.0, (right - left) / max(widest, 1.0)), 4.0))
    for index, row in enumerate(rows):
        draw.text((left, top + (index + 0.78) * space), row, font=font, fill=_BLACK, anchor="ls")


def _draw_code(draw: ImageDraw.ImageDraw, code: str, symbology: str, box: tuple[int, int, int, int]) -> None:
    modules = code_128(code) if symbology == "code128" else ean_13(code)
    left, top, right, bottom = box
    size = (right - left) // (len(modules) + 20)  # ten modules of quiet zone on either side
    if size < 1:
        raise VariationError(
            f"the code '{code}' has {len(modules)} modules and 20 of margin, and {right - left} pixels are there. "
            "Give a shorter code or a larger resolution."
        )
    start = left + (right - left - size * len(modules)) // 2
    low = bottom - round(0.24 * (bottom - top))
    for index in np.flatnonzero(modules):
        draw.rectangle([start + index * size, top, start + (index + 1) * size - 1, low], fill=_BLACK)
    _fit(draw, code, (start, low + round(0.05 * (bottom - top)), start + size * len(modules), bottom), _BLACK)


def _fit(draw: ImageDraw.ImageDraw, text: str, box: tuple[int, int, int, int], fill: tuple[int, int, int]) -> None:
    """Draw a line of text as large as a box allows."""
    left, top, right, bottom = box
    size = max(bottom - top, 4)
    font = ImageFont.load_default(size)
    x0, y0, x1, y1 = draw.textbbox((0, 0), text, font=font)
    if x1 - x0 > right - left:
        size = max(size * (right - left) / (x1 - x0), 4)
        font = ImageFont.load_default(size)
        x0, y0, x1, y1 = draw.textbbox((0, 0), text, font=font)
    draw.text(((left + right - x1 - x0) / 2, (top + bottom - y1 - y0) / 2), text, font=font, fill=fill)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise VariationError(f"'{name}' holds {value!r}. Give text.")
    return value


def _rgb(name: str, given: Any, otherwise: Sequence[float]) -> tuple[int, int, int]:
    color = otherwise if given is None else given
    if len(color) != 3 or not all(isinstance(part, int | float) and 0.0 <= part <= 1.0 for part in color):
        raise VariationError(f"'{name}' is {given!r}. Give three numbers from 0 to 1 (sRGB).")
    return tuple(round(255 * part) for part in color)
