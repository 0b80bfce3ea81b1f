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

from scenewright.render.kernels.types import Hit, SceneData

__all__ = ["BLOCK_FLOATS", "BLOCK_LANES", "CANDIDATES", "NODE_FLOATS", "WALK", "candidates_vec", "fold_tree", "mesh_closest",
           "mesh_occluded", "rest_candidates", "solid_closest", "solid_occluded"]

wp.set_module_options({"enable_backward": False})

NODE_FLOATS = 64
"""Size of a node: lower and upper bounds by axis and child, child index, number of blocks or 0 for an inner child."""
BLOCK_LANES = 4
BLOCK_FLOATS = 40
"""Size of a block of four triangles: coordinates by corner, axis and lane, then face numbers."""

_TYPES = r"""
#if !defined(__CUDA_ARCH__)
{
#pragma clang fp contract(off)
    struct Node { float bounds[2][3][8]; int child[8]; int count[8]; };
    struct Block { float corner[3][3][4]; int face[4]; };
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

WALK = _TYPES + r"""
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
    // visits the leaves that a ray meets, near ones first, until take returns false; take may shorten t_max
    auto walk = [&](const Node* nodes, const float* o, const float* d, float pad, float t_min, float& t_max, auto take)
        __attribute__((always_inline)) {
        float low_o[3], high_o[3], inverse[3];
        int near_side[3];
        for (int axis = 0; axis < 3; ++axis) {
            inverse[axis] = 1.0f / nonzero(d[axis]);
            near_side[axis] = inverse[axis] < 0.0f;
            low_o[axis] = o[axis] + pad;
            high_o[axis] = o[axis] - pad;
        }
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
                    enter_children(node, enter, met, stack, size, at);
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
    auto meet_mesh = [&](const auto& mesh, const float* o, const float* d, float t_min, int instance, Best& best, bool any)
        __attribute__((always_inline)) {
        if (mesh.wide_nodes.shape[0] == 0) return false;
        const Block* blocks = (const Block*)mesh.wide_blocks.data;
        const float pad = 5.0e-7f * (largest(o[0], o[1], o[2]) + mesh.extent);
        bool found = false;
        walk((const Node*)mesh.wide_nodes.data, o, d, pad, t_min, best.t, [&](int first, int count, float)
            __attribute__((always_inline)) {
            for (int k = first; k < first + count; ++k)
                if (meet_block(blocks[k], o, d, t_min, instance, best, any)) found = true;
            return !(any && found);
        });
        return found;
    };
"""

_MESH = WALK + r"""
    const float from[3] = { o[0], o[1], o[2] }, along[3] = { d[0], d[1], d[2] };
    Best best { t_max, -1, -1, 0.0f, 0.0f };
"""

_SOLID = WALK + r"""
    const float from[3] = { o[0], o[1], o[2] }, along[3] = { d[0], d[1], d[2] };
    Best best { t_max, -1, -1, 0.0f, 0.0f };
    bool blocked = false;
    if (scene.solid_nodes.shape[0] != 0) {
        const int* items = (const int*)scene.solid_items.data;
        walk((const Node*)scene.solid_nodes.data, from, along, 0.0f, t_min, best.t, [&](int first, int count, float) {
            for (int k = first; k < first + count; ++k) {
                const auto& instance = scene.instances.data[items[k]];
                float local_o[3], local_d[3];
                for (int r = 0; r < 3; ++r) {
                    const float* row = instance.inverse.data[r];
                    local_d[r] = mad(row[2], along[2], mad(row[1], along[1], row[0] * along[0]));
                    local_o[r] = mad(row[2], from[2], mad(row[1], from[1], row[0] * from[0])) + instance.inverse_origin[r];
                }
                if (meet_mesh(scene.meshes.data[instance.mesh], local_o, local_d, t_min, items[k], best, ANY)) {
                    blocked = true;
                    if (ANY) return false;
                }
            }
            return true;
        });
    }
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

CANDIDATES = 12
found_vec = wp.types.vector(5, wp.float64)
candidates_vec = wp.types.vector(1 + 2 * CANDIDATES, wp.float32)


@wp.func_native(_FOLD)
def fold_into(id: wp.uint64, is_mesh: int, nodes_out: wp.array(dtype=wp.float32), blocks_out: wp.array(dtype=wp.float32),
              sizes_out: wp.array(dtype=wp.int32)):
    """Fold a tree; with empty ``nodes_out`` only count its nodes and blocks."""
    ...


@wp.func_native(_MESH + "    meet_mesh(scene.meshes.data[mesh], from, along, t_min, 0, best, false);" + _RETURN_HIT)
def mesh_nearest(scene: SceneData, mesh: int, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> found_vec:
    """Return t, 0 or -1 for nothing, face, u and v of the nearest hit of a mesh."""
    ...


@wp.func_native(_MESH + r"""
    return meet_mesh(scene.meshes.data[mesh], from, along, t_min, 0, best, true);
}
#else
    return false;
#endif
""")
def mesh_occluded(scene: SceneData, mesh: int, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> bool:
    """Return whether a mesh has a hit in [t_min, t_max)."""
    ...


@wp.func_native(_SOLID.replace("ANY", "false") + _RETURN_HIT)
def solid_nearest(scene: SceneData, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> found_vec:
    """Return t, instance (-1: none), face, u and v of the nearest hit of the solid meshes."""
    ...


@wp.func_native(_SOLID.replace("ANY", "true") + r"""
    return blocked;
}
#else
    return false;
#endif
""")
def solid_occluded(scene: SceneData, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> bool:
    """Return whether some solid mesh has a hit in [t_min, t_max)."""
    ...


@wp.func_native(WALK + r"""
    const float from[3] = { o[0], o[1], o[2] }, along[3] = { d[0], d[1], d[2] };
    wp::vec_t<25, float> found;
    int number = 0;
    float last = t_max;
    if (scene.rest_nodes.shape[0] != 0)
        walk((const Node*)scene.rest_nodes.data, from, along, 0.0f, t_min, last, [&](int first, int count, float t) {
            for (int k = first; k < first + count; ++k) {
                if (number < 12) {
                    found[1 + 2 * number] = ((const int*)scene.rest_items.data)[k];
                    found[2 + 2 * number] = t;
                }
                ++number;
            }
            return number <= 12;
        });
    found[0] = number;
    return found;
}
#else
    return wp::vec_t<25, float>(0.0f);
#endif
""")
def rest_candidates(scene: SceneData, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> candidates_vec:
    """Return which instances outside the solid trees a ray may meet: their number, then index and first distance of each.

    More than ``CANDIDATES`` are not listed; the number tells.
    """
    ...


@wp.func
def hit_of(found: found_vec) -> Hit:
    """Return the numbers of a native function as a hit."""
    hit = Hit()
    hit.t = float(found[0])
    hit.instance = int(found[1])
    hit.face = int(found[2])
    hit.u = float(found[3])
    hit.v = float(found[4])
    return hit


@wp.func
def mesh_closest(scene: SceneData, mesh: int, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> Hit:
    """Return the nearest hit of a mesh in [t_min, t_max), its instance 0; ``o`` and ``d`` are in object space."""
    return hit_of(mesh_nearest(scene, mesh, o, d, t_min, t_max))


@wp.func
def solid_closest(scene: SceneData, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> Hit:
    """Return the nearest hit in [t_min, t_max) of the meshes that have no holes."""
    return hit_of(solid_nearest(scene, o, d, t_min, t_max))


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
