"""Files that follow from the fragments of a dataset's frames: which format's fragments lie where, and what joins them."""

import importlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenewright.sdg.dataset.files import FRAGMENT_FORMATS, PRIVATE_FOLDER

__all__ = ["JoinContext", "fragment_folder", "fragments_in", "join_folder", "join_fragments"]

_JOINERS = {
    "bop": "scenewright.sdg.dataset.bop_files:join_bop",
    "coco": "scenewright.sdg.dataset.coco_file:join_coco",
    "yolo": "scenewright.sdg.dataset.yolo_files:join_yolo",
    "huggingface": "scenewright.sdg.dataset.huggingface_files:join_huggingface",
    "webdataset": "scenewright.sdg.dataset.webdataset_files:join_webdataset",
    "voc": "scenewright.sdg.dataset.voc_files:join_voc",
}


@dataclass(frozen=True)
class JoinContext:
    """What a dataset's files depend on beside the fragments.

    Attributes:
        labels: labels that the stage declares before the first frame, by label type.
        licences: licence by asset.
        splits: train, val or test by frame; empty = the dataset is not split.
        ontology: supercategory, color and wikidata by class; empty = the recipe names no ontology.
        quiet: do not tell again what `finalise` told, such as which classes were left out.
    """

    labels: Mapping[str, Iterable[str]] = field(default_factory=dict)
    licences: Mapping[str, str] = field(default_factory=dict)
    splits: Mapping[int, str] = field(default_factory=dict)
    ontology: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    quiet: bool = False


Joiner = Callable[[Path, list[str], JoinContext], list[str]]
"""Writes the files of one writer's folder from its fragments (paths below the folder) and returns them, relative to it."""


def fragment_folder(name: str) -> str:
    """Return where the fragments of a format lie in a writer's folder, with a slash at the end."""
    return f"{PRIVATE_FOLDER}/{name}/"


def fragments_in(named: Iterable[str]) -> dict[tuple[str, str], list[str]]:
    """Return the fragments among the files a ledger names, by writer's folder and format, in frame order.

    The folder is relative to the dataset and ends with a slash, or is empty; the fragments are relative to it.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for name in sorted(named):
        for format_name in FRAGMENT_FORMATS:
            folder, mark, rest = name.partition(fragment_folder(format_name))
            if mark and (not folder or folder.endswith("/")):
                found.setdefault((folder, format_name), []).append(mark + rest)
    return found


def join_fragments(root: str | os.PathLike, named: Iterable[str], context: JoinContext | None = None) -> list[str]:
    """Write every file that follows from the fragments; memory does not grow with the number of frames.

    The result depends on nothing but the arguments and the fragments.

    Args:
        root: the dataset folder.
        named: relative paths of the dataset's files.
        context: labels, licences and splits.

    Returns:
        The relative paths of the written files.

    Raises:
        OSError: if a fragment cannot be read or a file cannot be written.
    """
    written = []
    for (folder, name), fragments in fragments_in(named).items():
        module, _, function = _JOINERS[name].partition(":")
        join: Joiner = getattr(importlib.import_module(module), function)
        written += [folder + path for path in join(Path(root) / folder, fragments, context or JoinContext())]
    return written


def join_folder(root: str | os.PathLike, name: str) -> list[str]:
    """Write the files of one format in a folder without a ledger, from all fragments that lie there."""
    found = Path(root, fragment_folder(name)).glob("*.json")
    return join_fragments(root, sorted(path.relative_to(root).as_posix() for path in found))
