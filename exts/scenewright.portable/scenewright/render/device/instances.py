"""Placed shapes: transforms and boxes in float64 on the host, camera-relative float32 with a BVH on the device."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
import warp as wp

from scenewright.render.kernels.types import CUTOUT, GLASS, SOLID, TRANSLUCENT, InstanceData, MotionData
from scenewright.render.scene.records import InstanceRecord, MeshRecord, ShapeKind

__all__ = ["InstanceArrays", "InstanceSnapshot", "ObjectBoxes", "invertible", "object_box", "same_faces"]

_log = logging.getLogger(__name__)

_PART = 1 << 16


@dataclass(frozen=True, eq=False)
class InstanceSnapshot:
    """Where the instances of one step were; never changed afterwards."""

    paths: tuple[str, ...]
    matrices: np.ndarray  # (N, 4, 4) float64, object to world, row-vector convention
    mesh_keys: tuple[str, ...]  # of each instance; empty for analytic shapes
    meshes: Mapping[str, MeshRecord]


@dataclass(frozen=True, eq=False)
class ObjectBoxes:
    """The boxes of the instances of one step, each along the axes of its object; never changed afterwards."""

    centers: np.ndarray  # (N, 3) float64, object space
    halves: np.ndarray  # (N, 3) float64, object space
    matrices: np.ndarray  # (N, 4, 4) float64, object to world

    def corners(self) -> np.ndarray:
        """Return the eight corners of each box in world space, (N, 8, 3) float64."""
        signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float64)
        corners = self.centers[:, None] + signs * self.halves[:, None]
        return np.einsum("nki,nij->nkj", corners, self.matrices[:, :3, :3]) + self.matrices[:, None, 3, :3]


def object_box(record: InstanceRecord, meshes: Mapping[str, MeshRecord]) -> tuple[np.ndarray, np.ndarray]:
    """Return centre and half size of an instance's object-space box, each (3,) float64."""
    s = record.size
    if record.kind == ShapeKind.MESH:
        points = meshes[record.mesh].points
        if len(points) == 0:
            return np.zeros(3), np.zeros(3)
        low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
        return 0.5 * (low + high), 0.5 * (high - low)
    half = {
        ShapeKind.CUBE: (s[0], s[0], s[0]),
        ShapeKind.SPHERE: (s[0], s[0], s[0]),
        ShapeKind.CYLINDER: (max(s[0], s[1]), max(s[0], s[1]), s[2]),
        ShapeKind.CONE: (max(s[0], s[1]), max(s[0], s[1]), s[2]),
        ShapeKind.CAPSULE: (s[0], s[0], s[2] + s[0]),
        ShapeKind.PLANE: (s[0], s[1], 0.0),
        ShapeKind.DISK: (s[0], s[0], 0.0),
    }[ShapeKind(record.kind)]
    return np.zeros(3), np.array(half, np.float64)


def same_faces(old: MeshRecord, now: MeshRecord) -> bool:
    """Return whether two meshes have the same faces between the same points, however they were cut into triangles."""
    if np.array_equal(old.triangles, now.triangles):
        return len(old.points) == len(now.points)
    known = old.face_of_triangle is not None and now.face_of_triangle is not None
    if not known or len(old.points) != len(now.points) or not np.array_equal(old.face_of_triangle, now.face_of_triangle):
        return False
    corners = [np.unique(mesh.face_of_triangle.astype(np.int64)[:, None] * len(now.points) + mesh.triangles)
               for mesh in (old, now)]
    return np.array_equal(*corners)


def _parts(count: int) -> Iterator[slice]:
    """Return the rows of a table in parts, so that what is computed on the way stays small."""
    return (slice(start, start + _PART) for start in range(0, count, _PART))


def invertible(matrices: np.ndarray) -> np.ndarray:
    """Return the linear parts (N, 3, 3), axes that are scaled to nothing lifted to a millionth of the largest one."""
    linear = matrices[:, :3, :3].copy()
    largest = np.abs(linear).max(axis=(1, 2))
    for row in np.flatnonzero(np.abs(np.linalg.det(linear)) <= 1e-18 * largest**3):
        u, scales, vt = np.linalg.svd(linear[row])
        linear[row] = (u * np.maximum(scales, max(scales[0], 1e-20) * 1e-6)) @ vt
    return linear


