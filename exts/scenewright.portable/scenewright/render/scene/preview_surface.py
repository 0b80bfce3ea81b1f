"""UsdPreviewSurface networks to the principled surface (UsdPreviewSurface specification 2.6)."""

import logging
import math
from collections.abc import Callable

from pxr import Usd, UsdShade

from scenewright.render.scene.records import MaterialRecord, TextureSlot
from scenewright.render.scene.shading_network import NetworkReader, NodeOutput
from scenewright.render.scene.textures import TextureLibrary, texture_request

__all__ = ["read_preview_surface"]

_log = logging.getLogger(__name__)

_WRAP = {"repeat": 0, "clamp": 1, "mirror": 2, "black": 3}
_CHANNEL = {"r": 0, "g": 1, "b": 2, "a": 3}
_COLOR_READERS = ("UsdPrimvarReader_float3", "UsdPrimvarReader_float4", "UsdPrimvarReader_vector")


def read_preview_surface(path: str, shader: UsdShade.Shader, reader: NetworkReader, textures: TextureLibrary) -> MaterialRecord:
    """Return the record of a network whose surface is the UsdPreviewSurface node ``shader``."""
    record = MaterialRecord(path)
    node = _Inputs(path, shader, reader, textures)
    record.base_color = node.color("diffuseColor", (0.18, 0.18, 0.18))
    record.emission = node.color("emissiveColor", (0.0, 0.0, 0.0))
    for name, attribute in (
        ("roughness", "roughness"),
        ("clearcoat", "clearcoat"),
        ("clearcoatRoughness", "clearcoat_roughness"),
        ("opacity", "opacity"),
        ("opacityThreshold", "opacity_threshold"),
        ("ior", "ior"),
        ("metallic", "metallic"),
    ):
        setattr(record, attribute, reader.number(shader, name, getattr(record, attribute)))
    record.base_color_texture = node.texture("diffuseColor", "rgb", on_display_color=lambda: _use_display_color(record))
    record.emission_texture = node.texture("emissiveColor", "rgb")
    record.roughness_texture = node.texture("roughness", "r")
    record.metallic_texture = node.texture("metallic", "r")
    record.opacity_texture = node.texture("opacity", "a")
    record.normal_texture = node.normal_texture()
    if reader.number(shader, "useSpecularWorkflow", 0.0):
        _apply_specular_workflow(record, node)
    return record


def _use_display_color(record: MaterialRecord) -> None:
    record.use_display_color = True


def _apply_specular_workflow(record: MaterialRecord, node: "_Inputs") -> None:
    """Specular colour is the reflectance at normal incidence: grey up to 0.08 fits a dielectric of that reflectance."""
    color = node.color("specularColor", (0.0, 0.0, 0.0))
    reflectance = max(color)
    if reflectance > 0.08 or max(color) - min(color) > 0.02:
        _log.warning("%s: specularColor %s is rendered as a grey dielectric reflectance of at most 0.08.", record.path, color)
    record.metallic = 0.0
    record.metallic_texture = TextureSlot()
    record.ior = 1.5
    record.specular = min(reflectance / 0.08, 1.0)


class _Inputs:
    """The inputs of one surface node."""

    def __init__(self, path: str, shader: UsdShade.Shader, reader: NetworkReader, textures: TextureLibrary) -> None:
        self.path = path
        self.shader = shader
        self.reader = reader
        self.textures = textures

    def color(self, name: str, default: tuple[float, float, float]) -> tuple[float, float, float]:
        return self.reader.numbers(self.shader, name, default)

    def texture(self, name: str, usual_output: str, on_display_color: Callable[[], None] | None = None) -> TextureSlot:
        """Return how input ``name`` reads a texture; an empty slot where it does not."""
        source = self.reader.source(self.shader, name)
        if not isinstance(source, NodeOutput):
            return TextureSlot()
        if source.node_id == "UsdUVTexture":
            return self._uv_texture(name, source, usual_output)
        if source.node_id in _COLOR_READERS and on_display_color is not None:
            if self.reader.value(source.shader, "varname", "") == "displayColor":
                on_display_color()
                return TextureSlot()
        _log.warning(
            "%s: inputs:%s is fed by node %r, which is not supported; the constant is used. Supported: UsdUVTexture and a "
            "UsdPrimvarReader_float3 of displayColor.",
            self.path,
            name,
            source.node_id or str(source.shader.GetPath()),
        )
        return TextureSlot()

    def normal_texture(self) -> TextureSlot:
        """Return the normal map's slot; maps of 0..1 without an authored scale and bias get the usual (2, -1)."""
        slot = self.texture("normal", "rgb")
        if slot.texture and slot.scale == (1.0,) * 4 and slot.bias == (0.0,) * 4:
            records = self.textures.records
            images = [records[tile] for _, tile in records[slot.texture].tiles] or [records[slot.texture]]
            if all(image.pixels.dtype.kind == "u" or image.pixels.min() >= 0.0 for image in images):
                slot.scale, slot.bias = (2.0, 2.0, 2.0, 1.0), (-1.0, -1.0, -1.0, 0.0)
        return slot

    def _uv_texture(self, name: str, source: NodeOutput, usual_output: str) -> TextureSlot:
        texture, reader = source.shader, self.reader
        file = reader.source(texture, "file")
        if not isinstance(file, Usd.Attribute):
            return TextureSlot()
        space = str(reader.value(texture, "sourceColorSpace", "") or file.GetColorSpace() or "auto")
        key = self.textures.load(texture_request(file, space if space in ("sRGB", "raw") else "auto", reader.time))
        if not key and reader.value(texture, "fallback", None) is not None:
            key = self.textures.constant(reader.numbers(texture, "fallback", (0.0, 0.0, 0.0, 1.0)))
        if not key:
            return TextureSlot()
        output = source.output if source.output in (*_CHANNEL, "rgb") else usual_output
        slot = TextureSlot(
            texture=key,
            channel=_CHANNEL.get(output, -1),
            # "useMetadata", the fallback, repeats: image files carry no wrap mode, and RTX repeats.
            wrap=tuple(_WRAP.get(str(reader.value(texture, axis, "useMetadata")), 0) for axis in ("wrapS", "wrapT")),
            scale=reader.numbers(texture, "scale", (1.0,) * 4),
            bias=reader.numbers(texture, "bias", (0.0,) * 4),
        )
        self._place(slot, texture)
        return slot

    def _place(self, slot: TextureSlot, texture: UsdShade.Shader) -> None:
        source = self.reader.source(texture, "st")
        if isinstance(source, NodeOutput) and source.node_id == "UsdTransform2d":
            node = source.shader
            slot.uv_rotation = math.radians(self.reader.number(node, "rotation", 0.0))
            slot.uv_scale = self.reader.numbers(node, "scale", (1.0, 1.0))
            slot.uv_translate = self.reader.numbers(node, "translation", (0.0, 0.0))
            source = self.reader.source(node, "in")
        if isinstance(source, NodeOutput) and source.node_id == "UsdPrimvarReader_float2":
            slot.uv_set = str(self.reader.value(source.shader, "varname", ""))
        elif isinstance(source, NodeOutput):
            _log.warning(
                "%s: texture coordinates come from node %r, which is not supported; st is used as it is.",
                texture.GetPath(),
                source.node_id,
            )
