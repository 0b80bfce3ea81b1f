"""Fog beside a wide lamp: the integral over ray and lamp, and no pixel far off it."""

import numpy as np
import pytest

from scenewright.render import Fog, RenderSettings

DENSITY = 0.2


def integral(g, height, width=2.0):
    """Return what fog scatters along +X from x = -4 on, ``height`` below a square lamp of radiance 1 that shines down."""
    t = (np.arange(3000) + 0.5) * 0.01
    side = ((np.arange(160) + 0.5) / 160 - 0.5) * width
    x, y = (axis.ravel() for axis in np.meshgrid(side, side))
    total = 0.0
    for distance in t:
        to = np.stack([x - (distance - 4.0), y, np.full_like(x, height)])
        d = np.linalg.norm(to, axis=0)
        phase = (1.0 - g * g) / (4 * np.pi * (1.0 + g * g - 2.0 * g * to[0] / d) ** 1.5)
        arriving = (phase * np.exp(-DENSITY * d) * height / d**3).sum() * (width / 160) ** 2
        total += DENSITY * np.exp(-DENSITY * distance) * arriving * 0.01
    return total


@pytest.mark.parametrize("g", [0.0, 0.6])
def test_fog_beside_a_square_lamp(studio, g):
    studio.light("RectLight", "/World/Lamp", translate=(0, 0, 0.1), width=2.0, height=2.0, intensity=1.0)
    studio.camera((-4, 0, 0), (0, 0, 0), focal=20000.0)
    fog = Fog(DENSITY, anisotropy=g, color=(0.0, 0.0, 0.0), albedo=(1.0, 1.0, 1.0))
    settings = RenderSettings(mode="path-traced", samples=64, bounces=1, fog=fog)
    values = studio.render(["hdr_color"], (48, 48), settings)["hdr_color"][..., 0].ravel()
    assert values.mean() == pytest.approx(integral(g, 0.1), rel=0.01)
    assert values.max() < 4.0 * values.mean()
