"""Rigid bodies on the stage against mechanics that can be worked out by hand."""

import re

import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics, UsdShade

G = 9.81
STEP = 1.0 / 240.0  # of the solver: 60 physics steps a second, four solver steps each


def fallen(seconds):
    """Return how far a body falls from rest with semi-implicit Euler steps [m]."""
    n = round(seconds / STEP)
    return G * STEP**2 * n * (n + 1) / 2


def cube_at(position, name="Cube", **body):
    cube = rep.functional.create.cube(position=position, name=name)
    rep.functional.physics.apply_rigid_body(cube, with_collider=True, **body)
    return cube


def test_a_body_falls_as_galileo_says(world, play, place):
    cube = cube_at((1, 2, 50))
    play(60)
    drop = 50 - place(cube)[2]
    assert drop == pytest.approx(fallen(1.0), abs=2e-3)
    assert drop == pytest.approx(0.5 * G, abs=G * STEP * 0.5 + 2e-3)  # the integrator's own error
    assert place(cube)[:2] == pytest.approx([1, 2], abs=1e-5)
    velocity = UsdPhysics.RigidBodyAPI(cube).GetVelocityAttr().Get()
    assert tuple(velocity) == pytest.approx((0, 0, -G), abs=1e-3)


def test_a_throw_follows_its_parabola(world, play, place):
    ball = rep.functional.create.sphere(position=(0, 0, 10))
    rep.functional.physics.apply_rigid_body(ball, velocity=(3, 0, 4), angularVelocity=(0, 0, 90), angularDamping=0.0)
    play(30)
    assert place(ball) == pytest.approx([1.5, 0, 10 + 2.0 - fallen(0.5)], abs=2e-3)
    turned = UsdGeom.XformCache().GetLocalToWorldTransform(ball).TransformDir(Gf.Vec3d(1, 0, 0))
    assert tuple(turned) == pytest.approx((np.sqrt(0.5), np.sqrt(0.5), 0), abs=2e-3)


@pytest.mark.parametrize("shape", ["cube", "sphere", "cylinder", "capsule", "cone"])
def test_what_lies_on_a_floor_stays_where_it_is(world, play, place, floor, shape):
    floor(world)
    half = 0.5
    body = getattr(rep.functional.create, shape)(position=(0.3, -0.2, half + 0.1))
    rep.functional.physics.apply_rigid_body(body, with_collider=True)
    play(60)
    settled = place(body)
    assert settled[2] == pytest.approx(half, abs=1e-3)
    assert settled[:2] == pytest.approx([0.3, -0.2], abs=5e-3)
    play(120)
    assert place(body) == pytest.approx(settled, abs=1e-6)


def test_a_mesh_rests_on_its_hull(world, play, place, floor):
    floor(world)
    body = rep.functional.create.torus(position=(0, 0, 0.5))
    low = float(np.asarray(UsdGeom.Mesh(body).GetPointsAttr().Get())[:, 2].min())
    rep.functional.physics.apply_rigid_body(body, with_collider=True)
    play(90)
    assert place(body)[2] == pytest.approx(-low, abs=2e-3)


def test_stacked_boxes_stand(world, play, place, floor):
    floor(world)
    boxes = [cube_at((0, 0, 0.5 + 1.02 * level), f"Box_{level}") for level in range(4)]
    play(180)
    for level, box in enumerate(boxes):
        assert place(box) == pytest.approx([0, 0, 0.5 + level], abs=3e-3)
    before = [place(box) for box in boxes]
    play(60)
    assert np.array([place(box) for box in boxes]) == pytest.approx(np.array(before), abs=1e-6)


def test_boxes_placed_into_each_other_come_apart_and_stay_on_the_floor(world, play, place, floor):
    floor(world)
    rng = np.random.default_rng(0)
    boxes = [cube_at((*rng.uniform(-0.6, 0.6, 2), rng.uniform(0.5, 2.5)), f"Box_{k}") for k in range(12)]
    play(90)
    places = np.array([place(box) for box in boxes])
    assert places[:, 2].min() > 0.49
    assert np.abs(places).max() < 6.0
    gaps = np.linalg.norm(places[:, None] - places[None], axis=2) + 2.0 * np.eye(len(boxes))
    assert gaps.min() > 0.95  # of cubes of one metre


def test_what_loses_its_support_falls(world, play, place, floor):
    ground = floor(world)
    box = cube_at((0, 0, 0.5))
    play(60)
    assert place(box)[2] == pytest.approx(0.5, abs=1e-3)
    world.RemovePrim(ground.GetPath())
    play(30)
    assert place(box)[2] == pytest.approx(0.5 - fallen(0.5), abs=1e-2)


