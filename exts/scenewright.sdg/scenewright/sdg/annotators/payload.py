"""The output of annotators, whichever form it comes in."""

from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["array_of"]


def array_of(value: Any) -> np.ndarray:
    """Return the array of an annotator's output, whichever form it comes in."""
    data = value["data"] if isinstance(value, Mapping) else value
    return data.numpy() if hasattr(data, "numpy") else np.asarray(data)
