"""``scenewright view``: a dataset in the rerun viewer, or as a recording that it opens."""

from pathlib import Path
from typing import Annotated

import typer

from scenewright.cli.failures import InputError
from scenewright.cli.progress import FrameProgress
from scenewright.host.activation import activate

__all__ = ["command"]


def command(
    dataset: Annotated[Path, typer.Argument(help="Dataset folder, or a COCO file (.json).")],
    save: Annotated[
        Path | None, typer.Option("--save", help="Write a recording (.rrd) instead of opening the viewer.")
    ] = None,
    images: Annotated[int, typer.Option("--images", "-n", min=1, help="How many images at most, evenly taken.")] = 300,
) -> None:
    """Show DATASET in rerun: pictures, masks, 2D and 3D boxes, keypoints, cameras and points, along a time line.

    Needs the extra [viz].
    """
    if save is not None and save.suffix.lower() != ".rrd":
        raise InputError(f"--save {save}: a recording is an .rrd file.")
    activate()
    from scenewright.sdg.report.recording import record_dataset

    with FrameProgress("images") as progress:
        count = record_dataset(dataset, save, images=images, progress=progress.show)
    typer.echo(f"{save}: {count} images." if save else f"{dataset}: {count} images in the viewer.")
