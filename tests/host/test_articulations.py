"""Robots of joints: coordinates and poses against trigonometry, drives against where they lead."""

import numpy as np
import pytest
import warp as wp
from isaacsim.core.prims import Articulation, SingleArticulation
from isaacsim.core.utils.types import ArticulationAction
from pxr import Gf, UsdGeom, UsdPhysics

from scenewright.host.app import get_app
from scenewright.host.joint_tree import JointTree
from scenewright.host.stage_context import get_context
from scenewright.host.timeline import get_timeline_interface


@pytest.fixture
def stage():
    get_context().new_stage()
    yield get_context().get_stage()
    get_timeline_interface().stop()
    get_timeline_interface().commit()
    get_context().close_stage()


def link(stage, path, position, scale=1.0):
    prim = UsdGeom.Xform.Define(stage, path).GetPrim()
    UsdGeom.XformCommonAPI(prim).SetTranslate(position)
    UsdGeom.XformCommonAPI(prim).SetScale((scale,) * 3)
    UsdPhysics.RigidBodyAPI.Apply(prim)
    mass = UsdPhysics.MassAPI.Apply(prim)
    mass.CreateMassAttr(1.0)
    mass.CreateDiagonalInertiaAttr((0.1, 0.1, 0.1))
    return prim


def join(stage, path, kind, first, second, at0, at1, axis="Y", turn=(1, 0, 0, 0)):
    joint = getattr(UsdPhysics, kind).Define(stage, path)
    if first is not None:
        joint.CreateBody0Rel().SetTargets([first.GetPath()])
    if second is not None:
        joint.CreateBody1Rel().SetTargets([second.GetPath()])
    joint.CreateLocalPos0Attr(Gf.Vec3f(*at0))
    joint.CreateLocalPos1Attr(Gf.Vec3f(*at1))
    joint.CreateLocalRot0Attr(Gf.Quatf(*turn))
    joint.CreateLocalRot1Attr(Gf.Quatf(*turn))
    if kind != "FixedJoint":
        joint.CreateAxisAttr(axis)
    return joint


def arm(stage, root="/Arm", at=(0.0, 0.0, 0.0), flipped=False):
    """Two links of 1 along +x that turn about y, then a slider along x that carries a fixed tip; its base is in the world."""
    x, y, z = at
    UsdGeom.Xform.Define(stage, root)
    base = link(stage, f"{root}/base", (x, y, z))
    upper = link(stage, f"{root}/upper", (x + 0.5, y, z), 2.0)
    lower = link(stage, f"{root}/lower", (x + 1.5, y, z))
    slide = link(stage, f"{root}/slide", (x + 2, y, z))
    tip = link(stage, f"{root}/tip", (x + 2.25, y, z))
    join(stage, f"{root}/joints/hold", "FixedJoint", None, base, at, (0, 0, 0))
    join(stage, f"{root}/joints/shoulder", "RevoluteJoint", base, upper, (0, 0, 0), (-0.25, 0, 0)).CreateLowerLimitAttr(-90)
    elbow = (upper, lower, (0.25, 0, 0), (-0.5, 0, 0))
    join(stage, f"{root}/joints/elbow", "RevoluteJoint", *((elbow[1], elbow[0], elbow[3], elbow[2]) if flipped else elbow))
    join(stage, f"{root}/joints/reach", "PrismaticJoint", lower, slide, (0.5, 0, 0), (0, 0, 0), "X")
    join(stage, f"{root}/joints/grip", "FixedJoint", slide, tip, (0.25, 0, 0), (0, 0, 0))
    return root


def place(stage, path):
    return np.array(UsdGeom.Xformable(stage.GetPrimAtPath(path)).ComputeLocalToWorldTransform(0).ExtractTranslation())


