"""What the command line prints and returns when something fails: one readable line, and the exit status."""

import sys
import traceback
from pathlib import Path

from scenewright.cli.keyword_hint import keyword_hint

__all__ = ["InputError", "exit_status", "report_failure"]


class InputError(Exception):
    """The input or the command line is wrong; nothing was written. Exit status 2."""

    exit_status = 2


def exit_status(error: BaseException) -> int:
    """Return 2 for errors that say so (attribute ``exit_status``), else 1."""
    return int(getattr(error, "exit_status", 1))


def report_failure(error: BaseException, script: Path | None = None) -> int:
    """Print ``error`` on standard error, with the line of ``script`` that it came from, and return its exit status."""
    text = str(error).strip() or type(error).__name__
    if not isinstance(error, (ValueError, OSError, ImportError, InputError)) and not hasattr(error, "exit_status"):
        text = f"{type(error).__name__}: {text}"
    text += keyword_hint(error)
    if script is not None and isinstance(error, ModuleNotFoundError) and text == f"No module named {error.name!r}":
        text += f"; install the package that has it for {sys.executable}."
    place = ""
    if script is not None:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == script]
        place = f"{script}:{lines[-1]}: " if lines and not text.startswith(str(script)) else ""
    print(f"error: {place}{text}", file=sys.stderr)
    return exit_status(error)
