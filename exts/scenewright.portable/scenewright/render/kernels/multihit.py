"""Which pixels an entity would cover if nothing stood before it.

One thread looks at one image row of one entity's screen rectangle and writes its own counts, so nothing is shared and no
hit list is needed: a pixel counts once, however many surfaces of the entity its ray crosses.
"""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.intersect import (
    hit_prim,
    instance_ray_direction,
    instance_ray_origin,
    query_direction,
    shape_hit,
    surface_opacity,
)
from scenewright.render.kernels.rays import camera_direction, camera_origin, sees
from scenewright.render.kernels.types import CUTOUT, NO_HIT, CameraData, SceneData

__all__ = ["CoverageItem", "CoverageRow", "CoverageSpan", "cover_rows"]

wp.set_module_options({"enable_backward": False, "max_unroll": 4})

LAYERS = wp.constant(64)


@wp.struct
class CoverageItem:
    """One instance of an entity."""

    instance: wp.int32
    partial: wp.int32  # 1: some slots of the instance belong to other entities


@wp.struct
class CoverageRow:
    """One row of an entity's screen rectangle."""

    entity: wp.int32
    y: wp.int32
    x_begin: wp.int32
    x_end: wp.int32
    word: wp.int32  # first word of its mask bits


@wp.struct
class CoverageSpan:
    """What was found in a row."""

    pixels: wp.int32
    x_min: wp.int32
    x_max: wp.int32


@wp.func
def item_covers(scene: SceneData, item: CoverageItem, entity: int, entity_of_prim: wp.array(dtype=wp.int32), world_o: wp.vec3,
                world_d: wp.vec3, near: float, far: float) -> bool:
    """Return whether the camera ray meets a part of an instance that belongs to the entity."""
    instance = scene[0].instances[item.instance]
    o = instance_ray_origin(instance, world_o)
    d = instance_ray_direction(instance, world_d)
    hit = shape_hit(scene, instance, o, d, near, far)
    if item.partial == 0 and (instance.flags & CUTOUT) == 0:
        return hit.instance != NO_HIT
    layer = int(0)
    while hit.instance != NO_HIT and layer < LAYERS:
        if entity_of_prim[hit_prim(scene, instance, hit.face)] == entity:
            if (instance.flags & CUTOUT) == 0:
                return True
            if surface_opacity(scene, instance, hit, o, d) > 0.0:
                return True
        hit = shape_hit(scene, instance, o, d, hit.t * 1.000001, far)
        layer += 1
    return False


@wp.kernel
def cover_rows(
    # Scene:
    scene: SceneData,
    camera: CameraData,
    entity_bvh: wp.uint64,
    items: wp.array(dtype=CoverageItem),
    entity_of_prim: wp.array(dtype=wp.int32),
    # In:
    rows: wp.array(dtype=CoverageRow),
    seen_prims: wp.array(dtype=wp.uint32),
    with_masks: int,
    first: int,
    # Out:
    spans_out: wp.array(dtype=CoverageSpan),
    mask_out: wp.array(dtype=wp.uint32),
):
    """Count the covered pixels of each row; with masks also set bit x - x_begin of the row's words.

    Where the image's prim ids are given, a pixel that shows the entity needs no ray.
    """
    i = first + wp.tid()
    row = rows[i]
    root = wp.bvh_get_group_root(entity_bvh, row.entity)
    pixels = int(0)
    x_min = int(0x7FFFFFFF)
    x_max = int(-1)
    bits = wp.uint32(0)
    for x in range(row.x_begin, row.x_end):
        covered = bool(False)
        if seen_prims.shape[0] > 0:
            covered = entity_of_prim[int(seen_prims[row.y * camera.width + x])] == row.entity
        d = camera_direction(camera, float(x) + 0.5, float(row.y) + 0.5)
        o = camera_origin(camera, float(x) + 0.5, float(row.y) + 0.5)
        seen = sees(d)
        query = wp.bvh_query_ray(entity_bvh, o, query_direction(d), root)
        index = int(0)
        while seen and not covered and wp.bvh_query_next(query, index, camera.far):
            covered = item_covers(scene, items[index], row.entity, entity_of_prim, o, d, camera.near, camera.far)
        column = x - row.x_begin
        if covered:
            pixels += 1
            x_min = wp.min(x_min, x)
            x_max = wp.max(x_max, x)
            bits = bits | (wp.uint32(1) << wp.uint32(column & 31))
        if with_masks != 0 and ((column & 31) == 31 or x == row.x_end - 1):
            mask_out[row.word + column // 32] = bits
            bits = wp.uint32(0)
    span = CoverageSpan()
    span.pixels = pixels
    span.x_min = x_min
    span.x_max = x_max
    spans_out[i] = span
