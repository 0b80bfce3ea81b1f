"""``isaacsim.core.utils.rotations``: rotations as NumPy arrays, float64; quaternions (w, x, y, z)."""

import numpy as np
import warp as wp
from isaacsim.core.experimental.utils import transform
from pxr import Gf

__all__ = ["euler_angles_to_quat", "euler_to_rot_matrix", "gf_quat_to_np_array", "gf_rotation_to_np_array", "lookat_to_quatf",
           "matrix_to_euler_angles", "quat_to_euler_angles", "quat_to_rot_matrix", "rot_matrix_to_quat"]


def rot_matrix_to_quat(mat: np.ndarray) -> np.ndarray:
    """Return the unit quaternion with w >= 0 of a rotation matrix for column vectors, (3, 3) or (4, 4)."""
    return transform.rotation_matrix_to_quaternion(np.asarray(mat)[:3, :3], dtype=wp.float64).numpy()


def quat_to_rot_matrix(quat: np.ndarray) -> np.ndarray:
    """Return the rotation matrix for column vectors, (3, 3); the identity for a quaternion of length 0."""
    quat = np.asarray(quat, dtype=np.float64)
    if np.dot(quat, quat) < 1e-10:
        return np.identity(3)
    return transform.quaternion_to_rotation_matrix(quat, dtype=wp.float64).numpy()


def matrix_to_euler_angles(mat: np.ndarray, degrees: bool = False, extrinsic: bool = True) -> np.ndarray:
    """Return roll, pitch, yaw of a rotation matrix for column vectors: the inverse of ``euler_to_rot_matrix``."""
    return quat_to_euler_angles(rot_matrix_to_quat(mat), degrees, extrinsic)


def euler_to_rot_matrix(euler_angles: np.ndarray, degrees: bool = False, extrinsic: bool = True) -> np.ndarray:
    """Return the rotation matrix for column vectors, (3, 3).

    Args:
        euler_angles: Angles about x, y and z [radians].
        degrees: The angles are degrees.
        extrinsic: Rz Ry Rx, about fixed axes; False = Rx Ry Rz.
    """
    return transform.euler_angles_to_rotation_matrix(np.asarray(euler_angles, dtype=np.float64), degrees=degrees,
                                                     extrinsic=extrinsic, dtype=wp.float64).numpy()


def quat_to_euler_angles(quat: np.ndarray, degrees: bool = False, extrinsic: bool = True) -> np.ndarray:
    """Return the angles about x, y and z [radians or degrees], (3,): the inverse of ``euler_angles_to_quat``."""
    return transform.quaternion_to_euler_angles(np.asarray(quat, dtype=np.float64), degrees=degrees, extrinsic=extrinsic,
                                                dtype=wp.float64).numpy()


def euler_angles_to_quat(euler_angles: np.ndarray, degrees: bool = False, extrinsic: bool = True) -> np.ndarray:
    """Return the quaternion, (4,): see ``euler_to_rot_matrix``."""
    return rot_matrix_to_quat(euler_to_rot_matrix(euler_angles, degrees, extrinsic))


def lookat_to_quatf(camera: Gf.Vec3f, target: Gf.Vec3f, up: Gf.Vec3f) -> Gf.Quatf:
    """Return the rotation that turns the z axis from ``camera`` to ``target`` and the y axis towards ``up``.

    A USD camera looks along -z: swap ``camera`` and ``target`` for it.
    """
    if (target - camera).GetLength() < 1e-10:
        return Gf.Quatf(1.0)
    forward = (target - camera).GetNormalized()
    right = Gf.Cross(up, forward).GetNormalized()
    w, x, y, z = rot_matrix_to_quat(np.array([right, Gf.Cross(forward, right), forward]).T).tolist()
    return Gf.Quatf(w, Gf.Vec3f(x, y, z))


def gf_quat_to_np_array(orientation: Gf.Quatd | Gf.Quatf | Gf.Quaternion) -> np.ndarray:
    """Return a USD quaternion as an array, (4,)."""
    return np.array([orientation.GetReal(), *orientation.GetImaginary()], dtype=np.float64)


def gf_rotation_to_np_array(orientation: Gf.Rotation) -> np.ndarray:
    """Return a USD rotation as a quaternion, (4,)."""
    return gf_quat_to_np_array(orientation.GetQuat())
