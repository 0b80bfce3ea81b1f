"""``isaacsim.core.cloner``: what Isaac Sim's own tests of it state, and what a stage with clones composes to."""

import numpy as np
import pytest
from isaacsim.core.cloner import Cloner, GridCloner
from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics

from scenewright.host.stage_context import get_context

ROW = np.array([[0, 0, 0], [3, 0, 0], [6, 0, 0], [9, 0, 0]])


@pytest.fixture
def stage():
    get_context().new_stage()
    stage = get_context().get_stage()
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    yield stage
    get_context().close_stage()


def world(stage, path):
    return UsdGeom.Xformable(stage.GetPrimAtPath(path)).ComputeLocalToWorldTransform(Usd.TimeCode.Default())


def test_clones_stand_at_their_positions(stage):
    UsdGeom.Cube.Define(stage, "/World/Cube_0")
    cloner = Cloner()
    paths = cloner.generate_paths("/World/Cube", 4)
    assert paths == ["/World/Cube_0", "/World/Cube_1", "/World/Cube_2", "/World/Cube_3"]
    cloner.clone("/World/Cube_0", paths, positions=ROW)
    for path, position in zip(paths, ROW.tolist(), strict=True):
        prim = stage.GetPrimAtPath(path)
        assert prim.GetTypeName() == "Cube" and prim.IsDefined()
        assert prim.GetAttribute("xformOp:translate").Get() == Gf.Vec3d(*position)
        assert world(stage, path).ExtractTranslation() == Gf.Vec3d(*position)


def test_the_source_keeps_its_transform_whatever_its_operations_were(stage):
    source = UsdGeom.Xform.Define(stage, "/World/Source")
    UsdGeom.Cube.Define(stage, "/World/Source/Cube")
    source.AddTranslateOp().Set((1, 2, 3))
    source.AddRotateXYZOp().Set((10, 20, 30))
    source.AddScaleOp().Set((2, 2, 0.5))
    before = world(stage, "/World/Source")
    Cloner().clone("/World/Source", ["/World/Clone"])
    for path in ("/World/Source", "/World/Clone"):
        assert np.allclose(world(stage, path), before, atol=1e-12)
        assert list(stage.GetPrimAtPath(path).GetAttribute("xformOpOrder").Get()) == [
            "xformOp:translate", "xformOp:orient", "xformOp:scale"
        ]  # fmt: skip
    assert not source.GetPrim().HasAttribute("xformOp:rotateXYZ")


def test_a_matrix_and_a_single_precision_orientation_are_kept(stage):
    matrix = Gf.Matrix4d(Gf.Rotation((0, 0, 1), 90), (5, 0, 0))
    UsdGeom.Xform.Define(stage, "/A").AddTransformOp().Set(matrix)
    single = UsdGeom.Xform.Define(stage, "/B").AddOrientOp(UsdGeom.XformOp.PrecisionFloat)
    single.Set(Gf.Quatf(0, 0, 0, 1))
    cloner = Cloner()
    cloner.clone("/A", ["/A1"], orientations=[[1, 0, 0, 0]])
    assert np.allclose(world(stage, "/A"), matrix)
    assert np.allclose(world(stage, "/A1"), Gf.Matrix4d(1.0).SetTranslate((5, 0, 0)))
    cloner.clone("/B", ["/B", "/B1"], orientations=[[0, 1, 0, 0], [0, 0, 1, 0]])
    assert stage.GetPrimAtPath("/B").GetAttribute("xformOp:orient").Get() == Gf.Quatf(0, 1, 0, 0)
    assert world(stage, "/B1").ExtractRotationQuat().GetImaginary() == Gf.Vec3d(0, 1, 0)


def test_clones_inherit_or_are_copies(stage):
    for kind, copied in (("Heir", False), ("Copy", True)):
        UsdGeom.Xform.Define(stage, f"/{kind}_0")
        UsdGeom.Cube.Define(stage, f"/{kind}_0/Box").CreateSizeAttr(2.0)
        UsdPhysics.RigidBodyAPI.Apply(stage.GetPrimAtPath(f"/{kind}_0/Box"))
        cloner = Cloner()
        cloner.clone(f"/{kind}_0", cloner.generate_paths(f"/{kind}", 3), ROW[:3], copy_from_source=copied)
        assert stage.GetPrimAtPath(f"/{kind}_2/Box").HasAPI(UsdPhysics.RigidBodyAPI)
        UsdGeom.Cube(stage.GetPrimAtPath(f"/{kind}_0/Box")).GetSizeAttr().Set(7.0)
        UsdGeom.Sphere.Define(stage, f"/{kind}_0/Later")
        UsdGeom.Sphere.Define(stage, f"/{kind}_1/Own")
        assert UsdGeom.Cube(stage.GetPrimAtPath(f"/{kind}_2/Box")).GetSizeAttr().Get() == (2.0 if copied else 7.0)
        assert bool(stage.GetPrimAtPath(f"/{kind}_2/Later")) is not copied
        assert not stage.GetPrimAtPath(f"/{kind}_0/Own")


