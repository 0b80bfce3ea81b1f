"""Places that a recipe has built: whether they fit, frame by frame, and the rules of scenes on what the first frame shows."""

from collections.abc import Iterator

from pxr import Usd

from scenewright.sdg.recipe.findings import Finding, Mark, RecipeError
from scenewright.sdg.recipe.recipe import Recipe
from scenewright.sdg.recipe.session import RecipeSession
from scenewright.sdg.scene_validation.findings import WARNING, SceneFinding, SceneReport
from scenewright.sdg.scene_validation.layer_rules import asset_findings, root_findings
from scenewright.sdg.scene_validation.own_rules import (
    SceneView,
    camera_findings,
    label_findings,
    light_findings,
    size_findings,
)

__all__ = ["find_place_problems", "has_places"]

_MOST_LAYOUTS = 12
"""Layouts of one place that are planned: of the largest, five seconds."""

_RULES = (label_findings, light_findings, camera_findings, size_findings)
_NOT_OF_STAGES_IN_MEMORY = ("default-prim",)


def has_places(recipe: Recipe) -> bool:
    """Return whether a recipe has whole places built (``scenes.warehouse`` and its like)."""
    return any(True for name in ("warehouse", "shelf", "room") for _ in recipe.calls(f"scenes.{name}"))


def find_place_problems(recipe: Recipe) -> tuple[list[Finding], list[Finding]]:
    """Open a recipe, build its places without rendering, and return what is wrong as (errors, warnings).

    The stage of the application becomes the recipe's; nothing is written to disk. Findings about what a block has built
    stand at that block's line; warnings are about nothing else, for what a recipe adds may well lack a label.
    """
    try:
        session = RecipeSession(recipe)
    except RecipeError as error:
        return error.findings, []
    try:
        misfits = [
            Finding.at(site.mark, f"`{site.call.call.function}`, frame {address.index}: {told}")
            for site in session.sites
            for address, told in site.misfits(session.addresses, _MOST_LAYOUTS)
        ]
        report = SceneReport(str(recipe.path))
        report.add(_stage_findings(session.stage))
        places = {str(site.root.GetPath()): site.mark for site in session.sites}
        errors = [_at_block(one, recipe, places) for one in report.findings if one.severity != WARNING]
        built = [one for one in report.findings if one.severity == WARNING and _place_of(one, places)]
        return [*misfits, *errors], [_at_block(one, recipe, places) for one in built]
    finally:
        session.close()


def _stage_findings(stage: Usd.Stage) -> Iterator[SceneFinding]:
    root = stage.GetRootLayer()
    for rule in (root_findings, asset_findings):
        yield from (one for one in rule(stage) if one.rule not in _NOT_OF_STAGES_IN_MEMORY and one.layer != root.realPath)
    view = SceneView(stage)
    for rule in _RULES:
        yield from rule(view)


def _at_block(one: SceneFinding, recipe: Recipe, places: dict[str, Mark]) -> Finding:
    """Return a finding about the stage as one of the recipe: at the block that built the prim, else at its scene."""
    where = one.prim or one.layer
    told = f"{one.severity}: {f'{where}: ' if where else ''}{one.message}"
    return Finding.at(_place_of(one, places) or recipe.mark("scene"), told, f"{one.remedy} [{one.rule}]".strip())


def _place_of(one: SceneFinding, places: dict[str, Mark]) -> Mark | None:
    """Return where the block stands that built a finding's prim; of the only place, what no prim is named for, too."""
    if not one.prim and len(places) == 1:
        return next(iter(places.values()))
    return next((mark for path, mark in places.items() if one.prim == path or one.prim.startswith(f"{path}/")), None)
