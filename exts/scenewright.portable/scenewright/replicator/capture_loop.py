"""The capture loop: what one step does, and running steps with the application until a limit ends them.

One captured frame: start the graph where it has not begun, handle sent events, fire the triggers that are due, advance time,
render each enabled render product that somebody looks at, hand the frames to the annotators, call the writers.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from scenewright.host.app import get_app
from scenewright.host.events import get_eventdispatcher
from scenewright.host.settings import get_settings
from scenewright.host.stage_context import StageRenderingEventType, get_context
from scenewright.host.timeline import get_timeline_interface
from scenewright.replicator.frame_writing import attached_writers, due_writers, write_frame
from scenewright.replicator.graph.errors import OrchestratorError
from scenewright.replicator.graph.schedule import Graph, Trigger
from scenewright.replicator.run_status import Status, StatusSubscription
from scenewright.replicator.session import Session, current_session, open_session

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture
    from scenewright.replicator.render_product import RenderProduct

__all__ = ["CaptureLoop", "install_hooks", "loop"]

_log = logging.getLogger(__name__)


class CaptureLoop:
    """Status and limits of the loop. One per process; the graph and the products it works on belong to the session."""

    def __init__(self) -> None:
        self.status = Status.STOPPED
        self.frames_left: int | None = None
        self.start_frame = 0
        self.next_subframes = 0
        self.minimum_subframes = 0
        self._running = False
        self._wrote = False
        self._plays_timeline = False
        self._callbacks: dict[int, Callable[[Status], Any]] = {}
        self._keep_alive: asyncio.Task[None] | None = None

    # ---- one frame

    def step(self, rt_subframes: int = -1, pause_timeline: bool = True, delta_time: float | None = None) -> None:
        """Capture one frame: see ``rep.orchestrator.step``."""
        if delta_time is not None and not 0.0 <= float(delta_time) < float("inf"):
            raise ValueError(f"step: delta_time is None or at least 0 seconds, got {delta_time!r}.")
        if self._running:
            raise OrchestratorError("step: a run is in progress. Call rep.orchestrator.stop() or wait_until_complete() first.")
        session, timeline = current_session(), get_timeline_interface()
        self._set_status(Status.STARTED)
        try:
            self.capture(session, rt_subframes, advance=lambda: _advance(delta_time))
        finally:
            if pause_timeline:
                timeline.commit()
                if timeline.is_playing():
                    timeline.pause()
                    timeline.commit()
            if self.status is Status.STARTED:  # the stage may have been closed meanwhile
                self._set_status(Status.PAUSED)

    def capture(self, session: Session, rt_subframes: int = -1, advance: Callable[[], None] | None = None,
                write: bool = True) -> None:
        """Run one frame from triggers to writers."""
        graph = session.graph
        session.begin_step()
        graph.start()
        graph.run_events()
        fired = graph.fire_due()
        if advance is not None:
            advance()
        graph.settle()
        captures = self._render(session, self._subframes(rt_subframes, fired))
        try:
            if write:
                for writer, mine in due_writers(graph, captures):
                    write_frame(writer, mine, graph.frame)
                    self._wrote = True
        finally:
            graph.end_frame()

    def _render(self, session: Session, subframes: int) -> "dict[str, Capture]":
        """Render what somebody looks at; return the captures by product path."""
        captures: dict[str, Capture] = {}
        for product in list(session.render_products.values()):
            if product.enabled and product.annotators:
                from scenewright.replicator.frame_render import render_product_frame

                capture = render_product_frame(session, product, subframes)
                captures[product.path] = capture
                product.last_update = get_app().get_update_number()
                _tell_of_frame(product)
                for annotator in list(product.annotators):
                    annotator._update(capture)
        return captures

    def _subframes(self, asked: int, fired: list[Trigger]) -> int:
        """Return the accumulation passes of this frame and forget the override for the next one."""
        override, minimum = self.next_subframes, self.minimum_subframes
        self.next_subframes = self.minimum_subframes = 0
        if override > 0:
            chosen = override
        elif asked > 0:
            chosen = asked
        else:
            chosen = get_settings().get_as_int("/omni/replicator/RTSubframes") if asked < 0 else 1
        return max(1, chosen, minimum, *(trigger.rt_subframes for trigger in fired))

    # ---- many frames

    def run(self, num_frames: int | None, start_timeline: bool) -> None:
        """Capture one frame per application update from now on: see ``rep.orchestrator.run``."""
        if num_frames is not None and (isinstance(num_frames, bool) or int(num_frames) != num_frames or num_frames < 0):
            raise ValueError(f"run: num_frames is None or an integer of at least 0, got {num_frames!r}.")
        graph = current_session().graph
        self._set_status(Status.STARTING)
        graph.stop()
        for trigger in graph.triggers:
            trigger.restart()
        self.frames_left = None if not num_frames else int(num_frames)
        self._running = True
        self._set_status(Status.STARTED)
        if (start_timeline or graph.plays_timeline) and not get_timeline_interface().is_playing():
            self._plays_timeline = True
            get_timeline_interface().play()
            get_timeline_interface().commit()
        if self.is_bounded():
            self._keep_alive = get_app().loop.create_task(self._until_finished())
        else:
            _log.info("run: neither num_frames nor a trigger limits this run; rep.orchestrator.stop() ends it.")

    def preview(self) -> None:
        """Run the graph afresh for one frame without writers, then stop."""
        session = current_session()
        session.graph.stop()
        self._set_status(Status.STARTED)
        try:
            self.capture(session, write=False)
        finally:
            self.stop()

    def stop(self) -> None:
        """End a run, and the playing that it began; the streams begin anew with the next frame."""
        self._set_status(Status.STOPPING)
        self._running = False
        if self._plays_timeline:
            self._plays_timeline = False
            get_timeline_interface().pause()
            get_timeline_interface().commit()
        self.frames_left = None
        session = open_session()
        if session is not None:
            session.graph.stop()
        self._finish_writers()
        self._set_status(Status.STOPPED)

    def pause(self) -> None:
        """Hold a run; ``resume`` goes on with the next frame."""
        if self._running and self.status is Status.STARTED:
            self._set_status(Status.PAUSED)

    def resume(self) -> None:
        """Go on with a run that was paused."""
        if self._running and self.status is Status.PAUSED:
            self._set_status(Status.STARTED)

    def is_running(self) -> bool:
        """Return whether a run has begun and not ended, paused or not."""
        return self._running

    def is_bounded(self) -> bool:
        """Return whether the present run ends by itself."""
        session = open_session()
        return self.frames_left is not None or (session is not None and any(t.limit > 0 for t in session.graph.triggers))

    def on_update(self) -> None:
        """Application update: one frame of a run, or of capture on play, or just the events that were sent."""
        session = open_session()
        if self._running:
            if self.status is Status.STARTED:
                self._run_frame(current_session())
        elif session is None:
            return
        elif capture_on_play() and get_timeline_interface().is_playing():
            graph = session.graph
            if not (graph.started and graph.plays_timeline and self._limits_reached(graph)):
                self.capture(session)
        elif session.graph.has_events:
            session.graph.start()
            session.graph.run_events()

    def on_timeline(self, event: str, seconds: float) -> None:
        """Count the seconds played, which ``on_time`` triggers go by."""
        session = open_session()
        if event == "advanced" and session is not None:
            session.graph.clock += seconds

    def wait(self) -> None:
        """Update until the run has ended, then until everything is written."""
        self._check_not_endless("wait_until_complete")
        while self._running:
            get_app().update()
        self.flush()

    async def wait_async(self) -> None:
        """Await updates until the run has ended, then wait until everything is written."""
        self._check_not_endless("wait_until_complete_async")
        while self._running:
            await get_app().next_update_async()
        self.flush()

    def flush(self) -> None:
        """Tell the writers that these were the last frames for now, and wait until everything is on the backend."""
        self._finish_writers()
        from scenewright.replicator.backends import io_queue

        io_queue.wait_until_done()

    def shutdown(self) -> None:
        """Application shutdown: stop, and write what is waiting unless the application drops it."""
        if self.status not in (Status.STOPPED, Status.STOPPING):
            self.stop()
        if get_app().finishes_work:
            self.flush()
            return
        from scenewright.replicator.backends import io_queue

        dropped = io_queue.discard()
        if dropped:
            _log.warning("close(wait_for_replicator=False): %d files that waited to be written were dropped.", dropped)

    def abandon(self) -> None:
        """The stage is closing: end the run and let go of its writers."""
        self._running = self._plays_timeline = False
        self.frames_left = None
        self._finish_writers()
        attached_writers.clear()
        self._set_status(Status.STOPPED)

    def add_callback(self, callback: Callable[[Status], Any]) -> "StatusSubscription":
        """Call ``callback(status)`` with every change of status."""
        return StatusSubscription(self._callbacks, callback)

    def _run_frame(self, session: Session) -> None:
        if self.frames_left == 0 or self._limits_reached(session.graph):
            self.stop()
            return
        try:
            self.capture(session)
        except BaseException:
            self.stop()
            raise
        if self.frames_left is not None:
            self.frames_left -= 1
        if self._running and (self.frames_left == 0 or self._limits_reached(session.graph)):
            self.stop()

    @staticmethod
    def _limits_reached(graph: Graph) -> bool:
        limited = [trigger for trigger in graph.triggers if trigger.limit > 0]
        return bool(limited) and all(trigger.finished for trigger in limited)

    def _check_not_endless(self, caller: str) -> None:
        if self._running and self.status is Status.PAUSED:
            raise OrchestratorError(f"{caller}: the run is paused and would never end. Call rep.orchestrator.resume().")
        if self._running and not self.is_bounded():
            raise OrchestratorError(f"{caller}: nothing ends this run. Give num_frames=, or a trigger max_execs=, or call "
                                    "rep.orchestrator.stop() first.")

    async def _until_finished(self) -> None:
        """Keep a script runner updating until the run has ended."""
        while self._running:
            await get_app().next_update_async()

    def _finish_writers(self) -> None:
        if self._wrote:
            self._wrote = False
            for writer in list(attached_writers):
                hook = getattr(writer, "on_final_frame", None)
                if hook is not None:
                    hook()

    def _set_status(self, status: Status) -> None:
        if status is not self.status:
            self.status = status
            for callback in list(self._callbacks.values()):
                callback(status)


def capture_on_play() -> bool:
    """Return whether updates capture while the timeline plays (carb ``/omni/replicator/captureOnPlay``, default True)."""
    settings = get_settings()
    return settings.get("/omni/replicator/captureOnPlay") is None or settings.get_as_bool("/omni/replicator/captureOnPlay")


def install_hooks() -> None:
    """Join the application's loop and shutdown; doing it twice is harmless."""
    get_app().add_update_hook(loop.on_update)
    get_timeline_interface().add_hook(loop.on_timeline)
    get_app().add_shutdown_hook(loop.shutdown)


def _tell_of_frame(product: "RenderProduct") -> None:
    """Dispatch the events of a frame that has been rendered."""
    dispatcher, context = get_eventdispatcher(), get_context()
    for immediate in (True, False):
        name = context.stage_rendering_event_name(StageRenderingEventType.NEW_FRAME, immediate)
        if dispatcher.has_observers(name):
            dispatcher.dispatch_event(name, {"render_product": product.path})


def _advance(delta_time: float | None) -> None:
    """Advance the timeline by ``delta_time`` seconds, one frame for None; a timeline that stands still is started for it."""
    timeline = get_timeline_interface()
    timeline.commit()
    if delta_time == 0.0:
        return
    if not timeline.is_playing():
        timeline.play()
        timeline.commit()
    timeline.advance(timeline.frame_duration if delta_time is None else float(delta_time))


loop = CaptureLoop()
