"""Ray against scene: instances from the top-level BVH, then an analytic shape or the BVH of a mesh, in object space.

The nearest hit is the minimum of (t, instance), so it does not depend on the order in which a BVH is walked.
"""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.shapes import away_from_zero, intersect_shape, shape_uv
from scenewright.render.kernels.textures import OPACITY, has_slot, sample_slot
from scenewright.render.kernels.types import (
    CUTOUT,
    GLASS,
    NO_HIT,
    SLOTS_PER_MATERIAL,
    SOLID,
    TRANSLUCENT,
    Hit,
    InstanceData,
    MeshData,
    SceneData,
)
from scenewright.render.kernels.wide_bvh import CANDIDATES, hit_of, mesh_closest, mesh_occluded, scene_blockers, scene_nearest
from scenewright.render.scene.records import ShapeKind

__all__ = ["LISTED", "closest_hit", "hit_prim", "instance_hit", "instance_ray_direction", "instance_ray_origin",
           "nearer_hit", "nearer_instance", "query_direction", "slot_uv", "surface_opacity", "transmittance"]

MESH = wp.constant(int(ShapeKind.MESH))
LAYERS = wp.constant(64)
"""Most see-through surfaces of one instance that a ray looks behind."""
STEP = wp.constant(1.0e-6)
"""Relative step past a surface that was looked through."""
LISTED = wp.constant(CANDIDATES)


@wp.func
def query_direction(d: wp.vec3) -> wp.vec3:
    """Return the direction without zero components: the BVH's slab test divides by them."""
    return wp.vec3(away_from_zero(d[0]), away_from_zero(d[1]), away_from_zero(d[2]))


@wp.func
def instance_ray_origin(instance: InstanceData, o: wp.vec3) -> wp.vec3:
    """Return a camera-relative point in object space."""
    return instance.inverse * o + instance.inverse_origin


@wp.func
def instance_ray_direction(instance: InstanceData, d: wp.vec3) -> wp.vec3:
    """Return a direction in object space, its length scaled so that ray parameters stay the same."""
    return instance.inverse * d


@wp.func
def triangle_uv(mesh: MeshData, face: int, u: float, v: float) -> wp.vec2:
    """Return the texture coordinate at barycentric (u, v)."""
    c = 3 * face
    return mesh.corner_uvs[c] * u + mesh.corner_uvs[c + 1] * v + mesh.corner_uvs[c + 2] * (1.0 - u - v)


@wp.func
def slot_uv(mesh: MeshData, uv_set: int, face: int, u: float, v: float) -> wp.vec2:
    """Return the texture coordinate that a slot reads at barycentric (u, v); the first ones where a mesh has no such set."""
    if uv_set <= 0 or uv_set > mesh.uv_sets:
        return triangle_uv(mesh, face, u, v)
    c = (uv_set - 1) * mesh.corner_count + 3 * face
    return mesh.extra_uvs[c] * u + mesh.extra_uvs[c + 1] * v + mesh.extra_uvs[c + 2] * (1.0 - u - v)


@wp.func
def hit_prim(scene: SceneData, instance: InstanceData, face: int) -> int:
    """Return the prim id of a face: that of the instance, or of the GeomSubset which holds the face."""
    if instance.mesh >= 0:
        if scene[0].meshes[instance.mesh].has_slots != 0:
            return instance.first_prim + scene[0].meshes[instance.mesh].triangle_slots[face]
    return instance.first_prim


@wp.func
def surface_opacity(scene: SceneData, instance: InstanceData, hit: Hit, o: wp.vec3, d: wp.vec3) -> float:
    """Return opacity 0..1 at a hit (0 or 1 for cut-outs); ``o`` and ``d`` are in object space."""
    material = scene[0].prims[hit_prim(scene, instance, hit.face)].material
    opacity = scene[0].materials[material].opacity
    if has_slot(scene[0].materials[material].textures, OPACITY):
        uv = wp.vec2(0.0, 0.0)
        if instance.mesh >= 0:
            uv_set = scene[0].slots[material * SLOTS_PER_MATERIAL + OPACITY].uv_set
            uv = slot_uv(scene[0].meshes[instance.mesh], uv_set, hit.face, hit.u, hit.v)
        else:
            uv = shape_uv(instance.kind, instance.size, o + hit.t * d, hit.face)
        opacity = sample_slot(scene, material, OPACITY, uv)[0]
    threshold = scene[0].materials[material].opacity_threshold
    if threshold > 0.0:
        return wp.where(opacity >= threshold, 1.0, 0.0)
    return wp.clamp(opacity, 0.0, 1.0)


