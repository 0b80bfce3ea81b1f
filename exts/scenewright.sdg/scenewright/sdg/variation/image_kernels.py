"""What lens and sensor do to a picture; a thread a row. Light is linear, 1 is white."""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.sdg.variation.counter import Key, philox, unit_pair_to_normal

__all__ = ["blur_lines", "demosaic", "expose", "through_lens"]

wp.set_module_options({"enable_backward": False, "max_unroll": 2})  # compiles in a third of the time


@wp.func
def light_at(picture: wp.array2d(dtype=wp.vec3), x: float, y: float, channel: int) -> float:
    """Return one channel between pixel centres; beyond the border it is repeated."""
    rows = picture.shape[0]
    columns = picture.shape[1]
    px = wp.clamp(x - 0.5, 0.0, float(columns - 1))
    py = wp.clamp(y - 0.5, 0.0, float(rows - 1))
    i = wp.min(int(px), wp.max(columns - 2, 0))
    j = wp.min(int(py), wp.max(rows - 2, 0))
    i1 = wp.min(i + 1, columns - 1)
    j1 = wp.min(j + 1, rows - 1)
    u = px - float(i)
    v = py - float(j)
    top = wp.lerp(picture[j, i][channel], picture[j, i1][channel], u)
    return wp.lerp(top, wp.lerp(picture[j1, i][channel], picture[j1, i1][channel], u), v)


@wp.kernel
def through_lens(
    first: int, vignetting: float, aberration: float, picture: wp.array2d(dtype=wp.vec3), seen: wp.array2d(dtype=wp.vec3)
):
    """Darken towards the corners, and magnify red more and blue less: by ``aberration`` pixels in the corners."""
    j = first + wp.tid()
    cx = 0.5 * float(picture.shape[1])
    cy = 0.5 * float(picture.shape[0])
    corner = wp.sqrt(cx * cx + cy * cy)
    y = float(j) + 0.5
    for i in range(picture.shape[1]):
        x = float(i) + 0.5
        dx = x - cx
        dy = y - cy
        share = (dx * dx + dy * dy) / (corner * corner)
        shift = aberration * share / corner
        c = picture[j, i]
        if aberration != 0.0:
            c = wp.vec3(
                light_at(picture, x - dx * shift, y - dy * shift, 0), c[1], light_at(picture, x + dx * shift, y + dy * shift, 2)
            )
        seen[j, i] = c * (1.0 - vignetting * share)


@wp.kernel
def blur_lines(
    first: int,
    weights: wp.array(dtype=float),
    step_x: int,
    step_y: int,
    picture: wp.array2d(dtype=wp.vec3),
    blurred: wp.array2d(dtype=wp.vec3),
):
    """Blur along one direction with weights for distances 0, 1, ...; beyond the border it is repeated."""
    j = first + wp.tid()
    rows = picture.shape[0]
    columns = picture.shape[1]
    for i in range(columns):
        total = weights[0] * picture[j, i]
        for k in range(1, weights.shape[0]):
            total = total + weights[k] * picture[wp.min(j + k * step_y, rows - 1), wp.min(i + k * step_x, columns - 1)]
            total = total + weights[k] * picture[wp.max(j - k * step_y, 0), wp.max(i - k * step_x, 0)]
        blurred[j, i] = total


@wp.func
def electrons(expected: float, a: wp.uint32, b: wp.uint32) -> float:
    """Return a Poisson number: by inversion below 32, above as a rounded normal number."""
    if expected <= 0.0:
        return 0.0
    if expected < 32.0:
        u = (float(a >> wp.uint32(8)) + 0.5) * 5.9604644775390625e-8
        p = wp.exp(-expected)
        total = p
        k = int(0)
        while u > total and k < 200:
            k = k + 1
            p = p * expected / float(k)
            total = total + p
        return float(k)
    z = unit_pair_to_normal(a, b)
    return wp.max(wp.floor(expected + wp.sqrt(expected) * z[0] + 0.5), 0.0)


@wp.func
def read_out(
    light: float,
    well: float,
    read_noise: float,
    levels: float,
    words_a: wp.uint32,
    words_b: wp.uint32,
    words_c: wp.uint32,
    words_d: wp.uint32,
) -> float:
    """Return what a photosite of light gives: electrons, at most a full well, plus read noise, in steps of the converter."""
    caught = wp.min(electrons(light * well, words_a, words_b), well)
    z = unit_pair_to_normal(words_c, words_d)
    value = (caught + read_noise * z[0]) / well
    return wp.clamp(wp.floor(value * levels + 0.5) / levels, 0.0, 1.0)


@wp.kernel
def expose(
    first: int,
    key: Key,
    well: float,
    read_noise: float,
    levels: float,
    mosaic: int,
    picture: wp.array2d(dtype=wp.vec3),
    raw: wp.array2d(dtype=wp.vec3),
):
    """Expose a sensor whose full well is white, with photon and read noise; with ``mosaic`` one channel a pixel (RGGB)."""
    j = first + wp.tid()
    for i in range(picture.shape[1]):
        c = picture[j, i]
        r = wp.vec3(0.0, 0.0, 0.0)
        for channel in range(3):
            mine = mosaic == 0
            if mosaic == 1:
                mine = channel == (j & 1) + (i & 1)
            if mine:
                w = philox(key, wp.uint32(i), wp.uint32(j), wp.uint32(channel), wp.uint32(0))
                r[channel] = read_out(c[channel], well, read_noise, levels, w[0], w[1], w[2], w[3])
        raw[j, i] = r


@wp.kernel
def demosaic(first: int, raw: wp.array2d(dtype=wp.vec3), picture: wp.array2d(dtype=wp.vec3)):
    """Fill in what a mosaic lacks from the neighbours that have it, by distance (bilinear); at the border those that exist."""
    j = first + wp.tid()
    rows = raw.shape[0]
    columns = raw.shape[1]
    for i in range(columns):
        total = wp.vec3(0.0, 0.0, 0.0)
        weight = wp.vec3(0.0, 0.0, 0.0)
        for around in range(9):
            dx = around % 3 - 1
            dy = around // 3 - 1
            x = i + dx
            y = j + dy
            if x >= 0 and y >= 0 and x < columns and y < rows:
                channel = (y & 1) + (x & 1)
                w = float((2 - wp.abs(dx)) * (2 - wp.abs(dy)))
                total[channel] = total[channel] + w * raw[y, x][channel]
                weight[channel] = weight[channel] + w
        own = (j & 1) + (i & 1)
        c = wp.vec3(0.0, 0.0, 0.0)
        for channel in range(3):
            if weight[channel] > 0.0:
                c[channel] = total[channel] / weight[channel]
        c[own] = raw[j, i][own]
        picture[j, i] = c
