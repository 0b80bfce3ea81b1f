"""A layer as a table: every spec by path, with its fields and the order of its children.

Fields that hold dictionaries are taken apart to their leaves, as those are what people set: the key of a field is a tuple,
``("default",)`` or ``("customData", "maker", "name")``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pxr import Sdf

__all__ = ["FieldKey", "SpecRecord", "field_text", "take_snapshot"]

FieldKey = tuple[str, ...]

_KINDS = (
    (Sdf.PseudoRootSpec, "layer"),
    (Sdf.VariantSetSpec, "variant set"),
    (Sdf.VariantSpec, "variant"),
    (Sdf.PrimSpec, "prim"),
    (Sdf.AttributeSpec, "attribute"),
    (Sdf.RelationshipSpec, "relationship"),
)


@dataclass(frozen=True)
class SpecRecord:
    """One spec of a layer.

    Attributes:
        kind: layer, prim, variant set, variant, attribute or relationship.
        fields: Values by field key.
        children: Names of children in order, by what they are: prims, properties, variant sets, variants.
    """

    kind: str
    fields: dict[FieldKey, Any]
    children: dict[str, tuple[str, ...]] = field(default_factory=dict)


def take_snapshot(layer: Sdf.Layer) -> dict[Sdf.Path, SpecRecord]:
    """Return every spec of a layer by its path, the layer's own metadata under ``/``."""
    paths: list[Sdf.Path] = []
    layer.Traverse(Sdf.Path.absoluteRootPath, paths.append)
    records: dict[Sdf.Path, SpecRecord] = {}
    for path in sorted(paths):
        spec = layer.pseudoRoot if path == Sdf.Path.absoluteRootPath else layer.GetObjectAtPath(path)
        kind = next((name for kind, name in _KINDS if isinstance(spec, kind)), None) if spec else None
        if kind is not None:  # targets and connections are held by their property
            records[path] = SpecRecord(kind, _fields(layer, spec), _children(spec, kind))
    return records


def field_text(key: FieldKey) -> str:
    """Return the name of a field for people: ``customData:maker:name``; that of the value itself is empty."""
    return "" if key == ("default",) else ":".join(key)


def _fields(layer: Sdf.Layer, spec: Sdf.Spec) -> dict[FieldKey, Any]:
    found: dict[FieldKey, Any] = {}
    for name in spec.ListInfoKeys():
        if name == "subLayerOffsets":
            continue  # told with the sublayers
        if name == "subLayers":
            offsets = [layer.subLayerOffsets[i] for i in range(len(layer.subLayerPaths))]
            found[(name,)] = [(path, (o.offset, o.scale)) for path, o in zip(layer.subLayerPaths, offsets, strict=True)]
            continue
        try:
            value = spec.GetInfo(name)
        except TypeError:  # a type that Python does not know: its text is compared
            value = spec.GetAsText()
        _leaves((name,), value, found)
    return found


def _leaves(key: FieldKey, value: Any, found: dict[FieldKey, Any]) -> None:
    apart = isinstance(value, Mapping) and value and key[0] != "timeSamples"
    if apart and not any(":" in str(name) for name in value):  # entries are addressed with ":" between names
        for name, item in value.items():
            _leaves((*key, str(name)), item, found)
    else:
        found[key] = value


def _children(spec: Sdf.Spec, kind: str) -> dict[str, tuple[str, ...]]:
    if kind == "layer":
        return {"prims": tuple(spec.layer.rootPrims.keys())}
    if kind == "variant set":
        return {"variants": tuple(spec.variants.keys())}
    if kind == "variant":
        spec = spec.primSpec
    elif kind != "prim":
        return {}
    found = {
        "prims": tuple(spec.nameChildren.keys()),
        "properties": tuple(spec.properties.keys()),
        "variant sets": tuple(spec.variantSets.keys()),
    }
    return {what: names for what, names in found.items() if names}
