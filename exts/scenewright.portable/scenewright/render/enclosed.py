"""Tells of cameras that stand inside an object, or behind it, where no light arrives."""

import logging
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import warp as wp

from scenewright.render.device.camera import ImageCamera
from scenewright.render.device.instances import invertible
from scenewright.render.device.strip import StripCamera
from scenewright.render.kernels.types import NO_HIT
from scenewright.render.scene.records import InstanceRecord, MeshRecord, ShapeKind
from scenewright.render.scene.stage_scene import StageScene

__all__ = ["EnclosedCameras"]

_log = logging.getLogger(__name__)

_LOOKS = 64
_BLACK = 1e-5  # exposed: not even the first of 255 steps of sRGB, whatever the tone curve
_MANY = _LOOKS // 4
_PLASTIC = 1.32471795724474602596  # x^3 = x + 1: M. Roberts' R2 sequence spreads points over a square


class EnclosedCameras:
    """Looks at a few pixels of each image; a camera and an object are told of once.

    Black alone is night, and a dark object from its outer side is a shadow: it takes both, black pixels everywhere and the
    inner or back side of one object in a quarter of them. A room filmed from inside has light, or walls that face inwards.
    """

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def look(self, image: ImageCamera | StripCamera, hdr: wp.array, hits: wp.array, scene: StageScene) -> None:
        """Warn where an image is black because of where its camera stands.

        Args:
            image: The camera, or those of a strip.
            hdr: Radiance and coverage of each pixel, (W * H,) vec4.
            hits: Label hits, (W * H,) Hit.
            scene: What was rendered.
        """
        cameras = image.cameras if isinstance(image, StripCamera) else [image]
        width, height = cameras[0].width, cameras[0].height
        x, y = _spread(width, height)
        spots = np.arange(len(cameras))[:, None] * (width * height) + y * width + x
        brightest = _pick(hdr, spots)[..., :3].max(axis=(1, 2)) * [camera.record.exposure for camera in cameras]
        for index in np.flatnonzero(brightest <= _BLACK).tolist():
            self._tell(cameras[index], (x, y), _pick(hits, spots[index]), scene)

    def _tell(self, camera: ImageCamera, pixels: tuple[np.ndarray, np.ndarray], hits: np.ndarray, scene: StageScene) -> None:
        origins, directions = camera.rays(pixels[0] + 0.5, pixels[1] + 0.5)
        starts = origins + directions * max(camera.record.clipping_range[0], 0.0)
        behind: dict[str, int] = {}
        for row in np.unique(hits["instance"][hits["instance"] != NO_HIT]).tolist():
            here, instance = hits["instance"] == row, scene.instances[row]
            to_object = np.linalg.inv(invertible(instance.matrix[None])[0])
            local = (starts[here] - instance.matrix[3, :3]) @ to_object
            seen = _sees_back(instance, scene.meshes, local, directions[here] @ to_object, hits["face"][here])
            behind[instance.path] = int(seen.sum())
        path = max(behind, key=behind.__getitem__, default="")
        if sum(behind.values()) < _MANY or (camera.record.path, path) in self._told:
            return
        self._told.add((camera.record.path, path))
        _log.warning("Camera %s is inside %s, or behind it: it sees the inner or back side, where no light arrives, and the "
                     "frame is black. Move the camera, or put a light there.", camera.record.path, path)


@lru_cache(maxsize=16)
def _spread(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels spread over an image, x and y, (_LOOKS,) int64 each."""
    turns = (np.arange(_LOOKS)[:, None] * (1.0 / _PLASTIC, 1.0 / _PLASTIC**2) + 0.5) % 1.0
    x, y = (turns * (width, height)).astype(np.int64).T
    return x, y


def _pick(array: wp.array, spots: np.ndarray) -> np.ndarray:
    """Return elements of an array; from a GPU only these are fetched."""
    if array.device.is_cpu:
        return array.numpy()[spots]
    chosen = wp.array(spots.ravel().astype(np.int32), dtype=wp.int32, device=array.device)
    found = wp.indexedarray(array, [chosen]).numpy()
    return found.reshape(*spots.shape, *found.shape[1:])


def _sees_back(instance: InstanceRecord, meshes: dict[str, MeshRecord], starts: np.ndarray, directions: np.ndarray,
               faces: np.ndarray) -> np.ndarray:
    """Return whether each of some rays, which hit this instance first, meets it from inside or behind, (K,) bool.

    Args:
        instance: The instance.
        meshes: Meshes by key.
        starts: (K, 3) where the rays begin to see, in object space.
        directions: (K, 3) in object space.
        faces: (K,) triangles that they hit.
    """
    if instance.kind == ShapeKind.MESH:
        mesh = meshes[instance.mesh]
        a, b, c = np.moveaxis(mesh.points[mesh.triangles[faces]].astype(np.float64), 1, 0)
        return np.einsum("ki,ki->k", np.cross(b - a, c - a), directions) > 0.0
    if instance.kind in (ShapeKind.PLANE, ShapeKind.DISK):
        return directions[:, 2] > 0.0
    return _contains(instance.kind, instance.size, starts)  # convex: who is inside sees nothing but the inside


def _contains(kind: ShapeKind, size: Sequence[float], points: np.ndarray) -> np.ndarray:
    """Return whether points of object space lie in a solid shape, (K,) bool."""
    a, b, half, _ = size
    if kind == ShapeKind.CUBE:
        return (np.abs(points) < a).all(axis=1)
    if kind == ShapeKind.SPHERE:
        return np.linalg.norm(points, axis=1) < a
    z, away = points[:, 2], np.hypot(points[:, 0], points[:, 1])
    if kind == ShapeKind.CAPSULE:
        return np.hypot(away, np.maximum(np.abs(z) - half, 0.0)) < a
    return (np.abs(z) < half) & (away < a + (b - a) * (z + half) / (2.0 * max(half, 1e-30)))
