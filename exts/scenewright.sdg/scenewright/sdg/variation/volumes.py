"""Meshes as volumes: which points they enclose or come close to."""

import numpy as np
import warp as wp

from scenewright.sdg.variation import volume_kernels as kernels
from scenewright.sdg.variation.launching import launch_ranges
from scenewright.sdg.variation.meshes import TriangleMesh, is_closed

__all__ = ["warp_mesh", "within"]


def warp_mesh(mesh: TriangleMesh, center: np.ndarray, device: str, winding: bool = False) -> wp.Mesh:
    """Return a mesh with its tree of triangles.

    Args:
        mesh: The mesh.
        center: What becomes the origin, so that float32 is precise, shape (3,).
        device: Warp device.
        winding: Whether points can be asked whether they lie inside.
    """
    local = wp.array((mesh.points - center).astype(np.float32), dtype=wp.vec3, device=device)
    indices = wp.array(np.ascontiguousarray(mesh.triangles, dtype=np.int32).reshape(-1), dtype=wp.int32, device=device)
    return wp.Mesh(local, indices, support_winding_number=winding)


def within(points: np.ndarray, mesh: TriangleMesh, clearance: float, device: str = "cpu") -> np.ndarray:
    """Return which points lie in a mesh, where it is closed, or closer to it than a clearance, shape (N,), bool.

    Args:
        points: Points in the frame of the mesh, shape (N, 3).
        mesh: The mesh; one that is not closed has no inside.
        clearance: Distance [stage units].
        device: Warp device.
    """
    closed = is_closed(mesh.points, mesh.triangles)
    if not closed and clearance <= 0.0:
        return np.zeros(len(points), dtype=bool)
    center = (mesh.points.min(axis=0) + mesh.points.max(axis=0)) / 2.0
    volume = warp_mesh(mesh, center, device, winding=closed)
    marks = wp.zeros(len(points), dtype=wp.uint8, device=device)
    rows = wp.array((points - center).astype(np.float32), dtype=wp.vec3, device=device)
    kernel = kernels.mark_within_volume if closed else kernels.mark_near_surface
    launch_ranges(kernel, len(points), [volume.id, float(clearance), rows, marks], device, smallest=1024)
    return marks.numpy().astype(bool)
