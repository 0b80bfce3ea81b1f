"""Links and joints of one articulation on the stage: coordinates of its joints, and poses of its links for coordinates.

Joints are UsdPhysics'; the frames of a joint are a position in the scaled space of its body and a rotation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics

__all__ = ["JointTree", "TreeJoint"]


@dataclass(eq=False)
class TreeJoint:
    """One joint between two links.

    Attributes:
        prim: The joint.
        parent: The link it hangs on, None = the world.
        child: The link that it moves.
        axis: 0, 1 or 2 = x, y or z of its frames; None where it has no single degree of freedom.
        linear: Whether it slides along the axis [stage units]; else it turns [radians].
        flipped: Whether its body 1 is the parent.
    """

    prim: Usd.Prim
    parent: Usd.Prim | None
    child: Usd.Prim
    axis: int | None
    linear: bool
    flipped: bool

    @property
    def drive(self) -> str:
        """Name of its drive: "linear" or "angular"."""
        return "linear" if self.linear else "angular"

    def frames(self) -> tuple[Gf.Matrix4d, Gf.Matrix4d]:
        """Return its frames on the parent and on the child, in the world."""
        sides = [_frame(self.prim, self.child if self.flipped else self.parent, 0),
                 _frame(self.prim, self.parent if self.flipped else self.child, 1)]
        return (sides[1], sides[0]) if self.flipped else (sides[0], sides[1])

    def relative(self) -> Gf.Matrix4d:
        """Return the frame on the child as seen from the frame on the parent."""
        parent, child = self.frames()
        return child * parent.GetInverse()

    def coordinate(self) -> float:
        """Return where the joint stands: radians (-pi to pi) or stage units."""
        relative, a, b = self.relative(), (self.axis + 1) % 3, (self.axis + 2) % 3
        value = relative.ExtractTranslation()[self.axis] if self.linear else float(
            np.arctan2(relative[a][b] - relative[b][a], relative[a][a] + relative[b][b]))
        return -value if self.flipped else value

    def moved(self, coordinate: float) -> Gf.Matrix4d:
        """Return what ``relative`` is at a coordinate."""
        value = -coordinate if self.flipped else coordinate
        along = Gf.Vec3d(*(float(number == self.axis) for number in range(3)))
        if self.linear:
            return Gf.Matrix4d().SetTranslate(along * value)
        return Gf.Matrix4d().SetRotate(Gf.Rotation(along, float(np.degrees(value))))


class JointTree:
    """The joints at and below one prim, in breadth-first order from the links that hang on nothing.

    Attributes:
        links: The bodies, in that order.
        joints: All joints that move a link.
        dofs: Those with one degree of freedom.

    Raises:
        ValueError: There are no joints.
    """

    def __init__(self, root: Usd.Prim) -> None:
        found = [joint for prim in Usd.PrimRange(root, Usd.TraverseInstanceProxies()) for joint in _joint(prim)]
        if not found:
            raise ValueError(f"There are no joints at or below {root.GetPath()}, so it is no articulation.")
        bodies = dict.fromkeys(prim.GetPath() for pair in found for prim in pair[1:] if prim is not None)
        self.joints: list[TreeJoint] = []
        for held in (pair for pair in found if pair[1] is None or pair[2] is None):
            self._hang(*held, None)
        hanging = [joint.child.GetPath() for joint in self.joints]
        children = {pair[2].GetPath() for pair in found if pair[1] is not None and pair[2] is not None}
        starts = [*hanging, *(path for path in bodies if path not in children), *bodies]
        seen: set[Sdf.Path] = set()
        for start in starts:
            queue = [] if start in seen else [start]
            seen.add(start)
            while queue:
                path = queue.pop(0)
                for joint, first, second in found:
                    ends = [None if prim is None else prim.GetPath() for prim in (first, second)]
                    other = ends[1] if ends[0] == path else ends[0]
                    if path in ends and None not in ends and other not in seen:
                        self._hang(joint, first, second, path)
                        seen.add(other)
                        queue.append(other)
        stage = root.GetStage()
        order = dict.fromkeys([*(path for path in bodies if path not in {j.child.GetPath() for j in self.joints}),
                               *(joint.child.GetPath() for joint in self.joints)])
        self.links = [stage.GetPrimAtPath(path) for path in order]
        self.dofs = [joint for joint in self.joints if joint.axis is not None]

    def _hang(self, prim: Usd.Prim, first: Usd.Prim | None, second: Usd.Prim | None, parent: Sdf.Path | None) -> None:
        flipped = (second is None) if parent is None else second.GetPath() == parent
        above, child = (second, first) if flipped else (first, second)
        axis = None
        linear = prim.IsA(UsdPhysics.PrismaticJoint)
        if linear or prim.IsA(UsdPhysics.RevoluteJoint):
            axis = "XYZ".index(str(prim.GetAttribute("physics:axis").Get() or "X"))
        self.joints.append(TreeJoint(prim, above, child, axis, linear, flipped))

    def coordinates(self) -> np.ndarray:
        """Return where the joints with a degree of freedom stand [radians or stage units], (N,)."""
        return np.array([joint.coordinate() for joint in self.dofs])

    def poses_at(self, coordinates: Sequence[float]) -> list[tuple[Usd.Prim, Gf.Matrix4d]]:
        """Return the world poses (without scale) of the links that hang on a joint, for coordinates of ``dofs``."""
        wanted = {id(joint): float(value) for joint, value in zip(self.dofs, coordinates, strict=True)}
        new: dict[Sdf.Path, Gf.Matrix4d] = {}
        for joint in self.joints:
            parent, child = joint.frames()
            if joint.parent is not None and joint.parent.GetPath() in new:
                parent = parent * _rigid(joint.parent).GetInverse() * new[joint.parent.GetPath()]
            relative = joint.moved(wanted[id(joint)]) if id(joint) in wanted else joint.relative()
            new[joint.child.GetPath()] = _rigid(joint.child) * child.GetInverse() * relative * parent
        return [(joint.child, new[joint.child.GetPath()]) for joint in self.joints]

    def velocities(self) -> np.ndarray:
        """Return the rates of ``dofs`` from the velocities of the bodies [radians/s or stage units/s], (N,)."""
        rates = []
        for joint in self.dofs:
            parent, _ = joint.frames()
            axis = np.array(parent.GetRow3(joint.axis))
            (speed, spin), (above_speed, above_spin) = _motion(joint.child), _motion(joint.parent)
            if joint.linear:
                place = np.array(parent.ExtractTranslation())
                rate = axis @ (speed + np.cross(spin, place - _origin(joint.child))
                               - above_speed - np.cross(above_spin, place - _origin(joint.parent)))
            else:
                rate = axis @ (spin - above_spin)
            rates.append(-float(rate) if joint.flipped else float(rate))
        return np.array(rates)


def _joint(prim: Usd.Prim) -> list[tuple[Usd.Prim, Usd.Prim | None, Usd.Prim | None]]:
    """Return the joint with its two bodies, nothing for a prim that joins nothing."""
    joint = UsdPhysics.Joint(prim)
    if not joint or joint.GetJointEnabledAttr().Get() is False:
        return []
    bodies = []
    for relation in (joint.GetBody0Rel(), joint.GetBody1Rel()):
        targets = relation.GetTargets()
        body = prim.GetStage().GetPrimAtPath(targets[0]) if targets else None
        while body and not body.HasAPI(UsdPhysics.RigidBodyAPI) and not body.IsPseudoRoot():
            body = body.GetParent()
        bodies.append(body if body and body.HasAPI(UsdPhysics.RigidBodyAPI) else None)
    return [] if bodies[0] == bodies[1] else [(prim, *bodies)]


def _frame(prim: Usd.Prim, body: Usd.Prim | None, number: int) -> Gf.Matrix4d:
    place = prim.GetAttribute(f"physics:localPos{number}").Get() or Gf.Vec3f(0)
    turn = prim.GetAttribute(f"physics:localRot{number}").Get() or Gf.Quatf(1)
    frame = Gf.Matrix4d().SetRotate(Gf.Quatd(turn))
    if body is None:
        return frame.SetTranslateOnly(Gf.Vec3d(place))
    target = UsdPhysics.Joint(prim).GetPrim().GetRelationship(f"physics:body{number}").GetTargets()
    world = _world(prim.GetStage().GetPrimAtPath(target[0]))
    frame = frame * world.RemoveScaleShear()
    return frame.SetTranslateOnly(world.Transform(Gf.Vec3d(place)))


def _world(prim: Usd.Prim) -> Gf.Matrix4d:
    return UsdGeom.Xformable(prim).ComputeLocalToWorldTransform(Usd.TimeCode.Default())


def _rigid(prim: Usd.Prim) -> Gf.Matrix4d:
    world = _world(prim)
    return world.RemoveScaleShear().SetTranslateOnly(world.ExtractTranslation())


def _origin(prim: Usd.Prim | None) -> np.ndarray:
    return np.zeros(3) if prim is None else np.array(_world(prim).ExtractTranslation())


def _motion(prim: Usd.Prim | None) -> tuple[np.ndarray, np.ndarray]:
    """Return velocity [stage units/s] and angular velocity [radians/s] of a body, in the world."""
    if prim is None:
        return np.zeros(3), np.zeros(3)
    body = UsdPhysics.RigidBodyAPI(prim)
    return (np.array(body.GetVelocityAttr().Get() or (0, 0, 0), float),
            np.radians(np.array(body.GetAngularVelocityAttr().Get() or (0, 0, 0), float)))
