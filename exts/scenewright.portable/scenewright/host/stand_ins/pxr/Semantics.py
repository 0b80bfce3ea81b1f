"""``pxr.Semantics``: Kit's older schema of labels, for usd-core, which does not have it.

A prim bears ``SemanticsAPI:<instance>`` and the attributes ``semantic:<instance>:params:semanticType`` and ``…:semanticData``.
"""

from typing import Any

from pxr import Sdf, Usd

from scenewright.host.python_schemas import PythonSchema, teach_prims

__all__ = ["SemanticsAPI"]

teach_prims()


class SemanticsAPI(PythonSchema):
    """One label of one type on a prim.

    Args:
        prim: The prim, or a schema object of it.
        name: Name of the instance.
    """

    def __init__(self, prim: Any = None, name: str = "Semantics") -> None:
        self._prim = prim.GetPrim() if hasattr(prim, "GetPrim") else prim
        self._name = str(name)

    @classmethod
    def Apply(cls, prim: Usd.Prim, name: str = "Semantics") -> "SemanticsAPI":
        """Apply the schema and return it."""
        applied = cls(prim, name)
        if not applied:
            applied._prim.AddAppliedSchema(f"SemanticsAPI:{name}")
        return applied

    @classmethod
    def Get(cls, prim: Usd.Prim, name: str = "Semantics") -> "SemanticsAPI":
        """Return the schema on a prim; it is false where it was not applied."""
        return cls(prim, name)

    @classmethod
    def GetAll(cls, prim: Usd.Prim) -> list["SemanticsAPI"]:
        """Return all of them on a prim."""
        return [cls(prim, schema.partition(":")[2]) for schema in cls.applied_names(prim)]

    def __bool__(self) -> bool:
        return bool(self._prim) and bool(self.applied_names(self._prim, self._name))

    def GetName(self) -> str:
        """Return the name of the instance."""
        return self._name

    def GetPrim(self) -> Usd.Prim:
        """Return the prim."""
        return self._prim

    def GetPath(self) -> Sdf.Path:
        """Return the prim's path."""
        return self._prim.GetPath()

    def GetSemanticTypeAttr(self) -> Usd.Attribute:
        """Return the attribute with the type of the label; invalid where there is none."""
        return self._prim.GetAttribute(self._attribute("semanticType"))

    def GetSemanticDataAttr(self) -> Usd.Attribute:
        """Return the attribute with the label; invalid where there is none."""
        return self._prim.GetAttribute(self._attribute("semanticData"))

    def CreateSemanticTypeAttr(self, default: str | None = None, writeSparsely: bool = False) -> Usd.Attribute:
        """Return the attribute with the type of the label, made if it is not there, with ``default``."""
        return self._create("semanticType", default)

    def CreateSemanticDataAttr(self, default: str | None = None, writeSparsely: bool = False) -> Usd.Attribute:
        """Return the attribute with the label, made if it is not there, with ``default``."""
        return self._create("semanticData", default)

    def _attribute(self, part: str) -> str:
        return f"semantic:{self._name}:params:{part}"

    def _create(self, part: str, default: str | None) -> Usd.Attribute:
        attribute = self._prim.CreateAttribute(self._attribute(part), Sdf.ValueTypeNames.String)
        if default is not None:
            attribute.Set(str(default))
        return attribute
