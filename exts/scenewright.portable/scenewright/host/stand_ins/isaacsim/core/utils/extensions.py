"""``isaacsim.core.utils.extensions``."""

from scenewright.host.extensions import get_extension_manager

__all__ = ["disable_extension", "enable_extension", "get_extension_path_from_name"]


def enable_extension(extension_name: str) -> bool:
    """Enable an extension; return whether it is available here."""
    return get_extension_manager().set_extension_enabled_immediate(extension_name, True)


def disable_extension(extension_name: str) -> bool:
    """Disable an extension; return whether it is available here."""
    return get_extension_manager().set_extension_enabled_immediate(extension_name, False)


def get_extension_path_from_name(extension_name: str) -> str:
    """Return the folder of an extension; empty when it is not known."""
    return get_extension_manager().get_extension_path(extension_name)
