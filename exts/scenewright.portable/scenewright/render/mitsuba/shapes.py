"""Instances as Mitsuba shapes: triangles in world space round the camera, one shape for each surface."""

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from scenewright.render.mitsuba.materials import BsdfBuilder
from scenewright.render.mitsuba.tessellation import shape_triangles
from scenewright.render.scene.records import InstanceRecord, ShapeKind
from scenewright.render.scene.stage_scene import StageScene

__all__ = ["write_shapes"]

_SPHERE_IS_ROUND = 1e-5


def write_shapes(mi: ModuleType, scene: StageScene, center: np.ndarray, builder: BsdfBuilder, folder: Path) -> dict[str, Any]:
    """Return the scene's shapes as Mitsuba dictionaries; their triangles are written into ``folder``.

    Mitsuba is given corners, not shared vertices, so that normals and texture coordinates may differ at each. Spheres that
    are round stay spheres.
    """
    shapes: dict[str, Any] = {}
    for index, instance in enumerate(scene.instances):
        matrix = np.asarray(scene.matrices[index], np.float64).copy()
        matrix[3, :3] -= center
        if instance.kind == ShapeKind.SPHERE and _is_round(matrix) and not builder.needs_uvs(_material(scene, instance, 0)):
            shapes[f"shape_{index}"] = {
                "type": "sphere", "center": matrix[3, :3].tolist(),
                "radius": float(instance.size[0] * np.linalg.norm(matrix[0, :3])),
                **builder.surface(_material(scene, instance, 0), instance.slot_colors[0])}
            continue
        corners = _mesh_corners(scene, instance) if instance.mesh else shape_triangles(instance.kind, instance.size)
        points, normals, uvs, colors, slots = corners
        points = points @ matrix[:3, :3] + matrix[3, :3]
        normals = normals @ np.linalg.inv(matrix[:3, :3]).T
        if np.linalg.det(matrix[:3, :3]) < 0.0:
            points, normals, uvs = (a.reshape(-1, 3, a.shape[1])[:, (0, 2, 1)].reshape(a.shape) for a in (points, normals, uvs))
            colors = None if colors is None else colors.reshape(-1, 3, 3)[:, (0, 2, 1)].reshape(-1, 3)
        for slot in np.unique(slots):
            rows = np.repeat(slots == slot, 3)
            path = folder / f"{index}_{slot}.ply"
            _write_ply(path, points[rows], normals[rows], uvs[rows], None if colors is None else colors[rows])
            color = "vertex_color" if colors is not None else instance.slot_colors[int(slot)]
            shapes[f"shape_{index}_{slot}"] = {"type": "ply", "filename": str(path),
                                               **builder.surface(_material(scene, instance, int(slot)), color)}
    return shapes


def _material(scene: StageScene, instance: InstanceRecord, slot: int) -> Any:
    return scene.materials[instance.slot_materials[slot]]


def _is_round(matrix: np.ndarray) -> bool:
    gram = matrix[:3, :3] @ matrix[:3, :3].T
    return bool(np.abs(gram / gram[0, 0] - np.eye(3)).max() < _SPHERE_IS_ROUND)


def _mesh_corners(scene: StageScene, instance: InstanceRecord) -> tuple[np.ndarray, ...]:
    mesh = scene.meshes[instance.mesh]
    points = mesh.points[mesh.triangles.reshape(-1)].astype(np.float64)
    return points, mesh.corner_normals.astype(np.float64), mesh.corner_uvs, mesh.corner_colors, mesh.triangle_slots


def _write_ply(path: Path, points: np.ndarray, normals: np.ndarray, uvs: np.ndarray, colors: np.ndarray | None) -> None:
    """Write corners (3 T, …) as triangles of a binary PLY file with the property names that Mitsuba reads."""
    names = ["x", "y", "z", "nx", "ny", "nz", "u", "v"]
    columns = [points, normals, uvs]
    if colors is not None:
        names += ["r", "g", "b"]
        columns.append(colors)
    header = "".join(f"property float {name}\n" for name in names)
    table = np.concatenate(columns, axis=1).astype("<f4")
    count = len(points) // 3
    faces = np.zeros(count, dtype=[("n", "u1"), ("v", "<i4", 3)])
    faces["n"], faces["v"] = 3, np.arange(3 * count).reshape(-1, 3)
    with path.open("wb") as file:
        file.write(f"ply\nformat binary_little_endian 1.0\nelement vertex {len(points)}\n{header}element face {count}\n"
                   "property list uchar int vertex_indices\nend_header\n".encode())
        file.write(table.tobytes())
        file.write(faces.tobytes())
