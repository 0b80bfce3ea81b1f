"""Trees of eight children a node for the CPU, read eight boxes or four triangles at a time with vector instructions.

Warp's own trees have two children a node and are walked one box at a time, which leaves a CPU's vector units idle. Here a
tree that Warp has built is folded into one of eight children (Wald, Benthin & Boulos, "Getting Rid of Packets", 2008;
Dammertz, Hanika & Keller, "Shallow Bounding Volume Hierarchies", 2008) beside its triangles, four to a block. Warp's
language has no vectors that are compared lane by lane, so these functions are written in C++ with clang's vector types.
On CUDA they are empty and never called.

A ray meets a triangle where it lies on one side of the three planes through the ray's origin and an edge (Plücker's test,
Davidovič et al., "3D Rasterization", 2012). The sum of an edge's ends, which both its triangles share, stands for the
edge, and its difference changes sign alone: neighbours leave no gap. Boxes are widened by what rounding may lose.
Nearest is the minimum of (t, instance, face), so it does not depend on the order of visits.
"""

import warp as wp

from scenewright.render.kernels.shape_hits import SHAPES
from scenewright.render.kernels.types import SOLID, Hit, SceneData

__all__ = ["BLOCK_FLOATS", "BLOCK_LANES", "CANDIDATES", "NODE_FLOATS", "WALK", "fold_tree", "hit_of", "mesh_closest",
           "mesh_occluded", "scene_blockers", "scene_nearest"]

wp.set_module_options({"enable_backward": False})

NODE_FLOATS = 64
"""Size of a node: lower and upper bounds by axis and child, child index, number of blocks or 0 for an inner child."""
BLOCK_LANES = 4
BLOCK_FLOATS = 40
"""Size of a block of four triangles: coordinates by corner, axis and lane, then face numbers."""
CANDIDATES = 12
"""Most instances that are not solid which are listed for a ray."""

_TYPES = rf"""
#if !defined(__CUDA_ARCH__)
{{
#pragma clang fp contract(off)
    struct Node {{ float bounds[2][3][8]; int child[8]; int count[8]; }};
    struct Block {{ float corner[3][3][4]; int face[4]; }};
    enum {{ LISTED = {CANDIDATES}, SOLID_FLAG = {SOLID} }};
"""

