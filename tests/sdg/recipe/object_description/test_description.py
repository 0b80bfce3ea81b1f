"""Object descriptions: what is wrong is named with its line, and values follow macros, distributions and harmonizers."""

import numpy as np
import pytest

from scenewright.sdg.recipe import find_recipe_problems, load_recipe

HEAD = """isaacsim.replicator.object:
  version: 0.4.0
  num_frames: 4
  seed: 10
  screen_width: 32
  screen_height: 24
  eye: {type: camera}
"""


@pytest.fixture
def describe(tmp_path):
    """Return a function from the lines after the usual settings to the path of a description."""

    def write(text, name="description.yaml", head=HEAD):
        (tmp_path / name).write_text(head + text)
        return tmp_path / name

    return write


def unit(name):
    return np.array([[-1.0, -1.0, -1.0], [1.0, 1.0, 1.0]])


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("  a: {type: geometry, subtype: cuboid}", 8, "unknown subtype 'cuboid'"),
        ("  a: {type: force, subtype: cube}", 8, "mutables of type 'force' are not built here"),
        ("  a: {type: geometri, subtype: cube}", 8, "unknown type 'geometri'"),
        ("  a: {type: geometry, subtype: mesh}", 8, "no usd_path"),
        ("  a: {type: light, subtype: dome, x: {distribution_type: rang, start: 0, end: 1}}", 8, "unknown distribution_type"),
        ("  a: {type: light, subtype: dome, x: {distribution_type: range, start: 0}}", 8, "lacks end"),
        ("  a: {type: geometry, subtype: cube, transform_operators: [{move: [0, 0, 0]}]}", 8, "unknown transform operator"),
        ("  a: {type: geometry, subtype: cube, transform_operators: [{rotateX: [0, 0]}]}", 8, "rotateX needs 1 number"),
        ("  a: {type: geometry, subtype: cube, x: '$[/b/y]'}", 8, "there is no 'b'"),
        ("  a: {type: geometry, subtype: cube, x: '$[y]', y: '$[x]'}", 8, "depends on itself: a/"),
        ("  a: {type: geometry, subtype: cube, count: -1}", 8, "'count' is -1"),
        ("  a: {harmonizer_type: shuffle}", 8, "unknown harmonizer_type"),
        ("  a: {type: light, subtype: dome, x: {distribution_type: harmonized, harmonizer_name: h, pitch: 1}}",
         8, "no harmonizer 'h'"),
        ("  a: {type: light, subtype: dome, x: {distribution_type: texture}}", 8, "not available yet"),
        ("  gravity: down", 8, "number of at least 0"),
        ("  output_switches: {image: true}", 8, "unknown output 'image'"),
        ("  parent_config: nobody", 8, "no file"),
        ("box: {create.cube: null}", 8, "stands beside"),
    ],
)  # fmt: skip
def test_every_mistake_has_its_line(describe, text, line, says):
    findings = find_recipe_problems(describe(text))
    assert findings and findings[0].line == line and says in findings[0].message, findings


def test_a_missing_setting_and_an_older_key(describe):
    head = HEAD.replace("  seed: 10\n", "").replace("isaacsim", "omni")
    assert "'seed' is missing" in find_recipe_problems(describe("", head=head))[0].message
    assert load_recipe(describe("", head=HEAD.replace("isaacsim", "omni"))).seed == 10


def test_macros_see_names_lists_parents_and_the_frame(describe):
    recipe = load_recipe(
        describe(
            """
  sizes: [10, 20, 30]
  box:
    type: geometry
    subtype: cube
    count: 3
    size: $[/sizes~$[index]]
    half: $[size] / 2
    tag: $[name]-$[seed]-$[frame]
    transform_operators:
    - translate_global: ["$[../half]", "$[/box_$[index]/size] + $[count]", "$[index]"]
    copy: $[../sizes]
"""
        )
    )
    values = recipe.resolver(2, unit)
    assert list(recipe.mutables) == ["eye", "box_0", "box_1", "box_2"]
    assert values.value("box_1", "half") == 10.0 and values.value("box_1", "tag") == "box_1-12-2"
    assert values.value("box_2", "transform_operators", 0, "translate_global") == [15.0, 33, 2]
    assert values.value("box_0", "copy") == [10, 20, 30]


