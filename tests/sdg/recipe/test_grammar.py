"""The grammar of Replicator YAML: what passes, and one finding with its line for everything that does not."""

import pytest

GOOD = """
    unit: {settings.set_stage_meters_per_unit: {meters_per_unit: 1}}
    up: {settings.set_stage_up_axis: {up_axis: "Z"}}
    spots: [[1, 2, 3], [4, 5, 6]]
    ball:
      create.sphere:
        semantics: [["class", "ball"]]
        position: {distribution.uniform: {lower: [-1, -1, 0], upper: [1, 1, 2]}}
        count: 3
    ground: {create.plane: {scale: 10, semantics: {class: [ground, floor]}}}
    lamp: {create.light: {light_type: Sphere, intensity: {distribution.normal: {mean: 3000, std: 200}}}}
    all_of_them: {create.group: {items: [ball, ground]}}
    eye: {create.camera: {position: [4, 4, 3], look_at: ball}}
    product: {create.render_product: {camera: eye, resolution: [64, 48]}}
    out: {writers.get: {name: BasicWriter, init_params: {rgb: true}}}
    attached: {out.attach: {render_products: [product], trigger: null}}
    own:
      randomizer.register:
        shuffle:
          inputs: {what: ball, count: 2}
          lights: {create.light: {light_type: Dome, count: count}}
          with.what:
            modify.pose: {position: {distribution.choice: {choices: spots}}}
            randomizer.color: {colors: {distribution.uniform: {lower: [0, 0, 0], upper: [1, 1, 1]}}}
    each: {trigger.on_frame: {interval: 2, max_execs: 5, rt_subframes: 4}}
    go:
      with.each:
        randomizer.shuffle: {what: all_of_them}
        with.eye:
          modify.pose:
            position: {distribution.sequence: {items: [[1, 1, 1], [2, 2, 2]]}}
            look_at: ground
"""


def test_a_recipe_that_uses_the_whole_grammar_passes(problems):
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("block", "line", "column", "says", "remedy"),
    [
        ("c:\n  creat.cube: null", 2, 3, "'creat' is no module", "Did you mean 'create.cube'?"),
        ("c:\n  create.cub: null", 2, 3, "unknown function 'create.cub'", "Did you mean 'cube'?"),
        ("c:\n  create.cube:\n    posision: [0, 0, 0]", 3, 5, "no keyword 'posision'", "Did you mean 'position'?"),
        ("c:\n  create.cube:\n    position: [0, 0]", 3, 15, "three numbers [x, y, z]", ""),
        ("c:\n  create.cube:\n    count: 1.5", 3, 12, "an integer", ""),
        ("c:\n  create.cube:\n    visible: 1", 3, 14, "true or false", ""),
        ("c:\n  create.cube: [1]", 2, 16, "takes keywords", ""),
        ("c:\n  create.from_usd: null", 2, 3, "lacks 'usd'", "a file"),
        ("c:\n  create.cube: {count: 0}", 2, 24, "'count' is 0", "at least 1"),
        ("c:\n  create.light: {light_type: lamp}", 2, 30, "'lamp'", "sphere"),
        ("c:\n  create.cube: {look_at: [0, 0, 0], rotation: [1, 2, 3]}", 2, 26, "both given", "one of the two"),
        ("c:\n  cube: {scale: 1}", 2, 3, "no function by itself", "create.cube"),
        ("create.cube: {scale: 1}", 1, 1, "no block name", "Give the call a name"),
        ("c:\n  modify.pose: {scale: 2}", 2, 3, "no prims to act on", "with.<block of prims>"),
        ("c:\n  with.nobody: {modify.pose: {scale: 2}}", 2, 3, "names no earlier block", ""),
        ("c:\n  modify.timeline: {value: 1, modify_type: add}", 2, 44, "made alone", "Set a time"),
        ("c:\n  modify.animation: {values: 1, input_prims: /A}", 2, 3, "animations is not available yet", "Remove the call"),
        ("c:\n  physics.rigid_body: null", 2, 3, "no prims to act on", ""),
        ("c:\n  trigger.on_time: {interval: 0}", 2, 31, "'interval' is 0", "positive"),
        ("c:\n  trigger.on_condition: {condition: x}", 2, 3, "Python function", "scenewright exec"),
        ("c:\n  randomizer.scatter_3d: {input_prims: /A, viz_sampled_voxels: true}", 2, 64, "no voxels", ""),
        ("c:\n  writers.get: {name: BasicWrite}", 2, 23, "unknown writer 'BasicWrite'", "Did you mean 'BasicWriter'?"),
        ("c:\n  writers.get: {name: FPSWriter}", 2, 23, "measures time", "another"),
        ("c:\n  writers.get: {name: BasicWriter, init_params: {deph: true}}", 2, 49, "no parameter 'deph'", ""),
        ("c:\n  get.prims: {path_pattern: '('}", 2, 29, "no regular expression", ""),
        ("c:\n  create.cube: {scale: {distribution.uniform: {lower: [1, 2], upper: [3, 4]}}}", 2, 25, "draws 2 numbers", ""),
        ("c:\n  create.cube: {count: 100000000}", 2, 24, "'count' is 100000000", "at most 100000"),
        ("c:\n  create.cube: {scale: {distribution.normal: {mean: 1, std: -1}}}", 2, 61, "'std' is -1", "not negative"),
        ("c:\n  create.cube: {scale: {distribution.choice: {choices: [1, 2], weights: [1]}}}", 2, 73, "1 weights for 2", ""),
        ("c:\n  create.cube: {scale: {distribution.choice: {choices: [1, red]}}}", 2, 56, "not 'red'", ""),
        ("c:\n  create.cube: {name: {distribution.uniform: {lower: 0, upper: 1}}}", 2, 24, "not allowed here", ""),
    ],
)
def test_every_mistake_has_its_line_and_remedy(problems, block, line, column, says, remedy):
    findings = problems(block)
    assert len(findings) == 1, findings
    assert (findings[0].line, findings[0].column) == (line, column)
    assert says in findings[0].message
    assert remedy in findings[0].remedy


