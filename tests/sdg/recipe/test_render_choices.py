"""Mode, samples and denoiser of a recipe reach the renderer, whatever was chosen before."""

import pytest

from scenewright.replicator.render_keys import render_settings
from scenewright.sdg.recipe.render_choices import apply_render_choices
from scenewright.sdg.recipe.schema import Settings


@pytest.mark.parametrize(("block", "path_traced", "mode"), [
    ({}, False, "real-time"),
    ({}, True, "path-traced"),
    ({"renderer": "path-traced"}, False, "path-traced"),
    ({"renderer": "mitsuba"}, True, "mitsuba"),
])
def test_the_mode(block, path_traced, mode):
    apply_render_choices(Settings(renderer="path-traced", samples=3))
    apply_render_choices(Settings(samples=9, **block), path_traced=path_traced)
    settings = render_settings(subframes=1, frame=0)
    assert (settings.mode, settings.samples) == (mode, 9)


@pytest.mark.parametrize(("name", "default"), [("edge_samples", 0), ("light_samples", 1)])
def test_more_samples(name, default):
    apply_render_choices(Settings(**{name: 12}))
    assert getattr(render_settings(1, 0), name) == 12
    apply_render_choices(Settings())
    assert getattr(render_settings(1, 0), name) == default


def test_the_denoiser():
    apply_render_choices(Settings(denoise=True, denoiser="oidn"))
    assert render_settings(1, 0).denoiser == "oidn"
    apply_render_choices(Settings(denoise=False))
    assert not render_settings(1, 0).denoise
