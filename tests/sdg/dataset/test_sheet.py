"""The contact sheet draws what the labels say, where they say it."""

import numpy as np
import pytest

from scenewright.sdg.dataset.drawing import Panel, Shown, category_colors, draw_labels
from scenewright.sdg.dataset.sheet import contact_sheet


@pytest.fixture
def panel():
    ids = np.zeros((120, 160), np.uint32)
    ids[60:100, 40:90] = 2
    return Panel("frame 0", np.full((120, 160, 3), 100, np.uint8), ids, [Shown("apple", 2, (40, 60, 89, 99))])


def test_masks_are_tinted_and_outlined_and_the_rest_is_left(panel):
    color = np.array((250, 20, 30))
    drawn = np.asarray(draw_labels(panel, {"apple": tuple(color)})).astype(int)
    assert np.allclose(drawn[80, 60], 100 + 0.32 * (color - 100), atol=1)
    assert (drawn[60, 80] == color).all()
    assert (drawn[110, 150] == 100).all()
    assert (drawn[59, 40:60] == color).any()  # the name stands on top of the box


def test_many_categories_have_distinct_colors():
    colors = category_colors([f"c{n}" for n in range(24)])
    values = np.array(list(colors.values()), int)
    distances = np.abs(values[:, None] - values[None]).sum(-1) + 1000 * np.eye(24, dtype=int)
    assert distances.min() > 30


def test_the_sheet_grows_with_its_panels_and_is_the_same_every_time(panel):
    one, six = contact_sheet("t", "s", [panel]), contact_sheet("t", "s", [panel] * 6, columns=3)
    assert six.width > 3 * 160 > one.width
    assert six.height > 2 * 120
    assert np.array_equal(np.asarray(six), np.asarray(contact_sheet("t", "s", [panel] * 6, columns=3)))


def test_no_panels_is_an_error():
    with pytest.raises(ValueError, match="at least one image"):
        contact_sheet("t", "s", [])
