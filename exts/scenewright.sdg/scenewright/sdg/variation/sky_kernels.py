"""The clear sky's luminance and colour by direction."""



import warp as wp

__all__ = ["Perez", "bake_sky"]

wp.set_module_options({"enable_backward": False})


@wp.struct
class Perez:
    """Zenith value and the five coefficients of Perez' formula for one of Y, x and y."""

    zenith: float
    a: float
    b: float
    c: float
    d: float
    e: float


@wp.func
def perez(p: Perez, cos_theta: float, gamma: float) -> float:
    """Return Perez' F(theta, gamma) (Preetham et al. 1999, equation 3)."""
    cos_gamma = wp.cos(gamma)
    return (1.0 + p.a * wp.exp(p.b / wp.max(cos_theta, 0.01))) * (1.0 + p.c * wp.exp(p.d * gamma) + p.e * cos_gamma * cos_gamma)


@wp.func
def sky_value(p: Perez, cos_theta: float, gamma: float, cos_sun: float) -> float:
    """Return the value of a direction: the zenith's, times F there over F at the zenith (equation 4)."""
    return p.zenith * perez(p, cos_theta, gamma) / perez(p, 1.0, wp.acos(wp.clamp(cos_sun, -1.0, 1.0)))


@wp.kernel
def bake_sky(
    first: int,
    brightness: Perez,
    first_chroma: Perez,
    second_chroma: Perez,
    sun: wp.vec3,
    dimming: float,
    ground: wp.vec3,
    picture: wp.array2d(dtype=wp.vec3),
):
    """Bake a latlong picture in cd/m2, linear Rec. 709: zenith at the top row, north at its left edge, east a quarter on.

    ``sun`` is the direction towards the sun as east, north, up.
    """
    row = first + wp.tid()
    polar = 3.14159265358979 * (float(row) + 0.5) / float(picture.shape[0])
    up = wp.cos(polar)
    flat = wp.sin(polar)
    for column in range(picture.shape[1]):
        color = ground
        if up > 0.0:
            around = 6.28318530717959 * (float(column) + 0.5) / float(picture.shape[1])
            d = wp.vec3(flat * wp.sin(around), flat * wp.cos(around), up)
            gamma = wp.acos(wp.clamp(wp.dot(d, sun), -1.0, 1.0))
            luminance = wp.max(sky_value(brightness, up, gamma, sun[2]), 0.0) * 1000.0 * dimming
            x = sky_value(first_chroma, up, gamma, sun[2])
            y = wp.max(sky_value(second_chroma, up, gamma, sun[2]), 1.0e-3)
            cx = x / y * luminance
            cz = (1.0 - x - y) / y * luminance
            # IEC 61966-2-1, XYZ to linear Rec. 709
            color = wp.vec3(
                wp.max(3.2404542 * cx - 1.5371385 * luminance - 0.4985314 * cz, 0.0),
                wp.max(-0.9692660 * cx + 1.8760108 * luminance + 0.0415560 * cz, 0.0),
                wp.max(0.0556434 * cx - 0.2040259 * luminance + 1.0572252 * cz, 0.0),
            )
        picture[row, column] = color
