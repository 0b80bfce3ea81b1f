"""Exposure, white balance and tone curves as a photographer knows them."""

import importlib.util

import numpy as np
import pytest
from pxr import Gf, Sdf, UsdGeom

from scenewright.render import RenderSettings
from scenewright.render.film import metered_exposure, white_balance

SIZE = (32, 24)
LAMBERT = {"useSpecularWorkflow": 1, "specularColor": Gf.Vec3f(0, 0, 0), "roughness": 1.0}


def decoded(pixels):
    v = pixels[..., :3].astype(np.float64) / 255.0
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


@pytest.fixture
def card(studio):
    """A grey card of 18 % that fills the view."""
    quad = studio.quad("/Card", half=5.0)
    studio.material("/Looks/Card", quad, diffuseColor=Gf.Vec3f(0.18, 0.18, 0.18), **LAMBERT)
    studio.camera((0, 0, 4), (0, 0, 0), up=(0, 1, 0))
    return studio


def shot(studio, **settings):
    return studio.render(["ldr_color"], SIZE, RenderSettings(samples=4, bounces=0, **settings))["ldr_color"]


@pytest.mark.parametrize("light", [{"kind": "DomeLight", "intensity": 500.0}, {"kind": "DomeLight", "intensity": 1000.0},
                                   {"kind": "DistantLight", "intensity": 1000.0, "normalize": True},
                                   {"kind": "DistantLight", "intensity": 3000.0, "normalize": True}])
def test_usual_intensities_are_well_exposed(card, light):
    light = dict(light)
    card.light(light.pop("kind"), "/Light", **light)
    grey = shot(card)[12, 16, :3].astype(float)
    assert 55 < grey.mean() < 170  # between two stops under and one over middle grey (118)


def test_a_stop_is_a_factor_of_two(card):
    card.light("DomeLight", "/Light", intensity=500.0)
    prim = card.stage.GetPrimAtPath("/Camera")
    attributes = {"exposure:time": 0.01, "exposure:iso": 100.0, "exposure:fStop": 4.0, "exposure:responsivity": 1.0}
    for name, value in attributes.items():
        (prim.GetAttribute(name) or prim.CreateAttribute(name, Sdf.ValueTypeNames.Float)).Set(value)
    before = decoded(shot(card, tone_map="linear"))[12, 16, 0]
    for name, value in (("exposure:time", 0.02), ("exposure:iso", 200.0), ("exposure:fStop", 4.0 / 2.0**0.5)):
        old = prim.GetAttribute(name).Get()
        prim.GetAttribute(name).Set(value)
        assert decoded(shot(card, tone_map="linear"))[12, 16, 0] == pytest.approx(2.0 * before, rel=0.04)
        prim.GetAttribute(name).Set(old)
    UsdGeom.Camera(prim).GetExposureAttr().Set(1.0)
    assert decoded(shot(card, tone_map="linear"))[12, 16, 0] == pytest.approx(2.0 * before, rel=0.04)


@pytest.mark.parametrize("curve", ["aces", "linear", "reinhard", "reinhard_extended", "hable", "hejl"])
def test_curves_rise_from_black_to_white(card, curve):
    light = card.light("DomeLight", "/Light", intensity=0.0)
    renderer = card.renderer()
    levels = []
    for intensity in (0.0, 30.0, 300.0, 3000.0, 1e6):
        light.GetIntensityAttr().Set(intensity)
        frame = renderer.render("/Camera", SIZE, ["ldr_color"], RenderSettings(tone_map=curve, bounces=0))
        levels.append(int(frame["ldr_color"][12, 16, 0]))
    assert levels[0] == 0
    assert levels[-1] >= 250
    assert sorted(levels) == levels
    assert len(set(levels)) >= 4


def test_white_balance_makes_its_light_white(card):
    """The card under a lamp of 3200 K is orange by daylight film and grey by tungsten film."""
    light = card.light("DomeLight", "/Light", intensity=700.0, enableColorTemperature=True, colorTemperature=3200.0)
    assert light
    daylight = decoded(shot(card, tone_map="linear"))[12, 16]
    tungsten = decoded(shot(card, tone_map="linear", white_balance=3200.0))[12, 16]
    assert daylight[0] / daylight[2] > 2.0
    assert tungsten.max() / tungsten.min() < 1.08


def test_white_balance_matrices():
    assert np.abs(white_balance(6504.0) - np.eye(3)).max() < 0.01
    assert (np.diff([white_balance(k)[2, 2] for k in (2000.0, 3000.0, 4000.0, 6000.0, 9000.0, 20000.0)]) < 0.0).all()


def test_auto_exposure_finds_middle_grey(card):
    light = card.light("DomeLight", "/Light", intensity=1.0)
    renderer = card.renderer()
    found = []
    for intensity in (1.0, 1e4):
        light.GetIntensityAttr().Set(intensity)
        settings = RenderSettings(tone_map="linear", auto_exposure=True, bounces=0)
        found.append(decoded(renderer.render("/Camera", SIZE, ["ldr_color"], settings)["ldr_color"])[12, 16, 0])
    assert found == pytest.approx([0.18, 0.18], abs=0.01)
    assert metered_exposure(np.zeros((4, 4), np.float32)) is None


@pytest.mark.parametrize("wrong", [{"tone_map": "sepia"}, {"white_balance": 100.0}, {"white_point": 0.0},
                                   {"denoiser": "magic"}])
def test_choices_are_checked(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong)).replace("_", "[_ ]")):
        RenderSettings(**wrong)


def test_oidn_calms_the_picture(card):
    card.light("RectLight", "/Lamp", intensity=3000.0, width=4.0, height=4.0, translate=(6, 0, 3), rotate=(0, 60, 0))
    card.shape("Cube", "/Block", translate=(0.3, 0, 0.7), scale=(0.4, 0.4, 0.4))
    size, plain = (96, 72), {"mode": "path-traced", "bounces": 3}
    settings = {**plain, "samples": 2, "denoise": True, "denoiser": "oidn"}
    if importlib.util.find_spec("pyoidn") is None:
        with pytest.raises(ModuleNotFoundError, match=r"scenewright\[denoise\]"):
            card.render(["hdr_color"], size, RenderSettings(**settings))
        return
    truth = card.render(["hdr_color"], size, RenderSettings(samples=256, **plain))["hdr_color"].copy()
    noisy = card.render(["hdr_color"], size, RenderSettings(samples=2, **plain))["hdr_color"].copy()
    calm = card.render(["hdr_color"], size, RenderSettings(**settings))["hdr_color"].copy()
    assert np.array_equal(calm[..., 3], noisy[..., 3])
    errors = [np.sqrt(((picture - truth) ** 2).mean()) for picture in (noisy, calm)]
    assert errors[1] < 0.6 * errors[0]


@pytest.mark.parametrize("size", [(1, 1), (24, 18)])
@pytest.mark.parametrize("mode", ["real-time", "path-traced"])
def test_oidn_tints_neither_corners_nor_small_images(card, size, mode):
    pytest.importorskip("pyoidn", reason="optional: pip install 'scenewright[denoise]'")
    card.camera((0, 0, 4), (0, 0, 0), up=(0, 1, 0))
    card.light("DomeLight", "/Sky", intensity=500.0)
    plain, calm = (card.render(["hdr_color"], size, RenderSettings(mode=mode, samples=64, denoise=on, denoiser="oidn"))
                   ["hdr_color"][..., :3] for on in (False, True))
    np.testing.assert_allclose(calm, np.broadcast_to(plain.mean(), calm.shape), rtol=0.03)
