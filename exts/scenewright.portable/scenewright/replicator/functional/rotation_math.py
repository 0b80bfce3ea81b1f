"""Rotations for poses: Euler angles, quaternions and look-at, vectorised over N prims.

Everything follows USD: row vectors (``p' = p @ R``), degrees at the interface, Euler order XYZ (about X first, then Y,
then Z), which is ``xformOp:rotateXYZ`` and the matrix ``Rx @ Ry @ Rz``. Pure numpy, float64.
"""

import numpy as np

__all__ = ["PARALLEL_LIMIT", "euler_from_matrix", "look_at_matrix", "matrix_from_euler", "matrix_from_quaternion",
           "orthonormal", "quaternion_from_matrix"]

PARALLEL_LIMIT = 1e-6
"""Sine of the angle between view direction and up axis below which the up axis cannot orient a look-at."""


def matrix_from_euler(degrees: np.ndarray) -> np.ndarray:
    """Return rotation matrices of Euler angles.

    Args:
        degrees: Angles about X, Y, Z [deg], shape (N, 3).

    Returns:
        Row-vector matrices ``Rx @ Ry @ Rz``, shape (N, 3, 3), float64.
    """
    radians = np.radians(np.asarray(degrees, dtype=np.float64))
    (sx, sy, sz), (cx, cy, cz) = np.sin(radians).T, np.cos(radians).T
    matrix = np.empty((len(radians), 3, 3))
    matrix[:, 0] = np.stack([cy * cz, cy * sz, -sy], axis=1)
    matrix[:, 1] = np.stack([sx * sy * cz - cx * sz, sx * sy * sz + cx * cz, sx * cy], axis=1)
    matrix[:, 2] = np.stack([cx * sy * cz + sx * sz, cx * sy * sz - sx * cz, cx * cy], axis=1)
    return matrix


def euler_from_matrix(matrix: np.ndarray) -> np.ndarray:
    """Return the XYZ Euler angles of rotation matrices; where Y is ±90° the rotation about Z is chosen zero.

    Args:
        matrix: Row-vector rotations, shape (N, 3, 3).

    Returns:
        Angles about X, Y, Z [deg], shape (N, 3), float64.
    """
    m = np.asarray(matrix, dtype=np.float64)
    cos_y = np.hypot(m[:, 0, 0], m[:, 0, 1])
    locked = cos_y < 1e-9
    x = np.where(locked, np.arctan2(-m[:, 2, 1], m[:, 1, 1]), np.arctan2(m[:, 1, 2], m[:, 2, 2]))
    y = np.arctan2(-m[:, 0, 2], cos_y)
    z = np.where(locked, 0.0, np.arctan2(m[:, 0, 1], m[:, 0, 0]))
    return np.degrees(np.stack([x, y, z], axis=1))


def matrix_from_quaternion(wxyz: np.ndarray) -> np.ndarray:
    """Return rotation matrices of quaternions; their length does not matter.

    Args:
        wxyz: Real part first, shape (N, 4).

    Returns:
        Row-vector rotations, shape (N, 3, 3), float64.

    Raises:
        ValueError: A quaternion has zero length.
    """
    q = np.asarray(wxyz, dtype=np.float64)
    length = np.linalg.norm(q, axis=1, keepdims=True)
    if (length == 0.0).any():
        raise ValueError("A rotation was given as a quaternion of zero length; the identity is Gf.Quatf(1, 0, 0, 0)")
    w, x, y, z = (q / length).T
    matrix = np.empty((len(q), 3, 3))
    matrix[:, 0] = np.stack([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)], axis=1)
    matrix[:, 1] = np.stack([2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)], axis=1)
    matrix[:, 2] = np.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)], axis=1)
    return matrix


def quaternion_from_matrix(matrix: np.ndarray) -> np.ndarray:
    """Return unit quaternions (w, x, y, z), shape (N, 4), w >= 0, of row-vector rotations of shape (N, 3, 3)."""
    m = np.asarray(matrix, dtype=np.float64)
    diagonal = np.einsum("nii->ni", m)
    trace = diagonal.sum(axis=1)
    # squares of the four components; the largest one is divided by, so that nothing cancels
    squares = np.concatenate([[1 + trace], 1 + 2 * diagonal.T - trace]).T / 4
    pairs = np.empty((len(m), 4, 4))
    for i, (j, k) in enumerate([(1, 2), (2, 0), (0, 1)]):
        pairs[:, 0, i + 1] = pairs[:, i + 1, 0] = (m[:, j, k] - m[:, k, j]) / 4
        pairs[:, j + 1, k + 1] = pairs[:, k + 1, j + 1] = (m[:, j, k] + m[:, k, j]) / 4
    np.einsum("nii->ni", pairs)[:] = squares
    row = squares.argmax(axis=1)
    q = np.take_along_axis(pairs, row[:, None, None], axis=1)[:, 0]
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    return np.where(q[:, :1] < 0, -q, q)


def orthonormal(matrix: np.ndarray) -> np.ndarray:
    """Return the proper rotations nearest to 3x3 matrices, shape (N, 3, 3); scale, shear and mirroring are dropped."""
    u, _, vt = np.linalg.svd(np.asarray(matrix, dtype=np.float64))
    u[:, :, -1] *= np.sign(np.linalg.det(u @ vt))[:, None]
    return u @ vt


def look_at_matrix(eye: np.ndarray, target: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Return rotations that turn local -Z towards a target with local +Y towards the up axis (a USD camera).

    Where the view direction is parallel to the up axis, local +X (right) becomes the axis that precedes the up axis in
    the order X, Y, Z: +Y in a Z-up world and +X in a Y-up world. Looking straight down in a Z-up world thus has
    right = +Y and up = -X, as Isaac Sim's golden files have it.

    Args:
        eye: World positions, shape (N, 3).
        target: World points to look at, shape (N, 3).
        up: Up axis, shape (3,); need not be unit.

    Returns:
        Row-vector local-to-world rotations, rows right, up, backward; shape (N, 3, 3), float64.

    Raises:
        ValueError: An eye coincides with its target, or the up axis is zero.
    """
    up = np.asarray(up, dtype=np.float64)
    if not np.linalg.norm(up) > 0.0:
        raise ValueError(f"look_at_up_axis is {tuple(up.tolist())}; it must not be zero, e.g. (0, 0, 1)")
    up = up / np.linalg.norm(up)
    forward = np.asarray(target, dtype=np.float64) - np.asarray(eye, dtype=np.float64)
    distance = np.linalg.norm(forward, axis=1, keepdims=True)
    if (distance == 0.0).any():
        point = tuple(np.asarray(target)[np.flatnonzero(distance[:, 0] == 0.0)[0]].tolist())
        raise ValueError(f"Cannot look at {point}: the prim stands at that very point; move it or look elsewhere")
    forward = forward / distance
    right = np.cross(forward, up)
    sine = np.linalg.norm(right, axis=1, keepdims=True)
    fallback = np.zeros(3)
    fallback[(int(np.abs(up).argmax()) + 2) % 3] = 1.0
    fallback -= up * (fallback @ up)
    right = np.where(sine < PARALLEL_LIMIT, fallback, right)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    return np.stack([right, np.cross(right, forward), -forward], axis=1)