def test_the_same_scene_gives_the_same_poses(world, play, stop, floor):
    floor(world)
    rng = np.random.default_rng(3)
    cubes = [cube_at((*rng.uniform(-1, 1, 2), 1.0 + 0.8 * k), f"Cube_{k}") for k in range(6)]
    runs = []
    for _ in range(2):
        play(90)
        cache = UsdGeom.XformCache()
        runs.append(np.array([cache.GetLocalToWorldTransform(cube) for cube in cubes]))
        stop()
    assert np.array_equal(runs[0], runs[1])


def test_stop_rewinds_and_leaves_no_trace_in_the_users_layers(world, play, stop, place):
    cube = cube_at((0, 0, 5))
    text = world.GetRootLayer().ExportToString()
    play(20)
    assert place(cube)[2] < 5
    stop()
    assert place(cube) == pytest.approx([0, 0, 5])
    assert tuple(UsdPhysics.RigidBodyAPI(cube).GetVelocityAttr().Get()) == (0, 0, 0)
    assert world.GetRootLayer().ExportToString() == text
    assert "Cube" not in world.GetSessionLayer().ExportToString()


def test_a_script_that_moves_a_body_wins_and_it_goes_on_from_there(world, play, place):
    cube = cube_at((0, 0, 5))
    play(30)
    rep.functional.modify.position(cube, (2, 0, 9))
    assert place(cube) == pytest.approx([2, 0, 9])
    play(1)
    assert place(cube) == pytest.approx([2, 0, 9 - fallen(31 / 60) + fallen(0.5)], abs=2e-3)  # velocity kept
    cube.GetAttribute("xformOp:translate").Set(Gf.Vec3d(0, 0, 20))
    assert place(cube)[2] == pytest.approx(20)
    UsdPhysics.RigidBodyAPI(cube).GetVelocityAttr().Set(Gf.Vec3f(0, 0, 0))
    play(6)
    assert place(cube)[2] == pytest.approx(20 - fallen(0.1), abs=2e-3)


def test_a_body_made_while_playing_joins(world, play, place):
    first = cube_at((0, 0, 50), "First")
    play(30)
    second = cube_at((5, 0, 50), "Second")
    play(30)
    assert place(first)[2] == pytest.approx(50 - fallen(1.0), abs=5e-3)
    assert place(second)[2] == pytest.approx(50 - fallen(0.5), abs=5e-3)


@pytest.mark.parametrize(("name", "value"), [("rigidBodyEnabled", False), ("kinematicEnabled", True)])
def test_a_body_that_is_switched_off_stays_where_it_got_to(world, play, stop, place, name, value):
    cube, other = cube_at((0, 0, 5)), cube_at((5, 0, 5), "Other")
    play(20)
    before = place(cube)
    rep.functional.modify.attribute(cube, f"physics:{name}", value)
    play(10)
    assert place(cube) == pytest.approx(before, abs=1e-6)
    assert place(other)[2] < before[2]
    world.RemovePrim(other.GetPath())
    play(1)
    assert not world.GetPrimAtPath("/Other")
    stop()
    assert place(cube) == pytest.approx([0, 0, 5])


def test_a_kinematic_body_carries_what_stands_on_it(world, play, place):
    lift = rep.functional.create.cube(position=(0, 0, 0), scale=(4, 4, 1), name="Lift")
    rep.functional.physics.apply_rigid_body(lift, with_collider=True, kinematicEnabled=True)
    load = cube_at((0, 0, 1.0), "Load")
    play(10)
    for step in range(1, 31):
        lift.GetAttribute("xformOp:translate").Set(Gf.Vec3d(0, 0, step / 60))
        play(1)
    assert place(lift)[2] == pytest.approx(0.5)
    assert place(load)[2] == pytest.approx(1.5, abs=0.01)


def test_gravity_of_the_scene_and_centimetre_stages(world, play, place):
    UsdGeom.SetStageMetersPerUnit(world, 0.01)
    UsdGeom.SetStageUpAxis(world, UsdGeom.Tokens.y)
    prim = UsdGeom.Xform.Define(world, "/Body")
    prim.AddTranslateOp().Set(Gf.Vec3d(0, 1000, 0))
    UsdPhysics.RigidBodyAPI.Apply(prim.GetPrim())
    play(30)
    assert place(prim.GetPrim()) == pytest.approx([0, 1000 - 100 * fallen(0.5), 0], abs=0.2)
    scene = UsdPhysics.Scene.Define(world, "/PhysicsScene")
    scene.CreateGravityDirectionAttr(Gf.Vec3f(1, 0, 0))
    scene.CreateGravityMagnitudeAttr(200.0)  # cm/s²
    before = place(prim.GetPrim())[0]
    play(30)
    assert place(prim.GetPrim())[0] - before == pytest.approx(0.5 * 200 * 0.25, rel=0.02)


