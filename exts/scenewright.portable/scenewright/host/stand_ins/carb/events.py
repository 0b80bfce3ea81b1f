"""``carb.events``: numbered events of older releases."""

from scenewright.host.event_streams import IEvent, type_from_string

__all__ = ["IEvent", "type_from_string"]
