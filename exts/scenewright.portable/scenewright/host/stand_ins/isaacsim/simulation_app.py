"""``isaacsim.simulation_app``: the standalone application."""

import sys
from collections.abc import Coroutine
from typing import Any

from scenewright.host.app import App, get_app
from scenewright.host.settings import get_settings, parsed_setting
from scenewright.host.stage_context import UsdContext, get_context

__all__ = ["SimulationApp"]

_RENDER_MODES = {"realtimepathtracing": "RealTimePathTracing", "pathtracing": "PathTracing",
                 "raytracedlighting": "RaytracedLighting", "minimalrendering": "MinimalRendering",
                 "minimal": "MinimalRendering"}


class SimulationApp:
    """Starts the portable application. Options that concern windows, GPUs or RTX are accepted and have no effect here."""

    DEFAULT_LAUNCHER_CONFIG = {  # noqa: RUF012  (the real one is a plain class attribute, which scripts copy)
        "headless": True, "width": 1280, "height": 720, "window_width": 1440, "window_height": 900,
        "renderer": "RealTimePathTracing", "anti_aliasing": 3, "samples_per_pixel_per_frame": 64, "denoiser": True,
        "create_new_stage": True, "open_usd": None, "sync_loads": True, "fast_shutdown": True,
        "disable_viewport_updates": False, "multi_gpu": True, "max_gpu_count": None, "extra_args": [],
    }

    def __init__(self, launch_config: dict[str, Any] | None = None, experience: str = "") -> None:
        get_settings().set("/scenewright/standalone", True)
        self.config = {**self.DEFAULT_LAUNCHER_CONFIG, **(launch_config or {})}
        mode = str(self.config["renderer"])
        get_settings().set("/rtx/rendermode", _RENDER_MODES.get(mode.lower(), mode))
        get_settings().set("/rtx/pathtracing/spp", self.config["samples_per_pixel_per_frame"])
        for argument in [*sys.argv[1:], *self.config["extra_args"]]:
            path, _, value = str(argument).partition("=")
            if path.startswith("--/"):
                get_settings().set(path[2:], parsed_setting(value))
        self._app = get_app()
        self._app.loop  # noqa: B018
        self._exiting = False
        if self.config["open_usd"]:
            get_context().open_stage(self.config["open_usd"])
        elif self.config["create_new_stage"]:
            get_context().new_stage()

    @property
    def app(self) -> App:
        """The application."""
        return self._app

    @property
    def context(self) -> UsdContext:
        """The USD context."""
        return get_context()

    def update(self) -> None:
        """Run one frame of the application."""
        self._app.update()

    def is_running(self) -> bool:
        """Return whether the application has not been asked to end."""
        return not self._exiting and self._app.is_running()

    def is_exiting(self) -> bool:
        """Return whether ``close`` has been called."""
        return self._exiting

    def set_setting(self, setting: str, value: Any) -> None:
        """Set one setting."""
        get_settings().set(setting, value)

    def reset_render_settings(self) -> None:
        """Put the render mode of the launch configuration back."""
        mode = str(self.config["renderer"])
        get_settings().set("/rtx/rendermode", _RENDER_MODES.get(mode.lower(), mode))

    def run_coroutine(self, coroutine: Coroutine[Any, Any, Any], run_until_complete: bool = True) -> Any:
        """Schedule a coroutine; by default update until it has finished and return its result."""
        if run_until_complete:
            return self._app.run_coroutine(coroutine)
        return self._app.loop.create_task(coroutine)

    def close(self, wait_for_replicator: bool = True, skip_cleanup: bool = False, exit_code: int = 0) -> None:
        """Finish what is being written, close the stage and, with ``fast_shutdown`` (the default), end the process.

        Args:
            wait_for_replicator: False ends a run and drops the frames that wait to be written, with a warning that counts
                them; none is written in part.
            skip_cleanup: Accepted.
            exit_code: Of the process.

        Raises:
            SystemExit: With ``exit_code``, unless the launch configuration says ``fast_shutdown: False``.
        """
        self._exiting = True
        self._app.finishes_work = bool(wait_for_replicator)
        try:
            self._app.shutdown()
        finally:
            self._app.finishes_work = True
        get_settings().set("/omni/replicator/captureOnPlay", False)
        get_context().close_stage()
        if self.config["fast_shutdown"] or exit_code:
            sys.exit(exit_code)
