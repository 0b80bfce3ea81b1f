"""Baked textures: they repeat, differ by seed, hold to their options; bar codes decode."""

import numpy as np
import pytest

from scenewright.sdg.variation.barcodes import _WIDTHS, code_128, ean_13
from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.labels import draw_label
from scenewright.sdg.variation.textures import TEXTURES, bake_texture


@pytest.mark.parametrize("kind", sorted(set(TEXTURES) - {"label"}))
def test_textures_repeat_without_a_seam(kind, generator):
    bake = bake_texture(kind, generator(3), resolution=512)
    for picture in (bake.color, bake.roughness, bake.normal):
        rows = picture.reshape(512, 512, -1).astype(float)
        for axis in (0, 1):
            steps = np.abs(np.diff(rows, axis=axis)).mean(axis=(1 - axis, 2))
            seam = np.abs(rows.take(0, axis) - rows.take(-1, axis)).mean()
            assert seam <= 1.5 * steps.max() + 1.0
    assert bake.color.std() > 3.0 and bake.metallic == (kind == "metal")
    length = np.linalg.norm(bake.normal / 127.5 - 1.0, axis=2)
    assert np.abs(length - 1.0).max() < 0.02


def test_a_seed_decides_and_threads_do_not(generator, monkeypatch):
    runs = []
    for threads in ("1", "3"):
        monkeypatch.setenv("SCENEWRIGHT_THREADS", threads)
        runs.append(bake_texture("concrete", generator(), resolution=[128, 64]))
    assert runs[0].color.shape == (64, 128, 3) and runs[0].digest() == runs[1].digest()
    assert bake_texture("concrete", generator(1), resolution=[128, 64]).digest() != runs[0].digest()


def test_options_hold(generator):
    red = bake_texture("fabric", generator(), resolution=256, threads=16, weave="plain", warp_color=[0.8, 0.1, 0.1],
                       weft_color=[0.8, 0.1, 0.1])
    assert red.color[..., 0].mean() > 4.0 * red.color[..., 2].mean()
    # 16 threads across: one crown for each
    rows = red.roughness.astype(float).mean(axis=0)
    spectrum = np.abs(np.fft.rfft(rows - rows.mean()))
    assert np.argmax(spectrum) in (16, 32)
    dark = bake_texture("wood", generator(), resolution=128, light=[0.2, 0.1, 0.05], dark=[0.1, 0.05, 0.02])
    assert dark.color.max() < 80


@pytest.mark.parametrize(("kind", "options", "message"), [
    ("marble", {}, "there is no texture 'marble'. There are: concrete, fabric"),
    ("wood", {"wear": 1.0}, "has no option 'wear'. It has: rings, light, dark"),
    ("wood", {"rings": 0.0}, "'rings' is 0"),
    ("fabric", {"threads": 30}, "multiple of 4"),
    ("fabric", {"weave": "satin"}, "plain or twill"),
    ("metal", {"tint": [2.0, 0.0, 0.0]}, "'tint' is 2"),
    ("label", {"code": "größe"}, "printable ASCII"),
    ("label", {"code": "123", "symbology": "ean13"}, "is no EAN-13"),
    ("label", {"code": "4006381333932", "symbology": "ean13"}, "1 would be right"),
    ("label", {"code": "X" * 80}, "Give a shorter code"),
    ("label", {"symbology": "qr"}, "code128 or ean13"),
    ("label", {"title": 7}, "Give text"),
])
def test_wrong_options_are_told(kind, options, message, generator):
    with pytest.raises(VariationError, match=message):
        bake_texture(kind, generator(), resolution=256, **options)
    with pytest.raises(VariationError, match="'resolution'"):
        bake_texture("wood", generator(), resolution=3)


def test_the_tables_of_bar_codes_are_consistent():
    assert len(_WIDTHS) == len(set(_WIDTHS)) == 107
    assert all(sum(map(int, widths)) == 11 and sum(map(int, widths[::2])) % 2 == 0 for widths in _WIDTHS[:106])
    # the worked example of Wikipedia's "Code 128": PJJ123C has check symbol 54 after start 103 (A); after 104 (B) it is 55
    modules = "".join("1" if bar else "0" for bar in code_128("PJJ123C"))
    pattern = lambda value: "".join(("1", "0")[k % 2] * int(w) for k, w in enumerate(_WIDTHS[value]))  # noqa: E731
    assert modules.startswith(pattern(104) + pattern(48)) and modules.endswith(pattern(55) + pattern(106))
    assert "".join("1" if bar else "0" for bar in ean_13("400638133393")) == (
        "10100011010100111010111101111010001001011001101010100001010000101000010111010010000101100110101")


@pytest.mark.verify
@pytest.mark.parametrize(("code", "symbology"), [("SW-00417-B", "code128"), ("Kiste #7 / 12 kg", "code128"),
                                                 ("4006381333931", "ean13")])
def test_a_scanner_reads_worn_labels(code, symbology, generator):
    zxingcpp = pytest.importorskip("zxingcpp", reason="a decoder that is not ours: pip install zxing-cpp")
    for wear in (0.0, 0.3):
        bake = bake_texture("label", generator(), resolution=1024, code=code, symbology=symbology, wear=wear)
        assert [found.text for found in zxingcpp.read_barcodes(bake.color)] == [code]


def test_labels_without_lines_and_with_odd_text(generator):
    picture = draw_label(300, 200, generator(), title="Ünïcödé & <tags>", lines=[], code="A")
    assert picture.shape == (200, 300, 3) and picture[150:].min() < 40
