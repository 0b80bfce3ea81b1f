"""A camera record and an image size as what the kernels need."""

import math

import numpy as np

from scenewright.render.kernels.types import CameraData
from scenewright.render.scene.records import CameraRecord

__all__ = ["ImageCamera"]


class ImageCamera:
    """A pinhole camera with an image of ``width`` x ``height`` square pixels."""

    def __init__(self, record: CameraRecord, width: int, height: int, meters_per_unit: float = 1.0) -> None:
        """Take the camera.

        Raises:
            NotImplementedError: The projection is not a pinhole.
        """
        if record.projection != "pinhole":
            raise NotImplementedError(
                f"Camera {record.path}: projection {record.projection!r} is not available yet. Available: pinhole."
            )
        self.record = record
        self.width, self.height = width, height
        matrix = np.asarray(record.matrix, np.float64)
        self.center = matrix[3, :3].copy()
        """World position, (3,) float64; the origin of the device arrays."""
        self.right, self.up, self.forward = matrix[0, :3], matrix[1, :3], -matrix[2, :3]
        step = record.horizontal_aperture / record.focal_length / width
        shift_x = record.aperture_offset[0] / record.focal_length
        shift_y = record.aperture_offset[1] / record.focal_length
        data = CameraData()
        data.right, data.up, data.forward = self.right, self.up, self.forward
        data.width, data.height = width, height
        data.step_x, data.start_x = step, shift_x - 0.5 * width * step
        data.step_y, data.start_y = -step, shift_y + 0.5 * height * step
        near, far = record.clipping_range
        data.near, data.far = max(near, 0.0), min(far, 1e30)
        if record.f_stop > 0.0 and record.focus_distance > 0.0:
            # focal length is in mm; the lens' radius is half the aperture's diameter f / N
            data.lens_radius = 0.5e-3 * record.focal_length / record.f_stop / meters_per_unit
            data.focus_distance = record.focus_distance
        self.data = data
        self._step = (data.step_x, data.start_x, data.step_y, data.start_y)

    def same_view(self, other: "ImageCamera") -> bool:
        """Return whether both cameras map every world point to the same image position."""
        return self._step == other._step and np.array_equal(self.record.matrix, other.record.matrix)

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return image x, y [px] and depth along the viewing axis [stage units] of world points (..., 3)."""
        local = points - self.center
        depth = local @ self.forward
        safe = np.where(np.abs(depth) > 1e-30, depth, math.copysign(1e-30, 1.0))
        step_x, start_x, step_y, start_y = self._step
        return (local @ self.right / safe - start_x) / step_x, (local @ self.up / safe - start_y) / step_y, depth
