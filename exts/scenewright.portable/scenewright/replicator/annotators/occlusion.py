"""occlusion: how much of each labelled prim others hide."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.replicator.annotators.bounding_box_2d import BoxTemplate
from scenewright.replicator.annotators.labelling import FIRST_ID, coverage_of, label_table, occlusion_ratios
from scenewright.replicator.annotators.template import AnnotatorOutput

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["OCCLUSION_DTYPE", "Occlusion"]

OCCLUSION_DTYPE = np.dtype([("instanceId", "<u4"), ("semanticId", "<u4"), ("occlusionRatio", "<f4")])


class Occlusion(BoxTemplate):
    """Share of each labelled prim's pixels that others hide; truncation by the image border is not occlusion.

    Output: (N,) records instanceId, semanticId, occlusionRatio = 1 - visible / unoccluded pixels, for each prim of which
    something lies in the frame. Info and parameters are those of ``bounding_box_2d_tight``.
    """

    names = ("occlusion", "Occlusion")

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Fill one record for each entity in the frame."""
        table = label_table(capture, params)
        rows = np.flatnonzero(np.asarray(coverage_of(capture, params).pixels) > 0)
        records = np.zeros(len(rows), OCCLUSION_DTYPE)
        records["instanceId"] = rows + FIRST_ID
        records["semanticId"] = table.entity_semantic[rows]
        records["occlusionRatio"] = occlusion_ratios(capture, params)[rows]
        return AnnotatorOutput(records, self.info(table, rows))
