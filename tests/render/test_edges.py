"""More samples at edges, and light without noise that no filter touches."""

import numpy as np
import pytest
from pxr import UsdGeom

from scenewright.render import RenderSettings
from scenewright.render.edges import samples_each

SIZE = (40, 30)


@pytest.fixture
def slanted(studio):
    """A glowing half plane whose border runs aslant over a camera that looks straight down, in front of nothing."""
    half = studio.quad("/World/Half", half=50.0, rotate=(0, 0, 20), translate=(-50 * np.cos(np.radians(20)),
                                                                              -50 * np.sin(np.radians(20)), 0))
    studio.material("/World/Glow", half, diffuseColor=(0, 0, 0), emissiveColor=(1, 1, 1))
    camera = studio.camera((0, 0, 10), (0, 0, 0), up=(0, 1, 0))
    camera.CreateProjectionAttr(UsdGeom.Tokens.perspective)
    return studio


def covered():
    """Return which part of each pixel the half plane covers, (H, W), by 64 x 64 points a pixel."""
    width, height = SIZE
    step = 10.0 / width  # focal length and aperture are alike, the plane 10 away
    fine = (np.arange(64) + 0.5) / 64
    x = (np.arange(width)[:, None] + fine).ravel() * step - 5.0
    y = height * step / 2 - (np.arange(height)[:, None] + fine).ravel() * step
    inside = x[None, :] * np.cos(np.radians(20)) + y[:, None] * np.sin(np.radians(20)) < 0.0
    return inside.reshape(height, 64, width, 64).mean(axis=(1, 3))


def drawn(studio, **choices):
    return studio.render(["hdr_color"], SIZE, RenderSettings(samples=2, bounces=0, **choices))["hdr_color"][..., 0]


def test_an_outline_is_smoother_and_all_else_as_it_was(slanted):
    plain, better, truth = drawn(slanted), drawn(slanted, edge_samples=30), covered()
    border = (truth > 0.0) & (truth < 1.0)
    errors = [np.sqrt(np.mean((image - truth)[border] ** 2)) for image in (plain, better)]
    assert errors[1] < 0.3 * errors[0]
    assert errors[1] < 0.06
    assert np.abs(np.mean((better - truth)[border])) < 0.02
    assert (plain == better)[~border].all()
    assert (plain != better)[border].mean() > 0.7  # some were right by chance


@pytest.mark.parametrize("denoiser", ["filter", "oidn"])
def test_borders_of_sharp_shadows_get_more_samples_and_no_filter(studio, denoiser):
    """A sun without size is free of noise: what it lights is not filtered, and its shadows' borders are edges."""
    if denoiser == "oidn":
        pytest.importorskip("pyoidn")
    studio.quad("/World/Floor", half=20.0)
    studio.quad("/World/Roof", half=1.0, translate=(0, 0, 4), rotate=(0, 0, 30))
    studio.light("DistantLight", "/World/Sun", rotate=(60, 0, 0), intensity=3.0, angle=0.0)
    studio.camera((0, -3, 3.5), (0, 7, 0))
    plain, filtered = (drawn(studio, denoise=denoise, denoiser=denoiser) for denoise in (False, True))
    np.testing.assert_allclose(filtered, plain, rtol=1e-5, atol=3e-4)  # of nothing, Intel makes 1e-4
    better = drawn(studio, edge_samples=16, denoise=True, denoiser=denoiser)
    changed = np.abs(better - plain) > 1e-3
    assert 0.01 < changed.mean() < 0.3  # the border of the shadow, and nothing else
    steps = np.abs(np.diff(plain, axis=1)) > 0.5 * plain.max()
    assert changed[:, 1:][steps].mean() > 0.9


def test_noise_is_filtered_as_ever(studio):
    studio.quad("/World/Floor", half=20.0)
    studio.shape("Sphere", "/World/Ball", translate=(0, 0, 1))
    studio.light("DomeLight", "/World/Sky", intensity=1.0)
    studio.camera((0, -8, 4), (0, 0, 0.5))
    plain, filtered = (drawn(studio, denoise=denoise) for denoise in (False, True))
    assert (plain != filtered).mean() > 0.2


@pytest.mark.parametrize(("edges", "each"), [(0, 16), (100, 16), (250, 8), (1000, 2), (4001, 0)])
def test_many_edges_share_half_of_the_work(edges, each):
    assert samples_each(RenderSettings(samples=4, edge_samples=16), 1000, edges) == each


@pytest.mark.parametrize("mode", ["path-traced", "mitsuba"])
def test_modes_without_bias_have_none(mode):
    with pytest.raises(ValueError, match="edge_samples are for the real-time mode"):
        RenderSettings(mode=mode, edge_samples=4)


@pytest.mark.parametrize("count", [-1, 1025])
def test_impossible_counts_are_named(count):
    with pytest.raises(ValueError, match="edge_samples must be 0 to 1024"):
        RenderSettings(edge_samples=count)