_FOLD = _TYPES + r"""
    const wp::BVH tree = is_mesh ? wp::mesh_get(id).bvh : wp::bvh_get(id);
    const wp::Mesh* mesh = is_mesh ? (const wp::Mesh*)id : nullptr;
    const int lanes = is_mesh ? 4 : 1;
    Node* nodes = (Node*)nodes_out.data;
    Block* blocks = (Block*)blocks_out.data;
    const bool dry = nodes_out.shape[0] == 0;
    struct Task { int source; int target; };
    Task tasks[1024];
    int waiting = 0, node_count = 1, block_count = 0;
    tasks[waiting++] = Task { *tree.root, 0 };
    while (waiting > 0) {
        const Task task = tasks[--waiting];
        int members[8] = { task.source };
        int size = 1;
        while (size < 8) {
            int widest = -1;
            float widest_area = -1.0f;
            for (int k = 0; k < size; ++k) {
                const wp::BVHPackedNodeHalf& low = tree.node_lowers[members[k]];
                const wp::BVHPackedNodeHalf& high = tree.node_uppers[members[k]];
                if (low.b) continue;
                const float x = high.x - low.x, y = high.y - low.y, z = high.z - low.z;
                const float area = x * y + y * z + z * x;
                if (area > widest_area || widest < 0) { widest = k; widest_area = area; }
            }
            if (widest < 0) break;
            const int parent = members[widest];
            members[widest] = tree.node_lowers[parent].i;
            members[size++] = tree.node_uppers[parent].i;
        }
        Node node;
        for (int k = 0; k < 8; ++k) {
            node.child[k] = 0;
            node.count[k] = 0;
            for (int axis = 0; axis < 3; ++axis) {
                node.bounds[0][axis][k] = INFINITY;
                node.bounds[1][axis][k] = -INFINITY;
            }
        }
        for (int k = 0; k < size; ++k) {
            const wp::BVHPackedNodeHalf low = tree.node_lowers[members[k]], high = tree.node_uppers[members[k]];
            node.bounds[0][0][k] = low.x; node.bounds[0][1][k] = low.y; node.bounds[0][2][k] = low.z;
            node.bounds[1][0][k] = high.x; node.bounds[1][1][k] = high.y; node.bounds[1][2][k] = high.z;
            if (!low.b) {
                node.child[k] = node_count++;
                tasks[waiting++] = Task { members[k], node.child[k] };
                continue;
            }
            const int begin = low.i, end = high.i;
            node.child[k] = block_count;
            node.count[k] = (end - begin + lanes - 1) / lanes;
            for (int first = begin; !dry && first < end; first += lanes) {
                if (!mesh) { ((int*)blocks)[block_count + first - begin] = tree.primitive_indices[first]; continue; }
                Block& block = blocks[block_count + (first - begin) / lanes];
                for (int lane = 0; lane < lanes; ++lane) {
                    const bool used = first + lane < end;
                    const int face = used ? tree.primitive_indices[first + lane] : 0;
                    block.face[lane] = face;
                    for (int c = 0; c < 3; ++c)
                        for (int axis = 0; axis < 3; ++axis)
                            block.corner[c][axis][lane]
                                = used ? mesh->points.data[mesh->indices.data[3 * face + c]][axis] : NAN;
                }
            }
            block_count += node.count[k];
        }
        if (!dry) nodes[task.target] = node;
    }
    sizes_out.data[0] = node_count;
    sizes_out.data[1] = block_count;
}
#endif
"""

