"""The preview: one randomized frame with its labels drawn."""

import omni.ui as ui

from scenewright.ui.look import ROW_HEIGHT, SPACING, section
from scenewright.ui.model.preview import PreviewImage
from scenewright.ui.model.window_model import WindowModel

__all__ = ["PreviewSection"]

_HEIGHT = 240


class PreviewSection:
    """A button and the picture that it makes."""

    def __init__(self, model: WindowModel):
        self._model = model
        self._shown: PreviewImage | None = None
        self.provider = ui.ByteImageProvider()
        with section("Preview", "preview"), ui.VStack(height=0, spacing=SPACING):
            with ui.HStack(height=ROW_HEIGHT, spacing=SPACING):
                tip = "Renders one frame with masks, boxes and names; nothing is written. Press it again for the next one."
                self.button = ui.Button("Preview a frame", width=130, identifier="preview", tooltip=tip)
                self.button.set_clicked_fn(self._preview)
                self.caption = ui.Label("", name="faint", elided_text=True, identifier="preview_caption")
            self.area = ui.ZStack(height=_HEIGHT, visible=False, identifier="preview_area")
            with self.area:
                ui.Rectangle(name="picture")
                ui.ImageWithProvider(self.provider, fill_policy=ui.IwpFillPolicy.IWP_PRESERVE_ASPECT_FIT)
            self.legend = ui.Label("", word_wrap=True, name="faint", identifier="preview_legend", visible=False)

    def refresh(self) -> None:
        """Show the model."""
        self.button.enabled = not self._model.why_not
        picture = self._model.picture
        if picture is None or picture is self._shown:
            return
        self._shown = picture
        self.provider.set_bytes_data(list(picture.rgba), [picture.width, picture.height])
        self.caption.text = picture.caption
        self.legend.text = " · ".join(f"{name} {count}" for name, count in picture.legend) or "No labelled object is in view."
        self.area.visible = self.legend.visible = True

    def destroy(self) -> None:
        """Let go of the picture."""
        self.provider = None

    def _preview(self) -> None:
        self._model.preview()
