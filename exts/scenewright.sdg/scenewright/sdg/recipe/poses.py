"""Local poses as arrays: reading them off prims, Euler orders, looking at points, pivots and sizes.

Row-vector convention as in USD: ``p' = p * S * R + T``; Euler angles are degrees, "XYZ" turns about X first.
"""

from collections.abc import Sequence

import numpy as np
from pxr import Gf, Usd, UsdGeom

__all__ = [
    "euler_from_matrix",
    "local_bounds",
    "local_poses",
    "look_at_rotation",
    "matrix_from_euler",
    "parent_matrices",
    "up_axis",
    "world_bounds",
    "world_matrices",
]


def matrix_from_euler(degrees: np.ndarray, order: str = "XYZ") -> np.ndarray:
    """Return rotation matrices, shape (N, 3, 3), from angles about X, Y and Z [deg], shape (N, 3).

    Args:
        degrees: Angles about the three axes, whatever the order.
        order: In which order the rotations are applied, first to last.
    """
    result = np.broadcast_to(np.eye(3), (len(degrees), 3, 3))
    for axis in order:
        index = "XYZ".index(axis)
        angle = np.radians(degrees[:, index])
        cos, sin = np.cos(angle), np.sin(angle)
        turn = np.zeros((len(degrees), 3, 3))
        i, j = (index + 1) % 3, (index + 2) % 3
        turn[:, index, index] = 1.0
        turn[:, i, i], turn[:, i, j], turn[:, j, i], turn[:, j, j] = cos, sin, -sin, cos
        result = result @ turn
    return result


def euler_from_matrix(matrix: np.ndarray) -> np.ndarray:
    """Return XYZ angles [deg], shape (N, 3), of rotation matrices, shape (N, 3, 3); at gimbal lock the X angle is 0."""
    sin_y = np.clip(-matrix[:, 0, 2], -1.0, 1.0)
    locked = np.abs(sin_y) > 1.0 - 1e-9
    x = np.where(locked, 0.0, np.arctan2(matrix[:, 1, 2], matrix[:, 2, 2]))
    z = np.where(locked, np.arctan2(-matrix[:, 1, 0], matrix[:, 1, 1]), np.arctan2(matrix[:, 0, 1], matrix[:, 0, 0]))
    return np.degrees(np.stack([x, np.arcsin(sin_y), z], axis=1))


def local_poses(prims: Sequence[Usd.Prim]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return translations [stage units], XYZ angles [deg] and scales of prims, each (N, 3) float64.

    A rotation that an ``xformOp:rotateXYZ`` holds is read from there, so that angles keep the form they were written in.
    """
    matrices = np.array([UsdGeom.Xformable(prim).GetLocalTransformation() for prim in prims], dtype=float).reshape(-1, 4, 4)
    scales = np.linalg.norm(matrices[:, :3, :3], axis=2)
    units = matrices[:, :3, :3] / np.where(scales == 0.0, 1.0, scales)[:, :, None]
    mirrored = np.linalg.det(units) < 0.0
    scales[mirrored], units[mirrored] = -scales[mirrored], -units[mirrored]
    angles = euler_from_matrix(units)
    for row, prim in enumerate(prims):
        order = UsdGeom.Xformable(prim).GetXformOpOrderAttr().Get() or ()
        if list(order) == ["xformOp:translate", "xformOp:rotateXYZ", "xformOp:scale"]:
            angles[row] = prim.GetAttribute("xformOp:rotateXYZ").Get() or (0.0, 0.0, 0.0)
            scales[row] = prim.GetAttribute("xformOp:scale").Get() or (1.0, 1.0, 1.0)
    return matrices[:, 3, :3].copy(), angles, scales


def world_matrices(prims: Sequence[Usd.Prim]) -> np.ndarray:
    """Return local-to-world matrices, shape (N, 4, 4), float64."""
    cache = UsdGeom.XformCache(Usd.TimeCode.Default())
    return np.array([cache.GetLocalToWorldTransform(prim) for prim in prims], dtype=float).reshape(-1, 4, 4)


def parent_matrices(prims: Sequence[Usd.Prim]) -> np.ndarray:
    """Return parent-to-world matrices, shape (N, 4, 4): the frame that each prim's local pose is in."""
    cache = UsdGeom.XformCache(Usd.TimeCode.Default())
    identity = Gf.Matrix4d(1.0)
    return np.array(
        [identity if UsdGeom.Xformable(prim).GetResetXformStack() else cache.GetParentToWorldTransform(prim) for prim in prims],
        dtype=float,
    ).reshape(-1, 4, 4)


def up_axis(stage: Usd.Stage) -> np.ndarray:
    """Return the stage's up axis, shape (3,)."""
    return np.array([0.0, 1.0, 0.0] if UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.y else [0.0, 0.0, 1.0])


def look_at_rotation(eyes: np.ndarray, targets: np.ndarray, up: np.ndarray, parents: np.ndarray) -> np.ndarray:
    """Return local XYZ angles [deg], shape (N, 3), that turn local -Z towards world points with local +Y towards ``up``.

    Args:
        eyes: World positions, shape (N, 3).
        targets: World points, shape (N, 3).
        up: World up directions, shape (N, 3).
        parents: Parent-to-world matrices, shape (N, 4, 4).
    """
    back = _unit(eyes - targets, np.array([0.0, 0.0, 1.0]))
    right = np.cross(up, back)
    # Straight up or down, any other axis gives a "right".
    spare = np.where(np.abs(back[:, :1]) < 0.9, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]])
    right = np.where(np.linalg.norm(right, axis=1, keepdims=True) < 1e-6, np.cross(spare, back), right)
    right = _unit(right, np.array([1.0, 0.0, 0.0]))
    world = np.stack([right, np.cross(back, right), back], axis=1)
    frames = parents[:, :3, :3]
    u, _, vt = np.linalg.svd(frames)
    return euler_from_matrix(world @ np.swapaxes(u @ vt, 1, 2))


def _unit(vectors: np.ndarray, fallback: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(length < 1e-12, fallback, vectors / np.where(length < 1e-12, 1.0, length))


def local_bounds(prims: Sequence[Usd.Prim]) -> np.ndarray:
    """Return each prim's bounds without its own transform: minima and maxima, shape (N, 2, 3); NaN where it has no geometry."""
    cache = _bounds_cache()
    return np.array([_corners(cache.ComputeUntransformedBound(prim).ComputeAlignedRange()) for prim in prims]).reshape(-1, 2, 3)


def world_bounds(prims: Sequence[Usd.Prim]) -> np.ndarray:
    """Return each prim's axis-aligned world bounds: minima and maxima, shape (N, 2, 3); NaN where it has no geometry."""
    cache = _bounds_cache()
    return np.array([_corners(cache.ComputeWorldBound(prim).ComputeAlignedRange()) for prim in prims]).reshape(-1, 2, 3)


def _bounds_cache() -> UsdGeom.BBoxCache:
    purposes = [UsdGeom.Tokens.default_, UsdGeom.Tokens.render]
    return UsdGeom.BBoxCache(Usd.TimeCode.Default(), purposes, useExtentsHint=False, ignoreVisibility=True)


def _corners(bounds: Gf.Range3d) -> list[tuple[float, float, float]]:
    nothing = (float("nan"),) * 3
    return [nothing, nothing] if bounds.IsEmpty() else [tuple(bounds.GetMin()), tuple(bounds.GetMax())]
