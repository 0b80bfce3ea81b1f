"""Which writers run, and what the ``basic`` writer is to annotate."""

from collections.abc import Callable

import omni.ui as ui

from scenewright.sdg.recipe.functions import WRITERS
from scenewright.ui.look import ROW_HEIGHT, SPACING, row, section
from scenewright.ui.model.state import ANNOTATORS
from scenewright.ui.model.window_model import WindowModel
from scenewright.ui.sections.field import Bound

__all__ = ["WritersSection", "offered_writers"]


def offered_writers() -> list[str]:
    """Return the writers of the short form, under one name each."""
    return [name for name, writer in WRITERS.items() if not writer.never and name.islower()]


class WritersSection:
    """Writers and annotators, the recipe's or those chosen here."""

    def __init__(self, model: WindowModel):
        self._model = model
        self.writers: dict[str, Bound] = {}
        self.annotators: dict[str, Bound] = {}
        with section("Writers and annotators", "writers"), ui.VStack(height=0, spacing=SPACING):
            with row("Choose here", "Otherwise the recipe's `writers` are used."):
                self.own = self._box("own_writers", lambda wanted: model.set(own_writers=wanted))
                ui.Label("instead of the recipe's writers", name="faint")
            with row("Writers", lines=True):
                self._grid("writers", offered_writers(), self.writers)
            with row("Annotators", "What the basic writer writes.", lines=True):
                self._grid("annotators", list(ANNOTATORS), self.annotators)

    def refresh(self) -> None:
        """Show the model."""
        state = self._model.state
        self.own.show(state.own_writers)
        for name, box in self.writers.items():
            box.show(name in state.writers)
            box.widget.enabled = state.own_writers
        for name, box in self.annotators.items():
            box.show(name in state.annotators)
            box.widget.enabled = state.own_writers and "basic" in state.writers

    def destroy(self) -> None:
        """Let go of the widgets."""
        for box in (self.own, *self.writers.values(), *self.annotators.values()):
            box.destroy()

    def _grid(self, key: str, names: list[str], boxes: dict[str, Bound]) -> None:
        with ui.VStack(height=0):
            for start in range(0, len(names), 2):
                with ui.HStack(height=ROW_HEIGHT, spacing=SPACING):
                    for name in names[start : start + 2]:
                        def toggle(wanted: bool, name: str = name) -> None:
                            self._model.toggle(key, name, wanted)

                        boxes[name] = self._box(f"{key}_{name}", toggle)
                        ui.Label(name, elided_text=True)
                    if len(names[start : start + 2]) == 1:
                        ui.Spacer(width=16)
                        ui.Spacer()

    def _box(self, identifier: str, set_value: Callable[[bool], None]) -> Bound:
        with ui.VStack(width=16):
            ui.Spacer()
            box = ui.CheckBox(width=16, height=16, identifier=identifier)
            ui.Spacer()
        return Bound(box, bool, set_value)