@wp.func
def shape_hit(scene: SceneData, instance: InstanceData, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float) -> Hit:
    """Return the first hit of one shape with its faces all solid; ``o`` and ``d`` are in object space."""
    hit = Hit()
    hit.instance = NO_HIT
    if instance.kind == MESH:
        if scene[0].wide != 0:
            return mesh_closest(scene, instance.mesh, o, d, t_min, t_max)
        query = wp.mesh_query_ray(scene[0].meshes[instance.mesh].mesh, o + t_min * d, d, t_max - t_min)
        if query.result:
            hit.t = t_min + query.t
            hit.face = query.face
            hit.u = query.u
            hit.v = query.v
            hit.instance = 0
    else:
        t, face = intersect_shape(instance.kind, instance.size, o, d, t_min, t_max)
        if t >= 0.0:
            hit.t = t
            hit.face = face
            hit.instance = 0
    return hit


@wp.func
def instance_hit(scene: SceneData, index: int, world_o: wp.vec3, world_d: wp.vec3, t_min: float, t_max: float) -> Hit:
    """Return the first point of an instance in (t_min, t_max) that is not cut out or wholly transparent."""
    instance = scene[0].instances[index]
    o = instance_ray_origin(instance, world_o)
    d = instance_ray_direction(instance, world_d)
    hit = shape_hit(scene, instance, o, d, t_min, t_max)
    if (instance.flags & CUTOUT) != 0:
        layer = int(0)
        while hit.instance != NO_HIT and layer < LAYERS:
            if surface_opacity(scene, instance, hit, o, d) > 0.0:
                break
            hit = shape_hit(scene, instance, o, d, hit.t * (1.0 + STEP), t_max)
            layer += 1
    if hit.instance != NO_HIT:
        hit.instance = index
    return hit


@wp.func
def nearer_instance(scene: SceneData, index: int, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float, best: Hit) -> Hit:
    """Return the hit of an instance in (t_min, t_max) if it is nearer than ``best``, else that."""
    hit = instance_hit(scene, index, o, d, t_min, wp.min(best.t * 1.000001, t_max))
    if hit.instance != NO_HIT:
        if hit.t < best.t or (hit.t == best.t and (best.instance == NO_HIT or index < best.instance)):
            return hit
    return best


@wp.func
def nearer_hit(scene: SceneData, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float, skip: int, solid: Hit) -> Hit:
    """Return the nearest hit in (t_min, t_max) of the tree's instances but solid ones on the CPU, or ``solid`` if nearer."""
    best = solid
    query = wp.bvh_query_ray(scene[0].tlas, o, query_direction(d))
    index = int(0)
    # a little more than the best so far, so that equal distances are decided by the index and not by the order of visits
    while wp.bvh_query_next(query, index, best.t * 1.000001):
        if index != skip and (scene[0].wide == 0 or (scene[0].instances[index].flags & SOLID) == 0):
            best = nearer_instance(scene, index, o, d, t_min, t_max, best)
    return best


@wp.func
def closest_hit(scene: SceneData, o: wp.vec3, d: wp.vec3, t_min: float, t_max: float, skip: int) -> Hit:
    """Return the nearest hit in (t_min, t_max), instance ``skip`` left out (a convex shape never shades itself)."""
    best = Hit()
    best.t = t_max
    best.instance = NO_HIT
    if scene[0].tlas == wp.uint64(0):
        return best
    if scene[0].wide != 0:
        found = scene_nearest(scene, o, d, t_min, t_max, skip)
        best = hit_of(found[0], found[1], found[2], found[3], found[4])
        count = int(found[5])
        if count <= LISTED:
            for k in range(count):
                index = int(found[6 + 2 * k])
                if index != skip and float(found[7 + 2 * k]) <= best.t * 1.000001:
                    best = nearer_instance(scene, index, o, d, t_min, t_max, best)
            return best
    return nearer_hit(scene, o, d, t_min, t_max, skip, best)


