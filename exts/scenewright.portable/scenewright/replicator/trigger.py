"""``rep.trigger``: when the nodes made inside ``with rep.trigger.X():`` run."""

from collections.abc import Callable
from typing import Any, NoReturn

from scenewright.host.settings import get_settings
from scenewright.host.simulation import get_simulation
from scenewright.replicator.availability import unavailable_names, unsupported
from scenewright.replicator.graph.errors import OrchestratorError
from scenewright.replicator.graph.schedule import Graph, Trigger
from scenewright.replicator.registration import register_function
from scenewright.replicator.session import current_session

__all__ = ["on_condition", "on_custom_event", "on_frame", "on_key_press", "on_time", "on_time_end", "register"]

__getattr__ = unavailable_names(__name__, ())

#: Seconds that sums of frame durations may fall short of an interval.
TIME_TOLERANCE = 1e-6


class FrameTrigger(Trigger):
    """Fires at captured frames 0, ``interval``, 2 ``interval``, … until its limit."""

    def __init__(self, graph: Graph, interval: int, limit: int, name: str, rt_subframes: int) -> None:
        super().__init__(graph, "trigger.on_frame", name, limit=limit, rt_subframes=rt_subframes)
        self.interval = interval

    def due(self, frame: int) -> bool:
        """Return whether it fires at captured frame number ``frame``."""
        return frame % self.interval == 0


class EventTrigger(Trigger):
    """Fires when ``rep.utils.send_og_event`` sends its event."""

    def __init__(self, graph: Graph, event_name: str) -> None:
        super().__init__(graph, "trigger.on_custom_event", event_name)
        self.event_name = event_name


class TimeTrigger(Trigger):
    """Fires with the first captured frame and whenever ``interval`` more seconds have been played, until its limit."""

    needs_time = True

    def __init__(self, graph: Graph, interval: float, limit: int, name: str, rt_subframes: int, reset_physics: bool) -> None:
        super().__init__(graph, "trigger.on_time", name, limit=limit, rt_subframes=rt_subframes)
        self.interval = interval
        self.reset_physics = reset_physics

    def due(self, frame: int) -> bool:
        """Return whether its next interval has begun."""
        return self.graph.clock >= self.executions * self.interval - TIME_TOLERANCE

    @property
    def finished(self) -> bool:
        """Whether the interval of its last execution is over."""
        return self.exhausted and self.graph.clock >= self.executions * self.interval - TIME_TOLERANCE

    @property
    def output(self) -> int | None:
        """Number of the sequence that frames belong to, from the first execution on."""
        return self.executions - 1 if self.executions else None

    def prepare(self) -> None:
        """Rewind the simulation, so that a sequence begins at the poses that its randomizers choose."""
        if self.reset_physics:
            get_simulation().reset()


class TimeEndTrigger(Trigger):
    """Fires whenever ``interval`` more seconds have been played, the first time after one interval, until its limit."""

    needs_time = True

    def __init__(self, graph: Graph, interval: float, limit: int, name: str, rt_subframes: int) -> None:
        super().__init__(graph, "trigger.on_time_end", name, limit=limit, rt_subframes=rt_subframes)
        self.interval = interval

    def due(self, frame: int) -> bool:
        """Return whether the interval at hand is over."""
        return self.graph.clock >= (self.executions + 1) * self.interval - TIME_TOLERANCE


class ConditionTrigger(Trigger):
    """Fires at captured frames for which a function returns something true."""

    def __init__(self, graph: Graph, condition: Callable[[], Any], limit: int, rt_subframes: int) -> None:
        super().__init__(graph, "trigger.on_condition", "on_condition", limit=limit, rt_subframes=rt_subframes)
        self.condition = condition

    def due(self, frame: int) -> bool:
        """Ask the function."""
        try:
            return bool(self.condition())
        except Exception as error:
            raise OrchestratorError(f"The condition {getattr(self.condition, '__name__', self.condition)!r} of "
                                    f"rep.trigger.on_condition failed at frame {frame}: {type(error).__name__}: {error}"
                                    ) from error


def on_frame(interval: int = 1, num_frames: int = 0, name: str = "on_frame", rt_subframes: int = 1,
             max_execs: int = 0) -> FrameTrigger:
    """Fire at captured frames: the first one and every ``interval``-th after it.

    Args:
        interval: Frames from one execution to the next.
        num_frames: Older name of ``max_execs``.
        name: Key of its count in the writers' payload.
        rt_subframes: Accumulation passes of the frames at which it fires.
        max_execs: Executions after which it never fires again; 0 = unlimited.

    Raises:
        ValueError: A number is out of range.
    """
    _check_integer("on_frame", "interval", interval, 1)
    _check_integer("on_frame", "num_frames", num_frames, 0)
    _check_integer("on_frame", "max_execs", max_execs, 0)
    _check_integer("on_frame", "rt_subframes", rt_subframes, -1)
    return FrameTrigger(current_session().graph, int(interval), int(max_execs or num_frames), name, int(rt_subframes))


