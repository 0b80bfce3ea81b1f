"""Scattering prims over surfaces: area-weighted points on triangles, resting bounding boxes, no two overlapping."""

from collections.abc import Sequence

import numpy as np
from pxr import Gf, Usd, UsdGeom

__all__ = ["ATTEMPTS", "NoRoomError", "local_triangles", "place", "surface_triangles"]

ATTEMPTS = 100
"""How many points are tried for one prim before it counts as impossible to place."""

_EDGE = 1e-6
_RING = 64


class NoRoomError(ValueError):
    """A prim cannot be placed without touching another one.

    Attributes:
        prim: Number of that prim.
    """

    def __init__(self, prim: int):
        self.prim = prim
        super().__init__(f"no free place was found for prim {prim} in {ATTEMPTS} attempts")


def surface_triangles(prims: Sequence[Usd.Prim], known: dict[str, np.ndarray] | None = None) -> np.ndarray:
    """Return the world-space triangles of all meshes and gprims at or below prims, shape (T, 3, 3), float64.

    Curved gprims (sphere, cylinder, cone, capsule) are cut into facets; instances are followed.

    Args:
        prims: Roots of the surfaces.
        known: Local triangles by prim path from earlier calls; shapes are taken not to change, only their poses.
    """
    cache = UsdGeom.XformCache(Usd.TimeCode.Default())
    parts = []
    for root in prims:
        for prim in Usd.PrimRange(root, Usd.TraverseInstanceProxies()):
            path = str(prim.GetPath())
            triangles = known[path] if known is not None and path in known else local_triangles(prim)
            if known is not None and triangles is not None:
                known[path] = triangles
            if triangles is not None and len(triangles):
                matrix = np.array(cache.GetLocalToWorldTransform(prim))
                parts.append(triangles @ matrix[:3, :3] + matrix[3, :3])
    return np.concatenate(parts) if parts else np.zeros((0, 3, 3))


def place(
    triangles: np.ndarray,
    boxes: np.ndarray,
    generator: np.random.Generator,
    *,
    up: int,
    offset: float = 0.0,
    obstacles: np.ndarray | None = None,
    apart: bool = False,
    low: Sequence[float | None] = (None, None, None),
    high: Sequence[float | None] = (None, None, None),
) -> np.ndarray:
    """Return world positions of prim origins, shape (N, 3), so that each box rests on a random point of the surface.

    Points are uniform over the area. The box's centre stands above the point along the up axis, its underside touches it.

    Args:
        triangles: World triangles, shape (T, 3, 3).
        boxes: Bounds of each prim relative to its origin, axes as the world's, shape (N, 2, 3).
        generator: Source of the points; each attempt takes three numbers, so the result depends on nothing else.
        up: Axis that points up, 0 to 2.
        offset: Gap between surface and underside.
        obstacles: World boxes to stay clear of, shape (M, 2, 3).
        apart: Whether the prims stay clear of each other too.
        low: Lower limits of points by axis, None = none.
        high: Upper limits of points by axis, None = none.

    Raises:
        NoRoomError: A prim found no free place, or no point of the surface lies within the limits.
    """
    areas = np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1)
    edges = np.cumsum(areas) / max(areas.sum(), 1e-300)
    taken = [np.zeros((0, 2, 3)) if obstacles is None else np.asarray(obstacles, dtype=float).reshape(-1, 2, 3)]
    positions = np.zeros((len(boxes), 3))
    for row, box in enumerate(boxes):
        box = np.zeros((2, 3)) if np.isnan(box).any() else box
        shift = -(box[0] + box[1]) / 2.0
        shift[up] = offset - box[0, up]
        for _ in range(ATTEMPTS):
            point = _point(triangles, edges, generator.random(3))
            world = box + point + shift
            if _within(point, low, high) and not _overlaps(world, taken):
                break
        else:
            raise NoRoomError(row)
        positions[row] = point + shift
        if apart:
            taken.append(world[None])
    return positions


def _point(triangles: np.ndarray, edges: np.ndarray, unit: np.ndarray) -> np.ndarray:
    # Osada et al. 2002, Shape Distributions, section 4.2: the square root makes barycentric coordinates uniform by area.
    a, b, c = triangles[min(int(np.searchsorted(edges, unit[0], side="right")), len(triangles) - 1)]
    root = np.sqrt(unit[1])
    return (1.0 - root) * a + root * (1.0 - unit[2]) * b + root * unit[2] * c


def _within(point: np.ndarray, low: Sequence[float | None], high: Sequence[float | None]) -> bool:
    return all((lo is None or p >= lo) and (hi is None or p <= hi) for p, lo, hi in zip(point, low, high, strict=True))


def _overlaps(box: np.ndarray, taken: list[np.ndarray]) -> bool:
    others = np.concatenate(taken)
    margin = _EDGE * max(1.0, float(np.abs(box[1] - box[0]).max()))
    return bool(((others[:, 0] < box[1] - margin) & (others[:, 1] > box[0] + margin)).all(axis=1).any())


