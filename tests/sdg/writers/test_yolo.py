"""YOLO labels, read by supervision and by the definition that Ultralytics publishes."""

import numpy as np
import pytest
import yaml

IDS = np.zeros((12, 16), np.uint32)
IDS[2:8, 3:9] = 2
IDS[4:6, 5:7] = 0  # a hole
IDS[3:5, 10:15] = 3
IDS[7:9, 12:14] = 3  # the same object behind something
IDS[9:12, :] = 4
LABELS = {0: "BACKGROUND", 1: "UNLABELLED", 2: "ring", 3: "ring", 4: "floor", 6: "unseen"}


def _lines(folder, stem):
    rows = [line.split() for line in (folder / "labels" / f"{stem}.txt").read_text().splitlines()]
    return [(int(row[0]), np.array(row[1:], float)) for row in rows]


def _frames(make_product):
    return [make_product(IDS, LABELS), make_product(np.zeros_like(IDS), {}), make_product(np.flip(IDS, 1), LABELS)]


@pytest.mark.filterwarnings("ignore")  # of the reader
@pytest.mark.parametrize("task", ["detect", "segment", "obb"])
def test_supervision_reads_the_same_boxes_masks_and_counts(write_frames, make_product, task):
    supervision = pytest.importorskip("supervision")
    folder = write_frames("yolo", _frames(make_product), task=task)
    dataset = supervision.DetectionDataset.from_yolo(
        str(folder / "images"), str(folder / "labels"), str(folder / "data.yaml"), force_masks=False, is_obb=task == "obb"
    )
    assert dataset.classes == ["floor", "ring", "unseen"] and len(dataset) == 3
    counts = {path.rpartition("/")[2]: len(found) for path, _, found in dataset}
    assert counts == {"000000.png": 3, "000001.png": 0, "000002.png": 3}
    found = next(found for path, _, found in dataset if path.endswith("000000.png"))
    assert found.class_id.tolist() == [1, 1, 0]
    assert np.allclose(found.xyxy, [[3, 2, 9, 8], [10, 3, 15, 9], [0, 9, 16, 12]], atol=0.01)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools itself
def test_outlines_filled_by_another_library_are_the_masks(write_frames, make_product):
    mask = pytest.importorskip("pycocotools.mask")
    folder = write_frames("yolo", _frames(make_product), task="segment")
    for instance, (_, numbers) in zip((2, 3, 4), _lines(folder, "000000"), strict=True):
        polygon = (numbers.reshape(-1, 2) * [16, 12]).reshape(-1).tolist()
        assert np.array_equal(mask.decode(mask.frPyObjects([polygon], 12, 16))[..., 0].astype(bool), IDS == instance)


def test_turned_boxes_hold_every_pixel(write_frames, make_product):
    y, x = np.mgrid[:60, :80]
    u, v = (x - 40) * 0.8 + (y - 30) * 0.6, (y - 30) * 0.8 - (x - 40) * 0.6
    ids = np.where((abs(u) < 20) & (abs(v) < 6), 2, 0)
    folder = write_frames("yolo", [make_product(ids, {2: "bar"})], task="obb")
    ((_, numbers),) = _lines(folder, "000000")
    corners = numbers.reshape(4, 2) * [80, 60]
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    assert np.allclose(sorted(sides), [12, 12, 40, 40], atol=2.0)
    assert abs(np.dot(corners[1] - corners[0], corners[2] - corners[1])) < 0.01


def test_data_yaml_says_what_ultralytics_needs(write_frames, make_product):
    folder = write_frames("yolo", _frames(make_product), classes=["ring", 'odd: "x" 鴨'])
    data = yaml.safe_load((folder / "data.yaml").read_text())
    assert data == {"train": "images", "val": "images", "nc": 2, "names": {0: "ring", 1: 'odd: "x" 鴨'}}
    assert [row[0] for row in _lines(folder, "000000")] == [0, 0]  # the floor is no class


def test_keypoints_of_a_pose(render_scene):
    points = {"centre": [0, 0, 0], "top": [0, 0, 0.5], "front": [0, -0.5, 0]}
    folder = render_scene("yolo", task="pose", keypoints={"box": points}, flip_idx=[0, 1, 2])
    data = yaml.safe_load((folder / "data.yaml").read_text())
    assert (data["kpt_shape"], data["flip_idx"], data["names"]) == ([3, 3], [0, 1, 2], {0: "box"})
    ((label, numbers),) = _lines(folder, "000000")
    assert label == 0 and numbers.size == 4 + 9
    assert numbers[4:].reshape(3, 3)[:, 2].tolist() == [1, 2, 2]
    assert np.allclose(numbers[4:6], 0.5, atol=1e-5)  # the camera looks at the centre of the box


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"task": "track"}, "'track'.*detect, segment, obb, pose"),
        ({"task": "pose"}, "needs the same number"),
        ({"classes": {"a": 0, "b": 2}}, "without gaps"),
        ({"task": "pose", "keypoints": {"a": {"b": [0, 0, 0]}}, "classes": ["c"]}, "have no keypoints: c"),
        ({"task": "pose", "keypoints": {"a": {"b": [0, 0, 0]}}, "flip_idx": [1]}, "names every keypoint once"),
    ],
)
def test_wrong_parameters_are_told(write_frames, parameters, says):
    with pytest.raises(ValueError, match=says):
        write_frames("yolo", [], **parameters)
