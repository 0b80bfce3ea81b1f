"""Materials on the device, and which prim id has which."""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import warp as wp

from scenewright.render.kernels.types import CUTOUT, GLASS, SLOTS_PER_MATERIAL, TRANSLUCENT, MaterialData, PrimData, SlotData
from scenewright.render.scene.records import InstanceRecord, MaterialRecord, TextureSlot

__all__ = ["MaterialArrays", "material_textures", "material_uv_sets"]

_SLOTS = ("base_color_texture", "metallic_texture", "roughness_texture", "opacity_texture", "emission_texture",
          "normal_texture")
_PROJECTIONS = {"": 0, "object": 1, "world": 2}
_CONSTANTS = ("base_color", "emission", "metallic", "roughness", "ior", "specular",
              "specular_color", "clearcoat", "clearcoat_roughness", "transmission", "thin_walled", "absorption", "opacity",
              "opacity_threshold")


def material_textures(materials: Iterable[MaterialRecord]) -> set[str]:
    """Return the keys of all textures that materials read."""
    return {getattr(record, name).texture for record in materials for name in _SLOTS} - {""}


def material_uv_sets(materials: Iterable[MaterialRecord]) -> tuple[str, ...]:
    """Return the names of the further texture coordinates that materials read, sorted."""
    return tuple(sorted({getattr(record, name).uv_set for record in materials for name in _SLOTS} - {""}))


def fill_slot(row: np.void, slot: TextureSlot, texture: int, uv_names: Sequence[str]) -> None:
    """Write a texture slot; the UV transform becomes two rows of an affine matrix."""
    row["uv_set"] = 1 + uv_names.index(slot.uv_set) if slot.uv_set else 0
    cos, sin = math.cos(slot.uv_rotation), math.sin(slot.uv_rotation)
    row["texture"] = texture
    row["channel"] = slot.channel
    row["wrap_u"], row["wrap_v"] = slot.wrap
    row["scale"] = slot.scale
    row["bias"] = slot.bias
    row["row_u"] = (cos * slot.uv_scale[0], -sin * slot.uv_scale[1], slot.uv_translate[0])
    row["row_v"] = (sin * slot.uv_scale[0], cos * slot.uv_scale[1], slot.uv_translate[1])


def slot_prims(first_prim: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the prim ids of all slots of some instances, from those of their slots 0 and their numbers of slots."""
    first = np.repeat(np.asarray(first_prim), counts)
    return first + np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)


def see_through(record: MaterialRecord) -> int:
    """Return CUTOUT, TRANSLUCENT and GLASS flags of a material."""
    glass = int(GLASS) if record.transmission > 0.0 else 0
    textured = bool(record.opacity_texture.texture)
    if record.opacity_threshold > 0.0:
        return glass | (int(CUTOUT) if textured or record.opacity < record.opacity_threshold else 0)
    if textured:
        return glass | int(CUTOUT) | int(TRANSLUCENT)
    if record.opacity <= 0.0:
        return int(CUTOUT)
    return glass | (int(TRANSLUCENT) if record.opacity < 1.0 else 0)


class MaterialArrays:
    """All materials of a stage and the table of prim ids."""

    def __init__(self, device: str) -> None:
        self.materials = wp.zeros(1, dtype=MaterialData, device=device)
        self.slots = wp.zeros(int(SLOTS_PER_MATERIAL), dtype=SlotData, device=device)
        self.prims = wp.zeros(1, dtype=PrimData, device=device)
        self._device = device
        self._rows: dict[str, int] = {}
        self._see_through = np.zeros(1, np.int32)
        self._prim_rows = np.zeros(1, PrimData.numpy_dtype())

    def replace(self, materials: Mapping[str, MaterialRecord], texture_rows: Mapping[str, int]) -> None:
        """Take all materials anew."""
        per = int(SLOTS_PER_MATERIAL)
        count = max(len(materials), 1)
        uv_names = material_uv_sets(materials.values())
        rows = np.zeros(count, MaterialData.numpy_dtype())
        slots = np.zeros(count * per, SlotData.numpy_dtype())
        slots["texture"] = -1
        self._see_through = np.zeros(count, np.int32)
        self._rows = {key: row for row, key in enumerate(materials)}
        for name in (*_CONSTANTS, "use_display_color"):
            if materials:
                rows[name] = [getattr(record, name) for record in materials.values()]
        for row, record in enumerate(materials.values()):
            self._see_through[row] = see_through(record)
            rows["projection"][row] = _PROJECTIONS[record.projection]
            for k, name in enumerate(_SLOTS):
                slot = getattr(record, name)
                if slot.texture:
                    rows["textures"][row] |= 1 << k
                    fill_slot(slots[row * per + k], slot, texture_rows[slot.texture], uv_names)
        self.materials = wp.array(rows, dtype=MaterialData, device=self._device)
        self.slots = wp.array(slots, dtype=SlotData, device=self._device)

    def bind(self, instances: Sequence[InstanceRecord], first_prim: np.ndarray) -> np.ndarray:
        """Take which slot of which instance has which material and colour; return see-through flags, (N,) int32."""
        counts = np.array([len(record.slot_materials) for record in instances], np.int64)
        self._prim_rows = np.zeros(1 + counts.sum(), PrimData.numpy_dtype())
        flags = np.zeros(0, np.int32)
        if len(counts):
            rows = np.array([self._rows[key] for record in instances for key in record.slot_materials])
            slots = slot_prims(first_prim, counts)
            self._prim_rows["material"][slots] = rows
            self._prim_rows["color"][slots] = [color for record in instances for color in record.slot_colors]
            flags = np.bitwise_or.reduceat(self._see_through[rows], np.cumsum(counts) - counts)
        self.prims = wp.array(self._prim_rows, dtype=PrimData, device=self._device)
        return flags

    def set_emitters(self, rows: Mapping[int, int]) -> None:
        """Take which prim ids shine: prim id to 1 + row of LightingData.emitters."""
        if not rows and not self._prim_rows["emitter"].any():
            return
        self._prim_rows["emitter"] = 0
        for prim, row in rows.items():
            self._prim_rows["emitter"][prim] = row
        self.prims = wp.array(self._prim_rows, dtype=PrimData, device=self._device)

    def set_colors(self, colors: np.ndarray, first_prim: np.ndarray, counts: np.ndarray) -> None:
        """Take the display colours of some instances: (K, 3), the first prim id of each, (K,), and how many each has, (K,)."""
        self._prim_rows["color"][slot_prims(first_prim, counts)] = np.repeat(colors, counts, axis=0)
        self.prims = wp.array(self._prim_rows, dtype=PrimData, device=self._device)
