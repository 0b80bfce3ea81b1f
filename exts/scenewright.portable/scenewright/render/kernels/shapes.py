"""Ray against analytic shape, in object space with an unnormalised direction.

Each function returns the smallest ray parameter in (t_min, t_max) and a face number, or (-1, 0) for a miss. Quadratics
are solved from the point of the ray nearest to the shape's centre, which keeps the discriminant exact when the ray
starts far away (Haines, Günther & Akenine-Möller, "Precision Improvements for Ray/Sphere Intersection", Ray Tracing
Gems, 2019).
"""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.scene.records import ShapeKind

__all__ = ["intersect_shape", "shape_normal", "shape_tangent", "shape_uv"]

CUBE = wp.constant(int(ShapeKind.CUBE))
SPHERE = wp.constant(int(ShapeKind.SPHERE))
CYLINDER = wp.constant(int(ShapeKind.CYLINDER))
CONE = wp.constant(int(ShapeKind.CONE))
CAPSULE = wp.constant(int(ShapeKind.CAPSULE))
PLANE = wp.constant(int(ShapeKind.PLANE))
DISK = wp.constant(int(ShapeKind.DISK))

SIDE = wp.constant(0)
TOP = wp.constant(1)
BOTTOM = wp.constant(2)
TINY = wp.constant(1.0e-30)
MISS = wp.constant(-1.0)


@wp.func
def away_from_zero(x: float) -> float:
    """Return ``x``, or a tiny number of its sign where a division by it would overflow."""
    if wp.abs(x) < TINY:
        if x < 0.0:
            return -TINY
        return TINY
    return x


@wp.func
def nearer(best: float, t: float, t_min: float, t_max: float) -> bool:
    """Return whether ``t`` lies in the open interval and before ``best`` (negative = none yet)."""
    return t > t_min and t < t_max and (best < 0.0 or t < best)


