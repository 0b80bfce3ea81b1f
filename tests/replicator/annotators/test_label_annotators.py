"""Segmentations, boxes and occlusion of frames drawn by hand."""

import numpy as np
import pytest

from scenewright.host.settings import get_settings

PATHS = ("/W/Car", "/W/Car/Wheel", "/W/Floor", "/W/Tree")
LABELS = {"/W/Car": {"class": ["car"]}, "/W/Car/Wheel": {"class": ["wheel"], "part": ["round"]}, "/W/Tree": {"class": ["tree"]}}
IMAGE = [[0, 0, 4, 4, 4],
         [0, 1, 1, 4, 4],
         [3, 1, 2, 3, 3]]


@pytest.fixture
def street(draw):
    hidden_car = np.array([[0, 0, 0, 0, 0], [0, 1, 1, 1, 1], [0, 1, 0, 0, 0]])
    return draw(IMAGE, PATHS, LABELS, {"/W/Car": hidden_car})


def test_semantic_ids_and_labels(street, reduce):
    output = reduce(street, "semantic_segmentation")
    assert output.data.dtype == np.uint32
    assert output.data.tolist() == [[0, 0, 4, 4, 4], [0, 2, 2, 4, 4], [1, 2, 3, 1, 1]]
    assert output.info["idToLabels"] == {"0": {"class": "BACKGROUND"}, "1": {"class": "UNLABELLED"}, "2": {"class": "car"},
                                         "3": {"class": "wheel,car", "part": "round"}, "4": {"class": "tree"}}


def test_semantic_colours_and_mapping(street, reduce):
    mapping = '{"class:tree": [1, 2, 3], "class:car": [9, 8, 7, 6]}'
    output = reduce(street, "semantic_segmentation", colorize=True, mapping=mapping)
    assert output.data.dtype == np.uint8 and output.data.shape == (3, 5, 4)
    assert output.data[0, 0].tolist() == [0, 0, 0, 0] and output.data[2, 0].tolist() == [0, 0, 0, 255]
    assert output.data[0, 4].tolist() == [1, 2, 3, 255] and output.data[1, 1].tolist() == [9, 8, 7, 6]
    assert output.info["idToLabels"]["(1, 2, 3, 255)"] == {"class": "tree"}
    assert output.info["idToLabels"]["(0, 0, 0, 255)"] == {"class": "UNLABELLED"}


def test_types_and_predicates_filter(street, reduce):
    by_type = reduce(street, "semantic_segmentation", semanticTypes=["part"])
    assert by_type.data.tolist() == [[0, 0, 1, 1, 1], [0, 1, 1, 1, 1], [1, 1, 2, 1, 1]]
    assert by_type.info["idToLabels"]["2"] == {"part": "round"}
    by_predicate = reduce(street, "semantic_segmentation", semanticFilter="class: !wheel")
    assert by_predicate.data[2, 2] == by_predicate.data[1, 1] == 2
    assert by_predicate.info["idToLabels"]["2"] == {"class": "car"}


def test_instances(street, reduce):
    output = reduce(street, "instance_segmentation")
    assert output.data.tolist() == [[0, 0, 4, 4, 4], [0, 2, 2, 4, 4], [1, 2, 3, 1, 1]]
    assert output.info["idToLabels"] == {"0": "BACKGROUND", "1": "UNLABELLED", "2": "/W/Car", "3": "/W/Car/Wheel",
                                         "4": "/W/Tree"}
    assert output.info["idToSemantics"]["3"] == {"class": "wheel,car", "part": "round"}
    fast = reduce(street, "instance_segmentation_fast", colorize=True)
    assert fast.info["idToLabels"][(33, 243, 3, 255)] == "/W/Car"
    assert list(reduce(street, "instance_segmentation_fast").info["idToLabels"]) == [0, 1, 2, 3, 4]


def test_leaf_ids_ignore_labels(street, reduce):
    output = reduce(street, "instance_id_segmentation")
    assert output.data.tolist() == [[0, 0, 5, 5, 5], [0, 2, 2, 5, 5], [4, 2, 3, 4, 4]]
    assert output.info["idToLabels"] == {"0": "BACKGROUND", "1": "UNLABELLED", "2": "/W/Car", "3": "/W/Car/Wheel",
                                         "4": "/W/Floor", "5": "/W/Tree"}


