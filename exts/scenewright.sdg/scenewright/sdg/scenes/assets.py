"""Assets that scene builders choose from: files by class, with sizes, variants and the surfaces that things can stand on."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.pack import CATALOGUE, open_pack

__all__ = ["AssetBook", "SceneAsset", "SceneError", "Support", "read_asset_book"]

_KEYS = {"path", "size", "variants", "supports", "name", "offset"}


class SceneError(ValueError):
    """A scene cannot be built: assets, parameters or the layout do not allow it."""


@dataclass(frozen=True)
class Support:
    """A level surface of an asset, in the asset's own frame.

    Attributes:
        name: Unique within the asset.
        rect: ``(x0, y0, x1, y1)`` [m].
        z: Its height [m].
        height: Free height above it [m]; ``inf`` under open sky.
    """

    name: str
    rect: tuple[float, float, float, float]
    z: float
    height: float = float("inf")


@dataclass(frozen=True)
class SceneAsset:
    """One file that a builder may place: standing on z = 0 about its own origin, its front looking along -y.

    Attributes:
        label: Semantic class.
        path: USD file, absolute.
        size: Width (x), depth (y) and height (z) [m].
        variants: Variant set -> choices.
        supports: Surfaces that other things can stand on.
        offset: Middle of the footprint in the asset's own frame, (x, y) [m].
        name: For prims; default the file's.
    """

    label: str
    path: str
    size: tuple[float, float, float]
    variants: Mapping[str, Sequence[str]] = field(default_factory=dict)
    supports: tuple[Support, ...] = ()
    offset: tuple[float, float] = (0.0, 0.0)
    name: str = ""

    def choose(self, rng: np.random.Generator) -> dict[str, str]:
        """Return one choice of each variant set."""
        return {name: str(choices[int(rng.integers(len(choices)))]) for name, choices in sorted(self.variants.items())}

    def surfaces(self) -> tuple[Support, ...]:
        """Return the supports; where the file names none, the top of its box, 4 % in from the edges."""
        if self.supports:
            return self.supports
        (x, y), (width, depth, height) = self.offset, self.size
        half = (0.46 * width, 0.46 * depth)
        return (Support("top", (x - half[0], y - half[1], x + half[0], y + half[1]), height),)


@dataclass(frozen=True)
class AssetBook:
    """What a builder may place, by class.

    Attributes:
        by_class: Class -> assets, in the order of their paths.
        looks: USD file with the materials of walls and floors below its default prim, or "".
        sky: Lat-long picture of what is outside, mean luminance of the sky 1, or "" for an even sky.
        source: Where the book came from, for messages.
    """

    by_class: Mapping[str, Sequence[SceneAsset]]
    looks: str = ""
    source: str = "the asset book"
    sky: str = ""

    def all(self, label: str) -> Sequence[SceneAsset]:
        """Return the assets of a class.

        Raises:
            SceneError: There are none; the message lists the classes that there are.
        """
        found = self.by_class.get(label)
        if not found:
            there = ", ".join(sorted(self.by_class)) or "nothing"
            raise SceneError(f"{self.source} has no '{label}', which this scene needs. It has: {there}.")
        return found

    def pick(self, label: str, rng: np.random.Generator, largest: Sequence[float] | None = None) -> SceneAsset:
        """Return one asset of a class, drawn among those no larger than ``largest`` (x, y, z) [m].

        Raises:
            SceneError: There is none, or none that small.
        """
        found = self.all(label)
        if largest is not None:
            fitting = [a for a in found if all(s <= limit for s, limit in zip(a.size, largest, strict=True))]
            if not fitting:
                limits = " x ".join(f"{limit:.2f}" for limit in largest)
                smallest = min(found, key=lambda asset: max(asset.size))
                size = " x ".join(f"{value:.2f}" for value in smallest.size)
                raise SceneError(f"no '{label}' of {self.source} fits into {limits} m; the smallest is {size} m.")
            found = fitting
        return found[int(rng.integers(len(found)))]

    def with_pack(self, pack: "AssetBook") -> "AssetBook":
        """Return a book in which the pack's assets replace those of the same class."""
        return AssetBook({**self.by_class, **pack.by_class}, self.looks or pack.looks, self.source, self.sky or pack.sky)

    @classmethod
    def of(
        cls, assets: Iterable[SceneAsset], looks: str = "", source: str = "the asset book", sky: str = ""
    ) -> "AssetBook":
        """Return a book of assets, in a fixed order whatever order they come in."""
        by_class: dict[str, list[SceneAsset]] = {}
        for asset in sorted(assets, key=lambda a: (a.label, a.path, a.name)):
            by_class.setdefault(asset.label, []).append(asset)
        return cls(by_class, looks, source, sky)


