"""Whether two stages compose to the same: prims, metadata, values at every time sample, targets."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from pxr import Sdf, Usd

from scenewright.sdg.layers.values import ABSENT, is_list_op, same_value, value_text

__all__ = ["composed_differences"]

#: Fields that say how a scene is put together, not what it is.
_ARCS = {
    "subLayers",
    "subLayerOffsets",
    "references",
    "payload",
    "inheritPaths",
    "specializes",
    "variantSetNames",
    "variantSelection",
    "layerRelocates",
    "relocates",
    "owner",
    "hasOwnedSubLayers",
    "apiSchemas",
    "clips",
    "clipSets",
}
_KIT_TABLES = ("omni_layer", "scenewright")


def composed_differences(before: Usd.Stage, after: Usd.Stage, aside: str = "") -> Iterator[str]:
    """Yield what differs between two composed stages, as sentences.

    Compared are the stage's metadata, prims in order (those inside instances, too) with type, specifier, schemas and metadata,
    every attribute's type, metadata, default, time samples and connections, and every relationship's targets. Assets are the
    same where they resolve to the same file.

    Args:
        before: One stage.
        after: The other one.
        aside: Root prims of ``after`` whose names start so are not compared: prototypes that instances refer to. Where it is
            given, inactive prims are not either: flattening drops them, as nothing of them is composed.
    """
    yield from _metadata("the stage", before.GetPseudoRoot(), after.GetPseudoRoot())
    for name in ("GetTimeCodesPerSecond", "GetStartTimeCode", "GetEndTimeCode"):
        if getattr(before, name)() != getattr(after, name)():
            yield f"the stage: {name.removeprefix('Get')} {getattr(before, name)()} became {getattr(after, name)()}"
    prims, others = _prims(before, "", not aside), _prims(after, aside, not aside)
    for path in [path for path in prims if path not in others]:
        yield f"<{path}> is gone"
    for path in [path for path in others if path not in prims]:
        yield f"<{path}> is new"
    shared = [path for path in prims if path in others]
    if shared != [path for path in others if path in prims]:
        yield "prims are in another order"
    for path in shared:
        yield from _prim(prims[path], others[path])


def _prims(stage: Usd.Stage, aside: str, inactive: bool) -> dict[Sdf.Path, Usd.Prim]:
    found = {}
    walk = iter(Usd.PrimRange(stage.GetPseudoRoot(), Usd.TraverseInstanceProxies(Usd.PrimAllPrimsPredicate)))
    for prim in walk:
        if aside and prim.GetParent() == stage.GetPseudoRoot() and prim.GetName().startswith(aside):
            walk.PruneChildren()
        elif not inactive and not prim.IsActive():
            walk.PruneChildren()
        elif not prim.IsPseudoRoot():
            found[prim.GetPath()] = prim
    return found


def _prim(before: Usd.Prim, after: Usd.Prim) -> Iterator[str]:
    place = f"<{before.GetPath()}>"
    facts = (
        ("type", Usd.Prim.GetTypeName),
        ("specifier", Usd.Prim.GetSpecifier),
        ("whether it is active", Usd.Prim.IsActive),
        ("whether it is an instance", Usd.Prim.IsInstance),
        ("schemas", lambda prim: list(prim.GetPrimTypeInfo().GetAppliedAPISchemas())),
        ("properties", lambda prim: sorted(prim.GetAuthoredPropertyNames())),
    )
    for name, read in facts:
        if read(before) != read(after):
            yield f"{place}: {name}: {read(before)} became {read(after)}"
    yield from _metadata(place, before, after)
    for old in before.GetAuthoredProperties():
        new = after.GetProperty(old.GetName())
        if not new:
            continue
        yield from _metadata(f"<{old.GetPath()}>", old, new)
        if isinstance(old, Usd.Attribute):
            yield from _attribute(old, after.GetAttribute(old.GetName()))
        else:
            targets = [list(found.GetTargets()) for found in (old, after.GetRelationship(old.GetName()))]
            if targets[0] != targets[1]:
                yield f"<{old.GetPath()}>: targets {value_text(targets[0])} became {value_text(targets[1])}"


def _attribute(before: Usd.Attribute, after: Usd.Attribute) -> Iterator[str]:
    place = f"<{before.GetPath()}>"
    if not after or before.GetTypeName() != after.GetTypeName() or before.GetVariability() != after.GetVariability():
        yield f"{place}: type {before.GetTypeName()} became {after.GetTypeName() if after else 'a relationship'}"
        return
    connections = [list(attribute.GetConnections()) for attribute in (before, after)]
    if connections[0] != connections[1]:
        yield f"{place}: connections {value_text(connections[0])} became {value_text(connections[1])}"
    times = [attribute.GetTimeSamples() for attribute in (before, after)]
    if times[0] != times[1]:
        yield f"{place}: time samples at {value_text(times[0])} became {value_text(times[1])}"
    for time in (Usd.TimeCode.Default(), *times[0]):
        old, new = before.Get(time), after.Get(time)
        if not _same(old, new):
            when = "" if time == Usd.TimeCode.Default() else f" at {time:g}"
            yield f"{place}{when}: {value_text(old)} became {value_text(new)}"


def _metadata(place: str, before: Usd.Object, after: Usd.Object) -> Iterator[str]:
    old, new = ({k: v for k, v in found.GetAllMetadata().items() if k not in _ARCS} for found in (before, after))
    for found in (old, new):
        kept = {key: value for key, value in found.pop("customLayerData", {}).items() if key not in _KIT_TABLES}
        if kept:
            found["customLayerData"] = kept
    for name in sorted({*old, *new}):
        one, other = old.get(name, ABSENT), new.get(name, ABSENT)
        if not _same(one, other):
            yield f"{place}: {name}: {value_text(one)} became {value_text(other)}"


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Sdf.AssetPath) and isinstance(other, Sdf.AssetPath):
        if one.resolvedPath or other.resolvedPath:
            return os.path.realpath(one.resolvedPath) == os.path.realpath(other.resolvedPath)
        return os.path.basename(one.path) == os.path.basename(other.path)
    if isinstance(one, Sdf.AssetPathArray) and isinstance(other, Sdf.AssetPathArray):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if is_list_op(one) and is_list_op(other):
        return same_value(one.GetAppliedItems(), other.GetAppliedItems())
    return same_value(one, other)
