"""``omni.usd``: the context and the helpers that scripts call on prims."""

from pxr import Gf, Sdf, Usd, UsdGeom

from scenewright.host.stage_context import (
    StageEventType,
    StageRenderingEventType,
    UsdContext,
    UsdContextInitialLoadSet,
    get_context,
)

__all__ = ["StageEventType", "StageRenderingEventType", "UsdContext", "UsdContextInitialLoadSet", "get_context",
           "get_local_transform_matrix", "get_prim_at_path", "get_stage_next_free_path", "get_world_transform_matrix"]


def get_world_transform_matrix(prim: Usd.Prim, time_code: Usd.TimeCode = Usd.TimeCode.Default()) -> Gf.Matrix4d:
    """Return the prim's local-to-world matrix, row-vector convention, stage units."""
    return UsdGeom.Xformable(prim).ComputeLocalToWorldTransform(time_code)


def get_local_transform_matrix(prim: Usd.Prim, time_code: Usd.TimeCode = Usd.TimeCode.Default()) -> Gf.Matrix4d:
    """Return the prim's local-to-parent matrix, row-vector convention, stage units."""
    return UsdGeom.Xformable(prim).GetLocalTransformation(time_code)


def get_prim_at_path(path: Sdf.Path | str, usd_context_name: str = "") -> Usd.Prim:
    """Return the prim at ``path`` of the current stage; invalid when there is none."""
    return get_context(usd_context_name).get_stage().GetPrimAtPath(path)


def get_stage_next_free_path(stage: Usd.Stage, path: str, prepend_default_prim: bool,
                             source_prim: Usd.Prim | None = None) -> str:
    """Return ``path``, or the first of ``path_01``, ``path_02``, … at which the stage has no prim."""
    path = str(Sdf.Path(path))
    if prepend_default_prim and stage.HasDefaultPrim():
        root = str(stage.GetDefaultPrim().GetPath())
        path = path if path.startswith(root + "/") else root + path
    candidate, number = path, 0
    while stage.GetPrimAtPath(candidate):
        number += 1
        candidate = f"{path}_{number:02d}"
    return candidate
