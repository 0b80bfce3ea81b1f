"""skeleton_data on an arm of three joints whose every place is known."""

import json

import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import Gf, Sdf, UsdGeom, UsdSkel, Vt

JOINTS = ["base", "base/elbow", "base/elbow/hand"]


@pytest.fixture
def arm(stage):
    """Three joints, 1 apart along +x at rest, below a SkelRoot at (0, 0, 1); the elbow turns by 90 degrees in a second."""
    root = UsdSkel.Root.Define(stage, "/Arm")
    UsdGeom.XformCommonAPI(root).SetTranslate((0, 0, 1))
    skeleton = UsdSkel.Skeleton.Define(stage, "/Arm/Skeleton")
    rest = [Gf.Matrix4d(1.0)] + [Gf.Matrix4d().SetTranslate((1, 0, 0))] * 2
    world = [Gf.Matrix4d().SetTranslate((x, 0, 0)) for x in range(3)]
    skeleton.CreateJointsAttr(JOINTS)
    skeleton.CreateBindTransformsAttr(Vt.Matrix4dArray(world))
    skeleton.CreateRestTransformsAttr(Vt.Matrix4dArray(rest))
    animation = UsdSkel.Animation.Define(stage, "/Arm/Wave")
    animation.CreateJointsAttr(JOINTS)
    animation.CreateTranslationsAttr([(0, 0, 0), (1, 0, 0), (1, 0, 0)])
    animation.CreateScalesAttr([(1, 1, 1)] * 3)
    turned = Gf.Quatf(np.cos(np.pi / 4), 0, 0, np.sin(np.pi / 4))
    rotations = animation.CreateRotationsAttr()
    rotations.Set(Vt.QuatfArray([Gf.Quatf(1), Gf.Quatf(1), Gf.Quatf(1)]), 0)
    rotations.Set(Vt.QuatfArray([Gf.Quatf(1), turned, Gf.Quatf(1)]), stage.GetTimeCodesPerSecond())
    for prim in (root.GetPrim(), skeleton.GetPrim()):
        UsdSkel.BindingAPI.Apply(prim).CreateAnimationSourceRel().SetTargets([animation.GetPath()])
    return stage


@pytest.fixture
def look():
    """Return a function that captures from (1, 0, 11) downwards, 100 x 100 pixels, 10 pixels for 1 unit at z = 1."""
    camera = rep.functional.create.camera(position=(1, 0, 11), name="Above", focal_length=20.955, horizontal_aperture=20.955)
    product = rep.create.render_product(camera, (100, 100))
    annotator = rep.annotators.get("skeleton_data").attach(product)

    def capture(time=0.0):
        import omni.timeline

        omni.timeline.get_timeline_interface().set_current_time(time)
        omni.timeline.get_timeline_interface().commit()
        rep.orchestrator.step(delta_time=0.0)
        return annotator.get_data()

    return capture


def test_rest_and_world_and_image(arm, look):
    data = look()
    assert data["numSkeletons"] == 1 and data["skelPath"] == ["/Arm/Skeleton"] and data["skelName"] == ["Skeleton"]
    assert data["skeletonJoints"] == [str(JOINTS)] and data["skeletonParents"].tolist() == [-1, 0, 1]
    assert data["globalTranslationsSizes"].tolist() == [3] and data["assetPath"] == [""]
    np.testing.assert_allclose(data["restLocalTranslations"], [[0, 0, 0], [1, 0, 0], [1, 0, 0]], atol=1e-6)
    np.testing.assert_allclose(data["restGlobalTranslations"], [[x, 0, 1] for x in range(3)], atol=1e-6)
    np.testing.assert_allclose(data["globalTranslations"], [[x, 0, 1] for x in range(3)], atol=1e-6)
    np.testing.assert_allclose(data["localRotations"], [[1, 0, 0, 0]] * 3, atol=1e-6)
    np.testing.assert_allclose(data["translations2d"], [[40, 50], [50, 50], [60, 50]], atol=1e-3)
    assert data["inView"] == [True] and data["occlusionTypes"] == ["none"] * 3 and not data["jointOcclusions"].any()
    assert json.loads(data["skeletonData"])[0]["translations2d"][1] == pytest.approx([50, 50], abs=1e-3)


def test_animation_moves_joints(arm, look):
    look()
    data = look(1.0)
    np.testing.assert_allclose(data["globalTranslations"], [[0, 0, 1], [1, 0, 1], [1, 1, 1]], atol=1e-5)
    np.testing.assert_allclose(data["localRotations"][1], [np.sqrt(0.5), 0, 0, np.sqrt(0.5)], atol=1e-5)
    np.testing.assert_allclose(data["translations2d"], [[40, 50], [50, 50], [50, 40]], atol=1e-3)


def test_occlusion_by_depth(arm, look):
    rep.functional.create.cube(position=(2, 0, 3), scale=0.5, name="Other")
    sleeve = UsdGeom.Cube.Define(arm, "/Arm/Sleeve")
    sleeve.CreateSizeAttr(0.5)
    data = look()
    assert data["occlusionTypes"] == ["self", "none", "other"] and data["jointOcclusions"].tolist() == [False, False, True]
    UsdGeom.XformCommonAPI(arm.GetPrimAtPath("/Arm")).SetTranslate((0, 4.5, 1))
    UsdGeom.XformCommonAPI(arm.GetPrimAtPath("/Above")).SetTranslate((-3.5, 0, 11))
    data = look()
    assert data["occlusionTypes"][1:] == ["none", "outside"] and data["inView"] == [True]


def test_several_skeletons_and_none(stage, look, arm):
    Sdf.CopySpec(stage.GetRootLayer(), "/Arm", stage.GetRootLayer(), "/Brm")
    UsdGeom.Imageable(stage.GetPrimAtPath("/Arm")).MakeInvisible()
    assert look()["skelPath"] == ["/Brm/Skeleton"]
    UsdGeom.Imageable(stage.GetPrimAtPath("/Arm")).MakeVisible()
    data = look()
    assert data["numSkeletons"] == 2 and data["translations2d"].shape == (6, 2)
    assert data["localRotationsSizes"].tolist() == [3, 3]
    for name in ("/Arm", "/Brm"):
        stage.RemovePrim(name)
    data = look()
    assert data["numSkeletons"] == 0 and data["translations2d"].shape == (0, 2) and data["skeletonData"] == "[]"


def test_tiles_have_an_entry_each(arm):
    cameras = [rep.functional.create.camera(position=(x, 0, 11), name=f"Above{x}", focal_length=20.955,
                                            horizontal_aperture=20.955) for x in (1, 3)]
    annotators = [rep.annotators.get("skeleton_data").attach(product) for product in (
        rep.create.render_product_tiled(cameras, (100, 100)), *rep.create.render_product(cameras, (100, 100)))]
    rep.orchestrator.step(delta_time=0.0)
    whole, first, second = (annotator.get_data() for annotator in annotators)
    assert list(whole["numSkeletons"]) == [1, 1]
    np.testing.assert_array_equal(whole["translations2d"], np.stack([first["translations2d"], second["translations2d"]]))
    assert not np.array_equal(first["translations2d"], second["translations2d"])
