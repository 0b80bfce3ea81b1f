"""Bodies at rest: what hardly moves for a while is held, so that piles do not creep. Thresholds are PhysX's."""

from typing import TYPE_CHECKING

import numpy as np

from scenewright.replicator.simulation.records import BodyRecord

if TYPE_CHECKING:
    from scenewright.replicator.simulation.newton_world import NewtonWorld

__all__ = ["Sleep"]

_AFTER = 0.4
"""Seconds below the threshold until a body sleeps."""


class Sleep:
    """Which bodies of a world sleep.

    A sleeping body is put back after every step, unless the step made it faster than the threshold: then it wakes. A body in
    free fall is that after one step, so what loses its support falls.

    Args:
        bodies: Bodies of the world.
    """

    def __init__(self, bodies: list[BodyRecord]) -> None:
        self._energy = np.array([0.0 if body.kinematic else body.sleep_threshold for body in bodies])
        self._quiet = np.zeros(len(bodies))
        self._held = np.zeros((len(bodies), 7))

    def wake(self, index: int) -> None:
        """Let one body move again."""
        self._quiet[index] = 0.0

    def apply(self, world: "NewtonWorld", seconds: float) -> None:
        """Take in one step: count quiet time, hold what sleeps."""
        positions, rotations = world.poses()
        velocities, spins = world.velocities()
        # kinetic energy per mass, the spin as if the radius of gyration were 1 m: what turns visibly does not sleep
        quiet = 0.5 * ((velocities**2).sum(axis=1) + (spins**2).sum(axis=1)) < self._energy
        asleep = quiet & (self._quiet >= _AFTER)
        self._quiet = np.where(quiet, self._quiet + seconds, 0.0)
        awake = ~asleep
        self._held[awake, :3], self._held[awake, 3:] = positions[awake], rotations[awake]
        if asleep.any():
            world.hold(np.flatnonzero(asleep), self._held[asleep])
