"""``scenewright validate``: every finding about a recipe or a USD file, with file, line or prim path, and the remedy."""

from pathlib import Path
from typing import Annotated

import typer

from scenewright.sdg.recipe.findings import Finding, RecipeError
from scenewright.sdg.recipe.recipe import load_recipe

__all__ = ["command"]

_USD_SUFFIXES = (".usd", ".usda", ".usdc", ".usdz")


def command(
    path: Annotated[Path, typer.Argument(help="A recipe (.yaml) or a USD file.")],
    set_: Annotated[list[str] | None, typer.Option("--set", help="key.path=value, as for generate; repeatable.")] = None,
) -> None:
    """Check a recipe or a scene and print every finding.

    Nothing is rendered and nothing is written. Exit status: 0 when nothing is wrong, 2 otherwise.
    """
    findings = _findings(path, set_ or [])
    for finding in findings:
        typer.echo(str(finding))
    if findings:
        typer.echo(f"{len(findings)} finding{'s' if len(findings) > 1 else ''} in {path}.", err=True)
        raise typer.Exit(2)
    typer.echo(f"{path}: nothing to report.")


def _findings(path: Path, overrides: list[str]) -> list[Finding]:
    from scenewright.host.activation import activate

    if path.is_dir():
        return [Finding(str(path), 0, 0, "this is a folder.", "Give a recipe (.yaml) or a USD file.")]
    activate()
    from scenewright.sdg.recipe.asset_checks import find_asset_problems
    from scenewright.sdg.recipe.scene_checks import find_scene_problems

    if path.suffix.lower() in _USD_SUFFIXES:
        return find_scene_problems(path)
    try:
        recipe = load_recipe(path, overrides)
    except RecipeError as error:
        return error.findings
    scene = find_scene_problems(recipe.scene_path, recipe.mark("scene")) if recipe.scene_path else []
    return [*scene, *find_asset_problems(recipe)]
