"""What scripts of Isaac Sim import for physics: rigid prims, ground planes, SimulationManager, step events."""

import numpy as np
import omni.physics.core
import omni.replicator.core as rep
import omni.usd
import pytest
from carb.eventdispatcher import get_eventdispatcher
from isaacsim.core.experimental.objects import GroundPlane
from isaacsim.core.experimental.prims import GeomPrim, RigidPrim, XformPrim
from isaacsim.core.simulation_manager import SimulationManager
from pxr import Gf, PhysicsSchemaTools, UsdGeom, UsdPhysics


def test_poses_of_many_prims_in_world_and_parent(world):
    parent = UsdGeom.Xform.Define(world, "/Env")
    parent.AddTranslateOp().Set(Gf.Vec3d(10, 0, 0))
    for index in range(3):
        UsdGeom.Cube.Define(world, f"/Env/Box_{index}").AddScaleOp().Set(Gf.Vec3f(2, 2, 2))
    boxes = XformPrim("/Env/Box_.*")
    assert len(boxes) == 3
    half = np.sqrt(0.5)
    boxes.set_world_poses([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [half, 0, 0, half])
    positions, turns = boxes.get_world_poses()
    assert positions.numpy() == pytest.approx(np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]]))
    assert turns.numpy() == pytest.approx(np.tile([half, 0, 0, half], (3, 1)))
    assert boxes.get_local_poses(indices=[1])[0].numpy() == pytest.approx(np.array([[-6, 5, 6]]))
    assert boxes.get_local_scales().numpy() == pytest.approx(np.full((3, 3), 2.0))
    with pytest.raises(ValueError, match="/Nothing"):
        XformPrim("/Nothing")


def test_rigid_prims_fall_onto_a_ground_plane_step_by_step(world):
    ground = GroundPlane("/World/Ground", positions=(0, 0, 1))
    assert world.GetPrimAtPath("/World/Ground") == ground.prims[0]
    UsdGeom.Cube.Define(world, "/World/Box").CreateSizeAttr(1.0)
    geometry = GeomPrim("/World/Box", apply_collision_apis=True, positions=(0, 0, 3))
    assert geometry.prims[0].HasAPI(UsdPhysics.CollisionAPI)
    box = RigidPrim("/World/Box", masses=0.5)
    assert box.get_masses().numpy() == pytest.approx(0.5)
    SimulationManager.initialize_physics()
    heard = []
    subscription = omni.physics.core.get_physics_simulation_interface().subscribe_physics_on_step_events(
        on_update=lambda dt, context: heard.append(dt))
    SimulationManager.step(steps=6)
    subscription.unsubscribe()
    assert heard == pytest.approx([1 / 60] * 6)
    assert box.get_velocities()[0].numpy()[0] == pytest.approx([0, 0, -0.981], abs=1e-3)
    SimulationManager.step(steps=80)
    assert box.get_world_poses()[0].numpy()[0] == pytest.approx([0, 0, 1.5], abs=1e-3)
    box.set_velocities(linear_velocities=(0, 0, 3), angular_velocities=(0, 0, np.pi))
    SimulationManager.step()
    assert box.get_velocities()[0].numpy()[0, 2] == pytest.approx(3 - 9.81 / 60, abs=1e-2)
    assert box.get_velocities()[1].numpy()[0, 2] == pytest.approx(np.pi, rel=0.01)
    SimulationManager.invalidate_physics()
    assert box.get_world_poses()[0].numpy()[0] == pytest.approx([0, 0, 3])


def test_a_push_from_a_step_event_counts(world):
    cube = rep.functional.create.cube(position=(0, 0, 2))
    rep.functional.physics.apply_rigid_body(cube, with_collider=True)
    heights = []

    def bounce(dt, context):
        heights.append(UsdGeom.XformCache().GetLocalToWorldTransform(cube).ExtractTranslation()[2])
        if len(heights) == 10:
            cube.GetAttribute("physics:velocity").Set(Gf.Vec3f(0, 0, 5))

    subscription = omni.physics.core.get_physics_simulation_interface().subscribe_physics_on_step_events(on_update=bounce)
    SimulationManager.step(steps=20)
    subscription.unsubscribe()
    assert np.diff(heights[:10]).max() < 0
    assert heights[10] - heights[9] == pytest.approx(5 / 60, abs=5e-3)


def test_the_duration_of_a_step(world):
    assert SimulationManager.get_physics_dt() == pytest.approx(1 / 60)
    SimulationManager.set_physics_dt(1 / 90)
    assert SimulationManager.get_physics_dt() == pytest.approx(1 / 90)
    rep.settings.set_physx_timestep(1 / 120)
    assert rep.settings.get_physx_timestep() == pytest.approx(1 / 120)
    with pytest.raises(ValueError, match="positive"):
        SimulationManager.set_physics_dt(0)
    with pytest.raises(ValueError, match="positive"):
        rep.settings.set_physx_timestep(-1)


def test_rendered_frames_are_told(world):
    rep.functional.create.sphere()
    product = rep.create.render_product(rep.functional.create.camera(position=(3, 0, 0), look_at=(0, 0, 0)), (4, 4))
    annotator = rep.annotators.get("distance_to_camera")
    annotator.attach(product)
    told = []
    name = omni.usd.get_context().stage_rendering_event_name(omni.usd.StageRenderingEventType.NEW_FRAME, True)
    guard = get_eventdispatcher().observe_event(event_name=name, on_event=told.append)
    rep.orchestrator.step()
    rep.orchestrator.step()
    guard.reset()
    assert len(told) == 2
    rep.orchestrator.stop()


def test_forces_act_for_one_step(world, play):
    """A force of F for one step of h changes the velocity by F h / m; off the centre it turns the body as well."""
    from omni.physx import get_physx_simulation_interface

    UsdPhysics.Scene.Define(world, "/Scene").CreateGravityMagnitudeAttr(0.0)
    boxes = [rep.functional.create.cube(name=f"Box{i}", position=(5.0 * i, 0, 0)) for i in range(3)]
    rep.functional.physics.apply_rigid_body(boxes, with_collider=True, mass=2.0, angularDamping=0.0)
    play(1)
    interface = get_physx_simulation_interface()
    interface.apply_force_at_pos(0, PhysicsSchemaTools.sdfPathToInt(boxes[0].GetPath()), (60.0, 0, 0), (0.0, 0, 0))
    interface.apply_force_at_pos(0, str(boxes[1].GetPath()), (0, 0, 1.0), (5.5, 0, 0), "Impulse")
    interface.apply_torque(0, boxes[2].GetPath(), (0, 0, 20.0))
    play(2)
    speeds = [np.array(UsdPhysics.RigidBodyAPI(box).GetVelocityAttr().Get()) for box in boxes]
    spins = [np.radians(UsdPhysics.RigidBodyAPI(box).GetAngularVelocityAttr().Get()) for box in boxes]
    inertia = 2.0 / 6.0  # of a cube of edge 1
    np.testing.assert_allclose(speeds, [(0.5, 0, 0), (0, 0, 0.5), (0, 0, 0)], atol=0.01)
    np.testing.assert_allclose(spins, [(0, 0, 0), (0, -0.5 / inertia, 0), (0, 0, 20.0 / 60.0 / inertia)], atol=0.03)
    with pytest.raises(ValueError, match="no moving rigid body at '/Nothing'"):
        interface.apply_force_at_pos(0, "/Nothing", (1, 0, 0), (0, 0, 0))
    with pytest.raises(ValueError, match="'Force' or 'Impulse'"):
        interface.apply_torque(0, boxes[0].GetPath(), (1, 0, 0), "Velocity")
