"""Stand-ins of isaacsim.core.* and omni.kit.*: against analytic poses, boxes and rotations."""

import asyncio

import numpy as np
import pytest
from isaacsim.core.experimental.prims import GeomPrim, RigidPrim, XformPrim
from isaacsim.core.experimental.utils import app as app_utils
from isaacsim.core.experimental.utils import bounds, semantics, transform
from isaacsim.core.experimental.utils import prim as prim_utils
from isaacsim.core.experimental.utils import stage as stage_utils
from isaacsim.core.utils import prims as legacy_prims
from isaacsim.core.utils.viewports import set_camera_view
from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics

from scenewright.host.local_pose import write_local_pose


@pytest.fixture
def stage():
    yield stage_utils.create_new_stage()
    stage_utils.close_stage()


def box(stage, path="/World/Box", place=(1, 2, 3), turn=(0, 0, 90), scale=(2, 1, 1)):
    cube = UsdGeom.Cube.Define(stage, path)
    cube.CreateSizeAttr(1.0)
    cube.CreateExtentAttr([(-0.5, -0.5, -0.5), (0.5, 0.5, 0.5)])
    api = UsdGeom.XformCommonAPI(cube)
    api.SetTranslate(Gf.Vec3d(*place))
    api.SetRotate(Gf.Vec3f(*turn))
    api.SetScale(Gf.Vec3f(*scale))
    return cube.GetPrim()


def test_boxes(stage):
    prim = box(stage)
    np.testing.assert_allclose(bounds.compute_aabb(prim), [0.5, 1, 2.5, 1.5, 3, 3.5], atol=1e-9)
    other = box(stage, "/World/Other", (0, 0, 0), (0, 0, 0), (1, 1, 1))
    np.testing.assert_allclose(bounds.compute_combined_aabb([prim, str(other.GetPath())]), [-0.5, -0.5, -0.5, 1.5, 3, 3.5])
    centre, axes, half = bounds.compute_obb(prim)
    np.testing.assert_allclose(centre, (1, 2, 3))
    np.testing.assert_allclose(axes, [[0, 2, 0], [-1, 0, 0], [0, 0, 1]], atol=1e-9)
    corners = bounds.get_obb_corners(centre, axes, half)
    np.testing.assert_allclose(corners[0], centre + -0.5 * axes.sum(axis=0))
    np.testing.assert_allclose(corners[1] - corners[0], axes[2])
    with pytest.raises(ValueError, match="prims is empty"):
        bounds.compute_combined_aabb([])


@pytest.mark.parametrize("extrinsic", [True, False])
def test_rotations_there_and_back(extrinsic):
    angles = np.random.default_rng(0).uniform((-170, -80, -170), (170, 80, 170), (50, 3))
    quaternions = transform.euler_angles_to_quaternion(angles, degrees=True, extrinsic=extrinsic).numpy()
    back = transform.quaternion_to_euler_angles(quaternions, degrees=True, extrinsic=extrinsic).numpy()
    np.testing.assert_allclose(back, angles, atol=2e-3)
    turn = Gf.Rotation(Gf.Quatd(float(quaternions[0, 0]), *map(float, quaternions[0, 1:])))
    x, y, z = (Gf.Rotation(axis, angle) for axis, angle in
               zip((Gf.Vec3d.XAxis(), Gf.Vec3d.YAxis(), Gf.Vec3d.ZAxis()), angles[0].tolist(), strict=True))
    expected = x * y * z if extrinsic else z * y * x  # Gf composes left to right
    assert Gf.IsClose(turn.TransformDir(Gf.Vec3d(1, 2, 3)), expected.TransformDir(Gf.Vec3d(1, 2, 3)), 1e-5)


def test_quaternion_products():
    a, b = transform.euler_angles_to_quaternion([[0.1, 0.2, 0.3], [1, 0, 0]]).numpy(), [0.5, 0.5, 0.5, 0.5]
    product = transform.quaternion_to_rotation_matrix(transform.quaternion_multiplication(a, b)).numpy()
    single = [transform.quaternion_to_rotation_matrix(value).numpy() for value in (a, b)]
    np.testing.assert_allclose(product, single[0] @ single[1], atol=1e-6)
    np.testing.assert_allclose(transform.quaternion_multiplication(b, transform.quaternion_conjugate(b)).numpy(), [1, 0, 0, 0],
                               atol=1e-6)


def test_labels(stage):
    prim = box(stage)
    semantics.add_labels(prim, labels=["a", "b"])
    semantics.add_labels("/World/Box", labels="c", taxonomy="shape")
    assert semantics.get_labels("/World", include_descendants=True) == {"class": ["a", "b"], "shape": ["c"]}
    semantics.remove_labels(prim, labels="a")
    assert semantics.get_labels(prim)["class"] == ["b"]
    semantics.remove_all_labels(prim, remove_taxonomies=True)
    assert semantics.get_labels(prim) == {}


