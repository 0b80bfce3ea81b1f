"""Three-way merge of layers: what each side changed since the base, and where both changed the same.

A conflict is the same field of a prim or property set differently by both sides, or a spec that one side deleted or renamed
while the other one edited it or anything below. The value of an attribute (type, default, time samples, spline) is one field; a
dictionary is one field per entry. List operations and the order of children merge by rules that do not ask which side is ours
(`order`). The plan is applied to a copy of the base, so swapping the sides gives the same layer, to the byte.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pxr import Sdf

from scenewright.sdg.layers.order import ListConflict, merge_items, merge_list_op, merge_order
from scenewright.sdg.layers.renames import Tree, find_renames
from scenewright.sdg.layers.snapshot import FieldKey, SpecRecord, field_text, take_snapshot
from scenewright.sdg.layers.values import ABSENT, is_list_op, same_value, value_text

__all__ = ["Conflict", "FieldChoice", "MergePlan", "plan_merge"]

VALUE = ("typeName", "default", "timeSamples", "spline")
_ORDERS = ("primOrder", "propertyOrder")


@dataclass(frozen=True)
class Conflict:
    """One thing that both sides changed; the merged layer keeps ours.

    Attributes:
        path: Path of the prim or property.
        field: Name of the metadata field; empty for the value itself or the spec as a whole.
        why: What happened, as a sentence with both values.
    """

    path: str
    field: str
    why: str

    def __str__(self) -> str:
        return f"<{self.path}>{' ' + self.field if self.field else ''}: {self.why}"


@dataclass(frozen=True)
class FieldChoice:
    """Where a field of the merged layer comes from.

    Attributes:
        key: The field; ``("value",)`` means the fields of an attribute's value together.
        side: ``ours`` or ``theirs``, whose field is copied; empty where ``value`` is the merged one.
        value: The merged list operation, order or sublayers.
    """

    key: FieldKey
    side: str = ""
    value: Any = None


@dataclass
class MergePlan:
    """What turns the base into the merged layer.

    Attributes:
        delete: Specs of the base to remove, each with all below it.
        copy: Specs to copy with all below them from a side, replacing what the base has.
        create: Specs that both sides added: their fields are chosen one by one.
        fields: Choices by spec.
        orders: Names of children in merged order by parent and by what they are.
        conflicts: What both sides changed.
    """

    delete: list[Sdf.Path] = field(default_factory=list)
    copy: dict[Sdf.Path, str] = field(default_factory=dict)
    create: list[Sdf.Path] = field(default_factory=list)
    fields: dict[Sdf.Path, list[FieldChoice]] = field(default_factory=dict)
    orders: dict[tuple[Sdf.Path, str], list[list[str]]] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)


def plan_merge(base: Sdf.Layer, ours: Sdf.Layer, theirs: Sdf.Layer) -> MergePlan:
    """Return how two layers that started from ``base`` merge, and what stands against it."""
    return _Planner(*(Tree(take_snapshot(layer)) for layer in (base, ours, theirs))).plan


class _Planner:
    def __init__(self, base: Tree, ours: Tree, theirs: Tree):
        self.base, self.ours, self.theirs = base, ours, theirs
        self.plan = MergePlan()
        self.settled: set[Sdf.Path] = set()
        self.renamed = {"ours": find_renames(base, ours), "theirs": find_renames(base, theirs)}
        self._renames()
        self._deletions()
        self._rest()
        self.plan.conflicts.sort(key=lambda conflict: (Sdf.Path(conflict.path), conflict.field))

    def _settle(self, root: Sdf.Path) -> None:
        for tree in (self.base, self.ours, self.theirs):
            self.settled.update(tree.subtree(root))

    def _conflict(self, path: Sdf.Path, why: str, key: FieldKey = ()) -> None:
        self.plan.conflicts.append(Conflict(str(path), field_text(key) if key and key != ("value",) else "", why))

    # -- renames --------------------------------------------------------------------------------------------------------

    def _renames(self) -> None:
        ours, theirs = self.renamed["ours"], self.renamed["theirs"]
        for old in sorted({*ours, *theirs}):
            one, other = ours.get(old), theirs.get(old)
            if one == other:
                continue
            if one and other:
                self._conflict(old, f"ours renamed it to <{one}>, theirs to <{other}>")
                self._drop(other)
            elif one and old not in self.theirs.records:
                self._conflict(old, f"ours renamed it to <{one}>, theirs deleted it")
            elif other and old not in self.ours.records:
                self._conflict(old, f"ours deleted it, theirs renamed it to <{other}>")
                self._drop(other)
        origins = [{new: old for old, new in renames.items()} for renames in (ours, theirs)]
        for new in sorted({*origins[0], *origins[1]}):
            sources = [origin.get(new) for origin in origins]
            both = new in self.ours.records and new in self.theirs.records and new not in self.settled
            if both and sources[0] != sources[1] and self._edited(new, self.ours, self.theirs):
                texts = [f"renamed <{old}> to this" if old else "added this" for old in sources]
                self._conflict(new, f"ours {texts[0]}, theirs {texts[1]}")
                self.plan.copy[new] = "ours"
                self._settle(new)

    def _drop(self, root: Sdf.Path) -> None:
        """Leave out what theirs added at ``root``, unless ours has the same place taken."""
        if root not in self.ours.records and root not in self.base.records:
            self._settle(root)

    # -- deletions ------------------------------------------------------------------------------------------------------

    def _deletions(self) -> None:
        for root in sorted({*self.base.tops(self.ours), *self.base.tops(self.theirs)}):
            if root in self.settled:
                continue
            here, there = root in self.ours.records, root in self.theirs.records
            keeper = self.ours if here else self.theirs
            edit = next(self._edits(root, keeper), None) if here or there else None
            if edit is None:
                self.plan.delete.append(root)
            else:
                self._deletion_conflict(root, "ours" if here else "theirs", edit)
            self._settle(root)

    def _deletion_conflict(self, root: Sdf.Path, editor: str, edit: Sdf.Path) -> None:
        deleter = "theirs" if editor == "ours" else "ours"
        renamed = self.renamed[deleter].get(root)
        did = f"{deleter} renamed it to <{renamed}>" if renamed else f"{deleter} deleted it"
        what = "edited it" if edit == root else f"edited <{edit}>"
        self._conflict(root, f"{did}, {editor} {what}")
        if editor == "ours":
            self.plan.copy[root] = "ours"
            if renamed:
                self._drop(renamed)
        else:
            self.plan.delete.append(root)

    def _edits(self, root: Sdf.Path, side: Tree) -> Iterator[Sdf.Path]:
        """Yield the specs at or below ``root`` that a side added, changed or deleted."""
        for path in sorted({*self.base.subtree(root), *side.subtree(root)}):
            before, after = self.base.records.get(path), side.records.get(path)
            if before is None or after is None or _changed(before, after):
                yield path

    def _edited(self, root: Sdf.Path, one: Tree, other: Tree) -> bool:
        paths, also = set(one.subtree(root)), set(other.subtree(root))
        return paths != also or any(_changed(one.records[path], other.records[path]) for path in paths)

    # -- everything else ------------------------------------------------------------------------------------------------

    def _rest(self) -> None:
        for path in sorted({*self.base.records, *self.ours.records, *self.theirs.records}):
            if path in self.settled:
                continue
            before, one, other = (tree.records.get(path) for tree in (self.base, self.ours, self.theirs))
            if one is None or other is None:  # an addition, as every deletion is settled
                self.plan.copy[path] = "ours" if one is not None else "theirs"
                self._settle(path)
                continue
            if one.kind != other.kind or (before and before.kind != one.kind):
                self._kinds(path, before, one, other)
                continue
            if before is None:
                self.plan.create.append(path)
            choices = self._fields(path, before or SpecRecord(one.kind, {}), one, other)
            if choices:
                self.plan.fields[path] = choices
            self._orders(path, before, one, other)

    def _kinds(self, path: Sdf.Path, before: SpecRecord | None, one: SpecRecord, other: SpecRecord) -> None:
        side = "theirs" if before and not _changed(before, one) else "ours"
        if not (before and side == "theirs") and _changed(one, other) and not (before and not _changed(before, other)):
            self._conflict(path, f"ours has the {one.kind}, theirs the {other.kind}")
        self.plan.copy[path] = side
        self._settle(path)

    def _fields(self, path: Sdf.Path, before: SpecRecord, one: SpecRecord, other: SpecRecord) -> list[FieldChoice]:
        groups = [_grouped(record) for record in (before, one, other)]
        changed: list[dict[FieldKey, None]] = [{}, {}]
        choices = []
        for key in sorted({*groups[0], *groups[1], *groups[2]}):
            base, ours, theirs = (group.get(key, ABSENT) for group in groups)
            if same_value(ours, theirs):
                if not same_value(ours, base):
                    choices.append(FieldChoice(key, "ours"))
                continue
            for values, side in ((ours, 0), (theirs, 1)):
                if not same_value(values, base):
                    changed[side][key] = None
            if same_value(theirs, base) or same_value(ours, base):
                choices.append(FieldChoice(key, "ours" if same_value(theirs, base) else "theirs"))
            else:
                choices.append(self._both(path, key, base, ours, theirs))
        inside = [(a, b) for a in changed[0] for b in changed[1] if a != b and (a == b[: len(a)] or b == a[: len(b)])]
        for mine, yours in inside:
            self._conflict(path, f"ours set {field_text(mine)}, theirs {field_text(yours)}", min(mine, yours))
            choices = [choice for choice in choices if choice.key != yours]
        return choices

    def _both(self, path: Sdf.Path, key: FieldKey, base: Any, ours: Any, theirs: Any) -> FieldChoice:
        """Return what becomes of a field that both sides changed, differently."""
        lists = [[] if value is ABSENT else value for value in (base, ours, theirs)]
        try:
            if key[0] in _ORDERS:
                return FieldChoice(key, value=merge_order(*lists))
            if key == ("subLayers",):
                return FieldChoice(key, value=_merge_sublayers(*map(dict, lists)))
            if any(is_list_op(value) for value in (ours, theirs)):
                return FieldChoice(key, value=merge_list_op(base, ours, theirs))
            why = ""
        except ListConflict as error:
            why = f"; {error}"
        self._conflict(path, f"ours {_text(ours)}, theirs {_text(theirs)}, base {_text(base)}{why}", key)
        return FieldChoice(key, "ours")

    def _orders(self, path: Sdf.Path, before: SpecRecord | None, one: SpecRecord, other: SpecRecord) -> None:
        for what in ("prims", "properties"):
            orders = [list(record.children.get(what, ())) if record else [] for record in (before, one, other)]
            if orders[1] != orders[0] or orders[2] != orders[0]:
                self.plan.orders[(path, what)] = orders


def _grouped(record: SpecRecord) -> dict[FieldKey, Any]:
    """Return a spec's fields with those of an attribute's value as one."""
    if record.kind != "attribute":
        return record.fields
    rest = {key: value for key, value in record.fields.items() if key[0] not in VALUE}
    return {**rest, ("value",): {key[0]: value for key, value in record.fields.items() if key[0] in VALUE}}


def _text(value: Any) -> str:
    if value == {}:
        return "nothing"
    if isinstance(value, dict) and "typeName" in value:
        told = {name: value_text(value[name]) for name in VALUE[1:] if name in value}
        return ", ".join(text if name == "default" else f"{name} {text}" for name, text in told.items()) or "no value"
    return value_text(value)


def _changed(before: SpecRecord, after: SpecRecord) -> bool:
    """Return whether a spec's own content changed, or the order of the children that are left."""
    if before.kind != after.kind or not same_value(before.fields, after.fields):
        return True
    for what, names in after.children.items():
        left = set(names)
        if tuple(name for name in before.children.get(what, ()) if name in left) != names:
            return True
    return False


def _merge_sublayers(base: dict, ours: dict, theirs: dict) -> list[tuple[str, tuple[float, float]]]:
    merged = []
    for path in merge_items(list(base), list(ours), list(theirs)):
        before, one, other = (layers.get(path) for layers in (base, ours, theirs))
        if one and other and one != other and before not in (one, other):
            raise ListConflict(f"the offset of @{path}@")
        merged.append((path, (other if one == before or one is None else one) or before))
    return merged
