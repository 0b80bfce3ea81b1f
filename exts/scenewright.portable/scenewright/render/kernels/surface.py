"""From a hit to what is needed there: position, normals, texture coordinates, and the material's values."""

import warp as wp

from scenewright.render.kernels.facing import Facing, object_point, shape_facing, triangle_facing, unit
from scenewright.render.kernels.intersect import (
    closest_hit,
    hit_prim,
    instance_ray_direction,
    instance_ray_origin,
    slot_uv,
    surface_opacity,
    triangle_uv,
)
from scenewright.render.kernels.shapes import shape_normal, shape_tangent, shape_uv
from scenewright.render.kernels.textures import (
    BASE_COLOR,
    EMISSION,
    METALLIC,
    NORMAL,
    OPACITY,
    ROUGHNESS,
    has_slot,
    sample_slot_wide,
)
from scenewright.render.kernels.types import CUTOUT, SLOTS_PER_MATERIAL, TRANSLUCENT, Hit, InstanceData, MeshData, SceneData

__all__ = ["Point", "Surface", "base_color_at", "closest_hit", "interior_transmittance", "leaving_skip", "material_at",
           "offset_origin", "point_at", "widen"]


@wp.struct
class Point:
    """Geometry of a hit, camera-relative world space."""

    position: wp.vec3
    ray_position: wp.vec3  # where rays leave: on the smooth surface that the normals stand for
    geometric_normal: wp.vec3  # unit, facing where the ray came from
    normal: wp.vec3  # shading normal, unit, on the same side of the surface as the geometric one
    tangent: wp.vec3  # direction of growing u, not normalised
    uv: wp.vec2
    texture_uv: wp.vec2  # what textures are looked up at: ``uv``, or where the material projects them
    color: wp.vec3  # displayColor
    prim: wp.int32
    instance: wp.int32
    inside: wp.int32  # 1: the ray met the back of the surface
    reach: wp.float32  # magnitude of the numbers the position was computed from, for offsets
    uv_density: wp.float32  # texture coordinates per stage unit; 0 where no texture is filtered
    face: wp.int32  # of the hit, and its barycentric coordinates
    u: wp.float32
    v: wp.float32
    width: wp.float32  # of what the ray sees here, in stage units: what textures are averaged over; set by ``widen``


@wp.struct
class Surface:
    """Values of the principled surface at a point."""

    base_color: wp.vec3
    emission: wp.vec3
    metallic: wp.float32
    roughness: wp.float32
    ior: wp.float32
    specular: wp.float32
    specular_color: wp.vec3  # of dielectric reflections
    clearcoat: wp.float32
    clearcoat_roughness: wp.float32
    transmission: wp.float32  # how much of it is glass
    thin: wp.int32  # glass without an inside
    inside: wp.int32  # 1: seen from within


@wp.func
def triangle_tangent(mesh: MeshData, face: int) -> wp.vec3:
    """Return dp/du of a triangle, or an edge where the texture coordinates are degenerate."""
    c = 3 * face
    p0 = wp.mesh_get_point(mesh.mesh, c)
    e1 = wp.mesh_get_point(mesh.mesh, c + 1) - p0
    e2 = wp.mesh_get_point(mesh.mesh, c + 2) - p0
    d1 = mesh.corner_uvs[c + 1] - mesh.corner_uvs[c]
    d2 = mesh.corner_uvs[c + 2] - mesh.corner_uvs[c]
    det = d1[0] * d2[1] - d1[1] * d2[0]
    if wp.abs(det) < 1.0e-20:
        return e1
    return (e1 * d2[1] - e2 * d1[1]) / det


@wp.func
def mirrors_texture(mesh: MeshData, face: int) -> bool:
    """Return whether the texture lies on a triangle as in a mirror: v grows to the right of u."""
    c = 3 * face
    d1 = mesh.corner_uvs[c + 1] - mesh.corner_uvs[c]
    d2 = mesh.corner_uvs[c + 2] - mesh.corner_uvs[c]
    return d1[0] * d2[1] - d1[1] * d2[0] < -1.0e-20


@wp.func
def above_plane(p: wp.vec3, corner: wp.vec3, normal: wp.vec3) -> wp.vec3:
    """Return the step from ``p`` up to the plane through a corner, zero where ``p`` is above it."""
    return normal * -wp.min(0.0, wp.dot(p - corner, normal))


