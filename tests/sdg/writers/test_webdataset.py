"""WebDataset shards, read by webdataset and tarfile."""

import hashlib
import json
import tarfile

import numpy as np
import pytest

IDS = np.zeros((12, 16), np.uint32)
IDS[2:8, 3:9] = 2
LABELS = {2: "ring"}


def _frames(make_product):
    return [make_product(IDS, LABELS), make_product(np.zeros_like(IDS), {}), make_product(np.flip(IDS, 0), LABELS)]


@pytest.mark.filterwarnings("ignore")  # of the reader
def test_webdataset_reads_the_same_samples(write_frames, make_product):
    webdataset = pytest.importorskip("webdataset")
    folder = write_frames("webdataset", _frames(make_product), samples_per_shard=2)
    shards = sorted(str(path) for path in (folder / "shards").iterdir())
    assert [path.rpartition("/")[2] for path in shards] == ["data-000000.tar", "data-000001.tar"]
    samples = list(webdataset.WebDataset(shards, shardshuffle=False).decode("rgb8"))
    assert [sample["__key__"] for sample in samples] == ["000000", "000001", "000002"]
    assert [len(sample["json"]["annotations"]) for sample in samples] == [1, 0, 1]
    (row,) = samples[0]["json"]["annotations"]
    assert (row["bbox"], row["category"], row["category_id"]) == ([3, 2, 6, 6], "ring", 1)
    assert np.array_equal(samples[2]["png"][..., 0] == 40, np.flip(IDS, 0) == 2)


def test_shards_are_the_same_bytes_and_names_have_one_dot(write_frames, make_product):
    frame = {"cam.left": make_product(IDS, LABELS), "cam.right": make_product(IDS, LABELS)}
    folders = [write_frames("webdataset", [frame], folder=name) for name in ("a", "b")]
    files = [(folder / "shards" / "data-000000.tar").read_bytes() for folder in folders]
    assert hashlib.sha256(files[0]).digest() == hashlib.sha256(files[1]).digest()
    with tarfile.open(folders[0] / "shards" / "data-000000.tar") as shard:
        names = ["cam_left_000000.json", "cam_left_000000.png", "cam_right_000000.json", "cam_right_000000.png"]
        assert shard.getnames() == names
        assert json.loads(shard.extractfile(names[0]).read())["file_name"] == "images/cam.left_000000.png"


def test_wrong_parameters_are_told(write_frames):
    with pytest.raises(ValueError, match="whole number from 1"):
        write_frames("webdataset", [], samples_per_shard=0)
