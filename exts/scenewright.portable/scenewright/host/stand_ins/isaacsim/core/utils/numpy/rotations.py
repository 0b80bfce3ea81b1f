"""``isaacsim.core.utils.numpy.rotations``: N rotations at a time, float64; quaternions (w, x, y, z)."""

from typing import Any

import numpy as np
import warp as wp
from isaacsim.core.experimental.utils import transform
from isaacsim.core.utils.rotations import gf_quat_to_np_array

__all__ = ["deg2rad", "euler_angles_to_quats", "gf_quat_to_tensor", "quats_to_euler_angles", "quats_to_rot_matrices",
           "quats_to_rotvecs", "rad2deg", "rot_matrices_to_quats", "rotvecs_to_quats", "wxyz2xyzw", "xyzw2wxyz"]


def gf_quat_to_tensor(orientation: Any, device: object = None) -> np.ndarray:
    """Return a USD quaternion as an array, (4,)."""
    return gf_quat_to_np_array(orientation)


def euler_angles_to_quats(euler_angles: np.ndarray, degrees: bool = False, extrinsic: bool = True,
                          device: object = None) -> np.ndarray:
    """Return quaternions, (..., 4), of angles about x, y and z, (..., 3): Rz Ry Rx, or Rx Ry Rz if not ``extrinsic``."""
    return transform.euler_angles_to_quaternion(np.asarray(euler_angles, np.float64), degrees=degrees, extrinsic=extrinsic,
                                                dtype=wp.float64).numpy()


def quats_to_euler_angles(quaternions: np.ndarray, degrees: bool = False, extrinsic: bool = True,
                          device: object = None) -> np.ndarray:
    """Return angles about x, y and z, (..., 3): the inverse of ``euler_angles_to_quats``."""
    return transform.quaternion_to_euler_angles(np.asarray(quaternions, np.float64), degrees=degrees, extrinsic=extrinsic,
                                                dtype=wp.float64).numpy()


def rot_matrices_to_quats(rotation_matrices: np.ndarray, device: object = None) -> np.ndarray:
    """Return the quaternions with w >= 0, (..., 4), of rotation matrices for column vectors, (..., 3, 3)."""
    return transform.rotation_matrix_to_quaternion(np.asarray(rotation_matrices, np.float64), dtype=wp.float64).numpy()


def quats_to_rot_matrices(quaternions: np.ndarray, device: object = None) -> np.ndarray:
    """Return rotation matrices for column vectors, (..., 3, 3)."""
    return transform.quaternion_to_rotation_matrix(np.asarray(quaternions, np.float64), dtype=wp.float64).numpy()


def rotvecs_to_quats(rotation_vectors: np.ndarray, degrees: bool = False, device: object = None) -> np.ndarray:
    """Return quaternions, (..., 4), of rotation vectors: an axis whose length is the angle, (..., 3)."""
    vectors = np.asarray(rotation_vectors, np.float64)
    vectors = np.radians(vectors) if degrees else vectors
    angle = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.concatenate([np.cos(angle / 2), vectors * np.sinc(angle / (2 * np.pi)) / 2], axis=-1)


def quats_to_rotvecs(quaternions: np.ndarray, device: object = None) -> np.ndarray:
    """Return rotation vectors [radians], (..., 3), no longer than pi."""
    turns = np.asarray(quaternions, np.float64)
    turns = turns / np.linalg.norm(turns, axis=-1, keepdims=True)
    turns = np.where(turns[..., :1] < 0.0, -turns, turns)
    sine = np.linalg.norm(turns[..., 1:], axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(sine, turns[..., :1])
    return turns[..., 1:] * np.where(sine > 1e-12, angle / np.maximum(sine, 1e-12), 2.0)


def rad2deg(radian_value: np.ndarray, device: object = None) -> np.ndarray:
    """Return degrees."""
    return np.rad2deg(radian_value)


def deg2rad(degree_value: np.ndarray, device: object = None) -> np.ndarray:
    """Return radians."""
    return np.deg2rad(degree_value)


def xyzw2wxyz(q: np.ndarray, ret_torch: bool = False) -> np.ndarray:
    """Return quaternions with w first."""
    return np.roll(q, 1, axis=-1)


def wxyz2xyzw(q: np.ndarray, ret_torch: bool = False) -> np.ndarray:
    """Return quaternions with w last."""
    return np.roll(q, -1, axis=-1)
