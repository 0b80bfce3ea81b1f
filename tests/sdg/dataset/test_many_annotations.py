"""A hundred thousand annotations are joined in bounded memory."""

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
