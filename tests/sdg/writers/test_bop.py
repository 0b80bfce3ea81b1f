"""BOP files: poses, boxes and masks held against each other and against BOP's own definitions."""

import json
import os
import sys

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def dataset(render_scene):
    folder = render_scene("bop", frames=2, resolution=(160, 120), classes=["box", "ball"])
    scene = folder / "train_pbr" / "000000"
    files = {name: json.loads((scene / f"scene_{name}.json").read_text()) for name in ("camera", "gt", "gt_info")}
    return folder, scene, files


def test_poses_are_rigid_in_millimetres_and_project_onto_the_boxes(dataset):
    folder, _, files = dataset
    models = json.loads((folder / "models" / "models_info.json").read_text())
    assert models["1"] == pytest.approx(
        {"diameter": 1000 * 3**0.5, "min_x": -500, "min_y": -500, "min_z": -500, "size_x": 1000, "size_y": 1000, "size_z": 1000}
    )
    assert list(files["gt"]) == ["0", "1"]
    camera = files["camera"]["0"]
    intrinsics = np.array(camera["cam_K"]).reshape(3, 3)
    rotation, translation = np.array(camera["cam_R_w2c"]).reshape(3, 3), np.array(camera["cam_t_w2c"])
    assert np.allclose(-rotation.T @ translation, [1000, -6000, 2000], atol=1e-2)  # where the camera stands
    boxes = 0
    for row, info in zip(files["gt"]["0"], files["gt_info"]["0"], strict=True):
        turn, shift = np.array(row["cam_R_m2c"]).reshape(3, 3), np.array(row["cam_t_m2c"])
        assert np.allclose(turn @ turn.T, np.eye(3), atol=1e-5) and np.linalg.det(turn) == pytest.approx(1.0)
        place = {1: [0, 0, 0], 2: [300, 3000, 200]}[row["obj_id"]]
        assert np.allclose(shift, rotation @ place + translation, atol=1e-2)
        if row["obj_id"] == 1:
            corners = np.array([[x, y, z] for x in (-500, 500) for y in (-500, 500) for z in (-500, 500)])
            seen = (corners @ turn.T + shift) @ intrinsics.T
            pixels = seen[:, :2] / seen[:, 2:] + 0.5
            x, y, width, height = info["bbox_visib"]
            assert np.allclose([pixels.min(0), pixels.max(0)], [[x, y], [x + width, y + height]], atol=1.0)
            boxes += 1
    assert boxes == 1


def test_masks_depth_and_counts_agree(dataset):
    _, scene, files = dataset
    depth = np.asarray(Image.open(scene / "depth" / "000001.png"))
    assert depth.dtype == np.uint16
    for index, (row, info) in enumerate(zip(files["gt"]["1"], files["gt_info"]["1"], strict=True)):
        mask = np.asarray(Image.open(scene / "mask_visib" / f"000001_{index:06d}.png")) > 0
        y, x = np.nonzero(mask)
        assert info["bbox_visib"] == [x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1]
        assert info["px_count_visib"] == info["px_count_valid"] == mask.sum()
        whole = scene / "mask" / f"000001_{index:06d}.png"
        if row["obj_id"] == 1:
            assert info["visib_fract"] == 1.0 and whole.read_bytes()
            assert abs(depth[mask].min() - (np.hypot(np.hypot(1, 6), 2) * 1000 - 900)) < 500
        else:  # behind the box
            assert 0.0 < info["visib_fract"] < 1.0 and not whole.exists()
            assert info["px_count_all"] > info["px_count_visib"]
            assert info["bbox_obj"][3] >= info["bbox_visib"][3]


@pytest.mark.verify
def test_bop_toolkit_reads_it(dataset):
    place = os.environ.get("BOP_TOOLKIT")
    if not place:
        pytest.skip("BOP_TOOLKIT names no checkout of github.com/thodan/bop_toolkit")
    sys.path.insert(0, place)
    try:
        inout = pytest.importorskip("bop_toolkit_lib.inout")
        _, scene, files = dataset
        poses = inout.load_scene_gt(scene / "scene_gt.json")
        cameras = inout.load_scene_camera(scene / "scene_camera.json")
        assert sorted(poses) == [0, 1] and [row["obj_id"] for row in poses[0]] == [row["obj_id"] for row in files["gt"]["0"]]
        assert poses[0][0]["cam_t_m2c"].shape == (3, 1) and cameras[1]["cam_K"].shape == (3, 3)
        assert np.allclose(poses[0][0]["cam_t_m2c"].ravel(), files["gt"]["0"][0]["cam_t_m2c"])
    finally:
        sys.path.remove(place)


@pytest.mark.parametrize(("parameters", "says"), [({"split": "a/b"}, "name of a folder"), ({"depth_scale": 0}, "above 0")])
def test_wrong_parameters_are_told(write_frames, parameters, says):
    with pytest.raises(ValueError, match=says):
        write_frames("bop", [], **parameters)
