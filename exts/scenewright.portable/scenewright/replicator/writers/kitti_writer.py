"""KittiWriter: images, segmentations and object lines in the layout of the KITTI benchmarks."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scenewright.replicator.annotators.registry import AnnotatorRegistry
from scenewright.replicator.backends.base_backend import BaseBackend
from scenewright.replicator.backends.io_functions import write_image
from scenewright.replicator.palette import palette
from scenewright.replicator.writers.destination import chosen_backend
from scenewright.replicator.writers.writer import Writer

__all__ = ["KittiWriter"]

_DIRECTORIES = {"rgb": "rgb", "semantic": "semantic_segmentation", "instance": "instance_segmentation",
                "instance_rgb": "instance_rgb", "boxes": "object_detection"}
_KITTI_DIRECTORIES = {"rgb": "image_02", "semantic": "semantic", "instance": "instance", "instance_rgb": "instance_rgb",
                      "boxes": "label_02"}
_MAX_ID = 255
FIRST = 2  # ids below are background and unlabelled


class KittiWriter(Writer):
    """Write KITTI folders: ``<camera>/{rgb, semantic_segmentation, instance_segmentation, object_detection}/<frame>``.

    ``<camera>`` is the render product's name where it was given one, else its camera prim's. Frames are plain numbers from 0.

    ========================  =======================================================================================
    rgb                       ``N.png``
    semantic_segmentation     ``N.png``: 8-bit semantic ids (0 background, 1 unlabelled), or colours of ``mapping_…``
    instance_segmentation     ``N.png``: 16 bit, semantic id * 256 + instance id
    instance_rgb              ``N.png``: a colour for each instance, with ``colorize_instance_segmentation``
    object_detection          ``N.txt``: a line of 15 fields for each box: label, truncated (0.00), occluded (0, 1 or 2), alpha
                              (0), x1 y1 x2 y2 [px], then h w l X Y Z ry (0)
    ========================  =======================================================================================

    The level of occlusion follows from the area of the visible box relative to the box of everything in the frame.

    Args:
        output_dir: Output folder; unused where ``backend`` is given.
        s3_bucket: Write to this S3 bucket, with ``output_dir`` as prefix.
        s3_region: Its region.
        s3_endpoint: Its endpoint.
        semantic_types: Semantic types that count; default ``["class"]``.
        omit_semantic_type: True writes labels alone ("car"), with "_" for spaces, which part the fields of a line; False with
            their type ("class: car").
        bbox_height_threshold: Boxes of less height [px] are left out.
        partly_occluded_threshold: From this share on an object is partly occluded (1), below it largely (2).
        fully_visible_threshold: From this share on an object is fully visible (0).
        renderproduct_idxs: Accepted for compatibility.
        mapping_path: JSON file of RGBA colours by label, which should contain "unlabelled" and "background".
        mapping_dict: The same as a dict; give one of the two.
        colorize_instance_segmentation: Add ``instance_rgb``.
        semantic_filter_predicate: A semantic filter, such as ``"class: car | truck"``.
        use_kitti_dir_names: Call the folders image_02, semantic, instance and label_02.
        backend: Where to write.

    Raises:
        ValueError: There is nowhere to write, both mappings are given, or a threshold is out of order; while writing, an id
            does not fit into 8 bits.
        TypeError: ``backend`` is no backend, or a parameter is not known.
    """

    def __init__(self, output_dir: str | None = None, s3_bucket: str | None = None, s3_region: str | None = None,
                 s3_endpoint: str | None = None, semantic_types: list[str] | None = None, omit_semantic_type: bool = False,
                 bbox_height_threshold: int = 25, partly_occluded_threshold: float = 0.5,
                 fully_visible_threshold: float = 0.95, renderproduct_idxs: Sequence[Any] | None = None,
                 mapping_path: str | None = None, mapping_dict: Mapping[str, Sequence[int]] | None = None,
                 colorize_instance_segmentation: bool = False, semantic_filter_predicate: str | None = None,
                 use_kitti_dir_names: bool = False, backend: BaseBackend | None = None) -> None:
        if mapping_path is not None and mapping_dict is not None:
            raise ValueError("KittiWriter takes mapping_path or mapping_dict, not both.")
        if not 0.0 <= partly_occluded_threshold <= fully_visible_threshold <= 1.0:
            raise ValueError("KittiWriter needs 0 <= partly_occluded_threshold <= fully_visible_threshold <= 1, got "
                             f"{partly_occluded_threshold} and {fully_visible_threshold}.")
        self.version = "0.0.1"
        self.data_structure = "renderProduct"
        self.backend = self._backend = chosen_backend("KittiWriter", output_dir, backend, s3_bucket, s3_region, s3_endpoint)
        self._frame_id = 0
        self._omit_semantic_type = omit_semantic_type
        self._height_threshold = bbox_height_threshold
        self._levels = (fully_visible_threshold, partly_occluded_threshold)
        self._colorize_instances = colorize_instance_segmentation
        self._directories = _KITTI_DIRECTORIES if use_kitti_dir_names else _DIRECTORIES
        mapping = json.loads(Path(mapping_path).read_text()) if mapping_path is not None else mapping_dict
        self._mapping = {str(label).lower(): [*color, 255][:4] for label, color in (mapping or {}).items()}
        types = semantic_types or (None if semantic_filter_predicate else ["class"])
        labels = {"semanticTypes": types, "semanticFilter": semantic_filter_predicate}
        self.annotators = [AnnotatorRegistry.get_annotator("rgb", do_array_copy=False)] + [
            AnnotatorRegistry.get_annotator(name, init_params=labels, do_array_copy=False)
            for name in ("semantic_segmentation", "instance_segmentation_fast", "bounding_box_2d_tight_fast",
                         "bounding_box_2d_loose_fast")]

    def write(self, data: dict[str, Any]) -> None:
        """Schedule the files of one frame."""
        folders = _folders(data["renderProducts"])
        for product, content in data["renderProducts"].items():
            folder = folders[product]
            semantic, instance = content["semantic_segmentation"], content["instance_segmentation_fast"]
            # Made before the first is scheduled, so that a frame that cannot be written leaves no file.
            files = [("rgb", content["rgb"]["data"]), ("semantic", self._semantic(semantic)),
                     ("instance", _instances(semantic["data"], instance["data"]))]
            if self._colorize_instances:
                ids = instance["data"]
                files.append(("instance_rgb", palette(int(ids.max(initial=1)) + 1)[ids]))
            lines = self._lines(content["bounding_box_2d_tight_fast"], content["bounding_box_2d_loose_fast"])
            for kind, image in files:
                self.backend.schedule(write_image, data=image, path=f"{folder}/{self._directories[kind]}/{self._frame_id}.png")
            self.backend.schedule(_write_text, data=lines, path=f"{folder}/{self._directories['boxes']}/{self._frame_id}.txt",
                                  backend_instance=self.backend)
        self._frame_id += 1

    def _semantic(self, semantic: Mapping[str, Any]) -> np.ndarray:
        ids = semantic["data"]
        if not self._mapping:
            _check_fits("semantic", ids)
            return ids.astype(np.uint8)
        unlabelled = self._mapping.get("unlabelled", [0, 0, 0, 255])
        colors = np.tile(np.array(unlabelled, np.uint8), (int(ids.max(initial=1)) + 1, 1))
        colors[0] = self._mapping.get("background", [0, 0, 0, 0])
        for key, labels in semantic["idToLabels"].items():
            names = [name.lower() for text in labels.values() for name in text.split(",")]
            color = next((self._mapping[name] for name in names if name in self._mapping), None)
            if color is not None and FIRST <= int(key) < len(colors):
                colors[int(key)] = color
        return colors[ids]

    def _lines(self, tight: Mapping[str, Any], loose: Mapping[str, Any]) -> str:
        whole = {int(instance): _area(box) for instance, box in zip(loose["bboxIds"], loose["data"], strict=True)}
        lines = []
        for instance, box in zip(tight["bboxIds"], tight["data"], strict=True):
            if box["y_max"] - box["y_min"] < self._height_threshold:
                continue
            share = _area(box) / max(whole.get(int(instance), 0), 1)
            occluded = sum(share < level for level in self._levels)
            corners = " ".join(f"{box[name]:.2f}" for name in ("x_min", "y_min", "x_max", "y_max"))
            lines.append(f"{self._label(tight['idToLabels'][int(box['semanticId'])])} 0.00 {occluded} 0.00 {corners}"
                         + " 0.00" * 7 + "\n")
        return "".join(lines)

    def _label(self, labels: Mapping[str, str]) -> str:
        # Readers part a line's fields at spaces; with types there is one in every label, as Replicator writes it.
        plain = ("_".join(name.split()) for name in labels.values())
        return ",".join(plain) if self._omit_semantic_type else ", ".join(f"{k}: {v}" for k, v in labels.items())


def _folders(products: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the folder of each product: its camera's name where it was not given one, if that is unique."""
    folders = {name: content["camera"].rpartition("/")[2] if name.startswith("Replicator") else name
               for name, content in products.items()}
    return folders if len(set(folders.values())) == len(folders) else {name: name for name in folders}


def _instances(semantic: np.ndarray, instance: np.ndarray) -> np.ndarray:
    """Return semantic id * 256 + instance id as uint16; what is no labelled object has instance 0."""
    _check_fits("semantic", semantic)
    _check_fits("instance", instance)
    return (semantic * 256 + np.where(instance < FIRST, 0, instance)).astype(np.uint16)


def _check_fits(kind: str, ids: np.ndarray) -> None:
    if (largest := int(ids.max(initial=0))) > _MAX_ID:
        raise ValueError(f"KITTI images hold {kind} ids up to {_MAX_ID}, the frame has {largest}. Label fewer prims, or choose "
                         "fewer with semantic_filter_predicate.")


def _area(box: np.void) -> int:
    return int(box["x_max"] - box["x_min"] + 1) * int(box["y_max"] - box["y_min"] + 1)


def _write_text(path: str, data: str, backend_instance: BaseBackend) -> None:
    backend_instance.write_blob(path, data.encode())
