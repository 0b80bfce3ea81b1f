"""Glowing geometry as area lights: which faces shine how much, grouped into a few lights near each other.

Geometry glows by the emission of its material, or because a MeshLightAPI or a GeometryLight says so. Each group is one row
among the lights. Within a group a face is chosen in proportion to its area in world space times its mean luminance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import warp as wp

from scenewright.render.device.instances import object_box
from scenewright.render.device.pixels import linear_texels
from scenewright.render.kernels.types import EmitterData
from scenewright.render.scene.records import (
    InstanceRecord,
    LightKind,
    LightRecord,
    MaterialRecord,
    MeshRecord,
    ShapeKind,
    TextureRecord,
)

__all__ = ["EmitterArrays", "EmitterGroup", "shape_area"]

_GROUPS = 16
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, eq=False)
class EmitterGroup:
    """Glowing geometry that is sampled as one light."""

    center: np.ndarray  # (3,) float64, world
    radius: float
    color: np.ndarray  # (3,) mean radiance
    area: float  # world
    first_entry: int
    entry_count: int
    record: LightRecord | None  # whose links and multipliers count; None: that of a material


@dataclass(frozen=True, eq=False)
class _Shining:
    """One instance that glows."""

    row: int  # of the instances
    radiance: np.ndarray  # (slots, 3) mean radiance of each slot, glow included
    glow: np.ndarray  # (slots, 3) beside the materials' emission
    record: LightRecord | None


def mean_emission(record: MaterialRecord, textures: Mapping[str, TextureRecord]) -> np.ndarray:
    """Return the mean radiance that a material emits, (3,) float64."""
    slot = record.emission_texture
    if not slot.texture:
        return np.array(record.emission, np.float64)
    texel = linear_texels(textures[slot.texture]).reshape(-1, 3).mean(axis=0)
    value = texel * slot.scale[:3] + slot.bias[:3]
    return np.maximum(np.repeat(value[slot.channel], 3) if 0 <= slot.channel < 3 else value, 0.0)


def shape_area(kind: ShapeKind, size: tuple[float, float, float, float]) -> float:
    """Return the object-space area of an analytic shape; faces in the order in which the kernels choose among them."""
    return float(sum(shape_areas(kind, size)))


def shape_areas(kind: ShapeKind, size: tuple[float, float, float, float]) -> tuple[float, ...]:
    """Return the areas of the side, the top and the bottom of an analytic shape (or of its only surface)."""
    a, b, c = size[:3]
    if kind == ShapeKind.CUBE:
        return (24.0 * a * a,)
    if kind == ShapeKind.SPHERE:
        return (4.0 * np.pi * a * a,)
    if kind == ShapeKind.CAPSULE:
        return (4.0 * np.pi * a * c, 2.0 * np.pi * a * a, 2.0 * np.pi * a * a)
    if kind == ShapeKind.PLANE:
        return (4.0 * a * b,)
    if kind == ShapeKind.DISK:
        return (np.pi * a * a,)
    slant = float(np.hypot(2.0 * c, a - b))
    return (np.pi * (a + b) * slant, np.pi * b * b, np.pi * a * a)


class EmitterArrays:
    """The glowing geometry of a stage."""

    def __init__(self, device: str) -> None:
        self._device = device
        self.groups: list[EmitterGroup] = []
        self.rows: set[int] = set()
        """Instances that glow."""
        self.has_lights = False
        """Whether some geometry glows by a light rather than by its material."""
        self.prim_rows: dict[int, int] = {}
        """Prim id to 1 + row of ``data``."""
        self.data = wp.empty(0, dtype=EmitterData, device=device)
        self._shining: list[_Shining] = []
        self._rows: list[tuple[int, int, np.ndarray]] = []  # group, first entry and glow of each row of ``data``
        self._keep(np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(0, np.int32))

    @staticmethod
    def concerns(lights: Sequence[LightRecord]) -> bool:
        """Return whether lights make geometry glow."""
        return any(light.kind == LightKind.MESH for light in lights)

    def replace(self, instances: Sequence[InstanceRecord], first_prim: np.ndarray, materials: Mapping[str, MaterialRecord],
                textures: Mapping[str, TextureRecord], meshes: Mapping[str, MeshRecord], lights: Sequence[LightRecord],
                matrices: np.ndarray) -> None:
        """Take all glowing geometry anew.

        Args:
            instances: All instances.
            first_prim: (N,) prim id of each one's slot 0.
            materials: By key.
            textures: By key.
            meshes: By key.
            lights: All lights; those of kind MESH make geometry glow.
            matrices: (N, 4, 4) float64 object to world.
        """
        emission = {key: mean_emission(record, textures) for key, record in materials.items()
                    if any(record.emission) or record.emission_texture.texture}
        emission = {key: value for key, value in emission.items() if value.max() > 0.0}
        glowing = [light for light in lights if light.kind == LightKind.MESH]
        self.has_lights = bool(glowing)
        self._shining = []
        if emission or glowing:
            by_path = {path: light for light in glowing for path in light.geometry}
            for row, record in enumerate(instances):
                shining = _shining(row, record, emission, by_path)
                if shining is not None:
                    self._shining.append(shining)
        self._divide_by_area(instances, meshes, matrices)
        self.rows = {shining.row for shining in self._shining}
        self.update(instances, first_prim, meshes, matrices)

    def update(self, instances: Sequence[InstanceRecord], first_prim: np.ndarray, meshes: Mapping[str, MeshRecord],
               matrices: np.ndarray) -> None:
        """Take the places of the geometry that glows."""
        self.groups, self.prim_rows = [], {}
        cdfs, owners, faces, rows = [], [], [], []
        entry = 0
        for members in _grouped(self._shining, matrices):
            weights = [_weights(instances[m.row], m.radiance, meshes, matrices[m.row]) for m in members]
            total = float(sum(w.sum() for w, _ in weights))
            count = sum(len(w) for w, _ in weights)
            if not total > 0.0:
                continue
            group = self._group(members, weights, instances, meshes, matrices, entry, count)
            first = entry
            for member, (weight, _area) in zip(members, weights, strict=True):
                analytic = instances[member.row].kind != ShapeKind.MESH
                for slot, glow in enumerate(member.glow):
                    rows.append((len(self.groups), first, glow))
                    self.prim_rows[int(first_prim[member.row]) + slot] = len(rows)
                owners.append(np.full(len(weight), member.row, np.int32))
                faces.append(np.full(1, -1, np.int32) if analytic else np.arange(len(weight), dtype=np.int32))
                first += len(weight)
            cumulated = np.concatenate([[0.0], np.cumsum(np.concatenate([w for w, _ in weights]))])
            cdfs.append((cumulated / cumulated[-1]).astype(np.float32))
            owners.append(np.zeros(1, np.int32))  # one more place than entries, as in the table of probabilities
            faces.append(np.zeros(1, np.int32))
            entry += count + 1
            self.groups.append(group)
        self._rows = rows
        self._keep(_joined(cdfs, np.float32), _joined(owners, np.int32), _joined(faces, np.int32))

    def upload(self, first_light: int) -> None:
        """Take in at which row of the lights the groups begin."""
        data = np.zeros(len(self._rows), EmitterData.numpy_dtype())
        for row, (group, first, glow) in enumerate(self._rows):
            data[row]["light"], data[row]["first_entry"], data[row]["glow"] = first_light + group, first, glow
        self.data = wp.array(data, dtype=EmitterData, device=self._device)

    def _keep(self, cdf: np.ndarray, owners: np.ndarray, faces: np.ndarray) -> None:
        self.cdf = wp.array(cdf, dtype=wp.float32, device=self._device)
        self.owners = wp.array(owners, dtype=wp.int32, device=self._device)
        self.faces = wp.array(faces, dtype=wp.int32, device=self._device)

    def _divide_by_area(self, instances: Sequence[InstanceRecord], meshes: Mapping[str, MeshRecord],
                        matrices: np.ndarray) -> None:
        """Divide the glow of normalized lights by the area of all that they make glow."""
        areas: dict[int, float] = {}
        for member in self._shining:
            if member.record is not None and member.record.divide_by_area:
                _weight, area = _weights(instances[member.row], member.radiance, meshes, matrices[member.row])
                areas[id(member.record)] = areas.get(id(member.record), 0.0) + area
        for member in self._shining:
            area = areas.get(id(member.record), 0.0)
            if area > 0.0:
                member.radiance[:] += member.glow * (1.0 / area - 1.0)
                member.glow[:] /= area

    def _group(self, members: list[_Shining], weights: list[tuple[np.ndarray, float]], instances: Sequence[InstanceRecord],
               meshes: Mapping[str, MeshRecord], matrices: np.ndarray, entry: int, count: int) -> EmitterGroup:
        corners = np.concatenate([_corners(instances[m.row], meshes, matrices[m.row]) for m in members])
        low, high = corners.min(axis=0), corners.max(axis=0)
        area = float(sum(area for _, area in weights))
        mean = np.mean([member.radiance.mean(axis=0) for member in members], axis=0)
        power = float(sum(w.sum() for w, _ in weights))
        color = mean * (power / max(area * float(mean @ _LUMINANCE), 1e-30))
        return EmitterGroup(0.5 * (low + high), 0.5 * float(np.linalg.norm(high - low)), color, area, entry, count,
                            members[0].record)


def _joined(parts: list[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, dtype)


def _shining(row: int, record: InstanceRecord, emission: Mapping[str, np.ndarray],
             by_path: Mapping[str, LightRecord]) -> _Shining | None:
    """Return how an instance glows, None where it does not."""
    light = _light_of(record, by_path) if by_path else None
    if light is None and emission.keys().isdisjoint(record.slot_materials):
        return None
    dark = np.zeros(3)
    glow = np.array([dark if light is None else light.color for _ in record.slot_materials], np.float64)
    own = np.array([emission.get(key, dark) for key in record.slot_materials])
    return _Shining(row, own + glow, glow, light)


def _light_of(record: InstanceRecord, by_path: Mapping[str, LightRecord]) -> LightRecord | None:
    path = record.path
    while path and path != "/":
        if path in by_path:
            return by_path[path]
        path = path.rpartition("/")[0]
    return None


def _grouped(shining: Sequence[_Shining], matrices: np.ndarray) -> list[list[_Shining]]:
    """Return at most ``_GROUPS`` groups for each light, halved along their longest side again and again."""
    by_light: dict[int, list[_Shining]] = {}
    for member in shining:
        by_light.setdefault(id(member.record), []).append(member)
    done = []
    for members in by_light.values():
        groups = [members]
        while len(groups) < _GROUPS and max(map(len, groups)) > 1:
            groups.sort(key=len)
            widest = groups.pop()
            places = matrices[[member.row for member in widest]][:, 3, :3]
            axis = int(np.argmax(places.max(axis=0) - places.min(axis=0)))
            order = np.argsort(places[:, axis], kind="stable")
            half = len(order) // 2
            groups += [[widest[i] for i in sorted(part)] for part in (order[:half].tolist(), order[half:].tolist())]
        done += groups
    return sorted(done, key=lambda group: group[0].row)


def _weights(record: InstanceRecord, radiance: np.ndarray, meshes: Mapping[str, MeshRecord],
             matrix: np.ndarray) -> tuple[np.ndarray, float]:
    """Return area times luminance of each face of an instance, and the area of all that glow."""
    luminance = radiance @ _LUMINANCE
    linear = matrix[:3, :3]
    if record.kind != ShapeKind.MESH:
        area = shape_area(record.kind, record.size) * abs(np.linalg.det(linear)) ** (2.0 / 3.0)
        if record.kind in (ShapeKind.PLANE, ShapeKind.DISK):
            area = shape_area(record.kind, record.size) * float(np.linalg.norm(np.cross(linear[0], linear[1])))
        return np.array([area * luminance[0]]), float(area)
    mesh = meshes[record.mesh]
    if len(mesh.triangles) == 0:
        return np.zeros(1), 0.0
    points = mesh.points.astype(np.float64) @ linear
    a, b, c = (points[mesh.triangles[:, k]] for k in range(3))
    areas = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
    areas[~np.isfinite(areas)] = 0.0
    slots = np.minimum(mesh.triangle_slots, len(luminance) - 1) if len(mesh.triangle_slots) else np.zeros(len(areas), int)
    weights = areas * luminance[slots]
    return weights, float(areas[luminance[slots] > 0.0].sum())


def _corners(record: InstanceRecord, meshes: Mapping[str, MeshRecord], matrix: np.ndarray) -> np.ndarray:
    """Return the corners of an instance's box in world space, (8, 3)."""
    center, half = object_box(record, meshes)
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float64)
    return (center + signs * half) @ matrix[:3, :3] + matrix[3, :3]
