"""``rep.physics`` in graphs, and triggers that go by simulated time."""

import numpy as np
import omni.replicator.core as rep
import omni.timeline
import pytest
from omni.kit.app import get_app
from pxr import UsdGeom, UsdPhysics, UsdShade

from scenewright.host.stage_context import get_context


@pytest.fixture
def stage():
    """A new stage without a renderer in sight: frames of a product that nobody looks at cost nothing."""
    get_context().new_stage()
    before = rep.orchestrator.get_status()
    yield get_context().get_stage()
    timeline = omni.timeline.get_timeline_interface()
    timeline.stop()
    timeline.commit()
    rep.orchestrator.stop()
    rep.orchestrator.set_capture_on_play(True)
    get_context().close_stage()
    assert before is rep.orchestrator.Status.STOPPED


def recorder(stage, trigger=None):
    """Attach a writer that keeps what it was told about triggers, and the time."""

    class Record(rep.Writer):
        def __init__(self):
            self.frames = []
            self.annotators = ["ReferenceTime"]

        def write(self, data):
            self.frames.append((dict(data["trigger_outputs"]), data["reference_time"]))

    writer = Record()
    product = rep.create.render_product(rep.create.camera(), (4, 4))
    writer.attach(product, **({} if trigger is None else {"trigger": trigger}))
    return writer


def test_rigid_body_adds_schemas_velocities_and_a_collider(stage):
    with rep.create.cube(count=3) as cubes:
        rep.physics.rigid_body(velocity=rep.distribution.uniform((0, 0, 1), (0, 0, 2)), angular_velocity=(0, 0, 90))
    rep.orchestrator.step(delta_time=0.0)
    found = cubes.get_prims()
    speeds = np.array([UsdPhysics.RigidBodyAPI(prim).GetVelocityAttr().Get() for prim in found])
    assert (speeds[:, 2] >= 1).all() and (speeds[:, 2] <= 2).all() and len(set(speeds[:, 2])) == 3
    for prim in found:
        assert prim.HasAPI(UsdPhysics.RigidBodyAPI)
        below = [child for child in prim.GetAllChildren() if child.HasAPI(UsdPhysics.CollisionAPI)]
        assert [UsdPhysics.MeshCollisionAPI(child).GetApproximationAttr().Get() for child in below] == ["convexHull"]
        assert tuple(UsdPhysics.RigidBodyAPI(prim).GetAngularVelocityAttr().Get())[2] == 90


def test_an_existing_collider_is_left_alone(stage):
    with rep.create.cube() as cube:
        rep.physics.collider("boundingCube", rest_offset=0.01)
        rep.physics.rigid_body()
    shape = cube.get_prims()[0].GetAllChildren()[0]
    assert UsdPhysics.MeshCollisionAPI(shape).GetApproximationAttr().Get() == "boundingCube"
    assert shape.GetAttribute("physxCollision:restOffset").Get() == pytest.approx(0.01)


def test_mass_and_material(stage):
    with rep.create.sphere(count=2) as spheres:
        rep.physics.mass(mass=rep.distribution.sequence([2.0, 3.0]), center_of_mass=(0, 0, 0.1), principal_axes=(1, 0, 0, 0))
        rep.physics.physics_material(static_friction=0.4, dynamic_friction=0.3, restitution=0.2)
    rep.orchestrator.step(delta_time=0.0)
    for prim in spheres.get_prims():
        assert UsdPhysics.MassAPI(prim).GetMassAttr().Get() == 2.0
        assert tuple(UsdPhysics.MassAPI(prim).GetCenterOfMassAttr().Get()) == pytest.approx((0, 0, 0.1))
        bound, _ = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial("physics")
        material = UsdPhysics.MaterialAPI(bound.GetPrim())
        assert material.GetStaticFrictionAttr().Get() == pytest.approx(0.4)
        assert material.GetDynamicFrictionAttr().Get() == pytest.approx(0.3)
        assert material.GetRestitutionAttr().Get() == pytest.approx(0.2)


def test_drives_of_joints(stage):
    joint = UsdPhysics.RevoluteJoint.Define(stage, "/Hinge")
    rep.physics.drive_properties(stiffness=5.0, damping=0.5, input_prims="/Hinge")
    drive = UsdPhysics.DriveAPI(joint.GetPrim(), "angular")
    assert (drive.GetStiffnessAttr().Get(), drive.GetDampingAttr().Get()) == (5.0, 0.5)
    UsdGeom.Xform.Define(stage, "/NoJoint")
    with pytest.raises(rep.orchestrator.OrchestratorError, match="/NoJoint"):
        rep.physics.drive_properties(input_prims="/NoJoint")


def test_unknown_shapes_are_refused(stage):
    with rep.create.cube(), pytest.raises(ValueError, match="convexHull"):
        rep.physics.collider("convexhull")


