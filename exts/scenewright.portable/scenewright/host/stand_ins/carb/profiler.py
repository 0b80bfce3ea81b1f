"""``carb.profiler``: accepted and without effect; use a Python profiler on the portable host."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

__all__ = ["begin", "end", "profile", "profile_async", "profile_zone"]


def begin(mask: int = 0, name: str = "", **kwargs: Any) -> None:
    """Begin a zone."""


def end(mask: int = 0, **kwargs: Any) -> None:
    """End a zone."""


def profile(func: Callable[..., Any] | None = None, mask: int = 1, zone_name: str | None = None,
            add_args: bool = False) -> Any:
    """Return the function as it is; usable with and without arguments."""
    return func if func is not None else (lambda function: function)


profile_async = profile


def profile_zone(mask: int = 0, name: str = "", **kwargs: Any) -> AbstractContextManager[None]:
    """Return a context that does nothing."""
    return nullcontext()
