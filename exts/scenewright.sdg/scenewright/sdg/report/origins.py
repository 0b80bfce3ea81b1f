"""Where a dataset comes from, for the report: recipe, versions, licences, and how long its frames took."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.errors import DatasetInputError
from scenewright.sdg.dataset.files import HEADER_FILE, PRIVATE_FOLDER
from scenewright.sdg.dataset.header import read_header

__all__ = ["Origins", "read_origins"]

_LOG = "log.jsonl"


@dataclass
class Origins:
    """What a dataset of this project says about itself; empty for others.

    Attributes:
        title: name for people.
        header: its header.
        seconds: time of each frame [s], in the order of the frames.
        stages: time of each stage [s] by frame, in the same order, where the log has it.
        processes: how many processes made the frames.
        bytes: size of the folder's files on disk.
        files: their number.
    """

    title: str
    header: dict[str, Any] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=dict)
    processes: int = 0
    bytes: int = 0
    files: int = 0


def read_origins(path: Path) -> Origins:
    """Read what a folder says about itself; what is damaged is left out."""
    resolved = path.resolve()
    found = Origins(resolved.stem if path.is_file() else resolved.name)
    if path.is_file():
        return found
    if (path / HEADER_FILE).is_file():
        try:
            found.header = read_header(path)
        except DatasetInputError:
            pass
    _read_log(path / PRIVATE_FOLDER / _LOG, found)
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                found.bytes += os.lstat(os.path.join(folder, name)).st_size
                found.files += 1
            except OSError:
                continue
    return found


def _read_log(path: Path, found: Origins) -> None:
    """Read the timings; of a frame that was made again, the last time counts."""
    rows: dict[int, dict[str, Any]] = {}
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                try:
                    row = json.loads(line)
                    rows[int(row["frame"])] = row
                    float(row["seconds"])
                except (ValueError, KeyError, TypeError):
                    continue
    except OSError:
        return
    ordered = [rows[frame] for frame in sorted(rows)]
    found.seconds = [float(row["seconds"]) for row in ordered]
    found.processes = len({row.get("process") for row in ordered})
    names = dict.fromkeys(name for row in ordered for name in row.get("stages", ()))
    found.stages = {name: [float(row.get("stages", {}).get(name, 0.0)) for row in ordered] for name in names}
