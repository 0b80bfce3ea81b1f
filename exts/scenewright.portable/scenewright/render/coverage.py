"""Unoccluded pixels of every labelled entity, in one pass over their own geometry."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import warp as wp

from scenewright.render.kernels.multihit import CoverageItem, CoverageRow, CoverageSpan, cover_rows

if TYPE_CHECKING:
    from scenewright.render.device.camera import ImageCamera
    from scenewright.render.device.scene import PlacedScene
    from scenewright.render.lens import Lens
    from scenewright.render.tiles import TileLauncher

__all__ = ["NO_BOX", "EntityCoverage", "cover_entities", "outside_pixels", "screen_rectangles"]

NO_BOX = (2147483647, 2147483647, -2147483648, -2147483648)
"""Box of an entity that covers no pixel."""

_BLOCK = 32  # pixels along the side of a block that shares a cone of rays
_CHUNK = 4096  # boxes at a time
_FAR = 1e5  # pixels
_SPARSE = 0.25  # of the image's pixels: rays beyond the image for one entity; where there are more, rows are left out


@dataclass(frozen=True, eq=False)
class EntityCoverage:
    """Pixels whose centre ray crosses an entity between the clipping planes, whatever stands before it."""

    pixels: np.ndarray
    """(E,) int64."""
    boxes: np.ndarray
    """(E, 4) int32: x_min, y_min, x_max, y_max of those pixels, inclusive; ``NO_BOX`` where there are none."""
    masks: list[np.ndarray | None]
    """Bool arrays cropped to the box, None where there are no pixels or no masks were asked for."""


def screen_rectangles(corners: np.ndarray, camera: "ImageCamera", margin: int = 0) -> np.ndarray:
    """Return pixel rectangles that surely contain the image of boxes, (N, 4) int64: x begin, y begin, x end, y end.

    A box that touches a pinhole's plane gets the whole image; one behind it or wholly outside an empty rectangle. Where the
    lens bends straight lines, the rectangle holds all blocks of pixels whose cone of rays meets the sphere around the box.

    Args:
        corners: Box corners in world space, (N, 8, 3) float64, stage units.
        camera: The camera.
        margin: How many image sizes beyond each border count as the image, too; only where straight lines stay straight.
    """
    if not camera.is_linear:
        return cone_rectangles(corners, camera)
    x, y, depth = camera.project(corners)
    low_x, high_x = np.floor(x.min(axis=1)) - 1, np.ceil(x.max(axis=1)) + 1
    low_y, high_y = np.floor(y.min(axis=1)) - 1, np.ceil(y.max(axis=1)) + 1
    size = np.linalg.norm(corners[:, 7] - corners[:, 0], axis=1)
    tiny = 1e-6 * (size + np.abs(depth).max(axis=1)) + 1e-30
    across = (depth.min(axis=1) <= tiny) & (not camera.is_parallel)
    left, right = -margin * camera.width, (margin + 1) * camera.width
    top, bottom = -margin * camera.height, (margin + 1) * camera.height
    low_x[across], low_y[across], high_x[across], high_y[across] = left, top, right, bottom
    behind = depth.max(axis=1) < 0.0
    rectangles = np.stack([np.clip(low_x, left, right), np.clip(low_y, top, bottom),
                           np.clip(high_x, left, right), np.clip(high_y, top, bottom)], axis=1).astype(np.int64)
    rectangles[behind] = 0
    return rectangles


def cone_rectangles(corners: np.ndarray, camera: "ImageCamera") -> np.ndarray:
    """Return pixel rectangles for a lens whose rays start at the camera or near it; see :func:`screen_rectangles`."""
    axes, limits = block_cones(camera.lens, camera.width, camera.height)
    centers = camera.local(corners.mean(axis=1))
    radii = np.linalg.norm(corners - corners.mean(axis=1, keepdims=True), axis=2).max(axis=1) * 1.000001 + camera.eye_offset
    distances = np.linalg.norm(centers, axis=1)
    inside = distances <= radii
    rectangles = np.zeros((len(corners), 4), np.int64)
    for start in range(0, len(corners), _CHUNK):
        part = slice(start, start + _CHUNK)
        safe = np.where(inside[part], 1.0, distances[part])
        spread = np.arcsin(np.minimum(radii[part] / safe, 1.0))
        angles = np.arccos(np.clip(centers[part] / safe[:, None] @ axes.reshape(-1, 3).T, -1.0, 1.0))
        seen = (angles <= limits.ravel() + spread[:, None]) | inside[part][:, None]
        seen = (seen & ~np.isnan(limits.ravel())).reshape(-1, *limits.shape)
        for axis, offset, size in ((1, 0, camera.width), (2, 1, camera.height)):
            line = seen.any(axis=axis)
            any_ = line.any(axis=1)
            first, last = line.argmax(axis=1), line.shape[1] - line[:, ::-1].argmax(axis=1)
            rectangles[part, offset] = np.where(any_, first * _BLOCK, 0)
            rectangles[part, offset + 2] = np.where(any_, np.minimum(last * _BLOCK, size), 0)
    return rectangles


@lru_cache(maxsize=16)
def block_cones(lens: "Lens", width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Return axis (R, C, 3) and half angle (R, C) of a cone around the rays of each block of pixels; NaN = no ray."""
    columns, rows = -(-width // _BLOCK), -(-height // _BLOCK)
    x = np.arange(columns * _BLOCK).clip(max=width - 1) + 0.5
    y = np.arange(rows * _BLOCK).clip(max=height - 1) + 0.5
    axes = np.empty((rows, columns, 3))
    angles = np.empty((rows, columns))
    for row in range(rows):
        _, rays = lens.rays(x[None, :], y[row * _BLOCK:(row + 1) * _BLOCK, None])
        rays = rays.reshape(_BLOCK, columns, _BLOCK, 3).transpose(1, 0, 2, 3).reshape(columns, -1, 3)
        dark = np.isnan(rays[..., 0])
        mean = np.where(dark[..., None], 0.0, rays).sum(axis=1)
        axes[row] = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-30)
        cosine = np.where(dark, np.inf, np.einsum("ckj,cj->ck", rays, axes[row])).min(axis=1)
        angles[row] = np.arccos(np.where(np.isinf(cosine), np.nan, np.clip(cosine - 1e-9, -1.0, 1.0)))
    return axes, angles


