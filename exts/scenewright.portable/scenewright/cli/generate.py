"""``scenewright generate``: a labelled dataset from a recipe; resumes by default."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from scenewright.cli.device_choice import choose_device
from scenewright.cli.failures import InputError
from scenewright.cli.progress import FrameProgress
from scenewright.host.activation import activate

__all__ = ["command"]


def command(
    recipe: Annotated[Path, typer.Argument(help="Recipe file (YAML).")],
    output: Annotated[str | None, typer.Option("--output", "-o", help="Dataset folder; default: the recipe's output.")] = None,
    frames: Annotated[str | None, typer.Option(help="How many frames (20), or which (5:8 is 5, 6 and 7).")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed, instead of the recipe's.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="key.path=value: change the recipe; repeatable.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda:0.")] = "cpu",
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the frames.")] = 1,
    shard: Annotated[str | None, typer.Option(help="I/N: make the I-th of N parts; join them with finalise.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Throw away what an earlier run made.")] = False,
) -> None:
    """Make a labelled dataset from RECIPE.

    A run that was stopped, at any moment and in any way, goes on where it was when the same command is given again, and ends
    with the same bytes. So do runs with any number of workers or shards.
    """
    activate()
    choose_device(device)
    _check_output(output)
    from scenewright.cli.workers import launch_workers
    from scenewright.sdg.dataset.request import GenerateRequest
    from scenewright.sdg.dataset.run import generate

    request = GenerateRequest(recipe, output, frames, seed, tuple(set_ or ()), device, workers, shard, overwrite)
    begun = time.perf_counter()
    with FrameProgress() as progress:
        try:
            result = generate(request, launch=launch_workers, on_start=progress.start, on_frame=progress.advance)
        except (ValueError, TypeError, OSError) as error:
            if progress.started:  # something was written
                raise
            raise InputError(str(error)) from error
    seconds = time.perf_counter() - begun
    kept = f", {result.kept} were there" if result.kept else ""
    typer.echo(f"{result.root}: {result.made} frames made in {seconds:.1f} s{kept}.")
    if not result.finalised:
        typer.echo("Another shard is still being made here; the last one to end writes the annotations.")


def _check_output(output: str | None) -> None:
    """Refuse a folder that can clearly not be written to, before the scene is opened.

    Raises:
        InputError: A part of its path is a file or may not be written to.
    """
    if not output or "://" in output:
        return
    path = Path(output).absolute()
    there = next(parent for parent in (path, *path.parents) if parent.exists())
    if not there.is_dir():
        raise InputError(f"--output {output}: {there} is a file, not a folder. Choose another output folder.")
    if not os.access(there, os.W_OK):
        raise InputError(f"--output {output}: you may not write to {there}. Choose another output folder.")
