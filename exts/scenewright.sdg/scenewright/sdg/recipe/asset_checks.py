"""Files that a recipe names itself: there, local, and readable, before anything is written."""

from scenewright.sdg.recipe.findings import Finding, Mark, RecipeError
from scenewright.sdg.recipe.recipe import Recipe
from scenewright.sdg.recipe.scene_checks import find_scene_problems

__all__ = ["find_asset_problems", "missing_file"]


def find_asset_problems(recipe: Recipe) -> list[Finding]:
    """Return a finding for each file that a recipe's blocks name and that cannot be used.

    USD files are opened, so what they refer to in turn is checked too.
    """
    findings: list[Finding] = []
    checked: set[str] = set()
    try:
        for text, mark, is_usd in recipe.files_named():
            if text in checked:
                continue
            checked.add(text)
            missing = missing_file(recipe, text, mark)
            if missing:
                findings.append(missing)
            elif is_usd:
                findings.extend(find_scene_problems(recipe.resolve(text), mark))
    except RecipeError as error:
        findings.extend(error.findings)
    return findings


def missing_file(recipe: Recipe, text: str, mark: Mark) -> Finding | None:
    """Return a finding where a file that a recipe names is remote or not there."""
    if "://" in text and not text.startswith("file://"):
        return Finding.at(mark, f"'{text}' is a remote file; those are not available yet.", "Download it and give its path.")
    found = recipe.resolve(text)
    if not found.is_file():
        message = f"there is no file '{text}' (looked for {found})."
        return Finding.at(mark, message, "Correct the path; it is relative to the recipe.")
    return None
