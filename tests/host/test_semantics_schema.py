"""pxr.Semantics: labels as older scripts write them, read by the label utilities."""

import Semantics as top_level
from isaacsim.core.utils.semantics import add_labels, get_labels, get_semantics
from pxr import Semantics, Usd
from semantics.schema import editor


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


def test_the_editor_adds_and_removes():
    stage = Usd.Stage.CreateInMemory()
    prim = stage.DefinePrim("/Prim", "Cube")
    editor.PrimSemanticData(prim).add_entry("class", "cube")
    editor.PrimSemanticData(prim).add_entry("colour", "red")
    add_labels(prim, ["cube"])
    assert editor.PrimSemanticData(prim).get_data() == [("class", "cube"), ("colour", "red")]
    assert editor.remove_prim_semantics(prim, "class") and not editor.remove_prim_semantics(prim, "class")
    assert editor.PrimSemanticData(prim).get_data() == [("colour", "red")] and not get_labels(prim)
    assert editor.remove_prim_semantics(prim) and not get_semantics(prim)
