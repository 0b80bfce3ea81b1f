"""part_segmentation: which part of its object each pixel shows."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scenewright.sdg.annotators.identity import object_id
from scenewright.sdg.annotators.payload import array_of

__all__ = ["inputs", "part_segmentation"]


def inputs(params: Mapping[str, Any]) -> dict[str, tuple]:
    """Return the annotators that `part_segmentation` reads."""
    return {
        "leaves": ("instance_id_segmentation", {"colorize": False}),
        "instances": ("instance_segmentation", {"colorize": False, "semanticTypes": params["semanticTypes"]}),
    }


def part_segmentation(data: Mapping[str, Any], semanticTypes: Any = None) -> tuple[np.ndarray, dict[str, Any]]:
    """Part of a labelled object that each pixel shows: the prims that draw it, each a part.

    Output: uint32 (H, W): 0 where no labelled object is seen, else a part's id, which is that of ``instance_id_segmentation``.
    Info: ``idToParts``, ``{id: {"instanceId", "objectId", "partId", "object", "part"}}`` of the parts in view: object is its
    prim path, part the path below it ("." where the object draws itself), objectId and partId are `object_id` of object and
    part, the same in all frames. Parameter: ``semanticTypes``.

    GeomSubsets are parts where carb ``/syntheticdata/sensors/perSubsetSegmentation`` is on, as for Replicator's own annotators.
    Works in Kit and on the portable host.
    """
    leaves, instances = array_of(data["leaves"]), array_of(data["instances"])
    parts = np.where(instances > 1, leaves, np.uint32(0)).astype(np.uint32, copy=False)
    counts = np.bincount(parts.reshape(-1))
    owner = np.zeros(len(counts), np.int64)
    owner[parts.reshape(-1)] = instances.reshape(-1)  # all pixels of a part show one object
    leaf_paths = {int(key): str(path) for key, path in data["leaves"]["idToLabels"].items()}
    object_paths = {int(key): str(path) for key, path in data["instances"]["idToLabels"].items()}
    found = {}
    counts[:1] = 0
    for number in np.flatnonzero(counts).tolist():
        instance = int(owner[number])
        path, whole = leaf_paths[number], object_paths[instance]
        below = path[len(whole) :].lstrip("/") if path.startswith(whole) else path
        found[str(number)] = {"instanceId": instance, "objectId": object_id(whole), "partId": object_id(path),
                              "object": whole, "part": below or "."}
    return parts, {"idToParts": found}