def read_asset_book(path: str | os.PathLike[str]) -> AssetBook:
    """Read an asset book: a YAML file ``{class: [{path, size: [x, y, z], variants, supports}, ...]}``.

    Paths are relative to the file. The key ``looks:`` names the file of materials for walls and floors, ``sky:`` a lat-long
    picture of what is outside. The ``catalogue.json`` of an asset pack (``scenewright assets import``) is read as a book, too:
    its classes with its sizes.

    Raises:
        SceneError: The file is missing or an entry of it is wrong; the message names the entry.
    """
    file = Path(path)
    if file.name == CATALOGUE:
        return _pack_book(file)
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SceneError(f"cannot read the asset book '{path}': {error.strerror or error}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SceneError(f"the asset book '{path}' is no YAML: {' '.join(str(error).split())}.") from None
    if not isinstance(data, dict):
        raise SceneError(f"the asset book '{path}' must map classes to lists of assets.")
    looks, sky = (str((file.parent / named).resolve()) if (named := data.pop(key, "")) else "" for key in ("looks", "sky"))
    assets = []
    for label, entries in data.items():
        if not isinstance(entries, list):
            raise SceneError(f"{path}: '{label}' must be a list of assets.")
        assets += [_asset(file, str(label), entry) for entry in entries]
    return AssetBook.of(assets, looks, f"the asset book {file.name}", sky)


def _pack_book(catalogue: Path) -> AssetBook:
    try:
        pack = open_pack(catalogue.parent)
    except AssetError as error:
        raise SceneError(f"cannot read the pack of '{catalogue}': {error}") from None
    assets = (SceneAsset(one.label, str(pack.path(one).resolve()), one.size, name=one.id) for one in pack.records)
    return AssetBook.of(assets, source=f"the pack {catalogue.parent.name}")


def _asset(book: Path, label: str, entry: Any) -> SceneAsset:
    if not isinstance(entry, dict) or not {"path", "size"} <= set(entry) or set(entry) - _KEYS:
        raise SceneError(f"{book}: an entry of '{label}' has the keys {', '.join(sorted(_KEYS))}; got {entry!r}.")
    try:
        size = tuple(float(value) for value in entry["size"])
        supports = tuple(
            Support(str(one["name"]), tuple(float(v) for v in one["rect"]), float(one["z"]), float(one.get("height", "inf")))
            for one in entry.get("supports", ())
        )
    except (TypeError, ValueError, KeyError) as error:
        raise SceneError(f"{book}: '{label}' ({entry['path']}): size or supports are wrong ({error}).") from None
    if len(size) != 3 or not all(0.0 < value < 1000.0 for value in size):
        raise SceneError(f"{book}: '{label}' ({entry['path']}): size must be three positive lengths in metres, got {size}.")
    variants = {str(key): [str(choice) for choice in choices] for key, choices in (entry.get("variants") or {}).items()}
    found = (book.parent / entry["path"]).resolve()
    offset = tuple(float(value) for value in entry.get("offset", (0.0, 0.0)))
    return SceneAsset(label, str(found), size, variants, supports, offset, str(entry.get("name", found.stem)))
