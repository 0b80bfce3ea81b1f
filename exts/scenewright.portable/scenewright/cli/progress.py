"""A progress bar with rate and time left; silent when nobody watches."""

import threading
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

__all__ = ["FrameProgress"]


class _Rate(ProgressColumn):
    """Work done per second, or seconds per piece where that reads better."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("")
        return Text(f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each")


class FrameProgress:
    """A bar on standard error, drawn only on a terminal.

    Args:
        what: what is being counted.
    """

    def __init__(self, what: str = "frames"):
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
        self._what = what
        self._task = None
        self._lock = threading.Lock()

    @property
    def started(self) -> bool:
        """Whether `start` has been called."""
        return self._task is not None

    def start(self, total: int, kept: int = 0) -> None:
        """Begin to count to ``total``, beside what was there already."""
        there = f" ({kept} were there)" if kept else ""
        self._task = self._bar.add_task(f"{self._what}{there}", total=total)

    def advance(self, frame: int) -> None:
        """Count one more; any thread may call this."""
        with self._lock:
            if self._task is not None:
                self._bar.advance(self._task)

    def show(self, done: int, total: int) -> None:
        """Show ``done`` of ``total``."""
        if self._task is None:
            self.start(total)
        self._bar.update(self._task, completed=done, total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._bar.stop()
