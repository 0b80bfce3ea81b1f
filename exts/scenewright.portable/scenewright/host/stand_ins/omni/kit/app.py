"""``omni.kit.app``."""

from scenewright.host.app import EVENT_UPDATE as GLOBAL_EVENT_UPDATE
from scenewright.host.app import App as IApp
from scenewright.host.app import get_app

__all__ = ["GLOBAL_EVENT_UPDATE", "IApp", "get_app", "get_app_interface"]

get_app_interface = get_app
