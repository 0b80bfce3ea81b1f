"""``isaacsim.core.utils.transformations``: poses and 4 x 4 matrices for column vectors; quaternions (w, x, y, z)."""

from collections.abc import Sequence

import numpy as np
from isaacsim.core.utils.rotations import gf_quat_to_np_array, quat_to_rot_matrix
from pxr import Gf, Usd, UsdGeom

__all__ = ["get_relative_transform", "get_transform_with_normalized_rotation", "get_translation_from_target",
           "get_world_pose_from_relative", "pose_from_tf_matrix", "tf_matrices_from_poses", "tf_matrix_from_pose"]


def tf_matrix_from_pose(translation: Sequence[float], orientation: Sequence[float]) -> np.ndarray:
    """Return the matrix of a pose, (4, 4)."""
    matrix = np.identity(4)
    matrix[:3, :3] = quat_to_rot_matrix(np.asarray(orientation))
    matrix[:3, 3] = translation
    return matrix


def pose_from_tf_matrix(transformation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return translation (3,) and quaternion (4,) of a matrix; scale is dropped."""
    parts = Gf.Transform(Gf.Matrix4d(np.transpose(np.asarray(transformation, dtype=np.float64)).tolist()))
    return np.array(parts.GetTranslation()), gf_quat_to_np_array(parts.GetRotation().GetQuat())


def tf_matrices_from_poses(translations: np.ndarray, orientations: np.ndarray) -> np.ndarray:
    """Return the matrices of N poses, (N, 4, 4), float32."""
    return np.stack([tf_matrix_from_pose(place, turn) for place, turn in zip(translations, orientations, strict=True)]
                    ).astype(np.float32)


def get_relative_transform(source_prim: Usd.Prim, target_prim: Usd.Prim) -> np.ndarray:
    """Return the matrix from the frame of one prim to that of another, (4, 4)."""
    return np.linalg.inv(_to_world(target_prim)) @ _to_world(source_prim)


def get_translation_from_target(translation_from_source: np.ndarray, source_prim: Usd.Prim,
                                target_prim: Usd.Prim) -> np.ndarray:
    """Return a point in the frame of ``source_prim`` as one in the frame of ``target_prim``, (3,)."""
    return (get_relative_transform(source_prim, target_prim) @ np.append(translation_from_source, 1.0))[:3]


def get_world_pose_from_relative(coord_prim: Usd.Prim, relative_translation: np.ndarray,
                                 relative_orientation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the world position (3,) and quaternion (4,) of a pose in the frame of ``coord_prim``."""
    return pose_from_tf_matrix(_to_world(coord_prim) @ tf_matrix_from_pose(relative_translation, relative_orientation))


def get_transform_with_normalized_rotation(transform: np.ndarray) -> np.ndarray:
    """Return a matrix without its scale, (4, 4)."""
    result = np.array(transform, dtype=np.float64)
    lengths = np.linalg.norm(result[:3, :3], axis=0)
    result[:3, :3] /= np.where(lengths == 0.0, 1.0, lengths)
    return result


def _to_world(prim: Usd.Prim) -> np.ndarray:
    return np.transpose(np.array(UsdGeom.Xformable(prim).ComputeLocalToWorldTransform(Usd.TimeCode.Default())))
