import os
from pathlib import Path

import pytest
from pxr import Sdf, Usd

from scenewright.sdg.labels.listing import scene_labels
from scenewright.sdg.labels.migrate import migrate_scene
from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.files import read_layer
from scenewright.sdg.layers.stack import LOCKED, set_flag

OLD = """#usda 1.0
(
    metersPerUnit = 1
    subLayers = [@./low.usda@]
    upAxis = "Z"
)
def Xform "World"
{
    def Cube "Box" (
        prepend apiSchemas = ["SemanticsAPI:Semantics", "PhysicsCollisionAPI", "SemanticsAPI:Colour"]
        variants = {
            string look = "a"
        }
        prepend variantSets = "look"
    )
    {
        string semantic:Semantics:params:semanticType = "class"
        string semantic:Semantics:params:semanticData = "box, crate"
        string semantic:Colour:params:semanticType = "colour"
        string semantic:Colour:params:semanticData = "red"
        variantSet "look" = {
            "a" (
                prepend apiSchemas = ["SemanticsAPI:Look"]
            ) {
                string semantic:Look:params:semanticType = "look"
                string semantic:Look:params:semanticData = "worn"
            }
        }
    }
    over "Ball"
    {
        string semantic:Semantics:params:semanticData = "planet"
    }
    def "Thing" (
        references = @./asset.usda@
    )
    {
    }
}
"""
LOW = """#usda 1.0
(
    metersPerUnit = 1
    upAxis = "Z"
)
over "World"
{
    def Sphere "Ball" (
        prepend apiSchemas = ["SemanticsAPI:Semantics", "SemanticsAPI:More"]
    )
    {
        string semantic:Semantics:params:semanticType = "class"
        string semantic:Semantics:params:semanticData = "ball"
        string semantic:More:params:semanticType = "size"
        string semantic:More:params:semanticData = "small"
    }
}
"""
ASSET = """#usda 1.0
(
    defaultPrim = "T"
)
def Cube "T" (
    prepend apiSchemas = ["SemanticsAPI:Semantics"]
)
{
    string semantic:Semantics:params:semanticType = "class"
    string semantic:Semantics:params:semanticData = "thing"
}
"""


@pytest.fixture
def scene(tmp_path):
    for name, text in (("scene", OLD), ("low", LOW), ("asset", ASSET)):
        (tmp_path / f"{name}.usda").write_text(text)
    return tmp_path / "scene.usda"


def labels(scene):
    return sorted((row.path, row.kind, row.label) for row in scene_labels(scene).rows)


def test_every_label_means_the_same_afterwards_in_its_own_layer(scene):
    before = labels(scene)
    assert ("/World/Ball", "class", "planet") in before and all(row.old for row in scene_labels(scene).rows)
    done = migrate_scene(scene, references=True)
    assert {os.path.basename(path): count for path, count in done.upgraded.items()} == {
        "scene.usda": 4, "low.usda": 2, "asset.usda": 1}
    assert not done.left and not done.elsewhere
    assert labels(scene) == before and not any(row.old for row in scene_labels(scene).rows)
    for path in done.upgraded:
        text = Path(path).read_text()
        assert "SemanticsAPI:" not in text and "semantic:" not in text
    root = read_layer(scene)
    box = root.GetPrimAtPath("/World/Box")
    assert list(box.GetInfo("apiSchemas").prependedItems) == [
        "SemanticsLabelsAPI:class", "PhysicsCollisionAPI", "SemanticsLabelsAPI:colour"]
    stage = Usd.Stage.Open(str(scene))
    assert list(stage.GetAttributeAtPath("/World/Box.semantics:labels:class").Get()) == ["box", "crate"]
    assert stage.GetAttributeAtPath("/World/Box.semantics:labels:class").GetTypeName() == Sdf.ValueTypeNames.TokenArray


def test_files_that_are_referred_to_are_named_and_left(scene):
    asset = (scene.parent / "asset.usda").read_bytes()
    done = migrate_scene(scene)
    assert {os.path.basename(path): count for path, count in done.elsewhere.items()} == {"asset.usda": 1}
    assert (scene.parent / "asset.usda").read_bytes() == asset
    assert not migrate_scene(scene).upgraded  # doing it again finds nothing


def test_nothing_is_written_when_one_layer_is_locked_or_read_only(scene):
    set_flag(scene, ["low"], LOCKED, True)
    before = {path: path.read_bytes() for path in scene.parent.iterdir()}
    with pytest.raises(LayerError, match="locked"):
        migrate_scene(scene)
    assert before == {path: path.read_bytes() for path in scene.parent.iterdir()}
    set_flag(scene, ["low"], LOCKED, False)
    os.chmod(scene, 0o444)
    with pytest.raises(LayerError, match="read-only"):
        migrate_scene(scene)


def test_what_cannot_be_upgraded_is_left_and_told(tmp_path):
    path = tmp_path / "scene.usda"
    kind, data = "string semantic:S:params:semanticType", "string semantic:S:params:semanticData"
    path.write_text(f'#usda 1.0\ndef "A"\n{{\n {data} = "x"\n}}\n'
                    f'def "B"\n{{\n {kind} = "no name"\n {data} = "x"\n}}\n'
                    f'def "C"\n{{\n {kind} = "class"\n {data}.timeSamples = {{ 1: "x", }}\n}}\n')
    before = path.read_bytes()
    done = migrate_scene(path)
    assert len(done.left) == 3 and not done.upgraded and path.read_bytes() == before
    assert "no layer states its type" in done.left[0] and "'no name'" in done.left[1] and "over time" in done.left[2]
