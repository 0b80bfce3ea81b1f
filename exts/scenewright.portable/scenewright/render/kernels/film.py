"""From radiance to the picture: exposure, filmic curve, sRGB encoding."""

import warp as wp

__all__ = ["develop", "linear_of_srgb", "undevelop"]

wp.set_module_options({"enable_backward": False})

Pixel = wp.types.vector(4, wp.uint8)


@wp.func
def filmic(x: float) -> float:
    """Fit of the ACES reference transform (K. Narkowicz, "ACES Filmic Tone Mapping Curve", 2015)."""
    return wp.clamp(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0)


@wp.func
def undevelop(value: float, filmic_curve: int) -> float:
    """Return the exposed radiance that is developed to a linear display value; values above 0.99 come from that of 0.99."""
    v = wp.max(value, 0.0)
    if filmic_curve == 0:
        return v
    v = wp.min(v, 0.99)
    a = 2.51 - 2.43 * v
    b = 0.03 - 0.59 * v
    return (wp.sqrt(b * b + 0.56 * a * v) - b) / (2.0 * a)


@wp.func
def linear_of_srgb(x: float) -> float:
    """Return the linear value of an sRGB-encoded one (IEC 61966-2-1)."""
    if x <= 0.04045:
        return x / 12.92
    return wp.pow((x + 0.055) / 1.055, 2.4)


@wp.func
def encode(x: float) -> wp.uint8:
    """Return the sRGB byte (IEC 61966-2-1) of a linear value."""
    v = wp.clamp(x, 0.0, 1.0)
    s = v * 12.92
    if v > 0.0031308:
        s = 1.055 * wp.pow(v, 1.0 / 2.4) - 0.055
    return wp.uint8(int(s * 255.0 + 0.5))


@wp.func
def develop_channel(x: float, filmic_curve: int) -> wp.uint8:
    """Return the byte of an exposed channel."""
    if filmic_curve != 0:
        return encode(filmic(wp.max(x, 0.0)))
    return encode(x)


@wp.kernel
def develop(
    # In:
    hdr: wp.array(dtype=wp.vec4),
    exposure: float,
    filmic_curve: int,
    first: int,
    # Out:
    ldr_out: wp.array(dtype=Pixel),
):
    """Write RGBA bytes."""
    i = first + wp.tid()
    value = hdr[i]
    r = develop_channel(value[0] * exposure, filmic_curve)
    g = develop_channel(value[1] * exposure, filmic_curve)
    b = develop_channel(value[2] * exposure, filmic_curve)
    coverage = wp.uint8(int(wp.clamp(value[3], 0.0, 1.0) * 255.0 + 0.5))
    ldr_out[i] = Pixel(r, g, b, coverage)
