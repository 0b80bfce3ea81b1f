"""Thin solids: a grid of points with a thickness and round rims, for cutlery, cloth and leaves."""

import numpy as np

from .mesh import Mesh

__all__ = ["slab"]


def slab(middle: np.ndarray, thickness: np.ndarray | float, *, keep: np.ndarray | None = None, bulge: float = 0.5,
         crease: float = 75.0) -> Mesh:
    """Return a closed solid of vertical thickness about a grid of middle points.

    Args:
        middle: (R, C, 3) [m]; the direction along a row crossed with the direction from row to row points up.
        thickness: Along z, scalar or (R, C) [m].
        keep: (R - 1, C - 1) bool; cells that exist. Gaps (between the tines of a fork) get walls like the outer rim.
        bulge: How far the rim stands out sideways, in units of the thickness.
        crease: See `Mesh.crease`.
    """
    rows, columns = middle.shape[:2]
    keep = np.ones((rows - 1, columns - 1), bool) if keep is None else keep
    half = 0.5 * np.broadcast_to(np.asarray(thickness, float), (rows, columns))[..., None] * np.array([0.0, 0.0, 1.0])
    index = np.arange(rows * columns).reshape(rows, columns)
    cells = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], axis=2)[keep]
    total = rows * columns

    edges = np.concatenate([cells[:, [i, (i + 1) % 4]] for i in range(4)])
    forward = {(a, b) for a, b in edges.tolist()}
    rim = np.array(sorted((a, b) for a, b in forward if (b, a) not in forward))
    flat = middle.reshape(-1, 3)
    side = _outward(flat, rim, total)
    waist = flat + side * (2 * bulge * half.reshape(-1, 3)[:, 2:])

    a, b = rim[:, 0], rim[:, 1]
    top_wall = np.stack([a + 2 * total, b + 2 * total, b, a], axis=1)
    low_wall = np.stack([a + total, b + total, b + 2 * total, a + 2 * total], axis=1)
    faces = np.concatenate([cells, cells[:, ::-1] + total, top_wall, low_wall])
    points = np.concatenate([flat + half.reshape(-1, 3), flat - half.reshape(-1, 3), waist])
    st = np.stack(np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows)), axis=2).reshape(-1, 2)
    used, compact = np.unique(faces, return_inverse=True)
    corners = compact.reshape(-1)
    return Mesh(points[used], np.full(len(faces), 4), corners, np.tile(st, (3, 1))[faces.reshape(-1)], crease=crease)


def _outward(points: np.ndarray, rim: np.ndarray, total: int) -> np.ndarray:
    """Return the horizontal unit direction away from the solid at each rim point, (total, 3), zero elsewhere."""
    along = points[rim[:, 1]] - points[rim[:, 0]]
    across = np.stack([along[:, 1], -along[:, 0], np.zeros(len(rim))], axis=1)
    across /= np.maximum(np.linalg.norm(across, axis=1), 1e-12)[:, None]
    side = np.zeros((total, 3))
    np.add.at(side, rim[:, 0], across)
    np.add.at(side, rim[:, 1], across)
    return side / np.maximum(np.linalg.norm(side, axis=1), 1e-12)[:, None]
