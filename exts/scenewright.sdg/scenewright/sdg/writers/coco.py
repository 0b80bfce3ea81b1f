"""The COCO writer: images and, per frame, a fragment from which `finalise` makes the COCO files."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import omni.replicator.core as rep

from scenewright.sdg.writers.amodal import amodal_annotators, amodal_entries
from scenewright.sdg.writers.keypoints import (
    COCO_STATES,
    checked_keypoints,
    keypoint_annotators,
    keypoint_places,
    keypoints_of,
    state_names,
)
from scenewright.sdg.writers.labelled import LabelledView, WriterLabelled
from scenewright.sdg.writers.polygons import mask_polygons

__all__ = ["WriterCoco"]

_SEGMENTATIONS = ("rle", "polygon", "none")


class WriterCoco(WriterLabelled):
    """COCO instances, keypoints and panoptic segmentation: ``coco`` in a recipe's ``writers``.

    One category per class label, one annotation per labelled entity with at least one visible pixel.

    ==================== ============ ======================================================================================
    Parameter            Default      Meaning
    ==================== ============ ======================================================================================
    output_dir           None         folder to write to, where no ``backend`` is given
    backend              None         where files go; `generate` gives the dataset's
    semantic_type        "class"      label type whose values are the categories
    image_output_format  "png"        png or jpg
    frame_padding        6            digits of the frame index in file names
    classes              None         categories that count, as a list (ids from 1) or a mapping of name to id; None = all
    segmentation         "rle"        rle (compressed run lengths), polygon (outlines), or none (boxes alone)
    panoptic             False        write panoptic PNGs and their JSON, too
    stuff                ()           categories that are stuff: one panoptic segment per image, no instances
    keypoints            None         points by class, ``{class: {name: [x, y, z]}}``, in the prim's space [stage units], or
                                      names of locators on the stage, ``{class: [name, ...]}``
    amodal               False        add whole silhouettes, visible fraction, truncation and occluders; not in Kit
    skeletons            None         lines between keypoints by class, ``{class: [[1, 2], ...]}``, numbered from 1
    ==================== ============ ======================================================================================

    ================================== =====================================================================================
    Output                             Contents
    ================================== =====================================================================================
    ``images/000007.png``              colour, RGB 8 bit; with several cameras ``images/<camera>_000007.png``
    ``panoptic/000007.png``            segment id of each pixel as R + 256 G + 65536 B; 0 = none
    ``annotations/instances.json``     made by `finalise`, or in a script at the end of the run, from the fragments; of a
                                       split dataset also ``instances_train.json`` and so on
    ``annotations/panoptic.json``      likewise
    ``.scenewright/coco/000007.json``  fragment of one frame
    ================================== =====================================================================================

    An annotation holds ``bbox`` = [x, y, width, height] [pixel] and ``segmentation``: exactly the pixels of the entity, so
    ``bbox`` is the extent and ``area`` the count of the mask. Polygons run along the edges of pixels; filling them gives back
    the mask. An entity with the labels "wheel,car" has category "wheel" with supercategory "car". Ids are functions of the
    frame, the camera and the instance id, hence the same whichever process wrote the frame. ``keypoints`` are x, y [pixel, 0 =
    the image's left and top edge] and v: 0 outside the image, 1 hidden, 2 visible; ``keypoint_states`` says outside, hidden,
    self-occluded or visible, and ``keypoints_local`` where each is in its prim's space, null where it has no such locator. With
    ``amodal``: ``amodal_bbox``, ``amodal_area`` and ``amodal_segmentation`` (run lengths) of the
    whole silhouette within the image, ``visible_fraction``, ``truncation`` and ``occluders``, a list of ``object_id``,
    ``prim_path`` and ``share``. Extra keys: ``prim_path`` of the entity and ``object_id``, a number that is the same in all
    frames and annotators; ``frame`` and ``camera`` of the image. An entity without a visible pixel has no annotation; a frame
    without any is kept.

    Limits: every frame has fewer than a million entities; crowds are not merged (``iscrowd`` is 0); keypoints need a pinhole
    camera.

    Example::

        scenewright:
          frames: 100
          writers: {coco: {image_output_format: jpg, panoptic: true}}

    Raises:
        ValueError: if ``image_output_format`` or ``segmentation`` is none of the above, or a mapping is malformed.
        NoTracerError: if ``amodal`` is asked for in Kit, whose renderer does not see what is hidden.
    """

    format = "coco"

    def __init__(
        self,
        output_dir: str | None = None,
        backend: Any = None,
        semantic_type: str = "class",
        image_output_format: str = "png",
        frame_padding: int = 6,
        classes: Sequence[str] | Mapping[str, int] | None = None,
        segmentation: str = "rle",
        panoptic: bool = False,
        stuff: Sequence[str] = (),
        keypoints: Mapping[str, Mapping[str, Sequence[float]]] | None = None,
        skeletons: Mapping[str, Sequence[Sequence[int]]] | None = None,
        amodal: bool = False,
    ):
        if segmentation not in _SEGMENTATIONS:
            raise ValueError(f"Unknown segmentation {segmentation!r} of coco. Allowed: {', '.join(_SEGMENTATIONS)}.")
        self._segmentation = segmentation
        self._panoptic = bool(panoptic)
        self._stuff = [stuff] if isinstance(stuff, str) else list(stuff)
        self._keypoints = checked_keypoints("coco", keypoints)
        self._skeletons = {name: [list(map(int, line)) for line in lines] for name, lines in (skeletons or {}).items()}
        self._segments: list[dict[str, Any]] = []
        self._amodal = bool(amodal)
        annotators = keypoint_annotators(semantic_type) if self._keypoints else []
        if self._amodal:
            annotators += amodal_annotators("coco", semantic_type, occluders=True)
        super().__init__(
            output_dir,
            backend,
            semantic_type,
            image_output_format,
            frame_padding,
            classes,
            annotators,
        )

    def constants(self) -> dict[str, Any]:
        """Return the parameters that the COCO files depend on."""
        self._segments = []
        return {
            "classes": self.classes,
            "keypoints": {name: list(points) for name, points in self._keypoints.items()},
            "panoptic": self._panoptic,
            "panoptic_images": self._segments,
            "skeletons": self._skeletons,
            "stuff": self._stuff,
        }

    def annotate(self, view: LabelledView, annotation: dict[str, Any]) -> None:
        """Choose the form of the mask, and add keypoints."""
        if self._segmentation == "none":
            del annotation["segmentation"]
        elif self._segmentation == "polygon":
            corner = np.array(annotation["bbox"][:2])
            polygons = mask_polygons(view.mask(annotation))
            annotation["segmentation"] = [(polygon + corner).reshape(-1).tolist() for polygon in polygons]
        points = self._keypoints.get(annotation["category"])
        if points:
            found = self.keypoints_of(view, annotation, points)
            annotation["keypoints"] = [number for x, y, state in found for number in (x, y, COCO_STATES[state])]
            annotation["keypoint_states"] = state_names(found)
            annotation["keypoints_local"] = keypoint_places(view, annotation, points)
            annotation["num_keypoints"] = sum(COCO_STATES[state] > 0 for _, _, state in found)
        if self._amodal:
            annotation.update(view.once("amodal", lambda: amodal_entries(view))[annotation["instance"]])

    def keypoints_of(
        self, view: LabelledView, annotation: Mapping[str, Any], points: Mapping[str, Sequence[float]]
    ) -> list[tuple[float, float, int]]:
        """Return x, y [pixel] and state of each of the class's keypoints; a subclass may know them from elsewhere."""
        return keypoints_of(view, annotation, points)

    def add_image(self, view: LabelledView, annotations: list[dict[str, Any]]) -> None:
        """Write the panoptic image and describe its segments."""
        if not self._panoptic:
            return
        segment_of = np.zeros(int(view.ids.max(initial=0)) + 1, np.uint32)
        segments: dict[int, dict[str, Any]] = {}
        first_of: dict[str, int] = {}
        for row in annotations:
            number = row["instance"]
            if row["category"] in self._stuff:
                number = first_of.setdefault(row["category"], number)
            segment_of[row["instance"]] = number
            known = segments.setdefault(number, {"id": number, "category": row["category"], "area": 0, "iscrowd": 0})
            known["area"] += row["area"]
            known["bbox"] = _union(known.get("bbox", row["bbox"]), row["bbox"])
        image = segment_of[view.ids]
        colours = np.stack([image & 255, image >> 8 & 255, image >> 16 & 255], axis=-1).astype(np.uint8)
        name = f"{view.stem}.png"
        self.backend.schedule(rep.functional.write_image, data=colours, path=f"panoptic/{name}")
        described = {"image_id": view.image["id"], "file_name": name, "segments_info": list(segments.values())}
        self._segments.append(described)


def _union(one: Sequence[int], two: Sequence[int]) -> list[int]:
    x, y = min(one[0], two[0]), min(one[1], two[1])
    return [x, y, max(one[0] + one[2], two[0] + two[2]) - x, max(one[1] + one[3], two[1] + two[3]) - y]
