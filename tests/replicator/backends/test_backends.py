"""Folders, escapes, groups and the registry."""

import os

import numpy as np
import pytest
from PIL import Image

import scenewright.replicator.backends as backends
from scenewright.host.settings import get_settings
from scenewright.replicator.backends import BackendDispatch, BackendGroup, BaseBackend, DiskBackend, Sequential, WriteError
from scenewright.replicator.backends.base_backend import relative_path
from scenewright.replicator.backends.io_functions import write_image, write_json


class MemoryBackend(BaseBackend):
    def initialize(self, prefix=""):
        self.files = {}
        self.prefix = prefix

    def write_blob(self, path, data):
        self.files[self.prefix + relative_path(path)] = data


def test_schedule_writes_below_the_folder(tmp_path):
    backend = backends.get("DiskBackend")
    backend.initialize(output_dir=str(tmp_path / "out"))
    backend.schedule(write_image, data=np.zeros((4, 4, 4), np.uint8), path="a/rgb_0000.png")
    backend.schedule(write_json, data={"x": 1}, path="b.json", indent=2)
    backend.wait_until_done()
    assert (tmp_path / "out/a/rgb_0000.png").stat().st_size > 0
    assert (tmp_path / "out/b.json").read_text() == '{\n  "x": 1\n}'
    assert sorted(os.listdir(tmp_path / "out/a")) == ["rgb_0000.png"]


def test_a_plain_function_gets_the_full_path(tmp_path):
    backend, seen = DiskBackend(output_dir=str(tmp_path)), []
    backend.schedule(lambda path, data: seen.append((path, data)), data=3, path="x/y.txt")
    backend.wait_until_done()
    assert seen == [(str(tmp_path / "x/y.txt"), 3)]


@pytest.mark.parametrize("path", ["../a.png", "a/../../b.png", "/etc/a.png", "", ".", "a\0b.png", "..", "a/.."])
def test_no_path_leaves_the_folder(tmp_path, path):
    backend = DiskBackend(output_dir=str(tmp_path / "out"))
    for attempt in (lambda: backend.schedule(write_image, data=np.zeros((2, 2), np.uint8), path=path),
                    lambda: backend.schedule(lambda path: None, path=path),
                    lambda: backend.write_blob(path, b""), lambda: backend.read_blob(path)):
        with pytest.raises(ValueError, match="outside the output folder"):
            attempt()
    with pytest.raises(ValueError, match="not a file below"):
        relative_path(path)


def test_an_absolute_path_inside_is_accepted(tmp_path):
    backend = DiskBackend(output_dir=str(tmp_path / "out"))
    assert backend.resolve_path(str(tmp_path / "out/a.png")) == str(tmp_path / "out/a.png")
    with pytest.raises(ValueError):
        backend.resolve_path(str(tmp_path / "outside/a.png"))


def test_overwrite_false_takes_the_first_free_number(tmp_path):
    folder = str(tmp_path / "out")
    assert DiskBackend(output_dir=folder, overwrite=False).output_dir == folder
    (tmp_path / "out/a.txt").write_text("x")
    assert DiskBackend(output_dir=folder, overwrite=False).output_dir == folder + "_0001"
    assert DiskBackend(output_dir=folder, overwrite=False).output_dir == folder + "_0002"
    assert DiskBackend(output_dir=folder).output_dir == folder


def test_a_relative_folder_is_below_the_root_setting(tmp_path):
    settings = get_settings()
    before = settings.get("/omni/replicator/backends/disk/root_dir")
    settings.set("/omni/replicator/backends/disk/root_dir", str(tmp_path))
    try:
        assert DiskBackend(output_dir="run").output_dir == str(tmp_path / "run")
    finally:
        settings.set("/omni/replicator/backends/disk/root_dir", before)


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(NotADirectoryError, match="out' is a file"):
        DiskBackend(output_dir=str(tmp_path / "out"))
    with pytest.raises(NotADirectoryError, match="below a file"):
        DiskBackend(output_dir=str(tmp_path / "out/deeper"))


def test_an_empty_or_missing_folder_is_named():
    with pytest.raises(ValueError, match="empty"):
        DiskBackend(output_dir=" ")
    with pytest.raises(RuntimeError, match="initialize"):
        DiskBackend().schedule(write_image, data=np.zeros((2, 2), np.uint8), path="a.png")


