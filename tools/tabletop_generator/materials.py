"""Materials: UsdPreviewSurface and OmniPBR side by side in one material.

RTX takes `outputs:mdl:surface`, everything else `outputs:surface`. Values stand directly on both shaders (not on interface
inputs of the material, which several importers do not follow), and variants override both.
"""

from collections.abc import Collection
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
    values = {"roughness": surface.roughness, "metallic": surface.metallic}
    if surface.color_map:
        values["color_map"] = surface.color_map
    else:
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
            if kind == Sdf.ValueTypeNames.Asset:
                attribute.Set(Sdf.AssetPath(value))
                attribute.SetColorSpace(_COLOR_SPACES[name])
            else:
                attribute.Set(Gf.Vec3f(*value) if kind == Sdf.ValueTypeNames.Color3f else value)


def _preview_network(stage: Usd.Stage, material: UsdShade.Material, surface: Surface) -> None:
    path = material.GetPath()
    shader = UsdShade.Shader.Define(stage, path.AppendChild("Preview"))
    shader.CreateIdAttr("UsdPreviewSurface")
    if surface.clearcoat:
        shader.CreateInput("clearcoat", Sdf.ValueTypeNames.Float).Set(surface.clearcoat)
        shader.CreateInput("clearcoatRoughness", Sdf.ValueTypeNames.Float).Set(0.03)
    if surface.color_map:
        texture = _texture(stage, material, surface, "ColorMap", "sRGB")
        diffuse = shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
        diffuse.ConnectToSource(texture.CreateOutput("rgb", Sdf.ValueTypeNames.Float3))
    if surface.normal_map:
        texture = _texture(stage, material, surface, "NormalMap", "raw")
        texture.CreateInput("scale", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(2, 2, 2, 1))
        texture.CreateInput("bias", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(-1, -1, -1, 0))
        normal = shader.CreateInput("normal", Sdf.ValueTypeNames.Normal3f)
        normal.ConnectToSource(texture.CreateOutput("rgb", Sdf.ValueTypeNames.Float3))
    material.CreateSurfaceOutput().ConnectToSource(shader.CreateOutput("surface", Sdf.ValueTypeNames.Token))


def _texture(stage: Usd.Stage, material: UsdShade.Material, surface: Surface, name: str, color_space: str) -> UsdShade.Shader:
    texture = UsdShade.Shader.Define(stage, material.GetPath().AppendChild(name))
    texture.CreateIdAttr("UsdUVTexture")
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

    if surface.tiling != (1.0, 1.0):
        shader.CreateInput("texture_scale", Sdf.ValueTypeNames.Float2).Set(Gf.Vec2f(*surface.tiling))
    material.CreateSurfaceOutput("mdl").ConnectToSource(shader.CreateOutput("out", Sdf.ValueTypeNames.Token))
