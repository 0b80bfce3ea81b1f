"""Croissant metadata, read by mlcroissant, and the card."""

import hashlib
import json

import pytest

from scenewright.sdg.dataset.finalise import finalise


@pytest.fixture
def dataset(tmp_path, add_frames, header):
    header = {**header, "licences": {"a.usda": "CC-BY-4.0", "b|c.usda": "Apache-2.0"}}
    add_frames(tmp_path / "d", range(5), header)
    finalise([tmp_path / "d"])
    return tmp_path / "d"


@pytest.mark.verify
@pytest.mark.filterwarnings("ignore")  # of the reader
def test_mlcroissant_reads_it(dataset):
    mlcroissant = pytest.importorskip("mlcroissant")
    rows = [{"id": i, "image_id": 1, "category_id": 2, "area": 6, "bbox": [0, 0, 2, 3]} for i in range(3)]
    found = mlcroissant.Dataset(jsonld=str(dataset / "croissant.json"))
    assert not found.metadata.ctx.issues.errors
    assert found.metadata.name == "r" and found.metadata.license == ["Apache-2.0", "CC-BY-4.0"]
    target = dataset / "annotations" / "instances.json"
    target.write_text(json.dumps({"annotations": rows}))
    data = json.loads((dataset / "croissant.json").read_text())
    entry = next(row for row in data["distribution"] if row["@id"] == "annotations/instances.json")
    entry["sha256"] = hashlib.sha256(target.read_bytes()).hexdigest()
    (dataset / "croissant.json").write_text(json.dumps(data))
    found = mlcroissant.Dataset(jsonld=str(dataset / "croissant.json"))
    name = "annotations/instances.json#annotations"
    assert [record["annotations/instances.json#id"] for record in found.records(name)] == [0, 1, 2]


def test_croissant_names_every_kind_of_file_with_its_hash(dataset):
    data = json.loads((dataset / "croissant.json").read_text())
    entries = {row["@id"]: row for row in data["distribution"]}
    assert {"ledger.jsonl", "annotations/instances.json", "images/*.png", "metadata.txt", "README.md"} == set(entries)
    for name, row in entries.items():
        if "*" not in name:
            assert row["sha256"] == hashlib.sha256((dataset / name).read_bytes()).hexdigest()


def test_the_card_says_what_is_in_it_and_whose_it_is(dataset, tmp_path, add_frames, header):
    text = (dataset / "README.md").read_text()
    assert text.startswith('---\npretty_name: "r"\n') and 'license_name: "Apache-2.0, CC-BY-4.0"' in text
    assert "[report.html](report.html)" in text
    assert "| frames | 5 |" in text and "| zebra | 0 |" in text and "| b\\|c.usda | Apache-2.0 |" in text
    add_frames(tmp_path / "bare", range(1), header)
    finalise([tmp_path / "bare"])
    assert "The assets state none" in (tmp_path / "bare" / "README.md").read_text()
