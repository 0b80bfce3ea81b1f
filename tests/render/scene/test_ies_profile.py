"""IES files against their own numbers."""

import numpy as np
import pytest

from scenewright.render.scene.ies_profile import IES_SHAPE, candela_grid, parse_ies

HEAD = "IESNA:LM-63-2002\n[TEST] a lamp\n[MANUFAC] none\n"


def profile(vertical, horizontal, candela, tilt="NONE", factors=(1, 1, 1), kind=1):
    multiplier, ballast, other = factors
    rows = [f"1 1000 {multiplier} {len(vertical)} {len(horizontal)} {kind} 2 0.1 0.1 0", f"{ballast} {other} 50",
            " ".join(map(str, vertical)), ",".join(map(str, horizontal))]
    return HEAD + f"TILT={tilt}\n" + "\n".join(rows + [" ".join(map(str, run)) for run in candela]) + "\n"


def test_numbers_are_read_and_multiplied():
    vertical, horizontal, candela = parse_ies(profile([0, 45, 90], [0, 90], [[100, 50, 0], [80, 40, 0]], factors=(2, 0.5, 0.9)))
    assert vertical.tolist() == [0, 45, 90] and horizontal.tolist() == [0, 90]
    np.testing.assert_allclose(candela, np.array([[100, 50, 0], [80, 40, 0]]) * 0.9)


def test_a_tilt_table_is_skipped():
    text = profile([0, 90], [0], [[10, 0]]).replace("TILT=NONE\n", "TILT=INCLUDE\n1\n2\n0 90\n1.0 0.9\n")
    assert parse_ies(text)[2].tolist() == [[10.0, 0.0]]


def test_round_profiles_are_interpolated_and_end_where_the_file_does():
    grid = candela_grid(np.array([0.0, 90.0]), np.array([0.0]), np.array([[90.0, 0.0]]))
    assert grid.shape == IES_SHAPE and grid.dtype == np.float32
    np.testing.assert_allclose(grid[:91, 17], 90.0 - np.arange(91), rtol=1e-6)
    assert not grid[91:].any()


def azimuths(vertical, horizontal, candela):
    grid = candela_grid(np.array(vertical, float), np.array(horizontal, float), np.array(candela, float))
    return {phi: float(grid[0, round(phi / 2.5)]) for phi in (0, 45, 90, 135, 180, 225, 270, 315, 360)}


def test_symmetry_of_quarters():
    found = azimuths([0, 90], [0, 90], [[10, 10], [20, 20]])
    assert found == {0: 10, 45: 15, 90: 20, 135: 15, 180: 10, 225: 15, 270: 20, 315: 15, 360: 10}


def test_symmetry_of_halves():
    found = azimuths([0, 90], [0, 180], [[10, 10], [20, 20]])
    assert found == {0: 10, 45: 12.5, 90: 15, 135: 17.5, 180: 20, 225: 17.5, 270: 15, 315: 12.5, 360: 10}
    found = azimuths([0, 90], [90, 180, 270], [[10, 10], [20, 20], [30, 30]])
    assert found == {0: 20, 45: 15, 90: 10, 135: 15, 180: 20, 225: 25, 270: 30, 315: 25, 360: 20}


@pytest.mark.parametrize("last", [[360], []])
def test_no_symmetry(last):
    horizontal = [0, 90, 180, 270, *last]
    found = azimuths([0, 90], horizontal, [[value] * 2 for value in (10, 20, 30, 40, 10)[:len(horizontal)]])
    assert found == {0: 10, 45: 15, 90: 20, 135: 25, 180: 30, 225: 35, 270: 40, 315: 25, 360: 10}


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "TILT="), (HEAD, "TILT="), (profile([0, 90], [0], [[1]]), "ends before"), (profile([90, 0], [0], [[1, 2]]), "grow"),
     (profile([0, 90], [0], [[1, -2]]), "negative"), (profile([0, 90], [0], [[1, "nan"]]), "finite"),
     (profile([0, 90], [0], [[1, 2]], tilt="lamp.tlt"), "another file"), (profile([0, 90], [0], [[1, 2]], kind=3), "type 3"),
     (profile([0, 90], [], []), "must be positive")],
)
def test_broken_files_say_why(text, why):
    with pytest.raises(ValueError, match=why):
        parse_ies(text)


def test_odd_ranges_say_why():
    with pytest.raises(ValueError, match="horizontal angles from 30 to 60"):
        candela_grid(np.array([0.0, 90.0]), np.array([30.0, 60.0]), np.ones((2, 2)))
