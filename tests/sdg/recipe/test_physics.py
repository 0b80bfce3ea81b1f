"""Recipes whose timeline plays: bodies fall as they should, and a frame alone equals that frame of a run."""

import numpy as np
import pytest
from pxr import UsdGeom, UsdPhysics

pytest.importorskip("newton")

FALL = """
    scenewright: {resolution: [32, 24]}
    ball: {create.sphere: {name: ball, scale: 0.1, count: 2}}
    eye: {create.camera: {position: [0, -9, 2]}}
    beat: {trigger.on_time: {interval: 0.1, max_execs: 3, rt_subframes: 1}}
    slow: {trigger.on_frame: {interval: 4}}
    go:
      with.beat:
        with.ball:
          modify.pose: {position: {distribution.uniform: {lower: [-1, -1, 5], upper: [1, 1, 6]}}}
          physics.rigid_body: {velocity: {distribution.uniform: {lower: [1, 0, 0], upper: [2, 0, 0]}}}
    tint: {with.slow: {with.ball: {randomizer.color: {colors: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}}}}
"""
PLACES = "go/with.beat/with.ball/modify.pose/position/distribution.uniform"
SPEEDS = "go/with.beat/with.ball/physics.rigid_body/velocity/distribution.uniform"


def positions(session, *paths):
    cache = UsdGeom.XformCache()
    return np.array([cache.GetLocalToWorldTransform(session.stage.GetPrimAtPath(path)).ExtractTranslation() for path in paths])


def balls(session):
    return positions(session, "/Replicator/ball", "/Replicator/ball_01")


def test_bodies_fall_freely_from_each_firing_on(open_session):
    session = open_session(FALL)
    assert [(a.sequence, a.step) for a in session.addresses][5:8] == [(0, 5), (1, 0), (1, 1)] and len(session.addresses) == 18
    for address in session.addresses:
        values, seconds = session.apply(address), address.step / 60.0
        start, speed = np.array(values[PLACES]), np.array(values[SPEEDS])
        expected = start + speed * seconds + [0.0, 0.0, -0.5 * 9.81 * seconds**2]
        # XPBD integrates semi-implicitly in quarter steps: it falls ahead by half of one such step.
        assert np.abs(balls(session) - expected).max() < 9.81 * seconds / 240.0 + 1e-5


def test_any_order_shows_the_same(open_session):
    run = open_session(FALL)
    in_order = [(run.apply(address), balls(run).tobytes()) for address in run.addresses]
    for index in (17, 3, 4, 4, 11, 0, 5, 16):
        assert (run.apply(run.addresses[index]), balls(run).tobytes()) == in_order[index]
    alone = open_session(FALL)
    assert (alone.apply(alone.addresses[10]), balls(alone).tobytes()) == in_order[10]


def test_sequences_start_afresh_and_play(open_session):
    text = FALL.replace("resolution", "play: true, frames: {sequences: 2, steps: 4}, resolution").replace(
        "trigger.on_time: {interval: 0.1, max_execs: 3, rt_subframes: 1}", "trigger.on_frame: {max_execs: 1}"
    )
    session = open_session(text)
    heights = []
    for address in session.addresses:
        session.apply(address)
        heights.append(balls(session)[0, 2])
    assert np.all(np.diff(heights[:4]) < 0.0) and np.all(np.diff(heights[4:]) < 0.0) and heights[4] > 5.0
    assert heights[0] != heights[4]


def test_simulate_lets_bodies_settle_within_a_frame(open_session):
    session = open_session(
        """
        scenewright: {frames: 3, resolution: [32, 24]}
        floor: {create.plane: {scale: 10}}
        hard: {with.floor: {physics.collider: {approximation_shape: none}}}
        box: {create.cube: {name: box, scale: 0.5}}
        eye: {create.camera: {position: [0, -9, 2]}}
        each: {trigger.on_frame: null}
        go:
          with.each:
            with.box:
              modify.pose: {position: {distribution.uniform: {lower: [-1, -1, 0.4], upper: [1, 1, 0.6]}}}
              physics.rigid_body: null
              physics.mass: {mass: {distribution.uniform: {lower: 1, upper: 5}}, center_of_mass: [0, 0, 0.05]}
              physics.physics_material: {dynamic_friction: 0.8, restitution: 0}
            physics.simulate: {duration: 1.5}
        """
    )
    seen = [session.apply(address) and positions(session, "/Replicator/box") for address in session.addresses]
    again = [session.apply(address) and positions(session, "/Replicator/box") for address in reversed(session.addresses)]
    assert np.array_equal(seen, again[::-1])
    assert np.allclose(np.array(seen)[:, 0, 2], 0.25, atol=0.01)
    box = session.stage.GetPrimAtPath("/Replicator/box")
    assert 1.0 <= UsdPhysics.MassAPI(box).GetMassAttr().Get() <= 5.0
    material = session.stage.GetPrimAtPath("/Replicator/PhysicsMaterials/box")
    assert UsdPhysics.MaterialAPI(material).GetDynamicFrictionAttr().Get() == pytest.approx(0.8)


def test_drives_and_what_cannot_be_simulated(open_session, write_usd):
    from scenewright.sdg.recipe import RecipeError

    scene = write_usd(
        "door.usda",
        """def Xform "Frame" {}
        def Xform "Door" (prepend apiSchemas = ["PhysicsRigidBodyAPI"]) {}
        def PhysicsRevoluteJoint "Hinge" { rel physics:body0 = </Frame>
            rel physics:body1 = </Door> }
        def Camera "Eye" {}
        """,
    )
    text = f"""scenewright: {{scene: {scene}, frames: 2}}
hinge: {{physics.drive_properties: {{input_prims: /Hinge, stiffness: 3}}}}
t: {{trigger.on_frame: null}}
"""
    session = open_session(text)
    drive = UsdPhysics.DriveAPI.Get(session.stage.GetPrimAtPath("/Hinge"), "angular")
    assert drive.GetStiffnessAttr().Get() == 3.0 and drive.GetDampingAttr().Get() == 0.0
    with pytest.raises(RecipeError, match=r":2:\d+: `physics.drive_properties`: /Door .*is no revolute"):
        open_session(text.replace("/Hinge", "/Door"))
    with pytest.raises(RecipeError, match=r":4:\d+: frame 0.*'duration' is -"):
        open_session(text + "go: {with.t: {physics.simulate: {duration: {distribution.uniform: {lower: -2, upper: -1}}}}}\n")
