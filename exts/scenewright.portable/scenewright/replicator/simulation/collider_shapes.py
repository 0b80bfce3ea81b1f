"""Colliders of the stage as shapes: gprims stay analytic where their transform allows it, meshes follow their approximation."""

import logging

import numpy as np
from pxr import Gf, Usd, UsdGeom, UsdPhysics, UsdShade

from scenewright.replicator.functional.surface_triangles import local_triangles
from scenewright.replicator.simulation.hull import convex_hull, flat_normal, slab
from scenewright.replicator.simulation.records import Material, PhysicsError, ShapeRecord

__all__ = ["collider_shapes", "quaternion_of_rows"]

_log = logging.getLogger(__name__)

#: Rows of the frame whose z is the named axis.
_AXIS_ROWS = {"X": [1, 2, 0], "Y": [2, 0, 1], "Z": [0, 1, 2]}

#: Thickness of a static collider that is flat, as a share of its extent; it lies behind the surface.
_SLAB = 0.05

_IDENTITY = np.array([0.0, 0.0, 0.0, 1.0])

_told: set[tuple[str, str]] = set()


def collider_shapes(prim: Usd.Prim, frame: np.ndarray, metre: float, cache: UsdGeom.XformCache, *, dynamic: bool,
                    own: frozenset = frozenset()) -> list[ShapeRecord]:
    """Return the shapes of one prim that has UsdPhysics.CollisionAPI.

    Args:
        prim: A gprim, or a prim whose gprims collide together with it.
        frame: Inverse of the world transform of the body without scale, 4x4, row vectors [stage units].
        metre: Metres per stage unit.
        cache: World transforms at the time of interest.
        dynamic: Whether the body moves. Triangles serve static colliders alone: a moving one becomes its convex hull.
        own: Paths below ``prim`` that are colliders themselves.

    Raises:
        PhysicsError: A collider has no geometry or an unknown approximation.
    """
    gprims = [prim] if prim.IsA(UsdGeom.Gprim) else [
        child for child in Usd.PrimRange(prim, Usd.TraverseInstanceProxies())
        if child.IsA(UsdGeom.Gprim) and child.GetPath() not in own]
    approximation = _approximation(prim)
    shapes = []
    for gprim in gprims:
        local = np.array(cache.GetLocalToWorldTransform(gprim)) @ frame
        matrix = local.copy()
        matrix[:, :3] *= metre
        shape = _shape(gprim, matrix, approximation, dynamic)
        shape.material = _material(gprim)
        _read_mass(prim, shape, metre)
        shapes.append(shape)
    return shapes


def quaternion_of_rows(rows: np.ndarray) -> np.ndarray:
    """Return the quaternion (x, y, z, w) of a rotation matrix whose rows are the images of the axes."""
    quaternion = Gf.Matrix3d(*map(float, rows.reshape(-1))).ExtractRotation().GetQuat().GetNormalized()
    return np.array([*quaternion.GetImaginary(), quaternion.GetReal()])


def _shape(prim: Usd.Prim, matrix: np.ndarray, approximation: str, dynamic: bool) -> ShapeRecord:
    frame = _rigid_part(matrix)
    if frame is not None and not prim.IsA(UsdGeom.Mesh):
        rows, scale = frame
        analytic = _analytic(prim, rows, scale, matrix[3, :3])
        if analytic is not None:
            return analytic
    triangles = local_triangles(prim)
    if triangles is None or not len(triangles):
        raise PhysicsError(f"The collider {prim.GetPath()} ({prim.GetTypeName()}) has no surface that could collide. "
                           "Give it faces, or remove its UsdPhysics.CollisionAPI.")
    corners = triangles.reshape(-1, 3) @ matrix[:3, :3] + matrix[3, :3]
    if not np.isfinite(corners).all():
        raise PhysicsError(f"The collider {prim.GetPath()} has points or a transform that are not finite numbers.")
    if approximation == "boundingCube":
        return _bounding_box(prim, triangles.reshape(-1, 3), matrix)
    if approximation == "boundingSphere":
        centre = 0.5 * (corners.min(axis=0) + corners.max(axis=0))
        radius = float(np.linalg.norm(corners - centre, axis=1).max())
        return ShapeRecord(str(prim.GetPath()), "sphere", centre, _IDENTITY, (radius,))
    if prim.IsA(UsdGeom.Mesh) and approximation not in ("convexHull", ""):
        if not dynamic:
            return _triangle_mesh(prim, corners, np.linalg.det(matrix[:3, :3]) < 0.0)
        _tell_once(prim, approximation)
    return _hull(prim, corners)


