"""The application loop behind ``omni.kit.app``: one update ticks the timeline, calls the hooks and pumps asyncio."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from scenewright.host.event_streams import EventStream
from scenewright.host.events import get_eventdispatcher
from scenewright.host.simulation import Simulation, get_simulation
from scenewright.host.timeline import get_timeline_interface

if TYPE_CHECKING:
    from scenewright.host.extensions import ExtensionManager

__all__ = ["App", "get_app"]

_log = logging.getLogger(__name__)
_PATIENCE = 1000

EVENT_UPDATE = "omni.kit.app.update:default"


class App:
    """The running application. Updates happen only when somebody asks for one: nothing runs in the background.

    An asyncio task sees one update per ``await next_update_async()``. As in Kit, ``update()`` called from inside a task
    does not pump asyncio again.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiters: list[asyncio.Future[None]] = []
        self._update_hooks: list[Callable[[], Any]] = []
        self._shutdown_hooks: list[Callable[[], Any]] = []
        self._start = time.monotonic()
        self._update_number = 0
        self._idle_questions = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self.exit_code: int | None = None
        self.task_errors: list[BaseException] = []
        """What asyncio tasks raised and nobody asked for; complete once the application has shut down."""
        self.finishes_work = True
        """Whether shutting down waits for what is queued; otherwise that is dropped."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that ``update()`` pumps; made on first use and set as the thread's current loop."""
        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.new_event_loop()
            self._loop.set_exception_handler(lambda loop, context: None)
            asyncio.set_event_loop(self._loop)
        return self._loop

    @property
    def simulation(self) -> Simulation:
        """The physics that the timeline drives."""
        return get_simulation()

    def update(self) -> None:
        """Run one frame: timeline with physics, update hooks and events, waiting tasks."""
        self._update_number += 1
        get_timeline_interface().tick()
        for hook in list(self._update_hooks):
            hook()
        get_eventdispatcher().dispatch_event(EVENT_UPDATE, {"dt": get_timeline_interface().frame_duration})
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._pump()

    async def next_update_async(self) -> float:
        """Wait for the next update; return the duration of one frame in seconds."""
        if asyncio.get_running_loop() is self._loop:
            waiter = self._loop.create_future()
            self._waiters.append(waiter)
            await waiter
        else:  # somebody else's loop (asyncio.run, a test case): nobody would pump ours
            self.update()
            await asyncio.sleep(0)
        return get_timeline_interface().frame_duration

    pre_update_async = post_update_async = next_update_async

    def run_coroutine(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Update until ``coroutine`` has finished; return its result or raise what it raised."""
        task = self.loop.create_task(coroutine)
        while not task.done():
            self.update()
        return task.result()

    def run_pending_tasks(self) -> None:
        """Update until no task is left (``asyncio.ensure_future`` at the end of a script) or somebody posts quit.

        Raises:
            BaseException: The first exception that a task ended with and that nobody who awaits the task was told of.
        """
        if self._loop is None or self._loop.is_closed():
            return
        tasks: set[asyncio.Task[Any]] = set()
        failed: list[asyncio.Task[Any]] = []
        while self.exit_code is None:
            pending = asyncio.all_tasks(self._loop)
            tasks |= pending
            for task in failed:
                if _is_unseen(task):
                    raise task.exception()
            failed = [task for task in tasks - pending if _is_unseen(task)]  # who awaits one learns of it in the next update
            tasks = set(pending)
            if not pending and not failed:
                return
            self.update()

    def add_update_hook(self, hook: Callable[[], Any]) -> None:
        """Call ``hook()`` in each update; adding the same hook twice counts once."""
        if hook not in self._update_hooks:
            self._update_hooks.append(hook)

    def remove_update_hook(self, hook: Callable[[], Any]) -> None:
        """Stop calling ``hook``; harmless when it was never added."""
        if hook in self._update_hooks:
            self._update_hooks.remove(hook)

    def add_shutdown_hook(self, hook: Callable[[], Any]) -> None:
        """Call ``hook()`` once when the application shuts down, last added first."""
        if hook not in self._shutdown_hooks:
            self._shutdown_hooks.append(hook)

    def shutdown(self) -> None:
        """Run the shutdown hooks (work in flight is finished and flushed) and close the loop. Twice is harmless."""
        try:
            while self._shutdown_hooks:
                self._shutdown_hooks.pop()()
        finally:
            self._close_loop()

    def post_quit(self, return_code: int = 0) -> None:
        """Ask the application to end with ``return_code`` after the current update."""
        self.exit_code = int(return_code)

    post_uncancellable_quit = post_quit

    def is_running(self) -> bool:
        """Return whether nobody has posted quit; who asks again and again is told that no window ends the loop."""
        busy = bool(self._waiters) or get_timeline_interface().is_playing()
        self._idle_questions = 0 if busy else self._idle_questions + 1
        if self._idle_questions == _PATIENCE:
            _log.warning("The script has updated %d times while app.is_running(), with the timeline stopped. Kit ends such a "
                         "loop when its window is closed; there is no window here: press Ctrl-C.", _PATIENCE)
        return self.exit_code is None

    def is_app_ready(self) -> bool:
        """Return True: the portable application is ready as soon as it exists."""
        return True

    def get_update_number(self) -> int:
        """Return how many updates have run."""
        return self._update_number

    def get_time_since_start_s(self) -> float:
        """Return the seconds since the application began."""
        return time.monotonic() - self._start

    def get_time_since_start_ms(self) -> float:
        """Return the milliseconds since the application began."""
        return 1000.0 * self.get_time_since_start_s()

    def get_update_event_stream(self) -> EventStream:
        """Return the stream of updates, whose events have the type 0."""
        return EventStream({0: EVENT_UPDATE})

    def get_message_bus_event_stream(self) -> EventStream:
        """Return the stream on which scripts send events of their own, of types from ``carb.events.type_from_string``."""
        return EventStream({}, "carb.events:")

    def get_extension_manager(self) -> "ExtensionManager":
        """Return the extension manager."""
        from scenewright.host.extensions import get_extension_manager

        return get_extension_manager()

    def _close_loop(self) -> None:
        if self._loop is None or self._loop.is_closed() or self._loop.is_running():
            return
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        for _ in range(2):  # a task that ended the process has left a stop behind, which would end the first round early
            self._loop.call_soon(self._loop.stop)
            self._loop.run_forever()
        self._note_failed_tasks()
        self._loop.close()
        asyncio.set_event_loop(None)

    def _pump(self) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            if self._loop is not None and not self._loop.is_closed():
                self._tasks |= asyncio.all_tasks(self._loop)
                self._loop.call_soon(self._loop.stop)
                self._loop.run_forever()
                self._tasks |= asyncio.all_tasks(self._loop)
                self._tasks = {task for task in self._tasks if not task.done() or _is_unseen(task)}

    def _note_failed_tasks(self) -> None:
        """Keep what tasks raised that nobody has asked for, so that it does not pass unseen."""
        failed = [task.exception() for task in self._tasks if task.done() and _is_unseen(task)]
        self.task_errors += [error for error in failed if isinstance(error, Exception)]
        self._tasks = set()


def _is_unseen(task: asyncio.Task[Any]) -> bool:
    """Return whether a task has failed and nobody has asked how: what asyncio itself goes by ("was never retrieved")."""
    return not task.cancelled() and bool(getattr(task, "_log_traceback", False))


_app = App()


def get_app() -> App:
    """Return the application of this process."""
    return _app
