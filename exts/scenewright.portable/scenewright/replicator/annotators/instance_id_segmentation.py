"""instance_id_segmentation: one id per renderable prim, labelled or not."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.replicator.annotators.instance_segmentation import InstanceSegmentation
from scenewright.replicator.annotators.labelling import BACKGROUND, FIRST_ID, UNLABELLED, label_table, segmentation
from scenewright.replicator.annotators.template import AnnotatorOutput

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["InstanceIdSegmentation"]


class InstanceIdSegmentation(InstanceSegmentation):
    """Id of the renderable prim of each pixel, whatever its labels: 0 background, then prims in namespace order from 2.

    Output: uint32 (H, W), or with ``colorize`` uint8 (H, W, 4). Info: ``idToLabels`` ``{id: prim path}`` of the reserved ids
    and of what is in view. Keys are strings; the ``_fast`` twin has int keys, tuples when colorized.

    Parameters: ``colorize`` (False). ``semanticTypes`` and ``semanticFilter`` are accepted and change nothing.
    """

    names = ("instance_id_segmentation",)
    fast_names = ("instance_id_segmentation_fast",)

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Paint the ids of leaf prims."""
        table = label_table(capture, {"semanticTypes": None, "semanticFilter": None})
        leaf_of: dict[str, int] = {}
        groups = np.zeros(len(table.leaf_paths), np.uint32)
        for row, path in enumerate(table.leaf_paths[1:], start=1):
            groups[row] = leaf_of.setdefault(path, len(leaf_of) + FIRST_ID)
        paths = (BACKGROUND, UNLABELLED, *leaf_of)
        return segmentation(capture, groups, {"idToLabels": lambda i: paths[i]}, colorize=params["colorize"], fast=self.fast)
