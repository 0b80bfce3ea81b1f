"""skeleton_data: the joints of UsdSkel skeletons in the world and in the image."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.replicator.annotators.camera_lens import image_points
from scenewright.replicator.annotators.skeletons import SkeletonPose, skeleton_poses, time_of
from scenewright.replicator.annotators.template import AnnotatorOutput, AnnotatorTemplate

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["SkeletonData"]

_TOLERANCE = 1e-3
"""A surface hides a joint when it is nearer by this share of the joint's depth."""


class SkeletonData(AnnotatorTemplate):
    """Joints of every skeleton of the stage, a flat dict; lists per joint are concatenated over the skeletons.

    ``numSkeletons``; per skeleton ``skelName``, ``skelPath``, ``assetPath``, ``animationVariant`` (str), ``skeletonJoints``
    (the joint names as the text of a list) and ``inView`` (bool: a joint lies in the image); per joint ``skeletonParents``
    (int, -1 = root), ``restGlobalTranslations``, ``restLocalTranslations`` and ``globalTranslations`` (float32 (N, 3), stage
    units),
    ``restLocalRotations`` and ``localRotations`` (float32 (N, 4), w x y z), ``translations2d`` (float32 (N, 2), pixels, origin
    top-left; mirrored for joints behind the camera), ``jointOcclusions`` (bool) and ``occlusionTypes`` (str). Each list per
    joint has a list ``<name>Sizes`` with the number of joints of each skeleton. ``skeletonData`` is the same per skeleton, as
    JSON.

    A joint's occlusion follows from the depth at its pixel: "none" where nothing is nearer, "self" where what is nearer belongs
    to the skeleton's own SkelRoot (joints lie inside the body, so this is the usual case), "other" where it does not, and
    "outside" where the joint is not in the image. ``jointOcclusions`` is True for "other" alone.

    Parameters: ``useSkelJoints`` is accepted; joints are always those of the skeleton's joint order.
    """

    names = ("skeleton_data",)
    per_camera = True
    parameters = {"useSkelJoints": False}  # noqa: RUF012

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return what tells who hides a joint."""
        return frozenset(("distance_to_image_plane", "prim_id"))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Pose, project and test the joints."""
        entries = [_entry(pose, capture) for pose in skeleton_poses(capture.stage, time_of(capture))]
        info: dict[str, Any] = {"numSkeletons": len(entries)}
        for name in _PER_SKELETON:
            info[name] = [entry[name] for entry in entries]
        for name, (dtype, width) in _PER_JOINT.items():
            rows = [entry[name] for entry in entries]
            if dtype is str:
                info[name] = [value for row in rows for value in row]
            else:
                shape = (-1, width) if width > 1 else (-1,)
                info[name] = np.concatenate([np.zeros(0, dtype), *(np.asarray(r, dtype).ravel() for r in rows)]).reshape(shape)
            info[f"{name}Sizes"] = np.array([len(row) for row in rows], np.int32)
        info["skeletonData"] = json.dumps([{key: value.tolist() if isinstance(value, np.ndarray) else value
                                            for key, value in entry.items()} for entry in entries])
        return AnnotatorOutput(None, info)


_PER_SKELETON = ("skelName", "skelPath", "assetPath", "animationVariant", "skeletonJoints", "inView")
_PER_JOINT: dict[str, tuple[type, int]] = {
    "skeletonParents": (np.int32, 1), "restGlobalTranslations": (np.float32, 3), "restLocalTranslations": (np.float32, 3),
    "restLocalRotations": (np.float32, 4), "globalTranslations": (np.float32, 3), "localRotations": (np.float32, 4),
    "translations2d": (np.float32, 2), "jointOcclusions": (np.bool_, 1), "occlusionTypes": (str, 1)}


def _entry(pose: SkeletonPose, capture: "Capture") -> dict[str, Any]:
    pixels, depths = _projected(pose.world[:, 3], capture)
    types = _occlusion_types(pose, pixels, depths, capture)
    return {
        "skelName": pose.path.rpartition("/")[2], "skelPath": pose.path, "assetPath": pose.asset_path,
        "animationVariant": pose.animation_variant, "skeletonJoints": str(list(pose.joints)),
        "inView": any(kind != "outside" for kind in types),
        "skeletonParents": pose.parents,
        "restGlobalTranslations": pose.translations(pose.rest_world),
        "restLocalTranslations": pose.translations(pose.rest_local),
        "restLocalRotations": pose.rotations(pose.rest_local),
        "globalTranslations": pose.translations(pose.world),
        "localRotations": pose.rotations(pose.local),
        "translations2d": pixels.astype(np.float32),
        "jointOcclusions": np.array([kind == "other" for kind in types], np.bool_),
        "occlusionTypes": types,
    }


def _projected(points: np.ndarray, capture: "Capture") -> tuple[np.ndarray, np.ndarray]:
    """Return homogeneous world points as pixels (N, 2) and their planar depth [stage units]."""
    camera, (width, height) = capture.frame.camera, capture.frame.resolution
    in_camera = points @ camera.view_matrix()
    return image_points(in_camera, camera, (width, height)), -in_camera[:, 2]


def _occlusion_types(pose: SkeletonPose, pixels: np.ndarray, depths: np.ndarray, capture: "Capture") -> list[str]:
    width, height = capture.frame.resolution
    surface, prims = np.asarray(capture.frame["distance_to_image_plane"]), np.asarray(capture.frame["prim_id"])
    paths, own = capture.frame.prim_paths, pose.root_path.rstrip("/") + "/"
    types = []
    for (x, y), depth in zip(pixels, depths * capture.meters_per_unit, strict=True):
        if depth <= 0.0 or not (0.0 <= x < width and 0.0 <= y < height):
            types.append("outside")
        elif surface[int(y), int(x)] >= depth * (1.0 - _TOLERANCE):
            types.append("none")
        else:
            path = paths[prims[int(y), int(x)]]
            types.append("self" if (path + "/").startswith(own) else "other")
    return types
