"""Material records as Mitsuba BSDFs."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from scenewright.render.device.pixels import linear_texels
from scenewright.render.scene.records import MaterialRecord, TextureRecord, TextureSlot

__all__ = ["BsdfBuilder", "facing_reflectance", "is_see_through"]

_WRAP = ("repeat", "clamp", "mirror", "clamp")
_SMOOTH = 0.03  # roughness below which a dielectric is a perfect one
_NOTHING_BENDS = 1e-3  # less than that from an index of 1
_MOST_FACING = 0.9
_SLOTS = tuple(f"{name}_texture" for name in ("base_color", "metallic", "roughness", "opacity", "emission", "normal"))


class BsdfBuilder:
    """Builds BSDF dictionaries; equal textures are shared.

    Mapping: glass to ``dielectric``, ``roughdielectric`` or ``thindielectric``, its share of a surface by ``blendbsdf``; a
    dielectric without reflection to ``diffuse``; everything else to ``principled``, whose layers are Disney's:
    :func:`.limits.differences` tells how they differ from ours. All but glass are two-sided. Opacity is a ``mask``, which
    dims what the surface emits, too.
    """

    def __init__(self, mi: ModuleType, textures: Mapping[str, TextureRecord]) -> None:
        self._mi = mi
        self._textures = textures
        self._bitmaps: dict[tuple, Any] = {}

    def needs_uvs(self, material: MaterialRecord) -> bool:
        """Return whether a texture is read."""
        return any(getattr(material, slot).texture for slot in _SLOTS)

    def shines(self, material: MaterialRecord) -> bool:
        """Return whether a surface emits light."""
        return max(material.emission) > 0.0 or bool(material.emission_texture.texture)

    def uv_set(self, material: MaterialRecord) -> str:
        """Return the texture coordinates that a material reads: see TextureSlot."""
        slots = (getattr(material, slot) for slot in _SLOTS)
        return next((slot.uv_set for slot in slots if slot.texture), "")

    def surface(self, material: MaterialRecord, color: tuple[float, float, float] | str) -> dict[str, Any]:
        """Return the ``bsdf`` and, of a glowing material, the ``emitter`` of a shape.

        Args:
            material: The record.
            color: displayColor, or the name of the mesh attribute that holds it.
        """
        found: dict[str, Any] = {"bsdf": self._bsdf(material, color)}
        if self.shines(material):
            found["emitter"] = {"type": "area", "radiance": self._radiance(material)}
        return found

    def _radiance(self, material: MaterialRecord) -> Any:
        """Return what a surface emits, less where it is not there."""
        glow, holes = material.emission_texture, material.opacity_texture
        share: Any = _constant_opacity(material)
        if holes.texture:
            share = self._texels(holes, "number", material.opacity_threshold)
        elif not glow.texture:
            return _rgb(tuple(share * value for value in material.emission))
        color: Any = self._texels(glow, "color") if glow.texture else np.array(material.emission)
        key = ("glow", id(material))
        if key not in self._bitmaps:
            self._bitmaps[key] = self._mi.Bitmap(np.ascontiguousarray((share * color).astype(np.float32)))
        return self._texture(glow if glow.texture else holes, key)

    def _bsdf(self, material: MaterialRecord, color: tuple[float, float, float] | str) -> dict[str, Any]:
        base: Any = self._value(material.base_color, material.base_color_texture, color=True)
        if material.use_display_color:
            base = {"type": "mesh_attribute", "name": color} if isinstance(color, str) else _rgb(color)
        share = material.transmission * (1.0 - material.metallic)
        glass = share > 0.0
        bsdf = self._glass(material, base) if glass else self._opaque(material, base)
        if 0.0 < share < 1.0:
            opaque = {"type": "twosided", "bsdf": self._opaque(material, base)}
            bsdf = {"type": "blendbsdf", "weight": share, "first": opaque, "second": bsdf}
        if material.normal_texture.texture:
            bsdf = {"type": "normalmap", "normalmap": self._bitmap(material.normal_texture, "normal"), "bsdf": bsdf}
        if not glass:
            bsdf = {"type": "twosided", "bsdf": bsdf}
        if is_see_through(material):
            bsdf = {"type": "mask", "opacity": self._opacity(material), "bsdf": bsdf}
        return bsdf

    def _glass(self, material: MaterialRecord, tint: Any) -> dict[str, Any]:
        tints = {"specular_transmittance": tint, "specular_reflectance": _rgb(material.specular_color),
                 "int_ior": float(material.ior), "ext_ior": 1.0}
        if material.thin_walled:
            return {"type": "thindielectric", **tints}
        if material.roughness <= _SMOOTH or abs(material.ior - 1.0) < _NOTHING_BENDS:
            return {"type": "dielectric", **tints}
        return {"type": "roughdielectric", "alpha": material.roughness**2, "distribution": "ggx", **tints}

    def _opaque(self, material: MaterialRecord, base: Any) -> dict[str, Any]:
        at_normal = facing_reflectance(material)
        metallic = material.metallic > 0.0 or bool(material.metallic_texture.texture)
        if not metallic and at_normal <= 0.0 and material.clearcoat <= 0.0:
            return {"type": "diffuse", "reflectance": base}
        root = min(at_normal, _MOST_FACING) ** 0.5
        bsdf = {"type": "principled", "base_color": base, "eta": (1.0 + root) / (1.0 - root),
                "roughness": self._value(material.roughness, material.roughness_texture),
                "metallic": self._value(material.metallic, material.metallic_texture)}
        if material.clearcoat > 0.0:
            bsdf["clearcoat"] = material.clearcoat
            bsdf["clearcoat_gloss"] = float(np.clip(1.0 - material.clearcoat_roughness, 0.0, 1.0))
        return bsdf

    def _opacity(self, material: MaterialRecord) -> Any:
        if not material.opacity_texture.texture:
            return _constant_opacity(material)
        return self._bitmap(material.opacity_texture, "number", material.opacity_threshold)

    def _value(self, constant: Any, slot: TextureSlot, *, color: bool = False) -> Any:
        """Return an input that lies between 0 and 1."""
        if slot.texture:
            return self._bitmap(slot, "color" if color else "number")
        return _rgb(tuple(np.clip(constant, 0.0, 1.0))) if color else float(np.clip(constant, 0.0, 1.0))

    def _bitmap(self, slot: TextureSlot, use: str, threshold: float = 0.0) -> dict[str, Any]:
        key = (slot.texture, slot.channel, slot.scale, slot.bias, use, threshold)
        if key not in self._bitmaps:
            texels = self._texels(slot, use, threshold)
            texels = 0.5 * texels + 0.5 if use == "normal" else np.clip(texels, 0.0, 1.0)
            self._bitmaps[key] = self._mi.Bitmap(np.ascontiguousarray(texels.astype(np.float32)))
        return self._texture(slot, key)

    def _texels(self, slot: TextureSlot, use: str, threshold: float = 0.0) -> np.ndarray:
        """Return the texture with its scale and bias applied, in linear values; 0 or 1 where there is a threshold."""
        record = self._textures[slot.texture]
        texels = linear_texels(record) if use == "color" and slot.channel < 0 else _raw(record)
        width = texels.shape[2]
        texels = texels * np.array(slot.scale[:width]) + np.array(slot.bias[:width])
        if slot.channel >= 0:
            texels = np.repeat(texels[..., slot.channel : slot.channel + 1], 3, axis=2)
        texels = texels[..., :1] if use == "number" else texels[..., :3]
        return (texels >= threshold).astype(np.float32) if threshold > 0.0 else texels

    def _texture(self, slot: TextureSlot, key: tuple) -> dict[str, Any]:
        """Return a bitmap that is looked up as a slot says."""
        turn = np.eye(3)
        angle = slot.uv_rotation
        turn[:2, :2] = ((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle)))
        turn[:2, :2] = turn[:2, :2] @ np.diag(slot.uv_scale)
        turn[:2, 2] = slot.uv_translate
        return {"type": "bitmap", "bitmap": self._bitmaps[key], "raw": True, "wrap_mode": _WRAP[slot.wrap[0]],
                "to_uv": self._mi.ScalarTransform3f(turn)}


def is_see_through(material: MaterialRecord) -> bool:
    """Return whether there are holes in a surface, or it lets a part of all light pass."""
    return material.opacity < 1.0 or bool(material.opacity_texture.texture)


def facing_reflectance(material: MaterialRecord) -> float:
    """Return what the dielectric reflects of light from straight ahead."""
    return ((material.ior - 1.0) / (material.ior + 1.0)) ** 2 * 2.0 * material.specular * max(material.specular_color)


def _constant_opacity(material: MaterialRecord) -> float:
    threshold = material.opacity_threshold
    return float(material.opacity >= threshold) if threshold > 0.0 else material.opacity


def _rgb(value: tuple[float, float, float]) -> dict[str, Any]:
    return {"type": "rgb", "value": [float(v) for v in value]}


def _raw(record: TextureRecord) -> np.ndarray:
    pixels = record.pixels
    return pixels.astype(np.float32) / 255.0 if pixels.dtype == np.uint8 else pixels.astype(np.float32)
