"""Camera rays and their inverse: the models of ``render.lens`` in float32.

A pinhole's ray is a sum of three vectors. Every other lens with one centre reads its profile from a table, which costs as much
whatever the polynomial (``device.lens_tables``); what bends the image beside it is solved for by Newton's method.
"""

# ruff: noqa: UP018 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.types import CameraData

__all__ = ["BENT", "BENT_FLAT", "CENTRAL", "PANORAMA", "PARALLEL", "PINHOLE", "STRAIGHT", "STRIP",
           "camera_direction", "camera_origin", "image_position", "is_flat", "pixel_width", "sees", "strip_position",
           "tile_of"]

PINHOLE = wp.constant(0)
CENTRAL = wp.constant(1)
PARALLEL = wp.constant(2)
PANORAMA = wp.constant(3)
STRIP = wp.constant(4)  # many pinholes, their images below each other

STRAIGHT = wp.constant(0)
BENT = wp.constant(1)  # the image of the profile is shifted
BENT_FLAT = wp.constant(2)  # OpenCV's pinhole: the shift is a function of the undistorted position

NEWTON_STEPS = wp.constant(6)
PI = wp.constant(3.141592653589793)


@wp.func
def camera_direction(camera: CameraData, x: float, y: float) -> wp.vec3:
    """Return the ray through image position x, y [px, centres at half-integers]; zeros where the lens sees nothing.

    A pinhole's has the part 1 along its ``forward``: its ray parameters are distances to the image plane. All others are unit.
    """
    if camera.model == PINHOLE:
        return (camera.forward + camera.right * (x * camera.step_x + camera.start_x)
                + camera.up * (y * camera.step_y + camera.start_y))
    if camera.model == STRIP:
        tile = camera.tiles[tile_of(camera, y)]
        return (tile.forward + tile.right * (x * tile.step_x + tile.start_x)
                + tile.up * (tile_y(camera, y) * tile.step_y + tile.start_y))
    if camera.model == PARALLEL:
        return camera.forward
    if camera.model == PANORAMA:
        longitude = (x - camera.center[0]) * camera.scale[0]
        latitude = (camera.center[1] - y) * camera.scale[1]
        flat = wp.cos(latitude)
        return (camera.forward * (wp.cos(longitude) * flat) + camera.right * (wp.sin(longitude) * flat)
                + camera.up * wp.sin(latitude))
    return central_direction(camera, wp.cw_mul(wp.vec2(x, y) - camera.center, camera.scale))


@wp.func
def camera_origin(camera: CameraData, x: float, y: float) -> wp.vec3:
    """Return where the ray through an image position starts, relative to the camera centre."""
    origin = wp.vec3(0.0, 0.0, 0.0)
    if camera.model == PARALLEL:
        origin = (camera.right * (x * camera.step_x + camera.start_x) + camera.up * (y * camera.step_y + camera.start_y))
    elif camera.model == STRIP:
        origin = camera.tiles[tile_of(camera, y)].origin
    elif camera.model == PANORAMA:
        longitude = (x - camera.center[0]) * camera.scale[0]
        origin = (camera.right * wp.cos(longitude) - camera.forward * wp.sin(longitude)) * camera.eye_offset
    return origin


