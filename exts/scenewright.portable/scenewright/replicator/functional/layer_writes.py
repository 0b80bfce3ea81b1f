"""Bulk writes of attribute values through Sdf specs: one change block for any number of prims.

`Usd.Attribute.Set` costs about ten microseconds a call; a spec write costs two. Everything that reads the composed stage
(types, who wins composition) happens before the block and only for specs that do not exist yet, so a steady state pays
for the values alone. The stage is up to date when a function of this module returns.
"""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from pxr import Sdf, Usd, Vt

from scenewright.replicator.functional.stage_facts import StageFacts, facts_of

__all__ = ["YIELDING", "AttributeColumn", "column_of_rows", "edit_target", "write_attributes"]


@dataclass(frozen=True)
class AttributeColumn:
    """One attribute of N prims.

    Attributes:
        name: Attribute name, with namespaces.
        type_name: Type of specs that are created; an attribute that exists keeps its own.
        values: N values of that type (``itertools.repeat`` for a constant).
        uniform: Variability of a created spec.
        interpolation: Primvar interpolation metadata of a created spec; "" = none.
        color_space: Colour space metadata of a created spec; "" = none.
        custom: Whether a created spec belongs to no schema.
    """

    name: str
    type_name: Sdf.ValueTypeName
    values: Iterable[Any]
    uniform: bool = False
    interpolation: str = ""
    color_space: str = ""
    custom: bool = False


YIELDING = "scenewright:yielding"
"""Layer metadata of layers whose values give way to a later write elsewhere: those of the graph's randomizers."""

_ROW_ARRAYS = {
    (2, "float"): (Vt.Vec2fArray, np.float32), (2, "double"): (Vt.Vec2dArray, np.float64),
    (3, "float"): (Vt.Vec3fArray, np.float32), (3, "double"): (Vt.Vec3dArray, np.float64),
    (4, "float"): (Vt.Vec4fArray, np.float32), (4, "double"): (Vt.Vec4dArray, np.float64),
}


def column_of_rows(name: str, type_name: Sdf.ValueTypeName, rows: np.ndarray, **metadata: Any) -> AttributeColumn:
    """Return a column of float or double vectors from an array of shape (N, 2 | 3 | 4)."""
    precision = "double" if "double" in type_name.cppTypeName or "3d" in type_name.cppTypeName else "float"
    array_type, dtype = _ROW_ARRAYS[rows.shape[1], precision]
    return AttributeColumn(name, type_name, list(array_type.FromNumpy(np.ascontiguousarray(rows, dtype=dtype))), **metadata)


def edit_target(stage: Usd.Stage, layer: Sdf.Layer | None = None) -> Usd.EditTarget:
    """Return the stage's edit target, or one for a given layer of its local layer stack.

    Raises:
        ValueError: The layer is not part of the stage's layer stack.
    """
    if layer is None:
        return stage.GetEditTarget()
    if not stage.HasLocalLayer(layer):
        raise ValueError(f"Layer @{layer.identifier}@ is not in the layer stack of the stage; add it as a sublayer first")
    return Usd.EditTarget(layer)


def write_attributes(prims: Sequence[Usd.Prim], columns: Sequence[AttributeColumn], layer: Sdf.Layer | None = None) -> None:
    """Write default values of attributes of N prims of one stage in one change block.

    A value takes the place of time samples that the same layer holds for the attribute.

    Args:
        prims: N prims.
        columns: What to write; each has N values.
        layer: Where to write; the stage's current edit target by default.

    Raises:
        ValueError: A prim lies inside an instance, or a stronger layer holds a value that would hide the new one.
    """
    if not prims or not columns:
        return
    target = edit_target(prims[0].GetStage(), layer)
    facts = facts_of(prims[0].GetStage())
    pending = [(column, _specs_of(facts, target, prims, column)) for column in columns]
    as_before = not any(found.missing or column.name == "xformOpOrder" for column, found in pending)
    with facts.values_only() if as_before else nullcontext(), Sdf.ChangeBlock():
        for column, found in pending:
            if found.missing:
                _create_missing(target.GetLayer(), found, column)
            for spec, value in zip(found.specs, column.values, strict=False):
                spec.default = value
            if not found.sampled_never:
                _drop_time_samples(target.GetLayer(), found.paths)
                found.sampled_never = True


