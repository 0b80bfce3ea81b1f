"""Proxies where scripts write references through USD itself."""

from pathlib import Path

import pytest
from pxr import Sdf, Usd, UsdLux, UsdSemantics, UsdShade

from scenewright.host.assets import assets_root
from scenewright.host.settings import get_settings
from scenewright.host.stage_context import UsdContext


@pytest.fixture
def context(monkeypatch):
    monkeypatch.delenv("ISAACSIM_ASSET_ROOT", raising=False)
    get_settings().set("/scenewright/missingAssets", "proxy")
    made = UsdContext()
    yield made
    made.close_stage()
    get_settings().destroy_item("/scenewright/missingAssets")


def labels(prim):
    return list(UsdSemantics.LabelsAPI(prim, "class").GetLabelsAttr().Get() or [])


@pytest.mark.parametrize("place", ["omniverse://server/", "/nowhere/", None])
@pytest.mark.parametrize("arc", ["GetReferences().AddReference", "GetPayloads().AddPayload"])
def test_a_missing_file_is_a_box_at_once(context, place, arc):
    stage = context.get_stage()
    prim = stage.DefinePrim("/World/Mug", "Xform")
    url = f"{place or assets_root() + '/'}mug.usd"
    getter, _, method = arc.partition("().")
    getattr(getattr(prim, getter)(), method)(url)
    assert [child.GetTypeName() for child in prim.GetChildren()] == ["Mesh"] and labels(prim) == ["mug"]
    assert "Proxy" not in stage.GetRootLayer().ExportToString() and "mug.usd" in stage.GetRootLayer().ExportToString()


def test_a_proxy_goes_with_its_reference_and_files_that_exist_have_none(context, tmp_path):
    (tmp_path / "real.usda").write_text('#usda 1.0\n(defaultPrim = "A")\ndef Xform "A" {\n    def Cube "Own" {\n    }\n}\n')
    prim = context.get_stage().DefinePrim("/Thing")
    prim.GetReferences().AddReference("/nowhere/pallet.usd")
    assert labels(prim) == ["pallet"]
    prim.GetReferences().SetReferences([Sdf.Reference(str(tmp_path / "real.usda"))])
    assert [child.GetName() for child in prim.GetChildren()] == ["Own"] and labels(prim) == []
    prim.GetReferences().ClearReferences()
    assert not prim.GetChildren()


def test_scenes_that_refer_to_missing_files_show_them_when_opened(context, tmp_path):
    (tmp_path / "inner.usda").write_text(
        '#usda 1.0\n(defaultPrim = "A")\ndef Xform "A" {\n    def "Mug" (references = @./gone/mug.usd@) {\n    }\n}\n')
    (tmp_path / "scene.usda").write_text('#usda 1.0\ndef "Table" (references = @./inner.usda@) {\n}\n')
    context.open_stage(str(tmp_path / "scene.usda"))
    assert labels(context.get_stage().GetPrimAtPath("/Table/Mug")) == ["mug"]


@pytest.mark.parametrize("place", ["omniverse://server/", "/nowhere/", None])
def test_missing_pictures_of_lights_and_shaders_are_grey(context, place, tmp_path):
    stage, url = context.get_stage(), f"{place or assets_root() + '/'}sky.hdr"
    light = UsdLux.DomeLight.Define(stage, "/Sky")
    light.CreateTextureFileAttr(url)
    shader = UsdShade.Shader.Define(stage, "/Looks/Shader")
    shader.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(url.replace(".hdr", ".png"))
    pictures = light.GetTextureFileAttr(), shader.GetInput("file").GetAttr()
    assert all(Path(attribute.Get().resolvedPath).is_file() for attribute in pictures)
    assert url in stage.GetRootLayer().ExportToString()
    (tmp_path / "real.hdr").write_bytes(b"real")
    light.GetTextureFileAttr().Set(str(tmp_path / "real.hdr"))
    assert light.GetTextureFileAttr().Get().path == str(tmp_path / "real.hdr")
    light.GetTextureFileAttr().Clear()
    assert light.GetTextureFileAttr().Get() is None


def test_nothing_is_watched_without_proxies():
    context = UsdContext()
    prim = context.get_stage().DefinePrim("/Thing")
    assert context._proxies is None and isinstance(prim, Usd.Prim)
    context.close_stage()
