"""A dataset with a ledger: files, hashes, what follows from the entries, and labels against masks and poses."""

import json

import pytest
from PIL import Image

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset_validation.validate import validate_dataset


@pytest.fixture
def change_annotation(ledgered, reseal):
    def spoil(change):
        path = ledgered / ".scenewright/coco/000001.json"
        data = json.loads(path.read_text())
        change(data)
        path.write_text(json.dumps(data))
        reseal(ledgered, ".scenewright/coco/000001.json")

    return spoil


def test_a_sound_dataset_has_no_finding(ledgered):
    log = validate_dataset(ledgered)
    assert log.lines() == [] and not log.skipped
    expected = {
        "files against the ledger's hashes": 51,
        "annotation files made again": 1,
        "boxes and areas against masks": 6,
        "masks against the segmentation image": 6,
        "keypoints against poses": 3,
        "motion of first steps": 1,
        "motion of objects against depth and poses": 4,
    }
    assert {name: log.compared[name] for name in expected} == expected


def test_its_report_and_bookkeeping_are_no_extra_files(ledgered):
    (ledgered / "report.html").write_text("<html>")
    assert validate_dataset(ledgered).lines() == []


@pytest.mark.parametrize(
    ("spoil", "severity", "check", "place"),
    [
        (lambda root: (root / "rgb_0001.png").unlink(), "error", "ledger", "rgb_0001.png"),
        (lambda root: (root / "motion_vectors_0001.npy").write_bytes(b"x"), "error", "ledger", "motion_vectors_0001.npy"),
        (lambda root: Image.new("RGB", (64, 48)).save(root / "rgb_0009.png"), "error", "extra files", "rgb_0009.png"),
        (lambda root: (root / "notes.md").write_text("mine"), "warning", "extra files", "notes.md"),
        (lambda root: (root / "annotations/instances.json").unlink(), "error", "derived files", "annotations/instances.json"),
        (lambda root: (root / "README.md").write_text("changed"), "warning", "derived files", "croissant.json"),
    ],
)
def test_files_are_held_against_the_ledger(ledgered, spoil, severity, check, place):
    spoil(ledgered)
    found = [(f.severity, f.check, f.file) for f in validate_dataset(ledgered).findings]
    assert (severity, check, place) in found


def test_a_changed_annotation_file_is_found_with_its_place(ledgered):
    path = ledgered / "annotations/instances.json"
    path.write_text(path.read_text().replace('"area":', '"area":1', 1))
    messages = [f.message for f in validate_dataset(ledgered).findings if f.file == "annotations/instances.json"]
    assert len(messages) == 1 and "line " in messages[0] and '"area":1' in messages[0]


@pytest.mark.parametrize(
    ("change", "check", "words"),
    [
        (lambda d: d["annotations"][0].update(area=3), "coco areas", "area is 3"),
        (lambda d: d["annotations"][0]["bbox"].__setitem__(2, 3), "coco boxes", "its mask spans"),
        (lambda d: d["annotations"][0]["segmentation"].update(counts="0"), "coco masks", "add up to"),
        (lambda d: d["annotations"][1].update(prim_path="/World/Crate"), "coco masks", "pixels differ from the instance"),
        (lambda d: d["annotations"][0]["keypoints"].__setitem__(0, 1.0), "keypoints", "the pose gives"),
        (lambda d: d["annotations"][0].update(num_keypoints=0), "keypoints", "num_keypoints is 0"),
        (lambda d: d["annotations"][1].update(id=d["annotations"][0]["id"]), "coco entries", "same id"),
        (lambda d: d["images"][0].update(width=99), "images", "its labels say 99"),
    ],
)
def test_labels_are_made_again_from_masks_and_poses(ledgered, change_annotation, change, check, words):
    change_annotation(change)
    found = [f for f in validate_dataset(ledgered).findings if f.check == check and words in f.message]
    assert found


def test_motion_in_a_first_step_is_an_error(ledgered):
    (ledgered / "motion_vectors_0000.npy").write_bytes((ledgered / "motion_vectors_0001.npy").read_bytes())
    assert any(f.check == "motion" and "first step" in f.message for f in validate_dataset(ledgered).findings)


def test_frames_that_lack_are_a_warning(ledgered):
    lines = (ledgered / "ledger.jsonl").read_text().splitlines()
    (ledgered / "ledger.jsonl").write_text("\n".join(line for line in lines if '"frame":1,' not in line) + "\n")
    assert any(f.check == "gaps" and f.item == "frame 1" for f in validate_dataset(ledgered).findings)


def test_a_ledger_that_is_cut_short_is_an_error_with_its_line(ledgered):
    path = ledgered / "ledger.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    found = [f for f in validate_dataset(ledgered).findings if f.check == "ledger" and f.file == "ledger.jsonl"]
    assert [(f.severity, f.item) for f in found] == [("error", "line 3")] and "cut short" in found[0].message


def test_a_damaged_ledger_and_no_dataset_are_input_errors(ledgered, tmp_path):
    ledger = ledgered / "ledger.jsonl"
    ledger.write_text("{}\n" + ledger.read_text())
    with pytest.raises(DatasetInputError, match="damaged ledger line"):
        validate_dataset(ledgered)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetInputError, match="no dataset that can be checked"):
        validate_dataset(tmp_path / "empty")
    with pytest.raises(DatasetInputError, match="does not exist"):
        validate_dataset(tmp_path / "gone")
