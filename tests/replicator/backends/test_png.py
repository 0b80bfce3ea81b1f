"""PNG files: lossless, and equal bytes for equal pixels."""

import io

import numpy as np
import pytest
from PIL import Image

from scenewright.replicator.backends.io_functions import encode_image


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 2), (5, 7, 3), (1, 9, 4), (6, 1, 4)])
def test_decodes_to_the_same_pixels(shape):
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    decoded = np.asarray(Image.open(io.BytesIO(encode_image(image, "png"))))
    np.testing.assert_array_equal(decoded, image.squeeze(2) if image.ndim == 3 and image.shape[2] == 1 else image)


def test_sixteen_bits_survive():
    image = np.array([[0, 1, 255], [256, 40000, 65535]], np.uint16)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(encode_image(image, "png")))), image)


def test_reads_a_view_with_strides():
    image = np.random.default_rng(1).integers(0, 256, (8, 8, 4), dtype=np.uint8)
    assert encode_image(image[::2, ::-1, :3], "png") == encode_image(image[::2, ::-1, :3].copy(), "png")


def test_same_pixels_give_the_same_bytes():
    image = np.random.default_rng(2).integers(0, 256, (16, 16, 4), dtype=np.uint8)
    assert encode_image(image, "png") == encode_image(image.copy(), "png")


@pytest.mark.parametrize("image", [np.zeros((4, 4, 5), np.uint8), np.zeros((4,), np.uint8), np.zeros((0, 4), np.uint8),
                                   np.zeros((4, 4), np.float32), np.zeros((4, 4, 3), np.uint16)])
def test_refuses_what_has_no_png_form(image):
    with pytest.raises(ValueError, match="image"):
        encode_image(image, "png")
