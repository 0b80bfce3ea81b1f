"""Drawing what labels say: colours of classes, a layer of masks, places for names. Preview and report share it."""

import colorsys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

__all__ = [
    "Panel",
    "Shown",
    "by_size",
    "category_colors",
    "draw_labels",
    "ink_on",
    "label_layer",
    "name_places",
    "name_size",
    "sheet_font",
]

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


def category_colors(
    names: Sequence[str], known: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, tuple[int, int, int]]:
    """Return a colour [sRGB, 8 bit] for each name; neighbours in the list are far apart in hue.

    Args:
        names: the classes.
        known: what an ontology says of classes, where there is one; its ``color`` comes first.
    """
    colors = {}
    for number, name in enumerate(sorted(names)):
        lap, place = divmod(number, _HUES)
        hue = (0.58 + (5 * place % _HUES) / _HUES + lap / (3 * _HUES)) % 1.0
        value, saturation = ((1.0, 0.65), (0.72, 0.75), (1.0, 0.32))[lap % 3]
        colors[name] = tuple(round(255 * channel) for channel in colorsys.hsv_to_rgb(hue, saturation, value))
        given = (known or {}).get(name, {}).get("color")
        if given is not None:
            colors[name] = tuple(int(channel) for channel in given)
    return colors


def label_layer(ids: np.ndarray, shown: Sequence[Shown], colors: Mapping[str, tuple[int, int, int]]) -> np.ndarray:
    """Return what lies over an image to show its masks: tinted, with outlines; shape (H, W, 4), uint8, RGB and opacity.

    Args:
        ids: instance id per pixel, shape (H, W).
        shown: what is in view.
        colors: colour [sRGB, 8 bit] by category.
    """
    layer = np.zeros((*ids.shape, 4), np.uint8)
    for item in shown:
        mask = ids == item.instance
        # A floor that fills the image would otherwise hide what it looks like.
        opacity = _MASK_OPACITY if mask.mean() < _LARGE else _MASK_OPACITY / 4
        layer[mask] = (*colors[item.name], round(255 * opacity))
        layer[mask & ~_inner(mask), 3] = 255
    return layer


def draw_labels(panel: Panel, colors: Mapping[str, tuple[int, int, int]]) -> Image.Image:
    """Return the panel's image with masks tinted and outlined, boxes drawn, and names beside them.

    Args:
        panel: the image and what is in it.
        colors: colour [sRGB, 8 bit] by category.
    """
    image = Image.fromarray(panel.image).convert("RGBA")
    image.alpha_composite(Image.fromarray(label_layer(panel.ids, panel.shown, colors)))
    image = image.convert("RGB")
    draw = ImageDraw.Draw(image)
    for item in by_size(panel.shown):
        draw.rectangle(item.box, outline=colors[item.name], width=1)
    font = sheet_font(name_size(image.width))
    for item, (x, y, right, bottom) in name_places(panel.shown, image.size, font.getbbox):
        draw.rectangle((x, y, right, bottom), fill=colors[item.name])
        draw.text((x + 4 - font.getbbox(item.name)[0], y + 1), item.name, font=font, fill=ink_on(colors[item.name]))
    return image


def name_size(width: int) -> int:
    """Return the size of names on an image of that width [pixel]."""
    return max(11, round(width / 42))


def by_size(shown: Sequence[Shown]) -> list[Shown]:
    """Return what is in view, the largest box first: the smallest are drawn on top."""
    return sorted(shown, key=lambda item: -(item.box[2] - item.box[0] + 1) * (item.box[3] - item.box[1] + 1))


def name_places(
    shown: Sequence[Shown], size: tuple[int, int], measure: Callable[[str], tuple[float, float, float, float]]
) -> Iterator[tuple[Shown, tuple[int, int, int, int]]]:
    """Yield items with the place of their name, where it covers no other one; the smallest go without when there is no room.

    Args:
        shown: what is in view.
        size: width and height of the image [pixel].
        measure: box of a text [pixel]: left, top, right, bottom.

    Yields:
        The item; x and y of the upper left and of the lower right pixel of its name.
    """
    taken: list[tuple[int, int, int, int]] = []
    for item in by_size(shown):
        left, _, right, bottom = measure(item.name)
        width, height = round(right - left) + 8, round(bottom) + 5
        x_min, y_min, x_max, y_max = item.box
        places = [(x_min, y_min - height), (x_min, y_max + 1), (x_max - width + 1, y_min - height), (x_max + 2, y_min)]
        places += [(x_min - width - 1, y_min), (x_min + 1, y_min + 1), (x_max - width + 1, y_max + 1)]
        places.append((x_min + 1, y_max - height))
        for x, y in places:
            x, y = min(max(x, 0), size[0] - width), min(max(y, 0), size[1] - height)
            chip = (x, y, x + width - 1, y + height - 1)
            if all(chip[2] < o[0] or chip[0] > o[2] or chip[3] < o[1] or chip[1] > o[3] for o in taken):
                taken.append(chip)
                yield item, chip
                break


def ink_on(color: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return black or white: whichever is read better on a colour [sRGB, 8 bit]."""
    red, green, blue = color
    return (16, 18, 22) if 0.299 * red + 0.587 * green + 0.114 * blue > 120 else (255, 255, 255)


def sheet_font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font of sheets and names."""
    return ImageFont.load_default(size)


def _inner(mask: np.ndarray) -> np.ndarray:
    """Return the pixels whose four neighbours are all in the mask; the image's border counts as inside."""
    padded = np.pad(mask, 1, constant_values=True)
    return padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:] & mask
