"""Materials as Omniverse authors them: an MDL shader, and beside OmniPBR a UsdPreviewSurface for everything else.

Layout of ``OmniPBR.mdl`` (NVIDIA's material library is found by that name in every Kit; here the renderer evaluates it)::

    Material        outputs:mdl:{surface,displacement,volume} -> Shader, outputs:surface -> PreviewSurface
      Shader            info:mdl:sourceAsset = @OmniPBR.mdl@, inputs:* as given
      PreviewSurface    UsdPreviewSurface with the nearest values
      <input>           one UsdUVTexture for each texture, all reading `st`

The values live on the MDL shader, where scripts that randomize materials look for them, and are copied to the preview
surface; `write_material_inputs` keeps the two equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from pxr import Gf, Sdf, Usd, UsdShade

from scenewright.replicator.functional.attribute_values import infer_type, values_for
from scenewright.replicator.functional.layer_writes import AttributeColumn, edit_target, new_spec, write_attributes
from scenewright.replicator.functional.prim_arguments import unknown_name
from scenewright.replicator.functional.prim_definition import add_api_schemas

__all__ = ["OMNIGLASS_INPUTS", "OMNIPBR_INPUTS", "PREVIEW_INPUTS", "bind_materials", "define_materials", "input_types",
           "material_name", "surface_shader", "write_material_inputs"]

_T = Sdf.ValueTypeNames


@dataclass(frozen=True)
class MaterialInput:
    """Type of a shader input; textures also have a colour space."""

    type_name: Sdf.ValueTypeName
    color_space: str = ""


def _table(**groups: str) -> dict[str, MaterialInput]:
    kinds = {"color": MaterialInput(_T.Color3f), "number": MaterialInput(_T.Float), "flag": MaterialInput(_T.Bool),
             "integer": MaterialInput(_T.Int), "pair": MaterialInput(_T.Float2), "normal": MaterialInput(_T.Normal3f),
             "color_texture": MaterialInput(_T.Asset, "sRGB"), "data_texture": MaterialInput(_T.Asset, "raw")}
    return {name: kinds[kind] for kind, names in groups.items() for name in names.split()}


OMNIPBR_INPUTS = _table(
    color="diffuse_color_constant diffuse_tint emissive_color",
    number="albedo_desaturation albedo_add albedo_brightness reflection_roughness_constant metallic_constant specular_level "
           "reflection_roughness_texture_influence metallic_texture_influence ao_to_diffuse emissive_intensity "
           "opacity_constant opacity_threshold bump_factor detail_bump_factor texture_rotate detail_texture_rotate",
    flag="enable_ORM_texture enable_emission enable_opacity enable_opacity_texture flip_tangent_u flip_tangent_v "
         "project_uvw world_or_object",
    integer="opacity_mode uv_space_index",
    pair="texture_translate texture_scale detail_texture_translate detail_texture_scale",
    color_texture="diffuse_texture emissive_color_texture",
    data_texture="reflectionroughness_texture metallic_texture ORM_texture ao_texture emissive_mask_texture "
                 "opacity_texture normalmap_texture detail_normalmap_texture",
)
"""Inputs of OmniPBR.mdl."""

OMNIGLASS_INPUTS = _table(
    color="glass_color reflection_color",
    number="glass_ior frosting_roughness depth absorption_coeff cutout_opacity",
    flag="thin_walled enable_opacity",
)
"""Inputs of OmniGlass.mdl that have a portable meaning."""

PREVIEW_INPUTS = _table(
    color="diffuseColor emissiveColor specularColor",
    number="roughness metallic ior opacity opacityThreshold clearcoat clearcoatRoughness occlusion displacement",
    integer="useSpecularWorkflow", normal="normal",
)
"""Inputs of UsdPreviewSurface."""

_TABLES = {"OmniPBR.mdl": OMNIPBR_INPUTS, "OmniGlass.mdl": OMNIGLASS_INPUTS, "UsdPreviewSurface": PREVIEW_INPUTS}

_PREVIEW_TEXTURES = {  # OmniPBR texture -> preview input, output of UsdUVTexture, the inputs without which it has no effect
    "diffuse_texture": ("diffuseColor", "rgb", ()),
    "reflectionroughness_texture": ("roughness", "r", ("reflection_roughness_texture_influence",)),
    "metallic_texture": ("metallic", "r", ("metallic_texture_influence",)),
    "emissive_color_texture": ("emissiveColor", "rgb", ("enable_emission",)),
    "opacity_texture": ("opacity", "r", ("enable_opacity", "enable_opacity_texture")),
    "normalmap_texture": ("normal", "rgb", ()),
}

_PREVIEW_CONSTANTS = {"diffuse_color_constant": "diffuseColor", "reflection_roughness_constant": "roughness",
                      "metallic_constant": "metallic"}  # what `preview_values` passes on as it is


def material_name(mdl: str) -> str:
    """Return the default prim name of a material: the module's name."""
    return PurePath(mdl).stem


