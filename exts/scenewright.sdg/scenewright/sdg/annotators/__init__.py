"""Ground truth beyond the Replicator's own, as annotators by name and as functions of standard annotators.

Those of `derived_names` are functions of what every Replicator knows: they work in Kit and on the portable host. Those of
`traced_names` need Scenewright's own tracer: in Kit, `get` raises an error that says so.
"""

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from scenewright.sdg.annotators.composite import DerivedAnnotator
from scenewright.sdg.annotators.identity import object_id

__all__ = ["NoTracerError", "compile_kernels", "derived_names", "get", "has_tracer", "object_id", "register_annotators",
           "traced_names", "unregister_annotators"]

_TYPES: dict[str, Any] = {"semanticTypes": None}
_DERIVED: dict[str, dict[str, Any]] = {
    "keypoints": {**_TYPES, "locators": None},
    "nocs": _TYPES,
    "object_pose": _TYPES,
    "part_segmentation": _TYPES,
    "stereo_disparity": {"right": None},
}
_TRACED = ("amodal_segmentation", "occluders", "optical_flow_backward", "optical_flow_forward")


class NoTracerError(RuntimeError):
    """An annotation needs Scenewright's own tracer, and this Replicator renders with another one."""


def compile_kernels() -> None:
    """Compile and load the kernels of the derived annotations, which run on the CPU: workers find them in Warp's cache."""
    import warp as wp

    from scenewright.sdg.annotators.nocs import write_nocs
    from scenewright.sdg.annotators.stereo_disparity import write_disparity

    for kernel in (write_nocs, write_disparity):
        wp.load_module(kernel.module, device="cpu", block_dim=1)  # what a launch on the CPU uses


def derived_names() -> tuple[str, ...]:
    """Return the annotations that are functions of standard annotators, on every host."""
    return tuple(_DERIVED)


def traced_names() -> tuple[str, ...]:
    """Return the annotations that need Scenewright's own tracer."""
    return _TRACED


def has_tracer() -> bool:
    """Return whether this Replicator has the annotations of Scenewright's own tracer."""
    import omni.replicator.core as rep

    return set(_TRACED) <= set(rep.AnnotatorRegistry.get_registered_annotators())


def register_annotators() -> None:
    """Make the derived annotations known to ``rep.AnnotatorRegistry`` where it takes such; doing it twice is harmless.

    Kit's registry takes annotations of several others only as OmniGraph nodes: there `get` gives them.
    """
    import omni.replicator.core as rep

    register = getattr(rep.AnnotatorRegistry, "register_derived", None)
    if register is None:
        return
    known = rep.AnnotatorRegistry.get_registered_annotators()
    for name, parameters in _DERIVED.items():
        if name not in known:
            inputs, function = _derived(name)
            register(name, inputs, function, parameters, (function.__doc__ or "").strip())


def unregister_annotators() -> None:
    """Take the derived annotations out of ``rep.AnnotatorRegistry`` again."""
    import omni.replicator.core as rep

    known = rep.AnnotatorRegistry.get_registered_annotators()
    for name in _DERIVED:
        if name in known:
            rep.AnnotatorRegistry.unregister_annotator(name)


def get(name: str, init_params: Mapping[str, Any] | None = None) -> Any:
    """Return a new annotator, on any host: attach it to a render product, step, and ask for ``get_data()``.

    Args:
        name: one of this module's, or of the Replicator's own.
        init_params: its parameters.

    Raises:
        NoTracerError: if it needs Scenewright's own tracer and this Replicator has another one.
        ValueError: if a parameter is not known or not usable.
    """
    import omni.replicator.core as rep

    register_annotators()
    if name in _TRACED and not has_tracer():
        raise NoTracerError(
            f"The annotator '{name}' needs Scenewright's own tracer, which sees what stands behind other things; the RTX "
            "renderer of Kit does not tell. Run the script with `scenewright exec`, or the recipe with `scenewright generate`. "
            f"In Kit there are {', '.join(_DERIVED)}."
        )
    if name in _DERIVED and name not in rep.AnnotatorRegistry.get_registered_annotators():
        inputs, function = _derived(name)
        unknown = sorted(set(init_params or {}) - set(_DERIVED[name]))
        if unknown:
            raise ValueError(f"Annotator '{name}' has no parameter {unknown[0]!r}. Available: {', '.join(_DERIVED[name])}.")
        return DerivedAnnotator(name, inputs, function, {**_DERIVED[name], **(init_params or {})})
    return rep.AnnotatorRegistry.get_annotator(name, init_params=dict(init_params or {}))


@cache
def _derived(name: str) -> tuple[Callable[..., Mapping[str, tuple]], Callable[..., Any]]:
    module = importlib.import_module(f"scenewright.sdg.annotators.{name}")
    return module.inputs, getattr(module, name)