def test_a_weightless_body_floats(world, play, place):
    cube = cube_at((0, 0, 3), disableGravity=True, velocity=(1, 0, 0))
    play(60)
    assert place(cube) == pytest.approx([1, 0, 3], abs=1e-3)


def test_friction_stops_and_ice_does_not(world, play, stop, place, floor):
    ground = floor(world, 100.0)
    material = UsdShade.Material.Define(world, "/Rubber")
    api = UsdPhysics.MaterialAPI.Apply(material.GetPrim())
    api.CreateDynamicFrictionAttr(0.5)
    box = cube_at((0, 0, 0.5), velocity=(3, 0, 0))
    for prim in (ground, box):
        UsdShade.MaterialBindingAPI.Apply(prim).Bind(material, UsdShade.Tokens.weakerThanDescendants, "physics")
    play(60)
    assert place(box)[0] == pytest.approx(3**2 / (2 * 0.5 * G), rel=0.1)  # v²/2μg
    stop()
    api.GetDynamicFrictionAttr().Set(0.0)
    play(60)
    assert place(box)[0] == pytest.approx(3.0, rel=0.02)


@pytest.mark.verify
def test_a_ball_bounces_as_high_as_its_restitution(world, play, place, floor):
    ground = floor(world)
    material = UsdShade.Material.Define(world, "/Rubber")
    UsdPhysics.MaterialAPI.Apply(material.GetPrim()).CreateRestitutionAttr(0.8)
    ball = rep.functional.create.sphere(position=(0, 0, 1.5))
    rep.functional.physics.apply_rigid_body(ball, with_collider=True)
    for prim in (ground, ball):
        UsdShade.MaterialBindingAPI.Apply(prim).Bind(material, UsdShade.Tokens.weakerThanDescendants, "physics")
    heights = []
    for _ in range(55):
        play(1)
        heights.append(place(ball)[2] - 0.5)
    landed = int(np.argmin(heights[:35]))
    assert max(heights[landed:]) == pytest.approx(0.8**2, rel=0.1)


def test_poses_below_turned_and_stretched_parents(world, play):
    parent = UsdGeom.Xform.Define(world, "/Parent")
    parent.AddRotateZOp().Set(90.0)
    parent.AddScaleOp().Set(Gf.Vec3f(1, 2, 3))
    child = UsdGeom.Cube.Define(world, "/Parent/Child")
    child.AddTranslateOp().Set(Gf.Vec3d(0, 1, 5))
    child.AddRotateXYZOp().Set(Gf.Vec3f(0, 30, 0))
    prim = child.GetPrim()
    UsdPhysics.RigidBodyAPI.Apply(prim).CreateAngularVelocityAttr(Gf.Vec3f(0, 0, 60))
    before = UsdGeom.XformCache().GetLocalToWorldTransform(prim)
    play(30)
    after = UsdGeom.XformCache().GetLocalToWorldTransform(prim)
    moved = after.ExtractTranslation() - before.ExtractTranslation()
    assert tuple(moved) == pytest.approx((0, 0, -fallen(0.5)), abs=3e-3)
    # the body is rigid: the metric of its axes does not change however its parent is stretched
    metric = [np.array(m)[:3, :3] @ np.array(m)[:3, :3].T for m in (before, after)]
    assert metric[1] == pytest.approx(metric[0], abs=1e-3)


def test_a_plane_that_is_drawn_ends_at_its_edge(world, play, place):
    plane = rep.functional.create.plane(scale=(4, 4, 1), name="Table")
    rep.functional.physics.apply_collider(plane)
    inside, outside = cube_at((0, 0, 0.6), "Inside"), cube_at((5, 0, 0.6), "Outside")
    play(60)
    assert place(inside)[2] == pytest.approx(0.5, abs=1e-3)
    assert place(outside)[2] < -3
    rep.functional.modify.visibility(plane, False)


