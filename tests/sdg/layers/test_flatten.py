import os

import pytest
from pxr import Sdf, Usd

from scenewright.sdg.layers import flatten
from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.flatten import flatten_scene
from scenewright.sdg.layers.proof import composed_differences
from scenewright.sdg.layers.stack import MUTED, set_flag
from scenewright.sdg.layers.status import stack_status

FILES = {
    "scene": """(
    defaultPrim = "W"
    metersPerUnit = 1
    upAxis = "Z"
    subLayers = [@./layers/top.usda@, @./layers/low.usda@ (offset = 10)]
    startTimeCode = 1
    endTimeCode = 24
)""",
    "layers/top": 'over "W" { over "Two" ( variants = { string look = "b" } ) { } \n float strong = 2 }',
    "layers/low": """def Xform "W" {
    float strong = 1
    float moving.timeSamples = { 1: 5, 2: None, 3: 7, }
    asset image = @../images/a.png@
    asset gone = @../images/none.png@
    asset module = @OmniPBR.mdl@
    rel tied = </W/One/Inside>
    float linked.connect = </W/One/Inside.size>
    float blocked = None
    def Xform "One" ( instanceable = true
        references = @../assets/thing.usda@ ) { }
    def Xform "Two" ( references = @../assets/thing.usda@ (offset = 3) ) { }
    def Xform "Three" ( instanceable = true
        references = @../assets/thing.usda@ ) { }
    def Xform "Off" ( active = false ) { def "Below" { } }
    class "Shared" { float c = 1 }
    def "Heir" ( inherits = </W/Shared> ) { }
}""",
    "assets/thing": """( defaultPrim = "T" )
def Xform "T" ( payload = @./body.usda@
    variants = { string look = "a" }
    prepend variantSets = "look" ) {
    variantSet "look" = { "a" { float which = 1 } "b" { float which = 2 } }
}""",
    "assets/body": """( defaultPrim = "T" )
def Xform "T" { def Cube "Inside" { double size.timeSamples = { 1: 1, 5: 2, }
    asset texture = @./skin.png@ }
}""",
}


@pytest.fixture
def scene(tmp_path):
    """A scene with sublayers, offsets, references, payloads, variants, instances, classes and assets in three folders."""
    for name, text in FILES.items():
        path = tmp_path / "scene" / f"{name}.usda"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#usda 1.0\n" + text.replace("}", "\n}"))
    (tmp_path / "scene" / "images").mkdir()
    for name in ("images/a.png", "assets/skin.png"):
        (tmp_path / "scene" / name).write_bytes(b"png")
    return tmp_path / "scene" / "scene.usda"


@pytest.mark.parametrize("ending", ["usda", "usdc", "usd"])
def test_a_scene_becomes_one_layer_with_the_same_values(scene, tmp_path, ending):
    out = tmp_path / f"flat.{ending}"
    done = flatten_scene(scene, out)
    stage = Usd.Stage.Open(str(out))
    world = stage.GetPrimAtPath("/W")
    assert stage.GetUsedLayers() == [stage.GetRootLayer()] or len(stage.GetUsedLayers()) == 2  # with the session
    assert world.GetAttribute("moving").GetTimeSamples() == [11, 12, 13] and world.GetAttribute("moving").Get(13) == 7
    assert stage.GetAttributeAtPath("/W/Two.which").Get() == 2 and stage.GetAttributeAtPath("/W/One.which").Get() == 1
    assert stage.GetAttributeAtPath("/W/Two/Inside.size").GetTimeSamples() == [14, 18]
    assert stage.GetPrimAtPath("/W/One").IsInstance() and stage.GetPrimAtPath("/W/One").GetPrototype()
    assert os.path.samefile(world.GetAttribute("image").Get().resolvedPath, scene.parent / "images" / "a.png")
    assert world.GetAttribute("image").Get().path == "./scene/images/a.png"
    assert world.GetAttribute("module").Get().path == "OmniPBR.mdl"
    assert stage.GetAttributeAtPath("/W/One/Inside.texture").Get().resolvedPath.endswith("assets/skin.png")
    told = " ".join(done.notes)
    assert "3 prims had variants" in told and "3 prims had payloads" in told and "2 instances" in told
    assert sorted(os.listdir(tmp_path)) == [f"flat.{ending}", "scene"]