@pytest.mark.parametrize("flipped", [False, True])
def test_poses_follow_trigonometry_and_coordinates_come_back(stage, flipped):
    robot = SingleArticulation(arm(stage, at=(1, 2, 3), flipped=flipped))
    assert (robot.num_dof, robot.num_bodies) == (3, 5) and robot.dof_names == ["shoulder", "elbow", "reach"]
    np.testing.assert_allclose(robot.get_joint_positions(), 0, atol=1e-6)
    a, b, s = 0.4, -0.9, 0.3
    wanted = [a, -b if flipped else b, s]  # a joint whose bodies are exchanged counts the other way
    robot.set_joint_positions(wanted)
    np.testing.assert_allclose(robot.get_joint_positions(), wanted, atol=1e-5)
    cos, sin = np.cos, np.sin  # turning by t about +y takes +x to (cos t, 0, -sin t)
    np.testing.assert_allclose(place(stage, "/Arm/upper"), (1 + 0.5 * cos(a), 2, 3 - 0.5 * sin(a)), atol=1e-5)
    elbow, along = np.array((1 + cos(a), 2, 3 - sin(a))), np.array((cos(a + b), 0, -sin(a + b)))
    np.testing.assert_allclose(place(stage, "/Arm/lower"), elbow + along * 0.5, atol=1e-5)
    np.testing.assert_allclose(place(stage, "/Arm/slide"), elbow + along * (1 + s), atol=1e-5)
    np.testing.assert_allclose(place(stage, "/Arm/tip"), elbow + along * (1.25 + s), atol=1e-5)
    np.testing.assert_allclose(place(stage, "/Arm/base"), (1, 2, 3), atol=1e-9)
    scale = Gf.Transform(UsdGeom.Xformable(stage.GetPrimAtPath("/Arm/upper")).ComputeLocalToWorldTransform(0)).GetScale()
    np.testing.assert_allclose(scale, (2, 2, 2), atol=1e-5)


def test_some_joints_and_default_states(stage):
    robot = SingleArticulation(arm(stage), name="arm")
    robot.set_joint_positions([0.5], joint_indices=[robot.get_dof_index("elbow")])
    np.testing.assert_allclose(robot.get_joint_positions(), [0, 0.5, 0], atol=1e-5)
    robot.set_joints_default_state(positions=[0.1, 0.2, 0.3])
    robot.post_reset()
    np.testing.assert_allclose(robot.get_joints_state().positions, [0.1, 0.2, 0.3], atol=1e-5)
    with pytest.raises(ValueError, match="no joint 'wrist'; joints: shoulder, elbow, reach"):
        robot.get_dof_index("wrist")
    with pytest.raises(NotImplementedError, match="joint efforts"):
        robot.set_joint_efforts([1, 2, 3])
    with pytest.raises(NotImplementedError, match="only 0"):
        robot.set_joint_velocities([1, 0, 0])
    UsdGeom.Xform.Define(stage, "/Box")
    with pytest.raises(ValueError, match="no joints at or below /Box"):
        SingleArticulation("/Box")


def test_targets_and_gains_are_drives(stage):
    robot = SingleArticulation(arm(stage))
    robot.apply_action(ArticulationAction(joint_positions=[0.5, None, 0.2], joint_velocities=[None, 1.0, None]))
    drive = UsdPhysics.DriveAPI(stage.GetPrimAtPath("/Arm/joints/shoulder"), "angular")
    assert drive.GetTargetPositionAttr().Get() == pytest.approx(np.degrees(0.5))
    linear = UsdPhysics.DriveAPI(stage.GetPrimAtPath("/Arm/joints/reach"), "linear")
    assert linear.GetTargetPositionAttr().Get() == pytest.approx(0.2)
    controller = robot.get_articulation_controller()
    controller.set_gains(kps=[180.0, 90.0, 10.0], kds=1.0)
    assert drive.GetStiffnessAttr().Get() == pytest.approx(np.pi)
    np.testing.assert_allclose(controller.get_gains()[0], [180, 90, 10], rtol=1e-6)
    np.testing.assert_allclose(controller.get_applied_action().joint_positions, [0.5, 0, 0.2], atol=1e-6)
    controller.switch_control_mode("velocity")
    np.testing.assert_allclose(controller.get_gains(), [[0, 0, 0], [1, 1, 1]])
    with pytest.raises(ValueError, match="'position', 'velocity' or 'effort'"):
        controller.switch_control_mode("torque")


def test_several_robots_have_rows(stage):
    for index in range(3):
        arm(stage, f"/World/Arm_{index}", (0, 3.0 * index, 0))
    robots = Articulation("/World/Arm_.*")
    assert robots.count == 3 and robots.num_dof == 3 and robots.body_names[0] == "base"
    values = np.arange(9).reshape(3, 3) * 0.1
    robots.set_joint_positions(values)
    np.testing.assert_allclose(robots.get_joint_positions(), values, atol=1e-5)
    robots.set_joint_positions([[0.7, 0.8]], indices=[1], joint_indices=[0, 2])
    np.testing.assert_allclose(robots.get_joint_positions(indices=[1]), [[0.7, values[1, 1], 0.8]], atol=1e-5)
    assert robots.get_dof_limits().shape == (3, 3, 2)
    assert robots.get_dof_limits()[0, 0, 0] == pytest.approx(-np.pi / 2)
    robots.set_gains(kps=[[1.0, 2.0, 3.0]], indices=[2])
    np.testing.assert_allclose(robots.get_gains()[0], [[0, 0, 0], [0, 0, 0], [1, 2, 3]], atol=1e-6)


