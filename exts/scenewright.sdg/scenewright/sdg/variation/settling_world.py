"""Newton's world for settling: hulls over a surface, scaled to a size that float32 contacts are sound at, and its steps.

Three things keep a heap from creeping and from crushing what is thin, none of which changes where a body can rest: what rests
becomes kinematic, inertia about no axis is far below that of the others, and gravity is weaker towards the end. One does change
it a little: masses differ from the typical one by a factor of five at most, because a light body below a heavy one is pressed
through the floor otherwise.
"""

from collections.abc import Sequence
from types import ModuleType

import numpy as np
import warp as wp

from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.hulls import convex_hull, is_convex, is_convex_flat
from scenewright.sdg.variation.meshes import TriangleMesh
from scenewright.sdg.variation.rotations import matrix_from_quaternion
from scenewright.sdg.variation.statics import Contacts

__all__ = ["SIZE", "SettlingWorld"]

RATE = 60
_SUBSTEPS = 4
_ITERATIONS = 8
_LIVELY = 1.0
"""Seconds in which contacts are looked for in every substep; later in every other one."""
SIZE = 0.5
"""Radius that a typical body has in the simulation."""
_SPEED, _SPIN = 8.0, 20.0
"""Limits in metres a second as scaled to the size of things, and radians a second: overlaps must not shoot bodies away."""
_UNEVEN_MASS, _UNEVEN_INERTIA = 5.0, 10.0
_ROLLING = 0.01


