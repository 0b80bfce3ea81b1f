"""Poses from sampled inputs: which rows go to which op. The ops themselves are those of the functional API."""

from typing import Any

import numpy as np
from pxr import Gf, Usd, UsdGeom

from scenewright.replicator.functional import rotation_math
from scenewright.replicator.functional.pose_ops import (
    local_positions,
    look_at_euler,
    look_at_parents,
    rotation_rows,
    stage_up_axis,
    target_points,
    write_pose,
)
from scenewright.replicator.functional.prim_arguments import is_quaternion
from scenewright.replicator.graph.item import node_of
from scenewright.replicator.graph.node import DistributionNode
from scenewright.replicator.graph.sampling import is_dynamic, rows, sampled

__all__ = ["POSE_INPUTS", "Z_UP_CAMERA_EULER", "check_pose_inputs", "pose_prims"]

#: Inputs of ``rep.modify.pose`` that move a prim.
POSE_INPUTS = ("position", "position_x", "position_y", "position_z", "rotation", "rotation_x", "rotation_y", "rotation_z",
               "rotation_order", "scale", "size", "pivot", "look_at", "look_at_up_axis")

#: Zero rotation of a graph camera in a Z-up stage: it looks along -X with +Z up.
Z_UP_CAMERA_EULER = (90.0, 0.0, 90.0)

_ORDERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")


def check_pose_inputs(caller: str, inputs: dict[str, Any]) -> None:
    """Refuse combinations that contradict each other.

    Raises:
        ValueError: Rotation and look_at, or size and scale, are both given; or the rotation order is unknown.
    """
    rotations = [key for key in ("rotation", "rotation_x", "rotation_y", "rotation_z") if inputs.get(key) is not None]
    if rotations and inputs.get("look_at") is not None:
        raise ValueError(f"{caller}: {rotations[0]} and look_at exclude each other; give one of them.")
    if inputs.get("size") is not None and inputs.get("scale") is not None:
        raise ValueError(f"{caller}: size and scale exclude each other; give one of them.")
    order = inputs.get("rotation_order") or "XYZ"
    if order not in _ORDERS:
        raise ValueError(f"{caller}: rotation_order is one of {', '.join(_ORDERS)}, got {order!r}.")


def pose_prims(node: Any, prims: list[Usd.Prim]) -> None:
    """Write the pose inputs of ``node`` (its ``inputs`` and ``graph``) to ``prims``; other components keep their values."""
    if not prims:
        return
    inputs, count = node.inputs, len(prims)
    position = _position(inputs, prims, count)
    scale = _scale(inputs, prims, count)
    if inputs.get("look_at") is not None:
        rotation = _look_at(inputs, prims, position)
    else:
        rotation = _rotation(node, prims, count)
    if inputs.get("pivot") is not None:
        position = _pivoted(rows(inputs["pivot"], count, 3), prims, position, rotation, scale)
    write_pose(prims, position=position, rotation=rotation, scale=scale)


def _position(inputs: dict[str, Any], prims: list[Usd.Prim], count: int) -> np.ndarray | None:
    position = None if inputs.get("position") is None else rows(inputs["position"], count, 3)
    return _with_components(inputs, "position", position, lambda: local_positions(prims), count)


def _with_components(inputs: dict[str, Any], key: str, whole: np.ndarray | None, present: Any, count: int) -> np.ndarray | None:
    """Replace single components, taking the others from ``whole`` or else from what is ``present``."""
    given = [axis for axis in range(3) if inputs.get(f"{key}_{'xyz'[axis]}") is not None]
    if not given:
        return whole
    result = np.array(whole if whole is not None else present(), dtype=float)
    for axis in given:
        result[:, axis] = rows(inputs[f"{key}_{'xyz'[axis]}"], count, 1)
    return result


def _scale(inputs: dict[str, Any], prims: list[Usd.Prim], count: int) -> np.ndarray | None:
    if inputs.get("scale") is not None:
        return rows(inputs["scale"], count, 3)
    if inputs.get("size") is None:
        return None
    low, high = _local_bounds(prims)
    extent = np.where(high - low > 0.0, high - low, 1.0)
    size = np.asarray(rows(inputs["size"], count), dtype=float)
    if size.ndim == 1:  # one number: the longest edge, in proportion
        return np.repeat((size / extent.max(axis=1))[:, None], 3, axis=1)
    return size / extent