def test_blocks_may_only_use_earlier_ones(problems):
    findings = problems("g: {create.group: {items: [c]}}\nc: {create.cube: null}\n")
    assert findings == []  # "c" is taken for a prim path here; the stage has none, which the session reports
    findings = problems("w: {with.c: {modify.pose: {scale: 1}}}\nc: {create.cube: null}\n")
    assert "names no earlier block" in findings[0].message


def test_results_of_the_wrong_kind_are_named(problems):
    findings = problems("t: {trigger.on_frame: null}\ng: {create.group: {items: [t]}}\n")
    assert "block 't' is a trigger" in findings[0].message and findings[0].line == 2


def test_settings_and_writers_belong_to_the_top_level(problems):
    findings = problems(
        """
        t: {trigger.on_frame: null}
        w:
          with.t:
            writers.get: {name: BasicWriter}
        """
    )
    assert [finding.line for finding in findings] == [4]
    assert "top level" in findings[0].remedy


def test_inputs_of_registered_randomizers_are_checked(problems):
    findings = problems(
        """
        r: {randomizer.register: {mine: {inputs: {size: 1}, c: {create.cube: {scale: size}}}}}
        t: {trigger.on_frame: null}
        go: {with.t: {randomizer.mine: {sise: 2}}}
        """
    )
    assert len(findings) == 1 and "no input 'sise'" in findings[0].message and "Did you mean 'size'?" in findings[0].remedy


def test_labels_that_are_also_block_names_stay_labels(problems):
    assert problems("cube: {create.cube: null}\nall: {get.prims: {semantics: [[class, cube]]}}\n") == []


def test_all_findings_come_at_once_in_file_order(problems):
    findings = problems(
        """
        scenewright: {frames: ten, seen: a}
        a: {create.cube: {posision: 1}}
        b: {create.cub: null}
        """
    )
    assert [finding.line for finding in findings] == [1, 1, 2, 3]
