"""Glowing geometry as a light: choosing a point on it, and the density of a direction that meets it.

A face is chosen by its share of the light, a point on it evenly in object space. A ball that is scaled alike along all axes,
and not seen through, is sampled by the cone that it fills.
"""

import warp as wp

from scenewright.render.kernels.domes import find_interval
from scenewright.render.kernels.intersect import hit_prim, surface_opacity, triangle_uv
from scenewright.render.kernels.light_sample import LightSample, ball_pdf, sample_ball
from scenewright.render.kernels.shapes import shape_normal, shape_uv
from scenewright.render.kernels.textures import EMISSION, has_slot, sample_slot
from scenewright.render.kernels.types import (
    CUTOUT,
    TRANSLUCENT,
    EmitterData,
    Hit,
    InstanceData,
    LightData,
    SceneData,
)
from scenewright.render.scene.records import ShapeKind

__all__ = ["emission_of", "emitter_pdf", "glow_of", "sample_emitter"]

CUBE = wp.constant(int(ShapeKind.CUBE))
SPHERE = wp.constant(int(ShapeKind.SPHERE))
CAPSULE = wp.constant(int(ShapeKind.CAPSULE))
PLANE = wp.constant(int(ShapeKind.PLANE))
DISK = wp.constant(int(ShapeKind.DISK))
PI = wp.constant(3.141592653589793)
SIDE = wp.constant(0)
TOP = wp.constant(1)
BOTTOM = wp.constant(2)


@wp.func
def glow_of(scene: SceneData, prim: int) -> wp.vec3:
    """Return the radiance that a light made of geometry adds to a prim's material."""
    emitter = scene[0].prims[prim].emitter
    if emitter == 0:
        return wp.vec3(0.0, 0.0, 0.0)
    return scene[0].lighting[0].emitters[emitter - 1].glow


@wp.func
def emission_of(scene: SceneData, prim: int, uv: wp.vec2) -> wp.vec3:
    """Return all radiance of a prim at a texture coordinate."""
    material = scene[0].prims[prim].material
    emission = scene[0].materials[material].emission
    if has_slot(scene[0].materials[material].textures, EMISSION):
        texel = sample_slot(scene, material, EMISSION, uv)
        emission = wp.vec3(texel[0], texel[1], texel[2])
    return emission + glow_of(scene, prim)


@wp.func
def side_area(kind: int, size: wp.vec4) -> float:
    """Return the object-space area of a shape's side, or of its only surface (as device.emitters.shape_areas)."""
    if kind == CUBE:
        return 24.0 * size[0] * size[0]
    if kind == SPHERE:
        return 4.0 * PI * size[0] * size[0]
    if kind == CAPSULE:
        return 4.0 * PI * size[0] * size[2]
    if kind == PLANE:
        return 4.0 * size[0] * size[1]
    if kind == DISK:
        return PI * size[0] * size[0]
    rise = size[0] - size[1]
    return PI * (size[0] + size[1]) * wp.sqrt(4.0 * size[2] * size[2] + rise * rise)


@wp.func
def cap_area(kind: int, radius: float) -> float:
    """Return the object-space area of one end of a shape."""
    if kind == CAPSULE:
        return 2.0 * PI * radius * radius
    if kind == CUBE or kind == SPHERE or kind == PLANE or kind == DISK:
        return 0.0
    return PI * radius * radius


@wp.func
def total_area(kind: int, size: wp.vec4) -> float:
    """Return the object-space area of a shape."""
    top = wp.where(kind == CAPSULE, size[0], size[1])
    return side_area(kind, size) + cap_area(kind, top) + cap_area(kind, size[0])


@wp.func
def ball_point(u: wp.vec2) -> wp.vec3:
    """Return a point of the unit sphere."""
    z = 1.0 - 2.0 * u[0]
    r = wp.sqrt(wp.max(0.0, 1.0 - z * z))
    phi = 2.0 * PI * u[1]
    return wp.vec3(r * wp.cos(phi), r * wp.sin(phi), z)


@wp.func
def cube_point(half: float, face: int, u: wp.vec2) -> wp.vec3:
    """Return a point of a cube's face (2 * axis + 1 on the positive side)."""
    x = half * (2.0 * u[0] - 1.0)
    y = half * (2.0 * u[1] - 1.0)
    z = wp.where(face % 2 == 1, half, -half)
    if face < 2:
        return wp.vec3(z, x, y)
    if face < 4:
        return wp.vec3(x, z, y)
    return wp.vec3(x, y, z)


@wp.func
def side_point(kind: int, size: wp.vec4, u: wp.vec2) -> wp.vec3:
    """Return a point of the side of a cylinder, cone or capsule, even over its area."""
    phi = 2.0 * PI * u[1]
    t = u[0]
    top = wp.where(kind == CAPSULE, size[0], size[1])
    radius = size[0]
    if wp.abs(top - size[0]) > 1.0e-6 * size[0]:
        radius = wp.sqrt(size[0] * size[0] + u[0] * (top * top - size[0] * size[0]))
        t = (radius - size[0]) / (top - size[0])
    return wp.vec3(radius * wp.cos(phi), radius * wp.sin(phi), size[2] * (2.0 * t - 1.0))