@pytest.mark.verify
def test_triangles_hold_what_falls_into_them(world, play, place):
    bowl = UsdGeom.Mesh.Define(world, "/Bowl")  # an open pyramid, tip down
    bowl.CreatePointsAttr([(0, 0, -1), (2, 2, 1), (-2, 2, 1), (-2, -2, 1), (2, -2, 1)])
    bowl.CreateFaceVertexCountsAttr([3] * 4)
    bowl.CreateFaceVertexIndicesAttr([0, 1, 2, 0, 2, 3, 0, 3, 4, 0, 4, 1])
    rep.functional.physics.apply_collider(bowl.GetPrim(), approximation="none")
    ball = rep.functional.create.sphere(position=(0.5, 0.2, 1.5))
    rep.functional.physics.apply_rigid_body(ball, with_collider=True, linearDamping=1.0)
    play(240)
    # it touches four faces of slope 1: the centre is radius * sqrt(2) above the tip
    assert place(ball) == pytest.approx([0, 0, -1 + 0.5 * np.sqrt(2)], abs=0.02)


def test_playing_without_simulations_moves_nothing(world, play, place):
    from scenewright.host.settings import get_settings

    cube = cube_at((0, 0, 5))
    get_settings().set("/app/player/playSimulations", False)
    play(10)
    assert place(cube)[2] == 5


def test_a_state_that_is_not_finite_names_the_prim(world, play):
    cube_at((3e38, 0, 0), velocity=(3e38, 0, 0))
    with pytest.raises(rep.physics.PhysicsError, match="/Cube"):
        play(30)


@pytest.mark.parametrize(("make", "message"), [
    (lambda stage: UsdPhysics.RevoluteJoint.Define(stage, "/Hinge").CreateBody0Rel().SetTargets(["/Gone"]),
     "/Hinge holds /Gone, which does not exist"),
    (lambda stage: UsdPhysics.CollisionAPI.Apply(UsdGeom.Mesh.Define(stage, "/Empty").GetPrim()), "/Empty.*no surface"),
])
def test_what_cannot_be_simulated_says_so(world, play, make, message):
    cube_at((0, 0, 5))
    make(world)
    with pytest.raises(rep.physics.PhysicsError, match=message):
        play(1)


def test_a_body_below_a_body_is_a_part_of_it(world, play, place, caplog):
    cube = cube_at((0, 0, 5))
    inner = UsdGeom.Xform.Define(world, "/Cube/Inner")
    inner.AddTranslateOp().Set(Gf.Vec3d(0, 0, 1))
    UsdPhysics.RigidBodyAPI.Apply(inner.GetPrim())
    play(6)
    assert "/Cube/Inner" in caplog.text
    assert place(inner.GetPrim()) - place(cube) == pytest.approx([0, 0, 1], abs=1e-4)


def test_without_newton_the_error_names_the_extra(world, play, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "newton", None)
    cube_at((0, 0, 5))
    with pytest.raises(rep.physics.PhysicsError, match=r"pip install scenewright\[physics\]"):
        play(1)


def test_a_stage_where_nothing_moves_needs_no_newton(world, play, floor, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "newton", None)
    floor(world)
    play(3)


def test_filtered_pairs_pass_through_each_other(world, play, place, floor):
    ground = floor(world)
    cube = cube_at((0, 0, 0.6))
    UsdPhysics.FilteredPairsAPI.Apply(cube).CreateFilteredPairsRel().AddTarget(ground.GetPath())
    play(60)
    assert place(cube)[2] < -2


def test_animated_bodies_are_kinematic_ones_that_follow_their_samples(world, play, place):
    paddle = UsdGeom.Cube.Define(world, "/Paddle")
    translate = paddle.AddTranslateOp()
    rate = world.GetTimeCodesPerSecond()
    translate.Set(Gf.Vec3d(0, 0, 0), Usd.TimeCode(0))
    translate.Set(Gf.Vec3d(6, 0, 0), Usd.TimeCode(2 * rate))
    UsdPhysics.CollisionAPI.Apply(paddle.GetPrim())
    UsdPhysics.RigidBodyAPI.Apply(paddle.GetPrim()).CreateKinematicEnabledAttr(True)
    ball = rep.functional.create.sphere(position=(2, 0, 0))
    rep.functional.physics.apply_rigid_body(ball, with_collider=True, disableGravity=True)
    play(60)
    assert place(ball)[0] > 1 + 3 + 0.5 - 0.05  # pushed: ahead of the paddle's face
    assert Sdf.Path("/Paddle.xformOp:translate") not in [spec.path for spec in world.GetSessionLayer().rootPrims]


