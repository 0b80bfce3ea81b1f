"""``rep.trigger``: when the nodes made inside ``with rep.trigger.X():`` run."""

from collections.abc import Callable
from typing import Any

from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.graph.schedule import Graph, Trigger
from scenewright.replicator.registration import register_function
from scenewright.replicator.session import current_session

__all__ = ["on_custom_event", "on_frame", "register"]

__getattr__ = unavailable_names(__name__, ("on_condition", "on_key_press", "on_time", "on_time_end"))


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


def _check_integer(caller: str, key: str, value: Any, minimum: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
        raise ValueError(f"rep.trigger.{caller}: {key} is an integer of at least {minimum}, got {value!r}.")
