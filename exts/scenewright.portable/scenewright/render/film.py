"""How a frame is exposed, balanced and toned."""

import numpy as np

from scenewright.render.kernels.film import CURVES, FilmData
from scenewright.render.settings import RenderSettings

__all__ = ["film_data", "metered_exposure", "white_balance"]

_XYZ_OF_RGB = np.array(((0.4123908, 0.3575843, 0.1804808), (0.2126390, 0.7151687, 0.0721923),
                        (0.0193308, 0.1191948, 0.9505322)))
"""Rec.709 primaries and D65 (ITU-R BT.709)."""
_BRADFORD = np.array(((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296)))
"""Cone responses of the Bradford transform (CIE 160:2004)."""
_D65 = (0.31272, 0.32903)
_GREY = 0.18
_DARKEST = 1e-6


def film_data(settings: RenderSettings, exposure: float) -> FilmData:
    """Return the film of one frame; ``exposure`` is the factor from radiance to the tone curve's input."""
    gain = exposure * (np.eye(3) if settings.white_balance is None else white_balance(settings.white_balance))
    film = FilmData()
    film.gain = gain.astype(np.float32)
    film.inverse = np.linalg.inv(gain).astype(np.float32)
    film.curve = CURVES.index(settings.tone_map)
    film.white = settings.white_point
    return film


def white_balance(kelvin: float) -> np.ndarray:
    """Return the (3, 3) matrix on linear Rec.709 colours under which light of a colour temperature looks white.

    The chromaticity is that of daylight from 4000 K on (CIE 15:2004), of a black body below (B. Kang et al., "Design of
    advanced color temperature control system", 2002); it is adapted to D65 by the Bradford transform. 6504 K changes nothing.
    """
    light, white = _xyz(_chromaticity(kelvin)), _xyz(_D65)
    scale = np.diag((_BRADFORD @ white) / (_BRADFORD @ light))
    adapt = np.linalg.inv(_BRADFORD) @ scale @ _BRADFORD
    return np.linalg.inv(_XYZ_OF_RGB) @ adapt @ _XYZ_OF_RGB


def metered_exposure(hdr: np.ndarray) -> float | None:
    """Return the exposure that brings a frame's mean to middle grey, or None where it is black.

    The mean is that of logarithms, which a few bright lamps do not sway (E. Reinhard et al., "Photographic tone reproduction
    for digital images", 2002). It is a function of this frame alone.

    Args:
        hdr: (N, 4) float32 radiance and coverage; pixels without coverage do not count.
    """
    luminance = hdr[:, :3] @ np.array((0.2126, 0.7152, 0.0722), np.float32)
    seen = (hdr[:, 3] > 0.0) & np.isfinite(luminance) & (luminance > 0.0)
    if not seen.any():
        return None
    mean = float(np.exp(np.log(np.maximum(luminance[seen].astype(np.float64), _DARKEST)).mean()))
    return _GREY / mean


def _chromaticity(kelvin: float) -> tuple[float, float]:
    t = 1000.0 / kelvin
    if kelvin >= 4000.0:
        if kelvin <= 7000.0:
            x = ((-4.6070 * t + 2.9678) * t + 0.09911) * t + 0.244063
        else:
            x = ((-2.0064 * t + 1.9018) * t + 0.24748) * t + 0.237040
        return x, (-3.0 * x + 2.87) * x - 0.275
    x = ((-0.2661239 * t - 0.2343589) * t + 0.8776956) * t + 0.179910
    if kelvin >= 2222.0:
        return x, ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867
    return x, ((-1.1063814 * x - 1.34811020) * x + 2.18555832) * x - 0.20219683


def _xyz(chromaticity: tuple[float, float]) -> np.ndarray:
    x, y = chromaticity
    return np.array((x / y, 1.0, (1.0 - x - y) / y))
