"""Python and numpy values to USD attribute values, checked against the attribute's type."""

import numbers
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from pxr import Gf, Sdf, Vt

from scenewright.host.assets import available_asset

__all__ = ["infer_type", "usd_value", "values_for"]

_TYPES = Sdf.ValueTypeNames
_SEQUENCES = (list, tuple, np.ndarray)
_WXYZ = (Gf.Quath, Gf.Quatf, Gf.Quatd)


def infer_type(value: Any) -> Sdf.ValueTypeName:
    """Return the USD type for a value of an attribute that no schema knows.

    Booleans, integers, numbers, strings, asset paths, Gf values and sequences of 2 to 4 numbers are understood.

    Raises:
        TypeError: The value is none of these.
    """
    if isinstance(value, (bool, np.bool_)):
        return _TYPES.Bool
    if isinstance(value, numbers.Integral):
        return _TYPES.Int
    if isinstance(value, numbers.Real):
        return _TYPES.Float
    if isinstance(value, str):
        return _TYPES.String
    if isinstance(value, (Sdf.AssetPath, os.PathLike)):
        return _TYPES.Asset
    if isinstance(value, _SEQUENCES) and np.shape(value) in ((2,), (3,), (4,)) and np.asarray(value).dtype.kind in "iufb":
        return {2: _TYPES.Float2, 3: _TYPES.Float3, 4: _TYPES.Float4}[len(value)]
    for type_name in (_TYPES.Float2, _TYPES.Float3, _TYPES.Float4, _TYPES.Double2, _TYPES.Double3, _TYPES.Double4,
                      _TYPES.Quatf, _TYPES.Quatd, _TYPES.Quath, _TYPES.Matrix3d, _TYPES.Matrix4d):
        if type(value) is type(type_name.defaultValue):
            return type_name
    raise TypeError(f"Cannot tell the USD type of {value!r} ({type(value).__name__}); name it, e.g. attribute_type='float3'")


def values_for(type_name: Sdf.ValueTypeName, value: Any, count: int, what: str) -> list[Any]:
    """Return one USD value per prim.

    A sequence of N entries is one value for each of N prims where its entries fit the type; else it is one value for all.
    For array types the entries must be sequences themselves, and an entry of one element is an array of length one: N
    colours given for ``color3f[]`` are one colour for each prim.

    Args:
        type_name: Type of the attribute.
        value: A value, or N of them.
        count: Number of prims N.
        what: What the value is for, for messages.

    Raises:
        TypeError: The value is of the wrong kind.
        ValueError: It has the wrong length or range.
    """
    if hasattr(value, "numpy") and not isinstance(value, np.ndarray):
        value = value.numpy()
    if isinstance(value, _SEQUENCES) and len(value) == count and (not type_name.isArray or all(map(_is_sequence, value))):
        rows = _number_rows(type_name, value)
        if rows is not None:
            return rows
        try:
            return [usd_value(type_name, entry, what) for entry in value]
        except (TypeError, ValueError):
            pass  # not one for each: the message of the single value says more
    return [usd_value(type_name, value, what)] * count


def _number_rows(type_name: Sdf.ValueTypeName, value: Any) -> list[Any] | None:
    """Return one vector, number or array of one vector for each row of a plain table of numbers; None for anything else."""
    default = type_name.scalarType.defaultValue
    width = getattr(default, "dimension", None)
    if isinstance(default, (bool, str)) or not isinstance(width if width is not None else default, (int, float)):
        return None
    try:
        table = np.asarray(value)
    except ValueError:  # rows of several lengths
        return None
    wanted = (len(table),) if width is None else (len(table), width)
    whole = isinstance(default if width is None else default[0], int)
    if table.shape != wanted or table.dtype.kind not in ("iu" if whole else "iuf") or (type_name.isArray and width is None):
        return None
    if width is None:
        return table.tolist() if whole else table.astype(np.float64).tolist()
    array_type = type(type_name.arrayType.defaultValue)
    rows = array_type.FromNumpy(np.ascontiguousarray(table, dtype=np.asarray(array_type(1)).dtype))
    return [array_type(1, row) for row in rows] if type_name.isArray else list(rows)


