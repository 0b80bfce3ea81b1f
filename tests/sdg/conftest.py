"""Datasets with known truth: two cuboids seen by a pinhole, intersected in numpy, written as BasicWriter writes them."""

import json

import numpy as np
import pytest
from PIL import Image

from scenewright.sdg.dataset.files import FileRecord, write_file_atomic
from scenewright.sdg.dataset.finalise import finalise
from scenewright.sdg.dataset.header import write_header
from scenewright.sdg.dataset.ledger import LedgerEntry, LedgerPart
from scenewright.sdg.writers.coco_fragment import coco_fragment

WIDTH, HEIGHT, FOCAL = 64, 48, 60.0
BOX_2D = np.dtype(
    [("semanticId", "<u4"), *((s, "<i4") for s in ("x_min", "y_min", "x_max", "y_max")), ("occlusionRatio", "<f4")]
)
BOX_3D = np.dtype(
    [
        ("semanticId", "<u4"),
        *((f"{a}_{e}", "<f4") for e in ("min", "max") for a in "xyz"),
        ("transform", "<f4", (4, 4)),
        ("occlusionRatio", "<f4"),
    ]
)
PATHS, NAMES = ("/World/Crate", "/World/Tin"), ("crate", 'tin <b>&"')


def turned(angle, position):
    matrix = np.eye(4)
    c, s = np.cos(angle), np.sin(angle)
    matrix[:2, :2] = [[c, s], [-s, c]]
    matrix[3, :3] = position
    return matrix


def scene(step):
    """Return camera view, object transforms and half sides of a step; everything moves."""
    eye = np.array([0.1 * step, -6.0, 0.5])
    world = np.eye(4)
    world[:3, :3] = [[1, 0, 0], [0, 0, 1], [0, -1, 0]]  # x right, y up, looking along +y of the world
    world[3, :3] = eye
    return (
        np.linalg.inv(world),
        [turned(0.3 + 0.1 * step, (-0.6, 0.1 * step, 0)), turned(-0.2 * step, (0.8, -0.4, 0.2))],
        [0.7, 0.5],
    )


def trace(view, matrices, halves):
    """Return instance id and distance to the image plane per pixel."""
    columns, rows = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    rays = np.stack([(columns - WIDTH / 2) / FOCAL, -(rows - HEIGHT / 2) / FOCAL, -np.ones_like(columns)], axis=-1)
    to_world = np.linalg.inv(view)
    ids, depth = np.zeros((HEIGHT, WIDTH), np.uint32), np.full((HEIGHT, WIDTH), np.inf)
    for number, (matrix, half) in enumerate(zip(matrices, halves, strict=True), start=2):
        to_local = to_world @ np.linalg.inv(matrix)
        origin, way = to_local[3, :3], rays @ to_local[:3, :3]
        with np.errstate(divide="ignore"):
            one, two = (-half - origin) / way, (half - origin) / way
        near, far = np.minimum(one, two).max(-1), np.maximum(one, two).min(-1)
        hit = (near < far) & (near > 0) & (near < depth)
        ids[hit], depth[hit] = number, near[hit]
    return ids, depth


def extent(mask):
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def motion_of(step, ids, depth):
    """Return motion by the definition: where the point was one step earlier, less where it is."""
    motion = np.zeros((HEIGHT, WIDTH, 4), np.float32)
    view, now, _ = scene(step)
    old_view, then, _ = scene(step - 1)
    for y, x in zip(*np.nonzero(ids), strict=True):
        z = depth[y, x]
        local = np.array([(x + 0.5 - WIDTH / 2) / FOCAL * z, -(y + 0.5 - HEIGHT / 2) / FOCAL * z, -z, 1.0])
        was = local @ np.linalg.inv(view) @ np.linalg.inv(now[ids[y, x] - 2]) @ then[ids[y, x] - 2] @ old_view
        motion[y, x, :2] = WIDTH / 2 - FOCAL * was[0] / was[2] - x - 0.5, HEIGHT / 2 + FOCAL * was[1] / was[2] - y - 0.5
    return motion


