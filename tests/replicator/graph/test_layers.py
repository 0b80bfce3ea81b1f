"""Randomized values never touch the user's layers, and what is written is what the stage shows."""

import omni.replicator.core as rep
import omni.usd
import pytest
from omni.replicator.core.orchestrator import OrchestratorError
from pxr import Usd, UsdGeom


@pytest.fixture
def scene_file(tmp_path):
    file = tmp_path / "scene.usda"
    stage = Usd.Stage.CreateNew(str(file))
    UsdGeom.SetStageUpAxis(stage, "Z")
    cube = UsdGeom.Cube.Define(stage, "/World/Cube")
    cube.AddTranslateOp().Set((1, 2, 3))
    stage.Save()
    return file


def test_a_users_file_stays_as_it_is(graph_stage, scene_file):
    rep.open_stage(str(scene_file))
    stage = omni.usd.get_context().get_stage()
    before = stage.GetRootLayer().ExportToString()
    with rep.trigger.on_frame(), rep.get.prims(path_pattern="Cube"):
        rep.modify.pose(position=rep.distribution.uniform((5, 5, 5), (6, 6, 6)), rotation=(0, 0, 30))
        rep.randomizer.color(rep.distribution.uniform((0, 0, 0), (1, 1, 1)))
        rep.modify.semantics([("class", "cube")])
        rep.modify.visibility(True)
    rep.create.render_product("/OmniverseKit_Persp", (8, 8))
    for _ in range(2):
        rep.orchestrator.step()
    assert stage.GetRootLayer().ExportToString() == before and not stage.GetRootLayer().dirty
    assert stage.GetPrimAtPath("/World/Cube").GetAttribute("xformOp:translate").Get()[0] >= 5


def test_a_new_layer_takes_what_is_made_inside(graph_stage, positions):
    before = graph_stage.GetRootLayer().ExportToString()
    target = graph_stage.GetEditTarget()
    with rep.new_layer("props") as layer:
        item = rep.create.cube(position=(1, 1, 1))
        with rep.trigger.on_frame(), item:
            rep.modify.pose(position=rep.distribution.uniform((2, 2, 2), (3, 3, 3)))
    assert graph_stage.GetEditTarget() == target
    rep.orchestrator.step()
    assert graph_stage.GetRootLayer().ExportToString() == before
    assert layer.anonymous and layer.GetDisplayName() == "props"
    spec = layer.GetAttributeAtPath("/Replicator/Cube_Xform.xformOp:translate")
    assert tuple(spec.default) == positions(item)[0] and spec.default[0] >= 2


def test_a_layer_of_the_same_name_is_cleared(graph_stage):
    with rep.new_layer() as first:
        rep.create.cube()
    with rep.new_layer() as second:
        pass
    assert first is second or first.identifier == second.identifier
    assert first.GetDisplayName() == "Replicator" and not graph_stage.GetPrimAtPath("/Replicator/Cube_Xform")


def test_an_error_inside_puts_the_edit_target_back(graph_stage):
    target = graph_stage.GetEditTarget()
    with pytest.raises(KeyError), rep.new_layer():
        raise KeyError
    assert graph_stage.GetEditTarget() == target


def test_a_stronger_opinion_is_an_error_that_names_the_layer(graph_stage):
    cube = rep.functional.create.cube(name="Box")
    with Usd.EditContext(graph_stage, graph_stage.GetSessionLayer()):
        cube.GetAttribute("xformOp:translate").Set((9, 9, 9))
    with rep.get.prim_at_path("/Box"):
        rep.modify.pose(position=(1, 1, 1))
    session = graph_stage.GetSessionLayer().identifier
    with pytest.raises(OrchestratorError, match=r"stronger layer .*holds a value") as caught:
        rep.orchestrator.step()
    assert session in str(caught.value)


def test_an_instance_proxy_is_an_error_that_names_the_instance(graph_stage):
    UsdGeom.Cube.Define(graph_stage, "/Prototype/Cube")
    instance = UsdGeom.Xform.Define(graph_stage, "/Copy").GetPrim()
    instance.GetReferences().AddInternalReference("/Prototype")
    instance.SetInstanceable(True)
    with rep.get.prim_at_path("/Copy/Cube"):
        rep.modify.pose(position=(1, 1, 1))
    with pytest.raises(OrchestratorError, match="inside the instance /Copy"):
        rep.orchestrator.step()


def test_what_a_script_sets_afterwards_shows(graph_stage):
    cube = rep.functional.create.cube(name="Box")
    with rep.trigger.on_custom_event("move"), rep.get.prim_at_path("/Box"):
        rep.modify.pose(position=rep.distribution.uniform((1, 1, 1), (2, 2, 2)))
    rep.utils.send_og_event("move")
    rep.orchestrator.step()
    place = cube.GetAttribute("xformOp:translate")
    assert place.Get()[0] >= 1
    place.Set((7, 7, 7))
    assert tuple(place.Get()) == (7, 7, 7)
    rep.functional.modify.position(cube, (8, 8, 8))
    assert tuple(place.Get()) == (8, 8, 8)
    rep.utils.send_og_event("move")
    rep.orchestrator.step()
    assert 1 <= place.Get()[0] <= 2
