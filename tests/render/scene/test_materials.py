import logging
import math

import numpy as np
import pytest
from pxr import Sdf, UsdGeom, UsdShade

from scenewright.render.scene.errors import SceneError

FLOAT, COLOR, ASSET = Sdf.ValueTypeNames.Float, Sdf.ValueTypeNames.Color3f, Sdf.ValueTypeNames.Asset


@pytest.fixture
def png(write_png):
    rgb = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3) * 10
    return write_png("image.png", rgb)


@pytest.fixture
def bound(stage, add_mesh, bind):
    """Return a function that binds a material to a new mesh."""

    def make(material):
        bind(add_mesh(stage, "/World/mesh").GetPrim(), material)

    return make


def add_texture(stage, path, file, output, target, **inputs):
    node = UsdShade.Shader.Define(stage, path)
    node.CreateIdAttr("UsdUVTexture")
    node.CreateInput("file", ASSET).Set(file)
    kinds = {"scale": Sdf.ValueTypeNames.Float4, "bias": Sdf.ValueTypeNames.Float4}
    for name, value in inputs.items():
        node.CreateInput(name, kinds.get(name, Sdf.ValueTypeNames.Token)).Set(value)
    target.ConnectToSource(node.ConnectableAPI(), output)
    return node


def add_omni_pbr(stage, path, identifier="OmniPBR", **inputs):
    material = UsdShade.Material.Define(stage, path)
    shader = UsdShade.Shader.Define(stage, f"{path}/Shader")
    shader.SetSourceAsset(f"{identifier}.mdl", "mdl")
    shader.SetSourceAssetSubIdentifier(identifier, "mdl")
    for name, value in inputs.items():
        kind = {str: ASSET, bool: Sdf.ValueTypeNames.Bool, int: Sdf.ValueTypeNames.Int, float: FLOAT}.get(type(value))
        kind = kind or (COLOR if len(value) == 3 else Sdf.ValueTypeNames.Float2)
        shader.CreateInput(name, kind).Set(value)
    material.CreateSurfaceOutput("mdl").ConnectToSource(shader.ConnectableAPI(), "out")
    return material, shader


def test_preview_surface_constants(stage, open_scene, add_preview_material, bound):
    material, _ = add_preview_material(
        stage, "/World/Looks/m", diffuseColor=(0.1, 0.2, 0.3), emissiveColor=(4.0, 5.0, 6.0), roughness=0.25, metallic=1.0,
        clearcoat=0.5, clearcoatRoughness=0.125, opacity=0.75, opacityThreshold=0.5, ior=1.25)
    bound(material)
    record = open_scene(stage).materials["/World/Looks/m"]
    assert record.base_color == pytest.approx((0.1, 0.2, 0.3))
    assert record.emission == (4, 5, 6)
    assert (record.roughness, record.metallic, record.clearcoat, record.clearcoat_roughness) == (0.25, 1, 0.5, 0.125)
    assert (record.opacity, record.opacity_threshold, record.ior) == (0.75, 0.5, 1.25)
    assert not record.use_display_color


def test_preview_surface_defaults_are_those_of_the_specification(stage, open_scene, add_preview_material, bound):
    bound(add_preview_material(stage, "/World/Looks/m")[0])
    record = open_scene(stage).materials["/World/Looks/m"]
    assert record.base_color == pytest.approx((0.18, 0.18, 0.18))
    assert (record.roughness, record.metallic, record.ior, record.opacity, record.clearcoat_roughness) == (0.5, 0, 1.5, 1, 0.01)


def test_prims_without_a_material_show_their_display_color(stage, open_scene, add_mesh):
    add_mesh(stage, "/mesh")
    scene = open_scene(stage)
    assert scene.instances[0].slot_materials == ("",)
    assert scene.materials[""].use_display_color


