"""Poses of prims with our ops and with other people's."""

import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom

from scenewright.replicator.functional import create, create_batch, modify
from scenewright.replicator.functional.rotation_math import matrix_from_euler
from scenewright.replicator.functional.utils import get_world_transform

EULER = (20.0, -35.0, 110.0)


def world(prim):
    return np.array(get_world_transform(prim))


def composed(position, euler, scale):
    matrix = np.eye(4)
    matrix[:3, :3] = np.diag(scale) @ matrix_from_euler(np.array([euler]))[0]
    matrix[3, :3] = position
    return matrix


def test_values_broadcast_and_what_is_not_given_stays(stage):
    cubes = create_batch.cube(3, position=(1, 2, 3), rotation=EULER, scale=2)
    modify.pose(cubes, scale_value=[1, 2, 3], position_value=np.arange(9).reshape(3, 3))
    for i, cube in enumerate(cubes):  # three scalars for three prims read as one row
        np.testing.assert_allclose(world(cube), composed((3 * i, 3 * i + 1, 3 * i + 2), EULER, (1, 2, 3)), atol=1e-5)
    modify.scale(cubes[:2], [4, 5])
    np.testing.assert_allclose(world(cubes[1])[:3, :3], composed((0, 0, 0), EULER, (5, 5, 5))[:3, :3], atol=1e-5)
    modify.position(cubes[0], (7, 8, 9))
    modify.rotation(cubes[0], (0, 0, 90))
    np.testing.assert_allclose(world(cubes[0]), composed((7, 8, 9), (0, 0, 90), (4, 4, 4)), atol=1e-5)


@pytest.mark.parametrize("quaternion", [Gf.Quatf, Gf.Quatd, Gf.Quath])
def test_quaternions_become_euler_angles(stage, quaternion):
    cube = create.cube()
    turn = Gf.Rotation((1, 2, 3), 50).GetQuat()
    modify.rotation(cube, quaternion(turn))
    np.testing.assert_allclose(world(cube)[:3, :3], np.array(Gf.Matrix3d(turn)), atol=2e-3 if quaternion is Gf.Quath else 1e-6)
    assert cube.GetAttribute("xformOp:rotateXYZ").GetTypeName() == "float3"
    with pytest.raises(ValueError, match=r"4 numbers; give 3 Euler angles"):
        modify.rotation(cube, (1, 0, 0, 0))


def test_values_of_one_prim_of_a_list_of_quaternions(stage):
    cubes = create_batch.cube(2, rotation=[Gf.Quatf(1), Gf.Rotation((0, 0, 1), 90)])
    np.testing.assert_allclose(world(cubes[1])[0, :3], (0, 1, 0), atol=1e-6)
    with pytest.raises(ValueError, match="1 rotations for 2 prims"):
        modify.rotation(cubes, [Gf.Quatf(1)])


def test_look_at_points_prims_and_each_its_own(stage):
    cubes = create_batch.cube(2, position=[(5, 0, 0), (0, 5, 0)])
    targets = create_batch.sphere(2, position=[(5, 5, 0), (0, 5, 9)])
    modify.pose(cubes, look_at_value=targets)
    np.testing.assert_allclose(-world(cubes[0])[2, :3], (0, 1, 0), atol=1e-6)
    np.testing.assert_allclose(-world(cubes[1])[2, :3], (0, 0, 1), atol=1e-6)
    modify.pose(cubes, look_at_value="/Sphere", look_at_up_axis=(0, 1, 0), position_value=(5, 5, 4))
    np.testing.assert_allclose(-world(cubes[1])[2, :3], (0, 0, -1), atol=1e-6)
    np.testing.assert_allclose(world(cubes[1])[1, :3], (0, 1, 0), atol=1e-6)
    with pytest.raises(ValueError, match="either rotation_value or look_at_value"):
        modify.pose(cubes, look_at_value=(0, 0, 0), rotation_value=(0, 0, 0))


def foreign(stage, build):
    xform = UsdGeom.Xform.Define(stage, "/World/Foreign")
    build(xform)
    return xform.GetPrim()


def matrix_op(xform):
    xform.AddTransformOp().Set(Gf.Matrix4d(composed((1, 2, 3), EULER, (2, 3, 4)).tolist()))


