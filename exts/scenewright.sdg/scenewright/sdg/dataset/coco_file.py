"""One COCO file per dataset, joined from the fragments that the ledger names."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.files import ANNOTATIONS_FILE, canonical_json, write_lines_atomic

__all__ = ["annotation_files", "join_fragments"]

_FRAGMENTS = ".scenewright/coco/"
_INFO = {"description": "Made by Scenewright", "version": "1.0", "year": 1970, "date_created": "1970-01-01T00:00:00"}


def annotation_files(named: Iterable[str]) -> dict[str, list[str]]:
    """Return the annotation files that follow from the files a ledger names, each with its fragments in frame order."""
    found: dict[str, list[str]] = {}
    for name in sorted(named):
        folder, mark, _ = name.partition(_FRAGMENTS)
        if mark:
            found.setdefault(folder + ANNOTATIONS_FILE, []).append(name)
    return found


def join_fragments(
    root: str | os.PathLike,
    named: Iterable[str],
    declared: Mapping[str, Iterable[str]] | None = None,
    licences: Mapping[str, str] | None = None,
) -> list[str]:
    """Write the COCO annotation files of a dataset; memory does not grow with the number of frames.

    The result depends on nothing but the arguments and the fragments. Categories are every declared name, sorted, with ids
    from 1, so they do not depend on which frames show them.

    Args:
        root: the dataset folder.
        named: relative paths of the dataset's files.
        declared: labels that the stage declares before the first frame, by label type.
        licences: licence by asset.

    Returns:
        The relative paths of the written files.

    Raises:
        OSError: if a fragment cannot be read or the file cannot be written.
    """
    files = annotation_files(named)
    for target, fragments in files.items():
        write_lines_atomic(Path(root) / target, _lines(Path(root), fragments, declared or {}, licences or {}))
    return list(files)


def _lines(
    root: Path, fragments: list[str], declared: Mapping[str, Iterable[str]], licences: Mapping[str, str]
) -> Iterator[str]:
    supers: dict[str, set[str]] = {}
    for fragment in _read(root, fragments):
        for name in declared.get(fragment["semantic_type"], ()):
            supers.setdefault(name, set())
        for name, above in fragment["categories"].items():
            supers.setdefault(name, set()).update(above)
    numbers = {name: number for number, name in enumerate(sorted(supers), start=1)}
    categories = [{"id": numbers[name], "name": name, "supercategory": min(supers[name], default="object")} for name in numbers]
    names = sorted(set(licences.values()))
    head = {"info": _INFO, "licenses": [{"id": i, "name": name, "url": ""} for i, name in enumerate(names, 1)]}
    yield canonical_json(head)[:-1] + ',"categories":' + canonical_json(categories) + ',"images":['
    yield from _joined(image for fragment in _read(root, fragments) for image in fragment["images"])
    yield '],"annotations":['
    yield from _joined(_numbered(row, numbers) for fragment in _read(root, fragments) for row in fragment["annotations"])
    yield "]}"


def _numbered(annotation: dict[str, Any], numbers: Mapping[str, int]) -> dict[str, Any]:
    name = annotation.pop("category")
    return {**annotation, "category_id": numbers[name]}


def _read(root: Path, fragments: list[str]) -> Iterator[dict[str, Any]]:
    for name in fragments:
        yield json.loads((root / name).read_bytes())


def _joined(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Yield rows as lines with a comma after each but the last."""
    before = next(rows, None)
    if before is None:
        return
    for row in rows:
        yield canonical_json(before) + ","
        before = row
    yield canonical_json(before)
