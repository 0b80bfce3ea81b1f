"""The files of a dataset folder: names, hashes, atomic writes and the removal of what no ledger entry names."""

import hashlib
import itertools
import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scenewright.sdg.dataset.errors import DatasetInputError

__all__ = [
    "FRAGMENT_FORMATS",
    "HEADER_FILE",
    "LEDGER_FILE",
    "PRIVATE_FOLDER",
    "REPORT_FILE",
    "FileRecord",
    "belonging_files",
    "canonical_json",
    "contained_path",
    "dataset_files",
    "hash_file",
    "remove_unnamed_files",
    "write_file_atomic",
    "write_lines_atomic",
]

HEADER_FILE = "dataset.json"
LEDGER_FILE = "ledger.jsonl"
REPORT_FILE = "report.html"  # a view of the dataset, where `report` puts it by default; no part of its bytes
PRIVATE_FOLDER = ".scenewright"  # bookkeeping; of its contents only what the ledger names belongs to the dataset's bytes
FRAGMENT_FORMATS = ("coco", "yolo", "voc", "bop", "webdataset", "huggingface")
"""Formats whose writers leave fragments in a folder of that name within the private one."""
TEMPORARY_SUFFIX = ".scenewright-tmp"
_BLOCK = 1 << 20
_counter = itertools.count()


@dataclass(frozen=True)
class FileRecord:
    """Hash and size of one file as it was written.

    Attributes:
        sha256: hexadecimal SHA-256 of the contents.
        size: length [byte].
    """

    sha256: str
    size: int

    @classmethod
    def of_bytes(cls, data: bytes) -> "FileRecord":
        """Return the record of a file that holds ``data``."""
        return cls(hashlib.sha256(data).hexdigest(), len(data))


def canonical_json(value: Any, indent: int | None = None) -> str:
    """Return ``value`` as JSON text that is a pure function of it: sorted keys, ASCII, numpy values as plain numbers.

    Numbers that JSON does not have become the strings "nan", "inf" and "-inf".
    """
    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(_plain(value), sort_keys=True, separators=separators, indent=indent, allow_nan=False)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, np.generic | np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    if hasattr(value, "__iter__"):  # lists, tuples, Gf vectors
        return [_plain(item) for item in value]
    return str(value)


def hash_file(path: str | os.PathLike) -> FileRecord:
    """Return hash and size of the file at ``path``, reading it in blocks."""
    digest, size = hashlib.sha256(), 0
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return FileRecord(digest.hexdigest(), size)


def contained_path(root: str | os.PathLike, relative: str) -> str:
    """Return the absolute path of ``relative`` inside ``root``.

    Raises:
        DatasetInputError: if the path leaves the folder: absolute, through ``..``, or through a symbolic link.
    """
    base = os.path.realpath(root)
    path = os.path.join(base, relative)
    folder = os.path.realpath(os.path.dirname(path))
    inside = folder == base or folder.startswith(base + os.sep)
    if not relative or os.path.isabs(relative) or not inside or os.path.basename(path) in ("", ".", ".."):
        raise DatasetInputError(f"A writer may not write to '{relative}': it lies outside {base}. Use a path below it.")
    return os.path.join(folder, os.path.basename(path))


def write_file_atomic(path: str | os.PathLike, data: bytes) -> None:
    """Write a file so that it is either there in full or not at all, whatever kills the process or the machine.

    Args:
        path: absolute path; missing folders are made.
        data: contents.
    """
    _write_atomic(path, [data])


def write_lines_atomic(path: str | os.PathLike, lines: Iterable[str]) -> None:
    """Write text lines like `write_file_atomic`, without holding them all in memory."""
    _write_atomic(path, ((line + "\n").encode() for line in lines))


def _write_atomic(path: str | os.PathLike, blocks: Iterable[bytes]) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    # Workers may write the same file at the same time: metadata.txt, a shared header.
    temporary = f"{os.fspath(path)}.{os.getpid()}-{next(_counter)}{TEMPORARY_SUFFIX}"
    try:
        with open(temporary, "wb") as file:
            file.writelines(blocks)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        if os.path.lexists(temporary):
            os.unlink(temporary)
        raise


def dataset_files(path: str | os.PathLike) -> dict[str, FileRecord]:
    """Return every file that belongs to the bytes of a finalised dataset, by its path relative to the folder, sorted.

    Those are the header, the ledger, the annotations and whatever the ledger names; the log and the locks are not among them.
    """
    return {name: hash_file(Path(path) / name) for name in belonging_files(path)}


def belonging_files(path: str | os.PathLike) -> list[str]:
    """Return the paths of what `dataset_files` hashes, relative to the folder, sorted."""
    found = (name for name in _walk(Path(path)) if name != REPORT_FILE)
    return sorted(name for name in found if name.split("/")[0] != PRIVATE_FOLDER or _is_fragment(name))


def remove_unnamed_files(path: str | os.PathLike, named: Iterable[str]) -> list[str]:
    """Remove what no ledger entry names: files, links (never what they point to) and folders left empty.

    Args:
        path: the dataset folder; the header and the bookkeeping of running processes stay.
        named: relative paths that stay.

    Returns:
        The relative paths that were removed, sorted.
    """
    root = Path(path)
    keep = set(named) | {HEADER_FILE, LEDGER_FILE}
    removed = []
    for relative in _walk(root):
        bookkeeping = relative.startswith(f"{PRIVATE_FOLDER}/") and not _is_fragment(relative)
        if relative not in keep and not bookkeeping:
            (root / relative).unlink()
            removed.append(relative)
    for folder, _, _ in os.walk(root, topdown=False, followlinks=False):
        if folder != str(root) and not os.listdir(folder):
            os.rmdir(folder)
    return sorted(removed)


def _is_fragment(relative: str) -> bool:
    return relative.startswith(tuple(f"{PRIVATE_FOLDER}/{name}/" for name in FRAGMENT_FORMATS))


def _walk(root: Path) -> list[str]:
    """Return every file and every symbolic link below ``root``, as relative POSIX paths.

    Links are not followed, and datasets that lie inside this one are not entered.
    """
    found = []
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = [name for name in folders if not os.path.isfile(os.path.join(folder, name, HEADER_FILE))]
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        found += [Path(folder, name).relative_to(root).as_posix() for name in names + links]
    return found
