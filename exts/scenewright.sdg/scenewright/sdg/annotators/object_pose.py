"""object_pose: where labelled objects are, to the camera and to the world."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scenewright.sdg.annotators.boxes import scene_objects
from scenewright.sdg.annotators.identity import object_id
from scenewright.sdg.writers.camera import camera_view

__all__ = ["OBJECT_POSE_DTYPE", "inputs", "object_pose", "rigid"]

OBJECT_POSE_DTYPE = np.dtype([
    ("instanceId", "<u4"), ("semanticId", "<u4"), ("objectId", "<u8"), ("objectToCamera", "<f8", (4, 4)),
    ("objectToWorld", "<f8", (4, 4)), ("scale", "<f8", (3,)), ("boxMin", "<f8", (3,)), ("boxMax", "<f8", (3,))])


def inputs(params: Mapping[str, Any]) -> dict[str, tuple]:
    """Return the annotators that `object_pose` reads."""
    return {"boxes": ("bounding_box_3d", {"semanticTypes": params["semanticTypes"]}), "camera": ("camera_params", {})}


def object_pose(data: Mapping[str, Any], semanticTypes: Any = None) -> tuple[np.ndarray, dict[str, Any]]:
    """Rigid pose of each labelled object of which something lies in the frame, hidden or not.

    Output: (N,) records instanceId, semanticId and objectId (see `object_id`); objectToCamera and objectToWorld, (4, 4) float64
    for column vectors, rotation and translation [m] alone: ``p_camera = objectToCamera @ p_object``. The camera looks along +z
    with +x right and +y down (OpenCV); the world's axes are the stage's. scale: by what the prim's own coordinates are
    multiplied along each axis before the rigid pose, metres a stage unit included. boxMin and boxMax: the object's box in its
    rigid frame [m]. Info: ``primPaths``, ``idToLabels``. Parameter: ``semanticTypes``.

    Works in Kit and on the portable host: it reads bounding_box_3d and camera_params.
    """
    found = scene_objects(data["boxes"])
    metres = float(data["camera"]["metersPerSceneUnit"])
    records = np.zeros(len(found.ids), OBJECT_POSE_DTYPE)
    records["instanceId"], records["semanticId"] = found.ids, found.semantic_ids
    records["objectId"] = [object_id(path) for path in found.paths]
    view = camera_view(data["camera"])
    scale = np.linalg.norm(found.matrices[:, :3, :3], axis=2) * metres
    records["scale"], records["boxMin"], records["boxMax"] = scale, found.low * scale, found.high * scale
    records["objectToWorld"] = rigid(found.matrices, metres)
    records["objectToCamera"] = rigid(found.matrices @ view, metres)
    return records, {"primPaths": found.paths, "idToLabels": dict(data["boxes"]["idToLabels"])}


def rigid(matrices: np.ndarray, metres: float) -> np.ndarray:
    """Return row-vector transforms [stage units] as rotation and translation for column vectors [m], both (N, 4, 4).

    The rotation is the one nearest to the transform without its scale; a mirrored object's is that of its mirror image.
    """
    axes = matrices[:, :3, :3] / np.maximum(np.linalg.norm(matrices[:, :3, :3], axis=2, keepdims=True), 1e-30)
    left, _, right = np.linalg.svd(axes)
    left[:, :, 2] *= np.sign(np.linalg.det(left @ right))[:, None]
    poses = np.tile(np.eye(4), (len(matrices), 1, 1))
    poses[:, :3, :3] = (left @ right).transpose(0, 2, 1)
    poses[:, :3, 3] = matrices[:, 3, :3] * metres
    return poses
