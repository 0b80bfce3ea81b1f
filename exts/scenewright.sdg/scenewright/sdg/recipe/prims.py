"""Sets of prims that blocks stand for, and how they are found on the stage."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pxr import Usd, UsdGeom, UsdLux, UsdRender, UsdShade, UsdSkel

from scenewright.sdg.labels.rules import labels_of
from scenewright.sdg.recipe.findings import Mark, RecipeError, did_you_mean

__all__ = ["FixedPrims", "PrimQuery", "PrimSet", "check_editable", "find_prims", "prim_at"]


class PrimSet(ABC):
    """Prims that a block made or got."""

    @abstractmethod
    def prims(self) -> list[Usd.Prim]:
        """Return the prims as they are now."""


@dataclass(frozen=True)
class FixedPrims(PrimSet):
    """Prims that are known once and for all."""

    found: tuple[Usd.Prim, ...]

    def prims(self) -> list[Usd.Prim]:
        """Return the prims."""
        return list(self.found)


@dataclass(frozen=True)
class PrimQuery(PrimSet):
    """Prims that are looked up anew at every firing (``cache_result: false``)."""

    find: Callable[[], list[Usd.Prim]]

    def prims(self) -> list[Usd.Prim]:
        """Return what fits now."""
        return self.find()


_KINDS: dict[str, Callable[[Usd.Prim], bool]] = {
    "camera": lambda prim: prim.IsA(UsdGeom.Camera),
    "curve": lambda prim: prim.IsA(UsdGeom.Curves),
    "graph": lambda prim: prim.GetTypeName() == "OmniGraph",
    "listener": lambda prim: prim.GetTypeName() == "OmniListener",
    "nurbs": lambda prim: prim.IsA(UsdGeom.NurbsPatch),
    "physics": lambda prim: prim.GetTypeName().startswith("Physics"),
    "renderproduct": lambda prim: prim.IsA(UsdRender.Product),
    "rendervar": lambda prim: prim.IsA(UsdRender.Var),
    "skelanimation": lambda prim: prim.IsA(UsdSkel.Animation),
    "skeleton": lambda prim: prim.IsA(UsdSkel.Skeleton),
    "sound": lambda prim: prim.GetTypeName() in ("OmniSound", "SpatialAudio"),
    "geomsubset": lambda prim: prim.IsA(UsdGeom.Subset),
    "light": lambda prim: prim.HasAPI(UsdLux.LightAPI),
    "material": lambda prim: prim.IsA(UsdShade.Material),
    "mesh": lambda prim: prim.IsA(UsdGeom.Mesh),
    "prims": lambda prim: True,
    "scope": lambda prim: prim.IsA(UsdGeom.Scope),
    "shape": lambda prim: prim.IsA(UsdGeom.Gprim) and not prim.IsA(UsdGeom.PointBased),
    "xform": lambda prim: prim.IsA(UsdGeom.Xform),
}
_HIDDEN = ("/OmniverseKit_", "/Render", "/Orchestrator")


def find_prims(stage: Usd.Stage, kind: str, filters: dict[str, Any]) -> list[Usd.Prim]:
    """Return the prims that pass every filter of ``get.<kind>``, in namespace order.

    Args:
        stage: Where to look; inactive and abstract prims, instance contents and Kit's own prims are left out.
        kind: ``prims``, or one of the typed functions (``camera``, ``light``, ``mesh``, ...).
        filters: Keywords of the function: ``path_pattern`` (regular expression, searched), ``path_match`` (part of the
            path), ``prim_types``, ``semantics`` (any of the pairs on the prim itself), and their ``_exclusion`` forms.
    """
    flags = re.IGNORECASE if filters.get("ignore_case", True) else 0
    wanted = [_matcher(filters, flags, "", True), _matcher(filters, flags, "_exclusion", False)]
    return [
        prim
        for prim in stage.Traverse()
        if not str(prim.GetPath()).startswith(_HIDDEN) and _KINDS[kind](prim) and all(test(prim) for test in wanted)
    ]


def _matcher(filters: dict[str, Any], flags: int, suffix: str, keep: bool) -> Callable[[Usd.Prim], bool]:
    tests: list[Callable[[Usd.Prim], bool]] = []
    pattern, match = filters.get(f"path_pattern{suffix}"), filters.get("path_match") if keep else None
    if pattern:
        search = re.compile(pattern, flags).search
        tests.append(lambda prim: search(str(prim.GetPath())) is not None)
    if match:
        folded = match.casefold() if flags else match
        tests.append(lambda prim: folded in (str(prim.GetPath()).casefold() if flags else str(prim.GetPath())))
    types = filters.get(f"prim_types{suffix}")
    if types:
        names = {name.casefold() for name in ([types] if isinstance(types, str) else types)}
        tests.append(lambda prim: str(prim.GetTypeName()).casefold() in names)
    semantics = filters.get(f"semantics{suffix}")
    if semantics:
        pairs = {(kind, label) for kind, label in label_pairs(semantics)}
        tests.append(lambda prim: any((kind, label) in pairs for kind, labels in labels_of(prim).items() for label in labels))
    if keep:
        return lambda prim: all(test(prim) for test in tests)
    return lambda prim: not any(test(prim) for test in tests)


def label_pairs(semantics: Any) -> list[tuple[str, str]]:
    """Return (type, label) pairs of either form of a ``semantics`` value."""
    if isinstance(semantics, dict):
        return [
            (kind, label) for kind, labels in semantics.items() for label in ([labels] if isinstance(labels, str) else labels)
        ]
    return [(str(kind), str(label)) for kind, label in semantics]


def prim_at(stage: Usd.Stage, path: str, mark: Mark) -> Usd.Prim:
    """Return the prim at a path.

    Raises:
        RecipeError: There is none; the message names the closest path that exists.
    """
    prim = stage.GetPrimAtPath(path) if path.startswith("/") else None
    if not prim:
        paths = [str(other.GetPath()) for other in stage.Traverse() if not str(other.GetPath()).startswith(_HIDDEN)]
        blocks = "" if path.startswith("/") else " It is no earlier block either."
        raise RecipeError.at(
            mark,
            f"there is no prim '{path}'.{blocks}",
            did_you_mean(path, paths) or "Give the path of a prim of the scene, such as /World/Table.",
        )
    return prim


def check_editable(prims: Sequence[Usd.Prim], mark: Mark, function: str) -> None:
    """Raise a RecipeError where a prim lies inside an instance: nothing can be written there."""
    for prim in prims:
        if prim.IsInstanceProxy() or prim.IsInPrototype():
            root = prim
            while root and not root.IsInstance():
                root = root.GetParent()
            raise RecipeError.at(
                mark,
                f"`{function}`: {prim.GetPath()} lies inside the instance {root.GetPath() if root else prim.GetPath()}.",
                "Act on the instance itself, or set `instanceable = false` on it.",
            )
