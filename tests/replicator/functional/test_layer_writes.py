"""Bulk writes: what they leave on the stage, whatever happened to the specs since the write before."""

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom

import scenewright.replicator.functional as functional
from scenewright.render.scene.stage_scene import StageScene

COUNT = 12


@pytest.fixture
def prims(stage):
    return functional.create_batch.cube(count=COUNT, parent="/World", name="Cube")


def values(prims, name):
    return [prim.GetAttribute(name).Get() for prim in prims]


def write_all(prims, rng, stage):
    """Write pose and colour of all prims; return what their attributes must say now."""
    position, rotation, scale, color = (rng.integers(1, 9, (COUNT, 3)).astype(float) for _ in range(4))
    functional.modify.pose(prims, position_value=position, rotation_value=rotation, scale_value=scale)
    functional.modify.attribute(prims, "primvars:displayColor", color)
    assert values(prims, "xformOp:translate") == [Gf.Vec3d(*row) for row in position.tolist()]
    assert values(prims, "xformOp:rotateXYZ") == [Gf.Vec3f(*row) for row in rotation.tolist()]
    assert values(prims, "xformOp:scale") == [Gf.Vec3f(*row) for row in scale.tolist()]
    assert [list(value) for value in values(prims, "primvars:displayColor")] == [[Gf.Vec3f(*row)] for row in color.tolist()]


def remove_some_specs(prims, rng, stage):
    for k in rng.choice(COUNT, 3, replace=False):
        prims[k].RemoveProperty("primvars:displayColor")
        prims[k].RemoveProperty("xformOp:scale")


def clear_and_restore_the_layer(prims, rng, stage):
    layer = stage.GetEditTarget().GetLayer()
    text, paths = layer.ExportToString(), [prim.GetPath() for prim in prims]
    layer.Clear()
    layer.ImportFromString(text)
    prims[:] = [stage.GetPrimAtPath(path) for path in paths]


def animate_some(prims, rng, stage):
    for k in rng.choice(COUNT, 3, replace=False):
        prims[k].GetAttribute("xformOp:translate").Set(Gf.Vec3d(1, 2, 3), 1.0)


def redefine_one(prims, rng, stage):
    k = int(rng.integers(0, COUNT))
    path = prims[k].GetPath()
    stage.RemovePrim(path)
    prims[k] = functional.create.cube(parent="/World", name=path.name)


def switch_edit_target(prims, rng, stage):
    """Go to the session layer and back; what it holds must not stay in the way."""
    if stage.GetEditTarget().GetLayer() == stage.GetSessionLayer():
        stage.GetSessionLayer().Clear()
        stage.SetEditTarget(stage.GetRootLayer())
    else:
        stage.SetEditTarget(stage.GetSessionLayer())


def use_other_list(prims, rng, stage):
    prims[:] = [prims[k] for k in rng.permutation(COUNT)]


def write_some(prims, rng, stage):
    chosen = [prims[k] for k in rng.choice(COUNT, 9, replace=False)]
    functional.modify.position(chosen, rng.random((9, 3)))
    functional.randomizer.display_color(chosen, rng)


def reorder_the_ops_of_one(prims, rng, stage):
    """Somebody else's tool writes a matrix; the next pose takes the ops back."""
    prim = UsdGeom.Xformable(prims[int(rng.integers(0, COUNT))])
    prim.ClearXformOpOrder()
    prim.AddTransformOp(opSuffix=f"other{rng.integers(1e9)}").Set(Gf.Matrix4d(2.0))


EVENTS = (remove_some_specs, reorder_the_ops_of_one, clear_and_restore_the_layer, animate_some, redefine_one,
          switch_edit_target, use_other_list, write_some, write_all)


@pytest.mark.parametrize("seed", range(10))
def test_every_write_shows_on_the_stage_and_in_the_scene(prims, stage, seed):
    rng = np.random.default_rng(seed)
    scene = StageScene(stage)
    for step in range(15):
        for k in rng.integers(0, len(EVENTS), rng.integers(0, 3)):
            if stage.GetEditTarget().GetLayer() == stage.GetRootLayer() or EVENTS[k] is switch_edit_target:
                EVENTS[k](prims, rng, stage)
        if rng.random() < 0.3:
            scene.sync(Usd.TimeCode(step))  # between the writes too
        write_all(prims, rng, stage)
        scene.sync(Usd.TimeCode(step + 1))
        fresh = StageScene(stage)
        fresh.sync(Usd.TimeCode(step + 1))
        np.testing.assert_array_equal(scene.matrices, fresh.matrices)
        assert [i.slot_colors for i in scene.instances] == [i.slot_colors for i in fresh.instances]
        assert [i.path for i in scene.instances] == [i.path for i in fresh.instances]
        fresh.close()
    scene.close()
    stage.SetEditTarget(stage.GetRootLayer())


@pytest.mark.parametrize(
    ("type_name", "rows"),
    [
        ("color3f[]", np.arange(9.0).reshape(3, 3)), ("color3f", [(0, 1, 2), (3, 4, 5), (6, 7, 8)]), ("float", [1, 2.5, 3]),
        ("double3", np.eye(3)), ("int", np.arange(3)), ("half3", np.eye(3)), ("int3", [(1, 2, 3)] * 3),
        ("float2", [(1, 2)] * 3),
        ("texCoord2f[]", [(0, 1)] * 3), ("double", np.linspace(0, 1, 3)), ("float", [True, False, True]), ("bool", [1, 0, 1]),
        ("quatf", [(1.0, 0, 0, 0)] * 3), ("matrix3d", [np.eye(3)] * 3), ("uchar", [1, 2, 3]), ("token", ["a", "b", "c"]),
        ("float[]", [(1.0,), (2.0,), (3.0,)]), ("float[]", [(1.0, 2.0)] * 3), ("point3f[]", [[(0, 0, 0), (1, 1, 1)]] * 3),
    ],
)
def test_a_table_of_numbers_is_what_its_rows_are_one_by_one(stage, type_name, rows):
    together = functional.create_batch.cube(count=3, parent="/World", name="Together")
    single = functional.create_batch.cube(count=3, parent="/World", name="Single")
    functional.modify.attribute(together, "user:value", rows, attribute_type=type_name)
    for prim, row in zip(single, rows, strict=True):
        functional.modify.attribute(prim, "user:value", row, attribute_type=type_name)
    assert values(together, "user:value") == values(single, "user:value")
    assert type(values(together, "user:value")[0]) is type(values(single, "user:value")[0])


def test_a_wrong_row_in_a_table_is_named(stage):
    prims = functional.create_batch.cube(count=3, parent="/World", name="Cube")
    for rows in ([(1, 2)] * 3, np.ones((3, 4)), [(1, 2, 3), (4, 5), (6, 7, 8)], [("a", "b", "c")] * 3):
        with pytest.raises((ValueError, TypeError), match="displayColor"):
            functional.modify.attribute(prims, "primvars:displayColor", rows)
    with pytest.raises(TypeError, match="give an integer"):
        functional.modify.attribute(prims, "user:count", [1, 2.5, 3], attribute_type="int")
