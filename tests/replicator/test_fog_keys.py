"""Fog from settings: our keys, RTX's keys in stage units."""

import pytest
from pxr import UsdGeom

from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context
from scenewright.replicator.fog_keys import fog_from_settings


@pytest.fixture(autouse=True)
def clean_settings():
    settings = get_settings()
    before = dict(settings._values)
    yield
    settings._values.clear()
    settings._values.update(before)


def set_all(folder, **values):
    for name, value in values.items():
        get_settings().set(f"{folder}/{name}", value)


def test_clear_air():
    assert fog_from_settings() is None
    set_all("/rtx/fog", fogDistanceDensity=0.1)
    assert fog_from_settings() is None
    set_all("/scenewright/fog", density=0.0)
    assert fog_from_settings() is None


def test_own_keys_are_metres():
    set_all("/scenewright/fog", density=0.05, falloff=0.5, base=2.0, albedo=[0.9, 0.8, 0.7], anisotropy=0.3, reach=50)
    fog = fog_from_settings()
    assert (fog.density, fog.falloff, fog.base, fog.anisotropy, fog.reach) == (0.05, 0.5, 2.0, 0.3, 50.0)
    assert fog.albedo == (0.9, 0.8, 0.7) and fog.color == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("unit", [0.01, 1.0])
def test_rtx_keys_are_stage_units(unit):
    get_context().new_stage()
    UsdGeom.SetStageMetersPerUnit(get_context().get_stage(), unit)
    set_all("/rtx/fog", enabled=True, fogDistanceDensity=0.02, fogColor=[0.5, 0.6, 0.7], fogColorIntensity=2.0,
            fogStartDist=10.0, fogEndDist=500.0, fogStartHeight=30.0)
    fog = fog_from_settings()
    assert fog.density == pytest.approx(0.02 / unit) and fog.falloff == 0.0
    assert (fog.start, fog.reach, fog.base) == pytest.approx((10 * unit, 500 * unit, 30 * unit))
    assert fog.color == pytest.approx((1.0, 1.2, 1.4)) and fog.albedo == (0.0, 0.0, 0.0)
    set_all("/rtx/fog", fogHeightDensity=0.3, fogHeightFalloff=0.1)
    fog = fog_from_settings()
    assert (fog.density, fog.falloff) == pytest.approx((0.3 / unit, 0.1 / unit))


def test_broken_colours_name_the_key():
    set_all("/scenewright/fog", density=0.1, color="red")
    with pytest.raises(ValueError, match="/scenewright/fog/color must be three numbers"):
        fog_from_settings()
