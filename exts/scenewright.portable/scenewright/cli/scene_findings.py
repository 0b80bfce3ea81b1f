"""What ``scenewright validate`` prints about a USD file: every finding with its layer and prim, and what was not checked."""

from pathlib import Path

import typer

from scenewright.host.activation import activate

__all__ = ["print_scene_findings"]


def print_scene_findings(path: Path, fix: bool, quick: bool) -> None:
    """Check the scene at ``path`` and print what was found; with ``fix``, correct first what is safe to correct.

    Raises:
        typer.Exit: with status 2 where there is an error.
        LayerError: a layer to be corrected is locked or read-only.
    """
    activate()
    from scenewright.sdg.scene_validation import validate_scene

    report = validate_scene(path, fix, quick)
    for what in report.fixed:
        typer.echo(f"fixed: {what}")
    for line in report.lines():
        typer.echo(line)
    for what, why in report.skipped.items():
        typer.echo(f"not checked: {what}: {why}.")
    counts = [(report.errors, "error"), (report.warnings, "warning")]
    found = ", ".join(f"{count} {name}{'s' if count > 1 else ''}" for count, name in counts if count)
    typer.echo(f"{path}: {found or 'nothing to report'}.", err=bool(report.errors))
    if report.errors:
        raise typer.Exit(2)