def test_values_come_through_material_and_node_graph_inputs(stage, open_scene, add_preview_material, bound):
    material, shader = add_preview_material(stage, "/World/Looks/m")
    graph = UsdShade.NodeGraph.Define(stage, "/World/Looks/m/graph")
    public = material.CreateInput("tint", COLOR)
    public.Set((0.5, 0.25, 0.125))
    inner = graph.CreateInput("tint", COLOR)
    inner.ConnectToSource(material.ConnectableAPI(), "tint", UsdShade.AttributeType.Input)
    shader.CreateInput("diffuseColor", COLOR).ConnectToSource(graph.ConnectableAPI(), "tint", UsdShade.AttributeType.Input)
    bound(material)
    scene = open_scene(stage)
    assert scene.materials["/World/Looks/m"].base_color == (0.5, 0.25, 0.125)
    public.Set((1, 1, 0))
    assert scene.sync().materials == {"/World/Looks/m"}
    assert scene.materials["/World/Looks/m"].base_color == (1, 1, 0)


def test_texture_slot(stage, open_scene, add_preview_material, bound, png):
    material, shader = add_preview_material(stage, "/World/Looks/m")
    node = add_texture(stage, "/World/Looks/m/Tex", png, "g", shader.CreateInput("roughness", FLOAT),
                       wrapS="clamp", wrapT="mirror", scale=(1, 2, 3, 4), bias=(0, 0.5, 0, 0), sourceColorSpace="raw")
    place = UsdShade.Shader.Define(stage, "/World/Looks/m/Place")
    place.CreateIdAttr("UsdTransform2d")
    place.CreateInput("rotation", FLOAT).Set(90.0)
    place.CreateInput("scale", Sdf.ValueTypeNames.Float2).Set((2, 3))
    place.CreateInput("translation", Sdf.ValueTypeNames.Float2).Set((0.5, 0.25))
    node.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(place.ConnectableAPI(), "result")
    bound(material)
    scene = open_scene(stage)
    slot = scene.materials["/World/Looks/m"].roughness_texture
    assert (slot.channel, slot.wrap, slot.scale, slot.bias) == (1, (1, 2), (1, 2, 3, 4), (0, 0.5, 0, 0))
    assert (slot.uv_scale, slot.uv_translate) == ((2, 3), (0.5, 0.25))
    assert slot.uv_rotation == pytest.approx(math.pi / 2)
    assert not scene.textures[slot.texture].srgb


@pytest.mark.parametrize(("space", "srgb"), [("auto", True), ("sRGB", True), ("raw", False), (None, True)])
def test_colour_space_of_a_colour_texture(stage, open_scene, add_preview_material, bound, png, space, srgb):
    material, shader = add_preview_material(stage, "/World/Looks/m")
    inputs = {} if space is None else {"sourceColorSpace": space}
    add_texture(stage, "/World/Looks/m/Tex", png, "rgb", shader.CreateInput("diffuseColor", COLOR), **inputs)
    bound(material)
    scene = open_scene(stage)
    slot = scene.materials["/World/Looks/m"].base_color_texture
    assert slot.channel == -1
    assert scene.textures[slot.texture].srgb is srgb


def test_colour_space_metadata_on_the_file_counts(stage, open_scene, add_preview_material, bound, png):
    material, shader = add_preview_material(stage, "/World/Looks/m")
    node = add_texture(stage, "/World/Looks/m/Tex", png, "rgb", shader.CreateInput("diffuseColor", COLOR))
    node.GetInput("file").GetAttr().SetColorSpace("raw")
    bound(material)
    (texture,) = open_scene(stage).textures.values()
    assert not texture.srgb


def test_one_file_in_two_colour_spaces_is_two_textures(stage, open_scene, add_preview_material, bound, png):
    material, shader = add_preview_material(stage, "/World/Looks/m")
    add_texture(stage, "/World/Looks/m/A", png, "rgb", shader.CreateInput("diffuseColor", COLOR), sourceColorSpace="sRGB")
    add_texture(stage, "/World/Looks/m/B", png, "r", shader.CreateInput("metallic", FLOAT), sourceColorSpace="raw")
    add_texture(stage, "/World/Looks/m/C", png, "g", shader.CreateInput("roughness", FLOAT), sourceColorSpace="raw")
    bound(material)
    assert sorted(t.srgb for t in open_scene(stage).textures.values()) == [False, True]


