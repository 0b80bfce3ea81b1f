"""Arrays are read on many threads at once, also where CPython 3.11 mixes up the syntax trees of their headers."""

import gc
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from scenewright.sdg.reading.arrays import read_array

BOX = np.dtype([("semanticId", "<u4"), ("x_min", "<i4"), ("transform", "<f4", (4, 4)), ("occlusionRatio", "<f4")])


@pytest.fixture
def threads_take_turns_in_collections():
    """A collection runs Python code, as finalizers do, and any Python code may hand over to another thread."""

    def callback(phase, info):
        sum(range(50))

    threshold, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.callbacks.append(callback)
    gc.set_threshold(50)
    sys.setswitchinterval(1e-6)
    yield
    gc.callbacks.remove(callback)
    gc.set_threshold(*threshold)
    sys.setswitchinterval(interval)


def test_threads_read_at_the_same_time(tmp_path, threads_take_turns_in_collections):
    boxes = np.zeros(3, BOX)
    boxes["x_min"] = [1, 2, 3]
    np.save(tmp_path / "boxes.npy", boxes)
    with ThreadPoolExecutor(8) as threads:  # without the lock, 3.11 fails in about one of 200
        for found in threads.map(lambda _: read_array(tmp_path / "boxes.npy"), range(3000)):
            assert found.dtype == BOX and found["x_min"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("content", "error"), [(b"", EOFError), (b"\x93NUMPY", ValueError), (b"no array", ValueError), (None, FileNotFoundError)]
)
def test_a_damaged_or_missing_file_is_an_error(tmp_path, content, error):
    if content is not None:
        (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(error):
        read_array(tmp_path / "a.npy")


def test_objects_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        read_array(tmp_path / "a.npy")
