"""pxr.Semantics: labels as older scripts write them, read by the label utilities."""

import Semantics as top_level
from isaacsim.core.utils.semantics import get_semantics
from pxr import Semantics, Usd


def test_labels_are_written_and_read():
    stage = Usd.Stage.CreateInMemory()
    prim = stage.DefinePrim("/Prim", "Cube")
    assert not Semantics.SemanticsAPI.Get(prim, "Semantics")
    api = Semantics.SemanticsAPI.Apply(prim, "Semantics")
    api.CreateSemanticTypeAttr().Set("class")
    api.CreateSemanticDataAttr("cube")
    top_level.SemanticsAPI.Apply(prim, "Other").CreateSemanticTypeAttr("colour")
    assert get_semantics(prim) == {"Semantics": ("class", "cube"), "Other": ("colour", None)}
    found = Semantics.SemanticsAPI.GetAll(prim)
    assert [entry.GetName() for entry in found] == ["Semantics", "Other"]
    assert found[0].GetSemanticDataAttr().Get() == "cube" and found[0].GetPath() == "/Prim"
    prim.RemoveAppliedSchema("SemanticsAPI:Semantics")
    assert not api and len(Semantics.SemanticsAPI.GetAll(prim)) == 1
