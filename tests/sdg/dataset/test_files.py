"""Files: what may be written, what is removed, and nothing beyond the folder."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset.files import canonical_json, contained_path, dataset_files, remove_unnamed_files, write_file_atomic


@pytest.mark.parametrize("path", ["../x.png", "/etc/x", "a/../../x", "", ".", "a/..", "link/x.png"])
def test_nothing_is_written_outside(tmp_path, path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out")
    with pytest.raises(DatasetInputError, match="lies outside"):
        contained_path(tmp_path / "in", path)


def test_a_link_to_a_file_is_replaced_not_followed(tmp_path):
    outside = tmp_path / "outside.png"
    outside.write_bytes(b"precious")
    root = tmp_path / "in"
    root.mkdir()
    (root / "x.png").symlink_to(outside)
    write_file_atomic(contained_path(root, "x.png"), b"new")
    assert outside.read_bytes() == b"precious"
    assert not (root / "x.png").is_symlink()


def test_unnamed_files_go_and_links_are_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep.txt").write_text("precious")
    root = tmp_path / "in"
    for name in ("images/0.png", "images/1.png", "images/1.png.scenewright-tmp", "old/deep/x", "dataset.json", "ledger.jsonl"):
        write_file_atomic(root / name, b"x")
    for name in (".scenewright/log.jsonl", ".scenewright/coco/0.json", ".scenewright/coco/1.json"):
        write_file_atomic(root / name, b"x")
    (root / "folder").symlink_to(outside)
    (root / "file").symlink_to(outside / "keep.txt")
    removed = remove_unnamed_files(root, ["images/0.png", ".scenewright/coco/0.json"])
    left = ["file", "folder", "images/1.png", "images/1.png.scenewright-tmp", "old/deep/x"]
    assert removed == [".scenewright/coco/1.json", *left]
    assert (outside / "keep.txt").read_text() == "precious"
    assert not (root / "old").exists()
    assert list(dataset_files(root)) == [".scenewright/coco/0.json", "dataset.json", "images/0.png", "ledger.jsonl"]


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_file_atomic(tmp_path / "a" / "x", b"data")
    assert list((tmp_path / "a").iterdir()) == []


def test_json_is_a_function_of_the_value():
    assert canonical_json({"b": {2, 1}, "a": float("nan")}) == '{"a":"nan","b":[1,2]}'


def test_a_dataset_inside_a_dataset_is_not_touched(tmp_path):
    for name in ("dataset.json", "inner/dataset.json", "inner/images/0.png", "stray.png"):
        write_file_atomic(tmp_path / name, b"x")
    assert remove_unnamed_files(tmp_path, ()) == ["stray.png"]
    assert list(dataset_files(tmp_path)) == ["dataset.json"]


def test_many_may_write_the_same_file_at_once(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: write_file_atomic(tmp_path / "metadata.txt", b"same"), range(64)))
    assert [path.name for path in tmp_path.iterdir()] == ["metadata.txt"]
