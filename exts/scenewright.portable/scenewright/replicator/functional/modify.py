"""``rep.functional.modify``: change prims now.

``prims`` is a prim, a path, an item, or a list of them; a value is one for all of them or one for each. Poses are local.
Values go to the stage's current edit target, all prims in one change block.
"""

import itertools
from collections.abc import Sequence
from typing import Any

from pxr import Sdf, Usd, UsdShade

from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.functional import pose_ops
from scenewright.replicator.functional.attribute_values import values_for
from scenewright.replicator.functional.creation import visibility_tokens
from scenewright.replicator.functional.layer_writes import AttributeColumn, write_attributes
from scenewright.replicator.functional.material_definition import bind_materials, write_material_inputs
from scenewright.replicator.functional.prim_arguments import PrimLike, accepts_only_named, resolve_prims, rows, unknown_name
from scenewright.replicator.functional.semantic_labels import write_labels
from scenewright.replicator.functional.stage_facts import facts_of

__all__ = ["attribute", "material", "pose", "position", "rotation", "scale", "semantics", "visibility"]

Prims = PrimLike | Sequence[PrimLike]


@accepts_only_named
def pose(prims: Prims, position_value: Any = None, rotation_value: Any = None, scale_value: Any = None,
         look_at_value: Any = None, look_at_up_axis: Any = None, write_to_usd: bool = True, *,
         layer: Sdf.Layer | None = None) -> None:
    """Write local pose components; what is None keeps its value, whatever transform ops a prim has.

    Args:
        prims: N prims.
        position_value: Local translation [stage units], (3,) or (N, 3).
        rotation_value: Euler XYZ [deg], (3,) or (N, 3), or Gf quaternions; not together with ``look_at_value``.
        scale_value: One factor, N factors, (3,) or (N, 3).
        look_at_value: World point, prim or path that local -Z shall face, or N of them.
        look_at_up_axis: World up for ``look_at_value``, (3,); the stage's up axis by default.
        write_to_usd: Accepted for scripts that choose between USD and Fabric: poses are always written to USD.
        layer: Where to write; the stage's current edit target by default.

    Raises:
        ValueError: Shapes do not fit, both rotation and look-at are given, or a prim cannot be posed.
    """
    found = resolve_prims(prims)
    count = len(found)
    if not found:
        return
    if rotation_value is not None and look_at_value is not None:
        raise ValueError("Give either rotation_value or look_at_value, not both")
    positions = None if position_value is None else rows(position_value, count, "position_value")
    scales = None if scale_value is None else rows(scale_value, count, "scale_value", uniform_scalar=True)
    angles = None if rotation_value is None else pose_ops.rotation_rows(rotation_value, count, "rotation_value")
    if look_at_value is not None:
        angles = _look_at(found, positions, look_at_value, look_at_up_axis)
    pose_ops.write_pose(found, position=positions, rotation=angles, scale=scales, layer=layer)


@accepts_only_named
def position(prims: Prims, value: Any) -> None:
    """Write local translations [stage units], (3,) or (N, 3)."""
    pose(prims, position_value=value)


@accepts_only_named
def rotation(prims: Prims, value: Any) -> None:
    """Write local rotations: Euler XYZ [deg], (3,) or (N, 3), or Gf quaternions."""
    pose(prims, rotation_value=value)


@accepts_only_named
def scale(prims: Prims, value: Any) -> None:
    """Write local scale factors: one number, N numbers, (3,) or (N, 3)."""
    pose(prims, scale_value=value)


@accepts_only_named
def semantics(prims: Prims, semantics: Any = None, mode: str = "add") -> None:
    """Write semantic labels of prims or GeomSubsets.

    Args:
        prims: N prims.
        semantics: ``{"class": "mug"}``, ``{"class": ["mug", "cup"]}`` or ``[("class", "mug")]``, the same for every prim.
        mode: "add" to the labels that are there, "replace" those of the same types, or "clear" all labels first.

    Raises:
        ValueError: Unknown mode.
        TypeError: Labels of another form.
    """
    write_labels(resolve_prims(prims), semantics, mode)


@accepts_only_named
def attribute(prims: Prims, name: str, value: Any, attribute_type: str | Sdf.ValueTypeName | None = None, *,
              layer: Sdf.Layer | None = None) -> None:
    """Write an attribute.

    Args:
        prims: N prims.
        name: Attribute name. Where a prim has no such attribute but ``inputs:<name>`` (lights, shaders), that is written;
            for a material it is an input of its shader.
        value: One value, or N (see `attribute_values.values_for`).
        attribute_type: Type to create the attribute with where a prim does not have it, e.g. "float3".
        layer: Where to write; the stage's current edit target by default.

    Raises:
        ValueError: A prim has no such attribute and no type to create it is given, or lengths do not fit.
        TypeError: The value does not fit the attribute's type.
    """
    found = resolve_prims(prims)
    if not found:
        return
    facts = facts_of(found[0].GetStage())
    groups, materials = facts.find(("places", name, str(attribute_type)), found,
                                   lambda: _places_of(found, name, attribute_type))
    if materials:
        inputs = {name.removeprefix("inputs:"): _selected(value, materials, len(found))}
        write_material_inputs([found[index] for index in materials], inputs, layer)
    for (found_name, type_name), indices in groups.items():
        column = values_for(type_name, value, len(found), f"attribute {found_name}")
        chosen, entries = found, column
        if len(indices) < len(found):
            chosen, entries = [found[index] for index in indices], [column[index] for index in indices]
        custom = not chosen[0].HasAttribute(found_name)
        write_attributes(chosen, [AttributeColumn(found_name, type_name, entries, custom=custom)], layer)


