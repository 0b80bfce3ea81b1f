"""Hugging Face datasets: an image folder with metadata.jsonl, or parquet files with the images inside."""

import json
import os
import posixpath
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.derive import JoinContext
from scenewright.sdg.dataset.files import TEMPORARY_SUFFIX, canonical_json, write_lines_atomic
from scenewright.sdg.dataset.fragments import Fragments

__all__ = ["huggingface_files", "huggingface_rows", "join_huggingface"]

_ROWS_PER_GROUP = 64
_OBJECT_KEYS = ("area", "bbox", "category", "id", "prim_path")
_TYPES = {"image_id": "int64", "width": "int64", "height": "int64", "frame": "int64", "camera": "string"}
_OBJECT_TYPES = {"area": "int64", "category": "string", "category_id": "int64", "id": "int64", "prim_path": "string"}


def join_huggingface(root: Path, names: list[str], context: JoinContext) -> list[str]:
    """Write ``data/<split>/`` or ``data/<split>-00000.parquet``.

    Raises:
        OSError: if a file cannot be read or written.
    """
    fragments = Fragments(root, names, context)
    write = _write_parquet if fragments.constants["form"] == "parquet" else _write_folder
    (root / "data").mkdir(exist_ok=True)
    return [path for split, name in huggingface_files(fragments) for path in write(root, fragments, split, name)]


def huggingface_files(fragments: Fragments) -> list[tuple[str | None, str]]:
    """Return the file of rows of each split, None standing for all of a dataset that is not split."""
    ending = "-00000.parquet" if fragments.constants["form"] == "parquet" else "/metadata.jsonl"
    return [(split, f"data/{split or 'train'}{ending}") for split in fragments.splits() or [None]]


def huggingface_rows(fragments: Fragments, split: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield path and row of every image of a split; the row's ``file_name`` is the name within the split's folder."""
    for image, annotations in fragments.by_image(split):
        objects: dict[str, list[Any]] = {key: [row[key] for row in annotations] for key in _OBJECT_KEYS}
        objects["category_id"] = [fragments.class_ids[name] for name in objects["category"]]
        row = {key: image["id" if key == "image_id" else key] for key in _TYPES}
        yield image["file_name"], {"file_name": posixpath.basename(image["file_name"]), **row, "objects": objects}


def _write_folder(root: Path, fragments: Fragments, split: str | None, name: str) -> list[str]:
    folder = posixpath.dirname(name)
    (root / folder).mkdir(exist_ok=True)
    written = []
    for source, _ in huggingface_rows(fragments, split):
        written.append(f"{folder}/{posixpath.basename(source)}")
        _link(root / source, root / written[-1])
    write_lines_atomic(root / name, (canonical_json(row) for _, row in huggingface_rows(fragments, split)))
    return [*written, name]


def _link(source: Path, target: Path) -> None:
    """Make a hard link, or a copy where the file system has none."""
    temporary = target.with_name(target.name + TEMPORARY_SUFFIX)
    temporary.unlink(missing_ok=True)
    try:
        os.link(source, temporary)
    except OSError:
        shutil.copyfile(source, temporary)
    target.unlink(missing_ok=True)  # replacing a link by another one of the same file would do nothing
    os.replace(temporary, target)


def _write_parquet(root: Path, fragments: Fragments, split: str | None, name: str) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    lists = {name: pa.list_(getattr(pa, kind)()) for name, kind in _OBJECT_TYPES.items()}
    lists["bbox"] = pa.list_(pa.list_(pa.int64(), 4))
    fields = {"image": pa.struct({"bytes": pa.binary(), "path": pa.string()})}
    fields |= {name: getattr(pa, kind)() for name, kind in _TYPES.items()}
    fields["objects"] = pa.struct(dict(sorted(lists.items())))
    # Hugging Face's `datasets` reads from here that the image is an image.
    metadata = {"huggingface": json.dumps({"info": {"features": _features()}}, sort_keys=True)}
    schema = pa.schema(list(fields.items()), metadata=metadata)
    temporary = root / (name + TEMPORARY_SUFFIX)
    rows = huggingface_rows(fragments, split)
    with pq.ParquetWriter(temporary, schema) as writer:
        while group := list(islice(rows, _ROWS_PER_GROUP)):
            images = [{"bytes": (root / path).read_bytes(), "path": row.pop("file_name")} for path, row in group]
            table = [{"image": image, **row} for image, (_, row) in zip(images, group, strict=True)]
            writer.write_table(pa.Table.from_pylist(table, schema=schema))
    os.replace(temporary, root / name)
    return [name]


def _features() -> dict[str, Any]:
    def value(kind: str) -> dict[str, Any]:
        return {"dtype": kind, "_type": "Value"}

    objects = {name: {"feature": value(kind), "_type": "List"} for name, kind in _OBJECT_TYPES.items()}
    objects["bbox"] = {"feature": {"feature": value("int64"), "length": 4, "_type": "List"}, "_type": "List"}
    return {
        "image": {"_type": "Image"},
        **{name: value(kind) for name, kind in _TYPES.items()},
        "objects": dict(sorted(objects.items())),
    }
