"""Keypoints: positions are made again from poses and the camera, states are held against border and depth."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scenewright.sdg.dataset_validation.basic_checks import FrameLabels
from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.reading.camera import CameraView

__all__ = ["check_keypoint_records", "check_keypoints"]

_TOLERANCE = 0.01  # [pixel]
_DEPTH_TOLERANCE = 1e-4  # relative
_VISIBLE = 0.02  # of the object's diagonal: a visible point may lie this far below the surface that the image shows


def check_keypoints(row: Mapping[str, Any], points: Mapping[str, Any], labels: FrameLabels, file: str, log: CheckLog) -> None:
    """Make the keypoints of an annotation again from the pose of its prim and the camera.

    Args:
        row: the annotation, with ``keypoints`` and ``prim_path``.
        points: the keypoints of its class in the prim's space, by name [stage units]; None = the object has no such locator.
        labels: BasicWriter's files of the same image.
        file: where the annotation stands.
        log: takes the findings.
    """
    found = _projected(labels, row.get("prim_path", ""), list(points.values()), log)
    given = np.array(row["keypoints"], np.float64).reshape(-1, 3)
    if found is None or len(given) != len(points):
        return  # the latter is told where the annotation is checked
    pixels, depths, slacks = found
    camera = labels.camera
    log.compared["keypoints against poses"] += len(given)
    for name, (x, y, state), pixel, depth, slack in zip(points, given.tolist(), pixels, depths, slacks, strict=True):
        item = f"annotation {row.get('id')}, {name}"
        if points[name] is None:
            if state:
                log.error("keypoints", file, item, f"its state is {state:g}, and yet its object has no such locator.")
            continue
        inside = depth > 0 and 0 <= pixel[0] < camera.width and 0 <= pixel[1] < camera.height
        if bool(state) != bool(inside) and not _near_edge(pixel, camera, slack):
            log.error("keypoints", file, item, f"its state is {state:g}; the pose puts it at ({pixel[0]:.2f}, {pixel[1]:.2f}).")
        elif state and np.hypot(x - pixel[0], y - pixel[1]) > slack:
            log.error("keypoints", file, item, f"it is at ({x:.2f}, {y:.2f}); the pose gives ({pixel[0]:.2f}, {pixel[1]:.2f}).")


def check_keypoint_records(facts: Any, file: str, labels: FrameLabels, depth: np.ndarray | None, log: CheckLog) -> None:
    """Check what the annotator ``keypoints`` gave: positions against poses, states against the image's border and the depth.

    Args:
        facts: the file's ``records``, ``names``, ``primPaths``, ``states`` and, where it has them, ``points``.
        file: where they stand.
        labels: BasicWriter's files of the same image.
        depth: distance to the image plane [m], shape (H, W); None = not known.
        log: takes the findings.

    Raises:
        KeyError, TypeError, ValueError: if the file is damaged.
    """
    camera = labels.camera
    if camera is None:
        log.skipped.setdefault("keypoint states", "they need camera_params of the same frames")
        return
    states, points = list(facts["states"]), facts.get("points")
    if points is None:
        log.skipped.setdefault("keypoint positions", "the files do not say where the locators are on their objects")
        points = [None] * len(facts["records"])
    for record, name, path, point in zip(facts["records"], facts["names"], facts["primPaths"], points, strict=True):
        place = tuple(np.nan if record[key] is None else float(record[key]) for key in ("x", "y", "depth"))
        item = f"{path}, {name}"
        _check_state(place, states[int(record["state"])], file, (item, path), labels, depth, log)
        if point is not None:
            _check_place(place, point, file, (item, path), labels, log)


def _check_place(
    given: tuple[float, float, float],
    point: Sequence[float],
    file: str,
    names: tuple[str, str],
    labels: FrameLabels,
    log: CheckLog,
) -> None:
    """Compare pixel and depth of a locator with its place on the object, the object's pose and the camera."""
    item, path = names
    found = _projected(labels, path, [point], log)
    if found is None:
        return
    (pixel,), (far,), (slack,) = found
    far = far * labels.camera.meters_per_unit
    log.compared["keypoints against poses"] += 1
    if abs(given[2] - far) > _DEPTH_TOLERANCE * max(abs(far), 1e-3):
        log.error("keypoints", file, item, f"its depth is {given[2]:.4f} m; the pose gives {far:.4f} m.")
    elif far > 0 and np.hypot(given[0] - pixel[0], given[1] - pixel[1]) > slack:
        message = f"it is at ({given[0]:.2f}, {given[1]:.2f}); the pose gives ({pixel[0]:.2f}, {pixel[1]:.2f})."
        log.error("keypoints", file, item, message)