def cover_entities(placed: "PlacedScene", camera: "ImageCamera", entity_of_prim: np.ndarray, entity_count: int,
                   launcher: "TileLauncher", masks: bool, seen_prims: wp.array | None = None) -> EntityCoverage:
    """Trace the entities' own geometry.

    Args:
        placed: The scene relative to the camera.
        camera: The camera.
        entity_of_prim: Entity row of each prim id, (P,) int32, -1 for none.
        entity_count: Number of entities E.
        launcher: Where to run.
        masks: Whether to return masks.
        seen_prims: The image's ``prim_id`` buffer, where it was rendered: its pixels need no rays.
    """
    items, groups = entity_items(placed.first_prim, entity_of_prim)
    rectangles = entity_rectangles(screen_rectangles(placed.boxes.corners(), camera), items["instance"], groups, entity_count)
    rows, words = coverage_rows(rectangles)
    if not len(rows):
        return empty_coverage(entity_count)
    spans, bits = trace_rows(placed, camera, entity_of_prim, (items, groups), rows, words if masks else 0, launcher, seen_prims)
    coverage = reduce_rows(rows, spans, entity_count)
    if masks:
        cut_masks(coverage, rows, rectangles, bits)
    return coverage


def trace_rows(placed: "PlacedScene", camera: "ImageCamera", entity_of_prim: np.ndarray, parts: tuple[np.ndarray, np.ndarray],
               rows: np.ndarray, words: int, launcher: "TileLauncher",
               seen_prims: wp.array | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the CoverageSpan of each row and, with ``words`` above 0, the bits of the masks."""
    items, groups = parts
    device = launcher.device
    rows["item"] = single_items(groups, rows["entity"])
    outlines, whole = box_outlines(placed, camera, items["instance"])
    rows["whole"] = whole[rows["item"]]  # of no use where there are several
    low, high = placed.low[items["instance"]], placed.high[items["instance"]]
    bvh = wp.Bvh(wp.array(low, dtype=wp.vec3, device=device), wp.array(high, dtype=wp.vec3, device=device),
                 groups=wp.array(groups.astype(np.int32), dtype=wp.int32, device=device))
    spans = wp.empty(len(rows), dtype=CoverageSpan, device=device)
    bits = wp.zeros(max(words, 1), dtype=wp.uint32, device=device)
    seen = wp.empty(0, dtype=wp.uint32, device=device) if seen_prims is None else seen_prims
    launcher.launch(
        cover_rows, len(rows),
        [placed.data, camera.data, bvh.id, wp.array(items, dtype=CoverageItem, device=device),
         wp.array(entity_of_prim.astype(np.int32), dtype=wp.int32, device=device),
         wp.array(rows, dtype=CoverageRow, device=device), wp.array(outlines, dtype=wp.vec2, device=device), seen,
         int(words > 0)],
        [spans, bits], tile=1024,
    )
    return spans.numpy(), bits.numpy()


def single_items(groups: np.ndarray, entity: np.ndarray) -> np.ndarray:
    """Return the only item of each of some entities, -1 where it has several; ``groups`` has the entity of each item."""
    order = np.argsort(groups, kind="stable")
    first = np.searchsorted(groups[order], entity)
    last = np.searchsorted(groups[order], entity, side="right")
    return np.where(last - first == 1, order[np.minimum(first, len(order) - 1)], -1)


def box_outlines(placed: "PlacedScene", camera: "ImageCamera", instances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the corners of instances' boxes are in the image, (K, 8, 2) float32 [px], and for whom that is of use, (K,).

    It is of use where straight lines are straight in the image, the box lies between the clipping planes, and no number is so
    large that float32 does not tell a hundredth of a pixel.
    """
    if not camera.is_linear:
        return np.zeros((len(instances), 8, 2), np.float32), np.zeros(len(instances), bool)
    with np.errstate(all="ignore"):
        x, y, _ = camera.project(placed.boxes.corners()[instances])
        outlines = np.stack([x, y], axis=-1)
        whole = between_planes(placed, camera, instances) & (np.abs(outlines) < _FAR).all(axis=(1, 2))
        return outlines.astype(np.float32), whole


def between_planes(placed: "PlacedScene", camera: "ImageCamera", instances: np.ndarray) -> np.ndarray:
    """Return whether the boxes of some instances lie between the clipping planes, (K,) bool."""
    boxes = placed.boxes
    along = boxes.matrices[instances][:, :, :3] @ camera.forward  # (K, 4): of the axes and the origin
    depth = (boxes.centers[instances] * along[:, :3]).sum(axis=1) + along[:, 3] - camera.center @ camera.forward
    spread = (boxes.halves[instances] * np.abs(along[:, :3])).sum(axis=1)
    near, far = camera.record.clipping_range
    return (depth - spread > near) & (depth + spread < far)


def outside_pixels(placed: "PlacedScene", camera: "ImageCamera", entity_of_prim: np.ndarray, entity_count: int,
                   launcher: "TileLauncher") -> tuple[np.ndarray, np.ndarray] | None:
    """Return what each entity would cover beyond the image's border, up to one image size from it.

    Pixels, (E,) float64, and their boxes, (E, 4) int32: x_min, y_min, x_max, y_max, inclusive, ``NO_BOX`` where there are none.

    Where an entity's surroundings beyond the border are large, a part of the rows stands for all of them. None for a lens that
    bends straight lines: it has no rays beyond its image.
    """
    if not camera.is_linear:
        return None
    parts = entity_items(placed.first_prim, entity_of_prim)
    wide = entity_rectangles(screen_rectangles(placed.boxes.corners(), camera, 1), parts[0]["instance"], parts[1], entity_count)
    rows, weights = border_rows(wide, camera.width, camera.height)
    counts = np.zeros(entity_count)
    if not len(rows):
        return counts, empty_coverage(entity_count).boxes
    spans, _ = trace_rows(placed, camera, entity_of_prim, parts, rows, 0, launcher)
    np.add.at(counts, rows["entity"], spans["pixels"] * weights)
    return counts, reduce_rows(rows, spans, entity_count).boxes


def border_rows(rectangles: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Return CoverageRows of the parts of rectangles beyond an image, and how many rows each stands for."""
    beyond = np.flatnonzero((rectangles[:, :2] < 0).any(axis=1) | (rectangles[:, 2:] > (width, height)).any(axis=1))
    x0, y0, x1, y1 = rectangles[beyond].T
    strides = np.maximum(np.ceil((x1 - x0) * (y1 - y0) / (_SPARSE * width * height)).astype(np.int64), 1)
    counts = np.maximum(-((y0 + strides // 2 - y1) // strides), 0)
    of = np.repeat(np.arange(len(beyond)), counts)  # a row of the image each, two parts of which may lie beyond it
    y = y0[of] + strides[of] // 2 + strides[of] * (np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts))
    inside = (y >= 0) & (y < height)
    begins = np.stack([x0[of], np.where(inside, np.maximum(x0[of], width), x1[of])], axis=1)
    ends = np.stack([np.where(inside, np.minimum(x1[of], 0), x1[of]), x1[of]], axis=1)
    line, part = np.nonzero(ends > begins)
    rows = np.zeros(len(line), CoverageRow.numpy_dtype())
    rows["entity"], rows["y"], rows["item"] = beyond[of[line]], y[line], -1
    rows["x_begin"], rows["x_end"] = begins[line, part], ends[line, part]
    return rows, np.minimum(strides, y1 - y0)[of[line]].astype(np.float64)


def empty_coverage(entity_count: int) -> EntityCoverage:
    """Return the coverage of entities that are all out of view."""
    boxes = np.tile(np.array(NO_BOX, np.int32), (entity_count, 1))
    return EntityCoverage(np.zeros(entity_count, np.int64), boxes, [None] * entity_count)


def entity_items(first_prim: np.ndarray, entity_of_prim: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (instance, entity) pairs without duplicates: CoverageItem rows and the entity of each, (K,) int64."""
    prims = np.arange(1, len(entity_of_prim))
    owner = np.searchsorted(first_prim, prims, side="right") - 1
    labelled = entity_of_prim[1:] >= 0
    pairs = np.unique(np.stack([owner[labelled], entity_of_prim[1:][labelled]], axis=1), axis=0).astype(np.int64)
    items = np.zeros(len(pairs), CoverageItem.numpy_dtype())
    if len(pairs):
        slots = np.bincount(owner)
        labels = np.bincount(owner[labelled], minlength=len(slots))
        kinds = np.bincount(pairs[:, 0], minlength=len(slots))
        items["instance"] = pairs[:, 0]
        items["partial"] = (kinds[pairs[:, 0]] > 1) | (labels[pairs[:, 0]] < slots[pairs[:, 0]])
    return items, pairs[:, 1]


def entity_rectangles(rectangles: np.ndarray, instance: np.ndarray, entity: np.ndarray, entity_count: int) -> np.ndarray:
    """Return the union of the rectangles of each entity's instances, (E, 4) int64; empty ones do not count."""
    union = np.tile(np.array([2**31, 2**31, 0, 0], np.int64), (entity_count, 1))
    seen = (rectangles[instance, 2] > rectangles[instance, 0]) & (rectangles[instance, 3] > rectangles[instance, 1])
    np.minimum.at(union[:, :2], entity[seen], rectangles[instance[seen], :2])
    np.maximum.at(union[:, 2:], entity[seen], rectangles[instance[seen], 2:])
    union[union[:, 2] == 0] = 0
    return union


def coverage_rows(rectangles: np.ndarray) -> tuple[np.ndarray, int]:
    """Return a CoverageRow for each image row of each rectangle, and the number of mask words they need."""
    heights = rectangles[:, 3] - rectangles[:, 1]
    entity = np.repeat(np.arange(len(rectangles)), heights)
    rows = np.zeros(len(entity), CoverageRow.numpy_dtype())
    starts = np.cumsum(heights) - heights
    rows["entity"] = entity
    rows["y"] = rectangles[entity, 1] + np.arange(len(entity)) - starts[entity]
    rows["x_begin"] = rectangles[entity, 0]
    rows["x_end"] = rectangles[entity, 2]
    words = (rectangles[entity, 2] - rectangles[entity, 0] + 31) // 32
    rows["word"] = np.cumsum(words) - words
    return rows, int(words.sum())


def reduce_rows(rows: np.ndarray, spans: np.ndarray, entity_count: int) -> EntityCoverage:
    """Sum the rows of each entity."""
    coverage = empty_coverage(entity_count)
    hit = spans["pixels"] > 0
    entity = rows["entity"][hit]
    np.add.at(coverage.pixels, entity, spans["pixels"][hit])
    for column, values, reduce in ((0, spans["x_min"], np.minimum), (1, rows["y"], np.minimum),
                                   (2, spans["x_max"], np.maximum), (3, rows["y"], np.maximum)):
        reduce.at(coverage.boxes[:, column], entity, values[hit])
    return coverage


def cut_masks(coverage: EntityCoverage, rows: np.ndarray, rectangles: np.ndarray, words: np.ndarray) -> None:
    """Fill ``coverage.masks`` from the bits of each row."""
    bits = words.astype("<u4").view(np.uint8)
    first_row = np.searchsorted(rows["entity"], np.arange(len(rectangles)))
    for entity in np.flatnonzero(coverage.pixels):
        x_begin, y_begin, x_end, y_end = rectangles[entity]
        width, height = int(x_end - x_begin), int(y_end - y_begin)
        stride = 4 * ((width + 31) // 32)
        start = 4 * int(rows["word"][first_row[entity]])
        mask = np.unpackbits(bits[start:start + stride * height].reshape(height, stride), axis=1, bitorder="little")
        x_min, y_min, x_max, y_max = coverage.boxes[entity]
        coverage.masks[entity] = mask[y_min - y_begin:y_max - y_begin + 1, x_min - x_begin:x_max - x_begin + 1].astype(bool)
