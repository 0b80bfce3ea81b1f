"""Skinned meshes follow their skeleton, whatever of it is edited."""

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom, UsdSkel

from scenewright.render.scene.errors import SceneError

REST = np.array([(0, 0, 0), (1, 0, 0), (1, 0, 2), (0, 0, 2)], np.float64)


@pytest.fixture
def arm(stage):
    """An arm along +Z of two joints; the upper one, at z = 1, is bent by 90 degrees about +X."""
    root = UsdSkel.Root.Define(stage, "/Arm")
    UsdGeom.XformCommonAPI(root).SetTranslate((5, 0, 0))
    skeleton = UsdSkel.Skeleton.Define(stage, "/Arm/Skeleton")
    skeleton.CreateJointsAttr(["low", "low/high"])
    transforms = [Gf.Matrix4d(1), Gf.Matrix4d(1).SetTranslate((0, 0, 1))]
    skeleton.CreateBindTransformsAttr(transforms)
    skeleton.CreateRestTransformsAttr(transforms)
    animation = UsdSkel.Animation.Define(stage, "/Arm/Animation")
    animation.CreateJointsAttr(["low", "low/high"])
    animation.CreateTranslationsAttr([(0, 0, 0), (0, 0, 1)])
    animation.CreateScalesAttr([Gf.Vec3h(1), Gf.Vec3h(1)])
    bend(animation, 90.0)
    UsdSkel.BindingAPI.Apply(skeleton.GetPrim()).CreateAnimationSourceRel().SetTargets([animation.GetPath()])
    mesh = UsdGeom.Mesh.Define(stage, "/Arm/Skin")
    mesh.CreatePointsAttr(REST)
    mesh.CreateFaceVertexCountsAttr([4])
    mesh.CreateFaceVertexIndicesAttr([0, 1, 2, 3])
    mesh.CreateSubdivisionSchemeAttr("none")
    binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
    binding.CreateSkeletonRel().SetTargets([skeleton.GetPath()])
    binding.CreateJointIndicesPrimvar(False, 1).Set([0, 0, 1, 1])
    binding.CreateJointWeightsPrimvar(False, 1).Set([1.0] * 4)
    return stage


def bend(animation, degrees, time=None):
    rotations = [Gf.Quatf(1), Gf.Quatf(Gf.Rotation((1, 0, 0), degrees).GetQuat())]
    animation.CreateRotationsAttr().Set(rotations, Usd.TimeCode.Default() if time is None else time)


def points_of(scene, path="/Arm/Skin"):
    row = next(i for i in scene.instances if i.path == path)
    points = scene.meshes[row.mesh].points.astype(np.float64)
    return points @ row.matrix[:3, :3] + row.matrix[3, :3]


def bent(degrees):
    angle = np.radians(degrees)
    high = (0.0, -np.sin(angle), 1.0 + np.cos(angle))
    return np.array([(5, 0, 0), (6, 0, 0), (6, *high[1:]), (5, *high[1:])])


def test_skin_follows_joint_edits_and_its_normals_turn(arm, open_scene):
    scene = open_scene(arm)
    assert np.abs(points_of(scene) - bent(90.0)).max() < 1e-6
    bend(UsdSkel.Animation.Get(arm, "/Arm/Animation"), 30.0)
    assert scene.sync().meshes
    assert np.abs(points_of(scene) - bent(30.0)).max() < 1e-6
    assert not scene.sync().meshes


def test_animation_over_time(arm, open_scene):
    animation = UsdSkel.Animation.Get(arm, "/Arm/Animation")
    for time in (0.0, 10.0):
        bend(animation, 9.0 * time, time)
    scene = open_scene(arm)
    for time in (10.0, 5.0, 0.0):
        scene.sync(Usd.TimeCode(time))
        assert np.abs(points_of(scene) - bent(9.0 * time)).max() < 1e-3  # quaternions are interpolated on the sphere
    assert np.allclose(points_of(scene), REST + np.array((5, 0, 0)), atol=1e-6)


def test_moving_only_the_skeleton_moves_the_skin(arm, open_scene):
    scene = open_scene(arm)
    UsdGeom.XformCommonAPI(arm.GetPrimAtPath("/Arm/Skeleton")).SetTranslate((0, 0, 3))
    scene.sync()
    assert np.abs(points_of(scene) - bent(90.0) - (0, 0, 3)).max() < 1e-6
    UsdGeom.XformCommonAPI(arm.GetPrimAtPath("/Arm/Skin")).SetTranslate((7, 0, 0))  # its own place does not matter
    scene.sync()
    assert np.abs(points_of(scene) - bent(90.0) - (0, 0, 3)).max() < 1e-5
    UsdGeom.XformCommonAPI(arm.GetPrimAtPath("/Arm")).SetTranslate((5, 1, 0))
    scene.sync()
    assert np.abs(points_of(scene) - bent(90.0) - (0, 1, 3)).max() < 1e-5


