"""Poses and box corners of ``bounding_box_3d`` records, in the world, the camera and the image."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.polynomial import polynomial
from pxr import Gf

from scenewright.replicator.annotators.camera_lens import camera_of_parameters, image_points

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

    As in Isaac Sim (isaacsim.replicator.writers) a fisheyePolynomial shows every angle, a pinholeOpenCV is projected without
    its distortion, points in a pinhole's own plane give the image centre and points behind it are mirrored. Isaac Sim takes all
    other models for pinholes; here they are projected as they are.

    Args:
        points: (N, 4) homogeneous camera-space points.
        camera: Output of ``camera_params``.

    Raises:
        FeatureUnavailableError: ``camera`` does not say all that this lens needs.
    """
    project_points = _PROJECTIONS.get(camera["cameraModel"])
    if project_points is not None:
        return project_points(points, camera)
    width, height = (int(v) for v in camera["renderProductResolution"])
    return image_points(points, camera_of_parameters(camera), (width, height))


def _project_pinhole(points: np.ndarray, camera: Mapping[str, Any]) -> np.ndarray:
    width, height = (int(v) for v in camera["renderProductResolution"])
    clip = points @ np.asarray(camera["cameraProjection"]).reshape(4, 4)
    flat = np.abs(clip[:, 3]) < 1e-10
    ndc = clip[:, :2] / np.where(flat, 1.0, clip[:, 3])[:, None]
    ndc[flat] = 0.0
    return np.stack(((ndc[:, 0] + 1.0) * width / 2.0, (1.0 - ndc[:, 1]) * height / 2.0), axis=1)


def _nominal(camera: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the nominal size, the optical centre in it and what scales it to the image, (2,) each."""
    size = np.asarray(camera["renderProductResolution"], np.float64)
    nominal = np.array([camera["cameraFisheyeNominalWidth"], camera["cameraFisheyeNominalHeight"]], np.float64)
    nominal = np.where(nominal == 0.0, size, nominal)
    center = np.asarray(camera["cameraFisheyeOpticalCentre"], np.float64)
    return nominal, center, size / nominal


def _project_opencv(points: np.ndarray, camera: Mapping[str, Any]) -> np.ndarray:
    nominal, center, scale = _nominal(camera)
    center = np.where(center == 0.0, nominal / 2.0, center)
    focal = np.array([camera["cameraOpenCVFx"], camera["cameraOpenCVFy"]], np.float64)
    depth = -points[:, 2]
    flat = np.abs(depth) < 1e-10
    slopes = np.where(flat[:, None], 0.0, points[:, :2] / np.where(flat, 1.0, depth)[:, None])
    return (slopes * (1.0, -1.0) * focal + center) * scale


def _project_polynomial(points: np.ndarray, camera: Mapping[str, Any]) -> np.ndarray:
    _, center, scale = _nominal(camera)
    away = np.hypot(points[:, 0], points[:, 1])
    radius = _radius(np.arctan2(away, -points[:, 2]), np.asarray(camera["cameraFisheyePolynomial"], np.float64))
    on_axis = away < 1e-10
    across = points[:, :2] / np.where(on_axis, 1.0, away)[:, None] * (1.0, -1.0)
    return (center + np.where(on_axis, 0.0, radius)[:, None] * across) * scale


def _radius(angles: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    """Return r where ``a + b r + c r^2 + ... = angle``, by Newton's method from the linear solution."""
    slope = polynomial.polyder(coefficients)
    a, b = coefficients[:2]
    r = (angles - a) / b if abs(b) > 1e-10 else np.array(angles)
    for _ in range(_NEWTON_STEPS):
        steep = polynomial.polyval(r, slope)
        r = r - np.where(np.abs(steep) < 1e-10, 0.0, (polynomial.polyval(r, coefficients) - angles)
                         / np.where(np.abs(steep) < 1e-10, 1.0, steep))
    return r


_PROJECTIONS = {"pinhole": _project_pinhole, "generalizedProjection": _project_pinhole, "pinholeOpenCV": _project_opencv,
                "fisheyePolynomial": _project_polynomial}
_NEWTON_STEPS = 30


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
