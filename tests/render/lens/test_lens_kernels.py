"""The kernels' rays and projections against the float64 models."""

import numpy as np
import warp as wp

from scenewright.render.device.camera import ImageCamera
from scenewright.render.kernels.rays import camera_direction, camera_origin, image_position
from scenewright.render.kernels.types import CameraData

SIZE = (320, 180)


@wp.kernel(module="unique")
def probe(camera: CameraData, distance: float, origins: wp.array(dtype=wp.vec3), directions: wp.array(dtype=wp.vec3),
          images: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    x = float(i % camera.width) + 0.5
    y = float(i // camera.width) + 0.5
    origins[i] = camera_origin(camera, x, y)
    directions[i] = camera_direction(camera, x, y)
    images[i] = image_position(camera, origins[i] + directions[i] * distance)


def test_rays_and_projections_follow_the_model(lens_camera):
    camera = ImageCamera(lens_camera, *SIZE)
    count = SIZE[0] * SIZE[1]
    arrays = [wp.zeros(count, dtype=wp.vec3, device="cpu") for _ in range(3)]
    wp.launch(probe, count, inputs=[camera.data, 7.0], outputs=arrays, device="cpu")
    origins, directions, images = (array.numpy().astype(np.float64) for array in arrays)
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5))
    expected = camera.lens.rays(x, y)[1]
    seen = (directions != 0.0).any(axis=1)
    np.testing.assert_array_equal(seen, np.isfinite(expected).all(axis=1))
    ray_x, ray_y = camera.lens.project((origins + 7.0 * directions)[seen])
    assert np.hypot(ray_x - x[seen], ray_y - y[seen]).max() < 1e-4
    assert (images[seen, 2] == 1.0).mean() > 0.999  # but the very rim
    seen &= images[:, 2] == 1.0
    assert np.hypot(images[:, 0] - x, images[:, 1] - y)[seen].max() < 1e-4
