"""``carb``: logging and small vector types."""

import logging
from collections import namedtuple
from typing import Any

__all__ = ["ColorRgba", "Double2", "Double3", "Double4", "Float2", "Float3", "Float4", "Int2", "Int3", "Int4", "log_error",
           "log_info", "log_verbose", "log_warn"]

_logger = logging.getLogger("carb")


def _vector(name: str, letters: str, kind: type) -> type:
    """Return a class of named numbers, made of as many numbers, of one sequence of them, or of nothing (zeros)."""
    class Vector(namedtuple(name, list(letters))):
        __slots__ = ()

        def __new__(cls, *values: Any) -> Any:
            given = values[0] if len(values) == 1 and hasattr(values[0], "__len__") else values or [0] * len(letters)
            if len(given) != len(letters):
                raise TypeError(f"carb.{name} takes {len(letters)} numbers, got {len(given)}.")
            return super().__new__(cls, *map(kind, given))

    Vector.__name__ = Vector.__qualname__ = name
    Vector.__doc__ = f"{len(letters)} numbers: {', '.join(letters)}."
    return Vector


Float2, Float3, Float4 = (_vector(f"Float{size}", "xyzw"[:size], float) for size in (2, 3, 4))
Double2, Double3, Double4 = (_vector(f"Double{size}", "xyzw"[:size], float) for size in (2, 3, 4))
Int2, Int3, Int4 = (_vector(f"Int{size}", "xyzw"[:size], int) for size in (2, 3, 4))
ColorRgba = _vector("ColorRgba", "rgba", float)


def log_verbose(message: str) -> None:
    """Log at debug level."""
    _logger.debug("%s", message)


def log_info(message: str) -> None:
    """Log at info level."""
    _logger.info("%s", message)


def log_warn(message: str) -> None:
    """Log at warning level."""
    _logger.warning("%s", message)


def log_error(message: str) -> None:
    """Log at error level."""
    _logger.error("%s", message)
