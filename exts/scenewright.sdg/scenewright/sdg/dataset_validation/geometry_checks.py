"""Depth, cameras, 3D boxes, motion and disparity of one frame: each is made again from the others."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from scenewright.sdg.dataset_validation.basic_checks import FrameLabels
from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.reading.camera import CameraView, cuboid_corners

__all__ = [
    "FLOWS",
    "check_cameras",
    "check_cuboids",
    "check_depths",
    "check_disparity",
    "check_motion",
    "plane_depth",
]

FLOWS = ("motion_vectors", "optical_flow_backward", "optical_flow_forward")
_DEPTH_TOLERANCE = 1e-4  # relative; float32 distances of two ways to the same point
_FLOW_TOLERANCE = 0.05  # [pixel]
_DISPARITY_TOLERANCE = 0.02  # [pixel]
_FEW = 0.01  # share of an object's pixels that may disagree: those that its outline cuts


def check_cameras(labels: FrameLabels, size: tuple[int, int] | None, log: CheckLog) -> None:
    """Check that a camera's matrices are what they are for, and that its resolution is the image's."""
    camera = labels.camera
    if camera is None:
        return
    file = labels.name("camera_params")
    log.compared["cameras"] += 1
    rotation = camera.to_camera[:3, :3]
    if np.abs(rotation @ rotation.T - np.eye(3)).max() > 1e-4:
        log.error("cameras", file, "cameraViewTransform", "its rotation is not orthonormal.")
    if size is not None and (camera.width, camera.height) != tuple(size):
        log.error(
            "cameras",
            file,
            "renderProductResolution",
            f"it is {camera.width} × {camera.height}; the image is {size[0]} × {size[1]}.",
        )
    params = labels.json("camera_params") or {}
    aperture, focal = params.get("cameraAperture"), params.get("cameraFocalLength")
    if camera.intrinsics is not None and aperture and focal:
        expected = float(focal) / float(aperture[0]) * camera.width
        if abs(camera.intrinsics[0, 0] - expected) > 1e-3 * expected:
            log.error(
                "cameras",
                file,
                "cameraProjection",
                f"its focal length is {camera.intrinsics[0, 0]:.2f} px; the lens gives {expected:.2f} px.",
            )


def check_depths(labels: FrameLabels, log: CheckLog) -> None:
    """Make the distance to the camera again from the distance to the image plane."""
    plane, ray = labels.array("distance_to_image_plane"), labels.array("distance_to_camera")
    camera = labels.camera
    if plane is None or ray is None or camera is None or camera.intrinsics is None:
        return
    file = labels.name("distance_to_camera")
    plane, ray = plane.squeeze(), ray.squeeze()
    if plane.shape != ray.shape or plane.shape != (camera.height, camera.width):
        log.error(
            "depth",
            file,
            "",
            f"the distances are {ray.shape} and {plane.shape}; the camera has {(camera.height, camera.width)}.",
        )
        return
    log.compared["distances to camera and plane"] += 1
    expected = plane * camera.ray_lengths()
    finite = np.isfinite(expected) & np.isfinite(ray)
    wrong = np.count_nonzero(np.isfinite(plane) != np.isfinite(ray))
    wrong += np.count_nonzero(np.abs(ray[finite] - expected[finite]) > _DEPTH_TOLERANCE * expected[finite])
    if wrong:
        log.error("depth", file, f"{wrong} pixels", "they disagree with distance_to_image_plane and the camera.")


def plane_depth(labels: FrameLabels) -> np.ndarray | None:
    """Return the distance to the image plane [m], shape (H, W), of a pinhole's frame, by whichever file there is; else None."""
    camera = labels.camera
    if camera is None or camera.intrinsics is None:
        return None
    shape = (camera.height, camera.width)
    for item, divisor in (("distance_to_image_plane", None), ("distance_to_camera", camera)):
        depth = labels.array(item)
        if depth is not None and depth.squeeze().shape == shape:
            return depth.squeeze() if divisor is None else depth.squeeze() / camera.ray_lengths()
    return None


