"""The public Replicator API (``omni.replicator.core``) over usd-core and the portable renderer.

Attributes are looked up on first use, so importing the package costs nothing and starts nothing.
"""

import importlib
import sys
from typing import Any

from scenewright.replicator.availability import unavailable_names, unsupported

#: Modules that scripts reach as ``rep.<name>``.
_MODULES = (
    "annotators", "augmentations_default", "backends", "create", "distribution", "example", "functional", "get", "modify",
    "orchestrator", "physics", "randomizer", "rng", "settings", "tools", "trigger", "utils", "vp_manager", "writers",
)

#: Callables and classes that scripts reach as ``rep.<name>``, and the module that has them.
_NAMES = {
    "AnnotatorRegistry": "annotators",
    "BackendDispatch": "backends",
    "Writer": "writers",
    "WriterRegistry": "writers",
    "get_global_seed": "seeds",
    "new_layer": "layer",
    "open_stage": "layer",
    "set_global_seed": "seeds",
}

__all__ = sorted([*_MODULES, *_NAMES])

_missing = unavailable_names(__name__, ("AnnotatorCache", "AugmentationRegistry", "bindings", "ogn"))


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return _module(name)
    if name in _NAMES:
        value = getattr(_module(_NAMES[name]), name)
        globals()[name] = value
        return value
    if name == "scripts":  # where Replicator keeps its modules; scripts name types by it
        return sys.modules[__name__]
    return _missing(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _module(name: str) -> Any:
    full_name = f"{__name__}.{name}"
    try:
        return importlib.import_module(full_name)
    except ModuleNotFoundError as error:
        if error.name == full_name:
            unsupported(f"rep.{name}")
        raise
