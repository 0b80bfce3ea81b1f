"""Mesh prototypes on the device, one BVH each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import warp as wp

from scenewright.render.device.wide_trees import fold_mesh
from scenewright.render.kernels.types import MeshData
from scenewright.render.kernels.wide_bvh import BLOCK_LANES
from scenewright.render.scene.records import MeshRecord

__all__ = ["MeshArrays"]


def upload_uv_sets(entry: "_Entry", names: Sequence[str], device: str) -> None:
    """Upload the further texture coordinates of a mesh that materials ask for, in the order of ``names``.

    A name "#2" is the second of the further sets. A mesh without a set has its first coordinates there.
    """
    record, data = entry.record, entry.data
    further = list(record.extra_uvs.values())
    found = [record.extra_uvs.get(name) if not name.startswith("#") else
             next(iter(further[int(name[1:]) - 1:]), None) for name in names]
    data.uv_sets = len(names) if any(one is not None for one in found) else 0
    data.corner_count = len(record.corner_uvs)
    sets = [record.corner_uvs if one is None else one for one in found] if data.uv_sets else [np.zeros((0, 2))]
    data.extra_uvs = wp.array(np.concatenate(sets).astype(np.float32), dtype=wp.vec2, device=device)


@dataclass(frozen=True, eq=False)
class _Entry:
    record: MeshRecord
    mesh: wp.Mesh  # owns the BVH that ``data.mesh`` names
    data: MeshData


def upload_mesh(record: MeshRecord, device: str) -> _Entry:
    """Build the BVH of a mesh and upload what its corners carry."""
    points = np.ascontiguousarray(record.points, np.float32)
    triangles = np.ascontiguousarray(record.triangles, np.int32)
    if len(triangles) == 0:  # a BVH needs an item; a point is never hit
        points, triangles = np.zeros((1, 3), np.float32), np.zeros((1, 3), np.int32)
    on_cpu = wp.get_device(device).is_cpu
    mesh = wp.Mesh(wp.array(points, dtype=wp.vec3, device=device), wp.array(triangles.ravel(), dtype=wp.int32, device=device),
                   bvh_constructor="sah" if on_cpu else None, bvh_leaf_size=BLOCK_LANES if on_cpu else None)
    data = MeshData()
    data.mesh = mesh.id
    if on_cpu:
        data.extent = float(np.abs(points).max())
        data.wide_nodes, data.wide_blocks = fold_mesh(mesh)
    data.corner_normals = wp.array(np.asarray(record.corner_normals, np.float32), dtype=wp.vec3, device=device)
    data.corner_uvs = wp.array(np.asarray(record.corner_uvs, np.float32), dtype=wp.vec2, device=device)
    if record.corner_colors is not None:
        data.has_colors = 1
        data.corner_colors = wp.array(np.asarray(record.corner_colors, np.float32), dtype=wp.vec3, device=device)
    if len(record.triangle_slots) and np.any(record.triangle_slots):
        data.has_slots = 1
        data.triangle_slots = wp.array(np.asarray(record.triangle_slots, np.int32), dtype=wp.int32, device=device)
    return _Entry(record, mesh, data)


class MeshArrays:
    """All mesh prototypes of a stage; one whose record is still the same object keeps its BVH."""

    def __init__(self, device: str) -> None:
        self.rows: dict[str, int] = {}
        self.data = wp.empty(0, dtype=MeshData, device=device)
        self._device = device
        self.entries: dict[str, _Entry] = {}
        self._uv_names: tuple[str, ...] = ()

    def want_uv_sets(self, names: tuple[str, ...]) -> None:
        """Hold the further texture coordinates that materials read, by name."""
        if names != self._uv_names:
            self._uv_names = names
            for entry in self.entries.values():
                if entry.record.extra_uvs:
                    upload_uv_sets(entry, names, self._device)
            self.data = wp.array([entry.data for entry in self.entries.values()], dtype=MeshData, device=self._device)

    def replace(self, meshes: Mapping[str, MeshRecord]) -> None:
        """Take the meshes, uploading the new and changed ones."""
        kept = self.entries
        self.entries = {
            key: kept[key] if key in kept and kept[key].record is record else upload_mesh(record, self._device)
            for key, record in meshes.items()
        }
        for key, entry in self.entries.items():
            if self._uv_names and entry.record.extra_uvs and kept.get(key) is not entry:
                upload_uv_sets(entry, self._uv_names, self._device)
        self.rows = {key: row for row, key in enumerate(self.entries)}
        self.data = wp.array([entry.data for entry in self.entries.values()], dtype=MeshData, device=self._device)
