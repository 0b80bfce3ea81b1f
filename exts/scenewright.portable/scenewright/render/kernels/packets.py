"""Sixteen rays from one point, traced together through the solid meshes on the CPU.

The rays of a block of pixels visit nearly the same boxes, so one bound of their directions stands for all of them in the
trees (Boulos et al., "Geometric and Arithmetic Culling Methods for Entire Ray Packets", 2006). What they meet in the leaves
is in ``lanes``.
"""

import warp as wp

from scenewright.render.kernels.lanes import LANES
from scenewright.render.kernels.types import CameraData, Hit, SceneData
from scenewright.render.kernels.wide_bvh import CANDIDATES

__all__ = ["PACKET_WIDTH", "packet_closest", "packet_vec"]

PACKET_WIDTH = 4

packet_vec = wp.types.vector(PACKET_WIDTH * PACKET_WIDTH, wp.float32)
lanes_vec = wp.types.vector(1 + 3 * CANDIDATES, wp.float32)

_PACKET = LANES + r"""
    auto spread = [&](fp v, float& low, float& high) {
        low = least(v);
        high = greatest(v);
    };
    const float t_min = camera.near, t_max = camera.far;
    const int width = camera.width, height = camera.height;
    struct Nearest { fp t; ip instance; ip face; fp u; fp v; };
    Rays world;
    for (int k = 0; k < 16; ++k) { world.d[0][k] = dx[k]; world.d[1][k] = dy[k]; world.d[2][k] = dz[k]; }
    Nearest best { (fp)t_max, (ip)-1, (ip)-1, (fp)0.0f, (fp)0.0f };
    // where the lens sees nothing, or nothing that is a number, there is no ray: another's stands in and finds nothing
    const fp sum = (world.d[0] + world.d[1] + world.d[2]) * 0.0f;
    const ip none = ((world.d[0] == 0.0f) & (world.d[1] == 0.0f) & (world.d[2] == 0.0f)) | (sum != sum);
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
    auto meet_packet = [&](const Block& block, const float* o, const Rays& rays, float reach, int index)
        __attribute__((always_inline)) {
        Planes p;
        planes_of(block, o, p);
        bool found = false;
        for (int k = 0; k < 4; ++k) {
            Crossing met;
            if (!cross_triangle(block, p, k, scene.data[0].instances.data[index], rays, reach, exact ? nullptr : &world, x0, y0,
                                best.t, met))
                continue;
            const int face = block.face[k];
            const ip earlier = (index < best.instance) | ((index == best.instance) & (face < best.face));
            const ip inside = met.inside & ((met.t < best.t) | earlier);
            if (!any(inside)) continue;
            found = true;
            best.t = inside ? met.t : best.t;
            best.instance = inside ? (ip)index : best.instance;
            best.face = inside ? (ip)face : best.face;
            best.u = inside ? met.u / met.det : best.u;
            best.v = inside ? met.v / met.det : best.v;
        }
        if (found) t_last = greatest(best.t);
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
                to_object(instance, world.d, rays);
                centre_of(instance, o);
                const bool solid = (instance.flags & SOLID_FLAG) != 0;
                if (!solid || instance.mesh < 0) {
                    float enter;
                    unsigned lanes = enter_box_together(instance, o, rays, best.t, enter);
                    if (!lanes) continue;
                    if (solid) {
                        for (; lanes; lanes &= lanes - 1) meet_lane(instance, o, rays, __builtin_ctz(lanes), items[k]);
                        t_last = greatest(best.t);
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
                const float reach = 1.0e-6f * longest_of(rays);
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
        const int x = x0 + k / 4, y = y0 + k % 4;
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
