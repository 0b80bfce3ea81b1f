"""Reading the fragments of a format: classes, images and annotations, one frame in memory at a time."""

import json
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.derive import JoinContext

__all__ = ["Fragments"]

_log = logging.getLogger(__name__)


class Fragments:
    """The fragments of one writer.

    Args:
        root: the writer's folder.
        names: paths of the fragments below it, in frame order.
        context: labels, licences and splits.

    Attributes:
        supers: declared supercategories by class, sorted by class.
        class_ids: id by class: those that the writer was given, else from ``first`` in the order of the sorted names.
        images: number of images.
        annotations: number of annotations.
        constants: the last fragment without images and annotations.
    """

    def __init__(self, root: Path, names: list[str], context: JoinContext, first: int = 1):
        self.root, self.names, self.context = root, names, context
        self.images = self.annotations = 0
        self.constants: dict[str, Any] = {}
        supers: dict[str, set[str]] = {}
        skipped: dict[str, int] = {}
        for fragment in self:
            known = fragment.get("classes")
            for name in known if known is not None else context.labels.get(fragment["semantic_type"], ()):
                supers.setdefault(name, set())
            for name, above in fragment["categories"].items():
                supers.setdefault(name, set()).update(above)
            for name, count in fragment.get("skipped", {}).items():
                skipped[name] = skipped.get(name, 0) + count
            self.images += len(fragment["images"])
            self.annotations += len(fragment["annotations"])
            self.constants = {key: fragment[key] for key in fragment if key not in ("images", "annotations")}
        self.supers = {name: sorted(supers[name]) for name in sorted(supers)}
        given = self.constants.get("classes")
        self.class_ids = dict(given) if given else {name: number for number, name in enumerate(self.supers, first)}
        if skipped and not context.quiet:
            listed = ", ".join(f"{name} {count}" for name, count in sorted(skipped.items()))
            _log.warning("%s: objects of classes that are not among `classes` were left out: %s.", root, listed)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for name in self.names:
            yield json.loads((self.root / name).read_bytes())

    def splits(self) -> list[str]:
        """Return the splits that the dataset has, in the order train, val, test; none when it is not split."""
        used = set(self.context.splits.values())
        return [name for name in ("train", "val", "test") if name in used]

    def of_split(self, split: str | None) -> "Iterator[dict[str, Any]]":
        """Yield the fragments of a split; None = of all."""
        for fragment in self:
            frames: Iterable[int] = {image["frame"] for image in fragment["images"]} if split else ()
            if split is None or any(self.context.splits.get(frame) == split for frame in frames):
                yield fragment

    def by_image(self, split: str | None = None) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
        """Yield every image of a split with its annotations."""
        for fragment in self.of_split(split):
            for image in fragment["images"]:
                yield image, [row for row in fragment["annotations"] if row["image_id"] == image["id"]]