def input_types(mdl: str, inputs: Mapping[str, Any]) -> dict[str, MaterialInput]:
    """Return the type of each given input.

    Args:
        mdl: "OmniPBR.mdl", "OmniGlass.mdl", "UsdPreviewSurface", or the path of another MDL module, whose types are taken
            from the values.
        inputs: Values by input name.

    Raises:
        TypeError: The material is known and has no such input.
        ValueError: ``mdl`` is neither a known material nor a module.
    """
    table = _TABLES.get(PurePath(mdl).name)
    if table is None:
        if not mdl.endswith(".mdl"):
            raise ValueError(unknown_name(mdl, [*_TABLES, "<path>.mdl"], "material"))
        return {name: MaterialInput(infer_type(value)) for name, value in inputs.items()}
    for name in inputs:
        if name not in table:
            raise TypeError(f"{mdl}: {unknown_name(name, table, 'input')}")
    return {name: table[name] for name in inputs}


def define_materials(stage: Usd.Stage, paths: Sequence[Sdf.Path], mdl: str, inputs: Mapping[str, Any],
                     layer: Sdf.Layer | None = None) -> list[Usd.Prim]:
    """Define N materials in one change block.

    Args:
        stage: Where to define.
        paths: N free paths under an existing parent.
        mdl: See `input_types`.
        inputs: Input values by name; each one value for all or one for each material.
        layer: Where to write; the stage's current edit target by default.
    """
    types = input_types(mdl, inputs)
    values = {name: values_for(types[name].type_name, value, len(paths), f"{mdl} input {name}")
              for name, value in inputs.items()}
    target = edit_target(stage, layer)
    preview_only = mdl == "UsdPreviewSurface"
    with Sdf.ChangeBlock():
        for index, path in enumerate(paths):
            material = Sdf.CreatePrimInLayer(target.GetLayer(), target.MapToSpecPath(path))
            material.specifier, material.typeName = Sdf.SpecifierDef, "Material"
            own = {name: column[index] for name, column in values.items()}
            if not preview_only:
                _mdl_shader(material, mdl, own, types)
            if preview_only or PurePath(mdl).name == "OmniPBR.mdl":
                _preview_surface(material, own, "Shader" if preview_only else "PreviewSurface", translate=not preview_only)
    return [stage.GetPrimAtPath(path) for path in paths]


def write_material_inputs(materials: Sequence[Usd.Prim], inputs: Mapping[str, Any], layer: Sdf.Layer | None = None) -> None:
    """Write shader inputs of N materials made by `define_materials`, keeping their preview surfaces equal.

    Args:
        materials: Material prims, or their shaders, of one stage.
        inputs: Input values by name (of the MDL shader, where there is one); each one value or N.
        layer: Where to write; the stage's current edit target by default.

    Raises:
        TypeError: A material has no such input.
        ValueError: A prim is no material with a surface shader.
    """
    if not materials:
        return
    shaders = [surface_shader(prim) for prim in materials]
    twins = [shader.GetParent().GetChild("PreviewSurface") for shader in shaders]
    twinned = [k for k, twin in enumerate(twins) if twin and twin != shaders[k]]
    columns, mirrored, textures = [], [], []
    for name, value in inputs.items():
        kind = _common_type(shaders, name, value)
        column = values_for(kind.type_name, value, len(shaders), f"material input {name}")
        columns.append(_input_column(name, kind, column))
        if name in _PREVIEW_CONSTANTS:
            mirrored.append(_input_column(_PREVIEW_CONSTANTS[name], kind, [column[k] for k in twinned]))
        if name in _PREVIEW_TEXTURES:
            textures += [(texture, entry) for shader, entry in zip(shaders, column, strict=True)
                         if (texture := shader.GetParent().GetChild(name))]
    write_attributes(shaders, columns, layer)
    write_attributes([twins[k] for k in twinned], mirrored, layer)
    if not inputs.keys() <= _PREVIEW_CONSTANTS.keys():
        for k in twinned:
            derived = preview_values(_input_values(shaders[k]))
            write_attributes([twins[k]], [_input_column(key, PREVIEW_INPUTS[key], [v]) for key, v in derived.items()], layer)
    for texture, file in textures:
        write_attributes([texture], [AttributeColumn("inputs:file", _T.Asset, [file])], layer)


