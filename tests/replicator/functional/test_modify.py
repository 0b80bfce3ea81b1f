"""Attributes, labels, materials and visibility."""

import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom, UsdSemantics, UsdShade, Vt

from scenewright.replicator.functional import create, create_batch, modify
from scenewright.replicator.functional.material_definition import write_material_inputs
from scenewright.replicator.functional.semantic_labels import read_labels


def value(prim, name):
    return prim.GetAttribute(name).Get()


def test_attributes_of_one_prim_and_of_many(stage):
    cubes = create_batch.cube(3)
    modify.attribute(cubes, "size", 2)
    assert [value(cube, "size") for cube in cubes] == [2.0] * 3
    modify.attribute(cubes, "size", np.array([1, 2, 3]))
    assert [value(cube, "size") for cube in cubes] == [1.0, 2.0, 3.0]
    modify.attribute(cubes, "primvars:displayColor", [(1, 0, 0), (0, 1, 0), (0, 0, 1)])
    assert value(cubes[1], "primvars:displayColor") == Vt.Vec3fArray([Gf.Vec3f(0, 1, 0)])
    modify.attribute(cubes, "primvars:displayColor", (0.5, 0.5, 0.5))
    assert value(cubes[2], "primvars:displayColor") == Vt.Vec3fArray([Gf.Vec3f(0.5)])


def test_attributes_fall_back_to_inputs(stage):
    light = create.dome_light()
    modify.attribute(light, "intensity", 10)
    modify.attribute(light, "inputs:texture:file", "sky.exr")
    assert value(light, "inputs:intensity") == 10.0
    assert value(light, "inputs:texture:file").path == "sky.exr"
    assert not light.GetAttribute("intensity")


@pytest.mark.parametrize(("name", "bad", "error", "message"), [
    ("size", "big", TypeError, "attribute size is double; give a number, got 'big'"),
    ("size", (1, 2), TypeError, "attribute size is double"),
    ("doubleSided", 3, TypeError, "attribute doubleSided is bool"),
    ("xformOp:translate", (1, 2), ValueError, "expected 3 numbers"),
    ("visibility", 1, TypeError, "attribute visibility is token; give text"),
    ("primvars:displayColor", [(1, 2)], ValueError, "expected 3 numbers"),
    ("diameter", 1, ValueError, r"/Cube \(Cube\): Unknown attribute 'diameter'"),
])
def test_wrong_attributes_name_what_is_allowed(stage, name, bad, error, message):
    with pytest.raises(error, match=message):
        modify.attribute(create.cube(), name, bad)


def test_attributes_are_created_where_a_type_is_given(stage):
    cube = create.cube()
    modify.attribute(cube, "my:weight", 2, attribute_type="int")
    assert value(cube, "my:weight") == 2 and cube.GetAttribute("my:weight").IsCustom()
    modify.attribute(cube, "my:names", ["a", "b"], attribute_type="token[]")
    assert list(value(cube, "my:names")) == ["a", "b"]
    modify.attribute(cube, "my:matrix", np.eye(4), attribute_type="matrix4d")
    assert value(cube, "my:matrix") == Gf.Matrix4d(1)
    with pytest.raises(ValueError, match="whole number"):
        modify.attribute(cube, "my:weight", 2.5)
    with pytest.raises(ValueError, match="attribute_type='colour' is no USD type"):
        modify.attribute(cube, "my:color", 1, attribute_type="colour")


def test_labels_add_replace_clear(stage):
    cube = create.cube(semantics={"class": "mug", "room": "kitchen"})
    modify.semantics(cube, {"class": "cup"}, mode="add")
    assert read_labels(cube) == {"class": ("mug", "cup"), "room": ("kitchen",)}
    modify.semantics(cube, [("class", "jar")], mode="replace")
    assert read_labels(cube) == {"class": ("jar",), "room": ("kitchen",)}
    modify.semantics(cube, {"class": "pot"}, mode="clear")
    assert read_labels(cube) == {"class": ("pot",)}
    assert UsdSemantics.LabelsAPI.GetDirectTaxonomies(cube) == ["class"]
    modify.semantics(cube, None, mode="clear")
    assert read_labels(cube) == {} and UsdSemantics.LabelsAPI.GetDirectTaxonomies(cube) == []
    modify.semantics(cube, {"class": "back"})
    assert UsdSemantics.LabelsAPI.GetDirectTaxonomies(cube) == ["class"]
    with pytest.raises(ValueError, match=r"Unknown mode of modify\.semantics 'append'"):
        modify.semantics(cube, {"class": "x"}, mode="append")
    with pytest.raises(ValueError, match="Semantic type 'my class'"):
        modify.semantics(cube, {"my class": "x"})


