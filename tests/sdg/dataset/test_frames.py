"""Frames: each depends on its address alone, whoever makes it and whatever was made before."""

import threading
from collections import namedtuple
from types import SimpleNamespace

import numpy as np
import omni.replicator.core as rep
import omni.usd
import pytest

from scenewright.sdg.dataset.errors import DatasetInputError, DatasetRunError
from scenewright.sdg.dataset.frames import FrameMaker
from scenewright.sdg.dataset.header import declared_labels
from scenewright.sdg.dataset.ledger import read_ledger
from scenewright.sdg.recipe.schema import Settings

Address = namedtuple("Address", "index sequence step")


class Request(namedtuple("Request", "name init_params cameras line")):
    def fires(self, address):
        return True


BASIC = {"rgb": True, "bounding_box_2d_tight": True, "motion_vectors": True, "instance_segmentation": True}


class SmallSession:
    """Stands in for a recipe: two moving prims, one camera."""

    recipe = SimpleNamespace(ontology=None, settings=Settings())

    def __init__(self, steps, requests):
        omni.usd.get_context().new_stage()
        self.stage = omni.usd.get_context().get_stage()
        make = rep.functional.create
        make.xform(name="World")
        self.prims = [
            make.cube(name="A", parent="/World", semantics={"class": "box"}),
            make.sphere(name="B", parent="/World", semantics={"class": "ball"}),
        ]
        make.dome_light(name="dome", parent="/World", intensity=1000)
        camera = make.camera(name="Cam", parent="/World", position=(6, 6, 4), look_at=(0, 0, 0))
        self.cameras = {"cam": rep.create.render_product(str(camera.GetPath()), (64, 48), name="cam")}
        self.writer_requests = [Request(name, parameters, ["cam"], "r.yaml:3:5") for name, parameters in requests]
        self.addresses = [Address(i, i // steps, i % steps) for i in range(6)]

    def apply(self, address):
        drawn = np.random.default_rng([address.sequence, address.step]).uniform(-2, 2, (2, 3))
        rep.functional.modify.pose(self.prims, position_value=drawn)
        return {"pose": drawn}

    def rt_subframes(self, address):
        return 1


@pytest.fixture
def make(tmp_path):
    """Return a function that makes frames in a folder and returns its ledger's lines by frame."""

    def run(name, order, steps=1, requests=(("coco", {}), ("BasicWriter", BASIC))):
        session = SmallSession(steps, requests)
        maker = FrameMaker(session, tmp_path / name, seed=0)
        try:
            maker.open()
            maker.make([session.addresses[index] for index in order])
        finally:
            maker.close()
        return {frame: row.line() for frame, row in read_ledger(tmp_path / name).rows.items()}

    return run


@pytest.mark.parametrize("steps", [1, 3])
def test_frames_are_the_same_in_any_order(make, tmp_path, steps):
    forward = make("forward", range(6), steps)
    assert make("backward", reversed(range(6)), steps) == forward
    assert make("some", [4], steps) == {4: forward[4]}
    moved = [np.load(tmp_path / "forward" / f"motion_vectors_{i:04d}.npy")[..., :2].any() for i in range(6)]
    assert moved == [i % steps > 0 for i in range(6)]  # a sequence starts at rest


def test_files_are_numbered_by_the_frame_of_the_dataset(make, tmp_path):
    make("some", [4])
    names = {path.relative_to(tmp_path / "some").as_posix() for path in (tmp_path / "some").rglob("*.*")}
    assert {"images/000004.png", ".scenewright/coco/000004.json", "rgb_0004.png", "metadata.txt"} <= names


def test_masks_decode_to_exactly_the_instance_ids(make, tmp_path):
    import json

    from PIL import Image

    from scenewright.sdg.writers.rle import rle_decode

    parameters = {"instance_segmentation": True, "colorize_instance_segmentation": False}
    make("d", range(3), requests=[("coco", {}), ("BasicWriter", parameters)])
    found = 0
    for frame in range(3):
        fragment = json.loads((tmp_path / "d" / f".scenewright/coco/{frame:06d}.json").read_text())
        ids = np.asarray(Image.open(tmp_path / "d" / f"instance_segmentation_{frame:04d}.png"))
        assert fragment["categories"] == {"ball": [], "box": []}
        covered = np.zeros(ids.shape, bool)
        for row in fragment["annotations"]:
            mask = rle_decode(row["segmentation"]["counts"], 48, 64)
            assert np.array_equal(mask, ids == row["id"] % 1_000_000)
            assert row["category"] == {"/World/A": "box", "/World/B": "ball"}[row["prim_path"]]
            covered |= mask
            found += 1
        assert np.array_equal(covered, ids >= 2)
    assert found >= 5


def test_labels_are_declared_before_the_first_frame():
    assert declared_labels(SmallSession(1, ()).stage) == {"class": ["ball", "box"]}


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (("NoWriter", {}), "r.yaml:3:5: writer NoWriter: Unknown writer"),
        (("coco", {"image_output_format": "gif"}), "Unknown image_output_format 'gif'"),
        (("coco", {"colour": True}), "unexpected keyword argument 'colour'"),
        (("BasicWriter", {"rgb": True, "output_dir": "../x"}), "leaves the dataset folder"),
        (("BasicWriter", {"rgb": True, "output_dir": "/tmp/x"}), "leaves the dataset folder"),
    ],
)
def test_a_wrong_writer_is_refused_before_anything_is_written(tmp_path, request_, message):
    with pytest.raises(DatasetInputError, match=message):
        FrameMaker(SmallSession(1, [request_]), tmp_path / "d", seed=0)
    assert not (tmp_path / "d").exists()


