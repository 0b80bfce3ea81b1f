"""Labelled objects of a frame from the output of ``bounding_box_3d``: who they are and where."""

import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pxr import Usd, UsdGeom

from scenewright.sdg.annotators.payload import array_of

__all__ = ["SceneObjects", "scene_objects", "stage_time"]

_AGREES = 1e-5
_last: tuple[weakref.ref, "SceneObjects"] | None = None


@dataclass(frozen=True, eq=False)
class SceneObjects:
    """The labelled objects of which something lies in the frame.

    Attributes:
        ids: instance id, shape (N,), uint32: that of ``instance_segmentation`` with the same label filter.
        semantic_ids: shape (N,), uint32.
        paths: prim path of each.
        matrices: object to world for row vectors [stage units], shape (N, 4, 4), float64.
        low, high: corners of the box in the object's own space, without its scale [stage units], shape (N, 3), float64.
    """

    ids: np.ndarray
    semantic_ids: np.ndarray
    paths: list[str]
    matrices: np.ndarray
    low: np.ndarray
    high: np.ndarray


def scene_objects(boxes: Mapping[str, Any]) -> SceneObjects:
    """Return the objects of a frame.

    The annotator's transforms are float32. Where the stage agrees with them, its float64 ones are used: they stay exact far
    from the origin. Where it does not (physics that is not written back, point instances) the annotator's count.

    Args:
        boxes: output of ``bounding_box_3d``.
    """
    global _last
    rows = array_of(boxes)
    if _last is not None and _last[0]() is rows:  # several annotations of one frame share their input
        return _last[1]
    paths = [str(path) for path in boxes["primPaths"]]
    matrices = np.array(rows["transform"], np.float64).reshape(-1, 4, 4)
    exact = _stage_matrices(paths)
    tolerance = _AGREES * np.maximum(np.abs(matrices).max(axis=(1, 2), initial=0.0), 1e-30)
    agrees = np.nanmax(np.abs(exact - matrices), axis=(1, 2), initial=0.0) <= tolerance
    agrees &= ~np.isnan(exact).any(axis=(1, 2))
    matrices[agrees] = exact[agrees]
    low, high = (np.stack([np.array(rows[f"{axis}_{end}"], np.float64) for axis in "xyz"], axis=1) for end in ("min", "max"))
    ids = np.asarray(boxes["bboxIds"], np.uint32)
    found = SceneObjects(ids, np.array(rows["semanticId"], np.uint32), paths, matrices, low, high)
    _last = weakref.ref(rows), found
    return found


def stage_time(stage: Usd.Stage) -> Usd.TimeCode:
    """Return the time code at which the frame was rendered."""
    import omni.timeline

    return Usd.TimeCode(omni.timeline.get_timeline_interface().get_current_time() * stage.GetTimeCodesPerSecond())


def _stage_matrices(paths: list[str]) -> np.ndarray:
    """Return local to world of prims, shape (N, 4, 4), float64; NaN where the stage has no such prim."""
    import omni.usd

    found = np.full((len(paths), 4, 4), np.nan)
    stage = omni.usd.get_context().get_stage()
    if stage is None:
        return found
    cache = UsdGeom.XformCache(stage_time(stage))
    for row, path in enumerate(paths):
        prim = None if path.endswith("]") else stage.GetPrimAtPath(path)
        if prim:
            found[row] = np.array(cache.GetLocalToWorldTransform(prim))
    return found