class SettlingWorld:
    """Bodies over a surface; ``error`` is how far they may stick out of the hulls that stand for them [stage units].

    Attributes:
        count: Number of bodies.
        middles: Middle of each body's box in its own frame [stage units], shape (N, 3); bodies turn about it.
        radii: Distance of the farthest corner from there, shape (N,).
        low: Lower corner of the surface's box.
        high: Upper corner.
        held: Which bodies are kept where they are, shape (N,), bool.
        load: How well each body is supported, see `statics.unsupported`; what is, is damped more. Shape (N,).
        time: Simulated time [s].
    """

    def __init__(
        self,
        newton: ModuleType,
        meshes: Sequence[TriangleMesh],
        surface: TriangleMesh,
        gravity: float,
        friction: float,
        up: int,
        error: float,
        device: str,
    ):
        self.newton = newton
        self.gravity, self.friction, self.up, self.device = gravity, friction, up, device
        self.surface, self.count = surface, len(meshes)
        hulls: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        for mesh in meshes:
            if id(mesh) not in hulls:
                hulls[id(mesh)] = convex_hull(mesh.points, "a body", error)
        self.hulls = [hulls[id(mesh)] for mesh in meshes]
        self.middles = np.array([(points.min(axis=0) + points.max(axis=0)) / 2.0 for points, _ in self.hulls])
        distances = (points - middle for (points, _), middle in zip(self.hulls, self.middles, strict=True))
        self.radii = np.array([np.linalg.norm(rows, axis=1).max() for rows in distances])
        self.scale = SIZE / float(np.median(self.radii))
        if not len(surface.triangles):
            raise VariationError("the surface has no triangles, so nothing can fall onto it. Give meshes or shapes.")
        used = surface.points[np.unique(surface.triangles)]
        self.low, self.high = used.min(axis=0), used.max(axis=0)
        self.center = (self.low + self.high) / 2.0
        self.time = 0.0
        self.held = np.zeros(self.count, dtype=bool)
        self.load = np.ones(self.count)

    def build(self, centers: np.ndarray, turns: np.ndarray) -> None:
        """Make the model with the middles of all bodies, (N, 3), and their quaternions x, y, z, w, (N, 4), as they start."""
        newton, scale = self.newton, self.scale
        builder = newton.ModelBuilder(gravity=self._pull(1.0))
        builder.rigid_gap = 0.05 * SIZE
        for points, triangles, convex in self._solids():
            even = ((points - self.center) * scale).astype(np.float32)
            mesh = newton.Mesh(even, triangles.reshape(-1).astype(np.int32), compute_inertia=False)
            config = newton.ModelBuilder.ShapeConfig(density=0.0, mu=self.friction)
            (builder.add_shape_convex_hull if convex else builder.add_shape_mesh)(-1, mesh=mesh, cfg=config)
        config = newton.ModelBuilder.ShapeConfig(density=1.0, mu=self.friction, mu_rolling=_ROLLING)
        shared: dict[int, object] = {}
        for hull, middle, center, turn in zip(self.hulls, self.middles, centers, turns, strict=True):
            body = builder.add_body(xform=wp.transform(wp.vec3(*((center - self.center) * scale)), wp.quat(*turn)))
            if id(hull) not in shared:
                corners, triangles = ((hull[0] - middle) * scale).astype(np.float32), hull[1].reshape(-1)
                shared[id(hull)] = newton.Mesh(corners, triangles)
            builder.add_shape_convex_hull(body, mesh=shared[id(hull)], cfg=config)
        _even_out(builder)
        self.model = builder.finalize(device=self.device)
        self.solver = newton.solvers.SolverXPBD(self.model, iterations=_ITERATIONS)
        self.pipeline = newton.CollisionPipeline(self.model, deterministic=self.device != "cpu")
        self.found, self.control = self.pipeline.contacts(), self.model.control()
        self.now, self.next = self.model.state(), self.model.state()

    def _solids(self) -> list[tuple[np.ndarray, np.ndarray, bool]]:
        """Return the parts of the surface as points, triangles and whether they are convex; a flat one is given a slab."""
        owners = self.surface.owners
        owners = owners if owners is not None else np.zeros(len(self.surface.triangles), dtype=np.int32)
        parts = []
        for owner in np.unique(owners):
            rows = self.surface.triangles[owners == owner]
            used, inverse = np.unique(rows, return_inverse=True)
            points, triangles = self.surface.points[used], inverse.reshape(-1, 3)
            if np.ptp(points[:, self.up]) <= 1e-6 * np.ptp(points, axis=0).max():
                if is_convex_flat(points, triangles, self.up):
                    below = points.copy()
                    below[:, self.up] -= 2.0 * float(np.median(self.radii))
                    parts.append((*convex_hull(np.concatenate([points, below]), "the surface"), True))
                else:
                    parts.append((points, triangles, False))
            elif is_convex(points, triangles):
                parts.append((*convex_hull(points, "the surface"), True))
            else:
                parts.append((points, triangles, False))
        return parts

    def advance(self, frames: int) -> None:
        """Simulate some sixtieths of a second."""
        seconds = 1.0 / (RATE * _SUBSTEPS)
        for _ in range(frames):
            for substep in range(_SUBSTEPS):
                self.now.clear_forces()
                if self.time < _LIVELY or substep % 2 == 0:
                    self.pipeline.collide(self.now, self.found)
                self.solver.step(self.now, self.next, self.control, self.found, seconds)
                self.now, self.next = self.next, self.now
                self._calm(seconds)
            self.time += 1.0 / RATE

    def weaken_gravity(self, share: float) -> None:
        """Go on with a share of the given gravity: overlaps of bodies that press on each other shrink with it."""
        self.model.set_gravity(self._pull(share))
        self.solver.notify_model_changed(self.newton.ModelFlags.MODEL_PROPERTIES)

    def hold(self, held: np.ndarray) -> None:
        """Keep these bodies, and no others, where they are; shape (N,), bool."""
        if (held == self.held).all():
            return
        self.held = held.copy()
        flags, kinematic = self.model.body_flags.numpy(), int(self.newton.BodyFlags.KINEMATIC)
        self.model.body_flags.assign(np.where(held, flags | kinematic, flags & ~kinematic).astype(np.int32))
        self.solver.notify_model_changed(self.newton.ModelFlags.BODY_PROPERTIES)

    def _pull(self, share: float) -> tuple[float, ...]:
        return tuple(-self.gravity * self.scale * share if axis == self.up else 0.0 for axis in range(3))

    def _calm(self, seconds: float) -> None:
        """Limit speeds, and damp them the more the longer it takes, as rolling resistance does; what topples is let fall."""
        state = self.now.body_qd.numpy()
        speeds = np.nan_to_num(state, nan=0.0, posinf=0.0, neginf=0.0)  # a spin too small for an arc cosine comes out as NaN
        supported = np.clip(1.0 - 2.0 * self.load, 0.0, 1.0)
        drag, curb = np.interp(self.time, [0.5, 2.5], [0.1, 4.0]), np.interp(self.time, [0.5, 2.5], [0.5, 12.0])
        for part, limit, damping in (
            (slice(0, 3), _SPEED * np.sqrt(self.scale * self.gravity / 9.81), 0.1 + (drag - 0.1) * supported),
            (slice(3, 6), _SPIN, 0.5 + (curb - 0.5) * supported),
        ):
            length = np.linalg.norm(speeds[:, part], axis=1)
            factor = np.minimum(1.0, limit / np.maximum(length, 1e-9)) * np.maximum(1.0 - damping * seconds, 0.0)
            speeds[:, part] *= factor[:, None]
        speeds[self.held] = 0.0
        self.now.body_qd.assign(speeds.astype(np.float32))

    def contacts(self, within: float) -> Contacts:
        """Return where bodies touch or come within a distance [stage units], in world coordinates [stage units]."""
        self.pipeline.collide(self.now, self.found)
        count = int(self.found.rigid_contact_count.numpy()[0])
        owners = self.model.shape_body.numpy()
        shapes = [getattr(self.found, f"rigid_contact_shape{k}").numpy()[:count] for k in (0, 1)]
        bodies = np.stack([owners[rows] for rows in shapes])
        state, ends = self.state(), []
        for k, body in enumerate(bodies):
            point = getattr(self.found, f"rigid_contact_point{k}").numpy()[:count].astype(np.float64)
            turn, axis = state[body, 6:7], state[body, 3:6]
            cross = np.cross(axis, point) + turn * point
            ends.append(np.where(body[:, None] >= 0, state[body, :3] + point + 2.0 * np.cross(axis, cross), point))
        margin = self.found.rigid_contact_margin0.numpy()[:count] + self.found.rigid_contact_margin1.numpy()[:count]
        normals = self.found.rigid_contact_normal.numpy()[:count].astype(np.float64)
        apart = (((ends[1] - ends[0]) * normals).sum(axis=1) - margin) / self.scale
        middles = (ends[0] + ends[1]) / 2.0 / self.scale + self.center
        return Contacts(bodies, middles, normals, apart).where(apart <= within)

    def state(self) -> np.ndarray:
        """Return positions and quaternions x, y, z, w in the simulation's units, shape (N, 7).

        Raises:
            VariationError: They are not finite.
        """
        state = self.now.body_q.numpy().astype(np.float64)
        if not np.isfinite(state).all():
            raise VariationError("the simulation is not finite any more. Give larger bodies, or fewer.")
        return state

    def poses(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the world positions of the middles and rotations of the bodies, row vectors."""
        state = self.state()
        x, y, z, w = (state[:, 3:7] / np.linalg.norm(state[:, 3:7], axis=1, keepdims=True)).T
        return state[:, :3] / self.scale + self.center, matrix_from_quaternion(x, y, z, w)

    def mass_centers(self) -> np.ndarray:
        """Return the world positions of the centres of mass, shape (N, 3)."""
        positions, rotations = self.poses()
        return positions + np.einsum("ni,nij->nj", self.model.body_com.numpy() / self.scale, rotations)

    def weights(self) -> np.ndarray:
        """Return the masses that are simulated, shape (N,)."""
        return self.model.body_mass.numpy().astype(np.float64)


def _even_out(builder: object) -> None:
    typical = float(np.median(builder.body_mass))
    for body, mass in enumerate(builder.body_mass):
        even = float(np.clip(mass, typical / _UNEVEN_MASS, typical * _UNEVEN_MASS))
        inertia = np.array(builder.body_inertia[body], dtype=np.float64).reshape(3, 3) * (even / mass)
        values, axes = np.linalg.eigh((inertia + inertia.T) / 2.0)
        inertia = axes @ np.diag(np.maximum(values, values.max() / _UNEVEN_INERTIA)) @ axes.T
        builder.body_mass[body], builder.body_inv_mass[body] = even, 1.0 / even
        builder.body_inertia[body] = wp.mat33(*inertia.reshape(-1))
        builder.body_inv_inertia[body] = wp.mat33(*np.linalg.inv(inertia).reshape(-1))