def test_a_copy_joins_what_several_layers_say(stage):
    UsdGeom.Cube.Define(stage, "/Box").CreateSizeAttr(2.0)
    with Usd.EditContext(stage, stage.GetSessionLayer()):
        stage.GetPrimAtPath("/Box").CreateAttribute("size", Sdf.ValueTypeNames.Double).Set(5.0)
    Cloner().clone("/Box", ["/Copy"], copy_from_source=True)
    assert UsdGeom.Cube(stage.GetPrimAtPath("/Copy")).GetSizeAttr().Get() == 5.0
    assert stage.GetRootLayer().GetPrimAtPath("/Copy").typeName == "Cube"


def test_a_stage_of_ones_own(stage):
    own = Usd.Stage.CreateInMemory()
    UsdGeom.Cube.Define(own, "/World/Cube_0")
    cloner = Cloner(stage=own)
    cloner.define_base_env("/World/envs")
    cloner.clone("/World/Cube_0", ["/World/envs/a"], ROW[1:2])
    assert own.GetPrimAtPath("/World/envs").GetTypeName() == "Scope" and own.GetPrimAtPath("/World/envs/a")
    assert not stage.GetPrimAtPath("/World/envs")


def test_a_grid_is_centred_and_runs_by_rows(stage):
    UsdGeom.Cube.Define(stage, "/World/Cube_0")
    cloner = GridCloner(spacing=3)
    paths = cloner.generate_paths("/World/Cube", 4)
    positions = cloner.clone("/World/Cube_0", paths)
    expected = [[1.5, -1.5, 0], [1.5, 1.5, 0], [-1.5, -1.5, 0], [-1.5, 1.5, 0]]
    assert positions == expected
    assert [list(world(stage, path).ExtractTranslation()) for path in paths] == expected


@pytest.mark.parametrize(("count", "per_row", "first", "last"), [
    (9, -1, [2, -2, 0], [-2, 2, 0]), (5, -1, [2, -1, 0], [-2, -1, 0]), (6, 3, [1, -2, 0], [-1, 2, 0]), (1, -1, [0] * 3, [0] * 3)
])  # fmt: skip
def test_rows_and_columns_of_a_grid(stage, count, per_row, first, last):
    positions, turns = GridCloner(2.0, per_row).get_clone_transforms(count)
    assert (positions[0], positions[-1], len(positions)) == (first, last, count)
    assert turns == [[1.0, 0.0, 0.0, 0.0]] * count
    assert len({tuple(position) for position in positions}) == count


def test_a_grid_lies_on_the_ground_of_a_y_up_stage_and_takes_offsets(stage):
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    cloner = GridCloner(spacing=2.0)
    positions, turns = cloner.get_clone_transforms(4, [[0, 5, 0]] * 4, [[0, 0, 0, 1]] * 4)
    assert positions[0] == [1, 5, -1] and positions[3] == [-1, 5, 1] and turns[2] == [0, 0, 0, 1]
    assert cloner.get_clone_transforms(0) == ([], [])


class Tensor:
    """What a torch tensor on a device answers to."""

    def __init__(self, values):
        self.values = values

    def detach(self):
        return self

    cpu = detach

    def numpy(self):
        return np.asarray(self.values)


def test_tensors_serve_as_positions(stage):
    UsdGeom.Cube.Define(stage, "/A")
    Cloner().clone("/A", ["/B"], Tensor([[1.0, 2.0, 3.0]]))
    assert world(stage, "/B").ExtractTranslation() == Gf.Vec3d(1, 2, 3)


@pytest.mark.parametrize(("arguments", "error", "text"), [
    ({"source_prim_path": None}, TypeError, "source_prim_path must be a str"),
    ({"source_prim_path": "not a path!"}, ValueError, "valid SdfPath"),
    ({"source_prim_path": "/Gone"}, ValueError, "does not exist"),
    ({"positions": ROW}, ValueError, "Dimension mismatch between positions and prim_paths"),
    ({"positions": []}, ValueError, "positions is empty"),
    ({"orientations": [[1, 0, 0]]}, ValueError, r"needs? \(1, 4\)"),
    ({"replicate_physics": True}, ValueError, "base_env_path needs to be specified.*define_base_env"),
])  # fmt: skip
def test_what_does_not_fit_is_an_error(stage, arguments, error, text):
    UsdGeom.Cube.Define(stage, "/A")
    with pytest.raises(error, match=text):
        Cloner().clone(**{"source_prim_path": "/A", "prim_paths": ["/B"], **arguments})
    assert not stage.GetPrimAtPath("/B")


def test_the_old_name_is_the_same_module(stage):
    import omni.isaac.cloner

    assert omni.isaac.cloner.GridCloner is GridCloner
