"""A contact sheet: images with the masks, boxes and names of what they show, and a legend. Pillow and numpy only."""

import colorsys
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

__all__ = ["Panel", "Shown", "category_colors", "contact_sheet", "draw_labels"]

_BACKGROUND = (22, 24, 29)
_CARD = (32, 35, 42)
_TEXT = (232, 234, 238)
_FAINT = (150, 156, 166)
_MARGIN, _GAP, _CAPTION = 28, 18, 30
_MASK_OPACITY, _LARGE = 0.32, 0.25
_HUES = 12


@dataclass(frozen=True)
class Shown:
    """One labelled entity of an image.

    Attributes:
        name: category.
        instance: id in the image's id buffer.
        box: x_min, y_min, x_max, y_max [pixel], inclusive.
    """

    name: str
    instance: int
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Panel:
    """One image of the sheet.

    Attributes:
        caption: text below the image.
        image: colour, shape (H, W, 3), uint8.
        ids: instance id per pixel, shape (H, W).
        shown: what is in view.
    """

    caption: str
    image: np.ndarray
    ids: np.ndarray
    shown: Sequence[Shown]


def category_colors(names: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Return a colour [sRGB, 8 bit] for each name; neighbours in the list are far apart in hue."""
    colors = {}
    for number, name in enumerate(sorted(names)):
        lap, place = divmod(number, _HUES)
        hue = (0.58 + (5 * place % _HUES) / _HUES + lap / (3 * _HUES)) % 1.0
        value, saturation = ((1.0, 0.65), (0.72, 0.75), (1.0, 0.32))[lap % 3]
        colors[name] = tuple(round(255 * channel) for channel in colorsys.hsv_to_rgb(hue, saturation, value))
    return colors


def draw_labels(panel: Panel, colors: Mapping[str, tuple[int, int, int]]) -> Image.Image:
    """Return the panel's image with masks tinted and outlined, boxes drawn, and names beside them.

    Args:
        panel: the image and what is in it.
        colors: colour [sRGB, 8 bit] by category.
    """
    pixels = panel.image.astype(np.float32)
    for item in panel.shown:
        mask = panel.ids == item.instance
        color = np.array(colors[item.name], np.float32)
        # A floor that fills the image would otherwise hide what it looks like.
        pixels[mask] += (color - pixels[mask]) * (_MASK_OPACITY if mask.mean() < _LARGE else _MASK_OPACITY / 4)
        pixels[mask & ~_inner(mask)] = color
    image = Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    by_size = sorted(panel.shown, key=lambda item: -_area(item.box))
    for item in by_size:
        draw.rectangle(item.box, outline=colors[item.name], width=1)
    taken: list[tuple[int, int, int, int]] = []
    font = _font(max(11, round(image.width / 42)))
    for item in by_size:
        _draw_name(draw, image.size, item, colors[item.name], font, taken)
    return image


def contact_sheet(title: str, subtitle: str, panels: Sequence[Panel], columns: int | None = None) -> Image.Image:
    """Return the sheet of all panels with a heading and a legend of the categories in view.

    Args:
        title: heading.
        subtitle: smaller line below it.
        panels: images of one size or of several; each is fitted into the cell of the largest.
        columns: images in a row; absent = what makes the sheet about 3:2.

    Raises:
        ValueError: if there are no panels.
    """
    if not panels:
        raise ValueError("A contact sheet needs at least one image; none was given.")
    width = max(panel.image.shape[1] for panel in panels)
    height = max(panel.image.shape[0] for panel in panels)
    columns = min(len(panels), columns or max(1, round(math.sqrt(1.5 * len(panels) * height / width))))
    rows = math.ceil(len(panels) / columns)
    names = sorted({item.name for panel in panels for item in panel.shown})
    colors = category_colors(names)
    total_width = 2 * _MARGIN + columns * width + (columns - 1) * _GAP
    legend = _legend_rows(panels, names, total_width - 2 * _MARGIN)
    top = _MARGIN + 68
    total_height = top + rows * (height + _CAPTION + _GAP) + 30 * len(legend) + _MARGIN - _GAP // 2
    sheet = Image.new("RGB", (total_width, total_height), _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, _MARGIN - 4), title, font=_font(28), fill=_TEXT)
    draw.text((_MARGIN, _MARGIN + 32), subtitle, font=_font(16), fill=_FAINT)
    for number, panel in enumerate(panels):
        x = _MARGIN + (number % columns) * (width + _GAP)
        y = top + (number // columns) * (height + _CAPTION + _GAP)
        draw.rounded_rectangle((x - 5, y - 5, x + width + 4, y + height + _CAPTION), 6, fill=_CARD)
        shown = draw_labels(panel, colors)
        sheet.paste(shown, (x + (width - shown.width) // 2, y + (height - shown.height) // 2))
        draw.text((x + 4, y + height + 6), panel.caption, font=_font(15), fill=_FAINT)
    _draw_legend(draw, legend, colors, top + rows * (height + _CAPTION + _GAP) + 4)
    return sheet


def _draw_name(
    draw: ImageDraw.ImageDraw,
    size: tuple[int, int],
    item: Shown,
    color: tuple[int, int, int],
    font: ImageFont.FreeTypeFont,
    taken: list[tuple[int, int, int, int]],
) -> None:
    """Put the name where it covers no other one; the smallest things go without when there is no room."""
    left, _, right, bottom = font.getbbox(item.name)
    width, height = right - left + 8, bottom + 5
    x_min, y_min, x_max, y_max = item.box
    places = [(x_min, y_min - height), (x_min, y_max + 1), (x_max - width + 1, y_min - height), (x_max + 2, y_min)]
    places += [(x_min - width - 1, y_min), (x_min + 1, y_min + 1), (x_max - width + 1, y_max + 1), (x_min + 1, y_max - height)]
    for x, y in places:
        x, y = min(max(x, 0), size[0] - width), min(max(y, 0), size[1] - height)
        chip = (x, y, x + width - 1, y + height - 1)
        if all(chip[2] < o[0] or chip[0] > o[2] or chip[3] < o[1] or chip[1] > o[3] for o in taken):
            taken.append(chip)
            draw.rectangle(chip, fill=color)
            draw.text((x + 4 - left, y + 1), item.name, font=font, fill=_ink(color))
            return


def _legend_rows(panels: Sequence[Panel], names: Sequence[str], width: int) -> list[list[tuple[int, str, str]]]:
    """Return rows of (x, name, text)."""
    counts = {name: sum(item.name == name for panel in panels for item in panel.shown) for name in names}
    font = _font(16)
    rows: list[list[tuple[int, str, str]]] = [[]]
    x = 0
    for name in names:
        text = f"{name}  {counts[name]}"
        needed = round(font.getlength(text)) + 22 + 24
        if x and x + needed > width:
            rows.append([])
            x = 0
        rows[-1].append((x, name, text))
        x += needed
    return rows if names else []


def _draw_legend(
    draw: ImageDraw.ImageDraw,
    rows: Sequence[Sequence[tuple[int, str, str]]],
    colors: Mapping[str, tuple[int, int, int]],
    top: int,
) -> None:
    for number, row in enumerate(rows):
        y = top + 30 * number
        for x, name, text in row:
            draw.rounded_rectangle((_MARGIN + x, y + 2, _MARGIN + x + 14, y + 16), 3, fill=colors[name])
            draw.text((_MARGIN + x + 22, y), text, font=_font(16), fill=_TEXT)


def _inner(mask: np.ndarray) -> np.ndarray:
    """Return the pixels whose four neighbours are all in the mask; the image's border counts as inside."""
    padded = np.pad(mask, 1, constant_values=True)
    return padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:] & mask


def _area(box: tuple[int, int, int, int]) -> int:
    return (box[2] - box[0] + 1) * (box[3] - box[1] + 1)


def _ink(color: tuple[int, int, int]) -> tuple[int, int, int]:
    red, green, blue = color
    return (16, 18, 22) if 0.299 * red + 0.587 * green + 0.114 * blue > 120 else (255, 255, 255)


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
