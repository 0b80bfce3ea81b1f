"""The pinhole camera of an image, as formats of computer vision want it: +x right, +y down, +z forward."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Pinhole", "camera_view", "pinhole", "project"]

_FLIP = np.diag([1.0, -1.0, -1.0, 1.0])  # USD's camera looks along -z, y up


@dataclass(frozen=True)
class Pinhole:
    """A pinhole camera.

    Attributes:
        intrinsics: fx 0 cx, 0 fy cy, 0 0 1 [pixel], shape (3, 3), float64; 0 = the image's left and top edge.
        view: world to camera (+x right, +y down, +z forward) for row vectors [stage units], shape (4, 4), float64.
        meters_per_unit: length of a stage unit [m].
    """

    intrinsics: np.ndarray
    view: np.ndarray
    meters_per_unit: float


def pinhole(params: Mapping[str, Any], what: str) -> Pinhole:
    """Return the camera of the output of ``camera_params``.

    Args:
        params: output of the annotator.
        what: who asks, for the message.

    Raises:
        ValueError: if the camera is no pinhole.
    """
    if str(params["cameraModel"]) != "pinhole":
        raise ValueError(f"{what} need a pinhole camera; this one is '{params['cameraModel']}'. Use another camera or writer.")
    width, height = (float(side) for side in params["renderProductResolution"])
    projection = np.array(params["cameraProjection"], np.float64).reshape(4, 4)
    intrinsics = np.array(
        [
            [projection[0, 0] * width / 2.0, 0.0, (1.0 - projection[2, 0]) * width / 2.0],
            [0.0, projection[1, 1] * height / 2.0, (1.0 + projection[2, 1]) * height / 2.0],
            [0.0, 0.0, 1.0],
        ]
    )
    return Pinhole(intrinsics, camera_view(params), float(params["metersPerSceneUnit"]))


def camera_view(params: Mapping[str, Any]) -> np.ndarray:
    """Return world to camera (+x right, +y down, +z forward) for row vectors [stage units], shape (4, 4), float64."""
    return np.array(params["cameraViewTransform"], np.float64).reshape(4, 4) @ _FLIP


def project(camera: Pinhole, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels, shape (N, 2), and depth along the view [stage units], shape (N,), of world points, shape (N, 4)."""
    seen = points @ camera.view
    depth = seen[:, 2]
    pixels = seen[:, :3] @ camera.intrinsics.T
    return pixels[:, :2] / np.where(depth == 0.0, np.nan, depth)[:, None], depth
