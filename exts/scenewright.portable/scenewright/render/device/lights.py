"""Lights on the device, with the sampling tables of textured domes, profiles and links.

Rows come in the order lamps that rays can meet, glowing geometry, distant lights, domes.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import warp as wp

from scenewright.render.device.emitters import EmitterGroup
from scenewright.render.device.light_tree import lamp_boxes, light_tree
from scenewright.render.device.pixels import linear_texels
from scenewright.render.kernels.types import DomeData, LightData, LightExtraData, LightNode
from scenewright.render.scene.records import LightKind, LightRecord, LinkRecord, TextureRecord

__all__ = ["LightArrays", "dome_table"]

_TABLE_LIMIT = (1024, 512)  # finer tables gain little and miss the cache: the radiance itself is read from the image
_FLOOR = 0.03  # part of the density that is spread evenly
_TREE_LIGHTS = 16  # more than these are chosen by a tree: coarser guesses, but for any number
_TREE_LAMPS = 16  # more than these are found by a tree


def dome_table(record: TextureRecord) -> tuple[np.ndarray, np.ndarray]:
    """Return the sampling table of a lat-long image.

    Returns:
        Cumulative row probabilities (H + 1,) and, within each row, column probabilities (H, W + 1); float64, 0 to 1.
    """
    weight = np.maximum(linear_texels(record) @ np.array([0.2126, 0.7152, 0.0722]), 0.0)
    # what the bilinear lookup makes of the texels: its mean over cells of a part of a texel
    split = min(max(_TABLE_LIMIT[0] // (2 * weight.shape[1]), 1), 4) * 2
    weight = _filtered(_filtered(weight, split, 1, "wrap"), split, 0, "edge")
    for axis, limit in ((1, _TABLE_LIMIT[0]), (0, _TABLE_LIMIT[1])):
        count = min(weight.shape[axis], limit)
        edges = np.linspace(0, weight.shape[axis], count + 1).astype(int)
        weight = np.add.reduceat(weight, edges[:-1], axis=axis) / np.diff(edges).reshape((-1, 1) if axis == 0 else (1, -1))
    weight = weight + _FLOOR * max(weight.mean(), 1e-12)
    height = weight.shape[0]
    weight = weight * np.sin((np.arange(height) + 0.5) / height * math.pi)[:, None]
    marginal = np.concatenate([[0.0], np.cumsum(weight.sum(axis=1))])
    conditional = np.concatenate([np.zeros((height, 1)), np.cumsum(weight, axis=1)], axis=1)
    return marginal / marginal[-1], conditional / conditional[:, -1:]


def mean_radiance(record: TextureRecord) -> np.ndarray:
    """Return the mean of a lat-long image over all directions, (3,) float64."""
    rows = linear_texels(record).mean(axis=1)
    weight = np.sin((np.arange(len(rows)) + 0.5) / len(rows) * math.pi)
    return weight @ rows / weight.sum()


def _filtered(values: np.ndarray, split: int, axis: int, ends: str) -> np.ndarray:
    """Return linear interpolation between texel centres along an axis, at the middle of ``split`` (even) cells a texel."""
    padded = np.moveaxis(np.pad(values, [(1, 1) if k == axis else (0, 0) for k in range(2)], mode=ends), axis, 0)
    parts = []
    for cell in range(split):
        at = (cell + 0.5) / split - 0.5
        low, high = (padded[:-2], padded[1:-1]) if at < 0.0 else (padded[1:-1], padded[2:])
        share = at % 1.0
        parts.append(low * (1.0 - share) + high * share)
    stacked = np.stack(parts, axis=1)
    return np.moveaxis(stacked.reshape(-1, stacked.shape[2]), 0, axis)


def upload_table(record: TextureRecord, device: str) -> DomeData:
    """Upload the sampling table of a lat-long image."""
    marginal, conditional = dome_table(record)
    data = DomeData()
    data.height, data.width = conditional.shape[0], conditional.shape[1] - 1
    data.marginal = wp.array(marginal.astype(np.float32), dtype=wp.float32, device=device)
    data.conditional = wp.array(conditional.astype(np.float32).ravel(), dtype=wp.float32, device=device)
    return data


def ies_mean(candela: np.ndarray) -> float:
    """Return the mean of a candela grid over the sphere of directions."""
    theta = np.linspace(0.0, math.pi, candela.shape[0])
    rings = candela[:, :-1].mean(axis=1) + 0.0
    edges = np.concatenate([[0.0], 0.5 * (theta[1:] + theta[:-1]), [math.pi]])
    return float(rings @ np.diff(-np.cos(edges)) / 2.0)


def linked_instances(link: LinkRecord, paths: Sequence[str]) -> np.ndarray:
    """Return which instances belong to a link, (N,) bool; point instances belong to their instancer."""
    rules = dict(link.rules)
    known: dict[str, bool] = {"": rules.get("/") == "expandPrims"}

    def belongs(path: str) -> bool:
        rule = rules.get(path)
        if rule == "explicitOnly":
            return True
        if rule is not None:
            return rule != "exclude"
        if path not in known:
            parent = path.rpartition("/")[0] if not path.endswith("]") else path.rpartition("[")[0]
            known[path] = belongs(parent) and rules.get(parent) != "explicitOnly"
        return known[path]

    return np.fromiter(map(belongs, paths), bool, len(paths))


def fill_light(row: np.void, record: LightRecord, texture: int, dome: int) -> None:
    """Write everything of a light but its position; the matrix' scale goes into the sizes."""
    linear = np.asarray(record.matrix, np.float64)[:3, :3]
    lengths = np.maximum(np.linalg.norm(linear, axis=1), 1e-20)
    axes = linear / lengths[:, None]
    if record.kind in (LightKind.RECT, LightKind.DISK):  # their normal, also where the transform shears or flattens them
        normal = np.cross(axes[0], axes[1])
        axes[2] = normal / max(np.linalg.norm(normal), 1e-20) * (-1.0 if np.linalg.det(linear) < 0.0 else 1.0)
    row["kind"] = int(record.kind)
    row["shadows"] = int(record.shadows)
    row["visible"] = int(record.visible_to_camera)
    row["met"] = int(record.shadows and record.shadow_link is None)
    row["double_sided"] = int(record.double_sided)
    row["texture"] = texture
    row["dome"] = dome
    row["color"] = record.color
    row["axis_x"], row["axis_y"], row["axis_z"] = axes
    a, b = record.size
    half_x, half_y, area = 0.0, 0.0, 1.0
    if record.kind == LightKind.SPHERE:
        half_x = half_y = a * float(np.cbrt(np.prod(lengths)))
        area = 4.0 * math.pi * half_x**2
    elif record.kind == LightKind.RECT:
        half_x, half_y = 0.5 * a * lengths[0], 0.5 * b * lengths[1]
        area = 4.0 * half_x * half_y
    elif record.kind == LightKind.DISK:
        half_x, half_y = a * lengths[0], a * lengths[1]
        area = math.pi * half_x * half_y
    elif record.kind == LightKind.CYLINDER:
        half_x, half_y = 0.5 * b * lengths[0], a * math.sqrt(lengths[1] * lengths[2])
        area = 4.0 * math.pi * half_x * half_y
    elif record.kind == LightKind.DISTANT and math.sin(0.5 * a) > 1e-6:
        row["spread"] = 2.0 * math.sin(0.5 * a) ** 2
        area = math.pi * math.sin(a) ** 2
        row["color"] = np.asarray(record.color) / area
    row["half_x"], row["half_y"], row["area"] = half_x, half_y, area


