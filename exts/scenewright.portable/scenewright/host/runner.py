"""Runs a script the way ``python.sh script.py`` or ``kit --exec script.py`` would, on the portable host."""

import difflib
import importlib
import os
import re
import runpy
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from scenewright.host.activation import STAND_IN_ROOTS, activate, available_stand_ins
from scenewright.host.app import get_app
from scenewright.host.assets import blame_missing_assets
from scenewright.host.cuda_fallback import cuda_in_main_memory
from scenewright.host.settings import get_settings

__all__ = ["ScriptImportError", "run_script"]

#: Folders of an Isaac Sim installation that its python.sh names in the environment, and scripts build paths from.
_FOLDERS = ("CARB_APP_PATH", "EXP_PATH", "ISAAC_PATH")
_UNKNOWN_NAME = re.compile(r"cannot import name '(\w+)' from '")


class ScriptImportError(ImportError):
    """A script imports a module of Kit or Isaac Sim, or a name of one, that the portable host does not stand in for."""


def run_script(path: str | Path, arguments: Sequence[str] = ()) -> int:
    """Run ``path`` as ``__main__`` and keep updating until its asyncio tasks are done; return its exit status.

    The script sees ``sys.argv == [path, *arguments]`` and its own folder first on ``sys.path``; where there is no CUDA, Warp's
    "cuda" is the CPU for it. Whatever way it ends, the application is shut down afterwards: queued frames are written.

    Raises:
        FileNotFoundError: There is no such script.
        ScriptImportError: The script needs a module that has no stand-in here.
        MissingAssetsError: The script computes with an assets root that is not there, or looks for parts that proxies lack.
        Exception: Whatever the script raised.
    """
    script = Path(path)
    if not script.is_file():
        raise FileNotFoundError(f"There is no script {str(path)!r}.")
    activate()
    get_settings().set("/scenewright/standalone", False)
    app = get_app()
    app.exit_code = None
    app.task_errors.clear()
    app.loop  # noqa: B018  (asyncio.ensure_future at module level needs the thread's loop)
    argv, search_path, environment = sys.argv, list(sys.path), dict(os.environ)
    for name in _FOLDERS:
        os.environ.setdefault(name, str(Path(__file__).parent))
    sys.argv = [str(script), *map(str, arguments)]
    sys.path.insert(0, str(script.resolve().parent))
    try:
        with cuda_in_main_memory():
            status = _run(script)
    finally:
        sys.argv, sys.path[:] = argv, search_path
        for name in set(_FOLDERS) - set(environment):
            os.environ.pop(name, None)
        app.shutdown()
    if status == 0 and app.task_errors:
        raise app.task_errors[0]
    return app.exit_code if app.exit_code is not None and status == 0 else status


def _run(script: Path) -> int:
    try:
        # `og` is preset since snippets that NVIDIA publishes for the script editor use it without importing it.
        runpy.run_path(str(script), init_globals={"og": importlib.import_module("omni.graph.core")}, run_name="__main__")
        get_app().run_pending_tasks()
    except SystemExit as request:
        if request.code is None or isinstance(request.code, int):
            return request.code or 0
        print(request.code, file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        if error.name and error.name.partition(".")[0] in STAND_IN_ROOTS:
            raise ScriptImportError(
                f"{script}:{_line(error, script)}: module {error.name!r} has no stand-in on the portable host. Available "
                f"nearby: {', '.join(_neighbours(error.name))}.", name=error.name) from error
        raise
    except ImportError as error:
        wanted = _UNKNOWN_NAME.match(str(error))
        if wanted is None or not error.name or error.name.partition(".")[0] not in STAND_IN_ROOTS:
            raise
        there = getattr(sys.modules.get(error.name), "__all__", ())
        close = difflib.get_close_matches(wanted[1], there, 1)
        meant = f" Did you mean '{close[0]}'?" if close else ""
        raise ScriptImportError(
            f"{script}:{_line(error, script)}: '{error.name}.{wanted[1]}' has no stand-in on the portable host. Available "
            f"there: {', '.join(there)}.{meant}", name=error.name) from error
    except (TypeError, AttributeError, RuntimeError) as error:
        blamed = blame_missing_assets(error)
        if blamed is None:
            raise
        raise blamed.with_traceback(error.__traceback__) from error
    return 0


def _line(error: BaseException, script: Path) -> int:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(script)]
    return lines[-1] if lines and lines[-1] else 1


def _neighbours(missing: str) -> list[str]:
    """Return the stand-ins that share the longest beginning of a dotted name with ``missing``, the packages of Kit at least."""
    available = available_stand_ins()
    parts = missing.split(".")
    for length in range(len(parts) - 1, 0, -1):
        near = [name for name in available if name.split(".")[:length] == parts[:length]]
        if near:
            return near if len(near) <= 12 else sorted({".".join(name.split(".")[:length + 1]) for name in near})
    return [name for name in available if "." not in name]
