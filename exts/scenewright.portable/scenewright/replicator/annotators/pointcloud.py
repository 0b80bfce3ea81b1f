"""pointcloud: one world-space point per pixel."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.replicator.annotators.camera_params import projection_matrix
from scenewright.replicator.annotators.labelling import FILTER_PARAMETERS, FIRST_ID, check_label_parameters, label_table
from scenewright.replicator.annotators.regions import prim_runs
from scenewright.replicator.annotators.template import AnnotatorOutput, AnnotatorTemplate

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["Pointcloud", "unproject"]


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
        return frozenset(("distance_to_image_plane", "ldr_color", "normals", "prim_id"))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Unproject the planar depth."""
        table, frame, runs = label_table(capture, params), capture.frame, prim_runs(capture)
        instance = runs.paint(table.instance_of_prim).ravel()
        semantic = runs.paint(table.semantic_of_prim).ravel()
        depth = np.asarray(frame["distance_to_image_plane"]).ravel()
        kept = np.flatnonzero((instance >= (1 if params["includeUnlabelled"] else FIRST_ID)) & np.isfinite(depth))
        return AnnotatorOutput(unproject(capture, kept, np.take(depth, kept)), {
            "pointRgb": np.take(np.asarray(frame["ldr_color"]).reshape(-1, 4), kept, axis=0),
            "pointNormals": np.take(np.asarray(frame["normals"]).reshape(-1, 4), kept, axis=0),
            "pointSemantic": np.take(semantic, kept),
            "pointInstance": np.take(instance, kept),
        })


def unproject(capture: "Capture", pixels: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Return the world points of flat pixel indices at planar ``depth`` [m]: the inverse of :func:`projection_matrix`.

    A pixel's ray, one long along the viewing axis, is the sum of a vector of its column and one of its row.
    """
    width, height = capture.frame.resolution
    camera = capture.frame.camera
    projection = projection_matrix(camera, (width, height))
    right, up, back = camera.matrix[:3, :3]
    x = ((np.arange(width) + 0.5) * (2.0 / width) - 1.0 + projection[2, 0]) / projection[0, 0]
    y = (1.0 - (np.arange(height) + 0.5) * (2.0 / height) + projection[2, 1]) / projection[1, 1]
    row, column = np.divmod(pixels, width)
    points = np.take(x[:, None] * right - back, column, axis=0)
    points += np.take(y[:, None] * up, row, axis=0)
    points *= (depth.astype(np.float64) / capture.meters_per_unit)[:, None]
    points += camera.matrix[3, :3]
    return points.astype(np.float32)