def orient_ops(xform):
    xform.AddTranslateOp(UsdGeom.XformOp.PrecisionFloat).Set((1, 2, 3))
    xform.AddOrientOp(UsdGeom.XformOp.PrecisionDouble).Set(Gf.Matrix3d(matrix_from_euler(np.array([EULER]))[0].tolist())
                                                          .ExtractRotation().GetQuat())
    xform.AddScaleOp(UsdGeom.XformOp.PrecisionDouble).Set((2, 3, 4))


def zyx_ops(xform):
    xform.AddTranslateOp().Set((1, 2, 3))
    rotation = Gf.Matrix3d(matrix_from_euler(np.array([EULER]))[0].tolist()).ExtractRotation()
    x, y, z = rotation.Decompose((1, 0, 0), (0, 1, 0), (0, 0, 1))
    xform.AddRotateZYXOp().Set((x, y, z))
    xform.AddScaleOp().Set((2, 3, 4))


def single_axis_ops(xform):
    xform.AddTranslateOp().Set((1, 2, 3))
    for add, angle in ((xform.AddRotateZOp, EULER[2]), (xform.AddRotateYOp, EULER[1]), (xform.AddRotateXOp, EULER[0])):
        add().Set(angle)
    xform.AddScaleOp().Set((2, 3, 4))


def translate_twice(xform):
    xform.AddTranslateOp(opSuffix="base").Set((1, 1, 1))
    xform.AddTranslateOp().Set((0, 1, 2))
    xform.AddRotateXYZOp().Set(EULER)
    xform.AddScaleOp().Set((2, 3, 4))


@pytest.mark.parametrize("build", [matrix_op, orient_ops, zyx_ops, single_axis_ops, translate_twice])
def test_other_op_stacks_keep_what_is_not_written(stage, build):
    prim = foreign(stage, build)
    np.testing.assert_allclose(world(prim), composed((1, 2, 3), EULER, (2, 3, 4)), atol=1e-5)
    modify.position(prim, (7, 8, 9))
    np.testing.assert_allclose(world(prim), composed((7, 8, 9), EULER, (2, 3, 4)), atol=1e-5)
    modify.rotation(prim, (10, 20, 30))
    np.testing.assert_allclose(world(prim), composed((7, 8, 9), (10, 20, 30), (2, 3, 4)), atol=1e-5)
    modify.scale(prim, 0.5)
    np.testing.assert_allclose(world(prim), composed((7, 8, 9), (10, 20, 30), (0.5, 0.5, 0.5)), atol=1e-5)


def test_orient_and_its_precision_are_kept(stage):
    prim = foreign(stage, orient_ops)
    modify.pose(prim, position_value=(0, 0, 0), rotation_value=(0, 0, 90))
    assert list(prim.GetAttribute("xformOpOrder").Get()) == ["xformOp:translate", "xformOp:orient", "xformOp:scale"]
    assert prim.GetAttribute("xformOp:translate").GetTypeName() == "float3"
    assert isinstance(prim.GetAttribute("xformOp:orient").Get(), Gf.Quatd)


def test_pivots_are_kept(stage):
    def pivoted(xform):
        UsdGeom.XformCommonAPI(xform).SetXformVectors((1, 0, 0), (0, 0, 90), (1, 1, 1), (2, 0, 0),
                                                      UsdGeom.XformCommonAPI.RotationOrderXYZ, Usd.TimeCode.Default())

    prim = foreign(stage, pivoted)
    order = list(prim.GetAttribute("xformOpOrder").Get())
    modify.rotation(prim, (0, 0, 180))
    assert list(prim.GetAttribute("xformOpOrder").Get()) == order
    np.testing.assert_allclose(world(prim)[3, :3], (5, 0, 0), atol=1e-5)


def test_reset_stacks_stay_reset(stage):
    create.xform(name="World", position=(10, 0, 0))

    def reset(xform):
        xform.AddTransformOp().Set(Gf.Matrix4d().SetTranslate((1, 2, 3)))
        xform.SetResetXformStack(True)

    prim = foreign(stage, reset)
    modify.pose(prim, rotation_value=(0, 0, 90))
    assert UsdGeom.Xformable(prim).GetResetXformStack()
    np.testing.assert_allclose(world(prim)[3, :3], (1, 2, 3), atol=1e-6)
    modify.pose(prim, look_at_value=(1, 2, 0))
    np.testing.assert_allclose(-world(prim)[2, :3], (0, 0, -1), atol=1e-6)