def _input_column(name: str, kind: MaterialInput, values: Sequence[Any]) -> AttributeColumn:
    return AttributeColumn(f"inputs:{name}", kind.type_name, values, color_space=kind.color_space)


def bind_materials(prims: Sequence[Usd.Prim], materials: Sequence[Usd.Prim], layer: Sdf.Layer | None = None) -> None:
    """Bind one material to each prim, over whatever their descendants bind.

    Args:
        prims: N prims of one stage.
        materials: N Material prims.
        layer: Where to write; the stage's current edit target by default.

    Raises:
        ValueError: A prim given as material is none.
    """
    for material in materials:
        if not material.IsA(UsdShade.Material):
            raise ValueError(f"{material.GetPath()} is a {material.GetTypeName() or 'prim without type'}, not a Material")
    if not prims:
        return
    target = edit_target(prims[0].GetStage(), layer)
    with Sdf.ChangeBlock():
        for prim, material in zip(prims, materials, strict=True):
            spec = Sdf.CreatePrimInLayer(target.GetLayer(), target.MapToSpecPath(prim.GetPath()))
            add_api_schemas(spec, ["MaterialBindingAPI"])
            binding = spec.relationships.get("material:binding") or Sdf.RelationshipSpec(spec, "material:binding", custom=False)
            binding.targetPathList.ClearEditsAndMakeExplicit()
            binding.targetPathList.explicitItems = [target.MapToSpecPath(material.GetPath())]
            binding.SetInfo("bindMaterialAs", UsdShade.Tokens.strongerThanDescendants)


def surface_shader(prim: Usd.Prim) -> Usd.Prim:
    """Return the shader prim that holds a material's values: its MDL shader, else its universal surface.

    Raises:
        ValueError: The prim is neither a shader nor a material with one.
    """
    if prim.IsA(UsdShade.Shader):
        return prim
    connected = prim.GetAttribute("outputs:mdl:surface").GetConnections()
    if len(connected) == 1:  # as `define_materials` makes them
        shader = prim.GetStage().GetPrimAtPath(connected[0].GetPrimPath())
        if shader and shader.IsA(UsdShade.Shader):
            return shader
    material = UsdShade.Material(prim)
    if material:
        for context in ("mdl", UsdShade.Tokens.universalRenderContext):
            source = material.ComputeSurfaceSource(context)
            shader = source[0] if isinstance(source, tuple) else source
            if shader:
                return shader.GetPrim()
    raise ValueError(f"{prim.GetPath()} is not a material with a surface shader")


def _common_type(shaders: Sequence[Usd.Prim], name: str, value: Any) -> MaterialInput:
    first = value[0] if isinstance(value, (list, tuple)) and len(value) == len(shaders) else value
    kinds = [input_types(mdl, {name: first})[name] for mdl in dict.fromkeys(map(_mdl_of, shaders))]
    return kinds[0]


def _input_values(shader: Usd.Prim) -> dict[str, Any]:
    return {str(port.GetBaseName()): port.Get() for port in UsdShade.Shader(shader).GetInputs()}


def _mdl_of(shader: Usd.Prim) -> str:
    asset = shader.GetAttribute("info:mdl:sourceAsset").Get()
    return asset.path if asset else "UsdPreviewSurface"


def _shader_spec(material: Sdf.PrimSpec, name: str) -> Sdf.PrimSpec:
    return Sdf.PrimSpec(material, name, Sdf.SpecifierDef, "Shader")


def _set(owner: Sdf.PrimSpec, name: str, type_name: Sdf.ValueTypeName, value: Any = None, *, uniform: bool = False,
         color_space: str = "", connect: Sdf.Path | None = None) -> None:
    spec = owner.attributes.get(name)
    if spec is None:
        spec = new_spec(owner, type_name, AttributeColumn(name, type_name, (), uniform=uniform, color_space=color_space))
    if value is not None:
        spec.default = value
    if connect is not None:
        spec.connectionPathList.explicitItems = [connect]


