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


def test_boxes_of_both_kinds_are_drawn():
    image = np.zeros((40, 60, 4), np.uint8)
    flat = np.zeros(1, [("semanticId", "<u4"), *((name, "<i4") for name in ("x_min", "y_min", "x_max", "y_max"))])
    flat[0] = (2, 10, 5, 50, 30)
    drawn = rep.tools.colorize_bbox(image, flat)
    assert drawn[5, 10].tolist() == drawn[30, 50].tolist() == [33, 243, 3, 255] and not drawn[10, 20].any()
    assert not image.any()
    names = ("x_min", "y_min", "z_min", "x_max", "y_max", "z_max")
    solid = np.zeros(2, [("semanticId", "<u4"), *((name, "<f4") for name in names), ("transform", "<f4", (4, 4))])
    for row, height in enumerate((-10.0, 10.0)):  # the second box is behind the camera
        solid[row]["semanticId"] = 2 + row
        for name in names:
            solid[row][name] = 1.0 if "max" in name else -1.0
        solid[row]["transform"] = np.eye(4)
        solid[row]["transform"][3, 2] = height
    projection = np.zeros((4, 4))
    projection[[0, 1, 2, 3], [0, 1, 3, 2]] = 2.0, 3.0, -1.0, 1.0
    camera = {"cameraModel": "pinhole", "renderProductResolution": (60, 40), "cameraViewTransform": np.eye(4).ravel(),
              "cameraProjection": projection.ravel()}
    drawn = rep.tools.colorize_bbox(image, solid, camera)
    rows, columns = np.nonzero(drawn.any(axis=2))
    # the near face, 9 units away: x = 30 +- 30 * 2 / 9, y = 20 +- 20 * 3 / 9
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (23, 37, 13, 27)
    assert {tuple(color) for color in drawn[rows, columns].tolist()} == {(33, 243, 3, 255)}
    with pytest.raises(ValueError, match="camera_params"):
        rep.tools.colorize_bbox(image, solid)
    with pytest.raises(ValueError, match="records of a bounding_box_2d"):
        rep.tools.colorize_bbox(image, np.zeros((2, 4)))
