"""Where on a surface a ray met it, and where the surface faces there.

These functions read of an instance and its mesh only what they need: label buffers ask little more of a hit, and Warp copies
a struct with each call.
"""

import warp as wp

from scenewright.render.kernels.intersect import instance_ray_direction, instance_ray_origin
from scenewright.render.kernels.shapes import shape_normal
from scenewright.render.kernels.types import Hit, SceneData

__all__ = ["Facing", "facing_at", "object_point", "shape_facing", "triangle_facing", "unit"]


@wp.struct
class Facing:
    """Where a surface faces at a point, world space, on the side that its winding calls the front."""

    geometric: wp.vec3  # unit
    normal: wp.vec3  # shading normal, unit
    inside: wp.int32  # 1: the ray met the back


@wp.func
def unit(v: wp.vec3) -> wp.vec3:
    """Return the direction of ``v``; +Z for a zero vector."""
    length = wp.length(v)
    if length > 0.0:
        return v / length
    return wp.vec3(0.0, 0.0, 1.0)


@wp.func
def object_point(scene: SceneData, hit: Hit, o: wp.vec3, d: wp.vec3) -> wp.vec3:
    """Return the hit point in object space; on triangles from the corners, which is more exact than along the ray."""
    shape = scene[0].instances[hit.instance].mesh
    if shape >= 0:
        mesh = scene[0].meshes[shape].mesh
        a = wp.mesh_get_point(mesh, 3 * hit.face)
        b = wp.mesh_get_point(mesh, 3 * hit.face + 1)
        c = wp.mesh_get_point(mesh, 3 * hit.face + 2)
        return a * hit.u + b * hit.v + c * (1.0 - hit.u - hit.v)
    instance = scene[0].instances[hit.instance]
    return instance_ray_origin(instance, o) + hit.t * instance_ray_direction(instance, d)


@wp.func
def normal_to_world(inverse: wp.mat33, n: wp.vec3) -> wp.vec3:
    """Return an object-space normal in world space (inverse transpose), unit."""
    return unit(wp.transpose(inverse) * n)


@wp.func
def triangle_facing(inverse: wp.mat33, e1: wp.vec3, e2: wp.vec3, smooth: wp.vec3, d: wp.vec3) -> Facing:
    """Return where a triangle faces, from its edges and the normal of its corners in object space."""
    facing = Facing()
    across = wp.transpose(inverse) * wp.cross(e1, e2)
    facing.geometric = unit(across)
    facing.normal = normal_to_world(inverse, smooth)
    if wp.dot(facing.normal, across) < 0.0:  # normals authored against the winding
        facing.normal = -facing.normal
    if wp.dot(across, d) > 0.0:
        facing.inside = 1
    return facing


@wp.func
def shape_facing(inverse: wp.mat33, normal: wp.vec3, d: wp.vec3) -> Facing:
    """Return where a shape faces, from its normal in object space."""
    facing = Facing()
    facing.geometric = normal_to_world(inverse, normal)
    facing.normal = facing.geometric
    if wp.dot(facing.geometric, d) > 0.0:
        facing.inside = 1
    return facing


@wp.func
def facing_at(scene: SceneData, hit: Hit, o: wp.vec3, d: wp.vec3) -> Facing:
    """Return where the surface faces at a hit on ray ``o + t d``."""
    inverse = scene[0].instances[hit.instance].inverse
    shape = scene[0].instances[hit.instance].mesh
    if shape >= 0:
        c = 3 * hit.face
        mesh = scene[0].meshes[shape].mesh
        a = wp.mesh_get_point(mesh, c)
        smooth = (scene[0].meshes[shape].corner_normals[c] * hit.u + scene[0].meshes[shape].corner_normals[c + 1] * hit.v
                  + scene[0].meshes[shape].corner_normals[c + 2] * (1.0 - hit.u - hit.v))
        return triangle_facing(inverse, wp.mesh_get_point(mesh, c + 1) - a, wp.mesh_get_point(mesh, c + 2) - a, smooth, d)
    kind = scene[0].instances[hit.instance].kind
    size = scene[0].instances[hit.instance].size
    return shape_facing(inverse, shape_normal(kind, size, object_point(scene, hit, o, d), hit.face), d)
