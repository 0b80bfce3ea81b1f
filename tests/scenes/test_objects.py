"""The objects: true size, standing on their ground, closed, with sound normals and texture coordinates."""

import numpy as np
import pytest
from pxr import Usd, UsdGeom, UsdShade
from tabletop_generator.objects import OBJECTS

# Label -> smallest and largest believable (width, depth, height) [mm], whatever the variant.
SIZES = {
    "mug": ((75, 75, 85), (130, 100, 110)),
    "cup": ((100, 100, 50), (140, 140, 80)),
    "bowl": ((140, 140, 50), (300, 300, 100)),
    "plate": ((180, 180, 15), (290, 290, 35)),
    "teapot": ((220, 140, 120), (300, 200, 180)),
    "vase": ((100, 100, 180), (350, 350, 520)),
    "cereal_box": ((180, 50, 250), (220, 80, 320)),
    "milk_carton": ((65, 65, 220), (80, 80, 260)),
    "can": ((64, 64, 105), (78, 78, 120)),
    "tin": ((80, 80, 28), (100, 100, 45)),
    "jar": ((65, 65, 85), (85, 85, 110)),
    "bottle": ((60, 60, 250), (85, 85, 320)),
    "book": ((130, 190, 20), (170, 230, 40)),
    "apple": ((65, 65, 65), (90, 90, 95)),
    "orange": ((65, 65, 65), (90, 90, 90)),
    "lemon": ((75, 50, 50), (100, 70, 70)),
    "pear": ((60, 60, 100), (80, 80, 140)),
    "banana": ((170, 50, 30), (220, 90, 50)),
    "egg": ((52, 40, 40), (62, 48, 48)),
    "spoon": ((38, 185, 10), (50, 210, 25)),
    "fork": ((22, 185, 10), (32, 210, 25)),
    "knife": ((16, 205, 5), (26, 240, 12)),
    "cutting_board": ((350, 200, 15), (420, 260, 30)),
    "pepper_mill": ((45, 45, 180), (65, 65, 230)),
    "napkin": ((110, 220, 3), (150, 260, 10)),
    "sponge": ((95, 60, 28), (125, 80, 45)),
    "candle": ((65, 65, 70), (85, 85, 100)),
}
OPEN = {"Label", "Leaves"}  # patches laid on closed bodies, and foliage


@pytest.fixture(scope="module", params=sorted(OBJECTS))
def modelled(request):
    return OBJECTS[request.param]()


def parts_of(asset):
    yield from asset.parts.items()
    for choices in asset.variants.values():
        for change in choices.values():
            yield from change.parts.items()


def test_there_is_enough_variety():
    labels = [OBJECTS[name]().label for name in OBJECTS]
    assert len(set(labels)) >= 12 and len(labels) >= 16
    assert set(labels) == set(SIZES)


def test_parts_are_closed_and_face_outwards(modelled):
    for name, part in parts_of(modelled):
        if name in OPEN:
            assert part.double_sided
        else:
            assert part.mesh.is_closed(), name
            assert part.mesh.volume() > 0, name


def test_every_choice_of_a_variant_set_authors_the_same(modelled):
    """Otherwise a choice would fall back to nothing, as varied fields have no value outside variants."""
    for set_name, choices in modelled.variants.items():
        changes = [change for change in choices.values() if change.looks]
        touched = [{(look, name) for look, values in change.looks.items() for name in values} for change in changes]
        assert all(one == touched[0] for one in touched), set_name


def test_assets_stand_on_their_ground_at_true_size(scenes, modelled):
    path = scenes / "tabletop" / "assets" / modelled.path
    stage = Usd.Stage.Open(str(path))
    root = stage.GetDefaultPrim()
    assert UsdGeom.GetStageUpAxis(stage) == "Z" and UsdGeom.GetStageMetersPerUnit(stage) == 1.0
    assert Usd.ModelAPI(root).GetKind() == "component" and root.HasAuthoredPayloads()
    smallest, largest = SIZES[modelled.label]
    stage.SetEditTarget(stage.GetSessionLayer())  # the file's layer, which others may share, stays as it is
    sets = root.GetVariantSets()
    for set_name in sets.GetNames() or [None]:
        for choice in sets.GetVariantSet(set_name).GetVariantNames() if set_name else [None]:
            if choice:
                sets.GetVariantSet(set_name).SetVariantSelection(choice)
            cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
            box = cache.ComputeWorldBound(root).ComputeAlignedRange()
            assert box.GetMin()[2] == pytest.approx(0.0, abs=2e-5), choice
            size = 1000 * np.array(box.GetSize())
            assert np.all(size >= smallest) and np.all(size <= largest), (choice, size)


def test_meshes_are_complete(scenes, modelled):
    stage = Usd.Stage.Open(str(scenes / "tabletop" / "assets" / modelled.path))
    meshes = [UsdGeom.Mesh(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh)]
    assert meshes
    for mesh in meshes:
        corners = len(mesh.GetFaceVertexIndicesAttr().Get())
        normals = np.array(mesh.GetNormalsAttr().Get())
        assert mesh.GetNormalsInterpolation() == "faceVarying" and len(normals) == corners
        assert np.allclose(np.linalg.norm(normals, axis=1), 1.0, atol=2e-4), mesh.GetPath()
        st = UsdGeom.PrimvarsAPI(mesh).GetPrimvar("st")
        assert st.GetInterpolation() == "faceVarying" and len(st.ComputeFlattened()) == corners
        assert np.isfinite(np.array(st.ComputeFlattened())).all()
        assert mesh.GetSubdivisionSchemeAttr().Get() == "none"
        extent, points = np.array(mesh.GetExtentAttr().Get()), np.array(mesh.GetPointsAttr().Get())
        assert np.allclose(extent, [points.min(0), points.max(0)])
        subsets = UsdGeom.Subset.GetAllGeomSubsets(mesh)
        faces = sorted(face for subset in subsets for face in subset.GetIndicesAttr().Get())
        assert not subsets or faces == list(range(len(mesh.GetFaceVertexCountsAttr().Get())))


def test_materials_serve_rtx_and_everything_else(scenes, modelled):
    stage = Usd.Stage.Open(str(scenes / "tabletop" / "assets" / modelled.path))
    materials = [UsdShade.Material(prim) for prim in stage.Traverse() if prim.IsA(UsdShade.Material)]
    assert materials
    for material in materials:
        preview, _, _ = material.ComputeSurfaceSource("")
        omnipbr, _, _ = material.ComputeSurfaceSource("mdl")
        assert preview.GetIdAttr().Get() == "UsdPreviewSurface"
        assert omnipbr.GetSourceAsset("mdl").path == "OmniPBR.mdl"
        pairs = (("diffuseColor", "diffuse_color_constant"), ("roughness", "reflection_roughness_constant"),
                 ("metallic", "metallic_constant"))
        for name, other in pairs:
            if omnipbr.GetInput(other):
                assert preview.GetInput(name).Get() == omnipbr.GetInput(other).Get(), (material.GetPath(), name)
        picture = stage.GetPrimAtPath(material.GetPath().AppendChild("ColorMap"))
        if picture:
            paths = [picture.GetAttribute("inputs:file").Get(), omnipbr.GetInput("diffuse_texture").Get()]
            assert paths[0].resolvedPath == paths[1].resolvedPath != ""
        assert picture or preview.GetInput("diffuseColor").Get() is not None
    gprims = [prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Gprim)]
    assert gprims and all(UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0] for prim in gprims)