def test_blend_shapes_come_before_the_joints(arm, open_scene):
    mesh, animation = arm.GetPrimAtPath("/Arm/Skin"), UsdSkel.Animation.Get(arm, "/Arm/Animation")
    shape = UsdSkel.BlendShape.Define(arm, "/Arm/Skin/Longer")
    shape.CreateOffsetsAttr([(0, 0, 1)])
    shape.CreatePointIndicesAttr([2])
    binding = UsdSkel.BindingAPI(mesh)
    binding.CreateBlendShapesAttr(["longer"])
    binding.CreateBlendShapeTargetsRel().SetTargets([shape.GetPath()])
    animation.CreateBlendShapesAttr(["longer"])
    animation.CreateBlendShapeWeightsAttr([0.5])
    scene = open_scene(arm)
    expected = bent(90.0)
    expected[2, 1] -= 0.5
    assert np.abs(points_of(scene) - expected).max() < 1e-6
    animation.GetBlendShapeWeightsAttr().Set([1.0])
    scene.sync()
    expected[2, 1] -= 0.5
    assert np.abs(points_of(scene) - expected).max() < 1e-6


def test_shapes_are_carried_as_a_whole(arm, open_scene):
    cube = UsdGeom.Cube.Define(arm, "/Arm/Hand")
    binding = UsdSkel.BindingAPI.Apply(cube.GetPrim())
    binding.CreateSkeletonRel().SetTargets(["/Arm/Skeleton"])
    binding.CreateJointIndicesPrimvar(True, 1).Set([1])
    binding.CreateJointWeightsPrimvar(True, 1).Set([1.0])
    scene = open_scene(arm)
    row = next(i for i in scene.instances if i.path == "/Arm/Hand")
    assert np.allclose(np.array((0, 0, 2, 1.0)) @ row.matrix, (5, -1, 1, 1), atol=1e-6)


def test_instances_have_poses_of_their_own(arm, open_scene):
    for k, degrees in enumerate((20.0, 70.0)):
        prim = arm.DefinePrim(f"/Copy{k}", "SkelRoot")
        prim.GetReferences().AddInternalReference("/Arm")
        prim.SetInstanceable(True)
        animation = UsdSkel.Animation.Define(arm, f"/Pose{k}")
        source = UsdSkel.Animation.Get(arm, "/Arm/Animation")
        animation.CreateJointsAttr(source.GetJointsAttr().Get())
        animation.CreateTranslationsAttr(source.GetTranslationsAttr().Get())
        animation.CreateScalesAttr(source.GetScalesAttr().Get())
        bend(animation, degrees)
        UsdSkel.BindingAPI.Apply(prim).CreateAnimationSourceRel().SetTargets([animation.GetPath()])
    arm.GetPrimAtPath("/Arm/Skeleton").RemoveProperty("skel:animationSource")
    scene = open_scene(arm)
    assert np.abs(points_of(scene, "/Copy0/Skin") - bent(20.0)).max() < 1e-6
    assert np.abs(points_of(scene, "/Copy1/Skin") - bent(70.0)).max() < 1e-6
    bend(UsdSkel.Animation.Get(arm, "/Pose1"), 45.0)
    scene.sync()
    assert np.abs(points_of(scene, "/Copy0/Skin") - bent(20.0)).max() < 1e-6
    assert np.abs(points_of(scene, "/Copy1/Skin") - bent(45.0)).max() < 1e-6


def test_influences_that_do_not_fit_are_named(arm, open_scene):
    UsdSkel.BindingAPI(arm.GetPrimAtPath("/Arm/Skin")).CreateJointIndicesPrimvar(False, 1).Set([0, 9, 1, 1])
    with pytest.raises(SceneError, match="/Arm/Skin: its joint influences do not fit"):
        open_scene(arm)


def test_the_first_time_samples_are_followed(arm, open_scene):
    """USD's queries of an animation keep to where its values came from when they were made."""
    scene = open_scene(arm)
    animation = UsdSkel.Animation.Get(arm, "/Arm/Animation")
    for time in (0.0, 10.0):
        bend(animation, 9.0 * time, time)
    scene.sync(Usd.TimeCode(5.0))
    assert np.abs(points_of(scene) - bent(45.0)).max() < 1e-3


def test_a_root_without_extent_spoils_no_pose(arm, open_scene):
    UsdGeom.XformCommonAPI(arm.GetPrimAtPath("/Arm")).SetScale((1, 0, 1))
    scene = open_scene(arm)
    row = next(i for i in scene.instances if i.path == "/Arm/Skin")
    assert np.isfinite(scene.meshes[row.mesh].points).all()
