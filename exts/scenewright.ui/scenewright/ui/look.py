"""How the window looks: sizes and colours beside those of Kit's own theme, and the row that every field stands in."""

import omni.ui as ui

__all__ = ["LABEL_WIDTH", "ROW_HEIGHT", "SPACING", "STYLE", "row", "section"]

LABEL_WIDTH = 110
ROW_HEIGHT = 22
SPACING = 5

_TEXT, _FAINT, _FIELD, _PANEL = 0xFFD4D4D4, 0xFF8F8F8F, 0xFF23211F, 0xFF343432
_AMBER, _RED, _GREEN = 0xFF4FB4F0, 0xFF6B6BE8, 0xFF76A371

STYLE = {
    "Window": {"background_color": 0xFF454545},
    "Label": {"color": _TEXT},
    "Label:disabled": {"color": _FAINT},
    "Label::faint": {"color": _FAINT},
    "Label::finding": {"color": _RED},
    "Label::good": {"color": _GREEN},
    "Label::randomized": {"color": _AMBER},
    "Field": {"background_color": _FIELD, "color": _TEXT, "border_radius": 3},
    "Field::code": {"background_color": _FIELD, "color": _TEXT, "border_radius": 3, "padding": 6},
    "CollapsableFrame": {
        "background_color": _PANEL, "secondary_color": _PANEL, "color": _TEXT, "border_radius": 4, "padding": 4,
    },
    "CollapsableFrame:hovered": {"secondary_color": 0xFF3E3E3C},
    "Button": {"background_color": 0xFF2A2826, "border_radius": 3, "margin": 0, "padding": 3},
    "Button:hovered": {"background_color": 0xFF5C5A58},
    "Button:disabled": {"background_color": 0xFF302E2C},
    "Button.Label": {"color": _TEXT},
    "Button.Label:disabled": {"color": 0xFF6A6A6A},
    "CheckBox": {"background_color": 0xFF9E9E9E, "color": 0xFF23211F, "border_radius": 2},
    "CheckBox:disabled": {"background_color": 0xFF5E5E5E},
    "ProgressBar": {"background_color": _FIELD, "color": 0xFF9C7840, "secondary_color": _TEXT, "border_radius": 3},
    "Rectangle::picture": {"background_color": _FIELD, "border_radius": 3},
    "Rectangle::line": {"background_color": 0xFF4A4A48},
}
"""Colours are 0xAABBGGRR."""


def section(title: str, identifier: str, *, collapsed: bool = False) -> ui.CollapsableFrame:
    """Return a collapsable frame of the window."""
    return ui.CollapsableFrame(title, collapsed=collapsed, identifier=identifier, height=0)


def row(label: str, tooltip: str = "", *, lines: bool = False) -> ui.HStack:
    """Return a line that begins with a label in the common column; use it in a ``with``.

    Args:
        label: Text of the label.
        tooltip: What hovering over the label shows.
        lines: Whether several lines stand beside the label, so that it belongs to the first.
    """
    stack = ui.HStack(height=0 if lines else ROW_HEIGHT, spacing=SPACING)
    with stack, ui.VStack(width=LABEL_WIDTH):
        ui.Label(label, height=ROW_HEIGHT, tooltip=tooltip)
        if lines:
            ui.Spacer()
    return stack
