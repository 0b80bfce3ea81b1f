"""Several paths from one first surface: the same picture with less noise, whatever the mode."""

import numpy as np
import pytest

from scenewright.render import RenderSettings

SIZE = (48, 32)


@pytest.fixture
def shaded(studio):
    """A ball on a floor under an even sky and a sun without size: its light is noisy round the ball."""
    studio.material("/World/Grey", studio.quad("/World/Floor", half=20.0), diffuseColor=(0.6, 0.5, 0.4))
    studio.material("/World/White", studio.shape("Sphere", "/World/Ball", translate=(0, 0, 1)), diffuseColor=(0.8, 0.8, 0.8))
    studio.light("DomeLight", "/World/Sky", intensity=1.0)
    studio.light("DistantLight", "/World/Sun", rotate=(40, 0, 0), intensity=3.0, angle=0.0)
    studio.camera((0, -6, 3), (0, 0, 0.8))
    return studio


def drawn(studio, **choices):
    return studio.render(["hdr_color"], SIZE, RenderSettings(**choices))["hdr_color"].astype(float)


@pytest.mark.parametrize("mode", ["real-time", "path-traced"])
def test_the_mean_is_that_of_as_many_samples(shaded, mode):
    truth = drawn(shaded, mode=mode, samples=512, bounces=1)
    few = drawn(shaded, mode=mode, samples=128, light_samples=4, bounces=1, seed=5)
    np.testing.assert_allclose(few.mean(axis=(0, 1)), truth.mean(axis=(0, 1)), rtol=2e-3)
    inner = np.abs(few - truth)[..., 1] / truth[..., 1].mean()
    assert np.quantile(inner, 0.99) < 0.06  # no pixel but some at outlines differs


def test_noise_falls_as_with_that_many_samples(shaded):
    """Beside outlines, one sample with 16 paths is as calm as 16 samples, and far calmer than one."""
    truth = drawn(shaded, samples=512, bounces=1, seed=9)
    smooth = np.abs(np.diff(truth[..., 1], axis=1, append=truth[:, -1:, 1])) < 0.02 * truth[..., 1].mean()
    errors = [np.sqrt(np.mean((drawn(shaded, bounces=1, **choices) - truth)[smooth] ** 2))
              for choices in ({"samples": 1}, {"samples": 16}, {"samples": 1, "light_samples": 16})]
    assert errors[2] < 0.35 * errors[0]
    assert errors[2] < 1.3 * errors[1]


def test_light_without_noise_stays_as_it_is(studio):
    """A sun without size is looked for once."""
    studio.quad("/World/Floor", half=20.0)
    studio.shape("Sphere", "/World/Ball", translate=(0, 0, 1))
    studio.light("DistantLight", "/World/Sun", rotate=(40, 0, 0), intensity=3.0, angle=0.0)
    studio.camera((0, -6, 3), (0, 0, 0.8))
    one, many = (drawn(studio, samples=2, light_samples=count, bounces=0) for count in (1, 8))
    assert one[..., 0].max() > 0.1
    np.testing.assert_allclose(many, one, rtol=1e-5)


@pytest.mark.parametrize("count", [0, 1025])
def test_impossible_counts_are_named(count):
    with pytest.raises(ValueError, match="light_samples must be 1 to 1024"):
        RenderSettings(light_samples=count)


@pytest.mark.parametrize("name", ["samples", "light_samples", "edge_samples", "bounces", "motion_slices"])
def test_counts_are_whole(name):
    with pytest.raises(TypeError, match=f"{name} must be a whole number, got 1.5"):
        RenderSettings(**{name: 1.5})


def test_the_other_engine_has_none():
    with pytest.raises(ValueError, match="'mitsuba' has no light_samples"):
        RenderSettings(mode="mitsuba", light_samples=2)
