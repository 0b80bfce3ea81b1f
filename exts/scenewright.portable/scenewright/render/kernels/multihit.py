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
from scenewright.render.kernels.wide_bvh import mesh_occluded
from scenewright.render.scene.records import ShapeKind

__all__ = ["CoverageItem", "CoverageRow", "CoverageSpan", "cover_rows"]

wp.set_module_options({"enable_backward": False, "max_unroll": 4})

LAYERS = wp.constant(64)
MESH = wp.constant(int(ShapeKind.MESH))
PROBES = wp.constant(64)
"""Pixels between the first probes of a row, a power of two."""
TOUCH = wp.constant(0.01)
"""Pixels by which an edge may miss a row's centre and still count: what rounding may be off."""


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
    item: wp.int32  # the entity's only item, -1 where it has several
    whole: wp.int32  # 1: the entity lies between the clipping planes, and straight lines are straight in the image


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
    if item.partial == 0 and (instance.flags & CUTOUT) == 0:
        if instance.kind == MESH and scene[0].wide != 0:
            return mesh_occluded(scene, instance.mesh, o, d, near, far)
        return shape_hit(scene, instance, o, d, near, far).instance != NO_HIT
    hit = shape_hit(scene, instance, o, d, near, far)
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


@wp.func
def covers(scene: SceneData, camera: CameraData, entity_bvh: wp.uint64, items: wp.array(dtype=CoverageItem),
           entity_of_prim: wp.array(dtype=wp.int32), row: CoverageRow, seen_prims: wp.array(dtype=wp.uint32), root: int,
           x: int) -> bool:
    """Return whether the ray through a pixel centre of a row meets the row's entity."""
    if seen_prims.shape[0] > 0:
        if entity_of_prim[int(seen_prims[row.y * camera.width + x])] == row.entity:
            return True
    d = camera_direction(camera, float(x) + 0.5, float(row.y) + 0.5)
    if not sees(d):
        return False
    o = camera_origin(camera, float(x) + 0.5, float(row.y) + 0.5)
    if row.item >= 0:
        return item_covers(scene, items[row.item], row.entity, entity_of_prim, o, d, camera.near, camera.far)
    query = wp.bvh_query_ray(entity_bvh, o, query_direction(d), root)
    index = int(0)
    while wp.bvh_query_next(query, index, camera.far):
        if item_covers(scene, items[index], row.entity, entity_of_prim, o, d, camera.near, camera.far):
            return True
    return False


@wp.func
def row_extent(outlines: wp.array2d(dtype=wp.vec2), row: CoverageRow) -> wp.vec2i:
    """Return between which pixels of a row its item's box lies, begin and end; all of the row's where that is not known.

    The outline of a box's image is made of images of its edges: those that cross the row say where it begins and ends.
    """
    if row.item < 0 or row.whole == 0:
        return wp.vec2i(row.x_begin, row.x_end)
    y = float(row.y) + 0.5
    low = float(row.x_end)
    high = float(row.x_begin)
    for edge in range(12):
        axis = wp.int32(1) << (edge // 4)  # the corners of an edge differ in one bit of their number
        a = edge % 4
        a = (a & (axis - 1)) | ((a & ~(axis - 1)) << 1)
        p = outlines[row.item, a]
        q = outlines[row.item, a | axis]
        if wp.min(p[1], q[1]) - TOUCH <= y and y <= wp.max(p[1], q[1]) + TOUCH:
            rise = q[1] - p[1]
            if wp.abs(rise) <= TOUCH:
                low = wp.min(low, wp.min(p[0], q[0]))
                high = wp.max(high, wp.max(p[0], q[0]))
            else:
                x = p[0] + wp.clamp((y - p[1]) / rise, 0.0, 1.0) * (q[0] - p[0])
                low = wp.min(low, x)
                high = wp.max(high, x)
    return wp.vec2i(wp.max(row.x_begin, int(wp.floor(wp.max(low, float(row.x_begin)))) - 1),
                    wp.min(row.x_end, int(wp.ceil(wp.min(high, float(row.x_end)))) + 1))


@wp.func
def is_convex(scene: SceneData, items: wp.array(dtype=CoverageItem), row: CoverageRow) -> bool:
    """Return whether a row's entity is one solid analytic shape that straight lines in the image cut once: all of them are."""
    if row.item < 0 or row.whole == 0:
        return False
    item = items[row.item]
    kind = scene[0].instances[item.instance].kind
    return kind != MESH and item.partial == 0 and (scene[0].instances[item.instance].flags & CUTOUT) == 0


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
    outlines: wp.array2d(dtype=wp.vec2),
    seen_prims: wp.array(dtype=wp.uint32),
    with_masks: int,
    first: int,
    # Out:
    spans_out: wp.array(dtype=CoverageSpan),
    mask_out: wp.array(dtype=wp.uint32),
):
    """Count the covered pixels of each row; with masks also set bit x - x_begin of the row's words, which are 0 before.

    ``outlines`` has the image positions of the eight corners of each item's box.

    Where the image's prim ids are given, a pixel that shows the entity needs no ray.
    """
    i = first + wp.tid()
    row = rows[i]
    root = wp.bvh_get_group_root(entity_bvh, row.entity)
    extent = row_extent(outlines, row)
    begin = int(extent[0])
    end = int(extent[1])
    convex = is_convex(scene, items, row)
    if convex:  # its pixels in a row lie side by side: one of them is found, then by bisection the first and the last one
        limit = int(end)
        left = int(end)
        right = int(begin - 1)
        if seen_prims.shape[0] > 0:
            for x in range(begin, limit):
                if entity_of_prim[int(seen_prims[row.y * camera.width + x])] == row.entity:
                    left = wp.min(left, x)
                    right = x
        step = int(PROBES)
        while right < left and step >= 1:  # every step / 2 + k * step of all powers of two, and at last every k * PROBES
            x = begin + step // 2
            stride = int(step)
            if step == 1:
                x = int(begin)
                stride = int(PROBES)
            while right < left and x < limit:
                if covers(scene, camera, entity_bvh, items, entity_of_prim, row, seen_prims, root, x):
                    left = int(x)
                    right = int(x)
                x += stride
            step = step // 2
        end = int(right + 1)
        while begin < left:
            middle = (begin + left) // 2
            if covers(scene, camera, entity_bvh, items, entity_of_prim, row, seen_prims, root, middle):
                left = int(middle)
            else:
                begin = int(middle + 1)
        while end < limit:
            middle = (end + limit) // 2
            if covers(scene, camera, entity_bvh, items, entity_of_prim, row, seen_prims, root, middle):
                end = int(middle + 1)
            else:
                limit = int(middle)
    pixels = int(0)
    x_min = int(0x7FFFFFFF)
    x_max = int(-1)
    bits = wp.uint32(0)
    for x in range(begin, end):
        covered = convex
        if not convex:
            covered = covers(scene, camera, entity_bvh, items, entity_of_prim, row, seen_prims, root, x)
        column = x - row.x_begin
        if covered:
            pixels += 1
            x_min = wp.min(x_min, x)
            x_max = wp.max(x_max, x)
            bits = bits | (wp.uint32(1) << wp.uint32(column & 31))
        if with_masks != 0 and ((column & 31) == 31 or x == end - 1):
            mask_out[row.word + column // 32] = bits
            bits = wp.uint32(0)
    span = CoverageSpan()
    span.pixels = pixels
    span.x_min = x_min
    span.x_max = x_max
    spans_out[i] = span
