"""The window: its sections, kept in step with the model."""

from typing import Any

import omni.ui as ui
import omni.usd

from scenewright.ui.look import SPACING, STYLE
from scenewright.ui.model.control import Phase
from scenewright.ui.model.layers import LayerRow, layer_rows
from scenewright.ui.model.window_model import WindowModel
from scenewright.ui.notices import open_path
from scenewright.ui.pick import FilePicker, is_there
from scenewright.ui.sections.generate import GenerateSection
from scenewright.ui.sections.layers import LayersSection
from scenewright.ui.sections.preview import PreviewSection
from scenewright.ui.sections.recipe import RecipeSection
from scenewright.ui.sections.scene import SceneSection
from scenewright.ui.sections.writers import WritersSection

__all__ = ["TITLE", "ScenewrightWindow"]

TITLE = "Scenewright"

class ScenewrightWindow:
    """The window of one `WindowModel`.

    Args:
        model: What it shows; it is not closed with the window.
        visibility_changed: Called with whether the window can be seen, so that its menu entry is ticked.
    """

    def __init__(self, model: WindowModel, visibility_changed: Any):
        self.model = model
        self.picker = FilePicker()
        self._phase = Phase.IDLE
        self.window = ui.Window(TITLE, dockPreference=ui.DockPreference.RIGHT_BOTTOM, width=460, height=960)
        self.window.set_visibility_changed_fn(visibility_changed)
        self.window.deferred_dock_in("Property", ui.DockPolicy.DO_NOTHING)
        self.window.frame.set_style(STYLE)
        with self.window.frame, ui.ScrollingFrame(horizontal_scrollbar_policy=ui.ScrollBarPolicy.SCROLLBAR_ALWAYS_OFF):
            with ui.VStack(height=0, spacing=SPACING):
                self.recipe = RecipeSection(model, self.picker)
                self.scene = SceneSection(model, self.picker)
                self.writers = WritersSection(model)
                self.preview = PreviewSection(model)
                self.layers = LayersSection(_rows_of_open_stage)
                self.generate = GenerateSection(model, open_path)
        model.on_change = self.refresh
        self.layers.refresh()
        self.refresh()

    def refresh(self) -> None:
        """Show the model; the layers are looked at again whenever the stage has changed hands."""
        for part in (self.recipe, self.scene, self.writers, self.preview, self.generate):
            part.refresh()
        if self.model.control.phase is not self._phase:
            self._phase = self.model.control.phase
            self.layers.refresh()

    def destroy(self) -> None:
        """Close the window and let go of everything in it."""
        if self.window is None:
            return
        self.model.on_change = None
        self.picker.close()
        for part in (self.recipe, self.scene, self.writers, self.preview, self.layers, self.generate):
            part.destroy()
        self.window.set_visibility_changed_fn(None)
        self.window.destroy()
        self.window = None


def _rows_of_open_stage() -> list[LayerRow]:
    owner_of = None
    if is_there("omni.kit.usd.layers"):
        import omni.kit.usd.layers as layers

        owner_of = layers.get_layers().get_layers_state().get_layer_owner
    return layer_rows(omni.usd.get_context().get_stage(), owner_of)
