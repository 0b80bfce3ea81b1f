"""``isaacsim.core.utils.viewports``: the viewport's camera."""

from collections.abc import Sequence
from typing import Any

from pxr import Gf, Usd, UsdGeom

from scenewright.host.stage_context import get_context

__all__ = ["get_viewport_names", "set_active_viewport_camera", "set_camera_view"]


def set_camera_view(eye: Sequence[float], target: Sequence[float], camera_prim_path: str = "/OmniverseKit_Persp",
                    viewport_api: Any = None) -> None:
    """Put a camera at ``eye`` [world, stage units] and turn it to ``target``, with the stage's up axis up.

    Raises:
        ValueError: There is no camera at ``camera_prim_path``, or eye and target are the same point.
    """
    stage = get_context().get_stage()
    camera = UsdGeom.Camera(stage.GetPrimAtPath(camera_prim_path))
    if not camera:
        raise ValueError(f"set_camera_view: there is no camera at {camera_prim_path!r}.")
    eye, target = (Gf.Vec3d(*map(float, point)) for point in (eye, target))
    if (target - eye).GetLength() < 1e-9:
        raise ValueError(f"set_camera_view: eye and target are the same point {tuple(eye)}.")
    up = Gf.Vec3d(0, 1, 0) if UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.y else Gf.Vec3d(0, 0, 1)
    if (up ^ (target - eye)).GetLength() < 1e-6 * (target - eye).GetLength():
        up = Gf.Vec3d(1, 0, 0)  # straight up or down
    world = Gf.Matrix4d().SetLookAt(eye, target, up).GetInverse()
    local = world * camera.ComputeParentToWorldTransform(Usd.TimeCode.Default()).GetInverse()
    with Usd.EditContext(stage, stage.GetSessionLayer()) if camera_prim_path.startswith("/OmniverseKit_") else \
            Usd.EditContext(stage, stage.GetEditTarget()):
        camera.MakeMatrixXform().Set(local)


def set_active_viewport_camera(camera_prim_path: str) -> None:
    """Let the viewport look through another camera."""
    from omni.kit.viewport.utility import get_active_viewport

    get_active_viewport().set_active_camera(camera_prim_path)


def get_viewport_names(usd_context_name: str | None = None) -> list[str]:
    """Return the names of the viewports: there is one."""
    return ["Viewport"]
