"""Hugging Face image folders and parquet files, read by datasets."""

import json
import os

import numpy as np
import pytest

IDS = np.zeros((12, 16), np.uint32)
IDS[2:8, 3:9] = 2
IDS[9:12, :] = 3
LABELS = {2: "Ente 鴨", 3: "floor"}


def _frames(make_product):
    return [make_product(IDS, LABELS), make_product(np.zeros_like(IDS), {}), make_product(np.flip(IDS, 0), LABELS)]


def test_an_image_folder_links_the_images(write_frames, make_product):
    folder = write_frames("huggingface", _frames(make_product))
    rows = [json.loads(line) for line in (folder / "data" / "train" / "metadata.jsonl").read_text().splitlines()]
    assert [row["file_name"] for row in rows] == ["000000.png", "000001.png", "000002.png"]
    assert rows[0]["objects"]["category"] == ["Ente 鴨", "floor"] and rows[1]["objects"]["id"] == []
    assert os.path.samefile(folder / "images" / "000002.png", folder / "data" / "train" / "000002.png")


@pytest.mark.verify
@pytest.mark.filterwarnings("ignore")  # of the reader
@pytest.mark.parametrize("form", ["imagefolder", "parquet"])
def test_datasets_reads_the_same_images_and_boxes(write_frames, make_product, tmp_path, form):
    datasets = pytest.importorskip("datasets")
    folder = write_frames("huggingface", _frames(make_product), form=form)
    found = datasets.load_dataset(form, data_dir=str(folder / "data"), cache_dir=str(tmp_path / "cache"))["train"]
    assert len(found) == 3
    objects = found[0]["objects"]
    assert objects["bbox"] == [[3, 2, 6, 6], [0, 9, 16, 3]] and objects["area"] == [36, 48]
    assert objects["category"] == ["Ente 鴨", "floor"] and objects["category_id"] == [1, 2]
    assert found[1]["objects"]["bbox"] == []
    for row, ids in zip(found, (IDS, np.zeros_like(IDS), np.flip(IDS, 0)), strict=True):
        assert np.array_equal(np.asarray(row["image"])[..., 0], ids * 20)


def test_wrong_parameters_and_a_missing_extra_are_told(write_frames, monkeypatch):
    with pytest.raises(ValueError, match=r"'csv'.*imagefolder, parquet"):
        write_frames("huggingface", [], form="csv")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"scenewright\[parquet\]"):
        write_frames("huggingface", [], form="parquet")
