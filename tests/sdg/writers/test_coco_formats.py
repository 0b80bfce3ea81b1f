"""COCO polygons, panoptic images and keypoints, read by pycocotools or by the format's own formula."""

import json

import numpy as np
import pytest
from PIL import Image

IDS = np.zeros((12, 16), np.uint32)
IDS[2:8, 3:9] = 2
IDS[4:6, 5:7] = 0  # a hole
IDS[3:5, 10:15] = 3
IDS[9:12, :] = 4
IDS[8, 0:3] = 5
LABELS = {0: "BACKGROUND", 1: "UNLABELLED", 2: "ring", 3: "ring", 4: "floor", 5: "floor", 6: "unseen"}


def _coco(folder, name="instances"):
    return json.loads((folder / "annotations" / f"{name}.json").read_text())


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools itself
@pytest.mark.parametrize("segmentation", ["rle", "polygon"])
def test_pycocotools_reads_the_same_masks_from_runs_and_polygons(write_frames, make_product, segmentation):
    module = pytest.importorskip("pycocotools.coco")
    folder = write_frames("coco", [make_product(IDS, LABELS)], segmentation=segmentation)
    coco = module.COCO(str(folder / "annotations" / "instances.json"))
    rows = coco.loadAnns(coco.getAnnIds())
    assert [row["id"] % 1_000_000 for row in rows] == [2, 3, 4, 5]
    for row in rows:
        assert isinstance(row["segmentation"], list if segmentation == "polygon" else dict)
        mask = coco.annToMask(row).astype(bool)
        assert np.array_equal(mask, IDS == row["id"] % 1_000_000) and row["area"] == mask.sum()


def test_panoptic_images_hold_the_segments_that_the_json_describes(write_frames, make_product):
    folder = write_frames("coco", [make_product(IDS, LABELS)], panoptic=True, stuff=["floor"])
    panoptic = _coco(folder, "panoptic")
    kinds = {row["name"]: (row["id"], row["isthing"]) for row in panoptic["categories"]}
    assert kinds == {"floor": (1, 0), "ring": (2, 1), "unseen": (3, 1)}
    (entry,) = panoptic["annotations"]
    colours = np.asarray(Image.open(folder / "panoptic" / entry["file_name"])).astype(np.uint32)
    ids = colours @ np.array([1, 256, 65536], np.uint32)  # the format's definition, cocodataset.org/#format-data
    assert set(np.unique(ids).tolist()) - {0} == {row["id"] for row in entry["segments_info"]} == {2, 3, 4}
    for row in entry["segments_info"]:
        y, x = np.nonzero(ids == row["id"])
        assert row["area"] == len(x)
        assert row["bbox"] == [x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1]
    assert {row["category_id"] for row in _coco(folder)["annotations"]} == {2}  # stuff is no instance


def test_keypoints_are_projected_and_know_what_hides_them(render_scene):
    corners = {f"{x}{y}{z}": (x - 0.5, y - 0.5, z - 0.5) for x in (0, 1) for y in (0, 1) for z in (0, 1)}
    folder = render_scene("coco", keypoints={"box": corners}, skeletons={"box": [[1, 2]]}, resolution=(320, 240))
    coco = _coco(folder)
    category = next(row for row in coco["categories"] if row["name"] == "box")
    assert category["keypoints"] == list(corners) and category["skeleton"] == [[1, 2]]
    box = next(row for row in coco["annotations"] if row["category_id"] == category["id"])
    points = np.array(box["keypoints"]).reshape(-1, 3)
    x, y, width, height = box["bbox"]
    assert abs(points[:, 0].min() - x) < 1.0 and abs(points[:, 0].max() - x - width) < 1.0
    assert abs(points[:, 1].min() - y) < 1.0 and abs(points[:, 1].max() - y - height) < 1.0
    assert box["num_keypoints"] == 8
    # From (1, -6, 2) the corner at +y, -x, -z is the only one that the box itself hides.
    assert {name: int(v) for name, v in zip(corners, points[:, 2], strict=True)} == {n: 1 if n == "010" else 2 for n in corners}
    assert "keypoints" not in next(row for row in coco["annotations"] if row["category_id"] != category["id"])


def test_classes_that_are_not_in_the_map_are_left_out_and_named(write_frames, make_product, caplog):
    folder = write_frames("coco", [make_product(IDS, LABELS)] * 2, classes={"floor": 7, "lamp": 3})
    coco = _coco(folder)
    assert [(row["id"], row["name"]) for row in coco["categories"]] == [(3, "lamp"), (7, "floor")]
    assert [row["category_id"] for row in coco["annotations"]] == [7] * 4 and len(coco["images"]) == 2
    assert "has no 'ring'" in caplog.text and "ring 4" in caplog.text


def test_odd_labels_and_frames_without_objects_are_kept(write_frames, make_product):
    label = 'große "Ente"\n/\\ <&>: {x} 鴨'
    folder = write_frames("coco", [make_product(np.zeros((4, 4)), {}), make_product(IDS[:4], {2: label})])
    coco = _coco(folder)
    assert len(coco["images"]) == 2 and [row["name"] for row in coco["categories"]] == [label]
    assert [row["image_id"] for row in coco["annotations"]] == [2]


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"segmentation": "svg"}, "'svg'.*rle, polygon, none"),
        ({"classes": ["a", "a"]}, "distinct names"),
        ({"classes": {"a": 1.5}}, "distinct whole numbers"),
        ({"classes": []}, "`classes` is a list"),
        ({"keypoints": {"a": {"b": [1, 2]}}}, r"\[x, y, z\]"),
    ],
)
def test_wrong_parameters_are_told(write_frames, parameters, says):
    with pytest.raises(ValueError, match=says):
        write_frames("coco", [], **parameters)