@dataclass(eq=False)
class _Specs:
    """Specs of one attribute of N prims in one layer."""

    prims: list[Usd.Prim]
    paths: list[Sdf.Path]
    specs: list[Sdf.AttributeSpec | None]
    missing: dict[int, Sdf.ValueTypeName]
    """Type of each spec that is yet to be created."""
    sampled_never: bool = False
    """Whether it is known that no spec has time samples."""


def _specs_of(facts: StageFacts, target: Usd.EditTarget, prims: Sequence[Usd.Prim], column: AttributeColumn) -> _Specs:
    """Return the specs of a column; a spec handle stands for a layer and a path, so it can be kept."""
    if not target.GetMapFunction().isIdentity:
        return _find_specs(target, prims, column)
    key = ("specs", target.GetLayer().identifier, column.name)
    return facts.find(key, prims, lambda: _find_specs(target, prims, column))


def _find_specs(target: Usd.EditTarget, prims: Sequence[Usd.Prim], column: AttributeColumn) -> _Specs:
    """Look the specs up; those that do not exist yet are checked to win composition once they do."""
    layer = target.GetLayer()
    paths = [target.MapToSpecPath(prim.GetPath()).AppendProperty(column.name) for prim in prims]
    specs = list(map(layer.GetAttributeAtPath, paths))
    missing = {k: _check_writable(prims[k], column, layer) for k, spec in enumerate(specs) if spec is None}
    return _Specs(list(prims), paths, specs, missing)


def _create_missing(layer: Sdf.Layer, found: _Specs, column: AttributeColumn) -> None:
    for index, type_name in found.missing.items():
        found.specs[index] = _create_spec(layer, found.paths[index].GetPrimPath(), type_name, column)
    found.missing = {}


def _drop_time_samples(layer: Sdf.Layer, paths: Sequence[Sdf.Path]) -> None:
    count = layer.GetNumTimeSamplesForPath
    for path in paths:
        if count(path):
            layer.GetAttributeAtPath(path).ClearInfo("timeSamples")


def _check_writable(prim: Usd.Prim, column: AttributeColumn, layer: Sdf.Layer) -> Sdf.ValueTypeName:
    """Return the type for a new spec, after making sure that its value will show on the composed stage."""
    if prim.IsInstanceProxy() or prim.IsInPrototype():
        root = prim
        while root and not root.IsInstance():
            root = root.GetParent()
        raise ValueError(f"Cannot write {column.name} of {prim.GetPath()}: it lies inside the instance "
                         f"{(root or prim).GetPath()}. Write to the instance itself, or make it not instanceable")
    attribute = prim.GetAttribute(column.name)
    if not attribute:
        return column.type_name
    for spec in attribute.GetPropertyStack(Usd.TimeCode.Default()):
        if spec.layer == layer:
            break
        if _is_stronger(prim.GetStage(), spec.layer, layer) and (spec.HasDefaultValue() or spec.HasInfo("timeSamples")):
            if YIELDING in spec.layer.customLayerData:
                spec.owner.RemoveProperty(spec)
                continue
            raise ValueError(f"Cannot write {column.name} of {prim.GetPath()} in @{layer.identifier}@: the stronger layer "
                             f"@{spec.layer.identifier}@ holds a value that would hide it. Remove that value or write there")
    return attribute.GetTypeName() or column.type_name


def _is_stronger(stage: Usd.Stage, candidate: Sdf.Layer, layer: Sdf.Layer) -> bool:
    stack = stage.GetLayerStack(includeSessionLayers=True)
    return candidate in stack and layer in stack and stack.index(candidate) < stack.index(layer)


def _create_spec(layer: Sdf.Layer, path: Sdf.Path, type_name: Sdf.ValueTypeName, column: AttributeColumn) -> Sdf.AttributeSpec:
    owner = Sdf.CreatePrimInLayer(layer, path)
    spec = owner.attributes.get(column.name)
    return spec if spec is not None else new_spec(owner, type_name, column)


def new_spec(owner: Sdf.PrimSpec, type_name: Sdf.ValueTypeName, column: AttributeColumn) -> Sdf.AttributeSpec:
    """Create the attribute spec of a column, with its metadata but no value."""
    variability = Sdf.VariabilityUniform if column.uniform else Sdf.VariabilityVarying
    spec = Sdf.AttributeSpec(owner, column.name, type_name, variability, column.custom)
    if column.interpolation:
        spec.SetInfo("interpolation", column.interpolation)
    if column.color_space:
        spec.colorSpace = column.color_space
    return spec