def test_eight_bit_normal_maps_are_brought_to_minus_one_to_one(stage, open_scene, add_preview_material, bound, png):
    material, shader = add_preview_material(stage, "/World/Looks/m")
    normal = shader.CreateInput("normal", Sdf.ValueTypeNames.Normal3f)
    add_texture(stage, "/World/Looks/m/N", png, "rgb", normal, sourceColorSpace="raw")
    bound(material)
    slot = open_scene(stage).materials["/World/Looks/m"].normal_texture
    assert (slot.scale[:3], slot.bias[:3]) == ((2, 2, 2), (-1, -1, -1))


def test_display_color_through_a_primvar_reader(stage, open_scene, add_preview_material, bound):
    material, shader = add_preview_material(stage, "/World/Looks/m")
    node = UsdShade.Shader.Define(stage, "/World/Looks/m/Reader")
    node.CreateIdAttr("UsdPrimvarReader_float3")
    node.CreateInput("varname", Sdf.ValueTypeNames.String).Set("displayColor")
    shader.CreateInput("diffuseColor", COLOR).ConnectToSource(node.ConnectableAPI(), "result")
    bound(material)
    assert open_scene(stage).materials["/World/Looks/m"].use_display_color


def test_missing_textures_are_errors_or_warnings(stage, open_scene, add_preview_material, bound, caplog):
    material, shader = add_preview_material(stage, "/World/Looks/m")
    add_texture(stage, "/World/Looks/m/Tex", "./gone/missing.png", "rgb", shader.CreateInput("diffuseColor", COLOR))
    bound(material)
    with pytest.raises(SceneError, match=r"/World/Looks/m/Tex.inputs:file: texture @./gone/missing.png@ not found.*relative"):
        open_scene(stage, missing_textures="error")
    with caplog.at_level(logging.WARNING):
        scene = open_scene(stage)
    assert not scene.materials["/World/Looks/m"].base_color_texture.texture
    assert caplog.text.count("missing.png@ not found") == 1
    with pytest.raises(ValueError, match="missing_textures is 'ignore'; allowed are 'error' and 'warn'"):
        open_scene(stage, missing_textures="ignore")


def test_subset_and_collection_bindings(stage, open_scene, add_mesh, add_preview_material, bind):
    red, _ = add_preview_material(stage, "/World/Looks/red", diffuseColor=(1.0, 0.0, 0.0))
    blue, _ = add_preview_material(stage, "/World/Looks/blue", diffuseColor=(0.0, 0.0, 1.0))
    points = [(0, 0, 0), (1, 0, 0), (2, 0, 0), (0, 1, 0), (1, 1, 0), (2, 1, 0)]
    mesh = add_mesh(stage, "/World/mesh", points, [4, 4], [0, 1, 4, 3, 1, 2, 5, 4])
    subset = UsdGeom.Subset.CreateGeomSubset(mesh, "right", "face", [1], "materialBind")
    bind(mesh.GetPrim(), red)
    bind(subset.GetPrim(), blue)
    UsdGeom.Cube.Define(stage, "/World/crate/cube")
    world = stage.GetPrimAtPath("/World")
    from pxr import Usd

    collection = Usd.CollectionAPI.Apply(world, "crates")
    collection.CreateIncludesRel().AddTarget("/World/crate")
    UsdShade.MaterialBindingAPI.Apply(world).Bind(collection, blue, "crates")
    scene = open_scene(stage)
    assert {i.path: i.slot_materials for i in scene.instances} == {
        "/World/mesh": ("/World/Looks/red", "/World/Looks/blue"), "/World/crate/cube": ("/World/Looks/blue",)}


