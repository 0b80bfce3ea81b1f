"""The scenewright block, overrides, and the JSON Schema."""

import json

import pytest

from scenewright.sdg.recipe import RecipeError, json_schema
from scenewright.sdg.recipe.functions import FUNCTIONS, KINDS
from scenewright.sdg.recipe.schema import FrameGrid


def test_defaults_are_those_of_the_documentation(load):
    settings = load("a: 1").settings
    assert (settings.scene, settings.seed, settings.output, settings.renderer, settings.samples) == (
        None,
        0,
        "out",
        "real-time",
        16,
    )
    assert settings.resolution == [1280, 720] and settings.assets.missing == "error" and settings.checks.max_retries == 20


@pytest.mark.parametrize(
    ("text", "line", "says", "remedy"),
    [
        ("scenewright:\n  frame: 3", 2, "unknown key 'frame'", "Did you mean 'frames'?"),
        ("scenewright:\n  frames: ten", 2, "whole number", "{sequences, steps}"),
        ("scenewright:\n  frames: 0", 2, "from 1", ""),
        ("scenewright:\n  frames: 100000000000", 2, "at most 1000000", "several datasets"),
        ("scenewright:\n  frames: {sequences: 1000000, steps: 1000000}", 2, "at most 1000000", "several datasets"),
        ("scenewright:\n  frames: {sequences: 2, stepz: 3}", 2, "unknown key", ""),
        ("scenewright:\n  seed: -1", 2, "greater than or equal to 0", ""),
        ("scenewright:\n  seed: true", 2, "integer", ""),
        ("scenewright:\n  resolution: [640]", 2, "at least 2 items", "[width, height]"),
        ("scenewright:\n  renderer: raytraced", 2, "'real-time'", ""),
        ("scenewright:\n  split: {train: 0.9}", 2, "shares add up to 1", "Shares of train"),
        ("scenewright:\n  assets: {missing: box}", 2, "'error' or 'proxy'", ""),
        ("scenewright:\n  play: 1", 2, "boolean", "timeline"),
        ("scenewright:\n  checks: {skip_empty: true}", 2, "not available yet", ""),
        ("scenewright:\n  labels:\n    - {path: /A}", 3, "either `class`", ""),
        ("scenewright:\n  labels:\n    - {class: x}", 3, "either `path`", ""),
        ("scenewright:\n  labels:\n    - {class: x, path_pattern: '('}", 3, "no regular expression", ""),
        ("scenewright:\n  writers: {basik: {}}", 2, "unknown writer 'basik'", "Did you mean 'basic'?"),
        ("scenewright:\n  writers: {basic: {rgb: 1}}", 2, "true or false", ""),
        ("scenewright: 3", 1, "must be a mapping", ""),
    ],
)
def test_mistakes_in_the_block(problems, text, line, says, remedy):
    findings = problems(text)
    assert findings and {finding.line for finding in findings} == {line}, findings
    assert any(says in finding.message and remedy in finding.remedy for finding in findings)


def test_frames_come_from_the_settings_or_the_triggers(load):
    assert load("scenewright: {frames: 7}\nt: {trigger.on_frame: {max_execs: 3}}").frames == 7
    assert load("t: {trigger.on_frame: {max_execs: 3}}").frames == 3
    assert load("t: {trigger.on_frame: {max_execs: 3, interval: 5}}").frames == 11
    assert load("t: {trigger.on_frame: {num_frames: 4}}").frames == 4
    assert load("a: 1").frames == 100
    assert load("scenewright: {frames: {sequences: 2, steps: 3}}").frames == FrameGrid(sequences=2, steps=3)


def test_overrides_reach_variables_settings_and_blocks(load):
    text = """
        scenewright: {frames: 3, variables: {size: 1}}
        cube: {create.cube: {scale: '${size}'}}
        spots: [[1, 2, 3], [4, 5, 6]]
    """
    overrides = [
        "size=2.5",
        "frames=9",
        "scenewright.samples=4",
        "writers.basic.rgb=true",
        "cube.create.cube.count=3",
        "spots.1=[7, 8, 9]",
    ]
    recipe = load(text, overrides)
    assert recipe.frames == 9 and recipe.settings.samples == 4 and recipe.settings.writers == {"basic": {"rgb": True}}
    call = next(recipe.calls("create.cube"))
    assert call.args["scale"].value == 2.5 and call.args["count"].value == 3
    assert recipe.document.plain()["spots"][1] == [7, 8, 9]


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("frame=3", "Did you mean 'frames'?"),
        ("scenewright.sed=3", "Did you mean 'seed'?"),
        ("scenewright.variables.other=3", "no declared variable"),
        ("cube.create.cube.scal=3", "Did you mean 'scale'?"),
        ("cube.create.sphere.scale=3", "has no 'create.sphere.scale'"),
        ("frames", "`key.path=value`"),
        ("frames=[1", "not valid YAML"),
    ],
)
def test_overrides_that_lead_nowhere_list_what_is_allowed(problems, override, says):
    findings = problems("scenewright: {variables: {size: 1}}\ncube: {create.cube: {count: 2}}\n", [override])
    assert len(findings) == 1
    assert findings[0].file == f"--set {override}" and says in str(findings[0])


def test_a_bad_value_from_the_command_line_is_blamed_on_it(problems):
    findings = problems("scenewright: {variables: {size: 1}}\ncube: {create.cube: {count: '${size}'}}\n", ["size=2.5"])
    assert findings[0].file == "--set size=2.5"


def test_the_hash_sees_values_and_not_the_output_folder(load):
    text = "scenewright: {frames: 3, variables: {n: 2}}\nc: {create.cube: {count: '${n}'}}"
    same = load(text).hash
    assert load(text, ["output=elsewhere"]).hash == same
    assert load(text.replace("'${n}'", "2")).hash == same
    assert load(text, ["n=3"]).hash != same
    assert load(text, ["seed=1"]).hash != same


def test_errors_exit_with_status_two(load):
    with pytest.raises(RecipeError) as caught:
        load("a: {create.cub: null}")
    assert caught.value.exit_status == 2


def test_the_json_schema_names_every_function_and_keyword():
    schema = json_schema()
    json.dumps(schema)
    functions = schema["$defs"]["functions"]
    assert len(functions) == len(FUNCTIONS)
    cube = functions["create_cube"]["anyOf"][0]
    assert "position" in cube["properties"] and cube["additionalProperties"] is False
    assert {keyword.kind for function in FUNCTIONS.values() for keyword in function.keywords.values()} <= set(KINDS)
    assert "frames" in schema["$defs"]["scenewright"]["properties"]


def test_the_json_schema_accepts_and_rejects_what_the_checker_does():
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())
    good = {
        "scenewright": {"frames": "${n}", "samples": 4, "labels": [{"path": "/A", "class": "a"}]},
        "spots": [[1, 2, 3]],
        "box": {"create.cube": {"position": {"distribution.choice": {"choices": "spots"}}, "scale": "${size}"}},
        "each": {"trigger.on_frame": None},
        "go": {"with.each": {"with.box": {"modify.pose": {"scale": 2}}, "own": {"create.sphere": None}}},
    }
    assert validator.is_valid(good)
    for bad in (
        {"box": {"create.cub": None}},
        {"box": {"create.cube": {"scal": 2}}},
        {"scenewright": {"frame": 3}},
        {"go": {"with.each": {"modify.pose": {"scale": True}}}},
    ):
        assert not validator.is_valid(bad), bad
