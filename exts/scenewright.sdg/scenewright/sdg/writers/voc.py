"""The Pascal VOC writer: images and an XML file for each; `finalise` makes the image sets."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import numpy as np

from scenewright.sdg.dataset.voc_files import xml_text
from scenewright.sdg.writers.labelled import LabelledView, WriterLabelled, array_of, write_text

__all__ = ["WriterVoc"]


class WriterVoc(WriterLabelled):
    """Pascal VOC boxes: ``voc`` in a recipe's ``writers``. Parameters are those of ``coco`` up to ``classes``.

    ================================== =====================================================================================
    Output                             Contents
    ================================== =====================================================================================
    ``JPEGImages/000007.jpg``          colour (VOC wants JPEG; ``image_output_format: png`` writes PNG)
    ``Annotations/000007.xml``         ``object`` elements: name, pose, truncated, occluded, difficult and ``bndbox``
    ``ImageSets/Main/train.txt``, …    names of the images of each split; ``trainval.txt``; without a split all are in both
                                       train and val; made by `finalise`
    ================================== =====================================================================================

    ``bndbox`` counts pixels from 1, both ends included, as the challenge does (VOC2012 devkit §10.1). ``truncated`` is 1 where
    the box touches the image's edge, ``occluded`` where something hides a part of the object. Characters that XML 1.0 does
    not allow become U+FFFD.

    Example::

        scenewright:
          writers: {voc: {}}
    """

    format = "voc"
    image_folder = "JPEGImages"

    def __init__(
        self,
        output_dir: str | None = None,
        backend: Any = None,
        semantic_type: str = "class",
        image_output_format: str = "jpg",
        frame_padding: int = 6,
        classes: Any = None,
    ):
        boxes = [("bounding_box_2d_tight", {"semanticTypes": [semantic_type]})]
        super().__init__(output_dir, backend, semantic_type, image_output_format, frame_padding, classes, boxes)

    def annotate(self, view: LabelledView, annotation: dict[str, Any]) -> None:
        """Take the mask out: VOC has boxes."""
        del annotation["segmentation"]

    def add_image(self, view: LabelledView, annotations: list[dict[str, Any]]) -> None:
        """Write the XML file."""
        boxes = view.product.get("bounding_box_2d_tight")
        hidden = {}
        if boxes is not None:
            ratios = array_of(boxes)["occlusionRatio"]
            hidden = dict(zip(np.asarray(boxes["bboxIds"]).tolist(), ratios.tolist(), strict=True))
        root = _element("annotation", folder=self.image_folder, filename=view.image["file_name"].rpartition("/")[2])
        root.append(_element("source", database="Scenewright"))
        root.append(_element("size", width=view.image["width"], height=view.image["height"], depth=3))
        ElementTree.SubElement(root, "segmented").text = "0"
        for row in annotations:
            root.append(_object(row, view.image, hidden.get(row["instance"], 0.0)))
        ElementTree.indent(root, "\t")
        text = ElementTree.tostring(root, encoding="unicode") + "\n"
        self.backend.schedule(write_text, data=text, path=f"Annotations/{view.stem}.xml", backend_instance=self.backend)


def _object(row: Mapping[str, Any], image: Mapping[str, Any], hidden: float) -> ElementTree.Element:
    x, y, width, height = row["bbox"]
    truncated = x == 0 or y == 0 or x + width == image["width"] or y + height == image["height"]
    flags = {"truncated": int(truncated), "occluded": int(hidden > 0.0), "difficult": 0}
    found = _element("object", name=row["category"], pose="Unspecified", **flags)
    found.append(_element("bndbox", xmin=x + 1, ymin=y + 1, xmax=x + width, ymax=y + height))
    return found


def _element(tag: str, **children: Any) -> ElementTree.Element:
    element = ElementTree.Element(tag)
    for name, value in children.items():
        ElementTree.SubElement(element, name).text = xml_text(str(value))
    return element
