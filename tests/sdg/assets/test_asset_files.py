import numpy as np
import pytest
from pxr import Usd, UsdGeom, UsdPhysics, UsdSemantics, UsdShade, UsdValidation

from scenewright.sdg.assets.asset_files import identifier, unique_names


@pytest.fixture
def asset(cube, import_one):
    return import_one(cube / "cube.obj", licence="CC0-1.0", attribution="Me", label="crate")


def mdl_is_not_here(error):
    """OmniPBR.mdl stands in the MDL search path of every Kit and nowhere else; usd-core knows no MDL."""
    return "OmniPBR.mdl" in error.GetMessage() or "sourceType 'mdl'" in error.GetMessage()


def validation_errors(stage):
    context = UsdValidation.ValidationContext(UsdValidation.ValidationRegistry().GetOrLoadAllValidators())
    return [error.GetErrorAsString() for error in context.Validate(stage) if not mdl_is_not_here(error)]


def test_the_interface_says_what_a_model_needs(asset):
    record, stage = asset
    root = stage.GetDefaultPrim()
    assert (root.GetName(), Usd.ModelAPI(root).GetKind(), root.GetTypeName()) == ("cube", "component", "Xform")
    assert (UsdGeom.GetStageUpAxis(stage), UsdGeom.GetStageMetersPerUnit(stage)) == ("Z", 1.0)
    assert list(UsdSemantics.LabelsAPI(root, "class").GetLabelsAttr().Get()) == ["crate"]
    assert dict(stage.GetRootLayer().customLayerData)["licence"] == "CC0-1.0"
    assert Usd.ModelAPI(root).GetAssetName() == "cube"
    assert record.size == (2.0, 3.0, 1.0)


def test_geometry_is_a_payload_and_its_box_is_known_without(asset):
    _, stage = asset
    closed = Usd.Stage.Open(stage.GetRootLayer(), Usd.Stage.LoadNone)
    root = closed.GetDefaultPrim()
    assert not closed.GetPrimAtPath("/cube/Geometry/Box").IsDefined()
    assert closed.GetPrimAtPath("/cube/Looks/red").IsA(UsdShade.Material)
    low, high = UsdGeom.ModelAPI(root).GetExtentsHint()
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
    box = cache.ComputeWorldBound(stage.GetDefaultPrim()).ComputeAlignedRange()
    assert tuple(low) == pytest.approx(tuple(box.GetMin())) and tuple(high) == pytest.approx(tuple(box.GetMax()))
    assert tuple(low) == pytest.approx((-1.0, -1.5, 0.0)) and tuple(high) == pytest.approx((1.0, 1.5, 1.0))


def test_faces_wear_both_kinds_of_material(asset):
    _, stage = asset
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/cube/Geometry/Box"))
    subsets = UsdShade.MaterialBindingAPI(mesh.GetPrim()).GetMaterialBindSubsets()
    assert {s.GetPrim().GetName(): list(s.GetIndicesAttr().Get()) for s in subsets} == {"red": [0, 1, 2], "wood": [3, 4, 5]}
    assert UsdGeom.Subset.ValidateSubsets(subsets, 6, "partition") == (True, "")
    for name in ("red", "wood"):
        material, _ = UsdShade.MaterialBindingAPI(stage.GetPrimAtPath(f"/cube/Geometry/Box/{name}")).ComputeBoundMaterial()
        assert material.GetPrim().GetName() == name
        assert material.ComputeSurfaceSource("mdl")[0].GetSourceAssetSubIdentifier("mdl") == "OmniPBR"
        assert material.ComputeSurfaceSource("")[0].GetIdAttr().Get() == "UsdPreviewSurface"
    red = stage.GetPrimAtPath("/cube/Looks/red/OmniPBR")
    assert tuple(red.GetAttribute("inputs:diffuse_color_constant").Get()) == (1, 0, 0)
    for path in ("/cube/Looks/wood/OmniPBR.inputs:diffuse_texture", "/cube/Looks/wood/ColorMap.inputs:file"):
        attribute = stage.GetAttributeAtPath(path)
        assert attribute.Get().path == "./textures/grain.png" and attribute.GetColorSpace() == "sRGB"


