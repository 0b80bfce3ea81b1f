"""Transform operators: from ``{rotateY: 30}`` and its kin to one matrix. Row vectors, degrees, the first one most global."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from scenewright.sdg.recipe.poses import matrix_from_euler

__all__ = ["OPERATORS", "operator_kind", "operator_matrix", "product"]

_EULER = ("rotateXYZ", "rotateXZY", "rotateYXZ", "rotateYZX", "rotateZXY", "rotateZYX")
_SIZES = {"translate": 3, "scale": 3, "orient": 4, "rotateX": 1, "rotateY": 1, "rotateZ": 1, **dict.fromkeys(_EULER, 3)}
OPERATORS = (*_SIZES, "transform")
"""Names of operators; each may have a suffix: ``translate_global``."""


def operator_kind(name: str) -> str | None:
    """Return the operator that a key names, without its suffix; None where it names none."""
    found = re.fullmatch(r"([A-Za-z]+)(_\w+)?", name)
    return found[1] if found and found[1] in OPERATORS else None


def operator_matrix(kind: str, value: Any) -> np.ndarray:
    """Return the matrix of an operator, shape (4, 4).

    Args:
        kind: One of `OPERATORS`.
        value: Its numbers: three, one angle [deg], a quaternion (w, x, y, z), or four rows of four.

    Raises:
        ValueError: They are of another form.
    """
    matrix = np.eye(4)
    if kind == "transform":
        rows = _numbers(kind, value, 16).reshape(4, 4)
        return rows
    numbers = _numbers(kind, value, _SIZES[kind])
    if kind == "translate":
        matrix[3, :3] = numbers
    elif kind == "scale":
        matrix[:3, :3] = np.diag(numbers)
    elif kind == "orient":
        matrix[:3, :3] = _matrix_of_quaternion(numbers)
    elif len(numbers) == 1:
        angles = np.zeros((1, 3))
        angles[0, "XYZ".index(kind[-1])] = numbers[0]
        matrix[:3, :3] = matrix_from_euler(angles)[0]
    else:
        matrix[:3, :3] = matrix_from_euler(numbers[None], kind.removeprefix("rotate"))[0]
    return matrix


def product(matrices: Sequence[np.ndarray]) -> np.ndarray:
    """Return the local-to-world matrix of operators in their order in the file, shape (4, 4)."""
    total = np.eye(4)
    for matrix in matrices:
        total = matrix @ total
    return total


def _numbers(kind: str, value: Any, count: int) -> np.ndarray:
    try:
        numbers = np.array(value, dtype=float).reshape(-1)
    except (TypeError, ValueError):
        numbers = np.array([])
    if kind == "scale" and len(numbers) == 1:
        numbers = np.repeat(numbers, 3)
    if len(numbers) != count or not np.isfinite(numbers).all():
        wanted = "4 rows of 4 numbers" if kind == "transform" else f"{count} number{'s' if count > 1 else ''}"
        raise ValueError(f"{kind} needs {wanted}, got {value!r}")
    return numbers


def _matrix_of_quaternion(wxyz: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(wxyz)
    if length == 0.0:
        raise ValueError("orient needs a quaternion (w, x, y, z) that is not zero")
    w, x, y, z = wxyz / length
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)],
            [2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w)],
            [2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
