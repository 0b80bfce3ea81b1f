"""Applying a merge plan to a copy of the base."""

from pxr import Sdf

from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.fields import copy_entries, copy_fields, prim_at, set_list_op, spec_at
from scenewright.sdg.layers.merge import VALUE, FieldChoice, MergePlan, plan_merge
from scenewright.sdg.layers.order import merge_order
from scenewright.sdg.layers.snapshot import FieldKey

__all__ = ["apply_plan", "merge_layers"]


def merge_layers(base: Sdf.Layer, ours: Sdf.Layer, theirs: Sdf.Layer) -> tuple[Sdf.Layer, MergePlan]:
    """Return the merged layer, in memory, and the plan with its conflicts; where there are any the layer holds ours."""
    plan = plan_merge(base, ours, theirs)
    return apply_plan(plan, base, {"ours": ours, "theirs": theirs}), plan


def apply_plan(plan: MergePlan, base: Sdf.Layer, sides: dict[str, Sdf.Layer]) -> Sdf.Layer:
    """Return a copy of the base with a plan carried out."""
    result = Sdf.Layer.CreateAnonymous(".usda")
    result.TransferContent(base)
    for path in plan.delete:
        _remove(result, path)
    for path in sorted({*plan.copy, *plan.create}):
        if path in plan.copy:
            _copy(sides[plan.copy[path]], result, path)
        else:
            _create(result, sides["ours"], path)
    for path, choices in sorted(plan.fields.items()):
        entries: dict[str, dict[FieldKey, Sdf.Spec]] = {}
        for choice in choices:
            if len(choice.key) > 1:
                entries.setdefault(choice.key[0], {})[choice.key[1:]] = spec_at(sides[choice.side], path)
            else:
                _set_field(result, path, choice, sides)
        for name, chosen in entries.items():
            copy_entries(spec_at(result, path), name, chosen)
    for (path, what), orders in sorted(plan.orders.items()):
        _reorder(result, path, what, orders)
    return result


def _remove(layer: Sdf.Layer, path: Sdf.Path) -> None:
    spec = spec_at(layer, path)
    if not spec:
        return
    parent = prim_at(layer, path.GetParentPath())
    if isinstance(spec, Sdf.PropertySpec):
        parent.RemoveProperty(spec)
    elif isinstance(spec, Sdf.VariantSpec):
        spec.owner.RemoveVariant(spec)
    elif isinstance(spec, Sdf.VariantSetSpec):
        del parent.variantSets[spec.name]
    elif parent == layer.pseudoRoot:
        del layer.rootPrims[spec.name]
    else:
        del parent.nameChildren[spec.name]


def _copy(source: Sdf.Layer, target: Sdf.Layer, path: Sdf.Path) -> None:
    if spec_at(target, path):
        _remove(target, path)
    if not Sdf.CopySpec(source, path, target, path):
        raise LayerError(f"<{path}> cannot be copied into the merged layer.")


def _create(target: Sdf.Layer, source: Sdf.Layer, path: Sdf.Path) -> None:
    """Make an empty spec of the kind that ``source`` has at a path."""
    like = spec_at(source, path)
    parent = prim_at(target, path.GetParentPath())
    if isinstance(like, Sdf.AttributeSpec):
        Sdf.AttributeSpec(parent, like.name, like.typeName, like.variability, like.custom)
    elif isinstance(like, Sdf.RelationshipSpec):
        Sdf.RelationshipSpec(parent, like.name, like.custom, like.variability)
    elif isinstance(like, Sdf.VariantSetSpec):
        Sdf.VariantSetSpec(parent, like.name)
    elif isinstance(like, Sdf.VariantSpec):
        name, _ = path.GetVariantSelection()
        Sdf.VariantSpec(spec_at(target, path.GetParentPath().AppendVariantSelection(name, "")), like.name)
    elif parent == target.pseudoRoot:
        Sdf.PrimSpec(target, like.name, like.specifier, like.typeName)
    else:
        Sdf.PrimSpec(parent, like.name, like.specifier, like.typeName)


