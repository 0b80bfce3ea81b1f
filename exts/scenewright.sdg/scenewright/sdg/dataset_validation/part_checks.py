"""Parts of objects: their pixels are those of their objects, and their names say so."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scenewright.sdg.annotators.identity import object_id
from scenewright.sdg.dataset_validation.basic_checks import FrameLabels
from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.reading.basic import instance_ids
from scenewright.sdg.reading.masks import id_image

__all__ = ["check_parts"]


def check_parts(parts: np.ndarray, known: Mapping[str, Any], file: str, labels: FrameLabels, log: CheckLog) -> None:
    """Compare a part segmentation with the instance segmentation image, pixel by pixel, and its ids with the prim paths.

    Where BasicWriter wrote ``instance_id_segmentation``, too, the parts are made again from it.

    Args:
        parts: part id per pixel, shape (H, W); 0 = none.
        known: what the file says of each id: object, part, objectId, partId.
        file: where it stands.
        labels: BasicWriter's files of the same image.
        log: takes the findings.

    Raises:
        KeyError, TypeError, ValueError: if the file is damaged.
    """
    rows = {int(number): row for number, row in known.items()}
    numbers, counts = np.unique(parts, return_counts=True)
    areas = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    areas.pop(0, None)
    for number in sorted({*areas, *rows}):
        item = f"part {number}"
        if number not in rows:
            log.error("parts", file, item, f"{areas[number]} pixels show it; idToParts does not know it.")
        elif number not in areas:
            log.error("parts", file, item, "idToParts names it; no pixel shows it.")
        else:
            _check_names(rows[number], file, item, log)
    if labels.ids is None or not labels.numbers:
        log.skipped.setdefault("parts", "they need instance_segmentation of the same frames")
        return
    _check_pixels(parts, {number: row for number, row in rows.items() if number in areas}, file, labels, log)
    _check_leaves(parts, rows, file, labels, log)


def _check_names(row: Mapping[str, Any], file: str, item: str, log: CheckLog) -> None:
    """The ids of object and part follow from their paths."""
    whole, below = str(row["object"]), str(row["part"])
    expected = (object_id(whole), object_id(_part_path(row)))
    log.compared["part ids against prim paths"] += 1
    if (int(row["objectId"]), int(row["partId"])) != expected:
        stated = f"objectId {row['objectId']} and partId {row['partId']}"
        message = f"it states {stated}; '{whole}' and its part '{below}' have {expected[0]} and {expected[1]}."
        log.error("parts", file, item, message)


def _check_pixels(parts: np.ndarray, rows: Mapping[int, Any], file: str, labels: FrameLabels, log: CheckLog) -> None:
    """Every pixel of a part is one of its object's, and every pixel of an object shows a part.

    The two may have been made for other label types, so an object that one of them lacks is none of the other's errors;
    whatever the types, what a pixel shows lies below the object that it belongs to.
    """
    paths = {number: path for path, number in labels.numbers.items() if path.startswith("/")}
    objects = {str(row["object"]) for row in rows.values()}
    for number, row in rows.items():
        log.compared["parts against instance masks"] += 1
        here, counts = np.unique(labels.ids[parts == number], return_counts=True)
        wrong = 0
        for instance, count in zip(here.tolist(), counts.tolist(), strict=True):
            path = paths.get(instance, "")
            related = path and (f"{_part_path(row)}/".startswith(f"{path}/") or f"{path}/".startswith(f"{row['object']}/"))
            if not related and (path or str(row["object"]) in labels.numbers):
                wrong += count
        if wrong:
            log.error("parts", file, f"part {number}", f"{wrong} of its pixels are not of its object {row['object']}.")
    for number, path in paths.items():
        bare = int(np.count_nonzero((labels.ids == number) & (parts == 0)))
        if bare and path in objects:
            log.error("parts", file, path, f"{bare} of its pixels show no part.")
        elif bare:
            log.warning("parts", file, path, "none of its pixels shows a part. Right only if `semanticTypes` leave it out.")


def _check_leaves(parts: np.ndarray, rows: Mapping[int, Any], file: str, labels: FrameLabels, log: CheckLog) -> None:
    """The part of each pixel is the prim that ``instance_id_segmentation`` has there."""
    path = labels.frame.path("instance_id_segmentation")
    leaves = labels.read("instance_id_segmentation", lambda: id_image(path)) if path is not None else None
    mapping = "instance_id_segmentation_mapping"
    names = labels.read(mapping, lambda: instance_ids(labels.frame, mapping))
    if leaves is None or not names or leaves.shape != parts.shape:
        return
    log.compared["parts against instance_id_segmentation"] += 1
    for number, row in rows.items():
        seen = parts == number
        wrong = int(np.count_nonzero(leaves[seen] != names.get(_part_path(row), -1)))
        if wrong:
            message = f"{wrong} of its pixels are not '{_part_path(row)}' in instance_id_segmentation."
            log.error("parts", file, f"part {number}", message)


def _part_path(row: Mapping[str, Any]) -> str:
    whole, below = str(row["object"]), str(row["part"])
    return whole if below == "." else below if below.startswith("/") else f"{whole}/{below}"
