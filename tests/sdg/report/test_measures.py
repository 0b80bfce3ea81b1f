"""Measures of pictures, maps of boxes, near-duplicates and charts, by what must be true of them."""

import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from scenewright.sdg.reading.find import open_source
from scenewright.sdg.report.charts import bars, histogram, ticks
from scenewright.sdg.report.duplicates import near_duplicates
from scenewright.sdg.report.image_measures import measure_image
from scenewright.sdg.report.statistics import CELLS, gather


def picture(seed, size=(96, 128)):
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (6, 8, 3), np.uint8))
    return np.asarray(small.resize(size[::-1], Image.Resampling.BICUBIC))


def test_plain_colours_have_the_measures_of_their_definition():
    red = measure_image(np.full((20, 30, 3), (255, 0, 0), np.uint8))
    assert (red.brightness, red.contrast, red.saturation) == pytest.approx((0.2126, 0.0, 1.0), abs=1e-4)
    assert red.hues.argmax() == 0 and red.hues.sum() == pytest.approx(1.0)
    grey = measure_image(np.full((20, 30, 3), 128, np.uint8))
    assert grey.brightness == pytest.approx(128 / 255, abs=1e-4) and grey.saturation == 0 and not grey.hues.any()
    assert grey.levels[32] == pytest.approx(1.0)
    blue = measure_image(np.full((20, 30, 3), (0, 0, 255), np.uint8))
    assert blue.hues.argmax() == 24  # 240 degrees of 36 bins


def test_near_duplicates_survive_scaling_compression_and_brightness_and_others_do_not():
    pictures = [picture(seed) for seed in range(30)]
    buffer = io.BytesIO()
    Image.fromarray(pictures[4]).save(buffer, "JPEG", quality=40)
    pictures.append(np.asarray(Image.open(buffer)))
    pictures.append(np.asarray(Image.fromarray(pictures[4]).resize((400, 300), Image.Resampling.BICUBIC)))
    pictures.append((pictures[9] * 0.98 + 2).astype(np.uint8))
    measures = [measure_image(pixels) for pixels in pictures]
    groups = near_duplicates([m.hash for m in measures], [m.thumb for m in measures])
    assert groups == [[4, 30, 31], [9, 32]]


def test_the_map_of_boxes_counts_covered_cells(make_coco):
    statistics = gather(open_source(make_coco("set", images=2, box=(0, 0, 20, 15))), 10)
    expected = np.zeros(CELLS)
    expected[: CELLS[0] // 2, : CELLS[1] // 2] = 1.0
    assert np.array_equal(statistics.coverage, expected)
    assert statistics.truncated == 1 and statistics.extents == [(0.5, 0.5)] and statistics.pixels == [300.0]


def test_histograms_are_well_formed_and_hold_every_value():
    rng = np.random.default_rng(0)
    text = histogram([("a <b>", rng.normal(size=500)), ("c", rng.normal(1, size=90))], 'x & "y" <z>')
    root = ElementTree.fromstring(text)
    shares = [float(title.text.rpartition(": ")[2].split()[0]) for title in root.iter("title")]
    assert sum(shares) == pytest.approx(100.0, abs=0.05 * len(shares))
    assert 'x & "y" <z>' in root.attrib["aria-label"]
    assert histogram([("a", [])], "nothing") == ""
    assert ElementTree.fromstring(histogram([("a", [3.0])], "one")) is not None
    assert ElementTree.fromstring(histogram([("a", [2, 2, 5])], "whole", whole=True, low=0)) is not None


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3.2, 41), (0, 1e-4), (99, 100), (0, 123456)])
def test_ticks_are_round_and_within_the_range(low, high):
    found = ticks(low, high)
    assert 2 <= len(found) <= 12 and low <= found[0] and found[-1] <= high
    steps = np.diff(found)
    assert np.allclose(steps, steps[0])


def test_bars_are_as_long_as_their_values():
    text = bars([("a", [1.0, 0.25], ["4", "1"]), ("b", [0.5], ["2"])])
    assert [float(part.split(")")[0]) for part in text.split("*")[1:]] == [1.0, 0.25, 0.5]
