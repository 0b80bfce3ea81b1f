"""What one image adds to a COCO file: exact masks, boxes and stable ids."""

import json

import numpy as np
import pytest

from scenewright.sdg.dataset.derive import JoinContext, join_fragments
from scenewright.sdg.writers.coco_fragment import coco_fragment
from scenewright.sdg.writers.rle import rle_decode

SEMANTICS = {
    "0": {"class": "BACKGROUND"},
    "1": {"class": "UNLABELLED"},
    "2": {"class": "wheel,car"},
    "3": {"class": "car"},
    "4": {"class": "hidden"},
    "5": {"other": "x"},
}
PATHS = {"2": "/World/car/wheel", "3": "/World/car", "4": "/World/hidden"}


@pytest.fixture
def ids():
    image = np.zeros((6, 8), np.uint32)
    image[1:5, 2:7] = 3
    image[3:5, 3] = 2
    image[0, 0] = 5
    image[5, :] = 1
    return image


def test_masks_boxes_and_areas_are_those_of_the_ids(ids):
    fragment = coco_fragment(ids, SEMANTICS, PATHS, image_id=7)
    wheel, car = fragment["annotations"]
    assert (wheel["category"], wheel["bbox"], wheel["area"]) == ("wheel", [3, 3, 1, 2], 2)
    assert wheel["prim_path"] == "/World/car/wheel"
    assert (car["category"], car["bbox"], car["area"]) == ("car", [2, 1, 5, 4], 18)
    assert (wheel["id"], car["id"], car["image_id"]) == (7_000_002, 7_000_003, 7)
    for annotation, instance in ((wheel, 2), (car, 3)):
        assert np.array_equal(rle_decode(annotation["segmentation"]["counts"], 6, 8), ids == instance)


def test_declared_classes_count_whether_or_not_they_are_in_view(ids):
    fragment = coco_fragment(ids, SEMANTICS, PATHS, image_id=1)
    assert fragment["categories"] == {"wheel": ["car"], "car": [], "hidden": []}


def test_another_label_type_gives_other_categories(ids):
    fragment = coco_fragment(ids, SEMANTICS, PATHS, image_id=1, semantic_type="other")
    assert [row["category"] for row in fragment["annotations"]] == ["x"]


def test_an_id_too_large_for_coco_is_an_error():
    image = np.full((1, 1), 1_000_000, np.uint32)
    with pytest.raises(ValueError, match="too large for COCO"):
        coco_fragment(image, {1_000_000: {"class": "a"}}, {}, image_id=1)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools itself
def test_a_joined_file_opens_in_pycocotools(tmp_path, ids):
    coco_module = pytest.importorskip("pycocotools.coco")
    named = []
    for frame in range(3):
        fragment = coco_fragment(np.roll(ids, frame, axis=1), SEMANTICS, PATHS, image_id=frame + 1)
        rows = {"images": [{**fragment.pop("image"), "file_name": f"images/{frame}.png"}], "semantic_type": "class", **fragment}
        named.append(f".scenewright/coco/{frame:06d}.json")
        (tmp_path / named[-1]).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / named[-1]).write_text(json.dumps(rows))
    declared = {"class": ["car", "aardvark"], "other": ["x"]}
    assert join_fragments(tmp_path, reversed([*named, "images/0.png"]), JoinContext(declared)) == ["annotations/instances.json"]
    coco = coco_module.COCO(str(tmp_path / "annotations" / "instances.json"))
    names = {row["id"]: (row["name"], row["supercategory"]) for row in coco.loadCats(coco.getCatIds())}
    assert names == {1: ("aardvark", "object"), 2: ("car", "object"), 3: ("hidden", "object"), 4: ("wheel", "car")}
    for image in coco.getImgIds():
        shown = np.roll(ids, image - 1, axis=1)
        for row in coco.loadAnns(coco.getAnnIds(image)):
            assert np.array_equal(coco.annToMask(row).astype(bool), shown == row["id"] % 1_000_000)
