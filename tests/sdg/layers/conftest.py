"""Layers from text, and random edits of a layer whose conflicts are known by construction."""

import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pxr import Sdf

TABLETOP = Path(__file__).parents[3] / "usd_scenes" / "tabletop"


def layer_of(text: str) -> Sdf.Layer:
    layer = Sdf.Layer.CreateAnonymous(".usda")
    layer.ImportFromString("#usda 1.0\n" + text.replace("}", "\n}"))
    return layer


@pytest.fixture
def layer():
    return layer_of


@pytest.fixture
def tabletop():
    return TABLETOP


@dataclass
class Edit:
    """One operation on a layer, and what it touches.

    Attributes:
        apply: Does it to a layer.
        sets: What it sets, as (path, field) -> value; two sides may set the same to the same.
        gone: Path that it deletes or renames; empty for others.
        to: Where a renamed prim goes; empty for others.
        touches: Paths that it edits, for deletions above them.
    """

    name: str
    apply: object
    sets: dict = field(default_factory=dict)
    gone: str = ""
    to: str = ""
    touches: tuple = ()


def below(path: str, root: str) -> bool:
    return bool(root) and (path == root or path.startswith((root + "/", root + ".")))


def conflict(ours: list[Edit], theirs: list[Edit]) -> bool:
    """The definition: the same field set differently, or a deletion or rename against an edit at or below it."""
    for a in ours:
        for b in theirs:
            if any(b.sets[key] != value for key, value in a.sets.items() if key in b.sets):
                return True
            if a.gone and a.gone == b.gone:
                if a.to != b.to:
                    return True
                continue
            for one, other in ((a, b), (b, a)):
                if one.gone and any(below(path, one.gone) for path in (*other.touches, other.gone) if path):
                    return True
    return False