def test_flattening_twice_gives_the_same_bytes(scene, tmp_path):
    for name in ("a", "b"):
        flatten_scene(scene, tmp_path / f"{name}.usda")
    assert (tmp_path / "a.usda").read_bytes() == (tmp_path / "b.usda").read_bytes()
    assert [f.kind for f in stack_status(tmp_path / "a.usda").findings] == ["unresolved-path"]  # the one that was there


def test_only_the_layer_stack_with_keep_arcs(scene, tmp_path):
    flatten_scene(scene, tmp_path / "flat.usda", keep_arcs=True)
    layer = Sdf.Layer.FindOrOpen(str(tmp_path / "flat.usda"))
    assert not layer.subLayerPaths and layer.GetPrimAtPath("/W/Two").hasReferences
    stage = Usd.Stage.Open(layer)
    assert stage.GetPrimAtPath("/W/Two").GetVariantSet("look").GetVariantNames() == ["a", "b"]


def test_muted_layers_are_left_out_and_told(scene, tmp_path):
    set_flag(scene, ["top"], MUTED, True)
    done = flatten_scene(scene, tmp_path / "flat.usda")
    assert "muted: top.usda" in done.notes[0]
    stage = Usd.Stage.Open(str(tmp_path / "flat.usda"))
    assert stage.GetAttributeAtPath("/W.strong").Get() == 1
    assert "omni_layer" not in stage.GetRootLayer().customLayerData


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda layer: setattr(layer.GetAttributeAtPath("/W.strong"), "default", 9), "</W.strong>: 2 became 9"),
        (lambda layer: layer.SetTimeSample("/W.moving", 11, 9.0), "</W.moving> at 11: 5 became 9"),
        (lambda layer: layer.SetTimeSample("/W.moving", 30, 9.0), "</W.moving>: time samples"),
        (lambda layer: layer.GetPropertyAtPath("/W.tied").targetPathList.ClearEdits(), "</W.tied>: targets"),
        (lambda layer: layer.GetAttributeAtPath("/W.linked").connectionPathList.ClearEdits(), "</W.linked>: connections"),
        (lambda layer: layer.GetPrimAtPath("/W").nameChildren.__delitem__("Two"), "</W/Two> is gone"),
        (lambda layer: setattr(layer.GetPrimAtPath("/W/One"), "typeName", "Scope"), "</W/One>: type"),
        (lambda layer: setattr(layer.GetPrimAtPath("/W"), "kind", "group"), "</W>: kind"),
        (lambda layer: setattr(layer, "defaultPrim", "X"), "the stage: defaultPrim"),
        (lambda layer: setattr(layer.GetAttributeAtPath("/W.image"), "default", Sdf.AssetPath("b.png")), "</W.image>"),
        (lambda layer: setattr(layer.GetAttributeAtPath("/W.blocked"), "default", 1.0), "</W.blocked>: nothing became 1"),
        (lambda layer: setattr(layer.GetAttributeAtPath("/Flattened_Prototype_1.which"), "default", 5.0)
         if layer.GetAttributeAtPath("/Flattened_Prototype_1.which")
         else setattr(layer.GetAttributeAtPath("/W/One.which"), "default", 5.0), "/One.which>: 1 became 5"),
    ],
)
def test_another_value_anywhere_is_refused_by_name(scene, tmp_path, monkeypatch, edit, told):
    plain = Usd.Stage.Flatten

    def spoiled(stage, comments):
        layer = plain(stage, comments)
        edit(layer)
        return layer

    monkeypatch.setattr(flatten.Usd.Stage, "Flatten", spoiled)
    with pytest.raises(LayerError) as caught:
        flatten_scene(scene, tmp_path / "flat.usda")
    assert told in str(caught.value)
    assert os.listdir(tmp_path) == ["scene"]


def test_a_stage_does_not_differ_from_itself(scene):
    stage = Usd.Stage.Open(str(scene))
    assert list(composed_differences(stage, stage)) == []


def test_what_cannot_be_flattened_is_refused(scene, tmp_path):
    with pytest.raises(LayerError, match="a layer of the scene"):
        flatten_scene(scene, scene.parent / "layers" / "low.usda")
    (scene.parent / "assets" / "body.usda").unlink()
    with pytest.raises(LayerError, match="does not compose"):
        flatten_scene(scene, tmp_path / "flat.usda")
    (scene.parent / "layers" / "top.usda").unlink()
    with pytest.raises(LayerError, match="missing"):
        flatten_scene(scene, tmp_path / "flat.usda")
    assert os.listdir(tmp_path) == ["scene"]
