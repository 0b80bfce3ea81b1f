"""The event dispatcher behind ``carb.eventdispatcher``: named events, observers in order, guards that end them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Event", "EventDispatcher", "ObserverGuard", "get_eventdispatcher"]


@dataclass(eq=False)
class Event:
    """One dispatched event: its name and payload, readable as a mapping."""

    event_name: str
    payload: dict[str, Any]
    is_consumed: bool = False

    def get(self, key_name: str) -> Any:
        """Return the payload value of ``key_name`` or None."""
        return self.payload.get(key_name)

    def has_key(self, key_name: str) -> bool:
        """Return whether the payload has ``key_name``."""
        return key_name in self.payload

    def consume(self) -> None:
        """Keep later observers from seeing this event."""
        self.is_consumed = True

    def __getitem__(self, key_name: str) -> Any:
        return self.payload[key_name]

    def __contains__(self, key_name: str) -> bool:
        return key_name in self.payload


@dataclass(eq=False)
class ObserverGuard:
    """Keeps an observer alive; ``reset()`` or deleting the guard ends the observation."""

    dispatcher: "EventDispatcher"
    event_name: str
    on_event: Callable[[Event], Any] | None
    filter: Mapping[str, Any]
    name: str
    order: int
    enabled: bool = True

    def reset(self) -> None:
        """End the observation; doing it twice is harmless."""
        self.dispatcher._remove(self)
        self.on_event = None


@dataclass(eq=False)
class EventDispatcher:
    """Dispatches events synchronously to the observers of their name, lowest order first."""

    _observers: dict[str, list[ObserverGuard]] = field(default_factory=dict)
    _aliases: dict[str, str] = field(default_factory=dict)

    def observe_event(self, order: int = 0, event_name: str = "", on_event: Callable[[Event], Any] | None = None,
                      filter: Mapping[str, Any] | None = None, observer_name: str = "") -> ObserverGuard:
        """Call ``on_event(event)`` for every event called ``event_name`` whose payload contains ``filter``."""
        if not event_name or not callable(on_event):
            raise ValueError(f"observe_event needs event_name and a callable on_event, got {event_name!r} and {on_event!r}.")
        name = self._aliases.get(event_name, event_name)
        guard = ObserverGuard(self, name, on_event, dict(filter or {}), observer_name, order)
        self._observers.setdefault(name, []).append(guard)
        self._observers[name].sort(key=lambda observer: observer.order)
        return guard

    def dispatch_event(self, event_name: str, payload: Mapping[str, Any] | None = None) -> int:
        """Dispatch an event now; return how many observers were called."""
        name = self._aliases.get(event_name, event_name)
        event, called = Event(event_name, dict(payload or {})), 0
        for observer in list(self._observers.get(name, [])):
            matches = all(event.payload.get(key) == value for key, value in observer.filter.items())
            if observer.enabled and observer.on_event is not None and matches:
                observer.on_event(event)
                called += 1
                if event.is_consumed:
                    break
        return called

    def has_observers(self, event_name: str, filter: Mapping[str, Any] | None = None) -> bool:
        """Return whether anybody observes ``event_name``."""
        return bool(self._observers.get(self._aliases.get(event_name, event_name)))

    def add_event_alias(self, target_name: str, alias_name: str) -> bool:
        """Make ``alias_name`` mean ``target_name``."""
        self._aliases[alias_name] = target_name
        return True

    def remove_event_alias(self, target_name: str, alias_name: str) -> bool:
        """Undo ``add_event_alias``; return whether there was one."""
        return self._aliases.pop(alias_name, None) is not None

    def remove_all_observers_for(self, event_name: str) -> int:
        """End every observation of ``event_name``; return how many there were."""
        return len(self._observers.pop(self._aliases.get(event_name, event_name), []))

    def _remove(self, guard: ObserverGuard) -> None:
        observers = self._observers.get(guard.event_name, [])
        if guard in observers:
            observers.remove(guard)


_dispatcher = EventDispatcher()


def get_eventdispatcher() -> EventDispatcher:
    """Return the dispatcher of this process."""
    return _dispatcher
