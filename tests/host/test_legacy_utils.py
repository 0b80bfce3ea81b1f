"""isaacsim.core.utils.* and their older names omni.isaac.core.*: against USD's own rotations and matrices."""

import importlib
import math
import random

import numpy as np
import pytest
from isaacsim.core.utils import mesh, prims, render_product, rotations, semantics, transformations, xforms
from isaacsim.core.utils import random as random_poses
from isaacsim.core.utils import stage as stages
from isaacsim.core.utils.numpy import rotations as many
from pxr import Gf, UsdGeom, UsdRender


@pytest.fixture
def stage():
    yield stages.create_new_stage()
    stages.close_stage()


def test_rotations_are_those_of_usd():
    for angles in np.random.default_rng(1).uniform((-170, -80, -170), (170, 80, 170), (20, 3)):
        x, y, z = (Gf.Rotation(axis, float(angle)) for axis, angle in
                   zip((Gf.Vec3d.XAxis(), Gf.Vec3d.YAxis(), Gf.Vec3d.ZAxis()), angles, strict=True))
        quaternion = rotations.euler_angles_to_quat(angles, degrees=True)
        np.testing.assert_allclose(np.abs(quaternion @ rotations.gf_rotation_to_np_array(x * y * z)), 1.0, atol=1e-12)
        np.testing.assert_allclose(rotations.quat_to_euler_angles(quaternion, degrees=True), angles, atol=1e-9)
        np.testing.assert_allclose(rotations.matrix_to_euler_angles(rotations.quat_to_rot_matrix(quaternion), True), angles)
        np.testing.assert_allclose(many.quats_to_rotvecs(many.rotvecs_to_quats(quaternion[1:])), quaternion[1:], atol=1e-12)
        np.testing.assert_allclose(many.xyzw2wxyz(many.wxyz2xyzw(quaternion)), quaternion)


def test_look_at_turns_z_to_the_target():
    camera, target = Gf.Vec3f(1, 2, 3), Gf.Vec3f(-4, 0, 7)
    turn = Gf.Rotation(Gf.Quatd(rotations.lookat_to_quatf(camera, target, Gf.Vec3f(0, 0, 1))))
    assert Gf.IsClose(turn.TransformDir(Gf.Vec3d(0, 0, 1)), Gf.Vec3d((target - camera).GetNormalized()), 1e-5)
    assert turn.TransformDir(Gf.Vec3d(0, 1, 0))[2] > 0.5


def test_poses_between_frames(stage):
    UsdGeom.XformCommonAPI(UsdGeom.Xform.Define(stage, "/A")).SetTranslate(Gf.Vec3d(1, 0, 0))
    frame = UsdGeom.Xform.Define(stage, "/B")
    UsdGeom.XformCommonAPI(frame).SetTranslate(Gf.Vec3d(0, 2, 0))
    UsdGeom.XformCommonAPI(frame).SetRotate(Gf.Vec3f(0, 0, 90))
    a, b = stage.GetPrimAtPath("/A"), frame.GetPrim()
    np.testing.assert_allclose(transformations.get_translation_from_target(np.array([0.0, 2, 5]), a, b), [0, -1, 5], atol=1e-12)
    place, turn = transformations.get_world_pose_from_relative(b, np.array([1.0, 0, 0]), np.array([1.0, 0, 0, 0]))
    np.testing.assert_allclose(place, [0, 3, 0], atol=1e-12)
    np.testing.assert_allclose(turn, [math.sqrt(0.5), 0, 0, math.sqrt(0.5)], atol=1e-12)
    np.testing.assert_allclose(xforms.get_world_pose("/B")[1], turn, atol=1e-6)
    xforms.reset_xform_ops(b)
    assert list(frame.GetXformOpOrderAttr().Get()) == ["xformOp:translate", "xformOp:orient", "xformOp:scale"]
    np.testing.assert_allclose(xforms.get_local_pose("/B")[0], [0, 2, 0])
    points = UsdGeom.Mesh.Define(stage, "/B/Mesh")
    points.CreatePointsAttr([(1, 0, 0)])
    np.testing.assert_allclose(mesh.get_mesh_vertices_relative_to(points, a), [[-1, 3, 0]], atol=1e-12)


def test_random_poses_are_in_view(stage):
    camera, world = UsdGeom.Camera.Define(stage, "/Camera").GetPrim(), UsdGeom.Xform.Define(stage, "/World").GetPrim()
    random.seed(3)
    for _ in range(50):
        place, _ = random_poses.get_random_world_pose_in_view(camera, 2, 5, 1.0, 0.5, 0.9, world, np.zeros(3), np.ones(3))
        assert -5 <= place[2] <= -2
        assert abs(place[0] / place[2]) <= math.tan(0.45) and abs(place[1] / place[2]) <= math.tan(0.225)


