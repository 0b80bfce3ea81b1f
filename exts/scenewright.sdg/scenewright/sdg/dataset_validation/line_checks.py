"""What formats say of a picture in words of their own, against the boxes of its fragment: YOLO's lines, VOC's XML."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from scenewright.sdg.dataset.voc_files import xml_text
from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.reading.yolo import parse_line

__all__ = ["check_line", "check_voc"]

_SIDES = ("xmin", "ymin", "xmax", "ymax")
_ROUNDING = 1e-3  # [pixel]; lines have seven decimals of the image's size


def check_line(row: Mapping[str, Any], image: Mapping[str, Any], facts: Mapping[str, Any], file: str, log: CheckLog) -> Any:
    """Compare the numbers of a YOLO line with the box of its object.

    Args:
        row: the fragment's entry of the object, with ``line`` and ``bbox``.
        image: the entry of its image.
        facts: the fragment: ``task`` and ``keypoint_count``.
        file: where it stands.
        log: takes the findings.

    Returns:
        The line's keypoints, x, y and state one after the other [pixel]; None where it has none.
    """
    item = f"annotation {row.get('id')}"
    size, count = np.array([image["width"], image["height"]], np.float64), int(facts.get("keypoint_count") or 0)
    try:
        _, box, outline, points = parse_line(f"0 {row['line']}", (count, 3) if count else None)
    except ValueError as error:
        log.error("yolo labels", file, item, f"{error}.")
        return None
    log.compared["YOLO lines against boxes"] += 1
    low, extent = np.array(box[:2]) * size, np.array(box[2:]) * size
    given = np.array(row["bbox"], np.float64)
    off = np.abs(np.r_[low, low + extent] - np.r_[given[:2], given[:2] + given[2:]])
    if facts.get("task") == "obb":  # a turned box reaches beyond the upright one
        off = np.maximum(np.r_[low - given[:2], given[:2] + given[2:] - low - extent], 0.0)
    if off.max() > _ROUNDING * max(1.0, 1e-3 * size.max()):
        spans = ", ".join(f"{value:.1f}" for value in (*low, *extent))
        log.error("yolo labels", file, item, f"its line spans [{spans}]; bbox is {list(row['bbox'])}.")
    if facts.get("task") == "obb" and len(outline) != 4:
        log.error("yolo labels", file, item, f"its line has {len(outline)} corners; a turned box has 4.")
    return None if points is None else (points * (*size, 1.0)).reshape(-1).tolist()


def check_voc(root: Path, name: str, image: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], log: CheckLog) -> None:
    """Compare a VOC XML file with the fragment's entries of its picture.

    Args:
        root: the dataset.
        name: path of the XML file below it.
        image: the entry of the picture.
        rows: those of its objects.
        log: takes the findings.
    """
    try:
        tree = ElementTree.parse(root / name)
        size = [int(tree.findtext(f"size/{side}")) for side in ("width", "height")]
        found = [
            (_words(entry.findtext("name")), [round(float(entry.findtext(f"bndbox/{side}"))) for side in _SIDES])
            for entry in tree.iterfind("object")
        ]
    except FileNotFoundError:
        log.error("voc objects", name, "", "it is missing.")
        return
    except (ElementTree.ParseError, OSError, TypeError, ValueError) as error:
        log.error("voc objects", name, "", f"it cannot be read ({error}).")
        return
    if size != [image["width"], image["height"]]:
        log.error("voc objects", name, "size", f"it says {size}; the picture is {image['width']} × {image['height']}.")
    if len(found) != len(rows):
        log.error("voc objects", name, "", f"it has {len(found)} objects; {len(rows)} are in the picture.")
    for number, ((label, box), row) in enumerate(zip(found, rows, strict=False), start=1):
        log.compared["VOC objects against boxes"] += 1
        x, y, width, height = row["bbox"]
        expected = _words(xml_text(row["category"])), [x + 1, y + 1, x + width, y + height]
        if (label, box) != expected:
            message = f"it is '{label}' at {box}; it should be '{expected[0]}' at {expected[1]}."
            log.error("voc objects", name, f"object {number}", message)


def _words(text: str | None) -> str:
    return " ".join((text or "").split())
