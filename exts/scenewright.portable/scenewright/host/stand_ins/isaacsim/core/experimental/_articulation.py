"""``isaacsim.core.experimental.prims.Articulation``: robots as one object, their joints by Warp arrays.

Names of methods follow the public API list of the extension isaacsim.core.experimental.prims (Apache-2.0).
"""

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import warp as wp
from isaacsim.core.experimental.prims import XformPrim
from isaacsim.core.prims.articulations import _Robot

__all__ = ["Articulation"]


class Articulation(XformPrim):
    """Robots with the same joints: angles in radians, distances in stage units, arrays of (N, K) float32 on the CPU.

    Values given are one number, one row for all robots, or a row for each. Joint efforts and what else a physics engine's
    tensors hold raise by name.

    Args:
        paths: Paths or regular expressions.
        options: Poses and scales, as for ``XformPrim``.

    Raises:
        ValueError: No prim matches, a prim has no joints, or the robots differ.
    """

    def __init__(self, paths: str | list[str], **options: Any) -> None:
        super().__init__(paths, **options)
        self._robots = [_Robot(prim) for prim in self.prims]
        if len({len(robot.tree.dofs) for robot in self._robots}) > 1:
            raise ValueError(f"Articulation: the robots {', '.join(self.paths)} have different numbers of joints.")

    num_dofs = property(lambda self: len(self._robots[0].tree.dofs), doc="How many joints move by one coordinate.")
    num_links = property(lambda self: len(self._robots[0].tree.links), doc="How many links each has.")
    dof_names = property(lambda self: [dof.prim.GetName() for dof in self._robots[0].tree.dofs], doc="Names of the joints.")
    link_names = property(lambda self: [prim.GetName() for prim in self._robots[0].tree.links], doc="Names of the links.")

    @property
    def dof_paths(self) -> list[list[str]]:
        """Paths of the joints of each robot."""
        return [[str(dof.prim.GetPath()) for dof in robot.tree.dofs] for robot in self._robots]

    @property
    def link_paths(self) -> list[list[str]]:
        """Paths of the links of each robot."""
        return [[str(prim.GetPath()) for prim in robot.tree.links] for robot in self._robots]

    def get_dof_indices(self, names: str | list[str]) -> wp.array:
        """Return the numbers of joints, (K,) int32.

        Raises:
            ValueError: There is no such joint.
        """
        return _numbers("joint", names, self.dof_names)

    def get_link_indices(self, names: str | list[str]) -> wp.array:
        """Return the numbers of links, (K,) int32.

        Raises:
            ValueError: There is no such link.
        """
        return _numbers("link", names, self.link_names)

    def get_dof_positions(self, *, indices: Any = None, dof_indices: Any = None) -> wp.array:
        """Return where the joints stand."""
        return self._read(lambda robot: robot.tree.coordinates(), indices, dof_indices)

    def get_dof_velocities(self, *, indices: Any = None, dof_indices: Any = None) -> wp.array:
        """Return how fast the joints move."""
        return self._read(lambda robot: robot.tree.velocities(), indices, dof_indices)

    def get_dof_position_targets(self, *, indices: Any = None, dof_indices: Any = None) -> wp.array:
        """Return where the drives aim at."""
        return self._read(lambda robot: robot.driven("TargetPosition"), indices, dof_indices)

    def get_dof_velocity_targets(self, *, indices: Any = None, dof_indices: Any = None) -> wp.array:
        """Return how fast the drives aim to move."""
        return self._read(lambda robot: robot.driven("TargetVelocity"), indices, dof_indices)

    def get_dof_gains(self, *, indices: Any = None, dof_indices: Any = None) -> tuple[wp.array, wp.array]:
        """Return stiffness and damping of the drives."""
        stiffness, damping = (self._read(lambda robot, name=name: robot.driven(name, True), indices, dof_indices)
                              for name in ("Stiffness", "Damping"))
        return stiffness, damping

    def get_dof_limits(self, *, indices: Any = None, dof_indices: Any = None) -> tuple[wp.array, wp.array]:
        """Return lower and upper limits."""
        lower, upper = (self._read(lambda robot, side=side: robot.limits()[:, side], indices, dof_indices) for side in (0, 1))
        return lower, upper

    def set_dof_positions(self, positions: Any, *, indices: Any = None, dof_indices: Any = None) -> None:
        """Move the links at once to where the joints stand at ``positions``."""
        self._write(lambda robot, row: robot.place(row, _list(dof_indices)), positions, indices, dof_indices)

    def set_dof_position_targets(self, positions: Any, *, indices: Any = None, dof_indices: Any = None) -> None:
        """Set where the drives aim at."""
        self._drive("TargetPosition", positions, indices, dof_indices)

    def set_dof_velocity_targets(self, velocities: Any, *, indices: Any = None, dof_indices: Any = None) -> None:
        """Set how fast the drives aim to move."""
        self._drive("TargetVelocity", velocities, indices, dof_indices)

    def set_dof_gains(self, stiffnesses: Any = None, dampings: Any = None, *, indices: Any = None,
                      dof_indices: Any = None) -> None:
        """Set stiffness and damping of the drives."""
        for name, values in (("Stiffness", stiffnesses), ("Damping", dampings)):
            if values is not None:
                self._drive(name, values, indices, dof_indices, per_radian=True)

    def __getattr__(self, name: str) -> NoReturn:
        """Tell what has no stand-in."""
        there = ", ".join(sorted(entry for entry in dir(type(self)) if not entry.startswith("_")))
        raise AttributeError(f"Articulation.{name} has no stand-in on the portable host. Available: {there}.")

    def _drive(self, attribute: str, values: Any, indices: Any, dof_indices: Any, per_radian: bool = False) -> None:
        chosen = _list(dof_indices)
        self._write(lambda robot, row: robot.drive(attribute, row, chosen, per_radian), values, indices, dof_indices)

    def _of(self, indices: Any) -> list[_Robot]:
        return self._robots if indices is None else [self._robots[index] for index in _list(indices)]

    def _read(self, read: Callable[[_Robot], np.ndarray], indices: Any, dof_indices: Any) -> wp.array:
        chosen = slice(None) if dof_indices is None else _list(dof_indices)
        rows = np.stack([read(robot)[chosen] for robot in self._of(indices)])
        return wp.array(rows.astype(np.float32), dtype=wp.float32, device="cpu")

    def _write(self, write: Callable[[_Robot, np.ndarray], None], values: Any, indices: Any, dof_indices: Any) -> None:
        robots = self._of(indices)
        count = self.num_dofs if dof_indices is None else len(_list(dof_indices))
        given = np.asarray(values.numpy() if isinstance(values, wp.array) else values, dtype=float)
        for robot, row in zip(robots, np.broadcast_to(given, (len(robots), count)), strict=True):
            write(robot, row)


def _list(numbers: Any) -> list[int] | None:
    if numbers is None:
        return None
    return [int(number) for number in np.ravel(numbers.numpy() if isinstance(numbers, wp.array) else numbers)]


def _numbers(kind: str, names: str | list[str], known: list[str]) -> wp.array:
    wanted = [names] if isinstance(names, str) else list(names)
    for name in wanted:
        if name not in known:
            raise ValueError(f"There is no {kind} {name!r}; {kind}s: {', '.join(known)}.")
    return wp.array([known.index(name) for name in wanted], dtype=wp.int32, device="cpu")
