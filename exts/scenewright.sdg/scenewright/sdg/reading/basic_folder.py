"""The files of BasicWriter: which pictures there are, which annotators each has, and where their files lie."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["BasicView", "find_basic_views"]

_ANNOTATORS = (
    "rgb", "normals", "distance_to_camera", "distance_to_image_plane", "semantic_segmentation", "instance_segmentation",
    "instance_id_segmentation", "bounding_box_2d_tight", "bounding_box_2d_loose", "bounding_box_3d", "occlusion",
    "motion_vectors", "camera_params", "pointcloud", "skeleton",
    "optical_flow_backward",
    "optical_flow_forward",
    "stereo_disparity",
)  # fmt: skip
_PARTS = {
    "bounding_box_2d_tight": ("labels", "prim_paths"),
    "bounding_box_2d_loose": ("labels", "prim_paths"),
    "bounding_box_3d": ("labels", "prim_paths"),
    "semantic_segmentation": ("labels",),
    "instance_segmentation": ("mapping", "semantics_mapping"),
    "instance_id_segmentation": ("mapping",),
    "pointcloud": ("rgb", "normals", "semantic", "instance"),
}
_ITEMS = {name: name for name in _ANNOTATORS}
_ITEMS |= {f"{name}_{part}": name for name, parts in _PARTS.items() for part in parts}
_FILE = re.compile(
    rf"^(?P<prefix>.*?)(?P<item>{'|'.join(sorted(_ITEMS, key=len, reverse=True))})_(?P<frame>(?:\d+_)?\d+)\.(?P<ext>\w+)$"
)
_EXTENSIONS = {"npy", "json", "png", "jpg", "jpeg", "exr"}


@dataclass
class BasicView:
    """What BasicWriter wrote for one render product.

    Attributes:
        name: what tells it from other products: the folder or the prefix of its files, "" where there is one only.
        frames: for every frame number, as its files spell it, the items that are there.
    """

    name: str
    frames: dict[str, int] = field(default_factory=dict)
    _places: dict[str, tuple[str, int]] = field(default_factory=dict)

    def add(self, item: str, place: str, frame: str) -> None:
        """Take a file in, ``place`` being its path with {} for the frame."""
        known = self._places.setdefault(item, (place, 1 << len(self._places)))
        self.frames[frame] = self.frames.get(frame, 0) | known[1]

    def items(self) -> list[str]:
        """Return what at least one frame has."""
        return list(self._places)

    def has(self, frame: str, item: str) -> bool:
        """Return whether a frame has an item."""
        return item in self._places and bool(self.frames.get(frame, 0) & self._places[item][1])

    def place(self, frame: str, item: str) -> str:
        """Return the path of an item, relative to the dataset."""
        return self._places[item][0].format(frame)

    def sorted_frames(self) -> list[str]:
        """Return the frames in numerical order."""
        return sorted(self.frames, key=frame_key)


def frame_key(frame: str) -> tuple[int, ...]:
    """Return what orders frames: (number,) or (sequence, number)."""
    return tuple(int(part) for part in frame.split("_"))


def find_basic_views(root: Path) -> list[BasicView]:
    """Return what lies below a folder, sorted by name; datasets within it are not entered."""
    views: dict[str, BasicView] = {}
    for relative in _files(root):
        folder, name = os.path.split(relative)
        found = _FILE.match(name)
        if found is None or found["ext"] not in _EXTENSIONS:
            continue
        item = found["item"]
        inner, last = os.path.split(folder)
        home = inner if last == _ITEMS[item] else folder
        picture = item.startswith("distance_to") and found["ext"] != "npy"
        name = f"{_braced(found['prefix'])}{item}_{{}}.{found['ext']}"
        place = f"{_braced(folder)}/{name}" if folder else name
        view = "/".join(part for part in (home, found["prefix"].strip("_")) if part)
        views.setdefault(view, BasicView(view)).add(f"{item}_picture" if picture else item, place, found["frame"])
    return [views[name] for name in sorted(views) if set(views[name].items()) - {"pointcloud_rgb", "pointcloud_normals"}]


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _files(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and not os.path.isfile(os.path.join(folder, name, "dataset.json"))
        )
        inner = os.path.relpath(folder, root).replace(os.sep, "/")
        yield from (name if inner == "." else f"{inner}/{name}" for name in names)