def local_triangles(prim: Usd.Prim) -> np.ndarray | None:
    """Return the triangles of one mesh or gprim in its own frame, shape (T, 3, 3), float64; None for other prims."""
    if prim.IsA(UsdGeom.Mesh):
        return _mesh_triangles(UsdGeom.Mesh(prim))
    if prim.IsA(UsdGeom.Plane):
        plane = UsdGeom.Plane(prim)
        width, length, axis = plane.GetWidthAttr().Get() / 2.0, plane.GetLengthAttr().Get() / 2.0, plane.GetAxisAttr().Get()
        # UsdGeomPlane: width along X and length along Y for axis Z; see its schema for the other two.
        u, v = {"Z": (0, 1), "Y": (0, 2), "X": (2, 1)}[axis]
        corners = np.zeros((4, 3))
        corners[:, u], corners[:, v] = [-width, width, width, -width], [-length, -length, length, length]
        return corners[[[0, 1, 2], [0, 2, 3]]]
    if prim.IsA(UsdGeom.Cube):
        return _cube_triangles(UsdGeom.Cube(prim).GetSizeAttr().Get() / 2.0)
    if prim.IsA(UsdGeom.Sphere):
        radius = UsdGeom.Sphere(prim).GetRadiusAttr().Get()
        angles = np.linspace(-np.pi / 2.0, np.pi / 2.0, _RING // 2 + 1)
        return _revolved(radius * np.cos(angles), radius * np.sin(angles), "Z")
    for schema in (UsdGeom.Cylinder, UsdGeom.Cone, UsdGeom.Capsule):
        if prim.IsA(schema):
            return _round_triangles(schema(prim), schema)
    return None


def _mesh_triangles(mesh: UsdGeom.Mesh) -> np.ndarray:
    points, counts, indices = (
        np.array(attribute.Get() if attribute.Get() is not None else [])
        for attribute in (mesh.GetPointsAttr(), mesh.GetFaceVertexCountsAttr(), mesh.GetFaceVertexIndicesAttr())
    )
    if not len(points) or not len(counts):
        return np.zeros((0, 3, 3))
    starts = np.cumsum(counts) - counts
    fans = np.maximum(counts - 2, 0)
    face = np.repeat(np.arange(len(counts)), fans)
    corner = np.arange(fans.sum()) - np.repeat(np.cumsum(fans) - fans, fans) + 1
    first, second, third = indices[starts[face]], indices[starts[face] + corner], indices[starts[face] + corner + 1]
    return points.astype(float)[np.stack([first, second, third], axis=1)]


def _cube_triangles(half: float) -> np.ndarray:
    bounds = Gf.Range3d(Gf.Vec3d(-half), Gf.Vec3d(half))
    corners = np.array([bounds.GetCorner(index) for index in range(8)])
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return corners[[triangle for a, b, c, d in quads for triangle in ((a, b, c), (a, c, d))]]


def _round_triangles(gprim: UsdGeom.Cylinder | UsdGeom.Cone | UsdGeom.Capsule, schema: type) -> np.ndarray:
    radius, half, axis = gprim.GetRadiusAttr().Get(), gprim.GetHeightAttr().Get() / 2.0, gprim.GetAxisAttr().Get()
    if schema is UsdGeom.Cone:
        return _revolved(np.array([0.0, radius, 0.0]), np.array([-half, -half, half]), axis)
    if schema is UsdGeom.Cylinder:
        return _revolved(np.array([0.0, radius, radius, 0.0]), np.array([-half, -half, half, half]), axis)
    cap = np.linspace(0.0, np.pi / 2.0, _RING // 4 + 1)
    radii = radius * np.concatenate([np.sin(cap), np.sin(cap[::-1])])
    heights = np.concatenate([-half - radius * np.cos(cap), half + radius * np.cos(cap[::-1])])
    return _revolved(radii, heights, axis)


def _revolved(radii: np.ndarray, heights: np.ndarray, axis: str) -> np.ndarray:
    """Return the triangles of a profile turned about an axis."""
    around = np.linspace(0.0, 2.0 * np.pi, _RING, endpoint=False)
    ring = np.stack([np.cos(around), np.sin(around)], axis=1)
    points = np.concatenate(
        [radii[:, None, None] * ring[None], np.broadcast_to(heights[:, None, None], (len(radii), _RING, 1))], axis=2
    )
    a, b = points[:-1], points[1:]
    an, bn = np.roll(a, -1, axis=1), np.roll(b, -1, axis=1)
    triangles = np.concatenate([np.stack([a, an, bn], axis=2), np.stack([a, bn, b], axis=2)], axis=1).reshape(-1, 3, 3)
    up = "XYZ".index(axis)
    order = {2: [0, 1, 2], 0: [2, 0, 1], 1: [1, 2, 0]}[up]
    return triangles[:, :, order]
