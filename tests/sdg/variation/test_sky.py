"""The sun's position, the sky's formula against a numpy twin, illuminances, and the file."""

import itertools
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.sky import _LUMINANCE, make_sun_sky, perez_coefficients, write_radiance_hdr
from scenewright.sdg.variation.solar import sun_position

NOON = datetime(2025, 6, 21, 13, 28, tzinfo=timezone(timedelta(hours=2)))


def test_the_worked_example_of_meeus_and_nrel():
    # Reda and Andreas, NREL/TP-560-34302 (2008), table A5.1: zenith 50.11162, azimuth 194.34024 (refraction for 820 hPa)
    sun = sun_position(datetime(2003, 10, 17, 12, 30, 30, tzinfo=timezone(timedelta(hours=-7))), 39.742476, -105.1786)
    assert sun.elevation == pytest.approx(90.0 - 50.11162, abs=0.02)
    assert sun.azimuth == pytest.approx(194.34024, abs=0.02)
    assert sun.distance == pytest.approx(0.99654, abs=2e-4)


def test_the_sun_at_the_equator_and_the_poles():
    sun = sun_position(datetime(2025, 3, 20, 9, 1, tzinfo=UTC), 90.0, 0.0)  # the equinox
    assert abs(sun.elevation) < 0.02
    assert sun_position(datetime(2025, 6, 21, 2, 42, tzinfo=UTC), 90.0, 0.0).elevation == pytest.approx(23.44, abs=0.02)
    assert sun_position(datetime(2025, 6, 21, 12, tzinfo=UTC), -80.0, 0.0).elevation < -10.0


@pytest.mark.verify
def test_the_sun_stands_where_another_library_sees_it():
    ephem = pytest.importorskip("ephem", reason="a library that is not ours: pip install ephem")
    rng = np.random.default_rng(0)
    for _ in range(300):
        when = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(days=float(rng.uniform(0, 20000)))
        latitude, longitude = float(np.degrees(np.arcsin(rng.uniform(-1, 1)))), float(rng.uniform(-180, 180))
        observer = ephem.Observer()
        observer.lat, observer.lon, observer.pressure = str(latitude), str(longitude), 0
        observer.date = when.replace(tzinfo=None)
        body = ephem.Sun(observer)
        ours = sun_position(when, latitude, longitude)
        assert ours.elevation == pytest.approx(float(np.degrees(body.alt)), abs=0.02)
        turn = (ours.azimuth - float(np.degrees(body.az)) + 180.0) % 360.0 - 180.0
        assert abs(turn) * np.cos(np.radians(ours.elevation)) < 0.02


def twin(sun, turbidity, width):
    """Return the sky's luminance, shape (width / 4, width), by the paper's formulas in numpy."""
    polar = np.pi * (np.arange(width // 4) + 0.5) / (width // 2)
    around = 2.0 * np.pi * (np.arange(width) + 0.5) / width
    d = np.stack(np.broadcast_arrays(np.sin(polar)[:, None] * np.sin(around), np.sin(polar)[:, None] * np.cos(around),
                                     np.cos(polar)[:, None]), axis=-1)
    gamma, theta_s = np.arccos(np.clip(d @ sun, -1, 1)), np.arccos(sun[2])

    def f(a, b, c, d_, e, theta, g):
        return (1 + a * np.exp(b / np.maximum(np.cos(theta), 0.01))) * (1 + c * np.exp(d_ * g) + e * np.cos(g) ** 2)

    zenith, *p = perez_coefficients("Y", turbidity, theta_s)
    return 1000.0 * zenith * f(*p, polar[:, None], gamma) / f(*p, 0.0, theta_s)


def test_the_picture_is_the_formula():
    sky = make_sun_sky(NOON, 47.4, 8.5, turbidity=4.0, width=64)
    luminance = sky.picture[:16] @ _LUMINANCE
    assert np.allclose(luminance, twin(sky.direction, 4.0, 64), rtol=0.02)
    row, column = np.unravel_index(np.argmax(luminance), luminance.shape)
    assert column / 64 * 360 == pytest.approx(sky.position.azimuth, abs=6.0)
    assert 90 - (row + 0.5) / 16 * 90 == pytest.approx(sky.position.elevation, abs=6.0)


def test_illuminances_are_those_of_daylight():
    clear, hazy = (make_sun_sky(NOON, 47.4, 8.5, turbidity=t, width=128) for t in (2.5, 7.0))
    assert 85_000 < clear.sun_illuminance < 110_000 and 8_000 < clear.sky_illuminance < 40_000
    assert hazy.sun_illuminance < 0.75 * clear.sun_illuminance
    assert clear.sun_color @ _LUMINANCE == pytest.approx(1.0)
    evening = make_sun_sky(NOON + timedelta(hours=7), 47.4, 8.5, width=128)
    assert evening.sun_color[0] / evening.sun_color[2] > 2.0 * clear.sun_color[0] / clear.sun_color[2]
    zenith = clear.picture[0, 0]
    assert zenith[2] > 1.5 * zenith[0]


def test_twilight_dims_and_night_is_told():
    levels = [make_sun_sky(NOON + timedelta(hours=h), 47.4, 8.5, width=64).sky_illuminance for h in (7.0, 7.6, 8.0, 8.7)]
    assert all(a > 2.0 * b for a, b in itertools.pairwise(levels[1:])) and levels[0] > levels[1]
    with pytest.raises(VariationError, match="it is night: the sun stands"):
        make_sun_sky(NOON + timedelta(hours=12), 0.0, 8.5)


def test_files_hold_the_picture(tmp_path):
    from scenewright.render.scene.textures import read_radiance_hdr

    sky = make_sun_sky(NOON, 47.4, 8.5, width=32)
    write_radiance_hdr(tmp_path / "sky.hdr", sky.picture)
    read = read_radiance_hdr((tmp_path / "sky.hdr").read_bytes())
    assert np.abs(read - sky.picture).max() <= 0.01 * sky.picture.max(axis=2).max()


@pytest.mark.parametrize(("change", "message"), [
    ({"when": datetime(2025, 6, 21, 12)}, "has no zone"), ({"latitude": 91.0}, "'latitude' is 91"),
    ({"turbidity": 1.0}, "'turbidity' is 1"), ({"width": 15}, "'width'"), ({"ground_albedo": 2.0}, "'ground_albedo'"),
])
def test_wrong_arguments_are_told(change, message):
    with pytest.raises(VariationError, match=message):
        make_sun_sky(**({"when": NOON, "latitude": 47.0, "longitude": 8.0} | change))


@pytest.mark.parametrize(("name", "precise"), [
    ("Y", ((0.17872, -1.46303), (-0.35540, 0.42749), (-0.02266, 5.32505), (0.12064, -2.57705), (-0.06696, 0.37027))),
    ("x", ((-0.01925, -0.25922), (-0.06651, 0.00081), (-0.00041, 0.21247), (-0.06409, -0.89887), (-0.00325, 0.04517))),
    ("y", ((-0.01669, -0.26078), (-0.09495, 0.00921), (-0.00792, 0.21023), (-0.04405, -1.65369), (-0.01092, 0.05291))),
])  # fmt: skip
def test_coefficients_are_the_five_decimals_of_others_rounded(name, precise):
    """The paper gives four decimals; public implementations of it carry five."""
    for turbidity in (0.0, 1.0):
        ours = perez_coefficients(name, turbidity, 1.0)[1:]
        assert ours == pytest.approx([slope * turbidity + offset for slope, offset in precise], abs=(1.0 + turbidity) * 6e-5)
