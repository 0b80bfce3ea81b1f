"""Poses and box corners of ``bounding_box_3d`` records, in the world, the camera and the image."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pxr import Gf

from scenewright.replicator.availability import unsupported

__all__ = ["EDGES", "keypoints_local", "project", "project_exact", "scale_of", "truncation_ratio", "wxyz"]

EDGES: tuple[tuple[str, str], ...] = tuple(
    (a, b) for a in ("LDB", "LUF", "RUB", "RDF") for b in ("LDB", "LDF", "LUB", "LUF", "RDB", "RDF", "RUB", "RUF")
    if sum(x != y for x, y in zip(a, b, strict=True)) == 1)
"""The twelve edges of a box by corner names, which say left/right (x), down/up (y) and back/front (z)."""


def keypoints_local(record: np.void, names: Sequence[str]) -> np.ndarray:
    """Return corners of a box in its own space.

    Args:
        record: A ``bounding_box_3d`` record.
        names: Corner names such as "LUF" (left, up, front), or "Center".

    Returns:
        (len(names), 4) float64, homogeneous.
    """
    low = np.array([record["x_min"], record["y_min"], record["z_min"]], np.float64)
    high = np.array([record["x_max"], record["y_max"], record["z_max"]], np.float64)
    points = np.ones((len(names), 4))
    for row, name in enumerate(names):
        upper = [c in "RUF" for c in name]
        points[row, :3] = (low + high) / 2 if name == "Center" else np.where(upper, high, low)
    return points


def wxyz(matrix: np.ndarray) -> list[float]:
    """Return the rotation of a row-vector matrix (4, 4) as a quaternion w, x, y, z; scale is factored out."""
    quaternion = _transform(matrix).GetRotation().GetQuat()
    return [quaternion.GetReal(), *quaternion.GetImaginary()]


def scale_of(matrix: np.ndarray) -> np.ndarray:
    """Return the scale of a row-vector matrix (4, 4): (3,) float64."""
    return np.array(_transform(matrix).GetScale())


def project(points: np.ndarray, camera: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Return camera-space points as pixels, rounded to integers; see :func:`project_exact`."""
    return [(int(x), int(y)) for x, y in np.rint(project_exact(points, camera))]


def project_exact(points: np.ndarray, camera: Mapping[str, Any]) -> np.ndarray:
    """Return camera-space points as pixels, origin top-left, (N, 2) float64.

    A point in the camera's own plane gives the image centre. Points behind the camera are mirrored, as in Isaac Sim.

    Args:
        points: (N, 4) homogeneous camera-space points.
        camera: Output of ``camera_params``.

    Raises:
        FeatureUnavailableError: The camera is no pinhole.
    """
    if camera["cameraModel"] != "pinhole":
        unsupported(f"Projecting keypoints with the camera model '{camera['cameraModel']}'", "Use a pinhole camera.")
    width, height = (int(v) for v in camera["renderProductResolution"])
    clip = points @ np.asarray(camera["cameraProjection"]).reshape(4, 4)
    flat = np.abs(clip[:, 3]) < 1e-10
    ndc = clip[:, :2] / np.where(flat, 1.0, clip[:, 3])[:, None]
    ndc[flat] = 0.0
    return np.stack(((ndc[:, 0] + 1.0) * width / 2.0, (1.0 - ndc[:, 1]) * height / 2.0), axis=1)


def truncation_ratio(pixels: Sequence[tuple[int, int]], resolution: Sequence[int]) -> float:
    """Return the share of the pixels' bounding rectangle that lies outside the image; 1 for an empty rectangle."""
    points = np.asarray(pixels, np.float64)
    low, high, size = points.min(axis=0), points.max(axis=0), np.asarray(resolution, np.float64)
    area = float(np.prod(high - low))
    if area <= 0.0:
        return 1.0
    return 1.0 - float(np.prod(np.clip(high, 0.0, size) - np.clip(low, 0.0, size))) / area


def _transform(matrix: np.ndarray) -> Gf.Transform:
    return Gf.Transform(Gf.Matrix4d(*np.asarray(matrix, np.float64).ravel().tolist()))
