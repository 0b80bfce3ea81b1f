"""Robots: links that joints hold together. Angles are radians, distances stage units; targets become UsdPhysics drives."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from isaacsim.core.experimental import prims as experimental
from isaacsim.core.prims.single_prims import SingleXFormPrim
from isaacsim.core.prims.views import Rows, XFormPrim
from isaacsim.core.utils.types import ArticulationAction, JointsState
from pxr import Usd, UsdPhysics

from scenewright.host.joint_tree import JointTree, TreeJoint

__all__ = ["Articulation", "ArticulationController", "SingleArticulation"]


class _Robot:
    """The joints of one robot by number."""

    def __init__(self, prim: Usd.Prim) -> None:
        self.tree = JointTree(prim)
        self.default = self.tree.coordinates()

    def place(self, positions: Rows, chosen: Any = None) -> None:
        """Move the links to where joints stand at ``positions``."""
        wanted = self.tree.coordinates()
        wanted[slice(None) if chosen is None else np.asarray(chosen)] = np.asarray(positions, float)
        for prim, pose in self.tree.poses_at(wanted):
            turn = pose.ExtractRotationQuat()
            experimental.XformPrim(str(prim.GetPath()), resolve_paths=False).set_world_poses(
                [list(pose.ExtractTranslation())], [[turn.GetReal(), *turn.GetImaginary()]])

    def drive(self, name: str, values: Rows, chosen: Any = None, per_radian: bool = False) -> None:
        """Write an attribute of the joints' drives: targets in degrees, or gains per degree."""
        for joint, value in zip(self._chosen(chosen), np.asarray(values, float).ravel(), strict=True):
            if np.isfinite(value):
                scale = 1.0 if joint.linear else np.radians(1.0) if per_radian else np.degrees(1.0)
                drive = UsdPhysics.DriveAPI.Apply(joint.prim, joint.drive)
                getattr(drive, f"Create{name}Attr")(float(value * scale))

    def driven(self, name: str, per_radian: bool = False) -> np.ndarray:
        """Return an attribute of the drives, 0 where there is none."""
        values = []
        for joint in self.tree.dofs:
            drive = UsdPhysics.DriveAPI(joint.prim, joint.drive)
            value = getattr(drive, f"Get{name}Attr")().Get() if drive else None
            scale = 1.0 if joint.linear else np.degrees(1.0) if per_radian else np.radians(1.0)
            values.append(0.0 if value is None else value * scale)
        return np.array(values)

    def limits(self) -> np.ndarray:
        """Return lower and upper limits, (N, 2); infinite where there are none."""
        rows = []
        for joint in self.tree.dofs:
            scale = 1.0 if joint.linear else np.radians(1.0)
            lower, upper = (joint.prim.GetAttribute(f"physics:{end}Limit").Get() for end in ("lower", "upper"))
            rows.append((-np.inf if lower is None else lower * scale, np.inf if upper is None else upper * scale))
        return np.array(rows).reshape(-1, 2)

    def act(self, action: ArticulationAction) -> None:
        """Hand targets to the drives."""
        if action.joint_efforts is not None:
            _no_efforts("apply_action(joint_efforts)")
        for name, values in (("TargetPosition", action.joint_positions), ("TargetVelocity", action.joint_velocities)):
            if values is not None:
                given = [np.nan if value is None else value for value in np.ravel(np.asarray(values, object))]
                self.drive(name, given, action.joint_indices)

    def _chosen(self, chosen: Any) -> list[TreeJoint]:
        dofs = self.tree.dofs
        return dofs if chosen is None else [dofs[int(index)] for index in np.ravel(chosen)]


class ArticulationController:
    """Drives of one robot."""

    def __init__(self, robot: _Robot) -> None:
        self._robot = robot

    def apply_action(self, control_actions: ArticulationAction) -> None:
        """Hand targets to the drives; None leaves a joint as it is."""
        self._robot.act(control_actions)

    def get_applied_action(self) -> ArticulationAction:
        """Return the targets of the drives."""
        return ArticulationAction(self._robot.driven("TargetPosition"), self._robot.driven("TargetVelocity"))

    def set_gains(self, kps: Rows | None = None, kds: Rows | None = None, save_to_usd: bool = False) -> None:
        """Set stiffness [N m/rad or N/stage unit] and damping of all joints; None keeps what is there."""
        for name, values in (("Stiffness", kps), ("Damping", kds)):
            if values is not None:
                self._robot.drive(name, np.broadcast_to(values, len(self._robot.tree.dofs)), per_radian=True)

    def get_gains(self) -> tuple[np.ndarray, np.ndarray]:
        """Return stiffness and damping of all joints."""
        return self._robot.driven("Stiffness", per_radian=True), self._robot.driven("Damping", per_radian=True)

    def set_max_efforts(self, values: Rows, joint_indices: Any = None) -> None:
        """Set what the drives can do at most."""
        for joint, value in zip(self._robot._chosen(joint_indices), np.ravel(values), strict=True):
            UsdPhysics.DriveAPI.Apply(joint.prim, joint.drive).CreateMaxForceAttr(float(value))

    def switch_control_mode(self, mode: str) -> None:
        """Keep the gains for "position"; "velocity" takes the stiffness away, "effort" both.

        Raises:
            ValueError: It is another word.
        """
        if mode not in ("position", "velocity", "effort"):
            raise ValueError(f"switch_control_mode: 'position', 'velocity' or 'effort', got {mode!r}.")
        if mode != "position":
            self.set_gains(kps=0.0, kds=0.0 if mode == "effort" else None)