@wp.func
def smooth_lift(mesh: MeshData, c: int, p: wp.vec3, p0: wp.vec3, p1: wp.vec3, p2: wp.vec3, u: float, v: float,
                side: float) -> wp.vec3:
    """Return the object-space step from a triangle to the curved surface that its corner normals suggest.

    Rays that leave from there do not meet the neighbouring triangles of a coarse mesh: its shadow ends where the smooth
    shading does (J. Hanika, "Hacking the Shadow Terminator", Ray Tracing Gems II, 2021).
    """
    return (above_plane(p, p0, mesh.corner_normals[c] * side) * u + above_plane(p, p1, mesh.corner_normals[c + 1] * side) * v
            + above_plane(p, p2, mesh.corner_normals[c + 2] * side) * (1.0 - u - v))


@wp.func
def uv_density(scene: SceneData, instance: InstanceData, face: int, e1: wp.vec3, e2: wp.vec3) -> float:
    """Return how many texture coordinates a stage unit of a surface spans; ``e1`` and ``e2`` are a triangle's edges."""
    if instance.mesh >= 0:
        c = 3 * face
        mesh = scene[0].meshes[instance.mesh]
        d1 = mesh.corner_uvs[c + 1] - mesh.corner_uvs[c]
        d2 = mesh.corner_uvs[c + 2] - mesh.corner_uvs[c]
        area = wp.length(wp.cross(instance.forward * e1, instance.forward * e2))
        return wp.sqrt(wp.abs(d1[0] * d2[1] - d1[1] * d2[0]) / wp.max(area, 1.0e-30))
    # an image on a shape covers about twice its size squared
    side = wp.pow(wp.abs(wp.determinant(instance.forward)), 1.0 / 3.0)
    return 0.5 / wp.max(side * wp.max(instance.size[0], instance.size[1]), 1.0e-15)


@wp.func
def main_axis(n: wp.vec3) -> int:
    """Return the axis along which a normal points most."""
    x = wp.abs(n[0])
    y = wp.abs(n[1])
    z = wp.abs(n[2])
    if x > y and x > z:
        return 0
    return wp.where(y > z, 1, 2)


@wp.func
def projected_uv(p: wp.vec3, n: wp.vec3) -> wp.vec2:
    """Return texture coordinates of a point by looking at it along the main axis of its normal, z or y up."""
    axis = main_axis(n)
    sign = wp.where(n[axis] < 0.0, -1.0, 1.0)
    if axis == 0:
        return wp.vec2(sign * p[1], p[2])
    if axis == 1:
        return wp.vec2(-sign * p[0], p[2])
    return wp.vec2(sign * p[0], p[1])


@wp.func
def projected_tangent(n: wp.vec3) -> wp.vec3:
    """Return the direction in which the first of ``projected_uv`` grows."""
    axis = main_axis(n)
    sign = wp.where(n[axis] < 0.0, -1.0, 1.0)
    if axis == 0:
        return wp.vec3(0.0, sign, 0.0)
    return wp.vec3(wp.where(axis == 1, -sign, sign), 0.0, 0.0)


@wp.func
def object_normal(instance: InstanceData, n: wp.vec3) -> wp.vec3:
    """Return the object-space direction of a world-space normal; not normalised."""
    return wp.transpose(instance.forward) * n


@wp.func
def widen(point: Point, d: wp.vec3, width: float) -> float:
    """Return the width on a surface of a ray that is ``width`` wide: the mean of the axes of the ellipse it lights."""
    cosine = wp.abs(wp.dot(point.geometric_normal, d)) / wp.max(wp.length(d), 1.0e-20)
    return width / wp.sqrt(wp.max(cosine, 0.05))