WALK = _TYPES + SHAPES + r"""
    typedef float f4 __attribute__((ext_vector_type(4)));
    typedef float f4u __attribute__((ext_vector_type(4), aligned(4)));
    typedef int i4 __attribute__((ext_vector_type(4)));
    typedef float f8 __attribute__((ext_vector_type(8)));
    typedef float f8u __attribute__((ext_vector_type(8), aligned(4)));
    typedef int i8 __attribute__((ext_vector_type(8)));
    typedef bool b4 __attribute__((ext_vector_type(4)));
    typedef bool b8 __attribute__((ext_vector_type(8)));
    struct Entry { float t; int child; int count; };
    struct Best { float t; int instance; int face; float u; float v; };
    auto lesser = [](auto a, auto b) { return a < b ? a : b; };
    auto greater = [](auto a, auto b) { return a > b ? a : b; };
    // multiply-add, fused or not by machine alone, so that every path rounds alike
    auto mad = [](auto a, auto b, auto c) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
        return __builtin_elementwise_fma(a, b, c);
#else
        return a * b + c;
#endif
    };
    auto largest = [](float x, float y, float z) {
        return __builtin_fmaxf(__builtin_fabsf(x), __builtin_fmaxf(__builtin_fabsf(y), __builtin_fabsf(z)));
    };
    auto nonzero = [](float x) { return __builtin_fabsf(x) < 1.0e-30f ? __builtin_copysignf(1.0e-30f, x) : x; };
    auto magnitude = [](auto v) { return __builtin_elementwise_abs(v); };
    // the planes through the origin and the edges of four triangles; corner c lies opposite to edge c; size: how large the
    // terms of a normal may be
    struct Planes { f4 corner[3][3]; f4 normal[3][3]; f4 size[3]; };
    auto planes_of = [&](const Block& block, const float* o, Planes& p) __attribute__((always_inline)) {
        for (int c = 0; c < 3; ++c)
            for (int axis = 0; axis < 3; ++axis)
                p.corner[c][axis] = *(const f4u*)block.corner[c][axis] - o[axis];
        for (int c = 0; c < 3; ++c) {
            const int from = (c + 1) % 3, to = (c + 2) % 3;
            f4 sum[3], edge[3];
            for (int axis = 0; axis < 3; ++axis) {
                sum[axis] = p.corner[to][axis] + p.corner[from][axis];
                edge[axis] = *(const f4u*)block.corner[to][axis] - *(const f4u*)block.corner[from][axis];
            }
            p.size[c] = (magnitude(sum[0]) + magnitude(sum[1]) + magnitude(sum[2]))
                * (magnitude(edge[0]) + magnitude(edge[1]) + magnitude(edge[2]));
            for (int axis = 0; axis < 3; ++axis) {
                const int y = (axis + 1) % 3, z = (axis + 2) % 3;
                p.normal[c][axis] = sum[y] * edge[z] - sum[z] * edge[y];
            }
        }
    };
    // makes the nearest of the children that were met the one to go on with and puts the others on the stack, nearest last
    auto enter_children = [](const Node& node, f8 enter, unsigned met, Entry* stack, int& size, Entry& at)
        __attribute__((always_inline)) {
        int k = __builtin_ctz(met);
        met &= met - 1;
        at = Entry { enter[k], node.child[k], node.count[k] };
        const int base = size;
        while (met) {
            k = __builtin_ctz(met);
            met &= met - 1;
            Entry other { enter[k], node.child[k], node.count[k] };
            if (other.t < at.t) { const Entry swap = at; at = other; other = swap; }
            int place = size++;
            while (place > base && stack[place - 1].t < other.t) { stack[place] = stack[place - 1]; --place; }
            stack[place] = other;
        }
    };
    // visits the leaves that a ray meets until take returns false; take may shorten t_max. Near ones come first unless any
    // order will do
    struct NearFirst { enum { sorts = 1 }; };
    struct AnyOrder { enum { sorts = 0 }; };
    auto walk = [&](const Node* nodes, const float* o, const float* d, float pad, float t_min, float& t_max, auto order,
                    auto take) __attribute__((always_inline)) {
        float low_o[3], high_o[3], inverse[3];
        int near_side[3];
        for (int axis = 0; axis < 3; ++axis) {
            inverse[axis] = 1.0f / nonzero(d[axis]);
            near_side[axis] = inverse[axis] < 0.0f;
            low_o[axis] = o[axis] + pad;
            high_o[axis] = o[axis] - pad;
        }
        // a ray that is no numbers would meet all boxes, empty ones as well, without end
        const float sum = largest(low_o[0], low_o[1], low_o[2]) + largest(high_o[0], high_o[1], high_o[2])
            + largest(inverse[0], inverse[1], inverse[2]) + low_o[0] + low_o[1] + low_o[2] + d[0] + d[1] + d[2];
        if (!(__builtin_fabsf(sum) < INFINITY)) return true;
        const float near_x = near_side[0] ? high_o[0] : low_o[0], far_x = near_side[0] ? low_o[0] : high_o[0];
        const float near_y = near_side[1] ? high_o[1] : low_o[1], far_y = near_side[1] ? low_o[1] : high_o[1];
        const float near_z = near_side[2] ? high_o[2] : low_o[2], far_z = near_side[2] ? low_o[2] : high_o[2];
        Entry stack[288];
        int size = 0;
        Entry at { t_min, 0, 0 };
        while (true) {
            if (at.count > 0) {
                if (!take(at.child, at.count, at.t)) return false;
            } else {
                const Node& node = nodes[at.child];
                const f8 enter_x = (*(const f8u*)node.bounds[near_side[0]][0] - near_x) * inverse[0];
                const f8 enter_y = (*(const f8u*)node.bounds[near_side[1]][1] - near_y) * inverse[1];
                const f8 enter_z = (*(const f8u*)node.bounds[near_side[2]][2] - near_z) * inverse[2];
                const f8 leave_x = (*(const f8u*)node.bounds[1 - near_side[0]][0] - far_x) * inverse[0];
                const f8 leave_y = (*(const f8u*)node.bounds[1 - near_side[1]][1] - far_y) * inverse[1];
                const f8 leave_z = (*(const f8u*)node.bounds[1 - near_side[2]][2] - far_z) * inverse[2];
                f8 enter = greater(greater(enter_x, enter_y), greater(enter_z, (f8)t_min)) * 0.999999f;
                f8 leave = lesser(lesser(leave_x, leave_y), lesser(leave_z, (f8)t_max)) * 1.000001f;
                unsigned met = __builtin_bit_cast(unsigned char, __builtin_convertvector(enter <= leave, b8));
                if (met) {
                    if constexpr (decltype(order)::sorts) {
                        enter_children(node, enter, met, stack, size, at);
                    } else {
                        for (; met & (met - 1); met &= met - 1) {
                            const int k = __builtin_ctz(met);
                            stack[size++] = Entry { t_min, node.child[k], node.count[k] };
                        }
                        const int k = __builtin_ctz(met);
                        at = Entry { t_min, node.child[k], node.count[k] };
                    }
                    continue;
                }
            }
            do {
                if (size == 0) return true;
                at = stack[--size];
            } while (at.t > t_max);
        }
    };
    // takes a block's nearest hit into best; with any returns at the first
    auto meet_block = [&](const Block& block, const float* o, const float* d, float t_min, int instance, Best& best, bool any)
        __attribute__((always_inline)) {
        Planes p;
        planes_of(block, o, p);
        const f4 dx = d[0], dy = d[1], dz = d[2];
        const f4 u = mad(p.normal[0][2], dz, mad(p.normal[0][1], dy, p.normal[0][0] * dx));
        const f4 v = mad(p.normal[1][2], dz, mad(p.normal[1][1], dy, p.normal[1][0] * dx));
        const f4 w = mad(p.normal[2][2], dz, mad(p.normal[2][1], dy, p.normal[2][0] * dx));
        const f4 det = u + v + w;
        i4 inside = (((u >= 0.0f) & (v >= 0.0f) & (w >= 0.0f)) | ((u <= 0.0f) & (v <= 0.0f) & (w <= 0.0f))) & (det != 0.0f);
        if (!__builtin_bit_cast(unsigned char, __builtin_convertvector(inside, b4))) return false;
        const f4 a = mad(p.corner[0][2], dz, mad(p.corner[0][1], dy, p.corner[0][0] * dx));
        const f4 b = mad(p.corner[1][2], dz, mad(p.corner[1][1], dy, p.corner[1][0] * dx));
        const f4 c = mad(p.corner[2][2], dz, mad(p.corner[2][1], dy, p.corner[2][0] * dx));
        const f4 squared = mad(dz, dz, mad(dy, dy, dx * dx));
        const f4 t = mad(u, a, mad(v, b, w * c)) / (det * squared);
        inside &= (t >= t_min) & (t <= best.t);
        unsigned met = __builtin_bit_cast(unsigned char, __builtin_convertvector(inside, b4));
        bool found = false;
        while (met) {
            const int k = __builtin_ctz(met);
            met &= met - 1;
            const int face = block.face[k];
            const bool earlier = instance < best.instance || (instance == best.instance && face < best.face);
            if (t[k] < best.t || (t[k] == best.t && earlier)) {
                best = Best { t[k], instance, face, u[k] / det[k], v[k] / det[k] };
                found = true;
                if (any) return true;
            }
        }
        return found;
    };
    auto meet_mesh = [&](const auto& mesh, const float* o, const float* d, float t_min, int instance, Best& best, auto order)
        __attribute__((always_inline)) {
        constexpr bool any = !decltype(order)::sorts;
        if (mesh.wide_nodes.shape[0] == 0) return false;
        const Block* blocks = (const Block*)mesh.wide_blocks.data;
        const float pad = 5.0e-7f * (largest(o[0], o[1], o[2]) + mesh.extent);
        bool found = false;
        walk((const Node*)mesh.wide_nodes.data, o, d, pad, t_min, best.t, order, [&](int first, int count, float)
            __attribute__((always_inline)) {
            for (int k = first; k < first + count; ++k)
                if (meet_block(blocks[k], o, d, t_min, instance, best, any)) {
                    found = true;
                    if (any) return false;
                }
            return true;
        });
        return found;
    };
    // takes the hit of a shape into best; the margin lets equal distances be decided by the index
    auto meet_alone = [&](const auto& instance, const float* o, const float* d, float t_min, float t_max, int index, Best& best)
        __attribute__((always_inline)) {
        const float margin = best.t * 1.000001f;
        const Met met = meet_shape(instance.kind, instance.size.c, o, d, t_min, margin < t_max ? margin : t_max);
        const bool earlier = best.instance < 0 || index < best.instance;
        if (met.t < 0.0f || !(met.t < best.t || (met.t == best.t && earlier))) return false;
        best = Best { met.t, index, met.face, 0.0f, 0.0f };
        return true;
    };
    // meets the solid instances but skip and lists the others (index, first distance) that the ray may meet
    auto meet_instances = [&](const auto& all, const float* o, const float* d, float t_min, int skip, Best& best, auto order,
                              auto* list) __attribute__((always_inline)) {
        const float t_max = best.t;
        int number = 0;
        bool blocked = false;
        if (all.top_nodes.shape[0] == 0) return 0;
        const int* items = (const int*)all.top_items.data;
        walk((const Node*)all.top_nodes.data, o, d, 0.0f, t_min, best.t, order, [&](int first, int count, float t)
            __attribute__((always_inline)) {
            for (int k = first; k < first + count; ++k) {
                const int index = items[k];
                if (index == skip) continue;
                const auto& instance = all.instances.data[index];
                if (!(instance.flags & SOLID_FLAG)) {
                    if (number < LISTED) {
                        list[2 * number] = index;
                        list[2 * number + 1] = t;
                    }
                    ++number;
                    continue;
                }
                float local_o[3], local_d[3];
                for (int r = 0; r < 3; ++r) {
                    const float* row = instance.inverse.data[r];
                    local_d[r] = mad(row[2], d[2], mad(row[1], d[1], row[0] * d[0]));
                    local_o[r] = mad(row[2], o[2], mad(row[1], o[1], row[0] * o[0])) + instance.inverse_origin[r];
                }
                const bool met = instance.mesh < 0 ? meet_alone(instance, local_o, local_d, t_min, t_max, index, best)
                    : meet_mesh(all.meshes.data[instance.mesh], local_o, local_d, t_min, index, best, order);
                if (met && !decltype(order)::sorts) {
                    blocked = true;
                    return false;
                }
            }
            return true;
        });
        return blocked ? -1 : number;
    };
"""

