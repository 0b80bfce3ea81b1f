"""Gradient noise and cell points that repeat, as Warp functions: what textures and displacement are made of."""

# ruff: noqa: UP018 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

__all__ = ["cell_word", "fbm2", "noise2", "noise3", "step_between"]

wp.set_module_options({"enable_backward": False})

MIX_1 = wp.constant(wp.uint32(0x7FEB352D))
MIX_2 = wp.constant(wp.uint32(0x846CA68B))
GOLDEN = wp.constant(wp.uint32(0x9E3779B9))


@wp.func
def mix(word: wp.uint32) -> wp.uint32:
    """Mix the bits of a word (C. Wellons' lowbias32)."""
    h = word
    h = (h ^ (h >> wp.uint32(16))) * MIX_1
    h = (h ^ (h >> wp.uint32(15))) * MIX_2
    return h ^ (h >> wp.uint32(16))


@wp.func
def cell_word(x: int, y: int, seed: wp.uint32) -> wp.uint32:
    """Return the random word of a cell of the plane."""
    return mix(wp.uint32(x) + mix(wp.uint32(y) + mix(seed + GOLDEN)))


@wp.func
def wrap(i: int, period: int) -> int:
    """Return an integer within [0, period)."""
    r = i % period
    if r < 0:
        r = r + period
    return r


@wp.func
def fade(t: float) -> float:
    """Return Perlin's quintic step (Improving Noise, SIGGRAPH 2002)."""
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0)


@wp.func
def corner2(word: wp.uint32, x: float, y: float) -> float:
    """Return the product of a random gradient, one of eight directions (Perlin 2002, in the plane), with an offset."""
    u = x
    v = y
    if (word & wp.uint32(4)) != wp.uint32(0):
        u = y
        v = x
    if (word & wp.uint32(1)) != wp.uint32(0):
        u = -u
    if (word & wp.uint32(2)) != wp.uint32(0):
        v = -v
    return u + 0.5 * v


@wp.func
def noise2(x: float, y: float, period_x: int, period_y: int, seed: wp.uint32) -> float:
    """Return gradient noise of the plane, about -1 to 1, that repeats after whole periods."""
    fx = wp.floor(x)
    fy = wp.floor(y)
    x0 = wrap(int(fx), period_x)
    y0 = wrap(int(fy), period_y)
    x1 = wrap(x0 + 1, period_x)
    y1 = wrap(y0 + 1, period_y)
    u = x - fx
    v = y - fy
    low = mix(wp.uint32(y0) + seed * GOLDEN)
    high = mix(wp.uint32(y1) + seed * GOLDEN)
    a = corner2(mix(low + wp.uint32(x0)), u, v)
    b = corner2(mix(low + wp.uint32(x1)), u - 1.0, v)
    c = corner2(mix(high + wp.uint32(x0)), u, v - 1.0)
    d = corner2(mix(high + wp.uint32(x1)), u - 1.0, v - 1.0)
    return 1.4 * wp.lerp(wp.lerp(a, b, fade(u)), wp.lerp(c, d, fade(u)), fade(v))


@wp.func
def fbm2(x: float, y: float, period_x: int, period_y: int, octaves: int, seed: wp.uint32) -> float:
    """Return octaves of noise, each twice as fine and half as strong, about -1 to 1."""
    total = float(0.0)
    strength = float(1.0)
    sum_ = float(0.0)
    factor = float(1.0)
    for k in range(octaves):
        grow = int(factor)
        total = total + strength * noise2(x * factor, y * factor, period_x * grow, period_y * grow, seed + wp.uint32(k))
        sum_ = sum_ + strength
        strength = strength * 0.5
        factor = factor * 2.0
    return total / sum_


@wp.func
def corner3(word: wp.uint32, x: float, y: float, z: float) -> float:
    """Return the product of a random gradient towards an edge of a cube (Perlin 2002) with an offset."""
    h = int(word & wp.uint32(15))
    u = y
    if h < 8:
        u = x
    v = z
    if h < 4:
        v = y
    elif h == 12 or h == 14:
        v = x
    if (h & 1) == 1:
        u = -u
    if (h & 2) == 2:
        v = -v
    return u + v


@wp.func
def noise3(p: wp.vec3, seed: wp.uint32) -> float:
    """Return gradient noise of space, about -1 to 1."""
    f = wp.vec3(wp.floor(p[0]), wp.floor(p[1]), wp.floor(p[2]))
    d = p - f
    total = float(0.0)
    for corner in range(8):
        i = corner & 1
        j = (corner >> 1) & 1
        k = corner >> 2
        word = mix(wp.uint32(int(f[0]) + i) + mix(wp.uint32(int(f[1]) + j) + mix(wp.uint32(int(f[2]) + k) + seed * GOLDEN)))
        wx = fade(d[0])
        wy = fade(d[1])
        wz = fade(d[2])
        if i == 0:
            wx = 1.0 - wx
        if j == 0:
            wy = 1.0 - wy
        if k == 0:
            wz = 1.0 - wz
        total = total + wx * wy * wz * corner3(word, d[0] - float(i), d[1] - float(j), d[2] - float(k))
    return total


@wp.func
def step_between(low: float, high: float, x: float) -> float:
    """Return 0 below ``low``, 1 above ``high``, and a smooth step between."""
    t = wp.clamp((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)
