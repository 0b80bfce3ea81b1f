"""What RTX needs so that a frame shows the stage of its own step, set while a run lasts.

Where there is no RTX renderer nothing is set: these settings mean nothing there.
"""

from typing import Any

__all__ = ["RENDER_MODE", "RtxSettings", "real_time_mode", "rtx_is_there"]

RENDER_MODE = "/rtx/rendermode"

#: Setting, and its value while a run lasts.
_WHILE_RUNNING: dict[str, Any] = {
    "/omni/replicator/asyncRendering": False,  # else annotators may lag the stage by a frame
    "/app/asyncRendering": False,
    "/app/asyncRenderingLowLatency": False,
    "/omni/replicator/captureOnPlay": False,  # else a playing timeline captures frames of its own
    "/rtx/post/dlss/execMode": 2,  # Quality; the default, Performance, shows artefacts below some 600 pixels
    "/rtx/hydra/enableSemanticSchema": True,  # else labels are not read
    "/rtx/ecoMode/enabled": False,  # else a window that is not looked at stops rendering
}

#: Settings that recipes themselves change; a run puts them back as well.
_OF_RECIPES = (RENDER_MODE, "/rtx/pathtracing/totalSpp")

_MINIMUM_SUBFRAMES = 2  # lights, materials and teleports show in the second one


def rtx_is_there() -> bool:
    """Return whether the application renders with RTX."""
    import omni.kit.app

    return bool(omni.kit.app.get_app().get_extension_manager().is_extension_enabled("omni.hydra.rtx"))


def real_time_mode() -> str:
    """Return the name of this Kit's real-time mode: Kit 110 has a new one, and the older only when it is switched on."""
    import omni.kit.app

    major = omni.kit.app.get_app().get_kit_version().partition(".")[0]
    return "RealTimePathTracing" if major.isdigit() and int(major) >= 110 else "RaytracedLighting"


class RtxSettings:
    """The settings of a run: `apply` sets them, `restore` puts back what was there."""

    def __init__(self) -> None:
        self._before: dict[str, Any] | None = None

    def apply(self) -> None:
        """Set them, where they mean something."""
        if self._before is not None or not rtx_is_there():
            return
        import carb.settings

        settings = carb.settings.get_settings()
        self._before = {path: settings.get(path) for path in (*_WHILE_RUNNING, *_OF_RECIPES)}
        for path, value in _WHILE_RUNNING.items():
            settings.set(path, value)

    def restore(self) -> None:
        """Put back what was there; twice is harmless."""
        if self._before is None:
            return
        import carb.settings

        settings = carb.settings.get_settings()
        before, self._before = self._before, None
        for path, value in before.items():
            if value is None:
                settings.destroy_item(path)
            else:
                settings.set(path, value)

    def subframes(self, wanted: int) -> int:
        """Return how often to render a frame for which a recipe wants ``wanted`` subframes."""
        return wanted if self._before is None else max(wanted, _MINIMUM_SUBFRAMES)
