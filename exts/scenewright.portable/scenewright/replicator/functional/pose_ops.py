"""Local poses of prims: the op set that we author, reading and writing other people's op stacks, look-at.

We author ``xformOp:translate`` (double3), ``xformOp:rotateXYZ`` (float3, degrees) and ``xformOp:scale`` (float3), in this
order: ``p' = ((p * scale) rotated) + translate``. Prims that come with other ops keep them where the wanted component has
an op of its own; everything else is decomposed once into our op set.
"""

import itertools
import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from pxr import Gf, Sdf, Usd, UsdGeom, Vt

from scenewright.replicator.functional import rotation_math
from scenewright.replicator.functional.layer_writes import AttributeColumn, column_of_rows, write_attributes
from scenewright.replicator.functional.prim_arguments import is_quaternion, resolve_prim, rows
from scenewright.replicator.functional.stage_facts import facts_of

__all__ = ["XFORM_OP_ORDER", "adopt_ops", "local_positions", "look_at_euler", "look_at_parents", "pose_columns",
           "rotation_rows", "stage_up_axis", "target_points", "write_pose"]

_log = logging.getLogger(__name__)

XFORM_OP_ORDER = Vt.TokenArray(["xformOp:translate", "xformOp:rotateXYZ", "xformOp:scale"])
_RESET = "!resetXformStack!"
_TYPES = {"xformOp:translate": Sdf.ValueTypeNames.Double3, "xformOp:rotateXYZ": Sdf.ValueTypeNames.Float3,
          "xformOp:scale": Sdf.ValueTypeNames.Float3}
_AXES = {"X": Gf.Vec3d(1, 0, 0), "Y": Gf.Vec3d(0, 1, 0), "Z": Gf.Vec3d(0, 0, 1)}
_ROTATE_ORDERS = tuple("xformOp:rotate" + "".join(order) for order in itertools.permutations("XYZ"))
_QUATERNIONS = {"quath": Gf.Quath, "quatf": Gf.Quatf, "quatd": Gf.Quatd}


def stage_up_axis(stage: Usd.Stage) -> np.ndarray:
    """Return the stage's up axis as a unit vector, shape (3,)."""
    return np.array(_AXES[UsdGeom.GetStageUpAxis(stage)])


def pose_columns(position: np.ndarray, rotation: np.ndarray, scale: np.ndarray) -> list[AttributeColumn]:
    """Return the columns of our op set for new prims.

    Args:
        position: Local translation [stage units], shape (N, 3).
        rotation: Euler XYZ [deg], shape (N, 3).
        scale: Factors, shape (N, 3).
    """
    values = zip(XFORM_OP_ORDER, (position, rotation, scale), strict=True)
    columns = [column_of_rows(name, _TYPES[name], value) for name, value in values]
    order = AttributeColumn("xformOpOrder", Sdf.ValueTypeNames.TokenArray, itertools.repeat(XFORM_OP_ORDER), uniform=True)
    return [*columns, order]


def rotation_rows(value: Any, count: int, what: str = "rotation") -> np.ndarray:
    """Broadcast a rotation to Euler XYZ [deg], shape (N, 3).

    Args:
        value: Euler angles (see `rows`), a Gf quaternion or `Gf.Rotation`, or a list of N of those.
        count: Number of prims N.
        what: Name of the argument, for messages.
    """
    if is_quaternion(value) or isinstance(value, Gf.Rotation):
        value = [value] * count
    if isinstance(value, (list, tuple)) and value and all(is_quaternion(v) or isinstance(v, Gf.Rotation) for v in value):
        if len(value) != count:
            raise ValueError(f"{what} has {len(value)} rotations for {count} prims; give one, or one for each")
        quaternions = [v.GetQuat() if isinstance(v, Gf.Rotation) else v for v in value]
        wxyz = np.array([[q.GetReal(), *q.GetImaginary()] for q in quaternions], dtype=np.float64)
        return rotation_math.euler_from_matrix(rotation_math.matrix_from_quaternion(wxyz))
    if np.shape(value) == (4,):
        raise ValueError(f"{what} has 4 numbers; give 3 Euler angles in degrees, or a quaternion as Gf.Quatf(w, x, y, z)")
    return rows(value, count, what)


