"""Poses and colours of many prims drawn in one launch."""

import warp as wp

from scenewright.sdg.variation.counter import Key, philox, unit

__all__ = ["Ranges", "draw_variations"]

wp.set_module_options({"enable_backward": False})


@wp.struct
class Ranges:
    """Lowest and highest values: positions [stage units], XYZ angles [degrees], scales, colours (linear)."""

    position_low: wp.vec3
    position_high: wp.vec3
    rotation_low: wp.vec3
    rotation_high: wp.vec3
    scale_low: wp.vec3
    scale_high: wp.vec3
    color_low: wp.vec3
    color_high: wp.vec3
    uniform_scale: int
    vary_position: int
    vary_rotation: int
    vary_scale: int


@wp.func
def between(low: wp.vec3, high: wp.vec3, a: wp.uint32, b: wp.uint32, c: wp.uint32) -> wp.vec3:
    """Return a point of a box."""
    return low + wp.cw_mul(high - low, wp.vec3(unit(a), unit(b), unit(c)))


@wp.func
def pose_matrix(t: wp.vec3d, degrees: wp.vec3, s: wp.vec3) -> wp.mat44d:
    """Return USD's matrix (row vectors) of a scale, turns about X, then Y, then Z, and a translation."""
    radians = 0.017453292519943295
    sx = wp.float64(wp.sin(degrees[0] * radians))
    cx = wp.float64(wp.cos(degrees[0] * radians))
    sy = wp.float64(wp.sin(degrees[1] * radians))
    cy = wp.float64(wp.cos(degrees[1] * radians))
    sz = wp.float64(wp.sin(degrees[2] * radians))
    cz = wp.float64(wp.cos(degrees[2] * radians))
    a = wp.float64(s[0])
    b = wp.float64(s[1])
    c = wp.float64(s[2])
    o = wp.float64(0.0)
    return wp.mat44d(
        a * cy * cz,
        a * cy * sz,
        -a * sy,
        o,
        b * (sx * sy * cz - cx * sz),
        b * (sx * sy * sz + cx * cz),
        b * sx * cy,
        o,
        c * (cx * sy * cz + sx * sz),
        c * (cx * sy * sz - sx * cz),
        c * cx * cy,
        o,
        t[0],
        t[1],
        t[2],
        wp.float64(1.0),
    )


@wp.kernel
def draw_variations(
    first: int,
    key: Key,
    ranges: Ranges,
    base_positions: wp.array(dtype=wp.vec3d),
    base_rotations: wp.array(dtype=wp.vec3),
    base_scales: wp.array(dtype=wp.vec3),
    positions: wp.array(dtype=wp.vec3d),
    rotations: wp.array(dtype=wp.vec3),
    scales: wp.array(dtype=wp.vec3),
    colors: wp.array(dtype=wp.vec3),
    matrices: wp.array(dtype=wp.mat44d),
):
    """Draw the values of prim ``first + wp.tid()``, whatever the number of prims; what is not varied is taken from the base."""
    i = first + wp.tid()
    n = wp.uint32(i)
    a = philox(key, n, wp.uint32(0), wp.uint32(0), wp.uint32(0))
    b = philox(key, n, wp.uint32(1), wp.uint32(0), wp.uint32(0))
    c = philox(key, n, wp.uint32(2), wp.uint32(0), wp.uint32(0))
    t = base_positions[i]
    if ranges.vary_position == 1:
        p = between(ranges.position_low, ranges.position_high, a[0], a[1], a[2])
        t = wp.vec3d(wp.float64(p[0]), wp.float64(p[1]), wp.float64(p[2]))
    r = base_rotations[i]
    if ranges.vary_rotation == 1:
        r = between(ranges.rotation_low, ranges.rotation_high, a[3], b[0], b[1])
    s = base_scales[i]
    if ranges.vary_scale == 1:
        s = between(ranges.scale_low, ranges.scale_high, b[2], b[3], c[0])
        if ranges.uniform_scale == 1:
            s = between(ranges.scale_low, ranges.scale_high, b[2], b[2], b[2])
    positions[i] = t
    rotations[i] = r
    scales[i] = s
    colors[i] = between(ranges.color_low, ranges.color_high, c[1], c[2], c[3])
    matrices[i] = pose_matrix(t, r, s)