@pytest.mark.verify
def test_drives_lead_the_joints_to_their_targets(stage):
    pytest.importorskip("newton")
    root = arm(stage)
    UsdPhysics.Scene.Define(stage, "/Scene").CreateGravityMagnitudeAttr(0.0)
    robot = SingleArticulation(root)
    robot.get_articulation_controller().set_gains(kps=1500.0, kds=250.0)
    robot.apply_action(ArticulationAction(joint_positions=np.array([0.6, -0.4, 0.2])))
    get_timeline_interface().set_end_time(100.0)
    get_timeline_interface().play()
    speeds = []
    for _ in range(100):
        get_app().update()
        speeds.append(np.abs(robot.get_joint_velocities()).max())
    np.testing.assert_allclose(robot.get_joint_positions(), [0.6, -0.4, 0.2], atol=0.15)  # the long lever is slow
    assert max(speeds) > 0.3


def test_a_tree_without_a_world_begins_at_its_first_link(stage):
    UsdGeom.Xform.Define(stage, "/R")
    first, second = link(stage, "/R/a", (0, 0, 0)), link(stage, "/R/b", (1, 0, 0))
    join(stage, "/R/j", "RevoluteJoint", first, second, (0, 0, 0), (-1, 0, 0), "Z")
    tree = JointTree(stage.GetPrimAtPath("/R"))
    assert [prim.GetName() for prim in tree.links] == ["a", "b"]
    assert tree.poses_at([np.pi / 2])[0][1].ExtractTranslation() == pytest.approx((0, 1, 0), abs=1e-6)


def test_cloned_robots_move_by_warp_arrays(stage):
    """The experimental class on clones: each stands in its place of the grid, and its joints turn on their own."""
    from isaacsim.core.cloner import GridCloner
    from isaacsim.core.experimental.prims import Articulation as Robots

    arm(stage, "/World/Arm_0")
    cloner = GridCloner(spacing=10.0)
    paths = cloner.generate_paths("/World/Arm", 4)
    places = np.array(cloner.clone("/World/Arm_0", paths, replicate_physics=True, base_env_path="/World"))
    robots = Robots("/World/Arm_.")
    assert (len(robots), robots.num_dofs, robots.num_links) == (4, 3, 5)
    assert robots.dof_names == ["shoulder", "elbow", "reach"] and robots.link_paths[2][0].startswith("/World/Arm_2/")
    assert robots.get_dof_indices(["reach", "shoulder"]).numpy().tolist() == [2, 0]
    turned = np.radians([[0, 0], [10, 20], [-30, 45], [60, -60]])
    robots.set_dof_positions(wp.array(turned, dtype=wp.float32), dof_indices=[0, 1])
    robots.set_dof_positions(0.25, indices=[3], dof_indices=robots.get_dof_indices("reach"))
    found = robots.get_dof_positions()
    assert found.shape == (4, 3) and found.dtype == wp.float32
    np.testing.assert_allclose(found.numpy(), np.column_stack([turned, [0, 0, 0, 0.25]]), atol=1e-5)
    for path, at, (a, b), reach in zip(paths, places, turned, (0, 0, 0, 0.25), strict=True):
        tip = at + np.array([np.cos(a) + (1.25 + reach) * np.cos(a + b), 0, -np.sin(a) - (1.25 + reach) * np.sin(a + b)])
        np.testing.assert_allclose(place(stage, f"{path}/tip"), tip, atol=1e-5)
    robots.set_dof_position_targets([0.1, 0.2, 0.3])
    robots.set_dof_gains(stiffnesses=50.0, dampings=[[1, 2, 3]] * 4)
    np.testing.assert_allclose(robots.get_dof_position_targets(indices=[1]).numpy(), [[0.1, 0.2, 0.3]], atol=1e-6)
    np.testing.assert_allclose(robots.get_dof_gains(dof_indices=[1, 2])[1].numpy(), [[2, 3]] * 4, rtol=1e-5)
    lower, _ = robots.get_dof_limits()
    np.testing.assert_allclose(lower.numpy()[:, 0], -np.pi / 2, atol=1e-6)
    with pytest.raises(AttributeError, match=r"Articulation.get_mass_matrices has no stand-in .* get_dof_positions"):
        robots.get_mass_matrices()
    with pytest.raises(ValueError, match="no joint 'wrist'; joints: shoulder, elbow, reach"):
        robots.get_dof_indices("wrist")
