"""``isaacsim.core.rendering_manager``: frames without physics, and the viewport that is not drawn."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

import numpy as np
import warp as wp
from isaacsim.core.utils import viewports
from omni.kit.viewport.utility import ViewportAPI, get_active_viewport
from pxr import Sdf, Usd, UsdGeom

from scenewright.host.app import get_app
from scenewright.host.events import ObserverGuard, get_eventdispatcher
from scenewright.host.settings import get_settings
from scenewright.host.stage_context import StageRenderingEventType, get_context
from scenewright.host.timeline import get_timeline_interface

__all__ = ["RenderingEvent", "RenderingManager", "ViewportManager"]

_PLAY_SIMULATIONS = "/app/player/playSimulations"


class RenderingEvent(Enum):
    """What callbacks can be registered for."""

    NEW_FRAME = "isaacsim.rendering.new_frame"


class RenderingManager:
    """Frames of the application; all methods are of the class."""

    _guards: dict[int, ObserverGuard] = {}  # noqa: RUF012

    @classmethod
    def render(cls) -> None:
        """Update the application without simulating."""
        settings = get_settings()
        before = settings.get(_PLAY_SIMULATIONS)
        settings.set(_PLAY_SIMULATIONS, False)
        try:
            get_app().update()
        finally:
            settings.set(_PLAY_SIMULATIONS, True if before is None else before)

    @classmethod
    async def render_async(cls) -> None:
        """Wait for one update of the application."""
        await get_app().next_update_async()

    @classmethod
    def set_dt(cls, dt: float) -> None:
        """Set the duration of a frame [s].

        Raises:
            ValueError: It is not positive.
        """
        if not dt > 0.0:
            raise ValueError(f"RenderingManager.set_dt: a duration above 0 s, got {dt!r}.")
        get_timeline_interface().set_time_codes_per_second(1.0 / float(dt))
        get_timeline_interface().commit()

    @classmethod
    def get_dt(cls) -> float:
        """Return the duration of a frame [s]."""
        return get_timeline_interface().frame_duration

    @classmethod
    def register_callback(cls, event: RenderingEvent, *, callback: Callable[[Any], Any], order: int = 0) -> int:
        """Call ``callback(event)`` for every frame that is rendered; return what ``deregister_callback`` takes."""
        name = get_context().stage_rendering_event_name(StageRenderingEventType.NEW_FRAME, True)
        guard = get_eventdispatcher().observe_event(event_name=name, on_event=callback, order=order)
        cls._guards[id(guard)] = guard
        return id(guard)

    @classmethod
    def deregister_callback(cls, uid: int) -> bool:
        """Stop calling; return whether there was such a callback."""
        guard = cls._guards.pop(uid, None)
        if guard is not None:
            guard.reset()
        return guard is not None

    @classmethod
    def deregister_all_callbacks(cls) -> None:
        """Stop calling everything."""
        for uid in list(cls._guards):
            cls.deregister_callback(uid)


class ViewportManager:
    """Cameras and viewports; all methods are of the class. A render product or viewport of None is the active viewport."""

    @classmethod
    def get_viewport_api(cls, render_product_or_viewport: Any = None) -> ViewportAPI:
        """Return the active viewport."""
        return get_active_viewport() if render_product_or_viewport is None else render_product_or_viewport

    @classmethod
    def wait_for_viewport(cls, *args: Any, **kwargs: Any) -> tuple[bool, int]:
        """Return (True, 0) at once: the viewport is there."""
        return True, 0

    @classmethod
    async def wait_for_viewport_async(cls, *args: Any, **kwargs: Any) -> tuple[bool, int]:
        """Return (True, 0) at once: the viewport is there."""
        return True, 0

    @classmethod
    def set_camera(cls, camera: str | Usd.Prim | UsdGeom.Camera, *, render_product_or_viewport: Any = None) -> None:
        """Let the viewport look through another camera."""
        cls.get_viewport_api(render_product_or_viewport).set_active_camera(_path(camera))

    @classmethod
    def get_camera(cls, render_product_or_viewport: Any = None) -> UsdGeom.Camera:
        """Return the camera of the viewport."""
        path = cls.get_viewport_api(render_product_or_viewport).get_active_camera()
        return UsdGeom.Camera(get_context().get_stage().GetPrimAtPath(path))

    @classmethod
    def set_camera_view(cls, camera: str | Usd.Prim | UsdGeom.Camera, *, eye: Sequence[float] | wp.array | None = None,
                        target: Sequence[float] | wp.array | None = None) -> None:
        """Put a camera at ``eye`` (where it is, for None) and turn it to ``target`` (the origin, for None).

        Raises:
            ValueError: There is no such camera, or eye and target are the same point.
        """
        path = _path(camera)
        if eye is None:
            prim = get_context().get_stage().GetPrimAtPath(path)
            eye = UsdGeom.Xformable(prim).ComputeLocalToWorldTransform(Usd.TimeCode.Default()).ExtractTranslation()
        viewports.set_camera_view(_point(eye), _point((0.0, 0.0, 0.0) if target is None else target), path)

    @classmethod
    def set_resolution(cls, resolution: tuple[int, int], *, render_product_or_viewport: Any = None) -> None:
        """Set (width, height) of the viewport."""
        cls.get_viewport_api(render_product_or_viewport).set_texture_resolution(resolution)

    @classmethod
    def get_resolution(cls, render_product_or_viewport: Any = None) -> tuple[int, int]:
        """Return (width, height) of the viewport."""
        return cls.get_viewport_api(render_product_or_viewport).get_texture_resolution()


def _path(camera: str | Sdf.Path | Usd.Prim | UsdGeom.Camera) -> str:
    return str(camera.GetPath()) if hasattr(camera, "GetPath") else str(camera)


def _point(value: Any) -> list[float]:
    return np.ravel(value.numpy() if isinstance(value, wp.array) else np.asarray(value, float)).tolist()
