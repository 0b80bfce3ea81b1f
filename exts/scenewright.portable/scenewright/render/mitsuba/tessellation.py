"""Analytic shapes as triangle corners with exact normals, finely enough for pictures."""

import numpy as np

from scenewright.render.scene.records import ShapeKind

__all__ = ["shape_triangles"]

_AROUND = 96
_ALONG = 48



def shape_triangles(kind: ShapeKind, size: tuple[float, ...]
                    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, None, np.ndarray]:
    """Return points (3 T, 3), normals (3 T, 3), texture coordinates (3 T, 2), no colours and slots (T,) of a shape.

    Raises:
        ValueError: A kind that is no analytic shape.
    """
    a, b, half = size[0], size[1], size[2]
    if kind == ShapeKind.CUBE:
        parts = [_cube_face(a, face) for face in range(6)]
    elif kind == ShapeKind.PLANE:
        parts = [_flat(a, b)]
    elif kind == ShapeKind.DISK:
        parts = [_cap(a, 0.0, up=True)]
    elif kind == ShapeKind.SPHERE:
        parts = [_turned(*_arc(a, 0.0, -0.5, 0.5))]
    elif kind == ShapeKind.CAPSULE:
        parts = [_turned(*_arc(a, -half, -0.5, 0.0)), _turned(*_side(a, a, half)), _turned(*_arc(a, half, 0.0, 0.5))]
    elif kind in (ShapeKind.CYLINDER, ShapeKind.CONE):
        parts = [_turned(*_side(a, b, half)), _cap(a, -half, up=False), _cap(b, half, up=True)]
    else:
        raise ValueError(f"{kind!r} is no analytic shape.")
    points, normals, uvs = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    area = np.cross(points[1::3] - points[::3], points[2::3] - points[::3])
    keep = np.repeat(np.einsum("ti,ti->t", area, area) > 0.0, 3)
    return points[keep], normals[keep], uvs[keep], None, np.zeros(int(keep.sum()) // 3, np.int32)


def _corners(grid: np.ndarray) -> np.ndarray:
    """Return the triangle corners of a (rows, columns, C) grid, counter-clockwise where rows grow up and columns right."""
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]
    return np.stack([a, b, c, a, c, d], axis=2).reshape(-1, grid.shape[2])


def _flat(half_x: float, half_y: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    u, v = np.meshgrid((0.0, 1.0), (0.0, 1.0))
    points = np.stack([(2 * u - 1) * half_x, (2 * v - 1) * half_y, 0 * u], axis=-1)
    uvs = np.stack([u, v], axis=-1)
    return _corners(points), np.tile((0.0, 0.0, 1.0), (6, 1)), _corners(uvs)


def _cube_face(half: float, face: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    points, _normals, uvs = _flat(half, half)
    points[:, 2] = half
    axis, sign = divmod(face, 2)[0], 1.0 if face % 2 == 0 else -1.0
    order = ((1, 2, 0), (2, 0, 1), (0, 1, 2))[axis]  # a rotation that brings +Z to the axis
    turned = points[:, np.argsort(order)] if axis == 2 else points[:, (2, 0, 1)] if axis == 0 else points[:, (1, 2, 0)]
    if sign < 0.0:
        turned = -turned
        turned, uvs = (v.reshape(-1, 3, v.shape[1])[:, (0, 2, 1)].reshape(v.shape) for v in (turned, uvs))
    normal = np.zeros(3)
    normal[axis] = sign
    return turned, np.tile(normal, (6, 1)), uvs


def _arc(radius: float, z: float, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Return profile points and normals (N, 2) as (away from the axis, along it); ``low`` and ``high`` are turns of pi."""
    angle = np.linspace(low, high, _ALONG + 1) * np.pi
    normal = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return normal * radius + (0.0, z), normal


def _side(bottom: float, top: float, half: float) -> tuple[np.ndarray, np.ndarray]:
    normal = np.array((2.0 * half, bottom - top))
    normal /= max(np.linalg.norm(normal), 1e-30)
    return np.array([(bottom, -half), (top, half)]), np.stack([normal, normal])


def _turned(profile: np.ndarray, normals: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the surface of a profile turned about Z."""
    angle = np.linspace(0.0, 2.0 * np.pi, _AROUND + 1)
    cos, sin = np.cos(angle), np.sin(angle)

    def turn(values: np.ndarray) -> np.ndarray:
        along = np.broadcast_to(values[:, 1:], (len(values), len(angle)))
        return np.stack([values[:, :1] * cos, values[:, :1] * sin, along], axis=-1)

    u, v = np.meshgrid(angle / (2.0 * np.pi), np.linspace(0.0, 1.0, len(profile)))
    return _corners(turn(profile)), _corners(turn(normals)), _corners(np.stack([u, v], axis=-1))


def _cap(radius: float, z: float, *, up: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    sign = 1.0 if up else -1.0
    profile = np.array([(radius, z), (0.0, z)]) if up else np.array([(0.0, z), (radius, z)])
    return _turned(profile, np.array([(0.0, sign)] * 2))
