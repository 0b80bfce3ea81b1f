"""``scenewright preview``: draws a contact sheet of a recipe with its labels."""

from pathlib import Path
from typing import Annotated

import typer

from scenewright.cli.device_choice import choose_device
from scenewright.cli.failures import InputError
from scenewright.cli.progress import FrameProgress
from scenewright.host.activation import activate
from scenewright.host.settings import get_settings

__all__ = ["command"]


def command(
    recipe: Annotated[Path, typer.Argument(help="Recipe file (YAML).")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Image to write (.png or .jpg).")] = Path("preview.png"),
    images: Annotated[int, typer.Option("--images", "-n", min=1, max=200, help="How many images.")] = 6,
    width: Annotated[int, typer.Option(min=32, max=4096, help="Width of an image in pixels.")] = 480,
    samples: Annotated[int, typer.Option(min=1, max=1024, help="Colour samples per pixel.")] = 4,
    seed: Annotated[int | None, typer.Option(help="Seed, instead of the recipe's.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="key.path=value: change the recipe; repeatable.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda:0.")] = "cpu",
) -> None:
    """Draw a few frames of RECIPE, small, with their masks, boxes and names, and a legend."""
    if output.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise InputError(f"-o {output}: the sheet is a .png or .jpg image.")
    if not output.absolute().parent.is_dir():
        raise InputError(f"-o {output}: there is no folder {output.absolute().parent}.")
    activate()
    choose_device(device)
    from scenewright.sdg.dataset.preview import preview_panels
    from scenewright.sdg.dataset.sheet import contact_sheet
    from scenewright.sdg.recipe import RecipeError, load_recipe, open_session

    overrides = [*(set_ or ()), *([f"scenewright.seed={seed}"] if seed is not None else [])]
    try:
        loaded = load_recipe(recipe, overrides)
        session = open_session(loaded)
    except RecipeError as error:
        raise InputError(str(error)) from error
    try:
        get_settings().set("/scenewright/samples", samples)
        with FrameProgress("preview") as progress:
            panels = preview_panels(session, images, width, progress.show)
        cameras = "1 camera" if len(session.cameras) == 1 else f"{len(session.cameras)} cameras"
        subtitle = f"{len(session.addresses)} frames · {cameras} · seed {loaded.seed}"
    finally:
        session.close()
    sheet = contact_sheet(_title(recipe), subtitle, panels)
    try:
        sheet.save(output)
    except OSError as error:
        raise InputError(f"-o {output}: {error.strerror or error}.") from error
    typer.echo(f"{output}: {len(panels)} images.")


def _title(recipe: Path) -> str:
    return recipe.absolute().parent.name if recipe.stem == "recipe" else recipe.stem