def test_a_removed_folder_comes_back(tmp_path):
    backend = DiskBackend(output_dir=str(tmp_path / "out"))
    os.rmdir(tmp_path / "out")
    backend.write_blob("a/b.bin", b"1")
    assert backend.read_blob("a/b.bin") == b"1"


def test_the_error_of_a_failed_write_names_the_file(tmp_path):
    backend = DiskBackend(output_dir=str(tmp_path))
    (tmp_path / "a").write_text("in the way")
    backend.schedule(write_image, data=np.zeros((2, 2), np.uint8), path="a/b.png")
    with pytest.raises(WriteError, match=r"Could not write /.*/a/b\.png: ") as error:
        backend.wait_until_done()
    assert error.value.path == str(tmp_path / "a/b.png")


@pytest.mark.parametrize("make", [lambda d: BackendDispatch(output_dir=d), lambda d: BackendDispatch({"paths": {"out_dir": d}}),
                                  lambda d: BackendDispatch({"paths": {"out_dir": d}}, overwrite=True)])
def test_dispatch_takes_both_forms(tmp_path, make):
    dispatch = make(str(tmp_path / "out"))
    assert dispatch.output_dir == str(tmp_path / "out") and isinstance(dispatch._backends[0], DiskBackend)
    dispatch.write_image("a.png", np.zeros((2, 2, 3), np.uint8))
    BackendDispatch.wait_until_done()
    assert BackendDispatch.is_done_writing()
    BackendDispatch.sync_pending_paths()
    assert (tmp_path / "out/a.png").exists()


def test_dispatch_needs_a_target():
    with pytest.raises(ValueError, match="output_dir"):
        BackendDispatch()


def test_a_group_writes_everywhere(tmp_path):
    memory = backends.BackendRegistry.register(MemoryBackend)()
    memory.initialize(prefix="m/")
    group = BackendGroup([DiskBackend(output_dir=str(tmp_path)), memory])
    group.schedule(write_image, data=np.zeros((2, 2, 3), np.uint8), path="a.png")
    group.wait_until_done()
    assert memory.files == {"m/a.png": (tmp_path / "a.png").read_bytes()}
    with pytest.raises(ValueError):
        group.schedule(write_image, data=np.zeros((2, 2, 3), np.uint8), path="../a.png")


def test_a_custom_backend_is_found_by_name():
    backends.register(MemoryBackend)
    backend = backends.get("MemoryBackend", init_params={"prefix": "p/"})
    backend.write_json("a.json", [1])
    backend.wait_until_done()
    assert backend.files == {"p/a.json": b"[1]"}


def test_an_unknown_backend_gets_a_hint():
    with pytest.raises(backends.BackendRegistryError, match="Did you mean 'DiskBackend'"):
        backends.get("DiscBackend")


def test_sequential_transforms_then_writes(tmp_path):
    def brighten(image, by=0):
        return image + np.uint8(by)

    backend = DiskBackend(output_dir=str(tmp_path))
    chain = Sequential(brighten, write_image)
    backend.schedule(chain, data=np.zeros((2, 2), np.uint8), path="a.png", by=9)
    backend.wait_until_done()
    assert np.asarray(Image.open(tmp_path / "a.png")).tolist() == [[9, 9], [9, 9]]
    with pytest.raises(TypeError, match="takes sigma"):
        chain(np.zeros((2, 2), np.uint8), path="b.png", sigma=1)


def test_the_keywords_of_a_function_are_read_once_and_callables_that_hold_data_are_not_kept(monkeypatch):
    import functools
    import gc
    import inspect
    import weakref

    from scenewright.replicator.backends import base_backend

    read, real = [], inspect.signature
    monkeypatch.setattr(base_backend.inspect, "signature", lambda fn: read.append(fn) or real(fn))

    def write(path, data, backend_instance=None):
        pass

    assert all(base_backend.accepts_parameter(write, "backend_instance") for _ in range(3)) and len(read) == 1
    assert not base_backend.accepts_parameter(write, "quality")
    partial = functools.partial(write, data=1)
    assert base_backend.accepts_parameter(partial, "backend_instance")
    read.clear()
    gone = weakref.ref(partial), weakref.ref(write)
    del partial, write
    gc.collect()
    assert gone[0]() is None and gone[1]() is None
