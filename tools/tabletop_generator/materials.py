"""Materials: one set of interface inputs that feeds UsdPreviewSurface and OmniPBR side by side.

RTX takes `outputs:mdl:surface`, everything else `outputs:surface`; variants override the interface inputs, so both agree.
"""

from dataclasses import dataclass

from pxr import Gf, Sdf, Usd, UsdShade

__all__ = ["Surface", "define_material", "override_material"]


@dataclass(frozen=True)
class Surface:
    """The look of one material. Colours are linear Rec.709; maps are file paths relative to the asset's own file."""

    color: tuple[float, float, float] = (0.5, 0.5, 0.5)
    color_map: str = ""  # replaces color where given
    roughness: float = 0.5
    metallic: float = 0.0
    normal_map: str = ""
    clearcoat: float = 0.0  # UsdPreviewSurface only; OmniPBR has none
    tiling: tuple[float, float] = (1.0, 1.0)  # repeats of the maps over st


_INPUTS = {
    "base_color": Sdf.ValueTypeNames.Color3f,
    "base_color_map": Sdf.ValueTypeNames.Asset,
    "normal_map": Sdf.ValueTypeNames.Asset,
    "roughness": Sdf.ValueTypeNames.Float,
    "metallic": Sdf.ValueTypeNames.Float,
}


def define_material(stage: Usd.Stage, path: Sdf.Path, surface: Surface) -> UsdShade.Material:
    """Define a material with both shader networks at ``path``."""
    material = UsdShade.Material.Define(stage, path)
    for name, value in _interface(surface).items():
        material.CreateInput(name, _INPUTS[name]).Set(value)
    _preview_network(stage, material, surface)
    _omnipbr_network(stage, material, surface)
    return material


def override_material(stage: Usd.Stage, path: Sdf.Path, **values: object) -> None:
    """Author other interface inputs of an existing material, typically inside a variant's edit context.

    Args:
        stage: With the variant's edit target set.
        path: Of the material.
        **values: ``base_color``, ``roughness``, ``metallic`` (values) or ``base_color_map``, ``normal_map`` (paths).
    """
    prim = stage.OverridePrim(path)
    for name, value in values.items():
        value = Sdf.AssetPath(value) if _INPUTS[name] == Sdf.ValueTypeNames.Asset else value
        prim.CreateAttribute(f"inputs:{name}", _INPUTS[name], custom=False).Set(value)


def _interface(surface: Surface) -> dict[str, object]:
    values: dict[str, object] = {"roughness": surface.roughness, "metallic": surface.metallic}
    if surface.color_map:
        values["base_color_map"] = Sdf.AssetPath(surface.color_map)
    else:
        values["base_color"] = Gf.Vec3f(*surface.color)
    if surface.normal_map:
        values["normal_map"] = Sdf.AssetPath(surface.normal_map)
    return values


def _preview_network(stage: Usd.Stage, material: UsdShade.Material, surface: Surface) -> None:
    path = material.GetPath()
    shader = UsdShade.Shader.Define(stage, path.AppendChild("Preview"))
    shader.CreateIdAttr("UsdPreviewSurface")
    for name in ("roughness", "metallic"):
        shader.CreateInput(name, Sdf.ValueTypeNames.Float).ConnectToSource(material.GetInput(name))
    if surface.clearcoat:
        shader.CreateInput("clearcoat", Sdf.ValueTypeNames.Float).Set(surface.clearcoat)
        shader.CreateInput("clearcoatRoughness", Sdf.ValueTypeNames.Float).Set(0.03)
    diffuse = shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
    if surface.color_map:
        texture = _texture(stage, material, surface, "ColorMap", "base_color_map", "sRGB")
        diffuse.ConnectToSource(texture.CreateOutput("rgb", Sdf.ValueTypeNames.Float3))
    else:
        diffuse.ConnectToSource(material.GetInput("base_color"))
    if surface.normal_map:
        texture = _texture(stage, material, surface, "NormalMap", "normal_map", "raw")
        texture.CreateInput("scale", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(2, 2, 2, 1))
        texture.CreateInput("bias", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(-1, -1, -1, 0))
        normal = shader.CreateInput("normal", Sdf.ValueTypeNames.Normal3f)
        normal.ConnectToSource(texture.CreateOutput("rgb", Sdf.ValueTypeNames.Float3))
    material.CreateSurfaceOutput().ConnectToSource(shader.CreateOutput("surface", Sdf.ValueTypeNames.Token))


def _texture(stage: Usd.Stage, material: UsdShade.Material, surface: Surface, name: str, source: str,
             color_space: str) -> UsdShade.Shader:
    texture = UsdShade.Shader.Define(stage, material.GetPath().AppendChild(name))
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", Sdf.ValueTypeNames.Asset).ConnectToSource(material.GetInput(source))
    texture.CreateInput("sourceColorSpace", Sdf.ValueTypeNames.Token).Set(color_space)
    for wrap in ("wrapS", "wrapT"):
        texture.CreateInput(wrap, Sdf.ValueTypeNames.Token).Set("repeat")
    texture.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(_coordinates(stage, material, surface))
    return texture


def _coordinates(stage: Usd.Stage, material: UsdShade.Material, surface: Surface) -> UsdShade.Output:
    """Return the output that carries st, scaled where the maps repeat."""
    path = material.GetPath()
    reader = UsdShade.Shader.Define(stage, path.AppendChild("Coordinates"))
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set("st")
    output = reader.CreateOutput("result", Sdf.ValueTypeNames.Float2)
    if surface.tiling == (1.0, 1.0):
        return output
    repeat = UsdShade.Shader.Define(stage, path.AppendChild("Tiling"))
    repeat.CreateIdAttr("UsdTransform2d")
    repeat.CreateInput("in", Sdf.ValueTypeNames.Float2).ConnectToSource(output)
    repeat.CreateInput("scale", Sdf.ValueTypeNames.Float2).Set(Gf.Vec2f(*surface.tiling))
    return repeat.CreateOutput("result", Sdf.ValueTypeNames.Float2)


def _omnipbr_network(stage: Usd.Stage, material: UsdShade.Material, surface: Surface) -> None:
    shader = UsdShade.Shader.Define(stage, material.GetPath().AppendChild("OmniPBR"))
    shader.SetSourceAsset(Sdf.AssetPath("OmniPBR.mdl"), "mdl")
    shader.SetSourceAssetSubIdentifier("OmniPBR", "mdl")

    def connect(name: str, kind: Sdf.ValueTypeName, source: str, color_space: str = "") -> None:
        socket = shader.CreateInput(name, kind)
        socket.ConnectToSource(material.GetInput(source))
        if color_space:
            socket.GetAttr().SetColorSpace(color_space)

    connect("reflection_roughness_constant", Sdf.ValueTypeNames.Float, "roughness")
    connect("metallic_constant", Sdf.ValueTypeNames.Float, "metallic")
    if surface.color_map:
        connect("diffuse_texture", Sdf.ValueTypeNames.Asset, "base_color_map", "sRGB")
    else:
        connect("diffuse_color_constant", Sdf.ValueTypeNames.Color3f, "base_color")
    if surface.normal_map:
        connect("normalmap_texture", Sdf.ValueTypeNames.Asset, "normal_map", "raw")
    if surface.tiling != (1.0, 1.0):
        shader.CreateInput("texture_scale", Sdf.ValueTypeNames.Float2).Set(Gf.Vec2f(*surface.tiling))
    output = shader.CreateOutput("out", Sdf.ValueTypeNames.Token)
    material.CreateSurfaceOutput("mdl").ConnectToSource(output)
