"""Materials: UsdPreviewSurface and OmniPBR side by side in one material.

RTX takes `outputs:mdl:surface`, everything else `outputs:surface`. Values stand directly on both shaders (not on interface
inputs of the material, which several importers do not follow), and variants override both.
"""

from collections.abc import Collection
from dataclasses import dataclass

from pxr import Gf, Sdf, Usd, UsdShade

__all__ = ["MAPS", "Surface", "define_material", "override_material"]


@dataclass(frozen=True)
class Surface:
    """The look of one material. Colours are linear Rec.709; maps are file paths relative to the asset's own file."""

    color: tuple[float, float, float] = (0.5, 0.5, 0.5)
    color_map: str = ""  # replaces color where given
    roughness: float = 0.5  # a factor where there is a map
    metallic: float = 0.0  # a factor where there is a map
    normal_map: str = ""
    clearcoat: float = 0.0
    clearcoat_roughness: float = 0.03
    clearcoat_mdl: bool = False  # OmniPBR_ClearCoat in place of OmniPBR, which has no coat
    tiling: tuple[float, float] = (1.0, 1.0)  # repeats of the maps over st
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)  # factor on color_map
    opacity: float = 1.0  # a factor where there is a map
    opacity_map: str = ""
    opacity_channel: str = "a"  # "a" of a map with alpha, else "r"
    opacity_threshold: float = 0.0  # above 0: what is less opaque is cut out
    roughness_map: str = ""
    roughness_channel: str = "r"
    metallic_map: str = ""
    metallic_channel: str = "r"
    emission: tuple[float, float, float] = (0.0, 0.0, 0.0)  # [cd/m2]; a factor where there is a map
    emission_map: str = ""
    normal_strength: float = 1.0
    green_up: bool = False  # tell OmniPBR, too, that green of normal_map points to +v (OpenGL); it takes the opposite
    display_color: bool = False  # take the mesh's displayColor instead of color
    double_sided: bool = False  # of the meshes that wear it


MAPS = ("color_map", "normal_map", "opacity_map", "roughness_map", "metallic_map", "emission_map")
"""The fields of `Surface` that name an image."""

# What a variant may change -> where it stands: (shader, input, type), once for each of the two networks.
_INPUTS = {
    "color": (("Preview", "diffuseColor", Sdf.ValueTypeNames.Color3f),
              ("OmniPBR", "diffuse_color_constant", Sdf.ValueTypeNames.Color3f)),
    "roughness": (("Preview", "roughness", Sdf.ValueTypeNames.Float),
                  ("OmniPBR", "reflection_roughness_constant", Sdf.ValueTypeNames.Float)),
    "metallic": (("Preview", "metallic", Sdf.ValueTypeNames.Float),
                 ("OmniPBR", "metallic_constant", Sdf.ValueTypeNames.Float)),
    "color_map": (("ColorMap", "file", Sdf.ValueTypeNames.Asset), ("OmniPBR", "diffuse_texture", Sdf.ValueTypeNames.Asset)),
    "normal_map": (("NormalMap", "file", Sdf.ValueTypeNames.Asset), ("OmniPBR", "normalmap_texture", Sdf.ValueTypeNames.Asset)),
}
_COLOR_SPACES = {"color_map": "sRGB", "normal_map": "raw"}
_TYPES = Sdf.ValueTypeNames
_RGB = ("rgb", _TYPES.Float3)


def define_material(stage: Usd.Stage, path: Sdf.Path, surface: Surface, varied: Collection[str] = ()) -> UsdShade.Material:
    """Define a material with both shader networks at ``path``.

    Args:
        stage: To author on.
        path: Of the material.
        surface: The look.
        varied: Fields that variants author. They get no value here, because in one layer the prim's own opinion is stronger
            than any variant's.
    """
    material = UsdShade.Material.Define(stage, path)
    _preview_network(stage, material, surface)
    _omnipbr_network(stage, material, surface)
    values = {}
    if not surface.roughness_map:
        values["roughness"] = surface.roughness
    if not surface.metallic_map:
        values["metallic"] = surface.metallic
    if surface.color_map:
        values["color_map"] = surface.color_map
    elif not surface.display_color:
        values["color"] = surface.color
    if surface.normal_map:
        values["normal_map"] = surface.normal_map
    override_material(stage, path, **{name: value for name, value in values.items() if name not in varied})
    return material


def override_material(stage: Usd.Stage, path: Sdf.Path, **values: object) -> None:
    """Author values of an existing material on both networks, typically inside a variant's edit context.

    Args:
        stage: With the edit target set.
        path: Of the material.
        **values: ``color`` (linear), ``roughness``, ``metallic``, ``color_map`` or ``normal_map`` (paths).
    """
    for name, value in values.items():
        for shader, socket, kind in _INPUTS[name]:
            prim = stage.OverridePrim(path.AppendChild(shader))
            attribute = prim.CreateAttribute(f"inputs:{socket}", kind, custom=False)
            if kind == _TYPES.Asset:
                attribute.Set(Sdf.AssetPath(value))
                attribute.SetColorSpace(_COLOR_SPACES[name])
            else:
                attribute.Set(Gf.Vec3f(*value) if kind == _TYPES.Color3f else value)