def test_bodies_that_start_inside_each_other_do_not_spin_without_bounds(world, play):
    """Light boxes between heavy ones and balls that stand still: the solver alone turns them faster in every step."""
    rng = np.random.default_rng(5)
    boxes = []
    for index in range(60):
        size = rng.uniform(0.2, 0.6, 3) if index % 2 else rng.uniform(0.03, 0.1, 3)
        boxes.append(rep.functional.create.cube(name=f"Box{index}", position=tuple(rng.uniform(-0.4, 0.4, 3)),
                                                rotation=tuple(rng.uniform(0, 360, 3)), scale=tuple(size)))
    rep.functional.physics.apply_rigid_body(boxes, with_collider=True, disableGravity=True)
    balls = [rep.functional.create.sphere(name=f"Ball{i}", position=tuple(rng.uniform(-0.3, 0.3, 3))) for i in range(3)]
    rep.functional.physics.apply_collider(balls)
    fastest = 0.0
    for _ in range(6):
        play(1)
        spins = [UsdPhysics.RigidBodyAPI(box).GetAngularVelocityAttr().Get() for box in boxes]
        fastest = max(fastest, float(np.linalg.norm(np.radians(spins), axis=1).max()))
    assert 1.0 < fastest <= 100.001  # PhysX's default limit


@pytest.mark.parametrize(("count", "text"), [
    (1, "The rigid body /Body_0/Part lies below the rigid body /Body_0 and"),
    (3, "3 rigid bodies lie below other rigid bodies .* the first is /Body_0/Part, below /Body_0"),
])  # fmt: skip
def test_bodies_below_bodies_are_told_of_in_one_line(world, play, caplog, count, text):
    for number in range(count):
        outer = UsdGeom.Xform.Define(world, f"/Body_{number}")
        outer.AddTranslateOp().Set((3.0 * number, 0, 5))
        inner = UsdGeom.Cube.Define(world, f"/Body_{number}/Part").GetPrim()
        UsdPhysics.CollisionAPI.Apply(inner)
        for prim in (outer.GetPrim(), inner):
            UsdPhysics.RigidBodyAPI.Apply(prim)
    play(1)
    told = [record.getMessage() for record in caplog.records if "rigid bod" in record.getMessage()]
    assert len(told) == 1 and re.match(text, told[0])


def test_a_spin_that_float32_loses_is_mended_and_one_that_stays_lost_is_told():
    pytest.importorskip("newton")
    from scenewright.replicator.simulation.newton_world import NewtonWorld
    from scenewright.replicator.simulation.records import BodyRecord, PhysicsError, SceneRecord

    still, upright = np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0])
    bodies = [BodyRecord(f"/Body{index}", np.array([index * 9.0, 0.0, 0.0]), upright, still, still) for index in range(2)]
    world = NewtonWorld(SceneRecord(bodies, [], np.array([0.0, 0.0, -G])))
    world.step(1 / 60)
    height = world.poses()[0][:, 2]
    solve = world._solver.step

    def lose(now, after, *rest):
        solve(now, after, *rest)
        state = after.body_qd.numpy().copy()
        state[0, 3:] = np.nan
        after.body_qd.assign(state)

    world._solver.step = lose
    world.step(1 / 60)
    world._solver.step = solve
    world.step(1 / 60)
    assert np.isfinite(world.poses()[0]).all() and (world.poses()[0][:, 2] < height).all()
    world._solver.step = lose
    with pytest.raises(PhysicsError, match="/Body0 is not finite any more"):
        for _ in range(4):
            world.step(1 / 60)


@pytest.mark.verify
def test_a_hundred_hulls_of_real_meshes_fall_into_a_heap_that_stays_finite(world, play, floor):
    from tools.benchmark.variation import ASSETS

    floor(world)
    files = [file for file in sorted(ASSETS.glob("*/*.usda")) if file.stem not in ("backdrop", "table", "napkin", "vase")]
    rng, prims = np.random.default_rng(0), []
    for index in range(100):
        prim = UsdGeom.Xform.Define(world, f"/Body{index}")
        prim.GetPrim().GetReferences().AddReference(str(files[index % len(files)]))
        pose = UsdGeom.XformCommonAPI(prim)
        pose.SetTranslate(((index % 5 - 2) * 0.2, (index // 5 % 5 - 2) * 0.2, 0.2 + index // 25 * 0.15))
        pose.SetRotate(tuple(map(float, rng.uniform(0.0, 360.0, 3))))
        prims.append(prim.GetPrim())
    rep.functional.physics.apply_rigid_body(prims)
    rep.functional.physics.apply_collider(prims, "convexHull")
    play(90)
    cache = UsdGeom.XformCache()
    places = np.array([cache.GetLocalToWorldTransform(prim).ExtractTranslation() for prim in prims])
    assert np.isfinite(places).all() and np.abs(places).max() < 20.0 and places[:, 2].min() > -0.25