def test_omni_pbr_constants_and_traps(stage, open_scene, bound, png):
    """Textures of roughness and metallic act by their influence; opacity and emission need their switch."""
    material, _ = add_omni_pbr(
        stage, "/World/Looks/m", diffuse_color_constant=(0.25, 0.5, 1.0), diffuse_tint=(0.5, 0.5, 0.5), albedo_brightness=2.0,
        reflection_roughness_constant=0.75, metallic_constant=0.5, metallic_texture=png, reflectionroughness_texture=png,
        reflection_roughness_texture_influence=0.25, opacity_constant=0.5, emissive_intensity=100.0, specular_level=0.75)
    bound(material)
    record = open_scene(stage).materials["/World/Looks/m"]
    assert record.base_color == (0.25, 0.5, 1.0)
    assert (record.roughness, record.metallic, record.specular) == (0.75, 0.5, 0.75)
    assert record.opacity == 1.0
    assert record.emission == (0, 0, 0)
    assert not record.metallic_texture.texture
    slot = record.roughness_texture
    assert slot.channel == 0
    assert slot.scale[0] * 1.0 + slot.bias[0] == pytest.approx(0.25 * 1.0 + 0.75 * 0.75)


def test_omni_pbr_defaults(stage, open_scene, bound):
    bound(add_omni_pbr(stage, "/World/Looks/m")[0])
    record = open_scene(stage).materials["/World/Looks/m"]
    assert record.base_color == pytest.approx((0.2, 0.2, 0.2))
    assert (record.roughness, record.metallic, record.specular) == (0.5, 0, 0.5)


def test_omni_pbr_packed_texture_emission_opacity_and_placement(stage, open_scene, bound, png):
    material, _ = add_omni_pbr(
        stage, "/World/Looks/m", diffuse_texture=png, diffuse_tint=(1.0, 0.5, 0.25), enable_ORM_texture=True, ORM_texture=png,
        reflection_roughness_texture_influence=1.0, metallic_texture_influence=1.0, enable_emission=True,
        emissive_color=(1.0, 0.5, 0.25), emissive_intensity=100.0, enable_opacity=True, opacity_constant=0.5,
        opacity_threshold=0.25, normalmap_texture=png, bump_factor=0.5, texture_scale=(2.0, 4.0), texture_rotate=180.0,
        texture_translate=(0.5, 0.0))
    bound(material)
    scene = open_scene(stage)
    record = scene.materials["/World/Looks/m"]
    assert record.base_color_texture.scale == (1, 0.5, 0.25, 1)
    assert (record.roughness_texture.channel, record.metallic_texture.channel) == (1, 2)
    assert not scene.textures[record.roughness_texture.texture].srgb
    assert scene.textures[record.base_color_texture.texture].srgb
    assert record.emission == (100, 50, 25)
    assert (record.opacity, record.opacity_threshold) == (0.5, 0.25)
    slot = record.base_color_texture
    assert (slot.uv_scale, slot.uv_translate) == ((2, 4), (0.5, 0))
    assert slot.uv_rotation == pytest.approx(math.pi)
    normal = record.normal_texture
    flat = np.array((0.5, 0.5, 1.0)) * normal.scale[:3] + normal.bias[:3]
    up = np.array((0.5, 1.0, 0.5)) * normal.scale[:3] + normal.bias[:3]
    np.testing.assert_allclose(flat, (0, 0, 1))
    np.testing.assert_allclose(up, (0, -0.5, 0))  # flip_tangent_v is on by default


def test_mdl_is_preferred_where_it_is_known(stage, open_scene, add_preview_material, bound, caplog):
    material, _ = add_preview_material(stage, "/World/Looks/m", diffuseColor=(1.0, 0.0, 0.0))
    add_omni_pbr(stage, "/World/Looks/m", diffuse_color_constant=(0.0, 1.0, 0.0))
    bound(material)
    assert open_scene(stage).materials["/World/Looks/m"].base_color == (0, 1, 0)
    shader = UsdShade.Shader.Get(stage, "/World/Looks/m/Shader")
    shader.SetSourceAsset("CarPaint.mdl", "mdl")
    shader.SetSourceAssetSubIdentifier("CarPaint", "mdl")
    assert open_scene(stage).materials["/World/Looks/m"].base_color == (1, 0, 0)


