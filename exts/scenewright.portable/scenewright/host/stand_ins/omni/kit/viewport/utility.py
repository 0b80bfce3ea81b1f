"""``omni.kit.viewport.utility``: there is no window; one viewport remembers its camera and resolution."""

import itertools
from pathlib import Path
from typing import Any

from PIL import Image
from pxr import Sdf, Usd

from scenewright.host.app import EVENT_UPDATE, get_app
from scenewright.host.events import get_eventdispatcher
from scenewright.host.stage_context import get_context

__all__ = ["ViewportAPI", "ViewportCapture", "ViewportWindow", "capture_viewport_to_file", "create_viewport_window",
           "get_active_viewport", "get_active_viewport_and_window", "get_active_viewport_camera_path",
           "get_active_viewport_camera_string", "get_active_viewport_window", "get_num_viewports",
           "get_viewport_from_window_name"]

_PRODUCTS = "/Render/OmniverseKit/HydraTextures/omni_kit_widget_viewport_ViewportTexture_"
_numbers = itertools.count()


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
        self._product = f"{_PRODUCTS}{next(_numbers)}"

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

    @property
    def render_product_path(self) -> str:
        """Path of the viewport's render product, which is made when first asked for."""
        return self.get_render_product_path()

    def get_render_product_path(self) -> str:
        """Return the path of the viewport's render product, which shows what the viewport's camera sees."""
        import omni.replicator.core as rep
        from isaacsim.core.utils.render_product import set_camera_prim_path, set_resolution

        if not self.stage.GetPrimAtPath(self._product):
            rep.create.render_product(str(self.camera_path), self.resolution, name=self._product.rpartition("/")[2])
        set_camera_prim_path(self._product, str(self.camera_path))
        set_resolution(self._product, self.resolution)
        return self._product


class ViewportWindow:
    """A window that is not drawn, with its viewport."""

    def __init__(self, name: str) -> None:
        self.title = self.name = name
        self.viewport_api = _viewport if name == "Viewport" else ViewportAPI()
        self.visible = False

    def destroy(self) -> None:
        """Return at once: there is no window."""


class ViewportCapture:
    """A picture of a viewport on its way to a file; it is there with the next update."""

    def __init__(self, viewport_api: ViewportAPI, file_path: str) -> None:
        self._file = Path(file_path)
        self._guard = get_eventdispatcher().observe_event(event_name=EVENT_UPDATE, on_event=lambda event: self._write())
        import omni.replicator.core as rep

        self._annotator = rep.annotators.get("rgb")
        self._annotator.follows_updates = True
        self._annotator.attach(viewport_api.get_render_product_path())

    async def wait_for_result(self, completion_frames: int = 2) -> bool:
        """Wait until the file is written."""
        for _ in range(max(1, completion_frames)):
            await get_app().next_update_async()
        return self._file.is_file()

    def _write(self) -> None:
        self._guard.reset()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(self._annotator.get_data()[..., :3]).save(self._file)
        self._annotator.detach()


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


def get_num_viewports(usd_context_name: str = "") -> int:
    """Return 1."""
    return 1


def create_viewport_window(name: str | None = None, *args: Any, width: int = 1280, height: int = 720, camera_path: Any = None,
                           **kwargs: Any) -> ViewportWindow:
    """Return a window that is not drawn, whose viewport has a camera and a resolution of its own."""
    window = ViewportWindow(name or "Viewport 1")
    window.viewport_api.resolution = (int(width), int(height))
    if camera_path is not None:
        window.viewport_api.set_active_camera(camera_path)
    return window


def get_active_viewport_window(window_name: str | None = None, *args: Any, **kwargs: Any) -> ViewportWindow:
    """Return the window of the active viewport."""
    return ViewportWindow("Viewport")


def capture_viewport_to_file(viewport_api: ViewportAPI, file_path: str | None = None, is_hdr: bool = False,
                             render_product_path: str | None = None, format_desc: dict | None = None) -> ViewportCapture:
    """Write what the viewport sees to a PNG or JPEG file with the next update.

    Raises:
        NotImplementedError: ``is_hdr`` is asked for.
        ValueError: There is no file name.
    """
    if is_hdr:
        raise NotImplementedError("capture_viewport_to_file(is_hdr=True) has no stand-in on the portable host; use the "
                                  "'HdrColor' annotator.")
    if not file_path:
        raise ValueError("capture_viewport_to_file: give file_path.")
    return ViewportCapture(viewport_api, str(file_path))
