import json

import numpy as np
import pytest
from PIL import Image

from scenewright.sdg.dataset.request import GenerateRequest
from scenewright.sdg.dataset.run import generate
from scenewright.sdg.recipe import RecipeError
from scenewright.sdg.recipe.ontology import find_label_problems

CLASSES = """
classes:
  ball: {supercategory: toy, colour: "#ff0000", synonyms: [orb], wikidata: Q18545}
  block: {supercategory: toy, colour: "#00ff00", synonyms: [cube]}
  cone:
"""
CAMERA = "view: {create.camera: {position: [0, 0, 6], look_at: [0, 0, 0]}}"
SCENE = """#usda 1.0
(
    metersPerUnit = 1
    upAxis = "Z"
)
def Cube "Box" (
    prepend apiSchemas = ["SemanticsLabelsAPI:class"]
)
{
    token[] semantics:labels:class = ["Cube"]
}
"""


@pytest.fixture(autouse=True)
def ontology(tmp_path):
    (tmp_path / "o.yaml").write_text(CLASSES)
    (tmp_path / "scene.usda").write_text(SCENE)


def recipe(*blocks, settings=""):
    return "scenewright: {ontology: o.yaml, writers: {coco: {}}" + settings + "}\n" + "\n".join((CAMERA, *blocks))


def labels(session, path):
    return list(session.stage.GetPrimAtPath(path).GetAttribute("semantics:labels:class").Get())


def test_synonyms_become_their_class_wherever_labels_come_from(open_session):
    session = open_session(recipe(
        "a: {create.sphere: {name: A, semantics: [[class, orb], [kind, orb]]}}", "b: {create.cone: {name: B}}",
        settings=", scene: scene.usda, labels: [{path: '**/B', class: Cone}]"))
    assert labels(session, "/Box") == ["block"] and labels(session, "/Replicator/A") == ["ball"]
    assert labels(session, "/Replicator/B") == ["cone"]
    assert list(session.stage.GetPrimAtPath("/Replicator/A").GetAttribute("semantics:labels:kind").Get()) == ["orb"]
    assert session.writer_requests[0].init_params["classes"] == ["ball", "block", "cone"]


def found(load, *arguments, **more):
    return [str(finding) for finding in find_label_problems(load(recipe(*arguments, **more)))]


def test_unknown_labels_are_findings_with_the_nearest_names(load, open_session, tmp_path):
    told = found(load, "a: {create.sphere: {semantics: [[class, bal]]}}")
    assert len(told) == 1 and f"{tmp_path / 'recipe.yaml'}:3:" in told[0]
    assert "'bal' is no class of o.yaml. Nearest: ball" in told[0]
    assert "'brick'" in found(load, settings=", labels: [{path: /A, class: brick}]")[0]
    (tmp_path / "scene.usda").write_text(SCENE.replace("Cube\"]", "brick\"]"))
    assert "/Box: 'brick' is no class" in found(load, settings=", scene: scene.usda")[0]
    assert found(load, settings=", scene: scene.usda, labels: [{path: /Box, class: block}]") == []
    with pytest.raises(RecipeError, match="/Box: 'brick'"):
        open_session(recipe(settings=", scene: scene.usda"))


def test_blocks_that_look_for_labels_name_classes(load):
    told = found(load, "some: {get.prims: {semantics: [[class, orb]]}}")
    assert "'orb' is a synonym of 'ball'" in told[0] and "Write 'ball'" in told[0]
    assert found(load, "some: {get.prims: {semantics: [[class, ball], [kind, orb]]}}") == []


def test_a_synonym_inside_an_instance_is_told(open_session, tmp_path):
    part = SCENE.partition("def ")[2].replace('"Box"', '"Part"').replace("Cube\"]", "orb\"]")
    shared = f'class "Shared"\n{{\n def {part}\n}}\n'
    (tmp_path / "scene.usda").write_text(SCENE + shared + 'def "I" (\n instanceable = true\n inherits = </Shared>\n)\n{\n}\n')
    with pytest.raises(RecipeError, match="inside an instance"):
        open_session(recipe(settings=", scene: scene.usda"))


def test_what_is_wrong_with_the_file_is_told_with_the_recipe(problems, tmp_path):
    assert "no ontology file 'gone.yaml'" in str(problems("scenewright: {ontology: gone.yaml}\n")[0])
    (tmp_path / "o.yaml").write_text("classes: {a: {colour: red}}\n")
    assert f"{tmp_path / 'o.yaml'}:1:" in str(problems("scenewright: {ontology: o.yaml}\n")[0])
    assert problems("scenewright: {ontology: scenewright}\n") == []


def test_categories_names_and_colours_of_a_dataset(write_recipe, tmp_path):
    text = recipe("a: {create.sphere: {semantics: [[class, orb]], position: [-1, 0, 0]}}",
                  "b: {create.cube: {semantics: [[class, cube]], position: [1, 0, 0]}}")
    text = text.replace("writers: {coco: {}}", "frames: 1, samples: 1, resolution: [32, 24], "
                        "writers: {coco: {}, yolo: {output_dir: yolo}, basic: {semantic_segmentation: true}}")
    root = tmp_path / "out"
    generate(GenerateRequest(write_recipe(text), root))
    coco = json.loads((root / "annotations" / "instances.json").read_text())
    ball = {"id": 1, "name": "ball", "supercategory": "toy", "color": [255, 0, 0], "wikidata": "Q18545"}
    assert coco["categories"][0] == ball
    assert [row["name"] for row in coco["categories"]] == ["ball", "block", "cone"]
    assert sorted(row["category_id"] for row in coco["annotations"]) == [1, 2]
    assert "0: ball\n  1: block\n  2: cone" in (root / "yolo" / "data.yaml").read_text()
    pixels = np.asarray(Image.open(root / "semantic_segmentation_0000.png")).reshape(-1, 4)
    assert {tuple(map(int, pixel)) for pixel in pixels} == {(0, 0, 0, 0), (255, 0, 0, 255), (0, 255, 0, 255)}
    assert "| ball | toy | [Q18545](https://www.wikidata.org/wiki/Q18545) | 1 |" in (root / "README.md").read_text()
