"""The BOP writer: images, depth and masks, and a fragment from which `finalise` makes the scene files and models_info."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import omni.replicator.core as rep

from scenewright.sdg.annotators import has_tracer, object_id
from scenewright.sdg.writers.amodal import amodal_annotators, amodal_masks
from scenewright.sdg.writers.bop_models import MODEL_FOLDER, model_meshes, ply_bytes
from scenewright.sdg.writers.camera import Pinhole, pinhole
from scenewright.sdg.writers.labelled import LabelledView, WriterLabelled, array_of

__all__ = ["WriterBop"]

_IMAGES_PER_SCENE = 1000
_NO_BOX = [-1, -1, -1, -1]


class WriterBop(WriterLabelled):
    """BOP 6D object poses: ``bop`` in a recipe's ``writers``. All lengths are millimetres.

    ==================== ============ ======================================================================================
    Parameter            Default      Meaning
    ==================== ============ ======================================================================================
    split                "train_pbr"  folder of the scenes
    classes              None         ``obj_id`` by class, as a list (from 1) or a mapping; None = every label, sorted
    depth_scale          1.0          millimetres of a unit of the depth images, up to 65535 units
    output_dir, …        None         backend, semantic_type and image_output_format are those of ``coco``
    ==================== ============ ======================================================================================

    ===================================== ==================================================================================
    Output in ``train_pbr/000000/``       Contents
    ===================================== ==================================================================================
    ``rgb/000007.png``                    colour
    ``depth/000007.png``                  distance to the image plane, 16 bit; 0 = nothing, or farther than fits
    ``mask_visib/000007_000002.png``      visible pixels of the third object of ``scene_gt``, 255
    ``mask/000007_000002.png``            its whole silhouette within the image, 255
    ``scene_camera.json``                 cam_K [pixel, 0 = centre of the first pixel], cam_R_w2c, cam_t_w2c, depth_scale
    ``scene_gt.json``                     obj_id, cam_R_m2c, cam_t_m2c of every object in the frame, hidden ones too
    ``scene_gt_info.json``                bbox_obj, bbox_visib, px_count_all, px_count_valid, px_count_visib, visib_fract, and
                                          object_id, which is the same in all frames and annotators
    ``../../models/obj_000001.ply``       model of the class with ``obj_id`` 1 [mm], in the frame of its poses
    ``../../models/models_info.json``     extents, size and diameter of each class
    ``../../test_targets_bop19.json``     of a split dataset: the objects of the test frames
    ===================================== ==================================================================================

    A scene has up to 1000 images of one camera. The cameras look along +z with +y down. An object's frame is its prim's, with
    the prim's scale taken into the model, so poses are rigid.

    ``px_count_all`` and ``bbox_obj`` include what lies up to one image size beyond the border, as BOP's own tool draws it.

    Limits: cameras are pinholes. A class is one model: where its objects differ in size a warning says so. The model is the
    mesh of the first object of the class on the stage when the writer is attached, gprims as fine meshes; where a class has
    none by then, ``models_info`` is made from extents, and ``diameter`` is their diagonal. In Kit, whose renderer does not see
    what is hidden, ``mask`` is there only for objects of which nothing is hidden, boxes and counts end at the image's border,
    and ``px_count_all`` of an object that is hidden entirely is -1.

    Example::

        scenewright:
          writers: {bop: {classes: {cracker_box: 2}}}

    Raises:
        ValueError: if a parameter is out of range, or, while writing, if the camera is no pinhole.
    """

    format = "bop"

    def __init__(
        self,
        output_dir: str | None = None,
        backend: Any = None,
        semantic_type: str = "class",
        image_output_format: str = "png",
        classes: Sequence[str] | Mapping[str, int] | None = None,
        split: str = "train_pbr",
        depth_scale: float = 1.0,
    ):
        if not split or "/" in split or split.startswith("."):
            raise ValueError(f"The writer bop: `split` is the name of a folder, such as train_pbr, got {split!r}.")
        if not 0.0 < float(depth_scale) < float("inf"):
            raise ValueError(f"The writer bop: `depth_scale` is a number of millimetres above 0, got {depth_scale!r}.")
        self._split = split
        self._depth_scale = float(depth_scale)
        types = {"semanticTypes": [semantic_type]}
        annotators = [("camera_params", {}), ("distance_to_image_plane", {}), ("bounding_box_3d", types)]
        annotators.append(("bounding_box_2d_loose", types))
        self._traced = has_tracer()
        if self._traced:
            annotators += amodal_annotators("bop", semantic_type)
        super().__init__(output_dir, backend, semantic_type, image_output_format, 6, classes, annotators)

    def attach(self, render_products: Any, *args: Any, **kwargs: Any) -> Any:
        """Attach to render products, and write the model of each class that stands on the stage."""
        import omni.usd

        for name, (points, triangles) in model_meshes(omni.usd.get_context().get_stage(), self.semantic_type).items():
            if self.classes is None or name in self.classes:
                path = f"{MODEL_FOLDER}/{object_id(name):014x}.ply"
                self.backend.schedule(_write_bytes, data=ply_bytes(points, triangles), path=path)
        return super().attach(render_products, *args, **kwargs)

    def constants(self) -> dict[str, Any]:
        """Return the parameters that the scene files depend on."""
        return {"classes": self.classes, "split": self._split}

    def image_name(self, stem: str, position: int, count: int) -> str:
        """Return where an image lies: scenes are blocks of frames of one camera."""
        scene = self._frame_id // _IMAGES_PER_SCENE * count + position
        number = self._frame_id % _IMAGES_PER_SCENE
        return f"{self._split}/{scene:06d}/rgb/{number:06d}.{self._image_output_format}"

    def annotate(self, view: LabelledView, annotation: dict[str, Any]) -> None:
        """Take the mask out: it is an image."""
        del annotation["segmentation"]

    def add_image(self, view: LabelledView, annotations: list[dict[str, Any]]) -> None:
        """Write depth and masks, and describe the camera and every object."""
        camera = pinhole(view.product["camera_params"], "BOP poses")
        folder, _, name = view.image["file_name"].rpartition("/rgb/")
        number = name.partition(".")[0]
        millimetres = camera.meters_per_unit * 1000.0
        depth = _depth_image(array_of(view.product["distance_to_image_plane"]), millimetres / self._depth_scale)
        depth = depth.reshape(view.ids.shape)
        self._image(f"{folder}/depth/{number}.png", depth)
        intrinsics = camera.intrinsics.copy()
        intrinsics[:2, 2] -= 0.5  # BOP's pixel coordinates are those of pixel centres
        view.image["bop"] = {
            "scene": int(folder.rpartition("/")[2]),
            "image": int(number),
            "camera": {
                "cam_K": intrinsics.reshape(-1).tolist(),
                "cam_R_w2c": _rotation(camera.view).reshape(-1).tolist(),
                "cam_t_w2c": (camera.view[3, :3] * millimetres).tolist(),
                "depth_scale": self._depth_scale,
            },
        }
        visible = {row["instance"]: row for row in annotations}
        silhouettes = amodal_masks(view) if self._traced else {}
        objects = []
        for row in self._objects(view, camera):
            number_of_object, ratio = row.pop("instance"), row.pop("occlusion")
            seen, whole = visible.get(number_of_object), silhouettes.get(number_of_object)
            box = row.pop("bbox_obj")
            row["info"] = _info(box, seen, ratio, depth, view) if whole is None else _full_info(*whole, seen, depth)
            row["info"]["object_id"] = row.pop("object_id")
            name = f"{number}_{len(objects):06d}.png"
            if seen is not None or whole is not None:
                mask = view.ids == number_of_object
                self._image(f"{folder}/mask_visib/{name}", _picture(mask))
                if whole is not None:
                    mask = np.zeros(view.ids.shape, bool)
                    mask[whole[0]["y_min"] : whole[0]["y_max"] + 1, whole[0]["x_min"] : whole[0]["x_max"] + 1] = whole[1]
                if whole is not None or ratio == 0.0:
                    self._image(f"{folder}/mask/{name}", _picture(mask))
            objects.append(row)
        view.image["objects"] = objects

    def _objects(self, view: LabelledView, camera: Pinhole) -> list[dict[str, Any]]:
        """Return class, pose [mm], extents [mm] and whole box of every object of which something lies in the frame."""
        boxes, loose = view.product["bounding_box_3d"], view.product["bounding_box_2d_loose"]
        whole = dict(zip(np.asarray(loose["bboxIds"]).tolist(), array_of(loose), strict=True))
        labels = {int(key): value for key, value in boxes["idToLabels"].items()}
        found = []
        rows = zip(np.asarray(boxes["bboxIds"]).tolist(), boxes["primPaths"], array_of(boxes), strict=True)
        for instance, path, box in rows:
            name = labels[int(box["semanticId"])].get(self.semantic_type, "").split(",")[0]
            if not name or (self.classes is not None and name not in self.classes):
                continue
            world = np.array(box["transform"], np.float64)
            seen = world @ camera.view
            scale = np.linalg.norm(world[:3, :3], axis=1)
            millimetres = camera.meters_per_unit * 1000.0
            low, high = (np.array([box[f"{axis}_{end}"] for axis in "xyz"], np.float64) for end in ("min", "max"))
            row = whole.get(instance)
            found.append(
                {
                    "instance": instance,
                    "object_id": object_id(str(path)),
                    "category": name,
                    "cam_R_m2c": _rotation(seen).reshape(-1).tolist(),
                    "cam_t_m2c": (seen[3, :3] * millimetres).tolist(),
                    "extent": [(low * scale * millimetres).tolist(), (high * scale * millimetres).tolist()],
                    "occlusion": float(box["occlusionRatio"]),
                    "bbox_obj": _NO_BOX if row is None else _box(row),
                }
            )
        return found

    def _image(self, path: str, data: np.ndarray) -> None:
        self.backend.schedule(rep.functional.write_image, data=data, path=path)


def _write_bytes(path: str, data: bytes, backend_instance: Any) -> None:
    backend_instance.write_blob(path, data)


def _rotation(matrix: np.ndarray) -> np.ndarray:
    """Return the rotation of a matrix for row vectors, for column vectors; the nearest one where it shears."""
    left, _, right = np.linalg.svd(matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=1, keepdims=True))
    return (left @ np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))]) @ right).T


def _depth_image(depth: np.ndarray, scale: float) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        units = np.round(depth.astype(np.float64) * scale)
        return np.where((units >= 0.0) & (units <= 65535.0), units, 0.0).astype(np.uint16)


def _box(row: Any) -> list[int]:
    x, y = int(row["x_min"]), int(row["y_min"])
    return [x, y, int(row["x_max"]) - x + 1, int(row["y_max"]) - y + 1]


def _picture(mask: np.ndarray) -> np.ndarray:
    return np.multiply(mask, 255, dtype=np.uint8)


def _full_info(record: np.void, mask: np.ndarray, seen: Mapping[str, Any] | None, depth: np.ndarray) -> dict[str, Any]:
    """Return what BOP's own tool says of an object, whose silhouette it draws on a canvas of three image sizes each way."""
    x_min, y_min, x_max, y_max = (int(value) for value in record["fullBox"])
    inside = depth[record["y_min"] : record["y_max"] + 1, record["x_min"] : record["x_max"] + 1]
    whole, area = int(record["pixels"]) + int(record["outsidePixels"]), 0 if seen is None else seen["area"]
    return {
        "bbox_obj": [x_min, y_min, x_max - x_min + 1, y_max - y_min + 1],
        "bbox_visib": _NO_BOX if seen is None else seen["bbox"],
        "px_count_all": whole,
        "px_count_valid": int(np.count_nonzero(mask & (inside > 0))),
        "px_count_visib": area,
        "visib_fract": area / whole,
    }


def _info(
    box: list[int], seen: Mapping[str, Any] | None, ratio: float, depth: np.ndarray, view: LabelledView
) -> dict[str, Any]:
    if seen is None:
        counts = {"px_count_all": -1, "px_count_valid": 0, "px_count_visib": 0, "visib_fract": 0.0}
        return {"bbox_obj": box, "bbox_visib": _NO_BOX, **counts}
    whole = round(seen["area"] / max(1.0 - ratio, 1e-9))
    x, y, width, height = seen["bbox"]
    valid = np.count_nonzero(view.mask(seen) & (depth[y : y + height, x : x + width] > 0))
    return {
        "bbox_obj": box,
        "bbox_visib": seen["bbox"],
        "px_count_all": whole,
        "px_count_valid": int(valid),
        "px_count_visib": seen["area"],
        "visib_fract": seen["area"] / whole,
    }
