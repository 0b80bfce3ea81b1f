"""COCO annotations: boxes and areas are made again from the masks; ids, categories and images belong together."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.reading.coco import image_folder, read_coco
from scenewright.sdg.reading.masks import Mask, PolygonMask, RunMask, id_image, mask_of_coco

__all__ = ["check_against_ids", "check_annotation", "check_coco_file", "check_panoptic"]


def check_coco_file(root: Path, file: Path, log: CheckLog) -> list[tuple[Path, int, int]]:
    """Check a COCO file that is not known to be ours: outlines may be drawn by hand, so they need not agree to the pixel.

    Returns:
        Every image with the width and height that its entry states, for the check of the images themselves.

    Raises:
        DatasetInputError: if it is no COCO detection file.
    """
    data = read_coco(file)
    name = file.relative_to(root).as_posix()
    images = _by_id(data["images"], "image", name, log)
    categories = _by_id(data["categories"], "category", name, log)
    keypoints = {key: len(row.get("keypoints", ())) for key, row in categories.items()}
    _by_id(data["annotations"], "annotation", name, log)
    for image_id, row in images.items():
        if not isinstance(row.get("file_name"), str) or not all(isinstance(row.get(key), int) for key in ("width", "height")):
            log.error("coco entries", name, f"image {image_id}", "it needs file_name, width and height.")
    whole = {key: row for key, row in images.items() if {"file_name", "width", "height"} <= set(row)}
    for row in data["annotations"]:
        if not isinstance(row, dict):
            continue
        item = f"annotation {row.get('id')}"
        image = images.get(row.get("image_id"))
        if image is None:
            log.error("coco entries", name, item, f"image_id is {row.get('image_id')}, which no image has.")
        if row.get("category_id") not in categories:
            log.error("coco entries", name, item, f"category_id is {row.get('category_id')}, which no category has.")
        if row.get("image_id") in whole:
            check_annotation(row, whole[row["image_id"]], name, log, keypoints.get(row.get("category_id"), 0), exact=False)
    folder = image_folder(root, file, [row["file_name"] for row in list(whole.values())[:50]])
    for file_name, count in Counter(row["file_name"] for row in whole.values()).items():
        if count > 1:
            log.error("coco entries", name, file_name, f"{count} images have this file_name. Each image is listed once.")
    return [(folder / row["file_name"], row["width"], row["height"]) for row in whole.values()]


def check_annotation(
    row: Mapping[str, Any], image: Mapping[str, Any], file: str, log: CheckLog, keypoints: int = 0, *, exact: bool = True
) -> Mask | None:
    """Make box and area of an annotation again from its mask and compare.

    Args:
        row: the annotation.
        image: the entry of its image.
        file: where it stands.
        log: takes the findings.
        keypoints: how many keypoints its category has.
        exact: its masks are exact to the pixel; else a pixel of the box, and of the area what a pixel along the outline makes.

    Returns:
        The mask; None where it has none or a malformed one.
    """
    item = f"annotation {row.get('id')}"
    size = (int(image["height"]), int(image["width"]))
    try:
        box = np.array([float(value) for value in row["bbox"]], np.float64)
        if box.shape != (4,) or not np.isfinite(box).all():
            raise ValueError(f"its bbox is {row['bbox']!r}; x, y, width, height are expected")
        mask = mask_of_coco(row.get("segmentation"))
        if isinstance(mask, RunMask) and mask.size != size:
            raise ValueError(f"its mask is {mask.size[1]} × {mask.size[0]}, its image {size[1]} × {size[0]}")
        extent = mask.box() if mask is not None else None
        area = mask.area() if mask is not None else None
    except (KeyError, TypeError, ValueError) as error:
        log.error("coco masks", file, item, f"{error}.")
        return None
    _check_box(box, size, file, item, log, exact)
    _check_keypoints(row, size, keypoints, file, item, log)
    if "amodal_segmentation" in row:
        _check_amodal(row, mask, size, file, item, log)
    if mask is None:
        return None
    log.compared["boxes and areas against masks"] += 1
    if extent is None or not area:
        log.error("coco masks", file, item, "its mask is empty. An object without a visible pixel has no annotation.")
        return mask
    tolerance = 0.0 if exact else 1.0 if isinstance(mask, RunMask) else 2.0
    if np.abs(box - extent).max() > tolerance:
        log.error("coco boxes", file, item, f"bbox is {_short(box)}; its mask spans {_short(extent)}.")
    slack = 0.0 if exact else float(box[2] + box[3]) if isinstance(mask, PolygonMask) else 1.0
    given = row.get("area")
    if given is not None and abs(float(given) - area) > slack:
        log.error("coco areas", file, item, f"area is {float(given):g}; its mask has {area:g} pixels.")
    return mask


def check_panoptic(
    path: Path, row: Mapping[str, Any], annotations: Sequence[Mapping[str, Any]], name: str, log: CheckLog
) -> None:
    """Make the segments of a panoptic image again from its pixels.

    Args:
        path: the PNG.
        row: its entry, with segments_info.
        annotations: of the same image, whose masks the things' segments are.
        name: path of the PNG relative to the dataset.
        log: takes the findings.
    """
    try:
        ids = id_image(path)
    except OSError as error:
        log.error("panoptic", name, "", f"it cannot be read ({error}).")
        return
    found = dict(zip(*(values.tolist() for values in np.unique(ids, return_counts=True)), strict=True))
    found.pop(0, None)
    stated = {int(segment["id"]): segment for segment in row["segments_info"]}
    log.compared["panoptic segments against their pixels"] += len(stated)
    for number in sorted({*found, *stated}):
        area = int(stated[number]["area"]) if number in stated else 0
        if area != found.get(number, 0):
            log.error(
                "panoptic", name, f"segment {number}", f"area is {area}; the image has {found.get(number, 0)} such pixels."
            )
        elif list(stated[number]["bbox"]) != _extent(ids == number):
            log.error(
                "panoptic", name, f"segment {number}", f"bbox is {stated[number]['bbox']}; it spans {_extent(ids == number)}."
            )
    things = {int(annotation["id"]) % 1_000_000: int(annotation["area"]) for annotation in annotations}
    for number in sorted(set(things) & set(found)):
        if things[number] > found[number]:  # a segment of stuff may be the union of several annotations
            log.error("panoptic", name, f"segment {number}", f"it has {found[number]} pixels, the instance {things[number]}.")


def check_against_ids(
    masks: Iterable[tuple[Mapping[str, Any], Mask | None]],
    ids: np.ndarray,
    numbers: Mapping[str, int],
    file: str,
    log: CheckLog,
) -> None:
    """Compare the masks of annotations with the instance segmentation image of the same frame, by prim path."""
    flat = np.ascontiguousarray(ids.T).reshape(-1)
    counts = dict(zip(*(values.tolist() for values in np.unique(flat, return_counts=True)), strict=True))
    for row, mask in masks:
        number = numbers.get(row.get("prim_path", ""))
        if number is None or not isinstance(mask, RunMask) or mask.size != ids.shape:
            continue
        log.compared["masks against the segmentation image"] += 1
        common = int(np.count_nonzero(flat[mask.places()] == number))
        wrong = mask.area() - common + counts.get(number, 0) - common
        if wrong:
            message = f"{wrong} pixels differ from the instance segmentation image."
            log.error("coco masks", file, f"annotation {row.get('id')}", message)


def _check_box(box: np.ndarray, size: tuple[int, int], file: str, item: str, log: CheckLog, exact: bool) -> None:
    height, width = size
    slack = 0.0 if exact else 1.0
    if (box[2:] <= 0).any():
        log.error("coco boxes", file, item, f"bbox is {_short(box)}: it has no extent.")
    elif (box[:2] < -slack).any() or box[0] + box[2] > width + slack or box[1] + box[3] > height + slack:
        log.error("coco boxes", file, item, f"bbox is {_short(box)}: it leaves the image of {width} × {height}.")


def _check_keypoints(row: Mapping[str, Any], size: tuple[int, int], count: int, file: str, item: str, log: CheckLog) -> None:
    if "keypoints" not in row:
        return
    points = np.array(row["keypoints"], np.float64)
    if points.ndim != 1 or len(points) % 3 or (count and len(points) != 3 * count):
        log.error(
            "keypoints", file, item, f"it has {points.size} numbers for keypoints; {3 * count or 'three each'} are expected."
        )
        return
    points = points.reshape(-1, 3)
    stated = row.get("num_keypoints")
    if stated is not None and int(stated) != int((points[:, 2] > 0).sum()):
        log.error("keypoints", file, item, f"num_keypoints is {stated}; {int((points[:, 2] > 0).sum())} are in the image.")
    words = row.get("keypoint_states")
    expected = {"outside": 0, "hidden": 1, "self-occluded": 1, "visible": 2}
    if words is not None and [expected.get(word) for word in words] != [int(state) for state in points[:, 2]]:
        log.error(
            "keypoints", file, item, f"keypoint_states {words} do not go with the states {points[:, 2].astype(int).tolist()}."
        )
    for number, (x, y, state) in enumerate(points.tolist(), start=1):
        if state not in (0, 1, 2):
            log.error("keypoints", file, item, f"keypoint {number} has state {state:g}; 0, 1 and 2 are allowed.")
        elif state and not (0 <= x <= size[1] and 0 <= y <= size[0]):
            log.error(
                "keypoints", file, item, f"keypoint {number} is at ({x:g}, {y:g}), outside the image, with state {state:g}."
            )


def _check_amodal(
    row: Mapping[str, Any], mask: Mask | None, size: tuple[int, int], file: str, item: str, log: CheckLog
) -> None:
    """Make what is said of the whole silhouette again from it, and from the visible mask, which it holds."""
    try:
        whole = mask_of_coco(row["amodal_segmentation"])
        if not isinstance(whole, RunMask) or whole.size != size:
            raise ValueError("its whole silhouette is no mask of the image's size")
        area, extent = whole.area(), whole.box()
    except (KeyError, TypeError, ValueError) as error:
        log.error("amodal masks", file, item, f"{error}.")
        return
    log.compared["whole silhouettes"] += 1
    if int(row["amodal_area"]) != area or list(row["amodal_bbox"]) != list(extent or ()):
        stated = f"{row['amodal_area']} pixels in {_short(row['amodal_bbox'])}"
        log.error("amodal masks", file, item, f"it states {stated}; the silhouette has {area} in {_short(extent or ())}.")
    if isinstance(mask, RunMask):
        outside = mask.area() - int(np.isin(mask.places(), whole.places(), assume_unique=True).sum())
        if outside:
            log.error("amodal masks", file, item, f"{outside} of its visible pixels lie outside its whole silhouette.")
    share = float(row.get("area", 0)) / max(area, 1)
    if abs(float(row.get("visible_fraction", share)) - share) > 2e-6:
        log.error("amodal masks", file, item, f"visible_fraction is {row['visible_fraction']}; the masks give {share:.6f}.")
    hidden = sum(float(hider.get("share", 0.0)) for hider in row.get("occluders", ()))
    if hidden > 1.0 + 1e-4:
        log.error("amodal masks", file, item, f"its occluders hide {hidden:.3f} of it; 1 is the whole.")


def _by_id(rows: Sequence[Any], what: str, file: str, log: CheckLog) -> dict[Any, Mapping[str, Any]]:
    found: dict[Any, Mapping[str, Any]] = {}
    for place, row in enumerate(rows):
        if not isinstance(row, dict) or "id" not in row or isinstance(row["id"], list | dict):
            log.error("coco entries", file, f"{what} {place}", "it has no id.")
        elif row["id"] in found:
            log.error("coco entries", file, f"{what} {row['id']}", f"the id is taken twice. Every {what} has its own.")
        else:
            found[row["id"]] = row
    return found


def _extent(mask: np.ndarray) -> list[int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    x, y = int(columns[0]), int(rows[0])
    return [x, y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1]


def _short(box: Sequence[float] | np.ndarray) -> str:
    return f"[{', '.join(f'{float(value):g}' for value in box)}]"
