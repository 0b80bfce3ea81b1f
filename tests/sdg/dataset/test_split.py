"""Shares of train, val and test: exact, stratified, by sequence, and the same whoever makes the frames."""

import json

import numpy as np
import pytest

from scenewright.sdg.dataset.finalise import finalise
from scenewright.sdg.dataset.split import share_units, split_frames

SETTINGS = {"train": 0.8, "val": 0.1, "test": 0.1, "by": "sequence", "stratify": False}
FRAMES = {frame: (frame // 4, {"car": 1}) for frame in range(100)}


def _shares(found):
    return [sum(part == name for part in found.values()) for name in ("train", "val", "test")]


def test_sequences_stay_together_and_shares_are_exact():
    found = split_frames(FRAMES, SETTINGS, 3)
    assert all(len({found[frame] for frame in range(start, start + 4)}) == 1 for start in range(0, 100, 4))
    assert _shares(found) == [80, 12, 8]  # of 25 sequences 20, 3 and 2
    assert _shares(split_frames(FRAMES, {**SETTINGS, "by": "frame"}, 3)) == [80, 10, 10]


def test_the_seed_decides_and_the_order_of_the_frames_does_not():
    assert split_frames(dict(reversed(FRAMES.items())), SETTINGS, 3) == split_frames(FRAMES, SETTINGS, 3)
    assert split_frames(FRAMES, SETTINGS, 4) != split_frames(FRAMES, SETTINGS, 3)


def test_stratified_parts_have_their_share_of_rare_classes():
    random = np.random.default_rng(0)
    units = {i: {"car": int(random.integers(0, 5)), "bus": int(i % 20 == 0), "tram": int(i % 50 == 7)} for i in range(200)}
    found = share_units(units, [0.8, 0.1, 0.1], 0, stratify=True)
    assert [sum(part == index for part in found.values()) for index in range(3)] == [160, 20, 20]
    for name, slack in (("car", 0.03), ("bus", 0.01), ("tram", 0.26)):
        counts = np.array([sum(units[i][name] for i in units if found[i] == part) for part in range(3)])
        assert np.all(abs(counts / counts.sum() - [0.8, 0.1, 0.1]) < slack), (name, counts)


def test_too_few_sequences_are_told(caplog):
    assert set(split_frames({0: (0, {}), 1: (0, {})}, SETTINGS, 0).values()) == {"train"}
    assert "val, test got no frames, for the dataset has 1 sequences" in caplog.text and "by: frame" in caplog.text
    assert split_frames(FRAMES, None, 0) == {}


@pytest.mark.parametrize("cut", [1, 4, 9])
def test_finalise_writes_the_same_splits_from_any_shards(tmp_path, add_frames, header, cut):
    plan = json.dumps({"scenewright": {"split": {**SETTINGS, "train": 0.6, "val": 0.2, "test": 0.2}}, "blocks": {}})
    header = {**header, "recipe": {**header["recipe"], "plan": plan}}
    add_frames(tmp_path / "whole", range(10), header)
    add_frames(tmp_path / "a", range(cut, 10), header)
    add_frames(tmp_path / "b", range(cut), header)
    finalise([tmp_path / "whole"])
    finalise([tmp_path / "a", tmp_path / "b"])
    splits = json.loads((tmp_path / "whole" / "splits.json").read_text())
    assert [len(splits[name]) for name in ("train", "val", "test")] == [6, 2, 2]
    for name in ("splits.json", "annotations/instances_train.json", "annotations/instances_val.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    images = json.loads((tmp_path / "a" / "annotations" / "instances_test.json").read_text())["images"]
    assert [image["id"] - 1 for image in images] == splits["test"]


@pytest.mark.parametrize("seed", range(3))
def test_stratified_parts_have_their_share_of_frequent_classes_too_and_a_lone_object_goes_to_the_largest(seed):
    rng = np.random.default_rng(seed)
    frames = {n: (n, {name: int(rng.integers(0, 4)) for name in "abc"} | ({"lone": 1} if n == 57 else {})) for n in range(200)}
    settings = {"train": 0.8, "val": 0.1, "test": 0.1, "by": "frame", "stratify": True}
    found = split_frames(frames, settings, seed)
    assert [sum(value == name for value in found.values()) for name in ("train", "val", "test")] == [160, 20, 20]
    assert found[57] == "train"
    for name in "abc":
        total = sum(counts[name] for _, counts in frames.values())
        for part, share in (("train", 0.8), ("val", 0.1), ("test", 0.1)):
            seen = sum(counts[name] for frame, (_, counts) in frames.items() if found[frame] == part)
            assert abs(seen - share * total) <= 1.0, (name, part, seen, share * total)
    assert split_frames(dict(reversed(frames.items())), settings, seed) == found