def on_time(interval: float = 1, num: int = 0, name: str = "on_time", rt_subframes: int = 16,
            enable_capture_on_play: bool = True, reset_physics: bool = True, max_execs: int = 0) -> TimeTrigger:
    """Fire every ``interval`` seconds of simulated time; a run plays the timeline and captures every frame between.

    The first execution comes with the first captured frame. Frames between two executions are a sequence: ``BasicWriter``
    numbers them ``<sequence>_<frame>``, and a run ends when the last sequence is over.

    Args:
        interval: Seconds of simulated time from one execution to the next.
        num: Older name of ``max_execs``.
        name: Key of the sequence number in the writers' payload.
        rt_subframes: Accumulation passes of the frames at which it fires.
        enable_capture_on_play: Capture every update while the timeline plays, as ``rep.orchestrator.set_capture_on_play``.
        reset_physics: Rewind simulated bodies before each execution.
        max_execs: Executions after which it never fires again; 0 = unlimited.

    Raises:
        ValueError: A number is out of range.
    """
    _check_time("on_time", interval, num, max_execs, rt_subframes)
    if enable_capture_on_play:
        get_settings().set("/omni/replicator/captureOnPlay", True)
    return TimeTrigger(current_session().graph, float(interval), int(max_execs or num), name, int(rt_subframes),
                       bool(reset_physics))


def on_time_end(interval: float = 1, num: int = 0, name: str = "on_time_end", rt_subframes: int = 1,
                max_execs: int = 0) -> TimeEndTrigger:
    """Fire where an interval of ``on_time`` ends: after ``interval`` seconds of simulated time, after twice that, and so on.

    Args:
        interval: Seconds of simulated time from one execution to the next.
        num: Older name of ``max_execs``.
        name: Key of its count in the writers' payload.
        rt_subframes: Accumulation passes of the frames at which it fires.
        max_execs: Executions after which it never fires again; 0 = unlimited.

    Raises:
        ValueError: A number is out of range.
    """
    _check_time("on_time_end", interval, num, max_execs, rt_subframes)
    return TimeEndTrigger(current_session().graph, float(interval), int(max_execs or num), name, int(rt_subframes))


def on_condition(condition: Callable[[], Any], max_execs: int = 0, rt_subframes: int = 1) -> ConditionTrigger:
    """Fire at captured frames for which ``condition()`` returns something true; it is asked once a frame.

    Args:
        condition: Function without arguments.
        max_execs: Executions after which it is not asked any more; 0 = unlimited.
        rt_subframes: Accumulation passes of the frames at which it fires.

    Raises:
        TypeError: ``condition`` cannot be called.
        ValueError: A number is out of range.
    """
    if not callable(condition):
        raise TypeError(f"rep.trigger.on_condition: condition is a function without arguments, got {condition!r}.")
    _check_integer("on_condition", "max_execs", max_execs, 0)
    _check_integer("on_condition", "rt_subframes", rt_subframes, -1)
    return ConditionTrigger(current_session().graph, condition, int(max_execs), int(rt_subframes))


def on_key_press(key: Any, modifier: Any = None, name: str | None = None) -> NoReturn:
    """Say that there is no keyboard to listen to.

    Raises:
        FeatureUnavailableError: Always.
    """
    unsupported("rep.trigger.on_key_press", "It needs a window with a keyboard; use rep.trigger.on_custom_event and "
                                            "rep.utils.send_og_event.")


def on_custom_event(event_name: str) -> EventTrigger:
    """Fire with the next update or step after ``rep.utils.send_og_event(event_name)``; never by a step alone.

    Raises:
        ValueError: The name is empty or no string.
    """
    if not isinstance(event_name, str) or not event_name:
        raise ValueError(f"rep.trigger.on_custom_event: event_name is a non-empty string, got {event_name!r}.")
    return EventTrigger(current_session().graph, event_name)


def register(fn: Callable[..., Any], override: bool = True) -> None:
    """Make ``fn`` reachable as ``rep.trigger.<its name>``.

    Raises:
        ValueError: The name is taken and ``override`` is False.
        TypeError: ``fn`` is no function.
    """
    register_function(__name__, fn, override)


def _check_time(caller: str, interval: Any, num: Any, max_execs: Any, rt_subframes: Any) -> None:
    if isinstance(interval, bool) or not isinstance(interval, int | float) or not 0.0 < interval < float("inf"):
        raise ValueError(f"rep.trigger.{caller}: interval is a positive number of seconds, got {interval!r}.")
    _check_integer(caller, "num", num, 0)
    _check_integer(caller, "max_execs", max_execs, 0)
    _check_integer(caller, "rt_subframes", rt_subframes, -1)


def _check_integer(caller: str, key: str, value: Any, minimum: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
        raise ValueError(f"rep.trigger.{caller}: {key} is an integer of at least {minimum}, got {value!r}.")
