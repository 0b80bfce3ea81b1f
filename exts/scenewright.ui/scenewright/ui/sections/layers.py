"""The scene's layers with their owners, and which one randomization writes to."""

from collections.abc import Callable

import omni.ui as ui

from scenewright.ui.look import ROW_HEIGHT, SPACING, section
from scenewright.ui.model.layers import LayerRow

__all__ = ["LayersSection"]

_INDENT, _OWNER_WIDTH, _STATE_WIDTH = 14, 90, 150


class LayersSection:
    """A table, made anew whenever the layers have changed.

    Args:
        rows: Returns the layers of the open stage.
    """

    def __init__(self, rows: Callable[[], list[LayerRow]]):
        self._rows = rows
        self.shown: list[LayerRow] | None = None
        with section("Layers of the open stage", "layers", collapsed=True), ui.VStack(height=0, spacing=2):
            with ui.HStack(height=ROW_HEIGHT, spacing=SPACING):
                ui.Label("Layer", name="faint")
                ui.Label("Owner", width=_OWNER_WIDTH, name="faint")
                ui.Label("State", width=_STATE_WIDTH - 75, name="faint")
                ui.Button("Refresh", width=70, identifier="layers_refresh", clicked_fn=self.refresh)
            self.table = ui.VStack(height=0, identifier="layers_table")

    def refresh(self) -> None:
        """Show the layers as they are now."""
        rows = self._rows()
        if rows == self.shown:
            return
        self.shown = rows
        self.table.clear()
        with self.table:
            if not rows:
                ui.Label("No stage is open.", name="faint", height=ROW_HEIGHT)
            for layer in rows:
                self._line(layer)

    def destroy(self) -> None:
        """Let go of the rows."""
        self.shown = None

    def _line(self, layer: LayerRow) -> None:
        name = "randomized" if layer.randomized else "layer"
        words = [layer.state] if layer.state else []
        words += ["randomization writes here"] if layer.randomized and not layer.state else []
        words += ["edit target"] if layer.edit_target else []
        with ui.HStack(height=ROW_HEIGHT, spacing=SPACING, tooltip=layer.identifier):
            ui.Spacer(width=_INDENT * layer.depth)
            ui.Label(layer.name, name=name, elided_text=True)
            ui.Label(layer.owner or "–", width=_OWNER_WIDTH, name=name, elided_text=True)
            ui.Label(", ".join(words), width=_STATE_WIDTH, name=name if layer.randomized else "faint", elided_text=True)
