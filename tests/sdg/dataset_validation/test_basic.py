"""What BasicWriter wrote is compared with itself: whatever is spoiled is found, by file and item, and nothing else is."""

import json

import numpy as np
import pytest
from PIL import Image

from scenewright.sdg.dataset_validation.validate import validate_dataset


def of_array(name, change):
    def spoil(root):
        data = np.load(root / name)
        change(data)
        np.save(root / name, data)

    return spoil


def of_image(name, change):
    def spoil(root):
        with Image.open(root / name) as image:
            data = np.array(image)
        change(data)
        Image.fromarray(data).save(root / name)

    return spoil


def of_json(name, change):
    def spoil(root):
        data = json.loads((root / name).read_text())
        change(data)
        (root / name).write_text(json.dumps(data))

    return spoil


def put(array, where, value):
    array[where] = value


def turn(matrix):
    matrix[:] = [[0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]] @ matrix


def test_a_sound_folder_has_no_finding_and_says_what_was_compared(basic):
    log = validate_dataset(basic)
    assert log.lines() == [] and not log.skipped
    expected = {
        "images": 3,
        "boxes against masks": 6,
        "semantic against instance segmentation": 3,
        "depth within 3D boxes": 6,
        "distances to camera and plane": 3,
        "motion of objects against depth and poses": 4,
        "cameras": 3,
    }
    assert {name: log.compared[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("spoil", "check", "file", "item"),
    [
        (
            of_array("bounding_box_2d_tight_0001.npy", lambda a: put(a["x_max"], 0, a["x_max"][0] + 2)),
            "boxes",
            "bounding_box_2d_tight_0001.npy",
            "/World/Crate",
        ),
        (
            of_image("instance_segmentation_0001.png", lambda a: put(a, a == 3, 0)),
            "boxes",
            "bounding_box_2d_tight_0001.npy",
            "/World/Tin",
        ),
        (
            of_array("bounding_box_2d_tight_0000.npy", lambda a: put(a["semanticId"], 1, 3)),
            "classes",
            "bounding_box_2d_tight_0000.npy",
            "/World/Tin",
        ),
        (
            of_image("semantic_segmentation_0002.png", lambda a: put(a, a == 2, 3)),
            "classes",
            "semantic_segmentation_0002.png",
            "pixels",
        ),
        (
            of_array("bounding_box_2d_tight_0000.npy", lambda a: put(a["occlusionRatio"], 1, 1.5)),
            "occlusion",
            "bounding_box_2d_tight_0000.npy",
            "/World/Tin",
        ),
        (
            of_array("distance_to_camera_0000.npy", lambda a: put(a, slice(None), a * 1.001)),
            "depth",
            "distance_to_camera_0000.npy",
            "pixels",
        ),
        (
            of_array("bounding_box_3d_0001.npy", lambda a: put(a["transform"], (0, 3, 2), 0.6)),
            "poses",
            "bounding_box_3d_0001.npy",
            "/World/Crate",
        ),
        (
            of_array("bounding_box_3d_0000.npy", lambda a: put(a["z_max"], 1, 0.1)),
            "poses",
            "bounding_box_3d_0000.npy",
            "/World/Tin",
        ),
        (
            of_array("motion_vectors_0002.npy", lambda a: put(a, slice(None), -a)),
            "motion",
            "motion_vectors_0002.npy",
            "/World/Crate",
        ),
        (
            of_json("camera_params_0001.json", lambda d: put(d["cameraViewTransform"], 0, 2.0)),
            "cameras",
            "camera_params_0001.json",
            "cameraViewTransform",
        ),
        (of_json("camera_params_0001.json", lambda d: put(d["renderProductResolution"], 0, 65)), "images", "rgb_0001.png", ""),
        (of_image("rgb_0002.png", lambda a: put(a, slice(None), 7)), "empty images", "rgb_0002.png", ""),
        (
            lambda root: (root / "rgb_0001.png").write_bytes((root / "rgb_0000.png").read_bytes()),
            "duplicates",
            "rgb_0001.png",
            "",
        ),
        (
            lambda root: (root / "rgb_0001.png").write_bytes((root / "rgb_0001.png").read_bytes()[:2000]),
            "images",
            "rgb_0001.png",
            "",
        ),
        (lambda root: (root / "camera_params_0001.json").unlink(), "missing files", "camera_params_0001.json", ""),
        (
            lambda root: (root / "bounding_box_3d_0001.npy").write_bytes(b"\x93NUMPY"),
            "damaged files",
            "bounding_box_3d_0001.npy",
            "",
        ),
        (
            lambda root: (root / "bounding_box_2d_tight_prim_paths_0001.json").write_text('["/a"]'),
            "damaged files",
            "bounding_box_2d_tight_0001.npy",
            "",
        ),
        (lambda root: [path.unlink() for path in root.glob("*_0001.*")], "gaps", "", "frames 1 to 1"),
    ],
)
def test_what_is_spoiled_is_found(basic, spoil, check, file, item):
    spoil(basic)
    log = validate_dataset(basic)
    found = [f for f in log.findings if f.check == check and f.file == file and item in f.item]
    assert found, log.lines()


def test_a_renderer_that_rounds_otherwise_is_no_error(basic):
    of_array("bounding_box_2d_tight_0001.npy", lambda a: put(a["x_max"], 0, a["x_max"][0] + 1))(basic)
    assert validate_dataset(basic).errors == 0


def test_findings_are_counted_when_they_are_too_many_to_print(basic):
    from scenewright.sdg.dataset_validation.check_log import CheckLog

    log = CheckLog()
    for number in range(50):
        part = CheckLog()
        part.error("boxes", f"{number}", "", "wrong.")
        log.merge(part)
    assert log.errors == 50 and len(log.lines()) == 21 and log.lines()[-1] == "error: 30 more of this kind (boxes)."