_MESH = WALK + r"""
    const float from[3] = { o[0], o[1], o[2] }, along[3] = { d[0], d[1], d[2] };
    Best best { t_max, -1, -1, 0.0f, 0.0f };
"""

_SCENE = WALK + r"""
    const float from[3] = { o[0], o[1], o[2] }, along[3] = { d[0], d[1], d[2] };
    Best best { t_max, -1, -1, 0.0f, 0.0f };
"""

_RETURN_HIT = r"""
    wp::vec_t<5, double> found;
    found[0] = best.t; found[1] = best.instance; found[2] = best.face; found[3] = best.u; found[4] = best.v;
    return found;
}
#else
    return wp::vec_t<5, double>(0.0);
#endif
"""

found_vec = wp.types.vector(5, wp.float64)
nearest_vec = wp.types.vector(6 + 2 * CANDIDATES, wp.float64)
candidates_vec = wp.types.vector(1 + CANDIDATES, wp.float32)


@wp.func_native(_FOLD)
def fold_into(id: wp.uint64, is_mesh: int, nodes_out: wp.array(dtype=wp.float32), blocks_out: wp.array(dtype=wp.float32),
              sizes_out: wp.array(dtype=wp.int32)):
    """Fold a tree; with empty ``nodes_out`` only count its nodes and blocks."""
    ...


