"""What a layer may say: its owner's remit, recorded in the layer itself.

``customLayerData["scenewright"]["remit"]`` holds string arrays; what is absent is not limited:

============ =========================================================================================
``prims``       paths of prims that it may write, with all below them
``properties``  names of properties, as globs
``metadata``    names of prim metadata, as globs
``specifiers``  def, over, class
============ =========================================================================================

A prim above an allowed one may be there as the way to it: with specifier, type and kind, and nothing else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pxr import Sdf, Vt

from scenewright.sdg.layers.snapshot import SpecRecord

__all__ = ["Remit"]

_WAY = {"specifier", "typeName", "kind"}


@dataclass(frozen=True)
class Remit:
    """What a layer may say; None = everything.

    Attributes:
        prims: Paths of prims, each with all below.
        properties: Globs on names of properties.
        metadata: Globs on names of prim metadata.
        specifiers: Of def, over, class.
    """

    prims: tuple[str, ...] | None = None
    properties: tuple[str, ...] | None = None
    metadata: tuple[str, ...] | None = None
    specifiers: tuple[str, ...] | None = None

    @classmethod
    def of(cls, layer: Sdf.Layer) -> "Remit | None":
        """Return the remit that a layer records, None where it records none."""
        kept = layer.customLayerData.get("scenewright", {})
        held = kept.get("remit") if isinstance(kept, Mapping) else None
        if not isinstance(held, Mapping):
            return None
        return cls(**{name: tuple(map(str, held[name])) for name in cls.__dataclass_fields__ if name in held})

    def record(self, layer: Sdf.Layer) -> None:
        """Write the remit into a layer."""
        held = {name: Vt.StringArray(value) for name in self.__dataclass_fields__ if (value := getattr(self, name)) is not None}
        kept = {**layer.customLayerData.get("scenewright", {}), "remit": held}
        layer.pseudoRoot.SetInfoDictionaryValue("customLayerData", "scenewright", kept)

    def __str__(self) -> str:
        held = {name: getattr(self, name) for name in self.__dataclass_fields__}
        told = [f"{name} {', '.join(value) or 'none'}" for name, value in held.items() if value is not None]
        return "; ".join(told) or "everything"

    def outside(self, records: Mapping[Sdf.Path, SpecRecord]) -> Iterator[tuple[Sdf.Path, str]]:
        """Yield what lies outside the remit as (path, why); a prim outside is told once, without what is below it."""
        told: set[Sdf.Path] = set()
        for path, record in sorted(records.items()):
            if record.kind in ("layer", "variant set", "variant"):
                continue
            if any(path.HasPrefix(above) for above in told):
                continue
            why = self._why(path, record)
            if why:
                if record.kind == "prim" and not self._allows_prim(path):
                    told.add(path)
                yield path, why

    def _allows_prim(self, path: Sdf.Path) -> bool:
        plain = path.GetPrimPath().StripAllVariantSelections()
        return self.prims is None or any(plain.HasPrefix(prefix) for prefix in self.prims)

    def _why(self, path: Sdf.Path, record: SpecRecord) -> str:
        if record.kind != "prim":
            if not self._allows_prim(path):
                return f"{record.kind} of a prim outside {', '.join(self.prims or ()) or 'any remit'}"
            return _unlisted(path.name, self.properties, record.kind)
        names = {key[0] for key in record.fields}
        if not self._allows_prim(path):
            plain = path.StripAllVariantSelections()
            on_the_way = any(Sdf.Path(prefix).HasPrefix(plain) for prefix in self.prims or ())
            return "" if on_the_way and names <= _WAY else f"prim outside {', '.join(self.prims or ()) or 'any remit'}"
        specifier = str(record.fields[("specifier",)].displayName).lower()
        if self.specifiers is not None and specifier not in self.specifiers:
            return f"'{specifier}', where the remit has {', '.join(self.specifiers)}"
        reasons = (_unlisted(name, self.metadata, "metadata") for name in sorted(names - {"specifier", "typeName"}))
        return next((why for why in reasons if why), "")


def _unlisted(name: str, allowed: tuple[str, ...] | None, kind: str) -> str:
    if allowed is None or any(fnmatchcase(name, pattern) for pattern in allowed):
        return ""
    return f"{kind} '{name}', where the remit has {', '.join(allowed) or 'none'}"
