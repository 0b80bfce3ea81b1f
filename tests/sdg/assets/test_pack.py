import json
import time

import pytest

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.pack import AssetRecord, Refusal, open_pack, write_catalogue

RECORDS = [
    AssetRecord("stool", "chair", (0.4, 0.4, 0.5), "Bar stool", "Kitchen", ("seat",), "CC0-1.0", notes=("a note",)),
    AssetRecord("throne", "chair", (1.0, 1.0, 2.0), "Throne", licence="CC-BY-3.0", attribution="Ada"),
    AssetRecord("mug", "Mug", (0.1, 0.1, 0.1), licence="CC-BY-4.0"),
]


@pytest.fixture
def pack(tmp_path):
    write_catalogue(tmp_path, RECORDS, [Refusal("x.obj", "no faces.")])
    return open_pack(tmp_path)


def test_a_catalogue_comes_back_as_it_was(pack):
    assert list(pack.records) == sorted(RECORDS, key=lambda record: record.id)
    assert pack.refused == (Refusal("x.obj", "no faces."),)
    assert pack.path(pack.records[0]) == pack.root / "assets" / "mug" / "mug.usda"


@pytest.mark.parametrize(("conditions", "ids"), [
    ({}, ["mug", "stool", "throne"]), ({"label": "chair"}, ["stool", "throne"]), ({"label": "mug"}, ["mug"]),
    ({"label": "ch*"}, ["stool", "throne"]), ({"min_size": 0.5}, ["stool", "throne"]), ({"max_size": 0.5}, ["mug", "stool"]),
    ({"licence": "cc-by*"}, ["mug", "throne"]), ({"licence": "CC-BY-4.0"}, ["mug"]), ({"text": "SEAT"}, ["stool"]),
    ({"text": "kitch", "label": "chair", "max_size": 0.4}, []),
])
def test_assets_are_found_by_every_condition(pack, conditions, ids):
    assert [record.id for record in pack.find(**conditions)] == ids


def test_an_id_that_is_not_there(pack):
    assert pack.record("mug").label == "Mug"
    with pytest.raises(AssetError, match="Close: stool"):
        pack.record("stol")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 1}', '{"format": 2, "assets": [], "refused": []}',
                                  '{"format": 1, "assets": [{"id": "../etc", "label": "a", "size": [1, 1, 1]}], "refused": []}',
                                  '{"format": 1, "assets": [{"id": "a", "label": "a", "size": [1]}], "refused": []}',
                                  '{"format": 1, "assets": [{"label": "a"}], "refused": []}',
                                  '{"format": 1, "assets": [5], "refused": []}'])
def test_damaged_catalogues_are_refused(tmp_path, text):
    (tmp_path / "catalogue.json").write_text(text)
    with pytest.raises(AssetError, match=r"catalogue\.json"):
        open_pack(tmp_path)


def test_a_folder_without_a_catalogue_is_no_pack(tmp_path):
    with pytest.raises(AssetError, match="no asset pack"):
        open_pack(tmp_path)


def test_a_thousand_assets_open_within_a_second(tmp_path):
    more = {"category": "Category", "tags": ("one", "two"), "licence": "CC0-1.0", "attribution": "Ada",
            "source": "lib.sh3f/a/model.obj", "notes": ("textures that are not there: a.png",)}
    records = [AssetRecord(f"asset_{i}", f"class_{i % 50}", (0.1, 0.2, 0.3), f"Asset {i}", **more) for i in range(1000)]
    write_catalogue(tmp_path, records, [])
    started = time.process_time()
    pack = open_pack(tmp_path)
    assert len(pack.find("class_7")) == 20
    assert time.process_time() - started < 1.0


def test_the_catalogue_is_plain_json_one_asset_a_line(pack):
    text = (pack.root / "catalogue.json").read_text()
    assert len(json.loads(text)["assets"]) == 3 and len(text.splitlines()) == 9
