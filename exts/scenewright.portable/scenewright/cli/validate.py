"""``scenewright validate``: every finding about a recipe, a USD file or a dataset, with its place and the remedy."""

from pathlib import Path
from typing import Annotated

import typer

from scenewright.cli.dataset_findings import print_dataset_findings
from scenewright.cli.failures import InputError
from scenewright.cli.scene_findings import print_scene_findings
from scenewright.sdg.recipe.findings import Finding, RecipeError
from scenewright.sdg.recipe.recipe import load_recipe

__all__ = ["command"]

_USD_SUFFIXES = (".usd", ".usda", ".usdc", ".usdz")


def command(
    path: Annotated[Path, typer.Argument(help="A recipe (.yaml), a USD file, or a dataset (its folder, or a COCO file).")],
    set_: Annotated[list[str] | None, typer.Option("--set", help="key.path=value, as for generate; repeatable.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Of a USD file: correct what is safe to correct.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Of a USD file: without usd-core's and NVIDIA's validators.")] = False,
) -> None:
    """Check a recipe, a scene or a dataset and print every finding.

    Of a dataset every label is made again from what it follows from, and compared. Of a USD file, its layers, paths, labels,
    lights, cameras and sizes are checked, and what usd-core's and NVIDIA's validators say of it; of a recipe that has places
    built, whether they fit, and the same of what they make. Nothing is rendered, and nothing is written but what --fix
    corrects. Exit status: 0 when nothing is wrong (there may be warnings), 2 otherwise.
    """
    is_usd = path.suffix.lower() in _USD_SUFFIXES
    if (fix or quick) and not is_usd:
        raise InputError(f"--{'fix' if fix else 'quick'} is for USD files; {path} is none.")
    if not path.exists():
        raise InputError(f"There is no file or folder '{path}'. Give a recipe, a USD file or a dataset.")
    if is_usd and not path.is_dir():
        print_scene_findings(path, fix, quick)
        return
    if path.is_dir() or path.suffix.lower() == ".json":
        print_dataset_findings(path)
        return
    findings, warnings = _findings(path, set_ or [])
    for finding in (*findings, *warnings):
        typer.echo(str(finding))
    if findings:
        typer.echo(f"{len(findings)} finding{'s' if len(findings) > 1 else ''} in {path}.", err=True)
        raise typer.Exit(2)
    told = f"{len(warnings)} warning{'s' if len(warnings) > 1 else ''}" if warnings else "nothing to report"
    typer.echo(f"{path}: {told}.")


def _findings(path: Path, overrides: list[str]) -> tuple[list[Finding], list[Finding]]:
    """Return what is wrong with a recipe, and what is a warning."""
    from scenewright.host.activation import activate

    activate()
    from scenewright.sdg.recipe.asset_checks import find_asset_problems
    from scenewright.sdg.recipe.ontology import find_label_problems
    from scenewright.sdg.recipe.scene_checks import find_scene_problems
    from scenewright.sdg.scene_validation.places import find_place_problems, has_places

    try:
        recipe = load_recipe(path, overrides)
    except RecipeError as error:
        return error.findings, []
    scene = find_scene_problems(recipe.scene_path, recipe.mark("scene")) if recipe.scene_path else []
    found = [*scene, *find_asset_problems(recipe), *find_label_problems(recipe)]
    if found or not has_places(recipe):
        return found, []
    return find_place_problems(recipe)
