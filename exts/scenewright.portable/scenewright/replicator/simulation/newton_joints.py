"""Joints in Newton. The solver keeps bodies in world coordinates, so articulations need no tree: every joint is a constraint.

Drives are forces: see `drives`.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from scenewright.replicator.simulation.records import JointAxis, JointRecord

__all__ = ["add_joint"]

_UNLIMITED = 1e10


def add_joint(wp: ModuleType, newton: ModuleType, builder: Any, joint: JointRecord, bodies: Mapping[str, int]) -> None:
    """Add one joint between two bodies, or a body and the world.

    Args:
        wp: Warp.
        newton: Newton.
        builder: The model that is being built.
        joint: The joint.
        bodies: Index of each body by path.
    """
    kinds = newton.JointType
    linear = [_config(newton, axis) for axis in joint.axes if axis.linear]
    angular = [_config(newton, axis) for axis in joint.axes if not axis.linear]
    parent, child = -1 if joint.parent is None else bodies[joint.parent], bodies[joint.child]
    common = {"parent_xform": _transform(wp, joint.parent_frame), "child_xform": _transform(wp, joint.child_frame),
              "label": joint.path, "collision_filter_parent": False}
    if joint.distance is not None:
        builder.add_joint_distance(parent, child, min_distance=joint.distance[0], max_distance=joint.distance[1], **common)
    elif joint.is_ball:
        builder.add_joint_ball(parent, child, **common)
    elif not joint.axes:
        builder.add_joint_fixed(parent, child, **common)
    else:
        kind = kinds.D6 if len(joint.axes) > 1 else kinds.PRISMATIC if linear else kinds.REVOLUTE
        builder.add_joint(kind, parent, child, linear_axes=linear, angular_axes=angular, **common)


def _config(newton: ModuleType, axis: JointAxis) -> Any:
    direction = [0.0, 0.0, 0.0]
    direction[axis.number] = 1.0
    return newton.ModelBuilder.JointDofConfig(
        axis=tuple(direction), limit_lower=max(axis.lower, -_UNLIMITED), limit_upper=min(axis.upper, _UNLIMITED))


def _transform(wp: ModuleType, frame: tuple[np.ndarray, np.ndarray]) -> Any:
    return wp.transform(wp.vec3(*map(float, frame[0])), wp.quat(*map(float, frame[1])))
