"""amodal_segmentation: whole silhouettes of labelled prims, as if nothing stood before them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.replicator.annotators.bounding_box_2d import BoxTemplate
from scenewright.replicator.annotators.labelling import (
    FIRST_ID,
    coverage_of,
    filter_key,
    label_table,
    visible_pixels,
)
from scenewright.replicator.annotators.regions import prim_runs
from scenewright.replicator.annotators.template import AnnotatorOutput

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["AMODAL_DTYPE", "OCCLUDER_DTYPE", "AmodalSegmentation", "Occluders"]

_BOX = ("x_min", "y_min", "x_max", "y_max")
AMODAL_DTYPE = np.dtype([("instanceId", "<u4"), ("semanticId", "<u4"), *((name, "<i4") for name in _BOX), ("pixels", "<u4"),
                         ("visiblePixels", "<u4"), ("visibleFraction", "<f4"), ("truncation", "<f4"), ("outsidePixels", "<u4"),
                         ("fullBox", "<i4", (4,))])
OCCLUDER_DTYPE = np.dtype([("instanceId", "<u4"), ("occluderId", "<u4"), ("pixels", "<u4"), ("share", "<f4")])


class AmodalSegmentation(BoxTemplate):
    """Whole silhouette of each labelled prim of which something lies in the frame, hidden by others or not.

    Output: (N,) records instanceId and semanticId; x_min … y_max [px, inclusive], the box of the silhouette within the image;
    pixels of the silhouette and those of them that are visible; visibleFraction, their ratio; truncation, the part of the
    silhouette beyond the image's border (up to one image size from it, large ones to about 1 %; -1 for lenses that have no rays
    there); outsidePixels, its pixels there, and fullBox, x_min, y_min, x_max, y_max with what lies there. Info: ``masks``, one
    bool array (y_max - y_min + 1, x_max - x_min + 1) for each record, cropped to its box, and ``idToLabels``, ``bboxIds`` and
    ``primPaths`` as in ``bounding_box_2d_tight``, whose parameters it has.

    Needs the portable renderer's own tracer: Replicator in Kit has no such annotator.
    """

    names = ("amodal_segmentation",)

    def wants_masks(self, params: Mapping[str, Any]) -> bool:
        """Ask for masks."""
        return True

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Trace the entities' own geometry."""
        table = label_table(capture, params)
        coverage = coverage_of(capture, params, masks=True)
        rows = np.flatnonzero(np.asarray(coverage.pixels) > 0)
        records = np.zeros(len(rows), AMODAL_DTYPE)
        records["instanceId"] = rows + FIRST_ID
        records["semanticId"] = table.entity_semantic[rows]
        for column, name in enumerate(_BOX):
            records[name] = np.asarray(coverage.boxes)[rows, column]
        records["pixels"] = np.asarray(coverage.pixels)[rows]
        records["visiblePixels"] = visible_pixels(capture, params)[rows]
        records["visibleFraction"] = records["visiblePixels"] / records["pixels"]
        _add_outside(records, capture, params, rows)
        return AnnotatorOutput(records, {**self.info(table, rows), "masks": [coverage.masks[row] for row in rows.tolist()]})


class Occluders(BoxTemplate):
    """Who hides a labelled prim, and how much of it: one record for each pair of a prim and what stands right before it.

    Output: (N,) records instanceId; occluderId (1 = an unlabelled prim); pixels of the prim's silhouette where the occluder is
    what is seen; share, their part of the silhouette. A pixel counts for the nearest occluder alone, so the shares of a prim
    add up to 1 - visibleFraction. Ordered by instanceId, then by pixels, most first. Info: ``primPaths`` and
    ``occluderPaths``, one for each record; an unlabelled occluder's is that of the prim which draws it. Parameters are those of
    ``bounding_box_2d_tight``.

    Needs the portable renderer's own tracer: Replicator in Kit has no such annotator.
    """

    names = ("occluders",)

    def wants_masks(self, params: Mapping[str, Any]) -> bool:
        """Ask for masks."""
        return True

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Look at what is seen where the silhouettes are not."""
        table, coverage = label_table(capture, params), coverage_of(capture, params, masks=True)
        paths, key_of_prim = _occluder_keys(table.entity_paths, table.leaf_paths, table.instance_of_prim)
        keys = prim_runs(capture).paint(key_of_prim)
        pixels = np.asarray(coverage.pixels)
        hidden_rows = np.flatnonzero(pixels > visible_pixels(capture, params)).tolist()
        found: list[tuple[int, int, int]] = []
        for row in hidden_rows:
            x_min, y_min, x_max, y_max = coverage.boxes[row].tolist()
            who, counts = _counted(keys[y_min:y_max + 1, x_min:x_max + 1][coverage.masks[row]])
            others = who != row + FIRST_ID
            order = np.argsort(-counts[others], kind="stable")
            found.extend((row, *pair) for pair in zip(who[others][order].tolist(), counts[others][order].tolist(), strict=True))
        records = np.zeros(len(found), OCCLUDER_DTYPE)
        if found:
            row, who, counts = np.array(found).T
            records["instanceId"], records["pixels"], records["share"] = row + FIRST_ID, counts, counts / pixels[row]
            records["occluderId"] = np.where(who < len(table.entity_paths) + FIRST_ID, who, 1)
        return AnnotatorOutput(records, {"primPaths": [table.entity_paths[row] for row, _, _ in found],
                                         "occluderPaths": [paths[who] for _, who, _ in found]})


def _counted(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which keys there are, ascending, and how often."""
    first, last = keys.min(), keys.max()
    if last - first > 4 * keys.size:
        return np.unique(keys, return_counts=True)
    counts = np.bincount(keys - first)
    who = np.flatnonzero(counts)
    return who + first, counts[who]


def _occluder_keys(entities: tuple[str, ...], leaves: tuple[str, ...], instance_of_prim: np.ndarray) -> tuple[list[str],
                                                                                                              np.ndarray]:
    """Return the path of each occluder, and the occluder of each prim id: an entity, or else a prim of its own."""
    paths = ["", "", *entities]
    keys = instance_of_prim.astype(np.int32)
    of_path: dict[str, int] = {}
    for prim in np.flatnonzero(instance_of_prim == 1).tolist():
        number = of_path.setdefault(leaves[prim], len(paths))
        if number == len(paths):
            paths.append(leaves[prim])
        keys[prim] = number
    return paths, keys


def _add_outside(records: np.ndarray, capture: "Capture", params: Mapping[str, Any], rows: np.ndarray) -> None:
    """Fill in what lies beyond the image's border."""
    records["fullBox"] = np.stack([records[name] for name in _BOX], axis=1)
    table = label_table(capture, params)
    outside = capture.once(("outside", filter_key(params)), lambda: capture.frame.outside_pixels(table))
    if outside is None:
        records["truncation"] = -1.0
        return
    pixels, boxes = outside[0][rows], outside[1][rows]
    records["truncation"] = pixels / (pixels + records["pixels"])
    records["outsidePixels"] = np.round(pixels)
    records["fullBox"][:, :2] = np.minimum(records["fullBox"][:, :2], boxes[:, :2])
    records["fullBox"][:, 2:] = np.maximum(records["fullBox"][:, 2:], boxes[:, 2:])
