"""A camera record and an image size as what the kernels need."""

import numpy as np
import warp as wp

from scenewright.render.device.lens_tables import fill_camera
from scenewright.render.kernels.types import CameraData
from scenewright.render.lens import Lens, lens_of
from scenewright.render.lens.models import Panorama, Parallel, Perspective
from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.records import CameraRecord

__all__ = ["ImageCamera"]


class ImageCamera:
    """A camera with an image of ``width`` x ``height`` pixels."""

    def __init__(self, record: CameraRecord, width: int, height: int, meters_per_unit: float = 1.0,
                 device: str = "cpu") -> None:
        """Take the camera.

        Raises:
            SceneError: Its lens makes no image.
        """
        self.record = record
        self.width, self.height = width, height
        matrix = np.asarray(record.matrix, np.float64)
        self.center = matrix[3, :3].copy()
        """World position, (3,) float64; the origin of the device arrays."""
        self.right, self.up, self.forward = matrix[0, :3], matrix[1, :3], -matrix[2, :3]
        try:
            self.lens: Lens = lens_of(record, width, height)
        except ValueError as error:
            raise SceneError(f"Camera {record.path}: {error}. Correct the coefficients of its {record.projection} "
                             "lens.") from None
        data = CameraData()
        data.right, data.up, data.forward = self.right, self.up, self.forward
        data.exact_right, data.exact_up, data.exact_forward = self.right, self.up, self.forward
        data.width, data.height = width, height
        near, far = record.clipping_range
        data.near, data.far = max(near, 0.0), min(far, 1e30)
        if record.f_stop > 0.0 and record.focus_distance > 0.0:
            # focal length is in mm; the lens' radius is half the aperture's diameter f / N
            data.lens_radius = 0.5e-3 * record.focal_length / record.f_stop / meters_per_unit
            data.focus_distance = record.focus_distance
        fill_camera(data, self.lens, device)
        self.data = data

    def shift_image(self, x: float, y: float) -> None:
        """Let the kernels' rays through image positions go through those ``x``, ``y`` [px] farther right and down."""
        self.data.start_x = float(self.data.start_x) + float(x * self.data.step_x)
        self.data.start_y = float(self.data.start_y) + float(y * self.data.step_y)
        self.data.center = self.data.center - wp.vec2(x, y)

    @property
    def is_linear(self) -> bool:
        """Whether straight lines are straight in the image: pinhole and orthographic."""
        return isinstance(self.lens, Perspective | Parallel)

    @property
    def is_parallel(self) -> bool:
        """Whether it is orthographic."""
        return isinstance(self.lens, Parallel)

    @property
    def eye_offset(self) -> float:
        """How far its rays start from its centre at most [stage units]; 0 for an orthographic one, whose reach is the image."""
        return abs(self.lens.eye_offset) if isinstance(self.lens, Panorama) else 0.0

    def same_view(self, other: "ImageCamera") -> bool:
        """Return whether both cameras map every world point to the same image position."""
        a, b = self.record, other.record
        return ((a.focal_length, a.horizontal_aperture, a.aperture_offset, a.lens, self.width, self.height)
                == (b.focal_length, b.horizontal_aperture, b.aperture_offset, b.lens, other.width, other.height)
                and np.array_equal(a.matrix, b.matrix))

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return image x, y [px] and depth along the viewing axis [stage units] of world points (..., 3).

        NaN where the lens does not show them; a pinhole mirrors what is behind it.
        """
        local = self.local(points)
        return *self.lens.project(local), -local[..., 2]

    def rays(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return world origins and unit directions (..., 3) float64 of the rays through image positions [px].

        Pixel centres are at half-integers; NaN where the lens sees nothing.
        """
        origins, directions = self.lens.rays(x, y)
        axes = np.stack((self.right, self.up, -self.forward))
        return origins @ axes + self.center, directions @ axes

    def local(self, points: np.ndarray) -> np.ndarray:
        """Return world points (..., 3) in the camera's axes: +X right, +Y up, looking along -Z [stage units]."""
        return (points - self.center) @ np.stack((self.right, self.up, -self.forward), axis=1)
