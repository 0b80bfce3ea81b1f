"""``isaacsim.core.utils.bounds``: bounding boxes of prims in world space [stage units]."""

import numpy as np
from isaacsim.core.experimental.utils import bounds
from pxr import UsdGeom

__all__ = ["compute_aabb", "compute_combined_aabb", "compute_obb", "create_bbox_cache", "get_obb_corners"]

create_bbox_cache = bounds.create_bbox_cache
get_obb_corners = bounds.get_obb_corners


def compute_aabb(bbox_cache: UsdGeom.BBoxCache, prim_path: str, include_children: bool = False) -> np.ndarray:
    """Return (x_min, y_min, z_min, x_max, y_max, z_max), shape (6,), float64."""
    return bounds.compute_aabb(prim_path, bbox_cache=bbox_cache, include_children=include_children)


def compute_combined_aabb(bbox_cache: UsdGeom.BBoxCache, prim_paths: list[str]) -> np.ndarray:
    """Return the box around several prims, shape (6,)."""
    return bounds.compute_combined_aabb(prim_paths, bbox_cache=bbox_cache)


def compute_obb(bbox_cache: UsdGeom.BBoxCache, prim_path: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return centre (3,), axes as rows (3, 3), scale included, and half extent along them (3,) without scale."""
    return bounds.compute_obb(prim_path, bbox_cache=bbox_cache)
