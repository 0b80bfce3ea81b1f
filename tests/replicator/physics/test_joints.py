"""Joints, drives and collision groups against mechanics that can be worked out by hand."""

import itertools
import math

import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import Gf, Sdf, UsdGeom, UsdPhysics

from scenewright.replicator.simulation.records import PhysicsError

G = 9.81


def body(position, name, kind="cube", scale=0.2, **attributes):
    prim = getattr(rep.functional.create, kind)(position=position, scale=scale, name=name)
    rep.functional.physics.apply_rigid_body(prim, with_collider=True, mass=1.0, angularDamping=0.0, **attributes)
    return prim


def join(stage, kind, path, first, second, at0=(0, 0, 0), at1=(0, 0, 0), axis=None):
    """Positions are in the scaled space of the prims, as UsdPhysics has it."""
    joint = getattr(UsdPhysics, kind).Define(stage, path)
    for relation, prim in ((joint.CreateBody0Rel(), first), (joint.CreateBody1Rel(), second)):
        if prim is not None:
            relation.SetTargets([prim.GetPath()])
    joint.CreateLocalPos0Attr(Gf.Vec3f(*at0))
    joint.CreateLocalPos1Attr(Gf.Vec3f(*at1))
    if axis:
        joint.CreateAxisAttr(axis)
    return joint


def pendulum(stage, length=1.0, first=None):
    """A ball at (length, 0, 0) that swings about the y axis through the origin."""
    ball = body((length, 0, 0), "Bob", "sphere")
    return ball, join(stage, "RevoluteJoint", "/Hinge", first, ball, (0, 0, 0), (-length / 0.2, 0, 0), "Y")


def test_a_pendulum_keeps_its_length_and_its_period(world, play, place):
    ball, _ = pendulum(world)
    lowest = []
    for _ in range(90):
        play(1)
        where = place(ball)
        assert np.linalg.norm(where) == pytest.approx(1.0, abs=0.015) and abs(where[1]) < 1e-4
        lowest.append(where[0])
    first = next(i for i, x in enumerate(lowest) if x < 0) / 60.0
    # from the horizontal: T / 4 = K(1/2) sqrt(I / (m g L)) with the elliptic integral K = 1.8540747, I = m (L² + 2/5 r²)
    expected = 1.8540747 * math.sqrt((1 + 0.4 * 0.01) / G)
    assert first == pytest.approx(expected, abs=0.04)


@pytest.mark.parametrize("swapped", [False, True])
def test_limits_stop_a_hinge_whichever_end_is_the_world(world, play, place, swapped):
    ball = body((1, 0, 0), "Bob", "sphere")
    ends = ((ball, None), ((-5, 0, 0), (0, 0, 0))) if swapped else ((None, ball), ((0, 0, 0), (-5, 0, 0)))
    joint = join(world, "RevoluteJoint", "/Hinge", *ends[0], *ends[1], "Y")
    joint.CreateLowerLimitAttr(-30.0 if swapped else -90.0)
    joint.CreateUpperLimitAttr(90.0 if swapped else 30.0)  # falling turns about +y, from the world's side
    play(120)
    assert place(ball) == pytest.approx([math.cos(math.pi / 6), 0, -0.5], abs=0.03)


def test_a_drive_holds_against_gravity_by_its_stiffness(world, play, place):
    ball, joint = pendulum(world)
    drive = UsdPhysics.DriveAPI.Apply(joint.GetPrim(), "angular")
    drive.CreateStiffnessAttr(2.0)  # per degree: 114.6 N m / rad
    drive.CreateDampingAttr(1.0)
    play(240)
    angle = -math.atan2(place(ball)[2], place(ball)[0])
    torque = 2.0 * math.degrees(angle)
    assert torque == pytest.approx(G * math.cos(angle), rel=0.05)
    drive.CreateTargetPositionAttr(-60.0)
    play(240)
    angle = -math.atan2(place(ball)[2], place(ball)[0])
    assert 2.0 * (math.degrees(angle) + 60.0) == pytest.approx(G * math.cos(angle), rel=0.1)


