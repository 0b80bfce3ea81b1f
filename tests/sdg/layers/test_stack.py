import os

import pytest
from pxr import Usd

from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.files import read_layer
from scenewright.sdg.layers.remit import Remit
from scenewright.sdg.layers.scaffold import LAYERS, new_stack
from scenewright.sdg.layers.snapshot import take_snapshot
from scenewright.sdg.layers.stack import LOCKED, MUTED, check_unlocked, open_root, open_stage, set_flag, walk_stack
from scenewright.sdg.layers.status import stack_status


def write(folder, **layers):
    for name, text in layers.items():
        (folder / f"{name}.usda").write_text("#usda 1.0\n" + text.replace("}", "\n}"))
    return folder / "scene.usda"


UNITS = 'defaultPrim = "W"\n metersPerUnit = 1\n upAxis = "Z"\n'


def stack(*names, more=""):
    listed = ", ".join(f"@./{name}.usda@" for name in names)
    return f"(\n {UNITS} subLayers = [{listed}]\n{more})\n"


def kinds(status):
    return sorted((finding.kind, finding.layer, finding.path) for finding in status.findings)


def test_a_new_scene_is_in_order_and_composes(tmp_path):
    files = new_stack(tmp_path / "new", {"lighting": "Ada"})
    status = stack_status(files[0])
    assert not status.findings and not status.overridden
    assert [row.name for row in status.layers] == ["scene.usda", *(f"layers/{layer.name}.usda" for layer in LAYERS)]
    assert {row.name: row.owner for row in status.layers}["layers/lighting.usda"] == "Ada"
    stage = Usd.Stage.Open(str(files[0]))
    assert stage.GetDefaultPrim().GetTypeName() == "Xform" and stage.GetPrimAtPath("/World/Lights").IsDefined()
    with pytest.raises(LayerError, match="already"):
        new_stack(tmp_path / "new")
    with pytest.raises(LayerError, match="no layer 'light'"):
        new_stack(tmp_path / "other", {"light": "Ada"})
    assert not (tmp_path / "other").exists()


def test_who_says_what_and_who_is_overridden(tmp_path):
    path = write(
        tmp_path,
        scene=stack("top", "low"),
        top='over "W" { double a = 2\n rel r = </W>\n float same = 1 }',
        low='def Xform "W" ( kind = "group" ) { double a = 1\n rel r = </W/x>\n float same = 1\n float b = 1 }',
    )
    status = stack_status(path)
    assert [(row.name, row.prims, row.properties) for row in status.layers] == [
        ("scene.usda", 0, 0), ("top.usda", 1, 3), ("low.usda", 1, 4)]
    assert status.layers[2].opinions == ("/W kind", "/W.a", "/W.b", "/W.r", "/W.same")
    told = [str(row) for row in status.overridden]
    assert told == [
        "</W.a>: top.usda says 2, over low.usda: 1",
        "</W.r> targetPaths: top.usda says [</W>], over low.usda: [</W/x>]",
        "</W.same>: top.usda says 1, over low.usda: the same",
    ]
    assert not status.findings
    set_flag(path, ["top"], MUTED, True)
    assert not stack_status(path).overridden


def test_content_for_references_in_the_same_layer_is_not_dangling(tmp_path):
    path = write(tmp_path, scene=stack() + 'over "Stock" { def "Part" { } }\ndef "W" ( references = </Stock> ) { }')
    assert not stack_status(path).findings


def test_list_edits_override_nothing(tmp_path):
    path = write(
        tmp_path,
        scene=stack("top", "low"),
        top='over "W" ( prepend apiSchemas = ["A"] ) { }',
        low='def Xform "W" ( prepend apiSchemas = ["B"] ) { }',
    )
    assert not stack_status(path).overridden


def test_every_thing_that_is_wrong_is_found(tmp_path):
    path = write(
        tmp_path,
        scene=stack("top", "gone", "low", "low"),
        top='( metersPerUnit = 0.01 )\nover "W" { over "nobody" { over "inside" { } }\n asset f = @missing.png@ }',
        low='def Xform "W" ( references = @/abs/thing.usda@ ) { asset m = @OmniPBR.mdl@ }',
    )
    assert kinds(stack_status(path)) == [
        ("absolute-path", "low.usda", "/W"), ("dangling-over", "top.usda", "/W/nobody"), ("missing", "gone.usda", ""),
        ("twice", "low.usda", ""), ("units", "top.usda", ""), ("unresolved-path", "low.usda", "/W"),
        ("unresolved-path", "top.usda", "/W.f")]


def test_circles_and_broken_layers_are_told(tmp_path):
    path = write(tmp_path, scene=stack("a", "b"), a="( subLayers = [@./scene.usda@] )\n", b="def {")
    found = {finding.kind: finding for finding in stack_status(path).findings}
    assert set(found) == {"cyclic", "unreadable"}
    assert found["unreadable"].layer == "b.usda" and found["unreadable"].message.startswith("2:")
    assert [entry.problem for entry in walk_stack(open_root(path))][1:] == ["", "cyclic", found["unreadable"].message]


