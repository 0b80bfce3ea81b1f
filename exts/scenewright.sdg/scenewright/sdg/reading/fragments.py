"""Reading what this project's writers left of every frame: fragments, together with BasicWriter's files of the same frames."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.derive import JoinContext, fragment_folder, fragments_in
from scenewright.sdg.dataset.files import FRAGMENT_FORMATS, HEADER_FILE
from scenewright.sdg.dataset.fragments import Fragments
from scenewright.sdg.dataset.header import read_header
from scenewright.sdg.dataset.ledger import read_ledger
from scenewright.sdg.reading.basic import BasicFrame, BasicSource, with_poses
from scenewright.sdg.reading.basic_folder import frame_key
from scenewright.sdg.reading.coco import seen_of_coco
from scenewright.sdg.reading.pictures import Picture, PictureSource, Seen

__all__ = ["FragmentSource"]


@dataclass
class FragmentSource(PictureSource):
    """A dataset of this project, or the folder of one of its writers.

    Attributes:
        fragments: the fragments of one writer.
        companion: BasicWriter's files of the same frames; None where there are none.
        base: the writer's folder.
    """

    fragments: Fragments | None = None
    companion: BasicSource | None = None
    base: Path = Path()
    _frames: dict[tuple[str, int], BasicFrame] = field(default_factory=dict)

    @classmethod
    def open(cls, root: Path) -> "FragmentSource | None":
        """Return the source with the richest labels; None where no writer left fragments.

        Raises:
            DatasetInputError: if header or ledger are damaged.
        """
        labels: dict[str, Any] = {}
        if (root / HEADER_FILE).is_file():
            named: Any = read_ledger(root).files()
            labels = read_header(root).get("labels", {})
        else:
            named = [
                path.relative_to(root).as_posix()
                for name in FRAGMENT_FORMATS
                for path in root.glob(f"**/{fragment_folder(name)}*.json")
            ]
        found = fragments_in(named)
        if not found:
            return None
        (folder, name), names = min(found.items(), key=lambda item: (FRAGMENT_FORMATS.index(item[0][1]), item[0][0]))
        fragments = Fragments(root / folder, names, JoinContext(labels))
        source = cls(root, f"Scenewright ({name})", list(fragments.supers), fragments=fragments, base=root / folder)
        source.companion = BasicSource.open(root)
        for frame in source.companion.frames() if source.companion else ():
            source._frames.setdefault((frame.view.name.rpartition("/")[2], frame_key(frame.frame)[-1]), frame)
        return source

    def __len__(self) -> int:
        """Return the number of pictures."""
        return self.fragments.images

    def pictures(self) -> Iterator[Picture]:
        """Yield every picture in the order of the frames."""
        for image, rows in self.fragments.by_image():
            yield self._picture(image, rows)

    def _picture(self, image: dict[str, Any], rows: list[dict[str, Any]]) -> Picture:
        seen = []
        for row in rows:
            try:
                seen.append(seen_of_coco(row, row["category"]))
            except (KeyError, TypeError, ValueError) as error:
                self.notes.append(f"annotation {row.get('id')} of {image['file_name']} is left out ({error}).")
        name = (self.base / image["file_name"]).relative_to(self.root).as_posix()
        picture = Picture(
            name, self.root / name, image["width"], image["height"], image["frame"], str(image.get("camera", "")), tuple(seen)
        )
        return self._completed(picture)

    def _completed(self, picture: Picture) -> Picture:
        """Add camera, poses and visible shares from BasicWriter's files of the same frame."""
        frame = self._frames.get((picture.camera, picture.frame)) or self._frames.get(("", picture.frame))
        if frame is None:
            return picture
        beside = self.companion.picture(frame)
        known = {item.prim_path: item for item in beside.objects if item.prim_path}
        objects = tuple(_completed(item, known.get(item.prim_path)) for item in picture.objects)
        if not known:  # 3D boxes without 2D ones
            try:
                objects = with_poses(list(objects), frame, beside.view)
            except (ValueError, OSError, IndexError) as error:
                self.notes.append(f"3D boxes of frame {frame.frame} cannot be read ({error}); they are left out.")
        return replace(picture, objects=objects, view=beside.view, depth=beside.depth)


def _completed(item: Seen, other: Seen | None) -> Seen:
    if other is None:
        return item
    return replace(item, visible=other.visible, distance=other.distance, corners=other.corners, cuboid=other.cuboid)
