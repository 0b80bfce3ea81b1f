"""Variation from scripts: randomizers by name that play through Replicator's own nodes, and the augmentation."""

import numpy as np
import omni.replicator.core as rep
import omni.usd
import pytest

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
