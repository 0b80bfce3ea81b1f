"""Kinds of literal values: which plain values fit a keyword."""

import math
from typing import Any

from scenewright.sdg.recipe.program import Symbol

__all__ = ["describe", "dimensions", "element_kind", "fits", "is_int", "is_number"]

_RESULTS = {
    "prims": "a block of prims",
    "materials": "a block of materials",
    "distribution": "a distribution",
    "trigger": "a trigger",
    "writer": "a writer",
    "render_products": "a render product",
    "paths": "a list of files",
    "none": "a block without a result",
    "const": "a constant",
    "unknown": "an input",
}
_ELEMENTS = {
    "vec2": "number",
    "vec3": "number",
    "scale": "number",
    "numbers": "number",
    "vec3s": "any",
    "clip3": "any",
    "size2": "int",
    "weights": "number",
    "bools": "bool",
    "strs": "str",
    "choices": "any",
    "semantics": "strs",
}
DIMENSIONS = {"number": (1,), "vec2": (2,), "vec3": (3,), "vec3s": (3,), "scale": (1, 3), "target": (3,)}
"""How many numbers a draw must have to fit a kind."""


def describe(symbol: Symbol) -> str:
    """Return in words what a name stands for."""
    return _RESULTS[symbol.result]


def element_kind(kind: str) -> str:
    """Return the kind that the items of a list must have when the list has kind ``kind``."""
    return _ELEMENTS.get(kind, kind)


def is_int(value: Any) -> bool:
    """Return whether a value is an integer and no boolean."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Return whether a value is a finite number and no boolean."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def dimensions(value: Any) -> int | None:
    """Return how many numbers a literal has: 1 for a number, n for a list of n numbers, None for anything else."""
    if is_number(value):
        return 1
    if isinstance(value, list) and value and all(is_number(item) for item in value):
        return len(value)
    return None


def _vector(value: Any, count: int) -> bool:
    return isinstance(value, list) and len(value) == count and all(is_number(item) for item in value)


def _names(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and bool(value) and all(_names(item) for item in value))


def _semantics(value: Any) -> bool:
    def label(item: Any) -> bool:
        return isinstance(item, str) or (isinstance(item, list) and bool(item) and all(isinstance(part, str) for part in item))

    if isinstance(value, dict):
        return bool(value) and all(label(item) for item in value.values())
    return isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(p, str) for p in pair) for pair in value
    )


_CHECKS = {
    "any": lambda v: True,
    "bool": lambda v: isinstance(v, bool),
    "bools": lambda v: isinstance(v, bool) or (isinstance(v, list) and bool(v) and all(isinstance(i, bool) for i in v)),
    "int": is_int,
    "number": is_number,
    "numbers": lambda v: dimensions(v) is not None,
    "str": lambda v: isinstance(v, str),
    "vec2": lambda v: _vector(v, 2),
    "vec3": lambda v: _vector(v, 3),
    "vec3s": lambda v: _vector(v, 3) or (isinstance(v, list) and bool(v) and all(_vector(i, 3) for i in v)),
    "scale": lambda v: is_number(v) or _vector(v, 3),
    "clip3": lambda v: isinstance(v, list) and len(v) == 3 and all(i is None or is_number(i) for i in v),
    "size2": lambda v: isinstance(v, list) and len(v) == 2 and all(is_int(i) and i > 0 for i in v),
    "prims": _names,
    "target": lambda v: _vector(v, 3) or _names(v),
    "semantics": _semantics,
    "material": lambda v: isinstance(v, str),
    "materials": _names,
    "paths": _names,
    "choices": lambda v: isinstance(v, list) and bool(v),
    "weights": lambda v: isinstance(v, list) and bool(v) and all(is_number(i) and i >= 0 for i in v),
    "camera": _names,
    "render_products": lambda v: False,
    "trigger": lambda v: v is None,
    "strs": _names,
    "dict": lambda v: isinstance(v, dict),
}


def fits(value: Any, kind: str) -> bool:
    """Return whether a plain value is of a kind of `functions.KINDS`."""
    return _CHECKS[kind](value)
