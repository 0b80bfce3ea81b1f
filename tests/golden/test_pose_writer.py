"""PoseWriter's JSON against the numbers that Isaac Sim wrote for the same scene.

Tolerance 1e-5, but visibility, a ratio of pixels that RTX rounds to three decimals, ± 0.005, and projected pixels ± 1.
"""

import json
from pathlib import Path

import numpy as np
import omni.replicator.core as rep
import pytest

from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context

FOLDER = Path(__file__).parent

CAMERAS = {
    "pinhole": {},
    "fisheyePolynomial": {
        "projection_type": "fisheyePolynomial", "focal_length": 24.0, "horizontal_aperture": 20.955,
        "clipping_range": (0.1, 100.0), "fisheye_nominal_width": 512.0, "fisheye_nominal_height": 512.0,
        "fisheye_optical_centre_x": 256.0, "fisheye_optical_centre_y": 256.0, "fisheye_max_fov": 180.0,
        "fisheye_polynomial_a": 0.0, "fisheye_polynomial_b": 0.00245},
}


@pytest.fixture(scope="module", params=CAMERAS)
def model(request):
    """Return each camera model in turn."""
    return request.param


@pytest.fixture(scope="module")
def written(tmp_path_factory, model):
    """Return the JSON of both render products."""
    return _write_scene(tmp_path_factory, CAMERAS[model])


@pytest.fixture
def write_scene():
    """Return the function that writes the scene through a camera."""
    return _write_scene


def _write_scene(tmp_path_factory, lens):
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
                                                        parent="/World", **lens), (512, 512), name=f"rp{number}")
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
def test_matches_isaac_sim(written, model, product):
    golden = json.loads((FOLDER / f"pose_writer_{model}.json").read_text())
    expected, found = dict(_leaves(golden[product])), dict(_leaves(written[product]))
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


@pytest.mark.parametrize(("model", "lens"), [
    ("pinholeOpenCV", {"fisheye_nominal_width": 512.0, "fisheye_nominal_height": 512.0, "fisheye_optical_centre_x": 256.0,
                       "fisheye_optical_centre_y": 256.0, "openCV_focal_x": 400.0, "openCV_focal_y": 400.0}),
    ("generalizedProjection", {})])
def test_models_without_goldens(tmp_path_factory, model, lens, write_scene):
    """The same scene through models whose formulas contract §2.5 gives: x = fx X / -Z + cx, and the pinhole."""
    for frame in write_scene(tmp_path_factory, {"projection_type": model, "clipping_range": (0.1, 100.0), **lens}).values():
        focal = 400.0 if model == "pinholeOpenCV" else 24.0 / 20.955 * 512
        assert [entry["visibility"] for entry in frame["objects"]] == pytest.approx([1, 1, 1], abs=0.15)
        assert frame["camera_data"]["intrinsics"]["fx"] == pytest.approx(24.0 / 20.955 * 512)
        for entry in frame["objects"]:
            x, y, z = np.array(entry["cuboid_keypoints_camera_frame"]).T
            expected = np.stack((256 + focal * x / -z, 256 - focal * y / -z), axis=1)
            assert np.abs(np.array(entry["cuboid_keypoints_projected"]) - expected).max() <= 0.5 + 1e-6
