"""``scenewright exec``: runs any Replicator, Isaac Sim standalone or ``kit --exec`` script, unmodified."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from scenewright.cli.failures import InputError, report_failure

__all__ = ["command"]

CONTEXT_SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}


def command(
    context: typer.Context,
    script: Annotated[Path, typer.Argument(help="Python file; everything after it goes to the script.")],
    device: Annotated[str, typer.Option(help="cpu or cuda:0; before the script's name.")] = "cpu",
    samples: Annotated[int, typer.Option(min=1, help="Colour samples per pixel and subframe; before the script's name.")] = 4,
) -> None:
    """Run SCRIPT as Isaac Sim would: the same imports, the same files, no GPU needed."""
    from scenewright.host.runner import ScriptImportError, run_script
    from scenewright.host.settings import get_settings

    get_settings().set("/scenewright/device", device)
    get_settings().set("/scenewright/samples", samples)
    try:
        status = run_script(script, context.args)
    except FileNotFoundError as error:
        if not script.is_file():
            raise InputError(str(error)) from None
        raise SystemExit(_failed(error, script, context)) from error
    except ScriptImportError as error:
        raise InputError(str(error)) from error
    except Exception as error:
        raise SystemExit(_failed(error, script, context)) from error
    raise typer.Exit(status)


def _failed(error: Exception, script: Path, context: typer.Context) -> int:
    if "--debug" in sys.argv:
        raise error
    return report_failure(error, script)