def test_unknown_materials_are_grey_with_one_warning(stage, open_scene, bound, caplog):
    material, shader = add_omni_pbr(stage, "/World/Looks/m", identifier="CarPaint")
    bound(material)
    with caplog.at_level(logging.WARNING):
        scene = open_scene(stage)
        shader.CreateInput("x", FLOAT).Set(1.0)
        scene.sync()
    assert scene.materials["/World/Looks/m"].base_color == pytest.approx((0.18,) * 3)
    assert caplog.text.count("/World/Looks/m: surface CarPaint is not supported; supported are UsdPreviewSurface,") == 1


def test_omni_glass(stage, open_scene, bound, caplog):
    """What passes is tinted at the surface and, scaled by depth, within; a thin wall has no within."""
    material, shader = add_omni_pbr(
        stage, "/World/Looks/m", identifier="OmniGlass", glass_color=(0.5, 0.75, 1.0), frosting_roughness=0.25, depth=2.0)
    bound(material)
    with caplog.at_level(logging.WARNING):
        scene = open_scene(stage)
    record = scene.materials["/World/Looks/m"]
    assert (record.base_color, record.roughness, record.opacity) == ((0.5, 0.75, 1), 0.25, 1)
    assert record.ior == pytest.approx(1.491)
    assert record.transmission == 1.0 and not record.thin_walled
    assert record.absorption == pytest.approx((2 * np.log(2), -2 * np.log(0.75), 0.0))
    shader.CreateInput("thin_walled", Sdf.ValueTypeNames.Bool).Set(True)
    scene.sync()
    record = scene.materials["/World/Looks/m"]
    assert record.thin_walled and record.absorption == (0.0, 0.0, 0.0)
    assert not caplog.text


def test_omni_pbr_clear_coat(stage, open_scene, bound):
    material, shader = add_omni_pbr(stage, "/World/Looks/m", identifier="OmniPBR_ClearCoat", clearcoat_weight=0.75,
                                    clearcoat_reflection_roughness=0.125, metallic_constant=1.0)
    bound(material)
    scene = open_scene(stage)
    assert scene.materials["/World/Looks/m"].clearcoat == 0.0  # switched off
    shader.CreateInput("enable_clearcoat", Sdf.ValueTypeNames.Bool).Set(True)
    scene.sync()
    record = scene.materials["/World/Looks/m"]
    assert (record.clearcoat, record.clearcoat_roughness, record.metallic) == (0.75, 0.125, 1.0)


def test_omni_surface(stage, open_scene, bound):
    material, _ = add_omni_pbr(
        stage, "/World/Looks/m", identifier="OmniSurface", diffuse_reflection_color=(0.5, 0.25, 1.0), coat_weight=0.5,
        specular_transmission_weight=0.5, emission_weight=2.0, emission_color=(1.0, 0.5, 0.0), specular_reflection_ior=1.75)
    bound(material)
    record = open_scene(stage).materials["/World/Looks/m"]
    assert record.base_color == pytest.approx((0.7, 0.6, 0.9))  # half is 0.8 of the colour, half is clear
    assert (record.transmission, record.ior, record.clearcoat, record.roughness) == pytest.approx((0.5, 1.75, 0.5, 0.2))
    assert record.emission == (2.0, 1.0, 0.0)


def add_materialx(stage, path, node, **inputs):
    material = UsdShade.Material.Define(stage, path)
    shader = UsdShade.Shader.Define(stage, f"{path}/Shader")
    shader.CreateIdAttr(node)
    for name, value in inputs.items():
        kind = {bool: Sdf.ValueTypeNames.Bool, int: Sdf.ValueTypeNames.Int, float: FLOAT}.get(type(value), COLOR)
        shader.CreateInput(name, kind).Set(value)
    material.CreateSurfaceOutput("mtlx").ConnectToSource(shader.ConnectableAPI(), "out")
    return material, shader