def _analytic(prim: Usd.Prim, rows: np.ndarray, scale: np.ndarray, position: np.ndarray) -> ShapeRecord | None:
    """Return the shape of a gprim under rotation and scale, None where the scale makes it another kind of shape."""
    path, kind = str(prim.GetPath()), str(prim.GetTypeName())
    if kind == "Cube":
        half = 0.5 * float(UsdGeom.Cube(prim).GetSizeAttr().Get()) * scale
        return ShapeRecord(path, "box", position, quaternion_of_rows(rows), tuple(half))
    if kind == "Sphere":
        radius = float(UsdGeom.Sphere(prim).GetRadiusAttr().Get())
        return ShapeRecord(path, "sphere", position, quaternion_of_rows(rows), (radius * scale[0],)) if _equal(scale) else None
    if kind not in ("Capsule", "Cylinder", "Cone", "Plane"):
        return None
    order = _AXIS_ROWS[str(prim.GetAttribute("axis").Get() or "Z")]
    rotation, scale = quaternion_of_rows(rows[order]), scale[order]
    if kind == "Plane":
        return _plane(prim, rotation, scale, rows[order][2], position)
    radius, height = (float(prim.GetAttribute(name).Get()) for name in ("radius", "height"))
    if not _equal(scale[:2]) or (kind == "Capsule" and not _equal(scale)):
        return None
    return ShapeRecord(path, kind.lower(), position, rotation, (radius * scale[0], 0.5 * height * scale[2]))


def _plane(prim: Usd.Prim, rotation: np.ndarray, scale: np.ndarray, up: np.ndarray, position: np.ndarray) -> ShapeRecord:
    """Return a slab under a plane that is drawn, an infinite plane for a guide or an invisible one (a ground plane)."""
    image = UsdGeom.Imageable(prim)
    if image.ComputePurpose() == UsdGeom.Tokens.guide or image.ComputeVisibility() == UsdGeom.Tokens.invisible:
        return ShapeRecord(str(prim.GetPath()), "plane", position, rotation)
    plane = UsdGeom.Plane(prim)
    half = 0.5 * np.array([plane.GetWidthAttr().Get() * scale[0], plane.GetLengthAttr().Get() * scale[1]], dtype=np.float64)
    depth = _SLAB * float(half.max())
    return ShapeRecord(str(prim.GetPath()), "box", position - depth * up, rotation, (half[0], half[1], depth))


def _bounding_box(prim: Usd.Prim, points: np.ndarray, matrix: np.ndarray) -> ShapeRecord:
    """Return the box around points in the prim's own axes."""
    low, high = points.min(axis=0), points.max(axis=0)
    frame = _rigid_part(matrix)
    if frame is None:
        corners = np.array([[(low, high)[bit][axis] for axis, bit in enumerate(bits)] for bits in np.ndindex(2, 2, 2)])
        return _hull(prim, corners @ matrix[:3, :3] + matrix[3, :3])
    rows, scale = frame
    centre = (0.5 * (low + high)) @ matrix[:3, :3] + matrix[3, :3]
    half = np.maximum(0.5 * (high - low) * scale, 1e-5)
    return ShapeRecord(str(prim.GetPath()), "box", centre, quaternion_of_rows(rows), tuple(half))