def _check_state(
    given: tuple[float, float, float],
    state: str,
    file: str,
    names: tuple[str, str],
    labels: FrameLabels,
    depth: np.ndarray | None,
    log: CheckLog,
) -> None:
    """Outside is outside, and what is visible is not behind what the depth shows."""
    (x, y, far), (item, path), camera = given, names, labels.camera
    log.compared["keypoint states against depth"] += 1
    inside = far > 0 and 0 <= x < camera.width and 0 <= y < camera.height
    if (state != "outside") != inside and not _near_edge((x, y), camera, _TOLERANCE):
        log.error("keypoints", file, item, f"it is '{state}' at ({x:.2f}, {y:.2f}) with depth {far:.3f} m.")
    elif inside and state == "visible" and depth is not None:
        around = depth[max(int(y) - 1, 0) : int(y) + 2, max(int(x) - 1, 0) : int(x) + 2]
        reach = float(np.max(around))
        if far > reach + _VISIBLE * _size_of(labels, path) + 1e-4 * far:
            log.error("keypoints", file, item, f"it is 'visible' {far:.3f} m away; the image shows {reach:.3f} m.")


def _projected(
    labels: FrameLabels, path: str, points: Sequence[Sequence[float] | None], log: CheckLog
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Return pixels, depths [stage units] and tolerances [pixel] of points in an object's space; None without its pose.

    BasicWriter's poses are float32, which far from the origin is more than a hundredth of a pixel.
    """
    rows, _, paths = labels.boxes("bounding_box_3d")
    camera = labels.camera
    if camera is None or camera.intrinsics is None or path not in paths:
        reason = "they need camera_params of a pinhole and bounding_box_3d of the same frames"
        log.skipped.setdefault("keypoint positions", reason)
        return None
    matrix = np.array(rows[paths.index(path)]["transform"], np.float64)
    local = np.array([[*(point or (0.0, 0.0, 0.0)), 1.0] for point in points], np.float64)
    pixels, depths = camera.project((local @ matrix)[:, :3])
    rounding = np.spacing(np.float32(np.abs(matrix[3, :3]).max())) * camera.intrinsics[0, 0] / np.maximum(np.abs(depths), 1e-6)
    return pixels, depths, _TOLERANCE * max(1.0, 1e-3 * camera.width) + rounding


def _near_edge(pixel: Sequence[float], camera: CameraView, slack: float) -> bool:
    x, y = pixel
    return min(abs(x), abs(y), abs(x - camera.width), abs(y - camera.height)) < slack


def _size_of(labels: FrameLabels, path: str) -> float:
    """Return the diagonal of a prim's 3D box [m]; 1 where it has none."""
    rows, _, paths = labels.boxes("bounding_box_3d")
    if path not in paths or labels.camera is None:
        return 1.0
    row = rows[paths.index(path)]
    size = np.array([float(row[f"{axis}_max"]) - float(row[f"{axis}_min"]) for axis in "xyz"])
    return float(np.linalg.norm(size * np.linalg.norm(row["transform"][:3, :3], axis=1))) * labels.camera.meters_per_unit
