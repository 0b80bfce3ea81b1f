"""stereo_disparity: how far a point lies to the left in the right image of a rectified pair."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import warp as wp

from scenewright.sdg.annotators.payload import array_of
from scenewright.sdg.writers.camera import Pinhole, pinhole

__all__ = ["STATES", "inputs", "stereo_disparity"]

STATES = ("none", "visible", "hidden", "outside")
_RECTIFIED = 1e-4
_TOLERANCE = 1e-3  # of the distance: what is this little nearer hides nothing


def inputs(params: Mapping[str, Any]) -> dict[str, tuple]:
    """Return the annotators that `stereo_disparity` reads, two of them by the right camera.

    Raises:
        ValueError: if no right camera is named.
    """
    right = params["right"]
    if not right or not str(right).startswith("/"):
        raise ValueError(f"`right` is the prim path of the pair's right camera, such as /World/Right, got {right!r}.")
    depth = "distance_to_image_plane"
    return {"depth": (depth, {}), "camera": ("camera_params", {}), "right_depth": (depth, {}, str(right)),
            "right_camera": ("camera_params", {}, str(right))}


@wp.kernel(enable_backward=False)
def write_disparity(
    depth: wp.array(dtype=wp.float32),
    right_depth: wp.array(dtype=wp.float32),
    focal_baseline: wp.float64,
    shift: wp.float64,
    tolerance: wp.float64,
    width: int,
    disparity_out: wp.array(dtype=wp.float32),
    state_out: wp.array(dtype=wp.uint8),
):
    """Write the disparity of a pixel, and what the two pixels of the right image around its point show."""
    i = wp.tid()
    z = depth[i]
    disparity = wp.float64(0.0)
    state = wp.uint8(0)
    if z > 0.0 and z < 3.0e38:
        disparity = focal_baseline / wp.float64(z) + shift
        x = wp.float64(i % width) + wp.float64(0.5) - disparity
        state = wp.uint8(3)
        if x >= wp.float64(0.0) and x < wp.float64(width):
            row = i - i % width
            left = wp.clamp(int(wp.floor(x - wp.float64(0.5))), 0, width - 1)
            farthest = wp.max(right_depth[row + left], right_depth[row + wp.min(left + 1, width - 1)])
            state = wp.uint8(2)
            if wp.float64(z) <= wp.float64(farthest) * (wp.float64(1.0) + tolerance):
                state = wp.uint8(1)
    disparity_out[i] = wp.float32(disparity)
    state_out[i] = state


def stereo_disparity(data: Mapping[str, Any], right: str | None = None) -> tuple[np.ndarray, dict[str, Any]]:
    """Disparity of a rectified stereo pair, at the pixels of the left image.

    Attach it to the left camera's render product; ``right`` is the prim path of the right camera. The pair is rectified where
    both cameras look the same way, the right one stands exactly to the right, and both have one focal length.

    Output: float32 (H, W) [px]: x in the left image less x in the right one, 0 where nothing is seen. Info: ``state``, uint8
    (H, W): 0 nothing is seen, 1 seen in the right image, too, 2 hidden there, 3 outside of it; ``states``, these names in
    order; ``baseline`` [m]; ``focal`` [px]. Hidden is what the right depth, at the two pixels around the point, shows something
    nearer than: along outlines that is exact to a pixel.

    Works in Kit and on the portable host: it reads depth and camera_params of both cameras.

    Raises:
        ValueError: if the pair is not rectified, or a camera is no pinhole.
    """
    depth, other = (np.ascontiguousarray(array_of(data[key]), np.float32) for key in ("depth", "right_depth"))
    one, two = pinhole(data["camera"], "Stereo pairs"), pinhole(data["right_camera"], "Stereo pairs")
    baseline, focal = _baseline(one, two, right), float(one.intrinsics[0, 0])
    disparity = wp.empty(depth.size, dtype=wp.float32, device="cpu")
    state = wp.empty(depth.size, dtype=wp.uint8, device="cpu")
    shift = float(one.intrinsics[0, 2] - two.intrinsics[0, 2])
    wp.launch(write_disparity, depth.size, device="cpu", outputs=[disparity, state], inputs=[
        wp.array(depth.reshape(-1), dtype=wp.float32, device="cpu", copy=False),
        wp.array(other.reshape(-1), dtype=wp.float32, device="cpu", copy=False),
        wp.float64(focal * baseline), wp.float64(shift), wp.float64(_TOLERANCE), depth.shape[-1]])
    info = {"state": state.numpy().reshape(depth.shape), "states": list(STATES), "baseline": baseline, "focal": focal}
    return disparity.numpy().reshape(depth.shape), info


def _baseline(one: Pinhole, two: Pinhole, right: str | None) -> float:
    """Return the distance of the cameras [m]."""
    between = two.view[:3, :3].T @ one.view[:3, :3]  # right camera to left camera, row vectors
    offset = (np.linalg.inv(two.view) @ one.view)[3, :3] * one.meters_per_unit
    turned = np.abs(between - np.eye(3)).max()
    aside = np.abs(offset[1:]).max()
    zoomed = np.abs(one.intrinsics[[0, 1, 1], [0, 1, 2]] / two.intrinsics[[0, 1, 1], [0, 1, 2]] - 1.0).max()
    if turned > _RECTIFIED or aside > _RECTIFIED * max(offset[0], 1e-9) or zoomed > _RECTIFIED or offset[0] <= 0.0:
        raise ValueError(
            f"The stereo pair with the right camera {right} is not rectified: it is at {np.round(offset, 6).tolist()} m "
            f"(right, down, forward) of the left one, turned by up to {turned:.2g}, with intrinsics off by {zoomed:.2g}. Place "
            "it exactly to the right, looking the same way, with the same focal length and vertical offset."
        )
    return float(offset[0])