@wp.func
def tile_of(camera: CameraData, y: float) -> int:
    """Return the tile of a strip in which an image row lies."""
    return wp.clamp(int(y) // camera.tile_height, 0, camera.tiles.shape[0] - 1)


@wp.func
def tile_y(camera: CameraData, y: float) -> float:
    """Return an image position of a strip within its tile."""
    return y - float(tile_of(camera, y) * camera.tile_height)


@wp.func
def strip_position(camera: CameraData, p: wp.vec3, tile_index: int) -> wp.vec3:
    """Return the position in the strip of a point in the image of one tile, and 1; 0 where it is not seen."""
    tile = camera.tiles[tile_index]
    local = p - tile.origin
    depth = wp.dot(local, tile.forward)
    if depth <= 0.0:
        return wp.vec3(0.0, 0.0, 0.0)
    y = (wp.dot(local, tile.up) / depth - tile.start_y) / tile.step_y
    return wp.vec3((wp.dot(local, tile.right) / depth - tile.start_x) / tile.step_x,
                   y + float(tile_index * camera.tile_height), 1.0)


@wp.func
def is_flat(camera: CameraData) -> bool:
    """Return whether ray parameters are distances to the image plane of a pinhole."""
    return camera.model == PINHOLE or camera.model == STRIP


@wp.func
def pixel_width(camera: CameraData, distance: float) -> float:
    """Return about how wide a pixel is at a distance along its ray [stage units]."""
    return wp.where(camera.model == PARALLEL, camera.step_x, camera.step_x * distance)


@wp.func
def sees(direction: wp.vec3) -> bool:
    """Return whether there is a ray."""
    return direction[0] != 0.0 or direction[1] != 0.0 or direction[2] != 0.0


@wp.func
def shift(camera: CameraData, w: wp.vec2) -> wp.vec2:
    """Return tangential and thin-prism distortion: see ``lens.bend.Bend``."""
    a = camera.tangential[0]
    b = camera.tangential[1]
    x = w[0]
    y = w[1]
    r2 = x * x + y * y
    return wp.vec2(a * (2.0 * x * x + r2) + 2.0 * b * x * y + r2 * (camera.prism[0] + r2 * camera.prism[1]),
                   b * (2.0 * y * y + r2) + 2.0 * a * x * y + r2 * (camera.prism[2] + r2 * camera.prism[3]))


@wp.func
def shift_slope(camera: CameraData, w: wp.vec2) -> wp.mat22:
    """Return the derivative of ``shift``."""
    a = camera.tangential[0]
    b = camera.tangential[1]
    x = w[0]
    y = w[1]
    r2 = x * x + y * y
    dx = 2.0 * (camera.prism[0] + 2.0 * r2 * camera.prism[1])
    dy = 2.0 * (camera.prism[2] + 2.0 * r2 * camera.prism[3])
    return wp.mat22(6.0 * a * x + 2.0 * b * y + x * dx, 2.0 * a * y + 2.0 * b * x + y * dx,
                    2.0 * b * x + 2.0 * a * y + x * dy, 6.0 * b * y + 2.0 * a * x + y * dy)


@wp.func
def stretch(camera: CameraData, q2: float) -> wp.vec2:
    """Return OpenCV's rational radial factor at squared distance q2, and twice its derivative by q2."""
    k = camera.radial_upper
    m = camera.radial_lower
    upper = 1.0 + q2 * (k[0] + q2 * (k[1] + q2 * k[2]))
    lower = 1.0 + q2 * (m[0] + q2 * (m[1] + q2 * m[2]))
    upper_slope = k[0] + q2 * (2.0 * k[1] + 3.0 * q2 * k[2])
    lower_slope = m[0] + q2 * (2.0 * m[1] + 3.0 * q2 * m[2])
    factor = upper / lower
    return wp.vec2(factor, 2.0 * (upper_slope - factor * lower_slope) / lower)


@wp.func
def straighten(camera: CameraData, w: wp.vec2, start: wp.vec2) -> wp.vec2:
    """Return u with ``u + shift(u) = w``, or for OpenCV's pinhole ``u stretch(u) + shift(u) = w``."""
    u = start
    for _step in range(NEWTON_STEPS):
        factor = float(1.0)
        slope = float(0.0)
        if camera.bend == BENT_FLAT:
            f = stretch(camera, wp.dot(u, u))
            factor = f[0]
            slope = f[1]
        off = u * factor + shift(camera, u) - w
        j = shift_slope(camera, u)
        j00 = j[0, 0] + factor + slope * u[0] * u[0]
        j01 = j[0, 1] + slope * u[0] * u[1]
        j10 = j[1, 0] + slope * u[0] * u[1]
        j11 = j[1, 1] + factor + slope * u[1] * u[1]
        det = j00 * j11 - j01 * j10
        if det > 1.0e-6:
            u = u - wp.vec2(j11 * off[0] - j01 * off[1], j00 * off[1] - j10 * off[0]) / det
    return u


@wp.func
def central_direction(camera: CameraData, image: wp.vec2) -> wp.vec3:
    """Return the unit ray of a position relative to the optical centre, in units of the profile's radius."""
    none = wp.vec3(0.0, 0.0, 0.0)
    w = image
    if camera.bend == BENT:
        w = straighten(camera, image, image)
        if wp.length(w + shift(camera, w) - image) > 1.0e-4:
            return none
    r = wp.length(w)
    if camera.bend != BENT_FLAT and not r <= camera.r_end:
        return none
    # sine and cosine of the angle to the axis with their slopes, cubic between the knots
    at = wp.min(r, camera.r_end) * camera.ray_knots
    knot = wp.min(int(at), camera.ray_table.shape[0] - 2)
    a = camera.ray_table[knot]
    b = camera.ray_table[knot + 1]
    t = at - float(knot)
    sine = hermite(a[0], a[1], b[0], b[1], t)
    cosine = hermite(a[2], a[3], b[2], b[3], t)
    axis = wp.vec2(1.0, 0.0)
    if r > 0.0:
        axis = w / r
    if camera.bend == BENT_FLAT:
        q = straighten(camera, image, axis * (sine / cosine))
        if wp.length(q * stretch(camera, wp.dot(q, q))[0] + shift(camera, q) - image) > 1.0e-4 or wp.length(q) > camera.q_end:
            return none
        return wp.normalize(camera.forward + camera.right * q[0] - camera.up * q[1])
    return wp.normalize(camera.forward * cosine + camera.right * (axis[0] * sine) - camera.up * (axis[1] * sine))


@wp.func
def hermite(p: float, p_slope: float, q: float, q_slope: float, t: float) -> float:
    """Return the cubic between two knots from its values and slopes (per knot distance) there."""
    d = q - p
    return p + t * (p_slope + t * ((3.0 * d - 2.0 * p_slope - q_slope) + t * (p_slope + q_slope - 2.0 * d)))


@wp.func
def image_position(camera: CameraData, p: wp.vec3) -> wp.vec3:
    """Return where a point, relative to the camera centre, is in the image: x, y [px], and 1; 0 where it is not seen."""
    depth = wp.dot(p, camera.forward)
    x = wp.dot(p, camera.right)
    y = wp.dot(p, camera.up)
    if camera.model == PINHOLE:
        if depth <= 0.0:
            return wp.vec3(0.0, 0.0, 0.0)
        return wp.vec3((x / depth - camera.start_x) / camera.step_x, (y / depth - camera.start_y) / camera.step_y, 1.0)
    if camera.model == PARALLEL:
        return wp.vec3((x - camera.start_x) / camera.step_x, (y - camera.start_y) / camera.step_y, 1.0)
    away = wp.length(wp.vec2(x, depth))
    if camera.model == PANORAMA:
        if away <= wp.abs(camera.eye_offset):
            return wp.vec3(0.0, 0.0, 0.0)
        longitude = wp.atan2(x, depth) - wp.asin(camera.eye_offset / away)
        longitude = wp.where(longitude > PI, longitude - 2.0 * PI, wp.where(longitude < -PI, longitude + 2.0 * PI, longitude))
        latitude = wp.atan2(y, wp.sqrt(away * away - camera.eye_offset * camera.eye_offset))
        return wp.vec3(camera.center[0] + longitude / camera.scale[0], camera.center[1] - latitude / camera.scale[1], 1.0)
    return central_position(camera, wp.vec2(x, -y), depth)


@wp.func
def central_position(camera: CameraData, across: wp.vec2, depth: float) -> wp.vec3:
    """Return the image position of a point at ``across`` (right, down) beside the axis of a lens with one centre."""
    none = wp.vec3(0.0, 0.0, 0.0)
    away = wp.length(across)
    axis = wp.vec2(1.0, 0.0)
    if away > 0.0:
        axis = across / away
    w = wp.vec2(0.0, 0.0)
    if camera.flat != 0:
        if depth <= 0.0 or away > camera.q_end * depth:
            return none
        q = across / depth
        w = q * stretch(camera, wp.dot(q, q))[0] + shift(camera, q)
    else:
        angle = wp.atan2(away, depth)
        if angle > camera.q_end:
            return none
        at = angle * camera.radius_knots
        knot = wp.min(int(at), camera.radius_table.shape[0] - 2)
        a = camera.radius_table[knot]
        b = camera.radius_table[knot + 1]
        w = axis * hermite(a[0], a[1], b[0], b[1], at - float(knot))
        w = w + shift(camera, w)
    return wp.vec3(camera.center[0] + w[0] / camera.scale[0], camera.center[1] + w[1] / camera.scale[1], 1.0)
