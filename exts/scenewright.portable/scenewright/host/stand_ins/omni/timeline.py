"""``omni.timeline``."""

from scenewright.host.timeline import GLOBAL_EVENT_CURRENT_TIME_TICKED, Timeline, get_timeline_interface

__all__ = ["GLOBAL_EVENT_CURRENT_TIME_TICKED", "Timeline", "acquire_timeline_interface", "get_timeline_interface"]

acquire_timeline_interface = get_timeline_interface
