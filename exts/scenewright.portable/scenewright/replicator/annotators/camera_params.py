"""camera_params: where the camera is and how it projects."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.replicator.annotators.camera_lens import lens_parameters
from scenewright.replicator.annotators.template import AnnotatorOutput, AnnotatorTemplate

if TYPE_CHECKING:
    from scenewright.render.scene.records import CameraRecord
    from scenewright.replicator.capture import Capture

__all__ = ["CameraParams", "projection_matrix"]


class CameraParams(AnnotatorTemplate):
    """Parameters of the render product's camera, a flat dict.

    cameraFocalLength, cameraFocusDistance, cameraFStop (float); cameraAperture (horizontal, vertical as authored) and
    cameraApertureOffset (float32[2]); renderProductResolution (int32[2], width and height); cameraModel; cameraViewTransform
    (float64[16], world to camera for row vectors); cameraProjection (float64[16], see :func:`projection_matrix`); cameraNearFar
    (float32[2], stage units); metersPerSceneUnit; and the cameraFisheye… / cameraOpenCV… keys, which are zero for a pinhole.
    cameraModel is Replicator's projection type, whichever attributes author the lens, or "orthographic"; as in Isaac Sim,
    cameraProjection is a pinhole's for every lens.
    """

    names = ("camera_params", "CameraParams")
    per_camera = True

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return no buffer: the camera is known without rendering."""
        return frozenset()

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Read the camera record."""
        camera, resolution = capture.frame.camera, capture.frame.resolution
        return AnnotatorOutput(None, {
            "cameraFocalLength": float(camera.focal_length),
            "cameraFocusDistance": float(camera.focus_distance),
            "cameraFStop": float(camera.f_stop),
            "cameraAperture": np.array([camera.horizontal_aperture, camera.vertical_aperture], np.float32),
            "cameraApertureOffset": np.array(camera.aperture_offset, np.float32),
            "renderProductResolution": np.array(resolution, np.int32),
            "cameraModel": camera.projection,
            "cameraViewTransform": np.asarray(camera.view_matrix(), np.float64).ravel(),
            "cameraProjection": projection_matrix(camera, resolution).ravel(),
            "cameraNearFar": np.array(camera.clipping_range, np.float32),
            "metersPerSceneUnit": float(capture.meters_per_unit),
            **lens_parameters(camera),
        })


def projection_matrix(camera: "CameraRecord", resolution: tuple[int, int]) -> np.ndarray:
    """Return camera to clip space for row vectors, reverse-Z, (4, 4) float64.

    With near n, far f and the horizontal aperture a: x_clip = 2 F x / a + 2 o_x z / a, likewise y with the effective vertical
    aperture a H / W (pixels are square), z_clip = z n / (f - n) + n f / (f - n) = 1 w at near and 0 at far, w = -z.
    """
    width, height = resolution
    near, far = (float(value) for value in camera.clipping_range)
    horizontal = float(camera.horizontal_aperture)
    vertical = horizontal * height / width
    matrix = np.zeros((4, 4))
    if camera.lens is not None and camera.lens.model == "orthographic":
        matrix[0, 0], matrix[1, 1], matrix[2, 2] = 20.0 / horizontal, 20.0 / vertical, 1.0 / (far - near)
        matrix[3] = (-2.0 * camera.aperture_offset[0] / horizontal, -2.0 * camera.aperture_offset[1] / vertical,
                     far / (far - near), 1.0)
        return matrix
    matrix[0, 0] = 2.0 * camera.focal_length / horizontal
    matrix[1, 1] = 2.0 * camera.focal_length / vertical
    matrix[2, 0] = 2.0 * camera.aperture_offset[0] / horizontal
    matrix[2, 1] = 2.0 * camera.aperture_offset[1] / vertical
    matrix[2, 2] = near / (far - near)
    matrix[2, 3] = -1.0
    matrix[3, 2] = near * far / (far - near)
    return matrix
