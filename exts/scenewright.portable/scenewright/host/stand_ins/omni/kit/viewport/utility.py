"""``omni.kit.viewport.utility``: there is no window; one viewport remembers its camera and resolution."""

from typing import Any

from pxr import Sdf, Usd

from scenewright.host.stage_context import get_context

__all__ = ["ViewportAPI", "get_active_viewport", "get_active_viewport_and_window", "get_active_viewport_camera_path",
           "get_active_viewport_camera_string", "get_viewport_from_window_name"]


class ViewportAPI:
    """The active viewport.

    Attributes:
        camera_path: Path of its camera.
        resolution: (width, height).
        updates_enabled: Kept; nothing is drawn.
    """

    id = "Viewport"

    def __init__(self) -> None:
        self.camera_path = Sdf.Path("/OmniverseKit_Persp")
        self.resolution = (1280, 720)
        self.updates_enabled = True

    @property
    def stage(self) -> Usd.Stage:
        """The current stage."""
        return get_context().get_stage()

    def set_active_camera(self, camera_path: Any) -> None:
        """Look through another camera."""
        self.camera_path = Sdf.Path(str(camera_path))

    def get_active_camera(self) -> Sdf.Path:
        """Return the path of the camera."""
        return Sdf.Path(str(self.camera_path))

    def set_texture_resolution(self, resolution: tuple[int, int]) -> None:
        """Set the resolution."""
        self.resolution = tuple(resolution)

    def get_texture_resolution(self) -> tuple[int, int]:
        """Return the resolution."""
        return self.resolution

    def get_render_product_path(self) -> str:
        """Refuse: the viewport renders nothing here.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError("omni.kit.viewport.utility: the viewport has no render product on the portable host; "
                                  "use rep.create.render_product(viewport.camera_path, resolution).")


_viewport = ViewportAPI()


def get_active_viewport(usd_context_name: str = "") -> ViewportAPI:
    """Return the active viewport."""
    return _viewport


def get_active_viewport_and_window(usd_context_name: str = "") -> tuple[ViewportAPI, None]:
    """Return the active viewport, and None: there is no window."""
    return _viewport, None


def get_viewport_from_window_name(window_name: str | None = None) -> ViewportAPI:
    """Return the active viewport."""
    return _viewport


def get_active_viewport_camera_path(usd_context_name: str = "") -> Sdf.Path:
    """Return the path of the active viewport's camera."""
    return _viewport.get_active_camera()


def get_active_viewport_camera_string(usd_context_name: str = "") -> str:
    """Return the path of the active viewport's camera as text."""
    return str(_viewport.get_active_camera())
