"""Datasets made by hand: no renderer, so that tests of the bookkeeping are quick and exact."""

from functools import partial

import pytest

from scenewright.sdg.dataset.backend import DatasetBackend, WriterBackend
from scenewright.sdg.dataset.files import FileRecord, write_file_atomic
from scenewright.sdg.dataset.header import write_header
from scenewright.sdg.dataset.ledger import LedgerEntry, LedgerPart

HEADER = {
    "format": 1,
    "recipe": {"name": "r.yaml", "plan": '{"scenewright":{"samples":1},"blocks":{}}', "seed": 0, "sha256": "0"},
    "assets": [{"name": "a.usda", "sha256": "1", "size": 3}],
    "labels": {"class": ["apple", "zebra"]},
    "cameras": {"camera": [4, 3]},
    "versions": {"warp": "1.19"},
    "device": "cpu",
    "cpu": "abacus",
    "licences": {},
}


@pytest.fixture
def header():
    return {**HEADER}


def _contents(frame):
    text = f'{{"annotations":[],"categories":{{}},"images":[{{"frame":{frame},"id":{frame + 1}}}],"semantic_type":"class"}}'
    return {f"images/{frame:06d}.png": f"image {frame}".encode(), f".scenewright/coco/{frame:06d}.json": text.encode()}


@pytest.fixture
def frame_contents():
    return _contents


@pytest.fixture
def add_frames():
    """Return a function that appends frames to a dataset folder through a part of its own, as one process would."""

    def add(root, frames, header=HEADER):
        if not (root / "dataset.json").exists():
            write_header(root, header)
        part = LedgerPart(root)
        part.append_common({"metadata.txt": FileRecord.of_bytes(b"meta")})
        write_file_atomic(root / "metadata.txt", b"meta")
        for frame in frames:
            contents = _contents(frame)
            for name, data in contents.items():
                write_file_atomic(root / name, data)
            files = {name: FileRecord.of_bytes(data) for name, data in contents.items()}
            part.append(LedgerEntry(frame, frame, 0, 7, files, {"node": [frame / 3]}, {"visible": {}}))
        part.close()
        return part.path

    return add


@pytest.fixture
def open_backend():
    """Return a function that opens a backend which collects its commits; it is closed after the test."""
    opened = []

    def make(root, on_commit=None, **options):
        commits = []
        backend = DatasetBackend(root, on_commit or commits.append, **options)
        backend.open()
        opened.append(backend)
        return backend, WriterBackend(backend), commits

    yield make
    for backend in opened:
        backend.close()


@pytest.fixture
def write_bytes():
    """Return an I/O function in the Replicator's form."""

    def write(path, data, backend_instance=None):
        backend_instance.write_blob(path, data)

    return partial(write)
