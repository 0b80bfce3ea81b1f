"""Assets of packs in recipes: chosen by class, size and licence; licences reach the dataset's card."""

import json

import pytest

from scenewright.sdg.assets.pack import AssetRecord, write_catalogue
from scenewright.sdg.recipe.asset_checks import find_asset_problems
from scenewright.sdg.recipe.findings import RecipeError
from scenewright.sdg.recipe.packs import pack_files

LAYER = """#usda 1.0
(
    customLayerData = {{
        string attribution = "{maker}"
        string licence = "{licence}"
    }}
    defaultPrim = "{name}"
    metersPerUnit = 1
    upAxis = "Z"
)
def Xform "{name}" (prepend apiSchemas = ["SemanticsLabelsAPI:class"])
{{
    token[] semantics:labels:class = ["{label}"]
    def Cube "Body"
    {{
        double size = {size}
    }}
}}
"""
ASSETS = (("stool", "chair", 0.4, "CC0-1.0", "Ada"), ("throne", "chair", 1.6, "CC-BY-3.0", "Grace | Co"),
          ("crate", "box", 0.5, "CC-BY-3.0", ""))


@pytest.fixture
def pack(tmp_path):
    root = tmp_path / "packs" / "things"
    records = []
    for name, label, size, licence, maker in ASSETS:
        record = AssetRecord(name, label, (size, size, size), licence=licence, attribution=maker)
        (root / record.file).parent.mkdir(parents=True)
        (root / record.file).write_text(LAYER.format(name=name, label=label, size=size, licence=licence, maker=maker))
        records.append(record)
    write_catalogue(root, records, [])
    return root


def recipe_with(conditions, packs="[packs/things]", more=""):
    return f"""
        scenewright: {{frames: 2, samples: 1, resolution: [24, 24], assets: {{packs: {packs}}}, writers: {{coco: {{}}}}}}
        eye:
          create.camera: {{position: [0, -8, 2], look_at: [0, 0, 0]}}
        seats:
          utils.get_assets: {conditions}
        each:
          trigger.on_frame: {{}}
        go:
          with.each:
            some:
              randomizer.instantiate: {{paths: seats, size: 3, mode: reference}}
        {more}
        """


def call_of(recipe):
    return next(recipe.calls("utils.get_assets"))


@pytest.mark.parametrize(("conditions", "names"), [
    ("{class: chair}", ["stool", "throne"]), ("{class: CHAIR, max_size: 1}", ["stool"]),
    ("{min_size: 0.45}", ["crate", "throne"]),
    ("{licence: CC-BY*}", ["crate", "throne"]), ("{id: crate}", ["crate"]), ("{text: thro}", ["throne"]), ("{}", None),
])
def test_assets_are_chosen_by_every_condition(pack, load, conditions, names):
    recipe = load(recipe_with(conditions))
    expected = [f"packs/things/assets/{name}/{name}.usda" for name in names or ["crate", "stool", "throne"]]
    assert pack_files(recipe, call_of(recipe)) == expected
    assert {text for text, _, _ in recipe.files_named()} == set(expected)
    assert find_asset_problems(recipe) == []


def test_one_asset_can_be_made_as_it_is(pack, open_session):
    session = open_session("""
        scenewright: {frames: 1, assets: {packs: [packs/things/]}}
        eye: {create.camera: null}
        throne:
          create.from_usd: {usd: {utils.get_assets: {id: throne}}}
        """)
    prim = session.stage.GetPrimAtPath("/Replicator/throne/Ref/Body")
    assert prim and prim.GetAttribute("size").Get() == 1.6
    assert prim.GetParent().GetAttribute("semantics:labels:class").Get() == ["chair"]


@pytest.mark.parametrize(("conditions", "packs", "words"), [
    ("{class: chiar}", "[packs/things]", ["no asset of the packs fits {class: chiar}", "chair"]),
    ("{id: ston}", "[packs/things]", ["stool"]),
    ("{class: chair, max_size: 0.1}", "[packs/things]", ["max_size: 0.1"]),
    ("{class: chair}", "[]", ["names none", "assets: {packs: [folder]}"]),
    ("{class: chair}", "[nowhere]", ["no asset pack"]),
])
def test_what_cannot_be_found_is_said_at_its_line(pack, load, conditions, packs, words):
    recipe = load(recipe_with(conditions, packs))
    (finding,) = find_asset_problems(recipe)
    assert finding.line in (1, 5) and all(word in str(finding) for word in words)
    with pytest.raises(RecipeError):
        pack_files(recipe, call_of(recipe))


def test_unknown_conditions_are_findings(pack, problems):
    (finding,) = problems(recipe_with("{colour: red}"))
    assert "colour" in str(finding) and "class" in str(finding)


def test_licences_and_makers_reach_header_and_card(pack, write_recipe, tmp_path):
    from scenewright.sdg.dataset.request import GenerateRequest
    from scenewright.sdg.dataset.run import generate

    generate(GenerateRequest(write_recipe(recipe_with("{class: chair}")), tmp_path / "out"))
    header = json.loads((tmp_path / "out" / "dataset.json").read_text())
    assert header["licences"] == {"stool.usda": "CC0-1.0", "throne.usda": "CC-BY-3.0"}
    assert header["attributions"] == {"stool.usda": "Ada", "throne.usda": "Grace | Co"}
    assert str(tmp_path) not in (tmp_path / "out" / "dataset.json").read_text()
    assert str(tmp_path) not in (tmp_path / "out" / "ledger.jsonl").read_text()
    card = (tmp_path / "out" / "README.md").read_text()
    assert "| stool.usda | CC0-1.0 | Ada |\n| throne.usda | CC-BY-3.0 | Grace \\| Co |" in card
    assert 'license_name: "CC-BY-3.0, CC0-1.0"' in card
    assert header["labels"]["class"] == ["chair"]