def _set_input(owner: Sdf.PrimSpec, name: str, kind: MaterialInput, value: Any) -> None:
    _set(owner, f"inputs:{name}", kind.type_name, value, color_space=kind.color_space)


def _mdl_shader(material: Sdf.PrimSpec, mdl: str, inputs: Mapping[str, Any], types: Mapping[str, MaterialInput]) -> None:
    shader = _shader_spec(material, "Shader")
    _set(shader, "info:implementationSource", _T.Token, "sourceAsset", uniform=True)
    _set(shader, "info:mdl:sourceAsset", _T.Asset, Sdf.AssetPath(mdl), uniform=True)
    _set(shader, "info:mdl:sourceAsset:subIdentifier", _T.Token, material_name(mdl), uniform=True)
    for name, value in inputs.items():
        _set_input(shader, name, types[name], value)
    _set(shader, "outputs:out", _T.Token)
    out = shader.path.AppendProperty("outputs:out")
    for terminal in ("surface", "displacement", "volume"):
        _set(material, f"outputs:mdl:{terminal}", _T.Token, connect=out)


def _preview_surface(material: Sdf.PrimSpec, inputs: Mapping[str, Any], name: str, *, translate: bool) -> None:
    surface = _shader_spec(material, name)
    _set(surface, "info:id", _T.Token, "UsdPreviewSurface", uniform=True)
    values = preview_values(inputs) if translate else inputs
    for key, value in values.items():
        _set_input(surface, key, PREVIEW_INPUTS[key], value)
    textures = [key for key, row in _PREVIEW_TEXTURES.items()
                if translate and inputs.get(key) and all(inputs.get(switch) for switch in row[2])]
    if textures:
        reader = _shader_spec(material, "PrimvarReader_st")
        _set(reader, "info:id", _T.Token, "UsdPrimvarReader_float2", uniform=True)
        _set(reader, "inputs:varname", _T.String, "st")
        _set(reader, "outputs:result", _T.Float2)
        for key in textures:
            _preview_texture(material, surface, key, inputs[key], reader.path.AppendProperty("outputs:result"))
    _set(surface, "outputs:surface", _T.Token)
    _set(material, "outputs:surface", _T.Token, connect=surface.path.AppendProperty("outputs:surface"))


def preview_values(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the constant UsdPreviewSurface inputs nearest to OmniPBR inputs (the defaults are OmniPBR's)."""
    values = {"diffuseColor": inputs.get("diffuse_color_constant", Gf.Vec3f(0.2)),
              "roughness": inputs.get("reflection_roughness_constant", 0.5), "metallic": inputs.get("metallic_constant", 0.0)}
    if inputs.get("enable_emission"):
        color, intensity = inputs.get("emissive_color", (1.0, 0.1, 0.1)), inputs.get("emissive_intensity", 40.0)
        values["emissiveColor"] = Gf.Vec3f(*color) * intensity
    if inputs.get("enable_opacity"):
        values["opacity"] = inputs.get("opacity_constant", 1.0)
        if inputs.get("opacity_threshold"):
            values["opacityThreshold"] = inputs["opacity_threshold"]
    return values


def _preview_texture(material: Sdf.PrimSpec, surface: Sdf.PrimSpec, key: str, file: Sdf.AssetPath, st: Sdf.Path) -> None:
    target, output, _ = _PREVIEW_TEXTURES[key]
    texture = _shader_spec(material, key)
    _set(texture, "info:id", _T.Token, "UsdUVTexture", uniform=True)
    kind = OMNIPBR_INPUTS[key]
    _set_input(texture, "file", kind, file)
    _set(texture, "inputs:sourceColorSpace", _T.Token, kind.color_space)
    _set(texture, "inputs:st", _T.Float2, connect=st)
    for name in ("wrapS", "wrapT"):
        _set(texture, f"inputs:{name}", _T.Token, "repeat")
    if target == "normal":
        _set(texture, "inputs:scale", _T.Float4, Gf.Vec4f(2, 2, 2, 1))
        _set(texture, "inputs:bias", _T.Float4, Gf.Vec4f(-1, -1, -1, 0))
    _set(texture, f"outputs:{output}", _T.Float3 if output == "rgb" else _T.Float)
    source = texture.path.AppendProperty(f"outputs:{output}")
    _set(surface, f"inputs:{target}", PREVIEW_INPUTS[target].type_name, connect=source)
