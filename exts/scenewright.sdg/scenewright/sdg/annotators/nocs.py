"""nocs: normalised object coordinates of every pixel."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import warp as wp

from scenewright.sdg.annotators.boxes import SceneObjects, scene_objects
from scenewright.sdg.annotators.payload import array_of
from scenewright.sdg.writers.camera import Pinhole, pinhole

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
    used, diagonals, slopes, offsets = _maps(found, camera)
    count = int(found.ids.max(initial=1)) + 1
    table, origins, known = np.zeros((count, 3, 3)), np.zeros((count, 3)), np.zeros(count, np.uint8)
    numbers = found.ids[used]
    table[numbers], origins[numbers], known[numbers] = slopes, offsets, 1
    image = wp.empty(ids.size, dtype=wp.vec3, device="cpu")
    valid = wp.empty(ids.size, dtype=wp.uint8, device="cpu")
    wp.launch(write_nocs, ids.size, device="cpu", outputs=[image, valid], inputs=[
        wp.array(ids.reshape(-1), dtype=wp.uint32, device="cpu", copy=False),
        wp.array(depth, dtype=wp.float32, device="cpu", copy=False),
        wp.array(table, dtype=wp.mat33d, device="cpu"), wp.array(origins, dtype=wp.vec3d, device="cpu"),
        wp.array(known, dtype=wp.uint8, device="cpu"), ids.shape[1]])
    metres = (diagonals * camera.meters_per_unit).tolist()
    info = {"valid": valid.numpy().view(bool).reshape(ids.shape), "diagonals": dict(zip(numbers.tolist(), metres, strict=True))}
    return image.numpy().reshape(*ids.shape, 3), info


def _maps(found: SceneObjects, camera: Pinhole) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return how pixels (x, y, 1) times depth become coordinates: of those objects that have a size.

    Returns:
        Rows of these objects, (K,); their diagonals [stage units], (K,); slopes [1/m], (K, 3, 3), and offsets, (K, 3).
    """
    scales = np.linalg.norm(found.matrices[:, :3, :3], axis=2)
    diagonals = np.linalg.norm((found.high - found.low) * scales, axis=1)
    to_camera = found.matrices @ camera.view
    used = np.flatnonzero((diagonals > 0.0) & (np.linalg.det(to_camera[:, :3, :3]) != 0.0))
    diagonals, shrink = diagonals[used], scales[used] / diagonals[used, None]
    inverse = np.linalg.inv(to_camera[used, :3, :3]) * shrink[:, None]  # camera to scaled object, row vectors
    centres = 0.5 * (found.low + found.high)[used] * shrink
    slopes = inverse.transpose(0, 2, 1) @ np.linalg.inv(camera.intrinsics) / camera.meters_per_unit
    offsets = 0.5 - centres - np.einsum("ni,nij->nj", to_camera[used, 3, :3], inverse)
    return used, diagonals, slopes, offsets
