"""The YOLO writer: images and, per frame, a fragment from which `finalise` makes the label files and data.yaml."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scenewright.sdg.writers.keypoints import COCO_STATES, checked_keypoints, keypoint_annotators, keypoint_places, keypoints_of
from scenewright.sdg.writers.labelled import LabelledView, WriterLabelled
from scenewright.sdg.writers.polygons import mask_polygons, merge_polygons, minimum_rectangle

__all__ = ["WriterYolo"]

_TASKS = ("detect", "segment", "obb", "pose")


class WriterYolo(WriterLabelled):
    """YOLO labels as Ultralytics reads them: ``yolo`` in a recipe's ``writers``.

    ==================== ============ ======================================================================================
    Parameter            Default      Meaning
    ==================== ============ ======================================================================================
    task                 "detect"     detect (boxes), segment (outlines), obb (turned boxes) or pose (boxes and keypoints)
    classes              None         classes that count, as a list (indices from 0) or a mapping of name to index without
                                      gaps; None = every declared label, sorted
    keypoints            None         for pose: those of ``coco``, points or names of locators; every class has the same
                                      number, other classes are left out
    flip_idx             None         for pose: index of each keypoint in the mirrored image
    output_dir, …        None         backend, semantic_type, image_output_format and frame_padding are those of ``coco``
    ==================== ============ ======================================================================================

    ================================== =====================================================================================
    Output                             Contents
    ================================== =====================================================================================
    ``images/000007.png``              colour, RGB 8 bit; with several cameras ``images/<camera>_000007.png``
    ``labels/000007.txt``              a line per object, made by `finalise`; empty where there is none
    ``data.yaml``                      class names, image lists, ``kpt_shape``
    ``train.txt``, …                   images of each split; without a split, train and val are both all images
    ================================== =====================================================================================

    Lines, all numbers relative to the image's width and height: detect ``class x y width height`` (centre and size of the
    visible pixels' extent); segment ``class x1 y1 x2 y2 …`` (outline along pixel edges; parts and holes are joined by bridges
    of no width); obb ``class x1 y1 … x4 y4`` (smallest rectangle around the visible pixels); pose ``class x y width height``
    and ``x y v`` for each keypoint.

    Example::

        scenewright:
          writers: {yolo: {task: segment}}

    Raises:
        ValueError: if a parameter is none of the above.
    """

    format = "yolo"
    first_class_id = 0

    def __init__(
        self,
        output_dir: str | None = None,
        backend: Any = None,
        semantic_type: str = "class",
        image_output_format: str = "png",
        frame_padding: int = 6,
        classes: Sequence[str] | Mapping[str, int] | None = None,
        task: str = "detect",
        keypoints: Mapping[str, Mapping[str, Sequence[float]]] | None = None,
        flip_idx: Sequence[int] | None = None,
    ):
        if task not in _TASKS:
            raise ValueError(f"Unknown task {task!r} of yolo. Allowed: {', '.join(_TASKS)}.")
        self._task = task
        self._keypoints = checked_keypoints("yolo", keypoints)
        counts = {len(points) for points in self._keypoints.values()}
        if (task == "pose") != bool(self._keypoints) or len(counts) > 1:
            raise ValueError(
                "The writer yolo: `keypoints` belong to task pose, which needs the same number for every class; "
                f"got task {task!r} and {sorted(counts)} keypoints."
            )
        self._flip = [int(index) for index in flip_idx or ()]
        if self._flip and sorted(self._flip) != list(range(*counts)):
            raise ValueError(f"The writer yolo: `flip_idx` names every keypoint once, from 0, got {flip_idx!r}.")
        if task == "pose" and classes is None:
            classes = sorted(self._keypoints)
        if classes is not None and task == "pose" and set(classes) - set(self._keypoints):
            missing = ", ".join(sorted(set(classes) - set(self._keypoints)))
            raise ValueError(f"The writer yolo: these classes have no keypoints: {missing}. Add them, or take the classes out.")
        annotators = keypoint_annotators(semantic_type) if self._keypoints else ()
        super().__init__(output_dir, backend, semantic_type, image_output_format, frame_padding, classes, annotators)
        if self.classes is not None and sorted(self.classes.values()) != list(range(len(self.classes))):
            raise ValueError(f"The writer yolo: indices of `classes` run from 0 without gaps, got {self.classes}.")

    def constants(self) -> dict[str, Any]:
        """Return the parameters that the label files depend on."""
        points = next(iter(self._keypoints.values()), {})
        return {"classes": self.classes, "task": self._task, "keypoint_count": len(points), "flip_idx": self._flip}

    def annotate(self, view: LabelledView, annotation: dict[str, Any]) -> None:
        """Replace the mask by the numbers of the object's line."""
        size = np.array([view.image["width"], view.image["height"]], np.float64)
        corner, extent = np.array(annotation["bbox"][:2]), np.array(annotation["bbox"][2:])
        del annotation["segmentation"]
        if self._task in ("detect", "pose"):
            numbers = [*((corner + extent / 2.0) / size), *(extent / size)]
        else:
            outline = merge_polygons(mask_polygons(view.mask(annotation)))
            points = outline if self._task == "segment" else minimum_rectangle(outline)
            # A turned box may reach beyond the image; Ultralytics wants numbers from 0 to 1.
            numbers = np.clip((points + corner) / size, 0.0, 1.0).reshape(-1).tolist()
        if self._task == "pose":
            points = self._keypoints[annotation["category"]]
            annotation["keypoints_local"] = keypoint_places(view, annotation, points)
            for x, y, state in keypoints_of(view, annotation, points):
                numbers += [x / size[0], y / size[1], float(COCO_STATES[state])]
        annotation["line"] = " ".join(f"{number:.7f}".rstrip("0").rstrip(".") for number in numbers)
