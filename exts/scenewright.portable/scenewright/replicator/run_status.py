"""The orchestrator's status, and telling of its changes."""

from collections.abc import Callable
from enum import Enum
from typing import Any

__all__ = ["Status", "StatusSubscription"]


class Status(Enum):
    """What the orchestrator is doing."""

    STOPPED = "stopped"
    STARTING = "starting"
    STARTED = "started"
    PAUSED = "paused"
    STOPPING = "stopping"


class StatusSubscription:
    """Keeps a status callback alive until ``reset()`` or deletion."""

    def __init__(self, callbacks: dict[int, Callable[[Status], Any]], callback: Callable[[Status], Any]) -> None:
        self._callbacks = callbacks
        self._callbacks[id(self)] = callback

    def reset(self) -> None:
        """End the subscription; doing it twice is harmless."""
        self._callbacks.pop(id(self), None)

    unsubscribe = reset
