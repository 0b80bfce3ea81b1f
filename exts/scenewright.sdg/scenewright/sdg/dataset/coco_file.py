"""COCO files of a dataset, joined from the fragments that the ledger names: instances with keypoints, and panoptic."""

import colorsys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.derive import JoinContext
from scenewright.sdg.dataset.files import canonical_json, write_lines_atomic
from scenewright.sdg.dataset.fragments import Fragments

__all__ = ["join_coco"]

_INFO = {"description": "Made by Scenewright", "version": "1.0", "year": 1970, "date_created": "1970-01-01T00:00:00"}


def join_coco(root: Path, names: list[str], context: JoinContext) -> list[str]:
    """Write ``annotations/instances.json``, of each split ``instances_<split>.json``, and their panoptic siblings.

    Categories are every declared name, sorted, with ids from 1, so they do not depend on which frames show them; where the
    writer was given `classes`, they and their ids.

    Raises:
        OSError: if a fragment cannot be read or a file cannot be written.
    """
    fragments = Fragments(root, names, context)
    kinds = {"instances": _instances}
    if fragments.constants.get("panoptic"):
        kinds["panoptic"] = _panoptic
    written = []
    for kind, lines in kinds.items():
        for split in (None, *fragments.splits()):
            target = f"annotations/{kind}{f'_{split}' if split else ''}.json"
            write_lines_atomic(root / target, lines(fragments, split))
            written.append(target)
    return written


def _instances(fragments: Fragments, split: str | None) -> Iterator[str]:
    categories = []
    for name, number in sorted(fragments.class_ids.items(), key=lambda item: item[1]):
        category = {"id": number, "name": name, "supercategory": _super(fragments, name)} | _known(fragments, name)
        keypoints = fragments.constants.get("keypoints", {}).get(name)
        if keypoints:
            category |= {"keypoints": keypoints, "skeleton": fragments.constants.get("skeletons", {}).get(name, [])}
        categories.append(category)
    yield from _head(fragments, categories)
    yield from _joined(image for fragment in fragments.of_split(split) for image in fragment["images"])
    yield '],"annotations":['
    stuff = set(fragments.constants.get("stuff", ()))
    rows = (row for fragment in fragments.of_split(split) for row in fragment["annotations"] if row["category"] not in stuff)
    yield from _joined(_numbered(row, fragments.class_ids) for row in rows)
    yield "]}"


def _panoptic(fragments: Fragments, split: str | None) -> Iterator[str]:
    stuff = set(fragments.constants.get("stuff", ()))
    categories = [
        {
            "id": number,
            "name": name,
            "supercategory": _super(fragments, name),
            "isthing": int(name not in stuff),
            "color": [round(255 * part) for part in colorsys.hsv_to_rgb(number * 0.618034 % 1.0, 0.65, 0.95)],
            **_known(fragments, name),
        }
        for name, number in sorted(fragments.class_ids.items(), key=lambda item: item[1])
    ]
    yield from _head(fragments, categories)
    yield from _joined(image for fragment in fragments.of_split(split) for image in fragment["images"])
    yield '],"annotations":['
    rows = (row for fragment in fragments.of_split(split) for row in fragment["panoptic_images"])
    segments = ({**row, "segments_info": [_numbered(s, fragments.class_ids) for s in row["segments_info"]]} for row in rows)
    yield from _joined(segments)
    yield "]}"


def _head(fragments: Fragments, categories: list[dict[str, Any]]) -> Iterator[str]:
    names = sorted(set(fragments.context.licences.values()))
    head = {"info": _INFO, "licenses": [{"id": i, "name": name, "url": ""} for i, name in enumerate(names, 1)]}
    yield canonical_json(head)[:-1] + ',"categories":' + canonical_json(categories) + ',"images":['


def _super(fragments: Fragments, name: str) -> str:
    return min(fragments.supers.get(name, ()), default="object")


def _known(fragments: Fragments, name: str) -> dict[str, Any]:
    """Return what the recipe's ontology says of a class: supercategory, color and, where it is known, wikidata."""
    return {key: value for key, value in fragments.context.ontology.get(name, {}).items() if key != "id"}


def _numbered(row: dict[str, Any], numbers: Mapping[str, int]) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if key != "category"}
    return {**kept, "category_id": numbers[row["category"]]}


def _joined(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Yield rows as lines with a comma after each but the last."""
    before = next(rows, None)
    if before is None:
        return
    for row in rows:
        yield canonical_json(before) + ","
        before = row
    yield canonical_json(before)
