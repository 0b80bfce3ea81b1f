"""Outlines of masks: filled by pycocotools they are the mask again, holes, touching corners and all."""

import numpy as np
import pytest

from scenewright.sdg.writers.polygons import mask_polygons, merge_polygons, minimum_rectangle

MASKS = [np.random.default_rng(seed).random((seed % 13 + 1, seed % 7 + 2)) < seed % 5 / 5 + 0.15 for seed in range(60)]
RING = np.pad(np.pad(np.zeros((2, 3), bool), 2, constant_values=True), 1)


def _filled(polygons, shape):
    mask = pytest.importorskip("pycocotools.mask")
    runs = mask.frPyObjects([polygon.reshape(-1).astype(float).tolist() for polygon in polygons], *shape)
    return mask.decode(mask.merge(runs)).astype(bool)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools itself
@pytest.mark.parametrize("mask", [mask for mask in [*MASKS, RING] if mask.any()])
def test_filled_they_are_the_mask(mask):
    polygons = mask_polygons(mask)
    assert np.array_equal(_filled(polygons, mask.shape), mask)
    assert np.array_equal(_filled([merge_polygons(polygons)], mask.shape), mask)


def test_a_rectangle_has_four_corners_and_an_empty_mask_no_polygon():
    mask = np.zeros((5, 7), bool)
    assert mask_polygons(mask) == []
    mask[1:4, 2:6] = True
    (polygon,) = mask_polygons(mask)
    assert {tuple(row) for row in polygon.tolist()} == {(2, 1), (6, 1), (6, 4), (2, 4)} and len(polygon) == 4


def test_pixels_that_touch_at_a_corner_are_parts_of_their_own():
    assert len(mask_polygons(np.eye(3, dtype=bool))) == 3


def test_the_smallest_rectangle_turns_with_the_points():
    corners = np.array([[0.0, 0.0], [6.0, 0.0], [6.0, 2.0], [0.0, 2.0]])
    angle = np.radians(31.0)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    inside = np.random.default_rng(1).random((40, 2)) * [6.0, 2.0]
    found = minimum_rectangle(np.concatenate((corners, inside)) @ turn)
    expected = corners @ turn
    assert all(np.linalg.norm(found - corner, axis=1).min() < 1e-9 for corner in expected)
