"""Points and pixels of a pinhole camera. Camera points are in ROS axes: +X right, +Y down, +Z forward, in stage units."""

from typing import Any

import numpy as np
import warp as wp
from isaacsim.sensors.camera.lens import CameraLens
from pxr import Usd, UsdGeom

__all__ = ["PinholeGeometry"]

_ROS_IN_USD = np.diag([1.0, -1.0, -1.0, 1.0])


class PinholeGeometry(CameraLens):
    """What a pinhole camera projects; arrays are NumPy, float32 for matrices as in Isaac Sim."""

    def get_view_matrix_ros(self, device: Any = None, backend_utils_cls: Any = None) -> np.ndarray:
        """Return the matrix (4, 4) from world points to camera points, for columns."""
        world = np.array(UsdGeom.Imageable(self.prim).ComputeLocalToWorldTransform(Usd.TimeCode.Default())).T
        return (_ROS_IN_USD @ np.linalg.inv(world)).astype(np.float32)

    def get_intrinsics_matrix(self, device: Any = None, backend_utils_cls: Any = None) -> np.ndarray:
        """Return the matrix (3, 3) from camera points to pixels, its centre in the middle of the picture.

        Raises:
            ValueError: The lens is no pinhole.
        """
        if "pinhole" not in self.get_lens_distortion_model().lower():
            raise ValueError(f"{self.prim.GetPath()}: the lens is {self.get_lens_distortion_model()!r}, no pinhole. Call "
                             "set_lens_distortion_model('pinhole') first.")
        width, height = self.get_resolution()
        focal = self.get_focal_length()
        return np.array([[width * focal / self.get_horizontal_aperture(), 0.0, width / 2],
                         [0.0, height * focal / self.get_vertical_aperture(), height / 2], [0.0, 0.0, 1.0]], dtype=np.float32)

    def get_image_coords_from_world_points(self, points_3d: np.ndarray) -> np.ndarray:
        """Return the pixels (N, 2) of world points (N, 3)."""
        points = _numpy(points_3d) @ self.get_view_matrix_ros()[:3, :3].T + self.get_view_matrix_ros()[:3, 3]
        pixels = points @ self.get_intrinsics_matrix().T
        return pixels[:, :2] / pixels[:, 2:]

    def get_camera_points_from_image_coords(self, points_2d: np.ndarray, depth: np.ndarray, device: Any = None,
                                            backend_utils_cls: Any = None) -> np.ndarray:
        """Return the camera points (N, 3) of pixels (N, 2) at distances (N,) from the image plane."""
        pixels, far = _numpy(points_2d), _numpy(depth).reshape(-1, 1)
        rays = np.concatenate([pixels, np.ones((len(pixels), 1))], axis=1) @ np.linalg.inv(self.get_intrinsics_matrix()).T
        with np.errstate(invalid="ignore"):  # 0 * inf where nothing was hit
            return rays * far

    def get_world_points_from_image_coords(self, points_2d: np.ndarray, depth: np.ndarray, device: Any = None,
                                           backend_utils_cls: Any = None) -> np.ndarray:
        """Return the world points (N, 3) of pixels (N, 2) at distances (N,) from the image plane."""
        points = self.get_camera_points_from_image_coords(points_2d, depth)
        camera = np.linalg.inv(self.get_view_matrix_ros())
        with np.errstate(invalid="ignore"):
            return points @ camera[:3, :3].T + camera[:3, 3]


def _numpy(value: Any) -> np.ndarray:
    return value.numpy() if isinstance(value, wp.array) else np.asarray(value)
