"""Points inside volumes against analytic volumes; scatter_3d on stages."""

import numpy as np
import pytest

from scenewright.replicator.functional import create, create_batch, randomizer
from scenewright.replicator.functional.surface_triangles import world_boxes, world_volumes
from scenewright.replicator.functional.volume_sampling import box_volume, inside, sample_volumes
from scenewright.replicator.rng import ReplicatorRNG


def origins(prims):
    return np.array([prim.GetAttribute("xformOp:translate").Get() for prim in prims])


def test_inside_a_sphere_is_within_its_radius(stage):
    volume = world_volumes([create.sphere(position=(1, 2, 3), scale=2.0, as_mesh=True)])[0]
    points = np.random.default_rng(0).uniform(-0.2, 4.2, (4000, 3))
    radius = np.linalg.norm(points - (1, 2, 3), axis=1)
    found = inside(points, volume)
    assert found[radius < 0.98].all() and not found[radius > 1.0].any()


def test_a_box_is_closed_and_a_plane_encloses_nothing(stage):
    box = box_volume(np.array([0.0, 0, 0]), np.array([1.0, 2, 3]))
    assert inside(np.array([[0.5, 1.9, 2.9], [0.5, 2.1, 1.0], [0.5, 1.0, -0.1]]), box).tolist() == [True, False, False]
    plane = world_volumes([create.plane(scale=4.0)])[0]
    assert not inside(np.random.default_rng(0).uniform(-1, 1, (200, 3)), plane).any()


def test_points_are_uniform_in_a_box():
    points = sample_volumes([box_volume(np.zeros(3), np.array([1.0, 2, 4]))], 3000, np.random.default_rng(1))
    for axis, edge in enumerate((1.0, 2.0, 4.0)):
        ranks = np.sort(points[:, axis]) / edge - (np.arange(3000) + 0.5) / 3000
        assert np.abs(ranks).max() * np.sqrt(3000) < 2.2  # Kolmogorov-Smirnov, p = 1e-4


def test_a_shared_region_is_sampled_once_unless_overlap_is_wanted():
    one, two = box_volume(np.zeros(3), np.ones(3)), box_volume(np.array([0.5, 0, 0]), np.array([1.5, 1, 1]))
    for prevent, share in ((True, 1 / 3), (False, 1 / 2)):
        points = sample_volumes([one, two], 3000, np.random.default_rng(2), prevent_overlap=prevent)
        count = int(((points[:, 0] > 0.5) & (points[:, 0] < 1.0)).sum())
        assert abs(count - 3000 * share) < 4.0 * np.sqrt(3000 * share * (1.0 - share))


def test_scatter_stays_inside_out_of_what_is_excluded_and_within_extents(stage):
    prims = create_batch.sphere(count=60, scale=0.05)
    volume, excluded = create.cube(position=(0, 0, 5), scale=2.0), create.cube(position=(0, 0, 5), scale=1.0)
    randomizer.scatter_3d(prims, volume, excluded, extents=((None, None, None), (None, None, 5.5)), rng=ReplicatorRNG(seed=1))
    local = origins(prims) - (0, 0, 5)
    assert (np.abs(local) <= 1.0).all() and (np.abs(local).max(axis=1) >= 0.5).all() and (local[:, 2] <= 0.5).all()


def test_scatter_without_volumes_fills_the_extents_in_world_space(stage):
    parent = create.xform(position=(10, 0, 0), name="Parent")
    prims = create_batch.cube(count=20, scale=0.01, parent=parent)
    randomizer.scatter_3d(prims, extents=((0, 0, 0), (1, 1, 1)), rng=ReplicatorRNG(seed=1))
    boxes = world_boxes(prims)
    assert (boxes > -0.02).all() and (boxes < 1.02).all()


def test_collisions_are_avoided_or_refused(stage):
    prims = create_batch.cube(count=12, scale=0.25)
    obstacle = create.cube(position=(0.5, 0.5, 0.5), scale=0.3)
    randomizer.scatter_3d(prims, extents=((0, 0, 0), (1, 1, 1)), check_for_collisions=True, no_collision_prims=obstacle,
                          rng=ReplicatorRNG(seed=4))
    boxes = np.concatenate([world_boxes(prims), world_boxes([obstacle])])
    depth = np.minimum(boxes[:, None, 3:], boxes[None, :, 3:]) - np.maximum(boxes[:, None, :3], boxes[None, :, :3])
    np.fill_diagonal(depth[..., 0], -1.0)
    assert not (depth > 1e-6).all(axis=2).any()
    with pytest.raises(ValueError, match="no collision-free arrangement of 12 objects"):
        randomizer.scatter_3d(prims, extents=((0, 0, 0), (0.3, 0.3, 0.3)), check_for_collisions=True)


def test_what_cannot_be_scattered_in_is_told(stage):
    cube = create.cube()
    with pytest.raises(ValueError, match="volume_prims, or extents with all six bounds"):
        randomizer.scatter_3d(cube, extents=((0, 0, None), (1, 1, 1)))
    with pytest.raises(ValueError, match="enclose nothing"):
        randomizer.scatter_3d(cube, volume_prims=create.plane())
    with pytest.raises(ValueError, match="No volume at or below /Empty"):
        randomizer.scatter_3d(cube, volume_prims=create.xform(name="Empty"))
