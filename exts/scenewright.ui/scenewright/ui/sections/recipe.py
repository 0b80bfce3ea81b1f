"""The recipe: its file, its text, and what is wrong with it."""

import omni.ui as ui

from scenewright.ui.look import ROW_HEIGHT, SPACING, row, section
from scenewright.ui.model.window_model import WindowModel
from scenewright.ui.pick import FilePicker
from scenewright.ui.sections.field import Bound

__all__ = ["RecipeSection"]

_SHOWN = 12


class RecipeSection:
    """Chooses and edits the recipe; lists findings while the user types."""

    def __init__(self, model: WindowModel, picker: FilePicker):
        self._model = model
        self._findings: tuple[object, ...] | None = None
        with section("Recipe", "recipe"), ui.VStack(height=0, spacing=SPACING):
            with row("File", "A Replicator YAML file; Enter opens what is typed."):
                self.path = Bound(ui.StringField(identifier="recipe_path"), str, self._open, at_end=True)
                ui.Button("Browse", width=70, identifier="recipe_browse", clicked_fn=self._browse, enabled=picker.usable)
                self.save = ui.Button("Save", width=60, identifier="recipe_save", clicked_fn=self._save)
            field = ui.StringField(multiline=True, height=220, name="code", identifier="recipe_text", allow_tab_input=True)
            self.text = Bound(field, str, model.edit)
            self.summary = ui.Label("", height=ROW_HEIGHT, identifier="recipe_summary", elided_text=True)
            self.list = ui.VStack(height=0, spacing=2, identifier="recipe_findings")
        self._picker = picker

    def refresh(self) -> None:
        """Show the model."""
        model = self._model
        self.path.show(model.editor.path)
        self.text.show(model.editor.text)
        self.save.enabled = model.editor.dirty and bool(model.editor.path)
        findings = model.checked.findings
        name = model.editor.name
        if not model.editor.text.strip():
            self._say("Choose a recipe, or write one here.", "faint")
        elif model.checking:
            self._say(f"{name}: checking …", "faint")
        elif findings:
            self._say(f"{name}: {len(findings)} finding{'' if len(findings) == 1 else 's'}", "finding")
        elif model.checked.good:
            self._say(f"{name}: no findings", "good")
        if findings != self._findings:
            self._findings = findings
            self._list(findings)

    def destroy(self) -> None:
        """Let go of the widgets."""
        self.path.destroy()
        self.text.destroy()

    def _say(self, text: str, name: str) -> None:
        self.summary.text, self.summary.name = text, name

    def _list(self, findings: tuple) -> None:
        self.list.clear()
        with self.list:
            for finding in findings[:_SHOWN]:
                with ui.HStack(height=0, spacing=SPACING):
                    place = f"{finding.line}:{finding.column}" if finding.line else "file"
                    ui.Label(place, width=52, name="finding", alignment=ui.Alignment.LEFT_TOP)
                    text = f"{finding.message} {finding.remedy}".strip()
                    ui.Label(text, word_wrap=True, name="finding_text", alignment=ui.Alignment.LEFT_TOP)
            if len(findings) > _SHOWN:
                ui.Label(f"… and {len(findings) - _SHOWN} more", name="faint", height=ROW_HEIGHT)

    def _open(self, path: str) -> None:
        if path and path != self._model.editor.path:
            self._model.open_recipe(path)

    def _browse(self) -> None:
        self._picker.pick_file("Choose a recipe", [("*.yaml", "Recipe"), ("*.yml", "Recipe")], self._model.open_recipe)

    def _save(self) -> None:
        self._model.save()
