"""KITTI's object lines: boxes are made again from the instance images, classes and occlusion from BasicWriter's boxes."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scenewright.sdg.dataset_validation.basic_checks import FrameLabels
from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.reading.images import UnreadableImage, image_size
from scenewright.sdg.reading.kitti import KittiFrame, KittiLine, parse_kitti_line
from scenewright.sdg.reading.masks import id_image
from scenewright.sdg.writers.rle import InstanceRuns

__all__ = ["KITTI_DEFAULTS", "check_kitti"]

KITTI_DEFAULTS = {"bbox_height_threshold": 25, "partly_occluded_threshold": 0.5, "fully_visible_threshold": 0.95}
"""KittiWriter's parameters that lines depend on."""
_UNLABELLED = 2  # instance ids below are no object's
_SIDES = ("x_min", "y_min", "x_max", "y_max")
Box = tuple[int, int, int, int]


def check_kitti(
    root: Any, frame: KittiFrame, given: Mapping[str, Any] | None, beside: FrameLabels | None, log: CheckLog
) -> None:
    """Check the object lines of one picture.

    Args:
        root: the dataset.
        frame: the files.
        given: KittiWriter's parameters; None = not known, so an object without a line is a warning.
        beside: BasicWriter's files of the same picture; None = there are none.
        log: takes the findings.
    """
    try:
        lines = (root / frame.labels).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        log.error("kitti labels", frame.labels, "", f"it cannot be read ({error}).")
        return
    size = _size(frame, log)
    found = [(number, line) for number, text in enumerate(lines, 1) if (line := _line(text, number, size, frame, log))]
    options = {**KITTI_DEFAULTS, **(given or {})}
    if frame.instances is not None:
        _check_boxes(frame, found, options["bbox_height_threshold"] if given is not None else None, log)
    if beside is not None and len(beside.boxes("bounding_box_2d_tight")[2]):
        _check_words(frame, found, options, beside, log)


def _size(frame: KittiFrame, log: CheckLog) -> tuple[int, int] | None:
    if frame.picture is None:
        log.error("missing files", frame.labels, "", "no picture belongs to these labels.")
        return None
    try:
        return image_size(frame.picture)
    except UnreadableImage:
        return None  # told where pictures are checked


def _line(text: str, number: int, size: tuple[int, int] | None, frame: KittiFrame, log: CheckLog) -> KittiLine | None:
    """Return a line; None, and a finding, where it is none."""
    item = f"line {number}"
    try:
        line = parse_kitti_line(text)
    except ValueError as error:
        log.error("kitti labels", frame.labels, item, f"{error}.")
        return None
    log.compared["KITTI lines"] += 1
    left, top, right, bottom = line.box
    if " " in line.label:
        message = f"its class is '{line.label}'; readers part fields at spaces. Write with omit_semantic_type: true."
        log.warning("kitti labels", frame.labels, item, message)
    if line.occluded not in (-1, 0, 1, 2, 3) or not (-1.0 <= line.truncated <= 1.0):
        message = f"truncated is {line.truncated:g}, occluded {line.occluded}; 0 to 1, and 0, 1, 2 or 3 are allowed."
        log.error("kitti labels", frame.labels, item, message)
    outside = size is not None and (min(left, top) < 0 or right > size[0] or bottom > size[1])
    if right < left or bottom < top or outside:
        picture = f" of {size[0]} × {size[1]}" if size else ""
        message = f"its box is {_short(line.box)}, which is none within the picture{picture}."
        log.error("kitti labels", frame.labels, item, message)
    return line


def _check_boxes(frame: KittiFrame, lines: list[tuple[int, KittiLine]], height: float | None, log: CheckLog) -> None:
    """Compare the boxes with the extents of the instance image's objects."""
    try:
        image = id_image(frame.instances)
    except OSError as error:
        log.error("damaged files", frame.labels, "", f"the instance image {frame.instances.name} cannot be read ({error}).")
        return
    runs = InstanceRuns(np.where(image % 256 >= _UNLABELLED, image, 0).astype(np.uint32))
    objects: dict[Box, list[int]] = {}
    for place, number in enumerate(runs.ids.tolist()):
        x, y, width, tall = runs.box(place)
        objects.setdefault((x, y, x + width - 1, y + tall - 1), []).append(number // 256)
    classes: dict[int, str] = {}
    for number, line in lines:
        log.compared["KITTI boxes against instance images"] += 1
        left = objects.get(tuple(round(side) for side in line.box))
        if not left:
            message = f"no object of the instance image has the box {_short(line.box)}{_nearest(line, objects)}."
            log.error("kitti labels", frame.labels, f"line {number}", message)
            continue
        semantic = left.pop()
        if not left and classes.setdefault(semantic, line.label) != line.label:
            message = f"its class is '{line.label}'; objects of the same semantic id are '{classes[semantic]}'."
            log.error("kitti labels", frame.labels, f"line {number}", message)
    least = KITTI_DEFAULTS["bbox_height_threshold"] if height is None else height
    for box, left in objects.items():
        if left and box[3] - box[1] >= least:
            say = log.warning if height is None else log.error
            say("kitti labels", frame.labels, "", f"{len(left)} object with the box {list(box)} has no line.")


def _check_words(
    frame: KittiFrame, lines: list[tuple[int, KittiLine]], options: Mapping[str, Any], beside: FrameLabels, log: CheckLog
) -> None:
    """Compare class and level of occlusion with BasicWriter's boxes of the same picture."""
    rows, names, paths = beside.boxes("bounding_box_2d_tight")
    whole = dict(zip(beside.boxes("bounding_box_2d_loose")[2], beside.boxes("bounding_box_2d_loose")[0], strict=True))
    known: dict[Box, list[tuple[str, int | None]]] = {}
    for row, name, path in zip(rows, names, paths, strict=True):
        box = tuple(int(row[side]) for side in _SIDES)
        level = None
        if path in whole:
            share = _area(box) / max(_area(tuple(int(whole[path][side]) for side in _SIDES)), 1)
            level = sum(share < options[name] for name in ("fully_visible_threshold", "partly_occluded_threshold"))
        known.setdefault(box, []).append((name, level))
    for number, line in lines:
        entries = known.get(tuple(round(side) for side in line.box), [])
        if not entries:
            continue
        log.compared["KITTI classes against BasicWriter's"] += 1
        label = line.label.rpartition(": ")[2].partition(",")[0]
        if all(label not in (_plain(name), "_".join(_plain(name).split())) for name, _ in entries):
            message = f"its class is '{line.label}'; BasicWriter has '{entries[0][0]}' there."
            log.error("kitti labels", frame.labels, f"line {number}", message)
        elif all(level not in (None, line.occluded) for _, level in entries):
            message = f"occluded is {line.occluded}; visible and whole box give {entries[0][1]}."
            log.error("kitti labels", frame.labels, f"line {number}", message)


def _nearest(line: KittiLine, objects: Mapping[Box, list[int]]) -> str:
    if not objects:
        return ""
    box = min(objects, key=lambda sides: float(np.abs(np.subtract(sides, line.box)).sum()))
    return f"; the nearest is {list(box)}"


def _plain(name: str) -> str:
    return name.partition(",")[0]


def _area(box: Any) -> int:
    return (box[2] - box[0] + 1) * (box[3] - box[1] + 1)


def _short(box: Any) -> str:
    return f"[{', '.join(f'{side:g}' for side in box)}]"