def _preview_network(stage: Usd.Stage, material: UsdShade.Material, surface: Surface) -> None:
    path = material.GetPath()
    shader = UsdShade.Shader.Define(stage, path.AppendChild("Preview"))
    shader.CreateIdAttr("UsdPreviewSurface")
    if surface.clearcoat:
        shader.CreateInput("clearcoat", _TYPES.Float).Set(surface.clearcoat)
        shader.CreateInput("clearcoatRoughness", _TYPES.Float).Set(surface.clearcoat_roughness)
    if surface.color_map:
        texture = _texture(stage, material, surface, "ColorMap", "sRGB")
        if surface.tint != (1.0, 1.0, 1.0):
            texture.CreateInput("scale", _TYPES.Float4).Set(Gf.Vec4f(*surface.tint, 1.0))
        shader.CreateInput("diffuseColor", _TYPES.Color3f).ConnectToSource(texture.CreateOutput(*_RGB))
    elif surface.display_color:
        reader = UsdShade.Shader.Define(stage, path.AppendChild("DisplayColor"))
        reader.CreateIdAttr("UsdPrimvarReader_float3")
        reader.CreateInput("varname", _TYPES.String).Set("displayColor")
        color = reader.CreateOutput("result", _TYPES.Float3)
        shader.CreateInput("diffuseColor", _TYPES.Color3f).ConnectToSource(color)
    if surface.normal_map:
        texture = _texture(stage, material, surface, "NormalMap", "raw")
        strength = 2.0 * surface.normal_strength
        texture.CreateInput("scale", _TYPES.Float4).Set(Gf.Vec4f(strength, strength, 2, 1))
        texture.CreateInput("bias", _TYPES.Float4).Set(Gf.Vec4f(-0.5 * strength, -0.5 * strength, -1, 0))
        normal = shader.CreateInput("normal", _TYPES.Normal3f)
        normal.ConnectToSource(texture.CreateOutput(*_RGB))
    _preview_numbers(stage, material, shader, surface)
    material.CreateSurfaceOutput().ConnectToSource(shader.CreateOutput("surface", _TYPES.Token))


def _preview_numbers(stage: Usd.Stage, material: UsdShade.Material, shader: UsdShade.Shader, surface: Surface) -> None:
    """Author opacity, emission and the maps of roughness and metallic; constants of the latter two follow later."""
    for name in ("roughness", "metallic"):
        if file := getattr(surface, f"{name}_map"):
            texture = _texture(stage, material, surface, f"{name.title()}Map", "raw", file)
            factor = float(getattr(surface, name))
            if factor != 1.0:
                texture.CreateInput("scale", _TYPES.Float4).Set(Gf.Vec4f(factor))
            channel = texture.CreateOutput(getattr(surface, f"{name}_channel"), _TYPES.Float)
            shader.CreateInput(name, _TYPES.Float).ConnectToSource(channel)
    if surface.opacity_map:
        texture = _texture(stage, material, surface, "OpacityMap", "raw", surface.opacity_map)
        if surface.opacity != 1.0:
            texture.CreateInput("scale", _TYPES.Float4).Set(Gf.Vec4f(surface.opacity))
        channel = texture.CreateOutput(surface.opacity_channel, _TYPES.Float)
        shader.CreateInput("opacity", _TYPES.Float).ConnectToSource(channel)
    elif surface.opacity != 1.0:
        shader.CreateInput("opacity", _TYPES.Float).Set(surface.opacity)
    if surface.opacity_threshold:
        shader.CreateInput("opacityThreshold", _TYPES.Float).Set(surface.opacity_threshold)
    if surface.emission_map:
        texture = _texture(stage, material, surface, "EmissionMap", "sRGB", surface.emission_map)
        texture.CreateInput("scale", _TYPES.Float4).Set(Gf.Vec4f(*surface.emission, 1.0))
        shader.CreateInput("emissiveColor", _TYPES.Color3f).ConnectToSource(texture.CreateOutput(*_RGB))
    elif any(surface.emission):
        shader.CreateInput("emissiveColor", _TYPES.Color3f).Set(Gf.Vec3f(*surface.emission))


def _texture(stage: Usd.Stage, material: UsdShade.Material, surface: Surface, name: str, color_space: str,
             file: str = "") -> UsdShade.Shader:
    """Define a texture node; the files of colour and normal maps are values that variants may change and come later."""
    texture = UsdShade.Shader.Define(stage, material.GetPath().AppendChild(name))
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("sourceColorSpace", _TYPES.Token).Set(color_space)
    for wrap in ("wrapS", "wrapT"):
        texture.CreateInput(wrap, _TYPES.Token).Set("repeat")
    texture.CreateInput("st", _TYPES.Float2).ConnectToSource(_coordinates(stage, material, surface))
    if file:
        _set_file(texture, "file", file, color_space)
    return texture


def _set_file(shader: UsdShade.Shader, name: str, file: str, color_space: str) -> None:
    attribute = shader.CreateInput(name, _TYPES.Asset).GetAttr()
    attribute.Set(Sdf.AssetPath(file))
    attribute.SetColorSpace(color_space)


