"""Runs inside a running application: each capture is awaited, so that windows stay alive and a run can be paused and stopped.

A `GenerateJob` is what a window, an action or ``scripts/generate.py`` holds on to. It uses the asynchronous calls of the
Replicator only.
"""

import asyncio
import logging
from collections.abc import Awaitable, Generator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from scenewright.sdg.dataset.request import GenerateRequest
from scenewright.sdg.rtx import RtxSettings

__all__ = ["GenerateJob", "JobStoppedError", "Progress", "default_output", "perform", "running_jobs", "start_job",
           "stop_all_jobs"]

_log = logging.getLogger(__name__)

_OUTPUT_SETTING = "/exts/scenewright.sdg/output"
_TIMEOUT_SETTING = "/exts/scenewright.sdg/progressTimeout"

_running: list["GenerateJob"] = []


class JobStoppedError(RuntimeError):
    """A run ended before its time; the frames that it had finished are intact."""


@dataclass
class Progress:
    """How far a run has come.

    Attributes:
        todo: frames to make; 0 before the recipe is open.
        kept: frames that were there before.
        made: frames made so far.
    """

    todo: int = 0
    kept: int = 0
    made: int = 0


class GenerateJob:
    """One run of a recipe inside the application.

    Args:
        request: what to make; one process makes it.
        timeout: seconds without progress after which the run gives up; None = the setting ``progressTimeout``, 0 = never.

    Attributes:
        progress: how far it is.
        task: what to await: a `GenerateResult`, or what the run failed with.
    """

    def __init__(self, request: GenerateRequest, timeout: float | None = None):
        self.request = replace(request, default_output=request.default_output or default_output())
        self.progress = Progress()
        self.paused = False
        self._timeout = _default_timeout() if timeout is None else timeout
        self._stopped = ""
        self._session: Any = None
        self._steps: Generator[Any, None, Any] | None = None
        self.task: asyncio.Task[Any] | None = None

    async def run(self) -> Any:
        """Make the dataset and return its `GenerateResult`.

        Raises:
            JobStoppedError: the job was stopped, the stage was closed, or nothing happened for too long.
            RecipeError: the recipe cannot be used; nothing was written.
            DatasetInputError: the request or the folder cannot be used; nothing was written.
            DatasetRunError: something failed on the way.
        """
        from scenewright.sdg.dataset.run import generating

        rtx = RtxSettings()
        rtx.apply()
        self._steps = generating(self.request, on_start=self._on_start, on_frame=self._on_frame, on_session=self._on_session)
        try:
            return await self._advance(rtx)
        except asyncio.CancelledError:
            self.stop("it was cancelled")
            raise
        finally:
            self._close_steps()
            self._session = None
            rtx.restore()

    def stop(self, why: str = "it was stopped") -> None:
        """End the run now; what it holds is let go of before this returns."""
        if not self._stopped:
            self._stopped = why
        self._close_steps()

    async def _advance(self, rtx: RtxSettings) -> Any:
        import omni.replicator.core as rep

        from scenewright.sdg.dataset.frames import OpenScene

        loaded, answer = False, None
        while True:
            self._check()
            try:
                wanted = self._steps.send(answer)
            except StopIteration as end:
                await self._within(rep.orchestrator.wait_until_complete_async())
                return end.value
            if not isinstance(wanted, OpenScene) and not loaded:
                await self._within(_stage_loaded())
                loaded = True
            self._check()
            answer = await self._within(perform(wanted, rtx))
            await asyncio.sleep(0)  # a host may capture without ever waiting, and others want their turn
            while self.paused and not self._stopped:
                await _next_update()

    async def _within(self, waiting: Awaitable[Any]) -> Any:
        """Await something of the application, but not for ever."""
        try:
            return await asyncio.wait_for(waiting, self._timeout or None)
        except TimeoutError:
            raise JobStoppedError(
                f"Nothing has happened for {self._timeout:g} s, after {self._count()}. Look "
                f"at the application's log for what it waits for, or raise the setting {_TIMEOUT_SETTING}.") from None

    def _check(self) -> None:
        if self._stopped:
            raise JobStoppedError(f"The run ended after {self._count()}: {self._stopped}.")
        if self._session is not None and not _is_current(self._session.stage):
            self._close_steps()
            raise JobStoppedError(f"The run ended after {self._count()}: the stage was closed.")

    def _count(self) -> str:
        return f"{self.progress.made} of {self.progress.todo} frames"

    def _close_steps(self) -> None:
        steps, self._steps = self._steps, None
        if steps is None:
            return
        try:
            steps.close()
        except Exception:  # what cannot be tidied up must not hide why the run ends
            _log.exception("The run could not let go of everything that it held.")

    def _on_session(self, session: Any) -> None:
        self._session = session

    def _on_start(self, todo: int, kept: int) -> None:
        self.progress.todo, self.progress.kept = todo, kept

    def _on_frame(self, frame: int) -> None:
        self.progress.made += 1


async def perform(wanted: Any, rtx: RtxSettings | None = None) -> Any:
    """Do what a step of a run asks the application for, and return the answer.

    Args:
        wanted: A `Capture` or an `OpenScene`.
        rtx: The settings of the run, which know how often RTX has to render a frame.
    """
    from scenewright.sdg.dataset.frames import OpenScene

    if isinstance(wanted, OpenScene):
        from scenewright.sdg.recipe.stage_setup import open_recipe_stage_async

        return await open_recipe_stage_async(wanted.recipe)
    import omni.replicator.core as rep

    subframes = wanted.rt_subframes if rtx is None else rtx.subframes(wanted.rt_subframes)
    return await rep.orchestrator.step_async(rt_subframes=subframes, delta_time=0.0)


def start_job(request: GenerateRequest, timeout: float | None = None) -> GenerateJob:
    """Start a run on the application's event loop and return at once.

    Raises:
        JobStoppedError: another run is using the application's stage.
    """
    if _running:
        raise JobStoppedError(f"{_running[0].request.recipe} is being made. Wait for it, or stop it first.")
    job = GenerateJob(request, timeout)
    _running.append(job)
    job.task = asyncio.ensure_future(job.run())
    job.task.add_done_callback(lambda task: _forget(job))
    return job


def default_output() -> str:
    """Return the dataset folder for recipes that name none: the setting ``output``; "" where it is not set."""
    import carb.settings

    return str(carb.settings.get_settings().get(_OUTPUT_SETTING) or "")


def running_jobs() -> list[GenerateJob]:
    """Return the runs in progress."""
    return list(_running)


def stop_all_jobs(why: str) -> int:
    """End every run in progress; return how many there were."""
    jobs = running_jobs()
    for job in jobs:
        job.stop(why)
    return len(jobs)


def _forget(job: GenerateJob) -> None:
    with suppress(ValueError):
        _running.remove(job)


def _default_timeout() -> float:
    import carb.settings

    return float(carb.settings.get_settings().get(_TIMEOUT_SETTING) or 0.0)


def _is_current(stage: Any) -> bool:
    import omni.usd

    return omni.usd.get_context().get_stage() == stage


async def _next_update() -> None:
    import omni.kit.app

    await omni.kit.app.get_app().next_update_async()


async def _stage_loaded() -> None:
    """Wait until the files that the stage names are there."""
    import omni.usd

    await _next_update()
    while True:
        _, loaded, total = omni.usd.get_context().get_stage_loading_status()
        if loaded >= total:
            return
        await _next_update()