@pytest.mark.parametrize(("node", "inputs", "expected"), [
    ("ND_standard_surface_surfaceshader",
     {"base_color": (0.5, 0.25, 1.0), "metalness": 0.5, "specular_IOR": 1.25, "coat": 0.5, "emission": 3.0},
     {"base_color": (0.4, 0.2, 0.8), "metallic": 0.5, "ior": 1.25, "roughness": 0.2, "clearcoat": 0.5,
      "clearcoat_roughness": 0.1, "emission": (3.0, 3.0, 3.0)}),
    ("ND_open_pbr_surface_surfaceshader",
     {"transmission_weight": 1.0, "transmission_color": (0.5, 0.75, 1.0), "geometry_thin_walled": True},
     {"base_color": (0.5, 0.75, 1.0), "transmission": 1.0, "thin_walled": True, "roughness": 0.3, "metallic": 0.0}),
    ("ND_gltf_pbr_surfaceshader",
     {"base_color": (0.5, 0.25, 1.0), "roughness": 0.25, "emissive": (1.0, 0.5, 0.0), "emissive_strength": 4.0, "alpha": 0.5,
      "alpha_mode": 1},
     {"base_color": (0.5, 0.25, 1.0), "roughness": 0.25, "metallic": 1.0, "emission": (4.0, 2.0, 0.0), "opacity": 0.5,
      "opacity_threshold": 0.5}),
    ("ND_UsdPreviewSurface_surfaceshader", {"diffuseColor": (0.5, 0.25, 1.0), "roughness": 0.25},
     {"base_color": (0.5, 0.25, 1.0), "roughness": 0.25}),
])
def test_materialx_surfaces(stage, open_scene, bound, caplog, node, inputs, expected):
    bound(add_materialx(stage, "/World/Looks/m", node, **inputs)[0])
    with caplog.at_level(logging.WARNING):
        record = open_scene(stage).materials["/World/Looks/m"]
    for name, value in expected.items():
        assert getattr(record, name) == pytest.approx(value), name
    assert not caplog.text


def test_materialx_images(stage, open_scene, bound, png):
    material, shader = add_materialx(stage, "/World/Looks/m", "ND_standard_surface_surfaceshader", base=0.5)
    image = UsdShade.Shader.Define(stage, "/World/Looks/m/Image")
    image.CreateIdAttr("ND_tiledimage_color3")
    image.CreateInput("file", ASSET).Set(png)
    image.CreateInput("uvtiling", Sdf.ValueTypeNames.Float2).Set((2.0, 3.0))
    shader.CreateInput("base_color", COLOR).ConnectToSource(image.ConnectableAPI(), "out")
    bump = UsdShade.Shader.Define(stage, "/World/Looks/m/Bump")
    bump.CreateIdAttr("ND_normalmap_float")
    bump.CreateInput("in", Sdf.ValueTypeNames.Float3).ConnectToSource(image.ConnectableAPI(), "out")
    shader.CreateInput("normal", Sdf.ValueTypeNames.Float3).ConnectToSource(bump.ConnectableAPI(), "out")
    bound(material)
    record = open_scene(stage).materials["/World/Looks/m"]
    assert record.base_color_texture.texture and record.base_color_texture.uv_scale == (2.0, 3.0)
    assert record.base_color_texture.scale == (0.5, 0.5, 0.5, 1.0)
    assert record.normal_texture.texture and record.normal_texture.bias == (-1.0, -1.0, -1.0, 0.0)


def test_a_materialx_surface_comes_before_the_universal_one(stage, open_scene, add_preview_material, bound):
    material, _ = add_preview_material(stage, "/World/Looks/m", diffuseColor=(1.0, 0.0, 0.0))
    shader = UsdShade.Shader.Define(stage, "/World/Looks/m/X")
    shader.CreateIdAttr("ND_gltf_pbr_surfaceshader")
    shader.CreateInput("base_color", COLOR).Set((0.0, 1.0, 0.0))
    material.CreateSurfaceOutput("mtlx").ConnectToSource(shader.ConnectableAPI(), "out")
    bound(material)
    scene = open_scene(stage)
    assert scene.materials["/World/Looks/m"].base_color == (0.0, 1.0, 0.0)
    shader.GetIdAttr().Set("ND_unknown")
    scene.sync()
    assert scene.materials["/World/Looks/m"].base_color == (1.0, 0.0, 0.0)


