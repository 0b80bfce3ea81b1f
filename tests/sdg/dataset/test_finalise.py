"""Finalising: shards joined are one run, and damage is told."""

import json
import os

import pytest

from scenewright.sdg.dataset.errors import DatasetInputError, DatasetRunError
from scenewright.sdg.dataset.files import dataset_files
from scenewright.sdg.dataset.finalise import finalise
from scenewright.sdg.dataset.header import write_header
from scenewright.sdg.dataset.ledger import LedgerPart


@pytest.fixture
def shards(tmp_path, add_frames):
    whole, one, two = (tmp_path / name for name in ("whole", "one", "two"))
    for root, frames in ((whole, range(7)), (one, range(0, 7, 2)), (two, range(1, 7, 2))):
        root.mkdir()
        add_frames(root, frames)
    return whole, one, two


def test_two_shards_finalised_together_are_one_run(shards, tmp_path):
    whole, one, two = shards
    finalise([whole])
    before = dataset_files(two)
    finalise([one, two], tmp_path / "joined")
    assert dataset_files(two) == before
    finalise([one, two])
    assert dataset_files(one) == dataset_files(whole) == dataset_files(tmp_path / "joined")
    assert len(dataset_files(one)) == 7 * 2 + 6  # header, ledger, metadata, annotations, card, Croissant
    finalise([one])  # doing it twice changes nothing
    assert dataset_files(one) == dataset_files(whole)


def test_the_annotations_hold_every_image_once_in_order(shards):
    whole = shards[0]
    finalise([whole])
    coco = json.loads((whole / "annotations" / "instances.json").read_text())
    assert [image["id"] for image in coco["images"]] == [1, 2, 3, 4, 5, 6, 7]
    assert [(row["id"], row["name"]) for row in coco["categories"]] == [(1, "apple"), (2, "zebra")]


def test_shards_that_overlap_must_agree(shards, add_frames):
    _, one, two = shards
    add_frames(two, [2])
    assert sorted(finalise([one, two]).rows) == list(range(7))
    part = LedgerPart(two)
    line = json.loads((one / "ledger.jsonl").read_text().splitlines()[1])
    line["drawn"] = {"node": [0.5]}
    os.write(part._file, (json.dumps(line) + "\n").encode())
    part.close()
    with pytest.raises(DatasetInputError, match=r"Frame 0 .*drawn values"):
        finalise([one, two])


def test_shards_of_other_machines_join_only_when_asked(shards, header):
    _, one, two = shards
    write_header(two, {**header, "cpu": "slide rule"})
    with pytest.raises(DatasetInputError, match=r"cpu was abacus, is slide rule.*--mixed"):
        finalise([one, two])
    assert len(finalise([one, two], mixed=True).rows) == 7


def test_shards_of_other_recipes_do_not_join(shards, header):
    _, one, two = shards
    write_header(two, {**header, "recipe": {**header["recipe"], "seed": 3}})
    with pytest.raises(DatasetInputError, match="do not belong together: seed was 0, is 3"):
        finalise([one, two], mixed=True)


@pytest.mark.parametrize("damage", ["changed", "missing", "linked"])
def test_damage_is_named_and_nothing_is_derived(shards, damage, tmp_path):
    whole = shards[0]
    victim = whole / "images" / "000003.png"
    data = victim.read_bytes()
    victim.unlink()
    if damage == "changed":
        victim.write_bytes(data[::-1])
    elif damage == "linked":
        (tmp_path / "elsewhere").write_bytes(data)
        victim.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DatasetRunError, match=r"1 files are missing or differ.*000003\.png"):
        finalise([whole])
    assert not (whole / "annotations").exists()


def test_a_folder_that_is_no_dataset_is_named(tmp_path):
    with pytest.raises(DatasetInputError, match=r"is no dataset: it has no dataset\.json"):
        finalise([tmp_path])


def test_a_dataset_that_is_being_written_is_left_alone(shards):
    part = LedgerPart(shards[0])
    with pytest.raises(DatasetInputError, match="still being written"):
        finalise([shards[0]])
    part.close()
