"""The ledger: which frames a dataset has, as append-only JSON lines.

Every process that makes frames appends to a part file of its own, one line per frame, once all files of that frame are on disk.
`merge_parts` joins the parts into one ledger sorted by frame, whose bytes tell nothing about who made which frame when.
A line is one of::

    {"kind": "common", "files": {...}}                                     files that belong to no frame, such as metadata.txt
    {"kind": "frame", "frame": 7, "sequence": 7, "step": 0, "seed": 0,
     "files": {"images/000007.png": {"sha256": "…", "size": 1234}}, "drawn": {...}, "labels": {...}}
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.errors import DatasetInputError, DatasetRunError
from scenewright.sdg.dataset.files import LEDGER_FILE, PRIVATE_FOLDER, FileRecord, canonical_json, write_lines_atomic
from scenewright.sdg.dataset.lock import lock_file

__all__ = ["Ledger", "LedgerEntry", "LedgerPart", "LedgerRow", "merge_parts", "parts_in_use", "read_ledger"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LedgerEntry:
    """One committed frame.

    Attributes:
        frame: index of the frame in the dataset.
        sequence: sequence of its address.
        step: step of its address within the sequence.
        seed: the recipe's seed.
        files: what was written, by path relative to the dataset folder.
        drawn: the random values that the recipe drew, by node.
        labels: what writers noted about labels, by writer note.
    """

    frame: int
    sequence: int
    step: int
    seed: int
    files: Mapping[str, FileRecord]
    drawn: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """Return the entry as one line of JSON without its line break."""
        return canonical_json({"kind": "frame", **asdict(self)})


@dataclass(frozen=True)
class LedgerRow:
    """Where a committed frame stands in a ledger file, and what it names; drawn values stay on disk.

    Attributes:
        frame: index of the frame in the dataset.
        files: what was written, by path relative to the dataset folder.
        source: the ledger file.
        offset: where the line starts in it [byte].
        digest: SHA-256 of the line.
    """

    frame: int
    files: Mapping[str, FileRecord]
    source: Path
    offset: int
    digest: bytes

    def line(self) -> str:
        """Return the frame's line without its line break."""
        with open(self.source, "rb") as file:
            file.seek(self.offset)
            return file.readline().decode().rstrip("\n")

    def entry(self) -> LedgerEntry:
        """Return the whole entry."""
        line = json.loads(self.line())
        names = ("frame", "sequence", "step", "seed", "drawn", "labels")
        return LedgerEntry(files=self.files, **{name: line[name] for name in names})


@dataclass
class Ledger:
    """What is known of a dataset.

    Attributes:
        rows: committed frames by frame index.
        common: files that belong to no single frame, by relative path.
    """

    rows: dict[int, LedgerRow] = field(default_factory=dict)
    common: dict[str, FileRecord] = field(default_factory=dict)

    def files(self) -> dict[str, FileRecord]:
        """Return every file that the ledger names, by relative path."""
        found = dict(self.common)
        for row in self.rows.values():
            found.update(row.files)
        return found

    def add(self, row: LedgerRow) -> None:
        """Take a frame in; the same frame twice must be the same bytes.

        Raises:
            DatasetInputError: if the frame is known with other contents.
        """
        known = self.rows.setdefault(row.frame, row)
        if known.digest != row.digest:
            names = sorted(name for name in {*known.files, *row.files} if known.files.get(name) != row.files.get(name))
            raise DatasetInputError(
                f"Frame {row.frame} of {row.source} and of {known.source} differ in {', '.join(names[:3]) or 'drawn values'}. "
                "The recipe is the same, so the machines differ or one was changed. Make one again with --overwrite."
            )

    def add_common(self, files: Mapping[str, FileRecord], source: Path) -> None:
        """Take files in that belong to no frame.

        Raises:
            DatasetInputError: if one of them is known with other contents.
        """
        for name, record in files.items():
            if self.common.setdefault(name, record) != record:
                raise DatasetInputError(f"{name} of {source} differs from the same file made elsewhere.")

    def lines(self) -> Iterable[str]:
        """Yield the ledger's lines in their final order."""
        if self.common:
            yield _common_line(self.common)
        for frame in sorted(self.rows):
            yield self.rows[frame].line()


