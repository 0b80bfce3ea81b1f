"""``scenewright layers``: layers that several people share."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = ["app"]

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True,
                  help="Layers that several people share: who says what, differences, merges.")

_Scene = Annotated[Path, typer.Argument(help="The root layer of the scene.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def diff(
    one: Annotated[Path, typer.Argument(metavar="A", help="The layer before.")],
    other: Annotated[Path, typer.Argument(metavar="B", help="The layer after.")],
    as_json: _Json = False,
) -> None:
    """Compare two layers property by property.

    + added, - removed, > renamed, ~ changed. Exit status as of `diff`: 0 the same, 1 different, 2 a file cannot be read.
    """
    from scenewright.sdg.layers.diff import diff_layers
    from scenewright.sdg.layers.files import read_layer

    changes = diff_layers(read_layer(one), read_layer(other))
    if as_json:
        _print_json([change.as_json() for change in changes])
    else:
        for change in changes:
            typer.echo(str(change))
    raise typer.Exit(1 if changes else 0)


@app.command()
def merge(
    base: Annotated[Path, typer.Argument(help="What both sides started from.")],
    ours: Annotated[Path, typer.Argument(help="One side; its values stay where there are conflicts.")],
    theirs: Annotated[Path, typer.Argument(help="The other side.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the merged layer.")],
    name: Annotated[str, typer.Option("--name", help="Path of the layer for people and for its format; git gives %P.")] = "",
    as_json: _Json = False,
) -> None:
    """Merge two layers that started from BASE.

    Exit status: 0 merged, 1 merged but for conflicts, each named; the file holds ours there. 2 nothing was written.
    """
    from scenewright.sdg.layers.merge_files import merge_files

    result = merge_files(base, ours, theirs, output, name)
    for note in result.notes:
        typer.echo(f"note: {note}", err=True)
    if as_json:
        _print_json([{"path": c.path, "field": c.field, "why": c.why} for c in result.conflicts])
    for conflict in [] if as_json else result.conflicts:
        typer.echo(f"conflict: {name or output}: {conflict}", err=True)
    if result.conflicts:
        count = len(result.conflicts)
        typer.echo(f"{name or output}: {count} conflict{'s' if count > 1 else ''}; ours was kept there.", err=True)
        raise typer.Exit(1)


@app.command()
def cat(layer: Annotated[Path, typer.Argument(help="A layer, text or crate, whatever its name.")]) -> None:
    """Print a layer as text; git shows crates by it."""
    from scenewright.sdg.layers.files import read_layer

    typer.echo(read_layer(layer).ExportToString(), nl=False)


@app.command("install-git-driver")
def install_git_driver(folder: Annotated[Path, typer.Argument(help="A folder of the repository.")] = Path()) -> None:
    """Make git merge layers property by property and show crates as text; once per clone."""
    from scenewright.sdg.layers.git_driver import install_git_driver

    for line in install_git_driver(folder):
        typer.echo(line)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, sort_keys=True))
