"""The window of Scenewright inside Kit; everything that needs no toolkit is in `scenewright.ui.model`."""

from scenewright.ui.extension import ScenewrightUiExtension

__all__ = ["ScenewrightUiExtension"]
