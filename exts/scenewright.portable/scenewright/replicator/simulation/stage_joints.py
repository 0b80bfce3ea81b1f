"""UsdPhysics joints of the stage as records: frames, free axes, limits and drives."""

import logging
import math

import numpy as np
from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics

from scenewright.replicator.simulation.collider_shapes import quaternion_of_rows
from scenewright.replicator.simulation.records import JointAxis, JointRecord, PhysicsError

__all__ = ["read_joint"]

_log = logging.getLogger(__name__)

_AXES = "XYZ"
_PER_RADIAN = 180.0 / math.pi
_told: set[str] = set()


def read_joint(prim: Usd.Prim, frames: dict[Sdf.Path, np.ndarray], cache: UsdGeom.XformCache,
               metre: float) -> JointRecord | None:
    """Return the joint ``prim``, None where it is off or holds no body.

    Args:
        prim: UsdPhysics joint.
        frames: World to body, 4x4 without scale [stage units], of every body.
        cache: Where world transforms come from.
        metre: Metres per stage unit.

    Raises:
        PhysicsError: It names a prim that does not exist, or a number in it is not finite.
    """
    joint = UsdPhysics.Joint(prim)
    if not joint.GetJointEnabledAttr().Get():
        return None
    ends = [_end(joint, side, frames, cache) for side in (0, 1)]
    (parent, parent_target, parent_frame), (child, child_target, child_frame) = ends
    if parent is None and child is None:
        _tell(f"The joint {prim.GetPath()} holds no rigid body and is left out.")
        return None
    axes = _axes(prim, metre)
    flipped = child is None
    if flipped:  # the end that is the world is the parent
        parent, child, parent_frame, child_frame = None, parent, child_frame, parent_frame
        axes = [axis.flipped() for axis in axes]
    for frame in (parent_frame, child_frame):
        if not np.isfinite(frame).all():
            raise PhysicsError(f"The joint {prim.GetPath()} has a frame that is not a finite number.")
    collides = bool(joint.GetCollisionEnabledAttr().Get())
    apart = None if collides or not (parent_target and child_target) else (str(parent_target), str(child_target))
    return JointRecord(str(prim.GetPath()), None if parent is None else str(parent), str(child),
                       (parent_frame[3, :3] * metre, quaternion_of_rows(parent_frame[:3, :3])),
                       (child_frame[3, :3] * metre, quaternion_of_rows(child_frame[:3, :3])),
                       axes, prim.IsA(UsdPhysics.SphericalJoint), _distance(prim, metre), apart)


def _end(joint: UsdPhysics.Joint, side: int, frames: dict[Sdf.Path, np.ndarray],
         cache: UsdGeom.XformCache) -> tuple[Sdf.Path | None, Sdf.Path | None, np.ndarray]:
    """Return the body at one end, the prim that is named, and the joint's frame there: 4x4 [stage units]."""
    relation, place, turn = ((joint.GetBody0Rel(), joint.GetLocalPos0Attr(), joint.GetLocalRot0Attr()) if side == 0 else
                             (joint.GetBody1Rel(), joint.GetLocalPos1Attr(), joint.GetLocalRot1Attr()))
    frame = np.eye(4)
    frame[:3, :3] = np.array(Gf.Matrix3d(Gf.Quatd(turn.Get() or Gf.Quatf(1.0)).GetNormalized()))
    local = Gf.Vec3d(place.Get() or (0, 0, 0))
    targets = relation.GetForwardedTargets()
    if not targets:
        frame[3, :3] = local
        return None, None, frame
    target = joint.GetPrim().GetStage().GetPrimAtPath(targets[0])
    if not target:
        raise PhysicsError(f"The joint {joint.GetPath()} holds {targets[0]}, which does not exist.")
    world = cache.GetLocalToWorldTransform(target)
    frame[:3, :3] = frame[:3, :3] @ np.array(world.RemoveScaleShear())[:3, :3]
    frame[3, :3] = world.Transform(local)
    body = next((prefix for prefix in reversed(target.GetPath().GetPrefixes()) if prefix in frames), None)
    return body, target.GetPath(), frame if body is None else frame @ frames[body]


