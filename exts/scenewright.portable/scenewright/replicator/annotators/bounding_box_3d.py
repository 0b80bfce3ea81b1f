"""bounding_box_3d and bounding_box_3d_360: local extents and pose of labelled prims."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.replicator.annotators.bounding_box_2d import BoxTemplate
from scenewright.replicator.annotators.labelling import coverage_of, label_table, occlusion_ratios
from scenewright.replicator.annotators.template import AnnotatorOutput

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["BOX_3D_DTYPE", "BoundingBox3d", "BoundingBox3d360"]

_EXTENT = ("x_min", "y_min", "z_min", "x_max", "y_max", "z_max")
BOX_3D_DTYPE = np.dtype([("semanticId", "<u4"), *((name, "<f4") for name in _EXTENT), ("transform", "<f4", (4, 4)),
                         ("occlusionRatio", "<f4")])


class BoundingBox3d(BoxTemplate):
    """Local extents and pose of each labelled prim of which something lies in the frame, hidden or not.

    Output: (N,) records semanticId; x_min … z_max, the extents in the prim's own space, without its scale [stage units];
    transform, (4, 4) local to world for row vectors; occlusionRatio (0 = fully visible, 1 = hidden, -1 = not in the frame).
    Info and parameters are those of ``bounding_box_2d_tight``.
    """

    names = ("bounding_box_3d",)
    fast_names = ("bounding_box_3d_fast",)

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Fill one record for each entity in view."""
        table = label_table(capture, params)
        rows = self.rows(capture, params, len(table.entity_paths))
        records = np.zeros(len(rows), BOX_3D_DTYPE)
        records["semanticId"] = table.entity_semantic[rows]
        bounds = np.asarray(table.entity_bounds).reshape(-1, 6)[rows]
        for column, name in enumerate(_EXTENT):
            records[name] = bounds[:, column]
        records["transform"] = np.asarray(table.entity_matrices).reshape(-1, 4, 4)[rows]
        records["occlusionRatio"] = occlusion_ratios(capture, params)[rows]
        return AnnotatorOutput(records, self.info(table, rows))

    def rows(self, capture: "Capture", params: Mapping[str, Any], count: int) -> np.ndarray:
        """Return the entities that get a record."""
        return np.flatnonzero(np.asarray(coverage_of(capture, params).pixels) > 0)


class BoundingBox3d360(BoundingBox3d):
    """As ``bounding_box_3d``, for every visible labelled prim of the stage, in the frame or not."""

    names = ("bounding_box_3d_360",)
    fast_names = ()

    def rows(self, capture: "Capture", params: Mapping[str, Any], count: int) -> np.ndarray:
        """Return all entities."""
        return np.arange(count)
