"""PoseWriter: object poses and box keypoints as JSON, in Isaac Sim's, DOPE's or CenterPose's format."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from scenewright.replicator.annotators.registry import AnnotatorRegistry
from scenewright.replicator.backends.backend_group import BackendDispatch, BackendGroup
from scenewright.replicator.backends.base_backend import BaseBackend
from scenewright.replicator.backends.io_functions import write_image, write_json
from scenewright.replicator.writers.cuboid import EDGES, keypoints_local, project, scale_of, truncation_ratio, wxyz
from scenewright.replicator.writers.writer import Writer

__all__ = ["PoseWriter"]

_FORMATS = (None, "dope", "centerpose")
_IMAGE_FORMATS = ("jpeg", "jpg", "png", "exr")
_EDGE_COLOR = (255, 200, 0, 255)
_KEYPOINT_COLOR = (255, 255, 255, 255)
_AXIS_COLORS = ((230, 40, 40, 255), (40, 180, 40, 255), (60, 90, 255, 255))


class PoseWriter(Writer):
    """Write, for each frame with a visible labelled object, ``NNNNNN.json`` with poses and the image.

    The JSON holds ``camera_data``, ``keypoint_order`` and ``objects``. An object has its label, prim path, visibility (share of
    its pixels that nothing hides), pose, projected keypoints [px] and truncation ratio; format None adds transforms,
    quaternions and keypoints in the world and camera frame. As in Isaac Sim, poses "in the camera frame" are
    view @ local_to_world (both as row-vector matrices), whereas keypoints are local @ local_to_world @ view.

    Args:
        output_dir: Output folder.
        use_subfolders: One folder per render product; the frame number then counts writes instead of images.
        visibility_threshold: Objects with at most this visibility are left out.
        skip_empty_frames: Write nothing where no object is left.
        write_debug_images: Also ``NNNNNN_overlay`` with boxes and axes drawn.
        frame_padding: Digits of the frame number.
        format: None, "dope" or "centerpose".
        use_s3: Write to ``s3_bucket`` (needs the ``[s3]`` extra), with ``output_dir`` as the prefix of the keys.
        s3_bucket: Name of the bucket.
        s3_endpoint_url: URL of an S3 server other than Amazon's.
        s3_region: Region of the bucket.
        backend: Where to write; with ``output_dir`` as well, to both.
        image_output_format: "png", "jpg", "jpeg" or "exr".

    Raises:
        ValueError: There is nowhere to write, or a format is not known.
        TypeError: ``backend`` is no backend.
        ImportError: S3 is asked for and the ``[s3]`` extra is not installed.
    """

    CUBOID_KEYPOINTS_ORDER_DEFAULT = ("Center", "LDB", "LDF", "LUB", "LUF", "RDB", "RDF", "RUB", "RUF")
    CUBOID_KEYPOINT_ORDER_DOPE = ("LUF", "RUF", "RDF", "LDF", "LUB", "RUB", "RDB", "LDB", "Center")

    def __init__(self, output_dir: str | None = None, use_subfolders: bool = False, visibility_threshold: float = 0.0,
                 skip_empty_frames: bool = True, write_debug_images: bool = False, frame_padding: int = 6,
                 format: str | None = None, use_s3: bool = False, s3_bucket: str | None = None,
                 s3_endpoint_url: str | None = None, s3_region: str | None = None, backend: BaseBackend | None = None,
                 image_output_format: str = "png") -> None:
        self.version = "0.2.0"
        self.data_structure = "renderProduct"
        self._format = format.lower() if isinstance(format, str) else format
        if self._format not in _FORMATS:
            raise ValueError(f"PoseWriter's format is None, 'dope' or 'centerpose', got {format!r}.")
        self._image_output_format = str(image_output_format).lower()
        if self._image_output_format not in _IMAGE_FORMATS:
            raise ValueError(f"image_output_format is one of {', '.join(_IMAGE_FORMATS)}, got {image_output_format!r}.")
        if use_s3 and not s3_bucket:
            raise ValueError("PoseWriter with use_s3=True needs s3_bucket='…'.")
        storage = {"bucket": s3_bucket, "region": s3_region, "endpoint_url": s3_endpoint_url} if use_s3 else {}
        self.backend = self._backend = _backend(output_dir, backend, storage)
        self._use_subfolders = use_subfolders
        self._visibility_threshold = visibility_threshold
        self._skip_empty_frames = skip_empty_frames
        self._write_debug_images = write_debug_images
        self._frame_padding = frame_padding
        self._frame_id = 0
        self._order = self.CUBOID_KEYPOINT_ORDER_DOPE if self._format == "dope" else self.CUBOID_KEYPOINTS_ORDER_DEFAULT
        self.annotators = [AnnotatorRegistry.get_annotator(name, do_array_copy=False)
                           for name in ("rgb", "bounding_box_3d_fast", "camera_params")]

    def write(self, data: dict[str, Any]) -> None:
        """Schedule the files of one frame."""
        for product, content in data["renderProducts"].items():
            boxes, camera = content["bounding_box_3d_fast"], content["camera_params"]
            rows = [row for row, record in enumerate(boxes["data"]) if _visibility(record) > self._visibility_threshold]
            if not rows and self._skip_empty_frames:
                continue
            stem = f"{product}/" if self._use_subfolders else ""
            stem += f"{self._frame_id:0{self._frame_padding}}"
            frame = {"camera_data": self._camera_data(camera), "keypoint_order": self._order,
                     "objects": [self._object(boxes, row, camera) for row in rows]}
            self.backend.schedule(write_json, path=f"{stem}.json", data=frame, indent=2)
            image = content["rgb"]["data"]
            self.backend.schedule(write_image, path=f"{stem}.{self._image_output_format}", data=image)
            if self._write_debug_images:
                self.backend.schedule(write_image, path=f"{stem}_overlay.{self._image_output_format}",
                                      data=_overlay(image, boxes["data"][rows], camera))
            self._frame_id += not self._use_subfolders
        self._frame_id += self._use_subfolders

    def get_current_frame_id(self) -> int:
        """Return the number of the next frame."""
        return self._frame_id

    def detach(self) -> None:
        """Detach; frames count anew from 0."""
        super().detach()
        self._frame_id = 0

    def _object(self, boxes: Mapping[str, Any], row: int, camera: Mapping[str, Any]) -> dict[str, Any]:
        """Return the entry of one object in the chosen format."""
        record = boxes["data"][row]
        world = record["transform"]
        view = np.asarray(camera["cameraViewTransform"]).reshape(4, 4)
        in_camera = view @ world
        corners_world = keypoints_local(record, self._order) @ world
        corners_camera = corners_world @ view
        pixels = project(corners_camera, camera)
        size = (_local_size(record) * scale_of(world)).tolist()
        entry: dict[str, Any] = {
            "class" if self._format == "dope" else "label": boxes["idToLabels"][int(record["semanticId"])].get("class", ""),
            "prim_path": boxes["primPaths"][row],
            "visibility": round(_visibility(record), 3),
        }
        if self._format is None:
            entry |= {
                "local_to_world_transform": world.tolist(),
                "location_world_frame": world[3, :3].tolist(),
                "rotation_matrix_world_frame": world[:3, :3].tolist(),
                "quat_wxyz_world_frame": wxyz(world),
                "location_camera_frame": in_camera[3, :3].tolist(),
                "rotation_matrix_camera_frame": in_camera[:3, :3].tolist(),
                "quat_wxyz_camera_frame": wxyz(in_camera),
                "size": size,
                "cuboid_keypoints_world_frame": corners_world[:, :3].tolist(),
                "cuboid_keypoints_camera_frame": corners_camera[:, :3].tolist(),
                "cuboid_keypoints_projected": pixels,
            }
        else:
            w, x, y, z = wxyz(in_camera)
            entry |= {"location": in_camera[3, :3].tolist(), "quaternion_xyzw": [x, y, z, w]}
            if self._format == "centerpose":
                entry |= {"scale": size, "keypoints_3d": corners_camera[:, :3].tolist()}
            entry["projected_cuboid"] = pixels
        return entry | {"truncation_ratio": truncation_ratio(pixels, camera["renderProductResolution"])}

    def _camera_data(self, camera: Mapping[str, Any]) -> dict[str, Any]:
        """Return the camera's entry in the chosen format; cx and cy carry the aperture offset unscaled, as in Isaac Sim."""
        width, height = (int(v) for v in camera["renderProductResolution"])
        focal = float(camera["cameraFocalLength"]) / (float(camera["cameraAperture"][0]) / width)
        offset = camera["cameraApertureOffset"]
        data: dict[str, Any] = {}
        if self._format is None:
            data |= {"aperture": camera["cameraAperture"], "aperture_offset": offset,
                     "focal_length": float(camera["cameraFocalLength"]), "resolution": [width, height],
                     "meters_per_scene_unit": float(camera["metersPerSceneUnit"])}
        data |= {
            "intrinsics": {"fx": focal, "fy": focal,
                           "cx": width / 2.0 + float(offset[0]), "cy": height / 2.0 + float(offset[1])},
            "camera_view_matrix": np.round(camera["cameraViewTransform"], 5).reshape(4, 4),
            "camera_projection_matrix": np.round(camera["cameraProjection"], 5).reshape(4, 4),
        }
        return data | {"width": width, "height": height} if self._format == "centerpose" else data


