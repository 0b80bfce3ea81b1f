"""``scenewright reproduce``: makes one frame again from its ledger entry and compares."""

from pathlib import Path
from typing import Annotated

import typer

from scenewright.cli.device_choice import choose_device
from scenewright.cli.failures import InputError
from scenewright.host.activation import activate

__all__ = ["command"]


def command(
    dataset: Annotated[Path, typer.Argument(help="Dataset folder; it is only read.")],
    frame: Annotated[int, typer.Option(min=0, help="Index of the frame.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Keep the frame's files in this new folder.")] = None,
    recipe: Annotated[Path | None, typer.Option(help="Where the recipe lies now, if it was moved.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda:0.")] = "cpu",
) -> None:
    """Make one frame of DATASET again and compare it with the ledger, file by file.

    Exit status: 0 when every file has the same bytes, 1 otherwise.
    """
    activate()
    choose_device(device)
    from scenewright.sdg.dataset.reproduce import reproduce
    from scenewright.sdg.recipe import RecipeError

    try:
        result = reproduce(dataset, frame, recipe=recipe, output=output, device=device)
    except RecipeError as error:
        raise InputError(str(error)) from error
    for difference in result.differences:
        typer.echo(f"warning: {difference}; the bytes may differ.", err=True)
    for name in sorted({*result.expected, *result.found}):
        typer.echo(f"{_verdict(result.expected.get(name), result.found.get(name)):9} {name}")
    if not result.drawn_equal:
        typer.echo("different drawn values")
    raise typer.Exit(0 if result.equal else 1)


def _verdict(expected: object, found: object) -> str:
    if expected is None:
        return "new"
    if found is None:
        return "missing"
    return "equal" if expected == found else "different"
