"""``isaacsim.core.utils.xforms``: transform ops and poses of prims; quaternions (w, x, y, z)."""

import numpy as np
from isaacsim.core.experimental.prims import XformPrim
from pxr import Gf, Usd, UsdGeom

__all__ = ["clear_xform_ops", "get_local_pose", "get_world_pose", "reset_and_set_xform_ops", "reset_xform_ops"]


def clear_xform_ops(prim: Usd.Prim) -> None:
    """Remove all transform ops of a prim."""
    UsdGeom.Xformable(prim).ClearXformOpOrder()
    for name in [name for name in prim.GetAuthoredPropertyNames() if name.startswith("xformOp:")]:
        prim.RemoveProperty(name)


def reset_and_set_xform_ops(prim: Usd.Prim, translation: Gf.Vec3d, orientation: Gf.Quatd,
                            scale: Gf.Vec3d = Gf.Vec3d(1.0, 1.0, 1.0)) -> None:
    """Replace the transform ops of a prim by translate, orient and scale with these values."""
    clear_xform_ops(prim)
    xformable, double = UsdGeom.Xformable(prim), UsdGeom.XformOp.PrecisionDouble
    xformable.AddTranslateOp(double).Set(Gf.Vec3d(translation))
    xformable.AddOrientOp(double).Set(Gf.Quatd(orientation))
    xformable.AddScaleOp(double).Set(Gf.Vec3d(scale))


def reset_xform_ops(prim: Usd.Prim) -> None:
    """Replace the transform ops by translate, orient and scale; position and rotation stay, scale becomes 1."""
    local = UsdGeom.Xformable(prim).GetLocalTransformation(Usd.TimeCode.Default())
    reset_and_set_xform_ops(prim, local.ExtractTranslation(), local.RemoveScaleShear().ExtractRotationQuat())


def get_local_pose(prim_path: str) -> tuple[np.ndarray, np.ndarray]:
    """Return position (3,) [stage units] and quaternion (4,) in the parent's frame.

    Raises:
        ValueError: There is no such prim.
    """
    positions, turns = XformPrim(prim_path, resolve_paths=False).get_local_poses()
    return positions.numpy()[0], turns.numpy()[0]


def get_world_pose(prim_path: str, fabric: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return position (3,) [stage units] and quaternion (4,) in the world.

    Raises:
        ValueError: There is no such prim.
    """
    positions, turns = XformPrim(prim_path, resolve_paths=False).get_world_poses()
    return positions.numpy()[0], turns.numpy()[0]
