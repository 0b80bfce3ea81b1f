"""A rendered dataset in every format, and a ledger that agrees with files that were changed."""

import hashlib
import json
import shutil

import pytest

from scenewright.sdg.dataset.request import GenerateRequest
from scenewright.sdg.dataset.run import generate

SCENE = """#usda 1.0
(
    metersPerUnit = 0.01
    upAxis = "Z"
)
def Xform "World"
{
    def Xform "Mug" (
        prepend apiSchemas = ["SemanticsLabelsAPI:class"]
    )
    {
        token[] semantics:labels:class = ["coffee ☕ mug"]
        def Cylinder "Body"
        {
            double height = 100
            double radius = 50
        }
        def Cube "Handle"
        {
            double size = 40
            double3 xformOp:translate = (60, 0, 0)
            uniform token[] xformOpOrder = ["xformOp:translate"]
            def Xform "Tip"
            {
                token scenewright:keypoint = "tip"
                double3 xformOp:translate = (20, 0, 0)
                uniform token[] xformOpOrder = ["xformOp:translate"]
            }
        }
    }
    def Cube "Crate" (
        prepend apiSchemas = ["SemanticsLabelsAPI:class"]
    )
    {
        token[] semantics:labels:class = ["crate"]
        double size = 80
        double3 xformOp:translate = (-90, 30, 0)
        uniform token[] xformOpOrder = ["xformOp:translate"]
    }
    def DistantLight "Sun"
    {
        float inputs:intensity = 1000
        double3 xformOp:rotateXYZ = (50, 20, 0)
        uniform token[] xformOpOrder = ["xformOp:rotateXYZ"]
    }
    def Camera "Eye"
    {
        float2 clippingRange = (1, 10000)
        double3 xformOp:translate = (0, -500, 20)
        double3 xformOp:rotateXYZ = (90, 0, 0)
        uniform token[] xformOpOrder = ["xformOp:translate", "xformOp:rotateXYZ"]
    }
}
"""
RECIPE = """
scenewright:
  scene: scene.usda
  frames: 2
  samples: 1
  denoise: false
  resolution: [64, 48]
  cameras: [Eye]
  writers:
    basic: {rgb: true, bounding_box_2d_tight: true, bounding_box_2d_loose: true, bounding_box_3d: true,
            instance_segmentation: true, instance_id_segmentation: true, distance_to_image_plane: true, camera_params: true}
    coco: {output_dir: coco, keypoints: {"coffee ☕ mug": [tip, nowhere]}}
    yolo: {output_dir: yolo, task: pose, keypoints: {"coffee ☕ mug": [tip]}}
    voc: {output_dir: voc}
    webdataset: {output_dir: wds, samples_per_shard: 1}
    huggingface: {output_dir: hf, form: parquet}
    kitti: {output_dir: kitti, omit_semantic_type: true, bbox_height_threshold: 4}
    ground_truth: {output_dir: truth, annotators: {keypoints: {}, part_segmentation: {}}}
mug: {get.prims: {path_pattern: /World/Mug$}}
every: {trigger.on_frame: {}}
moves:
  with.every:
    with.mug:
      modify.pose: {position: {distribution.uniform: {lower: [-10, -20, -20], upper: [10, 20, 20]}}}
"""


@pytest.fixture(scope="session")
def _rendered(tmp_path_factory):
    root = tmp_path_factory.mktemp("rendered")
    (root / "scene.usda").write_text(SCENE)
    (root / "recipe.yaml").write_text(RECIPE)
    generate(GenerateRequest(root / "recipe.yaml", root / "out"))
    return root / "out"


@pytest.fixture
def rendered(_rendered, tmp_path):
    """A finalised dataset of this project's own renderer, in every format, free to be spoiled."""
    return shutil.copytree(_rendered, tmp_path / "rendered")


@pytest.fixture
def reseal():
    """Return a function that makes the ledger agree with a file that was changed, as if it had been written so."""

    def agree(root, name):
        data = (root / name).read_bytes()
        ledger = root / "ledger.jsonl"
        lines = [json.loads(line) for line in ledger.read_text().splitlines()]
        assert any(name in line["files"] for line in lines), name
        for line in lines:
            if name in line["files"]:
                line["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        ledger.write_text("".join(json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n" for line in lines))

    return agree
