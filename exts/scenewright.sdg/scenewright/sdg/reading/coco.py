"""Reading COCO detection files: of a real dataset, or any other without fragments."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.reading.masks import mask_of_coco
from scenewright.sdg.reading.pictures import Picture, PictureSource, Seen

__all__ = ["CocoSource", "find_coco_files", "read_coco", "seen_of_coco"]

_SKIPPED = {".scenewright", ".git", "__pycache__"}


def find_coco_files(root: Path) -> list[Path]:
    """Return the COCO detection files of a folder, sorted; of a whole file and those of its splits, the whole one alone.

    Looked at are JSON files of the folder, of ``annotations/``, and Roboflow's ``<split>/_annotations.coco.json``.
    """
    places = [
        root,
        root / "annotations",
        *(path for path in sorted(root.iterdir()) if path.is_dir() and path.name not in _SKIPPED),
    ]
    found = {path for place in places if place.is_dir() for path in place.glob("*.json") if _looks_like_coco(path)}
    whole = {path.with_suffix("") for path in found}
    return sorted(path for path in found if not any(_is_split_of(path.with_suffix(""), other) for other in whole))


def _is_split_of(path: Path, other: Path) -> bool:
    return path.parent == other.parent and path.name in {f"{other.name}_{split}" for split in ("train", "val", "test")}


def _looks_like_coco(path: Path) -> bool:
    """Return whether a JSON file begins like one with images; the whole of a large file is read later."""
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        head = file.read(1 << 16)
        file.seek(max(0, os.fstat(file.fileno()).st_size - (1 << 16)))
        tail = file.read()
    keys = (b'"images"', b'"annotations"')
    if not head.lstrip().startswith(b"{") or b'"segments_info"' in head + tail:
        return False
    return sum(key in head + tail for key in keys) >= 1 and (b'"categories"' in head + tail or b'"file_name"' in head + tail)


def read_coco(path: Path) -> dict[str, Any]:
    """Return the contents of a COCO file.

    Raises:
        DatasetInputError: if it is no COCO detection file.
    """
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DatasetInputError(f"{path} cannot be read ({error}). Restore it from a copy.") from error
    wrong = [
        key
        for key in ("images", "annotations", "categories")
        if not isinstance(data, dict) or not isinstance(data.get(key), list)
    ]
    if wrong:
        raise DatasetInputError(f"{path} is no COCO detection file: it has no list {', '.join(wrong)}.")
    return data


@dataclass
class CocoSource(PictureSource):
    """One or several COCO files with their images.

    Attributes:
        files: the label files.
    """

    files: list[Path] = field(default_factory=list)
    _count: int = 0

    @classmethod
    def open(cls, root: Path, files: list[Path]) -> "CocoSource":
        """Return the source.

        Raises:
            DatasetInputError: if a file is no COCO detection file.
        """
        source = cls(root, "COCO", files=files)
        names: dict[str, None] = {}
        for file in files:
            data = read_coco(file)
            source._count += len(data["images"])
            rows = (row for row in data["categories"] if isinstance(row, dict))
            names |= dict.fromkeys(str(row.get("name", row.get("id"))) for row in rows)
        source.classes = list(names)
        return source

    def __len__(self) -> int:
        """Return the number of pictures."""
        return self._count

    def pictures(self) -> Iterator[Picture]:
        """Yield every picture in the order of the files."""
        for file in self.files:
            data = read_coco(file)
            names = {row.get("id"): str(row.get("name", row.get("id"))) for row in data["categories"] if isinstance(row, dict)}
            folder = image_folder(
                self.root, file, [row.get("file_name") for row in data["images"][:50] if isinstance(row, dict)]
            )
            by_image: dict[Any, list[dict[str, Any]]] = {}
            for row in data["annotations"]:
                if isinstance(row, dict):
                    by_image.setdefault(row.get("image_id"), []).append(row)
            for number, image in enumerate(data["images"]):
                try:
                    yield self._picture(image, by_image.pop(image.get("id"), ()), names, folder, number)
                except (AttributeError, KeyError, TypeError, ValueError) as error:
                    self.notes.append(f"{file.name}: image {number} has no usable entry ({error!r}); it is left out.")

    def _picture(self, image: dict[str, Any], rows: Any, names: Mapping[Any, str], folder: Path, number: int) -> Picture:
        seen = []
        for row in rows:
            try:
                seen.append(seen_of_coco(row, names.get(row.get("category_id"), f"category {row.get('category_id')}")))
            except (KeyError, TypeError, ValueError) as error:
                self.notes.append(f"annotation {row.get('id')} of {image['file_name']} is left out ({error}).")
        name, size = str(image["file_name"]), (int(image["width"]), int(image["height"]))
        frame, camera = int(image.get("frame", number)), str(image.get("camera", ""))
        return Picture(name, folder / name, *size, frame, camera, tuple(seen))


def seen_of_coco(row: Mapping[str, Any], name: str) -> Seen:
    """Return the object of an annotation.

    Raises:
        KeyError: if it has no bbox.
        ValueError: if its numbers or its mask are malformed.
    """
    box = tuple(float(value) for value in row["bbox"])
    if len(box) != 4 or not np.isfinite(box).all():
        raise ValueError(f"its bbox is {row['bbox']!r}")
    points = row.get("keypoints")
    keypoints = np.array(points, np.float64).reshape(-1, 3) if points else None
    area = row.get("area")
    mask = None if row.get("iscrowd") else mask_of_coco(row.get("segmentation"))
    return Seen(
        name, box, float(area) if area is not None else None, mask, keypoints=keypoints, prim_path=str(row.get("prim_path", ""))
    )


def image_folder(root: Path, file: Path, names: list[Any]) -> Path:
    """Return the folder below which most of the named images lie: COCO files do not say."""
    stem = file.stem
    splits = [
        part for part in stem.split("_") if part and part not in ("instances", "annotations", "coco", "person", "keypoints")
    ]
    bases = list(dict.fromkeys([root, file.parent, file.parent.parent])) if file.parent != root else [root]
    below = ["", "images", *splits, *(f"images/{part}" for part in splits), "data", "train2017", "val2017", "JPEGImages"]
    places = [base / name for base in bases for name in below]
    counts = [sum((place / str(name)).is_file() for name in names) for place in places]
    return places[int(np.argmax(counts))] if any(counts) else root
