import pytest
from pxr import Sdf, UsdGeom

from scenewright.host.events import get_eventdispatcher
from scenewright.host.stage_context import StageEventType, UsdContext, UsdContextInitialLoadSet


def test_a_new_stage_is_z_up_in_metres_with_viewport_cameras_outside_the_root_layer():
    context = UsdContext()
    stage = context.get_stage()
    assert UsdGeom.GetStageUpAxis(stage) == "Z"
    assert UsdGeom.GetStageMetersPerUnit(stage) == 1.0
    camera = UsdGeom.Xformable(stage.GetPrimAtPath("/OmniverseKit_Persp")).ComputeLocalToWorldTransform(0)
    looks = -camera.GetRow3(2)
    assert [round(value, 4) for value in looks] == [-0.5774, -0.5774, -0.5774]
    assert not stage.GetRootLayer().rootPrims


def test_hooks_hear_of_opening_and_closing():
    context, events = UsdContext(), []
    context.add_stage_hook(lambda event, stage: events.append(event))
    context.new_stage()
    context.new_stage()
    context.close_stage()
    assert events == ["opened", "closing", "opened", "closing"]


def test_opening_what_is_not_there_or_not_usd_is_a_readable_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file"):
        UsdContext().open_stage(str(tmp_path / "none.usda"))
    broken = tmp_path / "broken.usda"
    broken.write_text("#usda 1.0\ndef Xform {{{")
    with pytest.raises(ValueError, match=r"broken\.usda"):
        UsdContext().open_stage(str(broken))


def test_payloads_stay_unloaded_on_request(tmp_path):
    (tmp_path / "part.usda").write_text('#usda 1.0\n(defaultPrim = "A")\ndef Cube "A" {\n}\n')
    file = tmp_path / "scene.usda"
    file.write_text('#usda 1.0\ndef "Part" (payload = @./part.usda@) {\n}\n')
    context = UsdContext()
    context.open_stage(str(file), UsdContextInitialLoadSet.LOAD_NONE)
    assert context.get_stage().GetPrimAtPath("/Part").GetTypeName() == ""
    context.open_stage(str(file), load_set=UsdContextInitialLoadSet.LOAD_ALL)
    assert context.get_stage().GetPrimAtPath("/Part").GetTypeName() == "Cube"
    with pytest.raises(TypeError, match="UsdContextInitialLoadSet"):
        context.open_stage(str(file), "none")
    context.close_stage()


@pytest.mark.parametrize(("kept", "shown"), [
    ({"muteness": {"./one.usda": True, "./two.usda": False}}, ["two"]), ({"muteness": {"./scene.usda": True}}, ["one", "two"]),
    ({"muteness": 3}, ["one", "two"]), ({}, ["one", "two"])])
def test_layers_that_the_scene_says_are_muted_are_muted(tmp_path, kept, shown):
    root = Sdf.Layer.CreateNew(str(tmp_path / "scene.usda"))
    for name in ("one", "two"):
        (tmp_path / f"{name}.usda").write_text(f'#usda 1.0\ndef Cube "{name}" {{\n}}\n')
        root.subLayerPaths.append(f"./{name}.usda")
    root.customLayerData = {"omni_layer": kept}
    root.Save()
    context = UsdContext()
    context.open_stage(root.identifier)
    assert [name for name in ("one", "two") if context.get_stage().GetPrimAtPath(f"/{name}")] == shown
    context.close_stage()


def test_observers_hear_of_the_stage_and_still_have_it_while_it_closes(tmp_path):
    context, heard = UsdContext(), []
    guards = [get_eventdispatcher().observe_event(event_name=context.stage_event_name(kind), observer_name="test",
                                                  on_event=lambda event, kind=kind: heard.append((kind, context.has_stage())))
              for kind in StageEventType]
    context.new_stage()
    context.save_as_stage(tmp_path / "stage.usda")
    context.close_stage()
    for guard in guards:
        guard.reset()
    context.new_stage()
    assert heard == [(StageEventType.OPENED, True), (StageEventType.SAVED, True), (StageEventType.CLOSING, True),
                     (StageEventType.CLOSED, False)]