def test_old_labels_are_upgraded(stage):
    prim = box(stage)
    prim.AddAppliedSchema("SemanticsAPI:Semantics_x")
    for name, value in (("Type", "class"), ("Data", "mug")):
        prim.CreateAttribute(f"semantic:Semantics_x:params:semantic{name}", Sdf.ValueTypeNames.String).Set(value)
    assert semantics.upgrade_prim_semantics_to_labels("/World", include_descendants=True) == ["/World/Box"]
    assert semantics.get_labels(prim) == {"class": ["mug"]}
    assert semantics.upgrade_prim_semantics_to_labels(prim) == []


def test_world_poses_below_a_turned_and_stretched_parent(stage):
    parent = UsdGeom.XformCommonAPI(UsdGeom.Xform.Define(stage, "/World"))
    parent.SetTranslate(Gf.Vec3d(5, 0, 0))
    parent.SetRotate(Gf.Vec3f(0, 0, 30))
    prim = box(stage)
    view = XformPrim("/World/Bo.")
    turn = transform.euler_angles_to_quaternion([0.3, -0.2, 0.9]).numpy()
    view.set_world_poses([[7.0, 8.0, 9.0]], turn)
    places, turns = view.get_world_poses()
    np.testing.assert_allclose(places.numpy(), [[7, 8, 9]], atol=1e-5)
    np.testing.assert_allclose(turns.numpy()[0] * np.sign(turns.numpy()[0, 0]), turn, atol=1e-5)
    np.testing.assert_allclose(view.get_local_scales().numpy(), [[2, 1, 1]], atol=1e-6)
    assert prim.HasAttribute("xformOp:rotateXYZ") and not prim.HasAttribute("xformOp:orient")
    view.set_world_poses(positions=(0, 0, 0))
    np.testing.assert_allclose(view.get_world_poses()[1].numpy(), turns.numpy(), atol=1e-5)