def _coordinates(stage: Usd.Stage, material: UsdShade.Material, surface: Surface) -> UsdShade.Output:
    """Return the output that carries st, scaled where the maps repeat."""
    path = material.GetPath()
    reader = UsdShade.Shader.Define(stage, path.AppendChild("Coordinates"))
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    reader.CreateInput("varname", _TYPES.String).Set("st")
    output = reader.CreateOutput("result", _TYPES.Float2)
    if surface.tiling == (1.0, 1.0):
        return output
    repeat = UsdShade.Shader.Define(stage, path.AppendChild("Tiling"))
    repeat.CreateIdAttr("UsdTransform2d")
    repeat.CreateInput("in", _TYPES.Float2).ConnectToSource(output)
    repeat.CreateInput("scale", _TYPES.Float2).Set(Gf.Vec2f(*surface.tiling))
    return repeat.CreateOutput("result", _TYPES.Float2)


def _omnipbr_network(stage: Usd.Stage, material: UsdShade.Material, surface: Surface) -> None:
    shader = UsdShade.Shader.Define(stage, material.GetPath().AppendChild("OmniPBR"))
    name = "OmniPBR_ClearCoat" if surface.clearcoat_mdl else "OmniPBR"
    shader.SetSourceAsset(Sdf.AssetPath(f"{name}.mdl"), "mdl")
    shader.SetSourceAssetSubIdentifier(name, "mdl")
    if surface.clearcoat_mdl:  # inputs as in NVIDIA's public manual of the material
        shader.CreateInput("enable_clearcoat", _TYPES.Bool).Set(True)
        shader.CreateInput("clearcoat_weight", _TYPES.Float).Set(surface.clearcoat)
        shader.CreateInput("clearcoat_reflection_roughness", _TYPES.Float).Set(surface.clearcoat_roughness)
    if surface.tiling != (1.0, 1.0):
        shader.CreateInput("texture_scale", _TYPES.Float2).Set(Gf.Vec2f(*surface.tiling))
    if surface.color_map and surface.tint != (1.0, 1.0, 1.0):
        shader.CreateInput("diffuse_tint", _TYPES.Color3f).Set(Gf.Vec3f(*surface.tint))
    _omnipbr_reflection(shader, surface)
    if surface.normal_map and surface.normal_strength != 1.0:
        shader.CreateInput("bump_factor", _TYPES.Float).Set(surface.normal_strength)
    if surface.normal_map and surface.green_up:
        shader.CreateInput("flip_tangent_v", _TYPES.Bool).Set(False)
    if surface.opacity_map or surface.opacity != 1.0:
        shader.CreateInput("enable_opacity", _TYPES.Bool).Set(True)
        shader.CreateInput("opacity_constant", _TYPES.Float).Set(surface.opacity)
        if surface.opacity_threshold:
            shader.CreateInput("opacity_threshold", _TYPES.Float).Set(surface.opacity_threshold)
    if surface.opacity_map:
        shader.CreateInput("enable_opacity_texture", _TYPES.Bool).Set(True)
        shader.CreateInput("opacity_mode", _TYPES.Int).Set(0 if surface.opacity_channel == "a" else 1)
        _set_file(shader, "opacity_texture", surface.opacity_map, "raw")
    if surface.emission_map or any(surface.emission):
        strength = max(surface.emission)
        shader.CreateInput("enable_emission", _TYPES.Bool).Set(True)
        shader.CreateInput("emissive_color", _TYPES.Color3f).Set(Gf.Vec3f(*(c / strength for c in surface.emission)))
        shader.CreateInput("emissive_intensity", _TYPES.Float).Set(strength)
        if surface.emission_map:
            _set_file(shader, "emissive_color_texture", surface.emission_map, "sRGB")
    material.CreateSurfaceOutput("mdl").ConnectToSource(shader.CreateOutput("out", _TYPES.Token))


def _omnipbr_reflection(shader: UsdShade.Shader, surface: Surface) -> None:
    """Author the maps of roughness and metallic: ``mix(constant, map, influence)`` with constant 0 is ``influence * map``."""
    # glTF packs occlusion, roughness and metallic in red, green and blue.
    packed = bool((surface.roughness_map and surface.roughness_channel == "g")
                  or (surface.metallic_map and surface.metallic_channel == "b"))
    for name, prefix, file_input in (("roughness", "reflection_roughness", "reflectionroughness_texture"),
                                     ("metallic", "metallic", "metallic_texture")):
        file = getattr(surface, f"{name}_map")
        if not file:
            continue
        shader.CreateInput(f"{prefix}_constant", _TYPES.Float).Set(0.0)
        shader.CreateInput(f"{prefix}_texture_influence", _TYPES.Float).Set(float(getattr(surface, name)))
        if not packed:
            _set_file(shader, file_input, file, "raw")
    if packed:
        shader.CreateInput("enable_ORM_texture", _TYPES.Bool).Set(True)
        _set_file(shader, "ORM_texture", surface.roughness_map or surface.metallic_map, "raw")
