"""``scenewright report``: a dataset as one HTML page that a person wants to read."""

from pathlib import Path
from typing import Annotated

import typer

from scenewright.cli.failures import InputError
from scenewright.cli.progress import FrameProgress
from scenewright.host.activation import activate

__all__ = ["command"]


def command(
    dataset: Annotated[Path, typer.Argument(help="Dataset folder, or a COCO file (.json).")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Page to write; default: report.html in the dataset.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="A COCO or YOLO dataset to put beside it, such as a real one.")
    ] = None,
    samples: Annotated[int, typer.Option(min=0, max=200, help="Pictures to show.")] = 24,
    images: Annotated[
        int, typer.Option(min=1, help="Of how many images the pixels are measured; the labels of all are counted.")
    ] = 2000,
) -> None:
    """Write a page about DATASET: samples with labels to switch, statistics, near-duplicates, and how far another one is.

    DATASET is what `generate` made, a COCO or YOLO folder, or BasicWriter's files. The page needs nothing but itself.
    """
    if output is not None and output.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"-o {output}: the report is an .html page.")
    if output is not None and not output.absolute().parent.is_dir():
        raise InputError(f"-o {output}: there is no folder {output.absolute().parent}.")
    activate()
    from scenewright.sdg.report.report import write_report

    with FrameProgress("images") as progress:
        page = write_report(dataset, output, against, samples=samples, measured=images, progress=progress.show)
    typer.echo(f"{page}: {page.stat().st_size / 1e6:.1f} MB.")
