"""WebDataset shards: tar files whose bytes depend on nothing but the samples."""

import io
import os
import posixpath
import tarfile
from itertools import chain, islice
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.derive import JoinContext
from scenewright.sdg.dataset.files import TEMPORARY_SUFFIX, canonical_json
from scenewright.sdg.dataset.fragments import Fragments

__all__ = ["join_webdataset"]


def join_webdataset(root: Path, names: list[str], context: JoinContext) -> list[str]:
    """Write ``shards/<split>-NNNNNN.tar``.

    Raises:
        OSError: if a file cannot be read or written.
    """
    fragments = Fragments(root, names, context)
    written = []
    (root / "shards").mkdir(exist_ok=True)
    for split in fragments.splits() or [None]:
        samples = iter(fragments.by_image(split))
        for number, first in enumerate(samples):
            written.append(f"shards/{split or 'data'}-{number:06d}.tar")
            rest = islice(samples, fragments.constants["samples_per_shard"] - 1)
            temporary = root / (written[-1] + TEMPORARY_SUFFIX)
            with tarfile.open(temporary, "w", format=tarfile.USTAR_FORMAT) as shard:
                for image, rows in chain([first], rest):
                    _add_sample(shard, root, image, rows, fragments.class_ids)
            os.replace(temporary, root / written[-1])
    return written


def _add_sample(
    shard: tarfile.TarFile, root: Path, image: dict[str, Any], rows: list[dict[str, Any]], ids: dict[str, int]
) -> None:
    stem, ending = posixpath.splitext(posixpath.basename(image["file_name"]))
    key = stem.replace(".", "_")
    annotations = [{**row, "category_id": ids[row["category"]]} for row in rows]
    _add(shard, f"{key}.json", (canonical_json({**image, "annotations": annotations}) + "\n").encode())
    _add(shard, key + ending, (root / image["file_name"]).read_bytes())


def _add(shard: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)  # owner, mode and time are tarfile's constants
    info.size = len(data)
    shard.addfile(info, io.BytesIO(data))
