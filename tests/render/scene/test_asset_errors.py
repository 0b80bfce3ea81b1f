from pxr import Sdf, Usd

from scenewright.render.scene.asset_errors import describe_unresolved, unresolved_assets


def test_every_kind_of_arc_is_found(tmp_path, capfd):
    path = str(tmp_path / "scene.usda")
    layer = Sdf.Layer.CreateNew(path)
    for name, kind, target in (("a", "referenceList", Sdf.Reference("./no_reference.usda")),
                               ("b", "payloadList", Sdf.Payload("./no_payload.usda")),
                               ("c", "referenceList", Sdf.Reference("", "/Nowhere"))):
        prim = Sdf.CreatePrimInLayer(layer, f"/World/{name}")
        prim.specifier = Sdf.SpecifierDef
        getattr(prim, kind).prependedItems.append(target)
    layer.subLayerPaths.append("./no_sublayer.usda")
    layer.Save()
    found = unresolved_assets(Usd.Stage.Open(path))
    assert [(a.prim_path, a.asset_path.rpartition("/")[2]) for a in found] == [
        ("/", "no_sublayer.usda"), ("/World/a", "no_reference.usda"), ("/World/b", "no_payload.usda"), ("/World/c", "Nowhere>")]
    assert {a.layer for a in found} == {path}
    assert "/World/a: @" in describe_unresolved(found)
    assert "no_reference.usda@ not found" in describe_unresolved(found)


def test_a_sound_stage_has_none():
    assert unresolved_assets(Usd.Stage.CreateInMemory()) == []
