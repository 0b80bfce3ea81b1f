"""Poisson-disk scatter: points on a surface, dense, and nowhere closer to each other than a minimum distance."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import warp as wp

from scenewright.sdg.variation import poisson_kernels as kernels
from scenewright.sdg.variation.counter import key_of
from scenewright.sdg.variation.errors import VariationError, checked_number, checked_range
from scenewright.sdg.variation.launching import launch_ranges, on_device
from scenewright.sdg.variation.meshes import TriangleMesh
from scenewright.sdg.variation.volumes import warp_mesh, within

__all__ = ["ScatterPoints", "maximal_count", "scatter_points"]

_POOL = 2.5
"""Uniform points drawn for each sample that fits."""
_DENSEST = 2.0 / np.sqrt(3.0)
_TYPICAL = 0.77
_TRIES = 6
_MOST_BLOCKS = 60_000_000
_MOST_POINTS = 20_000_000


@dataclass(frozen=True, eq=False)
class ScatterPoints:
    """Points on a surface.

    Attributes:
        positions: World positions [stage units], shape (N, 3), float64.
        normals: Unit normals of the triangles they lie on, shape (N, 3), float64.
        triangles: Those triangles, shape (N,), int32.
        barycentrics: Weights of the triangles' corners, shape (N, 3), float64.
        radius: The minimum distance that every pair keeps [stage units].
        area: Area that was to be covered, masks considered [stage units squared].
    """

    positions: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    barycentrics: np.ndarray
    radius: float
    area: float

    def __len__(self) -> int:
        return len(self.positions)


def maximal_count(area: float, radius: float) -> float:
    """Return how many points fit on a flat area at most when all keep a distance: those of the hexagonal lattice.

    Discs of half the distance cover pi / sqrt(12) of the plane at most (Thue 1910), which is area / (2 sqrt(3) (r/2)^2) of
    them.
    """
    return area * _DENSEST / radius**2


def scatter_points(
    surface: TriangleMesh,
    generator: np.random.Generator,
    *,
    radius: float | None = None,
    count: int | None = None,
    slope: tuple[float, float] = (0.0, 180.0),
    up: np.ndarray | None = None,
    density: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
    exclusion: TriangleMesh | None = None,
    clearance: float = 0.0,
    device: str | None = None,
) -> ScatterPoints:
    """Scatter points over a surface so that no two are closer than a distance, as densely as a front of discs packs them.

    Args:
        surface: Where to; its frame is the frame of the result.
        generator: Source of everything random; the same state gives the same points on any number of threads.
        radius: Minimum distance of any two points [stage units]; None = the one at which about ``count`` points fit.
        count: How many points are wanted; of more, as many are chosen at random. None = all that fit.
        slope: Lowest and highest angle between a triangle's normal and ``up`` [degrees].
        up: Direction that slopes are measured against, shape (3,); None = +Z.
        density: Share of the points to keep, given triangles (N,) and barycentric weights (N, 3): (N,) numbers in [0, 1].
        exclusion: Surfaces to stay away from; where they are closed, also what they enclose.
        clearance: Distance to stay away from them [stage units].
        device: Warp device; None = the CPU.

    Raises:
        VariationError: An argument is wrong, or slope, exclusion or density leave nothing of the surface.
    """
    _check(radius, count, clearance)
    low, high = checked_range("slope", slope, 0.0, 180.0, "degrees")
    normals, areas = surface.normals()
    direction = np.array([0.0, 0.0, 1.0]) if up is None else np.asarray(up, dtype=float)
    angle = np.degrees(np.arccos(np.clip(normals @ direction / np.linalg.norm(direction), -1.0, 1.0)))
    allowed = (areas > 0.0) & (angle >= low - 1e-4) & (angle <= high + 1e-4)
    area = float(areas[allowed].sum())
    if not area > 0.0:
        raise VariationError(f"no part of the surface has a slope from {low:g} to {high:g} degrees. Widen 'slope'.")
    given = radius is not None
    if radius is None:
        radius = float(np.sqrt(_TYPICAL * _DENSEST * area / count))
    expected = maximal_count(area, radius)
    if expected > _MOST_POINTS:
        raise VariationError(f"{expected:.3g} points {radius:g} apart fit on {area:.4g} square units. Give a larger 'radius'.")
    state = generator.bit_generator.state
    for _ in range(_TRIES):
        points = _Growth(surface, allowed, areas, float(radius), on_device(device)).run(generator)
        if exclusion is not None:
            drawn = len(points)
            points = _chosen(points, ~within(points.positions, exclusion, clearance, on_device(device)))
            if drawn and not len(points):
                raise VariationError(
                    f"all {drawn} points that fit lie in what is excluded, or within 'clearance' of it. Exclude less."
                )
        if given or len(points) >= count or not len(points):
            break
        generator.bit_generator.state = state
        radius *= 0.995 * np.sqrt(len(points) / count)
    points = replace(points, normals=normals[points.triangles], area=area)
    if density is not None:
        shares = np.asarray(density(points.triangles, points.barycentrics))
        if len(points) and not (shares > 0.0).any():
            raise VariationError("the density is 0 at all points that fit. Give a map that is above 0 somewhere.")
        points = _chosen(points, generator.random(len(points)) < shares)
    if count is not None and len(points) > count:
        keep = np.zeros(len(points), dtype=bool)
        keep[generator.permutation(len(points))[:count]] = True
        points = _chosen(points, keep)
    return points


def _check(radius: float | None, count: int | None, clearance: float) -> None:
    if radius is None and count is None:
        raise VariationError("neither 'radius' nor 'count' is given. Give a minimum distance, a number of points, or both.")
    if radius is not None:
        checked_number("radius", radius, 0.0, unit="stage units", above=True)
    if count is not None and (isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1):
        raise VariationError(f"'count' is {count!r}. Give a whole number of at least 1.")
    checked_number("clearance", clearance, 0.0, unit="stage units")


def _chosen(points: ScatterPoints, keep: np.ndarray) -> ScatterPoints:
    normals = points.normals[keep] if len(points.normals) else points.normals
    return replace(
        points,
        positions=points.positions[keep],
        normals=normals,
        triangles=points.triangles[keep],
        barycentrics=points.barycentrics[keep],
    )


class _Growth:
    """One run of the kernels: pool, blocks and cells, eight colours, and what came of it."""

    def __init__(self, surface: TriangleMesh, allowed: np.ndarray, areas: np.ndarray, radius: float, device: str):
        self.surface, self.allowed, self.areas, self.device = surface, allowed, areas, device
        self.radius = radius
        used = surface.points[np.unique(surface.triangles)]
        self.low, high = used.min(axis=0), used.max(axis=0)
        self.center = (self.low + high) / 2.0
        # Rounding of float32 coordinates must not bring two samples closer than the radius.
        extent = float(np.abs(high - self.low).max())
        self.step = radius * (1.0 + 1e-6) + 4.0 * 2.0**-24 * extent
        if self.step > 1.01 * radius:
            raise VariationError(
                f"a radius of {radius:g} is too small for a surface of {extent:g}. Give at least {extent * 3e-5:.3g}."
            )
        side = 4.0 * kernels.CELL * radius
        self.origin = (self.low - self.center) - 0.37 * side
        self.dims = np.floor((high - self.center - self.origin) / side).astype(np.int64) + 1
        if self.dims.prod() > _MOST_BLOCKS:
            raise VariationError(f"a radius of {radius:g} is too small for a surface of {extent:g}. Give a larger one.")
        self.mesh = warp_mesh(surface, self.center, device)

    def run(self, generator: np.random.Generator) -> ScatterPoints:
        """Return the points; their normals and area are yet to be filled in."""
        weights = np.where(self.allowed, self.areas, 0.0)
        expected = _DENSEST * weights.sum() / self.radius**2
        size = int(np.ceil(_POOL * expected)) + 64
        front = self._front(generator)
        points, faces, coordinates = self._pool(front, size, weights, key_of(generator))
        keys = (coordinates[:, 0] * self.dims[1] + coordinates[:, 1]) * self.dims[2] + coordinates[:, 2]
        order = np.argsort(keys, kind="stable")
        order = order[self.allowed[faces[order]]]
        blocks, first, held = np.unique(keys[order], return_index=True, return_counts=True)
        where = np.stack(np.unravel_index(blocks, self.dims), axis=1).astype(np.int32)
        room = np.ceil(held * (1.25 * expected / size)).astype(np.int64) + 48
        starts = np.concatenate([[0], np.cumsum(room)])
        table = np.full(int(self.dims.prod()), -1, dtype=np.int32)
        table[blocks] = np.arange(len(blocks), dtype=np.int32)
        self._fill(front, table, np.append(first, len(order)), points[order], faces[order], starts, len(blocks))
        colours = (where % 2) @ np.array([4, 2, 1])
        places = wp.array(where, dtype=wp.vec3i, device=self.device)
        for colour in range(8):
            chosen = np.flatnonzero(colours == colour).astype(np.int32)
            rows = wp.array(chosen, dtype=wp.int32, device=self.device)
            launch_ranges(kernels.grow_blocks, len(chosen), [rows, places, front], self.device, smallest=2)
        return self._collect(front, starts)

    def _front(self, generator: np.random.Generator) -> kernels.Front:
        front = kernels.Front()
        front.surface = self.mesh.id
        front.radius, front.step = self.radius, self.step
        front.origin = wp.vec3(*self.origin)
        front.blocks = wp.vec3i(*(int(n) for n in self.dims))
        front.key = key_of(generator)
        front.allowed = wp.array(self.allowed.astype(np.uint8), dtype=wp.uint8, device=self.device)
        return front

    def _pool(
        self, front: kernels.Front, size: int, weights: np.ndarray, key: object
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        edges = np.cumsum(weights)
        points = wp.empty(size, dtype=wp.vec3, device=self.device)
        faces = wp.empty(size, dtype=wp.int32, device=self.device)
        blocks = wp.empty(size, dtype=wp.vec3i, device=self.device)
        inputs = [
            self.mesh.id,
            wp.array((edges / edges[-1]).astype(np.float32), dtype=float, device=self.device),
            size,
            key,
            self.radius,
            front.origin,
            points,
            faces,
            blocks,
        ]
        launch_ranges(kernels.pool_points, size, inputs, self.device, smallest=4096)
        return points.numpy(), faces.numpy(), np.clip(blocks.numpy().astype(np.int64), 0, self.dims - 1)

    def _fill(
        self,
        front: kernels.Front,
        table: np.ndarray,
        pool_first: np.ndarray,
        pool: np.ndarray,
        pool_face: np.ndarray,
        starts: np.ndarray,
        count: int,
    ) -> None:
        def ints(values: np.ndarray) -> wp.array:
            return wp.array(values.astype(np.int32), dtype=wp.int32, device=self.device)

        front.table, front.pool_first, front.pool_face = ints(table), ints(pool_first), ints(pool_face)
        front.pool = wp.array(pool, dtype=wp.vec3, device=self.device)
        front.sample_first = ints(starts)
        front.samples = wp.zeros(int(starts[-1]), dtype=wp.vec3, device=self.device)
        front.faces = wp.zeros(int(starts[-1]), dtype=wp.int32, device=self.device)
        front.counts = wp.zeros(count, dtype=wp.int32, device=self.device)
        front.cell_counts = wp.zeros(count * 64, dtype=wp.int32, device=self.device)
        front.cell_samples = wp.empty(count * 64 * int(kernels.SLOTS), dtype=wp.int32, device=self.device)
        front.near = wp.empty(count * int(kernels.NEAR), dtype=wp.vec3, device=self.device)

    def _collect(self, front: kernels.Front, starts: np.ndarray) -> ScatterPoints:
        counts = front.counts.numpy()
        rows = np.repeat(starts[:-1] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(counts.sum())
        positions = front.samples.numpy()[rows].astype(np.float64)
        faces = front.faces.numpy()[rows]
        weights = _barycentrics(positions, self.surface.corners()[faces] - self.center)
        return ScatterPoints(positions + self.center, np.empty((0, 3)), faces, weights, self.radius, 0.0)


def _barycentrics(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    # Ericson, Real-Time Collision Detection (2005), section 3.4.
    first, second, offset = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0], points - corners[:, 0]
    a, b, c = (first**2).sum(1), (first * second).sum(1), (second**2).sum(1)
    d, e = (offset * first).sum(1), (offset * second).sum(1)
    scale = a * c - b * b
    v, w = (c * d - b * e) / scale, (a * e - b * d) / scale
    weights = np.clip(np.stack([1.0 - v - w, v, w], axis=1), 0.0, 1.0)
    return weights / weights.sum(axis=1, keepdims=True)
