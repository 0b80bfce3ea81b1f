"""Which colliders of the stage overlap a box or a sphere: what PhysX answers as a scene query.

Every collider counts as its convex hull (spheres and capsules exactly, cylinders and cones as prisms of 32 sides), so a hollow
mesh counts as filled. The distance of two hulls is the least norm in their Minkowski difference, found by Wolfe's algorithm
(P. Wolfe, "Finding the nearest point in a polytope", 1976).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics

__all__ = ["Hull", "OverlapHit", "box_hull", "hulls_touch", "overlaps"]

_AXES = {"X": 0, "Y": 1, "Z": 2}
_CORNERS = np.array(np.meshgrid((-1.0, 1.0), (-1.0, 1.0), (-1.0, 1.0))).reshape(3, 8).T
_ANGLES = np.arange(32) * (2.0 * np.pi / 32)


@dataclass(frozen=True)
class Hull:
    """All points within ``radius`` of the convex hull of ``points``, (N, 3), in the world [stage units]."""

    points: np.ndarray
    radius: float = 0.0


@dataclass(frozen=True)
class OverlapHit:
    """A collider that overlaps, and the body it belongs to: itself where it does not move."""

    collision: Sdf.Path
    rigid_body: Sdf.Path


def box_hull(half_extent: np.ndarray, centre: np.ndarray, turn: Gf.Quatd) -> Hull:
    """Return a box: half its edges along its own axes, its centre and its rotation."""
    rows = np.array(Gf.Matrix3d(turn.GetNormalized()))  # row vectors
    return Hull(_CORNERS * np.asarray(half_extent, float) @ rows + np.asarray(centre, float))


def overlaps(stage: Usd.Stage, hull: Hull) -> Iterator[OverlapHit]:
    """Yield the colliders that overlap ``hull``, in namespace order."""
    cache = UsdGeom.XformCache(Usd.TimeCode.Default())
    low, high = hull.points.min(axis=0) - hull.radius, hull.points.max(axis=0) + hull.radius
    for prim in stage.Traverse(Usd.TraverseInstanceProxies()):
        if not prim.HasAPI(UsdPhysics.CollisionAPI) or UsdPhysics.CollisionAPI(prim).GetCollisionEnabledAttr().Get() is False:
            continue
        matrix = np.array(cache.GetLocalToWorldTransform(prim))
        if prim.IsA(UsdGeom.Plane):
            touched = _below_plane(UsdGeom.Plane(prim), matrix, hull)
        else:
            other = _collider_hull(prim, matrix)
            touched = other is not None and (other.points.min(axis=0) - other.radius <= high).all() and (
                other.points.max(axis=0) + other.radius >= low).all() and hulls_touch(hull, other)
        if touched:
            yield OverlapHit(prim.GetPath(), _body(prim).GetPath())


def hulls_touch(first: Hull, second: Hull, tolerance: float = 1e-9) -> bool:
    """Return whether two hulls share a point."""
    reach = first.radius + second.radius
    corners = _difference_support(first, second, first.points.mean(axis=0) - second.points.mean(axis=0))[None]
    shares = np.ones(1)
    for _ in range(200):
        nearest = shares @ corners
        squared = nearest @ nearest
        if squared <= max(reach, tolerance) ** 2:
            return True
        corner = _difference_support(first, second, nearest)
        gap = nearest @ corner
        if gap > 0.0 and gap > reach * np.sqrt(squared):  # a plane keeps them apart
            return False
        if squared - gap <= 1e-12 * squared:
            return False
        corners, shares = _nearest_in_simplex(np.vstack([corners, corner]), np.append(shares, 0.0))
    return False


def _difference_support(first: Hull, second: Hull, direction: np.ndarray) -> np.ndarray:
    """Return the corner of ``first - second`` that lies farthest against ``direction``."""
    return first.points[np.argmin(first.points @ direction)] - second.points[np.argmax(second.points @ direction)]


def _nearest_in_simplex(corners: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners, and their shares, that make the point nearest to the origin; ``shares`` make one to begin with."""
    while True:
        count = len(corners)
        system = np.ones((count + 1, count + 1))
        system[:count, :count] = corners @ corners.T
        system[count, count] = 0.0
        wanted = np.linalg.lstsq(system, np.append(np.zeros(count), 1.0), rcond=None)[0][:count]
        if (wanted > 1e-12).all():
            return corners, wanted
        shrinking = wanted < shares
        step = min(1.0, float(np.min(shares[shrinking] / (shares - wanted)[shrinking])))
        shares = shares + step * (wanted - shares)
        kept = shares > 1e-12
        if kept.all():
            kept[np.argmin(shares)] = False
        corners, shares = corners[kept], shares[kept] / shares[kept].sum()


def _below_plane(plane: UsdGeom.Plane, matrix: np.ndarray, hull: Hull) -> bool:
    axis = matrix[_AXES[str(plane.GetAxisAttr().Get())], :3]
    axis = axis / np.linalg.norm(axis)
    return bool(((hull.points - matrix[3, :3]) @ axis).min() <= hull.radius)


def _collider_hull(prim: Usd.Prim, matrix: np.ndarray) -> Hull | None:
    scales = np.linalg.norm(matrix[:3, :3], axis=1)
    points, radius = _local_points(prim)
    if points is None or not len(points):
        return None
    return Hull(points @ matrix[:3, :3] + matrix[3, :3], radius * float(scales.max()))


def _local_points(prim: Usd.Prim) -> tuple[np.ndarray | None, float]:
    """Return the points of a collider's hull in its own frame, and the radius around them."""
    if prim.IsA(UsdGeom.Cube):
        return _CORNERS * (UsdGeom.Cube(prim).GetSizeAttr().Get() / 2.0), 0.0
    if prim.IsA(UsdGeom.Sphere):
        return np.zeros((1, 3)), UsdGeom.Sphere(prim).GetRadiusAttr().Get()
    if prim.IsA(UsdGeom.Mesh):
        return np.array(UsdGeom.Mesh(prim).GetPointsAttr().Get() or (), dtype=float).reshape(-1, 3), 0.0
    kind = next((kind for kind in (UsdGeom.Capsule, UsdGeom.Cylinder, UsdGeom.Cone) if prim.IsA(kind)), None)
    if kind is None:
        return None, 0.0
    shape = kind(prim)
    axis, half, radius = _AXES[str(shape.GetAxisAttr().Get())], shape.GetHeightAttr().Get() / 2.0, shape.GetRadiusAttr().Get()
    along = np.zeros((2, 3))
    along[:, axis] = (-half, half)
    if kind is UsdGeom.Capsule:
        return along, radius
    ring = np.zeros((32, 3))
    ring[:, (axis + 1) % 3], ring[:, (axis + 2) % 3] = radius * np.cos(_ANGLES), radius * np.sin(_ANGLES)
    return np.concatenate([ring + along[0], along[1:] if kind is UsdGeom.Cone else ring + along[1]]), 0.0


def _body(prim: Usd.Prim) -> Usd.Prim:
    entry = prim
    while entry and not entry.IsPseudoRoot():
        if entry.HasAPI(UsdPhysics.RigidBodyAPI):
            return entry
        entry = entry.GetParent()
    return prim