class SingleArticulation(SingleXFormPrim):
    """One robot: see ``SingleXFormPrim`` for its pose.

    Args:
        prim_path: Prim at or below which its joints are.
        name: Name in a scene.
        options: See ``SingleXFormPrim``.

    Raises:
        ValueError: There are no joints.
    """

    def __init__(self, prim_path: str, name: str = "articulation", *args: Any, articulation_controller: Any = None,
                 **options: Any) -> None:
        super().__init__(prim_path, name, *args, reset_xform_properties=options.pop("reset_xform_properties", False), **options)
        self._robot = _Robot(self.prim)
        self._controller = ArticulationController(self._robot)

    handles_initialized = property(lambda self: True, doc="True: nothing has to be waited for.")
    num_dof = property(lambda self: len(self._robot.tree.dofs), doc="How many joints move by one coordinate.")
    num_bodies = property(lambda self: len(self._robot.tree.links), doc="How many links there are.")
    dof_names = property(lambda self: [joint.prim.GetName() for joint in self._robot.tree.dofs], doc="Names of those joints.")

    def get_dof_index(self, dof_name: str) -> int:
        """Return the number of a joint.

        Raises:
            ValueError: There is no such joint.
        """
        return _index(self.dof_names, dof_name)

    def get_articulation_controller(self) -> ArticulationController:
        """Return the drives."""
        return self._controller

    def apply_action(self, control_actions: ArticulationAction) -> None:
        """Hand targets to the drives; None leaves a joint as it is."""
        self._robot.act(control_actions)

    def get_joint_positions(self, joint_indices: Any = None) -> np.ndarray:
        """Return where the joints stand, (K,) float32."""
        return _some(self._robot.tree.coordinates(), joint_indices)

    def set_joint_positions(self, positions: Rows, joint_indices: Any = None) -> None:
        """Move the links at once to where the joints stand at ``positions``."""
        self._robot.place(positions, joint_indices)

    def get_joint_velocities(self, joint_indices: Any = None) -> np.ndarray:
        """Return how fast the joints move, (K,) float32."""
        return _some(self._robot.tree.velocities(), joint_indices)

    def set_joint_velocities(self, velocities: Rows, joint_indices: Any = None) -> None:
        """Bring the links to rest for zeros.

        Raises:
            NotImplementedError: A velocity is not 0; use drive targets.
        """
        _rest(self._robot, velocities)

    def set_joint_efforts(self, efforts: Rows, joint_indices: Any = None) -> None:
        """Refuse.

        Raises:
            NotImplementedError: Always.
        """
        _no_efforts("set_joint_efforts")

    def get_joints_state(self) -> JointsState:
        """Return positions and velocities; efforts are not known and zero."""
        positions = self.get_joint_positions()
        return JointsState(positions, self.get_joint_velocities(), np.zeros_like(positions))

    def get_joints_default_state(self) -> JointsState:
        """Return what ``post_reset`` goes back to."""
        return JointsState(self._robot.default.astype(np.float32), np.zeros(self.num_dof), np.zeros(self.num_dof))

    def set_joints_default_state(self, positions: Rows | None = None, velocities: Rows | None = None,
                                 efforts: Rows | None = None) -> None:
        """Choose what ``post_reset`` goes back to."""
        if positions is not None:
            self._robot.default = np.asarray(positions, float)

    def post_reset(self) -> None:
        """Go back to the default pose and joint positions."""
        super().post_reset()
        self._robot.place(self._robot.default)


