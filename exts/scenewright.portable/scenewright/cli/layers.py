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
def new(
    folder: Annotated[Path, typer.Argument(help="Where; made if it is not there.")],
    owner: Annotated[list[str] | None, typer.Option("--owner", help="layer=name, such as lighting=Ada; repeatable.")] = None,
) -> None:
    """Scaffold a scene: a root layer, and layers for overrides, randomization, cameras, lighting, semantics, layout, base."""
    from scenewright.sdg.layers.errors import LayerError
    from scenewright.sdg.layers.scaffold import new_stack

    owners = dict(pair.partition("=")[::2] for pair in owner or [])
    if not all(owners.values()):
        raise LayerError(f"--owner {next(name for name, who in owners.items() if not who)}: give layer=name.")
    for path in new_stack(folder, owners):
        typer.echo(path)


@app.command()
def status(
    scene: _Scene,
    as_json: _Json = False,
    opinions: Annotated[bool, typer.Option("--opinions", help="List all that each layer says.")] = False,
) -> None:
    """Say who says what: opinions per layer, overridden ones, and what is wrong.

    Wrong are layers that are missing, broken, cyclic or listed twice; opinions outside a layer's remit; absolute and unresolved
    paths; overs of nothing; units that differ. Exit status: 0 nothing is wrong, 1 something is, 2 the scene cannot be read.
    """
    from scenewright.sdg.layers.status import stack_status

    found = stack_status(scene)
    if as_json:
        _print_json(found.as_json())
    else:
        _print_status(found, opinions)
    raise typer.Exit(1 if found.findings else 0)


def _print_status(found: Any, opinions: bool) -> None:
    width = max(len("  " * row.depth + row.name) for row in found.layers)
    for row in found.layers:
        counts = f"{row.prims:5d} prims {row.properties:6d} properties"
        told = "  ".join(part for part in (row.owner, ", ".join(row.state), f"remit: {row.remit}" if row.remit else "") if part)
        typer.echo(f"{'  ' * row.depth + row.name:{width}s}  {counts}  {told}".rstrip())
        for said in row.opinions if opinions else ():
            typer.echo(f"{'  ' * row.depth}  {said}")
    for title, rows in (("overridden", found.overridden), ("findings", found.findings)):
        typer.echo(f"\n{len(rows)} {title}" + (":" if rows else ""))
        for row in rows:
            typer.echo(f"  {row}")


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

    Where both sides changed, USD writes the layer anew: comments (# ...) at the head of a text layer stay, the others go, and
    how many is told. Where one side changed, its file is taken as it is.

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


@app.command()
def flatten(
    scene: _Scene,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the layer: .usda, .usdc or .usd.")],
    keep_arcs: Annotated[
        bool, typer.Option("--keep-arcs", help="Join the layers only; references, payloads and variants stay.")
    ] = False,
) -> None:
    """Write a scene as one layer, and prove that composed values are unchanged.

    Variants are settled, payloads loaded, instances kept, muted layers left out. Exit status: 0 written and proved, 2 nothing
    was written; the differences are named.
    """
    from scenewright.sdg.layers.flatten import flatten_scene

    done = flatten_scene(scene, output, keep_arcs)
    for note in done.notes:
        typer.echo(note)
    typer.echo(f"{output}: {done.prims} prims compared, all composed values unchanged.")


def _flag(scene: Path, names: list[str], table: str, value: bool) -> None:
    from scenewright.sdg.layers.stack import set_flag

    for kept in set_flag(scene, names, table, value):
        typer.echo(f"{scene}: {table} {kept} = {value}")


_Layers = Annotated[list[str], typer.Argument(metavar="LAYER...", help="Layers by name, file name or path.")]


@app.command()
def lock(scene: _Scene, layers: _Layers) -> None:
    """Lock layers: Kit and scenewright do not write to them. Kept in the root layer."""
    _flag(scene, layers, "locked", True)


@app.command()
def unlock(scene: _Scene, layers: _Layers) -> None:
    """Unlock layers."""
    _flag(scene, layers, "locked", False)


@app.command()
def mute(scene: _Scene, layers: _Layers) -> None:
    """Mute layers: Kit and every scenewright command compose the scene without them. Kept in the root layer."""
    _flag(scene, layers, "muteness", True)


@app.command()
def unmute(scene: _Scene, layers: _Layers) -> None:
    """Unmute layers."""
    _flag(scene, layers, "muteness", False)


@app.command("install-git-driver")
def install_git_driver(folder: Annotated[Path, typer.Argument(help="A folder of the repository.")] = Path()) -> None:
    """Make git merge layers property by property and show crates as text; once per clone."""
    from scenewright.sdg.layers.git_driver import install_git_driver

    for line in install_git_driver(folder):
        typer.echo(line)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, sort_keys=True))