class InstanceArrays:
    """All instances of a stage."""

    def __init__(self, device: str) -> None:
        self.paths: tuple[str, ...] = ()
        self.matrices = np.zeros((0, 4, 4))
        self._inverses = np.zeros((0, 3, 3))
        self._centers = np.zeros((0, 3))
        self._halves = np.zeros((0, 3))
        self._device = device
        self._rows = np.zeros(0, InstanceData.numpy_dtype())
        self._mesh_keys: tuple[str, ...] = ()
        self._meshes: Mapping[str, MeshRecord] = {}
        self._warned_flat = False

    def replace(self, instances: Sequence[InstanceRecord], matrices: np.ndarray, meshes: Mapping[str, MeshRecord],
                mesh_rows: Mapping[str, int], first_prim: np.ndarray) -> None:
        """Take all instances anew.

        Args:
            instances: N records.
            matrices: Object to world of each, (N, 4, 4) float64; kept, so nobody may write to it.
            meshes: Meshes by key.
            mesh_rows: Row of each mesh on the device.
            first_prim: Prim id of each instance's slot 0, (N,) int.
        """
        count = len(instances)
        paths, mesh_keys, shapes = [], [], []
        numbers: dict[tuple, int] = {}
        first_of_shape: list[InstanceRecord] = []
        for record in instances:
            key = (record.kind, record.mesh, record.size)
            number = numbers.setdefault(key, len(numbers))
            if number == len(first_of_shape):
                first_of_shape.append(record)
            paths.append(record.path)
            mesh_keys.append(record.mesh)
            shapes.append(number)
        of_row = np.array(shapes, np.int64)
        boxes = np.array([object_box(record, meshes) for record in first_of_shape]).reshape(-1, 2, 3)
        self.paths = tuple(paths)
        self._mesh_keys = tuple(mesh_keys)
        self._meshes = dict(meshes)
        self._centers, self._halves = boxes[of_row, 0], boxes[of_row, 1]
        self.matrices = np.zeros((count, 4, 4))
        self._inverses = np.zeros((count, 3, 3))
        self._rows = np.zeros(count, InstanceData.numpy_dtype())
        if count:
            self._rows["kind"] = np.array([int(record.kind) for record in first_of_shape])[of_row]
            self._rows["size"] = np.array([record.size for record in first_of_shape], np.float32)[of_row]
            rows_of_meshes = [mesh_rows[r.mesh] if r.kind == ShapeKind.MESH else -1 for r in first_of_shape]
            self._rows["mesh"] = np.array(rows_of_meshes)[of_row]
        self._rows["first_prim"] = np.asarray(first_prim)[:count]
        self._set_boxes(np.arange(count))
        if count:
            self._take(matrices, np.arange(count), matrices)

    def take_meshes(self, changed: Iterable[str], meshes: Mapping[str, MeshRecord], mesh_rows: Mapping[str, int]) -> None:
        """Take meshes whose content changed: ``changed`` are their keys, the rows are those of :meth:`replace`."""
        self._meshes = dict(meshes)
        for key in changed:
            if key not in mesh_rows:
                continue
            drawn = np.flatnonzero(self._rows["mesh"] == mesh_rows[key])
            points = meshes[key].points.astype(np.float64)
            low, high = (points.min(axis=0), points.max(axis=0)) if len(points) else (np.zeros(3), np.zeros(3))
            self._centers[drawn], self._halves[drawn] = 0.5 * (low + high), 0.5 * (high - low)
            self._set_boxes(drawn)

    def _set_boxes(self, rows: np.ndarray) -> None:
        """Enter the boxes round the origin for the device."""
        self._rows["half"][rows] = (np.abs(self._centers[rows]) + self._halves[rows]) * (1.0 + 1e-6)

    def set_transforms(self, matrices: np.ndarray, rows: np.ndarray) -> None:
        """Take the matrices of some instances from those of all, (N, 4, 4) float64."""
        if len(rows):
            self._take(np.array(matrices[rows], np.float64), rows, None)

    def _take(self, moved: np.ndarray, rows: np.ndarray, borrowed: np.ndarray | None) -> None:
        """Take the matrices of some rows; what is ``borrowed`` is not written to."""
        for part in _parts(len(moved)):
            linear = invertible(moved[part])
            flat = np.flatnonzero((linear != moved[part, :3, :3]).any(axis=(1, 2)))
            if not len(flat):
                continue
            if not self._warned_flat:
                self._warned_flat = True
                _log.warning("%s: its transform scales an axis to nothing; it is drawn as thin as can be (first of possibly "
                             "several).", self.paths[rows[part][flat[0]]])
            if moved is borrowed:
                moved = moved.copy()
            moved[part, :3, :3] = linear
        if len(rows) == len(self.matrices):
            self.matrices = moved
        else:
            self.matrices = self.matrices.copy()  # snapshots of earlier steps keep the old array
            self.matrices[rows] = moved
        for part in _parts(len(moved)):
            inverses = np.linalg.inv(moved[part, :3, :3])
            self._inverses[rows[part]] = inverses
            self._rows["forward"][rows[part]] = moved[part, :3, :3].transpose(0, 2, 1)
            for name in ("inverse", "exact_inverse"):
                self._rows[name][rows[part]] = inverses.transpose(0, 2, 1)

    @property
    def solid(self) -> np.ndarray:
        """Whether no light passes each instance, (N,) bool."""
        return (self._rows["flags"] & (CUTOUT | TRANSLUCENT | GLASS)) == 0

    def set_flags(self, flags: np.ndarray) -> None:
        """Take the see-through flags of all instances, (N,) int32."""
        self._rows["flags"] = flags
        self._rows["flags"][self.solid] |= int(SOLID)

    def snapshot(self) -> InstanceSnapshot:
        """Return where the instances are now."""
        return InstanceSnapshot(self.paths, self.matrices, self._mesh_keys, self._meshes)

    def moment(self) -> "InstanceArrays":
        """Return the instances as they are now; what changes here later does not change there."""
        kept = copy(self)
        kept._rows, kept._inverses = self._rows.copy(), self._inverses.copy()
        kept._centers, kept._halves = self._centers.copy(), self._halves.copy()
        return kept

    def world_boxes(self, part: slice = slice(None)) -> tuple[np.ndarray, np.ndarray]:
        """Return lower and upper corners of the world boxes of all instances or some, each (N, 3) float64, stage units."""
        linear = self.matrices[part, :3, :3]
        centers = np.einsum("ni,nij->nj", self._centers[part], linear) + self.matrices[part, 3, :3]
        halves = np.einsum("ni,nij->nj", self._halves[part], np.abs(linear))
        return centers - halves, centers + halves

    def object_boxes(self) -> ObjectBoxes:
        """Return the instances' boxes as they are now."""
        return ObjectBoxes(self._centers, self._halves, self.matrices)

    def padded_boxes(self, center: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return world boxes relative to ``center``, each (N, 3) float32, widened by what float32 may lose."""
        low, high = (np.empty((len(self.matrices), 3), np.float32) for _ in range(2))
        for part in _parts(len(low)):
            lower, upper = self.world_boxes(part)
            lower, upper = lower - center, upper - center
            pad = 1e-5 * (upper - lower).max(axis=1) + 2e-6 * np.maximum(np.abs(lower), np.abs(upper)).max(axis=1)
            low[part], high[part] = lower - pad[:, None], upper + pad[:, None]
        return low, high

    def place(self, center: np.ndarray) -> wp.array:
        """Return the instances relative to ``center``, (N,) InstanceData.

        Args:
            center: World position that becomes the origin, (3,) float64, stage units.
        """
        for part in _parts(len(self._rows)):
            rows, offset = self._rows[part], self.matrices[part, 3, :3] - center
            rows["forward_origin"] = offset
            rows["inverse_origin"] = rows["exact_origin"] = -np.einsum("ni,nij->nj", offset, self._inverses[part])
        return wp.array(self._rows, dtype=InstanceData, device=self._device)

    def motion(self, before: InstanceSnapshot | None, center: np.ndarray, camera_moved: bool) -> tuple[wp.array, wp.array]:
        """Return where each instance was, relative to the previous camera position.

        Args:
            before: The step before, None when there was none; instances are matched by path.
            center: World position of the camera in the step before, (3,) float64.
            camera_moved: Whether the camera differs from the step before; if not, only what moved has motion.

        Returns:
            (N,) MotionData, and the corners (C,) vec3 that the triangles of deformed meshes had.
        """
        data = np.zeros(len(self.paths), MotionData.numpy_dtype())
        data["first_corner"] = -1
        corners = np.zeros((0, 3), np.float32)
        if before is not None and len(data):
            rows = np.arange(len(data))
            if before.paths != self.paths:
                index = {path: row for row, path in enumerate(before.paths)}
                rows = np.array([index.get(path, -1) for path in self.paths])
            known = rows >= 0
            matrices = before.matrices[rows[known]]
            data["moves"] = known
            if not camera_moved:
                data["moves"][known] = np.any(matrices != self.matrices[known], axis=(1, 2))
            data["forward"][known] = matrices[:, :3, :3].transpose(0, 2, 1)
            data["forward_origin"][known] = matrices[:, 3, :3] - center
            corners = self._add_deformation(data, rows, before)
        return (wp.array(data, dtype=MotionData, device=self._device),
                wp.array(corners, dtype=wp.vec3, device=self._device))

    def _add_deformation(self, data: np.ndarray, rows: np.ndarray, before: InstanceSnapshot) -> np.ndarray:
        """Enter the meshes whose points moved while their faces stayed; return their old corners, (C, 3) float32."""
        if all(before.meshes.get(key) is record for key, record in self._meshes.items()):
            return np.zeros((0, 3), np.float32)
        first: dict[tuple[str, str], int] = {}
        corners, count = [], 0
        for row, old_row in enumerate(rows.tolist()):
            pair = (self._mesh_keys[row], before.mesh_keys[old_row] if old_row >= 0 else "")
            if not all(pair):
                continue
            if pair not in first:
                now, old = self._meshes[pair[0]], before.meshes[pair[1]]
                first[pair] = -1
                if now is not old and same_faces(old, now):
                    first[pair] = count
                    corners.append(old.points[now.triangles.reshape(-1)])
                    count += len(corners[-1])
            if first[pair] >= 0:
                data["first_corner"][row], data["moves"][row] = first[pair], 1
        return np.concatenate(corners).astype(np.float32) if corners else np.zeros((0, 3), np.float32)
