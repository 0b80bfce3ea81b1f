"""UsdLux ShapingAPI (cone, focus, IES profile) and the light and shadow links of LightAPI."""

import math
from collections.abc import Callable
from pathlib import Path

from pxr import Usd, UsdLux

from scenewright.render.scene.ies_profile import read_ies
from scenewright.render.scene.records import IesRecord, LinkRecord, ShapingRecord

__all__ = ["ShapingReader", "read_link"]

_Tell = Callable[[str], None]


class ShapingReader:
    """Reads how lights are shaped; a profile is read once as long as its file stays the same."""

    def __init__(self) -> None:
        self._profiles: dict[str, IesRecord] = {}

    def read(self, prim: Usd.Prim, time: Usd.TimeCode, tell: _Tell) -> ShapingRecord | None:
        """Return the shaping of a light, None where it shines evenly.

        Args:
            prim: An area light. Shaping counts where the API is applied or one of its attributes is authored.
            time: Where to sample.
            tell: Takes warnings: numbers out of range and profiles that cannot be read, which are then left aside.
        """
        applied = prim.HasAPI(UsdLux.ShapingAPI)
        if not applied and not prim.GetAuthoredPropertiesInNamespace("inputs:shaping"):
            return None

        def number(name: str, default: float, low: float, high: float) -> float:
            attribute = prim.GetAttribute(f"inputs:shaping:{name}")
            given = attribute.Get(time) if attribute else None
            value = default if given is None else float(given)
            if math.isfinite(value) and low <= value <= high:
                return value
            tell(f"{prim.GetPath()}: inputs:shaping:{name} is {value}; allowed is {low:g} to {high:g}. "
                 f"It counts as {default:g}.")
            return default

        angle = number("cone:angle", 90.0 if applied else 180.0, 0.0, 360.0)
        tint = prim.GetAttribute("inputs:shaping:focusTint")
        tint = tint.Get(time) if tint else None
        normalize = prim.GetAttribute("inputs:shaping:ies:normalize")
        record = ShapingRecord(
            cone_angle=math.radians(min(angle, 180.0)),
            cone_softness=number("cone:softness", 0.0, 0.0, 1.0),
            focus=number("focus", 0.0, 0.0, 1.0e6),
            focus_tint=(0.0, 0.0, 0.0) if tint is None else (float(tint[0]), float(tint[1]), float(tint[2])),
            ies=self._profile(prim, time, tell),
            ies_angle_scale=number("ies:angleScale", 0.0, -1.0e6, 1.0e6),
            ies_normalize=bool(normalize.Get(time)) if normalize else False,
        )
        even = record.cone_angle >= math.pi and record.cone_softness == 0.0 and record.focus == 0.0 and record.ies is None
        return None if even else record

    def _profile(self, prim: Usd.Prim, time: Usd.TimeCode, tell: _Tell) -> IesRecord | None:
        attribute = prim.GetAttribute("inputs:shaping:ies:file")
        asset = attribute.Get(time) if attribute else None
        if asset is None or not asset.path:
            return None
        where = f"{prim.GetPath()}: inputs:shaping:ies:file @{asset.path}@"
        try:
            if not asset.resolvedPath:
                raise FileNotFoundError("not found; correct the path or add the file")
            status = Path(asset.resolvedPath).stat()
            key = f"{asset.resolvedPath}|{status.st_mtime_ns}|{status.st_size}"
            if key not in self._profiles:
                candela = read_ies(asset.resolvedPath)
                if not candela.any():
                    raise ValueError("all its candela values are 0")
                self._profiles[key] = IesRecord(key, candela)
        except (OSError, ValueError) as problem:
            tell(f"{where} cannot be used: {problem}. The light shines without a profile.")
            return None
        return self._profiles[key]


def read_link(prim: Usd.Prim, name: str, tell: _Tell) -> LinkRecord | None:
    """Return the collection ``lightLink`` or ``shadowLink`` of a light, None where it holds everything.

    Args:
        prim: The light.
        name: Name of the collection.
        tell: Takes the warning that a membership expression is not supported.
    """
    if not prim.GetAuthoredPropertiesInNamespace(f"collection:{name}"):
        return None
    collection = Usd.CollectionAPI(prim, name)
    if collection.GetMembershipExpressionAttr().HasAuthoredValue():
        tell(f"{prim.GetPath()}: collection:{name}:membershipExpression is not supported; the light acts on every prim. "
             "Use includes and excludes.")
        return None
    root = prim.GetAttribute(f"collection:{name}:includeRoot")
    rules = collection.ComputeMembershipQuery().GetAsPathExpansionRuleMap()
    found = {str(path): str(rule) for path, rule in rules.items()}
    if root and root.Get():
        found.setdefault("/", "expandPrims")
    if not found or found == {"/": "expandPrims"}:
        return None
    return LinkRecord(tuple(sorted(found.items())))
