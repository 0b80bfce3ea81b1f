"""Physically settled placement: convex hulls fall onto surfaces and come to rest; what falls off is told apart.

Newton (https://github.com/newton-physics/newton, extra ``[physics]``) moves them, in units in which a typical body is about one
unit large and weighs about one, since float32 contact constraints lose their footing on small light things. It simulates
nothing but these bodies, so the stage's own physics is left alone. Kit has no Newton of this project's; there the recipe
function lets PhysX do the same through the timeline.
"""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import warp as wp

from scenewright.sdg.variation.errors import VariationError, checked_number
from scenewright.sdg.variation.launching import on_device
from scenewright.sdg.variation.meshes import TriangleMesh
from scenewright.sdg.variation.rotations import matrix_from_quaternion

__all__ = ["Settled", "drop_poses", "load_newton", "settle_meshes"]

_SUBSTEPS = 4
_RATE = 60
_ITERATIONS = 8
_DIRECTIONS = 96
"""Directions whose farthest points make a first hull, spread over the body as if it were as thick as it is long."""
_HULL_ERROR = 0.004
"""How far a point may lie outside the hull that stands for a body, in halves of its extent."""
_SIZE = 0.5
"""Radius that a typical body has in the simulation."""
_CALM = 0.03
"""How far a body's surface may move in a sixth of a second to count as resting, in typical radii: contacts tremble."""
_SPEED, _SPIN = 8.0, 20.0
"""Limits in metres a second as scaled to the size of things, and radians a second: overlaps must not shoot bodies away."""


@dataclass(frozen=True, eq=False)
class Settled:
    """Where bodies came to rest.

    Attributes:
        positions: World positions of the bodies' origins [stage units], shape (N, 3).
        rotations: What turns each body's given frame to the world, row vectors, shape (N, 3, 3).
        kept: Which lie at rest on the surface, shape (N,), bool.
        fell: Which fell off, shape (N,), bool; those that are neither were still moving, or lay in another one.
        seconds: Simulated time.
    """

    positions: np.ndarray
    rotations: np.ndarray
    kept: np.ndarray
    fell: np.ndarray
    seconds: float


def load_newton() -> ModuleType:
    """Return the newton module.

    Raises:
        VariationError: It or its hull computation is not installed.
    """
    try:
        import newton
        importlib.import_module("scipy.spatial")  # newton computes hulls with it
    except ImportError as error:
        raise VariationError(
            f"settled placement needs the 'physics' extra: pip install scenewright[physics]. ({error})"
        ) from None
    return newton


