"""What scripts may ask for and this version does not have: errors that tell a missing feature from a misspelt name."""

import difflib
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

__all__ = ["FeatureUnavailableError", "unavailable_names", "unsupported"]


class FeatureUnavailableError(NotImplementedError, AttributeError):
    """Replicator has this feature and the portable Replicator does not have it yet."""


def unsupported(feature: str, instead: str = "") -> NoReturn:
    """Raise the error for ``feature``, with what to use ``instead`` where there is something.

    Raises:
        FeatureUnavailableError: Always.
    """
    hint = f" {instead}" if instead else ""
    raise FeatureUnavailableError(f"{feature} is not available in the portable Replicator yet.{hint}")


def unavailable_names(module_name: str, names: Iterable[str]) -> Callable[[str], Any]:
    """Return a module ``__getattr__`` that knows ``names`` as missing features and everything else as a mistake.

    Both errors are an ``AttributeError``, so that ``hasattr`` keeps answering honestly.
    """
    short = "rep" + module_name.removeprefix("scenewright.replicator")
    known = frozenset(names)

    def missing(name: str) -> Any:
        if name in known:
            unsupported(f"{short}.{name}")
        candidates = known | {key for key in dir(sys.modules[module_name]) if not key.startswith("_")}
        close = [] if name.startswith("__") else difflib.get_close_matches(name, sorted(candidates), n=1)
        hint = f". Did you mean '{close[0]}'?" if close else ""
        raise AttributeError(f"module '{short}' has no attribute '{name}'{hint}", name=name, obj=sys.modules[module_name])

    return missing