def test_a_slider_moves_along_its_axis_only(world, play, place):
    box = body((0, 0, 1), "Box")
    joint = join(world, "PrismaticJoint", "/Slider", None, box, (0, 0, 1), (0, 0, 0), "X")
    joint.CreateLocalRot0Attr(Gf.Quatf(math.cos(math.pi / 8), 0, math.sin(math.pi / 8), 0))  # x points 45 degrees down
    joint.CreateLocalRot1Attr(Gf.Quatf(math.cos(math.pi / 8), 0, math.sin(math.pi / 8), 0))
    play(30)
    where = place(box)
    run = 0.5 * (G / math.sqrt(2.0)) * 0.5**2
    assert where == pytest.approx([run / math.sqrt(2), 0, 1 - run / math.sqrt(2)], abs=0.02)


def test_fixed_bodies_fall_as_one_and_ball_and_distance_joints_hold(world, play, place):
    a, b = body((0, 0, 5), "A"), body((0.5, 0, 5), "B")
    join(world, "FixedJoint", "/Weld", a, b, (1.25, 0, 0), (-1.25, 0, 0))
    top, hung = body((3, 0, 5), "Top", kinematicEnabled=True), body((4, 0, 5), "Hung")
    join(world, "SphericalJoint", "/Ball", top, hung, (0, 0, 0), (-5, 0, 0))
    far = body((6, 0, 5), "Far")
    rope = join(world, "DistanceJoint", "/Rope", None, far, (6, 0, 5), (0, 0, 0))
    rope.CreateMaxDistanceAttr(0.7)
    rope.CreateMinDistanceAttr(0.0)
    play(60)
    assert place(b) - place(a) == pytest.approx([0.5, 0, 0], abs=5e-3)
    assert place(a)[2] == pytest.approx(5 - 0.5 * G, abs=0.05)
    assert np.linalg.norm(place(hung) - place(top)) == pytest.approx(1.0, abs=0.02)
    assert place(far) == pytest.approx([6, 0, 4.3], abs=0.02)


def test_an_articulated_arm_on_a_scaled_stage(world, play, place):
    UsdGeom.SetStageMetersPerUnit(world, 0.01)
    root = rep.functional.create.xform(name="Arm")
    UsdPhysics.ArticulationRootAPI.Apply(root)
    links = []
    for index in range(3):
        cube = UsdGeom.Cube.Define(world, f"/Arm/Link_{index}")
        cube.CreateSizeAttr(1.0)
        UsdGeom.XformCommonAPI(cube).SetTranslate((50 + 100 * index, 0, 0))
        UsdGeom.XformCommonAPI(cube).SetScale((90, 10, 10))
        prim = cube.GetPrim()
        rep.functional.physics.apply_rigid_body(prim, with_collider=True, mass=1.0)
        first = links[-1] if links else None
        join(world, "RevoluteJoint", f"/Arm/Joint_{index}", first, prim, (50 / 90, 0, 0) if first else (0, 0, 0),
             (-50 / 90, 0, 0), "Y")
        links.append(prim)
    play(60)
    ends = [place(link) for link in links]
    assert np.linalg.norm(ends[0]) == pytest.approx(50, rel=0.03)
    assert ends[2][2] < -150 and all(abs(end[1]) < 0.5 for end in ends)
    assert all(np.linalg.norm(b - a) < 103 for a, b in itertools.pairwise(ends))


def test_generic_joints_are_locked_where_their_limits_cross(world, play, place):
    box = body((0, 0, 3), "Box")
    joint = join(world, "Joint", "/Guide", None, box, (0, 0, 3))
    for name in ("transX", "transY", "rotX", "rotY", "rotZ"):
        limit = UsdPhysics.LimitAPI.Apply(joint.GetPrim(), name)
        limit.CreateLowAttr(1.0)
        limit.CreateHighAttr(-1.0)
    limit = UsdPhysics.LimitAPI.Apply(joint.GetPrim(), "transZ")
    limit.CreateLowAttr(-1.5)
    limit.CreateHighAttr(2.0)
    rep.functional.modify.attribute(box, "physics:velocity", (2.0, 0.0, 0.0))
    play(120)
    assert place(box) == pytest.approx([0, 0, 1.5], abs=0.02)


