"""Rigid bodies in Newton: the one file that imports it.

The solver is XPBD (Macklin et al. 2016, Müller et al. 2020): it needs nothing but Warp, runs on CPU and CUDA and keeps stacks
without springs to tune. Contacts have one coefficient of friction, the mean of both surfaces; rolling and spinning are free.
"""

from types import ModuleType
from typing import Any

import numpy as np

from scenewright.replicator.functional.rotation_math import matrix_from_quaternion
from scenewright.replicator.simulation.drives import Drives
from scenewright.replicator.simulation.newton_joints import add_joint
from scenewright.replicator.simulation.records import BodyRecord, PhysicsError, SceneRecord, ShapeRecord

__all__ = ["NewtonWorld", "load_newton"]

SUBSTEPS = 4
"""Solver steps per physics step."""

ITERATIONS = 10
"""Constraint iterations per solver step."""

_SETTLING = 1.0
"""Seconds after a start in which bodies that overlap are pushed apart gently."""

_DEPENETRATION = 3.0
"""m/s that pushing apart may add in that time; contacts between moving bodies may double the fastest speed."""

_MENDED = 2 * SUBSTEPS
"""Solver steps in a row after which a body's state is mended, at most."""

_MAX_SPIN = 100.0
"""rad/s, PhysX's default for bodies that author no physxRigidBody:maxAngularVelocity."""

_DENSITY = 1000.0  # kg/m³, UsdPhysics' default
_CONTACT_DISTANCE = 0.02  # m, at which contacts are looked for


def load_newton() -> ModuleType:
    """Return the newton module.

    Raises:
        PhysicsError: It is not installed; the message names the extra.
    """
    try:
        import newton
    except ImportError as error:
        raise PhysicsError("This stage has rigid bodies and the timeline plays, which needs the 'physics' extra: "
                           "pip install scenewright[physics] (package newton). To render without simulation, set carb "
                           f"/app/player/playSimulations to False. ({error})") from None
    return newton


