"""What all immediate creators share: names, parents, poses, labels, visibility, materials; N prims in one go."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from pxr import Sdf, Usd, UsdGeom

from scenewright.replicator.functional.layer_writes import AttributeColumn
from scenewright.replicator.functional.material_definition import bind_materials
from scenewright.replicator.functional.pose_ops import (
    adopt_ops,
    look_at_euler,
    pose_columns,
    rotation_rows,
    stage_up_axis,
    target_points,
    write_pose,
)
from scenewright.replicator.functional.prim_arguments import PrimLike, resolve_parent, resolve_prims, rows
from scenewright.replicator.functional.prim_definition import define_prims, unique_paths
from scenewright.replicator.functional.semantic_labels import label_columns, label_schemas, parse_labels

__all__ = ["create_prims", "visibility_tokens"]


def create_prims(count: int, type_name: str, columns: Sequence[AttributeColumn], *, default_name: str,
                 position: Any = None, rotation: Any = None, scale: Any = None, look_at: Any = None,
                 look_at_up_axis: Any = None, semantics: Any = None, visible: Any = True, material: PrimLike | None = None,
                 parent: PrimLike | None = None, name: str | None = None, reference: Sdf.Reference | None = None,
                 stage: Usd.Stage | None = None, layer: Sdf.Layer | None = None) -> list[Usd.Prim]:
    """Define N posed prims of one type.

    Args:
        count: Number of prims N.
        type_name: USD type.
        columns: Attributes of the type, N values each.
        default_name: Prim name when ``name`` is None.
        position: Local translation [stage units], (3,) or (N, 3).
        rotation: Euler XYZ [deg], (3,) or (N, 3), or Gf quaternions; not together with ``look_at``.
        scale: Factor, (N,) factors, (3,) or (N, 3).
        look_at: World point(s), prim(s) or path(s) that local -Z shall face.
        look_at_up_axis: World up for ``look_at``; the stage's by default.
        semantics: Labels for each prim, see `semantic_labels.parse_labels`.
        visible: One boolean, or N.
        material: Material(s) to bind: one or N.
        parent: Where to create; the stage's root by default.
        name: Prim name, made unique.
        reference: What each prim references. Pose components that are not given are then those of what is referenced.
        stage: The stage when ``parent`` is no prim; the host's by default.
        layer: Where to write; the stage's current edit target by default.

    Returns:
        The N prims.

    Raises:
        ValueError: Shapes do not fit, or ``rotation`` and ``look_at`` are both given.
    """
    stage, parent_path = resolve_parent(parent, stage)
    if rotation is not None and look_at is not None:
        raise ValueError("Give either rotation or look_at, not both")
    paths = unique_paths(stage, parent_path, default_name if name is None else name, _checked_count(count))
    labels = parse_labels(semantics)
    positions = rows((0.0, 0.0, 0.0) if position is None else position, count, "position")
    scales = rows(1.0 if scale is None else scale, count, "scale", uniform_scalar=True)
    if look_at is not None:
        above = _frame_prim(stage, parent_path)
        up = stage_up_axis(stage) if look_at_up_axis is None else rows(look_at_up_axis, 1, "look_at_up_axis")[0]
        angles = look_at_euler([above] * count, positions, target_points(look_at, count, stage), up)
    else:
        angles = rotation_rows((0.0, 0.0, 0.0) if rotation is None else rotation, count)
    materials = _materials(material, count, stage)
    pose = pose_columns(positions, angles, scales) if reference is None else []
    all_columns = [*columns, *pose, *label_columns(labels, count), *_visibility(visible, count)]
    prims = define_prims(stage, paths, type_name, all_columns, api_schemas=label_schemas(labels), reference=reference,
                         layer=layer)
    if reference is not None:
        turned = rotation is not None or look_at is not None
        adopt_ops(prims, layer)
        write_pose(prims, position=positions if position is not None else None, rotation=angles if turned else None,
                   scale=scales if scale is not None else None, layer=layer)
    if materials:
        bind_materials(prims, materials, layer)
    return prims


def visibility_tokens(value: Any, count: int) -> list[str]:
    """Return "inherited" or "invisible" for each of N prims from one boolean or N.

    Raises:
        ValueError: There are neither one nor N values.
        TypeError: A value is not boolean.
    """
    array = np.asarray(value.numpy() if hasattr(value, "numpy") and not isinstance(value, np.ndarray) else value)
    if array.dtype.kind not in "biuf" or not np.isin(array, (0, 1)).all():
        raise TypeError(f"visible={value!r}; give True or False, or one for each prim")
    if array.ndim > 1 or array.size not in (1, count):
        raise ValueError(f"visible has {array.size} values for {count} prims; give one, or one for each")
    shown = np.broadcast_to(array.reshape(-1), count)
    return [UsdGeom.Tokens.inherited if visible else UsdGeom.Tokens.invisible for visible in shown]


def _visibility(visible: Any, count: int) -> list[AttributeColumn]:
    if visible is True:
        return []
    return [AttributeColumn("visibility", Sdf.ValueTypeNames.Token, visibility_tokens(visible, count))]


def _materials(material: PrimLike | None, count: int, stage: Usd.Stage) -> list[Usd.Prim]:
    if material is None:
        return []
    found = resolve_prims(material, stage)
    if len(found) not in (1, count):
        raise ValueError(f"material has {len(found)} materials for {count} prims; give one, or one for each")
    return list(itertools.islice(itertools.cycle(found), count))


def _frame_prim(stage: Usd.Stage, path: Sdf.Path) -> Usd.Prim:
    """Return the prim at a path or its nearest existing ancestor; ancestors yet to be defined do not move anything."""
    while not stage.GetPrimAtPath(path):
        path = path.GetParentPath()
    return stage.GetPrimAtPath(path)


def _checked_count(count: Any) -> int:
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)):
        raise TypeError(f"count={count!r}; give a whole number of prims")
    return int(count)
