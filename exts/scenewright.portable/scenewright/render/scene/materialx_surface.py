"""MaterialX surfaces as USD holds them (``outputs:mtlx:surface``, nodes ``ND_…``) to the principled surface.

UsdPreviewSurface, Autodesk Standard Surface, OpenPBR and glTF PBR are read: what the principled surface has, by constants and
by image nodes. Names and defaults are those of the MaterialX 1.39 libraries.
"""

import logging
from collections.abc import Callable

import numpy as np
from pxr import Usd, UsdShade

from scenewright.render.scene.preview_surface import read_preview_surface
from scenewright.render.scene.records import MaterialRecord, TextureSlot
from scenewright.render.scene.shading_network import NetworkReader, NodeOutput
from scenewright.render.scene.textures import TextureLibrary, texture_request

__all__ = ["is_materialx_surface", "read_materialx_surface"]

_log = logging.getLogger(__name__)

_WRAP = {"periodic": 0, "clamp": 1, "mirror": 2, "constant": 3}
_IMAGES = ("ND_image_", "ND_tiledimage_", "ND_gltf_colorimage", "ND_gltf_image_")
_MAPPED = "ND_normalmap"


def is_materialx_surface(shader: UsdShade.Shader) -> bool:
    """Return whether a node is a MaterialX surface that is read here."""
    return str(shader.GetIdAttr().Get() or "") in _SURFACES


def read_materialx_surface(
    path: str, shader: UsdShade.Shader, reader: NetworkReader, textures: TextureLibrary
) -> MaterialRecord | None:
    """Return the record of a MaterialX surface node, or None for one that is not known."""
    build = _SURFACES.get(str(shader.GetIdAttr().Get() or ""))
    return None if build is None else build(_Node(path, shader, reader, textures))


class _Node:
    """The inputs of one surface node."""

    def __init__(self, path: str, shader: UsdShade.Shader, reader: NetworkReader, textures: TextureLibrary) -> None:
        self.path = path
        self.shader = shader
        self.reader = reader
        self.textures = textures

    def number(self, name: str, default: float) -> float:
        return self.reader.number(self.shader, name, default)

    def color(self, name: str, default: tuple[float, float, float]) -> np.ndarray:
        return np.array(self.reader.numbers(self.shader, name, default))

    def slot(self, name: str, space: str, channel: int = -1) -> TextureSlot:
        """Return how an input reads an image; empty where it is a constant."""
        source = self.reader.source(self.shader, name)
        if isinstance(source, NodeOutput) and source.node_id.startswith(_MAPPED):
            source = self.reader.source(source.shader, "in")
        if not isinstance(source, NodeOutput):
            return TextureSlot()
        if not source.node_id.startswith(_IMAGES):
            _log.warning("%s: inputs:%s is fed by node %r, which is not supported; the constant is used. Supported: ND_image_… "
                         "and ND_tiledimage_….", self.path, name, source.node_id or str(source.shader.GetPath()))
            return TextureSlot()
        image, reader = source.shader, self.reader
        file = reader.source(image, "file")
        if not isinstance(file, Usd.Attribute):
            return TextureSlot()
        authored = str(file.GetColorSpace() or "")
        authored = {"srgb_texture": "sRGB", "lin_rec709": "raw"}.get(authored, authored)
        key = self.textures.load(texture_request(file, authored if authored in ("sRGB", "raw") else space, reader.time))
        if not key:
            return TextureSlot()
        tiling, offset = (reader.numbers(image, n, d) for n, d in (("uvtiling", (1.0, 1.0)), ("uvoffset", (0.0, 0.0))))
        wrap = tuple(_WRAP.get(str(reader.value(image, axis, "periodic")), 0) for axis in ("uaddressmode", "vaddressmode"))
        channel = {"outr": 0, "outg": 1, "outb": 2, "outa": 3}.get(source.output, channel)
        return TextureSlot(key, channel, wrap, uv_scale=tiling, uv_translate=(-offset[0], -offset[1]))

    def normal(self, name: str) -> TextureSlot:
        slot = self.slot(name, "raw")
        slot.scale, slot.bias = (2.0, 2.0, 2.0, 1.0), (-1.0, -1.0, -1.0, 0.0)
        return slot