@wp.func
def shape_point(kind: int, size: wp.vec4, u: wp.vec2, choice: float):
    """Return a point of a shape, even over its area in object space, and the face that it lies on."""
    face = int(SIDE)
    p = wp.vec3(0.0, 0.0, 0.0)
    if kind == CUBE:
        face = wp.min(int(choice * 6.0), 5)
        p = cube_point(size[0], face, u)
    elif kind == SPHERE:
        p = ball_point(u) * size[0]
    elif kind == PLANE:
        p = wp.vec3(size[0] * (2.0 * u[0] - 1.0), size[1] * (2.0 * u[1] - 1.0), 0.0)
    else:
        r = wp.sqrt(u[0])
        flat = wp.vec3(r * wp.cos(2.0 * PI * u[1]), r * wp.sin(2.0 * PI * u[1]), 0.0)
        reach = choice * total_area(kind, size)
        side = side_area(kind, size)
        top = wp.where(kind == CAPSULE, size[0], size[1])
        if kind == DISK:
            p = flat * size[0]
        elif reach < side:
            p = side_point(kind, size, u)
        else:
            face = wp.where(reach < side + cap_area(kind, top), TOP, BOTTOM)
            sign = wp.where(face == TOP, 1.0, -1.0)
            p = flat * wp.where(face == TOP, top, size[0]) + wp.vec3(0.0, 0.0, sign * size[2])
            if kind == CAPSULE:
                end = ball_point(u) * size[0]
                p = wp.vec3(end[0], end[1], sign * (wp.abs(end[2]) + size[2]))
    return p, face


@wp.func
def ball_radius(instance: InstanceData) -> float:
    """Return the world radius of a sphere that is scaled alike along all axes and hides its far side; 0 for all else."""
    if instance.kind != SPHERE or (instance.flags & (CUTOUT | TRANSLUCENT)) != 0:
        return 0.0
    gram = wp.transpose(instance.forward) * instance.forward
    tolerance = 1.0e-4 * gram[0, 0]
    alike = wp.abs(gram[1, 1] - gram[0, 0]) < tolerance and wp.abs(gram[2, 2] - gram[0, 0]) < tolerance
    square = wp.abs(gram[0, 1]) < tolerance and wp.abs(gram[0, 2]) < tolerance and wp.abs(gram[1, 2]) < tolerance
    if alike and square:
        return instance.size[0] * wp.sqrt(gram[0, 0])
    return 0.0


@wp.func
def leaves_ball(center: wp.vec3, radius: float, p: wp.vec3, direction: wp.vec3) -> bool:
    """Return whether a direction leads away from a ball on whose surface ``p`` lies, though by rounding it may be inside."""
    to_centre = center - p
    slack = 1.0e-5 * radius + 2.0e-6 * (wp.length(p) + wp.length(center))
    return wp.dot(direction, to_centre) < 0.0 and wp.length(to_centre) > radius - slack


@wp.func
def shape_density(instance: InstanceData, normal: wp.vec3) -> float:
    """Return the density per world area of points even over object space, at an object-space unit normal."""
    stretch = wp.length(wp.transpose(instance.inverse) * normal)
    shrink = wp.abs(wp.determinant(instance.inverse))
    return shrink / wp.max(stretch * total_area(instance.kind, instance.size), 1.0e-30)


@wp.func
def towards(sample: LightSample, position: wp.vec3, normal: wp.vec3, p: wp.vec3, density: float) -> LightSample:
    """Complete a sample: from ``p`` to a point of the given density per area; the geometry shines to both sides."""
    found = sample
    to_light = position - p
    d2 = wp.max(wp.dot(to_light, to_light), 1.0e-30)
    found.distance = wp.sqrt(d2)
    found.direction = to_light / found.distance
    cosine = wp.abs(wp.dot(found.direction, normal))
    found.pdf = wp.where(cosine > 1.0e-6, density * d2 / wp.max(cosine, 1.0e-6), -1.0)
    return found


