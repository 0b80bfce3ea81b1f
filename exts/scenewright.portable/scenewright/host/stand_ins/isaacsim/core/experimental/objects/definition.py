"""Prims of one type as one object: they are wrapped where they exist and defined where they do not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import warp as wp
from isaacsim.core.experimental.prims import XformPrim
from isaacsim.core.experimental.utils.prim import find_matching_prim_paths
from pxr import UsdGeom

from scenewright.host.stage_context import get_context

__all__ = ["TypedPrims", "has_values"]


class TypedPrims(XformPrim):
    """Prims of the schema ``schema``: see ``XformPrim`` for poses.

    Raises:
        ValueError: Some prims exist and some do not, or one is of another type.
    """

    schema: type[UsdGeom.Xformable]

    def __init__(self, paths: str | list[str], *, reset_xform_op_properties: bool = True, **options: Any) -> None:
        super().__init__(self._defined([paths] if isinstance(paths, str) else list(paths)), resolve_paths=False,
                         reset_xform_op_properties=reset_xform_op_properties, **options)

    @classmethod
    def _defined(cls, given: list[str]) -> list[str]:
        stage = get_context().get_stage()
        found = [match for path in given for match in find_matching_prim_paths(path)]
        if not found:
            return [str(cls.schema.Define(stage, path).GetPath()) for path in given]
        others = [path for path in found if not stage.GetPrimAtPath(path).IsA(cls.schema)]
        missing = [path for path in given if not find_matching_prim_paths(path)]
        if others or missing:
            raise ValueError(f"{cls.__name__}: {', '.join(others or missing)} {'is no' if others else 'does not exist, as a'} "
                             f"{cls.schema.__name__}; give prims that all exist, or none that does.")
        return found

    def _write(self, attribute: str, values: Any, indices: Any, convert: Callable[[Any], Any]) -> None:
        prims = self._chosen(indices)
        rows = np.asarray(values.numpy() if isinstance(values, wp.array) else values)
        rows = rows.reshape(-1, 3) if attribute.lower().endswith("color") else rows.ravel()
        for prim, row in zip(prims, np.broadcast_to(rows, (len(prims), *rows.shape[1:])), strict=True):
            prim.GetAttribute(attribute).Set(convert(row))

    def _read(self, attribute: str, indices: Any) -> list[Any]:
        return [prim.GetAttribute(attribute).Get() for prim in self._chosen(indices)]


def has_values(**attributes: tuple[str, type]) -> Callable[[type], type]:
    """Give a class ``set_<name>(values, *, indices=None)`` and ``get_<name>(*, indices=None)`` over attributes.

    Args:
        attributes: Name -> (attribute of the prims, float, bool or str). Numbers come back as Warp arrays (N, 1).
    """

    def add(cls: type) -> type:
        for name, (attribute, kind) in attributes.items():
            setattr(cls, f"set_{name}", _setter(name, attribute, kind))
            setattr(cls, f"get_{name}", _getter(name, attribute, kind))
        return cls
    return add


def _setter(name: str, attribute: str, kind: type) -> Any:
    def write(self: TypedPrims, values: Any, *, indices: Any = None) -> None:
        self._write(attribute, values, indices, kind)
    write.__doc__ = f"Write {name.replace('_', ' ')}, one or one for each."
    return write


def _getter(name: str, attribute: str, kind: type) -> Any:
    def read(self: TypedPrims, *, indices: Any = None) -> Any:
        values = self._read(attribute, indices)
        if kind is str:
            return [str(value) for value in values]
        dtype = np.bool_ if kind is bool else np.float32
        return wp.array(np.array(values, dtype).reshape(-1, 1), dtype=wp.bool if kind is bool else wp.float32, device="cpu")
    read.__doc__ = f"Return {name.replace('_', ' ')}."
    return read
