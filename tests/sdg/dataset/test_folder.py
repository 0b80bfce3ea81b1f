"""The output folder: resumed, refused or thrown away."""

import multiprocessing
import os
import signal
import time

import pytest

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset.folder import DatasetFolder
from scenewright.sdg.dataset.ledger import LedgerPart
from scenewright.sdg.dataset.lock import DatasetLock


def test_a_new_folder_gets_a_header_and_knows_no_frames(tmp_path, header):
    folder = DatasetFolder(tmp_path / "a" / "b")
    assert folder.open(header).rows == {}
    folder.close()
    assert (tmp_path / "a" / "b" / "dataset.json").is_file()


def test_a_folder_with_other_files_is_refused_untouched(tmp_path, header):
    (tmp_path / "thesis.doc").write_text("precious")
    for overwrite in (False, True):
        with pytest.raises(DatasetInputError, match="holds files but no dataset"):
            DatasetFolder(tmp_path).open(header, overwrite=overwrite)
    assert os.listdir(tmp_path) == ["thesis.doc"]


def test_a_file_where_the_folder_should_be_is_refused(tmp_path, header):
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetInputError, match="no folder"):
        DatasetFolder(tmp_path / "file" / "out").open(header)


def test_a_folder_that_cannot_be_made_is_refused(header):
    with pytest.raises(DatasetInputError, match="/proc"):
        DatasetFolder("/proc/scenewright/out").open(header)


def test_a_url_is_refused(header):
    with pytest.raises(DatasetInputError, match="s3://bucket/x"):
        DatasetFolder("s3://bucket/x")


def test_resuming_removes_what_no_entry_names(tmp_path, header, add_frames):
    add_frames(tmp_path, range(3))
    (tmp_path / "images" / "000003.png").write_bytes(b"half a frame")
    (tmp_path / "images" / "000004.png.scenewright-tmp").write_bytes(b"")
    folder = DatasetFolder(tmp_path)
    assert sorted(folder.open(header).rows) == [0, 1, 2]
    folder.close()
    assert sorted(os.listdir(tmp_path / "images")) == ["000000.png", "000001.png", "000002.png"]
    assert (tmp_path / "metadata.txt").is_file()


def test_a_frame_with_a_missing_or_short_file_is_made_again(tmp_path, header, add_frames, caplog):
    add_frames(tmp_path, range(3))
    (tmp_path / "images" / "000000.png").unlink()
    (tmp_path / "images" / "000002.png").write_bytes(b"ima")
    folder = DatasetFolder(tmp_path)
    assert sorted(folder.open(header).rows) == [1]
    folder.close()
    assert "Frame 0: files are missing" in caplog.text
    assert sorted(os.listdir(tmp_path / "images")) == ["000001.png"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"versions": {"warp": "1.20"}}, "versions.warp was 1.19, is 1.20"),
        ({"recipe": {"seed": 1}}, "seed was 0, is 1"),
        (
            {"recipe": {"name": "r.yaml", "plan": '{"scenewright":{"samples":4},"blocks":{}}', "seed": 0, "sha256": "1"}},
            "recipe: scenewright.samples was 1, is 4",
        ),
        ({"assets": [{"name": "a.usda", "sha256": "2", "size": 3}]}, "assets changed: a.usda"),
        ({"cpu": "other"}, "cpu was abacus, is other"),
    ],
)
def test_another_header_is_refused_with_what_differs(tmp_path, header, add_frames, change, message):
    add_frames(tmp_path, range(2))
    with pytest.raises(DatasetInputError, match=f"holds another dataset: {message}.*--overwrite"):
        DatasetFolder(tmp_path).open({**header, **change})


def test_overwrite_starts_again(tmp_path, header, add_frames):
    add_frames(tmp_path, range(2))
    folder = DatasetFolder(tmp_path)
    assert folder.open({**header, "cpu": "other"}, overwrite=True).rows == {}
    folder.close()
    assert not (tmp_path / "images").exists()
    assert not (tmp_path / "metadata.txt").exists()
    folder.open({**header, "cpu": "other"})
    folder.close()


def test_a_second_run_is_refused_until_the_first_ends(tmp_path, header):
    first = DatasetFolder(tmp_path)
    first.open(header)
    with pytest.raises(DatasetInputError, match=f"being written by process {os.getpid()}"):
        DatasetFolder(tmp_path).open(header)
    first.close()
    DatasetFolder(tmp_path).open(header)


def test_shards_share_a_folder_but_not_a_shard(tmp_path, header, add_frames):
    first = DatasetFolder(tmp_path, (0, 2))
    first.open(header)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "0.png").write_bytes(b"in flight")
    second = DatasetFolder(tmp_path, (1, 2))
    second.open(header)
    assert (tmp_path / "images" / "0.png").exists()  # of the other shard: not ours to remove
    for other in (DatasetFolder(tmp_path), DatasetFolder(tmp_path, (0, 2))):
        with pytest.raises(DatasetInputError, match="being written"):
            other.open(header)
    assert not second.alone()
    first.close()
    assert second.alone()
    second.close()


def test_a_worker_left_behind_is_noticed(tmp_path, header, add_frames, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    add_frames(tmp_path, [0])
    part = LedgerPart(tmp_path)
    with pytest.raises(DatasetInputError, match="worker process still writes"):
        DatasetFolder(tmp_path).open(header)
    part.close()


def _hold(root, ready):
    DatasetLock(root).acquire()
    ready.set()
    signal.pause()


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_hold, args=(tmp_path, ready))
    process.start()
    assert ready.wait(30)
    with pytest.raises(DatasetInputError, match=f"process {process.pid}"):
        DatasetLock(tmp_path).acquire()
    process.kill()
    process.join()
    DatasetLock(tmp_path).acquire().release()