def _axes(prim: Usd.Prim, metre: float) -> list[JointAxis]:
    """Return the axes along or about which a joint gives way."""
    if prim.IsA(UsdPhysics.RevoluteJoint) or prim.IsA(UsdPhysics.PrismaticJoint):
        kind = UsdPhysics.RevoluteJoint if prim.IsA(UsdPhysics.RevoluteJoint) else UsdPhysics.PrismaticJoint
        linear = kind is UsdPhysics.PrismaticJoint
        joint = kind(prim)
        limits = (joint.GetLowerLimitAttr().Get(), joint.GetUpperLimitAttr().Get())
        number = _AXES.index(str(joint.GetAxisAttr().Get()))
        return [_axis(prim, number, linear, limits, "linear" if linear else "angular", metre)]
    if prim.IsA(UsdPhysics.FixedJoint) or prim.IsA(UsdPhysics.SphericalJoint) or prim.IsA(UsdPhysics.DistanceJoint):
        cone = UsdPhysics.SphericalJoint(prim).GetConeAngle0LimitAttr() if prim.IsA(UsdPhysics.SphericalJoint) else None
        if cone and (cone.Get() or -1.0) >= 0.0:
            _tell(f"The cone limit of the spherical joint {prim.GetPath()} is not simulated.")
        return []
    axes = []
    for linear in (True, False):
        for number, letter in enumerate(_AXES):
            name = f"{'trans' if linear else 'rot'}{letter}"
            limits = (-math.inf, math.inf)
            if prim.HasAPI(UsdPhysics.LimitAPI, name):
                limit = UsdPhysics.LimitAPI(prim, name)
                limits = (limit.GetLowAttr().Get(), limit.GetHighAttr().Get())
            if limits[0] <= limits[1]:  # the other way round it is locked
                axes.append(_axis(prim, number, linear, limits, name, metre))
    return axes


def _axis(prim: Usd.Prim, number: int, linear: bool, limits: tuple[float, float], drive: str, metre: float) -> JointAxis:
    unit = metre if linear else math.radians(1.0)
    axis = JointAxis(number, linear, float(limits[0]) * unit, float(limits[1]) * unit)
    if not prim.HasAPI(UsdPhysics.DriveAPI, drive):
        return axis
    api = UsdPhysics.DriveAPI(prim, drive)
    kilogram = float(UsdPhysics.GetStageKilogramsPerUnit(prim.GetStage()))
    strength = kilogram if linear else kilogram * metre**2 * _PER_RADIAN
    values = {"stiffness": (api.GetStiffnessAttr().Get() or 0.0) * strength,
              "damping": (api.GetDampingAttr().Get() or 0.0) * strength,
              "target": (api.GetTargetPositionAttr().Get() or 0.0) * unit,
              "target_velocity": (api.GetTargetVelocityAttr().Get() or 0.0) * unit}
    if not all(map(math.isfinite, values.values())):
        raise PhysicsError(f"The drive '{drive}' of the joint {prim.GetPath()} has a number that is not finite.")
    limit = api.GetMaxForceAttr().Get()
    if limit is not None and math.isfinite(limit):
        axis.max_force = max(0.0, float(limit)) * kilogram * (metre if linear else metre**2)
    if api.GetTypeAttr().Get() == UsdPhysics.Tokens.acceleration:
        _tell(f"The drive '{drive}' of the joint {prim.GetPath()} is of type 'acceleration' and simulated as one of force.")
    for name, value in values.items():
        setattr(axis, name, float(value))
    return axis


def _distance(prim: Usd.Prim, metre: float) -> tuple[float, float] | None:
    """Return the least and the largest distance [m] of a distance joint; a negative one = unlimited."""
    if not prim.IsA(UsdPhysics.DistanceJoint):
        return None
    joint = UsdPhysics.DistanceJoint(prim)
    return tuple(-1.0 if value is None or value < 0.0 else float(value) * metre
                 for value in (joint.GetMinDistanceAttr().Get(), joint.GetMaxDistanceAttr().Get()))


def _tell(message: str) -> None:
    """Warn once."""
    if message not in _told:
        _told.add(message)
        _log.warning("%s", message)
