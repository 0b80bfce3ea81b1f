"""Flow of both directions, disparity of a pair and whole silhouettes, each against what it follows from."""

import json
import shutil

import numpy as np
import pytest

from scenewright.sdg.dataset_validation.check_log import CheckLog
from scenewright.sdg.dataset_validation.coco_checks import check_annotation
from scenewright.sdg.dataset_validation.validate import validate_dataset
from scenewright.sdg.writers.rle import InstanceRuns, rle_compress


def forward_flow(root, step):
    """Return the flow of the pixels of the frame before, by the definition, point by point."""
    load = lambda name, at: np.load(root / f"{name}_{at:04d}.npy")  # noqa: E731
    views = [
        np.array(json.loads((root / f"camera_params_{at:04d}.json").read_text())["cameraViewTransform"]).reshape(4, 4)
        for at in (step - 1, step)
    ]
    poses = [load("bounding_box_3d", at)["transform"].astype(float) for at in (step - 1, step)]
    depth = load("distance_to_image_plane", step - 1)
    motion = load("motion_vectors", step - 1)
    flow = np.zeros((*depth.shape, 2), np.float32)
    from PIL import Image

    ids = np.array(Image.open(root / f"instance_segmentation_{step - 1:04d}.png"))
    for y, x in zip(*np.nonzero(ids), strict=True):
        z, n = float(depth[y, x]), ids[y, x] - 2
        local = np.array([(x + 0.5 - 32) / 60 * z, -(y + 0.5 - 24) / 60 * z, -z, 1.0])
        now = local @ np.linalg.inv(views[0]) @ np.linalg.inv(poses[0][n]) @ poses[1][n] @ views[1]
        flow[y, x] = 32 - 60 * now[0] / now[2] - x - 0.5, 24 + 60 * now[1] / now[2] - y - 0.5
    assert motion.shape[:2] == flow.shape[:2]
    return flow


@pytest.mark.parametrize("wrong", [False, True])
def test_flow_is_made_again_in_both_directions(basic, wrong):
    for step in (1, 2):
        forward = forward_flow(basic, step)
        np.save(basic / f"optical_flow_forward_{step:04d}.npy", -forward if wrong else forward)
        backward = np.load(basic / f"motion_vectors_{step:04d}.npy")[..., :2]
        np.save(basic / f"optical_flow_backward_{step:04d}.npy", backward + (1.0 if wrong else 0.0))
    for name in ("forward", "backward"):
        np.save(basic / f"optical_flow_{name}_0000.npy", np.zeros((48, 64, 2), np.float32))
    log = validate_dataset(basic)
    files = {finding.file.rpartition("_")[0] for finding in log.findings if finding.check == "motion"}
    assert files == ({"optical_flow_forward", "optical_flow_backward"} if wrong else set()), log.lines()
    assert log.compared["motion of objects against depth and poses"] == 12


@pytest.fixture
def pair(basic, tmp_path):
    """A left and a right camera, 0.12 apart, in the layout of two render products."""
    root = tmp_path / "pair"
    for name, offset in (("left", 0.0), ("right", 0.12)):
        for path in basic.glob("*_0000.*"):
            item = path.name[: -len("_0000.npy")].rstrip("_") if path.suffix == ".npy" else path.stem[:-5]
            folder = root / name / item.removesuffix("_labels").removesuffix("_prim_paths").removesuffix("_mapping")
            folder = folder.with_name(folder.name.removesuffix("_semantics"))
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / path.name)
        camera = root / name / "camera_params/camera_params_0000.json"
        params = json.loads(camera.read_text())
        params["cameraViewTransform"][12] -= offset  # the world moves to the left as the camera moves to the right
        camera.write_text(json.dumps(params))
    shutil.rmtree(root / "right/bounding_box_3d")
    (root / "left/stereo_disparity").mkdir()
    depth = np.load(root / "left/distance_to_image_plane/distance_to_image_plane_0000.npy")
    np.save(root / "left/stereo_disparity/stereo_disparity_0000.npy", (60 * 0.12 / depth).astype(np.float32))
    return root


def test_disparity_is_made_again_from_depth_and_both_cameras(pair):
    log = validate_dataset(pair)
    assert log.errors == 0 and log.compared["disparity against depth"] == 1, log.lines()
    path = pair / "left/stereo_disparity/stereo_disparity_0000.npy"
    np.save(path, np.load(path) * 1.1)
    found = [finding for finding in validate_dataset(pair).findings if finding.check == "disparity"]
    assert len(found) == 1 and found[0].file == "left/stereo_disparity/stereo_disparity_0000.npy" and "pixels" in found[0].item


