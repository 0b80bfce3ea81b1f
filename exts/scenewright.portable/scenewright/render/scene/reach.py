"""How large the numbers of a scene may be."""

import numpy as np

__all__ = ["MOST_REACH", "within_reach"]

MOST_REACH = 1.0e15
"""Largest scale and coordinate [stage units] that is read: rays are float32, and squares of lengths must fit as well."""


def within_reach(values: np.ndarray) -> np.ndarray:
    """Return which numbers are finite and at most ``MOST_REACH``, of the shape of ``values``, bool."""
    return np.abs(values) <= MOST_REACH  # nan is not within either