def test_display_opacity_of_prims_without_material(stage, open_scene, add_mesh, add_preview_material, bind):
    """Its own or an inherited one; a material takes its place."""
    UsdGeom.Xform.Define(stage, "/World/Group")
    mesh = add_mesh(stage, "/World/Group/mesh")
    scene = open_scene(stage)

    def opacity():
        scene.sync()
        (instance,) = scene.instances
        record = scene.materials[instance.slot_materials[0]]
        return record.use_display_color, record.opacity

    assert opacity() == (True, 1.0)
    mesh.CreateDisplayOpacityAttr([0.25])
    assert opacity() == (True, 0.25)
    mesh.GetDisplayOpacityAttr().Set([0.75])
    assert opacity() == (True, 0.75)
    stage.RemovePrim("/World/Group/mesh")
    add_mesh(stage, "/World/Group/mesh")
    group = UsdGeom.PrimvarsAPI(stage.GetPrimAtPath("/World/Group"))
    group.CreatePrimvar("displayOpacity", Sdf.ValueTypeNames.FloatArray, "constant").Set([0.5])
    assert opacity() == (True, 0.5)
    material, _ = add_preview_material(stage, "/World/Looks/m", opacity=0.125)
    bind(stage.GetPrimAtPath("/World/Group/mesh"), material)
    assert opacity() == (False, 0.125)


def test_values_out_of_range(stage, open_scene, add_preview_material, bound, caplog):
    """What is beyond its range is brought to its end; what is no number says so and is the default."""
    material, shader = add_preview_material(
        stage, "/World/Looks/m", diffuseColor=(-1.0, 0.5, math.inf), roughness=math.nan, metallic=2.0, ior=-3.0,
        emissiveColor=(1.0, math.nan, 0.0), clearcoat=-math.inf, opacity=7.0)
    bound(material)
    with caplog.at_level(logging.WARNING):
        scene = open_scene(stage)
    record = scene.materials["/World/Looks/m"]
    assert record.base_color == (0.0, 0.5, 1.0)
    assert (record.roughness, record.metallic, record.clearcoat, record.opacity) == (0.5, 1.0, 0.0, 1.0)
    assert record.ior == pytest.approx(1e-3) and record.emission == (0.0, 0.0, 0.0)
    assert "/World/Looks/m: roughness and emission of its surface Surface is not finite" in caplog.text
    shader.GetInput("roughness").Set(math.inf)
    scene.sync()
    assert scene.materials["/World/Looks/m"].roughness == 1.0


def test_materials_that_nobody_uses_any_more_are_forgotten(stage, open_scene, add_preview_material, bound, png):
    material, shader = add_preview_material(stage, "/World/Looks/m")
    add_texture(stage, "/World/Looks/m/Tex", png, "rgb", shader.CreateInput("diffuseColor", COLOR))
    bound(material)
    scene = open_scene(stage)
    assert len(scene.textures) == 1
    stage.RemovePrim("/World/mesh")
    scene.sync()
    assert set(scene.materials) == {""}
    assert scene.textures == {}


def test_swapping_a_texture_file(stage, open_scene, add_preview_material, bound, png, write_png):
    material, shader = add_preview_material(stage, "/World/Looks/m")
    node = add_texture(stage, "/World/Looks/m/Tex", png, "rgb", shader.CreateInput("diffuseColor", COLOR))
    bound(material)
    scene = open_scene(stage)
    node.GetInput("file").Set(write_png("other.png", np.zeros((5, 5, 3), np.uint8)))
    assert scene.sync().materials == {"/World/Looks/m"}
    (texture,) = scene.textures.values()
    assert texture.pixels.shape == (5, 5, 4)


def test_a_material_for_physics_alone_leaves_the_display_color(stage, open_scene, bound, caplog):
    bound(UsdShade.Material.Define(stage, "/World/PhysicsMaterial"))
    with caplog.at_level(logging.WARNING):
        assert open_scene(stage).materials["/World/PhysicsMaterial"].use_display_color
    assert not caplog.text
