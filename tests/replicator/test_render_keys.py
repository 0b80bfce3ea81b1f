"""What carb settings ask of the renderer."""

import pytest

from scenewright.host.settings import get_settings
from scenewright.replicator.render_keys import render_settings


def asked(subframes=1, **keys):
    for path, value in keys.items():
        get_settings().set(path, value)
    return render_settings(subframes, frame=7)


def test_defaults_are_real_time():
    settings = asked()
    assert (settings.mode, settings.samples, settings.bounces, settings.denoise) == ("real-time", 4, 1, True)
    assert settings.step == 7


def test_subframes_are_samples_up_to_a_limit():
    assert asked(subframes=3).samples == 12
    assert asked(subframes=50).samples == 16
    assert asked(subframes=50, **{"/scenewright/samples": 64}).samples == 64


def test_path_tracing_by_rtx_keys():
    settings = asked(subframes=4, **{"/rtx/rendermode": "PathTracing", "/rtx/pathtracing/spp": 8})
    assert (settings.mode, settings.samples, settings.bounces) == ("path-traced", 32, 64)
    settings = asked(**{"/rtx/pathtracing/totalSpp": 24, "/rtx/pathtracing/maxBounces": 4,
                        "/rtx/pathtracing/optixDenoiser/enabled": False})
    assert (settings.samples, settings.bounces, settings.denoise) == (24, 4, False)
    settings = asked(**{"/rtx/pathtracing/fireflyFilter/enabled": True,
                        "/rtx/pathtracing/fireflyFilter/maxIntensityPerSample": 10.0})
    assert settings.sample_limit == 10.0


def test_replicator_chooses_the_mode():
    import omni.replicator.core as rep

    rep.settings.set_render_pathtraced(samples_per_pixel=9)
    assert (asked().mode, asked().samples) == ("path-traced", 9)
    rep.settings.set_render_rtx_realtime()
    assert asked().mode == "real-time"


@pytest.mark.parametrize(("number", "curve"), [(1, "linear"), (2, "reinhard"), (5, "hable"), (6, "aces")])
def test_tone_curves_by_number(number, curve):
    assert asked(**{"/rtx/post/tonemap/op": number}).tone_map == curve


def test_an_unknown_curve_is_told(caplog):
    assert asked(**{"/rtx/post/tonemap/op": 7}).tone_map == "aces"
    assert "tonemap/op is 7" in caplog.text


def test_pictures_and_denoisers_of_ours():
    settings = asked(**{"/scenewright/whiteBalance": 3200, "/rtx/post/histogram/enabled": True,
                        "/scenewright/denoiser": "oidn"})
    assert (settings.white_balance, settings.auto_exposure, settings.denoiser) == (3200.0, True, "oidn")
    assert not asked(**{"/scenewright/renderer": "mitsuba"}).denoise


def test_a_wrong_choice_is_an_error():
    with pytest.raises(ValueError, match="Unknown render mode 'raster'"):
        asked(**{"/scenewright/renderer": "raster"})
