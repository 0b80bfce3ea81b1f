"""Pictures of annotator data."""

import numpy as np
import omni.replicator.core as rep
import pytest


def test_segmentation_colours():
    ids = np.array([[0, 1], [2, 3]], np.uint32)
    image = rep.tools.colorize_segmentation(ids)
    assert image.dtype == np.uint8 and image[1, 0].tolist() == [33, 243, 3, 255] and image[0, 0].tolist() == [0, 0, 0, 0]
    labels = {"2": {"class": "wheel,car"}, "3": {"class": "tree"}}
    mapped = rep.tools.colorize_segmentation(ids, labels, mapping={"car": (1, 2, 3), "class:tree": (4, 5, 6, 7)})
    assert mapped[1].tolist() == [[1, 2, 3, 255], [4, 5, 6, 7]]
    assert rep.tools.colorize_segmentation(image) is image
    with pytest.raises(ValueError, match="idToLabels"):
        rep.tools.colorize_segmentation(ids, mapping={"car": (1, 2, 3)})


def test_depth_is_logarithmic_and_near_is_bright():
    depth = np.array([[0.01, 0.1, 3.0], [100.0, np.inf, np.nan]], np.float32)
    assert rep.tools.colorize_depth(depth).tolist() == [[255, 255, 129], [0, 0, 0]]
    with pytest.raises(ValueError, match="near < far"):
        rep.tools.colorize_depth(depth, near=2, far=1)


def test_normals():
    normals = np.array([[[0, 0, 1, 0], [-1, 0, 0, 0]]], np.float32)
    assert rep.tools.colorize_normals(normals).tolist() == [[[127, 127, 255, 255], [0, 127, 127, 255]]]


def test_boxes_are_drawn_on_a_copy():
    extents = [(name, "<i4") for name in ("x_min", "y_min", "x_max", "y_max")]
    boxes = np.array([(2, 1, 1, 3, 3)], dtype=[("semanticId", "<u4"), *extents])
    image = np.zeros((5, 5, 3), np.uint8)
    drawn = rep.tools.colorize_bbox_2d(image, boxes)
    assert image.max() == 0 and drawn[1, 1].tolist() == [33, 243, 3] and drawn[2, 2].tolist() == [0, 0, 0]
