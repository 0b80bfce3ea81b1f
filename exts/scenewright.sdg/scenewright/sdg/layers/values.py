"""Values of fields: whether two are the same, and how one reads on a line."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pxr import Gf, Sdf, Vt

__all__ = ["ABSENT", "LIST_OP_PARTS", "is_list_op", "list_op_parts", "same_value", "value_text"]

LIST_OP_PARTS = ("explicit", "prepended", "appended", "deleted", "added", "ordered")
_LIST_OPS = tuple(
    kind for name in dir(Sdf) if name.endswith("ListOp") and isinstance(kind := getattr(Sdf, name), type)
)
_LONGEST = 60


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


#: Stands for a field that a spec does not have; None is a value of its own in places.
ABSENT = _Absent()


def is_list_op(value: Any) -> bool:
    """Return whether a value is one of Sdf's list operations."""
    return isinstance(value, _LIST_OPS)


def list_op_parts(value: Any) -> dict[str, list[Any]]:
    """Return the items of a list operation by part; ``explicit`` is a key only if the operation is explicit."""
    if value.isExplicit:
        return {"explicit": list(value.explicitItems)}
    return {part: items for part in LIST_OP_PARTS[1:] if (items := list(getattr(value, f"{part}Items")))}


def same_value(one: Any, other: Any) -> bool:
    """Return whether two field values are the same: NaN is the same as NaN, 1 is not 1.0, and 0 is -0.

    Crate files keep one of two arrays that compare equal, so the sign of a zero does not outlive being saved.
    """
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return one == other or (one != one and other != other)
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(same_value(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same_value, one, other))
    if is_list_op(one):
        return same_value(list_op_parts(one), list_op_parts(other))
    if _is_array(one):
        return _same_array(one, other)
    return bool(one == other) or repr(one) == repr(other)


def value_text(value: Any) -> str:
    """Return a value on one line, shortened in the middle of long arrays and texts."""
    if value is ABSENT or value is None:
        return "nothing"
    if isinstance(value, Sdf.ValueBlock):
        return "None (blocked)"
    if isinstance(value, Sdf.AssetPath):
        return f"@{value.path}@"
    if isinstance(value, Sdf.Path):
        return f"<{value}>"
    if isinstance(value, Sdf.Reference | Sdf.Payload):
        return _reference_text(value)
    if is_list_op(value):
        parts = list_op_parts(value)
        texts = [(f"{part} " if part != "explicit" else "") + _items_text(items) for part, items in parts.items()]
        return ", ".join(texts) or "[]"
    if isinstance(value, Mapping):
        return _shortened("{" + ", ".join(f"{key}: {value_text(item)}" for key, item in value.items()) + "}")
    if _is_array(value):
        return _array_text(value)
    if isinstance(value, (list, tuple)):
        return _items_text(value)
    if isinstance(value, (Sdf.Specifier, Sdf.Variability, Sdf.Permission)):
        return str(value.displayName).lower()
    if isinstance(value, str):
        return _shortened(f'"{value}"')
    if isinstance(value, float):
        return f"{value:.9g}"
    if type(value).__module__ == Gf.__name__ and hasattr(value, "__len__") and not hasattr(value, "IsIdentity"):
        return "(" + ", ".join(f"{item:.7g}" for item in value) + ")"
    return _shortened(repr(value).replace("Gf.", "").replace("Sdf.", ""))


def _is_array(value: Any) -> bool:
    return type(value).__module__ == Vt.__name__ and hasattr(value, "__len__")


def _same_array(one: Any, other: Any) -> bool:
    if len(one) != len(other):
        return False
    first = np.asarray(one)
    if first.dtype == object or first.dtype.kind in "US":
        return list(map(repr, one)) == list(map(repr, other))
    second = np.asarray(other)
    return first.tobytes() == second.tobytes() or np.array_equal(first, second, equal_nan=first.dtype.kind in "fc")


def _array_text(value: Any) -> str:
    if len(value) <= 4:
        return _items_text(value)
    return f"{len(value)} values [{', '.join(value_text(item) for item in list(value[:3]))}, …]"


def _items_text(items: Any) -> str:
    return "[" + ", ".join(value_text(item) for item in items) + "]"


def _reference_text(value: Any) -> str:
    text = f"@{value.assetPath}@" if value.assetPath else ""
    if value.primPath:
        text += f"<{value.primPath}>"
    if not value.layerOffset.IsIdentity():
        text += f" (offset {value.layerOffset.offset:g}, scale {value.layerOffset.scale:g})"
    return text or "itself"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 20]} … {text[-15:]}"
