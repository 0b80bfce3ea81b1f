"""``isaacsim.core.experimental.utils.bounds``: bounding boxes of prims in world space [stage units]."""

import itertools

import numpy as np
from isaacsim.core.experimental.utils.prim import get_prim_at_path
from pxr import Gf, Usd, UsdGeom

__all__ = ["compute_aabb", "compute_combined_aabb", "compute_obb", "compute_obb_corners", "create_bbox_cache",
           "get_obb_corners"]


def create_bbox_cache(time: Usd.TimeCode = Usd.TimeCode.Default(), *, use_extents_hint: bool = True) -> UsdGeom.BBoxCache:
    """Return a cache of the bounds of what is drawn."""
    return UsdGeom.BBoxCache(time, [UsdGeom.Tokens.default_], useExtentsHint=use_extents_hint)


def compute_aabb(prim: str | Usd.Prim, *, bbox_cache: UsdGeom.BBoxCache | None = None,
                 include_children: bool = False) -> np.ndarray:
    """Return (x_min, y_min, z_min, x_max, y_max, z_max), shape (6,), float64.

    Raises:
        ValueError: There is no prim.
    """
    cache, root = bbox_cache or create_bbox_cache(), get_prim_at_path(prim)
    bounds = Gf.Range3d()
    for entry in Usd.PrimRange(root) if include_children else [root]:
        bounds.UnionWith(cache.ComputeWorldBound(entry).ComputeAlignedRange())
    return np.array([*bounds.GetMin(), *bounds.GetMax()])


def compute_combined_aabb(prims: list[str | Usd.Prim], *, bbox_cache: UsdGeom.BBoxCache | None = None) -> np.ndarray:
    """Return the box around several prims, shape (6,).

    Raises:
        ValueError: There are none.
    """
    if not prims:
        raise ValueError("compute_combined_aabb: prims is empty; give at least one.")
    cache = bbox_cache or create_bbox_cache()
    boxes = np.array([compute_aabb(prim, bbox_cache=cache) for prim in prims])
    return np.concatenate([boxes[:, :3].min(axis=0), boxes[:, 3:].max(axis=0)])


def compute_obb(prim: str | Usd.Prim, *,
                bbox_cache: UsdGeom.BBoxCache | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return centre (3,), axes as rows (3, 3), scale included, and half extent along them (3,) without scale."""
    bound = (bbox_cache or create_bbox_cache()).ComputeWorldBound(get_prim_at_path(prim))
    axes = np.array(bound.GetMatrix().ExtractRotationMatrix())
    return np.array(bound.ComputeCentroid()), axes, np.array(bound.GetRange().GetSize()) * 0.5


def get_obb_corners(centroid: np.ndarray, axes: np.ndarray, half_extent: np.ndarray) -> np.ndarray:
    """Return the 8 corners of an oriented box, shape (8, 3); the last axis changes fastest."""
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=3)))
    return np.asarray(centroid) + (signs * np.asarray(half_extent)) @ np.asarray(axes)


def compute_obb_corners(prim: str | Usd.Prim, *, bbox_cache: UsdGeom.BBoxCache | None = None) -> np.ndarray:
    """Return the 8 corners of a prim's oriented box, shape (8, 3)."""
    return get_obb_corners(*compute_obb(prim, bbox_cache=bbox_cache))
