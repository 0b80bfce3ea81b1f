"""The image sets of a Pascal VOC dataset, and what its XML can hold."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from scenewright.sdg.dataset.derive import JoinContext
from scenewright.sdg.dataset.files import write_lines_atomic
from scenewright.sdg.dataset.fragments import Fragments

__all__ = ["join_voc", "xml_text"]

_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return a text with U+FFFD for the characters that XML 1.0 does not allow."""
    return _NO_XML.sub("\ufffd", text)


def join_voc(root: Path, names: list[str], context: JoinContext) -> list[str]:
    """Write ``ImageSets/Main/{train,val,trainval,test}.txt``.

    Raises:
        OSError: if a fragment cannot be read or a file cannot be written.
    """
    fragments = Fragments(root, names, context)
    splits = fragments.splits()
    sets: dict[str, tuple[str | None, ...]] = {name: (name,) for name in splits} or {"train": (None,), "val": (None,)}
    sets["trainval"] = tuple(name for name in ("train", "val") if name in splits) or (None,)
    written = []
    for name, parts in sets.items():
        written.append(f"ImageSets/Main/{name}.txt")
        write_lines_atomic(root / written[-1], _stems(fragments, parts))
    return written


def _stems(fragments: Fragments, parts: tuple[str | None, ...]) -> Iterator[str]:
    for part in parts:
        for image, _ in fragments.by_image(part):
            yield posixpath.splitext(posixpath.basename(image["file_name"]))[0]
