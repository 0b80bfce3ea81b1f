"""Sequential: several functions on one value, as one call on an I/O thread."""

import inspect
from collections.abc import Callable
from typing import Any

__all__ = ["Sequential"]


class Sequential:
    """Chain functions: ``backend.schedule(Sequential(blur, write_image), data=image, path="a.png")``.

    A function with a ``path`` parameter writes: it is called as ``fn(path=..., data=..., **kwargs)`` and the value passes on
    unchanged. Any other transforms: the value becomes ``fn(value, **kwargs)``. Each gets the keyword arguments it has
    parameters for.

    Args:
        functions: The functions in order, at least one.

    Raises:
        TypeError: A member is not callable or there is none.
    """

    def __init__(self, *functions: Callable[..., Any]) -> None:
        if not functions or not all(callable(fn) for fn in functions):
            raise TypeError("Sequential takes one or more functions: Sequential(fn1, fn2, ...).")
        self._steps = [(fn, _parameters(fn)) for fn in functions]

    def __call__(self, data: Any, path: str | None = None, backend_instance: Any = None, **kwargs: Any) -> Any:
        """Run the chain and return the last value.

        Raises:
            TypeError: No function has a parameter for some keyword argument.
        """
        known = set().union(*(names for _, (names, _) in self._steps))
        if not any(anything for _, (_, anything) in self._steps) and (unknown := sorted(set(kwargs) - known)):
            raise TypeError(f"No function of this Sequential takes {', '.join(unknown)}.")
        for fn, (names, anything) in self._steps:
            accepted = {key: value for key, value in kwargs.items() if anything or key in names}
            if "path" not in names:
                data = fn(data, **accepted)
                continue
            if "backend_instance" in names:
                accepted["backend_instance"] = backend_instance
                target = path
            else:
                target = path if backend_instance is None or path is None else backend_instance.resolve_path(path)
            fn(path=target, data=data, **accepted)
        return data


def _parameters(fn: Callable[..., Any]) -> tuple[set[str], bool]:
    try:
        parameters = inspect.signature(fn).parameters
    except (TypeError, ValueError):
        return set(), False
    anything = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    return {name for name, p in parameters.items() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}, anything