def test_frames_are_those_of_the_next_seed(describe):
    text = """
  box: {type: geometry, subtype: cube, a: {distribution_type: range, start: [0, 5], end: [1, 6]},
        b: {distribution_type: set, values: [1, 2, {distribution_type: range, start: 7, end: 8}]}}
"""
    one = load_recipe(describe(text))
    other = load_recipe(describe(text), ["seed=11"])
    drawn = [[recipe.resolver(frame, unit).value("box") for frame in range(9)] for recipe in (one, other)]
    assert drawn[0][1:] == drawn[1][:-1] and drawn[0][0] != drawn[0][1]
    assert all(0 <= row["a"][0] <= 1 and 5 <= row["a"][1] <= 6 for row in drawn[0])
    assert all(row["b"] in (1, 2) or 7 <= row["b"] <= 8 for row in drawn[0])


def test_points_of_a_frustum_lie_in_the_picture(describe):
    recipe = load_recipe(
        describe(
            """
  lens: {screen_width: 200, screen_height: 100, focal_length: 10, horizontal_aperture: 20}
  box:
    type: geometry
    subtype: cube
    transform_operators:
    - translate: {distribution_type: camera_frustum, camera_parameters: "$[/lens]", distance_min: 2, distance_max: 8,
                  screen_space_range: 0.5}
"""
        )
    )
    points = np.array([recipe.resolver(f, unit).value("box", "transform_operators", 0, "translate") for f in range(400)])
    depth = -points[:, 2]
    assert 2.0 <= depth.min() < 2.2 and 7.0 < depth.max() <= 8.0
    assert 0.45 < np.abs(points[:, 0] / depth).max() <= 0.5 and 0.2 < np.abs(points[:, 1] / depth).max() <= 0.25
    # 1 / distance is even: the median of the distances is their bounds' harmonic mean.
    assert np.median(depth) == pytest.approx(2.0 / (1 / 2.0 + 1 / 8.0), rel=0.1)


def test_harmonizers_answer_all_members(describe):
    recipe = load_recipe(
        describe(
            """
  box:
    type: geometry
    subtype: cube
    count: 5
    slot: {distribution_type: harmonized, harmonizer_name: slots, pitch: "$[index]"}
    transform_operators:
    - transform: {distribution_type: harmonized, harmonizer_name: shelf, pitch: local_aabb}
    - scale: [2, 1, 1]
  slots: {harmonizer_type: permutate}
  shelf: {harmonizer_type: bin_pack, bin_size: [8, 4, 2], fill_ratio: 1}
"""
        )
    )
    for frame in range(5):
        values = recipe.resolver(frame, unit)
        assert sorted(values.value(f"box_{i}", "slot") for i in range(5)) == [0, 1, 2, 3, 4]
        matrices = [values.matrix(f"box_{i}") for i in range(5)]
        placed = np.array([matrix[3, :3] for matrix in matrices if matrix is not None])
        # Four boxes of 4 x 2 x 2 fill the bin; the fifth finds no room.
        assert sorted(map(tuple, placed)) == [(-2, -1, 0), (-2, 1, 0), (2, -1, 0), (2, 1, 0)]
    assert len({tuple(recipe.resolver(f, unit).value(f"box_{i}", "slot") for i in range(5)) for f in range(9)}) > 3


def test_children_inherit_and_override(describe):
    describe("  sun: {type: light, subtype: distant, intensity: 5}\n  sky: {type: light, subtype: dome}\n", "base.yaml")
    child = "isaacsim.replicator.object:\n  parent_config: base\n  num_frames: 2\n  sun: {type: light, subtype: dome}\n"
    recipe = load_recipe(describe("", "child.yaml", head=child))
    assert recipe.frames == 2 and recipe.seed == 10
    assert recipe.attribute("sun", "subtype") == "dome" and recipe.attribute("sky", "subtype") == "dome"


def test_how_many_frames_is_not_part_of_what_a_dataset_is(describe):
    more = load_recipe(describe("", "more.yaml", head=HEAD.replace("num_frames: 4", "num_frames: 9")))
    assert more.canonical_bytes() == load_recipe(describe("")).canonical_bytes()
    assert load_recipe(describe(""), ["frames=7"]).frames == 7


def test_the_schema_takes_what_the_reader_takes(tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    import yaml

    from scenewright.sdg.recipe import json_schema

    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    box = "  box: {type: geometry, subtype: cube, count: 2, transform_operators: [{translate_a: [0, 0, 0]}]}\n"
    good = yaml.safe_load(HEAD + box + "  p: {harmonizer_type: permutate}\n  lens: {focal_length: 3}\n  x: 3\n")
    jsonschema.validate(good, schema)
    for wrong in (box.replace("cube", "cub"), "  p: {harmonizer_type: p}\n", box.replace("translate_a", "move")):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(yaml.safe_load(HEAD + wrong), schema)