@wp.func
def sample_shape(scene: SceneData, index: int, p: wp.vec3, u: wp.vec2, choice: float, share: float) -> LightSample:
    """Choose a direction towards a glowing analytic shape; ``share`` is the probability with which it was chosen."""
    instance = scene[0].instances[index]
    sample = LightSample()
    hit = Hit()
    hit.instance = index
    local = wp.vec3(0.0, 0.0, 0.0)
    radius = ball_radius(instance)
    if radius > 0.0:
        sample = sample_ball(instance.forward_origin, radius, p, u)
        sample.pdf = sample.pdf * share
        sample.blocker = index + 1
        if leaves_ball(instance.forward_origin, radius, p, sample.direction):
            sample.pdf = -1.0
        local = instance.inverse * (p + sample.direction * sample.distance) + instance.inverse_origin
    else:
        local, face = shape_point(instance.kind, instance.size, u, choice)
        hit.face = face
        normal = wp.normalize(shape_normal(instance.kind, instance.size, local, face))
        world_normal = wp.normalize(wp.transpose(instance.inverse) * normal)
        density = share * shape_density(instance, normal)
        sample = towards(sample, instance.forward * local + instance.forward_origin, world_normal, p, density)
    sample.radiance = emission_of(scene, instance.first_prim, shape_uv(instance.kind, instance.size, local, hit.face))
    if (instance.flags & (CUTOUT | TRANSLUCENT)) != 0:
        sample.radiance = sample.radiance * surface_opacity(scene, instance, hit, local, wp.vec3(0.0, 0.0, 0.0))
    return sample


@wp.func
def sample_emitter(scene: SceneData, light: LightData, p: wp.vec3, u: wp.vec2, choice: float) -> LightSample:
    """Choose a direction from ``p`` towards glowing geometry; ``choice``, in [0, 1), picks the face."""
    entry = light.first_entry + find_interval(scene[0].lighting[0].entry_cdf, light.first_entry, light.entry_count, choice)
    low = scene[0].lighting[0].entry_cdf[entry]
    share = scene[0].lighting[0].entry_cdf[entry + 1] - low
    sample = LightSample()
    sample.pdf = -1.0
    if share <= 0.0:
        return sample
    index = scene[0].lighting[0].entry_instance[entry]
    face = scene[0].lighting[0].entry_face[entry]
    if face < 0:
        return sample_shape(scene, index, p, u, wp.clamp((choice - low) / share, 0.0, 0.999999), share)
    instance = scene[0].instances[index]
    mesh = scene[0].meshes[instance.mesh].mesh
    root = wp.sqrt(u[0])
    hit = Hit()
    hit.instance = index
    hit.face = face
    hit.u = 1.0 - root
    hit.v = root * (1.0 - u[1])
    a = wp.mesh_get_point(mesh, 3 * face)
    e1 = wp.mesh_get_point(mesh, 3 * face + 1) - a
    e2 = wp.mesh_get_point(mesh, 3 * face + 2) - a
    across = wp.cross(instance.forward * e1, instance.forward * e2)
    doubled = wp.length(across)
    if doubled <= 0.0:
        return sample
    local = a + e1 * hit.v + e2 * (1.0 - hit.u - hit.v)
    position = instance.forward * local + instance.forward_origin
    sample = towards(sample, position, across / doubled, p, 2.0 * share / doubled)
    sample.radiance = emission_of(scene, hit_prim(scene, instance, face),
                                  triangle_uv(scene[0].meshes[instance.mesh], face, hit.u, hit.v))
    if (instance.flags & (CUTOUT | TRANSLUCENT)) != 0:
        sample.radiance = sample.radiance * surface_opacity(scene, instance, hit, local, wp.vec3(0.0, 0.0, 0.0))
    return sample


@wp.func
def emitter_pdf(scene: SceneData, emitter: EmitterData, hit: Hit, normal: wp.vec3, p: wp.vec3, direction: wp.vec3,
                distance: float) -> float:
    """Return the density with which ``sample_emitter`` chooses a unit direction from ``p`` that meets glowing geometry.

    Args:
        scene: The scene.
        emitter: That of the prim that was met.
        hit: Where it was met.
        normal: World-space geometric normal there, unit, of either side.
        p: Where the ray came from.
        direction: Of the ray, unit.
        distance: To the hit, in world units.
    """
    instance = scene[0].instances[hit.instance]
    cosine = wp.max(wp.abs(wp.dot(direction, normal)), 1.0e-6)
    entry = emitter.first_entry
    if instance.mesh >= 0:
        entry += hit.face
    share = scene[0].lighting[0].entry_cdf[entry + 1] - scene[0].lighting[0].entry_cdf[entry]
    if instance.mesh < 0:
        radius = ball_radius(instance)
        if radius > 0.0:
            if leaves_ball(instance.forward_origin, radius, p, direction):
                return 0.0
            return share * ball_pdf(instance.forward_origin, radius, p)
        local = wp.normalize(wp.transpose(instance.forward) * normal)
        return share * shape_density(instance, local) * distance * distance / cosine
    mesh = scene[0].meshes[instance.mesh].mesh
    a = wp.mesh_get_point(mesh, 3 * hit.face)
    e1 = wp.mesh_get_point(mesh, 3 * hit.face + 1) - a
    e2 = wp.mesh_get_point(mesh, 3 * hit.face + 2) - a
    doubled = wp.length(wp.cross(instance.forward * e1, instance.forward * e2))
    return 2.0 * share * distance * distance / wp.max(cosine * doubled, 1.0e-30)