def _set_field(result: Sdf.Layer, path: Sdf.Path, choice: FieldChoice, sides: dict[str, Sdf.Layer]) -> None:
    spec, name = spec_at(result, path), choice.key[0]
    if not choice.side:
        _set_merged(result, spec, name, choice.value)
        return
    source = spec_at(sides[choice.side], path)
    if name == "value":
        _set_value(result, path, source)
    elif name == "subLayers":
        layer = sides[choice.side]
        offsets = [layer.subLayerOffsets[i] for i in range(len(layer.subLayerPaths))]
        _set_sublayers(result, list(layer.subLayerPaths), offsets)
    elif name in ("specifier", "custom") or (name == "typeName" and isinstance(spec, Sdf.PrimSpec)):
        value = getattr(prim_at(sides[choice.side], path), name)
        if value == "":  # no type is no field
            spec.ClearInfo(name)
        else:
            setattr(prim_at(result, path), name, value)
    elif name == "variability":
        _recreate(result, path, source)
    else:
        copy_fields(spec, source, [name])


def _set_merged(result: Sdf.Layer, spec: Sdf.Spec, name: str, value: object) -> None:
    if name == "subLayers":
        _set_sublayers(result, [path for path, _ in value], [Sdf.LayerOffset(*offset) for _, offset in value])
    else:
        set_list_op(spec, name, value)


def _set_sublayers(layer: Sdf.Layer, paths: list[str], offsets: list[Sdf.LayerOffset]) -> None:
    layer.subLayerPaths = paths
    for index, offset in enumerate(offsets):
        layer.subLayerOffsets[index] = offset


def _set_value(result: Sdf.Layer, path: Sdf.Path, source: Sdf.AttributeSpec) -> None:
    if spec_at(result, path).typeName != source.typeName:
        _recreate(result, path, source)
    copy_fields(spec_at(result, path), source, VALUE[1:])


def _recreate(result: Sdf.Layer, path: Sdf.Path, source: Sdf.PropertySpec) -> None:
    """Give a property the type and variability of ``source``; both are fixed when it is made."""
    kept = Sdf.Layer.CreateAnonymous(".usda")
    old = spec_at(result, path)
    Sdf.CreatePrimInLayer(kept, path.GetPrimOrPrimVariantSelectionPath())
    Sdf.CopySpec(result, path, kept, path)
    names = [name for name in old.ListInfoKeys() if name not in ("typeName", "variability", "custom")]
    if isinstance(old, Sdf.AttributeSpec) and old.typeName != source.typeName:
        names = [name for name in names if name not in VALUE]
    custom, owner = old.custom, prim_at(result, path.GetParentPath())
    _remove(result, path)
    if isinstance(source, Sdf.AttributeSpec):
        new = Sdf.AttributeSpec(owner, source.name, source.typeName, source.variability, custom)
    else:
        new = Sdf.RelationshipSpec(owner, source.name, custom, source.variability)
    copy_fields(new, spec_at(kept, path), names)


def _reorder(layer: Sdf.Layer, path: Sdf.Path, what: str, orders: list[list[str]]) -> None:
    """Bring the children of a spec into merged order, by taking them out and putting them back."""
    parent = prim_at(layer, path)
    root = parent == layer.pseudoRoot
    children = (layer.rootPrims if root else parent.nameChildren) if what == "prims" else parent.properties
    names = list(children.keys())
    wanted = merge_order(*orders, present=set(names))
    wanted += sorted(set(names) - set(wanted))
    if wanted == names:
        return
    aside = Sdf.Layer.CreateAnonymous(".usda")
    Sdf.CreatePrimInLayer(aside, "/Aside")
    separator = "/" if what == "prims" else "."
    paths = {name: children[name].path for name in names}
    for name in names:
        Sdf.CopySpec(layer, paths[name], aside, Sdf.Path(f"/Aside{separator}{name}"))
        _remove(layer, paths[name])
    for name in wanted:
        Sdf.CopySpec(aside, Sdf.Path(f"/Aside{separator}{name}"), layer, paths[name])