def check_cuboids(labels: FrameLabels, depth: np.ndarray | None, log: CheckLog) -> None:
    """Check that what is seen of each object lies within its 3D box: in the picture, and in space where there is depth."""
    camera = labels.camera
    rows, _, paths = labels.boxes("bounding_box_3d")
    if camera is None or camera.intrinsics is None or not len(rows):
        return
    file = labels.name("bounding_box_3d")
    tight = dict(zip(labels.boxes("bounding_box_2d_tight")[2], labels.boxes("bounding_box_2d_tight")[0], strict=True))
    for row, path in zip(rows, paths, strict=True):
        if not np.isfinite(np.array(row["transform"])).all():
            log.error("poses", file, path, "its transform has a number that is not finite.")
            continue
        _check_projection(row, tight.get(path), camera, file, path, log)
        pixels = labels.pixels_of(path)
        if depth is not None and pixels is not None and path:
            _check_points(row, *camera.unproject(depth, *pixels)[:1], camera, file, path, log)


def check_motion(labels: FrameLabels, before: FrameLabels | None, depth: np.ndarray | None, log: CheckLog) -> None:
    """Make motion and flow again from depth, and from the poses of objects and camera in this frame and the one before.

    ``motion_vectors`` and ``optical_flow_backward`` belong to this frame's pixels, ``optical_flow_forward`` to those of the
    one before. Looked at are the pixels of objects with a 3D box in both frames.

    Args:
        labels: the frame.
        before: the frame one step earlier; None = there is none, so nothing has moved.
        depth: distance to the image plane [m].
        log: takes the findings.
    """
    for item in FLOWS:
        flow = labels.array(item)
        if flow is not None:
            check_flow_array(flow, labels.name(item), item, labels, before, depth, log)


def check_flow_array(
    flow: np.ndarray,
    file: str,
    item: str,
    labels: FrameLabels,
    before: FrameLabels | None,
    depth: np.ndarray | None,
    log: CheckLog,
) -> None:
    """Do what `check_motion` does for one array, ``item`` being its annotator."""
    if before is None:
        log.compared["motion of first steps"] += 1
        if np.abs(flow).max(initial=0.0) > 0.0:
            log.error("motion", file, "", "it is the first step of a sequence, and yet something has moved.")
    elif item == "optical_flow_forward":
        _check_flow(flow, file, before, labels, plane_depth(before), log)
    else:
        _check_flow(flow, file, labels, before, depth, log)


def _check_flow(
    flow: np.ndarray, file: str, here: FrameLabels, there: FrameLabels, depth: np.ndarray | None, log: CheckLog
) -> None:
    """Compare a flow with where the points that a frame's pixels show are in the image of another one."""
    camera, other = here.camera, there.camera
    if depth is None or camera is None or other is None or other.intrinsics is None or here.ids is None:
        log.skipped.setdefault("motion", "it needs camera_params, a distance and instance_segmentation in the same folder")
        return
    rows, _, paths = here.boxes("bounding_box_3d")
    elsewhere = dict(zip(there.boxes("bounding_box_3d")[2], there.boxes("bounding_box_3d")[0], strict=True))
    if not len(rows):
        log.skipped.setdefault("motion", "it needs bounding_box_3d in the same folder")
    for row, path in zip(rows, paths, strict=True):
        pixels = here.pixels_of(path)
        if path not in elsewhere or pixels is None:
            continue
        world, seen = camera.unproject(depth, *pixels)
        to_local = np.linalg.pinv(np.array(row["transform"], np.float64))
        moved = np.c_[world, np.ones(len(world))] @ to_local @ np.array(elsewhere[path]["transform"], np.float64)
        where, depths = other.project(moved[:, :3])
        rows_at, columns_at = pixels[0][seen], pixels[1][seen]
        expected = where - np.stack([columns_at + 0.5, rows_at + 0.5], axis=1)
        known = depths > 0
        if not known.any():
            continue
        log.compared["motion of objects against depth and poses"] += 1
        off = np.abs(flow[rows_at, columns_at, :2] - expected)[known].max(axis=1)
        if np.mean(off > _FLOW_TOLERANCE) > _FEW:
            log.error(
                "motion", file, path, f"motion is {np.median(off):.2f} px (median) off what depth and the two poses give."
            )


def check_disparity(labels: FrameLabels, others: Iterable[FrameLabels], depth: np.ndarray | None, log: CheckLog) -> None:
    """Make the disparity of a rectified pair again from depth and the two cameras.

    Args:
        labels: the left camera's frame.
        others: the same frame of other cameras; the one that stands exactly to the right is the pair's.
        depth: distance to the image plane [m].
        log: takes the findings.
    """
    disparity = labels.array("stereo_disparity")
    if disparity is not None:
        check_disparity_array(disparity, labels.name("stereo_disparity"), labels, others, depth, log)


