"""Scattering: uniform over area, exact clipping, boxes that rest and do not meet."""

import numpy as np
import pytest

from scenewright.replicator.functional.scatter_sampling import (
    PlacementError,
    boxes_overlap,
    clip_triangles,
    place_boxes,
    sample_triangles,
)

SQUARE = np.array([[[0, 0, 0], [2, 0, 0], [2, 2, 0]], [[0, 0, 0], [2, 2, 0], [0, 2, 0]]], dtype=float)
CUBE = np.array([-0.5, -0.5, -0.5, 0.5, 0.5, 0.5])


def generator(seed=0):
    return np.random.default_rng(seed)


def area(triangles):
    return np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1).sum() / 2


def test_points_are_uniform_over_area():
    samples = sample_triangles(SQUARE, 20000, generator())
    counts, _, _ = np.histogram2d(samples.points[:, 0], samples.points[:, 1], bins=5, range=[[0, 2], [0, 2]])
    chi2 = ((counts - 800) ** 2 / 800).sum()
    assert chi2 < 51.2  # 24 degrees of freedom, p = 0.001
    np.testing.assert_array_equal(samples.normals, np.tile([0.0, 0.0, 1.0], (20000, 1)))


def test_large_triangles_get_more_points():
    small = np.array([[[0, 0, 5], [1, 0, 5], [0, 1, 5]]], dtype=float)
    heights = sample_triangles(np.concatenate([small, SQUARE]), 9000, generator()).points[:, 2]
    assert (heights == 5).sum() == pytest.approx(1000, abs=4 * np.sqrt(9000 / 9 * 8 / 9))


def test_no_area_is_an_error():
    with pytest.raises(ValueError, match="no area"):
        sample_triangles(np.zeros((1, 3, 3)), 1, generator())
    with pytest.raises(ValueError, match="no area"):
        sample_triangles(np.zeros((0, 3, 3)), 1, generator())


@pytest.mark.parametrize(("low", "high", "expected"), [
    ((0.5, 0.5, -1), (1.5, 1.0, 1), 0.5),
    ((-np.inf, 1.9, -np.inf), (np.inf, np.inf, np.inf), 0.2),
    ((0.2, 0.2, 0.1), (1.8, 1.8, 1), 0.0),
    ((-9, -9, -9), (9, 9, 9), 4.0),
])
def test_clipping_is_exact(low, high, expected):
    clipped = clip_triangles(SQUARE, np.array(low), np.array(high))
    assert area(clipped) == pytest.approx(expected)
    assert ((clipped >= np.array(low) - 1e-12) & (clipped <= np.array(high) + 1e-12)).all()
    if expected:
        normals = np.cross(clipped[:, 1] - clipped[:, 0], clipped[:, 2] - clipped[:, 0])
        assert (normals[:, 2] >= 0).all()


def test_overlap_leaves_touching_faces_alone():
    others = CUBE + np.tile([[1, 0, 0], [0.9, 0, 0], [0, 0, 3]], 2)
    assert boxes_overlap(CUBE[None], others).tolist() == [[False, True, False]]


def test_boxes_rest_on_the_surface_whatever_their_origin_and_slope():
    boxes = np.array([CUBE, [0, 0, 0, 1, 1, 3], [-1, -1, -2, 0, 0, -1]], dtype=float)
    positions = place_boxes(SQUARE, boxes, generator(), offset=0.25)
    np.testing.assert_allclose(positions[:, 2] + boxes[:, 2], 0.25, atol=1e-12)
    slope = SQUARE + np.array([0, 0, 1]) * SQUARE[:, :, :1]  # z = x
    normal = np.array([-1, 0, 1]) / np.sqrt(2)
    placed = place_boxes(slope, boxes, generator())
    corners = np.array([[x, y, z] for x in (0, 3) for y in (1, 4) for z in (2, 5)])
    for position, box in zip(placed, boxes, strict=True):
        assert (box[corners] + position).dot(normal).min() == pytest.approx(0.0, abs=1e-9)


def test_placed_boxes_stay_clear_of_each_other_and_of_obstacles():
    floor = SQUARE * 3
    obstacles = np.array([[2, 2, -1, 4, 4, 1]], dtype=float)
    positions = place_boxes(floor, np.tile(CUBE, (10, 1)), generator(1), obstacles=obstacles, check_for_collisions=True)
    placed = np.tile(positions, 2) + CUBE
    assert np.array_equal(boxes_overlap(placed, placed), np.eye(10, dtype=bool))
    assert not boxes_overlap(placed, obstacles).any()


def test_the_impossible_is_an_error_and_equal_seeds_are_equal():
    with pytest.raises(PlacementError, match="no collision-free arrangement of 9 objects"):
        place_boxes(SQUARE, np.tile(CUBE, (9, 1)) * 2.5, generator(), check_for_collisions=True)
    boxes = np.tile(CUBE, (3, 1))
    one, two = (place_boxes(SQUARE * 2, boxes, generator(5), check_for_collisions=True) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, place_boxes(SQUARE * 2, boxes, generator(6), check_for_collisions=True))