@wp.func
def point_at(scene: SceneData, hit: Hit, o: wp.vec3, d: wp.vec3) -> Point:
    """Return the geometry of a hit on ray ``o + t d``."""
    instance = scene[0].instances[hit.instance]
    point = Point()
    point.instance = hit.instance
    point.face = hit.face
    point.u = hit.u
    point.v = hit.v
    point.prim = hit_prim(scene, instance, hit.face)
    point.color = scene[0].prims[point.prim].color
    textured = (scene[0].materials[scene[0].prims[point.prim].material].textures & ~(1 << OPACITY)) != 0
    p = wp.vec3(0.0, 0.0, 0.0)
    lift = wp.vec3(0.0, 0.0, 0.0)
    facing = Facing()
    if instance.mesh >= 0:
        mesh = scene[0].meshes[instance.mesh]
        c = 3 * hit.face
        w = 1.0 - hit.u - hit.v
        c0 = wp.mesh_get_point(mesh.mesh, c)
        c1 = wp.mesh_get_point(mesh.mesh, c + 1)
        c2 = wp.mesh_get_point(mesh.mesh, c + 2)
        p = c0 * hit.u + c1 * hit.v + c2 * w
        smooth = mesh.corner_normals[c] * hit.u + mesh.corner_normals[c + 1] * hit.v + mesh.corner_normals[c + 2] * w
        facing = triangle_facing(instance.inverse, c1 - c0, c2 - c0, smooth, d)
        point.reach = wp.length(instance.forward * (c1 - c0)) + wp.length(instance.forward * (c2 - c0))
        lift = smooth_lift(mesh, c, p, c0, c1, c2, hit.u, hit.v, wp.where(facing.inside != 0, -1.0, 1.0))
        point.uv = triangle_uv(mesh, hit.face, hit.u, hit.v)
        if textured:
            point.uv_density = uv_density(scene, instance, hit.face, c1 - c0, c2 - c0)
        if mesh.has_colors != 0:
            point.color = mesh.corner_colors[c] * hit.u + mesh.corner_colors[c + 1] * hit.v + mesh.corner_colors[c + 2] * w
    else:
        p = object_point(scene, hit, o, d)
        facing = shape_facing(instance.inverse, shape_normal(instance.kind, instance.size, p, hit.face), d)
        point.uv = shape_uv(instance.kind, instance.size, p, hit.face)
        if textured:
            point.uv_density = uv_density(scene, instance, hit.face, p, p)
    point.geometric_normal = facing.geometric
    point.normal = facing.normal
    point.inside = facing.inside
    moved = instance.forward * p
    point.position = moved + instance.forward_origin
    point.reach += wp.length(moved) + wp.length(instance.forward_origin) + wp.length(point.position)
    point.texture_uv = point.uv
    projection = scene[0].materials[scene[0].prims[point.prim].material].projection
    if projection == 1:
        point.texture_uv = projected_uv(p, object_normal(instance, point.geometric_normal))
        point.uv_density = 1.0 / wp.max(wp.pow(wp.abs(wp.determinant(instance.forward)), 1.0 / 3.0), 1.0e-15)
    elif projection == 2:
        point.texture_uv = projected_uv(point.position + scene[0].origin, point.geometric_normal)
        point.uv_density = 1.0
    if point.inside != 0:
        point.geometric_normal = -point.geometric_normal
        point.normal = -point.normal
    point.ray_position = point.position + instance.forward * lift
    return point


@wp.func
def point_texel(scene: SceneData, point: Point, material: int, slot: int) -> wp.vec4:
    """Return what a material input reads from its texture at a point."""
    uv = point.texture_uv
    uv_set = scene[0].slots[material * SLOTS_PER_MATERIAL + slot].uv_set
    if uv_set > 0 and scene[0].instances[point.instance].mesh >= 0 and scene[0].materials[material].projection == 0:
        uv = slot_uv(scene[0].meshes[scene[0].instances[point.instance].mesh], uv_set, point.face, point.u, point.v)
    return sample_slot_wide(scene, material, slot, uv, point.width * point.uv_density)


@wp.func
def bend_normal(scene: SceneData, point: Point, hit: Hit, o: wp.vec3, d: wp.vec3, material: int) -> wp.vec3:
    """Return the shading normal after the material's normal map."""
    instance = scene[0].instances[hit.instance]
    tangent = wp.vec3(1.0, 0.0, 0.0)
    mirrored = wp.determinant(instance.forward) < 0.0
    side = wp.where(point.inside != 0, -1.0, 1.0)
    projection = scene[0].materials[material].projection
    if projection == 1:
        tangent = projected_tangent(object_normal(instance, side * point.geometric_normal))
    elif projection == 2:
        tangent = wp.inverse(instance.forward) * projected_tangent(side * point.geometric_normal)
        mirrored = False
    elif instance.mesh >= 0:
        tangent = triangle_tangent(scene[0].meshes[instance.mesh], hit.face)
        mirrored = mirrored != mirrors_texture(scene[0].meshes[instance.mesh], hit.face)
    else:
        tangent = shape_tangent(instance.kind, object_point(scene, hit, o, d), hit.face)
    n = side * point.normal
    t = instance.forward * tangent
    t = unit(t - n * wp.dot(n, t))
    b = wp.cross(n, t)
    if mirrored:
        b = -b
    m = point_texel(scene, point, material, NORMAL)
    bent = unit(t * m[0] + b * m[1] + n * wp.max(m[2], 1.0e-3))
    return side * bent


