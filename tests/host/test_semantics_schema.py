"""pxr.Semantics: labels as older scripts write them, read by the label utilities."""

import pytest
import Semantics as top_level
from isaacsim.core.utils.semantics import add_labels, get_labels, get_semantics
from pxr import PhysxSchema, Semantics, Usd, UsdGeom, UsdPhysics
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


def test_prims_know_schemas_that_usd_does_not():
    stage = Usd.Stage.CreateInMemory()
    prim = UsdGeom.Cube.Define(stage, "/Prim").GetPrim()
    assert not prim.HasAPI(Semantics.SemanticsAPI) and not prim.HasAPI(PhysxSchema.PhysxRigidBodyAPI)
    Semantics.SemanticsAPI.Apply(prim, "Semantics")
    assert prim.HasAPI(Semantics.SemanticsAPI) and prim.HasAPI(Semantics.SemanticsAPI, "Semantics")
    assert not prim.HasAPI(Semantics.SemanticsAPI, "Other")
    assert prim.ApplyAPI(PhysxSchema.PhysxRigidBodyAPI) and prim.HasAPI(PhysxSchema.PhysxRigidBodyAPI)
    assert prim.RemoveAPI(Semantics.SemanticsAPI, "Semantics") and not prim.HasAPI(Semantics.SemanticsAPI)
    assert not prim.HasAPI(UsdPhysics.CollisionAPI)
    UsdPhysics.CollisionAPI.Apply(prim)
    assert prim.HasAPI(UsdPhysics.CollisionAPI) and prim.HasAPI("PhysicsCollisionAPI")


def test_prims_take_the_schemas_of_usd_as_before():
    stage = Usd.Stage.CreateInMemory()
    prim = UsdGeom.Cube.Define(stage, "/Box").GetPrim()
    assert prim.ApplyAPI(schemaType=UsdPhysics.RigidBodyAPI) and prim.HasAPI(schemaType=UsdPhysics.RigidBodyAPI)
    assert prim.HasAPI("PhysicsRigidBodyAPI") and not prim.HasAPI(UsdPhysics.CollisionAPI)
    assert prim.ApplyAPI(Semantics.SemanticsAPI, instanceName="class") and prim.HasAPI(Semantics.SemanticsAPI, "class")
    assert prim.RemoveAPI(UsdPhysics.RigidBodyAPI) and not prim.HasAPI(UsdPhysics.RigidBodyAPI)
    with pytest.raises(TypeError):
        prim.HasAPI(1.5)
