"""``rep.functional.get``: find prims now."""

from collections.abc import Iterable, Sequence
from typing import Any

from pxr import Sdf, Usd

from scenewright.replicator.availability import unavailable_names
from scenewright.replicator.functional.prim_arguments import (
    PrimLike,
    accepts_only_named,
    current_stage,
    resolve_prims,
)
from scenewright.replicator.functional.prim_query import prim_filter

__all__ = ["prim_at_path", "prim_at_paths", "prims", "renderproduct"]


@accepts_only_named
def prims(stage: Usd.Stage | None = None, path_pattern: str | None = None, path_match: str | None = None,
          path_pattern_exclusion: str | None = None, prim_types: str | Iterable[str] | None = None,
          prim_types_exclusion: str | Iterable[str] | None = None, semantics: Any = None, semantics_exclusion: Any = None,
          ignore_case: bool = True) -> list[Usd.Prim]:
    """Return the prims of a stage that meet every given condition, in namespace order.

    Args:
        stage: The stage; the host's by default.
        path_pattern: Regular expression that is found anywhere in the path.
        path_match: Text that is found anywhere in the path.
        path_pattern_exclusion: Regular expression that is not found in the path.
        prim_types: USD type name(s), such as "Mesh" or ["Cube", "Sphere"].
        prim_types_exclusion: USD type name(s) left out.
        semantics: Labels of which the prim itself has at least one; ``{"class": "mug"}`` or ``[("class", "mug")]``.
        semantics_exclusion: Labels of which it has none.
        ignore_case: Whether patterns, texts and types are compared without regard to case.

    Raises:
        ValueError: A pattern is no regular expression.
    """
    matches = prim_filter(path_pattern, path_match, path_pattern_exclusion, prim_types, prim_types_exclusion, semantics,
                          semantics_exclusion, ignore_case)
    return [prim for prim in (stage or current_stage()).Traverse() if matches(prim)]


@accepts_only_named
def prim_at_path(path: PrimLike | Sequence[PrimLike]) -> Usd.Prim | list[Usd.Prim]:
    """Return the prim at a path, or the prims at a list of paths; a path without a prim is a ValueError."""
    found = resolve_prims(path)
    return found if isinstance(path, (list, tuple)) else found[0]


@accepts_only_named
def prim_at_paths(paths: Sequence[str | Sdf.Path]) -> list[Usd.Prim]:
    """Return the prims at paths; a path without a prim is a ValueError."""
    return resolve_prims(paths)


@accepts_only_named
def renderproduct(stage: Usd.Stage | None = None) -> list[Usd.Prim]:
    """Return the RenderProduct prims of a stage, in namespace order."""
    return prims(stage, prim_types="RenderProduct")

__getattr__ = unavailable_names(__name__, ())
