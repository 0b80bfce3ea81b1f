"""``scenewright exec``: runs any Replicator, Isaac Sim standalone or ``kit --exec`` script, unmodified."""

import logging
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scenewright.cli.device_choice import choose_device
from scenewright.cli.failures import InputError, report_failure

__all__ = ["command"]

_log = logging.getLogger(__name__)
_NOT_PYTHON = {".yaml": "a recipe; `scenewright generate {}` runs it", ".usd": "a scene; give a script that opens it"}
_NOT_PYTHON |= {".yml": _NOT_PYTHON[".yaml"], **dict.fromkeys((".usda", ".usdc", ".usdz"), _NOT_PYTHON[".usd"])}


class MissingAssets(StrEnum):
    """What a missing asset means."""

    ERROR = "error"
    PROXY = "proxy"


class UpAxis(StrEnum):
    """Up axis of a stage."""

    Y = "Y"
    Z = "Z"


CONTEXT_SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}


def command(
    context: typer.Context,
    script: Annotated[Path, typer.Argument(help="Python file; everything after it goes to the script.")],
    device: Annotated[str, typer.Option(help="cpu or cuda:0; before the script's name.")] = "cpu",
    samples: Annotated[int, typer.Option(min=1, help="Colour samples per pixel and subframe; before the script's name.")] = 4,
    assets_root: Annotated[Path | None, typer.Option(
        help="Folder that mirrors Isaac Sim's assets, what get_assets_root_path() returns; also ISAACSIM_ASSET_ROOT.")] = None,
    missing_assets: Annotated[MissingAssets, typer.Option(
        help="What a missing USD file or picture means: an error, or a labelled box of plausible size.")] = MissingAssets.ERROR,
    up_axis: Annotated[UpAxis, typer.Option(help="Up axis of new stages.")] = UpAxis.Z,
    meters_per_unit: Annotated[float, typer.Option(
        min=1e-6, help="Metres per unit of new stages; 0.01 for scripts written for centimetres.")] = 1.0,
    settings: Annotated[list[str] | None, typer.Option(
        "--set", metavar="/path=value", help="A carb setting for the run, again for more; fast colour of any script: "
        "--samples 1 --set /scenewright/bounces=1 --set /scenewright/denoise=false.")] = None,
) -> None:
    """Run SCRIPT as Isaac Sim would: the same imports, the same files, no GPU needed."""
    from scenewright.host.runner import ScriptImportError, run_script
    from scenewright.host.settings import get_settings, parsed_setting

    _check_script(script)
    choose_device(device)
    get_settings().set("/scenewright/samples", samples)
    get_settings().set("/scenewright/missingAssets", missing_assets.value)
    get_settings().set("/scenewright/newStage/upAxis", up_axis.value)
    get_settings().set("/scenewright/newStage/metersPerUnit", meters_per_unit)
    get_settings().set("/scenewright/newStage/defaultLight", True)
    if assets_root is not None:
        if not assets_root.is_dir():
            raise InputError(f"--assets-root: there is no folder {str(assets_root)!r}.")
        get_settings().set("/persistent/isaac/asset_root/default", str(assets_root.resolve()))
    for setting in settings or ():
        path, found, value = setting.partition("=")
        if not (path.startswith("/") and found):
            raise InputError(f"--set takes /path=value, as in --set /scenewright/bounces=1, got {setting!r}.")
        get_settings().set(path, parsed_setting(value))
    try:
        status = run_script(script, context.args)
    except FileNotFoundError as error:
        if not script.is_file():
            raise InputError(str(error)) from None
        raise SystemExit(_failed(error, script, context)) from error
    except ScriptImportError as error:
        raise InputError(str(error)) from error
    except BrokenPipeError:  # the reader of the script's output has gone
        raise
    except SyntaxError as error:
        if error.filename not in (None, str(script)):
            raise SystemExit(_failed(error, script, context)) from error
        raise InputError(f"{script}:{error.lineno or 1}: {error.msg}; the script is no valid Python.") from error
    except Exception as error:
        raise SystemExit(_failed(error, script, context)) from error
    if status == 0:
        _tell_of_idle_writers()
    raise typer.Exit(status)


def _check_script(script: Path) -> None:
    """Refuse what is no Python file.

    Raises:
        InputError: It is a folder, a recipe or a scene.
    """
    if script.is_dir():
        raise InputError(f"{script} is a folder; give a Python file.")
    if script.suffix.lower() in _NOT_PYTHON:
        raise InputError(f"{script} is {_NOT_PYTHON[script.suffix.lower()].format(script)}.")


def _tell_of_idle_writers() -> None:
    """Warn where a script attached writers and let no frame be captured, as scripts do that rely on a menu of Omniverse."""
    if "scenewright.replicator.session" not in sys.modules:
        return
    from scenewright.replicator.frame_writing import attached_writers
    from scenewright.replicator.session import open_session

    session = open_session()
    if attached_writers and session is not None and not session.captured:
        _log.warning("The script attached a writer and captured no frame. Where Omniverse asks for Replicator > Start, end the "
                     "script with rep.orchestrator.run_until_complete().")


def _failed(error: Exception, script: Path, context: typer.Context) -> int:
    if "--debug" in sys.argv:
        raise error
    return report_failure(error, script)
