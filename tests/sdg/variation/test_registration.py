"""Variation from scripts: randomizers by name that play through Replicator's own nodes, and the augmentation."""

import subprocess
import sys

import numpy as np
import omni.replicator.core as rep
import omni.usd
import pytest
from pxr import UsdGeom

from scenewright.sdg.recipe.variation import VARIATION
from scenewright.sdg.recipe.variation_functions import VARIATION_ROWS
from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.registration import AUGMENTATION, NAMES, register_variation


@pytest.fixture
def scene():
    """Return a ground plane and five cubes on a new stage, with the functions registered."""
    omni.usd.get_context().new_stage()
    register_variation()
    yield rep.create.plane(scale=4), rep.create.cube(count=5, scale=0.3, as_mesh=True)
    omni.usd.get_context().close_stage()


def positions(cubes):
    return np.array([prim.GetAttribute("xformOp:translate").Get() for prim in cubes.get_output_prims()["prims"]])


def test_names_are_randomizers_and_play_their_arrangements_in_turn(scene):
    ground, cubes = scene
    assert all(hasattr(rep.randomizer, name) for name in NAMES)
    with rep.trigger.on_frame():
        rep.randomizer.place_meshes(cubes, ground, executions=2, gap=0.05, seed=3)
    rep.create.render_product(rep.create.camera(), (8, 8))
    seen = []
    for _ in range(3):
        rep.orchestrator.step()
        seen.append(positions(cubes))
    assert not np.allclose(seen[0], seen[1]) and np.allclose(seen[0], seen[2])
    assert np.allclose(seen[0][:, 2], 0.15, atol=1e-5)


def test_scatter_takes_paths_and_tells_too_few_places(scene):
    ground, cubes = scene
    paths = [str(prim.GetPath()) for prim in cubes.get_output_prims()["prims"]]
    with rep.trigger.on_frame():
        rep.randomizer.scatter_poisson(paths, ground, executions=1, radius=0.8)
    rep.orchestrator.preview()
    apart = np.linalg.norm(positions(cubes)[:, None] - positions(cubes)[None], axis=2) + 9 * np.eye(5)
    assert apart.min() >= 0.8 - 1e-5
    with pytest.raises(VariationError, match=r"of 5 prims find a place 9 apart"):
        rep.randomizer.scatter_poisson(paths, ground, executions=1, radius=9.0)
    with pytest.raises(VariationError, match="no prim '/Nowhere'"):
        rep.randomizer.scatter_poisson("/Nowhere", ground, radius=1.0)
    with pytest.raises(VariationError, match="'executions'"):
        rep.randomizer.scatter_poisson(paths, ground, executions=0, radius=0.5)


def test_more_than_fits_is_an_error_that_says_what_stood_in_the_way(scene):
    ground, _ = scene
    crowd = rep.create.cube(count=8, scale=1.9, as_mesh=True)
    with pytest.raises(VariationError, match=r"of 8 objects were placed; in the way of the others stood"):
        rep.randomizer.place_meshes(crowd, ground, executions=1, attempts=100)


def test_bakes_are_files_that_differ(scene):
    files = rep.randomizer.bake_textures("wood", count=2, resolution=64)
    assert len(set(files)) == 2 and all(file.endswith("_color.png") for file in files)


def test_the_augmentation_has_a_name():
    register_variation()
    augmentation = rep.annotators.get_augmentation(AUGMENTATION)
    picture = np.full((32, 32, 4), 128, np.uint8)
    first, second = (augmentation.apply(picture, photons=200.0, key=(frame,)) for frame in (0, 1))
    assert not np.array_equal(first, second) and np.array_equal(first, augmentation.apply(picture, photons=200.0, key=(0,)))