class LedgerPart:
    """The part file of one process: opened new, appended to, never rewritten.

    Args:
        root: the dataset folder.
    """

    def __init__(self, root: str | os.PathLike):
        folder = Path(root) / PRIVATE_FOLDER / "parts"
        folder.mkdir(parents=True, exist_ok=True)
        number = 1 + max((int(path.stem) for path in folder.glob("*.jsonl")), default=-1)
        while True:
            self.path = folder / f"{number:05d}.jsonl"
            try:
                self._file = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o644)
                break
            except FileExistsError:  # another process took the number in between
                number += 1
        lock_file(self._file)

    def append(self, entry: LedgerEntry) -> None:
        """Commit a frame: its line is on disk when this returns.

        Raises:
            OSError: if the disk refuses; what was there before is intact.
        """
        self._append(entry.line())

    def append_common(self, files: Mapping[str, FileRecord]) -> None:
        """Record files that belong to no frame."""
        self._append(_common_line(files))

    def close(self) -> None:
        """Close the file; further appends are errors."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _append(self, line: str) -> None:
        data = (line + "\n").encode()
        before = os.fstat(self._file).st_size
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._file, view) :]
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, before)
            raise


def parts_in_use(root: str | os.PathLike) -> bool:
    """Return whether a living process still appends to a part of this dataset."""
    for path in (Path(root) / PRIVATE_FOLDER / "parts").glob("*.jsonl"):
        file = os.open(path, os.O_RDONLY)
        try:
            if not lock_file(file):
                return True
        finally:
            os.close(file)
    return False


def read_ledger(root: str | os.PathLike) -> Ledger:
    """Read the merged ledger and every part of a dataset folder; a last line that was cut short is ignored.

    Raises:
        DatasetInputError: if a line in the middle is damaged, or two lines contradict each other.
    """
    ledger = Ledger()
    base = Path(root)
    merged = base / LEDGER_FILE
    for path in [merged] * merged.is_file() + sorted((base / PRIVATE_FOLDER / "parts").glob("*.jsonl")):
        for number, (offset, raw, line) in enumerate(_whole_lines(path), start=1):
            try:
                frame = None if line["kind"] == "common" else int(line["frame"])
                files = _records(line["files"])
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise _damaged(path, number) from error
            if frame is None:
                ledger.add_common(files, path)
            else:
                ledger.add(LedgerRow(frame, files, path, offset, hashlib.sha256(raw).digest()))
    return ledger


def merge_parts(root: str | os.PathLike, ledger: Ledger) -> None:
    """Write ``ledger`` as the merged one and remove the parts that it was read from.

    A process killed between the two leaves both, which says the same twice.

    Raises:
        DatasetRunError: if the disk refuses.
    """
    base = Path(root)
    parts = base / PRIVATE_FOLDER / "parts"
    try:
        write_lines_atomic(base / LEDGER_FILE, ledger.lines())
        for path in sorted(parts.glob("*.jsonl")):
            path.unlink()
        if parts.is_dir():
            parts.rmdir()
    except OSError as error:
        raise DatasetRunError(
            f"Cannot write the ledger of {base}: {error.strerror}. The frames are intact. Free space, then finalise again."
        ) from error


def _whole_lines(path: Path) -> Iterable[tuple[int, bytes, dict[str, Any]]]:
    offset = 0
    with open(path, "rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                line = json.loads(raw)
                if not raw.endswith(b"\n"):
                    raise ValueError("no line break")
            except ValueError as error:
                if file.read(1):
                    raise _damaged(path, number) from error
                logger.info("%s:%d: the last line was cut short; its frame will be made again.", path, number)
                return
            yield offset, raw, line
            offset += len(raw)


def _damaged(path: Path, number: int) -> DatasetInputError:
    return DatasetInputError(
        f"{path}:{number}: damaged ledger line. Restore the file from a copy, or start again with --overwrite."
    )


def _records(files: Mapping[str, Mapping[str, Any]]) -> dict[str, FileRecord]:
    for name in files:
        if name.startswith("/") or ".." in name.split("/"):  # a ledger from elsewhere: joining would write there
            raise ValueError(f"{name!r} lies outside the dataset")
    return {name: FileRecord(record["sha256"], record["size"]) for name, record in files.items()}


def _common_line(files: Mapping[str, FileRecord]) -> str:
    return canonical_json({"kind": "common", "files": {name: asdict(record) for name, record in files.items()}})
