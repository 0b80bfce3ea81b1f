"""``scenewright labels``: what each command prints and how it ends."""

import json

import pytest


@pytest.fixture
def scene(tmp_path):
    path = tmp_path / "scene.usda"
    path.write_text('#usda 1.0\n(\n metersPerUnit = 1\n upAxis = "Z"\n)\ndef Cube "Box_01"\n{\n}\ndef Sphere "Ball" (\n'
                    ' prepend apiSchemas = ["SemanticsAPI:S"]\n)\n{\n string semantic:S:params:semanticType = "class"\n'
                    ' string semantic:S:params:semanticData = "orange"\n}\n')
    return path


def test_apply_list_and_migrate(scene, scenewright, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("Box: cardboard box\nGone: x\n")
    status, _, err = scenewright("labels", "apply", scene, "--rules", rules)
    assert status == 2 and "--create" in err
    status, out, err = scenewright("labels", "apply", scene, "--rules", rules, "--create")
    assert status == 0 and "Box: 1 prim\n" in out and "1 label changed" in out and f"note: {rules}:2:1: this rule fits" in err
    status, out, _ = scenewright("labels", "list", scene)
    assert status == 0 and "class: cardboard box  1" in out and "1 labels are in the old schema" in out
    status, out, _ = scenewright("labels", "migrate", scene)
    assert status == 0 and f"{scene}: 1 upgraded" in out
    status, out, _ = scenewright("labels", "list", scene, "--json")
    assert status == 0 and [(row["label"], row["old"]) for row in json.loads(out)["labels"]] == [
        ("cardboard box", False), ("orange", False)]
    assert "no labels of the old schema" in scenewright("labels", "migrate", scene)[1]


def test_an_ontology_names_and_refuses(scene, scenewright, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("Box: cardboard box\n")
    arguments = ("labels", "apply", scene, "--rules", rules, "--create")
    assert scenewright(*arguments, "--ontology", "scenewright")[0] == 0
    status, out, _ = scenewright("labels", "list", scene, "--ontology", "scenewright")
    assert status == 0 and "class: box  1" in out
    own = tmp_path / "own.yaml"
    own.write_text("classes: {boxes: , orange: }\n")
    status, _, err = scenewright("labels", "list", scene, "--ontology", own)
    assert status == 1 and "'box' is no class of own.yaml. Nearest: boxes" in err
    rules.write_text("Box: bxoes\n")
    status, _, err = scenewright(*arguments, "--ontology", own)
    assert status == 2 and f"{rules}:1:1: 'bxoes' is no class" in err and "Nearest: boxes" in err
