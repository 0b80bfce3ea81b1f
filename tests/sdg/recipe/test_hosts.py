"""What a recipe puts on the stage comes from the recipe's own streams: a host that draws other numbers composes the same."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from pxr import Usd

import scenewright.replicator.seeds as seeds
from scenewright.sdg.recipe import load_recipe, open_session

ROOT = Path(__file__).parents[3]

MANY = """
scenewright: {frames: 3, seed: 4}
box: {create.cube: {name: box, count: 4, semantics: {class: box}}}
ball: {create.sphere: {name: ball, count: 3, position: {distribution.uniform: {lower: [-1, -1, 0], upper: [1, 1, 1]}}}}
ground: {create.plane: {name: ground, scale: 10}}
lamp: {create.light: {light_type: sphere, intensity: {distribution.normal: {mean: 900, std: 90}}}}
eye:
  create.camera: {position: [0, -9, 2], look_at: [0, 0, 0], focal_length: {distribution.uniform: {lower: 20, upper: 30}}}
looks: {create.material_omnipbr: {count: 3, diffuse: {distribution.uniform: {lower: [0, 0, 0], upper: [1, 1, 1]}}}}
each: {trigger.on_frame: null}
go:
  with.each:
    with.box:
      modify.pose: {rotation: {distribution.uniform: {lower: [0, 0, 0], upper: [9, 9, 9]}}}
      randomizer.materials: {materials: looks}
      randomizer.scatter_2d: {surface_prims: ground}
    with.ball:
      randomizer.color: {colors: {distribution.choice: {choices: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}}}
      modify.visibility: {value: {distribution.choice: {choices: [true, false]}}}
    with.lamp:
      modify.attribute: {name: exposure, value: {distribution.log_uniform: {lower: 1, upper: 2}}}
"""


def composed(path, index):
    """Return everything that the stage of a frame says, instances looked into: USD numbers their prototypes as it likes."""
    session = open_session(load_recipe(path))
    try:
        session.apply(session.addresses[index])
        found = []
        for prim in session.stage.Traverse(Usd.TraverseInstanceProxies()):
            values = [(attribute.GetName(), str(attribute.Get())) for attribute in prim.GetAttributes()]
            bound = [(link.GetName(), *map(str, link.GetTargets())) for link in prim.GetRelationships()]
            found.append((str(prim.GetPath()), prim.GetTypeName(), prim.GetAppliedSchemas(), values, bound))
        return found
    finally:
        session.close()


@pytest.fixture
def other_host(monkeypatch):
    """Return a function after which the Replicator here draws other numbers than before, as another host's does."""
    def change():
        encoded = seeds._encoded
        monkeypatch.setattr(seeds, "_encoded", lambda part: b"another host" + encoded(part))
        np.random.seed(99)  # noqa: NPY002 - scripts and hosts set it; nothing here may listen

    return change


@pytest.mark.parametrize("index", [0, 2])
def test_the_composed_stage_of_a_step_does_not_depend_on_the_hosts_random_numbers(tmp_path, other_host, index):
    path = tmp_path / "r.yaml"
    path.write_text(MANY)
    here = composed(path, index)
    before = seeds.stream("a").random()
    other_host()
    assert seeds.stream("a").random() != before
    assert composed(path, index) == here
    assert here != composed(path, 1)


def test_the_tabletop_composes_the_same_on_another_host(tmp_path, other_host):
    scene = tmp_path / "tabletop"
    shutil.copytree(ROOT / "usd_scenes/tabletop", scene)
    here = composed(scene / "recipe.yaml", 1)
    other_host()
    assert composed(scene / "recipe.yaml", 1) == here