def test_vary_plays_poses_scales_and_colours_of_each_prim(scene):
    _, cubes = scene
    with rep.trigger.on_frame():
        ranges = {"position": ([-1] * 3, [1] * 3), "scale": ([0.5] * 3, [2] * 3), "color": ([0] * 3, [1] * 3)}
        rep.randomizer.vary(cubes, executions=2, **ranges)
    rep.create.render_product(rep.create.camera(), (8, 8))
    prims, seen = cubes.get_output_prims()["prims"], []
    for _ in range(3):
        rep.orchestrator.step()
        shapes = [next((child for child in prim.GetChildren() if child.IsA(UsdGeom.Gprim)), prim) for prim in prims]
        colors = [shape.GetAttribute("primvars:displayColor").Get()[0] for shape in shapes]
        scales = [prim.GetAttribute("xformOp:scale").Get() for prim in prims]
        seen.append(np.concatenate([positions(cubes), np.array(scales), np.array(colors)], axis=1))
    assert np.allclose(seen[0], seen[2]) and (np.abs(seen[0] - seen[1]).max(axis=0) > 1e-3).all()
    assert len(np.unique(seen[0].round(6), axis=0)) == 5  # each prim its own
    assert (np.abs(seen[0][:, :3]) <= 1.0).all() and (seen[0][:, 3:6] >= 0.5).all()
    assert np.ptp(seen[0][:, 3:6], axis=1).max() < 1e-6  # one scale for all axes


def test_displace_moves_points_once_and_keeps_the_rest(scene):
    _, cubes = scene
    meshes = rep.randomizer.displace(cubes, amplitude=0.1, wavelength=0.7, seed=1)
    assert len(meshes) == 5
    points = [np.array(mesh.GetAttribute("points").Get()) for mesh in meshes]
    assert not np.allclose(points[0], points[1]) and np.abs(np.abs(points[0]) - 0.5).max() > 1e-3
    assert np.abs(points[0]).max() <= 0.5 + 0.2
    assert np.allclose(meshes[0].GetAttribute("extent").Get()[1], points[0].max(axis=0))
    with pytest.raises(VariationError, match="'amplitude' is None"):
        rep.randomizer.displace(cubes, wavelength=1.0)


def test_sun_and_sky_play_times_of_day(scene):
    with rep.trigger.on_frame():
        rep.randomizer.sun_sky("2025-06-21T08:00:00+02:00", 47.4, 8.5, hours=(0, 8), executions=2, width=32)
    rep.create.render_product(rep.create.camera(), (8, 8))
    stage, seen = omni.usd.get_context().get_stage(), []
    for _ in range(3):
        rep.orchestrator.step()
        sun, sky = (stage.GetPrimAtPath(f"/Replicator/SunSky/{name}") for name in ("Sun", "Sky"))
        seen.append((sun.GetAttribute("inputs:intensity").Get(), sky.GetAttribute("inputs:texture:file").Get().path,
                     tuple(sun.GetAttribute("xformOp:rotateXYZ").Get())))  # fmt: skip
    assert seen[0] == seen[2] and all(first != second for first, second in zip(seen[0], seen[1], strict=True))
    assert all(1e4 < lux < 133_100 for lux, _, _ in seen)


BAD = {
    "scatter_poisson": [({"radius": 0.0}, "'radius'"), ({"radius": -1.0}, "'radius'"), ({"radius": "wide"}, "'radius'"),
                        ({"radius": float("nan")}, "'radius'"), ({"radius": 0.2, "slope": (80, 90)}, "slope from 80 to 90"),
                        ({"radius": 0.2, "exclude": "floor"}, "points that fit lie in what is excluded")],
    "place_meshes": [({"gap": float("nan")}, "'gap'"), ({"yaw": ("a", "b")}, "'yaw'"), ({"attempts": 0}, "'attempts'"),
                     ({"yaw": (90, 10)}, "the lowest comes first")],
    "settle": [({"friction": "rough"}, "'friction'"), ({"seconds": float("nan")}, "'seconds'")],
    "vary": [({}, "nothing is to be varied"), ({"position": ([0] * 3, [float("nan")] * 3)}, "'position'"),
             ({"position": ([1] * 3, [0] * 3)}, "the lowest comes first"), ({"scale": ("a", "b")}, "'scale'"),
             ({"position": 3.0}, "'position'"), ({"size": ([0] * 3, [1] * 3)}, "no 'size'")],
    "displace": [({"amplitude": "a", "wavelength": 1.0}, "'amplitude'"),
                 ({"amplitude": 0.1, "wavelength": 0.0}, "'wavelength'"),
                 ({"amplitude": 0.1, "wavelength": 1.0, "octaves": 0}, "'octaves'")],
}  # fmt: skip


