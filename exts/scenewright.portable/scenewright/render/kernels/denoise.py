"""Edge-stopping filter for colour with few samples, guided by noise-free normals, distances and reflectances.

Dammertz et al., "Edge-Avoiding À-Trous Wavelet Transform for fast Global Illumination Filtering" (HPG 2010), on light
divided by reflectance so that textures stay sharp, with the luminance weight scaled by the local noise as in Schied et al.,
"Spatiotemporal Variance-Guided Filtering" (HPG 2017), without its temporal part: a frame depends on itself alone.
"""

# ruff: noqa: UP018 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.rays import STRIP, camera_direction, camera_origin, pixel_width, tile_of
from scenewright.render.kernels.types import CameraData

__all__ = ["demodulate", "estimate_noise", "filter_light", "locate", "remodulate"]

wp.set_module_options({"enable_backward": False, "max_unroll": 1, "cpu_compiler_flags": "-march=native"})

MIN_REFLECTANCE = wp.constant(0.02)
SHARP = wp.constant(0.5)
"""Share of mirror-like reflection from which on a pixel is told apart: its neighbours show other things, so that it takes part
in passes with ``glossy`` alone, mixes with its like only, and bears less difference."""
MIXED = wp.constant(0.98)
"""Squared length of a mean normal below which a pixel shows more than one surface."""


@wp.func
def brightness(c: wp.vec4) -> float:
    """Rec.709 luminance of the first three channels."""
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]


@wp.func
def shows_edge(mean_normal: wp.vec4) -> bool:
    """Return whether an edge runs through a pixel."""
    return mean_normal[0] * mean_normal[0] + mean_normal[1] * mean_normal[1] + mean_normal[2] * mean_normal[2] < MIXED