def test_labels_of_subsets(stage):
    cube = create.cube(as_mesh=True)
    top = UsdGeom.Subset.CreateGeomSubset(UsdGeom.Mesh(cube), "top", "face", Vt.IntArray([5]))
    modify.semantics(top, {"class": "lid"})
    assert read_labels(top.GetPrim()) == {"class": ("lid",)}


def test_labels_inside_references_are_extended_and_cleared(stage, tmp_path):
    asset = Usd.Stage.CreateNew(str(tmp_path / "mug.usda"))
    root = asset.DefinePrim("/Mug", "Xform")
    UsdSemantics.LabelsAPI.Apply(root, "class").CreateLabelsAttr(["mug"])
    asset.GetRootLayer().Save()
    prim = create.reference(usd_path=str(tmp_path / "mug.usda"))
    modify.semantics(prim, {"class": "cup"})
    assert read_labels(prim) == {"class": ("mug", "cup")}
    modify.semantics(prim, mode="clear")
    assert read_labels(prim) == {}


def test_the_older_schema_is_read_and_cleared(stage):
    prim = create.cube()
    for name, text in (("semanticType", "class"), ("semanticData", "mug,cup")):
        prim.CreateAttribute(f"semantic:S:params:{name}", Sdf.ValueTypeNames.String).Set(text)
    assert read_labels(prim) == {"class": ("mug", "cup")}
    modify.semantics(prim, {"class": "jar"}, mode="clear")
    assert read_labels(prim) == {"class": ("jar",)}


def test_visibility(stage):
    cubes = create_batch.cube(3)
    modify.visibility(cubes, [True, False, np.bool_(True)])
    assert [value(cube, "visibility") for cube in cubes] == ["inherited", "invisible", "inherited"]
    modify.visibility(cubes, False)
    assert {value(cube, "visibility") for cube in cubes} == {"invisible"}
    with pytest.raises(TypeError, match="give True or False"):
        modify.visibility(cubes, "yes")
    with pytest.raises(ValueError, match="2 values for 3 prims"):
        modify.visibility(cubes, [True, False])


def bound_path(prim):
    return UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0].GetPath()


def test_materials_bind_over_what_is_below(stage):
    mug = create.xform(name="Mug")
    body = create.cube(name="Body", parent=mug)
    red, blue = create.material(name="Red", bind_prims=[body]), create.material(name="Blue")
    assert bound_path(body) == "/Red"
    modify.material(mug, blue)
    assert bound_path(body) == "/Blue"
    cubes = create_batch.cube(2, material="/Red")
    modify.material(cubes, [red, blue])
    assert [str(bound_path(cube)) for cube in cubes] == ["/Red", "/Blue"]
    with pytest.raises(ValueError, match="/Mug is a Xform, not a Material"):
        modify.material(cubes, mug)


def surface_value(material, context, name):
    shader = UsdShade.Material(material).ComputeSurfaceSource(context)[0]
    return shader, shader.GetInput(name).Get() if shader.GetInput(name) else None


def test_omnipbr_is_mdl_with_an_equal_preview_surface(stage):
    material = create.material(mdl="OmniPBR.mdl", diffuse_color_constant=(1, 0.5, 0), reflection_roughness_constant=0.25,
                               metallic_constant=1.0, enable_emission=True, emissive_color=(1, 0, 0), emissive_intensity=3)
    shader, color = surface_value(material, "mdl", "diffuse_color_constant")
    assert shader.GetSourceAsset("mdl").path == "OmniPBR.mdl" and shader.GetSourceAssetSubIdentifier("mdl") == "OmniPBR"
    assert color == Gf.Vec3f(1, 0.5, 0)
    preview, base = surface_value(material, "", "diffuseColor")
    assert preview.GetIdAttr().Get() == "UsdPreviewSurface" and base == color
    values = [preview.GetInput(name).Get() for name in ("roughness", "metallic", "emissiveColor")]
    assert values == [0.25, 1.0, Gf.Vec3f(3, 0, 0)]
    modify.attribute(material, "diffuse_color_constant", (0, 1, 0))
    modify.attribute(shader.GetPrim(), "inputs:reflection_roughness_constant", 0.75)
    assert shader.GetInput("diffuse_color_constant").Get() == preview.GetInput("diffuseColor").Get() == Gf.Vec3f(0, 1, 0)
    assert preview.GetInput("roughness").Get() == 0.75


