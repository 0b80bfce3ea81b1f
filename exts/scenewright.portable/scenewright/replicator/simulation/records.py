"""What is simulated, as plain numbers: SI units, quaternions (x, y, z, w), row vectors nowhere."""

from dataclasses import dataclass, field

import numpy as np

__all__ = ["BodyRecord", "JointAxis", "JointRecord", "Material", "PhysicsError", "SceneRecord", "ShapeRecord"]


class PhysicsError(RuntimeError):
    """The simulation cannot start or go on; the message names the prim."""


@dataclass(frozen=True)
class Material:
    """Surface of a collider. Defaults are PhysX's.

    Attributes:
        friction: Coefficient of friction; the mean of two surfaces in contact counts.
        restitution: 0 = no bounce, 1 = no energy lost; likewise.
        density: kg/m³, None = not authored.
    """

    friction: float = 0.5
    restitution: float = 0.0
    density: float | None = None


@dataclass
class ShapeRecord:
    """One collider in the frame of its body, or in the world where it is static.

    Attributes:
        path: Prim that it comes from.
        kind: "box", "sphere", "capsule", "cylinder", "cone", "plane" (an infinite one, facing +z), "hull" or "mesh".
        position: Centre [m], shape (3,).
        rotation: Quaternion (4,); axes of round shapes lie along z.
        size: Half extents of a box, (radius,) or (radius, half height) [m]; the half height of a capsule is without its caps.
        points: Of a hull or mesh, shape (N, 3) [m], already in the body's frame.
        triangles: Shape (T, 3), counter-clockwise from outside.
        material: Its surface.
        density: kg/m³, from the collider's own mass properties, its material or the default.
        mass: kg, None = from the density.
        rest_offset: Distance [m] that the surface is moved outwards.
    """

    path: str
    kind: str
    position: np.ndarray
    rotation: np.ndarray
    size: tuple[float, ...] = ()
    points: np.ndarray | None = None
    triangles: np.ndarray | None = None
    material: Material = Material()
    density: float | None = None
    mass: float | None = None
    rest_offset: float = 0.0


@dataclass
class BodyRecord:
    """One rigid body.

    Attributes:
        path: Its prim.
        position: Of the prim's origin [m].
        rotation: Quaternion (4,) of the prim's world transform without scale.
        velocity: World, of the centre of mass [m/s].
        angular_velocity: World [rad/s].
        kinematic: It follows the stage and pushes others.
        shapes: Its colliders; empty = it touches nothing.
        mass: kg, None = from the colliders.
        density: kg/m³ of the whole body, None = that of each collider.
        center_of_mass: In the body's frame [m], None = from the colliders.
        inertia: Principal moments [kg m²], None = from the colliders.
        principal_axes: Quaternion (4,) from the principal axes to the body's frame.
        gravity: Whether gravity acts on it.
        linear_damping: 1/s.
        angular_damping: 1/s.
        max_speed: m/s, None = unlimited.
        max_angular_speed: rad/s, None = PhysX's default of 100.
        sleep_threshold: Kinetic energy per mass [m²/s²] below which it may be held still; 0 = never.
    """

    path: str
    position: np.ndarray
    rotation: np.ndarray
    velocity: np.ndarray
    angular_velocity: np.ndarray
    kinematic: bool = False
    shapes: list[ShapeRecord] = field(default_factory=list)
    mass: float | None = None
    density: float | None = None
    center_of_mass: np.ndarray | None = None
    inertia: np.ndarray | None = None
    principal_axes: np.ndarray | None = None
    gravity: bool = True
    linear_damping: float = 0.0
    angular_damping: float = 0.05
    max_speed: float | None = None
    max_angular_speed: float | None = None
    sleep_threshold: float = 5e-5


@dataclass
class JointAxis:
    """One direction in which a joint gives way.

    Attributes:
        number: 0, 1 or 2: x, y or z of the joint's frame.
        linear: Along it [m], else about it [rad].
        lower: Least position.
        upper: Largest position.
        stiffness: Of the drive to ``target`` [N/m or N m/rad].
        damping: Of the drive to ``target_velocity`` [N s/m or N m s/rad].
        target: Position that the drive aims at.
        target_velocity: Velocity that the drive aims at.
        max_force: What the drive can do at most [N or N m].
    """

    number: int
    linear: bool
    lower: float = -np.inf
    upper: float = np.inf
    stiffness: float = 0.0
    damping: float = 0.0
    target: float = 0.0
    target_velocity: float = 0.0
    max_force: float = np.inf

    def flipped(self) -> "JointAxis":
        """Return the axis with both ends of the joint exchanged."""
        return JointAxis(self.number, self.linear, -self.upper, -self.lower, self.stiffness, self.damping, -self.target,
                         -self.target_velocity, self.max_force)


@dataclass
class JointRecord:
    """One joint. Frames are a position [m] and a quaternion (4,) in the body's frame, in the world where there is no body.

    Attributes:
        path: Prim that it comes from.
        parent: Path of a body, None = the world.
        child: Path of a body.
        parent_frame: Where the joint is at its parent.
        child_frame: Where the joint is at its child.
        axes: Directions in which it gives way; empty = none.
        is_ball: It turns freely about its point.
        distance: Least and largest distance [m] of the frames of a distance joint, negative = unlimited.
        apart: Prims whose colliders pass through each other, None = they collide.
    """

    path: str
    parent: str | None
    child: str
    parent_frame: tuple[np.ndarray, np.ndarray]
    child_frame: tuple[np.ndarray, np.ndarray]
    axes: list[JointAxis] = field(default_factory=list)
    is_ball: bool = False
    distance: tuple[float, float] | None = None
    apart: tuple[str, str] | None = None


@dataclass
class SceneRecord:
    """Everything that one simulation needs.

    Attributes:
        bodies: In namespace order.
        statics: Colliders of no body.
        gravity: m/s², shape (3,).
        steps_per_second: Physics steps per second of simulated time, at least.
        filtered: Pairs of prim paths whose colliders pass through each other.
        separated: Pairs of lists of collider paths: none of the first touches any of the second.
        joints: In namespace order.
    """

    bodies: list[BodyRecord]
    statics: list[ShapeRecord]
    gravity: np.ndarray
    steps_per_second: float = 60.0
    filtered: list[tuple[str, str]] = field(default_factory=list)
    separated: list[tuple[list[str], list[str]]] = field(default_factory=list)
    joints: list[JointRecord] = field(default_factory=list)