def test_what_is_out_of_view_is_not_listed(draw, reduce):
    capture = draw([[0, 1]], PATHS, LABELS)
    assert set(reduce(capture, "semantic_segmentation").info["idToLabels"]) == {"0", "1", "2"}


def test_tight_boxes_are_of_visible_pixels(street, reduce):
    output = reduce(street, "bounding_box_2d_tight")
    assert output.data.dtype.descr == [("semanticId", "<u4"), ("x_min", "<i4"), ("y_min", "<i4"), ("x_max", "<i4"),
                                       ("y_max", "<i4"), ("occlusionRatio", "<f4")]
    assert [tuple(row)[:5] for row in output.data] == [(2, 1, 1, 2, 2), (3, 2, 2, 2, 2), (4, 2, 0, 4, 1)]
    np.testing.assert_allclose(output.data["occlusionRatio"], [1 - 3 / 5, 0, 0], rtol=1e-6)
    assert output.info["primPaths"] == ["/W/Car", "/W/Car/Wheel", "/W/Tree"]
    assert output.info["bboxIds"].dtype == np.uint32 and output.info["bboxIds"].tolist() == [2, 3, 4]
    assert output.info["idToLabels"]["2"] == {"class": "car"} and set(output.info["idToLabels"]) == {"2", "3", "4"}
    assert set(reduce(street, "bounding_box_2d_tight_fast").info["idToLabels"]) == {2, 3, 4}


def test_loose_boxes_reach_behind_occluders(street, reduce):
    output = reduce(street, "bounding_box_2d_loose")
    assert tuple(output.data[0])[:5] == (2, 1, 1, 4, 2)
    np.testing.assert_allclose(output.data["occlusionRatio"][0], 0.4, rtol=1e-6)


def test_wholly_hidden_prims_have_loose_boxes_only(draw, reduce):
    capture = draw([[4, 4]], PATHS, LABELS, {"/W/Car": [[1, 0]], "/W/Car/Wheel": [[0, 0]]})
    assert reduce(capture, "bounding_box_2d_tight").info["primPaths"] == ["/W/Tree"]
    loose = reduce(capture, "bounding_box_2d_loose")
    assert loose.info["primPaths"] == ["/W/Car", "/W/Tree"]
    assert loose.data["occlusionRatio"].tolist() == [1.0, 0.0]
    occlusion = reduce(capture, "occlusion")
    assert occlusion.data.dtype.names == ("instanceId", "semanticId", "occlusionRatio")
    assert occlusion.data.tolist() == [(2, 2, 1.0), (4, 4, 0.0)]


@pytest.mark.parametrize("declared", [{}, LABELS], ids=["unlabelled", "labels out of view"])
@pytest.mark.parametrize("image", [[[0, 0], [0, 0]], [[3, 3], [0, 3]]], ids=["empty", "unlabelled prim"])
def test_without_labels_everything_is_empty(draw, reduce, image, declared):
    capture = draw(image, PATHS, declared)
    for name in ("bounding_box_2d_tight", "bounding_box_2d_loose", "occlusion"):
        output = reduce(capture, name)
        assert output.data.shape == (0,) and output.info["primPaths"] == [] and output.info["idToLabels"] == {}
    for name in ("semantic_segmentation", "instance_segmentation"):
        output = reduce(capture, name)
        assert output.data.tolist() == (np.array(image) > 0).astype(int).tolist()
        assert set(output.info["idToLabels"]) == {"0", "1"}


def test_a_stage_without_prims(draw, reduce):
    capture = draw([[0, 0]])
    assert reduce(capture, "semantic_segmentation", colorize=True).data.sum() == 0
    assert reduce(capture, "instance_id_segmentation").data.tolist() == [[0, 0]]


def test_coverage_is_traced_once_for_all(street, reduce):
    for name in ("bounding_box_2d_tight", "bounding_box_2d_loose", "occlusion"):
        reduce(street, name, semanticTypes=["class"])
    assert street.frame.coverage_calls == 1


def test_palette_setting(street, reduce):
    settings = get_settings()
    settings.set("/scenewright/segmentationPalette", "old")
    try:
        assert "(140, 255, 25, 255)" in reduce(street, "instance_segmentation", colorize=True).info["idToLabels"]
    finally:
        settings.set("/scenewright/segmentationPalette", "A")
