"""Boxes with rounded edges and an unfolded texture layout."""

import numpy as np

from .mesh import Mesh, grid_mesh, merge

__all__ = ["FACES", "rounded_box"]

# name, outward axis and sign, direction of u, direction of v: u runs to the right and v upwards seen from outside.
FACES = (
    ("front", (0, -1, 0), (1, 0, 0), (0, 0, 1)),
    ("right", (1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ("back", (0, 1, 0), (-1, 0, 0), (0, 0, 1)),
    ("left", (-1, 0, 0), (0, -1, 0), (0, 0, 1)),
    ("top", (0, 0, 1), (1, 0, 0), (0, 1, 0)),
    ("bottom", (0, 0, -1), (1, 0, 0), (0, -1, 0)),
)


def rounded_box(width: float, depth: float, height: float, radius: float, *, bevels: int = 2,
                atlas: dict[str, tuple[float, float, float, float]] | None = None, span: int = 1) -> Mesh:
    """Return a box standing on z = 0, centred in x and y; the front looks along -y. One group of faces a side.

    Args:
        width: Size along x [m].
        depth: Size along y [m].
        height: Size along z [m].
        radius: Of all edges [m].
        bevels: Faces across half an edge's rounding.
        atlas: Side name -> (u0, v0, u1, v1) of its rectangle in the texture; default: each side fills it.
        span: Faces across the flat part of a side.
    """
    half = 0.5 * np.array([width, depth, height])
    core = half - radius
    meshes = []
    for name, outward, right, upward in FACES:
        axes = [np.asarray(v, float) for v in (right, upward, outward)]
        extents = [abs(axis @ half) for axis in axes]
        u, v = (_lines(extent, radius, bevels, span) for extent in extents[:2])
        grid = u[None, :, None] * axes[0] + v[:, None, None] * axes[1] + extents[2] * axes[2]
        anchor = np.clip(grid, -core, core)
        away = grid - anchor
        points = anchor + radius * away / np.linalg.norm(away, axis=2, keepdims=True)
        rect = (atlas or {}).get(name, (0.0, 0.0, 1.0, 1.0))
        s = rect[0] + (rect[2] - rect[0]) * (u / extents[0] + 1) / 2
        t = rect[1] + (rect[3] - rect[1]) * (v / extents[1] + 1) / 2
        meshes.append(grid_mesh(points, s, t, crease=50.0).named(name))
    return _weld(meshes).moved(z=half[2])


def _lines(extent: float, radius: float, bevels: int, span: int) -> np.ndarray:
    """Return the grid lines across one side; those in the rounding fan out in equal angles up to 45 degrees."""
    fan = radius * np.tan(np.linspace(0.0, np.pi / 4, bevels + 1))
    flat = np.linspace(-(extent - radius), extent - radius, span + 1)
    return np.concatenate([-(extent - radius) - fan[:0:-1], flat, (extent - radius) + fan[1:]])


def _weld(meshes: list[Mesh]) -> Mesh:
    """Return the merged mesh with coinciding points made one."""
    mesh = merge(*meshes)
    _, first, inverse = np.unique(np.round(mesh.points, 7), axis=0, return_index=True, return_inverse=True)
    mesh.indices = inverse.reshape(-1)[mesh.indices]
    mesh.points = mesh.points[first]
    return mesh
