"""Runs of an id image against a pass over all pixels."""

import numpy as np
import pytest

from scenewright.replicator.annotators.regions import EMPTY_BOX, Runs


def _images():
    rng = np.random.default_rng(0)
    blocks = np.kron(rng.integers(0, 6, (5, 7)), np.ones((3, 4), int))
    return [np.zeros((1, 1), np.uint32), np.full((4, 6), 3, np.uint32), rng.integers(0, 7, (13, 17)).astype(np.uint32),
            blocks.astype(np.uint32), np.arange(12, dtype=np.uint32).reshape(3, 4) % 7]


@pytest.mark.parametrize("image", _images(), ids=range(5))
def test_counts_boxes_and_painting(image):
    groups = np.array([0, 1, 2, 2, 3, 5, 5])
    runs, grouped = Runs.of(image), groups[image]
    counts, boxes = runs.counts(groups, 6), runs.boxes(groups, 6)
    for group in range(6):
        rows, columns = np.nonzero(grouped == group)
        assert counts[group] == len(rows)
        expected = (columns.min(), rows.min(), columns.max(), rows.max()) if len(rows) else EMPTY_BOX
        assert tuple(boxes[group]) == expected
    np.testing.assert_array_equal(runs.paint(groups), grouped)


def test_a_run_does_not_cross_the_end_of_a_row():
    runs = Runs.of(np.full((2, 3), 7, np.uint32))
    assert runs.starts.tolist() == [0, 3] and runs.lengths.tolist() == [3, 3]


def test_a_view_with_strides():
    image = np.arange(24, dtype=np.uint32).reshape(4, 6) // 2 % 5
    np.testing.assert_array_equal(Runs.of(image[::-1, ::2]).paint(np.arange(5)), image[::-1, ::2])