@wp.func_native(_MESH + r"""
    meet_mesh(scene.data[0].meshes.data[mesh], from, along, t_min, 0, best, NearFirst());
""" + _RETURN_HIT)
def mesh_nearest(scene: SceneData, mesh: int, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> found_vec:
    """Return t, 0 or -1 for nothing, face, u and v of the nearest hit of a mesh."""
    ...


@wp.func_native(_MESH + r"""
    return meet_mesh(scene.data[0].meshes.data[mesh], from, along, t_min, 0, best, AnyOrder());
}
#else
    return false;
#endif
""")
def mesh_occluded(scene: SceneData, mesh: int, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> bool:
    """Return whether a mesh has a hit in [t_min, t_max)."""
    ...


@wp.func_native(_SCENE + r"""
    wp::vec_t<6 + 2 * LISTED, double> found;
    found[5] = meet_instances(scene.data[0], from, along, t_min, skip, best, NearFirst(), &found[6]);
    found[0] = best.t; found[1] = best.instance; found[2] = best.face; found[3] = best.u; found[4] = best.v;
    return found;
}
#else
    return {};
#endif
""")
def scene_nearest(scene: SceneData, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float, skip: int) -> nearest_vec:
    """Return t, instance (-1: none), face, u and v of the nearest hit in [t_min, t_max) of the solid instances but ``skip``.

    Behind it: how many other instances may be met before, then index and first distance of each. More than ``CANDIDATES`` are
    not listed; the number tells.
    """
    ...


@wp.func_native(_SCENE + r"""
    float list[2 * LISTED];
    wp::vec_t<1 + LISTED, float> found;
    const int number = meet_instances(scene.data[0], from, along, t_min, skip, best, AnyOrder(), list);
    found[0] = number;
    for (int k = 0; k < number && k < LISTED; ++k) found[1 + k] = list[2 * k];
    return found;
}
#else
    return {};
#endif
""")
def scene_blockers(scene: SceneData, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float, skip: int) -> candidates_vec:
    """Return -1 where a solid instance but ``skip`` has a hit in [t_min, t_max), else which other instances may have one.

    First their number, then the index of each; more than ``CANDIDATES`` are not listed.
    """
    ...


@wp.func
def hit_of(t: wp.float64, instance: wp.float64, face: wp.float64, u: wp.float64, v: wp.float64) -> Hit:
    """Return the numbers of a native function as a hit."""
    hit = Hit()
    hit.t = float(t)
    hit.instance = int(instance)
    hit.face = int(face)
    hit.u = float(u)
    hit.v = float(v)
    return hit


@wp.func
def mesh_closest(scene: SceneData, mesh: int, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> Hit:
    """Return the nearest hit of a mesh in [t_min, t_max), its instance 0; ``o`` and ``d`` are in object space."""
    found = mesh_nearest(scene, mesh, o, d, t_min, t_max)
    return hit_of(found[0], found[1], found[2], found[3], found[4])


@wp.kernel
def fold_tree(
    # In:
    id: wp.uint64,
    is_mesh: int,
    # Out:
    nodes_out: wp.array(dtype=wp.float32),
    blocks_out: wp.array(dtype=wp.float32),
    sizes_out: wp.array(dtype=wp.int32),
):
    """Fold the binary tree of a wp.Mesh or wp.Bvh; sizes are the numbers of nodes and of blocks (items of a wp.Bvh)."""
    fold_into(id, is_mesh, nodes_out, blocks_out, sizes_out)
