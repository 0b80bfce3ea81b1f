import pytest
from pxr import PhysxSchema, Usd, UsdPhysics


def test_attributes_have_physx_names_and_defaults():
    stage = Usd.Stage.CreateInMemory()
    scene = UsdPhysics.Scene.Define(stage, "/Scene").GetPrim()
    assert not PhysxSchema.PhysxSceneAPI(scene)
    api = PhysxSchema.PhysxSceneAPI.Apply(scene)
    assert api and "PhysxSceneAPI" in scene.GetMetadata("apiSchemas").GetAddedOrExplicitItems()
    assert api.GetTimeStepsPerSecondAttr().Get() == 60
    api.CreateTimeStepsPerSecondAttr(240)
    api.GetEnableCCDAttr().Set(True)
    assert scene.GetAttribute("physxScene:timeStepsPerSecond").Get() == 240
    assert scene.GetAttribute("physxScene:enableCCD").Get() is True


def test_unknown_attributes_and_schemas_are_named():
    body = PhysxSchema.PhysxRigidBodyAPI(Usd.Stage.CreateInMemory().DefinePrim("/Body"))
    with pytest.raises(AttributeError, match=r"PhysxRigidBodyAPI\.GetNopeAttr.*disableGravity"):
        body.GetNopeAttr()
    with pytest.raises(AttributeError, match=r"pxr\.PhysxSchema\.PhysxVehicleAPI"):
        _ = PhysxSchema.PhysxVehicleAPI
