"""The first hits of a pinhole's pixels, drawn instead of traced: sixteen by sixteen pixels walk the trees together on the CPU.

A tile of pixels walks the trees once, with the four planes through its borders and nothing nearer than its farthest hit kept
out, and each triangle of a leaf is tried at the pixels of its box in the image alone, by the same test that a ray takes
(Davidovič, Engelhardt, Georgiev, Slusallek & Dachsbacher, "3D Rasterization: A Bridge between Rasterization and Ray Casting",
2012). Planes and boxes are widened by what rounding may lose, so the hits are, to the last bit, those of packets.
"""

import warp as wp

from scenewright.render.kernels.lanes import LANES
from scenewright.render.kernels.types import CameraData, Hit, SceneData

__all__ = ["TILE_WIDTH", "tile_closest"]

TILE_WIDTH = 16

_TILE = LANES + r"""
    enum { WIDTH = 16, PIXELS = WIDTH * WIDTH };
    const float t_min = camera.near, t_max = camera.far;
    // rows that make of a point its place right of and below the tile's corner [px], both times its depth, and its depth; pad:
    // what rounding may add
    struct Screen { float row[3][3]; float pad[3]; };
    float image[3][3], blur;  // blur: by how much rounding may move a ray [px]
    {
        const auto& r = camera.exact_right;
        const auto& s = camera.exact_up;
        const auto& f = camera.exact_forward;
        double dual[3][3];
        for (int axis = 0; axis < 3; ++axis) {
            const int i = (axis + 1) % 3, j = (axis + 2) % 3;
            dual[0][axis] = s[i] * f[j] - s[j] * f[i];
            dual[1][axis] = f[i] * r[j] - f[j] * r[i];
            dual[2][axis] = r[i] * s[j] - r[j] * s[i];
        }
        const double volume = r[0] * dual[0][0] + r[1] * dual[0][1] + r[2] * dual[0][2];
        const auto& to_image = camera.exact_image;
        double size = 0.0;
        for (int axis = 0; axis < 3; ++axis) {
            const double z = dual[2][axis] / volume;
            image[0][axis] = dual[0][axis] / (volume * to_image[0]) - z * (to_image[1] / to_image[0] + x0);
            image[1][axis] = dual[1][axis] / (volume * to_image[2]) - z * (to_image[3] / to_image[2] + y0);
            image[2][axis] = z;
            for (int k = 0; k < 3; ++k) size += __builtin_fabs(image[k][axis]);
        }
        blur = 1.0e-3f + 1.0e-6f * (float)(size * (1.0 + __builtin_fabs(to_image[1]) + __builtin_fabs(to_image[3])));
        if (!(blur < 0.25f)) return false;  // or not even a number
    }
    auto screen_of = [&](const float* forward, const float* o, const float* half, Screen& screen)
        __attribute__((always_inline)) {
        for (int k = 0; k < 3; ++k) {
            float sum = 0.0f;
            for (int axis = 0; axis < 3; ++axis) {
                float value = 0.0f, terms = 0.0f;
                for (int r = 0; r < 3; ++r) {
                    value += image[k][r] * forward[3 * r + axis];
                    terms += __builtin_fabsf(image[k][r] * forward[3 * r + axis]);
                }
                screen.row[k][axis] = value;
                sum += terms * (__builtin_fabsf(o[axis]) + half[axis]);
            }
            screen.pad[k] = 2.0e-6f * sum;
        }
    };
    // the same for boxes, with what lies left of the right border and above the lower one: how large it may be, by which of a
    // box's bounds; and how small the first three
    struct View { float row[5][3]; int greatest[5][3]; float end[5]; float start[3]; };
    auto view_of = [&](const Screen& screen, const float* o, View& view) __attribute__((always_inline)) {
        for (int k = 0; k < 5; ++k) {
            float pad = k < 3 ? screen.pad[k] : screen.pad[k - 3] + WIDTH * screen.pad[2], shift = 0.0f;
            for (int axis = 0; axis < 3; ++axis) {
                const float n = k < 3 ? screen.row[k][axis] : WIDTH * screen.row[2][axis] - screen.row[k - 3][axis];
                view.row[k][axis] = n;
                view.greatest[k][axis] = (n >= 0.0f ? 24 : 0) + 8 * axis;
                shift += n * o[axis];
            }
            view.end[k] = shift - pad;
            if (k < 3) view.start[k] = shift + pad;
        }
    };
    // ---- the tile's rays and what they met
    // pixel x, y lies at y / 4 * 64 + 4 * x + y % 4: any four columns of four rows lie together
    alignas(64) float world[3][PIXELS], local[3][PIXELS], reach[PIXELS];
    alignas(64) float best_t[PIXELS], best_u[PIXELS], best_v[PIXELS];
    alignas(64) int best_instance[PIXELS], best_face[PIXELS];
    float farthest[16];  // of the hits of each 4 x 4 pixels
    auto box = [](const auto* from) __attribute__((always_inline)) { return *(const fpu*)from; };
    auto set_box = [](auto* to, auto value) __attribute__((always_inline)) { *(fpu*)to = __builtin_bit_cast(fp, value); };
    auto box_of = [](const int* from) __attribute__((always_inline)) { return __builtin_bit_cast(ip, *(const fpu*)from); };
    const fp ramp = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
    const fp column_ramp = __builtin_elementwise_floor(ramp * 0.25f), row_ramp = ramp - 4.0f * column_ramp;
    for (int k = 0; k < 16; ++k) {
        const fp x = column_ramp + (float)(x0 + k % 4 * 4), y = row_ramp + (float)(y0 + k / 4 * 4);
        const fp right_end = (float)(camera.width - 1), lower_end = (float)(camera.height - 1);
        // beyond the image another's direction stands in and finds nothing
        *(fp*)(best_t + 16 * k) = ((x <= right_end) & (y <= lower_end)) ? (fp)t_max : (fp)-1.0f;
        const fp across = (lesser(x, right_end) + 0.5f) * camera.step_x + camera.start_x;
        const fp up = (lesser(y, lower_end) + 0.5f) * camera.step_y + camera.start_y;
        for (int axis = 0; axis < 3; ++axis)
            *(fp*)(world[axis] + 16 * k) = (camera.forward[axis] + camera.right[axis] * across) + camera.up[axis] * up;
    }
    __builtin_memset(best_instance, 255, sizeof(best_instance));
    __builtin_memset(best_face, 255, sizeof(best_face));
    __builtin_memset(best_u, 0, sizeof(best_u));
    __builtin_memset(best_v, 0, sizeof(best_v));
    for (int k = 0; k < 16; ++k) farthest[k] = t_max;
    float t_last = t_max;
    unsigned changed = 0;  // 4 x 4 pixels whose farthest hit is to be found anew
    // a bit for each four pixels from first to last in a line; and for each 4 x 4 pixels of such rows
    auto packets_of = [](auto first, auto last) {
        const auto one = first * 0 + 1;
        return (one << ((last >> 2) + 1)) - (one << (first >> 2));
    };
    auto rows_of = [](auto bits) { return (bits & 1) * 15 | (bits & 2) * 120 | (bits & 4) * 960 | (bits & 8) * 7680; };
    auto refresh = [&]() __attribute__((always_inline)) {
        if (!changed) return;
        for (; changed; changed &= changed - 1) {
            const int k = __builtin_ctz(changed);
            farthest[k] = greatest(box(best_t + 16 * k));
        }
        t_last = greatest(box(farthest));
    };
    auto walk_tile = [&](const Node* nodes, const char* leaves, int leaf_size, const View& view, auto take)
        __attribute__((always_inline)) {
        Entry stack[288];
        int size = 0;
        Entry at { t_min, 0, 0 };
        while (true) {
            if (at.count > 0) {
                if (!take(at.child, at.count)) return;
                refresh();
            } else {
                const Node& node = nodes[at.child];
                const float* bounds = &node.bounds[0][0][0];
                f8 low[3], high[5];
                for (int k = 0; k < 5; ++k) {
                    const f8 x = view.row[k][0], y = view.row[k][1], z = view.row[k][2];
                    const int* at = view.greatest[k];
                    high[k] = mad(*(const f8u*)(bounds + at[2]), z, mad(*(const f8u*)(bounds + at[1]), y,
                                                                        *(const f8u*)(bounds + at[0]) * x)) - view.end[k];
                    if (k < 3)
                        low[k] = mad(*(const f8u*)(bounds + 56 - at[2]), z,
                                     mad(*(const f8u*)(bounds + 40 - at[1]), y,
                                         *(const f8u*)(bounds + 24 - at[0]) * x)) - view.start[k];
                }
                const f8 enter = greater(low[2], (f8)t_min) * 0.999999f;
                i8 ahead = (enter <= t_last) & (high[0] >= 0.0f) & (high[1] >= 0.0f) & (high[2] >= t_min * 0.999999f)
                    & (high[3] >= 0.0f) & (high[4] >= 0.0f), seen = -1;
                const i8 close = low[2] <= 0.0f;
                const f8 near_scale = 1.0f / low[2], far_scale = 1.0f / high[2];
                for (int k = 0; k < 2; ++k) {
                    const f8 begin_at = low[k] * (low[k] >= 0.0f ? far_scale : near_scale);
                    const f8 end_at = high[k] * (high[k] >= 0.0f ? near_scale : far_scale);
                    const f8 first = __builtin_elementwise_ceil(begin_at - (0.5f + blur));
                    const f8 last = __builtin_elementwise_floor(end_at - (0.5f - blur));
                    ahead &= close | ((first <= last) & (first <= WIDTH - 1.0f) & (last >= 0.0f));
                    const i8 begin = __builtin_convertvector((~close & (first > 0.0f)) ? first : (f8)0.0f, i8);
                    const i8 end = __builtin_convertvector((~close & (last < WIDTH - 1.0f)) ? last : (f8)(WIDTH - 1.0f), i8);
                    const i8 bits = packets_of(begin, end);
                    seen &= k ? rows_of(bits) : bits * 0x1111;
                }
                unsigned met = __builtin_bit_cast(unsigned char, __builtin_convertvector(ahead, b8));
                for (unsigned rest = met; rest; rest &= rest - 1) {
                    const int k = __builtin_ctz(rest);
                    if (!(any(box(farthest) >= ((const float*)&enter)[k]) & ((const int*)&seen)[k])) {
                        met &= ~(1u << k);
                        continue;
                    }
                    const int child = node.child[k];
                    const char* next = node.count[k] > 0 ? leaves + (long long)child * leaf_size : (const char*)(nodes + child);
                    for (int line = 0; line < 256; line += 64) __builtin_prefetch(next + line);
                }
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
    // turns the directions of the rays of 4 x 4 pixels into object space, and tells of which part of them signs are not sure
    auto turn = [&](const auto& instance, int packet) __attribute__((always_inline)) {
        const int at = 16 * packet;
        const fp d[3] = { box(world[0] + at), box(world[1] + at), box(world[2] + at) };
        Rays rays;
        to_object(instance, d, rays);
        for (int r = 0; r < 3; ++r) set_box(local[r] + at, rays.d[r]);
        set_box(reach + at, (fp)(1.0e-6f * longest_of(rays)));
    };
    // tries triangle k of a block at the pixels of a rectangle
    auto draw_triangle = [&](const Block& block, const Planes& p, int k, const auto& instance, int index, const int* first,
                             const int* last, float depth, unsigned& turned) __attribute__((always_inline)) {
        const int face = block.face[k];
        for (int row = first[1] >> 2; row <= last[1] >> 2; ++row) {
            for (int x = first[0]; x <= last[0]; x += 4) {
                const int left = x < WIDTH - 4 ? x : WIDTH - 4, at = 64 * row + 4 * left;
                const fp t = box(best_t + at);
                if (!any(t >= depth)) continue;
                const unsigned packets = packets_of(left, left + 3) << 4 * row;
                for (unsigned rest = packets & ~turned; rest; rest &= rest - 1) turn(instance, __builtin_ctz(rest));
                turned |= packets;
                const Rays rays { { box(local[0] + at), box(local[1] + at), box(local[2] + at) } };
                Crossing met;
                if (!cross_triangle(block, p, k, instance, rays, box(reach + at), nullptr, x0 + left, y0 + 4 * row, t, met))
                    continue;
                const ip owner = box_of(best_instance + at);
                const ip owner_face = box_of(best_face + at);
                const ip earlier = (index < owner) | ((index == owner) & (face < owner_face));
                const ip inside = met.inside & ((met.t < t) | earlier);
                if (!any(inside)) continue;
                set_box(best_t + at, inside ? met.t : t);
                set_box(best_instance + at, inside ? (ip)index : owner);
                set_box(best_face + at, inside ? (ip)face : owner_face);
                set_box(best_u + at, inside ? met.u / met.det : box(best_u + at));
                set_box(best_v + at, inside ? met.v / met.det : box(best_v + at));
                changed |= packets;
            }
        }
    };
    auto draw_block = [&](const Block& block, const float* o, const Screen& screen, const auto& instance, int index,
                          unsigned& turned) __attribute__((always_inline)) {
        f4 place[3][3];  // by corner: column and row times depth, depth
        for (int c = 0; c < 3; ++c) {
            f4 corner[3];
            for (int axis = 0; axis < 3; ++axis) corner[axis] = *(const f4u*)block.corner[c][axis] - o[axis];
            for (int k = 0; k < 3; ++k)
                place[c][k] = mad(corner[2], (f4)screen.row[k][2],
                                  mad(corner[1], (f4)screen.row[k][1], corner[0] * screen.row[k][0]));
        }
        const f4 nearest = lesser(lesser(place[0][2], place[1][2]), place[2][2]);
        const f4 last = greater(greater(place[0][2], place[1][2]), place[2][2]);
        const f4 depth = (nearest - screen.pad[2]) * 0.999999f;
        i4 tried = (depth <= t_last) & (last + screen.pad[2] >= t_min * 0.999999f);
        const i4 ahead = nearest > 2.0f * screen.pad[2];
        const f4 scale = 1.0f / (nearest - screen.pad[2]);
        i4 begin[2], end[2];
        for (int k = 0; k < 2; ++k) {
            const f4 a = place[0][k] / place[0][2], b = place[1][k] / place[1][2], c = place[2][k] / place[2][2];
            f4 low = lesser(lesser(a, b), c), high = greater(greater(a, b), c);
            const f4 pad = (screen.pad[k] + greater(magnitude(low), magnitude(high)) * screen.pad[2]) * scale + blur;
            low = __builtin_elementwise_ceil(low - pad - 0.5f);
            high = __builtin_elementwise_floor(high + pad - 0.5f);
            tried &= ~ahead | ((low <= high) & (low <= WIDTH - 1.0f) & (high >= 0.0f));
            low = (ahead & (low > 0.0f)) ? low : (f4)0.0f;
            high = (ahead & (high < WIDTH - 1.0f)) ? high : (f4)(WIDTH - 1.0f);
            begin[k] = __builtin_convertvector(low, i4);
            end[k] = __builtin_convertvector(high, i4);
        }
        unsigned lanes = __builtin_bit_cast(unsigned char, __builtin_convertvector(tried, b4)) & 15;
        if (!lanes) return;
        Planes p;
        planes_of(block, o, p);
        for (; lanes; lanes &= lanes - 1) {
            const int k = __builtin_ctz(lanes);
            const int first[2] = { begin[0][k], begin[1][k] }, last[2] = { end[0][k], end[1][k] };
            draw_triangle(block, p, k, instance, index, first, last, depth[k], turned);
        }
    };
    // which 4 x 4 pixels the box around an instance may be seen in before their hits, a bit each
    auto packets_before = [&](const auto& instance, const float* o, const Screen& screen) __attribute__((always_inline)) {
        const f8 sides[3] = { { -1, 1, -1, 1, -1, 1, -1, 1 }, { -1, -1, 1, 1, -1, -1, 1, 1 }, { -1, -1, -1, -1, 1, 1, 1, 1 } };
        f8 place[3];
        for (int k = 0; k < 3; ++k) {
            place[k] = 0.0f;
            for (int axis = 0; axis < 3; ++axis)
                place[k] += (sides[axis] * instance.half[axis] - o[axis]) * screen.row[k][axis];
        }
        const float depth = fold_half(place[2], lesser) - screen.pad[2];
        if (!(depth > screen.pad[2])) return 0xFFFFu;
        int bits[2];
        for (int k = 0; k < 2; ++k) {
            const f8 at = place[k] / place[2];
            float low = fold_half(at, lesser), high = fold_half(at, greater);
            const float farthest_off = __builtin_fmaxf(__builtin_fabsf(low), __builtin_fabsf(high));
            const float pad = (screen.pad[k] + farthest_off * screen.pad[2]) / depth + blur;
            low = __builtin_ceilf(low - pad - 0.5f);
            high = __builtin_floorf(high + pad - 0.5f);
            if (low > high || low > WIDTH - 1.0f || high < 0.0f) return 0u;
            bits[k] = packets_of(low > 0.0f ? (int)low : 0, high < WIDTH - 1.0f ? (int)high : WIDTH - 1);
        }
        return (unsigned)(rows_of(bits[1]) & bits[0] * 0x1111) & any(box(farthest) >= depth * 0.999999f);
    };
    // takes the hits of a shape by the rays of 4 x 4 pixels
    auto meet_shape_together = [&](const auto& instance, const float* o, int index, int packet) __attribute__((always_inline)) {
        const int at = 16 * packet;
        const fp d[3] = { box(world[0] + at), box(world[1] + at), box(world[2] + at) };
        Rays rays;
        to_object(instance, d, rays);
        float enter;
        for (unsigned lanes = enter_box_together(instance, o, rays, box(best_t + at), enter); lanes; lanes &= lanes - 1) {
            const int lane = __builtin_ctz(lanes), i = at + lane;
            const float along[3] = { rays.d[0][lane], rays.d[1][lane], rays.d[2][lane] };
            Best own { best_t[i], best_instance[i], best_face[i], 0.0f, 0.0f };
            if (!meet_alone(instance, o, along, t_min, t_max, index, own)) continue;
            best_t[i] = own.t;
            best_instance[i] = own.instance;
            best_face[i] = own.face;
            best_u[i] = best_v[i] = 0.0f;
            changed |= 1u << packet;
        }
    };
    bool all_solid = true;
    const auto& all = scene.data[0];
    if (all.top_nodes.shape[0] != 0) {
        const Node* top = (const Node*)all.top_nodes.data;
        const float still[9] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 }, centre[3] = { 0, 0, 0 };
        float half[3];
        for (int axis = 0; axis < 3; ++axis) {
            half[axis] = 0.0f;
            for (int k = 0; k < 8; ++k) {
                const float low = top->bounds[0][axis][k], high = top->bounds[1][axis][k];
                if (low <= high) half[axis] = largest(half[axis], low, high);
            }
        }
        Screen whole;
        View all_around;
        screen_of(still, centre, half, whole);
        view_of(whole, centre, all_around);
        const int* items = (const int*)all.top_items.data;
        walk_tile(top, (const char*)items, sizeof(int), all_around, [&](int first, int count) {
            for (int i = first; i < first + count; ++i) {
                const int index = items[i];
                const auto& instance = all.instances.data[index];
                float o[3];
                centre_of(instance, o);
                const float half[3] = { instance.half[0], instance.half[1], instance.half[2] };
                Screen screen;
                screen_of(&instance.forward.data[0][0], o, half, screen);
                const unsigned packets = packets_before(instance, o, screen);
                if (!packets) continue;
                if (!(instance.flags & SOLID_FLAG)) {
                    all_solid = false;
                    return false;
                }
                if (instance.mesh < 0) {
                    for (unsigned rest = packets; rest; rest &= rest - 1)
                        meet_shape_together(instance, o, index, __builtin_ctz(rest));
                    continue;
                }
                const auto& mesh = all.meshes.data[instance.mesh];
                if (mesh.wide_nodes.shape[0] == 0) continue;
                const Block* blocks = (const Block*)mesh.wide_blocks.data;
                View view;
                view_of(screen, o, view);
                unsigned turned = 0;
                walk_tile((const Node*)mesh.wide_nodes.data, (const char*)blocks, sizeof(Block), view,
                          [&](int start, int number) __attribute__((always_inline)) {
                    for (int b = start; b < start + number; ++b) draw_block(blocks[b], o, screen, instance, index, turned);
                    return true;
                });
            }
            return true;
        });
    }
    if (!all_solid) return false;
    for (int y = 0; y < WIDTH && y0 + y < camera.height; ++y)
        for (int x = 0; x < WIDTH && x0 + x < camera.width; ++x) {
            auto& hit = hits_out.data[(y0 + y) * camera.width + x0 + x];
            const int i = y / 4 * 64 + 4 * x + y % 4;
            hit.t = best_t[i];
            hit.instance = best_instance[i];
            hit.face = best_face[i];
            hit.u = best_u[i];
            hit.v = best_v[i];
        }
    return true;
}
#else
    return false;
#endif
"""


@wp.func_native(_TILE)
def tile_closest(scene: SceneData, camera: CameraData, x0: int, y0: int, hits_out: wp.array(dtype=Hit)) -> bool:
    """Store what the rays through a tile of 16 x 16 pixels of a pinhole meet, and return whether that is all they may meet.

    False: nothing is stored, as an instance that is not solid may be seen, or the view is too narrow for the image to be known
    to a part of a pixel; packets meet all.

    Args:
        scene: The scene.
        camera: The camera, a pinhole.
        x0: First column.
        y0: First row.
        hits_out: Where the hits go.
    """
    ...
