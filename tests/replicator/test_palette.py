"""Colours of ids: observed ones first, all distinct, a function of the id alone."""

import numpy as np
import pytest

from scenewright.host.settings import get_settings
from scenewright.replicator.palette import palette


def test_observed_colours():
    assert palette(5, "A").tolist() == [[0, 0, 0, 0], [0, 0, 0, 255], [33, 243, 3, 255], [240, 4, 111, 255],
                                        [27, 186, 239, 255]]
    assert palette(4, "B")[2:].tolist() == [[93, 220, 11, 255], [243, 69, 141, 255]]
    assert palette(10, "old")[9].tolist() == [226, 255, 25, 255]


@pytest.mark.parametrize("name", ["A", "B", "old"])
def test_every_id_has_its_own_colour(name):
    colors = palette(70000, name)
    assert len(np.unique(colors.view("<u4"))) == 70000
    assert (colors[1:, 3] == 255).all()


def test_colours_do_not_depend_on_the_number_of_ids():
    np.testing.assert_array_equal(palette(20), palette(5000)[:20])


def test_neighbouring_ids_differ_visibly():
    colors = palette(300)[2:, :3].astype(int)
    assert np.abs(np.diff(colors, axis=0)).sum(axis=1).min() > 60


def test_an_unknown_palette_is_named():
    settings = get_settings()
    settings.set("/scenewright/segmentationPalette", "C")
    try:
        with pytest.raises(ValueError, match=r"'C'. Available: A, B, old"):
            palette(3)
    finally:
        settings.set("/scenewright/segmentationPalette", "A")
