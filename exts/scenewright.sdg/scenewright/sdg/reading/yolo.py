"""Reading YOLO folders: data.yaml, image lists or folders, and a text file of labels beside each image."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.reading.images import IMAGE_SUFFIXES, UnreadableImage, image_size
from scenewright.sdg.reading.masks import PolygonMask
from scenewright.sdg.reading.pictures import Picture, PictureSource, Seen

__all__ = ["YoloData", "YoloSource", "find_yolo", "label_path", "parse_line"]

_SPLITS = ("train", "val", "valid", "test")


@dataclass(frozen=True)
class YoloData:
    """What ``data.yaml`` says, or what stands in for it.

    Attributes:
        names: class by index.
        images: every image, in order, without repetition.
        keypoints: count and numbers of each keypoint; None where labels have none.
        file: the data.yaml; None where there is none.
    """

    names: dict[int, str]
    images: list[Path]
    keypoints: tuple[int, int] | None
    file: Path | None


def find_yolo(root: Path) -> YoloData | None:
    """Return what a YOLO folder holds; None where a folder is none: no data.yaml, no ``labels/`` with text files.

    Raises:
        DatasetInputError: if data.yaml is malformed.
    """
    file = next((root / name for name in ("data.yaml", "dataset.yaml", "data.yml") if (root / name).is_file()), None)
    if file is None:
        file = next((path for path in sorted(root.glob("*.yaml")) if _names_of(_yaml(path))), None)
    if file is None:
        labels = next((path for path in sorted(root.glob("**/labels/**/*.txt"))), None)
        return None if labels is None else YoloData(_listed_names(root), _images_in(root), None, None)
    data = _yaml(file)
    names = _names_of(data)
    if not names:
        raise DatasetInputError(f"{file} names no classes. `names` is a list, or a mapping of index to name.")
    base = Path(str(data["path"])) if data.get("path") else root
    base = next((path for path in (root / base, base, root) if path.is_dir()), root)
    images: dict[Path, None] = {}
    for split in _SPLITS:
        for place in data[split] if isinstance(data.get(split), list) else [data.get(split)]:
            if place:
                images |= dict.fromkeys(_images_of(base, root, str(place)))
    shape = data.get("kpt_shape")
    keypoints = (int(shape[0]), int(shape[1])) if isinstance(shape, list) and len(shape) == 2 else None
    return YoloData(names, list(images) or _images_in(root), keypoints, file)


def label_path(image: Path) -> Path:
    """Return the label file of an image: the last folder ``images`` of its path becomes ``labels``, as Ultralytics does."""
    parts = list(image.parts)
    for place in range(len(parts) - 2, -1, -1):
        if parts[place] == "images":
            parts[place] = "labels"
            break
    return Path(*parts).with_suffix(".txt")


def parse_line(
    line: str, keypoints: tuple[int, int] | None = None
) -> tuple[int, tuple[float, ...], np.ndarray, np.ndarray | None]:
    """Return class index, box, outline and keypoints of a label line, all relative to the image's width and height.

    Args:
        line: ``class x y w h``, ``class x1 y1 … xn yn``, or a box with keypoints.
        keypoints: count of keypoints and numbers of each, 2 or 3; None = none.

    Returns:
        Class; x, y, width, height with x, y the upper left corner; outline, shape (N, 2), empty for a box; keypoints, shape
        (K, 3), or None.

    Raises:
        ValueError: if it is none of those.
    """
    parts = line.split()
    try:
        number, values = int(float(parts[0])), np.array([float(part) for part in parts[1:]], np.float64)
    except (IndexError, ValueError):
        raise ValueError(f"'{line.strip()[:60]}' is no label line: class and numbers are expected") from None
    if not np.isfinite(values).all() or float(parts[0]) != number:
        raise ValueError(f"'{line.strip()[:60]}' has a number that is not finite, or a class that is not whole")
    points, outline = None, np.zeros((0, 2))
    if keypoints is not None and len(values) == 4 + keypoints[0] * keypoints[1]:
        points = values[4:].reshape(keypoints)
        points = points if keypoints[1] == 3 else np.c_[points, np.where((points > 0).any(axis=1), 2.0, 0.0)]
        values = values[:4]
    if len(values) == 4:
        x, y, width, height = values.tolist()
        return number, (x - width / 2.0, y - height / 2.0, width, height), outline, points
    if len(values) >= 6 and len(values) % 2 == 0 and keypoints is None:
        outline = values.reshape(-1, 2)
        low, high = outline.min(axis=0), outline.max(axis=0)
        return number, (*low.tolist(), *(high - low).tolist()), outline, None
    expected = "5" if keypoints is None else f"{5 + keypoints[0] * keypoints[1]}"
    raise ValueError(f"it has {len(parts)} numbers; {expected} (a box), or a class and pairs (an outline) are expected")


def missing_images(data: YoloData) -> list[Path]:
    """Return where the image of every label file would lie that belongs to none of the images, ending in ``.jpg``."""
    known = {label_path(image) for image in data.images}
    folders = {path.parent: image.parent for image in data.images for path in [label_path(image)]}
    names = ((path, images / f"{path.stem}.jpg") for folder, images in folders.items() for path in sorted(folder.glob("*.txt")))
    return [image for path, image in names if path not in known and path.name != "classes.txt"]


@dataclass
class YoloSource(PictureSource):
    """A YOLO folder.

    Attributes:
        data: what data.yaml says.
    """

    data: YoloData = field(default_factory=lambda: YoloData({}, [], None, None))

    @classmethod
    def open(cls, root: Path, data: YoloData) -> "YoloSource":
        """Return the source; labels whose images are missing count with the images."""
        classes = [data.names[number] for number in sorted(data.names)]
        images = [*data.images, *missing_images(data)]
        return cls(root, "YOLO", classes, data=replace(data, images=images))

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.data.images)

    def pictures(self) -> Iterator[Picture]:
        """Yield every picture in the order of the lists."""
        for number, image in enumerate(self.data.images):
            name = os.path.relpath(image, self.root).replace(os.sep, "/")
            try:
                size = image_size(image)
            except UnreadableImage:  # whoever wants its pixels says so; labels are relative, so shares still count
                size = (0, 0)
            yield Picture(name, image, *size, number, "", tuple(self._objects(image, size)))

    def _objects(self, image: Path, size: tuple[int, int]) -> Iterator[Seen]:
        width, height = size if all(size) else (1, 1)
        path = label_path(image)
        try:
            lines = path.read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:  # a picture without objects
            return
        except OSError as error:
            self.notes.append(f"{path} cannot be read ({error.strerror}).")
            return
        for line in lines:
            if not line.strip():
                continue
            try:
                number, (x, y, w, h), outline, points = parse_line(line, self.data.keypoints)
            except ValueError as error:
                self.notes.append(f"{path.name}: {error}; it is left out.")
                continue
            mask = PolygonMask((tuple((outline * (width, height)).reshape(-1).tolist()),)) if len(outline) else None
            scaled = None if points is None else points * (width, height, 1)
            name = self.data.names.get(number, f"class {number}")
            area = mask.area() if mask is not None else None
            yield Seen(name, (x * width, y * height, w * width, h * height), area, mask, keypoints=scaled)


def _yaml(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DatasetInputError(f"{path} cannot be read ({' '.join(str(error).split())[:120]}).") from error
    return data if isinstance(data, dict) else {}


def _names_of(data: dict[str, Any]) -> dict[int, str]:
    names = data.get("names")
    if isinstance(names, list):
        return {number: str(name) for number, name in enumerate(names)}
    try:
        return {int(number): str(name) for number, name in names.items()} if isinstance(names, dict) else {}
    except (TypeError, ValueError):
        return {}


def _listed_names(root: Path) -> dict[int, str]:
    path = next((root / name for name in ("classes.txt", "obj.names") if (root / name).is_file()), None)
    return dict(enumerate(path.read_text("utf-8").split("\n"))) if path else {}


def _images_of(base: Path, root: Path, place: str) -> list[Path]:
    path = next((p for p in (base / place, root / place, root / place.removeprefix("../")) if p.exists()), base / place)
    if path.is_dir():
        return _images_in(path)
    if not path.is_file():
        return []
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return [path.parent / line.removeprefix("./") if not os.path.isabs(line) else Path(line) for line in lines if line]


def _images_in(folder: Path) -> list[Path]:
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(place, name) for name in sorted(names) if name.lower().endswith(IMAGE_SUFFIXES)]
    return found