def test_groups_that_filter_each_other_pass(world, play, place, floor):
    floor(world)
    solid, ghost = body((0, 0, 1), "Solid"), body((2, 0, 1), "Ghost")
    for name, member in (("Things", "/Ghost"), ("Grounds", "/Floor")):
        group = UsdPhysics.CollisionGroup.Define(world, f"/Groups/{name}")
        group.GetCollidersCollectionAPI().CreateIncludesRel().SetTargets([Sdf.Path(member)])
    UsdPhysics.CollisionGroup(world.GetPrimAtPath("/Groups/Things")).CreateFilteredGroupsRel().SetTargets(["/Groups/Grounds"])
    play(60)
    assert place(solid)[2] == pytest.approx(0.1, abs=5e-3) and place(ghost)[2] < -1.0


def test_inverted_and_merged_groups(world):
    from scenewright.replicator.simulation.collision_groups import separated_colliders

    paths = [Sdf.Path(f"/{letter}") for letter in "ABC"]
    groups = []
    for path in paths:
        world.DefinePrim(path, "Cube")
        group = UsdPhysics.CollisionGroup.Define(world, f"/Groups{path}")
        group.GetCollidersCollectionAPI().CreateIncludesRel().SetTargets([path])
        groups.append(group)
    groups[0].CreateInvertFilteredGroupsAttr(True)
    groups[0].CreateFilteredGroupsRel().SetTargets([groups[1].GetPath()])
    assert separated_colliders(world, paths) == [(["/A"], ["/A"]), (["/A"], ["/C"])]
    groups[1].CreateMergeGroupNameAttr("both")
    groups[2].CreateMergeGroupNameAttr("both")
    assert separated_colliders(world, paths) == [(["/A"], ["/A"])]


def test_what_cannot_be_simulated_is_named(world, play):
    body((0, 0, 1), "Box")
    joint = UsdPhysics.FixedJoint.Define(world, "/Weld")
    joint.CreateBody1Rel().SetTargets(["/Gone"])
    with pytest.raises(PhysicsError, match="/Weld holds /Gone, which does not exist"):
        play(1)
    joint.GetPrim().SetActive(False)
    soft = world.DefinePrim("/Cloth", "Mesh")
    soft.SetMetadata("apiSchemas", Sdf.TokenListOp.CreateExplicit(["PhysxDeformableSurfaceAPI"]))
    with pytest.raises(PhysicsError, match=r"/Cloth is deformable .*rigid bodies only"):
        play(1)
    soft.SetActive(False)
    play(1)


@pytest.mark.parametrize("how", ["filtered", "environments", "neither"])
def test_clones_at_one_place_pass_through_each_other_and_rest_on_the_ground(world, play, place, floor, how):
    from isaacsim.core.cloner import Cloner

    floor(world)
    body((0, 0, 0.3), "Box_0")
    cloner = Cloner(world)
    paths = cloner.generate_paths("/Box", 3)
    spread = [(0, 0, 0.3), (0, 0, 0.35), (0.02, 0, 0.4)]
    cloner.clone("/Box_0", paths, spread, replicate_physics=True, base_env_path="/", enable_env_ids=how == "environments")
    if how == "filtered":
        with pytest.raises(ValueError, match="no physics scene at '/Physics'"):
            cloner.filter_collisions("/Physics", "/Groups", paths, ["/Floor"])
        UsdPhysics.Scene.Define(world, "/Physics")
        cloner.filter_collisions("/Physics", "/Groups", paths, ["/Floor"])
    play(90)
    heights = [place(world.GetPrimAtPath(path))[2] for path in paths]
    if how == "neither":
        assert max(heights) > 0.15
    else:
        assert heights == pytest.approx([0.1, 0.1, 0.1], abs=5e-3)
