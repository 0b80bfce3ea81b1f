"""Outputs of object descriptions: a folder for each switch, and files named as the description asks."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import omni.replicator.core as rep

__all__ = ["WriterObjectDescription", "kitti_line", "objectron_record"]

_ANNOTATORS = {
    "images": ("rgb", {}),
    "segmentation": ("semantic_segmentation", {"colorize": True}),
    "depth": ("distance_to_image_plane", {}),
    "normal": ("normals", {}),
    "3d_labels": ("bounding_box_3d", {}),
}


class WriterObjectDescription(rep.Writer):
    """Files of an object description.

    ==================== ===================================================================================================
    Output               Contents
    ==================== ===================================================================================================
    ``images/``          colour, PNG, RGB 8 bit
    ``labels/``          KITTI: ``name 0 occlusion 0 x_min y_min x_max y_max`` and seven zeros, a line for each tracked
                         mutable that is visible [pixel]
    ``3d_labels/``       Objectron JSON: camera matrices, and eight corners with centre of each tracked mutable, in the camera
                         frame [cm] and on the picture [pixel]
    ``descriptions/``    the frame as a description that makes it again
    ``segmentation/``    PNG of colours by class, and JSON of what they mean
    ``depth/``           distance to the image plane [cm], float32, ``.npy``
    ``normal/``          world normals, PNG, 0 = -1 and 255 = 1
    ==================== ===================================================================================================

    Args:
        backend: Where files go.
        outputs: Names of the outputs.
        frames: The session: names of files, thresholds and the text of the present frame.
    """

    version = "0.1.0"

    def __init__(self, backend: Any, outputs: Sequence[str], frames: Any):
        self.backend = self._backend = backend
        self.data_structure = "renderProduct"
        self.outputs = tuple(outputs)
        self.frames = frames
        self._frame_id = 0
        chosen = [_ANNOTATORS[name] for name in self.outputs if name in _ANNOTATORS]
        chosen += [("bounding_box_2d_tight", {}), ("camera_params", {})]
        self.annotators = [rep.AnnotatorRegistry.get_annotator(name, init_params=params) for name, params in chosen]

    def write(self, data: dict[str, Any]) -> None:
        """Write the files of one frame."""
        products = data["renderProducts"]
        kept = {name: self._labels(product) for name, product in products.items()}
        if self.frames.skips_empty and not any(kept.values()):
            return
        for camera, product in products.items():
            name = self.frames.output_name(camera)
            self._write_arrays(name, product)
            if "labels" in self.outputs:
                self._text(f"labels/{name}.txt", "".join(line + "\n" for line in kept[camera]))
            if "descriptions" in self.outputs:
                self._text(f"descriptions/{name}.yaml", self.frames.description_text())
            if "3d_labels" in self.outputs:
                self._json(f"3d_labels/{name}.json", objectron_record(product["camera_params"], product["bounding_box_3d"]))

    def write_metadata(self) -> None:
        """Write none: the dataset's header says more."""

    def _write_arrays(self, name: str, product: Mapping[str, Any]) -> None:
        image, array = rep.functional.write_image, rep.functional.write_np
        if "images" in self.outputs:
            self.backend.schedule(image, data=_array(product["rgb"])[..., :3].copy(), path=f"images/{name}.png")
        if "segmentation" in self.outputs:
            found = product["semantic_segmentation"]
            self.backend.schedule(image, data=_array(found).copy(), path=f"segmentation/{name}.png")
            self._json(f"segmentation/{name}.json", {str(key): value for key, value in found["idToLabels"].items()})
        if "depth" in self.outputs:
            depth = _array(product["distance_to_image_plane"]).copy()
            self.backend.schedule(array, data=depth, path=f"depth/{name}.npy")
        if "normal" in self.outputs:
            picture = np.round((_array(product["normals"])[..., :3] + 1.0) * 127.5).clip(0, 255).astype(np.uint8)
            self.backend.schedule(image, data=picture, path=f"normal/{name}.png")

    def _labels(self, product: Mapping[str, Any]) -> list[str]:
        """Return a KITTI line for each tracked mutable that passes the thresholds."""
        found = product["bounding_box_2d_tight"]
        width, height = (int(side) for side in product["resolution"])
        lines = []
        for row in _array(found):
            share = (row["x_max"] - row["x_min"] + 1) * (row["y_max"] - row["y_min"] + 1) / (width * height)
            occlusion = float(row["occlusionRatio"])
            low, high = self.frames.threshold("min_area_threshold"), self.frames.threshold("max_area_threshold")
            if occlusion > self.frames.threshold("occlusion_threshold"):
                continue
            if (low is not None and share < low) or (high is not None and share > high):
                continue
            lines.append(kitti_line(_class_of(found["idToLabels"], row), row, occlusion))
        return lines

    def _text(self, path: str, text: str) -> None:
        self.backend.schedule(_write_text, data=text, path=path)

    def _json(self, path: str, data: Any) -> None:
        self.backend.schedule(rep.functional.write_json, data=data, path=path)


