"""BasicWriter: one file or a few per annotator and frame."""

import importlib.util
from typing import Any

from scenewright.replicator.annotators.registry import AnnotatorRegistry
from scenewright.replicator.backends.base_backend import BaseBackend
from scenewright.replicator.backends.io_functions import write_image, write_json, write_np
from scenewright.replicator.tools import colorize_depth, colorize_normals
from scenewright.replicator.writers.destination import chosen_backend
from scenewright.replicator.writers.writer import Writer

__all__ = ["BasicWriter"]

_FORMATS = ("png", "jpg", "jpeg", "exr")


class BasicWriter(Writer):
    """Write annotators as images, ``.npy`` arrays and JSON.

    With one render product the files lie in the output folder, with several in ``<product>/<annotator>/`` (or beside each other
    as ``<product>_<file>`` with ``use_common_output_dir``). ``NNNN`` counts the writer's frames from 0:

    ====================================================  ===========================================================
    rgb                                                   ``rgb_NNNN.png`` (or ``image_output_format``)
    bounding_box_2d_tight, …_2d_loose, bounding_box_3d    ``<name>_NNNN.npy``, ``<name>_labels_NNNN.json``,
                                                          ``<name>_prim_paths_NNNN.json``
    semantic_segmentation                                 ``…_NNNN.png``, ``…_labels_NNNN.json``
    instance_id_segmentation                              ``…_NNNN.png``, ``…_mapping_NNNN.json``
    instance_segmentation                                 ``…_NNNN.png``, ``…_mapping_NNNN.json``,
                                                          ``…_semantics_mapping_NNNN.json``
    distance_to_camera, distance_to_image_plane           ``…_NNNN.npy`` [m], ``…_NNNN.png`` with ``colorize_depth``
    occlusion, motion_vectors                             ``…_NNNN.npy``
    normals                                               ``normals_NNNN.png``
    camera_params                                         ``camera_params_NNNN.json``
    pointcloud                                            ``pointcloud_NNNN.npy`` and ``pointcloud_{rgb, normals, semantic,
                                                          instance}_NNNN.npy``
    skeleton_data                                         ``skeleton_NNNN.json``
    ====================================================  ===========================================================

    and ``metadata.txt`` once, at the root.

    Args:
        output_dir: Output folder; unused where ``backend`` is given.
        s3_bucket: Write to this S3 bucket (needs the ``[s3]`` extra), with ``output_dir`` as the prefix of the keys.
        s3_region: Its region.
        s3_endpoint: URL of an S3 server other than Amazon's.
        semantic_types: Semantic types that count; default ``["class"]``.
        pointcloud_include_unlabelled: Points on unlabelled prims as well.
        image_output_format: Of rgb: "png", "jpg", "jpeg" or "exr" (needs the ``[exr]`` extra).
        colorize_semantic_segmentation: Colours; False writes ids as 16-bit PNG. Likewise the two other segmentations.
        colorize_depth: Add a picture of each depth.
        frame_padding: Digits of the frame number.
        semantic_filter_predicate: A semantic filter, such as ``"class: car | truck"``.
        use_common_output_dir: See above.
        backend: Where to write.

    Raises:
        ValueError: Neither ``output_dir`` nor ``backend`` is given, or a value is not allowed.
        TypeError: ``backend`` is no backend, or a parameter is not known.
        ImportError: S3 is asked for and the ``[s3]`` extra is not installed.
    """

    def __init__(
        self, output_dir: str | None = None, s3_bucket: str | None = None, s3_region: str | None = None,
        s3_endpoint: str | None = None, semantic_types: list[str] | None = None, rgb: bool = False,
        bounding_box_2d_tight: bool = False, bounding_box_2d_loose: bool = False, semantic_segmentation: bool = False,
        instance_id_segmentation: bool = False, instance_segmentation: bool = False, distance_to_camera: bool = False,
        distance_to_image_plane: bool = False, bounding_box_3d: bool = False, occlusion: bool = False, normals: bool = False,
        motion_vectors: bool = False, camera_params: bool = False, pointcloud: bool = False,
        pointcloud_include_unlabelled: bool = False, image_output_format: str = "png",
        colorize_semantic_segmentation: bool = True, colorize_instance_id_segmentation: bool = True,
        colorize_instance_segmentation: bool = True, colorize_depth: bool = False, skeleton_data: bool = False,
        frame_padding: int = 4, semantic_filter_predicate: str | None = None, use_common_output_dir: bool = False,
        backend: BaseBackend | None = None,
    ) -> None:
        self.version = "0.0.2"
        self.data_structure = "annotator"
        self._image_output_format = _checked_format(image_output_format)
        self._output_dir = output_dir
        self._frame_padding = int(frame_padding)
        self._frame_id = 0
        self._sequence_id: int | None = None
        self._colorize_depth = colorize_depth
        self._use_common_output_dir = use_common_output_dir

        types = semantic_types or (None if semantic_filter_predicate else ["class"])
        labels = {"semanticTypes": types, "semanticFilter": semantic_filter_predicate}
        chosen = (
            ("rgb", rgb, {}),
            ("bounding_box_2d_tight_fast", bounding_box_2d_tight, labels),
            ("bounding_box_2d_loose_fast", bounding_box_2d_loose, labels),
            ("semantic_segmentation", semantic_segmentation, labels | {"colorize": colorize_semantic_segmentation}),
            ("instance_id_segmentation", instance_id_segmentation, labels | {"colorize": colorize_instance_id_segmentation}),
            ("instance_segmentation", instance_segmentation, labels | {"colorize": colorize_instance_segmentation}),
            ("distance_to_camera", distance_to_camera, {}),
            ("distance_to_image_plane", distance_to_image_plane, {}),
            ("bounding_box_3d_fast", bounding_box_3d, labels),
            ("occlusion", occlusion, labels),
            ("normals", normals, {}),
            ("motion_vectors", motion_vectors, {}),
            ("camera_params", camera_params, {}),
            ("pointcloud", pointcloud, labels | {"includeUnlabelled": pointcloud_include_unlabelled}),
            ("skeleton_data", skeleton_data, {}),
        )
        # Nobody changes these arrays between here and the disk, so they are not copied.
        self.annotators = [AnnotatorRegistry.get_annotator(name, init_params=params, do_array_copy=False)
                           for name, wanted, params in chosen if wanted]
        self.backend = self._backend = chosen_backend("BasicWriter", output_dir, backend, s3_bucket, s3_region,
                                                       s3_endpoint)

    def write(self, data: dict[str, Any]) -> None:
        """Schedule the files of one frame."""
        self._begin_frame(data.get("trigger_outputs") or {})
        for name, products in data["annotators"].items():
            route = next((prefix for prefix in _ROUTES if name.startswith(prefix)), None)
            if route is None:
                continue
            several = max(len(self._render_products), len(products)) > 1
            for product, content in products.items():
                if content is not None:
                    getattr(self, _ROUTES[route])(content, self._output_path(name, route, product, several))
        self._frame_id += 1

    def _begin_frame(self, trigger_outputs: dict[str, Any]) -> None:
        """Take up the sequence number of an ``on_time`` trigger; frames count anew in each sequence."""
        sequence = trigger_outputs.get("on_time")
        if sequence is not None and sequence != self._sequence_id:
            self._frame_id = 0
        self._sequence_id = sequence

    def _output_path(self, name: str, route: str, product: str, several: bool) -> str:
        """Return what precedes the file names: "" or a folder that ends in "/" (or a file name prefix)."""
        own_name = "" if name in (route, f"{route}_fast") else name  # an augmented annotator beside the standard one
        if several and self._use_common_output_dir:
            return f"{product}_{own_name}_" if own_name else f"{product}_"
        if several:
            return f"{product}/{own_name or route}/"
        return f"{own_name}/" if own_name else ""

    def _frame_name(self) -> str:
        frame = f"{self._frame_id:0{self._frame_padding}}"
        return frame if self._sequence_id is None else f"{self._sequence_id}_{frame}"

    def _save(self, function: Any, data: Any, output_path: str, name: str, extension: str) -> None:
        self._backend.schedule(function, data=data, path=f"{output_path}{name}_{self._frame_name()}.{extension}")

    def _write_rgb(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._save(write_image, anno_rp_data["data"], output_path, "rgb", self._image_output_format)

    def _write_normals(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._save(write_image, colorize_normals(anno_rp_data["data"]), output_path, "normals", "png")

    def _write_distance_to_camera(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._write_depth(anno_rp_data, output_path, "distance_to_camera")

    def _write_distance_to_image_plane(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._write_depth(anno_rp_data, output_path, "distance_to_image_plane")

    def _write_depth(self, anno_rp_data: dict[str, Any], output_path: str, name: str) -> None:
        self._save(write_np, anno_rp_data["data"], output_path, name, "npy")
        if self._colorize_depth:
            self._save(write_image, colorize_depth(anno_rp_data["data"]), output_path, name, "png")

    def _write_semantic_segmentation(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._save(write_image, anno_rp_data["data"], output_path, "semantic_segmentation", "png")
        self._save(write_json, anno_rp_data["idToLabels"], output_path, "semantic_segmentation_labels", "json")

    def _write_instance_id_segmentation(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._save(write_image, anno_rp_data["data"], output_path, "instance_id_segmentation", "png")
        self._save(write_json, anno_rp_data["idToLabels"], output_path, "instance_id_segmentation_mapping", "json")

    def _write_instance_segmentation(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        name = "instance_segmentation"
        self._save(write_image, anno_rp_data["data"], output_path, name, "png")
        self._save(write_json, anno_rp_data["idToLabels"], output_path, f"{name}_mapping", "json")
        self._save(write_json, anno_rp_data["idToSemantics"], output_path, f"{name}_semantics_mapping", "json")

    def _write_bounding_box_2d_tight(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._write_bounding_box_data(anno_rp_data, "2d_tight", output_path)

    def _write_bounding_box_2d_loose(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._write_bounding_box_data(anno_rp_data, "2d_loose", output_path)

    def _write_bounding_box_3d(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._write_bounding_box_data(anno_rp_data, "3d", output_path)

    def _write_bounding_box_data(self, anno_rp_data: dict[str, Any], bbox_type: str, output_path: str) -> None:
        name = f"bounding_box_{bbox_type}"
        self._save(write_np, anno_rp_data["data"], output_path, name, "npy")
        self._save(write_json, anno_rp_data["idToLabels"], output_path, f"{name}_labels", "json")
        self._save(write_json, anno_rp_data["primPaths"], output_path, f"{name}_prim_paths", "json")

    def _write_occlusion(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._save(write_np, anno_rp_data["data"], output_path, "occlusion", "npy")

    def _write_motion_vectors(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._save(write_np, anno_rp_data["data"], output_path, "motion_vectors", "npy")

    def _write_camera_params(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._save(write_json, anno_rp_data, output_path, "camera_params", "json")

    def _write_skeleton_data(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._save(write_json, anno_rp_data, output_path, "skeleton", "json")

    def _write_pointcloud(self, anno_rp_data: dict[str, Any], output_path: str) -> None:
        self._save(write_np, anno_rp_data["data"], output_path, "pointcloud", "npy")
        for key, name in (("pointRgb", "rgb"), ("pointNormals", "normals"), ("pointSemantic", "semantic"),
                          ("pointInstance", "instance")):
            self._save(write_np, anno_rp_data[key], output_path, f"pointcloud_{name}", "npy")


_ROUTES: dict[str, str] = {
    name: f"_write_{name}" for name in (
        "rgb", "normals", "distance_to_camera", "distance_to_image_plane", "semantic_segmentation", "instance_id_segmentation",
        "instance_segmentation", "bounding_box_2d_tight", "bounding_box_2d_loose", "bounding_box_3d", "occlusion",
        "motion_vectors", "camera_params", "pointcloud", "skeleton_data")}
"""The method that writes an annotator, by the beginning of its name."""


def _checked_format(image_output_format: str) -> str:
    name = str(image_output_format).lower().lstrip(".")
    if name not in _FORMATS:
        raise ValueError(f"image_output_format is one of {', '.join(_FORMATS)}, got {image_output_format!r}.")
    if name == "exr" and importlib.util.find_spec("OpenEXR") is None:
        raise ValueError("image_output_format='exr' needs the 'exr' extra: pip install 'scenewright[exr]' (package OpenEXR).")
    return name
