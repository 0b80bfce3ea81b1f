"""The variation functions in recipes: by name, repeatable in any order, errors at their lines."""

import numpy as np
import pytest
from pxr import UsdGeom

from scenewright.sdg.recipe import RecipeError

HEAD = """
scenewright: {frames: 3, resolution: [16, 16]}
ground: {create.plane: {scale: 4, name: Ground}}
cam: {create.camera: {position: [5, 5, 5]}}
each: {trigger.on_frame: {}}
"""


def placed(session):
    prims = [prim for prim in session.stage.Traverse() if prim.IsA(UsdGeom.Mesh) and "Cube" in str(prim.GetPath())]
    cache = UsdGeom.XformCache()
    return np.array([cache.GetLocalToWorldTransform(prim) for prim in prims])[:, 3, :3]


def test_frames_are_the_same_in_any_order(open_session):
    session = open_session(HEAD + """
cubes: {create.cube: {count: 4, scale: 0.4, as_mesh: true}}
vary:
  with.each:
    with.cubes:
      randomizer.place_meshes: {surface_prims: ground, gap: 0.05}
      randomizer.displace: {amplitude: 0.05, wavelength: 0.3}
""")
    frames = [(session.apply(address), placed(session))[1] for address in session.addresses]
    again = [(session.apply(session.addresses[k]), placed(session))[1] for k in (2, 0, 1)]
    assert all(np.array_equal(frames[k], again[i]) for i, k in enumerate((2, 0, 1)))
    assert not np.allclose(frames[0], frames[1])
    assert np.allclose(frames[0][:, 2], 0.2, atol=0.06)


def test_scatter_settles_apart_and_turns_with_the_surface(open_session):
    session = open_session(HEAD + """
cubes: {create.cube: {count: 10, scale: 0.1, as_mesh: true}}
vary: {with.each: {with.cubes: {randomizer.scatter_poisson: {surface_prims: ground, radius: 0.6, align: 1.0, offset: 0.05}}}}
""")
    session.apply(session.addresses[1])
    points = placed(session)
    apart = np.linalg.norm(points[:, None] - points[None], axis=2) + 9 * np.eye(10)
    assert apart.min() >= 0.6 - 1e-5 and np.allclose(points[:, 2], 0.05, atol=1e-6)


def test_instances_of_hidden_prototypes_are_spread(open_session):
    session = open_session(HEAD + """
stone: {create.cube: {scale: 0.1, position: [0, 0, -5], as_mesh: true, visible: false}}
vary:
  with.each:
    many: {randomizer.scatter_instances: {prototypes: stone, surface_prims: ground, radius: 0.5, scale: [0.5, 2]}}
""")
    session.apply(session.addresses[0])
    instancer = UsdGeom.PointInstancer(next(p for p in session.stage.Traverse() if p.IsA(UsdGeom.PointInstancer)))
    assert len(instancer.GetPositionsAttr().Get()) > 0.7 * 16 / 0.5**2 * 1.1547
    bounds = UsdGeom.BBoxCache(0, ["default", "render"]).ComputeWorldBound(instancer.GetPrim()).ComputeAlignedRange()
    assert bounds.GetMax()[2] < 0.2 and bounds.GetMin()[2] > -0.2  # at the ground, not where the prototype stands
    assert bounds.GetMax()[0] == pytest.approx(2.0, abs=0.4)


def test_vary_draws_within_bounds(open_session):
    session = open_session(HEAD + """
cubes: {create.cube: {count: 6, as_mesh: true}}
vary:
  with.each:
    with.cubes:
      randomizer.vary: {position_low: [0, 0, 1], position_high: [1, 1, 1], scale_low: 0.1, scale_high: 0.2}
""")
    first = (session.apply(session.addresses[0]), placed(session))[1]
    session.apply(session.addresses[1])
    assert (first[:, 2] == 1.0).all() and not np.allclose(first, placed(session))
    session.apply(session.addresses[0])
    assert np.array_equal(first, placed(session))


def test_daylight_and_baked_materials(open_session):
    session = open_session(HEAD + """
looks: {randomizer.bake_materials: {kinds: [wood, metal], resolution: [64, 64]}}
sky: {with.each: {day: {randomizer.sun_sky: {time: "2025-06-21T12:00:00+02:00", latitude: 47, longitude: 8, width: 32,
  hours: {distribution.uniform: {lower: -2, upper: 4}}}}}}
paint: {with.ground: {randomizer.materials: {materials: looks}}}
""")
    values = session.apply(session.addresses[0])
    record = next(value for path, value in values.items() if path.endswith("randomizer.sun_sky"))
    sun = session.stage.GetPrimAtPath("/Replicator/SunSky/Sun")
    shines = UsdGeom.XformCache().GetLocalToWorldTransform(sun).TransformDir((0, 0, -1))
    assert -np.degrees(np.arcsin(shines[2])) == pytest.approx(record["elevation"], abs=0.1)
    assert np.degrees(np.arctan2(-shines[0], -shines[1])) % 360 == pytest.approx(record["azimuth"], abs=0.1)
    assert sun.GetAttribute("inputs:intensity").Get() == pytest.approx(record["sun_lux"])
    other = session.apply(session.addresses[1])
    assert next(v for p, v in other.items() if p.endswith("randomizer.sun_sky"))["time"] != record["time"]
    files = [prim.GetAttribute("inputs:diffuse_texture").Get() for prim in session.stage.Traverse()
             if prim.GetAttribute("inputs:diffuse_texture")]
    assert sum("wood_" in str(file) for file in files) == 1 and sum("metal_" in str(file) for file in files) == 1