class NewtonWorld:
    """The bodies of one scene and their state.

    Args:
        scene: What to simulate.
        device: Warp device.

    Raises:
        PhysicsError: Newton is missing or refuses the scene.
    """

    def __init__(self, scene: SceneRecord, device: str = "cpu") -> None:
        import warp as wp

        newton = load_newton()
        self.scene = scene
        self._bodies = scene.bodies
        builder = newton.ModelBuilder(gravity=tuple(map(float, scene.gravity)))
        builder.rigid_gap = _CONTACT_DISTANCE
        self._shapes: dict[str, list[int]] = {}
        self._jointed = {path for joint in scene.joints for path in (joint.parent, joint.child)}
        for shape in scene.statics:
            self._add_shape(wp, newton, builder, -1, shape, None)
        for body in scene.bodies:
            self._add_body(wp, newton, builder, body)
        indices = {body.path: index for index, body in enumerate(scene.bodies)}
        for joint in scene.joints:
            add_joint(wp, newton, builder, joint, indices)
        self._separate(builder, scene)
        for first, second in scene.filtered:
            for a in self._below(first):
                for b in self._below(second):
                    builder.add_shape_collision_filter_pair(a, b)
        shapes = [*scene.statics, *(shape for body in scene.bodies for shape in body.shapes)]
        bounces = any(shape.material.restitution > 0.0 for shape in shapes)
        gpu = str(device).startswith("cuda")
        # joints here are constraints between bodies in world coordinates: loops and chains need no articulation
        self._model = builder.finalize(device=device, skip_validation_joints=bool(scene.joints))
        ordered = {"deterministic": wp.DeterministicMode.RUN_TO_RUN} if gpu and hasattr(wp, "DeterministicMode") else {}
        self._solver = newton.solvers.SolverXPBD(self._model, iterations=ITERATIONS, enable_restitution=bounces, **ordered)
        self._pipeline = newton.CollisionPipeline(self._model, deterministic=gpu)
        self._contacts = self._pipeline.contacts()
        self._now, self._next = self._model.state(), self._model.state()
        self._broken = np.zeros(len(scene.bodies), dtype=np.int64)
        self._age = 0.0
        self._gentle = _DEPENETRATION
        for body in scene.bodies:
            self._expect(float(np.linalg.norm(body.velocity)))
        self._paths: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._control = self._model.control()
        self._centres = self._model.body_com.numpy().astype(np.float64)
        masses = self._model.body_mass.numpy().astype(np.float64)
        weightless = np.array([not body.gravity for body in scene.bodies], dtype=bool)
        self._lift = np.zeros((len(scene.bodies), 6), dtype=np.float32)
        self._lift[weightless, :3] = -np.outer(masses[weightless], scene.gravity)
        held = weightless | np.array([body.kinematic for body in scene.bodies], dtype=bool)
        self._drives = Drives(scene.joints, indices, np.where([body.kinematic for body in scene.bodies], 0.0, masses),
                              self._model.body_inertia.numpy().astype(np.float64), self._centres,
                              np.where(held[:, None], 0.0, np.asarray(scene.gravity)[None]))
        self._pushes = np.zeros((len(scene.bodies), 6))
        self._damping = np.array([(body.linear_damping, body.angular_damping) for body in scene.bodies]).reshape(-1, 2)
        self._limits = np.array([(np.inf if body.max_speed is None else body.max_speed,
                                  _MAX_SPIN if body.max_angular_speed is None else body.max_angular_speed)
                                 for body in scene.bodies]).reshape(-1, 2)

    def step(self, seconds: float) -> None:
        """Advance by one physics step.

        Raises:
            PhysicsError: A body's state is not finite, and stays so.
        """
        for substep in range(SUBSTEPS):
            self._now.clear_forces()
            if self._paths:
                self._carry((substep + 1) / SUBSTEPS, seconds)
            self._push_bodies(seconds / SUBSTEPS)
            self._pipeline.collide(self._now, self._contacts)
            self._solver.step(self._now, self._next, self._control, self._contacts, seconds / SUBSTEPS)
            self._now, self._next = self._next, self._now
            self._mend()
            self._age += seconds / SUBSTEPS
            if self._age < _SETTLING:
                self._settle()
        self._paths = {}
        self._pushes[:] = 0.0
        self._limit_velocities(seconds)

    def poses(self) -> tuple[np.ndarray, np.ndarray]:
        """Return positions (B, 3) [m] and quaternions (B, 4) of the bodies' origins."""
        state = self._now.body_q.numpy().astype(np.float64)
        return state[:, :3], state[:, 3:7] / np.linalg.norm(state[:, 3:7], axis=1, keepdims=True)

    def velocities(self) -> tuple[np.ndarray, np.ndarray]:
        """Return velocities of the centres of mass [m/s] and angular velocities [rad/s], world, each (B, 3)."""
        state = self._now.body_qd.numpy().astype(np.float64)
        return state[:, :3], state[:, 3:6]

    def place(self, index: int, position: np.ndarray, rotation: np.ndarray) -> None:
        """Move a body; it keeps its velocity."""
        state = self._now.body_q.numpy().copy()
        state[index] = [*position, *rotation]
        self._now.body_q.assign(state)

    def lead(self, index: int, position: np.ndarray, rotation: np.ndarray) -> None:
        """Let a kinematic body arrive at a pose at the end of the next step."""
        start = self._now.body_q.numpy()[index].astype(np.float64)
        turned = rotation if start[3:] @ rotation >= 0.0 else -rotation
        self._paths[index] = start, np.array([*position, *turned], dtype=np.float64)

    def push(self, index: int, velocity: np.ndarray, angular_velocity: np.ndarray) -> None:
        """Set the velocities of a body."""
        state = self._now.body_qd.numpy().copy()
        state[index] = [*velocity, *angular_velocity]
        self._expect(float(np.linalg.norm(velocity)))
        self._now.body_qd.assign(state)

    def apply_force(self, index: int, force: np.ndarray, position: np.ndarray | None = None, torque: bool = False) -> None:
        """Let a force [N], or a torque [N m], act on a body during the next step.

        Args:
            index: Number of the body.
            force: World vector, (3,).
            position: World point that a force acts at [m]; None = the centre of mass.
            torque: Whether it is a torque.
        """
        self._pushes[index, slice(3, 6) if torque else slice(0, 3)] += force
        self._expect(float(np.linalg.norm(force)) / float(self._model.body_mass.numpy()[index]) / self.scene.steps_per_second)
        if position is not None and not torque:
            place = self._now.body_q.numpy()[index].astype(np.float64)
            turn = matrix_from_quaternion(np.roll(place[3:], 1)[None])[0]
            self._pushes[index, 3:] += np.cross(position - place[:3] - self._centres[index] @ turn, force)

    def hold(self, indices: np.ndarray, poses: np.ndarray) -> None:
        """Put bodies at rest at ``poses``, shape (N, 7)."""
        places, speeds = self._now.body_q.numpy().copy(), self._now.body_qd.numpy().copy()
        places[indices], speeds[indices] = poses, 0.0
        self._now.body_q.assign(places)
        self._now.body_qd.assign(speeds)

    def _push_bodies(self, seconds: float) -> None:
        """Set what acts on bodies besides gravity and contacts."""
        acting = self._lift + self._pushes
        if self._drives:
            acting += self._drives.forces(self._now.body_q.numpy().astype(np.float64),
                                          self._now.body_qd.numpy().astype(np.float64), seconds)
        if acting.any():
            self._now.body_f.assign(acting.astype(np.float32))

    def _carry(self, share: float, seconds: float) -> None:
        """Move led bodies along their paths, with the velocities that this takes."""
        places, speeds = self._now.body_q.numpy().copy(), self._now.body_qd.numpy().copy()
        for index, (start, end) in self._paths.items():
            pose = start + share * (end - start)
            pose[3:] /= np.linalg.norm(pose[3:])
            places[index] = pose
            self._expect(float(np.linalg.norm(end[:3] - start[:3])) / seconds)
            speeds[index] = [*(end[:3] - start[:3]) / seconds, *_rotation_vector(start[3:], end[3:]) / seconds]
        self._now.body_q.assign(places)
        self._now.body_qd.assign(speeds)

    def _expect(self, speed: float) -> None:
        """Take in a speed that a body was given."""
        self._gentle = max(self._gentle, 2.0 * speed + _DEPENETRATION)

    def _settle(self) -> None:
        """Keep bodies that were placed into each other from being shot away or spun up."""
        limit = self._gentle + float(np.linalg.norm(self.scene.gravity)) * self._age
        state = self._now.body_qd.numpy()
        speed, spin = (np.linalg.norm(state[:, part].astype(np.float64), axis=1) for part in (slice(0, 3), slice(3, 6)))
        fast, spun = speed > limit, spin > self._limits[:, 1]
        if fast.any() or spun.any():
            state = state.copy()
            state[spun, 3:] *= (self._limits[spun, 1] / spin[spun])[:, None]
            state[fast] = state[fast] * (limit / speed[fast])[:, None]
            self._now.body_qd.assign(state)

    def _limit_velocities(self, seconds: float) -> None:
        """Apply damping and speed limits as PhysX does: once per physics step."""
        state = self._now.body_qd.numpy().copy()
        if not len(state) or not (self._damping.any() or np.isfinite(self._limits).any()):
            return
        for column, part in enumerate((slice(0, 3), slice(3, 6))):
            factor = np.maximum(0.0, 1.0 - self._damping[:, column] * seconds)
            speed = np.linalg.norm(state[:, part].astype(np.float64), axis=1) * factor
            factor = factor * np.minimum(1.0, self._limits[:, column] / np.maximum(speed, 1e-30))
            state[:, part] = state[:, part] * factor[:, None]
        self._now.body_qd.assign(state)

    def _mend(self) -> None:
        """Let a body whose state is no number start again, at rest, from where it was.

        Float32 is too coarse for the spin of very thin or light things now and then. A body that is mended again and again
        has another reason, which is told.
        """
        places, speeds = self._now.body_q.numpy(), self._now.body_qd.numpy()
        broken = ~(np.isfinite(places).all(axis=1) & np.isfinite(speeds).all(axis=1))
        self._broken = np.where(broken, self._broken + 1, 0)
        if not broken.any():
            return
        before = self._next.body_q.numpy()
        if (self._broken > _MENDED).any() or not np.isfinite(before[broken]).all():
            wrong = np.flatnonzero(broken)
            others = f" (and of {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            raise PhysicsError(f"The simulation of {self._bodies[wrong[0]].path}{others} is not finite any more. Check its "
                               "mass, its velocity and what it overlaps, or raise physxScene:timeStepsPerSecond.")
        self._now.body_q.assign(np.where(broken[:, None], before, places))
        self._now.body_qd.assign(np.where(broken[:, None], np.float32(0.0), speeds))

    def _add_body(self, wp: ModuleType, newton: ModuleType, builder: Any, body: BodyRecord) -> None:
        add = builder.add_link if body.path in self._jointed else builder.add_body
        index = add(xform=wp.transform(wp.vec3(*body.position), wp.quat(*body.rotation)), label=body.path,
                    is_kinematic=body.kinematic)
        for shape in body.shapes:
            self._add_shape(wp, newton, builder, index, shape, body.density)
        self._set_mass(wp, builder, index, body)
        builder.body_qd[index] = wp.spatial_vector(*map(float, (*body.velocity, *body.angular_velocity)))

    def _set_mass(self, wp: ModuleType, builder: Any, index: int, body: BodyRecord) -> None:
        """Put the authored mass properties in place of those of the colliders."""
        mass = float(builder.body_mass[index])
        inertia = np.array(builder.body_inertia[index], dtype=np.float64).reshape(3, 3)
        if mass <= 0.0 or not inertia.any():  # no collider with a volume: a ball of 10 cm
            mass = body.mass or 1.0
            inertia = np.eye(3) * 0.4 * mass * 0.1**2
        target = body.mass or mass
        inertia = inertia * (target / mass)
        if body.inertia is not None:
            turn = np.array(wp.quat_to_matrix(wp.quat(*body.principal_axes))).reshape(3, 3)
            inertia = turn @ np.diag(body.inertia) @ turn.T
        if body.center_of_mass is not None:
            builder.body_com[index] = wp.vec3(*body.center_of_mass)
        builder.body_mass[index] = target
        builder.body_inv_mass[index] = 1.0 / target
        builder.body_inertia[index] = wp.mat33(*inertia.reshape(-1))
        builder.body_inv_inertia[index] = wp.mat33(*np.linalg.inv(inertia).reshape(-1))

    def _add_shape(self, wp: ModuleType, newton: ModuleType, builder: Any, body: int, shape: ShapeRecord,
                   density: float | None) -> None:
        chosen = density or shape.density or _DENSITY
        config = newton.ModelBuilder.ShapeConfig(density=chosen if body >= 0 else 0.0, mu=shape.material.friction,
                                                 restitution=shape.material.restitution, margin=shape.rest_offset)
        place = wp.transform(wp.vec3(*shape.position), wp.quat(*shape.rotation))
        before = float(builder.body_mass[body]) if body >= 0 else 0.0
        self._shapes.setdefault(shape.path, []).append(_add(wp, newton, builder, body, shape, place, config))
        if body >= 0 and shape.mass is not None and len(self._bodies) and builder.body_mass[body] > before:
            self._scale_last_mass(wp, builder, body, before, shape.mass)

    @staticmethod
    def _scale_last_mass(wp: ModuleType, builder: Any, body: int, before: float, mass: float) -> None:
        """Give the body of a single collider with a mass of its own that mass."""
        if before == 0.0:
            factor = mass / float(builder.body_mass[body])
            builder.body_mass[body] = mass
            builder.body_inertia[body] = wp.mat33(*(np.array(builder.body_inertia[body]).reshape(-1) * factor))

    def _separate(self, builder: Any, scene: SceneRecord) -> None:
        """Let the colliders of separated groups pass through each other."""
        for first, second in scene.separated:
            pairs = {tuple(sorted((a, b))) for x in first for y in second if x != y
                     for a in self._shapes.get(x, ()) for b in self._shapes.get(y, ())}
            for a, b in sorted(pairs):
                builder.add_shape_collision_filter_pair(a, b)

    def _below(self, path: str) -> list[int]:
        return [index for shape, indices in self._shapes.items() if shape == path or shape.startswith(path + "/")
                for index in indices]