def test_meshes_have_normals_and_coordinates_of_their_corners(asset):
    _, stage = asset
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/cube/Geometry/Box"))
    assert mesh.GetSubdivisionSchemeAttr().Get() == "none" and mesh.GetNormalsInterpolation() == "faceVarying"
    assert list(mesh.GetFaceVertexCountsAttr().Get()) == [4] * 6
    points, indices = np.array(mesh.GetPointsAttr().Get()), np.array(mesh.GetFaceVertexIndicesAttr().Get())
    normals = np.array(mesh.GetNormalsAttr().Get()).reshape(6, 4, 3)
    centres = points[indices].reshape(6, 4, 3).mean(axis=1) - points.mean(axis=0)
    assert (np.einsum("fj,fcj->fc", centres, normals) > 0.4).all()
    st = UsdGeom.PrimvarsAPI(mesh).GetPrimvar("st")
    assert st.GetInterpolation() == "faceVarying" and len(st.ComputeFlattened()) == 24
    assert mesh.GetDoubleSidedAttr().Get() is False  # closed


def test_one_convex_collider_that_is_not_drawn(asset):
    _, stage = asset
    (collider,) = stage.GetPrimAtPath("/cube/Collision").GetChildren()
    assert collider.HasAPI(UsdPhysics.CollisionAPI)
    assert UsdPhysics.MeshCollisionAPI(collider).GetApproximationAttr().Get() == "convexHull"
    assert UsdGeom.Imageable(collider).ComputePurpose() == "guide"
    assert len(UsdGeom.Mesh(collider).GetPointsAttr().Get()) == 8


def test_usds_own_validators_find_nothing(asset, gltf, glb_file, import_one, png):
    assert validation_errors(asset[1]) == []
    texture = gltf.texture(png())
    gltf.material(pbrMetallicRoughness={"baseColorTexture": texture, "metallicRoughnessTexture": texture},
                  normalTexture=texture, emissiveTexture=texture, emissiveFactor=[1, 1, 1], alphaMode="BLEND")
    assert validation_errors(import_one(glb_file(gltf))[1]) == []


def test_maps_of_gltf_reach_both_networks(gltf, glb_file, import_one, png):
    packed = gltf.texture(png((0, 90, 200)))
    gltf.material(name="m", normalTexture={**packed, "scale": 0.5},
                  pbrMetallicRoughness={"metallicRoughnessTexture": packed, "roughnessFactor": 0.5})
    _, stage = import_one(glb_file(gltf))
    mdl = stage.GetPrimAtPath("/model/Looks/m/OmniPBR")
    values = {name: mdl.GetAttribute(f"inputs:{name}").Get() for name in (
        "enable_ORM_texture", "reflection_roughness_constant", "reflection_roughness_texture_influence",
        "metallic_texture_influence", "flip_tangent_v", "bump_factor")}
    assert values == {"enable_ORM_texture": True, "reflection_roughness_constant": 0.0, "metallic_texture_influence": 1.0,
                      "reflection_roughness_texture_influence": 0.5, "flip_tangent_v": False, "bump_factor": 0.5}
    preview = UsdShade.Shader(stage.GetPrimAtPath("/model/Looks/m/Preview"))
    for name, channel in (("roughness", "g"), ("metallic", "b"), ("normal", "rgb")):
        assert preview.GetInput(name).GetConnectedSources()[0][0].sourceName == channel


def test_opacity_of_a_cut_out(cube, import_one, png):
    (cube / "textures" / "grain.png").write_bytes(png((0, 255, 0, 0), "RGBA"))
    _, stage = import_one(cube / "cube.obj")
    mdl = stage.GetPrimAtPath("/cube/Looks/wood/OmniPBR")
    assert mdl.GetAttribute("inputs:enable_opacity_texture").Get() is True
    assert mdl.GetAttribute("inputs:opacity_mode").Get() == 0
    preview = UsdShade.Shader(stage.GetPrimAtPath("/cube/Looks/wood/Preview"))
    assert preview.GetInput("opacity").GetConnectedSources()[0][0].sourceName == "a"


@pytest.mark.parametrize(("text", "name"), [("Stühle 2", "St_hle_2"), ("2x4", "_2x4"), ("", "part"), ("a" * 99, "a" * 64),
                                            ("../../x", "x"), ("日本", "part")])
def test_names_of_prims(text, name):
    assert identifier(text) == name


def test_names_are_unique_whatever_their_case():
    assert unique_names(["a", "A", "a", "a_2", "b"]) == ["a", "A_2", "a_3", "a_2_2", "b"]
