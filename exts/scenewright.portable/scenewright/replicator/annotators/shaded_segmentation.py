"""shaded_instance_segmentation and shaded_instance_id_segmentation: segmentations in which shapes can be told."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.replicator.annotators.instance_id_segmentation import InstanceIdSegmentation
from scenewright.replicator.annotators.instance_segmentation import InstanceSegmentation
from scenewright.replicator.annotators.shading import shade
from scenewright.replicator.annotators.template import AnnotatorOutput

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["ShadedInstanceIdSegmentation", "ShadedInstanceSegmentation"]


class ShadedInstanceSegmentation(InstanceSegmentation):
    """The colours of ``instance_segmentation``, darker where the surface turns away from the camera.

    Output: uint8 (H, W, 4). Info: that of the colorized ``instance_segmentation``, by unshaded colour. Parameters:
    ``semanticTypes`` and ``semanticFilter``.
    """

    names = ("shaded_instance_segmentation",)
    per_camera = True
    fast_names = ()
    parameters = {k: v for k, v in InstanceSegmentation.parameters.items() if k != "colorize"}  # noqa: RUF012

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return ids and normals."""
        return super().buffers(params) | {"normals"}

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Shade the colours."""
        return _shaded(super().compute(capture, {**params, "colorize": True}), capture)


class ShadedInstanceIdSegmentation(InstanceIdSegmentation):
    """The colours of ``instance_id_segmentation``, darker where the surface turns away from the camera.

    Output: uint8 (H, W, 4). Info: that of the colorized ``instance_id_segmentation``, by unshaded colour.
    """

    names = ("shaded_instance_id_segmentation",)
    per_camera = True
    fast_names = ()
    parameters = {k: v for k, v in InstanceIdSegmentation.parameters.items() if k != "colorize"}  # noqa: RUF012

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return ids and normals."""
        return super().buffers(params) | {"normals"}

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Shade the colours."""
        return _shaded(super().compute(capture, {**params, "colorize": True}), capture)


def _shaded(output: AnnotatorOutput, capture: "Capture") -> AnnotatorOutput:
    normals = np.asarray(capture.frame["normals"])
    return AnnotatorOutput(shade(output.data, normals, capture.frame.camera.view_matrix()), output.info)