def _add(wp: ModuleType, newton: ModuleType, builder: Any, body: int, shape: ShapeRecord, place: Any, config: Any) -> int:
    common = {"xform": place, "cfg": config, "label": shape.path}
    size = tuple(map(float, shape.size))
    if shape.kind == "box":
        return builder.add_shape_box(body, hx=size[0], hy=size[1], hz=size[2], **common)
    if shape.kind == "sphere":
        return builder.add_shape_sphere(body, radius=size[0], **common)
    if shape.kind in ("capsule", "cylinder", "cone"):
        return getattr(builder, f"add_shape_{shape.kind}")(body, radius=size[0], half_height=size[1], **common)
    if shape.kind == "plane":
        return builder.add_shape_plane(None, width=0.0, length=0.0, body=body, **common)
    mesh = newton.Mesh(shape.points.astype(np.float32), shape.triangles.reshape(-1).astype(np.int32),
                       compute_inertia=body >= 0)
    add = builder.add_shape_convex_hull if shape.kind == "hull" else builder.add_shape_mesh
    return add(body, mesh=mesh, **common)


def _rotation_vector(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return the rotation from one quaternion (x, y, z, w) to another as axis times angle [rad]."""
    ax, ay, az, aw = -before[0], -before[1], -before[2], before[3]
    bx, by, bz, bw = after
    real = bw * aw - bx * ax - by * ay - bz * az
    vector = np.array([bw * ax + bx * aw + by * az - bz * ay, bw * ay - bx * az + by * aw + bz * ax,
                       bw * az + bx * ay - by * ax + bz * aw])
    vector, real = (vector, real) if real >= 0.0 else (-vector, -real)
    length = float(np.linalg.norm(vector))
    return vector * (2.0 * np.arctan2(length, real) / length) if length > 1e-12 else np.zeros(3)
