import io
import zlib

import pytest
from PIL import Image

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.images import ImageShelf, srgb_to_linear
from scenewright.sdg.assets.limits import Limits


def encoded(image, kind):
    buffer = io.BytesIO()
    image.save(buffer, format=kind)
    return buffer.getvalue()


def test_png_and_jpeg_are_kept_byte_for_byte_and_once():
    shelf, image = ImageShelf(), Image.new("RGB", (5, 3), (9, 8, 7))
    png, jpeg = encoded(image, "PNG"), encoded(image, "JPEG")
    assert shelf.add(png, "A b/Ölholz.PNG").name == "lholz.png"
    assert shelf.add(jpeg, "wood.jpeg").name == "wood.jpg"
    assert shelf.add(png, "again.png").name == "lholz.png"
    assert shelf.files == {"lholz.png": png, "wood.jpg": jpeg}


@pytest.mark.parametrize(("kind", "mode"), [("BMP", "RGB"), ("TGA", "RGBA"), ("GIF", "P"), ("WEBP", "RGB"), ("TIFF", "L"),
                                            ("JPEG", "CMYK")])
def test_other_kinds_become_png(kind, mode):
    shelf = ImageShelf()
    color = 77 if mode in "LP" else (200, 100, 50, 255)[: len(mode)]
    stored = shelf.add(encoded(Image.new(mode, (4, 4), color), kind), "x.any")
    image = Image.open(io.BytesIO(shelf.files[stored.name]))
    assert (image.format, image.size) == ("PNG", (4, 4)) and image.mode in ("L", "RGB", "RGBA")


@pytest.mark.parametrize(("color", "mode", "alpha"), [((1, 2, 3, 255), "RGBA", False), ((1, 2, 3, 254), "RGBA", True),
                                                      ((1, 2, 3), "RGB", False), ((9, 0), "LA", True)])
def test_alpha_counts_where_something_is_not_opaque(color, mode, alpha):
    assert ImageShelf().add(encoded(Image.new(mode, (2, 2), color), "PNG"), "a").has_alpha is alpha


def test_a_picture_bomb_is_refused_by_its_header():
    data = bytearray(encoded(Image.new("L", (1, 1)), "PNG"))
    data[16:24] = (12_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    with pytest.raises(AssetError, match="12000 x 12000"):
        ImageShelf().add(bytes(data), "bomb.png")


def test_too_many_images_are_refused():
    shelf = ImageShelf(Limits(images=1))
    shelf.add(encoded(Image.new("L", (1, 1)), "PNG"), "a")
    with pytest.raises(AssetError, match="more than 1 images"):
        shelf.add(encoded(Image.new("L", (1, 2)), "PNG"), "b")


def test_display_values_to_linear():
    linear = [srgb_to_linear(value) for value in (0.0, 0.04, 0.5, 1.0, 2.0)]
    assert linear == pytest.approx([0, 0.04 / 12.92, 0.2140411, 1, 1], abs=1e-6)
