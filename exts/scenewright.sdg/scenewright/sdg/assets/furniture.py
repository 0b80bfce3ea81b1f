"""Furniture libraries of Sweet Home 3D (.sh3f): which models they have, and their name, category, true size and licence.

The catalogue is a Java properties file, ``key#index=value`` (Sweet Home 3D, "Furniture Library" in its user's guide). Models
are scaled to width (x), depth and height in centimetres, each by itself, after ``modelRotation``, a row-major 3 x 3 matrix in
the model's frame (y up). Their front looks to -y of the asset.
"""

import math
import re
from dataclasses import dataclass, field

import numpy as np

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.limits import LIMITS
from scenewright.sdg.assets.sources import ZipFiles

__all__ = ["CATALOGUE", "FurnitureRow", "read_furniture"]

CATALOGUE = "PluginFurnitureCatalog.properties"
_KEY = re.compile(r"^\s*([A-Za-z]+)#(\d+)\s*[=:]\s*(.*)$")
_HEAD = re.compile(r"^\s*([A-Za-z]+)\s*[=:]\s*(.*)$")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_LICENCES = (
    (re.compile(r"public domain|CC.?0", re.I), "CC0-1.0"),
    (re.compile(r"attribution 3\.0 united states|CC.?BY.?3\.0.?US", re.I), "CC-BY-3.0-US"),
    (re.compile(r"attribution 3\.0|CC.?BY.?3\.0", re.I), "CC-BY-3.0"),
    (re.compile(r"attribution 4\.0|CC.?BY.?4\.0", re.I), "CC-BY-4.0"),
    (re.compile(r"free art", re.I), "LAL-1.3"),
)


@dataclass(frozen=True, eq=False)
class FurnitureRow:
    """One piece of furniture as its library states it."""

    model: str
    """Name of the model in the archive."""
    icon: str = ""
    name: str = ""
    key: str = ""
    """The last part of its id: unique in the library."""
    category: str = ""
    tags: tuple[str, ...] = ()
    creator: str = ""
    licence: str = ""
    size: tuple[float, float, float] | None = None
    """Width (x), depth (y), height (z) [m]; None where the library gives none."""
    rotation: np.ndarray | None = field(default=None)
    """(3, 3) column-vector rotation in the model's frame, y up."""


def read_furniture(files: ZipFiles) -> list[FurnitureRow]:
    """Return the rows of a library in its own order.

    Raises:
        AssetError: The archive has no catalogue that can be read.
    """
    name = files.find(CATALOGUE)
    if name is None:
        raise AssetError(f"{files.title} has no {CATALOGUE}: it is no furniture library.")
    text = files.read(name, LIMITS.text_bytes).decode("latin-1")
    head: dict[str, str] = {}
    rows: dict[int, dict[str, str]] = {}
    for line in text.replace("\\\r\n", "").replace("\\\n", "").splitlines():
        if line.lstrip().startswith(("#", "!")):
            continue
        if match := _KEY.match(line):
            rows.setdefault(int(match.group(2)), {})[match.group(1)] = _unescaped(match.group(3))
        elif match := _HEAD.match(line):
            head[match.group(1)] = _unescaped(match.group(2))
    if len(rows) > LIMITS.archive_members:
        raise AssetError(f"{files.title} lists {len(rows)} models; at most {LIMITS.archive_members} are taken.")
    return [_row(rows[index], head) for index in sorted(rows) if rows[index].get("model")]


def _row(raw: dict[str, str], head: dict[str, str]) -> FurnitureRow:
    sides = [_number(raw.get(key, "")) for key in ("width", "depth", "height")]
    return FurnitureRow(
        model=raw["model"].lstrip("/"),
        icon=raw.get("icon", "").lstrip("/"),
        name=raw.get("name", ""),
        key=raw.get("id", "").rpartition("#")[2],
        category=raw.get("category", ""),
        tags=tuple(tag.strip() for tag in raw.get("tags", "").split(",") if tag.strip()),
        creator=raw.get("creator", ""),
        licence=_licence(raw.get("license") or head.get("license", "")),
        size=tuple(0.01 * side for side in sides) if all(0.0 < side < 1e6 for side in sides) else None,
        rotation=_rotation(raw.get("modelRotation", "")),
    )


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text).replace("\\ ", " ").strip()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _rotation(text: str) -> np.ndarray | None:
    numbers = [_number(word) for word in text.split()]
    if len(numbers) != 9 or not all(map(math.isfinite, numbers)):
        return None
    matrix = np.array(numbers).reshape(3, 3)
    return matrix if np.abs(matrix @ matrix.T - np.eye(3)).max() < 1e-2 else None


def _licence(text: str) -> str:
    """Return the SPDX identifier of a licence that a library names in words, else its words."""
    return next((name for pattern, name in _LICENCES if pattern.search(text)), " ".join(text.split())[:120])
