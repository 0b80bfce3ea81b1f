"""``isaacsim.core.utils.random``: random poses, drawn from Python's own generator (``random.seed``)."""

import math
import random

import numpy as np
from isaacsim.core.utils.rotations import euler_angles_to_quat
from isaacsim.core.utils.transformations import get_translation_from_target, get_world_pose_from_relative
from pxr import Usd

__all__ = ["get_random_translation_from_camera", "get_random_values_in_range", "get_random_world_pose_in_view"]


def get_random_values_in_range(min_range: np.ndarray, max_range: np.ndarray) -> np.ndarray:
    """Return one uniform value between each pair of bounds, (N,)."""
    return np.array([random.uniform(low, high) for low, high in zip(min_range, max_range, strict=True)])


def get_random_translation_from_camera(min_distance: float, max_distance: float, fov_x: float, fov_y: float,
                                       fraction_to_screen_edge: float) -> np.ndarray:
    """Return a random point in view, (3,), in the camera's frame (x right, y up, looking along -z).

    Args:
        min_distance: Least depth along the optical axis [stage units].
        max_distance: Greatest depth.
        fov_x: Horizontal field of view [radians].
        fov_y: Vertical field of view [radians].
        fraction_to_screen_edge: 0 = on the axis, 1 = up to the edge of the image.
    """
    depth = random.uniform(min_distance, max_distance)
    across = [depth * math.tan(fraction_to_screen_edge * fov / 2.0) for fov in (fov_x, fov_y)]
    return np.array([*(random.uniform(-reach, reach) for reach in across), -depth])


def get_random_world_pose_in_view(camera_prim: Usd.Prim, min_distance: float, max_distance: float, fov_x: float, fov_y: float,
                                  fraction_to_screen_edge: float, coord_prim: Usd.Prim, min_rotation_range: np.ndarray,
                                  max_rotation_range: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a random world position in view, (3,), and a quaternion, (4,).

    The Euler angles [degrees] are drawn between the rotation ranges, in the frame of ``coord_prim``. For the other arguments
    see ``get_random_translation_from_camera``.
    """
    point = get_random_translation_from_camera(min_distance, max_distance, fov_x, fov_y, fraction_to_screen_edge)
    place = get_translation_from_target(point, camera_prim, coord_prim)
    turn = euler_angles_to_quat(get_random_values_in_range(min_rotation_range, max_rotation_range), degrees=True)
    return get_world_pose_from_relative(coord_prim, place, turn)
