"""CocoWriter: images and one COCO file with boxes, masks and categories."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scenewright.replicator.annotators.registry import AnnotatorRegistry
from scenewright.replicator.backends.base_backend import BaseBackend
from scenewright.replicator.backends.io_functions import write_image, write_json
from scenewright.replicator.writers.destination import chosen_backend
from scenewright.replicator.writers.writer import Writer

__all__ = ["CocoWriter", "mask_counts"]

_IMAGE_FORMATS = ("png", "jpg", "jpeg")
_BOX_FIELDS = ("x_min", "y_min", "x_max", "y_max")


class CocoWriter(Writer):
    """Write ``rgb_NNNN.png`` for each frame and ``coco_annotations.json`` for all of them.

    The JSON has ``images``, ``annotations`` and ``categories`` in the format of https://cocodataset.org: one annotation for
    each labelled prim with a visible pixel, with its tight box [x, y, width, height], its area [px] and its visible mask as
    uncompressed run lengths. It is written when a run ends, when somebody waits for the output, and on detach. With several
    render products the images lie in ``<product>/``.

    Args:
        output_dir: Output folder; unused where ``backend`` is given.
        semantic_types: Semantic types that count; default ``["class"]``.
        coco_categories: ``{label: {"name", "id", "supercategory", "isthing", "color"}}``; "id" is required. Prims without any
            of these labels are left out. None makes a category of each label, numbered from 1 as they appear.
        image_output_format: "png", "jpg" or "jpeg".
        backend: Where to write.
        frame_padding: Digits of the frame number.

    Raises:
        ValueError: There is nowhere to write, or a category has no id of its own.
        TypeError: ``backend`` is no backend, or a parameter is not known.
    """

    def __init__(self, output_dir: str | None = None, semantic_types: list[str] | None = None,
                 coco_categories: Mapping[str, Mapping[str, Any]] | None = None, image_output_format: str = "png",
                 backend: BaseBackend | None = None, frame_padding: int = 4) -> None:
        self._image_output_format = str(image_output_format).lower().lstrip(".")
        if self._image_output_format not in _IMAGE_FORMATS:
            raise ValueError(f"image_output_format is one of {', '.join(_IMAGE_FORMATS)}, got {image_output_format!r}.")
        self.version = "0.0.1"
        self.data_structure = "renderProduct"
        self._open_categories = coco_categories is None
        self._categories = {} if coco_categories is None else _checked(coco_categories)
        self.backend = self._backend = chosen_backend("CocoWriter", output_dir, backend)
        self._frame_padding = frame_padding
        self._frame_id = 0
        self._images: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []
        labels = {"semanticTypes": semantic_types or ["class"]}
        self.annotators = [AnnotatorRegistry.get_annotator("rgb", do_array_copy=False)] + [
            AnnotatorRegistry.get_annotator(name, init_params=labels, do_array_copy=False)
            for name in ("instance_segmentation_fast", "bounding_box_2d_tight_fast")]

    def write(self, data: dict[str, Any]) -> None:
        """Schedule the images of one frame and keep its annotations."""
        several = max(len(self._render_products), len(data["renderProducts"])) > 1
        for product, content in data["renderProducts"].items():
            name = f"rgb_{self._frame_id:0{self._frame_padding}}.{self._image_output_format}"
            name = f"{product}/{name}" if several else name
            width, height = (int(side) for side in content["resolution"])
            image = len(self._images) + 1
            self._annotate(image, content["instance_segmentation_fast"]["data"], content["bounding_box_2d_tight_fast"])
            self._images.append({"id": image, "file_name": name, "width": width, "height": height})
            self.backend.schedule(write_image, data=content["rgb"]["data"], path=name)
        self._frame_id += 1

    def on_final_frame(self) -> None:
        """Schedule the COCO file of all frames so far."""
        if getattr(self, "_images", None):
            self.backend.schedule(write_json, path="coco_annotations.json", data={
                "info": {"description": "Synthetic images"}, "licenses": [], "images": list(self._images),
                "annotations": list(self._annotations), "categories": list(self._categories.values())})

    def detach(self) -> None:
        """Write the COCO file and receive no more frames."""
        self.on_final_frame()
        super().detach()

    def _annotate(self, image: int, instances: np.ndarray, boxes: Mapping[str, Any]) -> None:
        for instance, box in zip(boxes["bboxIds"].tolist(), boxes["data"], strict=True):
            category = self._category(boxes["idToLabels"][int(box["semanticId"])])
            if category is None:
                continue
            left, top, right, bottom = (int(box[name]) for name in _BOX_FIELDS)
            mask = instances[top : bottom + 1, left : right + 1] == instance
            self._annotations.append({
                "id": len(self._annotations) + 1, "image_id": image, "category_id": category, "iscrowd": 0,
                "bbox": [left, top, right - left + 1, bottom - top + 1], "area": int(mask.sum()),
                "segmentation": {"size": list(instances.shape), "counts": mask_counts(mask, left, top, instances.shape)}})

    def _category(self, labels: Mapping[str, str]) -> int | None:
        """Return the category of the first label that has one, the prim's own labels before its ancestors'."""
        names = [name for text in labels.values() for name in text.split(",")]
        for name in names:
            if name in self._categories:
                return self._categories[name]["id"]
        if not self._open_categories:
            return None
        self._categories[names[0]] = {"id": len(self._categories) + 1, "name": names[0], "supercategory": ""}
        return self._categories[names[0]]["id"]


def mask_counts(mask: np.ndarray, left: int, top: int, shape: tuple[int, int]) -> list[int]:
    """Return COCO's run lengths of a mask: column by column, first the pixels outside it.

    Args:
        mask: Part of the mask that holds all its pixels, bool.
        left: Column of the part in the image.
        top: Its row.
        shape: (H, W) of the image.
    """
    height, width = shape
    columns, rows = np.nonzero(mask.T)
    at = (columns + left) * height + rows + top
    first = np.flatnonzero(np.diff(at, prepend=-2) != 1)
    starts, ends = at[first], at[np.append(first[1:], len(at)) - 1] + 1
    edges = np.concatenate(([0], np.stack((starts, ends), axis=1).ravel(), [height * width]))
    counts = np.diff(edges).tolist()
    return counts if counts[-1] or len(counts) == 1 else counts[:-1]


def _checked(categories: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    checked: dict[str, dict[str, Any]] = {}
    for label, category in categories.items():
        number = category.get("id") if isinstance(category, Mapping) else None
        if isinstance(number, bool) or not isinstance(number, int):
            raise ValueError(f"coco_categories['{label}'] needs an integer \"id\", got {category!r}. "
                             'Example: {"car": {"name": "car", "id": 1, "supercategory": "vehicle"}}.')
        if any(other["id"] == number for other in checked.values()):
            raise ValueError(f"coco_categories['{label}'] has the id {number}, which another category has already.")
        checked[str(label)] = {"name": str(label), "supercategory": "", **category}
    return checked
