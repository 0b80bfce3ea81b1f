"""YOLO label files, image lists and data.yaml, from the fragments of a dataset's frames."""

import posixpath
from pathlib import Path
from typing import Any

import yaml

from scenewright.sdg.dataset.derive import JoinContext
from scenewright.sdg.dataset.files import write_file_atomic, write_lines_atomic
from scenewright.sdg.dataset.fragments import Fragments

__all__ = ["join_yolo"]


def join_yolo(root: Path, names: list[str], context: JoinContext) -> list[str]:
    """Write ``labels/*.txt``, ``data.yaml`` and the lists of images.

    ``data.yaml`` has no ``path``, so readers take its own folder: the dataset can be moved.

    Raises:
        OSError: if a fragment cannot be read or a file cannot be written.
    """
    fragments = Fragments(root, names, context, first=0)
    written = []
    for image, rows in fragments.by_image():
        lines = [f"{fragments.class_ids[row['category']]} {row['line']}\n" for row in rows]
        name = f"labels/{posixpath.splitext(posixpath.basename(image['file_name']))[0]}.txt"
        write_file_atomic(root / name, "".join(lines).encode())
        written.append(name)
    data: dict[str, Any] = {}
    for split in fragments.splits():
        lines_of_split = ("./" + image["file_name"] for image, _ in fragments.by_image(split))
        write_lines_atomic(root / f"{split}.txt", lines_of_split)
        written.append(f"{split}.txt")
        data[split] = f"{split}.txt"
    if not data:
        data = {"train": "images", "val": "images"}
    data.setdefault("train", "images")
    data.setdefault("val", data["train"])  # Ultralytics insists on both
    data["nc"] = len(fragments.class_ids)
    data["names"] = {number: name for name, number in sorted(fragments.class_ids.items(), key=lambda item: item[1])}
    if fragments.constants["keypoint_count"]:
        data["kpt_shape"] = [fragments.constants["keypoint_count"], 3]
        if fragments.constants["flip_idx"]:
            data["flip_idx"] = fragments.constants["flip_idx"]
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    write_file_atomic(root / "data.yaml", text.encode())
    return [*written, "data.yaml"]
