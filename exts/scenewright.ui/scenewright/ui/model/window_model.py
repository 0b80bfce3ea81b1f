"""What the window shows and what its controls do, with no widget in sight."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.files import HEADER_FILE, LEDGER_FILE, REPORT_FILE
from scenewright.sdg.dataset.request import GenerateRequest
from scenewright.sdg.jobs import default_output
from scenewright.ui.model.cameras import camera_names
from scenewright.ui.model.control import RunControl
from scenewright.ui.model.editor import Checked, RecipeEditor, check_text
from scenewright.ui.model.preview import PreviewImage, make_preview
from scenewright.ui.model.state import WindowState, load_state, overrides_of, save_state

__all__ = ["WindowModel"]


class WindowModel:
    """The recipe, what is set beside it, what is wrong with it, and the run.

    Args:
        settings: ``carb.settings``, or anything with its ``get`` and ``set``.
        notify: Called with a message and whether it is a warning.
        delay: Seconds after the last change before the recipe is checked.

    Attributes:
        state: What is set.
        editor: The recipe's text.
        checked: What the last check came to.
        checking: Whether a check is due or in progress.
        cameras: Names of the cameras that can be chosen.
        picture: The last preview; None before the first.
        frame: Frame that the next preview shows.
        on_change: Called whenever something that is shown has changed; takes no argument.
    """

    def __init__(self, settings: Any, notify: Callable[[str, bool], None], delay: float = 0.4):
        self._settings = settings
        self._notify = notify
        self._delay = delay
        self._check_task: asyncio.Task[None] | None = None
        self.on_change: Callable[[], None] | None = None
        self.state: WindowState = load_state(settings)
        self.editor = RecipeEditor()
        self.checked = Checked()
        self.checking = False
        self.cameras: tuple[str, ...] = ()
        self.picture: PreviewImage | None = None
        self.frame = 0
        self.control = RunControl(self._changed, notify)
        if self.state.recipe:
            self.open_recipe(self.state.recipe)

    def open_recipe(self, path: str) -> bool:
        """Read a recipe file; return whether it could be read."""
        try:
            self.editor.open(path)
        except (OSError, ValueError) as error:
            self._notify(f"Cannot open the recipe {path}: {getattr(error, 'strerror', None) or error}", True)
            return False
        self.set(recipe=self.editor.path, cameras=() if self.editor.path != self.state.recipe else self.state.cameras)
        return True

    def edit(self, text: str) -> None:
        """Replace the recipe's text."""
        if text != self.editor.text:
            self.editor.text = text
            self.check_soon()

    def save(self, path: str = "") -> bool:
        """Write the recipe's text; return whether that went well."""
        try:
            self.editor.save(path)
        except (OSError, ValueError) as error:
            self._notify(f"The recipe was not saved: {getattr(error, 'strerror', None) or error}", True)
            return False
        self.set(recipe=self.editor.path)
        return True

    def set(self, **values: Any) -> None:
        """Change what is set, keep it for the next session, and check the recipe with it."""
        state = replace(self.state, **values)
        if state != self.state:
            self.state = state
            save_state(self._settings, state)
        self.check_soon()

    def toggle(self, key: str, name: str, wanted: bool) -> None:
        """Add a name to ``writers``, ``annotators`` or ``cameras``, or take it out."""
        self.set(**{key: getattr(self.state.with_name(key, name, wanted), key)})

    def check_soon(self) -> None:
        """Check the recipe once nothing has changed for a moment."""
        self.checking = True
        if self._check_task is not None:
            self._check_task.cancel()
        self._check_task = asyncio.ensure_future(self._check())
        self._changed()

    async def settled(self) -> None:
        """Wait until the recipe has been checked as it is now."""
        while self.checking and self._check_task is not None:
            await asyncio.wait([self._check_task])

    @property
    def overrides(self) -> tuple[str, ...]:
        """What the window changes in the recipe."""
        recipe = self.checked.recipe
        return overrides_of(self.state, recipe.settings.writers if recipe is not None else None)

    @property
    def why_not(self) -> str:
        """Why nothing can be started now; empty when it can."""
        if self.control.busy:
            return "Wait until what is going on has ended, or stop it."
        if not self.editor.text.strip():
            return "Choose a recipe first."
        if self.checking:
            return "The recipe is being checked."
        if not self.checked.good:
            count = len(self.checked.findings)
            return f"The recipe has {count} finding{'' if count == 1 else 's'}; see below its text."
        return ""

    @property
    def output(self) -> Path | None:
        """The dataset folder, absolute; None while there is no good recipe."""
        if self.state.output:
            return Path(os.path.expanduser(self.state.output)).absolute()
        if self.checked.recipe is None:
            return None
        settings = self.checked.recipe.settings
        named = settings.output if "output" in settings.model_fields_set else default_output() or settings.output
        return self.checked.recipe.resolve(named)

    @property
    def report(self) -> Path | None:
        """The dataset's report; None where there is none yet, or the dataset has changed since."""
        if self.output is None or not (self.output / REPORT_FILE).is_file():
            return None
        page, ledger = self.output / REPORT_FILE, self.output / LEDGER_FILE
        stale = ledger.is_file() and ledger.stat().st_mtime > page.stat().st_mtime
        return None if stale else page

    @property
    def can_report(self) -> bool:
        """Whether there is a report, or a finished dataset to make one of."""
        made = self.output is not None and not self.control.busy and (self.output / HEADER_FILE).is_file()
        return made or self.report is not None

    async def make_report(self) -> Path | None:
        """Return the dataset's report, made anew where it is missing or old; None, and a notice, where that fails."""
        from scenewright.sdg.report.report import write_report

        if self.report is None and self.can_report:
            try:
                await asyncio.get_running_loop().run_in_executor(None, write_report, self.output)
            except (ValueError, RuntimeError, OSError) as error:
                self._notify(f"The report was not made: {error}", True)
        return self.report

    def start(self, *, overwrite: bool = False) -> bool:
        """Save the recipe and start the run; return whether it has been started.

        Args:
            overwrite: Throw away what an earlier run made; otherwise it goes on from there.
        """
        if self.why_not:
            self._notify(self.why_not, True)
            return False
        if self.editor.dirty and not self.save():
            return False
        request = GenerateRequest(Path(self.editor.path), self.output, overrides=self.overrides, overwrite=overwrite)
        return self.control.run(request)

    def preview(self, width: int = 640) -> bool:
        """Start rendering one frame; return whether it has been started."""
        if self.why_not:
            self._notify(self.why_not, True)
            return False
        recipe, frame = self.checked.recipe, self.frame
        return self.control.preview(lambda: make_preview(recipe, frame, width), self._show)

    def close(self) -> None:
        """End what is going on and let go of everything."""
        self.on_change = None
        if self._check_task is not None:
            self._check_task.cancel()
            self._check_task = None
        self.control.close()

    def _show(self, picture: PreviewImage) -> None:
        self.picture = picture
        self.frame += 1

    async def _check(self) -> None:
        await asyncio.sleep(self._delay)
        text, path = self.editor.text, self.editor.path or os.path.join(os.getcwd(), "recipe.yaml")
        if not text.strip():
            self.checked, self.cameras = Checked(), ()
        else:
            plain = await asyncio.to_thread(check_text, text, path)
            own = plain.recipe.settings.writers if plain.recipe is not None else None
            overrides = overrides_of(self.state, own)
            checked = await asyncio.to_thread(check_text, text, path, overrides) if overrides else plain
            self.checked = checked
            named = checked.recipe or plain.recipe
            self.cameras = await asyncio.to_thread(camera_names, named) if named is not None else self.cameras
        self.checking = False
        self._changed()

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()