def _rotation(node: Any, prims: list[Usd.Prim], count: int) -> np.ndarray | None:
    """Return Euler XYZ rows [deg]; for a graph camera in a Z-up stage with its own zero direction in front."""
    inputs = node.inputs
    value = inputs.get("rotation")
    if value is None:
        rotation = None
    else:
        constant = not is_dynamic(value)
        rotation = rotation_rows(value, count) if constant and is_quaternion(value) else rows(value, count, 3)
    turned = np.array([prim.GetPath() in node.graph.turned_cameras for prim in prims])
    rotation = _with_components(inputs, "rotation", rotation, lambda: _present_rotation(prims, turned), count)
    if rotation is None:
        return None
    order = inputs.get("rotation_order") or "XYZ"
    if order == "XYZ" and not turned.any():
        return rotation
    matrix = rotation_math.matrix_from_euler(rotation) if order == "XYZ" else _matrix_of_order(rotation, order)
    matrix[turned] = _zero_direction() @ matrix[turned]
    return rotation_math.euler_from_matrix(matrix)


def _zero_direction() -> np.ndarray:
    return rotation_math.matrix_from_euler(np.array([Z_UP_CAMERA_EULER]))[0]


def _present_rotation(prims: list[Usd.Prim], turned: np.ndarray) -> np.ndarray:
    matrices = np.array([np.array(UsdGeom.Xformable(prim).GetLocalTransformation())[:3, :3] for prim in prims])
    matrix = rotation_math.orthonormal(matrices)
    matrix[turned] = _zero_direction().T @ matrix[turned]
    return rotation_math.euler_from_matrix(matrix)


def _matrix_of_order(degrees: np.ndarray, order: str) -> np.ndarray:
    """Return the rotation that turns about the axes in the given order, first letter first."""
    result = np.broadcast_to(np.eye(3), (len(degrees), 3, 3))
    for axis in order:
        single = np.zeros_like(degrees)
        single[:, "XYZ".index(axis)] = degrees[:, "XYZ".index(axis)]
        result = result @ rotation_math.matrix_from_euler(single)
    return np.array(result)


def _look_at(inputs: dict[str, Any], prims: list[Usd.Prim], position: np.ndarray | None) -> np.ndarray:
    count, stage = len(prims), prims[0].GetStage()
    target = inputs["look_at"]
    node = node_of(target)
    if node is not None and not isinstance(node, DistributionNode):
        found = node.prims()
        if not found:
            raise ValueError("look_at has no prims; give one or more.")
        if len(found) == count:
            target = found if count > 1 else found[0]
        else:  # the mean of their positions, as Replicator's documentation of look_at has it
            target = target_points(found, len(found), stage).mean(axis=0)
    else:
        target = sampled(target, count, 3)
    up = inputs.get("look_at_up_axis")
    up_axis = stage_up_axis(stage) if up is None else np.asarray(sampled(up, 1, 3), dtype=float).reshape(-1)[:3]
    eyes = local_positions(prims) if position is None else position
    return look_at_euler(look_at_parents(prims), eyes, target_points(target, count, stage), up_axis)


def _pivoted(pivot: np.ndarray, prims: list[Usd.Prim], position: np.ndarray | None, rotation: np.ndarray | None,
             scale: np.ndarray | None) -> np.ndarray:
    """Return translations that put the pivot point, in [-1, 1] of the local bounds, at the wanted positions."""
    low, high = _local_bounds(prims)
    point = (low + high) / 2.0 + pivot * (high - low) / 2.0
    matrices = np.array([np.array(UsdGeom.Xformable(prim).GetLocalTransformation())[:3, :3] for prim in prims])
    scales = np.linalg.norm(matrices, axis=2) if scale is None else scale
    turn = rotation_math.orthonormal(matrices) if rotation is None else rotation_math.matrix_from_euler(rotation)
    target = local_positions(prims) if position is None else position
    return target - np.einsum("ni,nij->nj", point * scales, turn)


def _own_range(prim: Usd.Prim, cache: UsdGeom.BBoxCache) -> Gf.Range3d:
    """Return the bounds of the prim in its own space.

    ``ComputeUntransformedBound`` of a prim with children is the box around a box along the axes of the world: too large for a
    prim that is turned. Of a single shape it is exact.
    """
    xforms, box = UsdGeom.XformCache(), Gf.Range3d()
    for shape in Usd.PrimRange(prim, Usd.TraverseInstanceProxies()):
        if shape.IsA(UsdGeom.Boundable):
            bound = cache.ComputeUntransformedBound(shape)
            bound.Transform(xforms.ComputeRelativeTransform(shape, prim)[0])
            box.UnionWith(bound.ComputeAlignedRange())
    return box


def _local_bounds(prims: list[Usd.Prim]) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of the prims' bounds in their own space, before their own transform; shape (N, 3) each."""
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_, UsdGeom.Tokens.render], useExtentsHint=True)
    boxes = [_own_range(prim, cache) for prim in prims]
    boxes = [box if not box.IsEmpty() else Gf.Range3d(Gf.Vec3d(0.0), Gf.Vec3d(0.0)) for box in boxes]
    return np.array([box.GetMin() for box in boxes]), np.array([box.GetMax() for box in boxes])