def _hull(prim: Usd.Prim, corners: np.ndarray) -> ShapeRecord:
    points = np.unique(corners, axis=0)
    normal = flat_normal(points)
    if normal is not None:
        facing = np.cross(corners[1::3] - corners[0::3], corners[2::3] - corners[0::3]).sum(axis=0)
        normal = -normal if normal @ facing < 0.0 else normal
        points = slab(points, normal, _SLAB * float(np.ptp(points, axis=0).max()))
    try:
        vertices, triangles = convex_hull(points)
    except ValueError as error:
        raise PhysicsError(f"The collider {prim.GetPath()} has no convex hull: {error}. Use another approximation, or remove "
                           "its UsdPhysics.CollisionAPI.") from None
    return ShapeRecord(str(prim.GetPath()), "hull", np.zeros(3), _IDENTITY, (), vertices, triangles)


def _triangle_mesh(prim: Usd.Prim, corners: np.ndarray, mirrored: bool) -> ShapeRecord:
    points, index = np.unique(corners, axis=0, return_inverse=True)
    triangles = index.reshape(-1, 3)
    if mirrored:
        triangles = triangles[:, ::-1]
    if flat_normal(points) is not None:  # without a volume nothing keeps small bodies from sinking through
        return _hull(prim, corners)
    return ShapeRecord(str(prim.GetPath()), "mesh", np.zeros(3), _IDENTITY, (), points, triangles)


def _rigid_part(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return (rotation rows, scale) of a transform without shear; a mirrored x axis is turned round; None where it shears."""
    linear = matrix[:3, :3]
    scale = np.linalg.norm(linear, axis=1)
    if not np.isfinite(matrix).all() or scale.min() <= 0.0:
        return None
    rows = linear / scale[:, None]
    if np.abs(rows @ rows.T - np.eye(3)).max() > 1e-4:
        return None
    if np.linalg.det(rows) < 0.0:
        rows = rows * np.array([[-1.0], [1.0], [1.0]])
    return rows, scale


def _approximation(prim: Usd.Prim) -> str:
    if not prim.HasAPI(UsdPhysics.MeshCollisionAPI):
        return "none" if prim.IsA(UsdGeom.Mesh) else "convexHull"
    return str(UsdPhysics.MeshCollisionAPI(prim).GetApproximationAttr().Get() or "none")


def _material(prim: Usd.Prim) -> Material:
    """Return the physics material bound to a prim, by the purpose "physics" or else for all purposes."""
    bound, _ = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial("physics")
    if not bound or not bound.GetPrim().HasAPI(UsdPhysics.MaterialAPI):
        return Material()
    api = UsdPhysics.MaterialAPI(bound.GetPrim())
    friction = api.GetDynamicFrictionAttr()
    if not friction.HasAuthoredValue():
        friction = api.GetStaticFrictionAttr()
    density = float(api.GetDensityAttr().Get() or 0.0)
    value = float(friction.Get()) if friction.HasAuthoredValue() else 0.5
    return Material(value, float(api.GetRestitutionAttr().Get() or 0.0), density if density > 0.0 else None)


def _read_mass(prim: Usd.Prim, shape: ShapeRecord, metre: float) -> None:
    """Read the mass or density of a collider itself; densities are per cubic stage unit."""
    kilogram = float(UsdPhysics.GetStageKilogramsPerUnit(prim.GetStage()))
    density = shape.material.density
    if prim.HasAPI(UsdPhysics.MassAPI) and not prim.HasAPI(UsdPhysics.RigidBodyAPI):
        api = UsdPhysics.MassAPI(prim)
        mass, own = float(api.GetMassAttr().Get() or 0.0), float(api.GetDensityAttr().Get() or 0.0)
        shape.mass = mass * kilogram if mass > 0.0 else None
        density = own if own > 0.0 else density
    shape.density = None if density is None else density * kilogram / metre**3
    rest = prim.GetAttribute("physxCollision:restOffset")
    value = rest.Get() if rest else None
    shape.rest_offset = float(value) * metre if value is not None and np.isfinite(value) else 0.0


def _equal(scale: np.ndarray) -> bool:
    return bool(np.ptp(scale) <= 1e-4 * scale.max())


def _tell_once(prim: Usd.Prim, approximation: str) -> None:
    key = (str(prim.GetPath()), approximation)
    if key not in _told:
        _told.add(key)
        _log.warning("%s moves and asks for the collision shape %r: its convex hull collides instead.", *key)
