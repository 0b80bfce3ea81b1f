"""``isaacsim.core.experimental.utils.prim``: finding and reading prims."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from pxr import Sdf, Usd

from scenewright.host.stage_context import get_context

__all__ = ["create_prim_attribute", "find_matching_prim_paths", "get_all_matching_child_prims", "get_first_matching_child_prim",
           "get_first_matching_parent_prim", "get_prim_at_path", "get_prim_attribute_names", "get_prim_attribute_value",
           "get_prim_path", "get_prim_variants", "has_api", "set_prim_variants"]

Predicate = Callable[[Usd.Prim, str], bool]


def get_prim_at_path(path: Any) -> Usd.Prim:
    """Return the prim at a path; a prim or schema object gives its prim.

    Raises:
        ValueError: There is no prim.
    """
    if isinstance(path, str | Sdf.Path):
        prim = get_context().get_stage().GetPrimAtPath(path)
    else:
        prim = path.GetPrim()
    if not prim:
        raise ValueError(f"There is no prim at {str(path)!r} on the current stage.")
    return prim


def get_prim_path(prim: Any) -> str:
    """Return the path of a prim, a schema object or a path."""
    return str(prim) if isinstance(prim, str | Sdf.Path) else str(prim.GetPath())


def find_matching_prim_paths(path: str, *, traverse: bool = False) -> list[str]:
    """Return the paths that match regular expressions, one between two slashes; with ``traverse`` one for the whole path."""
    stage = get_context().get_stage()
    if traverse:
        return [str(prim.GetPath()) for prim in stage.Traverse() if re.fullmatch(path, str(prim.GetPath()))]
    found = [stage.GetPseudoRoot()]
    for part in path.strip("/").split("/"):
        found = [child for prim in found for child in prim.GetChildren() if re.fullmatch(part, child.GetName())]
    return [str(prim.GetPath()) for prim in found]


def get_all_matching_child_prims(prim: Any, *, predicate: Predicate, include_self: bool = False,
                                 max_depth: int | None = None) -> list[Usd.Prim]:
    """Return the prims below ``prim`` for which ``predicate(prim, path)`` holds, in namespace order."""
    root = get_prim_at_path(prim)
    depth = root.GetPath().pathElementCount
    return [entry for entry in Usd.PrimRange(root)
            if (include_self or entry != root) and predicate(entry, str(entry.GetPath()))
            and (max_depth is None or entry.GetPath().pathElementCount - depth <= max_depth)]


def get_first_matching_child_prim(prim: Any, *, predicate: Predicate, include_self: bool = False) -> Usd.Prim | None:
    """Return the first prim below ``prim`` for which ``predicate(prim, path)`` holds, None where there is none."""
    return next(iter(get_all_matching_child_prims(prim, predicate=predicate, include_self=include_self)), None)


def get_first_matching_parent_prim(prim: Any, *, predicate: Predicate, include_self: bool = False) -> Usd.Prim | None:
    """Return the nearest prim above ``prim`` for which ``predicate(prim, path)`` holds, None where there is none."""
    entry = get_prim_at_path(prim)
    entry = entry if include_self else entry.GetParent()
    while entry and not entry.IsPseudoRoot():
        if predicate(entry, str(entry.GetPath())):
            return entry
        entry = entry.GetParent()
    return None


def has_api(prim: Any, api: Any, *, test: str = "all") -> bool:
    """Return whether schemas, by name or class, are applied: "all", "any" or "none" of them."""
    applied = get_prim_at_path(prim).GetAppliedSchemas()
    names = [entry if isinstance(entry, str) else entry.__name__ for entry in (api if isinstance(api, Sequence)
             and not isinstance(api, str) else [api])]
    found = [any(schema.partition(":")[0] in (name, f"Physics{name}") for schema in applied)
             or (not isinstance(entry, str) and get_prim_at_path(prim).HasAPI(entry))
             for name, entry in zip(names, api if len(names) > 1 else [api], strict=False)]
    return {"all": all, "any": any, "none": lambda values: not any(values)}[test](found)


def create_prim_attribute(prim: Any, *, name: str, type_name: Sdf.ValueTypeName, exist_ok: bool = True) -> Usd.Attribute:
    """Create an attribute, or return the one that is there.

    Raises:
        RuntimeError: It exists and ``exist_ok`` is False.
    """
    target = get_prim_at_path(prim)
    if target.HasAttribute(name):
        if not exist_ok:
            raise RuntimeError(f"{target.GetPath()} has an attribute '{name}' already.")
        return target.GetAttribute(name)
    return target.CreateAttribute(name, type_name)


def get_prim_attribute_value(prim: Any, attribute_name: str) -> Any:
    """Return the value of an attribute.

    Raises:
        ValueError: There is no such attribute.
    """
    attribute = get_prim_at_path(prim).GetAttribute(attribute_name)
    if not attribute:
        raise ValueError(f"{get_prim_path(prim)} has no attribute '{attribute_name}'.")
    return attribute.Get()


def get_prim_attribute_names(prim: Any) -> list[str]:
    """Return the names of the attributes."""
    return [attribute.GetName() for attribute in get_prim_at_path(prim).GetAttributes()]


def get_prim_variants(prim: Any) -> list[tuple[str, str]]:
    """Return (variant set, selection) pairs."""
    sets = get_prim_at_path(prim).GetVariantSets()
    return [(name, sets.GetVariantSelection(name)) for name in sets.GetNames()]


def set_prim_variants(prim: Any, *, variants: Sequence[tuple[str, str]]) -> None:
    """Select variants by (variant set, selection).

    Raises:
        ValueError: There is no such variant set or variant.
    """
    target = get_prim_at_path(prim)
    for name, selection in variants:
        choices = target.GetVariantSet(name).GetVariantNames()
        if selection not in choices:
            raise ValueError(f"{target.GetPath()} has no variant {selection!r} in {name!r}. Allowed: {', '.join(choices)}.")
        target.GetVariantSet(name).SetVariantSelection(selection)
