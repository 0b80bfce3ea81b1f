"""YOLO labels: every line parses, classes exist, numbers lie in the image, images and label files belong together."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.reading.yolo import YoloData, label_path, parse_line

__all__ = ["check_label_file", "check_pairs"]

_SLACK = 1e-6


def check_label_file(image: Path, data: YoloData, root: Path, log: CheckLog) -> None:
    """Check the label file of one image; an image without one has no objects."""
    path = label_path(image)
    name = _relative(path, root)
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        log.error("yolo labels", name, "", f"it cannot be read ({error}).")
        return
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        item = f"line {number}"
        log.compared["label lines"] += 1
        try:
            label, box, outline, points = parse_line(line, data.keypoints)
        except ValueError as error:
            log.error("yolo labels", name, item, f"{error}.")
            continue
        if data.names and label not in data.names:
            log.error("yolo labels", name, item, f"class {label} is not among the {len(data.names)} of data.yaml.")
        before = seen.setdefault(line.strip(), number)
        if before != number:
            log.warning("yolo labels", name, item, f"it repeats line {before}.")
        _check_numbers(box, outline, points, name, item, log)


def check_pairs(data: YoloData, root: Path, log: CheckLog) -> None:
    """Compare images with label files: labels without an image, and images that are all without labels."""
    labels = {label_path(image) for image in data.images}
    folders = {path.parent for path in labels}
    present = {path for folder in folders if folder.is_dir() for path in folder.glob("*.txt") if path.name != "classes.txt"}
    for path in sorted(present - labels):
        log.error("yolo labels", _relative(path, root), "", "no image of the lists belongs to this label file.")
    without = sorted(labels - present)
    if labels and len(without) == len(labels):
        log.error("yolo labels", "", "", f"none of {len(labels)} images has a label file; {without[0]} would be the first.")
    elif without:
        log.warning(
            "yolo labels", _relative(without[0], root), "", f"{len(without)} images have no label file: nothing is in them."
        )
    if data.file is not None and sorted(data.names) != list(range(len(data.names))):
        log.error("yolo labels", data.file.name, "names", f"indices are {sorted(data.names)}; they run from 0 without gaps.")


def _check_numbers(
    box: tuple[float, ...], outline: np.ndarray, points: np.ndarray | None, name: str, item: str, log: CheckLog
) -> None:
    x, y, width, height = box
    if width <= 0 or height <= 0:
        log.error("yolo labels", name, item, f"its box is {width:g} × {height:g}: it has no extent.")
    reach = -_SLACK <= x and -_SLACK <= y and x + width <= 1 + _SLACK and y + height <= 1 + _SLACK
    if not reach and not len(outline):
        log.error(
            "yolo labels",
            name,
            item,
            f"its box reaches from ({x:g}, {y:g}) to ({x + width:g}, {y + height:g}); 0 to 1 is the image.",
        )
    if len(outline) and not ((outline >= -_SLACK) & (outline <= 1 + _SLACK)).all():
        log.error("yolo labels", name, item, "its outline leaves the image: coordinates are 0 to 1.")
    for number, (px, py, state) in enumerate(_points(points), start=1):
        if state not in (0, 1, 2):
            log.error("yolo labels", name, item, f"keypoint {number} has state {state:g}; 0, 1 and 2 are allowed.")
        elif state and not (0 <= px <= 1 and 0 <= py <= 1):
            log.error(
                "yolo labels", name, item, f"keypoint {number} is at ({px:g}, {py:g}), outside the image, with state {state:g}."
            )


def _points(points: np.ndarray | None) -> Iterator[list[float]]:
    yield from () if points is None else points.tolist()


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
