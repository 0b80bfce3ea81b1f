"""Collision-free placement of real meshes: resting on surfaces, turned about up, not touching each other or obstacles."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import warp as wp

from scenewright.sdg.variation import placement_kernels as kernels
from scenewright.sdg.variation.errors import VariationError, checked_number, checked_range
from scenewright.sdg.variation.launching import launch_ranges, on_device
from scenewright.sdg.variation.meshes import TriangleMesh, is_closed

__all__ = ["MeshShape", "Placement", "place_meshes"]

_BATCHES = (32, 128, 512)
"""Places tried for one object: so many at once, then the last number again until the attempts are used up."""
_EXACT = 24
"""Places of a batch whose triangles are compared where no outline fits: those with the fewest overlaps."""


@dataclass(frozen=True, eq=False)
class MeshShape:
    """A mesh to be placed, and how it stands before it is turned.

    Attributes:
        mesh: Triangles in the object's own frame.
        linear: Map of that frame to the world's axes, row vectors: scale and present rotation, shape (3, 3).
        name: Prim path, for reports.
    """

    mesh: TriangleMesh
    linear: np.ndarray = field(default_factory=lambda: np.eye(3))
    name: str = ""


@dataclass(frozen=True, eq=False)
class Placement:
    """Where objects came to stand.

    Attributes:
        positions: World positions of the objects' origins [stage units], shape (N, 3); NaN = not placed.
        angles: Turns about up, counter-clockwise from above [degrees], shape (N,); NaN = not placed.
        placed: Which objects were placed, shape (N,), bool.
        blockers: For each object that was not: how often each thing was in its way, by name, the most frequent first.
        attempts: Places tried in all.
    """

    positions: np.ndarray
    angles: np.ndarray
    placed: np.ndarray
    blockers: dict[int, list[tuple[str, int]]]
    attempts: int

    def summary(self) -> str:
        """Return in a sentence what was placed and what stood in the way of the rest."""
        text = f"{int(self.placed.sum())} of {len(self.placed)} objects were placed"
        if self.placed.all():
            return f"{text}."
        total = Counter[str]()
        for found in self.blockers.values():
            total.update(dict(found))
        worst = ", ".join(f"{name} ({times} times)" for name, times in total.most_common(4))
        return f"{text}; in the way of the others stood {worst or 'nothing that was found'}."


def place_meshes(
    shapes: Sequence[MeshShape],
    surface: TriangleMesh,
    generator: np.random.Generator,
    *,
    obstacles: Sequence[MeshShape] = (),
    gap: float = 0.0,
    yaw: tuple[float, float] = (0.0, 360.0),
    whole: bool = True,
    offset: float = 0.0,
    attempts: int = 2000,
    up: int = 2,
    device: str | None = None,
) -> Placement:
    """Put objects on a surface at random, the largest first, so that no two meshes touch.

    An object's lowest point rests on the highest point of the surface found below the corners of its outline. Outlines that are
    apart settle most questions; where they are not, triangles are compared, so objects may stand in each other's hollows. A
    closed mesh must not hold another one; what is open, such as a box without a lid, may.

    Args:
        shapes: Objects.
        surface: Where they stand, in world coordinates.
        generator: Source of everything random.
        obstacles: What is there already; the origin of each shape's map is taken as the world's.
        gap: Distance that is kept at least [stage units].
        yaw: Lowest and highest turn about up [degrees].
        whole: Whether an object's whole outline must lie over the surface.
        offset: Height above the surface [stage units].
        attempts: Places to try for each object before it is given up.
        up: Axis that points up, 1 or 2.
        device: Warp device; None = the CPU.

    Raises:
        VariationError: An argument is wrong, or the surface has no area.
    """
    checked_number("gap", gap, 0.0, unit="stage units")
    checked_number("offset", offset, unit="stage units")
    low, high = checked_range("yaw", yaw, -3600.0, 3600.0, "degrees")
    if isinstance(attempts, bool) or not isinstance(attempts, int | np.integer) or attempts < 1:
        raise VariationError(f"'attempts' is {attempts!r}. Give a whole number of at least 1.")
    if up not in (1, 2):
        raise VariationError(f"'up' is {up!r}. Give 1 (Y) or 2 (Z).")
    table = _Table([*shapes, *obstacles], len(shapes), surface, gap, up, on_device(device))
    blockers: dict[int, list[tuple[str, int]]] = {}
    tried = 0
    keys = generator.integers(2**63, size=len(shapes))  # what one object needs changes no other one's places
    for body in table.order():
        stream = np.random.Generator(np.random.Philox(key=int(keys[body])))
        found, used, blocked = table.place(body, stream, np.radians([low, high]), whole, offset, int(attempts))
        tried += used
        if not found:
            blockers[body] = blocked.most_common(8)
    return table.result(blockers, tried)


class _Table:
    """The objects, what is placed so far, and the kernels that look for room. Works in a frame whose third axis is up."""

    def __init__(self, shapes: list[MeshShape], movable: int, surface: TriangleMesh, gap: float, up: int, device: str):
        self.device, self.gap, self.movable = device, float(gap), movable
        self.names = [shape.name or f"object {index}" for index, shape in enumerate(shapes)]
        self.axes = np.eye(3) if up == 2 else np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])  # world -> own
        corners = surface.corners() @ self.axes
        self.center = (corners.min(axis=(0, 1)) + corners.max(axis=(0, 1))) / 2.0
        self.corners = corners - self.center
        areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        if not areas.sum() > 0.0:
            raise VariationError("the surface has no area. Give meshes or shapes that have one.")
        self.edges = np.cumsum(areas) / areas.sum()
        flat = wp.array(self.corners.reshape(-1, 3).astype(np.float32), dtype=wp.vec3, device=device)
        self.surface = wp.Mesh(flat, wp.array(np.arange(len(corners) * 3, dtype=np.int32), dtype=wp.int32, device=device))
        self._load(shapes)
        count = len(shapes)
        self.poses = np.zeros((count, 4), dtype=np.float32)
        self.origins = np.full((count, 3), np.nan)
        self.low, self.high = np.full((count, 2), np.inf), np.full((count, 2), -np.inf)
        self.placed = np.zeros(count, dtype=bool)
        for body in range(movable, count):
            self._settle(body, np.array([*-self.center, 0.0]))

    def _load(self, shapes: list[MeshShape]) -> None:
        known: dict[int, tuple[wp.Mesh, bool]] = {}
        seen: dict[tuple[int, bytes], tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        self.meshes, outlines = [], []
        linear, low, high, inner, closed = [], [], [], [], []
        for shape in shapes:
            if id(shape.mesh) not in known:
                known[id(shape.mesh)] = _shared_mesh(shape.mesh, self.device)
            mesh, is_shut = known[id(shape.mesh)]
            self.meshes.append(mesh)
            closed.append(is_shut)
            matrix = shape.linear @ self.axes
            scale = float(np.cbrt(np.abs(np.linalg.det(matrix)))) or 1.0
            # objects that differ in scale alone share their outline
            like = (id(shape.mesh), (matrix / scale).round(9).tobytes())
            if like not in seen:
                points = shape.mesh.points @ (matrix / scale)
                seen[like] = points.min(axis=0), points.max(axis=0), convex_outline(points[:, :2])
            linear.append(matrix.T)
            low.append(seen[like][0] * scale)
            high.append(seen[like][1] * scale)
            inner.append(shape.mesh.points[shape.mesh.triangles[0, 0]])
            outlines.append(seen[like][2] * scale)
        self.bounds = np.array(low), np.array(high)
        self.outlines = outlines
        linear = np.array(linear).reshape(-1, 3, 3)
        if (np.abs(np.linalg.det(linear)) < 1e-30).any():
            flat = self.names[int(np.argmin(np.abs(np.linalg.det(linear))))]
            raise VariationError(f"{flat} has no volume: its scale is zero. Give it a scale.")
        bodies = kernels.Bodies()

        def rows(values: object, kind: object) -> wp.array:
            return wp.array(np.ascontiguousarray(values), dtype=kind, device=self.device)

        bodies.mesh = rows(np.array([mesh.id for mesh in self.meshes], dtype=np.uint64), wp.uint64)
        bodies.closed = rows(np.array(closed, dtype=np.int32), wp.int32)
        bodies.linear = rows(linear.astype(np.float32), wp.mat33)
        bodies.inverse = rows(np.linalg.inv(linear).astype(np.float32), wp.mat33)
        bodies.inner = rows(np.array(inner, dtype=np.float32), wp.vec3)
        bodies.low, bodies.high = (rows(value.astype(np.float32), wp.vec3) for value in self.bounds)
        bodies.outline_first = rows(np.cumsum([0, *(len(outline) for outline in outlines)]).astype(np.int32), wp.int32)
        bodies.outline = rows(np.concatenate(outlines).astype(np.float32), wp.vec2)
        self.bodies = bodies

    def order(self) -> list[int]:
        """Return the objects to place, the largest outline first."""
        areas = [_outline_area(self.outlines[body]) for body in range(self.movable)]
        return sorted(range(self.movable), key=lambda body: (-areas[body], body))

    def place(
        self, body: int, generator: np.random.Generator, yaw: np.ndarray, whole: bool, offset: float, attempts: int
    ) -> tuple[bool, int, Counter[str]]:
        """Look for room for one object; return whether it was found, how many places were tried, and what was in the way."""
        blocked, used, batch = Counter[str](), 0, 0
        while used < attempts:
            size = min(_BATCHES[min(batch, len(_BATCHES) - 1)], attempts - used)
            batch, used = batch + 1, used + size
            candidates, stands = self._candidates(body, generator, yaw, whole, offset, size)
            if not stands.all():
                blocked["the edge of the surface"] += int((~stands).sum())
            candidates = candidates[stands]
            if not len(candidates):
                continue
            chosen = self._first_free(body, candidates, blocked)
            if chosen is not None:
                self._settle(body, chosen)
                return True, used, blocked
        return False, used, blocked

    def _candidates(
        self, body: int, generator: np.random.Generator, yaw: np.ndarray, whole: bool, offset: float, size: int
    ) -> tuple[np.ndarray, np.ndarray]:
        unit = generator.random((size, 4))
        triangles = np.minimum(np.searchsorted(self.edges, unit[:, 0], side="right"), len(self.corners) - 1)
        a, b, c = np.swapaxes(self.corners[triangles], 0, 1)
        # Osada et al. 2002, Shape Distributions, section 4.2
        root = np.sqrt(unit[:, 1:2])
        points = (1.0 - root) * a + root * (1.0 - unit[:, 2:3]) * b + root * unit[:, 2:3] * c
        poses = np.empty((size, 4), dtype=np.float32)
        poses[:, :3], poses[:, 3] = points, yaw[0] + (yaw[1] - yaw[0]) * unit[:, 3]
        low, high = (bound[body] for bound in self.bounds)
        # what stands out of line counts from the middle of its outline, not from its origin
        middle = (low[:2] + high[:2]) / 2.0
        cos, sin = np.cos(poses[:, 3]), np.sin(poses[:, 3])
        poses[:, 0] -= cos * middle[0] - sin * middle[1]
        poses[:, 1] -= sin * middle[0] + cos * middle[1]
        rows = wp.array(poses, dtype=wp.vec4, device=self.device)
        stands = wp.zeros(size, dtype=wp.uint8, device=self.device)
        step = 0.25 * float(np.linalg.norm(high - low))
        inputs = [body, self.surface.id, step, int(whole), self.bodies, rows, stands]
        launch_ranges(kernels.find_support, size, inputs, self.device, smallest=256)
        lifted = rows.numpy().copy()
        lifted[:, 2] += offset - low[2]
        return lifted, stands.numpy().astype(bool)

    def _first_free(self, body: int, candidates: np.ndarray, blocked: Counter[str]) -> np.ndarray | None:
        pairs = self._pairs(body, candidates)
        hits = self._ask(kernels.outlines_overlap, body, candidates, pairs, 128)
        pairs = pairs[hits]
        overlaps = np.bincount(pairs[:, 0], minlength=len(candidates))
        free = np.flatnonzero(overlaps == 0)
        if len(free):
            return candidates[free[0]]
        tried = np.argsort(overlaps, kind="stable")[:_EXACT]
        pairs = pairs[np.isin(pairs[:, 0], tried)]
        touching = self._ask(kernels.meshes_touch, body, candidates, pairs, 1)
        count = np.bincount(pairs[touching, 0], minlength=len(candidates))
        for name, times in zip(*np.unique(pairs[touching, 1], return_counts=True), strict=True):
            blocked[self.names[name]] += int(times)
        free = tried[count[tried] == 0]
        return candidates[free[0]] if len(free) else None

    def _pairs(self, body: int, candidates: np.ndarray) -> np.ndarray:
        """Return (candidate, object) of the boxes that overlap, shape (P, 2)."""
        low, high = self._box(body, candidates)
        there = np.flatnonzero(self.placed)
        clear = self.gap
        meets = (
            (low[:, None, 0] <= self.high[there, 0] + clear)
            & (high[:, None, 0] >= self.low[there, 0] - clear)
            & (low[:, None, 1] <= self.high[there, 1] + clear)
            & (high[:, None, 1] >= self.low[there, 1] - clear)
        )
        rows, columns = np.nonzero(meets)
        return np.stack([rows, there[columns]], axis=1)

    def _box(self, body: int, poses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        outline = self.outlines[body]
        cos, sin = np.cos(poses[:, 3:4].astype(float)), np.sin(poses[:, 3:4].astype(float))
        x = cos * outline[:, 0] - sin * outline[:, 1] + poses[:, 0:1]
        y = sin * outline[:, 0] + cos * outline[:, 1] + poses[:, 1:2]
        return np.stack([x.min(1), y.min(1)], axis=1), np.stack([x.max(1), y.max(1)], axis=1)

    def _ask(self, kernel: wp.Kernel, body: int, candidates: np.ndarray, pairs: np.ndarray, smallest: int) -> np.ndarray:
        if not len(pairs):
            return np.zeros(0, dtype=bool)
        first, second = (
            wp.array(np.ascontiguousarray(pairs[:, k], dtype=np.int32), dtype=wp.int32, device=self.device) for k in (0, 1)
        )
        hits = wp.empty(len(pairs), dtype=wp.uint8, device=self.device)
        inputs = [
            body,
            wp.array(candidates, dtype=wp.vec4, device=self.device),
            first,
            second,
            wp.array(self.poses, dtype=wp.vec4, device=self.device),
            self.gap,
            self.bodies,
            hits,
        ]
        launch_ranges(kernel, len(pairs), inputs, self.device, smallest)
        return hits.numpy().astype(bool)

    def _settle(self, body: int, pose: np.ndarray) -> None:
        self.poses[body] = pose
        self.origins[body] = pose[:3]
        low, high = self._box(body, self.poses[body : body + 1])
        self.low[body], self.high[body] = low[0], high[0]
        self.placed[body] = True

    def result(self, blockers: dict[int, list[tuple[str, int]]], tried: int) -> Placement:
        """Return what became of the objects, in world coordinates."""
        count = self.movable
        positions = (self.origins[:count] + self.center) @ self.axes.T
        angles = np.where(self.placed[:count], np.degrees(self.poses[:count, 3].astype(float)), np.nan)
        return Placement(positions, angles, self.placed[:count].copy(), blockers, tried)


def _shared_mesh(mesh: TriangleMesh, device: str) -> tuple[wp.Mesh, bool]:
    """Return a mesh with its tree, and whether it is closed; one that is inside out is turned."""
    triangles = np.ascontiguousarray(mesh.triangles, dtype=np.int32)
    closed = is_closed(mesh.points, triangles)
    corners = mesh.corners()
    if closed and np.einsum("ni,ni->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) < 0.0:
        triangles = np.ascontiguousarray(triangles[:, ::-1])
    points = wp.array(mesh.points.astype(np.float32), dtype=wp.vec3, device=device)
    return wp.Mesh(points, wp.array(triangles.reshape(-1), dtype=wp.int32, device=device)), closed


def convex_outline(points: np.ndarray) -> np.ndarray:
    """Return the corners of the convex hull of points of the plane, counter-clockwise (Andrew's monotone chain, 1979).

    Args:
        points: Shape (N, 2).
    """
    directions = np.linspace(0.0, 2.0 * np.pi, 64, endpoint=False)
    compass = np.stack([np.cos(directions), np.sin(directions)])
    extremes = points[np.unique(np.argmax(points @ compass, axis=0))]
    rows = np.unique(points if len(points) < 64 or len(extremes) < 3 else points[_not_inside(points, extremes)], axis=0)
    if len(rows) < 3:
        return rows
    halves = []
    for ordered in (rows.tolist(), rows[::-1].tolist()):
        chain: list[list[float]] = []
        for point in ordered:
            while (
                len(chain) > 1
                and (
                    (chain[-1][0] - chain[-2][0]) * (point[1] - chain[-2][1])
                    - (chain[-1][1] - chain[-2][1]) * (point[0] - chain[-2][0])
                )
                <= 0.0
            ):
                chain.pop()
            chain.append(point)
        halves += chain[:-1]
    return np.array(halves)


def _not_inside(points: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """Return which points may be corners of the hull: those outside the polygon of known corners, or on it."""
    middle = polygon.mean(axis=0)
    ring = polygon[np.argsort(np.arctan2(*(polygon - middle).T[::-1]), kind="stable")]
    edges = np.roll(ring, -1, axis=0) - ring
    offset = ring[:, 0] * edges[:, 1] - ring[:, 1] * edges[:, 0]
    side = points @ np.stack([-edges[:, 1], edges[:, 0]]) + offset
    return (side <= 1e-9 * np.abs(offset).max(initial=1e-300)).any(axis=1)


def _outline_area(outline: np.ndarray) -> float:
    following = np.roll(outline, -1, axis=0)
    return float(np.abs((outline[:, 0] * following[:, 1] - outline[:, 1] * following[:, 0]).sum()) / 2.0)
