"""Camera rays and the label hit of each pixel."""

import warp as wp

from scenewright.render.kernels.intersect import closest_hit
from scenewright.render.kernels.types import CameraData, Hit, SceneData

__all__ = ["camera_direction", "trace_primary"]

wp.set_module_options({"enable_backward": False, "max_unroll": 4})


@wp.func
def camera_direction(camera: CameraData, x: float, y: float) -> wp.vec3:
    """Return the ray through image position x, y [px, centres at half-integers]; its part along ``forward`` is 1."""
    return (camera.forward + camera.right * (x * camera.step_x + camera.start_x)
            + camera.up * (y * camera.step_y + camera.start_y))


@wp.kernel
def trace_primary(
    # Scene:
    scene: SceneData,
    camera: CameraData,
    # In:
    first: int,
    # Out:
    hits: wp.array(dtype=Hit),
):
    """Store the nearest hit of the ray through each pixel centre."""
    i = first + wp.tid()
    x = float(i % camera.width) + 0.5
    y = float(i // camera.width) + 0.5
    hits[i] = closest_hit(scene, wp.vec3(0.0, 0.0, 0.0), camera_direction(camera, x, y), camera.near, camera.far, -1)
