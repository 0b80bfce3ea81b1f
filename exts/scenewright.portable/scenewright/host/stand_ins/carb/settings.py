"""``carb.settings``."""

from scenewright.host.settings import Settings as ISettings
from scenewright.host.settings import get_settings

__all__ = ["ISettings", "acquire_settings_interface", "get_settings", "get_settings_interface"]

acquire_settings_interface = get_settings_interface = get_settings
