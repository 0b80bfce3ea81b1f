"""Asset books: reading, choosing by size, packs that replace classes, and errors that name the entry."""

import json

import numpy as np
import pytest
import yaml

from scenewright.sdg.scenes import AssetBook, SceneAsset, SceneError, read_asset_book


def write(path, data):
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


def test_a_book_has_absolute_paths_sizes_and_supports(tmp_path):
    entry = {
        "path": "box/box.usda",
        "size": [0.4, 0.3, 0.2],
        "variants": {"print": ["a", "b"]},
        "supports": [{"name": "top", "rect": [-0.2, -0.15, 0.2, 0.15], "z": 0.2}],
    }
    book = read_asset_book(write(tmp_path / "assets.yaml", {"looks": "looks.usda", "box": [entry]}))
    (box,) = book.all("box")
    assert box.path == str(tmp_path / "box/box.usda") and box.size == (0.4, 0.3, 0.2) and box.name == "box"
    assert book.looks == str(tmp_path / "looks.usda")
    assert box.supports[0].z == 0.2 and box.supports[0].height == float("inf")
    assert {box.choose(np.random.default_rng(s))["print"] for s in range(9)} == {"a", "b"}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([1], "must map classes"),
        ({"box": 3}, "'box' must be a list"),
        ({"box": [{"path": "a.usda"}]}, "entry of 'box'"),
        ({"box": [{"path": "a.usda", "size": [1, 2]}]}, "three positive lengths"),
        ({"box": [{"path": "a.usda", "size": [1, 2, -3]}]}, "three positive lengths"),
        ({"box": [{"path": "a.usda", "size": [1, 2, 3], "colour": "red"}]}, "entry of 'box'"),
        ({"box": [{"path": "a.usda", "size": [1, 2, 3], "supports": [{"name": "top"}]}]}, "supports are wrong"),
    ],
)
def test_wrong_books_are_refused_by_name(tmp_path, data, says):
    with pytest.raises(SceneError, match=says):
        read_asset_book(write(tmp_path / "assets.yaml", data))


def test_missing_and_broken_books(tmp_path):
    with pytest.raises(SceneError, match="cannot read the asset book"):
        read_asset_book(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(SceneError, match="no YAML"):
        read_asset_book(tmp_path / "bad.yaml")


def test_what_the_book_lacks_is_said_with_what_it_has():
    book = AssetBook.of([SceneAsset("box", "/b.usda", (1, 1, 1))])
    with pytest.raises(SceneError, match=r"has no 'sofa'.*It has: box"):
        book.all("sofa")
    with pytest.raises(SceneError, match=r"no 'box' .* fits into 0\.50 x 2\.00 x 2\.00 m; the smallest is 1\.00"):
        book.pick("box", np.random.default_rng(0), (0.5, 2, 2))


def test_order_of_assets_does_not_depend_on_the_file():
    assets = [SceneAsset("box", f"/{name}.usda", (1, 1, 1)) for name in "cab"]
    assert [a.path for a in AssetBook.of(assets).all("box")] == ["/a.usda", "/b.usda", "/c.usda"]


def test_a_pack_replaces_the_classes_that_it_has(tmp_path):
    row = {"id": "couch_1", "label": "sofa", "size": [2.0, 0.9, 0.8], "licence": "CC0"}
    (tmp_path / "catalogue.json").write_text(json.dumps({"format": 1, "assets": [row], "refused": []}), encoding="utf-8")
    own = AssetBook.of([SceneAsset("sofa", "/own.usda", (1, 1, 1)), SceneAsset("rug", "/rug.usda", (1, 1, 0.1))], "/looks.usda")
    book = own.with_pack(read_asset_book(tmp_path / "catalogue.json"))
    assert [a.path for a in book.all("sofa")] == [str(tmp_path / "assets/couch_1/couch_1.usda")]
    assert (
        book.all("sofa")[0].size == (2.0, 0.9, 0.8) and book.all("rug")[0].path == "/rug.usda" and book.looks == "/looks.usda"
    )
    (tmp_path / "catalogue.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SceneError, match="cannot read the pack"):
        read_asset_book(tmp_path / "catalogue.json")


def test_an_asset_without_supports_offers_its_top():
    (top,) = SceneAsset("table", "/t.usda", (1.0, 0.5, 0.7), offset=(0.5, 0.0)).surfaces()
    assert top.z == 0.7 and top.rect == pytest.approx((0.04, -0.23, 0.96, 0.23))


def test_a_book_names_its_looks_and_its_sky(tmp_path):
    book = tmp_path / "book.yaml"
    book.write_text("looks: looks.usda\nsky: maps/sky.hdr\nbox: [{path: box.usda, size: [1, 1, 1]}]\n", encoding="utf-8")
    read = read_asset_book(book)
    assert (read.looks, read.sky) == (str(tmp_path / "looks.usda"), str(tmp_path / "maps" / "sky.hdr"))
    assert AssetBook.of([]).with_pack(read).sky == read.sky
