"""Copying single fields between specs, with every value in the type in which its layer holds it.

Python does not see whether a dictionary holds an int or an int64, so values never pass through Python: `UsdUtils.StitchInfo`
copies whole fields between specs of one path, and a stage clears entries of dictionaries.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pxr import Sdf, Usd, UsdUtils

from scenewright.sdg.layers.snapshot import FieldKey
from scenewright.sdg.layers.values import list_op_parts

__all__ = ["copy_entries", "copy_fields", "prim_at", "set_list_op", "spec_at"]

_REQUIRED = ("specifier", "typeName", "variability", "custom")
#: Lists of paths, which Sdf sets only through the property's list editor.
_PATH_LISTS = {"targetPaths": "targetPathList", "connectionPaths": "connectionPathList"}


def spec_at(layer: Sdf.Layer, path: Sdf.Path) -> Sdf.Spec | None:
    """Return the spec at a path, the layer itself at ``/``."""
    return layer.pseudoRoot if path == Sdf.Path.absoluteRootPath else layer.GetObjectAtPath(path)


def prim_at(layer: Sdf.Layer, path: Sdf.Path) -> Sdf.PrimSpec | Sdf.PseudoRootSpec | None:
    """Return the prim spec at a path, that of a variant at a variant's; the layer itself at ``/``."""
    spec = spec_at(layer, path)
    return spec.primSpec if isinstance(spec, Sdf.VariantSpec) else spec


def copy_fields(target: Sdf.Spec, source: Sdf.Spec, names: Sequence[str]) -> None:
    """Copy fields as they are between specs of one path; one that ``source`` lacks is cleared."""
    _scratch, alone = _alone(source, names)  # a spec does not keep its layer
    for name in names:
        _clear_field(target, name)
    UsdUtils.StitchInfo(target, alone)


def set_list_op(target: Sdf.Spec, name: str, value: Any) -> None:
    """Set a field to a list operation; targets and connections are set through their property's own list."""
    if name not in _PATH_LISTS:
        target.SetInfo(name, value)
        return
    _clear_field(target, name)
    edits = getattr(target, _PATH_LISTS[name])
    if value.isExplicit:
        edits.ClearEditsAndMakeExplicit()
    for part, items in list_op_parts(value).items():
        setattr(edits, f"{part}Items", items)


def _clear_field(spec: Sdf.Spec, name: str) -> None:
    if name in _PATH_LISTS:
        getattr(spec, _PATH_LISTS[name]).ClearEdits()
    elif spec.HasInfo(name):
        spec.ClearInfo(name)


def copy_entries(target: Sdf.Spec, name: str, chosen: Mapping[FieldKey, Sdf.Spec]) -> None:
    """Copy entries of a dictionary field; one that its source lacks is removed.

    Args:
        target: What to change.
        name: The field.
        chosen: The spec that each entry is copied from, by the entry's key in the field.
    """
    if name == "variantSelection":
        _copy_selections(target, chosen)
        return
    result, merged = _alone(target, [name])
    _clear(result, merged.path, name, chosen)
    for source in {id(spec): spec for spec in chosen.values()}.values():
        wanted = {key for key, spec in chosen.items() if spec is source}
        layer, alone = _alone(source, [name])
        if alone.HasInfo(name):
            _clear(layer, alone.path, name, [key for key in _leaves(alone.GetInfo(name)) if key not in wanted])
            UsdUtils.StitchInfo(spec_at(result, merged.path), spec_at(layer, alone.path))
    found = spec_at(result, merged.path)
    if found.HasInfo(name) and not found.GetInfo(name):
        found.ClearInfo(name)
    if target.HasInfo(name):
        target.ClearInfo(name)
    UsdUtils.StitchInfo(target, found)


def _copy_selections(target: Sdf.PrimSpec, chosen: Mapping[FieldKey, Sdf.PrimSpec]) -> None:
    for (variant_set,), source in chosen.items():
        selected = source.variantSelections.get(variant_set)
        if selected is not None:
            target.variantSelections[variant_set] = selected
        elif variant_set in target.variantSelections:
            del target.variantSelections[variant_set]


def _clear(layer: Sdf.Layer, path: Sdf.Path, name: str, keys: Iterable[FieldKey]) -> None:
    """Remove entries of a dictionary, and dictionaries that this leaves empty."""
    flat = path.StripAllVariantSelections()
    work = layer
    if flat != path:  # a stage does not edit inside variants by path
        work = Sdf.Layer.CreateAnonymous(".usda")
        Sdf.CreatePrimInLayer(work, flat.GetPrimPath())
        Sdf.CopySpec(layer, path, work, flat)
    stage = Usd.Stage.Open(work)
    holder = stage if path == Sdf.Path.absoluteRootPath else stage.GetObjectAtPath(flat)
    for key in sorted(keys, key=len, reverse=True):
        for depth in range(len(key), 0, -1):
            entry = ":".join(key[:depth])
            if depth == len(key) or holder.GetMetadataByDictKey(name, entry) == {}:
                holder.ClearMetadataByDictKey(name, entry)
    if work is not layer:
        Sdf.CopySpec(work, flat, layer, path)


def _leaves(value: Mapping, above: FieldKey = ()) -> list[FieldKey]:
    found: list[FieldKey] = []
    for key, item in value.items():
        nested = isinstance(item, Mapping) and item
        found += _leaves(item, (*above, str(key))) if nested else [(*above, str(key))]
    return found


def _alone(source: Sdf.Spec, names: Sequence[str]) -> tuple[Sdf.Layer, Sdf.Spec]:
    """Return a spec like ``source`` with these fields only, at the same path in a layer of its own."""
    layer = Sdf.Layer.CreateAnonymous(".usda")
    if isinstance(source, Sdf.PropertySpec):
        holder = source.path.GetPrimOrPrimVariantSelectionPath()
        Sdf.CreatePrimInLayer(layer, holder)
        prim = prim_at(layer, holder)
        if isinstance(source, Sdf.AttributeSpec):
            spec = Sdf.AttributeSpec(prim, source.name, source.typeName, source.variability, source.custom)
        else:
            spec = Sdf.RelationshipSpec(prim, source.name, source.custom, source.variability)
    else:
        if not isinstance(source, Sdf.PseudoRootSpec):
            Sdf.CreatePrimInLayer(layer, source.path)
        spec = spec_at(layer, source.path)
    UsdUtils.StitchInfo(spec, source)
    for name in spec.ListInfoKeys():
        if name not in names and name not in _REQUIRED:
            _clear_field(spec, name)
    return layer, spec