class Articulation(XFormPrim):
    """Several robots of one kind: see ``XFormPrim`` for their poses; joint values are (N, K).

    Raises:
        ValueError: A prim has no joints, or the robots differ.
    """

    def __init__(self, prim_paths_expr: str | list[str], name: str = "articulation_prim_view", *args: Any,
                 **options: Any) -> None:
        super().__init__(prim_paths_expr, name, *args, reset_xform_properties=options.pop("reset_xform_properties", False),
                         **options)
        self._robots = [_Robot(prim) for prim in self.prims]
        if len({len(robot.tree.dofs) for robot in self._robots}) > 1:
            raise ValueError(f"Articulation: the robots {', '.join(self.prim_paths)} have different numbers of joints.")

    num_dof = property(lambda self: len(self._robots[0].tree.dofs), doc="How many joints move by one coordinate.")
    num_bodies = property(lambda self: len(self._robots[0].tree.links), doc="How many links each has.")
    dof_names = property(lambda self: [joint.prim.GetName() for joint in self._robots[0].tree.dofs], doc="Names of the joints.")
    joint_names = dof_names
    body_names = property(lambda self: [prim.GetName() for prim in self._robots[0].tree.links], doc="Names of the links.")

    def get_dof_index(self, dof_name: str) -> int:
        """Return the number of a joint.

        Raises:
            ValueError: There is no such joint.
        """
        return _index(self.dof_names, dof_name)

    def get_dof_limits(self) -> np.ndarray:
        """Return lower and upper limits, (N, K, 2)."""
        return np.stack([robot.limits() for robot in self._robots])

    def get_joint_positions(self, indices: Any = None, joint_indices: Any = None, clone: bool = True) -> np.ndarray:
        """Return where the joints stand, (N, K) float32."""
        return np.stack([_some(robot.tree.coordinates(), joint_indices) for robot in self._of(indices)])

    def get_joint_velocities(self, indices: Any = None, joint_indices: Any = None, clone: bool = True) -> np.ndarray:
        """Return how fast the joints move, (N, K) float32."""
        return np.stack([_some(robot.tree.velocities(), joint_indices) for robot in self._of(indices)])

    def set_joint_positions(self, positions: Rows, indices: Any = None, joint_indices: Any = None) -> None:
        """Move the links at once to where the joints stand at ``positions``."""
        for robot, row in self._rows(positions, indices):
            robot.place(row, joint_indices)

    def set_joint_position_targets(self, positions: Rows, indices: Any = None, joint_indices: Any = None) -> None:
        """Set where the drives aim at."""
        for robot, row in self._rows(positions, indices):
            robot.drive("TargetPosition", row, joint_indices)

    def set_joint_velocity_targets(self, velocities: Rows, indices: Any = None, joint_indices: Any = None) -> None:
        """Set how fast the drives aim to move."""
        for robot, row in self._rows(velocities, indices):
            robot.drive("TargetVelocity", row, joint_indices)

    def set_gains(self, kps: Rows | None = None, kds: Rows | None = None, indices: Any = None, joint_indices: Any = None,
                  save_to_usd: bool = False) -> None:
        """Set stiffness and damping, (N, K)."""
        for name, values in (("Stiffness", kps), ("Damping", kds)):
            for robot, row in self._rows(values, indices) if values is not None else ():
                robot.drive(name, row, joint_indices, per_radian=True)

    def get_gains(self, indices: Any = None) -> tuple[np.ndarray, np.ndarray]:
        """Return stiffness and damping, (N, K) each."""
        return tuple(np.stack([robot.driven(name, True) for robot in self._of(indices)]) for name in ("Stiffness", "Damping"))

    def set_joint_efforts(self, efforts: Rows, indices: Any = None, joint_indices: Any = None) -> None:
        """Refuse.

        Raises:
            NotImplementedError: Always.
        """
        _no_efforts("set_joint_efforts")

    def post_reset(self) -> None:
        """Go back to the default poses and joint positions."""
        super().post_reset()
        for robot in self._robots:
            robot.place(robot.default)

    def _of(self, indices: Any) -> list[_Robot]:
        return self._robots if indices is None else [self._robots[int(index)] for index in np.ravel(indices)]

    def _rows(self, values: Rows, indices: Any) -> list[tuple[_Robot, np.ndarray]]:
        robots, rows = self._of(indices), np.atleast_2d(np.asarray(values, float))
        return list(zip(robots, np.broadcast_to(rows, (len(robots), rows.shape[1])), strict=True))


def _some(values: np.ndarray, chosen: Any) -> np.ndarray:
    return (values if chosen is None else values[np.asarray(chosen)]).astype(np.float32)


def _index(names: Sequence[str], name: str) -> int:
    if name not in names:
        raise ValueError(f"There is no joint {name!r}; joints: {', '.join(names)}.")
    return list(names).index(name)


def _rest(robot: _Robot, velocities: Rows) -> None:
    if np.any(np.asarray(velocities, float)):
        raise NotImplementedError("set_joint_velocities: only 0 has a stand-in on the portable host; give the drives a target "
                                  "with apply_action(ArticulationAction(joint_velocities=…)).")
    links = [str(prim.GetPath()) for prim in robot.tree.links]
    experimental.RigidPrim(links, resolve_paths=False).set_velocities(np.zeros(3), np.zeros(3))


def _no_efforts(caller: str) -> None:
    raise NotImplementedError(f"{caller}: joint efforts have no stand-in on the portable host; use positions or velocities, "
                              "which become drives.")