class Edits:
    """Random edits of one base layer, drawn from few targets so that they often meet."""

    def __init__(self, base: Sdf.Layer, seed: int):
        self.random = random.Random(seed)
        prims: list[str] = []
        base.Traverse("/", lambda p: prims.append(str(p)) if p.IsPrimPath() and p.pathElementCount > 1 else None)
        prims.sort()
        self.prims = [*self.random.sample(prims, 3), self.random.choice(["/World/Objects", "/World/Environment"])]
        self.base = base
        self.attributes = [
            str(p.path) for prim in self.prims for p in base.GetPrimAtPath(prim).properties
            if isinstance(p, Sdf.AttributeSpec) and p.typeName in (Sdf.ValueTypeNames.Double3, Sdf.ValueTypeNames.Float3)]

    def side(self) -> list[Edit]:
        """Up to five edits that do not stand in each other's way."""
        chosen: list[Edit] = []
        for _ in range(self.random.randint(1, 5)):
            edit = self.random.choice(self.kinds())(self.random.choice(self.prims))
            if edit and not any(self._clash(edit, other) for other in chosen):
                chosen.append(edit)
        return chosen

    def kinds(self):
        light = [self.value, self.value, self.samples, self.metadata, self.entry, self.listed, self.selection, self.added]
        return [*light, self.added_property, self.delete, self.rename, self.delete_property, self.reorder, self.target]

    @staticmethod
    def _clash(edit: Edit, other: Edit) -> bool:
        if edit.sets.keys() & other.sets.keys():
            return True
        for one, two in ((edit, other), (other, edit)):
            if one.gone and any(below(path, one.gone) or below(one.gone, path) for path in (*two.touches, two.gone) if path):
                return True
        return bool(edit.to and edit.to == other.to)

    def value(self, prim):
        mine = [path for path in self.attributes if path.rsplit(".", 1)[0] == prim]
        if not mine:
            return None
        path, value = self.random.choice(mine), float(self.random.randint(11, 13))

        def apply(layer):
            spec = layer.GetAttributeAtPath(path)
            spec.default = type(spec.default)(value)

        return Edit(f"{path} = {value}", apply, {(path, "value"): value}, touches=(path,))

    def samples(self, prim):
        mine = [path for path in self.attributes if path.rsplit(".", 1)[0] == prim]
        if not mine:
            return None
        path, value = self.random.choice(mine), float(self.random.randint(11, 12))

        def apply(layer):
            spec = layer.GetAttributeAtPath(path)
            layer.SetTimeSample(path, 1.0, type(spec.default)(value))

        return Edit(f"{path} at 1 = {value}", apply, {(path, "value"): ("at 1", value)}, touches=(path,))

    def metadata(self, prim):
        value = self.random.choice(["one", "two"])

        def apply(layer):
            layer.GetPrimAtPath(prim).documentation = value

        return Edit(f"{prim} doc {value}", apply, {(prim, "documentation"): value}, touches=(prim,))

    def entry(self, prim):
        key, value = self.random.choice("abc"), self.random.randint(1, 2)

        def apply(layer):
            spec = layer.GetPrimAtPath(prim)
            held = dict(spec.customData)
            held.setdefault("made", {})[key] = value
            spec.customData = held

        return Edit(f"{prim} customData {key}", apply, {(prim, "customData", key): value}, touches=(prim,))

    def listed(self, prim):
        item = self.random.choice(["AAPI", "BAPI", "CAPI"])

        def apply(layer):
            spec = layer.GetPrimAtPath(prim)
            held = list(spec.GetInfo("apiSchemas").prependedItems) if spec.HasInfo("apiSchemas") else []
            spec.SetInfo("apiSchemas", Sdf.TokenListOp.Create(prependedItems=[*held, item]))

        return Edit(f"{prim} + {item}", apply, {(prim, "apiSchemas", item): True}, touches=(prim,))

    def selection(self, prim):
        name, value = self.random.choice(["look", "size"]), self.random.choice("xy")

        def apply(layer):
            layer.GetPrimAtPath(prim).variantSelections[name] = value

        return Edit(f"{prim} {name}={value}", apply, {(prim, "variants", name): value}, touches=(prim,))

    def added(self, prim):
        name, size = self.random.choice(["NewA", "NewB", "NewC"]), float(self.random.randint(1, 2))
        path = f"{prim}/{name}"

        def apply(layer):
            spec = Sdf.PrimSpec(layer.GetPrimAtPath(prim), name, Sdf.SpecifierDef, "Cube")
            Sdf.AttributeSpec(spec, "size", Sdf.ValueTypeNames.Double).default = size

        return Edit(f"add {path}", apply, {(path, "size"): size}, touches=(path,))

    def added_property(self, prim):
        name, kind = self.random.choice(["newX", "newY"]), self.random.choice(["Float", "Double"])
        path = f"{prim}.{name}"

        def apply(layer):
            Sdf.AttributeSpec(layer.GetPrimAtPath(prim), name, getattr(Sdf.ValueTypeNames, kind)).default = 1.0

        return Edit(f"add {path} {kind}", apply, {(path, "value"): kind}, touches=(path,))

    def target(self, prim):
        item = self.random.choice(["/World/P", "/World/Q"])
        path = f"{prim}.tied"

        def apply(layer):
            spec = layer.GetPropertyAtPath(path) or Sdf.RelationshipSpec(layer.GetPrimAtPath(prim), "tied", False)
            spec.targetPathList.prependedItems.append(item)

        return Edit(f"{path} + {item}", apply, {(path, "target", item): True}, touches=(path,))

    def delete(self, prim):
        def apply(layer):
            parent = layer.GetPrimAtPath(Sdf.Path(prim).GetParentPath())
            del parent.nameChildren[Sdf.Path(prim).name]

        return Edit(f"delete {prim}", apply, gone=prim)

    def rename(self, prim):
        new = str(Sdf.Path(prim).GetParentPath().AppendChild(self.random.choice(["RenamedA", "RenamedB"])))

        def apply(layer):
            edit = Sdf.BatchNamespaceEdit()
            edit.Add(prim, new)
            assert layer.Apply(edit)

        other = [p for p in self.prims if Sdf.Path(p).GetParentPath() == Sdf.Path(prim).GetParentPath()]
        new = f"{new}_{other.index(prim)}"  # two prims never get the same name
        return Edit(f"rename {prim} to {new}", apply, gone=prim, to=new)

    def delete_property(self, prim):
        mine = [path for path in self.attributes if path.rsplit(".", 1)[0] == prim]
        if not mine:
            return None
        path = self.random.choice(mine)

        def apply(layer):
            layer.GetPrimAtPath(prim).RemoveProperty(layer.GetPropertyAtPath(path))

        return Edit(f"delete {path}", apply, gone=path)

    def reorder(self, prim):
        names = list(self.base.GetPrimAtPath(prim).nameChildren.keys())
        if len(names) < 2:
            return None
        self.random.shuffle(names)

        def apply(layer):
            spec = layer.GetPrimAtPath(prim)
            there = [name for name in names if name in spec.nameChildren]
            spec.nameChildrenOrder = there

        return Edit(f"reorder {prim}", apply, touches=(prim,))


@pytest.fixture
def edits():
    return Edits


@pytest.fixture
def conflicting():
    return conflict