def test_a_root_without_units_is_told(tmp_path):
    path = write(tmp_path, scene='def "W" { }')
    assert kinds(stack_status(path)) == [("units", "scene.usda", "")] * 2


def test_the_units_of_referenced_files_are_compared(tmp_path):
    path = write(tmp_path, scene=stack() + 'def "W" ( references = @./asset.usda@ ) { }',
                 asset='( defaultPrim = "A"\n metersPerUnit = 0.01\n upAxis = "Y" )\ndef "A" { }')
    assert kinds(stack_status(path)) == [("units", "asset.usda", "")] * 2


def outside(layer, remit, text):
    return [str(path) for path, _ in remit.outside(take_snapshot(layer(text)))]


def test_a_remit_by_prim_property_metadata_and_specifier(layer):
    lights = Remit(prims=("/World/Lights",))
    inside = 'over "World" { def Scope "Lights" { def SphereLight "L" { float inputs:intensity = 1 } } }'
    assert outside(layer, lights, inside) == []
    assert outside(layer, lights, 'over "World" { def "Other" { float a = 1 } \n float b = 1 }') == ["/World.b", "/World/Other"]
    assert outside(layer, lights, 'over "World" ( doc = "x" ) { }') == ["/World"]
    assert outside(layer, lights, 'def "World" { def "Lights2" { } }') == ["/World/Lights2"]
    labels = Remit(properties=("semantics:labels:*",), metadata=("apiSchemas",), specifiers=("over",))
    good = 'over "W" ( prepend apiSchemas = ["SemanticsLabelsAPI:class"] ) { token[] semantics:labels:class = ["a"] }'
    assert outside(layer, labels, good) == []
    assert outside(layer, labels, 'over "W" { float a = 1 }') == ["/W.a"]
    assert outside(layer, labels, 'def "W" { }') == ["/W"]
    assert outside(layer, labels, 'over "W" ( kind = "group" ) { }') == ["/W"]
    assert outside(layer, Remit(prims=()), 'over "W" { float a = 1 }') == ["/W"]


def test_a_remit_is_kept_in_the_layer(layer):
    found = layer("")
    assert Remit.of(found) is None
    remit = Remit(prims=("/A",), specifiers=())
    remit.record(found)
    again = layer(found.ExportToString().removeprefix("#usda 1.0\n"))
    assert Remit.of(again) == remit


def test_a_layer_that_writes_outside_its_remit_is_told(tmp_path):
    root = new_stack(tmp_path)[0]
    lighting = tmp_path / "layers" / "lighting.usda"
    lighting.write_text(lighting.read_text() + 'over "Elsewhere"\n{\n    def "Lamp"\n    {\n    }\n}\n')
    assert ("outside-remit", "layers/lighting.usda", "/Elsewhere") in kinds(stack_status(root))


def test_locks_and_mutes_live_where_kit_keeps_them(tmp_path):
    root = new_stack(tmp_path)[0]
    before = root.read_bytes()
    assert set_flag(root, ["lighting", "semantics.usda"], LOCKED, True) == ["./layers/lighting.usda", "./layers/semantics.usda"]
    set_flag(root, ["./layers/lighting.usda"], MUTED, True)
    kept = read_layer(root).customLayerData
    assert kept["omni_layer"]["locked"] == {"./layers/lighting.usda": True, "./layers/semantics.usda": True}
    assert kept["omni_layer"]["muteness"] == {"./layers/lighting.usda": True}
    assert "scenewright" in kept
    assert {row.name: row.state for row in stack_status(root).layers}["layers/lighting.usda"] == ("locked", "muted")
    opened = open_root(root)
    assert not open_stage(opened).GetPrimAtPath("/World/Lights")
    with pytest.raises(LayerError, match="locked"):
        check_unlocked(opened, next(entry.layer for entry in walk_stack(opened) if entry.name == "lighting.usda"))
    set_flag(root, ["lighting", "semantics"], LOCKED, False)
    set_flag(root, ["lighting"], MUTED, False)
    assert root.read_bytes() == before


def test_flags_that_cannot_be_set_change_nothing(tmp_path):
    root = new_stack(tmp_path)[0]
    before = root.read_bytes()
    for names, told in ((["light"], "no layer"), (["scene"], "root layer")):
        with pytest.raises(LayerError, match=told):
            set_flag(root, ["lighting", *names], LOCKED, True)
    os.chmod(root, 0o444)
    with pytest.raises(LayerError, match="read-only"):
        set_flag(root, ["lighting"], LOCKED, True)
    assert root.read_bytes() == before