@wp.kernel
def locate(
    # Scene:
    camera: CameraData,
    # In:
    normals: wp.array(dtype=wp.vec4),
    first: int,
    # Out:
    points_out: wp.array(dtype=wp.vec3),
):
    """Store where the surface of each pixel lies, relative to the camera."""
    i = first + wp.tid()
    x = float(i % camera.width) + 0.5
    y = float(i // camera.width) + 0.5
    points_out[i] = camera_origin(camera, x, y) + camera_direction(camera, x, y) * normals[i][3]


@wp.struct
class Surroundings:
    """A pixel as its neighbours are compared with it."""

    x: wp.int32
    y: wp.int32
    tile: wp.int32  # of a strip, else -1
    mixed: wp.int32  # 1: an edge runs through it
    normal: wp.vec3
    point: wp.vec3
    steepness: wp.float32  # 1 over the distance from the surface's plane that is forgiven


@wp.func
def surroundings(camera: CameraData, normals: wp.array(dtype=wp.vec4), points: wp.array(dtype=wp.vec3), i: int) -> Surroundings:
    """Return pixel ``i``, whose surface others are compared with."""
    own = Surroundings()
    own.x = i % camera.width
    own.y = i // camera.width
    own.tile = -1
    if camera.model == STRIP:
        own.tile = tile_of(camera, float(own.y))
    a = normals[i]
    own.mixed = wp.where(shows_edge(a), 1, 0)
    own.normal = wp.vec3(a[0], a[1], a[2])
    own.point = points[i]
    own.steepness = 1.0 / (1.5 * pixel_width(camera, a[3]) + 1.0e-20)
    return own


@wp.func
def likeness(camera: CameraData, own: Surroundings, normals: wp.array(dtype=wp.vec4), points: wp.array(dtype=wp.vec3), j: int,
             u: int, v: int) -> wp.vec2:
    """Tell how surely pixel j = (u, v) shows the same smooth surface: a * exp(-b), as (a, b)."""
    n = normals[j]
    if n[3] <= 0.0:
        return wp.vec2(0.0, 0.0)
    if own.tile >= 0:
        if own.tile != tile_of(camera, float(v)):
            return wp.vec2(0.0, 0.0)
    if own.mixed != 0:  # only what lies next to it resembles it
        return wp.vec2(wp.where(wp.abs(u - own.x) <= 1 and wp.abs(v - own.y) <= 1, 0.5, 0.0), 0.0)
    facing = wp.max(0.0, own.normal[0] * n[0] + own.normal[1] * n[1] + own.normal[2] * n[2])
    facing = facing * facing
    facing = facing * facing
    facing = facing * facing
    facing = facing * facing
    return wp.vec2(facing, wp.abs(wp.dot(own.normal, points[j] - own.point)) * own.steepness)


@wp.kernel
def demodulate(
    # In:
    hdr: wp.array(dtype=wp.vec4),
    calm: wp.array(dtype=wp.vec4),
    reflectance: wp.array(dtype=wp.vec4),
    samples: int,
    first: int,
    # Out:
    light_out: wp.array(dtype=wp.vec4),
):
    """Divide colour without what is calm by reflectance; w becomes the variance of the pixel's mean luminance, or -1.

    It is -1 where the samples are too few to tell. ``reflectance`` holds the mean reflectance and in w the mean of the squared
    luminance over the samples.
    """
    i = first + wp.tid()
    c = hdr[i] - calm[i]
    r = reflectance[i]
    light = wp.vec4(c[0] / wp.max(r[0], MIN_REFLECTANCE), c[1] / wp.max(r[1], MIN_REFLECTANCE),
                    c[2] / wp.max(r[2], MIN_REFLECTANCE), -1.0)
    if samples >= 8:
        mean = brightness(c)
        ratio = brightness(light) / wp.max(mean, 1.0e-20)
        spread = wp.max(0.0, r[3] - mean * mean) / float(samples - 1)
        light[3] = spread * ratio * ratio
    light_out[i] = light


@wp.func
def brightest_neighbor(camera: CameraData, light: wp.array(dtype=wp.vec4), normals: wp.array(dtype=wp.vec4), x: int,
                       y: int) -> float:
    """Return the largest luminance of the surfaces in the eight pixels around one, -1 where there is none."""
    peak = float(-1.0)
    for v in range(wp.max(y - 1, 0), wp.min(y + 2, camera.height)):
        for u in range(wp.max(x - 1, 0), wp.min(x + 2, camera.width)):
            j = v * camera.width + u
            other = (u != x or v != y) and normals[j][3] > 0.0
            if other and camera.model == STRIP:
                other = tile_of(camera, float(y)) == tile_of(camera, float(v))
            if other:
                peak = wp.max(peak, brightness(light[j]))
    return peak


@wp.kernel
def estimate_noise(
    # Scene:
    camera: CameraData,
    # In:
    light: wp.array(dtype=wp.vec4),
    normals: wp.array(dtype=wp.vec4),
    points: wp.array(dtype=wp.vec3),
    first: int,
    # Out:
    light_out: wp.array(dtype=wp.vec4),
):
    """Fill in the variance, of the neighbourhood where the samples of a pixel are too few to tell; clip lone bright pixels."""
    i = first + wp.tid()
    x = i % camera.width
    y = i // camera.width
    own = light[i]
    if normals[i][3] > 0.0:
        peak = brightest_neighbor(camera, light, normals, x, y)
        level = brightness(own)
        if peak >= 0.0 and level > peak:  # what has no neighbours is small, not wrong
            down = peak / level
            own = wp.vec4(own[0] * down, own[1] * down, own[2] * down, wp.where(own[3] < 0.0, own[3], own[3] * down * down))
    if own[3] < 0.0 and normals[i][3] > 0.0:
        weight_sum = float(0.0)
        mean = float(0.0)
        square = float(0.0)
        around = surroundings(camera, normals, points, i)
        for v in range(wp.max(y - 3, 0), wp.min(y + 4, camera.height)):
            for u in range(wp.max(x - 3, 0), wp.min(x + 4, camera.width)):
                j = v * camera.width + u
                alike = likeness(camera, around, normals, points, j, u, v)
                weight = alike[0] * wp.exp(-alike[1])
                value = brightness(light[j])
                weight_sum += weight
                mean += weight * value
                square += weight * value * value
        mean = mean / wp.max(weight_sum, 1.0e-6)
        own[3] = wp.max(0.0, square / wp.max(weight_sum, 1.0e-6) - mean * mean)
    light_out[i] = own


@wp.func
def local_noise(light: wp.array(dtype=wp.vec4), x: int, y: int, width: int, height: int) -> float:
    """Return the standard deviation of luminance, smoothed over 3 x 3 pixels."""
    total = float(0.0)
    count = float(0.0)
    for v in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
        for u in range(wp.max(x - 1, 0), wp.min(x + 2, width)):
            weight = float(4 // ((1 + wp.abs(u - x)) * (1 + wp.abs(v - y))))
            total += weight * wp.max(light[v * width + u][3], 0.0)
            count += weight
    return wp.sqrt(total / count)


@wp.func
def spline_weight(k: int) -> float:
    """Return the B3-spline weight of tap -2..2, 1 in the middle."""
    return wp.where(k == 0, 1.0, wp.where(wp.abs(k) == 1, 2.0 / 3.0, 1.0 / 6.0))


@wp.kernel
def filter_light(
    # Scene:
    camera: CameraData,
    # In:
    light: wp.array(dtype=wp.vec4),
    normals: wp.array(dtype=wp.vec4),
    points: wp.array(dtype=wp.vec3),
    sharpness: wp.array(dtype=float),
    spacing: int,
    glossy: int,
    first: int,
    # Out:
    light_out: wp.array(dtype=wp.vec4),
):
    """One pass with taps ``spacing`` pixels apart; variance (w) is carried along."""
    i = first + wp.tid()
    own = light[i]
    sharp = sharpness[i] > SHARP
    if normals[i][3] <= 0.0 or (sharp and glossy == 0):
        light_out[i] = own
        return
    x = i % camera.width
    y = i // camera.width
    level = brightness(own)
    tolerance = wp.where(sharp, 1.0, 4.0) * local_noise(light, x, y, camera.width, camera.height) + 1.0e-4 * level + 1.0e-20
    around = surroundings(camera, normals, points, i)
    weight_sum = float(1.0)
    total = own
    for dv in range(-2, 3):
        for du in range(-2, 3):
            u = x + du * spacing
            v = y + dv * spacing
            if (du != 0 or dv != 0) and u >= 0 and u < camera.width and v >= 0 and v < camera.height:
                j = v * camera.width + u
                if (sharpness[j] > SHARP) == sharp:
                    other = light[j]
                    alike = likeness(camera, around, normals, points, j, u, v)
                    unlike = alike[1]
                    if around.mixed == 0:
                        unlike += wp.abs(brightness(other) - level) / tolerance
                    weight = spline_weight(du) * spline_weight(dv) * alike[0] * wp.exp(-unlike)
                    weight_sum += weight
                    total += wp.vec4(other[0] * weight, other[1] * weight, other[2] * weight, other[3] * weight * weight)
    light_out[i] = wp.vec4(total[0] / weight_sum, total[1] / weight_sum, total[2] / weight_sum,
                           total[3] / (weight_sum * weight_sum))


@wp.kernel
def remodulate(
    # In:
    light: wp.array(dtype=wp.vec4),
    calm: wp.array(dtype=wp.vec4),
    reflectance: wp.array(dtype=wp.vec4),
    normals: wp.array(dtype=wp.vec4),
    first: int,
    # Out:
    hdr_out: wp.array(dtype=wp.vec4),
):
    """Multiply filtered light by reflectance and add what is calm; pixels without a surface and the coverage stay."""
    i = first + wp.tid()
    if normals[i][3] > 0.0:
        r = reflectance[i]
        c = light[i]
        kept = calm[i]
        hdr_out[i] = wp.vec4(kept[0] + c[0] * wp.max(r[0], MIN_REFLECTANCE), kept[1] + c[1] * wp.max(r[1], MIN_REFLECTANCE),
                             kept[2] + c[2] * wp.max(r[2], MIN_REFLECTANCE), hdr_out[i][3])
