"""The part of a surface that a unit box cuts out, with the texture coordinates of a projection along -Z. Pure numpy."""

import numpy as np

__all__ = ["project_decal"]


def project_decal(triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Clip triangles to the box [-0.5, 0.5]³ and project a picture on them along -Z.

    Triangles that face away from the projector (their normal has no positive z) are left out.

    Args:
        triangles: Counter-clockwise from outside, in the space of the box, shape (T, 3, 3).

    Returns:
        Convex polygons: points (P, 3), number of points of each (F,) int32, and texture coordinates (P, 2), where the picture
        fills the box: (0, 0) at -x -y.
    """
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    inside = (triangles.min(axis=1) <= 0.5).all(axis=1) & (triangles.max(axis=1) >= -0.5).all(axis=1)
    polygons = []
    for triangle in triangles[(normals[:, 2] > 0.0) & inside]:
        polygon = triangle
        for axis in range(3):
            for sign in (1.0, -1.0):
                polygon = _clip(polygon, axis, sign)
        if len(polygon) >= 3:
            polygons.append(polygon)
    counts = np.array([len(polygon) for polygon in polygons], dtype=np.int32)
    points = np.concatenate(polygons) if polygons else np.empty((0, 3))
    return points, counts, points[:, :2] + 0.5


def _clip(polygon: np.ndarray, axis: int, sign: float) -> np.ndarray:
    """Return the part of a convex polygon (N, 3) where sign * coordinate <= 0.5 (Sutherland & Hodgman 1974)."""
    distance = 0.5 - sign * polygon[:, axis]
    kept = []
    for row, (here, point) in enumerate(zip(distance, polygon, strict=True)):
        before = row - 1
        if (distance[before] >= 0.0) != (here >= 0.0):
            share = distance[before] / (distance[before] - here)
            kept.append(polygon[before] + share * (point - polygon[before]))
        if here >= 0.0:
            kept.append(point)
    return np.array(kept).reshape(-1, 3)
