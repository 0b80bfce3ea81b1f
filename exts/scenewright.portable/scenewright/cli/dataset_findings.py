"""What ``scenewright validate`` prints about a dataset: every finding, and what was and was not compared."""

from pathlib import Path

import typer

from scenewright.cli.progress import FrameProgress
from scenewright.host.activation import activate

__all__ = ["print_dataset_findings"]


def print_dataset_findings(path: Path) -> None:
    """Check the dataset at ``path`` and print what was found.

    Raises:
        typer.Exit: with status 2 where there is an error.
        DatasetInputError: if ``path`` is no dataset.
    """
    activate()
    from scenewright.sdg.dataset_validation.validate import validate_dataset

    with FrameProgress("checking") as progress:
        log = validate_dataset(path, progress.show)
    for line in log.lines():
        typer.echo(line)
    for what, count in log.compared.items():
        typer.echo(f"compared: {what}: {count}")
    for what, why in log.skipped.items():
        typer.echo(f"not compared: {what}: {why}.")
    counts = [(log.errors, "error"), (log.warnings, "warning")]
    found = ", ".join(f"{count} {name}{'s' if count > 1 else ''}" for count, name in counts if count)
    typer.echo(f"{path}: {found or 'nothing to report'}.", err=bool(log.errors))
    if log.errors:
        raise typer.Exit(2)