def check_disparity_array(
    disparity: np.ndarray,
    file: str,
    labels: FrameLabels,
    others: Iterable[FrameLabels],
    depth: np.ndarray | None,
    log: CheckLog,
) -> None:
    """Do what `check_disparity` does for an array that lies elsewhere."""
    camera = labels.camera
    right = next((found for other in others if (found := _right_of(camera, other.camera)) is not None), None)
    if depth is None or camera is None or right is None or disparity.squeeze().shape != depth.shape:
        log.skipped.setdefault("disparity", "it needs a distance, camera_params, and those of the right camera of the pair")
        return
    log.compared["disparity against depth"] += 1
    baseline, shift = right
    with np.errstate(divide="ignore"):
        expected = camera.intrinsics[0, 0] * baseline / depth.astype(np.float64) + shift
    expected = np.where(np.isfinite(depth) & (depth > 0), expected, 0.0)
    off = np.abs(disparity.squeeze() - expected)
    wrong = np.count_nonzero(~(off <= _DISPARITY_TOLERANCE + 1e-5 * np.abs(expected)))
    if wrong:
        largest = float(np.nanmax(off))
        log.error("disparity", file, f"{wrong} pixels", f"they are up to {largest:.2f} px off what depth and the cameras give.")


def _right_of(left: CameraView | None, other: CameraView | None) -> tuple[float, float] | None:
    """Return baseline [m] and shift of the principal point [pixel] where the other camera is the right one of a pair."""
    if left is None or other is None or left.intrinsics is None or other.intrinsics is None:
        return None
    between = np.linalg.inv(other.to_camera) @ left.to_camera  # the other camera as the left one sees it
    offset = between[3, :3]
    turned = np.abs(between[:3, :3] - np.eye(3)).max() > 1e-4
    if turned or offset[0] <= 0 or np.abs(offset[1:]).max() > 1e-4 * offset[0]:
        return None
    if (left.width, left.height) != (other.width, other.height) or not np.isclose(
        left.intrinsics[0, 0], other.intrinsics[0, 0]
    ):
        return None
    return float(offset[0]) * left.meters_per_unit, float(left.intrinsics[0, 2] - other.intrinsics[0, 2])


def _check_projection(row: Any, tight: Any, camera: CameraView, file: str, path: str, log: CheckLog) -> None:
    if tight is None:
        return
    pixels, depths = camera.project(cuboid_corners(row))
    if not (depths > 0).all():
        return
    log.compared["2D boxes within projected 3D boxes"] += 1
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    box = np.array([float(tight[side]) for side in ("x_min", "y_min", "x_max", "y_max")])
    if (box[:2] + 1.0 < low - 0.5).any() or (box[2:] > high + 0.5).any():
        spans = f"x {low[0]:.1f} to {high[0]:.1f}, y {low[1]:.1f} to {high[1]:.1f}"
        log.error("poses", file, path, f"its 3D box projects to {spans}, but it is seen at {[int(side) for side in box]}.")


def _check_points(row: Any, world: np.ndarray, camera: CameraView, file: str, path: str, log: CheckLog) -> None:
    if not len(world):
        return
    log.compared["depth within 3D boxes"] += 1
    low, high = (np.array([float(row[f"{axis}_{end}"]) for axis in "xyz"]) for end in ("min", "max"))
    matrix = np.array(row["transform"], np.float64)
    local = (np.c_[world, np.ones(len(world))] @ np.linalg.pinv(matrix))[:, :3]
    scale = np.maximum(np.linalg.norm(matrix[:3, :3], axis=1), 1e-12)
    reach = np.linalg.norm(world - camera.position, axis=1, keepdims=True)
    slack = 2e-4 * reach / scale + 1e-3 * np.linalg.norm((high - low) * scale) / scale
    outside = ((local < low - slack) | (local > high + slack)).any(axis=1)
    if outside.mean() > _FEW:
        share = f"{100 * outside.mean():.0f} %"
        log.error(
            "poses",
            file,
            path,
            f"{share} of what the depth shows of it lies outside its 3D box: pose, extent or depth is wrong.",
        )
