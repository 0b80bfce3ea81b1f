"""Stand-in of omni.metrics.assembler.core: sizes and axes of what a stage refers to, against geometry."""

import numpy as np
import omni.usd
import pytest
from omni.metrics.assembler.core import get_metrics_assembler_interface
from pxr import Usd, UsdGeom


@pytest.fixture
def stage(tmp_path):
    """A stage in metres, Z-up, that refers to a box of 100 x 200 x 300 units in centimetres, Y-up, at (1, 2, 3)."""
    asset = Usd.Stage.CreateNew(str(tmp_path / "box.usda"))
    UsdGeom.SetStageUpAxis(asset, "Y")
    UsdGeom.SetStageMetersPerUnit(asset, 0.01)
    root = UsdGeom.Xform.Define(asset, "/Root")
    asset.SetDefaultPrim(root.GetPrim())
    UsdGeom.XformCommonAPI(UsdGeom.Cube.Define(asset, "/Root/Box")).SetScale((50, 100, 150))
    asset.Save()
    omni.usd.get_context().new_stage()
    stage = omni.usd.get_context().get_stage()
    prim = UsdGeom.Xform.Define(stage, "/Box")
    prim.GetPrim().GetReferences().AddReference(str(tmp_path / "box.usda"))
    prim.AddTranslateOp().Set((1, 2, 3))
    yield stage
    omni.usd.get_context().close_stage()


def test_referenced_files_take_the_units_and_the_axis_of_the_stage(stage):
    for _ in range(2):
        get_metrics_assembler_interface().resolve_stage(omni.usd.get_context().get_stage_id())
    bounds = UsdGeom.BBoxCache(0.0, ["default"]).ComputeWorldBound(stage.GetPrimAtPath("/Box")).ComputeAlignedRange()
    assert np.allclose(bounds.GetSize(), (1.0, 3.0, 2.0)) and np.allclose(bounds.GetMidpoint(), (1, 2, 3))


def test_files_that_agree_are_left_alone(stage):
    UsdGeom.SetStageMetersPerUnit(stage, 0.01)
    UsdGeom.SetStageUpAxis(stage, "Y")
    get_metrics_assembler_interface().resolve_stage(omni.usd.get_context().get_stage_id())
    assert UsdGeom.Xformable(stage.GetPrimAtPath("/Box")).GetXformOpOrderAttr().Get() == ["xformOp:translate"]


def test_an_unknown_stage_is_an_error():
    with pytest.raises(ValueError, match="no stage with the id 77"):
        get_metrics_assembler_interface().resolve_stage(77)
