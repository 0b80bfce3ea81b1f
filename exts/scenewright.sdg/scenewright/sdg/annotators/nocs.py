"""nocs: normalised object coordinates of every pixel."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import warp as wp

from scenewright.sdg.annotators.boxes import scene_objects
from scenewright.sdg.annotators.payload import array_of
from scenewright.sdg.writers.camera import pinhole

__all__ = ["inputs", "nocs"]


def inputs(params: Mapping[str, Any]) -> dict[str, tuple]:
    """Return the annotators that `nocs` reads."""
    types = {"semanticTypes": params["semanticTypes"]}
    return {
        "instances": ("instance_segmentation", {"colorize": False, **types}),
        "boxes": ("bounding_box_3d", types),
        "depth": ("distance_to_image_plane", {}),
        "camera": ("camera_params", {}),
    }


@wp.kernel(enable_backward=False)
def write_nocs(
    ids: wp.array(dtype=wp.uint32),
    depth: wp.array(dtype=wp.float32),
    slopes: wp.array(dtype=wp.mat33d),
    offsets: wp.array(dtype=wp.vec3d),
    known: wp.array(dtype=wp.uint8),
    width: int,
    nocs_out: wp.array(dtype=wp.vec3),
    valid_out: wp.array(dtype=wp.uint8),
):
    """Write z times a linear function of the pixel, plus the object's offset: an affine map of the point that is seen."""
    i = wp.tid()
    k = int(ids[i])
    result = wp.vec3(0.0, 0.0, 0.0)
    valid = wp.uint8(0)
    if k < known.shape[0]:
        if known[k] != wp.uint8(0) and depth[i] < 3.0e38:
            pixel = wp.vec3d(wp.float64(i % width) + wp.float64(0.5), wp.float64(i // width) + wp.float64(0.5), wp.float64(1.0))
            p = (slopes[k] * pixel) * wp.float64(depth[i]) + offsets[k]
            result = wp.vec3(wp.float32(p[0]), wp.float32(p[1]), wp.float32(p[2]))
            valid = wp.uint8(1)
    nocs_out[i] = result
    valid_out[i] = valid


def nocs(data: Mapping[str, Any], semanticTypes: Any = None) -> tuple[np.ndarray, dict[str, Any]]:
    """Normalised object coordinates: where on its object the point lies that a pixel shows.

    Output: float32 (H, W, 3), 0 where no labelled object is seen. An object's coordinates are those of its prim, scaled as on
    the stage, moved so that its box's centre is (0.5, 0.5, 0.5), and divided by the diagonal of the box: all lie within 0..1,
    and the box's diagonal has length 1 (Wang et al., "Normalized Object Coordinate Space", CVPR 2019). Info: ``valid``, bool
    (H, W), where there are any; ``diagonals``, ``{instance id: length [m]}``, which gives metres back. Parameter:
    ``semanticTypes``.

    Works in Kit and on the portable host: it reads instance_segmentation, bounding_box_3d, distance_to_image_plane and
    camera_params. Limits: pinhole cameras.

    Raises:
        ValueError: if the camera is no pinhole.
    """
    camera = pinhole(data["camera"], "NOCS")
    ids = np.ascontiguousarray(array_of(data["instances"]), np.uint32)
    depth = np.ascontiguousarray(array_of(data["depth"]), np.float32).reshape(-1)
    found = scene_objects(data["boxes"])
    count = int(max(found.ids.max(initial=0), 1)) + 1
    slopes, offsets, known = np.zeros((count, 3, 3)), np.zeros((count, 3)), np.zeros(count, np.uint8)
    unproject = np.linalg.inv(camera.intrinsics)
    diagonals = {}
    for number, matrix, low, high in zip(found.ids.tolist(), found.matrices, found.low, found.high, strict=True):
        scale = np.linalg.norm(matrix[:3, :3], axis=1)
        diagonal = float(np.linalg.norm((high - low) * scale))
        linear = (matrix @ camera.view)[:3, :3]
        if not (diagonal > 0.0 and np.linalg.det(linear) != 0.0):
            continue
        inverse = np.linalg.inv(linear) * (scale / diagonal)  # camera to scaled object, row vectors
        centre = (0.5 * (low + high) * scale) / diagonal
        slopes[number] = inverse.T @ unproject / camera.meters_per_unit
        offsets[number] = 0.5 - centre - (matrix @ camera.view)[3, :3] @ inverse
        known[number] = 1
        diagonals[number] = diagonal * camera.meters_per_unit
    image = wp.empty(ids.size, dtype=wp.vec3, device="cpu")
    valid = wp.empty(ids.size, dtype=wp.uint8, device="cpu")
    wp.launch(write_nocs, ids.size, device="cpu", outputs=[image, valid], inputs=[
        wp.array(ids.reshape(-1), dtype=wp.uint32, device="cpu", copy=False),
        wp.array(depth, dtype=wp.float32, device="cpu", copy=False),
        wp.array(slopes, dtype=wp.mat33d, device="cpu"), wp.array(offsets, dtype=wp.vec3d, device="cpu"),
        wp.array(known, dtype=wp.uint8, device="cpu"), ids.shape[1]])
    info = {"valid": valid.numpy().view(bool).reshape(ids.shape), "diagonals": diagonals}
    return image.numpy().reshape(*ids.shape, 3), info
