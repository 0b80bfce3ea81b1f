"""bounding_box_2d_tight and bounding_box_2d_loose: image-space boxes of labelled prims."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.replicator.annotators.labelling import (
    FILTER_PARAMETERS,
    FIRST_ID,
    check_label_parameters,
    coverage_of,
    label_table,
    occlusion_ratios,
)
from scenewright.replicator.annotators.regions import prim_runs
from scenewright.replicator.annotators.template import AnnotatorOutput, AnnotatorTemplate

if TYPE_CHECKING:
    from scenewright.render import LabelTable
    from scenewright.replicator.capture import Capture

__all__ = ["BOX_2D_DTYPE", "BoundingBox2dLoose", "BoundingBox2dTight", "BoxTemplate"]

BOX_2D_DTYPE = np.dtype([("semanticId", "<u4"), ("x_min", "<i4"), ("y_min", "<i4"), ("x_max", "<i4"), ("y_max", "<i4"),
                         ("occlusionRatio", "<f4")])


class BoxTemplate(AnnotatorTemplate):
    """Base class of annotators with one record per labelled prim."""

    parameters = FILTER_PARAMETERS
    per_camera = True

    def check_parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``given`` on top of the defaults, in canonical form."""
        return check_label_parameters(self.name, super().check_parameters(given))

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the id buffer."""
        return frozenset(("prim_id",))

    def info(self, table: "LabelTable", rows: np.ndarray) -> dict[str, Any]:
        """Return ``idToLabels`` of the semantic ids in ``rows``, their instance ids and their prim paths."""
        semantic = np.unique(table.entity_semantic[rows]).tolist()
        return {
            "idToLabels": {i if self.fast else str(i): dict(table.semantic_labels[i - FIRST_ID]) for i in semantic},
            "bboxIds": (rows + FIRST_ID).astype(np.uint32),
            "primPaths": [table.entity_paths[row] for row in rows.tolist()],
        }


class BoundingBox2dTight(BoxTemplate):
    """Extents of the visible pixels of each labelled prim; one without visible pixels has no record.

    Output: (N,) records semanticId, x_min, y_min, x_max, y_max [px, inclusive, origin top-left], occlusionRatio (0 = fully
    visible, 1 = hidden). Info: ``idToLabels`` ``{semanticId: {type: label}}``, ``bboxIds`` (uint32 instance ids), ``primPaths``
    (in row order). Keys are strings, ints in the ``_fast`` twin.

    Parameters: ``semanticTypes`` and ``semanticFilter`` as in ``semantic_segmentation``.
    """

    names = ("bounding_box_2d_tight",)
    fast_names = ("bounding_box_2d_tight_fast",)

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Reduce the id image."""
        table = label_table(capture, params)
        boxes = prim_runs(capture).boxes(table.instance_of_prim, len(table.entity_paths) + FIRST_ID)[FIRST_ID:]
        rows = np.flatnonzero(boxes[:, 2] >= boxes[:, 0])
        return AnnotatorOutput(_records(capture, params, table, boxes, rows), self.info(table, rows))


class BoundingBox2dLoose(BoxTemplate):
    """Extents of everything of each labelled prim that lies in the frame, hidden by others or not, clipped to the image.

    Output, info and parameters are those of ``bounding_box_2d_tight``; a prim outside the frame has no record.
    """

    names = ("bounding_box_2d_loose",)
    fast_names = ("bounding_box_2d_loose_fast",)

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Take the boxes of the unoccluded coverage."""
        table = label_table(capture, params)
        coverage = coverage_of(capture, params)
        rows = np.flatnonzero(np.asarray(coverage.pixels) > 0)
        return AnnotatorOutput(_records(capture, params, table, np.asarray(coverage.boxes), rows), self.info(table, rows))


def _records(capture: "Capture", params: Mapping[str, Any], table: "LabelTable", boxes: np.ndarray,
             rows: np.ndarray) -> np.ndarray:
    records = np.zeros(len(rows), BOX_2D_DTYPE)
    records["semanticId"] = table.entity_semantic[rows]
    for column, name in enumerate(("x_min", "y_min", "x_max", "y_max")):
        records[name] = boxes[rows, column]
    records["occlusionRatio"] = occlusion_ratios(capture, params)[rows]
    return records
