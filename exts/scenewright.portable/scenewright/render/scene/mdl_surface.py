"""OmniPBR, OmniPBR_ClearCoat, OmniGlass and OmniSurface, MDL materials that Omniverse authors, to the principled surface."""

import logging
import math
from pathlib import PurePosixPath

import numpy as np
from pxr import Usd, UsdShade

from scenewright.render.scene.records import MaterialRecord, TextureSlot
from scenewright.render.scene.shading_network import NetworkReader, NodeOutput
from scenewright.render.scene.textures import TextureLibrary, texture_request

__all__ = ["mdl_name", "read_mdl_surface"]

_log = logging.getLogger(__name__)

_LUMINANCE = (0.2126, 0.7152, 0.0722)


def mdl_name(shader: UsdShade.Shader) -> str:
    """Return the name of the MDL material a shader node is (its subIdentifier, else the module's name); empty if it is none."""
    asset = shader.GetSourceAsset("mdl")
    if asset is None or not asset.path:
        return ""
    return str(shader.GetSourceAssetSubIdentifier("mdl") or PurePosixPath(asset.path).stem)


def read_mdl_surface(
    path: str, shader: UsdShade.Shader, reader: NetworkReader, textures: TextureLibrary
) -> MaterialRecord | None:
    """Return the record of a node that is one of Omniverse's materials, or None for another MDL material."""
    name = reader.fact(shader, mdl_name)
    build = _SURFACES.get(name)
    return None if build is None else build(_Node(path, shader, reader, textures))


class _Node:
    """The inputs of one MDL node, with the defaults of the MDL source."""

    def __init__(self, path: str, shader: UsdShade.Shader, reader: NetworkReader, textures: TextureLibrary) -> None:
        self.path = path
        self.shader = shader
        self.reader = reader
        self.textures = textures

    def number(self, name: str, default: float) -> float:
        return self.reader.number(self.shader, name, default)

    def flag(self, name: str, default: bool) -> bool:
        return bool(self.reader.value(self.shader, name, default))

    def color(self, name: str, default: tuple[float, float, float]) -> tuple[float, float, float]:
        return self.reader.numbers(self.shader, name, default)

    def one_or_three(self, name: str, default: float) -> np.ndarray:
        return self.reader.one_or_three(self.shader, name, default)

    def pair(self, name: str, default: tuple[float, float]) -> tuple[float, float]:
        return self.reader.numbers(self.shader, name, default)

    def texture(self, name: str, space: str, channel: int = -1) -> TextureSlot:
        """Return a slot that reads texture input ``name``; empty where no file is authored."""
        source = self.reader.source(self.shader, name)
        if isinstance(source, NodeOutput):
            _log.warning("%s: inputs:%s is fed by a node, which is not supported; it is ignored.", self.path, name)
            return TextureSlot()
        if not isinstance(source, Usd.Attribute):
            return TextureSlot()
        authored = str(source.GetColorSpace() or "")
        key = self.textures.load(texture_request(source, authored if authored in ("sRGB", "raw") else space, self.reader.time))
        if not key:
            return TextureSlot()
        return TextureSlot(
            texture=key,
            channel=channel,
            uv_set=f"#{index}" if (index := int(self.number("uv_space_index", 0))) > 0 else "",
            uv_scale=self.pair("texture_scale", (1.0, 1.0)),
            uv_rotation=math.radians(self.number("texture_rotate", 0.0)),
            uv_translate=self.pair("texture_translate", (0.0, 0.0)),
        )


def _omni_pbr(node: _Node) -> MaterialRecord:
    record = MaterialRecord(node.path)
    if node.flag("project_uvw", False):
        record.projection = "world" if node.flag("world_or_object", False) else "object"
    _albedo(node, record)
    record.specular = node.number("specular_level", 0.5)
    _reflection(node, record)
    _emission(node, record)
    _opacity(node, record)
    _normal(node, record)
    return record


