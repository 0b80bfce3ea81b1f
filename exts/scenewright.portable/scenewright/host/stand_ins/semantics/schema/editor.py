"""``semantics.schema.editor``: labels of Kit's older schema, as the semantics editor writes them."""

from enum import Enum
from typing import Any

from pxr import Usd
from pxr.Semantics import SemanticsAPI

__all__ = ["LabelWriteType", "PrimSemanticData", "add_prim_semantics", "remove_prim_semantics"]


class LabelWriteType(Enum):
    """How ``add_prim_semantics`` writes; it has no stand-in, so there are no members."""


def add_prim_semantics(*args: Any, **kwargs: Any) -> None:
    """Refuse: scripts import it, and none that is known calls it.

    Raises:
        NotImplementedError: Always.
    """
    raise NotImplementedError("semantics.schema.editor.add_prim_semantics has no stand-in on the portable host; use "
                              "rep.functional.modify.semantics or isaacsim.core.utils.semantics.add_labels.")


class PrimSemanticData:
    """The labels of one prim."""

    def __init__(self, prim: Usd.Prim) -> None:
        self.prim = prim

    def add_entry(self, semantic_type: str, semantic_data: str) -> None:
        """Add a label of a type beside those that are there."""
        present = {entry.GetName() for entry in SemanticsAPI.GetAll(self.prim)}
        name = next(name for number in range(len(present) + 1)
                    if (name := f"Semantics_{number}" if number else "Semantics") not in present)
        api = SemanticsAPI.Apply(self.prim, name)
        api.CreateSemanticTypeAttr(semantic_type)
        api.CreateSemanticDataAttr(semantic_data)

    def get_data(self) -> list[tuple[str, str]]:
        """Return (type, label) pairs."""
        return [(entry.GetSemanticTypeAttr().Get(), entry.GetSemanticDataAttr().Get())
                for entry in SemanticsAPI.GetAll(self.prim)]


def remove_prim_semantics(prim: Usd.Prim, label_type: str | None = None) -> bool:
    """Remove the labels of one type, or all, in the older schema and in ``UsdSemantics``; return whether there were any."""
    from isaacsim.core.utils.semantics import get_labels, remove_labels

    removed = False
    for entry in SemanticsAPI.GetAll(prim):
        if label_type in (None, entry.GetSemanticTypeAttr().Get()):
            prim.RemoveAppliedSchema(f"SemanticsAPI:{entry.GetName()}")
            for attribute in (entry.GetSemanticTypeAttr(), entry.GetSemanticDataAttr()):
                prim.RemoveProperty(attribute.GetName())
            removed = True
    if any(label_type in (None, kind) for kind in get_labels(prim)):
        remove_labels(prim, label_type)
        removed = True
    return removed
