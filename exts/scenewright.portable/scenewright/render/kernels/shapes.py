"""Analytic shapes in object space: where a ray meets them, and normal, texture coordinates and tangent there."""

import warp as wp

from scenewright.render.kernels.shape_hits import shape_nearest
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


@wp.func
def away_from_zero(x: float) -> float:
    """Return ``x``, or a tiny number of its sign where a division by it would overflow."""
    if wp.abs(x) < TINY:
        if x < 0.0:
            return -TINY
        return TINY
    return x


@wp.func
def intersect_shape(kind: int, size: wp.vec4, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float):
    """Return the smallest ray parameter in (t_min, t_max) and its face; a negative one for a miss."""
    met = shape_nearest(kind, size, o, d, t_min, t_max)
    return met[0], int(met[1])


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
