"""``rep.functional``: the immediate API. Every call acts on the open stage before it returns.

The modules `create`, `create_batch`, `get`, `modify`, `randomizer`, `physics` and `utils` are Replicator's; the others are the
cores that they and the deferred API share.
"""

import importlib
from typing import Any

from scenewright.replicator.availability import unavailable_names

_MODULES = ("create", "create_batch", "get", "modify", "physics", "randomizer", "utils")
_IO_FUNCTIONS = ("write_exr", "write_image", "write_jpeg", "write_json", "write_np")

__all__ = [*_MODULES, *_IO_FUNCTIONS]

_missing = unavailable_names(__name__, ())


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _IO_FUNCTIONS:
        return getattr(importlib.import_module("scenewright.replicator.backends.io_functions"), name)
    return _missing(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
