"""UsdPhysics on the stage as records: bodies, colliders, gravity."""

import logging
import math
import re

import numpy as np
from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics

from scenewright.replicator.simulation.collider_shapes import collider_shapes, quaternion_of_rows
from scenewright.replicator.simulation.collision_groups import separated_colliders
from scenewright.replicator.simulation.records import BodyRecord, PhysicsError, SceneRecord
from scenewright.replicator.simulation.stage_joints import read_joint

__all__ = ["body_pose", "deformable_kind", "has_dynamic_bodies", "read_scene", "refuse_deformables", "rigid_frame",
           "steps_per_second"]

_log = logging.getLogger(__name__)

_DEFORMABLE = re.compile(r"Deformable.*API|ParticleClothAPI|ParticleSetAPI")

EARTH = 9.81
"""m/s², where no physics scene says otherwise."""


def has_dynamic_bodies(stage: Usd.Stage) -> bool:
    """Return whether anything on the stage would move in a simulation."""
    return any(prim.HasAPI(UsdPhysics.RigidBodyAPI) and _is_body(prim) and not _is_kinematic(prim)
               for prim in stage.Traverse())


def refuse_deformables(stage: Usd.Stage) -> None:
    """Refuse what is soft.

    Raises:
        PhysicsError: There is a deformable body, a cloth or a particle system; the message names the prim.
    """
    for prim in stage.Traverse():
        kind = deformable_kind(prim)
        if kind:
            raise PhysicsError(f"{prim.GetPath()} is deformable ({kind}), and the portable host simulates rigid bodies only. "
                               "Deactivate the prim, or set carb /app/player/playSimulations to False to render without "
                               "simulation.")


def deformable_kind(prim: Usd.Prim) -> str:
    """Return the schema that makes a prim soft, "" where none does."""
    if prim.GetTypeName() == "PhysxParticleSystem":
        return "PhysxParticleSystem"
    listed = prim.GetMetadata("apiSchemas")  # usd-core does not know PhysX's schemas, so HasAPI says nothing of them
    return next((name for name in (listed.GetAppliedItems() if listed else ()) if _DEFORMABLE.search(name)), "")


def read_scene(stage: Usd.Stage, time: Usd.TimeCode) -> SceneRecord:
    """Read what is to be simulated.

    Args:
        stage: Stage.
        time: When transforms are read.

    Raises:
        PhysicsError: Something on the stage cannot be simulated; the message names the prim.
    """
    cache = UsdGeom.XformCache(time)
    metre = UsdGeom.GetStageMetersPerUnit(stage)
    bodies: dict[Sdf.Path, BodyRecord] = {}
    frames: dict[Sdf.Path, np.ndarray] = {}
    colliders: list[Usd.Prim] = []
    joints: list[Usd.Prim] = []
    parts: list[tuple[Sdf.Path, Sdf.Path]] = []
    walk = iter(Usd.PrimRange.Stage(stage, Usd.TraverseInstanceProxies()))
    for prim in walk:
        if prim.IsA(UsdGeom.PointInstancer):
            walk.PruneChildren()
            continue
        if prim.IsA(UsdPhysics.Joint) and not prim.IsInstanceProxy():
            joints.append(prim)
        if prim.HasAPI(UsdPhysics.RigidBodyAPI) and _is_body(prim):
            outer = next((prefix for prefix in prim.GetPath().GetPrefixes()[:-1] if prefix in bodies), None)
            if outer is not None:
                parts.append((prim.GetPath(), outer))
            else:
                bodies[prim.GetPath()] = _body(prim, cache, metre)
                frames[prim.GetPath()] = np.linalg.inv(rigid_frame(cache.GetLocalToWorldTransform(prim)))
        if prim.HasAPI(UsdPhysics.CollisionAPI) and UsdPhysics.CollisionAPI(prim).GetCollisionEnabledAttr().Get():
            colliders.append(prim)
    _tell_of_parts(parts)
    scene = SceneRecord(list(bodies.values()), [], _gravity(stage, metre), steps_per_second(stage), _filtered(stage))
    scene.separated = separated_colliders(stage, [prim.GetPath() for prim in colliders])
    scene.joints = [record for prim in joints if (record := read_joint(prim, frames, cache, metre)) is not None]
    for joint in scene.joints:
        scene.filtered += [] if joint.apart is None else [joint.apart]
        for path in (joint.parent, joint.child):  # a body on a joint may stand still and yet be about to move
            if path is not None:
                bodies[Sdf.Path(path)].sleep_threshold = 0.0
    own = frozenset(prim.GetPath() for prim in colliders)
    for prim in colliders:
        path = next((prefix for prefix in reversed(prim.GetPath().GetPrefixes()) if prefix in bodies), None)
        body = bodies.get(path)
        frame = np.eye(4) if body is None else frames[path]
        shapes = collider_shapes(prim, frame, metre, cache, dynamic=body is not None and not body.kinematic,
                                 own=own - {prim.GetPath()})
        (scene.statics if body is None else body.shapes).extend(shapes)
    return scene