def _write_text(path: str, data: str, backend_instance: Any) -> None:
    backend_instance.write_blob(path, data.encode())


def kitti_line(name: str, box: Any, occlusion: float) -> str:
    """Return a KITTI line of a box with fields x_min, y_min, x_max, y_max [pixel]."""
    corners = " ".join(str(int(box[key])) for key in ("x_min", "y_min", "x_max", "y_max"))
    return f"{name} 0 {occlusion:.4f} 0 {corners} 0 0 0 0 0 0 0"


def objectron_record(camera: Mapping[str, Any], boxes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of one picture: the camera, and nine keypoints (centre, then corners) of each box.

    Args:
        camera: Output of ``camera_params``.
        boxes: Output of ``bounding_box_3d``.
    """
    width, height = (int(side) for side in camera["renderProductResolution"])
    view = np.array(camera["cameraViewTransform"], dtype=float).reshape(4, 4)
    projection = np.array(camera["cameraProjection"], dtype=float).reshape(4, 4)
    objects = []
    for row in _array(boxes):
        low, high = (np.array([float(row[f"{axis}_{end}"]) for axis in "xyz"]) for end in ("min", "max"))
        local = np.array([(low + high) / 2.0] + [[(low, high)[i >> axis & 1][axis] for axis in range(3)] for i in range(8)])
        world = np.c_[local, np.ones(9)] @ np.array(row["transform"], dtype=float)
        seen = world @ view
        clip = seen @ projection
        behind = clip[:, 3] <= 0.0
        ndc = clip[:, :2] / np.where(behind, np.nan, clip[:, 3])[:, None]
        pixels = (np.array([1.0, -1.0]) * ndc + 1.0) / 2.0 * [width, height]
        objects.append(
            {
                "class": _class_of(boxes["idToLabels"], row),
                "location": seen[0, :3].tolist(),
                "keypoints_3d": seen[:, :3].tolist(),
                "projected_cuboid": [None if hidden else pixel.tolist() for pixel, hidden in zip(pixels, behind, strict=True)],
                "scale": ((high - low) * np.linalg.norm(np.array(row["transform"], dtype=float)[:3, :3], axis=1)).tolist(),
                "visibility": 1.0 - float(row["occlusionRatio"]),
            }
        )
    matrices = {"camera_view_matrix": view.tolist(), "camera_projection_matrix": projection.tolist()}
    return {"camera_data": {"width": width, "height": height, **matrices}, "objects": objects}


def _class_of(labels: Mapping[Any, Mapping[str, str]], row: Any) -> str:
    number = int(row["semanticId"])
    return (labels[number] if number in labels else labels[str(number)])["class"]


def _array(value: Any) -> np.ndarray:
    data = value["data"] if isinstance(value, Mapping) else value
    return data.numpy() if hasattr(data, "numpy") else np.asarray(data)
