"""``isaacsim.core.utils.carb``: reading and writing settings."""

from typing import Any

__all__ = ["get_carb_setting", "set_carb_setting"]


def get_carb_setting(carb_settings: Any, setting: str) -> Any:
    """Return the value of a setting, None where there is none."""
    return carb_settings.get(setting)


def set_carb_setting(carb_settings: Any, setting: str, value: Any) -> None:
    """Write a setting."""
    carb_settings.set(setting, value)
