"""Finalising: check a dataset against its ledger, join shards, and derive the files that follow from the ledger alone."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.card import write_card, write_croissant
from scenewright.sdg.dataset.derive import JoinContext, join_fragments
from scenewright.sdg.dataset.errors import DatasetInputError, DatasetRunError
from scenewright.sdg.dataset.files import (
    TEMPORARY_SUFFIX,
    FileRecord,
    canonical_json,
    hash_file,
    remove_unnamed_files,
    write_lines_atomic,
)
from scenewright.sdg.dataset.folder import DatasetFolder
from scenewright.sdg.dataset.header import header_differences, read_header
from scenewright.sdg.dataset.ledger import Ledger, LedgerRow, merge_parts, parts_in_use, read_ledger
from scenewright.sdg.dataset.split import SPLITS, split_frames

__all__ = ["SPLITS_FILE", "derive_files", "finalise", "join_context"]

SPLITS_FILE = "splits.json"


def finalise(
    datasets: Sequence[str | os.PathLike],
    output: str | os.PathLike | None = None,
    *,
    mixed: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Ledger:
    """Check datasets, join them into one, and write its COCO file and its merged ledger.

    Args:
        datasets: folders of one run's shards, or a single dataset.
        output: folder of the joined dataset; absent = the first of ``datasets``.
        mixed: join shards that were made on other devices or CPU types, although their bytes may differ in the last bit.
        progress: called with the number of checked files and of all files.

    Returns:
        The ledger of the joined dataset.

    Raises:
        DatasetInputError: if a folder is no dataset, the headers differ, or two shards contradict each other.
        DatasetRunError: if a file is missing or differs from its ledger entry, or the disk refuses.
    """
    roots = [Path(path).absolute() for path in datasets]
    target = Path(output).absolute() if output is not None else roots[0]
    header = _common_header(roots, mixed)
    for root in roots:
        if parts_in_use(root):
            raise DatasetInputError(f"{root} is still being written. Wait for `generate` to end, or stop it.")
    folder = DatasetFolder(target)
    folder.open(read_header(target) if target in roots else header, mend=False)
    try:
        origin: dict[str, Path] = {}
        joined = Ledger()
        for root in dict.fromkeys([target, *roots]):
            ledger = read_ledger(root)
            for row in ledger.rows.values():
                joined.add(row)
            joined.add_common(ledger.common, root)
            for name in ledger.files():
                origin.setdefault(name, root)
        _check_files(joined.files(), origin, target, progress)
        derive_files(target, joined, read_header(target))
        return read_ledger(target)
    finally:
        folder.close()


def derive_files(root: str | os.PathLike, ledger: Ledger, header: dict[str, Any]) -> None:
    """Merge the parts of a ledger and write what follows from its entries; the folder is locked by the caller.

    Raises:
        DatasetRunError: if the disk refuses.
    """
    named = ledger.files()
    frames = {frame: _seen(row) for frame, row in ledger.rows.items()}  # while the parts are there
    splits = _splits(frames, header)
    merge_parts(root, ledger)
    try:
        written = join_fragments(root, named, _context(header, splits))
        if splits:
            written.append(_write_splits(root, splits))
        objects: Counter[str] = Counter()
        for _, counts in frames.values():
            objects.update(counts)
        written.append(write_card(Path(root), len(frames), objects, splits, header))
        written.append(write_croissant(Path(root), named, written, header))
    except OSError as error:
        raise DatasetRunError(
            f"Cannot write the annotations of {root}: {error.strerror}. The frames are intact. Free space, then finalise again."
        ) from error
    remove_unnamed_files(root, {*named, *written})


def join_context(ledger: Ledger, header: dict[str, Any]) -> JoinContext:
    """Return what the files of a dataset depend on beside the fragments of its frames."""
    splits = _splits({frame: _seen(row) for frame, row in ledger.rows.items()}, header)
    return _context(header, splits)


def _context(header: dict[str, Any], splits: dict[int, str]) -> JoinContext:
    return JoinContext(header["labels"], header["licences"], splits, header.get("ontology", {}))


def _seen(row: LedgerRow) -> tuple[int, dict[str, int]]:
    """Return the sequence of a frame and its visible objects by class."""
    entry = row.entry()
    return entry.sequence, dict(entry.labels.get("visible", {}))


def _splits(frames: dict[int, tuple[int, dict[str, int]]], header: dict[str, Any]) -> dict[int, str]:
    """Return the split of each frame, where the recipe asks for one."""
    recipe = json.loads(header["recipe"]["plan"])["scenewright"]
    return split_frames(frames, recipe.get("split"), header["recipe"]["seed"])


def _write_splits(root: str | os.PathLike, splits: dict[int, str]) -> str:
    frames = {name: sorted(frame for frame in splits if splits[frame] == name) for name in SPLITS}
    write_lines_atomic(Path(root) / SPLITS_FILE, [canonical_json(frames)])
    return SPLITS_FILE


def _common_header(roots: Sequence[Path], mixed: bool) -> dict[str, Any]:
    header = read_header(roots[0])
    for root in roots[1:]:
        other = read_header(root)
        differences = header_differences(header, other, ignore=("cpu", "device") if mixed else ())
        if differences:
            remedy = "Join shards of one recipe and one version only."
            if not header_differences(header, other, ignore=("cpu", "device")):
                remedy = "Their pixels may differ in the last bit; join them all the same with --mixed."
            raise DatasetInputError(f"{root} and {roots[0]} do not belong together: {'; '.join(differences[:4])}. {remedy}")
    return header


def _check_files(
    files: dict[str, FileRecord], origin: dict[str, Path], target: Path, progress: Callable[[int, int], None] | None
) -> None:
    """Compare every file with its record, and bring those of other folders here."""
    wrong = []
    for done, (name, record) in enumerate(files.items(), start=1):
        source = origin[name] / name
        try:
            if source.is_symlink() or hash_file(source) != record:
                wrong.append(source)
            elif origin[name] != target:
                _copy(source, target / name)
        except FileNotFoundError:
            wrong.append(source)
        except OSError as error:
            raise DatasetRunError(f"Cannot copy {source} to {target}: {error.strerror}. Mend it and finalise again.") from error
        if progress is not None:
            progress(done, len(files))
    if wrong:
        listed = ", ".join(str(path) for path in wrong[:3]) + (f" and {len(wrong) - 3} more" if len(wrong) > 3 else "")
        raise DatasetRunError(
            f"{len(wrong)} files are missing or differ from the ledger: {listed}. "
            "Delete those that are there and run `generate` again: it makes their frames again."
        )


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(target.name + TEMPORARY_SUFFIX)
    shutil.copyfile(source, temporary)
    os.replace(temporary, target)
