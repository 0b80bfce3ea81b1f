"""``register`` of the ``rep.*`` modules: user functions become attributes."""

import sys
from collections.abc import Callable
from typing import Any

__all__ = ["register_function"]


def register_function(module_name: str, fn: Callable[..., Any], override: bool, name: str | None = None,
                      wrapped: Callable[..., Any] | None = None) -> None:
    """Make ``fn`` (or ``wrapped``) an attribute of a module under its own name or ``name``.

    Raises:
        TypeError: ``fn`` cannot be called.
        ValueError: The name is taken and ``override`` is False, or it is no Python name.
    """
    short = "rep" + module_name.removeprefix("scenewright.replicator")
    if not callable(fn):
        raise TypeError(f"{short}.register expects a function, got {fn!r}.")
    attribute = name or getattr(fn, "__name__", "")
    if not attribute.isidentifier():
        raise ValueError(f"{short}.register: {attribute!r} cannot be an attribute name; register a named function.")
    module = sys.modules[module_name]
    if not override and attribute in vars(module):
        raise ValueError(f"{short}.{attribute} exists already. Pass override=True or choose another name.")
    setattr(module, attribute, wrapped or fn)