def test_mirrored_and_flattened_transforms_survive(stage):
    matrix = Gf.Matrix4d(composed((0, 0, 0), EULER, (-1, 2, 3)).tolist())
    mirrored = foreign(stage, lambda xform: xform.AddTransformOp().Set(matrix))
    before = world(mirrored)
    modify.position(mirrored, (0, 0, 0))
    np.testing.assert_allclose(world(mirrored), before, atol=1e-5)
    flat = UsdGeom.Xform.Define(stage, "/Flat")
    flat.AddTransformOp().Set(Gf.Matrix4d(composed((0, 0, 0), (0, 0, 0), (1, 1, 0)).tolist()))
    modify.position(flat.GetPrim(), (0, 0, 1))
    assert np.isfinite(world(flat.GetPrim())).all()
    np.testing.assert_allclose(np.diag(world(flat.GetPrim()))[:3], (1, 1, 0), atol=1e-6)


def test_prims_without_ops_and_prims_that_cannot_have_any(stage):
    bare = stage.DefinePrim("/Bare", "Xform")
    modify.position(bare, (1, 2, 3))
    assert list(bare.GetAttribute("xformOpOrder").Get()) == ["xformOp:translate", "xformOp:rotateXYZ", "xformOp:scale"]
    with pytest.raises(ValueError, match=r"/Looks \(Scope\) cannot have a pose"):
        modify.position(create.scope(name="Looks"), (0, 0, 0))


def test_mixed_stacks_in_one_call(stage):
    prims = [create.cube(), foreign(stage, matrix_op), create.cube()]
    modify.pose(prims, position_value=[(1, 0, 0), (2, 0, 0), (3, 0, 0)])
    assert [world(prim)[3, 0] for prim in prims] == pytest.approx([1, 2, 3])


def test_time_samples_of_the_written_layer_give_way(stage):
    cube = create.cube()
    attribute = cube.GetAttribute("xformOp:translate")
    attribute.Set((1, 0, 0), 0)
    attribute.Set((2, 0, 0), 10)
    modify.position(cube, (5, 0, 0))
    assert attribute.Get(5) == Gf.Vec3d(5, 0, 0)


def test_writes_go_to_the_edit_target_or_the_given_layer(stage):
    cube = create.cube()
    layer = Sdf.Layer.CreateAnonymous()
    stage.GetSessionLayer().subLayerPaths.append(layer.identifier)
    modify.pose(cube, position_value=(1, 2, 3), layer=layer)
    assert layer.GetAttributeAtPath("/Cube.xformOp:translate").default == Gf.Vec3d(1, 2, 3)
    assert stage.GetRootLayer().GetAttributeAtPath("/Cube.xformOp:translate").default == Gf.Vec3d(0)
    with pytest.raises(ValueError, match="not in the layer stack"):
        modify.pose(cube, position_value=(0, 0, 0), layer=Sdf.Layer.CreateAnonymous())


def test_a_value_that_a_stronger_layer_hides_is_an_error(stage):
    cube = create.cube()
    weak = Sdf.Layer.CreateAnonymous("weak")
    stage.GetRootLayer().subLayerPaths.append(weak.identifier)
    with Usd.EditContext(stage, weak), pytest.raises(ValueError, match=r"the stronger layer @.*@ holds a value"):
        modify.position(cube, (1, 0, 0))


def test_instance_proxies_are_refused_by_name(stage):
    create.cube(name="Part", parent="/Proto")
    instance = stage.DefinePrim("/Copy", "Xform")
    instance.GetReferences().AddInternalReference("/Proto")
    instance.SetInstanceable(True)
    with pytest.raises(ValueError, match=r"/Copy/Part: it lies inside the instance /Copy"):
        modify.position("/Copy/Part", (0, 0, 0))
    modify.position("/Copy", (1, 0, 0))
    assert world(instance)[3, 0] == 1
