"""The scene at moments beside a frame's own, and the colour that they make together."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import warp as wp
from pxr import Usd

from scenewright.render.denoise import guide_buffers
from scenewright.render.device.camera import ImageCamera
from scenewright.render.kernels.slices import add_slice
from scenewright.render.kernels.trace import GuideBuffers, shade_pixels
from scenewright.render.primary import trace_primary
from scenewright.render.shutter import (
    ShutterPlan,
    between_cameras,
    between_matrices,
    between_meshes,
    deformed_meshes,
)

if TYPE_CHECKING:
    from scenewright.render.device.instances import InstanceSnapshot
    from scenewright.render.device.scene import DeviceScene, PlacedScene
    from scenewright.render.kernels.types import PathSettings
    from scenewright.render.scene.records import CameraRecord, MeshRecord
    from scenewright.render.scene.stage_scene import StageScene
    from scenewright.render.settings import RenderSettings
    from scenewright.render.tiles import TileLauncher

__all__ = ["MovingScene", "Pose", "shade_slices"]


@dataclass(frozen=True, eq=False)
class Pose:
    """What is where at one moment."""

    matrices: np.ndarray
    """(N, 4, 4) float64, object to world of each instance."""
    meshes: "dict[str, MeshRecord]"
    camera: "CameraRecord"


class MovingScene:
    """A context in which the scene can be placed at other times; at its end the scene is at the frame's time again.

    What has time samples is read at each moment: transforms, points, lights, materials, the camera. Instances, points of a mesh
    (edited, or carried by a skeleton's new pose) and a camera that have none, and that are elsewhere than in the step before,
    move evenly between the two poses; the light of glowing geometry among them is sampled where it is at the frame's time.
    Velocities of points and instances with time samples carry those of the frame. What has none, and whose faces or number
    of points or instances became others, has no way between: it is where it is at the frame's time, and a warning says so.
    """

    def __init__(self, scene: "StageScene", device_scene: "DeviceScene", time: Usd.TimeCode,
                 before: "InstanceSnapshot | None", camera: "CameraRecord", camera_before: "CameraRecord | None") -> None:
        self._scene, self._device, self._time = scene, device_scene, time
        self._before = {} if before is None else dict(zip(before.paths, before.matrices, strict=True))
        self._now = dict(zip(device_scene.instances.paths, device_scene.instances.matrices, strict=True))
        self._deformed, stuck = ({}, set()) if before is None else deformed_meshes(before, device_scene.instances.snapshot())
        if stuck:
            scene.tell_stuck(stuck)
        self._camera, self._camera_before = camera, camera_before

    @property
    def scene(self) -> "StageScene":
        """The records, at the moment that was last asked for."""
        return self._scene

    @property
    def meters_per_unit(self) -> float:
        """Metres in one stage unit."""
        return self._scene.meters_per_unit

    def __enter__(self) -> "MovingScene":
        return self

    def __exit__(self, *_: object) -> None:
        self._sync(self._time)

    def at(self, seconds: float, steps: float) -> "tuple[PlacedScene, CameraRecord]":
        """Return scene and camera at a moment relative to the frame's, told in seconds and in steps."""
        pose = self.pose_at(seconds, steps)
        posed = self._device.moment()
        changed = [key for key, mesh in pose.meshes.items() if mesh is not self._scene.meshes[key]]
        if changed:
            posed.take_meshes(changed, pose.meshes)
        rows = np.flatnonzero((pose.matrices != posed.instances.matrices).any(axis=(1, 2)))
        if len(rows):
            posed.instances.set_transforms(pose.matrices, rows)
        return posed.place(pose.camera.matrix[3, :3]), pose.camera

    def pose_at(self, seconds: float, steps: float) -> Pose:
        """Return what is where at a moment, as :meth:`at`; all else at that moment is in :attr:`scene`."""
        if not self._time.IsDefault():
            codes = seconds * self._scene.codes_per_second
            self._sync(Usd.TimeCode(self._time.GetValue() + codes))
        progress = float(np.clip(1.0 + steps, 0.0, 1.0))
        camera = replace(self._scene.camera(self._camera.path), exposure=self._camera.exposure)
        instances, meshes = self._device.instances, dict(self._scene.meshes)
        matrices = instances.matrices
        if progress >= 1.0:
            return Pose(matrices, meshes, camera)
        before = self._camera_before
        if before is not None and np.array_equal(camera.matrix, self._camera.matrix):
            camera = between_cameras(before, camera, progress)
        for key, (old, now) in self._deformed.items():
            if meshes.get(key) is now:  # else it has time samples
                meshes[key] = between_meshes(old, now, progress)
        rows = [row for row, path in enumerate(instances.paths) if self._is_posed(path, matrices[row])]
        if rows:
            before_rows = np.array([self._before[instances.paths[row]] for row in rows])
            matrices = matrices.copy()
            matrices[rows] = between_matrices(before_rows, matrices[rows], progress)
        return Pose(matrices, meshes, camera)

    def _is_posed(self, path: str, matrix: np.ndarray) -> bool:
        """Return whether an instance has another pose than in the step before, and not by its time samples."""
        before, now = self._before.get(path), self._now.get(path)
        return before is not None and now is not None and not np.array_equal(before, now) and np.array_equal(matrix, now)

    def _sync(self, time: Usd.TimeCode) -> None:
        changes = self._scene.sync(time, self._time)
        if changes:
            self._device.update(self._scene, changes)


def shade_slices(launcher: "TileLauncher", moving: MovingScene, plan: ShutterPlan, image: ImageCamera,
                 settings: "RenderSettings", path_settings: "Callable[[RenderSettings, ImageCamera], PathSettings]",
                 hdr: wp.array, guides: GuideBuffers) -> int:
    """Fill colour and guides with the mean over a plan's slices; return the samples that each pixel got."""
    count, width, device = image.width * image.height, image.width, launcher.device
    samples = -(-settings.samples // plan.slices_per_line)
    part = wp.empty(count, dtype=wp.vec4, device=device)
    part_guides = guide_buffers(count, device) if guides.wanted else GuideBuffers()
    for array in (hdr, *((guides.reflectance, guides.normals, guides.sharpness) if guides.wanted else ())):
        array.zero_()
    for index, (seconds, steps) in enumerate(zip(plan.seconds.tolist(), plan.steps.tolist(), strict=True)):
        begin, end = plan.lines(index)
        if begin == end:
            continue
        placed, camera = moving.at(seconds, steps)
        there = ImageCamera(camera, width, image.height, moving.meters_per_unit, device)
        there.shift_image(*plan.shift(index))
        path = path_settings(replace(settings, samples=samples), there)
        path.seed = np.random.SeedSequence([settings.seed % 2**64, settings.step % 2**64, 1 + index]).generate_state(1)[0]
        rows = (0, image.height) if plan.by_column else (begin, end)
        first, pixels = rows[0] * width, (rows[1] - rows[0]) * width
        hits = trace_primary(launcher, there, placed, rows)
        launcher.launch(shade_pixels, pixels, [placed.data, there.data, path, hits, None], [part, part_guides], tile=4096,
                        start=first)
        weights = wp.array(plan.weights[index], dtype=wp.float32, device=device)
        launcher.launch(add_slice, pixels, [part, part_guides, weights, width, int(plan.by_column)], [hdr, guides], start=first)
        wp.synchronize_device(device)
    return samples * plan.slices_per_line
