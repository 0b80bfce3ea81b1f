"""``isaacsim.core.experimental.utils.transform``: rotations. Quaternions are (w, x, y, z); results are Warp arrays."""

from typing import Any

import numpy as np
import warp as wp

__all__ = ["euler_angles_to_quaternion", "euler_angles_to_rotation_matrix", "quaternion_conjugate", "quaternion_multiplication",
           "quaternion_to_euler_angles", "quaternion_to_rotation_matrix", "rotation_matrix_to_quaternion"]


def euler_angles_to_rotation_matrix(euler_angles: Any, *, degrees: bool = False, extrinsic: bool = True,
                                    dtype: Any = None, device: Any = None) -> wp.array:
    """Return rotation matrices for column vectors, shape (..., 3, 3).

    Args:
        euler_angles: Roll, pitch, yaw, shape (..., 3) [radians].
        degrees: The angles are degrees.
        extrinsic: Rz Ry Rx, about fixed axes; False = Rx Ry Rz.
        dtype: Element type; None = float32.
        device: Where the result is; None = the CPU.
    """
    return _result(_matrices(_array(euler_angles), degrees, extrinsic), dtype, device)


def euler_angles_to_quaternion(euler_angles: Any, *, degrees: bool = False, extrinsic: bool = True, dtype: Any = None,
                               device: Any = None) -> wp.array:
    """Return quaternions, shape (..., 4): see ``euler_angles_to_rotation_matrix``."""
    return _result(_quaternions(_matrices(_array(euler_angles), degrees, extrinsic)), dtype, device)


def quaternion_to_rotation_matrix(quaternion: Any, *, dtype: Any = None, device: Any = None) -> wp.array:
    """Return rotation matrices for column vectors, shape (..., 3, 3)."""
    return _result(_of_quaternions(_array(quaternion)), dtype, device)


def rotation_matrix_to_quaternion(rotation_matrix: Any, *, dtype: Any = None, device: Any = None) -> wp.array:
    """Return unit quaternions with w >= 0, shape (..., 4)."""
    return _result(_quaternions(_array(rotation_matrix)), dtype, device)


def quaternion_to_euler_angles(quaternion: Any, *, degrees: bool = False, extrinsic: bool = True, dtype: Any = None,
                               device: Any = None) -> wp.array:
    """Return roll, pitch, yaw, shape (..., 3): the inverse of ``euler_angles_to_quaternion``."""
    matrix = _of_quaternions(_array(quaternion))
    if not extrinsic:  # (Rx Ry Rz)^T = Rz(-z) Ry(-y) Rx(-x)
        matrix = np.swapaxes(matrix, -1, -2)
    angles = np.stack([np.arctan2(matrix[..., 2, 1], matrix[..., 2, 2]),
                       np.arcsin(np.clip(-matrix[..., 2, 0], -1.0, 1.0)),
                       np.arctan2(matrix[..., 1, 0], matrix[..., 0, 0])], axis=-1)
    angles = angles if extrinsic else -angles
    return _result(np.degrees(angles) if degrees else angles, dtype, device)


def quaternion_multiplication(first_quaternion: Any, second_quaternion: Any, *, dtype: Any = None,
                              device: Any = None) -> wp.array:
    """Return the Hamilton product, shape (..., 4)."""
    a, b = np.broadcast_arrays(_array(first_quaternion), _array(second_quaternion))
    w = a[..., :1] * b[..., :1] - (a[..., 1:] * b[..., 1:]).sum(axis=-1, keepdims=True)
    xyz = a[..., :1] * b[..., 1:] + b[..., :1] * a[..., 1:] + np.cross(a[..., 1:], b[..., 1:])
    return _result(np.concatenate([w, xyz], axis=-1), dtype, device)


def quaternion_conjugate(quaternion: Any, *, dtype: Any = None, device: Any = None) -> wp.array:
    """Return (w, -x, -y, -z), shape (..., 4)."""
    return _result(_array(quaternion) * (1.0, -1.0, -1.0, -1.0), dtype, device)


def _array(value: Any) -> np.ndarray:
    return np.asarray(value.numpy() if isinstance(value, wp.array) else value, dtype=np.float64)


def _result(value: np.ndarray, dtype: Any, device: Any) -> wp.array:
    return wp.array(value, dtype=dtype or wp.float32, device=device or "cpu")


def _matrices(angles: np.ndarray, degrees: bool, extrinsic: bool) -> np.ndarray:
    angles = np.radians(angles) if degrees else angles
    turns = []
    for axis in range(3):
        turn = np.zeros((*angles.shape[:-1], 3, 3))
        u, v = (axis + 1) % 3, (axis + 2) % 3
        cosine, sine = np.cos(angles[..., axis]), np.sin(angles[..., axis])
        turn[..., axis, axis] = 1.0
        turn[..., u, u], turn[..., u, v], turn[..., v, u], turn[..., v, v] = cosine, -sine, sine, cosine
        turns.append(turn)
    x, y, z = turns
    return z @ y @ x if extrinsic else x @ y @ z


def _of_quaternions(quaternions: np.ndarray) -> np.ndarray:
    w, x, y, z = np.moveaxis(quaternions / np.linalg.norm(quaternions, axis=-1, keepdims=True), -1, 0)
    rows = [[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def _quaternions(matrices: np.ndarray) -> np.ndarray:
    """Return unit quaternions (w, x, y, z) with w >= 0: the eigenvector method of Bar-Itzhack (2000)."""
    m = matrices.reshape(-1, 3, 3)
    k = np.zeros((len(m), 4, 4))
    k[:, 0, 0] = m[:, 0, 0] + m[:, 1, 1] + m[:, 2, 2]
    k[:, 0, 1:] = k[:, 1:, 0] = np.stack([m[:, 2, 1] - m[:, 1, 2], m[:, 0, 2] - m[:, 2, 0], m[:, 1, 0] - m[:, 0, 1]], axis=1)
    k[:, 1:, 1:] = m + np.swapaxes(m, 1, 2) - k[:, :1, :1] * np.eye(3)
    found = np.linalg.eigh(k)[1][:, :, -1]
    found = found * np.where(found[:, :1] < 0.0, -1.0, 1.0)
    return found.reshape(*matrices.shape[:-2], 4)