def _omni_glass(node: _Node) -> MaterialRecord:
    """Glass tinted by glass_color wherever light passes its surface; its inside takes more the larger ``depth`` is.

    Names and defaults from the public manual of OmniGlass, which calls ``depth`` the scale of the volume's absorption; our
    coefficient is ``-ln(glass_color) * depth + absorption_coeff`` per stage unit.
    """
    color = node.color("glass_color", (1.0, 1.0, 1.0))
    record = MaterialRecord(
        node.path,
        base_color=color,
        base_color_texture=node.texture("glass_color_texture", "auto"),
        ior=node.number("glass_ior", 1.491),
        specular_color=node.color("reflection_color", (1.0, 1.0, 1.0)),
        transmission=1.0,
        thin_walled=node.flag("thin_walled", False),
    )
    if not record.thin_walled:
        extra = node.one_or_three("absorption_coeff", 0.0)
        optical = -np.log(np.clip(color, 1.0e-4, 1.0)) * node.number("depth", 0.001) + extra
        record.absorption = _rgb(np.maximum(optical, 0.0))
    constant = node.number("frosting_roughness", 0.0)
    record.roughness = constant
    influence = node.number("roughness_texture_influence", 1.0)
    slot = node.texture("roughness_texture", "raw", 0)
    if slot.texture and influence > 0.0:
        slot.scale, slot.bias = (influence,) * 4, ((1.0 - influence) * constant,) * 4
        record.roughness_texture = slot
    if node.flag("enable_opacity", False):
        record.opacity = node.number("cutout_opacity", 1.0)
        record.opacity_texture = node.texture("cutout_opacity_texture", "raw", 0)
    return record


def _omni_pbr_clearcoat(node: _Node) -> MaterialRecord:
    """OmniPBR under a white coat of its weight and roughness (public manual, "Clearcoat"); tints of coats are left out."""
    record = _omni_pbr(node)
    if node.flag("enable_clearcoat", False):
        record.clearcoat = node.number("clearcoat_weight", 1.0)
        record.clearcoat_roughness = node.number("clearcoat_reflection_roughness", 0.0)
    return record


def _omni_surface(node: _Node) -> MaterialRecord:
    """The constants of OmniSurface and its lite and base versions that the principled surface has, too (public manual)."""
    weight = node.number("diffuse_reflection_weight", 0.8)
    color = np.array(node.color("diffuse_reflection_color", (1.0, 1.0, 1.0)))
    through = node.number("specular_transmission_weight", 0.0)
    tint = np.array(node.color("specular_transmission_color", (1.0, 1.0, 1.0)))
    record = MaterialRecord(
        node.path,
        base_color=_rgb(np.clip(color * weight * (1.0 - through) + tint * through, 0.0, 1.0)),
        metallic=node.number("metalness", 0.0),
        roughness=node.number("specular_reflection_roughness", 0.2),
        ior=node.number("specular_reflection_ior", 1.5),
        specular=0.5 * node.number("specular_reflection_weight", 1.0),
        specular_color=node.color("specular_reflection_color", (1.0, 1.0, 1.0)),
        transmission=through,
        thin_walled=node.flag("thin_walled", False),
        clearcoat=node.number("coat_weight", 0.0),
        clearcoat_roughness=node.number("coat_roughness", 0.1),
    )
    strength = node.number("emission_weight", 0.0) * node.number("emission_intensity", 1.0)
    record.emission = _rgb(strength * np.array(node.color("emission_color", (1.0, 1.0, 1.0))))
    if node.flag("enable_opacity", False):
        record.opacity = node.number("geometry_opacity", 1.0)
        record.opacity_threshold = node.number("geometry_opacity_threshold", 0.0)
    return record


def _albedo(node: _Node, record: MaterialRecord) -> None:
    """Base = (desaturated (texture or constant) * brightness + add) * tint."""
    tint = node.color("diffuse_tint", (1.0, 1.0, 1.0))
    add, brightness = node.number("albedo_add", 0.0), node.number("albedo_brightness", 1.0)
    gray = node.number("albedo_desaturation", 0.0)
    constant = node.color("diffuse_color_constant", (0.2, 0.2, 0.2))
    if gray:
        luminance = sum(weight * c for weight, c in zip(_LUMINANCE, constant, strict=True))
        constant = tuple(c + gray * (luminance - c) for c in constant)
    record.base_color = tuple(min(max((c * brightness + add) * t, 0.0), 1.0) for c, t in zip(constant, tint, strict=True))
    slot = node.texture("diffuse_texture", "auto")
    if slot.texture:
        slot.scale = (*(brightness * t for t in tint), 1.0)
        slot.bias = (*(add * t for t in tint), 0.0)
        if gray:
            _log.warning("%s: albedo_desaturation of a texture is not supported; its colours are kept.", node.path)
    record.base_color_texture = slot


