"""Files that a recipe names itself: there, local, and readable, before anything is written."""

from scenewright.sdg.recipe.findings import Finding, Mark, RecipeError
from scenewright.sdg.recipe.packs import find_pack_problems
from scenewright.sdg.recipe.recipe import Recipe
from scenewright.sdg.recipe.scene_checks import find_scene_problems, without_missing

__all__ = ["find_asset_problems", "missing_file"]

_OR_PROXY = ", or set `assets: {missing: proxy}` in the scenewright block to go on with a stand-in."


def find_asset_problems(recipe: Recipe) -> list[Finding]:
    """Return a finding for each file that a recipe's blocks name and that cannot be used.

    USD files are opened, so what they refer to in turn is checked too. Where stand-ins are wanted, what is missing is no
    finding.
    """
    stand_ins = recipe.settings.assets.missing == "proxy"
    findings: list[Finding] = find_pack_problems(recipe)
    checked: set[str] = set()
    if findings:
        return findings
    try:
        for text, mark, is_usd in recipe.files_named():
            if text in checked:
                continue
            checked.add(text)
            missing = missing_file(recipe, text, mark)
            if missing:
                findings.extend([] if stand_ins else [missing])
            elif is_usd:
                found = find_scene_problems(recipe.resolve(text), mark)
                findings.extend(without_missing(found) if stand_ins else found)
    except RecipeError as error:
        findings.extend(error.findings)
    return findings


def missing_file(recipe: Recipe, text: str, mark: Mark) -> Finding | None:
    """Return a finding where a file that a recipe names is remote or not there."""
    if "://" in text and not text.startswith("file://"):
        message = f"'{text}' is a remote file, which recipes do not fetch."
        return Finding.at(mark, message, f"Download it and give its path{_OR_PROXY}")
    found = recipe.resolve(text)
    if not found.is_file():
        message = f"there is no file '{text}' (looked for {found})."
        return Finding.at(mark, message, f"Correct the path; it is relative to the recipe{_OR_PROXY}")
    return None
