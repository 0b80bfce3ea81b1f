"""PoseWriter's JSON against the numbers that Isaac Sim wrote for the same scene (pinhole cameras).

Tolerance 1e-5, but visibility, a ratio of pixels that RTX rounds to three decimals, ± 0.005, and projected pixels ± 1.
"""

import json
from pathlib import Path

import numpy as np
import omni.replicator.core as rep
import pytest

from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context

GOLDEN = json.loads((Path(__file__).parent / "pose_writer_pinhole.json").read_text())


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the JSON of both render products."""
    settings, before = get_settings(), dict(get_settings()._values)
    get_context().new_stage()
    rep.orchestrator.set_capture_on_play(False)
    settings.set("/scenewright/samples", 1)
    settings.set("/scenewright/bounces", 0)
    create = rep.functional.create
    create.xform(name="World")
    poses = ((0, 0, 0), (0, 0, 0), (1, 1, 1)), ((-1, -1, 0), (0, 0, 45), (1, 1, 1)), ((1, 1, 0), (75, 65, 0), (1.5, 0.5, 1))
    for number, (label, (position, rotation, scale)) in enumerate(zip(("cube", "cube_rotated", "cube_scaled"), poses,
                                                                      strict=True), start=1):
        create.cube(position=position, rotation=rotation, scale=scale, name=f"Cube{number}", parent="/World",
                    semantics=[("class", label)])
    products = [rep.create.render_product(create.camera(position=position, look_at=(0, 0, 0), name=f"Camera{number}",
                                                        parent="/World"), (512, 512), name=f"rp{number}")
                for number, position in enumerate(((0, 0, 10), (-4, -4, 8)), start=1)]
    folder = tmp_path_factory.mktemp("pose_writer")
    writer = rep.writers.get("PoseWriter")
    writer.initialize(backend=rep.backends.get("DiskBackend", {"output_dir": str(folder)}), use_subfolders=True)
    writer.attach(products)
    rep.orchestrator.step()
    rep.orchestrator.wait_until_complete()
    writer.detach()
    get_context().close_stage()
    settings._values.clear()
    settings._values.update(before)
    return {name: json.loads((folder / name / "000000.json").read_text()) for name in ("rp1", "rp2")}


def _leaves(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list) and value and isinstance(value[0], (dict, list)):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


@pytest.mark.parametrize("product", ["rp1", "rp2"])
def test_matches_isaac_sim(written, product):
    expected, found = dict(_leaves(GOLDEN[product])), dict(_leaves(written[product]))
    assert list(found) == list(expected)  # the order of keys is part of the format
    for path, value in expected.items():
        name = ".".join(map(str, path))
        if "cuboid_keypoints_projected" in path:
            assert np.abs(np.subtract(found[path], value)).max() <= 1, name
        elif path[-1] == "visibility":
            assert abs(found[path] - value) <= 0.005, name
        elif isinstance(value, str) or (isinstance(value, list) and isinstance(value[0], str)):
            assert found[path] == value, name
        else:
            actual, wanted = np.array(found[path], float), np.array(value, float)
            if "quat" in str(path[-1]) and np.dot(actual, wanted) < 0:
                actual = -actual  # q and -q are one rotation
            np.testing.assert_allclose(actual, wanted, rtol=1e-5, atol=1e-5, err_msg=name)
