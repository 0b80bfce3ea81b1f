"""PoseWriter's options; its numbers are compared with Isaac Sim's in tests/golden."""

import json

import numpy as np
import omni.replicator.core as rep
import pytest

from scenewright.replicator.backends import BackendGroup
from scenewright.replicator.writers.cuboid import EDGES, project, project_exact, truncation_ratio


@pytest.fixture
def run(products, tmp_path):
    def write(targets, steps=1, **params):
        writer = rep.WriterRegistry.get("PoseWriter")
        writer.initialize(output_dir=str(tmp_path), **params)
        writer.attach(targets)
        for _ in range(steps):
            rep.orchestrator.step()
        assert writer.get_current_frame_id() == steps * (1 if params.get("use_subfolders") else len(targets))
        writer.detach()
        assert writer.get_current_frame_id() == 0
        return tmp_path

    return write


def test_flat_files_count_images(run, products, listing, read_image):
    folder = run(products, steps=2, write_debug_images=True)
    names = [f"{i:06}{end}" for i in range(4) for end in (".json", ".png", "_overlay.png")]
    assert listing(folder) == sorted([*names, "metadata.txt"])
    plain, overlay = (read_image(folder / f"000000{end}.png") for end in ("", "_overlay"))
    assert plain.shape == overlay.shape == (24, 32, 4) and (plain != overlay).any()


def test_folders_count_writes(run, products, listing):
    folder = run(products, steps=2, use_subfolders=True, frame_padding=3, image_output_format="jpg")
    names = [f"{product}/{i:03}.{end}" for product in ("left", "right") for i in range(2) for end in ("jpg", "json")]
    assert listing(folder) == sorted([*names, "metadata.txt"])


@pytest.mark.parametrize(("form", "camera_keys", "object_keys"), [
    ("dope", {"intrinsics", "camera_view_matrix", "camera_projection_matrix"},
     ["class", "prim_path", "visibility", "location", "quaternion_xyzw", "projected_cuboid", "truncation_ratio"]),
    ("centerpose", {"intrinsics", "camera_view_matrix", "camera_projection_matrix", "width", "height"},
     ["label", "prim_path", "visibility", "location", "quaternion_xyzw", "scale", "keypoints_3d", "projected_cuboid",
      "truncation_ratio"])])
def test_formats(run, products, form, camera_keys, object_keys):
    data = json.loads((run(products[:1], format=form) / "000000.json").read_text())
    assert set(data["camera_data"]) == camera_keys
    assert [list(entry) for entry in data["objects"]] == [object_keys] * 2
    assert data["keypoint_order"] == (
        ["LUF", "RUF", "RDF", "LDF", "LUB", "RUB", "RDB", "LDB", "Center"] if form == "dope"
        else ["Center", "LDB", "LDF", "LUB", "LUF", "RDB", "RDF", "RUB", "RUF"])
    crate = data["objects"][0]
    corners = dict(zip(data["keypoint_order"], crate["projected_cuboid"], strict=True))
    assert all(corners[f"{a}U{b}"][1] < corners[f"{a}D{b}"][1] + 24 for a in "LR" for b in "BF")
    if form == "centerpose":
        assert np.allclose(crate["scale"], [1, 1, 1]) and data["camera_data"]["width"] == 32
        order = dict(zip(data["keypoint_order"], crate["keypoints_3d"], strict=True))
        np.testing.assert_allclose(order["Center"], np.mean([order[n] for n in order if n != "Center"], axis=0), atol=1e-6)


def test_threshold_and_empty_frames(products, tmp_path, listing):
    for name, params in (("skipped", {"visibility_threshold": 1.0}),
                         ("kept", {"visibility_threshold": 1.0, "skip_empty_frames": False})):
        writer = rep.WriterRegistry.get("PoseWriter", init_params={"output_dir": str(tmp_path / name), **params})
        writer.attach(products[0])
        rep.orchestrator.step()
        writer.detach()
    assert listing(tmp_path / "skipped") == ["metadata.txt"]
    assert listing(tmp_path / "kept") == ["000000.json", "000000.png", "metadata.txt"]
    assert json.loads((tmp_path / "kept/000000.json").read_text())["objects"] == []


def test_backend_and_folder_write_to_both(products, tmp_path, listing):
    backend = rep.backends.get("DiskBackend", {"output_dir": str(tmp_path / "a")})
    writer = rep.WriterRegistry.get("PoseWriter")
    writer.initialize(backend=backend, output_dir=str(tmp_path / "b"))
    assert isinstance(writer.backend, BackendGroup)
    writer.attach(products[0])
    rep.orchestrator.step()
    writer.detach()
    assert listing(tmp_path / "a") == listing(tmp_path / "b") == ["000000.json", "000000.png", "metadata.txt"]


