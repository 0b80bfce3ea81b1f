"""Render settings as the colour kernel reads them."""

from dataclasses import dataclass

import numpy as np

from scenewright.render.kernels.types import FogData, PathSettings
from scenewright.render.settings import Fog, RenderSettings

__all__ = ["Surroundings", "fog_data", "path_settings"]

_FAR = 1e30
_MOST_REACH = 1e9


@dataclass(frozen=True)
class Surroundings:
    """What settings are to be seen relative to."""

    center: np.ndarray  # (3,) float64: the camera's world position
    up_axis: str  # Y or Z
    meters_per_unit: float
    exposure: float  # radiance to the tone mapper's input
    mean_sky: np.ndarray  # (3,) mean radiance of all domes


def path_settings(settings: RenderSettings, around: Surroundings) -> PathSettings:
    """Return the settings of one image."""
    data = PathSettings()
    data.samples = settings.samples
    data.sample_stride = 1 << (settings.samples - 1).bit_length()
    data.paths = settings.light_samples
    data.path_stride = 1 << (settings.light_samples - 1).bit_length()
    data.bounces = settings.bounces
    words = [settings.seed & 0xFFFFFFFFFFFFFFFF, settings.step & 0xFFFFFFFFFFFFFFFF]
    data.seed = np.random.SeedSequence(words).generate_state(1)[0]
    data.path_traced = int(settings.path_traced)
    data.indirect_limit = min(settings.indirect_limit / around.exposure, _FAR)
    data.direct_limit = min(settings.sample_limit / around.exposure, _FAR)
    if settings.fog is not None:
        data.fog = fog_data(settings.fog, around, settings.path_traced)
    return data


def fog_data(fog: Fog, around: Surroundings, path_traced: bool) -> FogData:
    """Return fog in stage units, relative to the camera; in real-time mode the sky's mean light is part of its glow."""
    unit = around.meters_per_unit
    up = np.array((0.0, 1.0, 0.0) if around.up_axis == "Y" else (0.0, 0.0, 1.0))
    data = FogData()
    data.density = fog.density * unit
    data.falloff = fog.falloff * unit
    data.base = fog.base / unit - float(around.center @ up)
    data.up = up
    data.start = fog.start / unit
    data.reach = min(fog.reach / unit, _MOST_REACH)
    glow = np.array(fog.color, np.float64)
    if not path_traced:
        glow = glow + np.array(fog.albedo) * around.mean_sky
    data.glow = glow
    data.albedo = fog.albedo
    data.anisotropy = fog.anisotropy
    return data
