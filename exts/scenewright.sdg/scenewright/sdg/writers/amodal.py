"""Whole silhouettes in formats, from the annotators of Scenewright's own tracer."""

from typing import Any

import numpy as np

from scenewright.sdg.annotators import NoTracerError, has_tracer, object_id
from scenewright.sdg.annotators.payload import array_of
from scenewright.sdg.writers.labelled import LabelledView
from scenewright.sdg.writers.rle import mask_rle

__all__ = ["amodal_annotators", "amodal_entries", "amodal_masks"]


def amodal_annotators(writer: str, semantic_type: str, occluders: bool = False) -> list[tuple[str, dict[str, Any]]]:
    """Return the annotators, with parameters, that `amodal_masks` and `amodal_entries` read.

    Raises:
        NoTracerError: in Kit, whose renderer does not see what is hidden.
    """
    if not has_tracer():
        raise NoTracerError(
            f"The writer {writer}: whole silhouettes need Scenewright's own tracer, which Kit has not. Generate the dataset "
            "with `scenewright generate`, or leave `amodal` out."
        )
    types = {"semanticTypes": [semantic_type]}
    return [("amodal_segmentation", types), *([("occluders", types)] if occluders else [])]


def amodal_masks(view: LabelledView) -> dict[int, tuple[np.void, np.ndarray]]:
    """Return the record of ``amodal_segmentation`` and the mask, cropped to its box, of each object by instance id."""
    found = view.product["amodal_segmentation"]
    return {
        int(record["instanceId"]): (record, mask) for record, mask in zip(array_of(found), found["masks"], strict=True)
    }


def amodal_entries(view: LabelledView) -> dict[int, dict[str, Any]]:
    """Return what a COCO annotation says of the whole silhouette of each object, by instance id."""
    found = view.product["occluders"]
    hiders: dict[int, list[dict[str, Any]]] = {}
    for row, path in zip(array_of(found), found["occluderPaths"], strict=True):
        entry = {"object_id": object_id(path), "prim_path": path, "share": round(float(row["share"]), 6)}
        hiders.setdefault(int(row["instanceId"]), []).append(entry)
    return {
        number: {
            "amodal_bbox": [int(record["x_min"]), int(record["y_min"]), mask.shape[1], mask.shape[0]],
            "amodal_area": int(record["pixels"]),
            "amodal_segmentation": mask_rle(mask, (int(record["x_min"]), int(record["y_min"])), view.ids.shape),
            "visible_fraction": round(float(record["visibleFraction"]), 6),
            "truncation": round(float(record["truncation"]), 6),
            "occluders": hiders.get(number, []),
        }
        for number, (record, mask) in amodal_masks(view).items()
    }
