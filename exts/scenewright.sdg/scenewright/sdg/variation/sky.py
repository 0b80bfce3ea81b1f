"""Sun and sky by time, place and haze: a dome picture in cd/m2 and the sun's illuminance, after Preetham, Shirley and Smits."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import warp as wp

from scenewright.sdg.variation import sky_kernels as kernels
from scenewright.sdg.variation.errors import VariationError, checked_number
from scenewright.sdg.variation.launching import launch_ranges, on_device
from scenewright.sdg.variation.solar import SunPosition, sun_position

__all__ = ["SunSky", "make_sun_sky", "write_radiance_hdr"]

SOLAR_ILLUMINANCE = 133_100.0
"""Illuminance of the sun above the atmosphere at its mean distance [lx] (Darula, Kittler and Gueymard 2005)."""

# Preetham, Shirley and Smits, "A Practical Analytic Model for Daylight", SIGGRAPH 1999, appendix A.2: F's coefficients A to E
# as (slope, offset) of turbidity, for Y, x and y, and the polynomials of the zenith's x and y. Numbers from the paper.
_DISTRIBUTION = {
    "Y": ((0.1787, -1.4630), (-0.3554, 0.4275), (-0.0227, 5.3251), (0.1206, -2.5771), (-0.0670, 0.3703)),
    "x": ((-0.0193, -0.2592), (-0.0665, 0.0008), (-0.0004, 0.2125), (-0.0641, -0.8989), (-0.0033, 0.0452)),
    "y": ((-0.0167, -0.2608), (-0.0950, 0.0092), (-0.0079, 0.2102), (-0.0441, -1.6537), (-0.0109, 0.0529)),
}
_ZENITH = {
    "x": ((0.00166, -0.00375, 0.00209, 0.0), (-0.02903, 0.06377, -0.03202, 0.00394), (0.11693, -0.21196, 0.06052, 0.25886)),
    "y": ((0.00275, -0.00610, 0.00317, 0.0), (-0.04214, 0.08970, -0.04153, 0.00516), (0.15346, -0.26756, 0.06670, 0.26688)),
}
_LOWEST = 0.5
"""Elevation below which the model is asked for the sky of this elevation [degrees]."""
_LOW = 10.0
_TWILIGHT = ((-18.0, -3.19), (-12.0, -2.08), (-6.0, 0.53), (-0.8, 2.66), (0.0, 2.86))
"""Elevation [degrees] and decimal logarithm of the illuminance on the ground [lx]."""


@dataclass(frozen=True, eq=False)
class SunSky:
    """Daylight.

    Attributes:
        position: Where the sun stands.
        direction: Towards the sun as light bent by the air shows it: east, north, up, shape (3,).
        sun_illuminance: On a surface facing the sun [lx]; 0 when it is below the horizon.
        sun_color: Colour of its light, linear Rec. 709, luminance 1, shape (3,).
        picture: The sky without the sun, latlong [cd/m2, linear Rec. 709], shape (H, W, 3), float32. Zenith at the top row,
            north at the left edge, east a quarter of the width from there; the lower half is the ground.
        sky_illuminance: On the ground, from the sky alone [lx].
    """

    position: SunPosition
    direction: np.ndarray
    sun_illuminance: float
    sun_color: np.ndarray
    picture: np.ndarray
    sky_illuminance: float


def make_sun_sky(
    when: datetime,
    latitude: float,
    longitude: float,
    *,
    turbidity: float = 3.0,
    ground_albedo: float = 0.2,
    width: int = 512,
    device: str | None = None,
) -> SunSky:
    """Return the daylight of a clear or hazy day.

    The model knows no low sun: from 10 degrees down its sky is dimmed, so that at 0 degrees and in twilight, down to -18, the
    illuminance is the one that the Explanatory Supplement to the Astronomical Almanac (Seidelmann 1992, table 9.31) gives.

    Args:
        when: Time with its zone.
        latitude: Degrees north.
        longitude: Degrees east.
        turbidity: Haze: 2 is very clear, 3 clear, 6 light haze, 10 hazy.
        ground_albedo: Share of light that the ground sends back, 0 to 1.
        width: Width of the picture [pixels]; it is half as high.
        device: Warp device; None = the CPU.

    Raises:
        VariationError: An argument is wrong, or it is night.
    """
    turbidity = checked_number("turbidity", turbidity, 1.9, 10.0)
    ground_albedo = checked_number("ground_albedo", ground_albedo, 0.0, 1.0)
    if isinstance(width, bool) or not isinstance(width, int) or not 16 <= width <= 16384 or width % 2:
        raise VariationError(f"'width' is {width!r}. Give an even whole number from 16 to 16384 [pixels].")
    position = sun_position(when, latitude, longitude)
    if position.elevation < -18.0:
        raise VariationError(
            f"it is night: the sun stands {-position.elevation:.0f} degrees below the horizon at {when.isoformat()} "
            f"at latitude {latitude:g}, longitude {longitude:g}. Choose another time."
        )
    shown = max(position.apparent_elevation, _LOWEST)
    dimming = _dimming(position.apparent_elevation, turbidity, on_device(device))
    lux, color = _sunlight(position, turbidity)
    sun = _direction(position.azimuth, shown)
    picture = _bake(sun, turbidity, dimming, width, on_device(device))
    sky_lux = _illuminance(picture)
    ground = ground_albedo / np.pi * (sky_lux * _average_color(picture) + max(sun[2], 0.0) * lux * color)
    picture[width // 4 :] = ground
    return SunSky(position, _direction(position.azimuth, position.apparent_elevation), lux, color, picture, sky_lux)


def perez_coefficients(name: str, turbidity: float, zenith_angle: float) -> tuple[float, ...]:
    """Return the zenith value and A to E of Preetham's model.

    Args:
        name: Y [kcd/m2], x or y.
        turbidity: Haze.
        zenith_angle: Angle of the sun from the zenith [radians].
    """
    if name == "Y":
        chi = (4.0 / 9.0 - turbidity / 120.0) * (np.pi - 2.0 * zenith_angle)
        zenith = max((4.0453 * turbidity - 4.9710) * np.tan(chi) - 0.2155 * turbidity + 2.4192, 0.02)
    else:
        angles = np.array([zenith_angle**3, zenith_angle**2, zenith_angle, 1.0])
        zenith = float(np.array([turbidity**2, turbidity, 1.0]) @ np.array(_ZENITH[name]) @ angles)
    return (zenith, *(slope * turbidity + offset for slope, offset in _DISTRIBUTION[name]))


def _dimming(elevation: float, turbidity: float, device: str) -> float:
    if elevation >= _LOW:
        return 1.0
    model = _illuminance(_bake(_direction(180.0, _LOWEST), turbidity, 1.0, 64, device))
    if elevation > 0.0:
        return float((10.0 ** _TWILIGHT[-1][1] / model) ** (1.0 - elevation / _LOW))
    angles, logarithms = zip(*_TWILIGHT, strict=True)
    return float(10.0 ** np.interp(elevation, angles, logarithms) / model)


def _bake(sun: np.ndarray, turbidity: float, dimming: float, width: int, device: str) -> np.ndarray:
    parts = []
    for name in ("Y", "x", "y"):
        part = kernels.Perez()
        part.zenith, part.a, part.b, part.c, part.d, part.e = perez_coefficients(name, turbidity, float(np.arccos(sun[2])))
        parts.append(part)
    picture = wp.empty((width // 2, width), dtype=wp.vec3, device=device)
    inputs = [*parts, wp.vec3(*sun), float(dimming), wp.vec3(0.0, 0.0, 0.0), picture]
    launch_ranges(kernels.bake_sky, width // 2, inputs, device, smallest=16)
    return picture.numpy().copy()


def _direction(azimuth: float, elevation: float) -> np.ndarray:
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.array([np.sin(a) * np.cos(e), np.cos(a) * np.cos(e), np.sin(e)])


def _illuminance(picture: np.ndarray) -> float:
    rows = picture.shape[0] // 2
    polar = np.pi * (np.arange(rows) + 0.5) / picture.shape[0]
    weights = np.cos(polar) * np.sin(polar) * (np.pi / picture.shape[0]) * (2.0 * np.pi / picture.shape[1])
    return float((picture[:rows] @ _LUMINANCE).sum(axis=1) @ weights)


_LUMINANCE = np.array([0.2126390, 0.7151687, 0.0721923])


def _average_color(picture: np.ndarray) -> np.ndarray:
    mean = picture[: picture.shape[0] // 2].mean(axis=(0, 1), dtype=np.float64)
    return mean / max(float(mean @ _LUMINANCE), 1e-12)


def _sunlight(position: SunPosition, turbidity: float) -> tuple[float, np.ndarray]:
    """Return illuminance [lx] and colour of direct sunlight: a 5772 K body seen through air and haze, summed over wavelengths.

    Transmittances: Preetham et al. 1999, appendix A.1 (Rayleigh and Angstrom's aerosol, alpha = 1.3), relative air mass after
    Kasten (1966). Sun: the IAU's nominal effective temperature (2015).
    """
    if position.apparent_elevation <= 0.0:
        return 0.0, np.ones(3)
    elevation = position.apparent_elevation
    mass = 1.0 / (np.sin(np.radians(elevation)) + 0.15 * (elevation + 3.885) ** -1.253)
    microns = np.arange(0.38, 0.7801, 0.005)
    through = np.exp(-mass * (0.008735 * microns**-4.08 + (0.04608 * turbidity - 0.04586) * microns**-1.3))
    light = microns**-5 / np.expm1(14387.77 / (microns * 5772.0))
    matching = _matching_functions(microns * 1000.0)
    before, after = matching @ light, matching @ (light * through)
    lux = SOLAR_ILLUMINANCE / position.distance**2 * after[1] / before[1]
    rgb = np.array(
        [[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560], [0.0556434, -0.2040259, 1.0572252]]
    ) @ (after / after[1])
    rgb = np.maximum(rgb, 0.0)
    return float(lux), rgb / float(rgb @ _LUMINANCE)


def _matching_functions(nanometres: np.ndarray) -> np.ndarray:
    """Return the CIE 1931 colour matching functions, shape (3, N): the fits of Wyman, Sloan and Shirley, JCGT 2013."""

    def lobe(height: float, center: float, below: float, above: float) -> np.ndarray:
        width = np.where(nanometres < center, below, above)
        return height * np.exp(-0.5 * ((nanometres - center) / width) ** 2)

    return np.stack(
        [
            lobe(1.056, 599.8, 37.9, 31.0) + lobe(0.362, 442.0, 16.0, 26.7) - lobe(0.065, 501.1, 20.4, 26.2),
            lobe(0.821, 568.8, 46.9, 40.5) + lobe(0.286, 530.9, 16.3, 31.1),
            lobe(1.217, 437.0, 11.8, 36.0) + lobe(0.681, 459.0, 26.0, 13.8),
        ]
    )


def write_radiance_hdr(path: Path, picture: np.ndarray) -> None:
    """Write a picture as a Radiance file with a shared exponent (Ward, Graphics Gems II, 1991): 1 % steps, any brightness.

    Args:
        path: File, by custom ending in ``.hdr``.
        picture: Shape (H, W, 3), linear, not negative.
    """
    values = np.asarray(picture, dtype=np.float64)
    fraction, exponent = np.frexp(values.max(axis=2))
    scale = np.where(exponent > -127, np.ldexp(256.0, -exponent), 0.0)
    data = np.zeros((*values.shape[:2], 4), dtype=np.uint8)
    data[..., :3] = np.clip(values * scale[..., None], 0.0, 255.0)
    data[..., 3] = np.where((fraction > 0.0) & (exponent > -127), exponent + 128, 0)
    header = f"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y {values.shape[0]} +X {values.shape[1]}\n"
    part = path.with_suffix(".part")
    part.write_bytes(header.encode() + data.tobytes())
    part.replace(path)
