"""Lights on the device, domes last, with the sampling tables of textured domes."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import warp as wp

from scenewright.render.kernels.types import DomeData, LightData
from scenewright.render.scene.records import LightKind, LightRecord, TextureRecord

__all__ = ["LightArrays", "dome_table"]

_TABLE_LIMIT = (512, 256)  # finer tables gain nothing: the radiance itself is read from the image
_FLOOR = 0.03  # part of the density that is spread evenly


def linear_texels(record: TextureRecord) -> np.ndarray:
    """Return the texels as linear radiance factors, (H, W, 3) float64."""
    rgb = record.pixels[..., :3].astype(np.float64)
    if record.pixels.dtype == np.uint8:
        rgb /= 255.0
        if record.srgb:
            rgb = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return rgb


def dome_table(record: TextureRecord) -> tuple[np.ndarray, np.ndarray]:
    """Return the sampling table of a lat-long image.

    Returns:
        Cumulative row probabilities (H + 1,) and, within each row, column probabilities (H, W + 1); float64, 0 to 1.
    """
    weight = np.maximum(linear_texels(record) @ np.array([0.2126, 0.7152, 0.0722]), 0.0)
    # what the bilinear filter makes of each texel on average: a quarter of it shines from the neighbours
    weight = 0.75 * weight + 0.125 * (np.roll(weight, 1, axis=1) + np.roll(weight, -1, axis=1))
    padded = np.pad(weight, ((1, 1), (0, 0)), mode="edge")
    weight = 0.75 * weight + 0.125 * (padded[:-2] + padded[2:])
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


def upload_table(record: TextureRecord, device: str) -> DomeData:
    """Upload the sampling table of a lat-long image."""
    marginal, conditional = dome_table(record)
    data = DomeData()
    data.height, data.width = conditional.shape[0], conditional.shape[1] - 1
    data.marginal = wp.array(marginal.astype(np.float32), dtype=wp.float32, device=device)
    data.conditional = wp.array(conditional.astype(np.float32).ravel(), dtype=wp.float32, device=device)
    return data


def fill_light(row: np.void, record: LightRecord, texture: int, dome: int) -> None:
    """Write everything of a light but its position; the matrix' scale goes into the sizes."""
    linear = np.asarray(record.matrix, np.float64)[:3, :3]
    lengths = np.maximum(np.linalg.norm(linear, axis=1), 1e-20)
    axes = linear / lengths[:, None]
    row["kind"] = int(record.kind)
    row["shadows"] = int(record.shadows)
    row["visible"] = int(record.visible_to_camera)
    row["texture"] = texture
    row["dome"] = dome
    row["color"] = record.color
    row["axis_x"], row["axis_y"], row["axis_z"] = axes
    a, b = record.size
    half_x, half_y, area = 0.0, 0.0, 0.0
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
    row["half_x"], row["half_y"], row["area"] = half_x, half_y, area
    row["cos_angle"] = math.cos(a) if record.kind == LightKind.DISTANT else 1.0


class LightArrays:
    """All lights of a stage that shine."""

    def __init__(self, device: str) -> None:
        self.count = 0
        self.first_dome = 0
        self.domes = wp.empty(0, dtype=DomeData, device=device)
        self._device = device
        self._rows = np.zeros(0, LightData.numpy_dtype())
        self._positions = np.zeros((0, 3))
        self.tables: dict[str, tuple[TextureRecord, DomeData]] = {}

    def replace(self, lights: Sequence[LightRecord], textures: Mapping[str, TextureRecord],
                texture_rows: Mapping[str, int]) -> None:
        """Take all lights anew; those that emit nothing are left out."""
        shining = sorted((light for light in lights if max(light.color) > 0.0), key=lambda light: light.kind == LightKind.DOME)
        self.count = len(shining)
        self.first_dome = sum(light.kind != LightKind.DOME for light in shining)
        keys = sorted({light.texture for light in shining if light.kind == LightKind.DOME and light.texture})
        kept = self.tables
        self.tables = {
            key: kept[key] if key in kept and kept[key][0] is textures[key]
            else (textures[key], upload_table(textures[key], self._device))
            for key in keys
        }
        table_rows = {key: row for row, key in enumerate(self.tables)}
        self.domes = wp.array([entry[1] for entry in self.tables.values()], dtype=DomeData, device=self._device)
        self._rows = np.zeros(self.count, LightData.numpy_dtype())
        self._positions = np.array([np.asarray(light.matrix)[3, :3] for light in shining], np.float64).reshape(-1, 3)
        for row, light in enumerate(shining):
            dome = table_rows[light.texture] if light.kind == LightKind.DOME and light.texture else -1
            fill_light(self._rows[row], light, texture_rows[light.texture] if light.texture else -1, dome)

    def place(self, center: np.ndarray) -> wp.array:
        """Return the lights relative to ``center``, (L,) LightData."""
        self._rows["position"] = self._positions - center
        return wp.array(self._rows, dtype=LightData, device=self._device)
