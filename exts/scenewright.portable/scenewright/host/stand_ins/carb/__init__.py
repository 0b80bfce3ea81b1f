"""``carb``: logging and small vector types."""

import logging
from typing import NamedTuple

__all__ = ["Float2", "Float3", "Float4", "Int2", "log_error", "log_info", "log_verbose", "log_warn"]

_logger = logging.getLogger("carb")


class Float2(NamedTuple):
    """Two floats."""

    x: float = 0.0
    y: float = 0.0


class Float3(NamedTuple):
    """Three floats."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0


class Float4(NamedTuple):
    """Four floats."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    w: float = 0.0


class Int2(NamedTuple):
    """Two integers."""

    x: int = 0
    y: int = 0


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
