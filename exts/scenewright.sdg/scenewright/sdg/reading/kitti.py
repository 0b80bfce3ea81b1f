"""KITTI folders of pictures and object lines, as KittiWriter lays them out, and as the benchmark does."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["KittiFrame", "KittiLine", "find_kitti", "parse_kitti_line"]

_LABELS = {
    "label_02": ("image_02", "instance"),
    "label_2": ("image_2", ""),
    "object_detection": ("rgb", "instance_segmentation"),
}
"""Folders of labels, and where pictures and instance images lie beside them; the benchmark has no instance images."""
_NAME = re.compile(r"^\d+\.txt$")
_FIELDS = 15


@dataclass(frozen=True)
class KittiLine:
    """One object line.

    Attributes:
        label: its class.
        truncated: share outside the picture, 0 to 1; -1 = not known.
        occluded: 0 visible, 1 partly, 2 largely hidden, 3 not known; -1 = not known.
        box: left, top, right and bottom [pixel].
    """

    label: str
    truncated: float
    occluded: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class KittiFrame:
    """The files of one picture.

    Attributes:
        labels: path of the object lines, relative to the dataset.
        camera: name of the folder above, "" where it is the dataset's own.
        number: number of the frame.
        picture: path of the picture below the dataset; None = there is none.
        instances: path of the instance image of KittiWriter; None = there is none.
    """

    labels: str
    camera: str
    number: int
    picture: Path | None
    instances: Path | None


def find_kitti(root: Path) -> list[KittiFrame]:
    """Return the frames below a folder, by camera and number; hidden folders and other datasets are not entered."""
    found = []
    for folder, folders, names in os.walk(root):
        inner = (name for name in folders if not name.startswith("."))
        folders[:] = sorted(name for name in inner if not os.path.isfile(os.path.join(folder, name, "dataset.json")))
        known = _LABELS.get(os.path.basename(folder))
        numbered = sorted((name for name in names if _NAME.match(name)), key=lambda name: int(name[:-4])) if known else []
        found += list(_frames(root, Path(folder), known or ("", ""), numbered))
    return found


def _frames(root: Path, folder: Path, kinds: tuple[str, str], names: list[str]) -> Iterator[KittiFrame]:
    above = folder.parent
    camera = "" if above == root else above.name
    for name in names:
        stem = name[:-4]
        pictures = (above / kinds[0] / f"{stem}.{ending}" for ending in ("png", "jpg", "jpeg"))
        picture = next((path for path in pictures if path.is_file()), None)
        instances = above / kinds[1] / f"{stem}.png" if kinds[1] else None
        present = instances if instances is not None and instances.is_file() else None
        yield KittiFrame((folder / name).relative_to(root).as_posix(), camera, int(stem), picture, present)


def parse_kitti_line(line: str) -> KittiLine:
    """Return what an object line says; a label may have spaces, all else are the last fourteen fields.

    Raises:
        ValueError: if it is none.
    """
    parts = line.split(" ")
    if len(parts) < _FIELDS:
        raise ValueError(f"it has {len(parts)} fields; {_FIELDS} are expected")
    label, rest = " ".join(parts[: 1 - _FIELDS]), parts[1 - _FIELDS :]
    try:
        numbers = [float(part) for part in rest]
    except ValueError:
        raise ValueError("one of its last fourteen fields is no number") from None
    if not all(abs(number) < 1e9 for number in numbers) or numbers[1] != int(numbers[1]):
        raise ValueError("one of its numbers is not finite, or its level of occlusion is not whole")
    return KittiLine(label, numbers[0], int(numbers[1]), (numbers[3], numbers[4], numbers[5], numbers[6]))
