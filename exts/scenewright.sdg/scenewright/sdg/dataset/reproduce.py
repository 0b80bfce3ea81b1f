"""Making one frame again from the header and its ledger entry, to compare."""

import json
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset.files import FileRecord, canonical_json
from scenewright.sdg.dataset.frames import FrameMaker
from scenewright.sdg.dataset.header import build_header, header_differences, read_header
from scenewright.sdg.dataset.ledger import LedgerEntry, read_ledger
from scenewright.sdg.dataset.origin import read_origin
from scenewright.sdg.recipe import Recipe, load_recipe, open_session

__all__ = ["Reproduction", "recipe_of_dataset", "reproduce"]


@dataclass(frozen=True)
class Reproduction:
    """A frame made again.

    Attributes:
        expected: the ledger's record of each file.
        found: the record of each file made now.
        drawn_equal: whether the recipe drew the same values.
        differences: what is different about this machine or its assets, as readable phrases.
    """

    expected: dict[str, FileRecord]
    found: dict[str, FileRecord]
    drawn_equal: bool
    differences: list[str]

    @property
    def equal(self) -> bool:
        """Whether every file has the same bytes and the drawn values agree."""
        return self.expected == self.found and self.drawn_equal


def reproduce(
    dataset: str | os.PathLike,
    frame: int,
    *,
    recipe: str | os.PathLike | None = None,
    output: str | os.PathLike | None = None,
    device: str = "cpu",
) -> Reproduction:
    """Make one frame of a dataset again and compare it with the ledger.

    The recipe is the one that the header holds, whatever has become of its file since; only its folder is needed, for the
    paths of scenes and textures.

    Args:
        dataset: the dataset folder; it is only read.
        frame: index of the frame.
        recipe: where the recipe lies now; absent = where it lay when the dataset was made.
        output: keep the frame's files in this folder, which must be new or empty.
        device: "cpu" or "cuda:N".

    Raises:
        DatasetInputError: if the folder is no dataset or has no such frame.
        RecipeError: if the scene or an asset is gone.
    """
    header = read_header(dataset)
    entry = _entry(dataset, frame)
    session = open_session(recipe_of_dataset(dataset, header, recipe, frames=frame + 1))
    try:
        address = next((a for a in session.addresses if (a.sequence, a.step) == (entry.sequence, entry.step)), None)
        if address is None:
            raise DatasetInputError(f"The recipe of {dataset} has no frame {frame}.")
        now = build_header(session, device)
        with tempfile.TemporaryDirectory(prefix="scenewright-") as scratch:
            made = _make(session, address, entry.seed, output or scratch)
        equal = canonical_json(entry.drawn) == canonical_json(made.drawn)
        return Reproduction(dict(entry.files), dict(made.files), equal, header_differences(header, now))
    finally:
        session.close()


def recipe_of_dataset(
    dataset: str | os.PathLike, header: dict[str, Any], recipe: str | os.PathLike | None = None, frames: int | None = None
) -> Recipe:
    """Return the recipe that a dataset's header holds, as if it lay where its file lies.

    Args:
        dataset: the dataset folder.
        header: its header.
        recipe: the recipe's file; absent = where it lay when the dataset was made.
        frames: how many frames the recipe is to have, unless it counts in sequences.
    """
    place = Path(recipe).absolute() if recipe is not None else read_origin(dataset)
    plan = json.loads(header["recipe"]["plan"])
    blocks = {"scenewright": plan["scenewright"], **plan["blocks"]}
    with tempfile.TemporaryDirectory(prefix="scenewright-") as scratch:
        copy = Path(scratch) / place.name
        copy.write_text(json.dumps(blocks))
        counted = frames is not None and "frames" not in plan["scenewright"]
        loaded = load_recipe(copy, [f"scenewright.frames={frames}"] if counted else [])
    return replace(loaded, path=place)


def _entry(dataset: str | os.PathLike, frame: int) -> LedgerEntry:
    rows = read_ledger(dataset).rows
    if frame not in rows:
        have = f"{min(rows)} to {max(rows)}" if rows else "none"
        raise DatasetInputError(f"{dataset} has no frame {frame}. Frames in its ledger: {have} ({len(rows)} in all).")
    return rows[frame].entry()


def _make(session: Any, address: Any, seed: int, folder: str | os.PathLike) -> LedgerEntry:
    Path(folder).mkdir(parents=True, exist_ok=True)
    if any(Path(folder).iterdir()):
        raise DatasetInputError(f"{folder} is not empty. Give a new folder for the frame's files.")
    maker = FrameMaker(session, folder, seed)
    try:
        maker.open()
        maker.make([address])
    finally:
        maker.close()
    return read_ledger(folder).rows[address.index].entry()
