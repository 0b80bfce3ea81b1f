"""The same seed gives the same bytes: in another process, another working directory, with another number of workers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scenewright.sdg.dataset.files import dataset_files

RECIPE = Path(__file__).parents[1] / "sdg" / "dataset" / "data" / "small.yaml"

FUNCTIONAL = """
import sys
import omni.replicator.core as rep
rep.orchestrator.set_capture_on_play(False)
rep.set_global_seed(21)
rng, derived = rep.rng.ReplicatorRNG(seed=4), rep.rng.ReplicatorRNG()
cubes = rep.functional.create_batch.cube(count=12, parent="/World", name="Cube", semantics={"class": "cube"})
ground = rep.functional.create.plane(scale=(8, 8, 1), name="Ground")
rep.functional.create.dome_light(intensity=500, name="Sky")
camera = rep.functional.create.camera(position=(6, 6, 5), look_at=(0, 0, 0), name="Camera")
product = rep.create.render_product(camera, (48, 32))
writer = rep.WriterRegistry.get("BasicWriter")
writer.initialize(output_dir=sys.argv[1], rgb=True, bounding_box_2d_tight=True, bounding_box_3d=True,
                  semantic_segmentation=True)
writer.attach(product)
for _ in range(2):
    rep.functional.modify.pose(cubes, rotation_value=rng.generator.uniform(0, 360, (12, 3)), scale_value=0.4)
    rep.functional.randomizer.scatter_2d(cubes, ground, rng=derived)
    rep.functional.randomizer.display_color(cubes, rng=rng)
    rep.orchestrator.step()
rep.orchestrator.wait_until_complete()
"""

GRAPH = """
import sys
import omni.replicator.core as rep
rep.set_global_seed(21)
draw = rep.distribution
cubes = rep.create.cube(count=6, semantics=[("class", "cube")])
plane = rep.create.plane(scale=8)
rep.create.light(light_type="dome", intensity=draw.uniform(300, 600))
camera = rep.create.camera(position=(6, 6, 5), look_at=(0, 0, 0))
product = rep.create.render_product(camera, (48, 32))
with rep.trigger.on_frame(max_execs=2):
    with cubes:
        rep.modify.pose(rotation=draw.normal((0, 0, 90), (10, 10, 40)), scale=draw.combine([draw.log_uniform(0.2, 0.8)] * 3))
        rep.randomizer.color(colors=draw.uniform((0, 0, 0), (1, 1, 1)))
        rep.randomizer.scatter_2d(plane)
    with camera:
        rep.modify.pose(position=draw.choice([(6, 6, 5), (5, -5, 4), (-6, 4, 5)]), look_at=(0, 0, 0))
writer = rep.WriterRegistry.get("BasicWriter")
writer.initialize(output_dir=sys.argv[1], rgb=True, bounding_box_2d_tight=True, bounding_box_3d=True,
                  semantic_segmentation=True)
writer.attach(product)
rep.orchestrator.run_until_complete()
"""


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def run(*arguments, cwd, **environment):
    command = [sys.executable, "-m", "scenewright.cli", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=280, check=False,
                          env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("script", [FUNCTIONAL, GRAPH], ids=["functional", "graph"])
def test_a_script_writes_the_same_bytes_anywhere(tmp_path, script):
    """Two processes, working directories, hash seeds and numbers of threads."""
    found = []
    for name, threads in (("one", 1), ("two", 2)):
        folder = tmp_path / name
        folder.mkdir()
        (tmp_path / "script.py").write_text(script)
        environment = {"PYTHONHASHSEED": str(threads), "SCENEWRIGHT_THREADS": str(threads)}
        run("exec", tmp_path / "script.py", folder / "out", cwd=folder, **environment)
        found.append(contents(folder / "out"))
    images = [data for name, data in found[0].items() if "rgb" in name]
    assert len(images) == len(set(images)) == 2
    assert found[0] == found[1]


@pytest.mark.verify
def test_a_recipe_writes_the_same_bytes_with_any_number_of_workers(tmp_path):
    found = []
    for workers in (1, 2, 3):
        folder = tmp_path / f"from{workers}"
        folder.mkdir()
        options = ("--frames", "12", "--workers", workers)
        run("generate", RECIPE, "-o", folder / "out", *options, cwd=folder, PYTHONHASHSEED=str(workers))
        found.append(dataset_files(folder / "out"))
    assert found[0] == found[1] == found[2]
