"""Mesh prototypes on the device, one BVH each."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import warp as wp

from scenewright.render.device.wide_trees import fold_mesh
from scenewright.render.kernels.types import MeshData
from scenewright.render.kernels.wide_bvh import BLOCK_LANES
from scenewright.render.scene.records import MeshRecord

__all__ = ["MeshArrays"]


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

    def replace(self, meshes: Mapping[str, MeshRecord]) -> None:
        """Take the meshes, uploading the new and changed ones."""
        kept = self.entries
        self.entries = {
            key: kept[key] if key in kept and kept[key].record is record else upload_mesh(record, self._device)
            for key, record in meshes.items()
        }
        self.rows = {key: row for row, key in enumerate(self.entries)}
        self.data = wp.array([entry.data for entry in self.entries.values()], dtype=MeshData, device=self._device)
