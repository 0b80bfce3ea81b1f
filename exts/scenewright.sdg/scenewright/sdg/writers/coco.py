"""The COCO writer: images and, per frame, a fragment from which `finalise` makes one COCO instances file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import omni.replicator.core as rep

from scenewright.sdg.dataset.coco_file import join_fragments
from scenewright.sdg.writers.coco_fragment import coco_fragment

__all__ = ["FRAGMENT_FOLDER", "WriterCoco"]

FRAGMENT_FOLDER = ".scenewright/coco"
_FORMATS = ("png", "jpg", "jpeg")


class WriterCoco(rep.Writer):
    """COCO instance segmentation: ``coco`` in a recipe's ``writers``.

    One category per class label, one annotation per labelled entity with at least one visible pixel.

    ==================== ============ ======================================================================================
    Parameter            Default      Meaning
    ==================== ============ ======================================================================================
    output_dir           None         folder to write to, where no ``backend`` is given
    backend              None         where files go; `generate` gives the dataset's
    semantic_type        "class"      label type whose values are the categories
    image_output_format  "png"        png or jpg
    frame_padding        6            digits of the frame index in file names
    ==================== ============ ======================================================================================

    ================================== =====================================================================================
    Output                             Contents
    ================================== =====================================================================================
    ``images/000007.png``              colour, RGB 8 bit; with several cameras ``images/<camera>_000007.png``
    ``annotations/instances.json``     made by `finalise`, or in a script at the end of the run, from the fragments
    ``.scenewright/coco/000007.json``  fragment of one frame
    ================================== =====================================================================================

    An annotation holds ``bbox`` = [x, y, width, height] [pixel] and ``segmentation`` = compressed run lengths of exactly the
    pixels of the entity, so ``bbox`` is the extent and ``area`` the count of the mask. An entity with the labels "wheel,car"
    has category "wheel" with supercategory "car". Ids are functions of the frame, the camera and the instance id, hence the
    same whichever process wrote the frame. Extra keys: ``prim_path`` of the entity, ``frame`` and ``camera`` of the image.

    Limits: every frame has fewer than a million entities; crowds are not merged (``iscrowd`` is 0).

    Example::

        scenewright:
          frames: 100
          writers: {coco: {image_output_format: jpg}}

    Raises:
        ValueError: if ``image_output_format`` is none of the above.
    """

    version = "0.1.0"

    def __init__(
        self,
        output_dir: str | None = None,
        backend: Any = None,
        semantic_type: str = "class",
        image_output_format: str = "png",
        frame_padding: int = 6,
    ):
        if image_output_format not in _FORMATS:
            raise ValueError(f"Unknown image_output_format {image_output_format!r} of coco. Allowed: {', '.join(_FORMATS)}.")
        if backend is None and output_dir is None:
            raise ValueError("The COCO writer needs an output_dir or a backend; neither was given.")
        self.backend = self._backend = backend or rep.backends.get("DiskBackend", init_params={"output_dir": output_dir})
        self.data_structure = "renderProduct"
        self.semantic_type = semantic_type
        self._image_output_format = image_output_format
        self._frame_padding = frame_padding
        self._frame_id = 0
        instances = {"colorize": False, "semanticTypes": [semantic_type]}
        self.annotators = [
            rep.AnnotatorRegistry.get_annotator("rgb"),
            rep.AnnotatorRegistry.get_annotator("instance_segmentation", init_params=instances),
        ]

    def write(self, data: dict[str, Any]) -> None:
        """Write the images and the fragment of one frame."""
        products = data["renderProducts"]
        number = f"{self._frame_id:0{self._frame_padding}d}"
        merged: dict[str, Any] = {"annotations": [], "categories": {}, "images": [], "semantic_type": self.semantic_type}
        for position, (camera, product) in enumerate(sorted(products.items())):
            prefix = f"{camera}_" if len(products) > 1 else ""
            file_name = f"images/{prefix}{number}.{self._image_output_format}"
            fragment = coco_fragment(
                _array(product["instance_segmentation"]),
                product["instance_segmentation"]["idToSemantics"],
                product["instance_segmentation"].get("idToLabels", {}),
                image_id=self._frame_id * len(products) + position + 1,
                semantic_type=self.semantic_type,
            )
            image = {"file_name": file_name, "frame": self._frame_id, "camera": camera}
            merged["images"].append({**fragment["image"], **image})
            merged["annotations"] += fragment["annotations"]
            for name, supers in fragment["categories"].items():
                merged["categories"][name] = sorted({*merged["categories"].get(name, []), *supers})
            colour = np.ascontiguousarray(_array(product["rgb"])[..., :3])
            self.backend.schedule(rep.functional.write_image, data=colour, path=file_name)
        self.backend.schedule(rep.functional.write_json, data=merged, path=f"{FRAGMENT_FOLDER}/{number}.json", sort_keys=True)
        self._note(merged)
        self._frame_id += 1

    def on_final_frame(self) -> None:
        """Write the annotations of a run without a ledger; a dataset's are made by `finalise`."""
        folder = getattr(self.backend, "output_dir", None)
        if hasattr(self.backend, "note") or not folder:
            return
        rep.backends.io_queue.wait_until_done()
        fragments = sorted(path.relative_to(folder).as_posix() for path in Path(folder, FRAGMENT_FOLDER).glob("*.json"))
        join_fragments(folder, fragments)

    def write_metadata(self) -> None:
        """Write none: the dataset's header says more, and the file's name is BasicWriter's."""

    def _note(self, fragment: dict[str, Any]) -> None:
        note = getattr(self.backend, "note", None)
        if note is not None:  # a dataset's backend; any other one has no ledger
            counts: dict[str, int] = {}
            for annotation in fragment["annotations"]:
                counts[annotation["category"]] = counts.get(annotation["category"], 0) + 1
            note("visible", counts)


def _array(value: Any) -> np.ndarray:
    data = value["data"] if isinstance(value, Mapping) else value
    return data.numpy() if hasattr(data, "numpy") else np.asarray(data)
