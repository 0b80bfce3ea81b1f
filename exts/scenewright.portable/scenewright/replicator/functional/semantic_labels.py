"""Semantic labels on prims: `UsdSemantics.LabelsAPI` is written, the older ``SemanticsAPI`` is read and cleared too.

A label belongs to a type (taxonomy), e.g. ``{"class": "mug"}``, and is stored as ``token[] semantics:labels:<type>``.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pxr import Sdf, Usd, Vt

from scenewright.replicator.functional.layer_writes import AttributeColumn, edit_target, write_attributes
from scenewright.replicator.functional.prim_arguments import unknown_name
from scenewright.replicator.functional.prim_definition import add_api_schemas

__all__ = ["LABEL_PREFIX", "label_columns", "label_schemas", "parse_labels", "read_labels", "write_labels"]

LABEL_PREFIX = "semantics:labels:"
_SCHEMA = "SemanticsLabelsAPI:"
_LEGACY = ("semantic:", ":params:semanticType", ":params:semanticData")
_MODES = ("add", "replace", "clear")


def parse_labels(semantics: Any) -> dict[str, tuple[str, ...]]:
    """Return labels by type from any accepted form.

    Args:
        semantics: ``{type: label}``, ``{type: [labels]}``, one ``(type, label)`` or a list of such pairs; None = none.

    Raises:
        ValueError: A type or label is empty, or a type cannot be part of an attribute name.
        TypeError: Another form was given.
    """
    if semantics is None:
        return {}
    if isinstance(semantics, Mapping):
        pairs: Iterable[tuple[Any, Any]] = semantics.items()
    elif isinstance(semantics, (list, tuple)) and len(semantics) == 2 and all(isinstance(part, str) for part in semantics):
        pairs = [tuple(semantics)]
    elif isinstance(semantics, (list, tuple)) and all(isinstance(p, (list, tuple)) and len(p) == 2 for p in semantics):
        pairs = [tuple(p) for p in semantics]
    else:
        raise TypeError(f"semantics={semantics!r}; write {{'class': 'mug'}}, {{'class': ['mug', 'cup']}} or [('class', 'mug')]")
    labels: dict[str, tuple[str, ...]] = {}
    for kind, value in pairs:
        values = [value] if isinstance(value, str) else list(value) if isinstance(value, (list, tuple)) else None
        if values is None or not all(isinstance(v, str) and v for v in values):
            raise TypeError(f"Label {value!r} of semantic type {kind!r}; give a word or a list of words")
        if not isinstance(kind, str) or not Sdf.Path.IsValidNamespacedIdentifier(kind):
            raise ValueError(f"Semantic type {kind!r}; use letters, digits and underscores, such as 'class'")
        labels[kind] = tuple(dict.fromkeys([*labels.get(kind, ()), *values]))
    return labels


def label_schemas(labels: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the applied schemas that parsed labels need."""
    return [_SCHEMA + kind for kind in labels]


def label_columns(labels: Mapping[str, Sequence[str]], count: int) -> list[AttributeColumn]:
    """Return the columns that give N new prims the same labels."""
    return [_column(kind, [values] * count) for kind, values in labels.items()]


def read_labels(prim: Usd.Prim) -> dict[str, tuple[str, ...]]:
    """Return the labels authored on a prim itself, in either schema; types without labels are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for name in prim.GetAuthoredPropertyNames():
        if name.startswith(LABEL_PREFIX):
            kind, values = name.removeprefix(LABEL_PREFIX), prim.GetAttribute(name).Get() or ()
        elif name.startswith(_LEGACY[0]) and name.endswith(_LEGACY[1]):
            kind = prim.GetAttribute(name).Get()
            data = prim.GetAttribute(name.removesuffix(_LEGACY[1]) + _LEGACY[2]).Get()
            values = [part.strip() for part in data.split(",")] if kind and data else ()
        else:
            continue
        if values:
            found[kind] = tuple(dict.fromkeys([*found.get(kind, ()), *map(str, values)]))
    return found


def write_labels(prims: Sequence[Usd.Prim], semantics: Any, mode: str = "add", layer: Sdf.Layer | None = None) -> None:
    """Write labels of prims, GeomSubsets included.

    Args:
        prims: N prims of one stage.
        semantics: See `parse_labels`.
        mode: "add" keeps the labels that are there, "replace" drops those of the given types, "clear" drops all of every
            type first.
        layer: Where to write; the stage's current edit target by default.

    Raises:
        ValueError: Unknown mode, or a prim cannot be written to.
    """
    if mode not in _MODES:
        raise ValueError(unknown_name(str(mode), _MODES, "mode of modify.semantics"))
    labels = parse_labels(semantics)
    if not prims or (not labels and mode != "clear"):
        return
    present = [read_labels(prim) if mode != "replace" else {} for prim in prims]
    if mode == "clear":
        for prim in prims:
            _clear(prim, layer)
        present = [{} for _ in prims]
    if not labels:
        return
    columns = [_column(kind, [tuple(dict.fromkeys([*has.get(kind, ()), *values])) for has in present])
               for kind, values in labels.items()]
    write_attributes(prims, columns, layer)
    target = edit_target(prims[0].GetStage(), layer)
    with Sdf.ChangeBlock():
        for prim in prims:
            spec = Sdf.CreatePrimInLayer(target.GetLayer(), target.MapToSpecPath(prim.GetPath()))
            add_api_schemas(spec, label_schemas(labels))


def _column(kind: str, values: Sequence[Sequence[str]]) -> AttributeColumn:
    arrays = [Vt.TokenArray(list(labels)) for labels in values]
    return AttributeColumn(LABEL_PREFIX + kind, Sdf.ValueTypeNames.TokenArray, arrays)


def _clear(prim: Usd.Prim, layer: Sdf.Layer | None) -> None:
    """Empty every label of one prim; labels from weaker layers and references are overridden, not deleted."""
    columns = []
    for name in prim.GetAuthoredPropertyNames():
        if name.startswith(LABEL_PREFIX):
            columns.append(_column(name.removeprefix(LABEL_PREFIX), [()]))
        elif name.startswith(_LEGACY[0]) and name.endswith(_LEGACY[2]):
            columns.append(AttributeColumn(name, Sdf.ValueTypeNames.String, [""]))
    write_attributes([prim], columns, layer)
    kinds = [column.name.removeprefix(LABEL_PREFIX) for column in columns if column.name.startswith(LABEL_PREFIX)]
    with Usd.EditContext(prim.GetStage(), edit_target(prim.GetStage(), layer)):
        for kind in kinds:
            prim.RemoveAPI("SemanticsLabelsAPI", kind)
