"""Run, pause, stop, preview: what is going on, and what may be asked for next."""

import asyncio
import importlib.util
import logging
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

from scenewright.sdg.dataset.request import GenerateRequest
from scenewright.sdg.jobs import GenerateJob, JobStoppedError, start_job
from scenewright.ui.model.meter import RunMeter, duration_text

__all__ = ["Phase", "RunControl", "replicator_is_there"]

logger = logging.getLogger(__name__)

_POLL = 0.1
"""Seconds between two looks at the progress of a run."""


class Phase(Enum):
    """What the window is doing with the stage."""

    IDLE = "idle"
    PREVIEWING = "previewing"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"


def replicator_is_there() -> bool:
    """Return whether ``omni.replicator.core`` can be imported in this application."""
    try:
        return importlib.util.find_spec("omni.replicator.core") is not None
    except ModuleNotFoundError:
        return False


class RunControl:
    """One run or preview at a time, as a task of the application's loop.

    Args:
        on_change: Called whenever something that is shown has changed.
        notify: Called with a message and whether it is a warning; the message is logged as well.
        start: Starts a run; `start_job` by default.

    Attributes:
        phase: What is going on.
        meter: Progress of the run in progress or of the last one.
        message: How the last one ended, or what is being done.
        result: `GenerateResult` of the last run that ended well.
    """

    def __init__(
        self,
        on_change: Callable[[], None],
        notify: Callable[[str, bool], None],
        start: Callable[[GenerateRequest], GenerateJob] = start_job,
    ):
        self.phase = Phase.IDLE
        self.meter = RunMeter()
        self.message = ""
        self.result: Any = None
        self._on_change = on_change
        self._notify = notify
        self._start = start
        self._job: GenerateJob | None = None
        self._task: asyncio.Task[Any] | None = None

    @property
    def busy(self) -> bool:
        """Whether the stage is in use."""
        return self.phase is not Phase.IDLE

    def run(self, request: GenerateRequest) -> bool:
        """Start a run; return whether it has been started."""
        return self._begin(Phase.RUNNING, "Opening the recipe …", lambda: self._run(request))

    def preview(self, make: Callable[[], Awaitable[Any]], show: Callable[[Any], None]) -> bool:
        """Start a preview; return whether it has been started.

        Args:
            make: Makes the picture.
            show: Takes it.
        """
        return self._begin(Phase.PREVIEWING, "Rendering a preview …", lambda: self._preview(make, show))

    def pause(self) -> None:
        """Hold the run after the frame in progress."""
        if self.phase is Phase.RUNNING and self._job is not None:
            self._job.paused = True
            self.meter.pause()
            self._go(Phase.PAUSED, "Paused")

    def resume(self) -> None:
        """Go on with a paused run."""
        if self.phase is Phase.PAUSED and self._job is not None:
            self._job.paused = False
            self.meter.resume()
            self._go(Phase.RUNNING, "")

    def stop(self) -> None:
        """End the run or preview in progress; finished frames stay."""
        if self.phase in (Phase.RUNNING, Phase.PAUSED) and self._job is not None:
            self._job.paused = False
            self._go(Phase.STOPPING, "Stopping …")
            self._job.stop()
        elif self.phase is not Phase.IDLE and self._task is not None:
            self._go(Phase.STOPPING, "Stopping …")
            self._task.cancel()

    def close(self) -> None:
        """End everything now: the extension is being disabled."""
        self._on_change = _nothing
        if self._job is not None:
            self._job.stop("the window was closed down")
        if self._task is not None:
            if self.busy:
                self._say(f"{self.message.rstrip(' …') or 'The run'}: ended, because the extension was disabled.", warn=True)
            self._task.cancel()
        self.phase = Phase.IDLE

    async def wait(self) -> None:
        """Wait until nothing is going on."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def _begin(self, phase: Phase, message: str, work: Callable[[], Awaitable[None]]) -> bool:
        if self.busy:
            return False
        if not replicator_is_there():
            self._say("This application has no Replicator. Enable omni.replicator.core, then try again.", warn=True)
            return False
        self._go(phase, message)
        self._task = asyncio.ensure_future(self._guarded(work))
        return True

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        from scenewright.ui.model.stage_guard import StageGuard

        guard = None
        try:
            guard = StageGuard()
            await work()
        except asyncio.CancelledError:
            self._say("Stopped.", warn=False)
        except JobStoppedError as error:
            self._say(str(error), warn=True)
        except (ValueError, TypeError, OSError, RuntimeError, NotImplementedError, ImportError) as error:
            self._say(str(error) or type(error).__name__, warn=True)
            logger.debug("What the window started failed.", exc_info=error)
        finally:
            self._job = None
            try:
                if guard is not None:
                    await guard.give_back()
            finally:
                self._go(Phase.IDLE, self.message)

    async def _preview(self, make: Callable[[], Awaitable[Any]], show: Callable[[Any], None]) -> None:
        picture = await make()
        show(picture)
        self.message = picture.caption

    async def _run(self, request: GenerateRequest) -> None:
        self.result = None
        self.meter.start(0)
        self._job = job = self._start(request)
        try:
            while not job.task.done():
                self._look(job)
                await asyncio.wait([job.task], timeout=_POLL)
            self.result = await job.task
        except asyncio.CancelledError:
            job.stop()
            raise
        finally:
            self._look(job)
        kept = f", {self.result.kept} were there" if self.result.kept else ""
        self._say(f"{self.result.made} frames in {duration_text(self.meter.elapsed)}{kept}: {self.result.root}", warn=False)

    def _look(self, job: GenerateJob) -> None:
        progress = job.progress
        if progress.todo != self.meter.total:
            self.meter.start(progress.todo)
            self.message = ""
        self.meter.update(progress.made)
        self._on_change()

    def _say(self, message: str, *, warn: bool) -> None:
        self.message = message
        (logger.warning if warn else logger.info)("%s", message)
        self._notify(message, warn)

    def _go(self, phase: Phase, message: str) -> None:
        self.phase, self.message = phase, message
        self._on_change()


def _nothing() -> None:
    pass
