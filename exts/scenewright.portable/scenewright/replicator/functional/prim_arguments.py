"""How prims, parents and per-prim values are given to this API: strings, paths, prims, items, single values, arrays."""

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from pxr import Gf, Sdf, Usd

__all__ = ["PrimLike", "accepts_only_named", "current_stage", "is_quaternion", "resolve_parent", "resolve_prim",
           "resolve_prims", "rows", "unknown_name"]

PrimLike = Any
"""A `Usd.Prim`, a schema object, `Sdf.Path`, `str`, or an item with ``get_output_prims()``."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


def current_stage() -> Usd.Stage:
    """Return the stage that is open in the host."""
    from scenewright.host.stage_context import get_context

    return get_context().get_stage()


def unknown_name(given: str, allowed: Iterable[str], what: str) -> str:
    """Return a message that names what was given, what is allowed and the nearest allowed name."""
    allowed = sorted(allowed)
    near = difflib.get_close_matches(given, allowed, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"Unknown {what} {given!r}. Allowed: {', '.join(allowed)}.{hint}"


def accepts_only_named(function: _Function) -> _Function:
    """Make a function answer an unknown keyword argument with a TypeError that lists the allowed ones."""
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return function
    allowed = frozenset(p.name for p in parameters)

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        for name in kwargs:
            if name not in allowed:
                raise TypeError(f"{function.__name__}(): {unknown_name(name, allowed, 'argument')}")
        return function(*args, **kwargs)

    return checked  # type: ignore[return-value]


def resolve_prims(prims: PrimLike | Sequence[PrimLike], stage: Usd.Stage | None = None) -> list[Usd.Prim]:
    """Return the prims that an argument stands for.

    Args:
        prims: One prim, path, string or item, or a sequence of them (items count as all their prims).
        stage: Where paths are looked up; the host's stage by default.

    Raises:
        ValueError: A path names no prim on the stage, or a prim has expired.
        TypeError: Something else was given.
    """
    if isinstance(prims, (list, tuple)):
        found: list[Usd.Prim] = []
        for entry in prims:
            if type(entry) is Usd.Prim and entry:
                found.append(entry)
            else:
                found.extend(resolve_prims(entry, stage))
        return found
    if isinstance(prims, Usd.Prim):
        if not prims.IsValid():
            raise ValueError(f"The prim given no longer exists: {prims}. Was its stage closed or the prim removed?")
        return [prims]
    if isinstance(prims, (str, Sdf.Path)):
        return [_prim_at(prims, stage or current_stage())]
    if hasattr(prims, "get_output_prims"):
        return resolve_prims(list(prims.get_output_prims()["prims"]), stage)
    if hasattr(prims, "GetPrim"):
        return resolve_prims(prims.GetPrim(), stage)
    if isinstance(prims, Iterable):
        return resolve_prims(list(prims), stage)
    raise TypeError(f"Expected a prim, a path, an item or a list of these, got {type(prims).__name__} {prims!r}")


def resolve_prim(prim: PrimLike, stage: Usd.Stage | None = None) -> Usd.Prim:
    """Return the one prim that an argument stands for; like `resolve_prims`, with a ValueError if it is not exactly one."""
    found = resolve_prims(prim, stage)
    if len(found) != 1:
        raise ValueError(f"Expected exactly one prim, got {len(found)}: {', '.join(str(p.GetPath()) for p in found)}")
    return found[0]


def resolve_parent(parent: PrimLike | None, stage: Usd.Stage | None = None) -> tuple[Usd.Stage, Sdf.Path]:
    """Return the stage and path under which new prims go; None is the stage's root.

    A path need not exist yet: `prim_definition.define_prims` defines missing ancestors as Xform.
    """
    if parent is None:
        return stage or current_stage(), Sdf.Path.absoluteRootPath
    if isinstance(parent, (str, Sdf.Path)):
        if not Sdf.Path.IsValidPathString(str(parent)):
            raise ValueError(f"parent={str(parent)!r} is not a prim path; write it like '/World/Props'")
        path = Sdf.Path(str(parent)).MakeAbsolutePath(Sdf.Path.absoluteRootPath)
        if not path.IsAbsoluteRootOrPrimPath():
            raise ValueError(f"parent={str(parent)!r} is not a prim path; write it like '/World/Props'")
        return stage or current_stage(), path
    prim = resolve_prim(parent, stage)
    return prim.GetStage(), prim.GetPath()


def rows(value: Any, count: int, what: str, *, width: int = 3, uniform_scalar: bool = False) -> np.ndarray:
    """Broadcast a value to one row per prim.

    Args:
        value: ``width`` numbers, or one such row per prim; with ``uniform_scalar`` also one number, or one number per
            prim (for three prims three numbers are one row, not three scalars).
        count: Number of prims N.
        what: Name of the argument, for messages.
        width: Numbers per row.
        uniform_scalar: Whether a scalar stands for equal components.

    Returns:
        Shape (N, width), float64, finite.

    Raises:
        ValueError: The shape fits neither, or a number is not finite.
        TypeError: The value is not numeric.
    """
    if hasattr(value, "numpy") and not isinstance(value, np.ndarray):
        value = value.numpy()
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{what} must be numbers, got {value!r}") from error
    if array.shape == (width,):
        result = np.broadcast_to(array, (count, width))
    elif array.shape == (count, width):
        result = array
    elif array.shape == (1, width):
        result = np.broadcast_to(array[0], (count, width))
    elif uniform_scalar and array.shape == ():
        result = np.full((count, width), float(array))
    elif uniform_scalar and array.shape in ((count,), (count, 1)):
        result = np.repeat(array.reshape(count, 1), width, axis=1)
    else:
        scalar = ", or one number" if uniform_scalar else ""
        raise ValueError(f"{what} has shape {array.shape}; expected {width} numbers, or ({count}, {width}) for "
                         f"{count} prim{'s' if count != 1 else ''}{scalar}")
    if not np.isfinite(result).all():
        raise ValueError(f"{what} holds values that are not finite: {array[~np.isfinite(array)][:3].tolist()}")
    return result


def is_quaternion(value: Any) -> bool:
    """Whether a value is one of USD's quaternion types."""
    return isinstance(value, (Gf.Quatf, Gf.Quatd, Gf.Quath, Gf.Quaternion))


def _prim_at(path: str | Sdf.Path, stage: Usd.Stage) -> Usd.Prim:
    text = str(path)
    if not text.startswith("/") or not Sdf.Path.IsValidPathString(text):
        raise ValueError(f"{text!r} is not an absolute prim path; write it like '/World/Cube'")
    prim = stage.GetPrimAtPath(Sdf.Path(text).GetPrimPath())
    if not prim:
        parent = Sdf.Path(text).GetParentPath()
        while not stage.GetPrimAtPath(parent):
            parent = parent.GetParentPath()
        siblings = [child.GetName() for child in stage.GetPrimAtPath(parent).GetAllChildren()][:12]
        raise ValueError(f"No prim at {text!r} on the stage. Children of {parent}: {', '.join(siblings) or 'none'}")
    return prim