def rigid_frame(matrix: Gf.Matrix4d) -> np.ndarray:
    """Return a transform without its scale and shear, 4x4, row vectors."""
    return np.array(matrix.RemoveScaleShear())


def body_pose(prim: Usd.Prim, cache: UsdGeom.XformCache, metre: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the world position [m] and quaternion (x, y, z, w) of a prim.

    Raises:
        PhysicsError: They are not finite.
    """
    frame = rigid_frame(cache.GetLocalToWorldTransform(prim))
    if not np.isfinite(frame).all():
        raise PhysicsError(f"The rigid body {prim.GetPath()} has a transform that is not a finite number.")
    return frame[3, :3] * metre, quaternion_of_rows(frame[:3, :3])


def _is_body(prim: Usd.Prim) -> bool:
    return bool(UsdPhysics.RigidBodyAPI(prim).GetRigidBodyEnabledAttr().Get())


def _is_kinematic(prim: Usd.Prim) -> bool:
    return bool(UsdPhysics.RigidBodyAPI(prim).GetKinematicEnabledAttr().Get())


def _tell_of_parts(parts: list[tuple[Sdf.Path, Sdf.Path]]) -> None:
    """Warn of rigid bodies below others, of which they then are parts: they would have two masters.

    PhysX warns of this too and goes on; Isaac Sim's own examples have it.
    """
    if len(parts) == 1:
        _log.warning("The rigid body %s lies below the rigid body %s and is simulated as a part of it.", *parts[0])
    elif parts:
        _log.warning("%d rigid bodies lie below other rigid bodies and are simulated as parts of them; the first is %s, below "
                     "%s.", len(parts), *parts[0])


def _body(prim: Usd.Prim, cache: UsdGeom.XformCache, metre: float) -> BodyRecord:
    path = prim.GetPath()
    if prim.IsInstanceProxy():
        raise PhysicsError(f"The rigid body {path} lies inside an instance and cannot be moved. "
                           "Apply UsdPhysics.RigidBodyAPI to the instance itself, or make it not instanceable.")
    position, rotation = body_pose(prim, cache, metre)
    api = UsdPhysics.RigidBodyAPI(prim)
    parent = rigid_frame(cache.GetParentToWorldTransform(prim))[:3, :3]
    velocity = np.array(api.GetVelocityAttr().Get() or (0, 0, 0), dtype=np.float64)
    spin = np.array(api.GetAngularVelocityAttr().Get() or (0, 0, 0), dtype=np.float64)
    body = BodyRecord(str(path), position, rotation, velocity @ parent * metre, np.radians(spin) @ parent, _is_kinematic(prim))
    if not (np.isfinite(body.velocity).all() and np.isfinite(body.angular_velocity).all()):
        raise PhysicsError(f"The rigid body {path} has a velocity that is not a finite number.")
    world = cache.GetLocalToWorldTransform(prim)
    _read_mass(prim, body, metre, np.array(world) @ np.linalg.inv(rigid_frame(world)))
    _read_physx(prim, body, metre)
    return body


def _read_mass(prim: Usd.Prim, body: BodyRecord, metre: float, scale: np.ndarray) -> None:
    if not prim.HasAPI(UsdPhysics.MassAPI):
        return
    api, kilogram = UsdPhysics.MassAPI(prim), float(UsdPhysics.GetStageKilogramsPerUnit(prim.GetStage()))
    mass, density = float(api.GetMassAttr().Get() or 0.0), float(api.GetDensityAttr().Get() or 0.0)
    body.mass = mass * kilogram if mass > 0.0 else None
    body.density = density * kilogram / metre**3 if density > 0.0 else None
    centre = np.array(api.GetCenterOfMassAttr().Get(), dtype=np.float64)
    if np.isfinite(centre).all():  # the schema's default is -inf: not given
        body.center_of_mass = centre @ scale[:3, :3] * metre
    inertia = np.array(api.GetDiagonalInertiaAttr().Get(), dtype=np.float64)
    if np.isfinite(inertia).all() and (inertia > 0.0).all():
        body.inertia = inertia * kilogram * metre**2
        axes = api.GetPrincipalAxesAttr().Get()
        given = axes is not None and axes.GetLength() > 0.0
        body.principal_axes = np.array([*axes.GetImaginary(), axes.GetReal()] if given else [0, 0, 0, 1], dtype=np.float64)


def _read_physx(prim: Usd.Prim, body: BodyRecord, metre: float) -> None:
    """Read the PhysX attributes that have a meaning here; the others tune PhysX itself."""
    def value(name: str) -> float | None:
        attribute = prim.GetAttribute(f"physxRigidBody:{name}")
        found = attribute.Get() if attribute else None
        return None if found is None or not math.isfinite(found) else float(found)

    body.gravity = not value("disableGravity")
    threshold = value("sleepThreshold")
    body.sleep_threshold = body.sleep_threshold if threshold is None else threshold * metre**2
    body.linear_damping = value("linearDamping") or 0.0
    damping = value("angularDamping")
    body.angular_damping = body.angular_damping if damping is None else damping
    speed, spin = value("maxLinearVelocity"), value("maxAngularVelocity")
    body.max_speed = None if speed is None else speed * metre
    body.max_angular_speed = None if spin is None else math.radians(spin)


def _gravity(stage: Usd.Stage, metre: float) -> np.ndarray:
    """Return gravity of the first physics scene [m/s²]: 9.81 along minus the up axis where it is not authored."""
    scene = next((UsdPhysics.Scene(prim) for prim in stage.Traverse() if prim.IsA(UsdPhysics.Scene)), None)
    direction, magnitude = np.zeros(3), -1.0
    if scene is not None:
        direction = np.array(scene.GetGravityDirectionAttr().Get(), dtype=np.float64)
        magnitude = float(scene.GetGravityMagnitudeAttr().Get())
    if not direction.any():
        direction[{"X": 0, "Y": 1, "Z": 2}[UsdGeom.GetStageUpAxis(stage)]] = -1.0
    metres = magnitude * metre if math.isfinite(magnitude) and magnitude >= 0.0 else EARTH
    return direction / np.linalg.norm(direction) * metres


def steps_per_second(stage: Usd.Stage) -> float:
    """Return the rate that the stage's first physics scene asks for.

    Raises:
        PhysicsError: It is not positive.
    """
    for prim in stage.Traverse():
        if prim.IsA(UsdPhysics.Scene):
            attribute = prim.GetAttribute("physxScene:timeStepsPerSecond")
            rate = attribute.Get() if attribute else None
            if rate is not None and not rate > 0:
                raise PhysicsError(f"physxScene:timeStepsPerSecond of {prim.GetPath()} must be positive, got {rate!r}.")
            return float(rate or 60.0)
    return 60.0


def _filtered(stage: Usd.Stage) -> list[tuple[str, str]]:
    return [(str(prim.GetPath()), str(other)) for prim in stage.Traverse() if prim.HasAPI(UsdPhysics.FilteredPairsAPI)
            for other in UsdPhysics.FilteredPairsAPI(prim).GetFilteredPairsRel().GetTargets()]
