"""The page: complete, self-contained, escaped, and honest about what it could not read."""

import json

import pytest
from PIL import Image

from scenewright.sdg.dataset.errors import DatasetInputError, DatasetRunError
from scenewright.sdg.report.report import write_report

ODD = "<script>alert(1)</script> & \"co\" 'x' {0} é"


def test_a_page_has_samples_statistics_and_nothing_from_elsewhere(coco, read_page):
    page = read_page(write_report(coco))
    assert not page.open
    assert all(address.startswith(("data:", "#")) for address in page.addresses)
    ids = [attrs["id"] for tag, attrs in page.elements if tag == "section"]
    assert ids == ["samples", "classes", "boxes", "light", "twins"]
    pictures = [attrs for tag, attrs in page.elements if tag == "img" and attrs.get("class") == "picture"]
    assert len(pictures) == 6 and pictures[1]["alt"] == "images/1.png: 1 dog"
    assert sum(tag == "img" and attrs.get("class") == "layer masks" for tag, attrs in page.elements) == 4
    assert {attrs.get("value") for tag, attrs in page.elements if tag == "input"} == {"masks", "boxes", "names"}
    for sentence in ("dog is the most frequent, 2 times as frequent as cat.", "33 %", "Half of the boxes have less than 40 %"):
        assert sentence in page.text
    policy = next(attrs["content"] for tag, attrs in page.elements if attrs.get("http-equiv"))
    assert policy.startswith("default-src 'none'")


def test_odd_characters_stay_text(make_coco, read_page):
    root = make_coco(ODD.replace("/", "_"), names=(ODD, "cat"))
    page = read_page(write_report(root, against=make_coco("other", names=("x", "cat"))))
    assert sum(tag == "script" for tag, _ in page.elements) == 1
    assert ODD in page.text


def test_a_dataset_beside_it_shows_every_distance(coco, make_coco, read_page):
    page = read_page(write_report(coco, against=make_coco("real", gain=0.5, names=("Dog", "bird"), box=(0, 0, 8, 6))))
    assert next(attrs["id"] for tag, attrs in page.elements if tag == "section") == "against"
    for name in ("brightness", "contrast", "box size", "box positions", "classes", "tones", "hues", "objects per image"):
        assert name in page.text
    assert "Only in ours: cat." in page.text and "Only in real: bird." in page.text
    assert sum(tag == "path" and attrs.get("class") == "theirs" for tag, attrs in page.elements) >= 8


def test_what_cannot_be_read_is_said_at_the_head_and_labels_still_count(coco, make_coco, read_page):
    real = make_coco("real")
    for name in ("0", "1", "2", "3"):
        (real / f"images/{name}.png").unlink()
    (coco / "images/1.png").write_bytes((coco / "images/1.png").read_bytes()[:600])
    (coco / "images/2.png").write_bytes(b"no image")
    data = json.loads((coco / "instances.json").read_text())
    data["annotations"][0]["bbox"] = ["a", 0, 0, 0]
    (coco / "instances.json").write_text(json.dumps(data))
    page = read_page(write_report(coco, against=real))
    assert "ours: 2 of 6 images could not be read; their labels are counted all the same" in page.text
    assert "1 labels could not be read and are left out" in page.text
    assert "real: 4 of 6 images could not be read" in page.text
    assert "images/1.png is damaged or cut short" in page.text and "images/2.png is no image" in page.text
    assert sum(tag == "figure" and "gone" in attrs.get("class", "") for tag, attrs in page.elements) == 6


def test_frames_without_objects_and_without_images_are_no_obstacle(make_coco, read_page):
    root = make_coco("bare", images=1)
    page = read_page(write_report(root))
    assert "No image shows a labelled object." in page.text and "There are no boxes." in page.text
    (root / "images/0.png").unlink()
    assert "1 of 1 images could not be read" in read_page(write_report(root)).text


def test_sizes_of_pages_and_pictures_are_bounded(make_coco, read_page):
    root = make_coco("large", images=3)
    Image.effect_noise((4000, 3000), 80).convert("RGB").save(root / "images/1.png")
    path = write_report(root, samples=2)
    assert path.stat().st_size < 2_000_000
    widths = [int(attrs["width"]) for tag, attrs in read_page(path).elements if attrs.get("class") == "picture"]
    assert max(widths) <= 640


def test_classes_have_the_ontologys_colours_and_assets_their_licences_and_makers(ledgered, read_page):
    header = json.loads((ledgered / "dataset.json").read_text())
    header["ontology"] = {"crate": {"id": 1, "supercategory": "box", "color": [1, 2, 3]}}
    header["licences"] = {f"assets/{n}.usd": "CC-BY-4.0" for n in range(6)} | {"scene.usd": "CC0-1.0"}
    header["attributions"] = {f"assets/{n}.usd": "Ada <i> Smith" for n in range(6)} | {"wood.png": "Bob"}
    (ledgered / "dataset.json").write_text(json.dumps(header))
    path = write_report(ledgered)
    assert "{--c:rgb(1 2 3);" in path.read_text()
    text = " ".join(read_page(path).text.split())
    assert "CC-BY-4.0Ada <i> Smith6 assetsassets/0.usd, assets/1.usd" in text
    assert "CC0-1.0scene.usd" in text and "not statedBobwood.png" in text


def test_wrong_input_is_one_clear_line(coco, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetInputError, match="is no dataset that can be read"):
        write_report(tmp_path / "empty")
    with pytest.raises(DatasetInputError, match="does not exist"):
        write_report(coco, against=tmp_path / "gone")
    (tmp_path / "none").mkdir()
    (tmp_path / "none/a.json").write_text('{"images": [], "annotations": [], "categories": []}')
    with pytest.raises(DatasetInputError, match="has no images"):
        write_report(tmp_path / "none")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/a.json").write_text('{"images": [], "annotations": [], "categories"')
    with pytest.raises(DatasetInputError, match="cannot be read"):
        write_report(tmp_path / "bad")
    with pytest.raises(DatasetRunError, match="Cannot write"):
        write_report(coco, tmp_path / "bad/a.json/report.html")


def test_pictures_are_found_beside_the_coco_file_of_an_unusual_layout(coco, tmp_path):
    (tmp_path / "real/data").mkdir(parents=True)
    (coco / "images").rename(tmp_path / "real/data/images")
    data = json.loads((coco / "instances.json").read_text())
    for row in data["images"]:
        row["file_name"] = row["file_name"].removeprefix("images/")
    (tmp_path / "real/data/trainval.json").write_text(json.dumps(data))
    for place in (tmp_path / "real", tmp_path / "real/data/trainval.json"):
        text = write_report(place, tmp_path / "r.html").read_text()
        assert "could not be read" not in text and text.count('class="picture"') == 6


def test_only_some_images_are_measured_when_asked(coco, read_page):
    page = read_page(write_report(coco, measured=2))
    assert "Pixels of 2 of 6 images were looked at." in page.text
