"""``carb.eventdispatcher``."""

from scenewright.host.events import Event, ObserverGuard, get_eventdispatcher
from scenewright.host.events import EventDispatcher as IEventDispatcher

__all__ = ["Event", "IEventDispatcher", "ObserverGuard", "get_eventdispatcher", "get_eventdispatcher_interface"]

get_eventdispatcher_interface = get_eventdispatcher
