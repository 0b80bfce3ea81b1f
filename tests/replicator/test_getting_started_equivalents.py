"""Scripts with the features of Isaac Sim's getting-started examples run unchanged and write what those write.

The scripts in `getting_started/` are our own; the file counts are those of the examples' own self-tests.
"""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scenewright.host.runner import run_script
from scenewright.host.stage_context import get_context

SCRIPTS = Path(__file__).parent / "getting_started"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a script in an empty folder and return that folder."""
    monkeypatch.chdir(tmp_path)

    def run_in_folder(name):
        assert run_script(SCRIPTS / f"{name}.py") == 0
        return tmp_path

    yield run_in_folder
    get_context().close_stage()


def counts(folder):
    return Counter(path.suffix[1:] for path in folder.rglob("*") if path.is_file())


def image(path):
    with Image.open(path) as opened:
        return np.asarray(opened.convert("RGB")).astype(int)


def images(folder, pattern):
    return [image(path) for path in sorted(folder.glob(pattern))]


def test_first_dataset(run):
    folder = run("first_dataset") / "first_dataset"
    found = counts(folder)
    assert (found["png"], found["npy"], found["json"]) == (3, 3, 6)
    boxes = np.load(sorted(folder.glob("bounding_box_2d_tight_0*.npy"))[0])
    picture = images(folder, "rgb_*.png")[0]
    assert picture.shape == (40, 48, 3)
    assert len(boxes) == 1
    box = boxes[0]
    assert 0 < box["x_min"] < 24 < box["x_max"] < 47 and 0 < box["y_min"] < 20 < box["y_max"] < 39
    labels = json.loads(sorted(folder.glob("bounding_box_2d_tight_labels_*.json"))[0].read_text())
    assert [label["class"] for label in labels.values()] == ["box"]


def test_own_writer(run):
    folder = run("own_writer")
    found = counts(folder / "poses")
    assert (found["json"], found["png"], found["txt"]) == (6, 12, 1)
    notes = json.loads((folder / "notes.json").read_text())
    assert notes["shapes"] == [[[40, 40, 4], [48, 48, 4]]] * 3
    assert [(note["page"], note["view"], note["boxes"]) for note in notes["seen"]] == [
        (page, view, 1) for page in range(3) for view in ("above", "aside")]
    assert notes["seen"][0]["extent"] == [-0.5, 0.5]
    looking_down = [[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, -6, 1]]
    np.testing.assert_allclose(notes["seen"][0]["camera"], looking_down, atol=1e-5)


def test_light_event(run):
    folder = run("light_event") / "light_event"
    found = counts(folder)
    assert (found["png"], found["json"]) == (6, 3)
    pictures = images(folder, "rgb_*.png")
    sky = [picture[0, 0] for picture in pictures]
    assert (sky[1] == sky[2]).all()  # the light changes with the event alone
    assert (sky[0] != sky[1]).any()
    masks = images(folder, "semantic_segmentation_0*.png")
    colors = [np.unique(mask.reshape(-1, 3), axis=0) for mask in masks]
    assert all(len(color) == 2 for color in colors)
    assert (masks[0] != masks[1]).any() and (masks[1] != masks[2]).any()  # the box moves with every step


def test_many_boxes(run):
    folder = run("many_boxes")
    for name in ("waiting", "running", "fabric"):
        assert counts(folder / name)["png"] == 10
    reference = images(folder / "waiting", "rgb_*.png")
    for name in ("running", "fabric"):
        for expected, found in zip(reference, images(folder / name, "rgb_*.png"), strict=True):
            np.testing.assert_array_equal(found, expected)
    assert all((one != two).any() for one, two in pairwise(reference))


def test_turning_boxes(run):
    folder = run("turning_boxes") / "turning_boxes"
    assert counts(folder)["png"] == 5
    pictures = images(folder, "rgb_*.png")
    assert all((one != two).any() for one, two in pairwise(pictures))


def test_three_cameras(run):
    folder = run("three_cameras")
    assert counts(folder / "album")["png"] == counts(folder / "direct")["png"] == 15
    for name, size in (("Top", 32), ("Side", 40), ("Corner", 48)):
        album, direct = images(folder / "album", f"{name}_*.png"), images(folder / "direct", f"{name}_*.png")
        assert {picture.shape for picture in album} == {(size, size, 3)}
        for written, read in zip(album, direct, strict=True):
            np.testing.assert_array_equal(written, read)
        centers = {tuple(picture[size // 2, size // 2]) for picture in album}
        assert len(centers) == 5  # another colour with every frame