def test_disparity_without_its_right_camera_is_said_not_to_be_compared(pair):
    shutil.rmtree(pair / "right/camera_params")
    log = validate_dataset(pair)
    assert "right camera" in log.skipped["disparity"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"amodal_area": 5}, "it states 5 pixels"),
        ({"amodal_bbox": [1, 1, 3, 3]}, "it states"),
        ({"visible_fraction": 0.9}, "the masks give"),
        ({"occluders": [{"share": 0.7}, {"share": 0.6}]}, "1 is the whole"),
        ({"keypoint_states": ["visible"], "keypoints": [3, 3, 1]}, "do not go with"),
    ],
)
def test_whole_silhouettes_are_held_against_visible_masks(change, words):
    def mask(y0, y1, x0, x1):
        ids = np.zeros((20, 30), np.uint32)
        ids[y0:y1, x0:x1] = 2
        return {"size": [20, 30], "counts": rle_compress(InstanceRuns(ids).runs(0))}

    row = {
        "id": 7,
        "bbox": [4, 4, 6, 4],
        "area": 24,
        "segmentation": mask(4, 8, 4, 10),
        "amodal_segmentation": mask(4, 12, 4, 10),
        "amodal_bbox": [4, 4, 6, 8],
        "amodal_area": 48,
        "visible_fraction": 0.5,
        "occluders": [{"share": 0.5}],
        **change,
    }
    log = CheckLog()
    check_annotation(row, {"width": 30, "height": 20}, "f.json", log)
    assert [words in finding.message for finding in log.findings] == ([True] if words else [])
    row["segmentation"] = mask(4, 8, 5, 11)
    row["bbox"] = [5, 4, 6, 4]
    log = CheckLog()
    check_annotation(row, {"width": 30, "height": 20}, "f.json", log)
    assert any("4 of its visible pixels lie outside" in finding.message for finding in log.findings)


def nocs_of(root, step):
    """Return coordinates by their definition, from the analytic scene: cubes, so the diagonal is the side times root three."""
    from PIL import Image

    ids = np.array(Image.open(root / f"instance_segmentation_{step:04d}.png"))
    depth = np.load(root / f"distance_to_image_plane_{step:04d}.npy").astype(float)
    view = np.array(json.loads((root / f"camera_params_{step:04d}.json").read_text())["cameraViewTransform"]).reshape(4, 4)
    boxes = np.load(root / f"bounding_box_3d_{step:04d}.npy")
    nocs = np.zeros((*ids.shape, 3), np.float32)
    for y, x in zip(*np.nonzero(ids), strict=True):
        row = boxes[ids[y, x] - 2]
        point = np.array([(x + 0.5 - 32) / 60, -(y + 0.5 - 24) / 60, -1.0, 1 / depth[y, x]]) * depth[y, x]
        local = point @ np.linalg.inv(view) @ np.linalg.inv(row["transform"].astype(float))
        nocs[y, x] = 0.5 + local[:3] / (2 * row["x_max"] * np.sqrt(3))
    return nocs


@pytest.mark.parametrize("wrong", [False, True])
def test_what_the_ground_truth_writer_wrote_is_made_again(basic, wrong):
    for name in ("nocs", "keypoints", "optical_flow_backward", "optical_flow_forward"):
        (basic / f"truth/{name}").mkdir(parents=True)
    nocs = nocs_of(basic, 1)
    np.save(basic / "truth/nocs/000001.npy", nocs[:, ::-1] if wrong else nocs)
    forward, backward = forward_flow(basic, 2), np.load(basic / "motion_vectors_0002.npy")[..., :2]
    np.save(basic / "truth/optical_flow_forward/000002.npy", backward if wrong else forward)
    np.save(basic / "truth/optical_flow_backward/000002.npy", forward if wrong else backward)
    far = 5.4 if not wrong else 9.0
    facts = {
        "records": [{"x": 27.0, "y": 29.0, "depth": far, "state": 3}, {"x": -5.0, "y": 3.0, "depth": 4.0, "state": int(wrong)}],
        "names": ["tip", "base"],
        "primPaths": ["/World/Crate", "/World/Crate"],
        "states": ["outside", "hidden", "self-occluded", "visible"],
    }
    (basic / "truth/keypoints/000000.json").write_text(json.dumps(facts))
    log = validate_dataset(basic)
    found = {(finding.check, finding.file.split("/")[1]) for finding in log.findings}
    expected = {
        ("NOCS", "nocs"),
        ("motion", "optical_flow_forward"),
        ("motion", "optical_flow_backward"),
        ("keypoints", "keypoints"),
    }
    assert found == (expected if wrong else set()), log.lines()
    assert log.compared["NOCS against depth and poses"] == 2 and log.compared["keypoint states against depth"] == 2
    assert sum(finding.check == "keypoints" for finding in log.findings) == 2 * wrong


def test_disparity_of_the_ground_truth_writer(pair):
    (pair / "truth/stereo_disparity").mkdir(parents=True)
    disparity = np.load(pair / "left/stereo_disparity/stereo_disparity_0000.npy")
    np.save(pair / "truth/stereo_disparity/left_000000.npy", disparity)
    log = validate_dataset(pair)
    assert log.errors == 0 and log.compared["disparity against depth"] == 2
    np.save(pair / "truth/stereo_disparity/left_000000.npy", disparity[:, ::-1])
    assert [f.file for f in validate_dataset(pair).findings] == ["truth/stereo_disparity/left_000000.npy"]
