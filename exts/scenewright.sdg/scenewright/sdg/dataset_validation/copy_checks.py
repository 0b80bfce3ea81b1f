"""Formats that hold copies of the pictures, WebDataset and Hugging Face: every row and picture against its fragment."""

import hashlib
import json
import posixpath
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.derive import JoinContext
from scenewright.sdg.dataset.files import FileRecord, hash_file
from scenewright.sdg.dataset.fragments import Fragments
from scenewright.sdg.dataset.huggingface_files import huggingface_files, huggingface_rows
from scenewright.sdg.dataset.webdataset_files import sample_json, sample_key, webdataset_shards
from scenewright.sdg.dataset_validation.check_log import CheckLog

__all__ = ["COPYING_FORMATS", "check_copies"]

COPYING_FORMATS = ("huggingface", "webdataset")
_ROWS = 16  # of a parquet file in memory at a time; each has its picture


def check_copies(
    root: Path,
    place: tuple[str, str],
    names: list[str],
    named: Mapping[str, FileRecord],
    context: JoinContext,
    log: CheckLog,
) -> set[str]:
    """Compare shards, image folders or parquet files with the fragments and with the pictures of the ledger.

    Args:
        root: the dataset.
        place: the writer's folder, "" or with a slash at its end, and its format.
        names: its fragments, below the folder.
        named: what the ledger names.
        context: labels, licences and splits.
        log: takes the findings.

    Returns:
        The files that there should be.
    """
    folder, name = place
    try:
        fragments = Fragments(root / folder, names, context)
        check = _check_shards if name == "webdataset" else _check_rows
        return check(_Copies(root, folder, named, log), fragments)
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.error("derived files", folder + names[0], "", f"its annotations cannot be made again ({error!r}).")
        return set()


class _Copies:
    """One writer's folder, and what is known of its pictures."""

    def __init__(self, root: Path, folder: str, named: Mapping[str, FileRecord], log: CheckLog):
        self.root, self.folder, self.named, self.log = root, folder, named, log

    def error(self, name: str, item: str, message: str) -> None:
        self.log.error("derived files", self.folder + name, item, f"{message} `finalise` makes it again.")

    def picture(self, name: str, item: str, source: str, digest: str) -> None:
        """Compare the digest of a copy with that of the ledger's picture."""
        self.log.compared["copied pictures against the ledger"] += 1
        known = self.named.get(self.folder + source)
        if known is None or digest != known.sha256:
            self.error(name, item, f"the picture is not {self.folder}{source} as the ledger has it.")

    def row(self, name: str, item: str, found: Any, expected: Any) -> None:
        """Compare what is said of a picture with what its fragment gives."""
        self.log.compared["rows of copies against the entries"] += 1
        if found != expected:
            key, one, two = _difference(found, expected)
            self.error(name, item, f"{key or 'it'} is {one}; the entries give {two}.")


def _check_shards(copies: _Copies, fragments: Fragments) -> set[str]:
    expected = set()
    for name, samples in webdataset_shards(fragments):
        expected.add(copies.folder + name)
        try:
            with tarfile.open(copies.root / copies.folder / name) as shard:
                for member, (image, rows, ending) in _paired(shard, samples, copies, name):
                    data = shard.extractfile(member).read()
                    if ending == ".json":
                        text = sample_json(image, rows, fragments.class_ids)
                        copies.row(name, member.name, json.loads(data), json.loads(text))
                    else:
                        copies.picture(name, member.name, image["file_name"], hashlib.sha256(data).hexdigest())
        except FileNotFoundError:
            copies.error(name, "", "it is missing;")
        except (tarfile.TarError, OSError, EOFError, ValueError) as error:
            copies.error(name, "", f"the shard is damaged ({error}).")
        for _ in samples:  # the next shard begins where this one should have ended
            pass
    return expected


def _paired(
    shard: tarfile.TarFile, samples: Iterable[tuple[dict[str, Any], list[dict[str, Any]]]], copies: _Copies, name: str
) -> Iterator[tuple[tarfile.TarInfo, tuple[dict[str, Any], list[dict[str, Any]], str]]]:
    """Yield every member of a shard with what it should be: image, annotations and ending; stop where they part."""
    for member, sample in zip_longest(shard, _sample_files(samples)):
        right = sample_key(sample[0]) + sample[2] if sample is not None else None
        if member is None or right != member.name:
            given = "it ends" if member is None else f"it has {member.name}"
            copies.error(name, right or member.name, f"{given} where {f'{right} should be' if right else 'it should end'}.")
            return
        yield member, sample


def _sample_files(samples: Iterable[Any]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]], str]]:
    for image, rows in samples:
        yield image, rows, ".json"
        yield image, rows, posixpath.splitext(image["file_name"])[1]


def _check_rows(copies: _Copies, fragments: Fragments) -> set[str]:
    expected = set()
    for split, name in huggingface_files(fragments):
        expected.add(copies.folder + name)
        rows = huggingface_rows(fragments, split)
        path = copies.root / copies.folder / name
        try:
            found = _parquet_rows(path) if name.endswith(".parquet") else _folder_rows(path)
            for (at, picture, row), (source, wanted) in _aligned(found, rows, copies, name):
                copies.row(name, at, row, wanted)
                if picture is not None:
                    copies.picture(name, at, source, picture)
                    continue
                copy = f"{posixpath.dirname(name)}/{posixpath.basename(source)}"
                expected.add(copies.folder + copy)
                copies.picture(copy, "", source, hash_file(copies.root / copies.folder / copy).sha256)
        except FileNotFoundError as error:
            missing = Path(error.filename).relative_to(copies.root / copies.folder).as_posix()
            copies.error(missing, "", "it is missing;")
        except ImportError:
            copies.log.skipped["rows of parquet files"] = "that needs the extra: pip install 'scenewright[parquet]'"
            return expected
        except (OSError, ValueError, KeyError, TypeError) as error:
            copies.error(name, "", f"it is damaged ({error}).")
    return expected


def _aligned(found: Iterable[Any], rows: Iterable[Any], copies: _Copies, name: str) -> Iterator[tuple[Any, Any]]:
    for number, (one, two) in enumerate(zip_longest(found, rows), start=1):
        if one is None or two is None:
            copies.error(name, f"row {number}", "it is missing;" if one is None else "it belongs to no image.")
            return
        yield one, two


def _parquet_rows(path: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield name, digest of the picture, and row."""
    import pyarrow.parquet as pq

    number = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_ROWS):
            for row in batch.to_pylist():
                number += 1
                image = row.pop("image")
                yield f"row {number}", hashlib.sha256(image["bytes"]).hexdigest(), {"file_name": image["path"], **row}


def _folder_rows(path: Path) -> Iterator[tuple[str, None, dict[str, Any]]]:
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            yield f"row {number}", None, json.loads(line)


def _difference(found: Any, expected: Any, key: str = "") -> tuple[str, str, str]:
    """Return where two values part, and both there."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        name = next(name for name in expected if found[name] != expected[name])
        return _difference(found[name], expected[name], f"{key}.{name}" if key else name)
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        place = next(place for place in range(len(expected)) if found[place] != expected[place])
        return _difference(found[place], expected[place], f"{key}[{place}]")
    return key, *(text if len(text) <= 80 else text[:77] + "..." for text in (repr(found), repr(expected)))
