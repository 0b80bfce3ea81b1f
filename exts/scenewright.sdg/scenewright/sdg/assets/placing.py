"""From a source's frame to the asset's: metres, Z up, standing on z = 0 about its own centre."""

import re
from dataclasses import dataclass

import numpy as np

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.meshes import moved_part
from scenewright.sdg.assets.model import Part

__all__ = ["UNITS", "Placing", "place_parts", "read_size"]

UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001, "km": 1000.0, "in": 0.0254, "ft": 0.3048, "yd": 0.9144}
_SIZE = re.compile(r"^\s*([-0-9.eE+]+)(?:\s*[xX×]\s*([-0-9.eE+]+)\s*[xX×]\s*([-0-9.eE+]+))?\s*(m|cm|mm|in|ft)?\s*$")
_UPRIGHT = {
    "Y": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]),
    "Z": np.eye(3),
    "X": np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]]),
}
_LARGEST, _SMALLEST = 1.0e4, 1.0e-5


@dataclass(frozen=True, eq=False)
class Placing:
    """How a source becomes an asset.

    Attributes:
        up: Axis of the source that points up.
        unit: Metres per unit of the source.
        rotation: (3, 3) column-vector rotation in the source's frame, applied first.
        size: None = as it is; one number = longest side [m], in proportion; three = width (x), depth (y), height (z) [m].
        how: What the size follows from: ``file``, ``catalogue``, ``unit``, ``size`` or ``assumed``.
    """

    up: str = "Y"
    unit: float = 1.0
    rotation: np.ndarray | None = None
    size: tuple[float, ...] | None = None
    how: str = "assumed"


def read_size(text: str) -> tuple[float, ...]:
    """Return the one or three lengths [m] of a text such as ``0.42``, ``42cm`` or ``0.6x0.6x1.05``.

    Raises:
        AssetError: It is none.
    """
    match = _SIZE.match(text)
    try:
        numbers = tuple(float(part) for part in match.groups()[:3] if part) if match else ()
    except ValueError:
        numbers = ()
    factor = UNITS[match.group(4) or "m"] if match else 1.0
    if not numbers or not all(_SMALLEST <= factor * number <= _LARGEST for number in numbers):
        raise AssetError(f"'{text}' is no size. Give the longest side in metres (0.42, 42cm), or width x depth x height "
                         "(0.6x0.6x1.05).")
    return tuple(factor * number for number in numbers)


def place_parts(parts: list[Part], placing: Placing) -> tuple[list[Part], float]:
    """Return the parts in metres, Z up, on z = 0, centred in x and y; and by how much proportions changed (0 = not at all).

    Raises:
        AssetError: What comes out is no plausible size of an object.
    """
    matrix = _UPRIGHT[placing.up] @ (np.eye(3) if placing.rotation is None else placing.rotation) * placing.unit
    turned = [part.points @ matrix.T for part in parts]
    low, high = _bounds(turned)
    factors = _factors(high - low, placing.size)
    centre = np.array([0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), low[2]])
    matrix = factors[:, None] * matrix
    placed = [moved_part(part, matrix, -centre * factors) for part in parts]
    size = (high - low) * factors
    if not _SMALLEST <= size.max() <= _LARGEST:
        raise AssetError(f"it would be {size.max():.3g} m large, which is no object's size. Say --unit or --size.")
    return placed, float(factors.max() / factors.min() - 1.0)


def _bounds(points: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return np.min([p.min(axis=0) for p in points], axis=0), np.max([p.max(axis=0) for p in points], axis=0)


def _factors(extent: np.ndarray, size: tuple[float, ...] | None) -> np.ndarray:
    if size is None:
        return np.ones(3)
    if len(size) == 1:
        return np.full(3, size[0] / max(float(extent.max()), 1e-30))
    flat = extent <= 1e-6 * extent.max()
    factors = np.array(size) / np.where(flat, 1.0, extent)
    factors[flat] = factors[~flat].max()  # a sheet has no thickness to scale
    return factors
