"""Who says what in a scene: its layers, opinions that others override, and what is wrong with how layers hang together."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pxr import Sdf, Usd

from scenewright.sdg.layers.asset_paths import path_problems
from scenewright.sdg.layers.diff import json_value
from scenewright.sdg.layers.remit import Remit
from scenewright.sdg.layers.snapshot import FieldKey, SpecRecord, field_text, take_snapshot
from scenewright.sdg.layers.stack import (
    LOCKED,
    MUTED,
    StackEntry,
    flagged_layers,
    layer_owner,
    open_root,
    open_stage,
    walk_stack,
)
from scenewright.sdg.layers.values import is_list_op, same_value, value_text

__all__ = ["LayerFinding", "LayerSummary", "Overridden", "StackStatus", "stack_status"]

_VALUE = ("default", "timeSamples", "spline")
_NEVER_OVERRIDDEN = {"specifier", "custom", "variability", "comment", "documentation", "primOrder", "propertyOrder"}
_ROOT_ONLY = ("metersPerUnit", "upAxis", "timeCodesPerSecond")


@dataclass(frozen=True)
class LayerSummary:
    """One layer of the stack.

    Attributes:
        name: Path relative to the root layer's folder.
        depth: How deep it is nested.
        owner: Who owns it.
        prims: How many prims it has opinions about.
        properties: How many properties.
        remit: What it may say, in words; empty where none is recorded.
        state: locked, muted, missing and so on.
        opinions: What it says: paths of properties, and ``path field`` for metadata of prims.
    """

    name: str
    depth: int
    owner: str
    prims: int
    properties: int
    remit: str
    state: tuple[str, ...]
    opinions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Overridden:
    """An opinion that a stronger layer hides.

    Attributes:
        path: Path of the prim or property.
        field: Metadata field; empty for an attribute's value.
        layer: The stronger layer.
        value: What it says.
        weaker: The layer whose opinion is hidden.
        hidden: What that one says.
    """

    path: str
    field: str
    layer: str
    value: Any
    weaker: str
    hidden: Any

    @property
    def same(self) -> bool:
        """Whether both say the same."""
        return same_value(self.value, self.hidden)

    def __str__(self) -> str:
        place = f"<{self.path}>{' ' + self.field if self.field else ''}"
        hidden = "the same" if self.same else value_text(self.hidden)
        return f"{place}: {self.layer} says {value_text(self.value)}, over {self.weaker}: {hidden}"


@dataclass(frozen=True)
class LayerFinding:
    """Something wrong.

    Attributes:
        kind: missing, unreadable, cyclic, twice, outside-remit, absolute-path, unresolved-path, dangling-over or units.
        layer: The layer.
        path: The prim or property; empty for the layer as a whole.
        message: What it is.
    """

    kind: str
    layer: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.layer}: {f'<{self.path}>: ' if self.path else ''}{self.message} [{self.kind}]"


@dataclass(frozen=True)
class StackStatus:
    """All that `stack_status` finds.

    Attributes:
        layers: The layers, strongest first.
        overridden: Opinions that others hide.
        findings: What is wrong.
    """

    layers: list[LayerSummary] = field(default_factory=list)
    overridden: list[Overridden] = field(default_factory=list)
    findings: list[LayerFinding] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        overridden = [
            {**vars(row), "value": json_value(row.value), "hidden": json_value(row.hidden), "same": row.same}
            for row in self.overridden
        ]
        layers, findings = ([vars(row) for row in rows] for rows in (self.layers, self.findings))
        return {"layers": layers, "overridden": overridden, "findings": findings}


def stack_status(path: str | os.PathLike[str]) -> StackStatus:
    """Return who says what in a scene, and what is wrong with its layers. Nothing is written.

    Muted layers are listed but say nothing. References and payloads are looked at for their paths and units alone: overriding
    what they bring is what layers are for.

    Raises:
        LayerError: The root layer cannot be read.
    """
    root = open_root(path)
    folder = os.path.dirname(root.realPath)
    entries = list(walk_stack(root))
    locked, muted = flagged_layers(root, LOCKED), flagged_layers(root, MUTED)
    status = StackStatus()
    records: dict[str, dict[Sdf.Path, SpecRecord]] = {}
    heard: list[tuple[str, Sdf.Layer]] = []
    for entry in entries:
        name = os.path.relpath(entry.identifier, folder).replace(os.sep, "/")
        flags = ((locked, "locked"), (muted, "muted"), ({entry.identifier} if entry.problem else (), entry.problem))
        state = tuple(word for flagged, word in flags if entry.identifier in flagged)
        if entry.problem:
            status.findings.append(_stack_finding(entry, name))
        if entry.layer is None or entry.problem:
            status.layers.append(LayerSummary(name, entry.depth, "", 0, 0, "", state))
            continue
        found = records[name] = take_snapshot(entry.layer)
        remit = Remit.of(entry.layer)
        kinds = [record.kind for record in found.values()]
        counts = kinds.count("prim"), kinds.count("attribute") + kinds.count("relationship")
        told = str(remit) if remit else ""
        owner, said = layer_owner(entry.layer), tuple(_said(found))
        status.layers.append(LayerSummary(name, entry.depth, owner, *counts, told, state, said))
        if entry.identifier not in muted:
            heard.append((name, entry.layer))
        if remit:
            outside = remit.outside(found)
            status.findings.extend(LayerFinding("outside-remit", name, str(where), why) for where, why in outside)
        status.findings.extend(LayerFinding(kind, name, where, why) for kind, where, why in path_problems(entry.layer, found))
    status.overridden.extend(_overridden([(name, records[name]) for name, _ in heard]))
    stage = open_stage(root)  # holds what layers reference
    status.findings.extend(_units(root, heard))
    for name, _ in heard:
        status.findings.extend(_dangling(stage, name, records[name]))
    return status


def _stack_finding(entry: StackEntry, name: str) -> LayerFinding:
    told = {
        "missing": ("missing", f"the file is not there; it is listed as @{entry.listed}@"),
        "cyclic": ("cyclic", f"lists a layer above itself, @{entry.listed}@"),
        "twice": ("twice", "is listed twice; the weaker place has no effect"),
    }
    kind, message = told.get(entry.problem, ("unreadable", entry.problem))
    return LayerFinding(kind, name, "", message)


def _said(records: Mapping[Sdf.Path, SpecRecord]) -> Iterator[str]:
    for path, record in sorted(records.items()):
        if record.kind in ("attribute", "relationship"):
            yield str(path)
        elif record.kind != "layer":
            names = sorted({field_text(key) for key in record.fields if key[0] not in ("specifier", "typeName")})
            yield from (f"{path} {name}" for name in names)


def _overridden(layers: list[tuple[str, dict[Sdf.Path, SpecRecord]]]) -> Iterator[Overridden]:
    strongest: dict[tuple[Sdf.Path, FieldKey], tuple[str, Any]] = {}
    for name, records in layers:
        for path, record in sorted(records.items()):
            if record.kind == "layer":
                continue
            for key, value in _opinions(record):
                over = strongest.setdefault((path, key), (name, value))
                if over[0] != name:
                    yield Overridden(str(path), field_text(key), *over, name, value)


def _opinions(record: SpecRecord) -> Iterator[tuple[FieldKey, Any]]:
    """Yield what a spec sets for good: list edits add to weaker ones and hide nothing."""
    values = {key[0]: value for key, value in record.fields.items() if key[0] in _VALUE}
    if values:
        yield ("default",), next(iter(values.values())) if len(values) == 1 else values
    for key, value in record.fields.items():
        if key[0] in _VALUE or key[0] in _NEVER_OVERRIDDEN or (key[0] == "typeName" and record.kind != "prim"):
            continue
        if key[0] == "typeName" and not value:
            continue
        if not (is_list_op(value) and not value.isExplicit):
            yield key, value


def _units(root: Sdf.Layer, layers: list[tuple[str, Sdf.Layer]]) -> Iterator[LayerFinding]:
    held = root.pseudoRoot
    for name in _ROOT_ONLY[:2]:
        if not held.HasInfo(name):
            fallback = held.GetFallbackForInfo(name)
            yield LayerFinding("units", layers[0][0], "", f"has no {name}; USD takes {value_text(fallback)}. Author it.")
    for layer_name, layer in layers[1:]:
        yield from _unit_mismatches(held, layer_name, layer)
    for layer in _referenced(layers):
        told = os.path.relpath(layer.realPath, os.path.dirname(root.realPath)).replace(os.sep, "/")
        yield from _unit_mismatches(held, told, layer)


def _unit_mismatches(root: Sdf.Spec, name: str, layer: Sdf.Layer) -> Iterator[LayerFinding]:
    for info in _ROOT_ONLY:
        if layer.pseudoRoot.HasInfo(info):
            mine = layer.pseudoRoot.GetInfo(info)
            wanted = root.GetInfo(info) if root.HasInfo(info) else root.GetFallbackForInfo(info)
            if mine != wanted:
                message = f"{info} is {value_text(mine)}, that of the root layer {value_text(wanted)}"
                yield LayerFinding("units", name, "", message)


def _referenced(layers: list[tuple[str, Sdf.Layer]]) -> list[Sdf.Layer]:
    """Return the layers that a stack references or loads directly."""
    found: dict[str, Sdf.Layer] = {}
    own = {layer.identifier for _, layer in layers}
    for _, layer in layers:
        for listed in layer.GetCompositionAssetDependencies():
            inner = Sdf.Layer.Find(layer.ComputeAbsolutePath(listed)) if listed else None
            if inner is not None and inner.identifier not in own:
                found.setdefault(inner.identifier, inner)
    return [layer for _, layer in sorted(found.items())]


def _internal_arcs(record: SpecRecord) -> Iterator[Sdf.Path]:
    for name in ("references", "payload", "inheritPaths", "specializes"):
        held = record.fields.get((name,))
        for item in held.GetAddedOrExplicitItems() if held is not None else ():
            if isinstance(item, Sdf.Path):
                yield item
            elif not item.assetPath and item.primPath:
                yield item.primPath


def _dangling(stage: Usd.Stage, name: str, records: Mapping[Sdf.Path, SpecRecord]) -> Iterator[LayerFinding]:
    told: list[Sdf.Path] = []
    drawn_on = {path for record in records.values() for path in _internal_arcs(record)}
    for path, record in sorted(records.items()):
        if any(path.HasPrefix(target) or target.HasPrefix(path) for target in drawn_on):
            continue  # content for a reference or an inherit in the same layer
        if record.kind != "prim" or path.ContainsPrimVariantSelection() or any(path.HasPrefix(above) for above in told):
            continue
        prim = stage.GetPrimAtPath(path)
        if record.fields[("specifier",)] == Sdf.SpecifierOver and not (prim and prim.IsDefined()):
            told.append(path)
            where = "" if prim else ", or an ancestor is inactive or an instance"
            yield LayerFinding("dangling-over", name, str(path), f"an `over` of a prim that nothing defines{where}")
