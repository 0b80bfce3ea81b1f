"""The rigid bodies of the open stage: built when the timeline first plays, kept in step with edits, rewound when it stops."""

from collections.abc import Sequence

import numpy as np
from pxr import Sdf, Tf, Usd, UsdGeom, UsdPhysics

from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context
from scenewright.host.timeline import get_timeline_interface
from scenewright.replicator.session import open_session
from scenewright.replicator.simulation.newton_world import NewtonWorld
from scenewright.replicator.simulation.pose_layer import PoseLayer
from scenewright.replicator.simulation.records import SceneRecord
from scenewright.replicator.simulation.sleep import Sleep
from scenewright.replicator.simulation.stage_bodies import (
    body_pose,
    deformable_kind,
    has_dynamic_bodies,
    read_scene,
    refuse_deformables,
    steps_per_second,
)

__all__ = ["RigidBodyEngine", "simulation_engine"]

_STATE = frozenset({"physics:velocity", "physics:angularVelocity"})


class RigidBodyEngine:
    """Simulates the bodies of the stage that is open."""

    def __init__(self) -> None:
        self._stage: Usd.Stage | None = None
        self._listener: Tf.Notice.Listener | None = None
        self._layer: PoseLayer | None = None
        get_context().add_stage_hook(self._on_stage)
        self._forget()

    def steps_per_second(self) -> float:
        """Return ``physxScene:timeStepsPerSecond`` of the stage's physics scene, 60 by default."""
        self._attach(get_context().get_stage())
        if self._rate is None or self._stale:
            self._rate = steps_per_second(self._stage)
        return self._rate

    def step(self, seconds: float) -> None:
        """Simulate one step; nothing where nothing moves.

        Raises:
            PhysicsError: Newton is missing, the stage cannot be simulated, or a state is not finite any more.
        """
        self._attach(get_context().get_stage())
        if self._stale:
            self._build()
        if self._world is None:
            return
        self._take_edits()
        self._move_kinematic()
        self._world.step(seconds)
        self._sleep.apply(self._world, seconds)

    def apply_force(self, path: str, force: Sequence[float], position: Sequence[float] | None, torque: bool = False) -> None:
        """Push a body during the next step; see ``scenewright.host.simulation.Simulation.apply_force``.

        Raises:
            ValueError: There is no moving body at ``path``.
            PhysicsError: Newton is missing or the stage cannot be simulated.
        """
        self._attach(get_context().get_stage())
        if self._stale:
            self._build()
        index = self._index.get(Sdf.Path(path))
        if index is None or index in self._kinematic:
            raise ValueError(f"apply_force: there is no moving rigid body at {path!r}.")
        metre = UsdGeom.GetStageMetersPerUnit(self._stage)
        mass = UsdPhysics.GetStageKilogramsPerUnit(self._stage)
        newtons = np.asarray(force, float) * mass * (metre**2 if torque else metre)
        self._world.apply_force(index, newtons, None if position is None else np.asarray(position, float) * metre, torque)
        self._sleep.wake(index)

    def publish(self) -> None:
        """Write poses and velocities of the moving bodies to the stage."""
        if self._world is None or not len(self._moving):
            return
        positions, rotations = self._world.poses()
        velocities, spins = self._world.velocities()
        rows = self._moving
        self._layer.write(positions[rows], rotations[rows], velocities[rows], spins[rows], _now(self._stage))

    def reset(self) -> None:
        """Rewind: take the simulated values off the stage and forget the state."""
        if self._layer is not None:
            self._layer.clear()
            session = open_session()
            if session is not None and session.stage == self._stage:
                session.forget_motion()
        self._forget()

    def _forget(self) -> None:
        self._rate: float | None = None
        self._scene: SceneRecord | None = None
        self._world: NewtonWorld | None = None
        self._moving = np.empty(0, dtype=np.int64)
        self._kinematic: list[int] = []
        self._index: dict[Sdf.Path, int] = {}
        self._above_bodies: dict[Sdf.Path, list[int]] = {}
        self._above_colliders: set[Sdf.Path] = set()
        self._inert: set[Sdf.Path] = set()
        self._moved: set[int] = set()
        self._pushed: set[int] = set()
        self._stale = True

    def _attach(self, stage: Usd.Stage) -> None:
        if self._stage != stage:
            self._detach()
            self._stage, self._layer = stage, PoseLayer(stage)
            self._listener = Tf.Notice.Register(Usd.Notice.ObjectsChanged, self._on_change, stage)

    def _detach(self) -> None:
        if self._listener is not None:
            self._listener.Revoke()
        self._stage = self._listener = self._layer = None
        self._forget()

    def _on_stage(self, event: str, stage: Usd.Stage) -> None:
        if event == "closing" and stage == self._stage:
            self._detach()

    def _build(self) -> None:
        """Read the stage; bodies that were simulated before go on from the pose and velocity that the stage shows."""
        self._forget()
        self._stale = False
        time = _now(self._stage)
        refuse_deformables(self._stage)
        if not has_dynamic_bodies(self._stage):
            self._layer.follow([], time)
            return
        scene = read_scene(self._stage, time)
        self._world = NewtonWorld(scene, _device())
        self._scene = scene
        self._moving = np.array([i for i, body in enumerate(scene.bodies) if not body.kinematic], dtype=np.int64)
        self._kinematic = [i for i, body in enumerate(scene.bodies) if body.kinematic]
        self._sleep = Sleep(scene.bodies)
        self._layer.follow([scene.bodies[i] for i in self._moving], time)
        for index, body in enumerate(scene.bodies):
            path = Sdf.Path(body.path)
            self._index[path] = index
            for prefix in path.GetPrefixes()[:-1]:
                self._above_bodies.setdefault(prefix, []).append(index)
            for shape in body.shapes:
                self._above_colliders |= {p for p in Sdf.Path(shape.path).GetPrefixes() if p.HasPrefix(path) and p != path}
        for shape in scene.statics:
            self._above_colliders |= set(Sdf.Path(shape.path).GetPrefixes())

    def _take_edits(self) -> None:
        """Bodies that a script has moved or pushed since the last step."""
        if not (self._moved or self._pushed):
            return
        bodies = {body.path: body for body in read_scene(self._stage, _now(self._stage)).bodies}
        for index in sorted((self._moved | self._pushed) - set(self._kinematic)):
            body = bodies.get(self._scene.bodies[index].path)
            if body is None:
                continue
            if index in self._moved:
                self._world.place(index, body.position, body.rotation)
            if index in self._pushed:
                self._world.push(index, body.velocity, body.angular_velocity)
            self._sleep.wake(index)
        self._moved.clear()
        self._pushed.clear()

    def _move_kinematic(self) -> None:
        if not self._kinematic:
            return
        cache, metre = UsdGeom.XformCache(_now(self._stage)), UsdGeom.GetStageMetersPerUnit(self._stage)
        for index in self._kinematic:
            prim = self._stage.GetPrimAtPath(self._scene.bodies[index].path)
            self._world.lead(index, *body_pose(prim, cache, metre))

    def _on_change(self, notice: Usd.Notice.ObjectsChanged, stage: Usd.Stage) -> None:
        if self._layer is None or self._layer.writing or self._stale:
            return
        for path in set(notice.GetChangedInfoOnlyPaths()) - self._inert:
            if path.IsPropertyPath():
                self._property_changed(path)
                self._note_inert(path)
        for path in notice.GetResyncedPaths():
            if path.IsPropertyPath():
                self._property_changed(path)
            elif self._concerns_physics(path):
                self._stale = True

    def _note_inert(self, path: Sdf.Path) -> None:
        """Remember a property whose edit concerned nothing: a randomizer edits the same ones in every frame."""
        prim = path.GetPrimPath()
        if not (self._stale or prim in self._index or prim in self._above_bodies or prim in self._above_colliders):
            self._inert.add(path)

    def _property_changed(self, path: Sdf.Path) -> None:
        prim, name = path.GetPrimPath(), path.name
        body = self._index.get(prim)
        if name.startswith("xformOp"):
            if body is not None:
                self._layer.release(path)
                self._stale = self._stale or name == "xformOpOrder" or ":scale" in name
                self._moved.add(body)
            self._moved.update(self._above_bodies.get(prim, ()))
            self._stale = self._stale or prim in self._above_colliders
        elif body is not None and name in _STATE:
            self._layer.release(path)
            self._pushed.add(body)
        elif name.startswith(("physics:", "physx", "material:binding", "drive:", "limit:", "collection:colliders")):
            self._stale = True
        elif prim in self._above_colliders and name in ("points", "size", "radius", "height", "faceVertexIndices", "axis"):
            self._stale = True

    def _concerns_physics(self, path: Sdf.Path) -> bool:
        """Return whether a prim that was made, removed or recomposed has or had bodies or colliders at or below it."""
        if path in self._index or path in self._above_bodies or path in self._above_colliders:
            return True
        prim = self._stage.GetPrimAtPath(path)
        return bool(prim) and any(child.HasAPI(UsdPhysics.RigidBodyAPI) or child.HasAPI(UsdPhysics.CollisionAPI)
                                  or child.IsA(UsdPhysics.Scene) or child.IsA(UsdPhysics.Joint)
                                  or child.IsA(UsdPhysics.CollisionGroup) or deformable_kind(child)
                                  for child in Usd.PrimRange(prim, Usd.TraverseInstanceProxies()))


def _now(stage: Usd.Stage) -> Usd.TimeCode:
    """Return the time that frames are rendered at."""
    return Usd.TimeCode(get_timeline_interface().get_current_time() * stage.GetTimeCodesPerSecond())


def _device() -> str:
    settings = get_settings()
    return settings.get("/scenewright/physicsDevice") or settings.get("/scenewright/device") or "cpu"


_engine: RigidBodyEngine | None = None


def simulation_engine() -> RigidBodyEngine:
    """Return the engine of this process."""
    global _engine
    if _engine is None:
        _engine = RigidBodyEngine()
    return _engine
