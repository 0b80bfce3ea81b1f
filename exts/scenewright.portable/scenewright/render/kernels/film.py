"""From radiance to the picture: exposure and white balance, tone curve, sRGB encoding."""

# ruff: noqa: UP018 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

__all__ = ["ACES", "CURVES", "FilmData", "develop", "linear_of_srgb", "undevelop"]

wp.set_module_options({"enable_backward": False})

Pixel = wp.types.vector(4, wp.uint8)

CURVES = ("linear", "aces", "reinhard", "reinhard_extended", "hable", "hejl")
"""Names of the tone curves, in the order of ``FilmData.curve``."""
LINEAR = wp.constant(0)
ACES = wp.constant(1)
REINHARD = wp.constant(2)
REINHARD_EXTENDED = wp.constant(3)
HABLE = wp.constant(4)
HABLE_WHITE = wp.constant(11.2)
BISECTIONS = wp.constant(30)
MOST = wp.constant(1.0e4)


@wp.struct
class FilmData:
    """How radiance becomes a picture."""

    gain: wp.mat33  # exposure and white balance
    inverse: wp.mat33  # of ``gain``
    curve: wp.int32
    white: wp.float32  # exposed value that becomes white on the extended Reinhard curve


@wp.func
def aces(x: float) -> float:
    """Fit of the ACES reference transform (K. Narkowicz, "ACES Filmic Tone Mapping Curve", 2015)."""
    return x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)


@wp.func
def hable(x: float) -> float:
    """The curve of Uncharted 2 (J. Hable, "Filmic Tonemapping Operators", 2010), white not yet at 1."""
    return (x * (0.15 * x + 0.05) + 0.004) / (x * (0.15 * x + 0.5) + 0.06) - 0.02 / 0.3


@wp.func
def hejl(x: float) -> float:
    """The curve of J. Hejl and R. Burgess-Dawson (2010), which is made sRGB-encoded, decoded again."""
    v = wp.max(0.0, x - 0.004)
    return wp.pow(v * (6.2 * v + 0.5) / (v * (6.2 * v + 1.7) + 0.06), 2.2)


@wp.func
def tone(x: float, film: FilmData) -> float:
    """Return the linear display value 0..1 of an exposed value."""
    v = wp.max(x, 0.0)
    y = v
    if film.curve == ACES:
        y = aces(v)
    elif film.curve == REINHARD:
        y = v / (1.0 + v)
    elif film.curve == REINHARD_EXTENDED:  # E. Reinhard et al., "Photographic tone reproduction", 2002
        y = v * (1.0 + v / (film.white * film.white)) / (1.0 + v)
    elif film.curve == HABLE:
        y = hable(2.0 * v) / hable(HABLE_WHITE)
    elif film.curve != LINEAR:
        y = hejl(v)
    return wp.clamp(y, 0.0, 1.0)


@wp.func
def expose_for(value: float, film: FilmData) -> float:
    """Return the exposed value that the curve brings to a linear display value; above 0.99, that of 0.99."""
    v = wp.max(value, 0.0)
    if film.curve == LINEAR:
        return v
    v = wp.min(v, 0.99)
    low = float(0.0)
    high = float(MOST)
    for _step in range(BISECTIONS):  # halving ratios, so that small values are as exact as large ones
        middle = wp.sqrt(wp.max(low, 1.0e-6) * high)
        if tone(middle, film) < v:
            low = middle
        else:
            high = middle
    return wp.where(v <= 0.0, 0.0, high)


@wp.func
def undevelop(color: wp.vec3, film: FilmData) -> wp.vec3:
    """Return the radiance that is developed to a linear display colour."""
    return film.inverse * wp.vec3(expose_for(color[0], film), expose_for(color[1], film), expose_for(color[2], film))


@wp.func
def linear_of_srgb(x: float) -> float:
    """Return the linear value of an sRGB-encoded one (IEC 61966-2-1)."""
    if x <= 0.04045:
        return x / 12.92
    return wp.pow((x + 0.055) / 1.055, 2.4)


@wp.func
def encode(v: float) -> wp.uint8:
    """Return the sRGB byte (IEC 61966-2-1) of a linear value 0..1."""
    s = v * 12.92
    if v > 0.0031308:
        s = 1.055 * wp.pow(v, 1.0 / 2.4) - 0.055
    return wp.uint8(int(s * 255.0 + 0.5))


@wp.kernel
def develop(
    # In:
    hdr: wp.array(dtype=wp.vec4),
    film: FilmData,
    first: int,
    # Out:
    ldr_out: wp.array(dtype=Pixel),
):
    """Write RGBA bytes."""
    i = first + wp.tid()
    value = hdr[i]
    color = film.gain * wp.vec3(value[0], value[1], value[2])
    coverage = wp.uint8(int(wp.clamp(value[3], 0.0, 1.0) * 255.0 + 0.5))
    ldr_out[i] = Pixel(encode(tone(color[0], film)), encode(tone(color[1], film)), encode(tone(color[2], film)), coverage)
