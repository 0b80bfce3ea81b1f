"""The backend: a frame is committed when its last file has landed, and not before."""

import threading

import numpy as np
import omni.replicator.core as rep
import pytest

from scenewright.sdg.dataset.backend import DatasetBackend, WriterBackend
from scenewright.sdg.dataset.errors import DatasetRunError
from scenewright.sdg.dataset.files import FileRecord


def test_a_frame_waits_for_its_last_file(tmp_path, open_backend, write_bytes):
    backend, writer, commits = open_backend(tmp_path)
    gate = threading.Event()

    def slow(path, data, backend_instance=None):
        gate.wait(10)
        backend_instance.write_blob(path, data)

    backend.begin(3)
    writer.schedule(write_bytes, path="a.bin", data=b"a")
    writer.schedule(slow, path="b.bin", data=b"bb")
    backend.seal("extra")
    backend.begin(4)
    writer.schedule(write_bytes, path="c.bin", data=b"c")
    backend.seal()
    while not commits:  # frame 4 overtakes frame 3
        pass
    assert [frame.frame for frame in commits] == [4]
    gate.set()
    backend.drain()
    assert commits[1].files == {"a.bin": FileRecord.of_bytes(b"a"), "b.bin": FileRecord.of_bytes(b"bb")}
    assert commits[1].extra == "extra"
    assert (tmp_path / "b.bin").read_bytes() == b"bb"


def test_no_more_than_so_many_frames_wait(tmp_path, open_backend):
    backend, writer, commits = open_backend(tmp_path, in_flight=2)
    gate = threading.Event()
    started = []

    def main():
        for frame in range(4):
            backend.begin(frame)
            started.append(frame)
            writer.schedule(lambda path: gate.wait(10), path=f"{frame}")
            backend.seal()

    thread = threading.Thread(target=main)
    thread.start()
    thread.join(0.3)
    assert started == [0, 1]
    gate.set()
    thread.join(10)
    backend.drain()
    assert sorted(frame.frame for frame in commits) == [0, 1, 2, 3]


def test_files_of_no_frame_are_kept_apart(tmp_path, open_backend, write_bytes):
    backend, writer, commits = open_backend(tmp_path)
    writer.schedule(write_bytes, path="early.txt", data=b"e")
    backend.begin(0)
    writer.schedule(write_bytes, path="metadata.txt", data=b"m")
    backend.seal()
    backend.drain()
    assert commits[0].files == {}
    assert backend.common.files == {"early.txt": FileRecord.of_bytes(b"e"), "metadata.txt": FileRecord.of_bytes(b"m")}


def test_the_replicators_own_write_functions_go_through(tmp_path, open_backend):
    backend, _, commits = open_backend(tmp_path)
    writer = WriterBackend(backend, "left")
    backend.begin(0)
    writer.schedule(rep.functional.write_image, data=np.zeros((2, 3, 4), np.uint8), path="rgb/0.png")
    writer.schedule(rep.functional.write_json, data={"a": 1}, path="0.json")
    writer.schedule(np.save, file=tmp_path / "unseen.npy", arr=np.zeros(1))
    writer.write_blob("0.bin", b"direct")
    writer.note("visible", {"a": 2})
    backend.seal()
    backend.drain()
    assert sorted(commits[0].files) == ["left/0.bin", "left/0.json", "left/rgb/0.png"]
    assert commits[0].notes == {"visible": {"a": 2}}


def test_a_function_that_writes_by_itself_is_hashed(tmp_path, open_backend):
    backend, writer, commits = open_backend(tmp_path)

    def by_itself(path, text):
        with open(path, "w") as file:
            file.write(text)

    backend.begin(0)
    writer.schedule(by_itself, path="sub/x.txt", text="hello")
    backend.seal()
    backend.drain()
    assert commits[0].files == {"sub/x.txt": FileRecord.of_bytes(b"hello")}


def test_nothing_touches_the_disk_before_it_is_opened(tmp_path, write_bytes):
    from scenewright.sdg.dataset.backend import DatasetBackend

    backend = DatasetBackend(tmp_path / "new", lambda frame: None)
    WriterBackend(backend).schedule(write_bytes, path="metadata.txt", data=b"m")
    assert not (tmp_path / "new").exists()
    backend.open()
    backend.drain()
    backend.close()
    assert (tmp_path / "new" / "metadata.txt").read_bytes() == b"m"


def test_a_frame_without_files_is_not_committed_before_it_is_opened(tmp_path):
    commits = []
    backend = DatasetBackend(tmp_path, commits.append)
    backend.begin(0)
    backend.seal()
    assert not commits
    backend.open()
    backend.drain()
    backend.close()
    assert [frame.frame for frame in commits] == [0]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(28, "No space left on device", "x.png"), r"No space left on device \(x\.png\).*intact.*Free space"),
        (ValueError("odd"), "ValueError: odd"),
    ],
)
def test_a_failed_write_stops_the_run_and_commits_nothing_of_its_frame(tmp_path, open_backend, write_bytes, error, message):
    backend, writer, commits = open_backend(tmp_path)

    def fail(path):
        raise error

    backend.begin(0)
    writer.schedule(write_bytes, path="a", data=b"a")
    backend.seal()
    backend.drain()
    backend.begin(1)
    writer.schedule(fail, path="b")
    backend.seal()
    with pytest.raises(DatasetRunError, match=message):
        backend.drain()
    with pytest.raises(DatasetRunError):
        backend.begin(2)
    assert [frame.frame for frame in commits] == [0]


def test_two_writers_of_one_file_are_told_apart(tmp_path, open_backend, write_bytes):
    backend, writer, _ = open_backend(tmp_path)
    backend.begin(0)
    writer.schedule(write_bytes, path="a", data=b"one")
    writer.schedule(write_bytes, path="a", data=b"two")
    backend.seal()
    with pytest.raises(DatasetRunError, match="Two writers write 'a' of frame 0"):
        backend.drain()


def test_a_writer_cannot_leave_the_folder(tmp_path, open_backend, write_bytes):
    backend, writer, _ = open_backend(tmp_path / "in")
    backend.begin(0)
    writer.schedule(write_bytes, path="../evil", data=b"x")
    backend.seal()
    with pytest.raises(DatasetRunError, match="lies outside"):
        backend.drain()
    assert not (tmp_path / "evil").exists()


def test_what_is_written_before_the_first_frame_neither_blocks_it_nor_comes_after_it(tmp_path, write_bytes):
    order = []
    backend = DatasetBackend(tmp_path, lambda frame: order.append((frame.frame, sorted(backend.common.files))))
    writer = WriterBackend(backend)
    try:
        writer.schedule(write_bytes, path="models/a.ply", data=b"a")  # as a writer does on attaching
        begun = threading.Thread(target=lambda: (backend.begin(0), backend.seal()), daemon=True)
        begun.start()
        begun.join(10)
        assert not begun.is_alive()
        backend.open()
        backend.drain()
        assert order == [(0, ["models/a.ply"])]
    finally:
        backend.close()
