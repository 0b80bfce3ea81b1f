"""Telling what a folder holds, and opening it for reading."""

import os
from pathlib import Path

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.reading.basic import BasicSource
from scenewright.sdg.reading.coco import CocoSource, find_coco_files, read_coco
from scenewright.sdg.reading.fragments import FragmentSource
from scenewright.sdg.reading.pictures import PictureSource
from scenewright.sdg.reading.yolo import YoloSource, find_yolo

__all__ = ["open_source"]


def open_source(path: str | os.PathLike) -> PictureSource:
    """Open a dataset for reading: one of this project, a COCO or YOLO folder, a COCO file, or what BasicWriter wrote.

    Raises:
        DatasetInputError: if it is none of those, or its label files are damaged.
    """
    root = Path(path)
    if not root.exists():
        raise DatasetInputError(f"{root} does not exist. Give the folder of a dataset.")
    if root.is_file():
        if root.suffix.lower() != ".json":
            raise DatasetInputError(f"{root} is no dataset. Give its folder, or a COCO file (.json).")
        read_coco(root)
        base = root.parent.parent if root.parent.name == "annotations" else root.parent
        return CocoSource.open(base, [root])
    source = FragmentSource.open(root)
    if source is not None:
        return source
    files = find_coco_files(root)
    if files:
        return CocoSource.open(root, files)
    data = find_yolo(root)
    if data is not None:
        return YoloSource.open(root, data)
    basic = BasicSource.open(root)
    if basic is not None:
        return basic
    raise DatasetInputError(
        f"{root} is no dataset that can be read. Known are what `generate` makes, COCO (annotations/*.json), YOLO (data.yaml "
        "or labels/*.txt) and BasicWriter's files (rgb_0000.png, …)."
    )