def test_a_recipe_without_writers_is_refused(tmp_path):
    with pytest.raises(DatasetInputError, match="no writer"):
        FrameMaker(SmallSession(1, ()), tmp_path / "d", seed=0)


def test_writers_of_one_kind_go_to_folders_of_their_own(make, tmp_path):
    make("d", [0], requests=[("BasicWriter", {"rgb": True, "output_dir": folder}) for folder in "ab"])
    assert (tmp_path / "d" / "a" / "rgb_0000.png").is_file()
    assert (tmp_path / "d" / "b" / "metadata.txt").is_file()


def test_a_full_disk_leaves_every_committed_frame(make, tmp_path, monkeypatch):
    import scenewright.sdg.dataset.backend as backend

    real = backend.write_file_atomic

    def full(path, data):
        if "000003.png" in str(path):
            raise OSError(28, "No space left on device", str(path))
        real(path, data)

    monkeypatch.setattr(backend, "write_file_atomic", full)
    with pytest.raises(DatasetRunError, match="No space left on device"):
        make("d", range(6), requests=[("coco", {})])
    rows = read_ledger(tmp_path / "d").rows
    assert 3 not in rows
    assert {0, 1} <= set(rows)
    monkeypatch.undo()
    whole = make("whole", range(6), requests=[("coco", {})])
    assert all(row.line() == whole[frame] for frame, row in rows.items())


def test_a_writer_that_never_starts_leaves_no_thread_and_no_file(tmp_path):
    class NeverStarts(rep.Writer):
        def __init__(self, **parameters):
            raise RuntimeError("never")

        def write(self, data):
            pass

    rep.WriterRegistry.register(NeverStarts)
    try:
        before = set(threading.enumerate())
        with pytest.raises(RuntimeError, match="never"):
            FrameMaker(SmallSession(2, [("BasicWriter", BASIC), ("NeverStarts", {})]), tmp_path / "out", 3)
        assert set(threading.enumerate()) <= before  # those that others left may end meanwhile
        assert not (tmp_path / "out").exists()
    finally:
        rep.WriterRegistry.unregister_writer("NeverStarts")
