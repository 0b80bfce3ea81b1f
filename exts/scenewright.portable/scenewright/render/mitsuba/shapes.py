"""Instances as Mitsuba shapes: triangles in world space round the camera, one shape for each surface."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from scenewright.render.device.instances import invertible
from scenewright.render.mitsuba.materials import BsdfBuilder, is_see_through
from scenewright.render.mitsuba.tessellation import shape_triangles
from scenewright.render.scene.records import InstanceRecord, MaterialRecord, MeshRecord, ShapeKind
from scenewright.render.scene.stage_scene import StageScene

__all__ = ["write_shapes"]

_SPHERE_IS_ROUND = 1e-5
_BEHIND = 2e-6
_STEP = 2e-4  # over twice the step by which Mitsuba's rays leave a surface, for (1 + the largest coordinate)


def write_shapes(mi: ModuleType, scene: StageScene, pose: tuple[np.ndarray, Mapping[str, MeshRecord]], center: np.ndarray,
                 builder: BsdfBuilder, folder: Path) -> dict[str, Any]:
    """Return the scene's shapes as Mitsuba dictionaries; their triangles are written into ``folder``.

    Mitsuba is given corners, not shared vertices, so that normals and texture coordinates may differ at each. Spheres that
    are round stay spheres.

    Args:
        mi: Mitsuba.
        scene: The records.
        pose: (N, 4, 4) object to world of each instance, and the meshes by key.
        center: (3,) world position of the camera.
        builder: Makes surfaces of materials.
        folder: For the triangles.
    """
    shapes: dict[str, Any] = {}
    matrices, meshes = pose
    for index, instance in enumerate(scene.instances):
        matrix = np.array(matrices[index], np.float64)
        matrix[:3, :3] = invertible(matrix[None])[0]
        matrix[3, :3] -= center
        if instance.kind == ShapeKind.SPHERE and _is_round(matrix) and _stays_round(_material(scene, instance, 0), builder):
            radius = float(instance.size[0] * np.linalg.norm(matrix[0, :3]))
            ball = {"type": "sphere", "center": matrix[3, :3].tolist(), "radius": radius,
                    **builder.surface(_material(scene, instance, 0), instance.slot_colors[0])}
            shapes[f"shape_{index}"] = ball
            if "emitter" in ball and np.linalg.norm(matrix[3, :3]) < radius:
                shapes[f"shape_{index}_back"] = {**ball, "radius": radius * (1.0 - _BEHIND), "flip_normals": True}
            continue
        corners = _mesh_corners(meshes[instance.mesh]) if instance.mesh else shape_triangles(instance.kind, instance.size)
        points, normals, uvs, colors, slots = corners
        points = points @ matrix[:3, :3] + matrix[3, :3]
        normals = normals @ np.linalg.inv(matrix[:3, :3]).T
        mirrored = bool(np.linalg.det(matrix[:3, :3]) < 0.0)
        if mirrored:
            points, normals, uvs = map(_turned_over, (points, normals, uvs))
            colors = None if colors is None else _turned_over(colors)
        for slot in np.unique(slots):
            rows = np.repeat(slots == slot, 3)
            material = _material(scene, instance, int(slot))
            set_uvs = _uv_set(scene, instance, builder.uv_set(material), uvs, mirrored)
            corners = (points[rows], normals[rows], set_uvs[rows], None if colors is None else colors[rows])
            color = "vertex_color" if colors is not None else instance.slot_colors[int(slot)]
            surface = builder.surface(material, color)
            sides = {f"{index}_{slot}": (corners, surface)}
            if "emitter" in surface and (is_see_through(material) or _shows_inside(corners[0])):
                # Mitsuba's shapes shine to one side
                other = _other_side(*corners, gap=_gap(material, np.abs(corners[0]).max()))
                sides[f"{index}_{slot}_back"] = (other, _inner(material, surface))
            for name, (side, made_of) in sides.items():
                _write_ply(folder / f"{name}.ply", *side)
                shapes[f"shape_{name}"] = {"type": "ply", "filename": str(folder / f"{name}.ply"), **made_of}
    return shapes


def _inner(material: MaterialRecord, surface: dict[str, Any]) -> dict[str, Any]:
    """Return the surface of the side that is added; what has holes has them once."""
    return {**surface, "bsdf": {"type": "null"}} if is_see_through(material) else surface


def _gap(material: MaterialRecord, reach: float) -> float:
    """Return how far the side that is added lies behind the other; rays must meet both where one has holes."""
    return _STEP * (1.0 + reach) if is_see_through(material) else _BEHIND * reach


def _shows_inside(corners: np.ndarray) -> bool:
    """Return whether triangles (3 T, 3) relative to the camera may be seen from inside: they are open, or round the camera."""
    round_camera = (corners.min(axis=0) <= 0.0).all() and (corners.max(axis=0) >= 0.0).all()
    return bool(round_camera) or not _is_closed(corners)


def _is_closed(corners: np.ndarray) -> bool:
    """Return whether triangles (3 T, 3) lie with each edge against another that runs the other way."""
    _, index = np.unique(corners.astype(np.float32), axis=0, return_inverse=True)
    triangles = index.reshape(-1, 3)
    begin, end = triangles.ravel(), triangles[:, (1, 2, 0)].ravel()
    count = int(index.max(initial=0)) + 1
    ahead, back = np.sort(begin * count + end), np.sort(end * count + begin)
    return bool(np.array_equal(ahead, back))


def _other_side(points: np.ndarray, normals: np.ndarray, uvs: np.ndarray, colors: np.ndarray | None, gap: float
                ) -> tuple[np.ndarray, ...]:
    """Return corners turned over, a little behind themselves so that no ray meets the wrong side first."""
    flat = points.reshape(-1, 3, 3)
    facing = np.cross(flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0])
    facing /= np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-30)
    turned = (points - gap * np.repeat(facing, 3, axis=0), -normals, uvs, colors)
    return tuple(a if a is None else _turned_over(a) for a in turned)


def _turned_over(corners: np.ndarray) -> np.ndarray:
    """Return corners (3 T, …) of triangles with the other winding."""
    return corners.reshape(-1, 3, corners.shape[1])[:, (0, 2, 1)].reshape(corners.shape)


def _uv_set(scene: StageScene, instance: InstanceRecord, name: str, first: np.ndarray, mirrored: bool) -> np.ndarray:
    """Return the texture coordinates of a set, the mesh's first where it has no such set."""
    further = scene.meshes[instance.mesh].extra_uvs if instance.mesh and name else {}
    numbered = int(name[1:]) - 1 if name.startswith("#") else -1
    found = list(further.values())[numbered] if 0 <= numbered < len(further) else further.get(name)
    return first if found is None else _turned_over(found) if mirrored else found


def _material(scene: StageScene, instance: InstanceRecord, slot: int) -> Any:
    return scene.materials[instance.slot_materials[slot]]


def _stays_round(material: MaterialRecord, builder: BsdfBuilder) -> bool:
    """Return whether Mitsuba's sphere does for a ball: not where textures lie on it, or it glows from inside."""
    return not builder.needs_uvs(material) and not (is_see_through(material) and builder.shines(material))


def _is_round(matrix: np.ndarray) -> bool:
    gram = matrix[:3, :3] @ matrix[:3, :3].T
    return bool(np.abs(gram / gram[0, 0] - np.eye(3)).max() < _SPHERE_IS_ROUND)


def _mesh_corners(mesh: MeshRecord) -> tuple[np.ndarray, ...]:
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
