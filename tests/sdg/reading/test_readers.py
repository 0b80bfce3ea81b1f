"""Readers: masks against pycocotools, every layout that a folder may have, and files that are not what they seem."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.reading.basic import BasicSource
from scenewright.sdg.reading.camera import camera_view
from scenewright.sdg.reading.find import open_source
from scenewright.sdg.reading.images import UnreadableImage, read_image
from scenewright.sdg.reading.masks import PolygonMask, RunMask, mask_of_coco
from scenewright.sdg.reading.yolo import label_path, parse_line
from scenewright.sdg.writers.polygons import mask_polygons


@pytest.mark.parametrize("seed", range(6))
def test_run_lengths_agree_with_pycocotools(seed):
    rng = np.random.default_rng(seed)
    pixels = rng.random((17, 23)) < (0.02, 0.3, 0.9, 0.5, 1.1, 0.0)[seed]
    encoded = coco_mask.encode(np.asfortranarray(pixels.astype(np.uint8)))
    mask = mask_of_coco({"size": encoded["size"], "counts": encoded["counts"].decode()})
    assert np.array_equal(mask.decode(17, 23), pixels) and mask.area() == pixels.sum()
    box = mask.box()
    assert (box is None) if not pixels.any() else list(box) == coco_mask.toBbox(encoded).tolist()
    places = np.zeros(17 * 23, bool)
    places[mask.places()] = True
    assert np.array_equal(places.reshape(23, 17).T, pixels)
    plain = mask_of_coco({"size": [17, 23], "counts": mask.runs.tolist()})
    assert np.array_equal(plain.decode(17, 23), pixels)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
def test_outlines_enclose_what_pycocotools_says_they_do():
    polygon = [3.0, 2.0, 20.0, 4.0, 15.0, 14.0, 5.0, 12.0]
    filled = coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects([polygon], 20, 30))).astype(bool)
    mask = PolygonMask((tuple(polygon),))
    assert np.count_nonzero(mask.decode(20, 30) != filled) < 0.1 * filled.sum()
    assert mask.area() == pytest.approx(138.0) and mask.box() == (3.0, 2.0, 17.0, 12.0)


def test_outlines_along_pixel_edges_give_the_mask_back():
    pixels = np.random.default_rng(0).random((20, 30)) < 0.5
    outlines = tuple(tuple(polygon.reshape(-1).astype(float)) for polygon in mask_polygons(pixels))
    assert np.array_equal(PolygonMask(outlines).decode(20, 30), pixels)


@pytest.mark.parametrize(
    "given",
    [{"size": [4, 4], "counts": [3, 4]}, {"size": [4, 4], "counts": "~~"}, {"counts": [16]}, [[1, 2, 3]], "text", [["a", 1]]],
)
def test_masks_that_are_none_are_errors(given):
    with pytest.raises(ValueError):
        mask = mask_of_coco(given)
        assert isinstance(mask, RunMask)
        mask.area()


@pytest.mark.parametrize(
    ("names", "folder"),
    [
        ("annotations/instances_val2017.json", "val2017"),
        ("annotations/instances.json", "images"),
        ("train/_annotations.coco.json", "train"),
    ],
)
def test_coco_folders_of_all_kinds_find_their_images(tmp_path, names, folder):
    (tmp_path / folder).mkdir()
    (tmp_path / names).parent.mkdir(exist_ok=True)
    Image.new("RGB", (8, 6)).save(tmp_path / folder / "a.jpg")
    data = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 8, "height": 6}],
        "categories": [{"id": 1, "name": "x"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 2, 2]}],
    }
    (tmp_path / names).write_text(json.dumps(data))
    source = open_source(tmp_path)
    (picture,) = source.pictures()
    assert picture.path == tmp_path / folder / "a.jpg" and picture.objects[0].name == "x" and source.layout == "COCO"


def test_label_lines_are_boxes_outlines_or_poses():
    assert parse_line("3 0.5 0.5 0.2 0.4")[1] == pytest.approx((0.4, 0.3, 0.2, 0.4))
    number, box, outline, _ = parse_line("0 0.1 0.2 0.5 0.2 0.3 0.8")
    assert number == 0 and box == pytest.approx((0.1, 0.2, 0.4, 0.6)) and outline.shape == (3, 2)
    points = parse_line("0 0.5 0.5 0.2 0.4 0.1 0.2 2 0 0 0", (2, 3))[3]
    assert points.tolist() == [[0.1, 0.2, 2], [0, 0, 0]]
    assert label_path(Path("/a/images/train/images/x.jpg")) == Path("/a/images/train/labels/x.txt")


def test_yolo_by_list_by_folder_and_without_data_yaml(tmp_path):
    (tmp_path / "images/train").mkdir(parents=True)
    (tmp_path / "labels/train").mkdir(parents=True)
    Image.new("RGB", (8, 6)).save(tmp_path / "images/train/a.png")
    (tmp_path / "labels/train/a.txt").write_text("1 0.5 0.5 0.5 0.5\n")
    assert [p.objects[0].name for p in open_source(tmp_path).pictures()] == ["class 1"]
    (tmp_path / "data.yaml").write_text("path: ../elsewhere\ntrain: images/train\nnames: {0: cat, 1: dog}\n")
    (picture,) = open_source(tmp_path).pictures()
    assert picture.objects[0].name == "dog" and picture.objects[0].box == (2.0, 1.5, 4.0, 3.0)
    (tmp_path / "labels/train/b.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    assert [(p.name, p.path.is_file(), len(p.objects)) for p in open_source(tmp_path).pictures()][1] == (
        "images/train/b.jpg",
        False,
        1,
    )
    (tmp_path / "labels/train/b.txt").unlink()
    (tmp_path / "list.txt").write_text("./images/train/a.png\n./images/train/gone.png\n")
    (tmp_path / "data.yaml").write_text("train: list.txt\nval: list.txt\nnames: [cat, dog]\n")
    assert [p.name for p in open_source(tmp_path).pictures()] == ["images/train/a.png", "images/train/gone.png"]
    (tmp_path / "data.yaml").write_text("train: [\n")
    with pytest.raises(DatasetInputError, match="cannot be read"):
        open_source(tmp_path)


def test_several_render_products_in_folders_or_prefixes_are_views(basic, tmp_path):
    for name in ("left", "right"):
        for path in basic.glob("*_0000.*"):
            (tmp_path / "flat").mkdir(exist_ok=True)
            (tmp_path / "flat" / f"{name}_{path.name}").write_bytes(path.read_bytes())
    source = BasicSource.open(tmp_path / "flat")
    assert [view.name for view in source.views] == ["left", "right"] and len(source) == 2
    assert [len(picture.objects) for picture in source.pictures()] == [2, 2]
    picture = next(source.pictures())
    assert picture.objects[0].prim_path == "/World/Crate" and picture.objects[0].distance == pytest.approx(
        np.sqrt(0.6**2 + 6.0**2 + 0.5**2)
    )
    assert np.allclose(picture.view.position, (0, -6, 0.5)) and picture.objects[0].mask.decode(48, 64).sum() > 100


def test_images_that_cannot_be_used_say_why(tmp_path, monkeypatch):
    cases = {
        "gone.png": "is missing",
        "text.png": "is no image",
        "short.png": "damaged or cut short",
        "large.png": "megapixels",
    }
    (tmp_path / "text.png").write_text("no")
    Image.effect_noise((64, 64), 50).save(tmp_path / "short.png")
    (tmp_path / "short.png").write_bytes((tmp_path / "short.png").read_bytes()[:900])
    Image.new("L", (80, 80)).save(tmp_path / "large.png")
    for name, words in cases.items():
        if name == "large.png":
            monkeypatch.setattr("scenewright.sdg.reading.images.LARGEST", 6000)
        with pytest.raises(UnreadableImage, match=words):
            read_image(tmp_path / name)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "CMYK", "1", "I;16"])
def test_every_kind_of_pixel_becomes_colour(tmp_path, mode):
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    image = Image.fromarray(np.arange(48, dtype=np.uint16).reshape(6, 8) * 1000) if mode == "I;16" else Image.new(mode, (8, 6))
    image.save(path)
    assert read_image(path).shape == (6, 8, 3) and read_image(path, 4).shape == (3, 4, 3)


def test_parameters_that_are_no_camera_are_an_error():
    with pytest.raises(ValueError, match="no camera parameters"):
        camera_view({"cameraModel": "pinhole"})
