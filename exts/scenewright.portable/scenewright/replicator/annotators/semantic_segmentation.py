"""semantic_segmentation: one id per set of labels."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scenewright.replicator.annotators.labelling import (
    COLORIZE_PARAMETERS,
    FIRST_ID,
    check_label_parameters,
    joined,
    label_table,
    segmentation,
)
from scenewright.replicator.annotators.template import AnnotatorOutput, AnnotatorTemplate

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture

__all__ = ["SemanticSegmentation"]


class SemanticSegmentation(AnnotatorTemplate):
    """Semantic id of each pixel: 0 background, 1 unlabelled, then one id per distinct set of labels.

    Output: uint32 (H, W), or with ``colorize`` uint8 (H, W, 4). Info: ``idToLabels`` ``{id: {type: label}}`` of the reserved
    ids and of what is in view; inherited labels are comma-joined, child first. Keys are strings, ``"(r, g, b, a)"`` when
    colorized.

    Parameters: ``colorize`` (False); ``mapping`` (colours by ``"type:label"``, dict or JSON text, only with ``colorize``);
    ``semanticTypes`` (list of types kept, None = all); ``semanticFilter`` (predicate, such as ``"class: car | truck"``).
    """

    names = ("semantic_segmentation",)
    parameters = COLORIZE_PARAMETERS

    def check_parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``given`` on top of the defaults, in canonical form."""
        return check_label_parameters(self.name, super().check_parameters(given))

    def buffers(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the id buffer."""
        return frozenset(("prim_id",))

    def compute(self, capture: "Capture", params: Mapping[str, Any]) -> AnnotatorOutput:
        """Paint the semantic ids."""
        table = label_table(capture, params)
        labels = ({}, {}, *table.semantic_labels)
        colors = _mapped(params["mapping"], table.semantic_labels)
        return segmentation(capture, table.semantic_of_prim, {"idToLabels": lambda i: joined(labels[i], i)},
                            colorize=params["colorize"], fast=self.fast, colors=colors)


def _mapped(mapping: Mapping[str, list[int]] | None, semantic_labels: tuple[dict[str, str], ...]) -> dict[int, list[int]]:
    """Return the colour of each semantic id that some ``type:label`` of the mapping names."""
    if not mapping:
        return {}
    colors = {}
    for row, labels in enumerate(semantic_labels):
        names = [f"{kind}:{label}" for kind, text in labels.items() for label in (text, *text.split(","))]
        color = next((mapping[name] for name in names if name in mapping), None)
        if color is not None:
            colors[row + FIRST_ID] = color
    return colors
