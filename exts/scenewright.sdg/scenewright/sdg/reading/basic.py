"""Reading what BasicWriter wrote: pictures, and the objects of their tight boxes with masks, poses and distances."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from scenewright.sdg.reading.arrays import read_array
from scenewright.sdg.reading.basic_folder import BasicView, find_basic_views, frame_key
from scenewright.sdg.reading.camera import CameraView, cuboid_corners, read_camera
from scenewright.sdg.reading.images import UnreadableImage, image_size
from scenewright.sdg.reading.masks import IdMask
from scenewright.sdg.reading.pictures import Picture, PictureSource, Seen

__all__ = ["BasicFrame", "BasicSource", "instance_ids"]


@dataclass(frozen=True)
class BasicFrame:
    """One frame of one view of BasicWriter.

    Attributes:
        root: the dataset's folder.
        view: the view.
        frame: the frame, as its files spell it.
    """

    root: Path
    view: BasicView
    frame: str

    def path(self, item: str) -> Path | None:
        """Return the file of an item; None where there is none."""
        return self.root / self.view.place(self.frame, item) if self.view.has(self.frame, item) else None

    def json(self, item: str) -> Any:
        """Return the contents of a JSON item; None where there is none.

        Raises:
            ValueError: if it is damaged.
        """
        path = self.path(item)
        return None if path is None else json.loads(path.read_bytes())

    def array(self, item: str) -> np.ndarray | None:
        """Return the array of an item; None where there is none.

        Raises:
            ValueError: if it is damaged.
        """
        path = self.path(item)
        if path is None:
            return None
        try:
            return read_array(path)
        except (EOFError, OSError) as error:
            raise ValueError(f"damaged array ({error})") from error

    def boxes(self, item: str) -> tuple[np.ndarray, list[str], list[str]]:
        """Return records, classes and prim paths of a box annotator; nothing where it is missing.

        Raises:
            ValueError: if its three files do not belong together.
        """
        rows = self.array(item)
        if rows is None:
            return np.zeros(0), [], []
        labels = self.json(f"{item}_labels") or {}
        paths = self.json(f"{item}_prim_paths")
        paths = [""] * len(rows) if paths is None else [str(path) for path in paths]
        if len(paths) != len(rows):
            raise ValueError(f"{len(rows)} boxes and {len(paths)} prim paths")
        names = [label_of(labels.get(str(int(row["semanticId"])))) for row in rows]
        return rows, names, paths

    def camera(self) -> CameraView | None:
        """Return the frame's camera; None where it is not known.

        Raises:
            ValueError: if the file is damaged.
        """
        path = self.path("camera_params")
        return None if path is None else read_camera(path)


def label_of(labels: Mapping[str, str] | None) -> str:
    """Return the class among an entity's labels: the first of type ``class``, or of whichever type there is."""
    if not labels:
        return ""
    value = labels.get("class") or next(iter(labels.values()))
    return str(value).split(",")[0]


def instance_ids(frame: BasicFrame, item: str = "instance_segmentation_mapping") -> dict[str, int]:
    """Return the number that each prim path has in the image that a mapping belongs to, as `masks.id_image` reads it.

    Raises:
        ValueError: if the mapping is damaged.
    """
    found = {}
    for key, value in (frame.json(item) or {}).items():
        numbers = [int(part) for part in str(key).strip("()").split(",") if part.strip()]
        number = numbers[0] if len(numbers) == 1 else sum(part << 8 * place for place, part in enumerate(numbers))
        found[str(value["class"] if isinstance(value, Mapping) and "class" in value else value)] = number
    return found