class _Extras:
    """Rows of LightExtraData with the values that they point to."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths
        self._rows: list[np.ndarray] = []
        self._profiles: dict[str, int] = {}
        self._ies: list[np.ndarray] = []
        self._links: list[np.ndarray] = []

    def row_of(self, record: LightRecord | None) -> int:
        """Return the row of a light, -1 for one that has nothing special."""
        plain = record is None or (record.shaping is None and record.light_link is None and record.shadow_link is None
                                   and record.diffuse == 1.0 and record.specular == 1.0)
        if plain:
            return -1
        row = np.zeros(1, LightExtraData.numpy_dtype())
        row["cone_start"], row["cone_end"], row["ies"], row["ies_scale"] = 10.0, 10.0, -1, 1.0
        shaping = record.shaping
        if shaping is not None:
            if shaping.cone_angle < math.pi or shaping.cone_softness > 0.0:
                row["cone_start"] = shaping.cone_angle * (1.0 - shaping.cone_softness)
                row["cone_end"] = shaping.cone_angle
            row["focus"], row["focus_tint"], row["ies_angle_scale"] = shaping.focus, shaping.focus_tint, shaping.ies_angle_scale
            if shaping.ies is not None:
                if shaping.ies.key not in self._profiles:
                    self._profiles[shaping.ies.key] = sum(map(len, self._ies))
                    self._ies.append(shaping.ies.candela.ravel())
                row["ies"] = self._profiles[shaping.ies.key]
                if shaping.ies_normalize:
                    row["ies_scale"] = 1.0 / max(ies_mean(shaping.ies.candela), 1e-20)
        row["diffuse"], row["specular"] = record.diffuse, record.specular
        row["light_link"], row["shadow_link"] = self._link(record.light_link), self._link(record.shadow_link)
        self._rows.append(row)
        return len(self._rows) - 1

    def _link(self, link: LinkRecord | None) -> int:
        if link is None:
            return -1
        self._links.append(linked_instances(link, self._paths).astype(np.uint8))
        return (len(self._links) - 1) * len(self._paths)

    def upload(self, device: str) -> tuple[wp.array, wp.array, wp.array]:
        """Return extras, candela values and links on a device."""
        rows = np.concatenate(self._rows) if self._rows else np.zeros(0, LightExtraData.numpy_dtype())
        values = np.concatenate(self._ies) if self._ies else np.zeros(0, np.float32)
        links = np.concatenate(self._links) if self._links else np.zeros(0, np.uint8)
        return (wp.array(rows, dtype=LightExtraData, device=device), wp.array(values, dtype=wp.float32, device=device),
                wp.array(links, dtype=wp.uint8, device=device))


def _order(light: LightRecord) -> int:
    return {LightKind.DOME: 2, LightKind.DISTANT: 1}.get(light.kind, 0)


class LightArrays:
    """All lights of a stage that shine."""

    def __init__(self, device: str) -> None:
        self.count = self.lamp_count = self.first_distant = self.first_dome = 0
        self.domes = wp.empty(0, dtype=DomeData, device=device)
        self._device = device
        self._rows = np.zeros(0, LightData.numpy_dtype())
        self._positions = np.zeros((0, 3))
        self.extras, self.ies, self.links = _Extras(()).upload(device)
        self._nodes, self._node_centers = np.zeros(0, LightNode.numpy_dtype()), np.zeros((0, 3))
        self._leaves = wp.empty(0, dtype=wp.int32, device=device)
        self.mean_sky = np.zeros(3)
        """Mean radiance of all domes together over all directions."""
        self._means: dict[str, np.ndarray] = {}
        self.tables: dict[str, tuple[TextureRecord, DomeData]] = {}

    def replace(self, lights: Sequence[LightRecord], groups: Sequence[EmitterGroup], textures: Mapping[str, TextureRecord],
                texture_rows: Mapping[str, int], paths: Sequence[str]) -> None:
        """Take all lights anew; those that emit nothing are left out.

        Args:
            lights: Records; those of geometry come as ``groups``.
            groups: Glowing geometry.
            textures: By key.
            texture_rows: Row of each texture on the device.
            paths: Of all instances, for links.
        """
        shining = sorted((light for light in lights if max(light.color) > 0.0 and light.kind != LightKind.MESH), key=_order)
        orders = [_order(light) for light in shining]
        self.lamp_count = orders.count(0)
        self.first_distant = self.lamp_count + len(groups)
        self.first_dome = self.first_distant + orders.count(1)
        self.count = len(shining) + len(groups)
        keys = sorted({light.texture for light in shining if light.kind == LightKind.DOME and light.texture})
        kept = self.tables
        self.tables = {
            key: kept[key] if key in kept and kept[key][0] is textures[key]
            else (textures[key], upload_table(textures[key], self._device))
            for key in keys
        }
        self._means = {
            key: self._means[key] if key in kept and kept[key][0] is textures[key] else mean_radiance(textures[key])
            for key in keys
        }
        table_rows = {key: row for row, key in enumerate(self.tables)}
        self.mean_sky = np.zeros(3)
        for light in shining[orders.index(2) if 2 in orders else len(orders):]:
            self.mean_sky += light.color * (self._means[light.texture] if light.texture else np.ones(3))
        self.domes = wp.array([entry[1] for entry in self.tables.values()], dtype=DomeData, device=self._device)
        self._rows = np.zeros(self.count, LightData.numpy_dtype())
        self._positions = np.zeros((self.count, 3))
        extras = _Extras(paths)
        for i, light in enumerate(shining):
            row = i if i < self.lamp_count else i + len(groups)
            dome = table_rows[light.texture] if light.kind == LightKind.DOME and light.texture else -1
            fill_light(self._rows[row], light, texture_rows[light.texture] if light.texture else -1, dome)
            self._rows[row]["extra"] = extras.row_of(light)
            self._positions[row] = np.asarray(light.matrix)[3, :3]
        for row, group in enumerate(groups, self.lamp_count):
            self._fill_group(row, group, extras.row_of(group.record))
        self.extras, self.ies, self.links = extras.upload(self._device)
        self._build_tree()

    def _build_tree(self) -> None:
        """Make the tree by which lights are chosen, an empty one where there are few."""
        chosen = self.first_dome if self.first_dome > _TREE_LIGHTS else 0
        self._nodes, self._node_centers = np.zeros(0, LightNode.numpy_dtype()), np.zeros((0, 3))
        leaves = np.zeros(0, np.int32)
        if chosen:
            self._nodes, self._node_centers, leaves = light_tree(self._rows[:chosen], self._positions[:chosen])
        self._leaves = wp.array(leaves, dtype=wp.int32, device=self._device)

    def _fill_group(self, row: int, group: EmitterGroup, extra: int) -> None:
        data = self._rows[row]
        record = group.record
        data["kind"], data["texture"], data["dome"], data["extra"] = int(LightKind.MESH), -1, -1, extra
        data["shadows"] = int(record is None or record.shadows)
        data["met"] = int(record is None or (record.shadows and record.shadow_link is None))
        data["color"], data["area"] = group.color, group.area
        data["half_x"] = data["half_y"] = group.radius
        data["first_entry"], data["entry_count"] = group.first_entry, group.entry_count
        self._positions[row] = group.center

    def place(self, center: np.ndarray) -> wp.array:
        """Return the lights relative to ``center``, (L,) LightData."""
        self._rows["position"] = self._positions - center
        return wp.array(self._rows, dtype=LightData, device=self._device)

    def place_tree(self, center: np.ndarray) -> tuple[wp.array, wp.array]:
        """Return the tree over lights relative to ``center``, and the node of each light; empty where there are few."""
        self._nodes["center"] = self._node_centers - center
        return wp.array(self._nodes, dtype=LightNode, device=self._device), self._leaves

    def lamp_tree(self, center: np.ndarray) -> wp.Bvh | None:
        """Return the boxes of the lamps relative to ``center``; None where there are few."""
        if self.lamp_count <= _TREE_LAMPS:
            return None
        return lamp_boxes(self._rows[:self.lamp_count], self._positions[:self.lamp_count] - center, self._device)