def write_frame(root, step):
    root.mkdir(exist_ok=True, parents=True)
    view, matrices, halves = scene(step)
    ids, depth = trace(view, matrices, halves)
    number = f"{step:04d}"
    rng = np.random.default_rng(step)
    Image.fromarray(rng.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)).save(root / f"rgb_{number}.png")
    Image.fromarray(ids.astype(np.uint16)).save(root / f"instance_segmentation_{number}.png")
    Image.fromarray(np.where(ids > 1, 5 - ids, 0).astype(np.uint16)).save(root / f"semantic_segmentation_{number}.png")
    labels = {"0": {"class": "BACKGROUND"}, "3": {"class": NAMES[0]}, "2": {"class": NAMES[1]}}
    columns, rows = np.meshgrid(np.arange(WIDTH) + 0.5 - WIDTH / 2, np.arange(HEIGHT) + 0.5 - HEIGHT / 2)
    tight, cubes = np.zeros(2, BOX_2D), np.zeros(2, BOX_3D)
    for row, (matrix, half) in enumerate(zip(matrices, halves, strict=True)):
        tight[row] = (3 - row, *extent(ids == row + 2), 0.0)
        cubes[row] = (3 - row, *[-half] * 3, *[half] * 3, matrix, 0.0)
    json_files = {
        "instance_segmentation_mapping": {"0": "BACKGROUND", "2": PATHS[0], "3": PATHS[1]},
        "instance_segmentation_semantics_mapping": {
            "0": {"class": "BACKGROUND"},
            "2": {"class": NAMES[0]},
            "3": {"class": NAMES[1]},
        },
        "semantic_segmentation_labels": labels,
        "bounding_box_2d_tight_labels": labels,
        "bounding_box_2d_tight_prim_paths": PATHS,
        "bounding_box_3d_labels": labels,
        "bounding_box_3d_prim_paths": PATHS,
        "camera_params": {
            "cameraModel": "pinhole",
            "renderProductResolution": [WIDTH, HEIGHT],
            "cameraViewTransform": view.ravel().tolist(),
            "cameraProjection": np.array(
                [[2 * FOCAL / WIDTH, 0, 0, 0], [0, 2 * FOCAL / HEIGHT, 0, 0], [0, 0, 0, -1], [0, 0, 0.1, 0]]
            )
            .ravel()
            .tolist(),
            "metersPerSceneUnit": 1.0,
        },
    }
    for name, value in json_files.items():
        (root / f"{name}_{number}.json").write_text(json.dumps(value))
    arrays = {
        "bounding_box_2d_tight": tight,
        "bounding_box_3d": cubes,
        "distance_to_image_plane": depth.astype(np.float32),
        "distance_to_camera": (depth * np.sqrt(1 + (columns**2 + rows**2) / FOCAL**2)).astype(np.float32),
        "motion_vectors": motion_of(step, ids, depth) if step else np.zeros((HEIGHT, WIDTH, 4), np.float32),
    }
    for name, value in arrays.items():
        np.save(root / f"{name}_{number}.npy", value)
    return ids


@pytest.fixture(scope="session")
def _basic(tmp_path_factory):
    root = tmp_path_factory.mktemp("basic") / "set"
    for step in range(3):
        write_frame(root, step)
    return root


@pytest.fixture
def basic(_basic, tmp_path):
    """A folder of BasicWriter with three steps of a moving scene, free to be spoiled."""
    import shutil

    return shutil.copytree(_basic, tmp_path / "basic")


@pytest.fixture(scope="session")
def _ledgered(tmp_path_factory):
    root = tmp_path_factory.mktemp("ledgered") / "set"
    plan = {
        "scenewright": {"samples": 1, "writers": {"coco": {"keypoints": {"crate": {"tip": [0.7, 0.7, 0.7]}}}}},
        "blocks": {},
    }
    header = {
        "format": 1,
        "recipe": {"name": "r.yaml", "plan": json.dumps(plan), "seed": 0, "sha256": "0"},
        "assets": [],
        "labels": {"class": sorted(NAMES)},
        "cameras": {"Camera": [WIDTH, HEIGHT]},
        "versions": {},
        "device": "cpu",
        "cpu": "abacus",
        "licences": {},
    }
    write_header(root, header)
    part = LedgerPart(root)
    for step in range(3):
        before = {path.name for path in root.iterdir()}
        ids = write_frame(root, step)
        names = sorted({path.name for path in root.iterdir()} - before)
        semantics = {str(i): {"class": name} for i, name in enumerate(NAMES, 2)}
        fragment = coco_fragment(ids, semantics, dict(enumerate(PATHS, 2)), step + 1)
        image = {**fragment["image"], "file_name": f"rgb_{step:04d}.png", "frame": step, "camera": "Camera"}
        view, matrices, _ = scene(step)
        x, y, z, _ = np.array([0.7, 0.7, 0.7, 1.0]) @ matrices[0] @ view
        fragment["annotations"][0] |= {
            "keypoints": [WIDTH / 2 - FOCAL * x / z, HEIGHT / 2 + FOCAL * y / z, 2],
            "num_keypoints": 1,
        }
        data = {
            "annotations": fragment["annotations"],
            "categories": fragment["categories"],
            "images": [image],
            "semantic_type": "class",
            "keypoints": {"crate": ["tip"]},
            "skeletons": {},
            "stuff": [],
            "panoptic": False,
        }
        write_file_atomic(root / f".scenewright/coco/{step:06d}.json", json.dumps(data).encode())
        names.append(f".scenewright/coco/{step:06d}.json")
        files = {name: FileRecord.of_bytes((root / name).read_bytes()) for name in names}
        part.append(LedgerEntry(step, 0, step, 7, files, {}, {"visible": {}}))
    part.close()
    finalise([root])
    return root


@pytest.fixture
def ledgered(_ledgered, tmp_path):
    """A finalised dataset with COCO and BasicWriter files, free to be spoiled."""
    import shutil

    return shutil.copytree(_ledgered, tmp_path / "ledgered")