def _layered(node: _Node, names: dict[str, str], base: float, base_color: float, roughness: float,
             coat_roughness: float) -> MaterialRecord:
    """Read Standard Surface or OpenPBR, which differ in names and defaults; ``names`` gives the name of each input."""
    weight = node.number(names["base"], base)
    color = node.color(names["base_color"], (base_color,) * 3) * weight
    through = node.number(names["transmission"], 0.0)
    tint = node.color("transmission_color", (1.0, 1.0, 1.0))
    record = MaterialRecord(
        node.path,
        base_color=_rgb(np.clip(color * (1.0 - through) + tint * through, 0.0, 1.0)),
        metallic=node.number(names["metalness"], 0.0),
        roughness=node.number("specular_roughness", roughness),
        ior=node.number(names["ior"], 1.5),
        specular=0.5 * node.number(names["specular"], 1.0),
        specular_color=_rgb(node.color("specular_color", (1.0, 1.0, 1.0))),
        transmission=through,
        thin_walled=bool(node.reader.value(node.shader, names["thin_walled"], False)),
        clearcoat=node.number(names["coat"], 0.0),
        clearcoat_roughness=node.number("coat_roughness", coat_roughness),
        emission=_rgb(node.color("emission_color", (1.0, 1.0, 1.0)) * node.number(names["emission"], 0.0)),
        metallic_texture=node.slot(names["metalness"], "raw", 0),
        roughness_texture=node.slot("specular_roughness", "raw", 0),
        normal_texture=node.normal(names["normal"]),
    )
    record.base_color_texture = node.slot(names["base_color"], "auto")
    record.base_color_texture.scale = (weight, weight, weight, 1.0)
    record.emission_texture = node.slot("emission_color", "auto")
    record.emission_texture.scale = (node.number(names["emission"], 0.0),) * 4
    _set_opacity(node, record, names["opacity"])
    return record


def _set_opacity(node: _Node, record: MaterialRecord, name: str) -> None:
    record.opacity = float(np.mean(node.reader.one_or_three(node.shader, name, 1.0)))
    record.opacity_texture = node.slot(name, "raw", 0)


def _standard_surface(node: _Node) -> MaterialRecord:
    names = {name: name for name in ("base", "base_color", "metalness", "specular", "transmission", "thin_walled", "coat",
                                     "emission", "normal", "opacity")}
    names["ior"] = "specular_IOR"
    return _layered(node, names, base=0.8, base_color=1.0, roughness=0.2, coat_roughness=0.1)


def _open_pbr(node: _Node) -> MaterialRecord:
    names = {"base": "base_weight", "base_color": "base_color", "metalness": "base_metalness", "ior": "specular_ior",
             "specular": "specular_weight", "transmission": "transmission_weight", "thin_walled": "geometry_thin_walled",
             "coat": "coat_weight", "emission": "emission_luminance", "normal": "geometry_normal",
             "opacity": "geometry_opacity"}
    return _layered(node, names, base=1.0, base_color=0.8, roughness=0.3, coat_roughness=0.0)


def _gltf_pbr(node: _Node) -> MaterialRecord:
    strength = node.number("emissive_strength", 1.0)
    record = MaterialRecord(
        node.path,
        base_color=_rgb(node.color("base_color", (1.0, 1.0, 1.0))),
        metallic=node.number("metallic", 1.0),
        roughness=node.number("roughness", 1.0),
        ior=node.number("ior", 1.5),
        specular=0.5 * node.number("specular", 1.0),
        specular_color=_rgb(node.color("specular_color", (1.0, 1.0, 1.0))),
        transmission=node.number("transmission", 0.0),
        clearcoat=node.number("clearcoat", 0.0),
        clearcoat_roughness=node.number("clearcoat_roughness", 0.0),
        emission=_rgb(node.color("emissive", (0.0, 0.0, 0.0)) * strength),
        base_color_texture=node.slot("base_color", "auto"),
        metallic_texture=node.slot("metallic", "raw", 0),
        roughness_texture=node.slot("roughness", "raw", 0),
        normal_texture=node.normal("normal"),
        emission_texture=node.slot("emissive", "auto"),
    )
    record.thin_walled = record.transmission > 0.0 and node.number("thickness", 0.0) == 0.0
    record.emission_texture.scale = (strength,) * 4
    mode = int(node.reader.number(node.shader, "alpha_mode", 0.0))  # opaque, mask, blend
    if mode:
        _set_opacity(node, record, "alpha")
        record.opacity_threshold = node.number("alpha_cutoff", 0.5) if mode == 1 else 0.0
    return record


def _preview_surface(node: _Node) -> MaterialRecord:
    return read_preview_surface(node.path, node.shader, node.reader, node.textures)


def _rgb(values: np.ndarray) -> tuple[float, float, float]:
    return (float(values[0]), float(values[1]), float(values[2]))


_SURFACES: dict[str, Callable[[_Node], MaterialRecord]] = {
    "ND_UsdPreviewSurface_surfaceshader": _preview_surface,
    "ND_standard_surface_surfaceshader": _standard_surface,
    "ND_open_pbr_surface_surfaceshader": _open_pbr,
    "ND_gltf_pbr_surfaceshader": _gltf_pbr,
}