def _backend(output_dir: str | None, backend: BaseBackend | None, storage: Mapping[str, str | None]) -> BaseBackend:
    if backend is not None and not isinstance(backend, BaseBackend):
        raise TypeError(f"backend is an instance of rep.backends.BaseBackend, got {type(backend).__name__}.")
    made = BackendDispatch(output_dir=output_dir, **storage) if output_dir or storage else None
    if backend is None and made is None:
        raise ValueError("PoseWriter needs output_dir='…' or backend=rep.backends.get('DiskBackend', {'output_dir': '…'}).")
    if backend is None or made is None:
        return backend or made
    return BackendGroup([*getattr(backend, "_backends", [backend]), *made._backends])


def _visibility(record: np.void) -> float:
    return 1.0 - abs(float(record["occlusionRatio"]))


def _local_size(record: np.void) -> np.ndarray:
    return np.array([abs(float(record[f"{axis}_max"]) - float(record[f"{axis}_min"])) for axis in "xyz"])


def _overlay(image: np.ndarray, records: np.ndarray, camera: Mapping[str, Any]) -> np.ndarray:
    """Return a copy of the image with every box and its local axes drawn."""
    picture = Image.fromarray(np.array(image))
    draw = ImageDraw.Draw(picture)
    view = np.asarray(camera["cameraViewTransform"]).reshape(4, 4)
    names = PoseWriter.CUBOID_KEYPOINTS_ORDER_DEFAULT
    for record in records:
        to_camera = record["transform"] @ view
        local = keypoints_local(record, names)
        pixels = dict(zip(names, project(local @ to_camera, camera), strict=True))
        for a, b in EDGES:
            draw.line([pixels[a], pixels[b]], fill=_EDGE_COLOR, width=2)
        for x, y in pixels.values():
            draw.ellipse([x - 3, y - 3, x + 3, y + 3], fill=_KEYPOINT_COLOR)
        tips = np.repeat(local[:1], 3, axis=0)
        tips[:, :3] += np.eye(3) * _local_size(record).mean() / 4.0
        for tip, color in zip(project(tips @ to_camera, camera), _AXIS_COLORS, strict=True):
            draw.line([pixels["Center"], tip], fill=color, width=2)
    return np.asarray(picture)
