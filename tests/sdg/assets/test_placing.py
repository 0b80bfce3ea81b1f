import numpy as np
import pytest

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.model import Part
from scenewright.sdg.assets.placing import Placing, place_parts, read_size


@pytest.fixture
def brick():
    """2 x 1 x 3 units in x, y, z, away from the origin."""
    points = np.array([[x, y, z] for x in (10, 12) for y in (20, 21) for z in (30, 33)], float)
    return [Part("brick", points, np.array([8]), np.arange(8), [""], np.zeros(1, int))]


def extent(parts):
    points = parts[0].points
    return points.min(axis=0).tolist(), points.max(axis=0).tolist()


@pytest.mark.parametrize(("up", "size"), [("Y", (2, 3, 1)), ("Z", (2, 1, 3)), ("X", (1, 3, 2))])
def test_assets_stand_on_the_ground_about_their_centre(brick, up, size):
    parts, stretch = place_parts(brick, Placing(up))
    assert extent(parts) == ([-size[0] / 2, -size[1] / 2, 0], [size[0] / 2, size[1] / 2, size[2]])
    assert stretch == 0.0


def test_y_up_fronts_look_to_minus_y(brick):
    brick[0].points[0] += [0, 0, 5]  # out of the front, which is +z in the file
    parts, _ = place_parts(brick, Placing("Y"))
    assert np.argmin(parts[0].points[:, 1]) == 0


def test_units_sizes_and_rotations(brick):
    assert extent(place_parts(brick, Placing("Z", 0.01))[0])[1] == pytest.approx([0.01, 0.005, 0.03])
    assert extent(place_parts(brick, Placing("Z", size=(0.6,)))[0])[1] == pytest.approx([0.2, 0.1, 0.6])
    parts, stretch = place_parts(brick, Placing("Z", size=(2.0, 2.0, 3.0)))
    assert extent(parts)[1] == pytest.approx([1, 1, 3]) and stretch == pytest.approx(1.0)
    quarter = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    assert extent(place_parts(brick, Placing("Z", rotation=quarter))[0])[1] == pytest.approx([0.5, 1, 3])


def test_a_sheet_has_no_thickness_to_scale(brick):
    brick[0].points[:, 1] = 0
    parts, _ = place_parts(brick, Placing("Z", size=(1.0, 0.5, 1.5)))
    assert extent(parts)[1] == pytest.approx([0.5, 0, 1.5])


@pytest.mark.parametrize(("text", "size"), [("0.42", (0.42,)), ("42cm", (0.42,)), ("420 mm", (0.42,)), ("1x2x3", (1, 2, 3)),
                                            ("60 x 90 × 45.5 cm", (0.6, 0.9, 0.455)), ("1ft", (0.3048,)), ("2e-1", (0.2,))])
def test_sizes_in_words(text, size):
    assert read_size(text) == pytest.approx(size)


@pytest.mark.parametrize("text", ["", "big", "1x2", "-1", "0", "nan", "1e99", "1 parsec", "1..2"])
def test_what_is_no_size(text):
    with pytest.raises(AssetError, match="is no size"):
        read_size(text)


def test_impossible_sizes_are_refused(brick):
    with pytest.raises(AssetError, match="no object's size"):
        place_parts(brick, Placing("Z", 1e6))
