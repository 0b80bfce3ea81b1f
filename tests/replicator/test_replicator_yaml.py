"""``omni.replicator.replicator_yaml.parse`` against the API that it calls."""

import numpy as np
import omni.replicator.core as rep
import omni.replicator.replicator_yaml as replicator_yaml
import omni.usd
import pytest

from scenewright.host.stage_context import get_context

TEXT = """
stage_unit: {settings.set_stage_meters_per_unit: {meters_per_unit: 1}}
up: {settings.set_stage_up_axis: {up_axis: "Z"}}
places: [[1, 0, 0], [2, 0, 0]]
sphere: {create.sphere: {semantics: [["class", "sphere"]], name: sphere}}
cube: {create.cube: {semantics: [["class", "cube"]]}}
group: {create.group: {items: [sphere, cube]}}
camera: {create.camera: {position: [0, 0, 10], look_at: [0, 0, 0]}}
product: {create.render_product: {camera: camera, resolution: [32, 24]}}
writer:
  writers.get:
    name: BasicWriter
    init_params: {output_dir: "OUT", rgb: true, bounding_box_2d_tight: true}
attach: {writer.attach: {render_products: [product]}}
register:
  randomizer.register:
    move:
      inputs: {items: null, high: [3, 3, 3]}
      found: {get.prims: {semantics: [["class", "cube"]]}}
      with.items:
        modify.pose:
          position: {distribution.uniform: {lower: [1, 1, 1], upper: high}}
      with.found: {modify.pose: {scale: {distribution.choice: {choices: [0.5, 2]}}}}
frames: {trigger.on_frame: {max_execs: 3}}
go:
  with.frames:
    randomizer.move: {items: group}
    with.sphere: {modify.pose: {rotation_x: {distribution.uniform: {lower: 1, upper: 89}}}}
"""


@pytest.fixture
def write(tmp_path):
    get_context().new_stage()
    rep.orchestrator.set_capture_on_play(False)

    def text(content):
        (tmp_path / "file.yaml").write_text(content.replace("OUT", str(tmp_path / "out")))
        return tmp_path
    yield text
    get_context().close_stage()


def test_blocks_are_calls_of_the_api(write):
    folder = write(TEXT)
    made = replicator_yaml.parse(yaml_path="file.yaml", root_dir=folder)
    assert made["places"] == [[1, 0, 0], [2, 0, 0]]
    sphere, cube = (made[name].get_prims()[0] for name in ("sphere", "cube"))
    rep.orchestrator.run_until_complete()
    assert len(list((folder / "out").glob("rgb_*.png"))) == 3
    labels = (folder / "out/bounding_box_2d_tight_labels_0000.json").read_text()
    assert '"class": "sphere"' in labels and '"class": "cube"' in labels
    for prim in (sphere, cube):
        place = np.array(omni.usd.get_world_transform_matrix(prim).ExtractTranslation())
        assert (1 <= place).all() and (place <= 3).all()
    sides = np.linalg.norm(np.array(omni.usd.get_world_transform_matrix(cube))[:3, :3], axis=1)
    assert sides == pytest.approx([0.5] * 3) or sides == pytest.approx([2.0] * 3)
    assert sphere.GetName().startswith("sphere")


@pytest.mark.parametrize(("text", "message"), [
    ("a: {create.cueb: {}}", r"block 'a': create.cueb: function 'cueb' is not known. Did you mean 'cube'"),
    ("t: {trigger.on_frame: {}}\na: {with.tt: {create.cube: null}}",
     r"block 'a': with.tt: block 'tt' is not known. Did you mean 't'"),
    ("r: {randomizer.register: {f: {inputs: {a: 1}, create.cube: null}}}\nu: {randomizer.f: {b: 1}}",
     r"block 'u': randomizer.f has no input b; inputs: a"),
    ("a: {create.cube: [1]}", r"block 'a': create.cube takes a mapping of arguments, got \[1\]"),
    ("- a\n- b", "a mapping of blocks is expected, got list"),
    ("a: {b: [}", "file.yaml: while parsing"),
])
def test_mistakes_name_file_and_block(write, text, message):
    with pytest.raises(ValueError, match=message):
        replicator_yaml.parse("file.yaml", write(text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file '.*nothing\.yaml'"):
        replicator_yaml.parse(tmp_path / "nothing.yaml")
