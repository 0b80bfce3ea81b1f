"""Event streams of older Isaac Sim releases, over the event dispatcher: numbered events with a payload."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from scenewright.host.events import Event, ObserverGuard, get_eventdispatcher

__all__ = ["EventStream", "IEvent", "StreamSubscription", "TimelineEventType", "type_from_string"]


class TimelineEventType(IntEnum):
    """What happens on the timeline."""

    PLAY = 0
    PAUSE = 1
    STOP = 2
    CURRENT_TIME_TICKED = 4


@dataclass(eq=False)
class IEvent:
    """One event: its number and what comes with it."""

    type: int
    payload: dict[str, Any] = field(default_factory=dict)
    sender: int = 0


class StreamSubscription:
    """Keeps a callback alive until ``unsubscribe()``, or until it is let go of."""

    def __init__(self, guards: list[ObserverGuard]) -> None:
        self._guards = guards

    def unsubscribe(self) -> None:
        """End the subscription; doing it twice is harmless."""
        for guard in self._guards:
            guard.reset()
        self._guards = []

    def __del__(self) -> None:
        self.unsubscribe()


class EventStream:
    """A stream of the events of some types.

    Args:
        names: Number of each type -> the event's name in the dispatcher.
        open_prefix: Prefix of the names of types that ``names`` does not have; None = there are no others.
    """

    def __init__(self, names: Mapping[int, str], open_prefix: str | None = None) -> None:
        self._names = dict(names)
        self._prefix = open_prefix

    def create_subscription_to_pop(self, fn: Callable[[IEvent], Any], order: int = 0, name: str = "") -> StreamSubscription:
        """Call ``fn(event)`` for every event of the known types."""
        return StreamSubscription([self._observe(number, fn, order, name) for number in self._names])

    def create_subscription_to_pop_by_type(self, event_type: int, fn: Callable[[IEvent], Any], order: int = 0,
                                           name: str = "") -> StreamSubscription:
        """Call ``fn(event)`` for every event of one type.

        Raises:
            ValueError: There is no such type.
        """
        return StreamSubscription([self._observe(int(event_type), fn, order, name)])

    create_subscription_to_push = create_subscription_to_pop
    create_subscription_to_push_by_type = create_subscription_to_pop_by_type

    def push(self, event_type: int, sender: int = 0, payload: Mapping[str, Any] | None = None) -> None:
        """Send an event."""
        get_eventdispatcher().dispatch_event(self._name(int(event_type)), dict(payload or {}))

    dispatch = push

    def _name(self, number: int) -> str:
        if number not in self._names and self._prefix is None:
            raise ValueError(f"This event stream has no events of type {number}; types: {', '.join(map(str, self._names))}.")
        return self._names.get(number, f"{self._prefix}{number}")

    def _observe(self, number: int, fn: Callable[[IEvent], Any], order: int, name: str) -> ObserverGuard:
        def tell(event: Event) -> None:
            fn(IEvent(number, dict(event.payload)))
        return get_eventdispatcher().observe_event(order, self._name(number), tell, observer_name=name)


def type_from_string(text: str) -> int:
    """Return the number of a type that goes by a name; the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "little")
