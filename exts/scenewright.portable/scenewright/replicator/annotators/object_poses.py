"""dope and pose: where labelled prims are relative to the camera, for the DOPE and YCB Video writers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pxr import Gf

from scenewright.replicator.annotators.bounding_box_3d import BoundingBox3d
from scenewright.replicator.annotators.camera_lens import image_points
from scenewright.replicator.annotators.template import AnnotatorError, AnnotatorOutput

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["DOPE_DTYPE", "POSE_DTYPE", "Dope", "Pose"]

DOPE_DTYPE = np.dtype([("semanticId", "<u4"), ("visibility", "<f4"), ("location", "<f4", (3,)), ("rotation", "<f4", (4,)),
                       ("projected_cuboid", "<f4", (9, 2))])
POSE_DTYPE = np.dtype([("semanticId", "<u4"), ("prims_to_desired_camera", "<f4", (4, 4)),
                       ("center_coords_image_space", "<f4", (2,))])

# LUF, RUF, RDF, LDF, LUB, RUB, RDB, LDB as DOPE sees an object from the front: L is +x, U is -y, F is +z of the prim.
_CORNER_SIGNS = np.array([[1, 0, 1], [0, 0, 1], [0, 1, 1], [1, 1, 1], [1, 0, 0], [0, 0, 0], [0, 1, 0], [1, 1, 0]], bool)


class Dope(BoundingBox3d):
    """Pose and projected box of each labelled prim, as DOPE is trained on.

    Output: (N,) records semanticId, visibility (1 = nothing hides it), location [cm, camera space], rotation (quaternion
    w, x, y, z to camera space), projected_cuboid (9 pixels: eight corners and the prim's origin). Info: as
    ``bounding_box_3d``.

    Parameters: ``cameraRotation`` (XYZ Euler angles [degrees] from the USD camera to the camera that poses are for; zeros);
    ``width`` and ``height`` are accepted (the render product's are used); ``semanticTypes`` and ``semanticFilter``.
    """

    names = ("dope",)
    per_camera = True
    fast_names = ()
    parameters = {**BoundingBox3d.parameters, "width": None, "height": None, "cameraRotation": (0.0, 0.0, 0.0)}  # noqa: RUF012

    def check_parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``given`` on top of the defaults, in canonical form."""
        return _with_rotation(self.name, super().check_parameters(given))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Transform and project each box."""
        boxes = super().compute(capture, params)
        view, to_camera, turn = _transforms(capture, params["cameraRotation"])
        records = np.zeros(len(boxes.data), DOPE_DTYPE)
        records["semanticId"] = boxes.data["semanticId"]
        records["visibility"] = 1.0 - boxes.data["occlusionRatio"]
        for record, box in zip(records, boxes.data, strict=True):
            world = box["transform"].astype(np.float64)
            in_camera = world @ view @ turn
            record["location"] = in_camera[3, :3] * capture.meters_per_unit * 100.0
            record["rotation"] = _quaternion(in_camera)
            corners = np.ones((9, 4))
            low, high = (np.array([box[f"{axis}_{end}"] for axis in "xyz"], np.float64) for end in ("min", "max"))
            corners[:8, :3] = np.where(_CORNER_SIGNS, high, low)
            corners[8, :3] = 0.0
            record["projected_cuboid"] = image_points(corners @ world @ to_camera, capture.frame.camera,
                                                      capture.frame.resolution)
        return AnnotatorOutput(records, boxes.info)


class Pose(BoundingBox3d):
    """Transform of each labelled prim in view to the camera, and where its origin is in the image.

    Output: (N,) records semanticId, prims_to_desired_camera (4 x 4 for column vectors, without scale, stage units),
    center_coords_image_space [px]. Info: as ``bounding_box_3d``.

    Parameters: ``cameraRotation`` as in ``dope``; ``includeOccludedPrims`` (False) also lists what others hide entirely;
    ``imageWidth``, ``imageHeight`` and ``getCenters`` are accepted; ``semanticTypes`` and ``semanticFilter``.
    """

    names = ("pose",)
    per_camera = True
    fast_names = ()
    parameters = {**BoundingBox3d.parameters, "imageWidth": None, "imageHeight": None,  # noqa: RUF012
                  "cameraRotation": (0.0, 0.0, 0.0), "getCenters": True, "includeOccludedPrims": False}

    def check_parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``given`` on top of the defaults, in canonical form."""
        return _with_rotation(self.name, super().check_parameters(given))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Transform each prim and project its origin."""
        boxes = super().compute(capture, params)
        kept = np.flatnonzero(params["includeOccludedPrims"] | (boxes.data["occlusionRatio"] < 1.0))
        view, to_camera, turn = _transforms(capture, params["cameraRotation"])
        records = np.zeros(len(kept), POSE_DTYPE)
        records["semanticId"] = boxes.data["semanticId"][kept]
        for record, box in zip(records, boxes.data[kept], strict=True):
            world = np.array(Gf.Matrix4d(*box["transform"].astype(np.float64).ravel().tolist()).RemoveScaleShear())
            record["prims_to_desired_camera"] = (world @ view @ turn).T
            record["center_coords_image_space"] = image_points(world[3:] @ to_camera, capture.frame.camera,
                                                                capture.frame.resolution)[0]
        info = {**boxes.info, "primPaths": [boxes.info["primPaths"][row] for row in kept.tolist()],
                "bboxIds": boxes.info["bboxIds"][kept]}
        return AnnotatorOutput(records, info)


def _with_rotation(name: str, params: dict[str, Any]) -> dict[str, Any]:
    angles = np.asarray(params["cameraRotation"], np.float64)
    if angles.shape != (3,):
        raise AnnotatorError(f"Annotator '{name}': cameraRotation is three angles in degrees, got "
                             f"{params['cameraRotation']!r}.")
    return {**params, "cameraRotation": angles.tolist()}


def _transforms(capture: "Capture", degrees: Sequence[float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return world to camera, world to the turned camera, and the turn; all for row vectors."""
    turn = Gf.Matrix4d(1.0)
    for axis, angle in zip(np.eye(3).tolist(), degrees, strict=True):
        turn *= Gf.Matrix4d().SetRotate(Gf.Rotation(Gf.Vec3d(axis), angle))
    turn = np.array(turn)
    view = capture.frame.camera.view_matrix()
    return view, view @ turn, turn


def _quaternion(matrix: np.ndarray) -> list[float]:
    quaternion = Gf.Transform(Gf.Matrix4d(*matrix.ravel().tolist())).GetRotation().GetQuat()
    return [quaternion.GetReal(), *quaternion.GetImaginary()]