@dataclass
class BasicSource(PictureSource):
    """A folder that BasicWriter wrote to.

    Attributes:
        views: its render products.
    """

    views: list[BasicView] = field(default_factory=list)

    @classmethod
    def open(cls, root: Path) -> "BasicSource | None":
        """Return the source; None where BasicWriter wrote no pictures or labels here."""
        views = find_basic_views(root)
        return cls(root, "BasicWriter", views=views) if views else None

    def __len__(self) -> int:
        """Return the number of pictures."""
        return sum(len(view.frames) for view in self.views)

    def frames(self) -> Iterator[BasicFrame]:
        """Yield every frame of every view."""
        for view in self.views:
            for frame in view.sorted_frames():
                yield BasicFrame(self.root, view, frame)

    def pictures(self) -> Iterator[Picture]:
        """Yield every picture in order."""
        for frame in self.frames():
            yield self.picture(frame)

    def picture(self, frame: BasicFrame) -> Picture:
        """Return one picture; what cannot be read is left out and noted."""
        camera = self._tried(frame, "camera_params", frame.camera)
        name, width, height = self._image(frame, camera)
        depth = frame.path("distance_to_image_plane") or frame.path("distance_to_camera")
        seen = self._tried(frame, "bounding_box_2d_tight", lambda: self._objects(frame, camera)) or ()
        path = self.root / name
        return Picture(name, path, width, height, frame_key(frame.frame)[-1], frame.view.name, seen, camera, depth)

    def _image(self, frame: BasicFrame, camera: CameraView | None) -> tuple[str, int, int]:
        name = frame.view.place(frame.frame, "rgb") if "rgb" in frame.view.items() else ""
        size = (camera.width, camera.height) if camera else None
        for item in ("rgb", "instance_segmentation", "semantic_segmentation", "normals"):
            path = frame.path(item)
            if size is None and path is not None:
                try:
                    size = image_size(path)
                except UnreadableImage as error:
                    self.notes.append(f"{path.relative_to(self.root)} {error}.")
        return name or f"rgb_{frame.frame}.png", *(size or (0, 0))

    def _tried(self, frame: BasicFrame, item: str, read: Any) -> Any:
        try:
            return read()
        except (ValueError, KeyError, TypeError, IndexError, OSError) as error:
            self.notes.append(f"{frame.view.place(frame.frame, item)} cannot be read ({error}); it is left out.")
            return None

    def _objects(self, frame: BasicFrame, camera: CameraView | None) -> tuple[Seen, ...]:
        rows, names, paths = frame.boxes("bounding_box_2d_tight")
        ids = instance_ids(frame)
        image = frame.path("instance_segmentation")
        found = []
        for row, name, path in zip(rows, names, paths, strict=True):
            x, y = int(row["x_min"]), int(row["y_min"])
            box = (x, y, int(row["x_max"]) - x + 1, int(row["y_max"]) - y + 1)
            hidden = float(row["occlusionRatio"])
            mask = IdMask(image, ids[path]) if image is not None and path in ids else None
            visible = 1.0 - hidden if 0.0 <= hidden <= 1.0 else None
            found.append(Seen(name, box, None, mask, visible, prim_path=path))
        return with_poses(found, frame, camera)


def with_poses(objects: list[Seen], frame: BasicFrame, camera: CameraView | None) -> tuple[Seen, ...]:
    """Return objects with distance, 3D box and visible share, where the frame's 3D boxes have their prims.

    Raises:
        ValueError: if the boxes are damaged.
    """
    rows, _, paths = frame.boxes("bounding_box_3d")
    poses = {path: row for path, row in zip(paths, rows, strict=True) if path}
    return tuple(_posed(item, poses.get(item.prim_path), camera) for item in objects)


def _posed(item: Seen, row: Any, camera: CameraView | None) -> Seen:
    if row is None:
        return item
    corners = cuboid_corners(row)
    hidden = float(row["occlusionRatio"])
    visible = 1.0 - hidden if item.visible is None and 0.0 <= hidden <= 1.0 else item.visible
    item = replace(item, cuboid=corners, visible=visible)
    if camera is None:
        return item
    distance = float(np.linalg.norm(corners.mean(axis=0) - camera.position)) * camera.meters_per_unit
    pixels = None
    if camera.intrinsics is not None:
        pixels, depths = camera.project(corners)
        pixels = pixels if (depths > 0).all() else None
    return replace(item, distance=distance, corners=pixels)