def test_textures_reach_the_preview_surface_with_their_colour_space(stage):
    material = create.material(diffuse_texture="wood.png", normalmap_texture="bump.png", metallic_texture="m.png")
    preview, _ = surface_value(material, "", "diffuseColor")
    texture = UsdShade.Shader(preview.GetInput("diffuseColor").GetConnectedSources()[0][0].source.GetPrim())
    assert texture.GetInput("file").Get().path == "wood.png"
    assert texture.GetInput("file").GetAttr().GetColorSpace() == "sRGB"
    normal = UsdShade.Shader(preview.GetInput("normal").GetConnectedSources()[0][0].source.GetPrim())
    assert normal.GetInput("sourceColorSpace").Get() == "raw" and normal.GetInput("scale").Get() == Gf.Vec4f(2, 2, 2, 1)
    assert not preview.GetInput("metallic").GetConnectedSources()[0]  # metallic_texture_influence is 0


def test_glass_is_mdl_alone_and_preview_surfaces_are_their_own(stage):
    glass = UsdShade.Material(create.material(mdl="OmniGlass.mdl", glass_ior=1.33, thin_walled=True))
    assert glass.ComputeSurfaceSource("mdl")[0].GetInput("glass_ior").Get() == pytest.approx(1.33)
    assert not glass.GetSurfaceOutput().HasConnectedSource()
    preview = UsdShade.Material(create.material(mdl="UsdPreviewSurface", diffuseColor=(0, 0, 1), clearcoat=1))
    assert preview.ComputeSurfaceSource()[0].GetInput("diffuseColor").Get() == Gf.Vec3f(0, 0, 1)
    assert preview.GetPath() == "/UsdPreviewSurface"
    other = UsdShade.Material(create.material(mdl="./looks/Wood.mdl", grain=0.5, seed=3, tint=(1, 1, 0)))
    shader = other.ComputeSurfaceSource("mdl")[0]
    assert shader.GetInput("seed").GetTypeName() == "int" and shader.GetInput("tint").GetTypeName() == "float3"


def test_materials_in_batches(stage):
    cubes = create_batch.cube(3)
    materials = create_batch.material(mdl="OmniPBR.mdl", bind_prims=cubes, count=3, project_uvw=True, parent="/Looks",
                                      diffuse_color_constant=[(1, 0, 0), (0, 1, 0), (0, 0, 1)])
    assert [str(bound_path(cube)) for cube in cubes] == ["/Looks/OmniPBR", "/Looks/OmniPBR_01", "/Looks/OmniPBR_02"]
    assert stage.GetPrimAtPath("/Looks").GetTypeName() == "Scope"
    assert surface_value(materials[2], "mdl", "diffuse_color_constant")[1] == Gf.Vec3f(0, 0, 1)
    write_material_inputs(materials, {"diffuse_color_constant": np.eye(3)[::-1]})
    assert surface_value(materials[0], "", "diffuseColor")[1] == Gf.Vec3f(0, 0, 1)
    assert len(create_batch.material(count=2)) == 2
    with pytest.raises(ValueError, match="2 materials for 3 bind_prims"):
        create_batch.material(bind_prims=cubes, count=2)


def test_wrong_material_inputs_name_what_is_allowed(stage):
    with pytest.raises(TypeError, match=r"Unknown input 'roughness'\. Allowed: .*reflection_roughness_constant"):
        create.material(mdl="OmniPBR.mdl", roughness=0.5)
    with pytest.raises(ValueError, match="diffuse_color_constant is color3f; expected 3 numbers"):
        create.material(diffuse_color_constant=(1, 0))
    with pytest.raises(ValueError, match=r"Unknown material 'Omni'. Allowed: .*OmniPBR.mdl"):
        create.material(mdl="Omni")
