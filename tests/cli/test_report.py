"""``scenewright report``, ``view`` and ``validate`` of a dataset: what they print, write and return."""

import json

import pytest
from PIL import Image


@pytest.fixture
def coco(tmp_path):
    root = tmp_path / "set"
    root.mkdir()
    Image.effect_noise((40, 30), 60).convert("RGB").save(root / "a.png")
    row = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [2, 3, 10, 5], "area": 50, "iscrowd": 0}
    data = {
        "images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 30}],
        "annotations": [row],
        "categories": [{"id": 1, "name": "dog"}],
    }
    (root / "instances.json").write_text(json.dumps(data))
    return root, data


def test_a_report_lies_in_the_dataset_or_where_it_is_wanted(scenewright, coco, tmp_path):
    status, out, _ = scenewright("report", coco[0])
    assert status == 0 and out.startswith(str(coco[0] / "report.html"))
    status, out, _ = scenewright("report", coco[0], "-o", tmp_path / "p.html", "--against", coco[0], "--samples", 1)
    assert status == 0 and "Against set" in (tmp_path / "p.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["report", "SET", "-o", "page.pdf"], "is an .html page"),
        (["report", "SET", "-o", "gone/page.html"], "there is no folder"),
        (["report", "SET", "--against", "gone"], "gone does not exist"),
        (["report", "EMPTY"], "is no dataset that can be read"),
        (["view", "SET", "--save", "x.html"], "is an .rrd file"),
        (["view", "EMPTY", "--save", "x.rrd"], "is no dataset that can be read"),
        (["validate", "EMPTY"], "is no dataset that can be checked"),
    ],
)
def test_wrong_input_is_one_line_and_status_two(scenewright, coco, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    places = {"SET": str(coco[0]), "EMPTY": str(tmp_path / "empty")}
    pytest.importorskip("rerun", reason="needs the extra [viz]") if arguments[0] == "view" else None
    status, _, err = scenewright(*(places.get(argument, argument) for argument in arguments))
    assert status == 2 and words in err and len(err.strip().splitlines()) == 1


def test_a_dataset_is_validated(scenewright, coco):
    root, data = coco
    status, out, _ = scenewright("validate", root)
    assert status == 0 and "compared: images: 1" in out and "nothing to report" in out
    Image.new("RGB", (40, 30)).save(root / "a.png")
    status, out, _ = scenewright("validate", root)
    assert status == 0 and "warning: a.png: every pixel has the same colour" in out and "1 warning" in out
    data["annotations"][0]["bbox"] = [2, 3, 100, 5]
    (root / "instances.json").write_text(json.dumps(data))
    status, out, err = scenewright("validate", root / "instances.json")
    assert status == 2 and "error: instances.json: annotation 1: bbox is [2, 3, 100, 5]" in out and "1 error, 1 warning" in err