@wp.func
def base_color_at(scene: SceneData, point: Point) -> wp.vec3:
    """Return the linear base colour, 0..1."""
    material = scene[0].prims[point.prim].material
    color = scene[0].materials[material].base_color
    if scene[0].materials[material].use_display_color != 0:
        color = point.color
    if has_slot(scene[0].materials[material].textures, BASE_COLOR):
        texel = point_texel(scene, point, material, BASE_COLOR)
        color = wp.vec3(texel[0], texel[1], texel[2])
    return wp.vec3(wp.clamp(color[0], 0.0, 1.0), wp.clamp(color[1], 0.0, 1.0), wp.clamp(color[2], 0.0, 1.0))


@wp.func
def material_at(scene: SceneData, point: Point) -> Surface:
    """Return the principled values at a point, opacity apart (``opacity_at``)."""
    index = scene[0].prims[point.prim].material
    material = scene[0].materials[index]
    surface = Surface()
    surface.base_color = base_color_at(scene, point)
    surface.emission = material.emission
    surface.metallic = material.metallic
    surface.roughness = material.roughness
    surface.ior = material.ior
    surface.specular = material.specular
    surface.clearcoat = material.clearcoat
    surface.specular_color = material.specular_color
    surface.clearcoat_roughness = material.clearcoat_roughness
    surface.transmission = material.transmission
    surface.thin = material.thin_walled
    surface.inside = point.inside
    if has_slot(material.textures, METALLIC):
        surface.metallic = wp.clamp(point_texel(scene, point, index, METALLIC)[0], 0.0, 1.0)
    if has_slot(material.textures, ROUGHNESS):
        surface.roughness = wp.clamp(point_texel(scene, point, index, ROUGHNESS)[0], 0.0, 1.0)
    if has_slot(material.textures, EMISSION):
        texel = point_texel(scene, point, index, EMISSION)
        surface.emission = wp.vec3(texel[0], texel[1], texel[2])
    return surface


@wp.func
def opacity_at(scene: SceneData, hit: Hit, o: wp.vec3, d: wp.vec3) -> float:
    """Return opacity at a hit; 1 without looking where the instance has no see-through material."""
    instance = scene[0].instances[hit.instance]
    if (instance.flags & (CUTOUT | TRANSLUCENT)) == 0:
        return 1.0
    return surface_opacity(scene, instance, hit, instance_ray_origin(instance, o), instance_ray_direction(instance, d))


@wp.func
def has_normal_map(scene: SceneData, point: Point) -> bool:
    """Return whether the material at a point bends normals."""
    return has_slot(scene[0].materials[scene[0].prims[point.prim].material].textures, NORMAL)


@wp.func
def interior_transmittance(scene: SceneData, point: Point, distance: float) -> wp.vec3:
    """Return what the material that a ray met from within let through over a distance (Beer and Lambert); 1 from outside."""
    absorption = scene[0].materials[scene[0].prims[point.prim].material].absorption
    if point.inside == 0 or absorption[0] + absorption[1] + absorption[2] <= 0.0:
        return wp.vec3(1.0, 1.0, 1.0)
    return wp.vec3(wp.exp(-absorption[0] * distance), wp.exp(-absorption[1] * distance), wp.exp(-absorption[2] * distance))


@wp.func
def leaving_skip(scene: SceneData, point: Point, through: int) -> int:
    """Return the instance that a ray leaving ``point`` need not test: a convex shape never hides itself from outside."""
    if scene[0].instances[point.instance].mesh < 0 and point.inside == through:
        return point.instance
    return -1


@wp.func
def offset_origin(point: Point, through: int) -> wp.vec3:
    """Return the start of a ray that leaves ``point``, clear of the error of its position.

    It lies on the side from which the point was seen, or with ``through`` 1 on the other one.
    """
    if through != 0:
        return point.position - point.geometric_normal * (4.0e-6 * point.reach)
    return point.ray_position + point.geometric_normal * (4.0e-6 * point.reach)
