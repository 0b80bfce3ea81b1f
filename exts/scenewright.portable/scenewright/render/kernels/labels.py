"""Label buffers: everything that is known of the one ray through each pixel centre."""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.buffers import BUFFERS, BufferSpec
from scenewright.render.kernels.facing import facing_at, object_point
from scenewright.render.kernels.intersect import hit_prim
from scenewright.render.kernels.motion import image_motion
from scenewright.render.kernels.rays import camera_direction, camera_origin, is_flat
from scenewright.render.kernels.surface import (
    base_color_at,
    bend_normal,
    has_normal_map,
    material_at,
    opacity_at,
    point_at,
)
from scenewright.render.kernels.types import NO_HIT, CameraData, Hit, MotionData, SceneData

__all__ = ["LABEL_BITS", "LABEL_SPAN", "LabelBuffers", "buffer_dtype", "write_labels"]

wp.set_module_options({"enable_backward": False, "max_unroll": 4})

_SCALARS = {"float32": wp.float32, "uint32": wp.uint32, "uint8": wp.uint8}


def buffer_dtype(spec: BufferSpec) -> type:
    """Return the Warp element type of one pixel of a buffer."""
    scalar = _SCALARS[spec.dtype.__name__]
    return scalar if spec.channels == 1 else wp.types.vector(spec.channels, scalar)


_LABEL_SPECS = [spec for spec in BUFFERS.values() if spec.source == "label"]
LABEL_BITS = {spec.name: 1 << bit for bit, spec in enumerate(_LABEL_SPECS)}
"""Bit of each label buffer in the ``wanted`` argument of :func:`write_labels`."""

LABEL_SPAN = 64
"""Pixels that a thread of :func:`write_labels` takes on the CPU."""

LabelBuffers = wp.struct(type("LabelBuffers", (), {
    "__module__": __name__,
    "__doc__": "One array a label buffer, empty unless its bit is set; a pixel is one element.",
    "__annotations__": {spec.name: wp.array(dtype=buffer_dtype(spec)) for spec in _LABEL_SPECS},
}))

DISTANCE_TO_CAMERA = wp.constant(LABEL_BITS["distance_to_camera"])
DISTANCE_TO_IMAGE_PLANE = wp.constant(LABEL_BITS["distance_to_image_plane"])
NORMALS = wp.constant(LABEL_BITS["normals"])
UV = wp.constant(LABEL_BITS["uv"])
ALBEDO = wp.constant(LABEL_BITS["albedo"])
DIFFUSE_ALBEDO = wp.constant(LABEL_BITS["diffuse_albedo"])
ROUGHNESS = wp.constant(LABEL_BITS["roughness"])
BUMP_NORMALS = wp.constant(LABEL_BITS["bump_normals"])
EMISSION = wp.constant(LABEL_BITS["emission"])
PRIM_ID = wp.constant(LABEL_BITS["prim_id"])
INSTANCE_ID = wp.constant(LABEL_BITS["instance_id"])
SEMANTIC_ID = wp.constant(LABEL_BITS["semantic_id"])
MOTION_VECTORS = wp.constant(LABEL_BITS["motion_vectors"])

DISTANCE_MISS = wp.constant(float(BUFFERS["distance_to_camera"].miss))
MATERIAL = wp.constant(LABEL_BITS["diffuse_albedo"] | LABEL_BITS["roughness"] | LABEL_BITS["bump_normals"]
                       | LABEL_BITS["emission"])
"""Buffers that need the values of the material."""
GEOMETRY = wp.constant(LABEL_BITS["normals"] | LABEL_BITS["uv"] | LABEL_BITS["albedo"] | LABEL_BITS["prim_id"]
                       | LABEL_BITS["instance_id"] | LABEL_BITS["semantic_id"] | MATERIAL)
"""Buffers that need more of a hit than its distance."""
SURFACE = wp.constant(LABEL_BITS["normals"] | LABEL_BITS["uv"] | LABEL_BITS["albedo"] | MATERIAL)
"""Buffers that need more of a hit than who was hit."""


@wp.func
def write_material(
    # Scene:
    scene: SceneData,
    # In:
    hit: Hit,
    o: wp.vec3,
    d: wp.vec3,
    wanted: int,
    i: int,
    # Out:
    labels_out: LabelBuffers,
):
    """Write the wanted buffers of the material at one pixel."""
    albedo = wp.vec4(0.0, 0.0, 0.0, 0.0)
    roughness = float(0.0)
    normal = wp.vec4(0.0, 0.0, 0.0, 0.0)
    emission = wp.vec4(0.0, 0.0, 0.0, 0.0)
    if hit.instance != NO_HIT:
        point = point_at(scene, hit, o, d)
        surface = material_at(scene, point)
        diffuse = surface.base_color * ((1.0 - surface.metallic) * (1.0 - surface.transmission))
        albedo = wp.vec4(diffuse[0], diffuse[1], diffuse[2], opacity_at(scene, hit, o, d))
        roughness = surface.roughness
        bent = point.normal
        if has_normal_map(scene, point):
            bent = bend_normal(scene, point, hit, o, d, scene[0].prims[point.prim].material)
        normal = wp.vec4(bent[0], bent[1], bent[2], 0.0)
        emission = wp.vec4(surface.emission[0], surface.emission[1], surface.emission[2], 1.0)
    if (wanted & DIFFUSE_ALBEDO) != 0:
        labels_out.diffuse_albedo[i] = albedo
    if (wanted & ROUGHNESS) != 0:
        labels_out.roughness[i] = roughness
    if (wanted & BUMP_NORMALS) != 0:
        labels_out.bump_normals[i] = normal
    if (wanted & EMISSION) != 0:
        labels_out.emission[i] = emission