@wp.func
def intersect_sphere(radius: float, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> float:
    """Sphere round the origin."""
    a = wp.dot(d, d)
    b = -wp.dot(o, d)
    nearest = o + (b / a) * d
    rest = radius * radius - wp.dot(nearest, nearest)
    if rest < 0.0:
        return MISS
    root = wp.sqrt(a * rest)
    q = b + wp.where(b < 0.0, -root, root)
    distance = wp.length(o)
    c = (distance - radius) * (distance + radius)
    t0 = q / a
    t1 = t0
    if q != 0.0:
        t1 = c / q
    first = wp.min(t0, t1)
    second = wp.max(t0, t1)
    if first > t_min and first < t_max:
        return first
    if second > t_min and second < t_max:
        return second
    return MISS


@wp.func
def intersect_cube(half: float, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float):
    """Axis-aligned cube; faces are 2 * axis + (1 on the positive side)."""
    enter = float(-1.0e38)
    leave = float(1.0e38)
    enter_face = int(0)
    leave_face = int(0)
    for axis in range(3):
        inv = 1.0 / away_from_zero(d[axis])
        low = (-half - o[axis]) * inv
        high = (half - o[axis]) * inv
        positive = wp.where(inv < 0.0, 1, 0)
        near = wp.min(low, high)
        far = wp.max(low, high)
        if near > enter:
            enter = near
            enter_face = 2 * axis + positive
        if far < leave:
            leave = far
            leave_face = 2 * axis + 1 - positive
    t = float(MISS)
    face = int(0)
    if enter <= leave:
        if enter > t_min and enter < t_max:
            t = enter
            face = enter_face
        elif leave > t_min and leave < t_max:
            t = leave
            face = leave_face
    return t, face


@wp.func
def intersect_tapered(bottom: float, top: float, half: float, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float):
    """Capped cone frustum along Z (a cylinder when both radii are equal)."""
    shift = -wp.dot(o, d) / wp.dot(d, d)
    p = o + shift * d
    slope = 0.5 * (top - bottom) / half
    reach = 0.5 * (top + bottom) + slope * p[2]  # radius at the height of p
    a = d[0] * d[0] + d[1] * d[1] - slope * slope * d[2] * d[2]
    b = p[0] * d[0] + p[1] * d[1] - slope * d[2] * reach
    c = p[0] * p[0] + p[1] * p[1] - reach * reach
    best = float(MISS)
    face = int(SIDE)
    disc = b * b - a * c
    if disc >= 0.0:
        root = wp.sqrt(disc)
        q = -b - wp.where(b < 0.0, -root, root)
        if wp.abs(a) > 1.0e-12 * wp.dot(d, d):
            t = q / a + shift
            if wp.abs(o[2] + t * d[2]) <= half and nearer(best, t, t_min, t_max):
                best = t
        if q != 0.0:
            t = c / q + shift
            if wp.abs(o[2] + t * d[2]) <= half and nearer(best, t, t_min, t_max):
                best = t
    inv = 1.0 / away_from_zero(d[2])
    for side in range(2):
        height = wp.where(side == 0, half, -half)
        radius = wp.where(side == 0, top, bottom)
        t = (height - o[2]) * inv
        x = p[0] + (t - shift) * d[0]
        y = p[1] + (t - shift) * d[1]
        if x * x + y * y <= radius * radius and nearer(best, t, t_min, t_max):
            best = t
            face = wp.where(side == 0, TOP, BOTTOM)
    return best, face


@wp.func
def intersect_capsule(radius: float, half: float, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float):
    """Cylinder along Z with a hemisphere at both ends."""
    shift = -wp.dot(o, d) / wp.dot(d, d)
    p = o + shift * d
    best = float(MISS)
    face = int(SIDE)
    a = d[0] * d[0] + d[1] * d[1]
    b = p[0] * d[0] + p[1] * d[1]
    c = p[0] * p[0] + p[1] * p[1] - radius * radius
    disc = b * b - a * c
    if disc >= 0.0 and a > 1.0e-12 * wp.dot(d, d):
        root = wp.sqrt(disc)
        for side in range(2):
            t = (-b + wp.where(side == 0, -root, root)) / a + shift
            if wp.abs(o[2] + t * d[2]) <= half and nearer(best, t, t_min, t_max):
                best = t
    d2 = wp.dot(d, d)
    for side in range(2):
        sign = wp.where(side == 0, 1.0, -1.0)
        centre = wp.vec3(0.0, 0.0, sign * half)
        q = p - centre
        bs = -wp.dot(q, d)
        nearest = q + (bs / d2) * d
        rest = radius * radius - wp.dot(nearest, nearest)
        if rest >= 0.0:
            root = wp.sqrt(d2 * rest)
            for k in range(2):
                t = (bs + wp.where(k == 0, -root, root)) / d2 + shift
                if sign * (o[2] + t * d[2]) > half and nearer(best, t, t_min, t_max):
                    best = t
                    face = wp.where(side == 0, TOP, BOTTOM)
    return best, face


@wp.func
def intersect_shape(kind: int, size: wp.vec4, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float):
    """Dispatch on ShapeKind; returns (t, face), t < 0 for a miss."""
    t = float(MISS)
    face = int(0)
    if kind == SPHERE:
        t = intersect_sphere(size[0], o, d, t_min, t_max)
    elif kind == CUBE:
        t, face = intersect_cube(size[0], o, d, t_min, t_max)
    elif kind == CYLINDER or kind == CONE:
        t, face = intersect_tapered(size[0], size[1], size[2], o, d, t_min, t_max)
    elif kind == CAPSULE:
        t, face = intersect_capsule(size[0], size[2], o, d, t_min, t_max)
    elif kind == PLANE or kind == DISK:
        flat = -o[2] / away_from_zero(d[2])
        if flat > t_min and flat < t_max:
            x = o[0] + flat * d[0]
            y = o[1] + flat * d[1]
            if kind == PLANE:
                if wp.abs(x) <= size[0] and wp.abs(y) <= size[1]:
                    t = flat
            elif x * x + y * y <= size[0] * size[0]:
                t = flat
    return t, face


@wp.func
def shape_normal(kind: int, size: wp.vec4, p: wp.vec3, face: int) -> wp.vec3:
    """Return the outward object-space normal at a hit point; not normalised."""
    if kind == SPHERE:
        return p
    if kind == CUBE:
        sign = wp.where(face % 2 == 1, 1.0, -1.0)
        axis = face // 2
        return wp.vec3(wp.where(axis == 0, sign, 0.0), wp.where(axis == 1, sign, 0.0), wp.where(axis == 2, sign, 0.0))
    if kind == PLANE or kind == DISK:
        return wp.vec3(0.0, 0.0, 1.0)
    if kind == CAPSULE:
        return wp.vec3(p[0], p[1], p[2] - wp.clamp(p[2], -size[2], size[2]))
    if face == TOP:
        return wp.vec3(0.0, 0.0, 1.0)
    if face == BOTTOM:
        return wp.vec3(0.0, 0.0, -1.0)
    slope = 0.5 * (size[1] - size[0]) / size[2]
    radius = wp.max(wp.sqrt(p[0] * p[0] + p[1] * p[1]), TINY)
    return wp.vec3(p[0] / radius, p[1] / radius, -slope)


@wp.func
def turn(x: float, y: float) -> float:
    """Return the angle of (x, y) as a part of a full turn, 0..1 from +X."""
    a = wp.atan2(y, x) * 0.15915494309189535
    if a < 0.0:
        a += 1.0
    return a


@wp.func
def shape_uv(kind: int, size: wp.vec4, p: wp.vec3, face: int) -> wp.vec2:
    """Return texture coordinates 0..1: faces of the cube and flat shapes planar, round shapes by angle and height."""
    if kind == CUBE:
        q = p / (2.0 * size[0])
        axis = face // 2
        sign = wp.where(face % 2 == 1, 1.0, -1.0)
        if axis == 0:
            return wp.vec2(0.5 + sign * q[1], 0.5 + q[2])
        if axis == 1:
            return wp.vec2(0.5 - sign * q[0], 0.5 + q[2])
        return wp.vec2(0.5 + sign * q[0], 0.5 + q[1])
    if kind == PLANE:
        return wp.vec2(0.5 + 0.5 * p[0] / size[0], 0.5 + 0.5 * p[1] / size[1])
    if kind == DISK:
        return wp.vec2(0.5 + 0.5 * p[0] / size[0], 0.5 + 0.5 * p[1] / size[0])
    if kind == SPHERE:
        latitude = wp.asin(wp.clamp(p[2] / size[0], -1.0, 1.0))
        return wp.vec2(turn(p[0], p[1]), 0.5 + latitude * 0.3183098861837907)
    if kind == CAPSULE:
        return wp.vec2(turn(p[0], p[1]), 0.5 + 0.5 * p[2] / (size[2] + size[0]))
    if face == SIDE:
        return wp.vec2(turn(p[0], p[1]), 0.5 + 0.5 * p[2] / size[2])
    radius = wp.max(wp.max(size[0], size[1]), TINY)
    return wp.vec2(0.5 + 0.5 * p[0] / radius, 0.5 + wp.where(face == TOP, 0.5, -0.5) * p[1] / radius)


@wp.func
def shape_tangent(kind: int, p: wp.vec3, face: int) -> wp.vec3:
    """Return the object-space direction of growing u at a hit point; not normalised."""
    if kind == CUBE:
        sign = wp.where(face % 2 == 1, 1.0, -1.0)
        axis = face // 2
        if axis == 0:
            return wp.vec3(0.0, sign, 0.0)
        if axis == 1:
            return wp.vec3(-sign, 0.0, 0.0)
        return wp.vec3(sign, 0.0, 0.0)
    if kind == PLANE or kind == DISK or ((kind == CYLINDER or kind == CONE) and face != SIDE):
        return wp.vec3(1.0, 0.0, 0.0)
    if wp.abs(p[0]) + wp.abs(p[1]) < TINY:
        return wp.vec3(0.0, 1.0, 0.0)
    return wp.vec3(-p[1], p[0], 0.0)