@pytest.mark.parametrize(("block", "message"), [
    ("{with.cubes: {randomizer.place_meshes: {surface_prims: ground, gap: -1}}}", "'gap' is -1"),
    ("{with.cubes: {randomizer.place_meshes: {surface_prims: ground, when_full: maybe}}}", "'when_full' is 'maybe'"),
    ("{with.cubes: {randomizer.scatter_poisson: {surface_prims: ground, radius: 5}}}", "of 9 prims find a place 5 apart"),
    ("{randomizer.bake_materials: {kinds: marble}}", "there is no texture 'marble'"),
    ("{randomizer.sun_sky: {time: noon, latitude: 0, longitude: 0}}", "'time' is 'noon', which is no time"),
    ("{randomizer.sun_sky: {time: '2025-06-21T12:00:00', latitude: 0, longitude: 0}}", "has no zone"),
    ("{randomizer.sun_sky: {time: '2025-06-21T00:00:00Z', latitude: 0, longitude: 0}}", "it is night"),
    ("{with.cubes: {randomizer.vary: {scale_low: 1}}}", "'scale_low' and 'scale_high'"),
    ("{with.cam: {randomizer.displace: {amplitude: 1, wavelength: 1}}}", "there is no mesh"),
    ("{with.cubes: {randomizer.settle: {surface_prims: ground, engine: bullet}}}", "'engine' is 'bullet'"),
    ("{with.cubes: {randomizer.settle: {surface_prims: ground, seconds: 0}}}", "'seconds' is 0"),
    ("{with.cubes: {randomizer.scatter_poisson: {surface_prims: ground, radius: 0}}}", "'radius' is 0"),
    ("{with.cubes: {randomizer.scatter_poisson: {surface_prims: ground, radius: wide}}}", "'radius' needs a number"),
    ("{with.cubes: {randomizer.scatter_poisson: {surface_prims: ground, radius: .nan}}}", "'radius' needs a number"),
    ("{with.cubes: {randomizer.scatter_poisson: {surface_prims: /Gone, radius: 1}}}", "there is no prim '/Gone'"),
    ("{with.cubes: {randomizer.scatter_poisson: {surface_prims: cam, radius: 1}}}", "no mesh or shape at or below"),
    ("{with.cubes: {randomizer.displace: {amplitude: 0.1, wavelength: 0}}}", "'wavelength' is 0"),
    ("{with.cubes: {randomizer.vary: {position_low: [1, 1, 1], position_high: [0, 0, 0]}}}", "the lowest comes first"),
    ("{with.cubes: {randomizer.vary: {}}}", "nothing is to be varied"),
    ("{randomizer.sun_sky: {time: '2025-06-21T12:00:00Z', latitude: 95, longitude: 0}}", "'latitude' is 95"),
])
def test_what_is_wrong_is_said_at_its_line(open_session, block, message):
    text = HEAD + "cubes: {create.cube: {count: 9, scale: 0.3, as_mesh: true}}\nvary: {with.each: " + block + "}\n"
    if "bake_materials" in block:
        text = HEAD + "vary: " + block + "\n"
    with pytest.raises(RecipeError, match=message) as caught:
        open_session(text)
    assert "recipe.yaml:" in str(caught.value)


def test_more_than_fits_is_an_error_or_hidden(open_session, caplog):
    crowd = HEAD + "cubes: {create.cube: {count: 8, scale: 1.9, as_mesh: true}}\n"
    call = "vary: {with.each: {with.cubes: {randomizer.place_meshes: {surface_prims: ground, attempts: 100%s}}}}\n"
    with pytest.raises(RecipeError, match=r"of 8 objects were placed; in the way of the others stood"):
        open_session(crowd + call % "")
    session = open_session(crowd + call % ", when_full: hide")
    session.apply(session.addresses[0])
    shown = [prim for prim in session.stage.Traverse() if prim.IsA(UsdGeom.Mesh) and "Cube" in str(prim.GetPath())
             and UsdGeom.Imageable(prim).ComputeVisibility() != "invisible"]
    assert 1 <= len(shown) <= 4 and "The others are hidden" in caplog.text


@pytest.mark.verify
def test_things_settle(open_session):
    pytest.importorskip("newton", reason="the extra [physics]")
    session = open_session(HEAD.replace("frames: 3", "frames: 1") + """
cubes: {create.cube: {count: 3, scale: [0.2, 0.2, 0.1], as_mesh: true}}
vary: {with.each: {with.cubes: {randomizer.settle: {surface_prims: ground}}}}
""")
    session.apply(session.addresses[0])
    assert (placed(session)[:, 2] > 0.04).all() and (placed(session)[:, 2] < 0.25).all()


@pytest.mark.verify
def test_things_settle_by_the_physics_of_the_application(open_session):
    pytest.importorskip("newton", reason="what simulates here; PhysX does in Kit")
    session = open_session("""
scenewright: {frames: 2, resolution: [16, 16]}
ground: {create.cube: {scale: [4, 4, 0.2], position: [0, 0, -0.1], name: Ground}}
cam: {create.camera: {position: [5, 5, 5]}}
each: {trigger.on_frame: {}}
cubes: {create.cube: {count: 4, scale: 0.3, as_mesh: true}}
vary: {with.each: {with.cubes: {randomizer.settle: {surface_prims: ground, engine: host, seconds: 1.5, when_rejected: hide}}}}
""")
    frames = [(session.apply(address), placed(session))[1] for address in session.addresses]
    assert np.allclose([rows[:, 2] for rows in frames], 0.15, atol=0.004) and not np.allclose(*frames)
    session.apply(session.addresses[0])
    assert np.array_equal(placed(session), frames[0])
