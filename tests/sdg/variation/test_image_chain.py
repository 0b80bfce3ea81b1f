"""The image chain: statistics of the noise, geometry of the lens, twins in numpy."""

import io

import numpy as np
import pytest
from PIL import Image

from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.image_chain import _TO_LINEAR, CameraImage, camera_image


def grey(value, size=(200, 200)):
    return np.full((*size, 4), value, np.uint8)


def linear(picture):
    return _TO_LINEAR[picture[..., :3]].astype(np.float64)


@pytest.mark.parametrize(("value", "photons", "read_noise"), [(188, 1000.0, 0.0), (188, 1000.0, 20.0), (99, 100.0, 3.0)])
def test_noise_has_the_variance_of_photons_and_of_reading(value, photons, read_noise):
    seen = linear(CameraImage(photons=photons, read_noise=read_noise, bits=16).apply(grey(value), 5))
    light = float(_TO_LINEAR[value])
    count = seen.size
    sigma = np.sqrt(light * photons + read_noise**2) / photons
    assert seen.mean() == pytest.approx(light, abs=5.0 * sigma / np.sqrt(count))
    assert seen.std() == pytest.approx(sigma, rel=0.03)


def test_few_photons_are_poisson():
    from scipy.stats import chisquare, poisson

    light = float(_TO_LINEAR[188])
    seen = linear(CameraImage(photons=8.0, bits=16).apply(grey(188), 1))
    electrons = np.round(seen * 8.0)
    assert np.abs(seen * 8.0 - electrons).max() < 0.06
    observed = np.bincount(electrons.astype(int).ravel(), minlength=9)[:9]
    expected = poisson.pmf(np.arange(9), light * 8.0)
    expected[8] += poisson.sf(8, light * 8.0)  # a full well holds no more
    assert chisquare(observed, expected * observed.sum() / expected.sum()).pvalue > 1e-3


def test_noise_is_independent_and_follows_the_seed():
    a, b = (CameraImage(photons=500.0).apply(grey(128), seed) for seed in (1, 2))
    assert np.array_equal(a, CameraImage(photons=500.0).apply(grey(128), 1))
    for first, second in ((a[..., 0], b[..., 0]), (a[..., 0], a[..., 1]), (a[:, :-1, 0], a[:, 1:, 0])):
        assert abs(np.corrcoef(first.ravel().astype(float), second.ravel().astype(float))[0, 1]) < 0.03


def test_vignetting_and_alpha():
    picture = grey(188, (101, 201))
    picture[..., 3] = 77
    seen = CameraImage(vignetting=0.5).apply(picture, 0)
    light = linear(seen)[..., 1] / _TO_LINEAR[188]
    assert light[50, 100] == pytest.approx(1.0, abs=0.01) and light[0, 0] == pytest.approx(0.5, abs=0.02)
    assert (seen[..., 3] == 77).all()


def test_red_lies_outside_and_blue_inside():
    picture = np.zeros((64, 256, 3), np.uint8)
    picture[:, 200:] = 255
    seen = linear(CameraImage(aberration=4.0).apply(picture, 0))[32]
    edge = 256 - seen.sum(axis=0)  # where each channel's step lies
    share = ((200 - 128) ** 2) / (128**2 + 32**2)
    shift = 4.0 * share * (200 - 128) / np.hypot(128, 32)
    assert edge[1] == pytest.approx(200.0, abs=0.01)
    assert edge[0] - 200.0 == pytest.approx(shift, abs=0.15) and edge[2] - 200.0 == pytest.approx(-shift, abs=0.15)


def test_blur_is_a_gaussian():
    from scipy.ndimage import gaussian_filter

    picture = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    expected = gaussian_filter(linear(picture), (1.5, 1.5, 0), mode="nearest", truncate=3.4)
    assert np.abs(linear(CameraImage(blur=1.5).apply(picture, 0)) - expected).max() < 0.006


def test_a_mosaic_keeps_what_photosites_see_and_fills_in_the_rest():
    picture = np.random.default_rng(0).integers(0, 256, (20, 22, 3), dtype=np.uint8)
    seen = CameraImage(mosaic=True).apply(picture, 0)
    rows, columns = np.mgrid[:20, :22]
    own = (rows & 1) + (columns & 1)
    assert (np.take_along_axis(seen, own[..., None], 2) == np.take_along_axis(picture, own[..., None], 2)).all()
    light = linear(picture)
    assert linear(seen)[5, 6, 0] == pytest.approx((light[4, 6, 0] + light[6, 6, 0]) / 2.0, abs=0.005)
    assert linear(seen)[4, 6, 1] == pytest.approx(np.mean([light[3, 6, 1], light[5, 6, 1], light[4, 5, 1], light[4, 7, 1]]),
                                                  abs=0.005)
    assert np.array_equal(CameraImage(mosaic=True).apply(grey(90), 0), grey(90))


def test_jpeg_is_pillows():
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=40)
    assert np.array_equal(camera_image(picture, jpeg=40), np.asarray(Image.open(buffer)))


def test_nothing_changes_where_nothing_is_asked_for():
    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 4), dtype=np.uint8)
    assert np.array_equal(camera_image(picture), picture)
    assert np.array_equal(CameraImage(vignetting=1e-9).apply(picture, 0), picture)  # there and back again


@pytest.mark.parametrize(("options", "message"), [
    ({"photons": -1.0}, "'photons' is -1"), ({"read_noise": 2.0}, "'photons' is 0"), ({"jpeg": 99}, "'jpeg' is 99"),
    ({"bits": 2}, "'bits' is 2"), ({"vignetting": 1.5}, "'vignetting'"), ({"mosaic": 1}, "'mosaic'"), ({"blur": 1e9}, "'blur'"),
])
def test_wrong_values_are_told(options, message):
    with pytest.raises(VariationError, match=message):
        CameraImage(**options)
    with pytest.raises(VariationError, match="uint8 pictures"):
        camera_image(np.zeros((4, 4), np.float32))