@wp.func
def shadow_opacity(scene: SceneData, instance: InstanceData, hit: Hit, o: wp.vec3, d: wp.vec3) -> float:
    """Return how much of the light a hit takes on its way to a surface; ``o`` and ``d`` are in object space.

    In real-time mode light goes straight through glass, less what a surface of index 1.5 reflects and absorbs, as the few
    paths of that mode do not find the light that glass bends.
    """
    opacity = surface_opacity(scene, instance, hit, o, d)
    if scene[0].clear_shadows != 0 and (instance.flags & GLASS) != 0:
        material = scene[0].materials[scene[0].prims[hit_prim(scene, instance, hit.face)].material]
        color = material.base_color
        clear = material.transmission * (1.0 - material.metallic) * (color[0] + color[1] + color[2]) * 0.32
        opacity *= 1.0 - wp.clamp(clear, 0.0, 1.0)
    return opacity


@wp.func
def instance_transmittance(scene: SceneData, index: int, world_o: wp.vec3, world_d: wp.vec3, t_min: float,
                           t_max: float) -> float:
    """Return the part of light that passes an instance along a ray."""
    instance = scene[0].instances[index]
    o = instance_ray_origin(instance, world_o)
    d = instance_ray_direction(instance, world_d)
    seen_through = CUTOUT | TRANSLUCENT
    if scene[0].clear_shadows != 0:
        seen_through = CUTOUT | TRANSLUCENT | GLASS
    if (instance.flags & seen_through) == 0:
        if instance.kind == MESH:
            if scene[0].wide != 0:
                return wp.where(mesh_occluded(scene, instance.mesh, o, d, t_min, t_max), 0.0, 1.0)
            if wp.mesh_query_ray_anyhit(scene[0].meshes[instance.mesh].mesh, o + t_min * d, d, t_max - t_min):
                return 0.0
            return 1.0
        t, _face = intersect_shape(instance.kind, instance.size, o, d, t_min, t_max)
        return wp.where(t >= 0.0, 0.0, 1.0)
    passed = float(1.0)
    hit = shape_hit(scene, instance, o, d, t_min, t_max)
    layer = int(0)
    while hit.instance != NO_HIT and layer < LAYERS and passed > 0.001:
        passed *= 1.0 - shadow_opacity(scene, instance, hit, o, d)
        hit = shape_hit(scene, instance, o, d, hit.t * (1.0 + STEP) + t_min * STEP, t_max)
        layer += 1
    return wp.where(passed > 0.001, passed, 0.0)


@wp.func
def transmittance(scene: SceneData, o: wp.vec3, d: wp.vec3, t_max: float, skip: int) -> float:
    """Return the part of light that reaches ``o`` from distance ``t_max`` along ``d``; 0 as soon as something solid is met."""
    if scene[0].tlas == wp.uint64(0):
        return 1.0
    passed = float(1.0)
    if scene[0].wide != 0:
        blockers = scene_blockers(scene, o, d, 0.0, t_max, skip)
        count = int(blockers[0])
        if count < 0:
            return 0.0
        if count <= LISTED:
            for k in range(count):
                if int(blockers[1 + k]) != skip and passed > 0.0:
                    passed *= instance_transmittance(scene, int(blockers[1 + k]), o, d, 0.0, t_max)
            return passed
    query = wp.bvh_query_ray(scene[0].tlas, o, query_direction(d))
    index = int(0)
    while wp.bvh_query_next(query, index, t_max):
        if index != skip and (scene[0].wide == 0 or (scene[0].instances[index].flags & SOLID) == 0):
            passed *= instance_transmittance(scene, index, o, d, 0.0, t_max)
            if passed == 0.0:
                return 0.0
    return passed
