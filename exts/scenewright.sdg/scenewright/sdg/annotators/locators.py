"""Keypoint locators on a stage: prims that name a point of the object they belong to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pxr import Tf, Usd, UsdGeom

from scenewright.sdg.annotators.boxes import stage_time

__all__ = ["KEYPOINT_ATTRIBUTE", "Locator", "find_locators", "locator_points"]

KEYPOINT_ATTRIBUTE = "scenewright:keypoint"
_POINT_INSTANCE = re.compile(r"^(.*)\[(\d+)\](.*)$")


@dataclass(frozen=True)
class Locator:
    """A prim whose origin is a keypoint.

    Attributes:
        path: where the prim is.
        name: of the keypoint.
    """

    path: str
    name: str


class _Known:
    """What is known of the stage that was asked for last, until it is edited.

    Which prims are locators, the prims of objects and what is labelled stay until prims come or go or a locator or a label is
    edited; where locators are, until the next edit or another time.
    """

    def __init__(self) -> None:
        self._stage: Usd.Stage | None = None
        self._notice: Any = None
        self._locators: list[Locator] | None = None
        self._prims: dict[str, Usd.Prim] = {}
        self._labels: dict[str, set[str]] = {}
        self._time: Usd.TimeCode | None = None
        self._places: dict[tuple[str, str], np.ndarray] = {}

    def locators(self, stage: Usd.Stage) -> list[Locator]:
        self._follow(stage)
        if self._locators is None:
            self._locators = _search(stage)
        return self._locators

    def prims(self, stage: Usd.Stage) -> dict[str, Usd.Prim]:
        """Return prims by path, to be looked up and added to."""
        self._follow(stage)
        return self._prims

    def labels(self, stage: Usd.Stage) -> dict[str, set[str]]:
        """Return the types of the labels of prims by path, to be looked up and added to."""
        self._follow(stage)
        return self._labels

    def places(self, stage: Usd.Stage, time: Usd.TimeCode) -> dict[tuple[str, str], np.ndarray]:
        """Return where locators are in the space of prims, both by path, at a time; to be looked up and added to."""
        self._follow(stage)
        if time != self._time:
            self._time, self._places = time, {}
        return self._places

    def _follow(self, stage: Usd.Stage) -> None:
        if self._stage is None or self._stage != stage:
            self._stage = stage
            self._forget()
            self._notice = Tf.Notice.Register(Usd.Notice.ObjectsChanged, self._changed, stage)

    def _forget(self) -> None:
        self._locators, self._prims, self._labels, self._places = None, {}, {}, {}

    def _changed(self, notice: Any, _stage: Any) -> None:
        self._places = {}
        edited = (path.name for path in notice.GetChangedInfoOnlyPaths())
        if notice.GetResyncedPaths() or any(name == KEYPOINT_ATTRIBUTE or name.startswith("semantic") for name in edited):
            self._forget()


_known = _Known()


def find_locators(stage: Usd.Stage) -> list[Locator]:
    """Return the prims with a ``scenewright:keypoint`` attribute (token or string), those in native instances included.

    The list is kept until prims come or go.
    """
    return _known.locators(stage)


def _prims(stage: Usd.Stage) -> Usd.PrimRange:
    return stage.Traverse(Usd.TraverseInstanceProxies(Usd.PrimIsActive & Usd.PrimIsDefined))


def _somewhere(stage: Usd.Stage, below: str) -> bool:
    return any(str(prim.GetPath()).endswith(f"/{below}") for prim in _prims(stage))


def _search(stage: Usd.Stage) -> list[Locator]:
    found = []
    for prim in _prims(stage):
        if prim.HasAttribute(KEYPOINT_ATTRIBUTE):
            name = prim.GetAttribute(KEYPOINT_ATTRIBUTE).Get()
            if name:
                found.append(Locator(str(prim.GetPath()), str(name)))
    return found


def locator_points(
    stage: Usd.Stage, objects: Sequence[str], given: Mapping[str, str] | None = None,
    types: str | Sequence[str] | None = None,
) -> list[list[tuple[str, np.ndarray]]]:
    """Return the keypoints of each object: name and position in the object's own space [stage units], (3,) float64.

    A locator belongs to the nearest labelled prim above it, be that one of the objects or one that is out of view. A point
    instance has those of its prototype.

    Args:
        stage: the stage.
        objects: prim paths; a point instance's is that of its instancer with the index, ``/World/Points[3]``.
        given: keypoints by name that are prims of objects without the attribute, as paths below an object; for every object
            that has such a prim.
        types: types of labels that count; None for all.

    Raises:
        ValueError: if the stage has no prim of a given keypoint, or an object has two locators of one name.
    """
    found: list[list[tuple[str, np.ndarray]]] = [[] for _ in objects]
    if not (find_locators(stage) or given):
        return found
    place = _Places(stage)
    instancers: dict[str, tuple[list[str], np.ndarray] | None] = {}
    prims = [_object_prim(stage, path, instancers) for path in objects]
    rows: dict[str, list[int]] = {}
    for row, prim in enumerate(prims):
        if prim:
            rows.setdefault(str(prim.GetPath()), []).append(row)
    for locator in find_locators(stage):
        owner = locator.path
        while owner not in rows and owner.count("/") > 1 and not _is_labelled(stage, owner, types):
            owner = owner.rpartition("/")[0]
        for row in rows.get(owner, ()):
            _add(found[row], locator.name, place(locator.path, prims[row]), objects[row])
    for name, below in (given or {}).items():
        having = [row for row, prim in enumerate(prims) if prim and stage.GetPrimAtPath(prim.GetPath().AppendPath(below))]
        if objects and not having and not _somewhere(stage, below):
            raise ValueError(
                f"Keypoint '{name}': no prim of the stage is called '{below}', neither below "
                f"{', '.join(sorted(set(objects))[:5])} nor elsewhere. Give the path relative to the labelled prim, such as "
                "'Handle/Tip'."
            )
        for row in having:
            _add(found[row], str(name), place(str(prims[row].GetPath().AppendPath(below)), prims[row]), objects[row])
    return found


def _is_labelled(stage: Usd.Stage, path: str, types: str | Sequence[str] | None) -> bool:
    """Return whether a prim has labels of its own, of the present schema or the old one."""
    known = _known.labels(stage)
    if path not in known:
        known[path] = _label_types(stage.GetPrimAtPath(path))
    return bool(known[path]) if types is None else not known[path].isdisjoint([types] if isinstance(types, str) else types)


def _label_types(prim: Usd.Prim) -> set[str]:
    found = {name.rpartition(":")[2] for name in prim.GetPropertyNames() if name.startswith("semantics:labels:")}
    for name in prim.GetPropertyNames():
        if name.startswith("semantic:") and name.endswith(":semanticType"):
            found.add(str(prim.GetAttribute(name).Get()))
    return found


def _add(points: list[tuple[str, np.ndarray]], name: str, point: np.ndarray, path: str) -> None:
    if any(known == name for known, _ in points):
        raise ValueError(f"{path} has two locators called '{name}'. Give each keypoint of an object its own name.")
    points.append((name, point))


class _Places:
    """Where locators are in the space of prims above them, at the time of the frame."""

    def __init__(self, stage: Usd.Stage) -> None:
        time = stage_time(stage)
        self._stage, self._cache, self._places = stage, UsdGeom.XformCache(time), _known.places(stage, time)

    def __call__(self, locator: str, prim: Usd.Prim) -> np.ndarray:
        key = locator, str(prim.GetPath())
        if key not in self._places:
            relative, _ = self._cache.ComputeRelativeTransform(self._stage.GetPrimAtPath(locator), prim)
            self._places[key] = np.array(relative.ExtractTranslation())
        return self._places[key]


def _object_prim(stage: Usd.Stage, path: str, instancers: dict[str, tuple[list[str], np.ndarray] | None]) -> Usd.Prim | None:
    """Return the prim of an object; for what a point instance draws, the prim of the prototype.

    Args:
        stage: the stage.
        path: of the object.
        instancers: what instancers draw, by path; to be looked up and added to.
    """
    matched = _POINT_INSTANCE.match(path) if "[" in path else None
    if matched is None:
        known = _known.prims(stage)
        if path not in known:
            known[path] = stage.GetPrimAtPath(path)
        return known[path]
    whole, number, below = matched.group(1), int(matched.group(2)), matched.group(3)
    if whole not in instancers:
        instancers[whole] = _drawn(_object_prim(stage, whole, instancers), stage_time(stage))
    drawn = instancers[whole]
    if drawn is None or number >= len(drawn[1]) or drawn[1][number] >= len(drawn[0]):
        return None
    prototype = drawn[0][drawn[1][number]] + below
    known = _known.prims(stage)
    if prototype not in known:
        known[prototype] = stage.GetPrimAtPath(prototype)
    return known[prototype]


def _drawn(prim: Usd.Prim | None, time: Usd.TimeCode) -> tuple[list[str], np.ndarray] | None:
    """Return the paths of an instancer's prototypes and which of them each point draws; None for what is no instancer."""
    if not prim or not prim.IsA(UsdGeom.PointInstancer):
        return None
    instancer = UsdGeom.PointInstancer(prim)
    targets = [str(path) for path in instancer.GetPrototypesRel().GetForwardedTargets()]
    return targets, np.array(instancer.GetProtoIndicesAttr().Get(time) or [], np.int64)