def target_points(value: Any, count: int, stage: Usd.Stage | None = None) -> np.ndarray:
    """Return world points [stage units], shape (N, 3), that a ``look_at`` argument stands for.

    Args:
        value: A point, N points, a prim or path (its world position), or a list of N prims, paths or points.
        count: Number of prims N.
        stage: Where paths are looked up; the host's stage by default.
    """
    if isinstance(value, (list, tuple)) and any(_names_prim(entry) for entry in value):
        if len(value) not in (1, count):
            raise ValueError(f"look_at has {len(value)} targets for {count} prims; give one, or one for each")
        return np.concatenate([target_points(v, count // len(value), stage) for v in value])
    if _names_prim(value):
        matrix = UsdGeom.XformCache().GetLocalToWorldTransform(resolve_prim(value, stage))
        return np.broadcast_to(np.array(matrix.ExtractTranslation()), (count, 3))
    return rows(value, count, "look_at")


def look_at_euler(parents: Sequence[Usd.Prim], positions: np.ndarray, targets: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Return local Euler XYZ angles [deg], shape (N, 3), that turn local -Z towards world points.

    Args:
        parents: The parent prim of each (the pseudo-root stands for the world).
        positions: Local translations [stage units], shape (N, 3).
        targets: World points, shape (N, 3).
        up: World up axis, shape (3,).
    """
    cache = UsdGeom.XformCache()
    distinct = {parent.GetPath(): np.array(cache.GetLocalToWorldTransform(parent)) for parent in set(parents)}
    to_world = np.stack([distinct[parent.GetPath()] for parent in parents]) if parents else np.empty((0, 4, 4))
    eyes = np.einsum("ni,nij->nj", positions, to_world[:, :3, :3]) + to_world[:, 3, :3]
    world = rotation_math.look_at_matrix(eyes, targets, up)
    return rotation_math.euler_from_matrix(world @ np.swapaxes(rotation_math.orthonormal(to_world[:, :3, :3]), 1, 2))


def write_pose(prims: Sequence[Usd.Prim], *, position: np.ndarray | None = None, rotation: np.ndarray | None = None,
               scale: np.ndarray | None = None, layer: Sdf.Layer | None = None) -> None:
    """Write local pose components; what is None keeps its value.

    Args:
        prims: N xformable prims of one stage.
        position: Local translation [stage units], shape (N, 3).
        rotation: Euler XYZ [deg], shape (N, 3).
        scale: Factors, shape (N, 3).
        layer: Where to write; the stage's current edit target by default.

    Raises:
        ValueError: A prim cannot have a transform, lies inside an instance, or a stronger layer hides the value.
    """
    wanted = {name: value for name, value in zip(XFORM_OP_ORDER, (position, rotation, scale), strict=True) if value is not None}
    if not wanted or not prims:
        return
    facts = facts_of(prims[0].GetStage())
    standard = facts.find(("standard ops",), prims, lambda: [_has_standard_ops(prim) for prim in prims])
    if all(standard):
        write_attributes(prims, [column_of_rows(name, _TYPES[name], value) for name, value in wanted.items()], layer)
        return
    mask = np.array(standard)
    if mask.any():
        chosen = [prim for prim, ours in zip(prims, standard, strict=True) if ours]
        write_attributes(chosen, [column_of_rows(name, _TYPES[name], value[mask]) for name, value in wanted.items()], layer)
    for index in np.flatnonzero(~mask):
        _write_foreign(prims[index], {name: value[index] for name, value in wanted.items()}, layer)


def adopt_ops(prims: Sequence[Usd.Prim], layer: Sdf.Layer | None = None) -> None:
    """Give prims that lack an op for a pose component our op set, without moving them."""
    for prim in prims:
        matrix, reset = _local_matrix(prim)
        slots = _own_slots(_op_order(prim))
        if slots is None or not all(slots.values()):
            _replace_ops(prim, dict(zip(XFORM_OP_ORDER, _decomposed(prim, matrix), strict=True)), reset, layer)


def local_positions(prims: Sequence[Usd.Prim]) -> np.ndarray:
    """Return the local translations of prims [stage units], shape (N, 3), float64, whatever ops they have."""
    return np.array([_local_matrix(prim)[0].ExtractTranslation() for prim in prims]).reshape(-1, 3)


def look_at_parents(prims: Sequence[Usd.Prim]) -> list[Usd.Prim]:
    """Return the prim whose frame each prim's local pose is in: its parent, or the pseudo-root where the stack is reset."""
    return [prim.GetStage().GetPseudoRoot() if UsdGeom.Xformable(prim).GetResetXformStack() else prim.GetParent()
            for prim in prims]


def _names_prim(value: Any) -> bool:
    return isinstance(value, (str, Sdf.Path, Usd.Prim)) or hasattr(value, "get_output_prims") or hasattr(value, "GetPrim")


def _has_standard_ops(prim: Usd.Prim) -> bool:
    return prim.GetAttribute("xformOpOrder").Get() == XFORM_OP_ORDER


def _local_matrix(prim: Usd.Prim) -> tuple[Gf.Matrix4d, bool]:
    if not prim.IsA(UsdGeom.Xformable):
        raise ValueError(f"{prim.GetPath()} ({prim.GetTypeName() or 'no type'}) cannot have a pose; "
                         "give an Xform, a shape, a camera or a light")
    return UsdGeom.Xformable(prim).GetLocalTransformation(), UsdGeom.Xformable(prim).GetResetXformStack()


def _write_foreign(prim: Usd.Prim, wanted: dict[str, np.ndarray], layer: Sdf.Layer | None) -> None:
    """Write components to a prim whose op order is not ours."""
    matrix, reset = _local_matrix(prim)
    slots = _own_slots(_op_order(prim))
    if slots is not None and all(slots[name] for name in wanted):
        columns = [_slot_column(prim, slots[name], value) for name, value in wanted.items()]
        write_attributes([prim], columns, layer)
        return
    _replace_ops(prim, dict(zip(XFORM_OP_ORDER, _decomposed(prim, matrix), strict=True)) | wanted, reset, layer)


def _op_order(prim: Usd.Prim) -> list[str]:
    return [name for name in (prim.GetAttribute("xformOpOrder").Get() or ()) if name != _RESET]


def _replace_ops(prim: Usd.Prim, values: dict[str, np.ndarray], reset: bool, layer: Sdf.Layer | None) -> None:
    columns = [column_of_rows(name, _TYPES[name], value[None]) for name, value in values.items()]
    order = Vt.TokenArray([_RESET, *XFORM_OP_ORDER] if reset else list(XFORM_OP_ORDER))
    column = AttributeColumn("xformOpOrder", Sdf.ValueTypeNames.TokenArray, [order], uniform=True)
    write_attributes([prim], [*columns, column], layer)


def _own_slots(order: Sequence[str]) -> dict[str, str] | None:
    """Return the op that holds each component, "" if it has none; None if the stack is not translate-rotate-scale."""
    pivots = [name for name in order if ":pivot" in name]
    if any(f"!invert!{name}" not in order for name in pivots if not name.startswith("!")):
        return None
    plain = [name for name in order if name not in pivots]
    rotations = [name for name in plain if name in _ROTATE_ORDERS or name == "xformOp:orient"]
    if len(rotations) > 1:
        return None
    rotate = rotations[0] if rotations else ""
    expected = [name for name in ("xformOp:translate", rotate, "xformOp:scale") if name and name in plain]
    if plain != expected:
        return None
    found = [name if name in plain else "" for name in ("xformOp:translate", rotate, "xformOp:scale")]
    return dict(zip(XFORM_OP_ORDER, found, strict=True))


def _slot_column(prim: Usd.Prim, name: str, value: np.ndarray) -> AttributeColumn:
    """Return the column that writes one component into an op of the prim's own."""
    type_name = prim.GetAttribute(name).GetTypeName()
    if name == "xformOp:orient":
        wxyz = rotation_math.quaternion_from_matrix(rotation_math.matrix_from_euler(value[None]))[0]
        quaternion = _QUATERNIONS[str(type_name)]
        return AttributeColumn(name, type_name, [quaternion(float(wxyz[0]), *map(float, wxyz[1:]))])
    if name in _ROTATE_ORDERS and name != "xformOp:rotateXYZ":
        value = _reordered(value, name.removeprefix("xformOp:rotate"))
    return AttributeColumn(name, type_name, [_VECTORS[str(type_name)](*map(float, value))])


_VECTORS = {"half3": Gf.Vec3h, "float3": Gf.Vec3f, "double3": Gf.Vec3d}


def _reordered(degrees: np.ndarray, order: str) -> np.ndarray:
    """Return the angles about (X, Y, Z) that give the same rotation when applied in another order, e.g. "ZYX"."""
    matrix = Gf.Matrix3d(rotation_math.matrix_from_euler(degrees[None])[0].tolist())
    last_first = order[::-1]  # the order in which Decompose takes and returns
    found = matrix.ExtractRotation().Decompose(*(_AXES[axis] for axis in last_first))
    return np.array([found[last_first.index(axis)] for axis in "XYZ"])


def _decomposed(prim: Usd.Prim, matrix: Gf.Matrix4d) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Split a local matrix into translation, Euler XYZ [deg] and scale; shear has no place in our op set and is dropped."""
    m = np.array(matrix)
    scale = np.linalg.norm(m[:3, :3], axis=1)
    unit = m[:3, :3] / np.where(scale == 0.0, 1.0, scale)[:, None]
    if np.linalg.det(unit) < 0.0:
        scale, unit = -scale, -unit
    if (scale != 0.0).all() and np.abs(unit @ unit.T - np.eye(3)).max() > 1e-4:
        _log.warning("The transform of %s is sheared; writing a part of its pose drops the shear", prim.GetPath())
    return m[3, :3], rotation_math.euler_from_matrix(rotation_math.orthonormal(unit[None]))[0], scale
