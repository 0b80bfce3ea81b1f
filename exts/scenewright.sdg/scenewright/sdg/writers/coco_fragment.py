"""What one image adds to a COCO file, from its instance ids: pure numpy, no renderer and no disk."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scenewright.sdg.annotators.identity import object_id
from scenewright.sdg.writers.rle import InstanceRuns, rle_compress

__all__ = ["coco_fragment"]

_ANNOTATIONS_PER_IMAGE = 1_000_000


def coco_fragment(
    ids: np.ndarray,
    semantics: Mapping[Any, Mapping[str, str]],
    paths: Mapping[Any, str],
    image_id: int,
    semantic_type: str = "class",
) -> dict[str, Any]:
    """Return what one image adds to a COCO file, with categories by name.

    Args:
        ids: instance id per pixel, shape (H, W), uint32; 0 = background, 1 = unlabelled.
        semantics: labels by instance id: ``{2: {"class": "wheel,car"}}``.
        paths: prim path by instance id.
        image_id: id of the image, from 1.
        semantic_type: label type whose values are the categories.

    Returns:
        ``image`` (id, width, height), ``annotations`` (``category`` is a name), and ``categories``: every declared name,
        in view or not, with the supercategories that it was declared under.

    Raises:
        ValueError: if an instance id is a million or more.
    """
    height, width = ids.shape
    named = {int(key): value.get(semantic_type) for key, value in semantics.items()}
    labels = {key: value.split(",") for key, value in named.items() if value and key > 1}
    where = {int(key): str(path) for key, path in paths.items() if str(key).lstrip("-").isdigit()}
    categories: dict[str, list[str]] = {}
    for names in labels.values():
        categories[names[0]] = sorted({*categories.get(names[0], []), *names[-1:]} - {names[0]})
    instances = InstanceRuns(ids)
    annotations = []
    for row, instance in enumerate(int(value) for value in instances.ids):
        if instance not in labels:
            continue
        if instance >= _ANNOTATIONS_PER_IMAGE:
            raise ValueError(f"Instance id {instance} is too large for COCO; at most {_ANNOTATIONS_PER_IMAGE - 1} fit.")
        annotations.append(
            {
                "id": image_id * _ANNOTATIONS_PER_IMAGE + instance,
                "image_id": image_id,
                "category": labels[instance][0],
                "bbox": list(instances.box(row)),
                "area": instances.area(row),
                "iscrowd": 0,
                "segmentation": {"size": [height, width], "counts": rle_compress(instances.runs(row))},
                "prim_path": where.get(instance, ""),
                "object_id": object_id(where.get(instance, "")),
            }
        )
    return {"image": {"id": image_id, "width": width, "height": height}, "annotations": annotations, "categories": categories}
