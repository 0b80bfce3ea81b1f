"""COCO and YOLO folders of elsewhere."""

import json

import numpy as np
import pytest
from PIL import Image

from scenewright.sdg.dataset_validation.validate import validate_dataset


@pytest.fixture
def coco(tmp_path):
    """A COCO folder drawn by hand: a polygon, an uncompressed run length, and an image without objects."""
    images = [{"id": n, "file_name": f"{n}.jpg", "width": 40, "height": 30} for n in (1, 2, 3)]
    (tmp_path / "annotations").mkdir()
    (tmp_path / "val").mkdir()
    rng = np.random.default_rng(0)
    for row in images:
        Image.fromarray(rng.integers(0, 255, (30, 40, 3), np.uint8)).save(tmp_path / "val" / row["file_name"])
    triangle = [[2.5, 2.5, 20.0, 3.0, 10.0, 18.0]]
    runs = [30 * 10 + 5, 10] + [20, 10] * 4
    runs.append(30 * 40 - sum(runs))
    data = {
        "images": images,
        "categories": [{"id": 7, "name": "dog", "keypoints": ["nose"]}, {"id": 9, "name": "cat"}],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 7,
                "bbox": [2.5, 2.5, 17.5, 15.5],
                "area": 133.0,
                "segmentation": triangle,
                "iscrowd": 0,
                "keypoints": [5, 5, 2],
                "num_keypoints": 1,
            },
            {
                "id": 2,
                "image_id": 2,
                "category_id": 9,
                "bbox": [10, 5, 5, 10],
                "area": 50,
                "iscrowd": 1,
                "segmentation": {"size": [30, 40], "counts": runs},
            },
        ],
    }
    path = tmp_path / "annotations/instances_val.json"
    path.write_text(json.dumps(data))
    return tmp_path, path, data


def test_a_sound_coco_folder_has_no_finding(coco):
    log = validate_dataset(coco[0])
    assert log.lines() == [] and log.compared == {"boxes and areas against masks": 2, "images": 3}
    assert validate_dataset(coco[1]).lines() == []


@pytest.mark.parametrize(
    ("change", "item", "words"),
    [
        (lambda d: d["annotations"][0].update(category_id=1), "annotation 1", "no category has"),
        (lambda d: d["annotations"][0].update(image_id=9), "annotation 1", "no image has"),
        (lambda d: d["annotations"][0].update(bbox=[2, 2, 30, 15]), "annotation 1", "its mask spans"),
        (lambda d: d["annotations"][1].update(area=99), "annotation 2", "its mask has 50"),
        (lambda d: d["annotations"][1].update(bbox=[10, 5, 50, 10]), "annotation 2", "leaves the image"),
        (lambda d: d["annotations"][1].update(bbox=[10, 5, float("nan"), 10]), "annotation 2", "bbox"),
        (lambda d: d["annotations"][0].update(segmentation=[[1, 2, 3]]), "annotation 1", "odd count"),
        (lambda d: d["annotations"][0].update(keypoints=[5, 5, 3]), "annotation 1", "state 3"),
        (lambda d: d["annotations"][1].update(id=1), "annotation 1", "taken twice"),
        (lambda d: d["images"].append(dict(d["images"][0], id=4)), "1.jpg", "2 images have this file_name"),
        (lambda d: d["images"][0].update(width=41), "", "its labels say 41"),
        (lambda d: d["images"][2].update(file_name="gone.jpg"), "", "is missing"),
        (lambda d: d["images"].append("text"), "image 3", "no id"),
    ],
)
def test_errors_of_a_coco_file_name_the_item(coco, change, item, words):
    root, path, data = coco
    change(data)
    path.write_text(json.dumps(data))
    log = validate_dataset(root)
    assert log.errors and [f for f in log.findings if f.item == item and words in f.message], log.lines()


@pytest.fixture
def yolo(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    (tmp_path / "data.yaml").write_text("train: images\nval: images\nnames: [dog, cat]\n")
    rng = np.random.default_rng(0)
    for name in "ab":
        Image.fromarray(rng.integers(0, 255, (30, 40, 3), np.uint8)).save(tmp_path / f"images/{name}.png")
    (tmp_path / "labels/a.txt").write_text("0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.3 0.1 0.2 0.4\n")
    (tmp_path / "labels/b.txt").write_text("")
    return tmp_path


def test_a_sound_yolo_folder_has_no_finding(yolo):
    log = validate_dataset(yolo)
    assert log.lines() == [] and log.compared == {"label lines": 2, "images": 2}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2 0.5 0.5 0.2 0.2", "class 2 is not among the 2"),
        ("0 0.95 0.5 0.2 0.2", "0 to 1 is the image"),
        ("0 0.5 0.5 0.2", "has 4 numbers"),
        ("dog 0.5 0.5 0.2 0.2", "no label line"),
        ("0 0.5 0.5 nan 0.2", "not finite"),
        ("0 0.5 0.5 0 0.2", "no extent"),
        ("1 0.1 0.1 1.3 0.1 0.2 0.4", "outline leaves"),
        ("0 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.2 0.2", "repeats line 1"),
    ],
)
def test_errors_of_a_label_file_name_the_line(yolo, line, words):
    (yolo / "labels/b.txt").write_text(line + "\n")
    found = [f for f in validate_dataset(yolo).findings if words in f.message]
    assert found and found[0].file == "labels/b.txt" and found[0].item.startswith("line ")


def test_labels_and_images_belong_together(yolo):
    (yolo / "labels/c.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    (yolo / "labels/b.txt").unlink()
    found = {(f.severity, f.file) for f in validate_dataset(yolo).findings}
    assert found == {("error", "labels/c.txt"), ("warning", "labels/b.txt")}


def test_an_image_too_large_to_look_at_is_a_warning(yolo, monkeypatch):
    monkeypatch.setattr("scenewright.sdg.reading.images.LARGEST", 1000)
    log = validate_dataset(yolo)
    assert log.errors == 0 and log.warnings == 2 and "was not compared" in log.findings[0].message
