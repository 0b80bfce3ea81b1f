import logging
import struct
import subprocess
import sys
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image
from pxr import Sdf, UsdUtils

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.radiance_hdr import read_radiance_hdr
from scenewright.render.scene.textures import TextureLibrary, TextureRequest, decode_image


def test_png_comes_bottom_row_first_with_alpha(write_png):
    rgb = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    pixels, srgb = decode_image(write_png("a.png", rgb))
    assert srgb
    np.testing.assert_array_equal(pixels[..., :3], rgb[::-1])
    assert (pixels[..., 3] == 255).all()


def test_alpha_is_kept(write_png):
    rgba = np.arange(2 * 2 * 4, dtype=np.uint8).reshape(2, 2, 4)
    pixels, _ = decode_image(write_png("a.png", rgba))
    np.testing.assert_array_equal(pixels, rgba[::-1])


def test_grey_is_raw_unless_said_otherwise(write_png):
    path = write_png("a.png", np.array([[0, 128, 255]], np.uint8))
    pixels, srgb = decode_image(path)
    assert not srgb
    np.testing.assert_array_equal(pixels[0, :, :3], np.array([[0] * 3, [128] * 3, [255] * 3]))
    assert decode_image(path, "sRGB")[1]


def test_sixteen_bits_become_floats(write_png):
    pixels, srgb = decode_image(write_png("a.png", np.array([[0, 32768, 65535]], np.uint16)))
    assert not srgb
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels[0, :, 0], (0, 32768 / 65535, 1))
    linear, srgb = decode_image(write_png("b.png", np.array([[0, 32768, 65535]], np.uint16)), "sRGB")
    assert not srgb  # already decoded
    np.testing.assert_allclose(linear[0, :, 1], (0, 0.2140, 1), atol=1e-4)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize(("color_type", "channels"), [(2, 3), (6, 4)])
def test_sixteen_bit_colour_keeps_its_lower_byte(tmp_path, color_type, channels):
    values = np.random.default_rng(1).integers(0, 65536, (5, 7, channels), np.uint16)
    lines = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", 7, 5, 16, color_type, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    (tmp_path / "deep.png").write_bytes(data)
    pixels, srgb = decode_image(str(tmp_path / "deep.png"))
    assert pixels.dtype == np.float32 and not srgb
    np.testing.assert_allclose(pixels[::-1, :, :channels], values / 65535.0, rtol=1e-6)


def test_grey_with_alpha(tmp_path):
    from PIL import Image

    Image.fromarray(np.array([[[10, 200], [250, 30]]], np.uint8), "LA").save(tmp_path / "la.png")
    pixels, srgb = decode_image(str(tmp_path / "la.png"))
    assert not srgb
    np.testing.assert_array_equal(pixels, [[[10, 10, 10, 200], [250, 250, 250, 30]]])


@pytest.mark.parametrize("names", ["RGB", "RGBA", "Y"])
def test_exr(tmp_path, names):
    exr = pytest.importorskip("OpenEXR", reason="pip install 'scenewright[exr]'")
    planes = np.random.default_rng(2).uniform(-1.0, 60.0, (3, 5, len(names))).astype(np.float32)
    channels = {name: np.ascontiguousarray(planes[..., k]) for k, name in enumerate(names)}
    exr.File({"compression": exr.ZIP_COMPRESSION, "type": exr.scanlineimage}, channels).write(str(tmp_path / "a.exr"))
    pixels, srgb = decode_image(str(tmp_path / "a.exr"))
    assert not srgb
    expected = planes if len(names) > 1 else np.repeat(planes, 3, axis=2)
    np.testing.assert_array_equal(pixels[::-1, :, :expected.shape[2]], expected)


def test_jpeg(tmp_path):
    from PIL import Image

    Image.fromarray(np.full((16, 16, 3), (200, 100, 50), np.uint8)).save(tmp_path / "a.jpg", quality=95)
    pixels, srgb = decode_image(str(tmp_path / "a.jpg"))
    assert srgb
    np.testing.assert_allclose(pixels[8, 8, :3].astype(int), (200, 100, 50), atol=4)


def test_an_image_inside_a_usdz_package(tmp_path, write_png):
    write_png("t.png", np.full((2, 2, 3), 7, np.uint8))
    layer = Sdf.Layer.CreateNew(str(tmp_path / "root.usda"))
    prim = Sdf.CreatePrimInLayer(layer, "/a")
    Sdf.AttributeSpec(prim, "file", Sdf.ValueTypeNames.Asset).default = Sdf.AssetPath("./t.png")
    layer.Save()
    assert UsdUtils.CreateNewUsdzPackage(str(tmp_path / "root.usda"), str(tmp_path / "root.usdz"))
    with zipfile.ZipFile(tmp_path / "root.usdz") as package:
        (inside,) = (name for name in package.namelist() if name.endswith(".png"))
    pixels, _ = decode_image(f"{tmp_path}/root.usdz[{inside}]")
    assert (pixels[..., :3] == 7).all()


def test_what_is_no_image_is_a_value_error(tmp_path):
    (tmp_path / "a.png").write_bytes(b"not an image")
    with pytest.raises(ValueError, match="no image of a known kind"):
        decode_image(str(tmp_path / "a.png"))
    with pytest.raises(ValueError, match="cannot be opened"):
        decode_image(str(tmp_path / "absent.png"))