@pytest.mark.parametrize("order", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"])
def test_rotations_are_written_through_every_order(stage, order):
    xform = UsdGeom.Xform.Define(stage, "/A")
    xform.AddXformOp(getattr(UsdGeom.XformOp, f"TypeRotate{order}"))
    turn = Gf.Rotation(Gf.Vec3d(1, -2, 0.5), 77.0).GetQuat()
    write_local_pose(xform.GetPrim(), turn=turn)
    local = xform.GetLocalTransformation()
    assert Gf.IsClose(local.TransformDir(Gf.Vec3d(1, 2, 3)), Gf.Rotation(turn).TransformDir(Gf.Vec3d(1, 2, 3)), 1e-4)


def test_other_transform_stacks_keep_what_is_not_written(stage):
    xform = UsdGeom.Xform.Define(stage, "/A")
    matrix = Gf.Matrix4d().SetScale(2.0) * Gf.Matrix4d().SetRotate(Gf.Rotation(Gf.Vec3d(0, 0, 1), 40.0))
    xform.AddTransformOp().Set(matrix)
    write_local_pose(xform.GetPrim(), position=Gf.Vec3d(1, 2, 3))
    matrix.SetTranslateOnly(Gf.Vec3d(1, 2, 3))
    assert Gf.IsClose(xform.GetLocalTransformation(), matrix, 1e-6)


def test_geometry_and_rigid_bodies(stage):
    for index in range(3):
        box(stage, f"/World/Box_{index}")
    shapes = GeomPrim("/World/Box_.*", apply_collision_apis=True)
    assert len(shapes) == 3 and all(prim.HasAPI(UsdPhysics.CollisionAPI) for prim in shapes.prims)
    bodies = RigidPrim(["/World/Box_0", "/World/Box_2"], masses=[1.0, 4.0])
    assert bodies.get_masses(indices=[1]).numpy().tolist() == [[4.0]]
    bodies.set_velocities([1, 0, 0], [0, 0, np.pi])
    np.testing.assert_allclose(bodies.get_velocities()[1].numpy(), [[0, 0, np.pi]] * 2, rtol=1e-6)
    assert stage.GetPrimAtPath("/World/Box_2").GetAttribute("physics:angularVelocity").Get()[2] == pytest.approx(180.0)
    with pytest.raises(ValueError, match="no prim of the current stage matches"):
        XformPrim("/World/Nothing")
    with pytest.raises(AttributeError, match=r"isaacsim\.core\.experimental\.prims\.Tendon' has no stand-in"):
        from isaacsim.core.experimental import prims

        _ = prims.Tendon


def test_stage_and_prim_helpers(stage, tmp_path):
    assert stage_utils.define_prim("/World/A").GetTypeName() == "Xform"
    assert stage_utils.generate_next_free_path("/World/A") == "/World/A_01"
    assert stage_utils.move_prim("/World/A", "/World/B") == (True, "/World/B") and not stage.GetPrimAtPath("/World/A")
    stage_utils.set_stage_units(meters_per_unit=0.01)
    assert stage_utils.get_stage_units() == (0.01, 1.0) and stage_utils.get_stage_up_axis() == "Z"
    other = Usd.Stage.CreateNew(str(tmp_path / "a.usda"))
    other.SetDefaultPrim(UsdGeom.Sphere.Define(other, "/S").GetPrim())
    other.Save()
    assert stage_utils.add_reference_to_stage(str(tmp_path / "a.usda"), "/World/S", prim_type="Sphere")
    assert prim_utils.find_matching_prim_paths("/World/[BS]") == ["/World/B", "/World/S"]
    assert prim_utils.get_first_matching_parent_prim("/World/S", predicate=lambda prim, path: True).GetName() == "World"
    opened, now = stage_utils.open_stage(str(tmp_path / "a.usda"))
    assert opened and now.GetDefaultPrim().GetName() == "S"


def test_prims_of_the_older_module(stage):
    prim = legacy_prims.create_prim("/World/C", "Cube", position=(1, 2, 3), scale=(2, 2, 2), semantic_label="cube",
                                    attributes={"size": 0.5})
    assert bounds.compute_aabb(prim).tolist() == [0.5, 1.5, 2.5, 1.5, 2.5, 3.5]
    assert semantics.get_labels(prim) == {"class": ["cube"]} and legacy_prims.is_prim_path_valid("/World/C")
    legacy_prims.delete_prim("/World/C")
    assert not legacy_prims.is_prim_path_valid("/World/C")


def test_the_camera_view_looks_at_its_target(stage):
    set_camera_view((3, 4, 5), (0, 0, 1))
    world = UsdGeom.Xformable(stage.GetPrimAtPath("/OmniverseKit_Persp")).ComputeLocalToWorldTransform(0)
    assert Gf.IsClose(world.ExtractTranslation(), Gf.Vec3d(3, 4, 5), 1e-9)
    assert Gf.IsClose(-world.GetRow3(2), Gf.Vec3d(-3, -4, -4).GetNormalized(), 1e-9) and world.GetRow3(1)[2] > 0
    with pytest.raises(ValueError, match="no camera at '/Nope'"):
        set_camera_view((1, 1, 1), (0, 0, 0), "/Nope")


def test_updates_and_the_timeline():
    counts = []
    app_utils.update_app(steps=5, callback=lambda step, steps: counts.append((step, steps)) or step < 3)
    assert counts == [(1, 5), (2, 5), (3, 5)]
    app_utils.play()
    assert app_utils.is_playing() and not app_utils.is_stopped()
    app_utils.stop()
    assert app_utils.is_stopped() and not app_utils.is_paused()


def test_commands_do_or_say(stage):
    import omni.kit.commands

    assert omni.kit.commands.execute("CreatePrimWithDefaultXform", prim_type="Cube", prim_path="/A",
                                     attributes={"size": 3.0}) == (True, "/A")
    omni.kit.commands.execute("ChangeProperty", prop_path="/A.size", value=4.0, prev=None)
    assert omni.kit.commands.execute("CopyPrim", path_from="/A")[1] == "/A_01"
    omni.kit.commands.execute("MovePrim", path_from="/A", path_to="/B")
    assert stage.GetPrimAtPath("/B").GetAttribute("size").Get() == stage.GetPrimAtPath("/A_01").GetAttribute("size").Get() == 4
    omni.kit.commands.execute("DeletePrims", paths=["/B"])
    assert not stage.GetPrimAtPath("/B")
    with pytest.raises(NotImplementedError, match=r"execute\('Nope'\): this command has no stand-in.*ChangeProperty"):
        omni.kit.commands.execute("Nope")


def test_kit_modules_load_when_they_are_named():
    import carb
    import omni
    from omni.kit.test import AsyncTestCase
    from omni.kit.viewport.utility import get_active_viewport

    assert carb.settings.get_settings() and carb.profiler.profile(len) is len
    assert omni.usd.get_context() and omni.kit.app.get_app()
    assert str(get_active_viewport().camera_path) == "/OmniverseKit_Persp"

    class Case(AsyncTestCase):
        async def test_update(self):
            await asyncio.wait_for(omni.kit.app.get_app().next_update_async(), 10)

    assert Case("test_update").run().wasSuccessful()


def test_benchmarks_print_their_figures(capsys):
    from isaacsim.benchmark.services import BaseIsaacBenchmark
    from isaacsim.benchmark.services.metrics.measurements import SingleMeasurement

    benchmark = BaseIsaacBenchmark("mine", workflow_metadata={"metadata": [{"name": "frames", "data": 3}]})
    benchmark.set_phase("loading")
    app_utils.update_app(steps=3)
    benchmark.store_measurements()
    benchmark.store_custom_measurement("loading", SingleMeasurement("speed", 7, "m/s"))
    benchmark.stop()
    text = capsys.readouterr().out
    assert "Benchmark mine\n  frames: 3\nPhase loading\n" in text and "Runtime: " in text and "speed: 7 m/s" in text
    assert "Mean App Frametime: " in text


def test_deformables_are_refused_by_name():
    with pytest.raises(ImportError, match="the portable host simulates rigid bodies only, nothing deformable"):
        from isaacsim.core.experimental.prims import DeformablePrim  # noqa: F401
    with pytest.raises(ImportError, match="Tendon"):
        from isaacsim.core.experimental.prims import Tendon  # noqa: F401
