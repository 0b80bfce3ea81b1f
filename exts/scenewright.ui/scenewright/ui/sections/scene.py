"""What is set beside the recipe: scene, cameras, frames, seed and output."""

import omni.ui as ui

from scenewright.ui.look import ROW_HEIGHT, SPACING, row, section
from scenewright.ui.model.window_model import WindowModel
from scenewright.ui.pick import FilePicker
from scenewright.ui.sections.field import Bound

__all__ = ["SceneSection"]

_SCENES = [("*.usd", "USD"), ("*.usda", "USD text"), ("*.usdc", "USD crate"), ("*.usdz", "USD package")]


class SceneSection:
    """Scene, cameras, frames, seed and output folder; what is left empty is the recipe's."""

    def __init__(self, model: WindowModel, picker: FilePicker):
        self._model = model
        self._picker = picker
        self._names: tuple[str, ...] | None = None
        self.cameras: dict[str, Bound] = {}
        with section("Scene and output", "scene_and_output"), ui.VStack(height=0, spacing=SPACING):
            with row("Scene", "A USD file instead of the recipe's own; empty = the recipe's."):
                self.scene = self._text("scene", "scene")
                ui.Button("Browse", width=70, identifier="scene_browse", clicked_fn=self._browse_scene, enabled=picker.usable)
            with row("Cameras", "Which cameras make images; none ticked = all of them.", lines=True):
                self.camera_list = ui.VStack(height=0, identifier="cameras")
            with row("Frames", "0 = as many as the recipe says."):
                frames = ui.IntDrag(min=0, max=1_000_000, identifier="frames")
                self.frames = Bound(frames, int, lambda value: model.set(frames=max(0, value)))
            with row("Seed", "-1 = the recipe's."):
                seed = ui.IntDrag(min=-1, max=2**31 - 1, identifier="seed")
                self.seed = Bound(seed, int, lambda value: model.set(seed=max(-1, value)))
            with row("Output folder", "The dataset; empty = the recipe's."):
                self.output = self._text("output", "output")
                ui.Button("Browse", width=70, identifier="output_browse", clicked_fn=self._browse_output, enabled=picker.usable)

    def refresh(self) -> None:
        """Show the model."""
        model = self._model
        self.scene.show(model.state.scene)
        self.frames.show(model.state.frames)
        self.seed.show(model.state.seed)
        self.output.show(model.state.output)
        if model.cameras != self._names:
            self._names = model.cameras
            self._list_cameras(model.cameras)
        for name, box in self.cameras.items():
            box.show(name in model.state.cameras)

    def destroy(self) -> None:
        """Let go of the widgets."""
        for field in (self.scene, self.frames, self.seed, self.output, *self.cameras.values()):
            field.destroy()
        self.cameras.clear()

    def _text(self, key: str, identifier: str) -> Bound:
        return Bound(ui.StringField(identifier=identifier), str, lambda value: self._model.set(**{key: value.strip()}))

    def _list_cameras(self, names: tuple[str, ...]) -> None:
        for box in self.cameras.values():
            box.destroy()
        self.cameras = {}
        self.camera_list.clear()
        with self.camera_list:
            if not names:
                ui.Label("known once the recipe is open", name="faint", height=ROW_HEIGHT)
            for name in names:
                with ui.HStack(height=ROW_HEIGHT, spacing=SPACING):
                    with ui.VStack(width=16):
                        ui.Spacer()
                        box = ui.CheckBox(width=16, height=16, identifier=f"camera_{name}")
                        ui.Spacer()
                    ui.Label(name)
                self.cameras[name] = Bound(box, bool, lambda wanted, name=name: self._model.toggle("cameras", name, wanted))

    def _browse_scene(self) -> None:
        self._picker.pick_file("Choose a scene", _SCENES, lambda path: self._model.set(scene=path))

    def _browse_output(self) -> None:
        self._picker.pick_folder("Choose the dataset's folder", lambda path: self._model.set(output=path))
