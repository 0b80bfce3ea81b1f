"""A hundred thousand annotations are written and joined in bounded memory."""

import json
import subprocess
import sys

import pytest

_JOIN = """
import resource, sys
from pathlib import Path
from scenewright.sdg.dataset.derive import join_folder
import scenewright.sdg.dataset.coco_file, scenewright.sdg.dataset.yolo_files
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
join_folder(sys.argv[1], sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.verify
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools itself
@pytest.mark.parametrize("kind", ["coco", "yolo"])
def test_memory_does_not_grow_with_the_dataset(tmp_path, kind):
    grown = {}
    for frames in (100, 1000):
        root = tmp_path / str(frames)
        (root / ".scenewright" / kind).mkdir(parents=True)
        for frame in range(frames):
            rows = [_row(frame, number) for number in range(100)]
            image = {"id": frame + 1, "file_name": f"images/{frame:06d}.png", "frame": frame, "width": 640, "height": 480}
            fragment = {"annotations": rows, "categories": {"car": [], "bus": []}, "images": [image], "semantic_type": "class"}
            fragment |= {"task": "detect", "keypoint_count": 0, "flip_idx": []}
            (root / ".scenewright" / kind / f"{frame:06d}.json").write_text(json.dumps(fragment))
        done = subprocess.run([sys.executable, "-c", _JOIN, root, kind], check=True, capture_output=True, text=True)
        grown[frames] = int(done.stdout) / 1024
    assert grown[1000] < grown[100] + 8.0, grown  # MiB; the file of 100,000 annotations is larger
    if kind == "coco":
        target = tmp_path / "1000" / "annotations" / "instances.json"
        assert target.stat().st_size > 20e6
        module = pytest.importorskip("pycocotools.coco")
        coco = module.COCO(str(target))
        assert len(coco.getAnnIds()) == 100_000 and len(coco.getImgIds()) == 1000
    else:
        lines = sum(len(path.read_text().splitlines()) for path in (tmp_path / "1000" / "labels").iterdir())
        assert lines == 100_000


def _row(frame, number):
    counts = "Wl9" + "1O2N1O" * 20
    row = {"id": (frame + 1) * 1_000_000 + number + 2, "image_id": frame + 1, "category": ("car", "bus")[number % 2]}
    mask = {"size": [480, 640], "counts": counts}
    return {**row, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0, "segmentation": mask, "line": "0.5 0.5 0.1 0.1"}


_WRITE = """
import resource, sys
import numpy as np
from scenewright.host.activation import activate

activate()
import omni.replicator.core as rep
from scenewright.sdg.writers import create_writer

kind, folder, frames = sys.argv[1], sys.argv[2], int(sys.argv[3])
parameters = {"huggingface": {"form": "parquet"}, "KittiWriter": {"omit_semantic_type": True, "bbox_height_threshold": 0}}
writer = create_writer(kind)
writer.initialize(output_dir=folder, **parameters.get(kind, {}))
ids = np.kron(np.arange(200, dtype=np.uint32).reshape(10, 20) + 2, np.ones((16, 12), np.uint32))
names = ("car", "bus")
classes = {str(number): {"class": names[number % 2]} for number in range(2, 202)}
boxes = np.zeros(200, [("semanticId", "<u4"), *((side, "<i4") for side in ("x_min", "y_min", "x_max", "y_max"))])
for place in range(200):
    y, x = divmod(place, 20)
    boxes[place] = (2 + place % 2, 12 * x, 16 * y, 12 * x + 11, 16 * y + 15)
found = {"data": boxes, "bboxIds": np.arange(2, 202, dtype=np.uint32), "idToLabels": {2: {"class": "car"}, 3: {"class": "bus"}}}
rng = np.random.default_rng(1)
for _ in range(frames):
    picture = np.repeat(rng.integers(0, 255, (160, 60, 4), np.uint8), 4, axis=1)
    segmentation = {"data": ids, "idToSemantics": classes, "idToLabels": {str(n): f"/World/prim_{n}" for n in range(2, 202)}}
    product = {
        "camera": "/World/Eye", "rgb": {"data": picture}, "instance_segmentation": segmentation,
        "instance_segmentation_fast": {"data": ids}, "bounding_box_2d_tight_fast": found, "bounding_box_2d_loose_fast": found,
        "semantic_segmentation": {"data": 2 + ids % 2, "idToLabels": found["idToLabels"]},
    }
    writer.write({"renderProducts": {"Eye": product}})
rep.backends.io_queue.wait_until_done()
writer.on_final_frame()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@pytest.mark.verify
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools itself
@pytest.mark.parametrize("kind", ["coco", "yolo", "huggingface", "KittiWriter"])
def test_memory_does_not_grow_while_writers_write(tmp_path, kind):
    """200 objects a frame, straight into the writers: the peak at 100,000 annotations is that at 30,000."""
    peaks = {}
    for frames in (150, 500):
        command = [sys.executable, "-c", _WRITE, kind, tmp_path / str(frames), str(frames)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        peaks[frames] = float(done.stdout.split()[-1])
    assert peaks[500] < peaks[150] + 16.0, peaks
    assert _written(tmp_path / "500", kind) == 100_000


def _written(root, kind):
    if kind == "coco":
        return len(pytest.importorskip("pycocotools.coco").COCO(str(root / "annotations/instances.json")).getAnnIds())
    if kind == "huggingface":
        table = pytest.importorskip("pyarrow.parquet").read_table(root / "data/train-00000.parquet", columns=["objects"])
        return sum(len(row["id"]) for row in table["objects"].to_pylist())
    return sum(len(path.read_text().splitlines()) for path in root.rglob("*.txt"))