def test_labels_of_the_older_schema(stage):
    prim = UsdGeom.Mesh.Define(stage, "/World/Mesh").GetPrim()
    assert semantics.check_missing_semantics() == ["/World/Mesh"]
    semantics.add_update_semantics(prim, "cat")
    semantics.add_update_semantics(prim, "dog")
    semantics.add_update_semantics(prim, "red", "colour", suffix="_1")
    assert semantics.get_semantics(prim) == {"Semantics": ("class", "dog"), "Semantics_1": ("colour", "red")}
    assert semantics.count_semantics_in_scene() == {"missing_semantics": 0, "dog": 1, "red": 1}
    assert semantics.upgrade_prim_semantics_to_labels(stage.GetPseudoRoot(), include_descendants=True) == 1
    assert semantics.get_labels(prim) == {"class": ["dog"], "colour": ["red"]} and not semantics.get_semantics(prim)
    semantics.add_update_semantics(prim, "cat")
    semantics.remove_all_semantics(stage.GetPrimAtPath("/World"), recursive=True)
    assert not semantics.get_semantics(prim) and semantics.count_labels_in_scene() == {"missing_labels": 0, "dog": 1, "red": 1}


def test_stage_and_prims(stage, tmp_path):
    stages.set_stage_up_axis("y")
    stages.set_stage_units(0.01)
    assert stages.get_stage_up_axis() == "Y" and stages.get_stage_units() == 0.01
    with pytest.raises(ValueError, match="'y' or 'z'"):
        stages.set_stage_up_axis("x")
    prims.create_prim("/World/Box_1", "Cube")
    prims.create_prim("/World/Box_2", "Cube", attributes={"size": 3.0})
    assert prims.find_matching_prim_paths("/World/Box_.*", "Cube") == ["/World/Box_1", "/World/Box_2"]
    prims.set_prim_attribute_value("/World/Box_1", "size", 5.0)
    assert prims.get_prim_attribute_value("/World/Box_1", "size") == 5.0
    assert prims.get_prim_object_type("/World/Box_1") == "xform"
    prims.set_targets(prims.get_prim_at_path("/World/Box_1"), "friends", ["/World/Box_2"])
    prims.move_prim("/World/Box_2", "/World/Moved")
    assert prims.is_prim_path_valid("/World/Moved") and not prims.is_prim_path_valid("/World/Box_2")
    assert stages.save_stage(str(tmp_path / "scene.usda")) and stages.get_current_stage().GetPrimAtPath("/World/Moved")
    stages.clear_stage()
    assert not prims.is_prim_path_valid("/World")


def test_render_products_are_changed_where_they_are_authored(stage):
    UsdGeom.Camera.Define(stage, "/Other")
    product = UsdRender.Product.Define(stage, "/Render/Product")
    product.CreateResolutionAttr(Gf.Vec2i(8, 8))
    product.CreateCameraRel().SetTargets(["/Camera"])
    render_product.set_camera_prim_path("/Render/Product", "/Other")
    render_product.set_resolution("/Render/Product", (16, 4))
    assert render_product.get_camera_prim_path("/Render/Product") == "/Other"
    assert tuple(render_product.get_resolution("/Render/Product")) == (16, 4)
    with pytest.raises(RuntimeError, match="no render product at '/Nothing'"):
        render_product.get_resolution("/Nothing")


@pytest.mark.parametrize(("older", "newer"), [
    ("omni.isaac.core.utils.prims", "isaacsim.core.utils.prims"),
    ("omni.isaac.core.utils.nucleus", "isaacsim.core.utils.nucleus"),
    ("omni.isaac.core.utils.numpy.rotations", "isaacsim.core.utils.numpy.rotations"),
    ("omni.isaac.nucleus", "isaacsim.storage.native"),
    ("omni.replicator.isaac", "isaacsim.replicator.writers"),
    ("omni.usd._impl.utils", "omni.usd"),
])
def test_older_names_are_the_same_modules(older, newer):
    assert importlib.import_module(older) is importlib.import_module(newer)


def test_names_that_went_nowhere_are_missing_by_name():
    with pytest.raises(ModuleNotFoundError, match=r"omni\.isaac\.core\.utils\.deformable_mesh_utils"):
        importlib.import_module("omni.isaac.core.utils.deformable_mesh_utils")
