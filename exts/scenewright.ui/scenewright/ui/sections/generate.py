"""Run, pause, stop; how far it is; the folder and the report."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import omni.ui as ui

from scenewright.ui.look import ROW_HEIGHT, SPACING, section
from scenewright.ui.model.control import Phase
from scenewright.ui.model.window_model import WindowModel

__all__ = ["GenerateSection"]


class GenerateSection:
    """The buttons of the run and its progress.

    Args:
        model: What is shown.
        open_path: Shows a folder or a page to the user.
    """

    def __init__(self, model: WindowModel, open_path: Callable[[Path], None]):
        self._model = model
        self._open_path = open_path
        self._reporting: asyncio.Future | None = None
        with section("Generate", "generate"), ui.VStack(height=0, spacing=SPACING):
            with ui.HStack(height=26, spacing=SPACING):
                tip = "Saves the recipe and makes the frames that are not in the output folder yet."
                self.run = ui.Button("Run", identifier="run", clicked_fn=self._run, tooltip=tip)
                self.pause = ui.Button("Pause", identifier="pause", clicked_fn=self._pause)
                self.stop = ui.Button("Stop", identifier="stop", clicked_fn=model.control.stop)
            self.progress = ui.SimpleFloatModel(0.0)
            ui.ProgressBar(self.progress, height=ROW_HEIGHT, identifier="progress")
            self.rate = ui.Label("", height=ROW_HEIGHT, identifier="rate", elided_text=True)
            self.message = ui.Label("", name="faint", word_wrap=True, identifier="message")
            with ui.HStack(height=ROW_HEIGHT, spacing=SPACING):
                self.folder = ui.Button("Open folder", identifier="open_folder", clicked_fn=self._open_folder)
                self.report = ui.Button("Open report", identifier="open_report", clicked_fn=self._open_report,
                                        tooltip="report.html of the dataset; it is made first where it is missing or old.")

    def refresh(self) -> None:
        """Show the model."""
        model, control = self._model, self._model.control
        running = control.phase in (Phase.RUNNING, Phase.PAUSED)
        self.run.enabled = not model.why_not
        self.pause.enabled = running
        self.pause.text = "Resume" if control.phase is Phase.PAUSED else "Pause"
        self.stop.enabled = control.busy and control.phase is not Phase.STOPPING
        self.progress.set_value(control.meter.fraction)
        self.rate.text = control.meter.text() if running or control.meter.total else ""
        self.message.text = control.message or ("" if control.busy else model.why_not)
        self.folder.enabled = model.output is not None and model.output.is_dir()
        self.report.enabled = model.can_report and self._reporting is None

    def destroy(self) -> None:
        """Let go of the widgets."""
        self.progress = None

    def _run(self) -> None:
        self._model.start()

    def _pause(self) -> None:
        control = self._model.control
        (control.resume if control.phase is Phase.PAUSED else control.pause)()

    def _open_folder(self) -> None:
        if self._model.output is not None:
            self._open_path(self._model.output)

    def _open_report(self) -> None:
        if self._model.report is not None:
            self._open_path(self._model.report)
        elif self._reporting is None:
            self._reporting = asyncio.ensure_future(self._make_report())
            self.refresh()

    async def _make_report(self) -> None:
        try:
            page = await self._model.make_report()
        finally:
            self._reporting = None
        if page is not None:
            self._open_path(page)
        if self.progress is not None:  # the window may have gone meanwhile
            self.refresh()
