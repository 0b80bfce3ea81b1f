"""From inputs to values: distributions are sampled, constants are passed on."""

from typing import Any

import numpy as np

from scenewright.replicator.graph.item import node_of
from scenewright.replicator.graph.node import DistributionNode

__all__ = ["checked_weights", "distribution_of", "is_dynamic", "rows", "sampled"]


def distribution_of(value: Any) -> DistributionNode | None:
    """Return the distribution node behind ``value``, None when it is no distribution."""
    node = node_of(value)
    return node if isinstance(node, DistributionNode) else None


def is_dynamic(value: Any) -> bool:
    """Return whether ``value`` is a distribution or a list with one in it."""
    if isinstance(value, list | tuple):
        return any(is_dynamic(entry) for entry in value)
    return distribution_of(value) is not None


def checked_weights(caller: str, weights: Any, count: int) -> np.ndarray:
    """Return relative weights as probabilities, shape (count,).

    Raises:
        ValueError: There are not ``count`` of them, one is negative, or none is positive.
    """
    shares = np.asarray(weights, dtype=float)
    if shares.ndim != 1 or len(shares) != count:
        raise ValueError(f"{caller}: {shares.size} weights for {count} choices. Give one for each.")
    if not np.isfinite(shares).all() or (shares < 0.0).any() or shares.sum() <= 0.0:
        raise ValueError(f"{caller}: weights are at least 0 and one of them positive, got {list(weights)!r}.")
    return shares / shares.sum()


def sampled(value: Any, count: int = 1, width: int | None = None) -> Any:
    """Return ``value`` for the present execution.

    Args:
        value: A constant, a distribution, or a list whose entries may be distributions (components of a vector).
        count: Rows to draw from a distribution.
        width: Components that the consumer wants in a row; None = whatever comes.

    Returns:
        A constant as it is. A distribution as ``count`` rows, shape (count,) or (count, C), or a list of objects.
    """
    node = distribution_of(value)
    if node is not None:
        return node.sample(count, width)
    if isinstance(value, list | tuple) and is_dynamic(value):
        return np.stack([np.asarray(rows(entry, count, 1), dtype=float).reshape(count) for entry in value], axis=1)
    return value


def rows(value: Any, count: int, width: int | None = None) -> Any:
    """Return ``value`` as ``count`` rows: constants are repeated, unless they are ``count`` rows already.

    Raises:
        ValueError: A vector does not have ``width`` components (a scalar is spread over all of them).
    """
    constant = not is_dynamic(value)
    drawn = sampled(value, count, width)
    if width is None:
        return [drawn] * count if constant else drawn
    array = np.asarray(drawn, dtype=float)
    if constant and not (array.ndim == (2 if width > 1 else 1) and len(array) == count):
        array = np.broadcast_to(array, (count, *array.shape))
    array = array.reshape(count, -1)
    if width > 1 and array.shape[1] == 1:
        array = np.repeat(array, width, axis=1)
    if array.shape[1] != width:
        raise ValueError(f"Expected {width} component{'s' * (width > 1)}, got {array.shape[1]} from {value!r}.")
    return array[:, 0] if width == 1 else array
