"""DOPEWriter: images and poses for training Deep Object Pose Estimation."""

import logging
from collections.abc import Mapping
from typing import Any

from scenewright.replicator.annotators.registry import AnnotatorRegistry
from scenewright.replicator.backends.io_functions import write_image, write_json
from scenewright.replicator.writers.destination import chosen_backend
from scenewright.replicator.writers.writer import Writer

__all__ = ["DOPEWriter"]

_log = logging.getLogger(__name__)


class DOPEWriter(Writer):
    """Write ``NNNNNN.png`` and ``NNNNNN.json`` for each frame with a visible labelled prim; other frames are skipped.

    The JSON holds ``camera_data`` ({}) and ``objects``: class, visibility, location [cm, camera space], quaternion_wxyz and
    projected_cuboid (9 pixels). With several render products the files lie in ``<product>/rgb/`` and ``<product>/``. Deprecated
    in Isaac Sim in favour of PoseWriter.

    Args:
        output_dir: Output folder; with ``use_s3`` the prefix of the keys.
        class_name_to_index_map: Index of each class; kept for the user.
        semantic_types: Semantic types that count; default ``["class"]``.
        image_output_format: "png", "jpg" or "jpeg".
        use_s3: Write to ``bucket_name`` (needs the ``[s3]`` extra).
        bucket_name: Name of the bucket.
        endpoint_url: URL of an S3 server other than Amazon's.
        s3_region: Region of the bucket.

    Raises:
        ValueError: There is nowhere to write, or the bucket's name is none.
        TypeError: A parameter is not known.
    """

    def __init__(self, output_dir: str, class_name_to_index_map: Mapping[str, int], semantic_types: list[str] | None = None,
                 image_output_format: str = "png", use_s3: bool = False, bucket_name: str = "", endpoint_url: str = "",
                 s3_region: str = "us-east-1") -> None:
        self.version = "0.0.1"
        self.data_structure = "renderProduct"
        self.class_to_index = dict(class_name_to_index_map)
        self.index_to_class = {index: name for name, index in self.class_to_index.items()}
        self._image_output_format = image_output_format
        if use_s3 and not bucket_name:
            raise ValueError("DOPEWriter with use_s3=True needs bucket_name='…'.")
        bucket = bucket_name if use_s3 else None
        self.backend = self._backend = chosen_backend("DOPEWriter", output_dir, None, bucket, s3_region, endpoint_url)
        self._frame_id = 0
        self._last_frame_is_valid = True
        self.annotators = [
            AnnotatorRegistry.get_annotator("rgb", do_array_copy=False),
            AnnotatorRegistry.get_annotator("dope", init_params={"semanticTypes": semantic_types or ["class"]})]

    @staticmethod
    def register_pose_annotator(config_data: Mapping[str, Any]) -> None:
        """Make ``config_data["CAMERA_ROTATION"]`` what the "dope" annotator turns the camera by from now on."""
        params = {"cameraRotation": config_data.get("CAMERA_ROTATION", (0.0, 0.0, 0.0))}
        AnnotatorRegistry.set_default_parameters("dope", params)

    @staticmethod
    def setup_writer(config_data: Mapping[str, Any], writer_config: Mapping[str, Any]) -> "DOPEWriter":
        """Return an initialised writer of a script's two configuration dicts."""
        return DOPEWriter(
            writer_config["output_folder"], config_data["CLASS_NAME_TO_INDEX"], use_s3=writer_config.get("use_s3", False),
            bucket_name=writer_config.get("bucket_name", ""), endpoint_url=writer_config.get("endpoint_url", ""))

    def write(self, data: dict[str, Any]) -> None:
        """Schedule the files of one frame."""
        products = data["renderProducts"]
        self._last_frame_is_valid = any((content["dope"]["data"]["visibility"] > 0).any() for content in products.values())
        if not self._last_frame_is_valid:
            _log.info("No labelled prim is visible in frame %d: it is skipped.", self._frame_id)
            return
        several = max(len(self._render_products), len(products)) > 1
        name = f"{self._frame_id:06}"
        for product, content in products.items():
            image = f"{product}/rgb/{name}" if several else name
            poses = f"{product}/{name}" if several else name
            self.backend.schedule(write_image, data=content["rgb"]["data"], path=f"{image}.{self._image_output_format}")
            self.backend.schedule(write_json, data=_entry(content["dope"]), path=f"{poses}.json", indent=2)
        self._frame_id += 1

    def is_last_frame_valid(self) -> bool:
        """Return whether the last frame was written."""
        return self._last_frame_is_valid


def _entry(dope: Mapping[str, Any]) -> dict[str, Any]:
    objects = []
    for record in dope["data"]:
        name = dope["idToLabels"][str(record["semanticId"])].get("class", "")
        objects.append({
            "class": f"0{name.lstrip('_')}" if name.startswith("_") else name, "visibility": float(record["visibility"]),
            "location": record["location"].tolist(), "quaternion_wxyz": record["rotation"].tolist(),
            "projected_cuboid": record["projected_cuboid"].tolist()})
    return {"camera_data": {}, "objects": objects}
