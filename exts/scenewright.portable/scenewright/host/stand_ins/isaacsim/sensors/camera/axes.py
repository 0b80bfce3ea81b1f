"""Axes of a camera: USD's (+Y up, looks along -Z), ROS's (-Y up, +Z forward) and the world's (+Z up, +X forward)."""

from collections.abc import Sequence

import numpy as np
from pxr import Gf

__all__ = ["R_U_TRANSFORM", "U_R_TRANSFORM", "U_W_TRANSFORM", "W_U_TRANSFORM", "from_usd", "to_usd"]

#: Matrices for columns between camera points in USD's axes (U), ROS's (R) and the world's (W): the first letter is where to.
R_U_TRANSFORM = U_R_TRANSFORM = np.diag([1, -1, -1, 1])
W_U_TRANSFORM = np.array([[0, 0, -1, 0], [-1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
U_W_TRANSFORM = W_U_TRANSFORM.T

#: The camera's turn in USD's axes, as seen in the others': a camera that looks along its own -Z looks along +X, or +Z, there.
_USD_IN = {"usd": Gf.Quatd(1.0), "ros": Gf.Quatd(0.0, 1.0, 0.0, 0.0), "world": Gf.Quatd(0.5, 0.5, -0.5, -0.5)}


def to_usd(orientation: Sequence[float], axes: str) -> np.ndarray:
    """Return the quaternion (w, x, y, z) of the prim for one of a camera with ``axes``.

    Raises:
        ValueError: There are no such axes.
    """
    return _row(_quaternion(orientation) * _usd_in(axes))


def from_usd(orientation: Sequence[float], axes: str) -> np.ndarray:
    """Return the quaternion (w, x, y, z) of a camera with ``axes`` for the prim's.

    Raises:
        ValueError: There are no such axes.
    """
    return _row(_quaternion(orientation) * _usd_in(axes).GetInverse())


def _usd_in(axes: str) -> Gf.Quatd:
    if axes not in _USD_IN:
        raise ValueError(f"Camera axes are 'world', 'ros' or 'usd', got {axes!r}.")
    return _USD_IN[axes]


def _quaternion(row: Sequence[float]) -> Gf.Quatd:
    real, *imaginary = (float(value) for value in row)
    return Gf.Quatd(real, *imaginary)


def _row(turn: Gf.Quatd) -> np.ndarray:
    return np.array([turn.GetReal(), *turn.GetImaginary()], dtype=np.float32)
