"""Asset packs: a folder of assets with one catalogue, searchable by class, size and licence.

::

    PACK/catalogue.json                            every asset in one file, made of the assets' own records
    PACK/assets/<id>/<id>.usda                     the asset
                     asset.json                    its record: class, size, licence, source, notes
                     .thumbs/256x256/<id>.usda.png the thumbnail, where Kit's content browser looks for it
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from scenewright.sdg.assets.errors import AssetError, writing_to

__all__ = [
    "ASSETS",
    "CATALOGUE",
    "FORMAT",
    "RECORD",
    "AssetRecord",
    "Pack",
    "Refusal",
    "canonical_record",
    "open_pack",
    "read_record",
    "thumbnail_path",
    "write_catalogue",
]

FORMAT = 1
"""Version of the catalogue and of the records."""
CATALOGUE = "catalogue.json"
RECORD = "asset.json"
ASSETS = "assets"


@dataclass(frozen=True)
class AssetRecord:
    """What a pack knows of one asset."""

    id: str
    label: str
    """Semantic class."""
    size: tuple[float, float, float]
    """Width (x), depth (y), height (z) [m]."""
    name: str = ""
    """For people."""
    category: str = ""
    tags: tuple[str, ...] = ()
    licence: str = ""
    attribution: str = ""
    source: str = ""
    """Container and file that it was made of."""
    size_from: str = "assumed"
    """What the size follows from: ``file``, ``catalogue``, ``unit``, ``size`` or ``assumed``."""
    points: int = 0
    faces: int = 0
    textures: int = 0
    collision: int = 0
    """Number of convex shapes."""
    notes: tuple[str, ...] = ()
    fingerprint: str = ""
    """Hash of the choices and of the importer's version."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each file that was read, by its name in the source."""

    @property
    def longest(self) -> float:
        """Longest side [m]."""
        return max(self.size)

    @property
    def file(self) -> str:
        """The asset's interface layer, relative to the pack."""
        return f"{ASSETS}/{self.id}/{self.id}.usda"


@dataclass(frozen=True)
class Refusal:
    """A source that gave no asset, and why."""

    source: str
    reason: str


@dataclass(frozen=True)
class Pack:
    """An open pack."""

    root: Path
    records: tuple[AssetRecord, ...]
    refused: tuple[Refusal, ...] = ()

    def path(self, record: AssetRecord) -> Path:
        """Return the asset's interface layer."""
        return self.root / record.file

    def find(self, label: str = "", min_size: float = 0.0, max_size: float = float("inf"), licence: str = "",
             text: str = "") -> list[AssetRecord]:
        """Return the assets that fit all conditions, in the catalogue's order.

        Args:
            label: The class, whatever the case of letters; ``*`` at its end stands for any ending.
            min_size: Least longest side [m].
            max_size: Greatest longest side [m].
            licence: The licence, likewise.
            text: What name, id, category or a tag contains, whatever the case of letters.
        """
        wanted = text.lower()
        return [record for record in self.records
                if _fits(record.label, label) and _fits(record.licence, licence) and min_size <= record.longest <= max_size
                and (not wanted or wanted in " ".join((record.id, record.name, record.category, *record.tags)).lower())]

    def record(self, identity: str) -> AssetRecord:
        """Return one asset by its id.

        Raises:
            AssetError: There is none; the message offers those that are close.
        """
        for record in self.records:
            if record.id == identity:
                return record
        from difflib import get_close_matches

        close = get_close_matches(identity, [record.id for record in self.records], 3, 0.5)
        hint = f" Close: {', '.join(close)}." if close else ""
        raise AssetError(f"{self.root} has no asset '{identity}'.{hint} `scenewright assets list {self.root}` shows all.")


def open_pack(root: str | os.PathLike[str]) -> Pack:
    """Return a pack with its catalogue.

    Raises:
        AssetError: The folder is no pack, or its catalogue is damaged or of another version.
    """
    path = Path(root) / CATALOGUE
    try:
        data = json.loads(path.read_bytes())
        if data["format"] != FORMAT:
            raise AssetError(f"{path} has format {data['format']}; this version reads format {FORMAT}. Import the pack again.")
        return Pack(Path(root), tuple(read_record(row) for row in data["assets"]),
                    tuple(Refusal(str(row["source"]), str(row["reason"])) for row in data["refused"]))
    except FileNotFoundError:
        raise AssetError(f"{root} is no asset pack (no {CATALOGUE}). `scenewright assets import` makes one.") from None
    except (OSError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, AssetError):
            raise
        raise AssetError(f"{path} is no catalogue ({error}). Run the import again: it is made anew from the assets.") from error


def read_record(row: Mapping[str, Any]) -> AssetRecord:
    """Return a record from its JSON.

    Raises:
        ValueError: It is none.
    """
    if not isinstance(row, Mapping):
        raise ValueError("it is no record of an asset")
    known = {entry.name for entry in fields(AssetRecord)}
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items() if key in known}
    record = AssetRecord(**values)
    if not (isinstance(record.id, str) and record.id.isidentifier() and record.id.isascii()):
        raise ValueError(f"{record.id!r} is no asset's id")  # it becomes part of a path
    if not (isinstance(record.label, str) and isinstance(record.licence, str) and isinstance(record.size, tuple)
            and len(record.size) == 3 and all(isinstance(side, int | float) for side in record.size)):
        raise ValueError(f"the record of {record.id} is incomplete")
    return record


def _record_json(record: AssetRecord) -> dict[str, Any]:
    """Return a record as JSON, without what is empty."""
    return {key: value for key, value in asdict(record).items() if value not in ("", (), {}, [])}


def canonical_record(record: AssetRecord) -> str:
    """Return an asset's own record file."""
    return json.dumps(_record_json(record), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_catalogue(root: Path, records: Iterable[AssetRecord], refused: Iterable[Refusal]) -> None:
    """Write a pack's catalogue, whole or not at all.

    Raises:
        PackWriteError: It cannot be written.
    """
    rows = [_record_json(record) for record in sorted(records, key=lambda record: record.id)]
    # Hashes of inputs are for the importer; they stay in the assets' own records.
    rows = [{key: value for key, value in row.items() if key not in ("inputs", "fingerprint")} for row in rows]
    refusals = [asdict(refusal) for refusal in sorted(set(refused), key=lambda refusal: (refusal.source, refusal.reason))]
    head = json.dumps({"format": FORMAT})[1:-1]
    body = ",\n ".join(json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True) for row in rows)
    tail = ",\n ".join(json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True) for row in refusals)
    text = f'{{{head},\n"assets":[\n {body}\n],\n"refused":[\n {tail}\n]}}\n'
    temporary = root / f".{CATALOGUE}.new"
    with writing_to(root):
        try:
            temporary.write_text(text, encoding="utf-8")
            os.replace(temporary, root / CATALOGUE)
        finally:
            temporary.unlink(missing_ok=True)


def thumbnail_path(asset: Path) -> Path:
    """Return where Kit's content browser looks for the thumbnail of a USD file."""
    return asset.parent / ".thumbs" / "256x256" / f"{asset.name}.png"


def _fits(value: str, wanted: str) -> bool:
    if not wanted:
        return True
    value, wanted = value.lower(), wanted.lower()
    return value.startswith(wanted[:-1]) if wanted.endswith("*") else value == wanted
