"""Sixteen rays from one point, traced together through the solid meshes on the CPU.

The rays of a block of pixels visit nearly the same boxes, so one bound of their directions stands for all of them in the
trees (Boulos et al., "Geometric and Arithmetic Culling Methods for Entire Ray Packets", 2006), and as they start at one
point a triangle's planes are set up once for all. Where rounding could decide on which side of an edge a ray passes, float64
decides; neighbours take that way together, so it leaves no gap. All else is, to the last bit, what a ray meets alone.
"""

import warp as wp

from scenewright.render.kernels.types import CameraData, Hit, SceneData
from scenewright.render.kernels.wide_bvh import CANDIDATES, WALK

__all__ = ["PACKET_WIDTH", "packet_closest", "packet_vec"]

PACKET_WIDTH = 4

packet_vec = wp.types.vector(PACKET_WIDTH * PACKET_WIDTH, wp.float32)
lanes_vec = wp.types.vector(1 + 3 * CANDIDATES, wp.float32)

_PACKET = WALK + r"""
    typedef float fp __attribute__((ext_vector_type(16)));
    typedef int ip __attribute__((ext_vector_type(16)));
    typedef bool bp __attribute__((ext_vector_type(16)));
    auto any = [](ip mask) { return __builtin_bit_cast(unsigned short, __builtin_convertvector(mask, bp)); };
    auto spread = [&](fp v, float& low, float& high) {
        low = __builtin_reduce_min(v);
        high = __builtin_reduce_max(v);
    };
    struct Rays { fp d[3]; };
    const float t_min = camera.near, t_max = camera.far;
    const int width = camera.width, height = camera.height;
    auto dot = [&](const f4* n, int k, const Rays& rays) __attribute__((always_inline)) {
        return mad((fp)n[2][k], rays.d[2], mad((fp)n[1][k], rays.d[1], n[0][k] * rays.d[0]));
    };
    struct Nearest { fp t; ip instance; ip face; fp u; fp v; };
    Rays world;
    for (int k = 0; k < 16; ++k) { world.d[0][k] = dx[k]; world.d[1][k] = dy[k]; world.d[2][k] = dz[k]; }
    Nearest best { (fp)t_max, (ip)-1, (ip)-1, (fp)0.0f, (fp)0.0f };
    // where the lens sees nothing there is no ray: another's direction stands in and finds nothing
    const ip none = (world.d[0] == 0.0f) & (world.d[1] == 0.0f) & (world.d[2] == 0.0f);
    const unsigned seen = 0xFFFFu & ~any(none);
    if (seen != 0xFFFFu) {
        const int other = seen ? __builtin_ctz(seen) : 0;
        for (int axis = 0; axis < 3; ++axis) world.d[axis] = none ? (fp)world.d[axis][other] : world.d[axis];
        best.t = none ? (fp)-1.0f : best.t;
    }
    float t_last = seen ? t_max : -1.0f;
    // as walk, with the directions of all rays bounded by axis; rays that part ways along an axis only leave its slab ahead
    auto walk_packet = [&](const Node* nodes, const float* o, const Rays& rays, float pad, auto take)
        __attribute__((always_inline)) {
        float low_o[3], high_o[3], inverse_low[3], inverse_high[3];
        int sign[3];
        for (int axis = 0; axis < 3; ++axis) {
            float low, high;
            spread(rays.d[axis], low, high);
            low = nonzero(low);
            high = nonzero(high);
            sign[axis] = low > 0.0f ? 1 : high < 0.0f ? -1 : 0;
            inverse_low[axis] = 1.0f / low;
            inverse_high[axis] = 1.0f / high;
            low_o[axis] = o[axis] + pad;
            high_o[axis] = o[axis] - pad;
        }
        Entry stack[288];
        int size = 0;
        Entry at { t_min, 0, 0 };
        while (true) {
            if (at.count > 0) {
                take(at.child, at.count, at.t);
            } else {
                const Node& node = nodes[at.child];
                f8 enter = (f8)t_min, leave = (f8)t_last;
                for (int axis = 0; axis < 3; ++axis) {
                    const f8 low = *(const f8u*)node.bounds[0][axis] - low_o[axis];
                    const f8 high = *(const f8u*)node.bounds[1][axis] - high_o[axis];
                    if (sign[axis] > 0) {
                        enter = greater(enter, lesser(low * inverse_high[axis], low * inverse_low[axis]));
                        leave = lesser(leave, greater(high * inverse_high[axis], high * inverse_low[axis]));
                    } else if (sign[axis] < 0) {
                        enter = greater(enter, lesser(high * inverse_high[axis], high * inverse_low[axis]));
                        leave = lesser(leave, greater(low * inverse_high[axis], low * inverse_low[axis]));
                    } else {
                        enter = greater(enter, greater(low * inverse_high[axis], high * inverse_low[axis]));
                    }
                }
                enter *= 0.999999f;
                leave *= 1.000001f;
                unsigned met = __builtin_bit_cast(unsigned char, __builtin_convertvector(enter <= leave, b8));
                if (met) {
                    enter_children(node, enter, met, stack, size, at);
                    continue;
                }
            }
            do {
                if (size == 0) return;
                at = stack[--size];
            } while (at.t > t_last);
        }
    };
    // recomputes in float64, from the camera's and the instance's own numbers, on which side of a triangle's edges rays pass
    auto decide = [&](const Block& block, int k, const auto& instance, unsigned lanes, fp& u, fp& v, fp& w)
        __attribute__((noinline)) {
        double corner[3][3], normal[3][3];
        for (int c = 0; c < 3; ++c)
            for (int axis = 0; axis < 3; ++axis)
                corner[c][axis] = (double)block.corner[c][axis][k] - instance.exact_origin[axis];
        for (int c = 0; c < 3; ++c)
            for (int axis = 0; axis < 3; ++axis) {
                const double* from = corner[(c + 1) % 3];
                const double* to = corner[(c + 2) % 3];
                const int y = (axis + 1) % 3, z = (axis + 2) % 3;
                normal[c][axis] = (to[y] + from[y]) * (to[z] - from[z]) - (to[z] + from[z]) * (to[y] - from[y]);
            }
        for (; lanes; lanes &= lanes - 1) {
            const int lane = __builtin_ctz(lanes);
            const double across = (x0 + lane % 4 + 0.5) * camera.exact_image[0] + camera.exact_image[1];
            const double up = (y0 + lane / 4 + 0.5) * camera.exact_image[2] + camera.exact_image[3];
            double side[3] = { 0.0, 0.0, 0.0 }, d[3];
            for (int axis = 0; axis < 3; ++axis)
                d[axis] = exact ? camera.exact_forward[axis] + camera.exact_right[axis] * across + camera.exact_up[axis] * up
                                : (double)world.d[axis][lane];
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
    // takes the hit of a shape by one ray into best
    auto meet_lane = [&](const auto& instance, const float* o, const Rays& rays, int lane, int index)
        __attribute__((always_inline)) {
        const float d[3] = { rays.d[0][lane], rays.d[1][lane], rays.d[2][lane] };
        Best own { best.t[lane], best.instance[lane], best.face[lane], 0.0f, 0.0f };
        if (!meet_alone(instance, o, d, t_min, t_max, index, own)) return;
        best.t[lane] = own.t;
        best.instance[lane] = own.instance;
        best.face[lane] = own.face;
        best.u[lane] = best.v[lane] = 0.0f;
    };
    // which rays enter the box around an instance, and where the first one does
    auto enter_box_together = [&](const auto& instance, const float* o, const Rays& rays, float& first)
        __attribute__((always_inline)) {
        const float pad = 4.0e-6f * (largest(o[0], o[1], o[2]) + largest(instance.half[0], instance.half[1], instance.half[2]));
        fp enter = (fp)t_min, leave = best.t;
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
        first = __builtin_reduce_min(met ? enter : (fp)t_max);
        return any(met);
    };
    auto meet_packet = [&](const Block& block, const float* o, const Rays& rays, float reach, int instance)
        __attribute__((always_inline)) {
        Planes p;
        planes_of(block, o, p);
        f4 doubt[3];  // below it the sign of a side is not sure
        for (int c = 0; c < 3; ++c)
            doubt[c] = p.size[c] * reach;
        bool found = false;
        for (int k = 0; k < 4; ++k) {
            fp u = dot(p.normal[0], k, rays);
            fp v = dot(p.normal[1], k, rays);
            fp w = dot(p.normal[2], k, rays);
            const float a0 = doubt[0][k], b0 = doubt[1][k], c0 = doubt[2][k];
            const ip maybe = ((u >= -a0) & (v >= -b0) & (w >= -c0)) | ((u <= a0) & (v <= b0) & (w <= c0));
            const unsigned candidates = any(maybe);
            if (!candidates) continue;
            const ip near_edge = ((u <= a0) & (u >= -a0)) | ((v <= b0) & (v >= -b0)) | ((w <= c0) & (w >= -c0));
            const unsigned unsure = candidates & any(near_edge);
            if (unsure) decide(block, k, scene.data[0].instances.data[instance], unsure, u, v, w);
            const fp det = u + v + w;
            ip inside = (((u >= 0.0f) & (v >= 0.0f) & (w >= 0.0f)) | ((u <= 0.0f) & (v <= 0.0f) & (w <= 0.0f))) & (det != 0.0f);
            if (!any(inside)) continue;
            const fp a = dot(p.corner[0], k, rays);
            const fp b = dot(p.corner[1], k, rays);
            const fp c = dot(p.corner[2], k, rays);
            const fp squared = mad(rays.d[2], rays.d[2], mad(rays.d[1], rays.d[1], rays.d[0] * rays.d[0]));
            const fp t = mad(u, a, mad(v, b, w * c)) / (det * squared);
            const int face = block.face[k];
            const ip earlier = (instance < best.instance) | ((instance == best.instance) & (face < best.face));
            inside &= (t >= t_min) & ((t < best.t) | ((t == best.t) & earlier));
            if (!any(inside)) continue;
            found = true;
            best.t = inside ? t : best.t;
            best.instance = inside ? (ip)instance : best.instance;
            best.face = inside ? (ip)face : best.face;
            best.u = inside ? u / det : best.u;
            best.v = inside ? v / det : best.v;
        }
        if (found) t_last = __builtin_reduce_max(best.t);
    };
    wp::vec_t<1 + 3 * LISTED, float> candidates;
    int number = 0;
    if (seen && scene.data[0].top_nodes.shape[0] != 0) {
        const float centre[3] = { 0.0f, 0.0f, 0.0f };
        const int* items = (const int*)scene.data[0].top_items.data;
        walk_packet((const Node*)scene.data[0].top_nodes.data, centre, world, 0.0f, [&](int first, int count, float) {
            for (int k = first; k < first + count; ++k) {
                const auto& instance = scene.data[0].instances.data[items[k]];
                Rays rays;
                float o[3];
                for (int r = 0; r < 3; ++r) {
                    const float* row = instance.inverse.data[r];
                    rays.d[r] = mad((fp)row[2], world.d[2], mad((fp)row[1], world.d[1], row[0] * world.d[0]));
                    o[r] = mad(row[2], centre[2], mad(row[1], centre[1], row[0] * centre[0])) + instance.inverse_origin[r];
                }
                const bool solid = (instance.flags & SOLID_FLAG) != 0;
                if (!solid || instance.mesh < 0) {
                    float enter;
                    unsigned lanes = enter_box_together(instance, o, rays, enter);
                    if (!lanes) continue;
                    if (solid) {
                        for (; lanes; lanes &= lanes - 1) meet_lane(instance, o, rays, __builtin_ctz(lanes), items[k]);
                        t_last = __builtin_reduce_max(best.t);
                        continue;
                    }
                    if (number < LISTED) {
                        candidates[1 + 3 * number] = items[k];
                        candidates[2 + 3 * number] = enter;
                        candidates[3 + 3 * number] = lanes;
                    }
                    ++number;
                    continue;
                }
                const auto& mesh = scene.data[0].meshes.data[instance.mesh];
                if (mesh.wide_nodes.shape[0] == 0) continue;
                float longest = 0.0f;
                for (int r = 0; r < 3; ++r) longest = __builtin_fmaxf(longest, __builtin_reduce_max(magnitude(rays.d[r])));
                const float reach = 1.0e-6f * longest;
                const Block* blocks = (const Block*)mesh.wide_blocks.data;
                const float pad = 5.0e-7f * (largest(o[0], o[1], o[2]) + mesh.extent);
                walk_packet((const Node*)mesh.wide_nodes.data, o, rays, pad, [&](int start, int number, float)
                    __attribute__((always_inline)) {
                    for (int b = start; b < start + number; ++b) meet_packet(blocks[b], o, rays, reach, items[k]);
                });
            }
        });
    }
    candidates[0] = number;
    for (int k = 0; k < 16; ++k) {
        const int x = x0 + k % 4, y = y0 + k / 4;
        if (x < width && y < height) {
            auto& hit = hits_out.data[y * width + x];
            hit.t = best.t[k];
            hit.instance = best.instance[k];
            hit.face = best.face[k];
            hit.u = best.u[k];
            hit.v = best.v[k];
        }
    }
    return candidates;
}
#else
    return {};
#endif
"""


@wp.func_native(_PACKET)
def packet_closest(scene: SceneData, camera: CameraData, exact: bool, dx: packet_vec, dy: packet_vec, dz: packet_vec, x0: int,
                   y0: int, hits_out: wp.array(dtype=Hit)) -> lanes_vec:
    """Store what the rays through a block of 4 x 4 pixels at x0, y0 meet; they start at the origin.

    A ray whose direction is zero meets nothing. Returns which other instances they may meet before: their number, then index,
    first distance and rays (a bit each) of up to ``CANDIDATES``.

    Args:
        scene: The scene.
        camera: The camera.
        exact: Whether it is a pinhole, so that directions can be had in float64.
        dx: Directions.
        dy: Directions.
        dz: Directions.
        x0: First column.
        y0: First row.
        hits_out: Where the hits go.
    """
    ...
