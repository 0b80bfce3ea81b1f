"""A contact sheet: images with the masks, boxes and names of what they show, and a legend. Pillow and numpy only."""

import math
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw

from scenewright.sdg.dataset.drawing import Panel, Shown, category_colors, draw_labels, sheet_font

__all__ = ["Panel", "Shown", "contact_sheet"]

_BACKGROUND = (22, 24, 29)
_CARD = (32, 35, 42)
_TEXT = (232, 234, 238)
_FAINT = (150, 156, 166)
_MARGIN, _GAP, _CAPTION = 28, 18, 30


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
    draw.text((_MARGIN, _MARGIN - 4), title, font=sheet_font(28), fill=_TEXT)
    draw.text((_MARGIN, _MARGIN + 32), subtitle, font=sheet_font(16), fill=_FAINT)
    for number, panel in enumerate(panels):
        x = _MARGIN + (number % columns) * (width + _GAP)
        y = top + (number // columns) * (height + _CAPTION + _GAP)
        draw.rounded_rectangle((x - 5, y - 5, x + width + 4, y + height + _CAPTION), 6, fill=_CARD)
        shown = draw_labels(panel, colors)
        sheet.paste(shown, (x + (width - shown.width) // 2, y + (height - shown.height) // 2))
        draw.text((x + 4, y + height + 6), panel.caption, font=sheet_font(15), fill=_FAINT)
    _draw_legend(draw, legend, colors, top + rows * (height + _CAPTION + _GAP) + 4)
    return sheet


def _legend_rows(panels: Sequence[Panel], names: Sequence[str], width: int) -> list[list[tuple[int, str, str]]]:
    """Return rows of (x, name, text)."""
    counts = {name: sum(item.name == name for panel in panels for item in panel.shown) for name in names}
    font = sheet_font(16)
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
            draw.text((_MARGIN + x + 22, y), text, font=sheet_font(16), fill=_TEXT)