@wp.kernel
def write_labels(
    # Scene:
    scene: SceneData,
    camera: CameraData,
    before: CameraData,
    motion: wp.array(dtype=MotionData),
    old_corners: wp.array(dtype=wp.vec3),
    instance_of_prim: wp.array(dtype=wp.uint32),
    semantic_of_prim: wp.array(dtype=wp.uint32),
    meters_per_unit: float,
    # In:
    hits: wp.array(dtype=Hit),
    wanted: int,
    span: int,
    first: int,
    # Out:
    labels_out: LabelBuffers,
):
    """Write the wanted label buffers of each pixel; where nothing was hit they hold their miss value.

    A thread takes ``span`` pixels: on the CPU Warp copies what a kernel is given for each thread, which takes longer than a
    pixel.
    """
    begin = (first + wp.tid()) * span
    for i in range(begin, wp.min(begin + span, hits.shape[0])):
        hit = hits[i]
        x = float(i % camera.width) + 0.5
        y = float(i // camera.width) + 0.5
        found = hit.instance != NO_HIT
        o = camera_origin(camera, x, y)
        d = camera_direction(camera, x, y)
        plane_distance = float(DISTANCE_MISS)
        distance = float(DISTANCE_MISS)
        if found:
            plane_distance = hit.t * meters_per_unit
            distance = plane_distance * wp.length(d)
            if not is_flat(camera):
                reached = o + d * hit.t
                plane_distance = wp.dot(reached, camera.forward) * meters_per_unit
                distance = wp.length(reached) * meters_per_unit
        if (wanted & DISTANCE_TO_IMAGE_PLANE) != 0:
            labels_out.distance_to_image_plane[i] = plane_distance
        if (wanted & DISTANCE_TO_CAMERA) != 0:
            labels_out.distance_to_camera[i] = distance
        if (wanted & MOTION_VECTORS) != 0:
            moved = wp.vec4(0.0, 0.0, 0.0, 0.0)
            if found:
                then = motion[hit.instance]
                local = object_point(scene, hit, o, d)
                if then.first_corner >= 0:
                    c = then.first_corner + 3 * hit.face
                    local = old_corners[c] * hit.u + old_corners[c + 1] * hit.v + old_corners[c + 2] * (1.0 - hit.u - hit.v)
                moved = image_motion(then, before, local, x, y)
            labels_out.motion_vectors[i] = moved
        if (wanted & GEOMETRY) == 0:
            continue
        normal = wp.vec4(0.0, 0.0, 0.0, 0.0)
        uv = wp.vec2(0.0, 0.0)
        albedo = wp.vec4(0.0, 0.0, 0.0, 0.0)
        prim = int(0)
        if found and (wanted & SURFACE) == 0:
            prim = hit_prim(scene, scene[0].instances[hit.instance], hit.face)
        elif found and (wanted & (UV | ALBEDO | MATERIAL)) == 0:
            facing = facing_at(scene, hit, o, d)
            side = wp.where(facing.inside != 0, -1.0, 1.0)
            normal = wp.vec4(side * facing.normal[0], side * facing.normal[1], side * facing.normal[2], 0.0)
            prim = hit_prim(scene, scene[0].instances[hit.instance], hit.face)
        elif found:
            point = point_at(scene, hit, o, d)
            normal = wp.vec4(point.normal[0], point.normal[1], point.normal[2], 0.0)
            uv = point.uv
            prim = point.prim
            if (wanted & ALBEDO) != 0:
                color = base_color_at(scene, point)
                albedo = wp.vec4(color[0], color[1], color[2], opacity_at(scene, hit, o, d))
        if (wanted & MATERIAL) != 0:
            write_material(scene, hit, o, d, wanted, i, labels_out)
        if (wanted & NORMALS) != 0:
            labels_out.normals[i] = normal
        if (wanted & UV) != 0:
            labels_out.uv[i] = uv
        if (wanted & ALBEDO) != 0:
            labels_out.albedo[i] = albedo
        if (wanted & PRIM_ID) != 0:
            labels_out.prim_id[i] = wp.uint32(prim)
        if (wanted & INSTANCE_ID) != 0:
            labels_out.instance_id[i] = instance_of_prim[prim]
        if (wanted & SEMANTIC_ID) != 0:
            labels_out.semantic_id[i] = semantic_of_prim[prim]
