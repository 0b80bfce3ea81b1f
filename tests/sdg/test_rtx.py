"""What RTX needs: settings while a run lasts, and what a recipe authors, the same on every host."""

import carb.settings
import omni.kit.app
import pytest
from pxr import UsdGeom

from scenewright.sdg.recipe import load_recipe, open_session
from scenewright.sdg.rtx import RtxSettings, rtx_is_there

PATHS = {"/omni/replicator/asyncRendering": False, "/app/asyncRendering": False, "/omni/replicator/captureOnPlay": False,
         "/rtx/post/dlss/execMode": 2, "/rtx/hydra/enableSemanticSchema": True}


def test_nothing_is_set_where_there_is_no_rtx():
    assert not rtx_is_there()
    before = {path: carb.settings.get_settings().get(path) for path in PATHS}
    rtx = RtxSettings()
    rtx.apply()
    assert {path: carb.settings.get_settings().get(path) for path in PATHS} == before
    assert rtx.subframes(1) == 1


def test_with_rtx_settings_hold_while_a_run_lasts(monkeypatch):
    manager = omni.kit.app.get_app().get_extension_manager()
    monkeypatch.setattr(manager, "is_extension_enabled", lambda name: name == "omni.hydra.rtx")
    settings = carb.settings.get_settings()
    settings.set("/rtx/post/dlss/execMode", 0)
    settings.set("/omni/replicator/captureOnPlay", True)
    rtx = RtxSettings()
    rtx.apply()
    assert {path: settings.get(path) for path in PATHS} == PATHS
    assert (rtx.subframes(1), rtx.subframes(8)) == (2, 8)
    rtx.restore()
    rtx.restore()
    assert settings.get("/rtx/post/dlss/execMode") == 0
    assert settings.get("/omni/replicator/captureOnPlay") is True
    assert settings.get("/app/asyncRendering") is None


@pytest.mark.parametrize(("version", "mode"), [("110.4.0+release", "RealTimePathTracing"), ("107.3.1", "RaytracedLighting")])
def test_a_real_time_recipe_leaves_path_tracing_for_the_run(monkeypatch, tmp_path, version, mode):
    app = omni.kit.app.get_app()
    monkeypatch.setattr(app.get_extension_manager(), "is_extension_enabled", lambda name: name == "omni.hydra.rtx")
    monkeypatch.setattr(type(app), "get_kit_version", lambda self: version, raising=False)
    settings = carb.settings.get_settings()
    settings.set("/rtx/rendermode", "PathTracing")
    path = tmp_path / "r.yaml"
    path.write_text("scenewright: {writers: {basic: {rgb: true}}}\ncamera:\n  create.camera: {}\n")
    rtx = RtxSettings()
    rtx.apply()
    open_session(load_recipe(path)).close()
    assert settings.get("/rtx/rendermode") == mode
    rtx.restore()
    assert settings.get("/rtx/rendermode") == "PathTracing"


@pytest.mark.parametrize("kind", ["dome", "sphere", "distant"])
def test_what_a_recipe_authors(tmp_path, kind):
    path = tmp_path / "r.yaml"
    path.write_text("scenewright: {frames: 1, writers: {basic: {rgb: true}}}\n"
                    f"light:\n  create.light: {{light_type: {kind}}}\n"
                    "box:\n  create.cube: {semantics: {class: box}}\ncamera:\n  create.camera: {}\n")
    carb.settings.get_settings().set("/scenewright/newStage/upAxis", "Y")
    carb.settings.get_settings().set("/scenewright/newStage/metersPerUnit", 0.01)
    session = open_session(load_recipe(path))
    try:
        root = session.stage.GetRootLayer().pseudoRoot
        assert (root.GetInfo("upAxis"), root.GetInfo("metersPerUnit")) == (UsdGeom.Tokens.z, 1.0)
        lights = [prim for prim in session.stage.Traverse() if prim.GetTypeName().endswith("Light")]
        assert [light.GetAttribute("omni:rtx:usdluxVersion").Get() for light in lights] == [2505]
        labelled = [prim for prim in session.stage.Traverse() if "SemanticsLabelsAPI:class" in prim.GetAppliedSchemas()]
        assert len(labelled) == 1
        camera = UsdGeom.Camera(next(prim for prim in session.stage.Traverse() if prim.IsA(UsdGeom.Camera)))
        assert camera.GetClippingRangeAttr().Get()[0] == pytest.approx(0.01)
        layer = session.stage.GetSessionLayer().subLayerPaths[0]
        assert "randomization" in layer
    finally:
        session.close()
