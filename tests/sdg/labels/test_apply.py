import os
import shutil

import pytest
from pxr import Usd, UsdSemantics

from scenewright.sdg.labels.apply import apply_rules
from scenewright.sdg.labels.listing import scene_labels
from scenewright.sdg.labels.ontology import named_rules, open_ontology
from scenewright.sdg.labels.rules_file import read_rules
from scenewright.sdg.layers.diff import diff_layers
from scenewright.sdg.layers.errors import LayerError
from scenewright.sdg.layers.files import read_layer
from scenewright.sdg.layers.scaffold import new_stack
from scenewright.sdg.layers.stack import LOCKED, MUTED, set_flag
from scenewright.sdg.layers.status import stack_status
from scenewright.sdg.recipe.findings import RecipeError

LAYOUT = """
over "World"
{
    def Xform "Objects"
    {
        def Xform "Crate_01"
        {
            def Cube "Lid"
            {
            }
        }
        def Cube "Crate_02"
        {
        }
        def Sphere "Ball"
        {
        }
    }
}
"""


@pytest.fixture
def scene(tmp_path):
    root = new_stack(tmp_path / "scene")[0]
    layout = root.parent / "layers" / "layout.usda"
    header = layout.read_text().partition("over ")[0]
    layout.write_text(header + LAYOUT)
    return root


@pytest.fixture
def rules(tmp_path):
    def read(text):
        (tmp_path / "rules.yaml").write_text(text)
        return read_rules(tmp_path / "rules.yaml")

    return read


def classes(scene):
    return {row.path: row.label for row in scene_labels(scene).rows if row.kind == "class"}


def test_the_topmost_prims_are_labelled_in_the_semantics_layer(scene, rules):
    others = {path: path.read_bytes() for path in scene.parent.rglob("*.usda") if path.name != "semantics.usda"}
    done = apply_rules(scene, rules("Crate: crate\nBall: {class: ball, material: [rubber, red]}\nNothing: x\n"))
    assert done.counts == [2, 1, 0] and done.changed == 4 and done.layer.name == "semantics.usda"
    assert classes(scene) == {f"/World/Objects/{name}": label for name, label in (
        ("Crate_01", "crate"), ("Crate_02", "crate"), ("Ball", "ball"))}
    stage = Usd.Stage.Open(str(scene))
    ball = UsdSemantics.LabelsAPI(stage.GetPrimAtPath("/World/Objects/Ball"), "material")
    assert list(ball.GetLabelsAttr().Get()) == ["rubber", "red"]
    assert UsdSemantics.LabelsQuery("class", Usd.TimeCode.Default()).HasDirectLabel(ball.GetPrim(), "ball")
    assert all(path.read_bytes() == before for path, before in others.items())
    assert not stack_status(scene).findings and not scene_labels(scene).unlabelled


def test_labels_are_replaced_and_what_is_right_is_left(scene, rules):
    apply_rules(scene, rules("Crate: crate\n"))
    before = (scene.parent / "layers" / "semantics.usda").read_bytes()
    assert apply_rules(scene, rules("Crate: crate\n")).changed == 0
    assert (scene.parent / "layers" / "semantics.usda").read_bytes() == before
    assert apply_rules(scene, rules("Crate: crate\nCrate_01: chest\n")).changed == 1
    assert classes(scene)["/World/Objects/Crate_01"] == "chest"


def test_the_rules_of_a_recipe_mean_the_same(scene, rules):
    text = "scenewright:\n  labels:\n    - {path: /World/Objects/Crate_*, class: crate}\n"
    assert apply_rules(scene, rules(text)).counts == [2]
    assert apply_rules(scene, rules(text.replace("scenewright:\n  ", "").replace("    -", "  -"))).counts == [2]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("Crate: crate\n'(': x\n", 2, "no regular expression"),
        ("Crate:\n", 1, "give either `class`"),
        ("labels:\n  - {path: /A, class: a}\n  - {path: /B}\n", 3, "give either `class`"),
        ("labels:\n  - {path: /A, clas: a}\n", 2, "clas"),
        ("{}\n", 1, "no rule"),
        ("- {path: /A, class: a}\n", 1, "Give `<regular expression>: <label>` lines, or a `labels:` list"),
    ],
)
def test_wrong_rules_are_findings_at_their_lines(rules, tmp_path, text, line, told):
    with pytest.raises(RecipeError) as caught:
        rules(text)
    assert f"{tmp_path / 'rules.yaml'}:{line}:" in str(caught.value) and told in str(caught.value)


