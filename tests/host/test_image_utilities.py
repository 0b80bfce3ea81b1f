"""Stand-ins of isaacsim.test.utils: pictures compared within tolerances, and captured by name."""

import asyncio

import numpy as np
import omni.replicator.core as rep
import omni.usd
import pytest
from isaacsim.test.utils.image_capture import capture_annotator_data_async, capture_depth_data_async
from isaacsim.test.utils.image_comparison import (
    compare_arrays_within_tolerances,
    compare_images_in_directories,
    compute_difference_metrics,
)
from PIL import Image


def test_measures_of_known_differences():
    measures = compute_difference_metrics(np.zeros((2, 2), np.uint8), np.array([[0, 0], [3, 4]], np.uint8), percentiles=(50,))
    assert (measures["mean_abs"], measures["max_abs"], measures["rmse"]) == (1.75, 4.0, 2.5)
    assert measures["percentiles"] == {50: 1.5} and measures["allclose"] is False
    with pytest.raises(ValueError, match="shapes do not match"):
        compute_difference_metrics(np.zeros(2), np.zeros(3))


@pytest.mark.parametrize(("tolerances", "passes"), [
    ({"mean_tolerance": 1.75}, True), ({"mean_tolerance": 1.7}, False), ({"max_tolerance": 3.9}, False),
    ({"rmse_tolerance": 2.5, "absolute_tolerance": 4}, True), ({"percentile_tolerance": (50, 1.4)}, False), ({}, True),
])  # fmt: skip
def test_every_tolerance_counts(tolerances, passes):
    result = compare_arrays_within_tolerances(np.zeros((2, 2), np.uint8), np.array([[0, 0], [3, 4]], np.uint8),
                                              allclose_rtol=None, allclose_atol=None, **tolerances)
    assert result["passed"] is passes


def test_folders_agree_where_names_and_pictures_do(tmp_path):
    for folder, alpha in (("golden", 0), ("test", 1)):
        (tmp_path / folder).mkdir()
        Image.fromarray(np.full((2, 2, 3 + alpha), 9, np.uint8)).save(tmp_path / folder / "rgb_0.png")
    folders = {"golden_dir": str(tmp_path / "golden"), "test_dir": str(tmp_path / "test")}
    result = compare_images_in_directories(**folders, path_pattern=r"^rgb_.*\.png$", mean_tolerance=0.0)
    assert result["all_passed"] and result["passed_count"] == 1
    Image.new("L", (2, 2)).save(tmp_path / "test" / "rgb_1.png")
    result = compare_images_in_directories(**folders)
    assert not result["all_passed"] and result["test_only_files"] == ["rgb_1.png"] and result["failed_count"] == 0
    assert not compare_images_in_directories(**folders, path_pattern="depth")["all_passed"]
    with pytest.raises(FileNotFoundError, match="Test directory"):
        compare_images_in_directories(folders["golden_dir"], str(tmp_path / "none"))


def test_capture_sees_what_is_there_and_leaves_nothing_behind():
    omni.usd.get_context().new_stage()
    stage = omni.usd.get_context().get_stage()
    rep.functional.create.plane(scale=10)
    before = {str(prim.GetPath()) for prim in stage.Traverse() if prim.GetTypeName() == "Camera"}
    depth = asyncio.run(capture_depth_data_async("distance_to_image_plane", camera_position=(0, 0, 3), resolution=(8, 6)))
    assert depth.shape == (6, 8) and np.allclose(depth, 3.0, atol=1e-4)
    colour = asyncio.run(capture_annotator_data_async("rgb", camera_prim_path="/OmniverseKit_Top", resolution=(4, 2)))
    assert colour.shape == (2, 4, 4)
    assert {str(prim.GetPath()) for prim in stage.Traverse() if prim.GetTypeName() == "Camera"} == before
    with pytest.raises(ValueError, match="depth_type"):
        asyncio.run(capture_depth_data_async("depth"))
