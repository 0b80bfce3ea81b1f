"""The ledger: what survives a kill, and that its final bytes tell nothing of how they came about."""

import json
import os

import numpy as np
import pytest

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset.files import FileRecord
from scenewright.sdg.dataset.ledger import LedgerEntry, LedgerPart, merge_parts, parts_in_use, read_ledger


def test_the_merged_bytes_do_not_depend_on_who_made_what_when(tmp_path, add_frames):
    one, two = tmp_path / "one", tmp_path / "two"
    for root in (one, two):
        root.mkdir()
    add_frames(one, range(6))
    add_frames(two, [4, 1])
    add_frames(two, [5, 0, 3, 2])
    for root in (one, two):
        merge_parts(root, read_ledger(root))
    assert (one / "ledger.jsonl").read_bytes() == (two / "ledger.jsonl").read_bytes()
    assert not (two / ".scenewright" / "parts").exists()


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_a_torn_last_line_costs_its_frame_only(tmp_path, add_frames, cut):
    path = add_frames(tmp_path, range(3))
    path.write_bytes(path.read_bytes()[:-cut])
    assert sorted(read_ledger(tmp_path).rows) == [0, 1]


def test_a_damaged_line_in_the_middle_is_an_error_with_its_place(tmp_path, add_frames):
    path = add_frames(tmp_path, range(3))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"{broken\n" + lines[2])
    with pytest.raises(DatasetInputError, match=r"00000\.jsonl:2: damaged"):
        read_ledger(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "[1]",
        '{"a":1}',
        '{"kind":"frame","frame":"x","files":{}}',
        '{"kind":"frame","frame":1,"files":3}',
        '{"kind":"frame","frame":1,"files":{"../up.png":{"sha256":"0","size":1}}}',
        '{"kind":"common","files":{"/etc/up":{"sha256":"0","size":1}}}',
    ],
)
def test_a_line_that_is_no_entry_is_an_error_with_its_place(tmp_path, add_frames, line):
    add_frames(tmp_path, range(3))
    (tmp_path / "ledger.jsonl").write_text(line + "\n")
    with pytest.raises(DatasetInputError, match=r"ledger\.jsonl:1: damaged ledger line"):
        read_ledger(tmp_path)


def test_the_same_frame_twice_must_agree(tmp_path, add_frames):
    add_frames(tmp_path, [0])
    add_frames(tmp_path, [0])
    assert list(read_ledger(tmp_path).rows) == [0]
    part = LedgerPart(tmp_path)
    part.append(LedgerEntry(0, 0, 0, 7, {"images/000000.png": FileRecord.of_bytes(b"other")}))
    part.close()
    with pytest.raises(DatasetInputError, match=r"Frame 0 .*images/000000\.png"):
        read_ledger(tmp_path)


def test_a_kill_between_merging_and_removing_the_parts_does_no_harm(tmp_path, add_frames):
    path = add_frames(tmp_path, range(3))
    part = path.read_bytes()
    merge_parts(tmp_path, read_ledger(tmp_path))
    merged = (tmp_path / "ledger.jsonl").read_bytes()
    path.parent.mkdir()
    path.write_bytes(part)
    merge_parts(tmp_path, read_ledger(tmp_path))
    assert (tmp_path / "ledger.jsonl").read_bytes() == merged


def test_an_entry_comes_back_with_plain_numbers(tmp_path):
    drawn = {"pose": np.float32([0.1, 2]), "n": np.int64(3), "far": float("inf"), "names": ("a", None)}
    part = LedgerPart(tmp_path)
    part.append(LedgerEntry(2, 1, 1, 5, {"x": FileRecord("ab", 2)}, drawn))
    part.close()
    entry = read_ledger(tmp_path).rows[2].entry()
    assert entry.drawn == {"pose": [float(np.float32(0.1)), 2.0], "n": 3, "far": "inf", "names": ["a", None]}
    assert (entry.sequence, entry.step, entry.seed, entry.files) == (1, 1, 5, {"x": FileRecord("ab", 2)})
    assert json.loads(entry.line())["kind"] == "frame"


def test_a_full_disk_leaves_whole_lines(tmp_path, add_frames, monkeypatch):
    add_frames(tmp_path, [0])
    part = LedgerPart(tmp_path)
    part.append(LedgerEntry(1, 1, 0, 7, {}))
    real = os.write

    def short(file, data):
        if len(data) > 10:
            return real(file, data[:10])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", short)
        with pytest.raises(OSError, match="No space"):
            part.append(LedgerEntry(2, 2, 0, 7, {}))
    part.append(LedgerEntry(3, 3, 0, 7, {}))
    part.close()
    assert sorted(read_ledger(tmp_path).rows) == [0, 1, 3]


def test_a_part_in_use_is_seen(tmp_path):
    part = LedgerPart(tmp_path)
    assert parts_in_use(tmp_path)
    part.close()
    assert not parts_in_use(tmp_path)