def test_simulate_lets_things_fall_inside_the_graph(stage):
    pytest.importorskip("newton")
    with rep.create.cube(position=(0, 0, 5)) as cube:
        rep.physics.rigid_body()
    with rep.trigger.on_frame():
        rep.physics.simulate(0.5)
    rep.orchestrator.step(delta_time=0.0)
    height = UsdGeom.XformCache().GetLocalToWorldTransform(cube.get_prims()[0]).ExtractTranslation()[2]
    assert height == pytest.approx(5 - 0.5 * 9.81 * 0.25, abs=0.02)
    assert omni.timeline.get_timeline_interface().get_current_time() == 0.0


def test_on_time_fires_by_simulated_time_and_numbers_its_sequences(stage):
    writer = recorder(stage)
    with rep.trigger.on_time(interval=0.1, num=3, rt_subframes=1):
        cube = rep.create.cube(position=rep.distribution.sequence([(k, 0, 0) for k in range(3)]))
    assert cube is not None
    rep.orchestrator.run_until_complete()
    assert [frame[0]["on_time"] for frame in writer.frames] == [*[0] * 6, *[1] * 6, *[2] * 6]  # 60 frames a second
    times = np.array([n / d for _, (n, d) in writer.frames])
    assert np.diff(times) == pytest.approx(1 / 60, abs=1e-5)
    assert rep.orchestrator.get_is_stopped()


def test_on_time_restarts_with_the_run_and_ends_with_the_smaller_limit(stage):
    writer = recorder(stage)
    with rep.trigger.on_time(interval=0.05, max_execs=2):
        rep.create.cube(position=rep.distribution.uniform((0, 0, 0), (1, 1, 1)))
    rep.orchestrator.run_until_complete()
    rep.orchestrator.run_until_complete(num_frames=4)
    assert [frame[0]["on_time"] for frame in writer.frames] == [0, 0, 0, 1, 1, 1, 0, 0, 0, 1]


def test_on_time_with_steps_and_its_own_writer(stage):
    trigger = rep.trigger.on_time(interval=0.5)
    writer = recorder(stage, trigger)
    fired = []
    for step in range(7):
        rep.orchestrator.step(delta_time=0.25)
        if len(writer.frames) > len(fired):
            fired.append(step)
    assert fired == [0, 2, 4, 6]


def test_capture_on_play_ends_with_the_last_sequence(stage):
    writer = recorder(stage)
    rep.orchestrator.set_capture_on_play(False)
    with rep.trigger.on_time(interval=0.05, num=1):
        rep.create.cube()
    omni.timeline.get_timeline_interface().play()
    for _ in range(8):
        get_app().update()
    assert len(writer.frames) == 3


def test_every_sequence_begins_at_rest_unless_told_otherwise(stage):
    pytest.importorskip("newton")
    for reset, last in ((True, 5 - 0.5 * 9.81 * (5 / 60) ** 2), (False, 5 - 0.5 * 9.81 * (12 / 60) ** 2)):
        get_context().new_stage()
        with rep.create.cube(position=(0, 0, 5)) as cube:
            rep.physics.rigid_body()
        recorder(get_context().get_stage())
        with rep.trigger.on_time(interval=0.1, num=2, reset_physics=reset), rep.create.sphere():
            rep.modify.pose(position=rep.distribution.uniform((3, 0, 0), (4, 0, 0)))
        rep.orchestrator.run(num_frames=12)
        heights = []
        while not rep.orchestrator.get_is_stopped():
            get_app().update()
            heights.append(UsdGeom.XformCache().GetLocalToWorldTransform(cube.get_prims()[0]).ExtractTranslation()[2])
        assert heights[11] == pytest.approx(last, abs=0.01)


def test_on_condition_is_asked_each_frame(stage):
    asked = []

    def every_third():
        asked.append(len(asked))
        return asked[-1] % 3 == 0

    trigger = rep.trigger.on_condition(every_third, max_execs=2)
    writer = recorder(stage, trigger)
    with trigger:
        rep.create.cube(position=rep.distribution.uniform((0, 0, 0), (1, 1, 1)))
    for _ in range(8):
        rep.orchestrator.step()
    assert [frame[0] for frame in writer.frames] == [{"on_condition": 0}, {"on_condition": 1}]
    assert len(asked) == 4  # not asked any more once exhausted


def test_conditions_that_fail_and_that_are_none(stage):
    def broken():
        raise KeyError("speed")

    with pytest.raises(TypeError, match="function"):
        rep.trigger.on_condition(True)
    with rep.trigger.on_condition(broken):
        rep.create.cube()
    with pytest.raises(rep.orchestrator.OrchestratorError, match=r"broken.*KeyError"):
        rep.orchestrator.step()


@pytest.mark.parametrize(("arguments", "message"), [({"interval": 0}, "interval"), ({"num": -1}, "num"),
                                                    ({"max_execs": 1.5}, "max_execs")])
def test_on_time_refuses_numbers_out_of_range(stage, arguments, message):
    with pytest.raises(ValueError, match=message):
        rep.trigger.on_time(**arguments)


def test_keys_need_a_window(stage):
    with pytest.raises(NotImplementedError, match="window"):
        rep.trigger.on_key_press("A")
