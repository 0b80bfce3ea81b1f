"""``isaacsim.core.utils.mesh``: points of meshes."""

import numpy as np
from isaacsim.core.utils.transformations import get_relative_transform
from pxr import Usd, UsdGeom

__all__ = ["get_mesh_vertices_relative_to"]


def get_mesh_vertices_relative_to(mesh_prim: UsdGeom.Mesh, coord_prim: Usd.Prim) -> np.ndarray:
    """Return the points of a mesh in the frame of ``coord_prim``, (N, 3)."""
    mesh = mesh_prim if isinstance(mesh_prim, UsdGeom.Mesh) else UsdGeom.Mesh(mesh_prim)
    points = np.array(mesh.GetPointsAttr().Get(), dtype=np.float64).reshape(-1, 3)
    matrix = get_relative_transform(mesh.GetPrim(), coord_prim)
    return points @ matrix[:3, :3].T + matrix[:3, 3]
