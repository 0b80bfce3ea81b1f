"""A dataset against its ledger: every file there, unchanged, none too many; what follows from the entries made again."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.card import CARD_FILE, CROISSANT_FILE
from scenewright.sdg.dataset.derive import JoinContext, fragments_in, join_fragments
from scenewright.sdg.dataset.files import (
    HEADER_FILE,
    LEDGER_FILE,
    PRIVATE_FOLDER,
    REPORT_FILE,
    FileRecord,
    belonging_files,
    hash_file,
)
from scenewright.sdg.dataset.finalise import SPLITS_FILE
from scenewright.sdg.dataset.ledger import Ledger
from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.dataset_validation.copy_checks import COPYING_FORMATS, check_copies
from scenewright.sdg.reading.in_order import in_order

__all__ = ["check_derived", "check_end", "check_files", "check_frames"]

_SINGLES = (HEADER_FILE, LEDGER_FILE, SPLITS_FILE, CARD_FILE, CROISSANT_FILE, REPORT_FILE)


def check_files(
    root: Path, named: Mapping[str, FileRecord], log: CheckLog, progress: Callable[[int, int], None] | None
) -> None:
    """Compare every file that the ledger names with its size and hash."""
    problems = in_order(lambda pair: (pair[0], _problem(root, *pair)), named.items())
    for done, (name, problem) in enumerate(problems, start=1):
        log.compared["files against the ledger's hashes"] += 1
        if problem:
            log.error("ledger", name, "", problem)
        if progress is not None:
            progress(done, len(named))


def check_frames(ledger: Ledger, log: CheckLog) -> None:
    """Look for gaps in the numbers of the frames."""
    if not ledger.rows:
        log.warning("frames", LEDGER_FILE, "", "the dataset has no frames.")
    frames = sorted(ledger.rows)
    for before, after in zip([-1, *frames], frames, strict=False):
        if after > before + 1:
            some = f"frame {before + 1}" if after == before + 2 else f"frames {before + 1} to {after - 1}"
            log.warning("gaps", LEDGER_FILE, some, "missing; a shard has not been joined, or `generate` has not ended.")


def check_end(root: Path, log: CheckLog) -> None:
    """Tell where the ledger's last line is cut short: its frame, and those that followed, are then not known."""
    path = root / LEDGER_FILE
    try:
        with open(path, "rb") as file:
            number, last = 0, b"\n"
            for line in file:
                number, last = number + 1, line
    except OSError:
        return
    if not last.endswith(b"\n"):
        message = "it is cut short, so frames from here on are not known. Put a whole copy back, or run `generate` again."
        log.error("ledger", LEDGER_FILE, f"line {number}", message)


def check_derived(root: Path, named: Mapping[str, FileRecord], context: JoinContext | None, log: CheckLog) -> None:
    """Make the files that follow from the fragments again and compare; then look for files that belong to nothing.

    Args:
        root: the dataset.
        named: what the ledger names.
        context: labels, licences and splits of a finalised dataset; None = it is not finalised yet.
        log: takes the findings.
    """
    expected: set[str] = set()
    if context is not None:
        for (folder, name), fragments in fragments_in(named).items():
            if name in COPYING_FORMATS:
                expected |= check_copies(root, (folder, name), fragments, named, context, log)
            else:
                expected |= _check_joined(root, [folder + fragment for fragment in fragments], context, log)
        _check_croissant(root, log)
    _check_extra(root, {*named, *expected, *_SINGLES}, named, log)


def _problem(root: Path, name: str, record: FileRecord) -> str:
    path = root / name
    try:
        if path.is_symlink():
            return "it is a symbolic link; the ledger names a file."
        size = path.stat().st_size
        if size != record.size:
            return f"it has {size} bytes; the ledger says {record.size}."
        return "" if hash_file(path) == record else "its contents are not those of the ledger (SHA-256 differs)."
    except FileNotFoundError:
        return "it is missing; `generate` makes its frame again."
    except OSError as error:
        return f"it cannot be read ({error.strerror})."


def _check_joined(root: Path, fragments: list[str], context: JoinContext, log: CheckLog) -> set[str]:
    """Join fragments in a folder of its own and compare byte by byte."""
    with tempfile.TemporaryDirectory(prefix="scenewright-validate-") as place:
        shadow = Path(place)
        private = fragments[0].partition(f"{PRIVATE_FOLDER}/")[0] + PRIVATE_FOLDER
        (shadow / private).parent.mkdir(parents=True, exist_ok=True)
        (shadow / private).symlink_to((root / private).absolute(), target_is_directory=True)
        try:
            written = join_fragments(shadow, fragments, context)
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.error("derived files", fragments[0], "", f"the annotations cannot be made again ({error!r}).")
            return set()
        for name in written:
            log.compared["annotation files made again"] += 1
            try:
                same = hash_file(root / name) == hash_file(shadow / name)
            except OSError:
                log.error("derived files", name, "", "it is missing; `finalise` makes it.")
                continue
            if not same:
                log.error("derived files", name, "", f"{_difference(root / name, shadow / name)}; `finalise` makes it again.")
        return set(written)


def _difference(one: Path, two: Path) -> str:
    with open(one, "rb") as given, open(two, "rb") as made:
        for number, (line, other) in enumerate(zip(given, made, strict=False), start=1):
            if line != other:
                at = next((i for i, pair in enumerate(zip(line, other, strict=False)) if pair[0] != pair[1]), 0)
                parts = (text[max(0, at - 20) : at + 20].decode("utf-8", "replace").strip() for text in (line, other))
                return "line {} has '{}' where the entries give '{}'".format(number, *parts)
    return "it is shorter or longer than what the entries give"


def _check_croissant(root: Path, log: CheckLog) -> None:
    path = root / CROISSANT_FILE
    try:
        rows = json.loads(path.read_bytes())["distribution"]
        stated: dict[str, Any] = {row["contentUrl"]: row["sha256"] for row in rows if "sha256" in row}
    except FileNotFoundError:
        log.error("derived files", CROISSANT_FILE, "", "it is missing; `finalise` makes it.")
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.error("derived files", CROISSANT_FILE, "", f"it cannot be read ({error!r}).")
        return
    for name, digest in stated.items():
        log.compared["hashes of croissant.json"] += 1
        if not (root / name).is_file() or hash_file(root / name).sha256 != digest:
            say = log.warning if name == CARD_FILE else log.error  # a card is there to be edited
            say("derived files", CROISSANT_FILE, name, "its SHA-256 is not that of the file; `finalise` makes it again.")


def _check_extra(root: Path, expected: set[str], named: Mapping[str, FileRecord], log: CheckLog) -> None:
    """Look for files that neither the ledger nor finalising accounts for; beside labelled files they are errors."""
    kinds = {(os.path.dirname(name), os.path.splitext(name)[1]) for name in named}
    for name in sorted(set(belonging_files(root)) - expected):
        message = "the ledger does not know it; the next `generate` removes it."
        if (os.path.dirname(name), os.path.splitext(name)[1]) in kinds:
            log.error("extra files", name, "", f"it lies among the dataset's files, but {message}")
        else:
            log.warning("extra files", name, "", message)
