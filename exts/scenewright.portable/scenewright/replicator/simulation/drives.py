"""Drives of joints as forces on the bodies: springs and dampers, integrated implicitly.

Newton's XPBD solver has drives, but does not accumulate their multipliers: how stiff they are depends on its iterations. Here
one degree of freedom is solved at a time with the implicit Euler step of a damped spring. With position error e, rate v that
the joint will have without the drive, stiffness k, damping d and effective mass m, the impulse of a step h is

    h (k e + d v_target - (h k + d) v) / (1 + h (d + h k) / m)
"""

from collections.abc import Mapping, Sequence

import numpy as np

from scenewright.replicator.functional.rotation_math import matrix_from_quaternion
from scenewright.replicator.simulation.records import JointAxis, JointRecord

__all__ = ["Drives"]


class Drives:
    """The drives of a scene.

    Args:
        joints: Joints of the scene.
        bodies: Index of each body by path.
        masses: Of the bodies [kg], shape (B,); 0 = not moved by forces.
        inertias: About their centres of mass, in their frames, shape (B, 3, 3).
        centres: Centres of mass in their frames [m], shape (B, 3).
        gravity: Acceleration of each body by gravity [m/s²], shape (B, 3).
    """

    def __init__(self, joints: Sequence[JointRecord], bodies: Mapping[str, int], masses: np.ndarray, inertias: np.ndarray,
                 centres: np.ndarray, gravity: np.ndarray) -> None:
        self._driven: list[tuple[JointRecord, JointAxis]] = [
            (joint, axis) for joint in joints for axis in joint.axes if axis.stiffness > 0.0 or axis.damping > 0.0]
        self._bodies = bodies
        self._masses, self._inertias, self._centres, self._gravity = masses, inertias, centres, gravity

    def __bool__(self) -> bool:
        return bool(self._driven)

    def forces(self, places: np.ndarray, speeds: np.ndarray, seconds: float) -> np.ndarray:
        """Return the forces [N] and torques [N m] on the centres of mass for one solver step, world, shape (B, 6).

        Args:
            places: Positions and quaternions (x, y, z, w) of the bodies, shape (B, 7).
            speeds: Velocities of the centres of mass and angular velocities, world, shape (B, 6).
            seconds: Duration of the step.
        """
        result = np.zeros((len(places), 6))
        for joint, axis in self._driven:
            child = self._bodies[joint.child]
            parent = None if joint.parent is None else self._bodies[joint.parent]
            start, turn = _world_frame(places, parent, joint.parent_frame)
            end, turned = _world_frame(places, child, joint.child_frame)
            direction = turn[axis.number]
            ends = [(child, 1.0, end)] if parent is None else [(child, 1.0, end), (parent, -1.0, end)]
            mobility, rate = 0.0, 0.0
            for index, sign, anchor in ends:
                share, moving = self._end(places, speeds, index, anchor, direction, axis.linear, seconds)
                mobility += share
                rate += sign * moving
            position = float((end - start) @ direction) if axis.linear else _angle(turn, turned, axis.number)
            force = _force(axis, position, rate, mobility, seconds)
            self._apply(result, places, child, parent, end, direction, axis.linear, force)
        return result

    def _end(self, places: np.ndarray, speeds: np.ndarray, index: int, anchor: np.ndarray, direction: np.ndarray, linear: bool,
             seconds: float) -> tuple[float, float]:
        """Return how easily a force moves one end of a joint, and its rate after gravity has acted for the step."""
        mass = self._masses[index]
        arm = self._centre(places, index) - anchor
        velocity, spin = speeds[index, :3], speeds[index, 3:]
        if linear:
            rate = float(direction @ (velocity + np.cross(spin, -arm)))
            return (0.0, rate) if mass <= 0.0 else (1.0 / mass, rate + seconds * float(direction @ self._gravity[index]))
        rate = float(direction @ spin)
        if mass <= 0.0:
            return 0.0, rate
        inertia = self._inertia_about(places, index, anchor, direction)
        weight = float(direction @ np.cross(arm, mass * self._gravity[index]))
        return 1.0 / inertia, rate + seconds * weight / inertia

    def _apply(self, result: np.ndarray, places: np.ndarray, child: int, parent: int | None, anchor: np.ndarray,
               direction: np.ndarray, linear: bool, force: float) -> None:
        """Add a force pair that turns the child about the anchor, or pushes it along, and nothing else."""
        centre = self._centre(places, child)
        push, twist = force * direction, np.zeros(3)
        if not linear:
            mass = self._masses[child]
            spin = force / max(self._inertia_about(places, child, anchor, direction), 1e-30)
            push = mass * spin * np.cross(direction, centre - anchor)
            twist = force * direction - np.cross(centre - anchor, push)
        result[child] += [*push, *twist]
        if parent is not None:
            arm = centre - self._centre(places, parent)
            result[parent] -= [*push, *(twist + np.cross(arm, push))]

    def _inertia_about(self, places: np.ndarray, index: int, anchor: np.ndarray, direction: np.ndarray) -> float:
        turn = _rotation(places[index, 3:])
        local = turn @ direction
        arm = np.cross(direction, self._centre(places, index) - anchor)
        return float(local @ self._inertias[index] @ local + self._masses[index] * (arm @ arm))

    def _centre(self, places: np.ndarray, index: int) -> np.ndarray:
        return places[index, :3] + self._centres[index] @ _rotation(places[index, 3:])


def _force(axis: JointAxis, position: float, rate: float, mobility: float, seconds: float) -> float:
    """Return the force or torque of a drive for one step: see the head of this file."""
    wanted = axis.stiffness * (axis.target - position) + axis.damping * axis.target_velocity
    resisting = seconds * axis.stiffness + axis.damping
    force = (wanted - resisting * rate) / (1.0 + seconds * resisting * mobility)
    return float(np.clip(force, -axis.max_force, axis.max_force))


def _world_frame(places: np.ndarray, index: int | None, frame: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the position of a joint's frame in the world and its axes as rows."""
    position, turn = frame[0], _rotation(frame[1])
    if index is None:
        return position, turn
    body = _rotation(places[index, 3:])
    return places[index, :3] + position @ body, turn @ body


def _rotation(quaternion: np.ndarray) -> np.ndarray:
    """Return the row-vector rotation of a quaternion (x, y, z, w)."""
    return matrix_from_quaternion(np.roll(np.asarray(quaternion, dtype=np.float64), 1)[None])[0]


def _angle(turn: np.ndarray, turned: np.ndarray, number: int) -> float:
    """Return by how much the child's frame is turned about one axis of the parent's [rad], -pi to pi."""
    relative = turned @ turn.T
    a, b = (number + 1) % 3, (number + 2) % 3
    return float(np.arctan2(relative[a, b] - relative[b, a], relative[a, a] + relative[b, b]))
