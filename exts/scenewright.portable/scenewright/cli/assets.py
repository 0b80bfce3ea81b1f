"""``scenewright assets``: makes packs of USD assets from OBJ, glTF and USD files, and looks into them."""

from pathlib import Path
from typing import Annotated

import typer

from scenewright.cli.failures import InputError
from scenewright.cli.progress import FrameProgress

__all__ = ["app"]

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True,
                  help="Packs of USD assets made from OBJ, glTF and USD files.")

_SHOWN = 10


@app.callback()
def _group() -> None:
    pass


@app.command("import")
def import_(
    sources: Annotated[list[Path], typer.Argument(
        metavar="SRC...", help="Models (.obj .gltf .glb .usd .usda .usdc .usdz), archives (.sh3f .zip), or folders of them.")],
    pack: Annotated[Path, typer.Option("--output", "-o", help="Folder of the pack; made where there is none.")],
    size: Annotated[str, typer.Option(help="Longest side (0.42, 42cm), or width x depth x height (0.6x0.6x1.05).")] = "",
    label: Annotated[str, typer.Option(help="Semantic class; else from the catalogue or the file's name.")] = "",
    license_: Annotated[str, typer.Option("--license", "--licence", help="Licence, such as CC0-1.0.")] = "",
    attribution: Annotated[str, typer.Option(help="Who is to be named.")] = "",
    collision: Annotated[str, typer.Option(help="hull (one convex hull), coacd (convex pieces) or none.")] = "hull",
    no_thumbnail: Annotated[bool, typer.Option("--no-thumbnail", help="Draw no thumbnails.")] = False,
    up: Annotated[str, typer.Option(help="Axis that points up in the sources: x, y, z; else what the file says, else y.")] = "",
    unit: Annotated[str, typer.Option(help="Unit of the sources: m, cm, mm, in, ft; else what the file says, else m.")] = "",
    workers: Annotated[int, typer.Option(min=0, max=256, help="Processes; 0 = as many as cores.")] = 0,
) -> None:
    """Import every model of SRC into a pack; goes on where an earlier run ended.

    Exit status: 0 when something was imported or is there, 2 when everything was refused.
    """
    from scenewright.cli.workers import core_count
    from scenewright.sdg.assets.importer import import_assets
    from scenewright.sdg.assets.importing import IMPLAUSIBLE
    from scenewright.sdg.assets.jobs import ImportChoices

    choices = ImportChoices(label.strip(), license_.strip(), attribution.strip(), size.strip(), unit.lower(), up.lower(),
                            collision, not no_thumbnail)
    draw = None
    if choices.thumbnail:
        from scenewright.cli.asset_thumbnail import draw_thumbnail, prepare_thumbnails

        prepare_thumbnails()
        draw = draw_thumbnail
    with FrameProgress("models") as progress:
        report = import_assets(sources, pack, choices, draw, workers or core_count(), progress.show)
    for refusal in report.refused:
        _say(f"refused: {refusal.source}: {refusal.reason}", err=True)
    _say_names("taken as metres, since the files name no unit (--unit, --size)",
               [record.id for record in report.made if record.size_from == "assumed"])
    _say_names("few objects are of this size (--unit, --size)",
               [f"{record.id} ({record.longest:.3g} m)" for record in report.made
                if any(note.startswith(IMPLAUSIBLE) for note in record.notes)])
    typer.echo(f"{pack}: {len(report.made)} imported, {len(report.kept)} kept, {len(report.refused)} refused.")
    if not report.made and not report.kept:
        raise typer.Exit(2)


@app.command("list")
def list_(
    pack: Annotated[Path, typer.Argument(help="Folder of the pack.")],
    class_: Annotated[str, typer.Option("--class", help="Semantic class; chair* = all that begin so.")] = "",
    min_size: Annotated[str, typer.Option(help="Least longest side (0.1, 10cm).")] = "",
    max_size: Annotated[str, typer.Option(help="Greatest longest side.")] = "",
    license_: Annotated[str, typer.Option("--license", "--licence", help="Licence; CC-BY* = all that begin so.")] = "",
    text: Annotated[str, typer.Option(help="Part of a name, an id, a category or a tag.")] = "",
    refused: Annotated[bool, typer.Option("--refused", help="List what was refused, and why.")] = False,
) -> None:
    """List the assets of a pack: id, class, size, licence."""
    from scenewright.sdg.assets.pack import open_pack
    from scenewright.sdg.assets.placing import read_size

    opened = open_pack(pack)
    if refused:
        for refusal in opened.refused:
            _say(f"{refusal.source}: {refusal.reason}")
        typer.echo(f"{len(opened.refused)} refused.", err=True)
        return
    low, high = max(read_size(min_size)) if min_size else 0.0, max(read_size(max_size)) if max_size else float("inf")
    found = opened.find(class_, low, high, license_, text)
    widths = [max([len(value) for value in column], default=0) for column in
              ([record.id for record in found], [record.label for record in found], [record.licence for record in found])]
    for record in found:
        sides = " x ".join(f"{side:.2f}" for side in record.size)
        cells = [cell.ljust(width) for cell, width in zip((record.id, record.label, record.licence), widths, strict=True)]
        _say(f"{cells[0]}  {cells[1]}  {sides + ' m':<22}  {cells[2]}  {record.attribution}".rstrip())
    typer.echo(f"{len(found)} of {len(opened.records)} assets.", err=True)


@app.command("info")
def info(asset: Annotated[str, typer.Argument(metavar="PACK/ASSET", help="An asset of a pack.")]) -> None:
    """Show everything that a pack knows of one asset."""
    from scenewright.sdg.assets.pack import open_pack, thumbnail_path

    folder, _, identity = asset.rstrip("/").rpartition("/")
    if not folder:
        raise InputError(f"'{asset}': give PACK/ASSET, such as furniture/armchair.")
    opened = open_pack(folder)
    record = opened.record(identity)
    picture = thumbnail_path(opened.path(record))
    rows = {
        "name": record.name, "class": record.label, "category": record.category, "tags": ", ".join(record.tags),
        "size": " x ".join(f"{side:g}" for side in record.size) + f" m (width x depth x height; from: {record.size_from})",
        "licence": record.licence or "not stated", "attribution": record.attribution, "source": record.source,
        "geometry": f"{record.points} points, {record.faces} faces, {record.textures} textures",
        "collision": f"{record.collision} convex shape{'' if record.collision == 1 else 's'}",
        "file": str(opened.path(record)), "thumbnail": str(picture) if picture.is_file() else "",
        "notes": "; ".join(record.notes),
    }
    typer.echo(record.id)
    for key, value in rows.items():
        if value:
            _say(f"  {key:<12}{value}")


def _say_names(what: str, names: list[str]) -> None:
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        typer.echo(f"{what}: {', '.join(names[:_SHOWN])}{more}", err=True)


def _say(text: str, err: bool = False) -> None:
    """Print what files of others say, without the control characters that a terminal would obey."""
    typer.echo("".join(char if char.isprintable() else "?" for char in text), err=err)
