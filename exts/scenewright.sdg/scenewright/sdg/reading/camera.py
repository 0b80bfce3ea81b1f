"""Cameras of datasets, from what ``camera_params`` files say: where they are, and how a pinhole sees the world."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from scenewright.sdg.writers.camera import pinhole, project

__all__ = ["CameraView", "camera_view", "cuboid_corners", "read_camera"]


@dataclass(frozen=True)
class CameraView:
    """A camera of one frame.

    Attributes:
        model: Replicator's projection type, such as "pinhole".
        to_camera: world to camera (+x right, +y down, +z forward) for row vectors [stage units], shape (4, 4), float64.
        intrinsics: fx 0 cx, 0 fy cy, 0 0 1 [pixel], shape (3, 3), float64; None unless the model is a pinhole.
        width: width of the image [pixel].
        height: height of the image [pixel].
        meters_per_unit: length of a stage unit [m].
    """

    model: str
    to_camera: np.ndarray
    intrinsics: np.ndarray | None
    width: int
    height: int
    meters_per_unit: float

    @cached_property
    def to_world(self) -> np.ndarray:
        """Camera to world for row vectors [stage units], shape (4, 4), float64."""
        return np.linalg.inv(self.to_camera)

    @property
    def position(self) -> np.ndarray:
        """Where the camera is in the world [stage units], shape (3,)."""
        return self.to_world[3, :3]

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return pixels, shape (N, 2), and depths along the view [stage units], shape (N,), of world points, shape (N, 3)."""
        return project(self, np.c_[points, np.ones(len(points))])  # reads intrinsics and view, as of a Pinhole

    @property
    def view(self) -> np.ndarray:
        """Same as `to_camera`, by the name that `writers.camera` gives it."""
        return self.to_camera

    def slopes(self) -> tuple[np.ndarray, np.ndarray]:
        """Return x / z of each column, shape (W,), and y / z of each row, shape (H,), for rays through pixel centres."""
        k = self.intrinsics
        columns = (np.arange(self.width) + 0.5 - k[0, 2]) / k[0, 0]
        return columns, (np.arange(self.height) + 0.5 - k[1, 2]) / k[1, 1]

    def ray_lengths(self) -> np.ndarray:
        """Return distance to the camera per distance to the image plane, of every pixel, shape (H, W); for pinholes."""
        columns, rows = self.slopes()
        return np.sqrt(1.0 + columns[None, :] ** 2 + rows[:, None] ** 2)

    def unproject(self, depth: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the world points [stage units], shape (N, 3), of pixels that have a depth, and which do; for pinholes.

        Args:
            depth: distance to the image plane [m], shape (H, W); not finite or 0 = nothing.
            rows: rows of the pixels, shape (M,).
            columns: their columns.
        """
        across, down = self.slopes()
        z = depth[rows, columns].astype(np.float64) / self.meters_per_unit
        seen = np.isfinite(z) & (z > 0)
        z, rows, columns = z[seen], rows[seen], columns[seen]
        local = np.stack([across[columns] * z, down[rows] * z, z, np.ones(len(z))], axis=1)
        return (local @ self.to_world)[:, :3], seen


def camera_view(params: Mapping[str, Any]) -> CameraView:
    """Return the camera of the output of ``camera_params``.

    Raises:
        ValueError: if a key is missing or malformed.
    """
    flip = np.diag([1.0, -1.0, -1.0, 1.0])
    try:
        model = str(params["cameraModel"])
        width, height = (int(side) for side in params["renderProductResolution"])
        view = np.array(params["cameraViewTransform"], np.float64).reshape(4, 4) @ flip
        known = pinhole(params, "Pictures") if model == "pinhole" else None
        unit = float(params["metersPerSceneUnit"])
        if not np.isfinite(view).all() or abs(np.linalg.det(view)) < 1e-12:
            raise ValueError("cameraViewTransform cannot be inverted")
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"these are no camera parameters ({error})") from error
    return CameraView(model, view, known.intrinsics if known else None, width, height, unit)


def read_camera(path: Path) -> CameraView:
    """Return the camera of a ``camera_params_NNNN.json``.

    Raises:
        ValueError: if it is no such file.
        OSError: if it cannot be read.
    """
    return camera_view(json.loads(path.read_bytes()))


def cuboid_corners(row: Any) -> np.ndarray:
    """Return the corners of a record of ``bounding_box_3d`` in the world [stage units], shape (8, 3), bit 0 = upper x."""
    low, high = ([float(row[f"{axis}_{end}"]) for axis in "xyz"] for end in ("min", "max"))
    local = np.array([[(low, high)[corner >> axis & 1][axis] for axis in range(3)] + [1.0] for corner in range(8)])
    return (local @ np.array(row["transform"], np.float64))[:, :3]
