"""World-space triangles and bounding boxes of what stands below prims."""

from collections.abc import Sequence

import numpy as np
from pxr import Gf, Usd, UsdGeom

from scenewright.replicator.functional.shape_definition import GPRIM_SHAPES
from scenewright.replicator.functional.shape_geometry import SHAPE_MESHES, PolygonMesh, oriented, triangulated

__all__ = ["local_boxes", "local_triangles", "world_boxes", "world_to_parent", "world_triangles", "world_volumes"]

_PURPOSES = [UsdGeom.Tokens.default_, UsdGeom.Tokens.render]
_SHAPE_OF_TYPE = {type_name: shape for shape, (type_name, _) in GPRIM_SHAPES.items()}


def world_triangles(prims: Sequence[Usd.Prim]) -> np.ndarray:
    """Return the triangles of meshes and gprims at and below prims; gprims in their mesh form.

    Invisible prims count too, since scatter surfaces are often hidden; guides and proxies do not.

    Args:
        prims: Surfaces.

    Returns:
        Shape (T, 3, 3), float64, world space [stage units].

    Raises:
        ValueError: There is no surface at or below a prim.
    """
    cache = UsdGeom.XformCache()
    parts = []
    for root in prims:
        before = len(parts)
        for prim in Usd.PrimRange(root, Usd.TraverseInstanceProxies()):
            local = local_triangles(prim) if prim.IsA(UsdGeom.Gprim) and _is_rendered(prim) else None
            if local is not None and len(local):
                matrix = np.array(cache.GetLocalToWorldTransform(prim))
                parts.append(local @ matrix[:3, :3] + matrix[3, :3])
        if len(parts) == before:
            raise ValueError(f"No surface at or below {root.GetPath()} ({root.GetTypeName()}): "
                             "give a mesh, a plane or another shape")
    return np.concatenate(parts) if parts else np.empty((0, 3, 3))


def world_volumes(prims: Sequence[Usd.Prim]) -> list[np.ndarray]:
    """Return the triangles of each mesh and gprim at and below prims apart, shape (T, 3, 3) each; see `world_triangles`."""
    leaves = [leaf for prim in prims for leaf in Usd.PrimRange(prim, Usd.TraverseInstanceProxies())
              if leaf.IsA(UsdGeom.Gprim) and _is_rendered(leaf)]
    if not leaves:
        raise ValueError(f"No volume at or below {', '.join(str(prim.GetPath()) for prim in prims) or 'no prims'}: "
                         "give closed meshes or shapes")
    return [world_triangles([leaf]) for leaf in leaves]


def world_boxes(prims: Sequence[Usd.Prim], *, per_gprim: bool = False) -> np.ndarray:
    """Return world-space bounding boxes [stage units].

    Args:
        prims: N prims; each box encloses everything below its prim.
        per_gprim: Return one box for each gprim at or below the prims instead.

    Returns:
        Shape (N, 6), min then max, float64; a prim without extent gives a point at its origin (none with ``per_gprim``).
    """
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), _PURPOSES, useExtentsHint=True)
    if per_gprim:
        prims = [leaf for prim in prims for leaf in Usd.PrimRange(prim, Usd.TraverseInstanceProxies())
                 if leaf.IsA(UsdGeom.Gprim) and _is_rendered(leaf)]
    boxes = []
    for prim in prims:
        bound = cache.ComputeWorldBound(prim).ComputeAlignedRange()
        if not bound.IsEmpty():
            boxes.append([*bound.GetMin(), *bound.GetMax()])
        elif not per_gprim:
            boxes.append(list(UsdGeom.XformCache().GetLocalToWorldTransform(prim).ExtractTranslation()) * 2)
    return np.array(boxes, dtype=np.float64).reshape(-1, 6)


def local_boxes(prims: Sequence[Usd.Prim]) -> tuple[np.ndarray, np.ndarray]:
    """Return world-aligned boxes relative to the prims' world origins, shape (N, 6), and those origins, shape (N, 3)."""
    cache = UsdGeom.XformCache()
    origins = np.array([cache.GetLocalToWorldTransform(prim).ExtractTranslation() for prim in prims]).reshape(-1, 3)
    return world_boxes(prims) - np.tile(origins, 2), origins


def _is_rendered(prim: Usd.Prim) -> bool:
    return UsdGeom.Imageable(prim).ComputePurpose() in _PURPOSES


def local_triangles(prim: Usd.Prim) -> np.ndarray | None:
    """Return the triangles of one gprim in its own space, or None if it is no surface that we know."""
    if prim.IsA(UsdGeom.Mesh):
        mesh = UsdGeom.Mesh(prim)
        points = np.array(mesh.GetPointsAttr().Get() or (), dtype=np.float64).reshape(-1, 3)
        counts, corners = mesh.GetFaceVertexCountsAttr().Get() or (), mesh.GetFaceVertexIndicesAttr().Get() or ()
        return points[triangulated(np.array(counts, dtype=np.int64), np.array(corners, dtype=np.int32))]
    shape = _SHAPE_OF_TYPE.get(str(prim.GetTypeName()))
    return None if shape is None else _shape_triangles(prim, shape)


def _shape_triangles(prim: Usd.Prim, shape: str) -> np.ndarray:
    mesh = SHAPE_MESHES[shape]()
    size = {name: float(prim.GetAttribute(name).Get()) for name in GPRIM_SHAPES[shape][1]}
    factor = np.ones(3)
    if shape in ("cube", "sphere"):
        factor[:] = size.get("size", 2.0 * size.get("radius", 0.0))
    elif shape == "plane":
        factor[:2] = size["width"], size["length"]
    elif shape in ("cylinder", "cone"):
        factor[:] = 2.0 * size["radius"], 2.0 * size["radius"], size["height"]
    points = mesh.points * factor
    if shape == "capsule":  # unit mesh: hemispheres of radius 0.25 whose centres are 0.5 apart
        lift = np.clip(mesh.points[:, 2], -0.25, 0.25)
        up = np.array([0.0, 0.0, 1.0])
        points = (mesh.points - np.outer(lift, up)) * (size["radius"] / 0.25) + np.outer(lift, up) * (2.0 * size["height"])
    axis = prim.GetAttribute("axis").Get() if shape not in ("cube", "sphere") else "Z"
    scaled = PolygonMesh(points, mesh.face_counts, mesh.corners, mesh.normals, mesh.uvs)
    return oriented(scaled, str(axis)).points[triangulated(mesh.face_counts, mesh.corners)].astype(np.float64)


def world_to_parent(prims: Sequence[Usd.Prim], points: np.ndarray) -> np.ndarray:
    """Return world points [stage units] in the frame that each prim's local translation is in, shape (N, 3)."""
    cache = UsdGeom.XformCache()
    local = []
    for prim, point in zip(prims, points, strict=True):
        frame = Gf.Matrix4d(1.0) if UsdGeom.Xformable(prim).GetResetXformStack() else cache.GetParentToWorldTransform(prim)
        local.append(frame.GetInverse().Transform(Gf.Vec3d(*map(float, point))))
    return np.array(local).reshape(-1, 3)
