"""display_color and scatter_2d on stages; ReplicatorRNG."""

import numpy as np
import pytest
from pxr import UsdGeom

from scenewright.replicator.functional import create, create_batch, modify, randomizer
from scenewright.replicator.functional.surface_triangles import world_boxes, world_triangles
from scenewright.replicator.rng import ReplicatorRNG
from scenewright.replicator.seeds import get_global_seed, set_global_seed


@pytest.fixture
def global_seed():
    before = get_global_seed()
    yield
    set_global_seed(before)


def colors(prims):
    return np.array([prim.GetAttribute("primvars:displayColor").Get()[0] for prim in prims])


def test_colours_are_the_generators_and_constant(stage):
    cubes = create_batch.cube(4)
    randomizer.display_color(cubes, rng=ReplicatorRNG(seed=3))
    np.testing.assert_allclose(colors(cubes), np.random.default_rng(3).random((4, 3)), atol=1e-7)
    assert UsdGeom.Gprim(cubes[0]).GetDisplayColorPrimvar().GetInterpolation() == "constant"
    randomizer.display_color(cubes[0])
    assert (colors(cubes[:1]) >= 0).all()
    with pytest.raises(TypeError, match="rng=7"):
        randomizer.display_color(cubes, rng=7)


def test_seeded_generators_are_numpys_and_others_follow_the_global_seed(global_seed):
    assert ReplicatorRNG(seed=5).generator.random() == np.random.default_rng(5).random()
    set_global_seed(11)
    first = [ReplicatorRNG().generator.random() for _ in range(3)]
    set_global_seed(11)
    assert [ReplicatorRNG().generator.random() for _ in range(3)] == first
    set_global_seed(12)
    assert ReplicatorRNG().generator.random() not in first
    assert len(set(first)) == 3
    with pytest.raises(TypeError, match="seed='x'"):
        ReplicatorRNG(seed="x")


@pytest.mark.parametrize("surface", ["plane", "cube", "disk"])
def test_prims_rest_on_surfaces_in_world_space(stage, surface):
    table = getattr(create, surface)(position=(5, 0, 2), scale=(4, 6, 1), visible=False)
    top = 2.5 if surface == "cube" else 2.0
    rig = create.xform(name="Rig", position=(1, 2, 3), rotation=(0, 0, 90), scale=2)
    mugs = create_batch.cylinder(6, parent=rig, scale=0.1, rotation=(90, 0, 0))
    randomizer.scatter_2d(mugs, table, extents=((4, -2, top - 0.01), (6, 2, None)), offset=0.1, rng=ReplicatorRNG(seed=1))
    boxes = world_boxes(mugs)
    np.testing.assert_allclose(boxes[:, 2], top + 0.1, atol=1e-6)
    centers = (boxes[:, :3] + boxes[:, 3:]) / 2
    assert (np.abs(centers[:, 0] - 5) <= 1 + 1e-6).all() and (np.abs(centers[:, 1]) <= 2 + 1e-6).all()
    assert mugs[0].GetAttribute("xformOp:rotateXYZ").Get() == (90, 0, 0)


def test_scattered_prims_stay_apart(stage):
    floor = create.plane(scale=(5, 5, 1))
    pillar = create.cube(scale=(1, 1, 4))
    cubes = create_batch.cube(8, scale=0.6)
    randomizer.scatter_2d(cubes, floor, no_collision_prims=pillar, check_for_collisions=True, rng=ReplicatorRNG(seed=2))
    boxes = world_boxes([*cubes, pillar])
    low, high = np.maximum(boxes[:, None, :3], boxes[None, :, :3]), np.minimum(boxes[:, None, 3:], boxes[None, :, 3:])
    assert np.array_equal((high - low > 1e-6).all(axis=2), np.eye(9, dtype=bool))


def test_scatter_says_why_it_cannot(stage):
    floor = create.plane()
    with pytest.raises(ValueError, match="no collision-free arrangement of 5 objects"):
        randomizer.scatter_2d(create_batch.cube(5), floor, check_for_collisions=True, rng=ReplicatorRNG(seed=0))
    with pytest.raises(ValueError, match="No part of the surface lies inside extents"):
        randomizer.scatter_2d("/Cube", floor, extents=((5, 5, 5), (6, 6, 6)))
    with pytest.raises(ValueError, match="No surface at or below /Empty"):
        randomizer.scatter_2d("/Cube", create.xform(name="Empty"))
    with pytest.raises(ValueError, match=r"extents=\(\(1, 0, 0\), \(0, 0, 0\)\)"):
        randomizer.scatter_2d("/Cube", floor, extents=((1, 0, 0), (0, 0, 0)))


@pytest.mark.parametrize("shape", ["capsule", "cone", "cube", "cylinder", "plane", "sphere"])
@pytest.mark.parametrize("axis", ["X", "Y", "Z"])
def test_gprim_triangles_have_the_gprims_bounds(stage, shape, axis):
    prim = getattr(create, shape)(position=(1, 2, 3), rotation=(0, 0, 0))
    for name, number in (("size", 3.0), ("radius", 0.3), ("height", 2.0), ("width", 3.0), ("length", 5.0)):
        if prim.HasAttribute(name):
            prim.GetAttribute(name).Set(number)
    if prim.HasAttribute("axis"):
        prim.GetAttribute("axis").Set(axis)
    prim.RemoveProperty("extent")
    modify.scale(prim, (1, 2, 3))
    points = world_triangles([prim]).reshape(-1, 3)
    np.testing.assert_allclose(np.concatenate([points.min(axis=0), points.max(axis=0)]), world_boxes([prim])[0], atol=1e-5)