@pytest.mark.parametrize("name", ["a.png", "a.exr", "a.hdr", "a"])
def test_what_is_in_a_file_counts_not_its_name(tmp_path, name):
    rgb = np.full((4, 4, 3), (200, 100, 50), np.uint8)
    Image.fromarray(rgb).save(tmp_path / name, format="JPEG", quality=100)
    pixels, srgb = decode_image(str(tmp_path / name))
    assert srgb and np.abs(pixels[..., :3].astype(int) - rgb).max() <= 2
    (tmp_path / name).write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n" + bytes([128, 64, 32, 128]))
    np.testing.assert_allclose(decode_image(str(tmp_path / name))[0][0, 0], (0.5, 0.25, 0.125, 1.0))


@pytest.mark.verify
def test_sixteen_thousand_pixels_a_side(tmp_path):
    Image.new("1", (16384, 8192), 1).save(tmp_path / "wide.png")  # Pillow takes it for an attack
    assert decode_image(str(tmp_path / "wide.png"))[0].shape == (8192, 16384, 4)
    before = Image.MAX_IMAGE_PIXELS
    Image.new("1", (32768, 16384), 1).save(tmp_path / "wider.png")
    with pytest.raises(ValueError, match="more than 268435456 pixels"):
        decode_image(str(tmp_path / "wider.png"))
    assert before == Image.MAX_IMAGE_PIXELS


def test_exr_names_the_extra(tmp_path):
    (tmp_path / "a.exr").write_bytes(b"\x76\x2f\x31\x01")
    try:
        import OpenEXR  # noqa: F401
    except ImportError:
        with pytest.raises(ImportError, match=r"pip install 'scenewright\[exr\]'"):
            decode_image(str(tmp_path / "a.exr"))


HEADER = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n"


def hdr(lines: list[bytes], header: bytes = HEADER, size: bytes = b"", width: int = 0) -> bytes:
    size = size or b"-Y %d +X %d" % (len(lines), width)
    return header + b"\n" + size + b"\n" + b"".join(lines)


def test_flat_radiance_pixels():
    picture = read_radiance_hdr(hdr([bytes((128, 64, 0, 129)) + bytes((0, 0, 0, 0))], width=2))
    np.testing.assert_array_equal(picture, [[(1.0, 0.5, 0.0), (0, 0, 0)]])


def test_run_length_encoded_radiance_scanlines():
    """A width of 10: reds are a run, greens are literal, blues are mixed."""
    line = struct.pack(">BBH", 2, 2, 10)
    line += bytes((128 + 10, 128))
    line += bytes((10, *range(10, 20)))
    line += bytes((128 + 4, 7, 6, 1, 2, 3, 4, 5, 6))
    line += bytes((128 + 10, 128 + 8))
    picture = read_radiance_hdr(hdr([line, line], width=10))
    assert picture.shape == (2, 10, 3)
    np.testing.assert_array_equal(picture[1, :, 0], 128)
    np.testing.assert_array_equal(picture[0, :, 1], np.arange(10, 20))
    np.testing.assert_array_equal(picture[0, :, 2], (7, 7, 7, 7, 1, 2, 3, 4, 5, 6))


def test_old_radiance_runs_and_exposure():
    line = bytes((128, 128, 128, 129)) + bytes((1, 1, 1, 3)) + bytes((64, 64, 64, 129))
    header = b"#?RADIANCE\nEXPOSURE=2\nFORMAT=32-bit_rle_rgbe\n"
    picture = read_radiance_hdr(hdr([line], header, width=5))
    np.testing.assert_array_equal(picture[0, :, 0], (0.5, 0.5, 0.5, 0.5, 0.25))


@pytest.mark.parametrize(
    "data",
    [b"P6 2 2", HEADER, hdr([bytes((1, 2, 3))], width=2), hdr([struct.pack(">BBH", 2, 2, 10)], width=10),
     hdr([struct.pack(">BBH", 2, 2, 10) + bytes((255, 1))], width=10), hdr([], size=b"+X 2 +Y 2"),
     hdr([bytes(4)], b"#?RADIANCE\nFORMAT=32-bit_rle_xyze\n", width=1)],
)
def test_broken_radiance_pictures_are_value_errors(data):
    with pytest.raises(ValueError, match="Radiance"):
        read_radiance_hdr(data)


def test_reading_a_scene_imports_no_image_library():
    code = "import sys, scenewright.render.scene.stage_scene; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("damage", "says"),
    [(lambda _: b"", "is empty"), (lambda _: b"hello", "no image of a known kind"), (lambda data: data[:60], "truncated")],
    ids=["empty", "text", "truncated"],
)
def test_a_damaged_image_is_a_readable_error(tmp_path, write_png, damage, says, caplog):
    path = tmp_path / write_png("a.png", np.random.default_rng(0).integers(0, 255, (16, 16, 3), np.uint8))
    path.write_bytes(damage(path.read_bytes()))
    request = TextureRequest("/World/T.inputs:file", "a.png", str(path), "auto", "")
    with pytest.raises(SceneError, match=says) as raised:
        TextureLibrary("error").load(request)
    assert "/World/T.inputs:file" in str(raised.value)
    assert "0x" not in str(raised.value)
    library = TextureLibrary()
    with caplog.at_level(logging.WARNING):
        assert [library.load(request), library.load(request)] == ["", ""]
    assert caplog.text.count("/World/T.inputs:file: texture @a.png@ cannot be read") == 1
