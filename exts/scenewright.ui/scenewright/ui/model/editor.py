"""The text of a recipe while it is edited: checked as it is, saved as a whole."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenewright.sdg.recipe import Finding, RecipeError, load_recipe

__all__ = ["Checked", "RecipeEditor", "check_text"]


@dataclass(frozen=True)
class Checked:
    """What a check came to.

    Attributes:
        recipe: The recipe; None when something is wrong.
        findings: What is wrong, in the order of lines.
    """

    recipe: Any = None
    findings: tuple[Finding, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the recipe can be started."""
        return self.recipe is not None


def check_text(text: str, path: str, overrides: tuple[str, ...] = ()) -> Checked:
    """Check the text of a recipe; safe to call from a thread.

    Args:
        text: The YAML text.
        path: Where it is, or will be, saved: relative paths start from there.
        overrides: ``key.path=value`` texts.
    """
    try:
        recipe = load_recipe(path, overrides, text=text)
    except RecipeError as error:
        return Checked(findings=tuple(error.findings))
    findings = [] if recipe.scene_path is None or recipe.scene_path.is_file() else [_missing_scene(recipe)]
    return Checked(findings=tuple(findings)) if findings else Checked(recipe)


def _missing_scene(recipe: Any) -> Finding:
    mark = recipe.mark("scene")
    return Finding.at(mark, f"there is no scene {recipe.scene_path}.", "Choose another one, or mend the path.")


class RecipeEditor:
    """One recipe's text and the file that it came from.

    Attributes:
        path: The file; empty for a text that has none yet.
        text: The text as it is now.
    """

    def __init__(self) -> None:
        self.path = ""
        self.text = ""
        self._saved = ""

    @property
    def dirty(self) -> bool:
        """Whether the text differs from the file's."""
        return self.text != self._saved

    @property
    def name(self) -> str:
        """File name, with a star while there are unsaved changes."""
        return (Path(self.path).name if self.path else "no recipe") + (" *" if self.dirty else "")

    def open(self, path: str) -> None:
        """Read a file.

        Raises:
            OSError: It cannot be read; what was there stays.
            ValueError: It is not UTF-8 text; what was there stays.
        """
        absolute = os.path.abspath(os.path.expanduser(path))
        try:
            text = Path(absolute).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError(f"{absolute} is not UTF-8 text. Save it as UTF-8.") from None
        self.path, self.text, self._saved = absolute, text, text

    def save(self, path: str = "") -> None:
        """Write the text, as a whole or not at all.

        Args:
            path: Another file than the one it came from.

        Raises:
            OSError: The disk refuses; the file is as it was.
            ValueError: There is no file yet, and no path was given.
        """
        target = os.path.abspath(os.path.expanduser(path)) if path else self.path
        if not target:
            raise ValueError("The recipe has no file yet. Give it a path, such as ~/recipes/first.yaml.")
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".recipe-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(self.text)
            if os.path.exists(target):
                os.chmod(temporary, os.stat(target).st_mode & 0o7777)
            else:
                os.chmod(temporary, 0o644)
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        self.path, self._saved = target, self.text