@accepts_only_named
def material(prims: Prims, material: Prims) -> None:
    """Bind a material to prims, over whatever their descendants bind.

    Args:
        prims: N prims.
        material: A Material prim or path, or N of them.

    Raises:
        ValueError: It is no material, or there are neither one nor N.
    """
    found = resolve_prims(prims)
    materials = resolve_prims(material, found[0].GetStage() if found else None)
    if len(materials) not in (1, len(found)):
        raise ValueError(f"{len(materials)} materials for {len(found)} prims; give one, or one for each")
    bind_materials(found, list(itertools.islice(itertools.cycle(materials), len(found))))


@accepts_only_named
def visibility(prims: Prims, value: Any, *, layer: Sdf.Layer | None = None) -> None:
    """Show (True) or hide (False) prims with everything below them; one boolean, or one for each prim."""
    found = resolve_prims(prims)
    tokens = visibility_tokens(value, len(found))
    write_attributes(found, [AttributeColumn("visibility", Sdf.ValueTypeNames.Token, tokens)], layer)


def _look_at(prims: list[Usd.Prim], positions: Any, target: Any, up_axis: Any) -> Any:
    stage, count = prims[0].GetStage(), len(prims)
    up = pose_ops.stage_up_axis(stage) if up_axis is None else rows(up_axis, 1, "look_at_up_axis")[0]
    eyes = pose_ops.local_positions(prims) if positions is None else positions
    targets = pose_ops.target_points(target, count, stage)
    return pose_ops.look_at_euler(pose_ops.look_at_parents(prims), eyes, targets, up)


def _is_material_input(prim: Usd.Prim, name: str) -> bool:
    if prim.IsA(UsdShade.Material):
        return not prim.HasAttribute(name) and not prim.HasAttribute(f"inputs:{name}")
    shader = UsdShade.Shader(prim) if prim.IsA(UsdShade.Shader) else None
    if shader is None or ":" in name.removeprefix("inputs:"):
        return False
    return bool(shader.GetSourceAsset("mdl")) or shader.GetIdAttr().Get() == "UsdPreviewSurface"


def _may_be_material_input(kind: str) -> bool:
    return kind in ("Material", "Shader")


def _places_of(prims: list[Usd.Prim], name: str, attribute_type: Any) -> tuple[dict[tuple, list[int]], list[int]]:
    """Return which prims have the attribute under which name and type, and for which it is an input of a material."""
    groups: dict[tuple[str, Sdf.ValueTypeName], list[int]] = {}
    materials = []
    of_kinds: dict[str, tuple[str, Sdf.ValueTypeName] | None] = {}
    for index, prim in enumerate(prims):
        kind = prim.GetTypeName()
        if kind not in of_kinds:
            of_kinds[kind] = _attribute_of_schema(kind, name)
        if _may_be_material_input(kind) and _is_material_input(prim, name):
            materials.append(index)
        else:
            groups.setdefault(of_kinds[kind] or _attribute_of(prim, name, attribute_type), []).append(index)
    return groups, materials


def _attribute_of_schema(kind: str, name: str) -> tuple[str, Sdf.ValueTypeName] | None:
    """Return name and type of an attribute that every prim of a type has, None where its schema has no such attribute."""
    definition = Usd.SchemaRegistry().FindConcretePrimDefinition(kind)
    spec = definition.GetSchemaAttributeSpec(name) if definition else None
    return (name, spec.typeName) if spec else None


def _attribute_of(prim: Usd.Prim, name: str, attribute_type: Any) -> tuple[str, Sdf.ValueTypeName]:
    for candidate in (name, f"inputs:{name}"):
        found = prim.GetAttribute(candidate)
        if found:
            return candidate, found.GetTypeName()
    if attribute_type is not None:
        type_name = attribute_type if isinstance(attribute_type, Sdf.ValueTypeName) else Sdf.ValueTypeNames.Find(attribute_type)
        if not type_name:
            raise ValueError(f"attribute_type={attribute_type!r} is no USD type; write it like 'float', 'color3f' or 'token[]'")
        return name, type_name
    known = [p for p in prim.GetPropertyNames() if prim.HasAttribute(p)]
    raise ValueError(f"{prim.GetPath()} ({prim.GetTypeName()}): {unknown_name(name, known, 'attribute')} "
                     "Give attribute_type to create it")


def _selected(value: Any, indices: Sequence[int], count: int) -> Any:
    if count > 1 and len(indices) < count and isinstance(value, (list, tuple)) and len(value) == count:
        return [value[index] for index in indices]
    return value

__getattr__ = unavailable_names(__name__, ())