def _reflection(node: _Node, record: MaterialRecord) -> None:
    """A texture acts by ``mix(constant, texture, influence)``; an enabled ORM texture replaces the single ones."""
    packed = node.flag("enable_ORM_texture", False)
    for what, constant_name, influence_name, texture_name, packed_channel in (
        (
            "roughness",
            "reflection_roughness_constant",
            "reflection_roughness_texture_influence",
            "reflectionroughness_texture",
            1,
        ),
        ("metallic", "metallic_constant", "metallic_texture_influence", "metallic_texture", 2),
    ):
        constant = node.number(constant_name, getattr(record, what))
        setattr(record, what, constant)
        influence = node.number(influence_name, 0.0)
        if influence <= 0.0:
            continue
        slot = node.texture("ORM_texture", "raw", packed_channel) if packed else node.texture(texture_name, "raw", 0)
        slot.scale, slot.bias = (influence,) * 4, ((1.0 - influence) * constant,) * 4
        setattr(record, f"{what}_texture", slot)


def _emission(node: _Node, record: MaterialRecord) -> None:
    """Emitted radiance is colour * intensity, both times the mask texture."""
    if not node.flag("enable_emission", False):
        return
    intensity = node.number("emissive_intensity", 40.0)
    color = np.array(node.color("emissive_color", (1.0, 0.1, 0.1)))
    record.emission = _rgb(color * intensity)
    slot = node.texture("emissive_color_texture", "auto")
    mask = node.texture("emissive_mask_texture", "raw", 0)
    if slot.texture:
        slot.scale = (intensity,) * 4
        if mask.texture:
            _log.warning(
                "%s: emissive_mask_texture together with emissive_color_texture is not supported; the mask is ignored.",
                node.path,
            )
    elif mask.texture:
        slot = mask
        slot.channel = -1
        slot.scale = (*record.emission, 1.0)
    record.emission_texture = slot


def _opacity(node: _Node, record: MaterialRecord) -> None:
    if not node.flag("enable_opacity", False):
        return
    record.opacity = node.number("opacity_constant", 1.0)
    record.opacity_threshold = node.number("opacity_threshold", 0.0)
    if node.flag("enable_opacity_texture", False):
        alpha = int(node.reader.number(node.shader, "opacity_mode", 1.0)) == 0
        # The other modes (average, luminance, maximum of rgb) agree on the grey masks they are used with.
        slot = node.texture("opacity_texture", "raw", 3 if alpha else 0)
        slot.scale = (record.opacity,) * 4
        record.opacity_texture = slot


def _normal(node: _Node, record: MaterialRecord) -> None:
    """Tangent normal = 2 texel - 1, x and y times bump_factor; flip_tangent_v (default on) turns y round."""
    slot = node.texture("normalmap_texture", "raw")
    factor = node.number("bump_factor", 1.0)
    x = factor * (-1.0 if node.flag("flip_tangent_u", False) else 1.0)
    y = factor * (-1.0 if node.flag("flip_tangent_v", True) else 1.0)
    slot.scale, slot.bias = (2.0 * x, 2.0 * y, 2.0, 1.0), (-x, -y, -1.0, 0.0)
    record.normal_texture = slot


def _rgb(values: np.ndarray) -> tuple[float, float, float]:
    return (float(values[0]), float(values[1]), float(values[2]))


_SURFACES = {
    "OmniPBR": _omni_pbr,
    "OmniPBR_Opacity": _omni_pbr,
    "OmniPBR_ClearCoat": _omni_pbr_clearcoat,
    "OmniPBR_ClearCoat_Opacity": _omni_pbr_clearcoat,
    "OmniGlass": _omni_glass,
    "OmniGlass_Opacity": _omni_glass,
    "OmniSurface": _omni_surface,
    "OmniSurfaceLite": _omni_surface,
    "OmniSurfaceBase": _omni_surface,
    "OmniSurfaceLiteBase": _omni_surface,
}
