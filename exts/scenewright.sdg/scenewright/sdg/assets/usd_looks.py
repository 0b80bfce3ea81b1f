"""Materials of USD stages as principled looks: UsdPreviewSurface and OmniPBR, else displayColor."""

from typing import Any

from pxr import Sdf, Usd, UsdGeom, UsdShade

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.images import ImageShelf
from scenewright.sdg.assets.materials import Surface
from scenewright.sdg.assets.sources import Source

__all__ = ["UsdLooks"]

_CHANNELS = {"r": "r", "g": "g", "b": "b", "a": "a", "rgb": "r"}
_GREY = (0.18, 0.18, 0.18)


class UsdLooks:
    """The looks of one stage, made as prims ask for them.

    Args:
        source: Where textures are read from.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.shelf = ImageShelf(source.limits)
        self.surfaces: dict[str, Surface] = {}
        self.notes: set[str] = set()
        self._names: dict[Sdf.Path, str] = {}

    def look_of(self, prim: Usd.Prim) -> str:
        """Return the name of the look that a prim wears, "" where nothing says how it looks."""
        material, _ = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()
        if not material:
            return self._display_look(prim)
        path = material.GetPath()
        if path not in self._names:
            if len(self._names) >= self.source.limits.looks:
                raise AssetError(f"it has more than {self.source.limits.looks} materials.")
            self._names[path] = name = self._free(path.name)
            self.surfaces[name] = self._surface(material)
        return self._names[path]

    def _free(self, name: str) -> str:
        while name in self.surfaces:
            name += "_"
        return name

    def _display_look(self, prim: Usd.Prim) -> str:
        gprim = UsdGeom.Gprim(prim)
        color = gprim.GetDisplayColorAttr().Get() if gprim else None
        if not color:
            return ""
        surface = Surface(display_color=True) if len(color) > 1 else Surface(color=_color(color[0], _GREY))
        name = next((known for known, look in self.surfaces.items() if look == surface), "") or self._free("DisplayColor")
        self.surfaces[name] = surface
        return name

    def _surface(self, material: UsdShade.Material) -> Surface:
        for context in ("", "mdl"):
            shader = material.ComputeSurfaceSource(context)[0] if material.GetSurfaceOutput(context) else None
            if not shader:
                continue
            if shader.GetIdAttr().Get() == "UsdPreviewSurface":
                return self._preview(shader)
            if str(shader.GetSourceAssetSubIdentifier("mdl") or "").startswith("OmniPBR"):
                return self._omnipbr(shader)
        self.notes.add("a surface that is neither UsdPreviewSurface nor OmniPBR is grey")
        return Surface()

    def _preview(self, shader: UsdShade.Shader) -> Surface:
        values: dict[str, Any] = {
            "color": _color(_value(shader, "diffuseColor"), _GREY), "roughness": _number(_value(shader, "roughness"), 0.5),
            "metallic": _number(_value(shader, "metallic"), 0.0), "clearcoat": _number(_value(shader, "clearcoat"), 0.0),
            "opacity": _number(_value(shader, "opacity"), 1.0),
            "opacity_threshold": _number(_value(shader, "opacityThreshold"), 0.0),
            "emission": _color(_value(shader, "emissiveColor"), (0.0, 0.0, 0.0), 1e6),
        }
        if values["clearcoat"] > 0.0:
            values |= {"clearcoat_mdl": True, "clearcoat_roughness": _number(_value(shader, "clearcoatRoughness"), 0.01)}
        for name, socket in (("color", "diffuseColor"), ("normal", "normal"), ("roughness", "roughness"),
                             ("metallic", "metallic"), ("opacity", "opacity"), ("emission", "emissiveColor")):
            node, output = _node(shader, socket)
            if node is None:
                continue
            if name == "color" and str(_value(node, "varname") or "") == "displayColor":
                values["display_color"] = True
                continue
            file = self._file(node, "file")
            if not file:
                continue
            values[f"{name}_map"] = file
            scale = _value(node, "scale")
            if name in ("roughness", "metallic", "opacity"):
                values[f"{name}_channel"] = _CHANNELS.get(output, "r")
                values[name] = _number(scale[0] if scale is not None else None, 1.0)
            elif name == "emission":
                values["emission"] = _color(scale, (1.0, 1.0, 1.0), 1e6)
            elif name == "color" and scale is not None:
                values["tint"] = _color(scale, (1.0, 1.0, 1.0))
            elif name == "normal":
                values["green_up"] = True
        if values.get("opacity_map") and values["opacity_channel"] != "a":
            values["opacity_channel"] = "r"
        return Surface(**values)

    def _omnipbr(self, shader: UsdShade.Shader) -> Surface:
        values: dict[str, Any] = {
            "color": _color(_value(shader, "diffuse_color_constant"), (0.2, 0.2, 0.2)),
            "tint": _color(_value(shader, "diffuse_tint"), (1.0, 1.0, 1.0)),
            "roughness": _number(_value(shader, "reflection_roughness_constant"), 0.5),
            "metallic": _number(_value(shader, "metallic_constant"), 0.0),
            "color_map": self._file(shader, "diffuse_texture"), "normal_map": self._file(shader, "normalmap_texture"),
            "green_up": _value(shader, "flip_tangent_v") is False,
        }
        if not values["color_map"]:
            values["color"] = tuple(a * b for a, b in zip(values["color"], values.pop("tint"), strict=True))
        packed = self._file(shader, "ORM_texture") if _value(shader, "enable_ORM_texture") else ""
        for name, prefix, texture, channel in (("roughness", "reflection_roughness", "reflectionroughness_texture", "g"),
                                               ("metallic", "metallic", "metallic_texture", "b")):
            influence = _number(_value(shader, f"{prefix}_texture_influence"), 0.0)
            file = packed or self._file(shader, texture)
            if file and influence > 0.0:
                values |= {f"{name}_map": file, f"{name}_channel": channel if packed else "r", name: influence}
        if _value(shader, "enable_clearcoat"):
            values |= {"clearcoat_mdl": True, "clearcoat": _number(_value(shader, "clearcoat_weight"), 1.0),
                       "clearcoat_roughness": _number(_value(shader, "clearcoat_reflection_roughness"), 0.0)}
        if _value(shader, "enable_opacity"):
            values["opacity"] = _number(_value(shader, "opacity_constant"), 1.0)
            values["opacity_threshold"] = _number(_value(shader, "opacity_threshold"), 0.0)
            if _value(shader, "enable_opacity_texture") and (file := self._file(shader, "opacity_texture")):
                values |= {"opacity_map": file, "opacity_channel": "a" if _value(shader, "opacity_mode") == 0 else "r"}
        if _value(shader, "enable_emission"):
            strength = _number(_value(shader, "emissive_intensity"), 40.0, 1e6)
            color = _color(_value(shader, "emissive_color"), (1.0, 0.1, 0.1), 1e6)
            values |= {"emission": tuple(strength * c for c in color),
                       "emission_map": self._file(shader, "emissive_color_texture")}
        return Surface(**values)

    def _file(self, node: UsdShade.Shader, name: str) -> str:
        """Return the stored name of the image that an input names, "" where it names none that can be read."""
        given = node.GetInput(name)
        attributes = UsdShade.Utils.GetValueProducingAttributes(given) if given else []
        value = attributes[0].Get() if attributes else None
        if not isinstance(value, Sdf.AssetPath) or not value.path:
            return ""
        if "<UDIM>" in value.path or "[" in value.path:
            self.notes.add("tiled or packaged textures are left out")
            return ""
        found = self.source.locate(value.path, base=self._base(attributes[0]))
        if found is None:
            self.notes.add(f"a texture is not there: {value.path[-60:]}")
            return ""
        return self.shelf.add(self.source.read(found), found).name

    def _base(self, attribute: Usd.Attribute) -> str:
        """Return the layer, as a name in the source, that an attribute's value stands in."""
        root = self.source.files.root
        for spec in attribute.GetPropertyStack(Usd.TimeCode.Default()):
            if spec.HasDefaultValue() and spec.layer.realPath.startswith(str(root)):
                return spec.layer.realPath[len(str(root)) + 1:]
        return self.source.name


def _node(shader: UsdShade.Shader, name: str) -> tuple[UsdShade.Shader | None, str]:
    """Return the node that feeds an input, and its output's name."""
    given = shader.GetInput(name)
    if not given:
        return None, ""
    for attribute in UsdShade.Utils.GetValueProducingAttributes(given):
        if UsdShade.Output.IsOutput(attribute):
            return UsdShade.Shader(attribute.GetPrim()), UsdShade.Output(attribute).GetBaseName()
    return None, ""


def _value(shader: UsdShade.Shader, name: str) -> Any:
    given = shader.GetInput(name)
    attributes = UsdShade.Utils.GetValueProducingAttributes(given) if given else []
    return attributes[0].Get() if attributes and not UsdShade.Output.IsOutput(attributes[0]) else None


def _number(value: Any, default: float, high: float = 1.0) -> float:
    return min(max(float(value), 0.0), high) if isinstance(value, int | float) and value == value else default


def _color(value: Any, default: tuple[float, float, float], high: float = 1.0) -> tuple[float, float, float]:
    if value is None or not hasattr(value, "__len__") or len(value) < 3:
        return default
    return tuple(_number(float(value[axis]), default[axis], high) for axis in range(3))
