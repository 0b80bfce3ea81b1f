"""YCBVideoWriter: frames in the layout of the YCB Video dataset."""

import importlib.util
import io
import logging
from collections.abc import Mapping
from typing import Any

import numpy as np

from scenewright.replicator.annotators.registry import AnnotatorRegistry
from scenewright.replicator.backends.base_backend import BaseBackend
from scenewright.replicator.backends.io_functions import write_image
from scenewright.replicator.writers.destination import chosen_backend
from scenewright.replicator.writers.writer import Writer

__all__ = ["YCBVideoWriter"]

_log = logging.getLogger(__name__)
_ROOT = "data/YCB_Video"


class YCBVideoWriter(Writer):
    """Write ``data/YCB_Video/data/0000/NNNNNN-{color, depth, label}.png``, ``-box.txt`` and ``-meta.mat``, and ``train.txt``.

    Frames without a labelled prim in view are skipped where ``pose`` is asked for. With several render products the files lie
    in ``0000/<product>/<annotator>/`` (``-meta.mat`` in ``0000/<product>/``). Deprecated in Isaac Sim.

    ========  =============================================================================================================
    color     the image
    depth     inverse depth scaled to 0..255, a picture to look at
    label     class index of each pixel, 0 where it has none
    box       ``label x_min y_min x_max y_max`` for each visible prim
    meta      cls_indexes (uint8), factor_depth (uint16), intrinsic_matrix, poses (3, 4, n), center (n, 2) [px]; needs the
              ``[ycb]`` extra
    ========  =============================================================================================================

    Args:
        output_dir: Output folder.
        num_frames: Frames that ``train.txt`` lists.
        semantic_types: Semantic types that count; default ``["class"]``.
        rgb: Write color.
        bounding_box_2d_tight: Write boxes.
        semantic_segmentation: Write labels.
        distance_to_image_plane: Write depth.
        image_output_format: Extension of the images.
        pose: Write meta.
        class_name_to_index_map: Index 1..255 of each class; required for labels and meta.
        factor_depth: Goes into meta.
        intrinsic_matrix: Goes into meta, shape (3, 3); required for it.

    Raises:
        ValueError: There is nowhere to write, or a required value is missing; while writing, a class has no index.
        TypeError: A parameter is not known.
        ImportError: ``pose`` is asked for and the ``[ycb]`` extra is not installed.
    """

    def __init__(self, output_dir: str, num_frames: int, semantic_types: list[str] | None = None, rgb: bool = False,
                 bounding_box_2d_tight: bool = False, semantic_segmentation: bool = False,
                 distance_to_image_plane: bool = False, image_output_format: str = "png", pose: bool = False,
                 class_name_to_index_map: Mapping[str, int] | None = None, factor_depth: int = 10000,
                 intrinsic_matrix: Any = None) -> None:
        if (pose or semantic_segmentation) and class_name_to_index_map is None:
            raise ValueError("YCBVideoWriter needs class_name_to_index_map={'002_master_chef_can': 1, …} for labels and poses.")
        if pose and (intrinsic_matrix is None or np.shape(intrinsic_matrix) != (3, 3)):
            raise ValueError("YCBVideoWriter needs intrinsic_matrix of shape (3, 3) for poses, got "
                             f"{None if intrinsic_matrix is None else np.shape(intrinsic_matrix)}.")
        if pose and importlib.util.find_spec("scipy") is None:
            raise ImportError("YCBVideoWriter needs the 'ycb' extra for -meta.mat: pip install 'scenewright[ycb]' (package "
                              "scipy), or pose=False.")
        self.version = "0.0.1"
        self.data_structure = "renderProduct"
        self.num_frames = num_frames
        self.class_to_index = dict(class_name_to_index_map or {})
        self.factor_depth = factor_depth
        self.intrinsic_matrix = None if intrinsic_matrix is None else np.asarray(intrinsic_matrix, np.float64)
        self._image_output_format = image_output_format
        self._frame_id = 0
        self._last_frame_is_valid = True
        labels = {"semanticTypes": semantic_types or ["class"]}
        chosen = (("rgb", rgb, {}), ("distance_to_image_plane", distance_to_image_plane, {}),
                  ("semantic_segmentation", semantic_segmentation, labels),
                  ("bounding_box_2d_tight", bounding_box_2d_tight, labels), ("pose", pose, labels))
        self.annotators = [AnnotatorRegistry.get_annotator(name, init_params=params, do_array_copy=False)
                           for name, wanted, params in chosen if wanted]
        self.backend = self._backend = chosen_backend("YCBVideoWriter", output_dir)
        train = "".join(f"0000/{frame:06}\n" for frame in range(num_frames))
        self.backend.schedule(_write_bytes, data=train.encode(), path=f"{_ROOT}/train.txt", backend_instance=self.backend)

    @staticmethod
    def register_pose_annotator(config_data: Mapping[str, Any]) -> None:
        """Make ``config_data["CAMERA_ROTATION"]`` what the "pose" annotator turns the camera by from now on."""
        params = {"cameraRotation": config_data.get("CAMERA_ROTATION", (0.0, 0.0, 0.0))}
        AnnotatorRegistry.set_default_parameters("pose", params)

    @staticmethod
    def setup_writer(config_data: Mapping[str, Any], writer_config: Mapping[str, Any]) -> "YCBVideoWriter":
        """Return an initialised writer of a script's two configuration dicts."""
        intrinsics = [[config_data["F_X"], 0, config_data["C_X"]], [0, config_data["F_Y"], config_data["C_Y"]], [0, 0, 1]]
        return YCBVideoWriter(
            writer_config["output_folder"], writer_config["train_size"], rgb=True, bounding_box_2d_tight=True,
            semantic_segmentation=True, distance_to_image_plane=True, pose=True,
            class_name_to_index_map=config_data["CLASS_NAME_TO_INDEX"], intrinsic_matrix=intrinsics)

    def write(self, data: dict[str, Any]) -> None:
        """Schedule the files of one frame."""
        products = data["renderProducts"]
        self._last_frame_is_valid = any("pose" not in content or len(content["pose"]["data"]) for content in products.values())
        if not self._last_frame_is_valid:
            _log.info("No labelled prim is in view in frame %d: it is skipped.", self._frame_id)
            return
        several = max(len(self._render_products), len(products)) > 1
        for product, content in products.items():
            for name, (ending, encode) in self._files().items():
                if name in content:
                    folder = f"{product}/" + (f"{name}/" if name != "pose" else "") if several else ""
                    value = encode(content[name])
                    function, extra = ((_write_bytes, {"backend_instance": self.backend}) if isinstance(value, bytes)
                                       else (write_image, {}))
                    self.backend.schedule(function, data=value, path=f"{_ROOT}/data/0000/{folder}{self._frame_id:06}-{ending}",
                                          **extra)
        self._frame_id += 1

    def is_last_frame_valid(self) -> bool:
        """Return whether the last frame was written."""
        return self._last_frame_is_valid

    def _files(self) -> dict[str, tuple[str, Any]]:
        image = self._image_output_format
        return {"rgb": (f"color.{image}", lambda content: content["data"]),
                "distance_to_image_plane": (f"depth.{image}", lambda content: _inverse_depth(content["data"])),
                "semantic_segmentation": (f"label.{image}", self._labels), "bounding_box_2d_tight": ("box.txt", _boxes),
                "pose": ("meta.mat", self._meta)}

    def _labels(self, segmentation: Mapping[str, Any]) -> np.ndarray:
        index_of_id = np.zeros(int(segmentation["data"].max(initial=0)) + 1, np.uint8)
        for key, labels in segmentation["idToLabels"].items():
            if int(key) < len(index_of_id):
                index_of_id[int(key)] = self.class_to_index.get(_class(labels), 0)
        return index_of_id[segmentation["data"]]

    def _meta(self, pose: Mapping[str, Any]) -> bytes:
        from scipy.io import savemat

        names = [_class(pose["idToLabels"][str(record["semanticId"])]) for record in pose["data"]]
        missing = sorted(set(names) - set(self.class_to_index))
        if missing:
            raise ValueError(f"class_name_to_index_map has no index for {', '.join(missing)}.")
        buffer = io.BytesIO()
        savemat(buffer, {
            "cls_indexes": np.array([self.class_to_index[name] for name in names], np.uint8),
            "factor_depth": np.array([self.factor_depth], np.uint16), "intrinsic_matrix": self.intrinsic_matrix,
            "poses": np.moveaxis(pose["data"]["prims_to_desired_camera"][:, :3].astype(np.float64), 0, -1),
            "center": pose["data"]["center_coords_image_space"].astype(np.float64)})
        return buffer.getvalue()


def _class(labels: Mapping[str, str]) -> str:
    return labels.get("class", "").split(",")[0]


def _boxes(boxes: Mapping[str, Any]) -> bytes:
    lines = [" ".join([_class(boxes["idToLabels"][str(box["semanticId"])]),
                       *(str(box[name]) for name in ("x_min", "y_min", "x_max", "y_max"))]) + "\n" for box in boxes["data"]]
    return "".join(lines).encode()


def _inverse_depth(depth: np.ndarray) -> np.ndarray:
    """Return 1 / depth stretched to 0..255; nothing hit is darkest."""
    inverse = 1.0 / np.maximum(depth, 1e-6)
    inverse -= inverse.min()
    return (inverse / max(float(inverse.max()), 1e-12) * 255.0).astype(np.uint8)


def _write_bytes(path: str, data: bytes, backend_instance: BaseBackend) -> None:
    backend_instance.write_blob(path, data)
