"""``isaacsim.core.utils.types``: records of poses and motion."""

from typing import Any, NamedTuple

import numpy as np

__all__ = ["ArticulationAction", "DynamicState", "JointsState", "XFormPrimState"]


class XFormPrimState:
    """World position (3,) [stage units] and quaternion (w, x, y, z)."""

    def __init__(self, position: np.ndarray, orientation: np.ndarray) -> None:
        self.position = position
        self.orientation = orientation


class DynamicState:
    """A pose with velocities [stage units/s, radians/s]."""

    def __init__(self, position: np.ndarray, orientation: np.ndarray, linear_velocity: np.ndarray,
                 angular_velocity: np.ndarray) -> None:
        self.position = position
        self.orientation = orientation
        self.linear_velocity = linear_velocity
        self.angular_velocity = angular_velocity


class JointsState(NamedTuple):
    """Positions, velocities and efforts of joints."""

    positions: np.ndarray
    velocities: np.ndarray
    efforts: np.ndarray


class ArticulationAction:
    """What joints are told to do; None leaves them as they are."""

    def __init__(self, joint_positions: Any = None, joint_velocities: Any = None, joint_efforts: Any = None,
                 joint_indices: Any = None) -> None:
        self.joint_positions = joint_positions
        self.joint_velocities = joint_velocities
        self.joint_efforts = joint_efforts
        self.joint_indices = joint_indices

    def get_dict(self) -> dict[str, Any]:
        """Return the three targets by name, as lists."""
        return {name: None if value is None else list(value) for name, value in vars(self).items() if name != "joint_indices"}

    def get_length(self) -> int | None:
        """Return how many joints are told, None when nothing is."""
        return next((len(value) for name, value in vars(self).items() if name != "joint_indices" and value is not None), None)
