"""The fragments that this project's writers leave: one frame's labels, exact to the pixel."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from scenewright.sdg.dataset_validation.basic_checks import FrameLabels
from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.dataset_validation.coco_checks import check_against_ids, check_annotation, check_panoptic
from scenewright.sdg.dataset_validation.image_checks import check_image
from scenewright.sdg.dataset_validation.keypoint_checks import check_keypoints
from scenewright.sdg.dataset_validation.line_checks import check_line, check_voc
from scenewright.sdg.reading.basic import BasicFrame
from scenewright.sdg.reading.masks import Mask, id_image

__all__ = ["check_fragment"]


def check_fragment(
    root: Path,
    folder: str,
    name: str,
    fragment: str,
    beside: Mapping[tuple[int, str], BasicFrame],
    points: Mapping[str, Mapping[str, Any]],
) -> tuple[CheckLog, list[tuple[str, bytes | None]]]:
    """Check one fragment and the pictures of its frame.

    Args:
        root: the dataset.
        folder: the writer's folder, "" or with a slash at its end.
        name: format of the fragment.
        fragment: its path below the writer's folder.
        beside: BasicWriter's frames by frame number and view.
        points: keypoints by class in the prims' space, where the recipe gives them.

    Returns:
        Findings; name and digest of every picture.
    """
    log = CheckLog()
    file = folder + fragment
    pictures: list[tuple[str, bytes | None]] = []
    try:
        data = json.loads((root / file).read_bytes())
        images, annotations = data["images"], data["annotations"]
        by_image = {image["id"]: image for image in images}
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.error("fragments", file, "", f"it cannot be read ({error!r}).")
        return log, pictures
    _check_ids(file, images, annotations, by_image, log)
    counts = {label: len(given) for label, given in (data.get("keypoints") or {}).items()}
    for image in images:
        rows = [row for row in annotations if row.get("image_id") == image["id"]]
        picture = folder + image["file_name"]
        pictures.append((picture, check_image(root / picture, picture, (image["width"], image["height"]), log)))
        masks = [(row, check_annotation(row, image, file, log, counts.get(row.get("category"), 0))) for row in rows]
        if name == "yolo":
            masks = [(_with_points(row, check_line(row, image, data, file, log)), mask) for row, mask in masks]
        elif name == "voc":
            check_voc(root, f"{folder}Annotations/{PurePosixPath(image['file_name']).stem}.xml", image, rows, log)
        _check_overlap(rows, image, file, log)
        _check_beside(beside, image, masks, _named(data, points), file, log)
        if "bop" in image:
            _check_bop(root / folder, folder, image, file, log)
    for row in data.get("panoptic_images", ()):
        rows = [item for item in annotations if item.get("image_id") == row["image_id"]]
        place = f"{folder}panoptic/{row['file_name']}"
        check_panoptic(root / place, row, rows, place, log)
    return log, pictures


def _with_points(row: dict[str, Any], points: list[float] | None) -> dict[str, Any]:
    return row if points is None else {**row, "keypoints": points}


def _named(data: Mapping[str, Any], given: Mapping[str, Mapping[str, Any]]) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Return a function from an annotation to its keypoints in the prim's space, by name: its own, or the recipe's."""

    def points(row: Mapping[str, Any]) -> Mapping[str, Any]:
        category, own = row.get("category"), row.get("keypoints_local")
        if own is None:
            return given.get(category, {})
        names = (data.get("keypoints") or {}).get(category) or [f"keypoint {number}" for number in range(1, len(own) + 1)]
        return dict(zip(names, own, strict=True))

    return points


def _check_ids(file: str, images: Any, annotations: Any, by_image: Mapping[Any, Any], log: CheckLog) -> None:
    if len(by_image) < len(images):
        log.error("coco entries", file, "", "two images have the same id.")
    if len({row.get("id") for row in annotations}) < len(annotations):
        log.error("coco entries", file, "", "two annotations have the same id.")
    for row in annotations:
        if row.get("image_id") not in by_image:
            log.error("coco entries", file, f"annotation {row.get('id')}", f"no image has the id {row.get('image_id')}.")


def _check_overlap(rows: list[dict[str, Any]], image: Mapping[str, Any], file: str, log: CheckLog) -> None:
    """A pixel shows one object, so the areas of an image's masks cannot exceed it."""
    area = sum(int(row.get("area", 0)) for row in rows if row.get("segmentation"))
    if area > image["width"] * image["height"]:
        log.error("coco masks", file, f"image {image['id']}", f"its masks cover {area} pixels; it has fewer.")


def _check_beside(
    beside: Mapping[tuple[int, str], BasicFrame],
    image: Mapping[str, Any],
    masks: list[tuple[dict[str, Any], Mask | None]],
    points: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    file: str,
    log: CheckLog,
) -> None:
    """Compare with BasicWriter's files of the same picture: masks, and keypoints with the poses."""
    frame = beside.get((image["frame"], str(image.get("camera", "")))) or beside.get((image["frame"], ""))
    if frame is None:
        return
    labels = FrameLabels(frame, CheckLog())  # what is damaged there is told there
    if labels.ids is not None and labels.ids.shape == (image["height"], image["width"]):
        check_against_ids(masks, labels.ids, labels.numbers, file, log)
    for row, _ in masks:
        if row.get("keypoints"):
            located = points(row)
            if located:
                check_keypoints(row, located, labels, file, log)


def _check_bop(base: Path, folder: str, image: Mapping[str, Any], file: str, log: CheckLog) -> None:
    """Compare BOP's poses with what poses are, and its counts and boxes with the mask images."""
    stem = image["file_name"].replace("/rgb/", "/mask_visib/").rpartition(".")[0]
    for number, row in enumerate(image.get("objects", ())):
        item = f"{image['file_name']}, object {number}"
        log.compared["BOP poses"] += 1
        rotation = np.array(row["cam_R_m2c"], np.float64).reshape(3, 3)
        if np.abs(rotation @ rotation.T - np.eye(3)).max() > 1e-5 or np.linalg.det(rotation) < 0:
            log.error("poses", file, item, "cam_R_m2c is no rotation.")
        info = row["info"]
        if info["px_count_visib"] == 0:
            continue
        path = base / f"{stem}_{number:06d}.png"
        try:
            mask = id_image(path) > 0
        except OSError as error:
            log.error("missing files", folder + path.relative_to(base).as_posix(), "", f"the mask cannot be read ({error}).")
            continue
        log.compared["BOP masks"] += 1
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        box = [int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1] if len(rows) else [-1] * 4
        if int(mask.sum()) != info["px_count_visib"] or box != list(info["bbox_visib"]):
            stated = f"{info['px_count_visib']} pixels in {list(info['bbox_visib'])}"
            log.error("boxes", file, item, f"it states {stated}; its mask has {int(mask.sum())} in {box}.")
