"""Ray against analytic shape in C++, for the walks through trees and for all others alike.

Each function returns the smallest ray parameter in (t_min, t_max) and a face number, or a negative parameter for a miss; the
direction need not be unit. Quadratics are solved from the point of the ray nearest to the shape's centre, which keeps the
discriminant exact when the ray starts far away (Haines, Günther & Akenine-Möller, "Precision Improvements for Ray/Sphere
Intersection", Ray Tracing Gems, 2019).
"""

import warp as wp

from scenewright.render.scene.records import ShapeKind

__all__ = ["SHAPES", "shape_nearest"]

SHAPES = r"""
    struct Met { float t; int face; };
    enum { SIDE = 0, TOP = 1, BOTTOM = 2 };
    auto dot3 = [](const float* a, const float* b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; };
    auto away_from_zero = [](float x) { return wp::abs(x) < 1.0e-30f ? (x < 0.0f ? -1.0e-30f : 1.0e-30f) : x; };
    auto nearer = [](float best, float t, float t_min, float t_max) {
        return t > t_min && t < t_max && (best < 0.0f || t < best);
    };
    auto meet_sphere = [&](float radius, const float* o, const float* d, float t_min, float t_max) {
        const float a = dot3(d, d), b = -dot3(o, d), part = b / a;
        const float nearest[3] = { o[0] + part * d[0], o[1] + part * d[1], o[2] + part * d[2] };
        const float rest = radius * radius - dot3(nearest, nearest);
        if (rest < 0.0f) return Met { -1.0f, 0 };
        const float root = wp::sqrt(a * rest);
        const float q = b + (b < 0.0f ? -root : root);
        const float distance = wp::sqrt(dot3(o, o));
        const float c = (distance - radius) * (distance + radius);
        const float t0 = q / a, t1 = q != 0.0f ? c / q : t0;
        const float first = t0 < t1 ? t0 : t1, second = t0 < t1 ? t1 : t0;
        if (first > t_min && first < t_max) return Met { first, 0 };
        if (second > t_min && second < t_max) return Met { second, 0 };
        return Met { -1.0f, 0 };
    };
    // faces of the cube are 2 * axis + (1 on the positive side)
    auto meet_cube = [&](float half, const float* o, const float* d, float t_min, float t_max) {
        float enter = -1.0e38f, leave = 1.0e38f;
        int enter_face = 0, leave_face = 0;
        for (int axis = 0; axis < 3; ++axis) {
            const float inverse = 1.0f / away_from_zero(d[axis]);
            const float low = (-half - o[axis]) * inverse, high = (half - o[axis]) * inverse;
            const int positive = inverse < 0.0f ? 1 : 0;
            const float near = low < high ? low : high, far = low < high ? high : low;
            if (near > enter) { enter = near; enter_face = 2 * axis + positive; }
            if (far < leave) { leave = far; leave_face = 2 * axis + 1 - positive; }
        }
        if (enter <= leave) {
            if (enter > t_min && enter < t_max) return Met { enter, enter_face };
            if (leave > t_min && leave < t_max) return Met { leave, leave_face };
        }
        return Met { -1.0f, 0 };
    };
    // a capped frustum along Z: a cylinder when both radii are equal
    auto meet_tapered = [&](float bottom, float top, float half, const float* o, const float* d, float t_min, float t_max) {
        const float shift = -dot3(o, d) / dot3(d, d);
        const float p[3] = { o[0] + shift * d[0], o[1] + shift * d[1], o[2] + shift * d[2] };
        const float slope = 0.5f * (top - bottom) / half;
        const float reach = 0.5f * (top + bottom) + slope * p[2];  // radius at the height of p
        const float a = d[0] * d[0] + d[1] * d[1] - slope * slope * d[2] * d[2];
        const float b = p[0] * d[0] + p[1] * d[1] - slope * d[2] * reach;
        const float c = p[0] * p[0] + p[1] * p[1] - reach * reach;
        Met best { -1.0f, SIDE };
        const float disc = b * b - a * c;
        if (disc >= 0.0f) {
            const float root = wp::sqrt(disc);
            const float q = -b - (b < 0.0f ? -root : root);
            if (wp::abs(a) > 1.0e-12f * dot3(d, d)) {
                const float t = q / a + shift;
                if (wp::abs(o[2] + t * d[2]) <= half && nearer(best.t, t, t_min, t_max)) best.t = t;
            }
            if (q != 0.0f) {
                const float t = c / q + shift;
                if (wp::abs(o[2] + t * d[2]) <= half && nearer(best.t, t, t_min, t_max)) best.t = t;
            }
        }
        const float inverse = 1.0f / away_from_zero(d[2]);
        for (int side = 0; side < 2; ++side) {
            const float height = side == 0 ? half : -half, radius = side == 0 ? top : bottom;
            const float t = (height - o[2]) * inverse;
            const float x = p[0] + (t - shift) * d[0], y = p[1] + (t - shift) * d[1];
            if (x * x + y * y <= radius * radius && nearer(best.t, t, t_min, t_max)) best = Met { t, side == 0 ? TOP : BOTTOM };
        }
        return best;
    };
    // a cylinder along Z with a hemisphere at both ends
    auto meet_capsule = [&](float radius, float half, const float* o, const float* d, float t_min, float t_max) {
        const float d2 = dot3(d, d), shift = -dot3(o, d) / d2;
        const float p[3] = { o[0] + shift * d[0], o[1] + shift * d[1], o[2] + shift * d[2] };
        Met best { -1.0f, SIDE };
        const float a = d[0] * d[0] + d[1] * d[1];
        const float b = p[0] * d[0] + p[1] * d[1];
        const float c = p[0] * p[0] + p[1] * p[1] - radius * radius;
        const float disc = b * b - a * c;
        if (disc >= 0.0f && a > 1.0e-12f * d2) {
            const float root = wp::sqrt(disc);
            for (int side = 0; side < 2; ++side) {
                const float t = (-b + (side == 0 ? -root : root)) / a + shift;
                if (wp::abs(o[2] + t * d[2]) <= half && nearer(best.t, t, t_min, t_max)) best.t = t;
            }
        }
        for (int side = 0; side < 2; ++side) {
            const float sign = side == 0 ? 1.0f : -1.0f;
            const float q[3] = { p[0], p[1], p[2] - sign * half };
            const float along = -dot3(q, d), part = along / d2;
            const float nearest[3] = { q[0] + part * d[0], q[1] + part * d[1], q[2] + part * d[2] };
            const float rest = radius * radius - dot3(nearest, nearest);
            if (rest < 0.0f) continue;
            const float root = wp::sqrt(d2 * rest);
            for (int k = 0; k < 2; ++k) {
                const float t = (along + (k == 0 ? -root : root)) / d2 + shift;
                if (sign * (o[2] + t * d[2]) > half && nearer(best.t, t, t_min, t_max))
                    best = Met { t, side == 0 ? TOP : BOTTOM };
            }
        }
        return best;
    };
    auto meet_shape = [&](int kind, const float* size, const float* o, const float* d, float t_min, float t_max) {
        if (kind == SPHERE_KIND) return meet_sphere(size[0], o, d, t_min, t_max);
        if (kind == CUBE_KIND) return meet_cube(size[0], o, d, t_min, t_max);
        if (kind == CYLINDER_KIND || kind == CONE_KIND) return meet_tapered(size[0], size[1], size[2], o, d, t_min, t_max);
        if (kind == CAPSULE_KIND) return meet_capsule(size[0], size[2], o, d, t_min, t_max);
        const float t = -o[2] / away_from_zero(d[2]);
        if (!(t > t_min && t < t_max)) return Met { -1.0f, 0 };
        const float x = o[0] + t * d[0], y = o[1] + t * d[1];
        const bool within = kind == PLANE_KIND ? wp::abs(x) <= size[0] && wp::abs(y) <= size[1]
                                               : x * x + y * y <= size[0] * size[0];
        return Met { within ? t : -1.0f, 0 };
    };
"""
"""Functions of a C++ block that begins by opening a brace."""
for _kind in ShapeKind:
    SHAPES = SHAPES.replace(f"{_kind.name}_KIND", str(int(_kind)))


@wp.func_native(r"""
{
#if defined(__clang__)
#pragma clang fp contract(off)
#endif
""" + SHAPES + r"""
    const float from[3] = { o[0], o[1], o[2] }, along[3] = { d[0], d[1], d[2] }, sizes[3] = { size[0], size[1], size[2] };
    const Met met = meet_shape(kind, sizes, from, along, t_min, t_max);
    return wp::vec_t<2, float>(met.t, (float)met.face);
}
""")
def shape_nearest(kind: int, size: wp.vec4, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> wp.vec2:
    """Return the smallest ray parameter in (t_min, t_max) of a shape, negative for none, and its face."""
    ...
