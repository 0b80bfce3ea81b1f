"""instance_segmentation: one id per labelled prim."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scenewright.replicator.annotators.labelling import BACKGROUND, UNLABELLED, joined, label_table, segmentation
from scenewright.replicator.annotators.semantic_segmentation import SemanticSegmentation
from scenewright.replicator.annotators.template import AnnotatorOutput

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["InstanceSegmentation"]


class InstanceSegmentation(SemanticSegmentation):
    """Instance id of each pixel: 0 background, 1 unlabelled, then one id per labelled prim in namespace order.

    Unlabelled prims below a labelled one belong to it. Output: uint32 (H, W), or with ``colorize`` uint8 (H, W, 4). Info:
    ``idToLabels`` ``{id: prim path}`` and ``idToSemantics`` ``{id: {type: label}}`` of the reserved ids and of what is in view.
    Keys are strings; the ``_fast`` twin has int keys, tuples when colorized.

    Parameters: ``colorize`` (False), ``semanticTypes`` and ``semanticFilter`` as in ``semantic_segmentation``; ``mapping``
    colours by ``"type:label"``, which gives all instances of a label one colour, so it is refused here.
    """

    names = ("instance_segmentation",)
    fast_names = ("instance_segmentation_fast",)
    parameters = {k: v for k, v in SemanticSegmentation.parameters.items() if k != "mapping"}  # noqa: RUF012

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Paint the instance ids."""
        table = label_table(capture, params)
        paths = (BACKGROUND, UNLABELLED, *table.entity_paths)
        labels = ({}, {}, *table.entity_labels)
        return segmentation(capture, table.instance_of_prim,
                            {"idToLabels": lambda i: paths[i], "idToSemantics": lambda i: joined(labels[i], i)},
                            colorize=params["colorize"], fast=self.fast)