def test_locked_muted_and_read_only_layers_are_not_written(scene, rules):
    target = scene.parent / "layers" / "semantics.usda"
    before = target.read_bytes()
    for table in (LOCKED, MUTED):
        set_flag(scene, ["semantics"], table, True)
        with pytest.raises(LayerError, match="locked" if table == LOCKED else "muted"):
            apply_rules(scene, rules("Crate: crate\n"))
        set_flag(scene, ["semantics"], table, False)
    os.chmod(target, 0o444)
    with pytest.raises(LayerError, match="read-only"):
        apply_rules(scene, rules("Crate: crate\n"))
    assert target.read_bytes() == before


def test_a_stronger_label_is_named(scene, rules):
    overrides = scene.parent / "layers" / "overrides.usda"
    apply_rules(scene, rules("Ball: planet\n"), layer="overrides")
    assert "planet" in overrides.read_text()
    with pytest.raises(LayerError, match=r"overrides\.usda holds \['planet'\]"):
        apply_rules(scene, rules("Ball: ball\n"))


def test_a_scene_without_such_a_layer_gets_one_when_asked(tmp_path, rules):
    scene = tmp_path / "one.usda"
    scene.write_text('#usda 1.0\n(\n metersPerUnit = 1\n upAxis = "Z"\n)\ndef Cube "Box"\n{\n}\n')
    with pytest.raises(LayerError, match="--create"):
        apply_rules(scene, rules("Box: box\n"))
    done = apply_rules(scene, rules("Box: box\n"), create=True)
    assert done.layer == tmp_path / "layers" / "semantics.usda" and classes(scene) == {"/Box": "box"}
    assert list(read_layer(scene).subLayerPaths) == ["./layers/semantics.usda"]
    assert not stack_status(scene).findings


def test_a_label_in_the_root_layer_itself_is_stronger_than_a_new_layer(tmp_path, rules, capfd):
    """It would hide the new label, which is said rather than written; and USD's remarks on the scene stay out."""
    scene = tmp_path / "one.usda"
    scene.write_text(
        '#usda 1.0\n(\n metersPerUnit = 1\n upAxis = "Z"\n)\ndef Xform "Gone" (references = @./gone.usda@)\n{\n}\n'
        'def Cube "Box" (apiSchemas = ["SemanticsLabelsAPI:class"])\n{\n token[] semantics:labels:class = ["cup"]\n}\n'
    )
    before = scene.read_text()
    with pytest.raises(LayerError, match=r"one\.usda holds \['cup'\]. Remove it there"):
        apply_rules(scene, rules("Box: box\n"), create=True)
    assert scene.read_text() == before
    assert apply_rules(scene, rules("Gone: ghost\n"), create=True).changed == 1
    assert "recomposing" not in capfd.readouterr().err


def test_prims_inside_instances_are_refused(tmp_path, rules):
    scene = tmp_path / "one.usda"
    scene.write_text('#usda 1.0\nclass "Thing"\n{\n def Cube "Part"\n {\n }\n}\n'
                     'def "Box" (\n instanceable = true\n inherits = </Thing>\n)\n{\n}\n')
    with pytest.raises(RecipeError, match="inside the instance /Box"):
        apply_rules(scene, rules("Box/Part: part\n"), create=True)
    assert sorted(os.listdir(tmp_path)) == ["one.usda", "rules.yaml"]


def test_an_ontology_names_what_rules_mean(scene, rules):
    ontology = open_ontology("scenewright")
    apply_rules(scene, named_rules(rules("Crate: Plastic Crate\n"), ontology))
    assert set(classes(scene).values()) == {"crate"}
    with pytest.raises(RecipeError, match=r"rules\.yaml:1:.*'crat'.*Nearest: crate"):
        named_rules(rules("Crate: crat\n"), ontology)


def test_tabletop_labels_again_as_they_are(tmp_path, tabletop_copy, rules):
    before = read_layer(tabletop_copy.parent / "layers" / "semantics.usda")
    found = scene_labels(tabletop_copy)
    text = "".join(f"'^{row.path}$': {{{row.kind}: {row.label}}}\n" for row in found.rows)
    assert len(found.counts()) == 29 and not found.unlabelled
    assert apply_rules(tabletop_copy, rules(text)).changed == 0
    assert not diff_layers(before, read_layer(tabletop_copy.parent / "layers" / "semantics.usda"))


@pytest.fixture
def tabletop_copy(tmp_path):
    source = os.path.join(os.path.dirname(__file__), *[os.pardir] * 3, "usd_scenes", "tabletop")
    shutil.copytree(source, tmp_path / "tabletop")
    return tmp_path / "tabletop" / "scene.usda"


def test_listing_says_where_labels_stand(scene, rules):
    apply_rules(scene, rules("Ball: ball\n"))
    found = scene_labels(scene)
    assert [vars(row) for row in found.rows] == [
        {"path": "/World/Objects/Ball", "kind": "class", "label": "ball", "layer": "semantics.usda", "old": False}]
    assert found.unlabelled == ["/World/Objects/Crate_01/Lid", "/World/Objects/Crate_02"]
