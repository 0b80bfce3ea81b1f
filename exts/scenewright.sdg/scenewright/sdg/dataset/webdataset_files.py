"""WebDataset shards: tar files whose bytes depend on nothing but the samples."""

import io
import os
import posixpath
import tarfile
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.derive import JoinContext
from scenewright.sdg.dataset.files import TEMPORARY_SUFFIX, canonical_json
from scenewright.sdg.dataset.fragments import Fragments

__all__ = ["join_webdataset", "sample_json", "sample_key", "webdataset_shards"]

Sample = tuple[dict[str, Any], list[dict[str, Any]]]


def join_webdataset(root: Path, names: list[str], context: JoinContext) -> list[str]:
    """Write ``shards/<split>-NNNNNN.tar``.

    Raises:
        OSError: if a file cannot be read or written.
    """
    fragments = Fragments(root, names, context)
    written = []
    (root / "shards").mkdir(exist_ok=True)
    for name, samples in webdataset_shards(fragments):
        written.append(name)
        temporary = root / (name + TEMPORARY_SUFFIX)
        with tarfile.open(temporary, "w", format=tarfile.USTAR_FORMAT) as shard:
            for image, rows in samples:
                _add(shard, f"{sample_key(image)}.json", sample_json(image, rows, fragments.class_ids))
                data = (root / image["file_name"]).read_bytes()
                _add(shard, sample_key(image) + posixpath.splitext(image["file_name"])[1], data)
        os.replace(temporary, root / name)
    return written


def webdataset_shards(fragments: Fragments) -> Iterator[tuple[str, Iterator[Sample]]]:
    """Yield the name of every shard with its samples, which must be used up before the next shard is asked for."""
    for split in fragments.splits() or [None]:
        samples = iter(fragments.by_image(split))
        for number, first in enumerate(samples):
            rest = islice(samples, fragments.constants["samples_per_shard"] - 1)
            yield f"shards/{split or 'data'}-{number:06d}.tar", chain([first], rest)


def sample_key(image: Mapping[str, Any]) -> str:
    """Return what names the files of a sample: the stem of its picture, without dots, which end keys."""
    return posixpath.splitext(posixpath.basename(image["file_name"]))[0].replace(".", "_")


def sample_json(image: Mapping[str, Any], rows: list[dict[str, Any]], ids: Mapping[str, int]) -> bytes:
    """Return the JSON file of a sample."""
    annotations = [{**row, "category_id": ids[row["category"]]} for row in rows]
    return (canonical_json({**image, "annotations": annotations}) + "\n").encode()


def _add(shard: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)  # owner, mode and time are tarfile's constants
    info.size = len(data)
    shard.addfile(info, io.BytesIO(data))
