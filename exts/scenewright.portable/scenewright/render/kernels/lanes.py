"""Sixteen rays from one point that meet a triangle or a box together: what packets and tiles of pixels share, in C++.

Rays that start at one point share a triangle's planes, which are set up once for all. Where rounding could decide on which
side of an edge a ray passes, float64 decides; neighbours take that way together, so it leaves no gap. All else is, to the last
bit, what a ray meets alone.
"""

from scenewright.render.kernels.wide_bvh import WALK

__all__ = ["LANES"]

LANES = WALK + r"""
    typedef float fp __attribute__((ext_vector_type(16)));
    typedef int ip __attribute__((ext_vector_type(16)));
    typedef bool bp __attribute__((ext_vector_type(16)));
    typedef float fpu __attribute__((ext_vector_type(16), aligned(4)));
    auto any = [](ip mask) { return __builtin_bit_cast(unsigned short, __builtin_convertvector(mask, bp)); };
    // the greatest and the least of all lanes, of which none is NaN: clang's own reductions look for that, one lane at a time
    auto fold_half = [](f8 h, auto choose) __attribute__((always_inline)) {
        const f4 q = choose(__builtin_shufflevector(h, h, 0, 1, 2, 3), __builtin_shufflevector(h, h, 4, 5, 6, 7));
        const f4 p = choose(q, __builtin_shufflevector(q, q, 2, 3, 0, 1));
        return choose(p, __builtin_shufflevector(p, p, 1, 0, 3, 2))[0];
    };
    auto fold_lanes = [&](fp v, auto choose) __attribute__((always_inline)) {
        return fold_half(choose(__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7),
                                __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15)), choose);
    };
    auto greatest = [&](fp v) __attribute__((always_inline)) { return fold_lanes(v, greater); };
    auto least = [&](fp v) __attribute__((always_inline)) { return fold_lanes(v, lesser); };
    struct Rays { fp d[3]; };
    auto lane_of = [](const f4& v, int k) __attribute__((always_inline)) { return ((const float*)&v)[k]; };
    auto dot = [&](const f4* n, int k, const Rays& rays) __attribute__((always_inline)) {
        return mad((fp)lane_of(n[2], k), rays.d[2], mad((fp)lane_of(n[1], k), rays.d[1], lane_of(n[0], k) * rays.d[0]));
    };
    auto to_object = [&](const auto& instance, const fp* d, Rays& rays) __attribute__((always_inline)) {
        for (int r = 0; r < 3; ++r) {
            const float* row = instance.inverse.data[r];
            rays.d[r] = mad((fp)row[2], d[2], mad((fp)row[1], d[1], row[0] * d[0]));
        }
    };
    auto longest_of = [&](const Rays& rays) __attribute__((always_inline)) {
        return greatest(greater(magnitude(rays.d[0]), greater(magnitude(rays.d[1]), magnitude(rays.d[2]))));
    };
    // the camera's centre in object space: the point zero, taken there as any other point is
    auto centre_of = [&](const auto& instance, float* o) {
        for (int r = 0; r < 3; ++r) {
            const float* row = instance.inverse.data[r];
            o[r] = mad(row[2], 0.0f, mad(row[1], 0.0f, row[0] * 0.0f)) + instance.inverse_origin[r];
        }
    };
    // recomputes in float64 on which side of a triangle's edges rays pass; a pinhole's, through the pixels from column x and
    // row y on, from the camera's own numbers, others from the rays of the world
    auto decide = [&](const Block& block, int k, const auto& instance, unsigned lanes, const Rays* world, int x, int y,
                      fp& u, fp& v, fp& w) __attribute__((noinline)) {
        double corner[3][3], normal[3][3];
        for (int c = 0; c < 3; ++c)
            for (int axis = 0; axis < 3; ++axis)
                corner[c][axis] = (double)block.corner[c][axis][k] - instance.exact_origin[axis];
        for (int c = 0; c < 3; ++c)
            for (int axis = 0; axis < 3; ++axis) {
                const double* from = corner[(c + 1) % 3];
                const double* to = corner[(c + 2) % 3];
                const int i = (axis + 1) % 3, j = (axis + 2) % 3;
                normal[c][axis] = (to[i] + from[i]) * (to[j] - from[j]) - (to[j] + from[j]) * (to[i] - from[i]);
            }
        for (; lanes; lanes &= lanes - 1) {
            const int lane = __builtin_ctz(lanes);
            const double across = (x + lane / 4 + 0.5) * camera.exact_image[0] + camera.exact_image[1];
            const double up = (y + lane % 4 + 0.5) * camera.exact_image[2] + camera.exact_image[3];
            double side[3] = { 0.0, 0.0, 0.0 }, d[3];
            for (int axis = 0; axis < 3; ++axis)
                d[axis] = world ? (double)world->d[axis][lane]
                    : camera.exact_forward[axis] + camera.exact_right[axis] * across + camera.exact_up[axis] * up;
            for (int r = 0; r < 3; ++r) {
                const double* row = instance.exact_inverse.data[r];
                const double local = row[0] * d[0] + row[1] * d[1] + row[2] * d[2];
                for (int c = 0; c < 3; ++c) side[c] += normal[c][r] * local;
            }
            u[lane] = (float)side[0];
            v[lane] = (float)side[1];
            w[lane] = (float)side[2];
        }
    };
    // where rays through the pixels from column x and row y on meet triangle k of a block before t_last, that included; reach:
    // of which part of a normal's terms the sign is not sure
    struct Crossing { ip inside; fp t; fp u; fp v; fp det; };
    auto cross_triangle = [&](const Block& block, const Planes& p, int k, const auto& instance, const Rays& rays, auto reach,
                              const Rays* world, int x, int y, fp t_last, Crossing& crossing) __attribute__((always_inline)) {
        fp u = dot(p.normal[0], k, rays);
        fp v = dot(p.normal[1], k, rays);
        fp w = dot(p.normal[2], k, rays);
        const auto a0 = lane_of(p.size[0], k) * reach, b0 = lane_of(p.size[1], k) * reach, c0 = lane_of(p.size[2], k) * reach;
        const ip maybe = ((u >= -a0) & (v >= -b0) & (w >= -c0)) | ((u <= a0) & (v <= b0) & (w <= c0));
        const unsigned candidates = any(maybe);
        if (!candidates) return false;
        const ip near_edge = ((u <= a0) & (u >= -a0)) | ((v <= b0) & (v >= -b0)) | ((w <= c0) & (w >= -c0));
        const unsigned unsure = candidates & any(near_edge);
        if (unsure) decide(block, k, instance, unsure, world, x, y, u, v, w);
        const fp det = u + v + w;
        ip inside = (((u >= 0.0f) & (v >= 0.0f) & (w >= 0.0f)) | ((u <= 0.0f) & (v <= 0.0f) & (w <= 0.0f))) & (det != 0.0f);
        if (!any(inside)) return false;
        const fp a = dot(p.corner[0], k, rays);
        const fp b = dot(p.corner[1], k, rays);
        const fp c = dot(p.corner[2], k, rays);
        const fp squared = mad(rays.d[2], rays.d[2], mad(rays.d[1], rays.d[1], rays.d[0] * rays.d[0]));
        crossing.t = mad(u, a, mad(v, b, w * c)) / (det * squared);
        crossing.u = u;
        crossing.v = v;
        crossing.det = det;
        crossing.inside = inside & (crossing.t >= camera.near) & (crossing.t <= t_last);
        return any(crossing.inside) != 0;
    };
    // which rays enter the box around an instance before t_last, and where the first one does
    auto enter_box_together = [&](const auto& instance, const float* o, const Rays& rays, fp t_last, float& first)
        __attribute__((always_inline)) {
        const float pad = 4.0e-6f * (largest(o[0], o[1], o[2]) + largest(instance.half[0], instance.half[1], instance.half[2]));
        fp enter = (fp)camera.near, leave = t_last;
        for (int axis = 0; axis < 3; ++axis) {
            const fp d = rays.d[axis];
            const fp inverse = 1.0f / (magnitude(d) < 1.0e-30f ? (fp)1.0e-30f : d);
            const float half = instance.half[axis] + pad;
            const fp low = (-half - o[axis]) * inverse, high = (half - o[axis]) * inverse;
            enter = greater(enter, lesser(low, high));
            leave = lesser(leave, greater(low, high));
        }
        enter *= 0.999999f;
        const ip met = enter <= leave * 1.000001f;
        first = least(met ? enter : (fp)camera.far);
        return any(met);
    };
"""
"""Goes on as ``WALK`` does; needs the name ``camera``."""
