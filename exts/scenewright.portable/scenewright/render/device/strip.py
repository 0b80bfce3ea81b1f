"""Many pinhole cameras as one image, theirs below each other: all tiles in one launch."""

from collections.abc import Sequence

import numpy as np
import warp as wp

from scenewright.render.device.camera import ImageCamera
from scenewright.render.kernels.rays import STRIP
from scenewright.render.kernels.types import CameraData, TileData

__all__ = ["StripCamera", "can_share_a_strip"]

_REACH = 1e3  # of the cameras from their middle, in nearest distances that are seen: what float32 bears


class StripCamera:
    """Stands for an ImageCamera of ``width`` x ``height * n`` pixels; tile i has the rows from ``i * height`` on."""

    def __init__(self, cameras: Sequence[ImageCamera], center: np.ndarray, device: str) -> None:
        """Take cameras of equal image size and clipping range, and the world position that becomes the scene's origin."""
        first = cameras[0]
        self.record = first.record
        self.cameras = list(cameras)
        self.center = center
        self.width, self.tile_height = first.width, first.height
        self.height = first.height * len(cameras)
        rows = np.zeros(len(cameras), TileData.numpy_dtype())
        rows["origin"] = [camera.center - center for camera in cameras]
        for name in ("right", "up", "forward"):
            rows[name] = [getattr(camera, name) for camera in cameras]
        for name in ("step_x", "start_x", "step_y", "start_y"):
            rows[name] = [getattr(camera.data, name) for camera in cameras]
        self._tiles = wp.array(rows, dtype=TileData, device=device)
        self.data = self._strip(self._tiles)

    def _strip(self, tiles: wp.array) -> CameraData:
        from_first, data = self.cameras[0].data, CameraData()
        for name in ("right", "up", "forward", "near", "far", "step_x", "step_y", "width"):
            setattr(data, name, getattr(from_first, name))
        data.model = STRIP
        data.tile_height, data.height = self.tile_height, self.tile_height * len(tiles)
        data.tiles = tiles
        return data

    def tile_cameras(self) -> list[ImageCamera]:
        """Return the cameras, whose rays now start relative to the strip's centre."""
        for index, camera in enumerate(self.cameras):
            camera.data = self._strip(self._tiles[index:index + 1])
        return self.cameras

    def same_view(self, other: "StripCamera") -> bool:
        """Return whether each camera maps every world point to the same image position."""
        return all(a.same_view(b) for a, b in zip(self.cameras, other.cameras, strict=True))


def can_share_a_strip(cameras: Sequence[ImageCamera]) -> bool:
    """Return whether cameras are pinholes without depth of field, of one clipping range and exposure, near to each other."""
    records = [camera.record for camera in cameras]
    first = records[0]
    if any(record.lens is not None or record.scan_order or camera.data.lens_radius > 0.0
           or (record.clipping_range, record.exposure) != (first.clipping_range, first.exposure)
           for record, camera in zip(records, cameras, strict=True)):
        return False
    centers = np.array([camera.center for camera in cameras])
    return bool(np.abs(centers - centers.mean(axis=0)).max() <= _REACH * max(cameras[0].data.near, 1e-2))
