"""``omni.timeline``."""

from scenewright.host.event_streams import TimelineEventType
from scenewright.host.timeline import (
    GLOBAL_EVENT_CURRENT_TIME_TICKED,
    GLOBAL_EVENT_PAUSE,
    GLOBAL_EVENT_PLAY,
    GLOBAL_EVENT_STOP,
    Timeline,
    get_timeline_interface,
)

__all__ = ["GLOBAL_EVENT_CURRENT_TIME_TICKED", "GLOBAL_EVENT_PAUSE", "GLOBAL_EVENT_PLAY", "GLOBAL_EVENT_STOP", "Timeline",
           "TimelineEventType", "acquire_timeline_interface", "get_timeline_interface"]

acquire_timeline_interface = get_timeline_interface
