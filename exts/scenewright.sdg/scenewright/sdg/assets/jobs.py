"""What there is to import: model files in folders, archives and furniture libraries, each with the id it will have."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from scenewright.sdg.assets.asset_files import identifier
from scenewright.sdg.assets.collision import COLLISIONS
from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.furniture import CATALOGUE as FURNITURE
from scenewright.sdg.assets.furniture import FurnitureRow, read_furniture
from scenewright.sdg.assets.pack import Refusal
from scenewright.sdg.assets.placing import UNITS, read_size
from scenewright.sdg.assets.sources import FolderFiles, ZipFiles

__all__ = ["ARCHIVES", "MODELS", "ImportChoices", "Job", "find_jobs", "label_of"]

MODELS = (".obj", ".gltf", ".glb", ".usd", ".usda", ".usdc", ".usdz")
ARCHIVES = (".sh3f", ".zip")
_USD = (".usd", ".usda", ".usdc")
_VERSION = 3
"""Raised when the same source gives other files than before, so that a pack is made anew."""
_VAGUE = {"asset", "base", "body", "default", "index", "left", "main", "mesh", "model", "none", "object", "right", "root",
          "scene", "untitled"}
_NUMBER_AT_END = re.compile(r"[\s_-]*\d+$")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class ImportChoices:
    """What the user chose, for all sources of one call.

    Attributes:
        label: Semantic class; "" = from the catalogue, else from the file's name.
        licence: SPDX identifier or text; "" = from the catalogue or the file.
        attribution: Who is to be named; "" = from the catalogue or the file.
        size: As `read_size` takes it; "" = from the catalogue, else from the unit.
        unit: A key of `UNITS`; "" = what the file says, else metres.
        up: ``x``, ``y`` or ``z``; "" = what the file says, else y.
        collision: A member of `COLLISIONS`.
        thumbnail: Whether a thumbnail is drawn.
    """

    label: str = ""
    licence: str = ""
    attribution: str = ""
    size: str = ""
    unit: str = ""
    up: str = ""
    collision: str = "hull"
    thumbnail: bool = True

    def __post_init__(self) -> None:
        for name, allowed in (("unit", ("", *UNITS)), ("up", ("", "x", "y", "z")), ("collision", COLLISIONS)):
            if getattr(self, name) not in allowed:
                raise AssetError(f"--{name} {getattr(self, name)}: choose one of {', '.join(filter(None, allowed))}.")
        if self.size:
            read_size(self.size)

    def fingerprint(self) -> str:
        """Return a hash of everything but the source that an asset's files depend on."""
        return hashlib.sha256(json.dumps([_VERSION, asdict(self)], sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class Job:
    """One model to import.

    Attributes:
        id: Of the asset to be.
        container: Folder or archive.
        name: The model file in it.
        row: What a furniture library says of it.
    """

    id: str
    container: Path
    name: str
    row: FurnitureRow | None = None

    @property
    def source(self) -> str:
        """How people and the catalogue call it."""
        return f"{self.container.name}/{self.name}"

    def files(self) -> FolderFiles | ZipFiles:
        """Open the folder or archive."""
        return FolderFiles(self.container) if self.container.is_dir() else ZipFiles(self.container)


def find_jobs(sources: Sequence[Path], known: Mapping[str, str]) -> tuple[list[Job], list[Refusal]]:
    """Return the models of all sources, in order, and the archives that cannot be read.

    Args:
        sources: Model files, archives, furniture libraries, and folders of any of them.
        known: Ids that a pack has given before, by source.

    Raises:
        AssetError: A source is not there, or of a kind that is not read.
    """
    found: list[tuple[Path, str, FurnitureRow | None]] = []
    refused: list[Refusal] = []
    for source in sources:
        if not source.exists():
            raise AssetError(f"there is no file or folder '{source}'.")
        if source.is_dir():
            found += _in_folder(source.resolve(), refused)
        elif source.suffix.lower() in ARCHIVES:
            found += _in_archive(source.resolve(), refused)
        elif source.suffix.lower() in MODELS:
            found.append((source.resolve().parent, source.resolve().name, None))
        else:
            raise AssetError(f"'{source}' is of a kind that is not read. Give {', '.join((*MODELS, *ARCHIVES))}, or a folder.")
    return _with_ids(found, known), refused


def label_of(text: str) -> str:
    """Return a class label made of a name: lower case, words joined by underscores, without a number at its end."""
    plain = unicodedata.normalize("NFKD", _CAMEL.sub(" ", text)).encode("ascii", "ignore").decode()
    return identifier(_NUMBER_AT_END.sub("", plain.strip()) or plain, "object").lower().lstrip("_") or "object"


def _in_folder(folder: Path, refused: list[Refusal]) -> list[tuple[Path, str, FurnitureRow | None]]:
    found = []
    names = [name for name in FolderFiles(folder).names() if not any(part.startswith(".") for part in name.split("/"))]
    there = set(names)
    for name in names:
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in ARCHIVES:
            found += _in_archive(folder / name, refused)
        elif suffix in MODELS and not (suffix in _USD and _is_part_of_another(name, there)):
            found.append((folder, name, None))
    return found


def _is_part_of_another(name: str, there: set[str]) -> bool:
    """Tell whether a USD file's name says that it belongs to another one beside it: ``mug.geo.usdc`` to ``mug.usda``."""
    path = PurePosixPath(name)
    stem, dot, _ = path.stem.partition(".")
    return bool(dot) and any(str(path.with_name(stem + suffix)) in there for suffix in _USD)


def _in_archive(path: Path, refused: list[Refusal]) -> list[tuple[Path, str, FurnitureRow | None]]:
    try:
        with ZipFiles(path) as files:
            if files.find(FURNITURE):
                rows = read_furniture(files)
                return [(path, files.find(row.model) or row.model, row) for row in rows]
            return [(path, name, None) for name in files.names() if PurePosixPath(name).suffix.lower() in MODELS]
    except AssetError as error:
        refused.append(Refusal(path.name, str(error)))
        return []


def _with_ids(found: Iterable[tuple[Path, str, FurnitureRow | None]], known: Mapping[str, str]) -> list[Job]:
    jobs: dict[str, Job] = {}
    taken = {identity.lower() for identity in known.values()}
    for container, name, row in found:
        source = f"{container.name}/{name}"
        if source in jobs:
            continue  # given twice
        identity = known.get(source, "")
        if not identity:
            wanted = identity = _id_of(name, row)
            count = 1
            while identity.lower() in taken:
                count += 1
                identity = f"{wanted}_{count}"
            taken.add(identity.lower())
        jobs[source] = Job(identity, container, name, row)
    return list(jobs.values())


def _id_of(name: str, row: FurnitureRow | None) -> str:
    path = PurePosixPath(name)
    text = row.key if row is not None and row.key else path.stem
    if text.lower() in _VAGUE and path.parent.name:
        text = f"{path.parent.name} {text}"
    plain = unicodedata.normalize("NFKD", _CAMEL.sub("_", text)).encode("ascii", "ignore").decode()
    return identifier(plain.lower(), "asset")