def usd_value(type_name: Sdf.ValueTypeName, value: Any, what: str) -> Any:
    """Return a value as the Python type that USD stores for ``type_name``; see `values_for` for what it raises."""
    if not type_name.isArray:
        return _scalar(type_name, value, what)
    array_type = type(type_name.defaultValue)
    element = type_name.scalarType
    if isinstance(value, array_type):
        return value
    if not _is_sequence(value):
        raise TypeError(f"{what} is {type_name}; give a sequence, got {value!r}")
    width = getattr(element.defaultValue, "dimension", None)
    if width is not None and len(value) and not _is_sequence(value[0]):
        value = [value]
    if isinstance(value, np.ndarray) and value.dtype.kind in "iuf" and value.shape[1:] == ((width,) if width else ()):
        sample = np.asarray(array_type(1))
        return array_type.FromNumpy(np.ascontiguousarray(value, dtype=sample.dtype))
    return array_type([_scalar(element, entry, what) for entry in value])


def _is_sequence(value: Any) -> bool:
    return isinstance(value, _SEQUENCES) or hasattr(value, "dimension") or type(value).__module__ == Vt.__name__


def _scalar(type_name: Sdf.ValueTypeName, value: Any, what: str) -> Any:
    default = type_name.defaultValue
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(default, bool):
        return _boolean(value, what)
    if isinstance(default, (int, float)):
        return _number(type_name, value, what)
    if isinstance(default, str):
        if not isinstance(value, str):
            raise TypeError(f"{what} is {type_name}; give text, got {value!r}")
        return value
    if isinstance(default, Sdf.AssetPath):
        if not isinstance(value, (str, os.PathLike, Sdf.AssetPath)):
            raise TypeError(f"{what} is {type_name}; give a file path, got {value!r}")
        return value if isinstance(value, Sdf.AssetPath) else Sdf.AssetPath(available_asset(os.fspath(value)))
    if isinstance(value, type(default)):
        return value
    if isinstance(default, _WXYZ):
        return _quaternion(type_name, value, what)
    if hasattr(default, "dimension"):
        return _vector_or_matrix(type_name, value, what)
    raise TypeError(f"{what} is {type_name}; give a value of that type, got {value!r}")


def _boolean(value: Any, what: str) -> bool:
    if isinstance(value, (bool, np.bool_)) or (isinstance(value, numbers.Real) and value in (0, 1)):
        return bool(value)
    raise TypeError(f"{what} is bool; give True or False, got {value!r}")


def _number(type_name: Sdf.ValueTypeName, value: Any, what: str) -> int | float:
    whole = isinstance(type_name.defaultValue, int)
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    if not isinstance(value, numbers.Real):
        raise TypeError(f"{what} is {type_name}; give {'an integer' if whole else 'a number'}, got {value!r}")
    if whole and int(value) != value:
        raise ValueError(f"{what} is {type_name}; give a whole number, got {value!r}")
    return int(value) if whole else float(value)


def _quaternion(type_name: Sdf.ValueTypeName, value: Any, what: str) -> Any:
    target = type(type_name.defaultValue)
    if isinstance(value, _WXYZ):
        return target(value)
    numbers_ = _floats(value, what, type_name)
    if numbers_.shape != (4,):
        raise ValueError(f"{what} is {type_name}; give w, x, y, z or Gf.Quatf, got {value!r}")
    return target(float(numbers_[0]), *map(float, numbers_[1:]))


def _vector_or_matrix(type_name: Sdf.ValueTypeName, value: Any, what: str) -> Any:
    default = type_name.defaultValue
    size = default.dimension
    array = _floats(value, what, type_name)
    if isinstance(size, tuple):
        if array.shape != size:
            raise ValueError(f"{what} is {type_name}; expected shape {size}, got {array.shape}")
        return type(default)(array.tolist())
    if array.shape != (size,):
        raise ValueError(f"{what} is {type_name}; expected {size} numbers, got shape {array.shape}: {value!r}")
    whole = isinstance(default[0], int)
    return type(default)(*((int if whole else float)(number) for number in array))


def _floats(value: Sequence[Any], what: str, type_name: Sdf.ValueTypeName) -> np.ndarray:
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{what} is {type_name}; give numbers, got {value!r}") from error