def drop_poses(
    radii: np.ndarray, low: np.ndarray, high: np.ndarray, top: float, generator: np.random.Generator, up: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """Return where bodies start to fall: above a region, turned at random, none of their bounding spheres overlapping.

    Args:
        radii: Bounding radius of each body, shape (N,).
        low: Lower corner of the region, shape (3,); along ``up`` it does not matter.
        high: Upper corner.
        top: Height that all bodies start above.
        generator: Source of everything random.
        up: Axis that points up.

    Returns:
        Centres, shape (N, 3), and unit quaternions x, y, z, w, shape (N, 4).
    """
    flat = [axis for axis in range(3) if axis != up]
    unit = generator.random((len(radii), 2))
    turns = generator.standard_normal((len(radii), 4))
    centers = np.zeros((len(radii), 3))
    for body, radius in enumerate(radii):
        inset = np.minimum(radius, (high - low)[flat] / 2.0)
        spot = low[flat] + inset + unit[body] * ((high - low)[flat] - 2.0 * inset)
        reach = (radii[:body] + radius) * 1.02
        apart = np.linalg.norm(centers[:body][:, flat] - spot, axis=1)
        over = apart < reach
        heights = centers[:body, up][over] + np.sqrt(reach[over] ** 2 - apart[over] ** 2)
        centers[body, flat] = spot
        centers[body, up] = max(top + 1.05 * radius, heights.max(initial=-np.inf))
    return centers, turns / np.linalg.norm(turns, axis=1, keepdims=True)


def settle_meshes(
    meshes: Sequence[TriangleMesh],
    surface: TriangleMesh,
    generator: np.random.Generator,
    *,
    gravity: float = 9.81,
    friction: float = 0.6,
    seconds: float = 4.5,
    tolerance: float = 0.002,
    up: int = 2,
    device: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> Settled:
    """Let convex hulls of meshes fall onto a surface until they lie still.

    Args:
        meshes: Bodies in frames whose axes are the world's, scaled as they shall be; origins are arbitrary.
        surface: What they fall on, in world coordinates: convex parts are solid, a flat one has a slab below it.
        generator: Source of places and rotations above the surface.
        gravity: Acceleration [stage units / s^2], downwards.
        friction: Coefficient of friction of everything.
        seconds: Simulated time at most [s].
        tolerance: How deep a body may lie in another, and how far from all others, to count as lying there [stage units].
        up: Axis that points up, 1 or 2.
        device: Warp device; None = the CPU.
        progress: Called with the simulated time [s] now and then.

    Raises:
        VariationError: Newton is missing, or an argument is wrong.
    """
    gravity = checked_number("gravity", gravity, 0.0, unit="stage units / s^2", above=True)
    friction = checked_number("friction", friction, 0.0, 10.0)
    seconds = checked_number("seconds", seconds, 0.0, 600.0, unit="s", above=True)
    tolerance = checked_number("tolerance", tolerance, 0.0, unit="stage units", above=True)
    if not meshes:
        return Settled(np.zeros((0, 3)), np.zeros((0, 3, 3)), np.zeros(0, dtype=bool), np.zeros(0, dtype=bool), 0.0)
    world = _World(meshes, surface, gravity, friction, up, on_device(device))
    centers, turns = drop_poses(world.radii, world.low, world.high, world.top, generator, up)
    world.build(centers, turns)
    still = world.run(seconds, tolerance, progress)
    positions, rotations = world.poses()
    fell = ~world.above_surface(positions)
    origins = positions - np.einsum("ni,nij->nj", world.middles, rotations)
    return Settled(origins, rotations, still & ~fell, fell, world.time)


class _World:
    def __init__(
        self, meshes: Sequence[TriangleMesh], surface: TriangleMesh, gravity: float, friction: float, up: int, device: str
    ):
        self.newton = load_newton()
        self.gravity, self.friction, self.up, self.device = gravity, friction, up, device
        self.surface = surface
        hulls: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self.hulls = []
        for mesh in meshes:
            if id(mesh) not in hulls:
                hulls[id(mesh)] = self._hull(mesh.points, "a body")
            self.hulls.append(hulls[id(mesh)])
        self.middles = np.array([(points.min(axis=0) + points.max(axis=0)) / 2.0 for points, _ in self.hulls])
        self.radii = np.array(
            [
                np.linalg.norm(points - middle, axis=1).max()
                for (points, _), middle in zip(self.hulls, self.middles, strict=True)
            ]
        )
        self.scale = _SIZE / float(np.median(self.radii))
        used = surface.points[np.unique(surface.triangles)]
        self.low, self.high = used.min(axis=0), used.max(axis=0)
        self.top = float(self.high[up])
        self.center = (self.low + self.high) / 2.0
        self.time = 0.0

    def _hull(self, points: np.ndarray, what: str) -> tuple[np.ndarray, np.ndarray]:
        center = points.mean(axis=0)
        size = float(np.abs(points - center).max()) or 1.0
        even = (points - center) / size
        if len(even) < 4 or np.linalg.svd(even, compute_uv=False)[2] < 1e-4 * np.sqrt(len(even)):
            raise VariationError(f"{what} is flat or empty, so it has no hull to simulate. Give bodies with a volume.")
        chosen = _outermost(even)
        for _ in range(24):
            source = self.newton.Mesh(
                even[chosen].astype(np.float32), np.zeros(0, dtype=np.int32), compute_inertia=False, maxhullvert=0
            )
            hull = source.compute_convex_hull()
            more = _outside(even, np.asarray(hull.vertices)[np.asarray(hull.indices).reshape(-1, 3)])
            if not len(more):
                break
            chosen = np.union1d(chosen, more)
        corners = np.asarray(hull.vertices, dtype=np.float64)
        return corners * size + center, np.asarray(hull.indices, dtype=np.int32).reshape(-1, 3)

    def build(self, centers: np.ndarray, turns: np.ndarray) -> None:
        """Make the model with all bodies where they start."""
        newton, scale = self.newton, self.scale
        pull = [0.0, 0.0, 0.0]
        pull[self.up] = -self.gravity * scale
        builder = newton.ModelBuilder(gravity=tuple(pull))
        builder.rigid_gap = 0.05 * _SIZE
        for points, triangles, convex in self._solids():
            mesh = newton.Mesh(
                ((points - self.center) * scale).astype(np.float32),
                triangles.reshape(-1).astype(np.int32),
                compute_inertia=False,
            )
            config = newton.ModelBuilder.ShapeConfig(density=0.0, mu=self.friction)
            (builder.add_shape_convex_hull if convex else builder.add_shape_mesh)(-1, mesh=mesh, cfg=config)
        config = newton.ModelBuilder.ShapeConfig(density=1.0, mu=self.friction)
        for (points, triangles), middle, center, turn in zip(self.hulls, self.middles, centers, turns, strict=True):
            body = builder.add_body(xform=wp.transform(wp.vec3(*((center - self.center) * scale)), wp.quat(*turn)))
            mesh = newton.Mesh(((points - middle) * scale).astype(np.float32), triangles.reshape(-1).astype(np.int32))
            builder.add_shape_convex_hull(body, mesh=mesh, cfg=config)
        self.model = builder.finalize(device=self.device)
        self.solver = newton.solvers.SolverXPBD(self.model, iterations=_ITERATIONS)
        self.pipeline = newton.CollisionPipeline(self.model, deterministic=self.device != "cpu")
        self.contacts, self.control = self.pipeline.contacts(), self.model.control()
        self.now, self.next = self.model.state(), self.model.state()
        self.held = np.zeros(len(self.hulls), dtype=bool)
        self.resting = np.zeros((len(self.hulls), 7), dtype=np.float32)

    def _solids(self) -> list[tuple[np.ndarray, np.ndarray, bool]]:
        """Return the parts of the surface as points, triangles and whether they are convex; a flat one is given a slab."""
        owners = (
            self.surface.owners if self.surface.owners is not None else np.zeros(len(self.surface.triangles), dtype=np.int32)
        )
        parts = []
        for owner in np.unique(owners):
            rows = self.surface.triangles[owners == owner]
            used, inverse = np.unique(rows, return_inverse=True)
            points, triangles = self.surface.points[used], inverse.reshape(-1, 3)
            if np.ptp(points[:, self.up]) <= 1e-6 * np.ptp(points, axis=0).max():
                below = points.copy()
                below[:, self.up] -= 2.0 * float(np.median(self.radii))
                points = np.concatenate([points, below])
                parts.append((*self._hull(points, "the surface"), True))
                if not _is_convex_flat(self.surface.points[used], triangles, self.up):
                    parts[-1] = (self.surface.points[used], triangles, False)
            elif _is_convex(points, triangles):
                parts.append((*self._hull(points, "the surface"), True))
            else:
                parts.append((points, triangles, False))
        return parts

    def run(self, seconds: float, tolerance: float, progress: Callable[[float], None] | None) -> np.ndarray:
        """Simulate until all lie still or time is up; return which lie still."""
        every = _RATE // 6
        before = self._state()
        still = np.zeros(len(self.hulls), dtype=bool)
        for frame in range(1, int(np.ceil(seconds * _RATE)) + 1):
            for _ in range(_SUBSTEPS):
                self.now.clear_forces()
                self.pipeline.collide(self.now, self.contacts)
                self.solver.step(self.now, self.next, self.control, self.contacts, 1.0 / (_RATE * _SUBSTEPS))
                self.now, self.next = self.next, self.now
                self._calm(1.0 / (_RATE * _SUBSTEPS))
            self.time = frame / _RATE
            if frame % every == 0:
                after = self._state()
                still = self._moved(before, after) < _CALM * _SIZE
                gone = after[:, self.up] < (self.low - self.center)[self.up] * self.scale - 4.0
                deepest, nearest = self._contact()
                self._rest(still & (deepest < 0.6 * tolerance))
                before = after
                if progress is not None:
                    progress(self.time)
                if (self.held | gone).all():
                    break
        deepest, nearest = self._contact()
        return self.held & (deepest < tolerance) & (nearest < tolerance)

    def _contact(self) -> tuple[np.ndarray, np.ndarray]:
        """Return how deep each body lies in others, and how far it is from the nearest one [stage units]."""
        self.pipeline.collide(self.now, self.contacts)
        count = int(self.contacts.rigid_contact_count.numpy()[0])
        bodies = np.stack(
            [self.model.shape_body.numpy()[getattr(self.contacts, f"rigid_contact_shape{k}").numpy()[:count]] for k in (0, 1)]
        )
        state = self._state()
        ends = []
        for k, body in enumerate(bodies):
            point = getattr(self.contacts, f"rigid_contact_point{k}").numpy()[:count].astype(np.float64)
            turn, axis = state[body, 6:7], state[body, 3:6]
            cross = np.cross(axis, point) + turn * point
            ends.append(np.where(body[:, None] >= 0, state[body, :3] + point + 2.0 * np.cross(axis, cross), point))
        margin = self.contacts.rigid_contact_margin0.numpy()[:count] + self.contacts.rigid_contact_margin1.numpy()[:count]
        apart = ((ends[1] - ends[0]) * self.contacts.rigid_contact_normal.numpy()[:count]).sum(axis=1) - margin
        nearest = np.full(len(self.hulls), np.inf)
        for body in bodies:
            np.minimum.at(nearest, body[body >= 0], apart[body >= 0])
        nearest /= self.scale
        return np.maximum(-nearest, 0.0), np.maximum(nearest, 0.0)

    def _calm(self, seconds: float) -> None:
        """Limit speeds, and damp them the more the longer it takes, as rolling resistance does."""
        state = self.now.body_qd.numpy()
        speeds = np.nan_to_num(state, nan=0.0, posinf=0.0, neginf=0.0)  # a spin too small for an arc cosine comes out as NaN
        drag, curb = np.interp(self.time, [0.5, 2.5], [0.1, 4.0]), np.interp(self.time, [0.5, 2.5], [0.5, 12.0])
        for part, limit, damping in (
            (slice(0, 3), _SPEED * np.sqrt(self.scale * self.gravity / 9.81), drag),
            (slice(3, 6), _SPIN, curb),
        ):
            length = np.linalg.norm(speeds[:, part], axis=1)
            factor = np.minimum(1.0, limit / np.maximum(length, 1e-9)) * max(1.0 - damping * seconds, 0.0)
            speeds[:, part] *= factor[:, None]
        held = self.held & (np.linalg.norm(speeds[:, :3], axis=1) < 0.6 * self.gravity * self.scale * seconds)
        if held.any():  # contacts carried it through this step, and would only make it creep
            places = self.now.body_q.numpy()
            places[held] = self.resting[held]
            self.now.body_q.assign(places)
            speeds[held] = 0.0
        self.held = held
        self.now.body_qd.assign(speeds.astype(np.float32))

    def _rest(self, still: np.ndarray) -> None:
        """Hold what hardly moved; it is let go when a step makes it fall."""
        fresh = still & ~self.held
        self.resting[fresh] = self.now.body_q.numpy()[fresh]
        self.held |= fresh

    def _state(self) -> np.ndarray:
        state = self.now.body_q.numpy().astype(np.float64)
        if not np.isfinite(state).all():
            raise VariationError("the simulation is not finite any more. Give larger bodies, or fewer.")
        return state

    def _moved(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        turned = 2.0 * np.arccos(np.clip(np.abs((before[:, 3:7] * after[:, 3:7]).sum(axis=1)), 0.0, 1.0))
        return np.linalg.norm(after[:, :3] - before[:, :3], axis=1) + turned * self.radii * self.scale

    def poses(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the world positions of the middles and rotations of the bodies, row vectors."""
        state = self._state()
        x, y, z, w = (state[:, 3:7] / np.linalg.norm(state[:, 3:7], axis=1, keepdims=True)).T
        return state[:, :3] / self.scale + self.center, matrix_from_quaternion(x, y, z, w)

    def above_surface(self, positions: np.ndarray) -> np.ndarray:
        """Return which bodies have their middle over the surface's box, and not below it."""
        flat = [axis for axis in range(3) if axis != self.up]
        inside = ((positions[:, flat] >= self.low[flat]) & (positions[:, flat] <= self.high[flat])).all(axis=1)
        return inside & (positions[:, self.up] > self.low[self.up] - 1e-6 * self.radii)


def _outermost(points: np.ndarray) -> np.ndarray:
    """Return the numbers of the points that lie farthest in many directions; of all where they are few."""
    if len(points) <= _DIRECTIONS:
        return np.arange(len(points))
    steps = np.arange(_DIRECTIONS) + 0.5
    polar, around = np.arccos(1.0 - 2.0 * steps / _DIRECTIONS), np.pi * (1.0 + np.sqrt(5.0)) * steps
    directions = np.stack([np.cos(around) * np.sin(polar), np.sin(around) * np.sin(polar), np.cos(polar)])
    _, _, axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    turned = points @ axes.T
    return np.unique(np.argmax((turned / np.maximum(np.ptp(turned, axis=0), 1e-9)) @ directions, axis=0))


def _outside(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Return the numbers of the points that lie too far in front of a triangle of a hull, the farthest of each."""
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1)
    normals = normals[length > 1e-12] / length[length > 1e-12, None]
    ahead = points @ normals.T - (corners[length > 1e-12, 0] * normals).sum(axis=1)
    farthest = np.argmax(ahead, axis=0)
    return np.unique(farthest[ahead[farthest, np.arange(len(farthest))] > _HULL_ERROR])


def _is_convex(points: np.ndarray, triangles: np.ndarray) -> bool:
    """Return whether no point lies in front of any triangle."""
    corners = points[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1)
    normals = normals[length > 0.0] / length[length > 0.0, None]
    if len(normals) * len(points) > 20_000_000:
        return False
    ahead = points @ normals.T - (corners[length > 0.0, 0] * normals).sum(axis=1)
    return bool((ahead <= 1e-5 * np.ptp(points, axis=0).max()).all())


def _is_convex_flat(points: np.ndarray, triangles: np.ndarray, up: int) -> bool:
    """Return whether triangles of a level plane fill their convex hull."""
    from scenewright.sdg.variation.placement import convex_outline

    flat = points[:, [axis for axis in range(3) if axis != up]]
    outline = convex_outline(flat)
    following = np.roll(outline, -1, axis=0)
    whole = abs((outline[:, 0] * following[:, 1] - outline[:, 1] * following[:, 0]).sum()) / 2.0
    corners = flat[triangles]
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    covered = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]).sum() / 2.0
    return bool(covered >= (1.0 - 1e-4) * whole)