@pytest.mark.parametrize(("name", "options", "message"),
                         [(name, *case) for name, cases in BAD.items() for case in cases])  # fmt: skip
def test_what_cannot_be_done_is_told_by_name(scene, name, options, message):
    ground, cubes = scene
    surfaces = (ground,) if name in ("scatter_poisson", "place_meshes", "settle") else ()
    if options.get("exclude"):
        shell = rep.create.cube(scale=9)  # closed, around everything
        options = {**options, "exclude": shell}
    with pytest.raises(VariationError, match=message):
        getattr(rep.randomizer, name)(cubes, *surfaces, **options)


@pytest.mark.parametrize("name", ["scatter_poisson", "place_meshes", "settle", "vary", "displace"])
def test_paths_that_lead_nowhere_are_told(scene, name):
    ground, cubes = scene
    surfaces = (ground,) if name in ("scatter_poisson", "place_meshes", "settle") else ()
    for prims, message in (("/Gone", "no prim '/Gone'"), ([], "no prims to vary"), (3.0, "prims are wanted, not 3.0")):
        with pytest.raises(VariationError, match=message):
            getattr(rep.randomizer, name)(prims, *surfaces)
    if surfaces:
        with pytest.raises(VariationError, match="no prim '/Gone'"):
            getattr(rep.randomizer, name)(cubes, "/Gone")


@pytest.mark.parametrize(("options", "message"), [
    ({"time": "noon"}, "no time"), ({"time": 12}, "no time"), ({"time": "2025-06-21T12:00:00"}, "no zone"),
    ({"time": "2025-12-21T00:00:00Z"}, "it is night"), ({"latitude": 91.0}, "'latitude'"),
    ({"turbidity": "hazy"}, "'turbidity'"),
    ({"hours": (5, 1)}, "'hours'"), ({"north": float("nan")}, "'north'"), ({"width": 7}, "'width'"),
])  # fmt: skip
def test_a_sky_that_cannot_be_is_told(scene, options, message):
    with pytest.raises(VariationError, match=message):
        place = {"time": "2025-06-21T12:00:00Z", "latitude": 47.0, "longitude": 8.0}
        rep.randomizer.sun_sky(**{**place, "executions": 1, **options})
    assert not omni.usd.get_context().get_stage().GetPrimAtPath("/Replicator/SunSky")


def test_meshes_without_faces_are_told(scene):
    ground, cubes = scene
    UsdGeom.Mesh.Define(omni.usd.get_context().get_stage(), "/Empty")
    for name, options in (("place_meshes", {}), ("settle", {}), ("displace", {"amplitude": 0.1, "wavelength": 1.0})):
        with pytest.raises(VariationError, match="/Empty"):
            getattr(rep.randomizer, name)("/Empty", *(() if name == "displace" else (ground,)), **options)
    with pytest.raises(VariationError, match="/Empty"):
        rep.randomizer.scatter_poisson(cubes, "/Empty", radius=0.1)


_ALONE = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ImportError("not in Kit: " + name)

from scenewright.host.activation import activate
activate()
import omni.replicator.core
sys.meta_path.insert(0, Blocked())
import scenewright.sdg.variation.registration, scenewright.sdg.recipe.variation
"""
FORMS = {"bake_textures": "bake_materials"}


def test_every_function_has_all_its_forms():
    """A name in rep.randomizer, a recipe function; point instancers are made by recipes alone."""
    in_recipes = {name.removeprefix("randomizer.") for name in VARIATION_ROWS}
    register_variation()
    assert {FORMS.get(name, name) for name in NAMES} == in_recipes - {"scatter_instances"}
    assert set(VARIATION) == set(VARIATION_ROWS)
    assert all(callable(getattr(rep.randomizer, name)) for name in NAMES)


def test_what_kit_lacks_is_not_imported():
    blocked = {"newton", "scipy", "trimesh", "mujoco", "pygltflib", "coacd", "rerun", "embreex", "OpenEXR", "cv2", "zxingcpp"}
    done = subprocess.run([sys.executable, "-c", _ALONE.format(blocked=blocked)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