@pytest.mark.parametrize(("params", "error", "message"), [
    ({}, ValueError, "needs output_dir"), ({"backend": 3}, TypeError, "got int"),
    ({"output_dir": "x", "format": "coco"}, ValueError, "'dope' or 'centerpose'"),
    ({"output_dir": "x", "image_output_format": ""}, ValueError, "image_output_format"),
    ({"output_dir": "x", "use_s3": True}, ValueError, "needs s3_bucket")])
def test_bad_parameters(params, error, message):
    with pytest.raises(error, match=message):
        rep.WriterRegistry.get("PoseWriter", init_params=params)


def _lens(model, **entries):
    return {"cameraModel": model, "renderProductResolution": (512, 256), "cameraFisheyeNominalWidth": 0,
            "cameraFisheyeNominalHeight": 0, "cameraFisheyeOpticalCentre": (0.0, 0.0), "cameraFisheyeMaxFOV": 0.0,
            "cameraFisheyePolynomial": np.zeros(6), "cameraFisheyeLensP": (), "cameraFisheyeLensS": (), "cameraOpenCVFx": 0.0,
            "cameraOpenCVFy": 0.0, "cameraFocalLength": 24.0, "cameraAperture": (24.0, 15.0),
            "cameraApertureOffset": (0.0, 0.0), "cameraProjection": np.eye(4)} | entries


def test_a_polynomial_is_solved_and_scaled_from_its_nominal_image():
    coefficients = (0.05, 0.002, 1e-6, -1e-9, 1e-12, -1e-15)
    camera = _lens("fisheyePolynomial", cameraFisheyeNominalWidth=1024, cameraFisheyeNominalHeight=1024,
                   cameraFisheyeOpticalCentre=(500.0, 510.0), cameraFisheyePolynomial=coefficients)
    for radius in (100.0, 300.0, 700.0):
        angle = np.polynomial.polynomial.polyval(radius, coefficients)
        point = np.array([[3 * np.sin(angle) * 0.6, 3 * np.sin(angle) * 0.8, -3 * np.cos(angle), 1.0]])
        np.testing.assert_allclose(project_exact(point, camera), [((500 + 0.6 * radius) / 2, (510 - 0.8 * radius) / 4)])
    np.testing.assert_allclose(project_exact(np.array([[0.0, 0, -1, 1]]), camera), [(250, 127.5)])


def test_an_opencv_pinhole_has_its_middle_where_none_is_given():
    points = np.array([[0.5, 0.25, -2.0, 1], [0.5, 0.25, 2.0, 1], [1, 1, 0, 1]])
    camera = _lens("pinholeOpenCV", cameraOpenCVFx=400.0, cameraOpenCVFy=200.0)
    np.testing.assert_allclose(project_exact(points, camera), [(356, 103), (156, 153), (256, 128)])
    camera |= {"cameraFisheyeNominalWidth": 1024, "cameraFisheyeNominalHeight": 1024, "cameraFisheyeOpticalCentre": (500, 0)}
    np.testing.assert_allclose(project_exact(points[:1], camera), [(300, (512 - 25) / 4)])


def test_other_lenses_are_projected_as_they_are():
    turned = np.radians(40.0)
    point = np.array([[np.sin(turned), 0, -np.cos(turned), 1]])
    kannala_brandt = _lens("fisheyeKannalaBrandtK3", cameraFisheyePolynomial=(0.1, 0, 0, 0, 0, 0))
    expected = 256 + 512 * (turned + 0.1 * turned**3)  # focal length and aperture are equal: f is one width
    np.testing.assert_allclose(project_exact(point, kannala_brandt), [(expected, 128)])
    np.testing.assert_allclose(project_exact(point, _lens("fisheyeSpherical")), [(256 + 512 * 40 / 360, 128)])
    with pytest.raises(NotImplementedError, match="omniDirectionalStereo"):
        project(point, _lens("omniDirectionalStereo"))


def test_projection_rounds_and_survives_the_camera_plane():
    camera = {"cameraModel": "pinhole", "renderProductResolution": (100, 50),
              "cameraProjection": np.array([[2, 0, 0, 0], [0, 4, 0, 0], [0, 0, 0, -1], [0, 0, 1, 0]], float).ravel()}
    points = np.array([[0.0, 0, -1, 1], [0.25, 0.125, -1, 1], [1, 1, 0, 1]])
    assert project(points, camera) == [(50, 25), (75, 12), (50, 25)]


def test_truncation():
    assert truncation_ratio([(10, 10), (20, 20)], (100, 100)) == 0.0
    assert truncation_ratio([(-10, 0), (10, 20)], (100, 100)) == 0.5
    assert truncation_ratio([(200, 0), (210, 20)], (100, 100)) == 1.0
    assert truncation_ratio([(5, 5), (5, 9)], (100, 100)) == 1.0


def test_a_box_has_twelve_edges():
    assert len({frozenset(edge) for edge in EDGES}) == 12
