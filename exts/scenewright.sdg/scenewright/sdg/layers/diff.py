"""What differs between two layers, property by property."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pxr import Gf, Sdf

from scenewright.sdg.layers.renames import Tree, find_renames
from scenewright.sdg.layers.snapshot import SpecRecord, field_text, take_snapshot
from scenewright.sdg.layers.values import ABSENT, is_list_op, list_op_parts, same_value, value_text

__all__ = ["Change", "diff_layers", "json_value"]

_LONGEST_JSON = 64


@dataclass(frozen=True)
class Change:
    """One difference from a layer to another.

    Attributes:
        path: Path of the prim or property in the layer that has it, else ``/`` for the layer's own metadata.
        what: added, removed, renamed or changed.
        kind: layer, prim, variant set, variant, attribute or relationship.
        field: Field that changed: empty for an attribute's default, ``timeSamples[1]`` for a sample, ``order of prims``.
        before: Value in the first layer, or `ABSENT`.
        after: Value in the second, or `ABSENT`; the new path of what was renamed.
    """

    path: str
    what: str
    kind: str
    field: str = ""
    before: Any = ABSENT
    after: Any = ABSENT

    def __str__(self) -> str:
        place = f"{self.kind} <{self.path}>" if self.path != "/" else "layer"
        if self.what == "changed":
            return f"~ {place}{' ' + self.field if self.field else ''}: {value_text(self.before)} -> {value_text(self.after)}"
        if self.what == "renamed":
            return f"> {place} -> <{self.after}>"
        value = self.after if self.what == "added" else self.before
        return f"{'+' if self.what == 'added' else '-'} {place}{'' if value is ABSENT else ' = ' + value_text(value)}"

    def as_json(self) -> dict[str, Any]:
        """Return the change as JSON values; long arrays are told by count and hash."""
        row = {"path": self.path, "what": self.what, "kind": self.kind}
        if self.field:
            row["field"] = self.field
        for name, value in (("before", self.before), ("after", self.after)):
            if value is not ABSENT:
                row[name] = json_value(value)
        return row


def diff_layers(one: Sdf.Layer, other: Sdf.Layer) -> list[Change]:
    """Return how two layers differ, by path: specs, metadata, values, time samples, lists, and the order of prims.

    An added or removed prim is told once, with its properties and not with the prims below it, which are part of it.
    """
    before, after = Tree(take_snapshot(one)), Tree(take_snapshot(other))
    renames = find_renames(before, after)
    found = [Change(str(old), "renamed", before.records[old].kind, after=str(new)) for old, new in renames.items()]
    moved = set(renames) | set(renames.values())
    for path in before.tops(after):
        if path not in moved:
            found += _whole(before, path, "removed")
    for path in after.tops(before):
        if path not in moved:
            found += _whole(after, path, "added")
    for path, record in before.records.items():
        if path in after.records:
            found += _changes(path, record, after.records[path], moved)
    return sorted(found, key=lambda change: (Sdf.Path(change.path), change.what, change.field))


def _whole(tree: Tree, root: Sdf.Path, what: str) -> Iterator[Change]:
    for path in sorted(tree.subtree(root)):
        record = tree.records[path]
        value = record.fields.get(("default",), record.fields.get(("targetPaths",), ABSENT))
        yield Change(str(path), what, record.kind, **{"after" if what == "added" else "before": value})


def _changes(path: Sdf.Path, before: SpecRecord, after: SpecRecord, moved: set[Sdf.Path]) -> Iterator[Change]:
    if before.kind != after.kind:
        yield Change(str(path), "changed", after.kind, "kind of property", before.kind, after.kind)
        return
    for key in sorted({*before.fields, *after.fields}):
        one, other = before.fields.get(key, ABSENT), after.fields.get(key, ABSENT)
        if same_value(one, other):
            continue
        if key == ("timeSamples",):
            one, other = ({} if value is ABSENT else value for value in (one, other))
            for time in sorted({*one, *other}):
                pair = one.get(time, ABSENT), other.get(time, ABSENT)
                if not same_value(*pair):
                    yield Change(str(path), "changed", after.kind, f"timeSamples[{time:g}]", *pair)
        else:
            yield Change(str(path), "changed", after.kind, field_text(key), one, other)
    names, now = before.children.get("prims", ()), after.children.get("prims", ())
    both = set(names) & set(now)
    orders = [tuple(name for name in order if name in both) for order in (names, now)]
    if orders[0] != orders[1]:
        yield Change(str(path), "changed", after.kind, "order of prims", *map(list, orders))


def json_value(value: Any) -> Any:
    """Return a field's value as JSON holds it; arrays of more than 64 values as count and SHA-256 of their bytes."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if is_list_op(value):
        return {part: [json_value(item) for item in items] for part, items in list_op_parts(value).items()}
    if isinstance(value, Mapping):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, Sdf.AssetPath):
        return value.path
    if isinstance(value, (list, tuple)):
        return [json_value(item) for item in value]
    if hasattr(value, "__len__") and not isinstance(value, Sdf.Path):
        if len(value) > _LONGEST_JSON:
            array = np.asarray(value)
            data = array.tobytes() if array.dtype.kind not in "OUS" else repr(list(value)).encode()
            return {"count": len(value), "sha256": hashlib.sha256(data).hexdigest()}
        if type(value).__module__ == Gf.__name__ and hasattr(value, "IsIdentity"):
            return repr(value)
        return [json_value(item) for item in value]
    return str(value) if isinstance(value, Sdf.Path) else value_text(value)
