"""pointcloud: one world-space point per pixel."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.render.device.camera import ImageCamera
from scenewright.replicator.annotators.labelling import FILTER_PARAMETERS, FIRST_ID, check_label_parameters, label_table
from scenewright.replicator.annotators.regions import prim_runs
from scenewright.replicator.annotators.template import AnnotatorOutput, AnnotatorTemplate

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["DEPTHS", "Pointcloud", "unproject"]

DEPTHS = ("distance_to_camera", "distance_to_image_plane")
"""Buffers that `unproject` reads."""


class Pointcloud(AnnotatorTemplate):
    """The hit point of each pixel's centre ray, for labelled pixels, in reading order.

    Output: (N, 3) float32 world-space points [stage units]. Info: ``pointRgb`` (N, 4) uint8, ``pointNormals`` (N, 4) float32
    (world space, w = 0), ``pointSemantic`` and ``pointInstance`` (N,) uint32 ids as in the segmentations.

    Parameters: ``includeUnlabelled`` (False) also gives points on unlabelled prims; ``semanticTypes`` and ``semanticFilter`` as
    in ``semantic_segmentation``.
    """

    names = ("pointcloud",)
    per_camera = True
    parameters = {"includeUnlabelled": False, **FILTER_PARAMETERS}  # noqa: RUF012

    def check_parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``given`` on top of the defaults, in canonical form."""
        return check_label_parameters(self.name, super().check_parameters(given))

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return what a point carries."""
        return frozenset((*DEPTHS, "ldr_color", "normals", "prim_id"))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Unproject the depth."""
        table, frame, runs = label_table(capture, params), capture.frame, prim_runs(capture)
        instance = runs.paint(table.instance_of_prim).ravel()
        semantic = runs.paint(table.semantic_of_prim).ravel()
        depth = np.asarray(frame["distance_to_image_plane"]).ravel()
        kept = np.flatnonzero((instance >= (1 if params["includeUnlabelled"] else FIRST_ID)) & np.isfinite(depth))
        return AnnotatorOutput(unproject(capture, kept), {
            "pointRgb": np.take(np.asarray(frame["ldr_color"]).reshape(-1, 4), kept, axis=0),
            "pointNormals": np.take(np.asarray(frame["normals"]).reshape(-1, 4), kept, axis=0),
            "pointSemantic": np.take(semantic, kept),
            "pointInstance": np.take(instance, kept),
        })


def unproject(capture: "Capture", pixels: np.ndarray) -> np.ndarray:
    """Return the world points [stage units] that flat pixel indices show, (N, 3) float32; the capture has the `DEPTHS`.

    A pinhole's ray, one long along the viewing axis, is the sum of a vector of its column and one of its row; so is the start
    of an orthographic camera's. Other lenses have a ray each, along which the distance to the camera is measured.
    """
    frame, camera = capture.frame, capture.frame.camera
    width, height = frame.resolution
    depth = np.take(np.asarray(frame["distance_to_image_plane"]).ravel(), pixels).astype(np.float64) / capture.meters_per_unit
    row, column = np.divmod(pixels, width)
    image = ImageCamera(camera, width, height)
    if not image.is_linear:
        distance = np.take(np.asarray(frame["distance_to_camera"]).ravel(), pixels).astype(np.float64) / capture.meters_per_unit
        origins, rays = image.rays(column + 0.5, row + 0.5)
        along = np.sqrt(np.maximum(distance**2 - image.eye_offset**2, 0.0))
        return (origins + rays * along[:, None]).astype(np.float32)
    right, up, back = camera.matrix[:3, :3]
    lens = image.lens
    x = (np.arange(width) + 0.5) * lens.step + lens.start_x
    y = lens.start_y - (np.arange(height) + 0.5) * lens.step
    points = np.take(x[:, None] * right - (0.0 if image.is_parallel else back), column, axis=0)
    points += np.take(y[:, None] * up, row, axis=0)
    if image.is_parallel:
        points -= depth[:, None] * back
    else:
        points *= depth[:, None]
    points += camera.matrix[3, :3]
    return points.astype(np.float32)
