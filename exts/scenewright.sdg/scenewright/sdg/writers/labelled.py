"""The base of writers that turn labelled instances into a format: images, and a fragment per frame that `finalise` joins."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import omni.replicator.core as rep

from scenewright.sdg.annotators.payload import array_of
from scenewright.sdg.dataset.derive import fragment_folder, join_folder
from scenewright.sdg.writers.coco_fragment import coco_fragment

__all__ = ["LabelledView", "WriterLabelled", "array_of", "write_text"]

_log = logging.getLogger(__name__)
_FORMATS = ("png", "jpg", "jpeg")


@dataclass(frozen=True)
class LabelledView:
    """One image of a frame.

    Attributes:
        camera: name of the render product.
        frame: index of the frame.
        stem: name of the image's files without folder and ending.
        image: what the fragment says about the image: id, width, height, file_name, frame, camera.
        ids: instance id per pixel, shape (H, W), uint32; 0 = background, 1 = unlabelled.
        product: output of the writer's annotators by name.
        memo: what has been computed of this image, for `once`.
    """

    camera: str
    frame: int
    stem: str
    image: dict[str, Any]
    ids: np.ndarray
    product: Mapping[str, Any]
    memo: dict[str, Any] = field(default_factory=dict)

    def once(self, key: str, compute: Callable[[], Any]) -> Any:
        """Return ``compute()``, called for the first object of the image alone."""
        if key not in self.memo:
            self.memo[key] = compute()
        return self.memo[key]

    def mask(self, annotation: Mapping[str, Any]) -> np.ndarray:
        """Return the pixels of an annotation within its box, shape (h, w), bool."""
        x, y, width, height = annotation["bbox"]
        return self.ids[y : y + height, x : x + width] == annotation["instance"]


class WriterLabelled(rep.Writer):
    """Writes ``images/`` and a fragment per frame; a subclass says what else an image and an annotation have.

    The fragment is that of `coco_fragment` for every image of the frame, with what `annotate` and `add_image` add.

    Args:
        output_dir: folder to write to, where no ``backend`` is given.
        backend: where files go; `generate` gives the dataset's.
        semantic_type: label type whose values are the classes.
        image_output_format: png or jpg.
        frame_padding: digits of the frame index in file names.
        classes: the classes that count, as a list in order or a mapping of name to id; None = every label that is declared.
            Objects of other classes are left out: a warning names them, and `finalise` counts them.
        annotators: further annotators, as name or (name, parameters).

    Raises:
        ValueError: if a value is none of the above.
    """

    version = "0.1.0"
    format = ""
    """Name of the format: of the fragments' folder, and of what joins them."""
    first_class_id = 1
    image_folder = "images"

    def __init__(
        self,
        output_dir: str | None = None,
        backend: Any = None,
        semantic_type: str = "class",
        image_output_format: str = "png",
        frame_padding: int = 6,
        classes: Sequence[str] | Mapping[str, int] | None = None,
        annotators: Sequence[tuple[str, dict[str, Any]]] = (),
    ):
        if image_output_format not in _FORMATS:
            allowed = ", ".join(_FORMATS)
            raise ValueError(f"Unknown image_output_format {image_output_format!r} of {self.format}. Allowed: {allowed}.")
        if backend is None and output_dir is None:
            raise ValueError(f"The writer {self.format} needs an output_dir or a backend; neither was given.")
        self.classes = _class_ids(self.format, classes, self.first_class_id)
        self.backend = self._backend = backend or rep.backends.get("DiskBackend", init_params={"output_dir": output_dir})
        self.data_structure = "renderProduct"
        self.semantic_type = semantic_type
        self._image_output_format = image_output_format
        self._frame_padding = frame_padding
        self._frame_id = 0
        self._warned: set[str] = set()
        instances = {"colorize": False, "semanticTypes": [semantic_type]}
        chosen = [("rgb", {}), ("instance_segmentation", instances), *annotators]
        self.annotators = [rep.AnnotatorRegistry.get_annotator(name, init_params=params) for name, params in chosen]

    def write(self, data: dict[str, Any]) -> None:
        """Write the images, the further files and the fragment of one frame."""
        products = data["renderProducts"]
        number = f"{self._frame_id:0{self._frame_padding}d}"
        merged: dict[str, Any] = {
            "annotations": [],
            "categories": {},
            "images": [],
            "semantic_type": self.semantic_type,
            "skipped": {},
            **self.constants(),
        }
        for position, (camera, product) in enumerate(sorted(products.items())):
            stem = f"{camera}_{number}" if len(products) > 1 else number
            name = self.image_name(stem, position, len(products))
            self._write_view(merged, camera, (stem, name), product, self._frame_id * len(products) + position + 1)
        path = f"{fragment_folder(self.format)}{number}.json"
        self.backend.schedule(rep.functional.write_json, data=merged, path=path, sort_keys=True)
        self._note(merged)
        self._frame_id += 1

    def image_name(self, stem: str, position: int, count: int) -> str:
        """Return the path of an image: that of camera ``position`` of ``count``."""
        return f"{self.image_folder}/{stem}.{self._image_output_format}"

    def constants(self) -> dict[str, Any]:
        """Return what every fragment says: nothing but what the parameters decide."""
        return {"classes": self.classes}

    def annotate(self, view: LabelledView, annotation: dict[str, Any]) -> None:
        """Add to an annotation, or take from it, what the format needs; ``instance`` is removed afterwards."""

    def add_image(self, view: LabelledView, annotations: list[dict[str, Any]]) -> None:
        """Add to ``view.image``, or write further files of the image."""

    def on_final_frame(self) -> None:
        """Write the dataset's files of a run without a ledger; a dataset's are made by `finalise`."""
        folder = getattr(self.backend, "output_dir", None)
        if hasattr(self.backend, "note") or not folder:
            return
        rep.backends.io_queue.wait_until_done()
        join_folder(folder, self.format)

    def write_metadata(self) -> None:
        """Write none: the dataset's header says more, and the file's name is BasicWriter's."""

    def _write_view(
        self, merged: dict[str, Any], camera: str, names: tuple[str, str], product: Mapping[str, Any], image_id: int
    ) -> None:
        found = product["instance_segmentation"]
        ids = array_of(found)
        labels = found.get("idToLabels", {})
        fragment = coco_fragment(ids, found["idToSemantics"], labels, image_id=image_id, semantic_type=self.semantic_type)
        stem, file_name = names
        image = {**fragment["image"], "file_name": file_name, "frame": self._frame_id, "camera": camera}
        view = LabelledView(camera, self._frame_id, stem, image, ids, product)
        kept = self._kept(fragment["annotations"], merged["skipped"])
        for annotation in kept:
            annotation["instance"] = annotation["id"] % 1_000_000
            self.annotate(view, annotation)
        self.add_image(view, kept)
        for annotation in kept:
            del annotation["instance"]
        merged["images"].append(view.image)
        merged["annotations"] += kept
        for name, supers in fragment["categories"].items():
            if self.classes is None or name in self.classes:
                merged["categories"][name] = sorted({*merged["categories"].get(name, []), *supers})
        colour = np.ascontiguousarray(array_of(product["rgb"])[..., :3])
        self.backend.schedule(rep.functional.write_image, data=colour, path=file_name)

    def _kept(self, annotations: list[dict[str, Any]], skipped: dict[str, int]) -> list[dict[str, Any]]:
        """Return the annotations of the classes that count, and count the others."""
        if self.classes is None:
            return annotations
        for annotation in annotations:
            name = annotation["category"]
            if name not in self.classes:
                skipped[name] = skipped.get(name, 0) + 1
                if name not in self._warned:
                    self._warned.add(name)
                    _log.warning("%s: `classes` has no '%s'; its objects are left out. Add it to have them.", self.format, name)
        return [annotation for annotation in annotations if annotation["category"] in self.classes]

    def _note(self, fragment: dict[str, Any]) -> None:
        note = getattr(self.backend, "note", None)
        if note is not None:  # a dataset's backend; any other one has no ledger
            counts: dict[str, int] = {}
            for annotation in fragment["annotations"]:
                counts[annotation["category"]] = counts.get(annotation["category"], 0) + 1
            note("visible", counts)


def write_text(path: str, data: str, backend_instance: Any) -> None:
    """Write a text file as UTF-8, in the form that backends schedule."""
    backend_instance.write_blob(path, data.encode())


def _class_ids(writer: str, classes: Sequence[str] | Mapping[str, int] | None, first: int) -> dict[str, int] | None:
    if classes is None:
        return None
    pairs = list(classes.items()) if isinstance(classes, Mapping) else [(name, i) for i, name in enumerate(classes, first)]
    names, ids = [name for name, _ in pairs], [number for _, number in pairs]
    right = not isinstance(classes, str) and all(isinstance(name, str) and name for name in names)
    whole = all(isinstance(number, int) and not isinstance(number, bool) and number >= first for number in ids)
    if not (pairs and right and whole) or len(set(names)) < len(names) or len(set(ids)) < len(ids):
        raise ValueError(
            f"The writer {writer}: `classes` is a list of distinct names, or a mapping of names to distinct whole numbers from "
            f"{first}, got {classes!r}."
        )
    return dict(pairs)
