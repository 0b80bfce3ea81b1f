"""Applied schemas that exist in Python alone, and ``Usd.Prim`` methods that take them for schemas.

usd-core has neither PhysX's schemas nor Kit's labels; their stand-ins are Python classes, which ``prim.HasAPI`` would refuse.
"""

from typing import Any

from pxr import Usd

__all__ = ["PythonSchema", "forget_prims", "teach_prims"]

_METHODS = ("HasAPI", "ApplyAPI", "RemoveAPI", "CanApplyAPI")

#: The methods of ``Usd.Prim`` as usd-core has them, while they are replaced.
_kept: dict[str, Any] = {}


class PythonSchema:
    """Base of the stand-ins: its name in ``apiSchemas`` is the class's, with ``:<instance>`` where there may be several."""

    @classmethod
    def applied_names(cls, prim: Usd.Prim, instance: str | None = None) -> list[str]:
        """Return under which names the schema is applied to ``prim``: one instance, or all."""
        schemas = prim.GetMetadata("apiSchemas")
        names = schemas.GetAddedOrExplicitItems() if schemas else ()
        return [name for name in names if (name.partition(":")[0] == cls.__name__ if instance is None
                                           else name == f"{cls.__name__}:{instance}")]


def teach_prims() -> None:
    """Let the methods of ``Usd.Prim`` that take a schema class take a `PythonSchema` too; twice is harmless."""
    if not _kept:
        _kept.update({name: getattr(Usd.Prim, name) for name in _METHODS})
        for name, original in _kept.items():
            setattr(Usd.Prim, name, _taught(name, original))


def forget_prims() -> None:
    """Give ``Usd.Prim`` the methods back that it came with; harmless where nothing was taught."""
    while _kept:
        setattr(Usd.Prim, *_kept.popitem())


def _taught(name: str, original: Any) -> Any:
    def method(prim: Usd.Prim, *arguments: Any, **named: Any) -> Any:
        schema = arguments[0] if arguments else named.get("schemaType")
        if not (isinstance(schema, type) and issubclass(schema, PythonSchema)):
            return original(prim, *arguments, **named)
        instance = next((value for value in (*arguments, named.get("instanceName")) if isinstance(value, str)), None)
        if name == "HasAPI":
            return bool(schema.applied_names(prim, instance))
        if name == "CanApplyAPI":
            return bool(prim)
        change = prim.AddAppliedSchema if name == "ApplyAPI" else prim.RemoveAppliedSchema
        return change(schema.__name__ if instance is None else f"{schema.__name__}:{instance}")

    method.__name__, method.__doc__ = name, original.__doc__
    return method
