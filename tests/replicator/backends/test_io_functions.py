"""Formats of the io functions, and that a file is whole or absent."""

import errno
import importlib.util
import json
import os

import numpy as np
import pytest
import warp as wp
from PIL import Image

from scenewright.replicator.backends import io_functions as io_fn


@pytest.fixture
def rgba():
    return np.random.default_rng(0).integers(0, 256, (12, 16, 4), dtype=np.uint8)


def test_png_holds_rgba(tmp_path, rgba):
    io_fn.write_image(tmp_path / "new" / "a.png", rgba)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "new" / "a.png")), rgba)


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG"])
def test_jpeg_drops_alpha(tmp_path, name):
    smooth = np.full((16, 16, 4), (200, 100, 50, 0), np.uint8)
    io_fn.write_image(tmp_path / name, smooth)
    image = Image.open(tmp_path / name)
    assert image.mode == "RGB" and image.format == "JPEG"
    np.testing.assert_allclose(np.asarray(image)[8, 8], (200, 100, 50), atol=3)


def test_ids_become_sixteen_bit(tmp_path):
    ids = np.array([[0, 1], [300, 65535]], np.uint32)
    io_fn.write_image(tmp_path / "a.png", ids)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "a.png")), ids)


def test_ids_beyond_sixteen_bits_are_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"ids 0\.\.65535, got 0\.\.70000"):
        io_fn.write_image(tmp_path / "a.png", np.array([[0, 70000]], np.uint32))
    assert os.listdir(tmp_path) == []


def test_float_image_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(ValueError, match=r"float32.*Scale them to uint8"):
        io_fn.write_image(tmp_path / "a.png", np.zeros((4, 4), np.float32))


def test_pil_and_warp_images(tmp_path, rgba):
    io_fn.write_image(tmp_path / "pil.png", Image.fromarray(rgba))
    io_fn.write_image(tmp_path / "warp.png", wp.array(rgba, dtype=wp.uint8, device="cpu"))
    assert (tmp_path / "pil.png").read_bytes() == (tmp_path / "warp.png").read_bytes()


def test_unknown_extension_lists_the_known(tmp_path):
    with pytest.raises(ValueError, match=r"'.*a\.gif'.*\.png, \.jpg"):
        io_fn.write_image(tmp_path / "a.gif", np.zeros((4, 4), np.uint8))


def test_no_data_names_the_likely_cause(tmp_path):
    with pytest.raises(ValueError, match="attached"):
        io_fn.write_image(tmp_path / "a.png", None)


def test_exr_needs_its_package_or_keeps_floats(tmp_path):
    pixels = np.linspace(0, 2, 48, dtype=np.float32).reshape(4, 4, 3)
    if importlib.util.find_spec("OpenEXR") is None:
        with pytest.raises(RuntimeError, match=r"scenewright\[exr\]"):
            io_fn.write_image(tmp_path / "a.exr", pixels)
        return
    import OpenEXR

    io_fn.write_image(tmp_path / "a.exr", pixels)
    with OpenEXR.File(str(tmp_path / "a.exr")) as file:
        np.testing.assert_array_equal(file.channels()["RGB"].pixels, pixels)


def test_json_takes_numpy_and_keeps_key_order(tmp_path):
    data = {"b": np.float32(0.5), np.int64(2): np.arange(3), (1, 2): {"x": (np.uint8(7), None, True)}, "a": "ü"}
    io_fn.write_json(tmp_path / "a.json", data, indent=2)
    text = (tmp_path / "a.json").read_text()
    assert json.loads(text) == {"b": 0.5, "2": [0, 1, 2], "(1, 2)": {"x": [7, None, True]}, "a": "ü"}
    assert list(json.loads(text)) == ["b", "2", "(1, 2)", "a"]


def test_json_refuses_what_it_cannot_hold(tmp_path):
    with pytest.raises(TypeError, match="object"):
        io_fn.write_json(tmp_path / "a.json", {"a": object()})
    assert os.listdir(tmp_path) == []


def test_npy_keeps_structured_dtypes(tmp_path):
    records = np.array([(1, 2.5)], dtype=[("id", "<u4"), ("value", "<f4")])
    io_fn.write_np(tmp_path / "a.npy", records)
    loaded = np.load(tmp_path / "a.npy")
    assert loaded.dtype == records.dtype and loaded[0] == records[0]


def test_a_full_disk_leaves_neither_file_nor_rest(tmp_path, monkeypatch):
    io_fn.write_atomically(tmp_path / "a.bin", b"old")
    real = os.fdopen

    def fdopen(descriptor, mode):
        file = real(descriptor, mode, buffering=0)

        class Full:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                file.close()

            def write(self, blob):
                file.write(blob[: len(blob) // 2])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return Full()

    monkeypatch.setattr(io_fn.os, "fdopen", fdopen)
    with pytest.raises(OSError) as error:
        io_fn.write_atomically(tmp_path / "a.bin", b"new content")
    assert error.value.errno == errno.ENOSPC
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ["a.bin"]
    assert (tmp_path / "a.bin").read_bytes() == b"old"
