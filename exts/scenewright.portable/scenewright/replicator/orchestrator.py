"""``rep.orchestrator``: capture frames one by one, or run with the application."""

import asyncio
from collections.abc import Callable
from typing import Any

from scenewright.host.settings import get_settings
from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.capture_loop import loop
from scenewright.replicator.frame_writing import attached_writers
from scenewright.replicator.graph.errors import OrchestratorError
from scenewright.replicator.run_status import Status, StatusSubscription
from scenewright.replicator.session import open_session

__all__ = [
    "OrchestratorError", "Status", "attached_writers", "get_frames_to_write", "get_is_started", "get_is_stopped",
    "get_start_frame", "get_status", "get_stop_frame", "pause", "preview", "preview_async", "register_status_callback",
    "resume", "run", "run_async", "run_until_complete", "run_until_complete_async", "set_capture_on_play",
    "set_minimum_next_rt_subframes", "set_next_rt_subframes", "step", "step_async", "stop", "stop_async", "wait_until_complete",
    "wait_until_complete_async",
]

__getattr__ = unavailable_names(__name__, ("restop",))


def step(rt_subframes: int = -1, pause_timeline: bool = True, delta_time: float | None = None,
         wait_for_render: bool = True) -> None:
    """Capture one frame: fire the triggers that are due, advance time, render, fill the annotators, call the writers.

    Args:
        rt_subframes: Accumulation passes of the colour; -1 = ``/omni/replicator/RTSubframes`` (default 1), 0 = 1.
        pause_timeline: Pause the timeline afterwards.
        delta_time: Seconds that the timeline advances; None = one frame of it, 0.0 = not at all.
        wait_for_render: Accepted; the data has always arrived when the step returns.

    Raises:
        OrchestratorError: Called inside an event loop, during a run, or a randomizer or a writer failed.
        ValueError: ``delta_time`` is negative.
        WriteError: A file of an earlier frame could not be written.
    """
    _refuse_in_event_loop("step")
    loop.step(rt_subframes, pause_timeline, delta_time)


async def step_async(rt_subframes: int = -1, pause_timeline: bool = True, delta_time: float | None = None,
                     wait_for_render: bool = True) -> None:
    """Capture one frame from a coroutine: see ``step``."""
    loop.step(rt_subframes, pause_timeline, delta_time)


def preview() -> None:
    """Run the randomizers from their first values for one frame and fill the annotators, without writers; then stop.

    Raises:
        OrchestratorError: Called inside an event loop, or a randomizer failed.
    """
    _refuse_in_event_loop("preview")
    loop.preview()


async def preview_async() -> None:
    """Preview from a coroutine: see ``preview``."""
    loop.preview()


def run(num_frames: int | None = None, start_timeline: bool = False) -> None:
    """Begin to capture one frame with every application update, from the first values of all streams; return at once.

    The run ends after ``num_frames`` or when every trigger with a limit has reached it, whichever is first.

    Args:
        num_frames: Frames to capture; None or 0 = no limit of its own.
        start_timeline: Play the timeline.

    Raises:
        ValueError: ``num_frames`` is negative or no integer.
    """
    loop.run(num_frames, start_timeline)


async def run_async(num_frames: int | None = None, start_timeline: bool = False) -> None:
    """Begin a run from a coroutine: see ``run``."""
    loop.run(num_frames, start_timeline)


def run_until_complete(num_frames: int | None = None, start_timeline: bool = False) -> None:
    """Run, and return when all frames are captured and written.

    Raises:
        OrchestratorError: Called inside an event loop, nothing limits the run, or a randomizer or a writer failed.
        ValueError: ``num_frames`` is negative or no integer.
        WriteError: A file could not be written.
    """
    _refuse_in_event_loop("run_until_complete")
    loop.run(num_frames, start_timeline)
    _wait_or_stop(num_frames)


async def run_until_complete_async(num_frames: int | None = None, start_timeline: bool = False) -> None:
    """Run from a coroutine until all frames are captured and written: see ``run_until_complete``."""
    loop.run(num_frames, start_timeline)
    try:
        await loop.wait_async()
    except OrchestratorError:
        loop.stop()
        raise


def wait_until_complete() -> None:
    """Update until the run in progress has ended and everything that writers have queued is written.

    Legal in any state; it does not stop the timeline.

    Raises:
        OrchestratorError: Called inside an event loop, or the run would never end.
        WriteError: A file could not be written.
    """
    _refuse_in_event_loop("wait_until_complete")
    loop.wait()


async def wait_until_complete_async() -> None:
    """Wait from a coroutine: see ``wait_until_complete``."""
    await loop.wait_async()


def stop() -> None:
    """End the run in progress; the next frame begins with the first values of all streams."""
    loop.stop()


async def stop_async() -> None:
    """End the run in progress from a coroutine."""
    loop.stop()


def pause() -> None:
    """Hold the run in progress."""
    loop.pause()


def resume() -> None:
    """Go on with a paused run."""
    loop.resume()


def get_status() -> Status:
    """Return what the orchestrator is doing; PAUSED between steps."""
    return loop.status


def get_is_started() -> bool:
    """Return whether a run is capturing."""
    return loop.status is Status.STARTED


def get_is_stopped() -> bool:
    """Return whether no run is in progress and no step has been taken since the last stop."""
    return loop.status is Status.STOPPED


def register_status_callback(callback: Callable[[Status], Any]) -> StatusSubscription:
    """Call ``callback(status)`` with every change of status, until ``reset()`` of the returned handle."""
    return loop.add_callback(callback)


def set_capture_on_play(value: bool) -> None:
    """Choose whether application updates capture while the timeline plays (carb ``/omni/replicator/captureOnPlay``)."""
    get_settings().set("/omni/replicator/captureOnPlay", bool(value))


def set_next_rt_subframes(rt_subframes: int) -> None:
    """Override the accumulation passes of the next frame alone."""
    loop.next_subframes = int(rt_subframes)


def set_minimum_next_rt_subframes(rt_subframes: int) -> None:
    """Ask for at least this many accumulation passes in the next frame alone."""
    loop.minimum_subframes = max(loop.minimum_subframes, int(rt_subframes))


def get_start_frame() -> int:
    """Return the number of the first frame since the orchestrator started: 0."""
    return 0


def get_stop_frame() -> int | None:
    """Return the number of the frame before which the run ends, None without a limit of its own."""
    return None if loop.frames_left is None else _frame() + loop.frames_left


def get_frames_to_write() -> int | None:
    """Return how many frames the run still captures, None without a limit of its own."""
    return loop.frames_left


def _frame() -> int:
    session = open_session()
    return session.graph.frame if session is not None and session.graph.started else 0


def _wait_or_stop(num_frames: int | None) -> None:
    try:
        loop.wait()
    except OrchestratorError:
        loop.stop()
        raise


def _refuse_in_event_loop(name: str) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise OrchestratorError(f"rep.orchestrator.{name}() blocks, and an event loop is running. "
                            f"Use 'await rep.orchestrator.{name}_async()' there.")
