"""``scenewright finalise``: checks ledgers, joins shards and writes COCO files."""

from pathlib import Path
from typing import Annotated

import typer

from scenewright.cli.progress import FrameProgress
from scenewright.host.activation import activate

__all__ = ["command"]


def command(
    datasets: Annotated[list[Path], typer.Argument(help="Dataset folders; several = shards of one run.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to join them; default: in the first.")] = None,
    mixed: Annotated[bool, typer.Option("--mixed", help="Join shards of different devices or CPU types.")] = False,
) -> None:
    """Check every file of DATASETS against the ledger, join them, and write COCO annotations and the merged ledger."""
    activate()
    from scenewright.sdg.dataset.finalise import finalise

    with FrameProgress("checking") as progress:
        ledger = finalise(datasets, output, mixed=mixed, progress=progress.show)
    typer.echo(f"{output or datasets[0]}: {len(ledger.rows)} frames, {len(ledger.files())} files, all as in the ledger.")
