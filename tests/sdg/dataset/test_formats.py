"""Every format in one recipe: short names, splits, and the same bytes from one run and from joined shards."""

import json

import yaml

from scenewright.sdg.dataset.files import dataset_files
from scenewright.sdg.dataset.finalise import finalise
from scenewright.sdg.dataset.request import GenerateRequest
from scenewright.sdg.dataset.run import generate

RECIPE = """
scenewright:
  frames: 5
  samples: 1
  denoise: false
  resolution: [32, 24]
  split: {train: 0.6, val: 0.2, test: 0.2, by: frame, stratify: true}
  writers:
    coco: {output_dir: coco, panoptic: true, segmentation: polygon}
    yolo: {output_dir: yolo, task: segment}
    voc: {output_dir: voc}
    bop: {output_dir: bop}
    webdataset: {output_dir: wds}
    huggingface: {output_dir: hf}
    kitti: {output_dir: kitti, omit_semantic_type: true, bbox_height_threshold: 0}
box: {create.cube: {semantics: [[class, box]], position: [0, 0, 0], count: 2}}
light: {create.light: {light_type: distant, intensity: 1000}}
camera: {create.camera: {position: [4, 0, 3], look_at: [0, 0, 0]}}
every: {trigger.on_frame: {}}
moves:
  with.every:
    with.box:
      modify.pose: {position: {distribution.uniform: {lower: [-1, -1, 0], upper: [1, 1, 0]}}}
"""


def test_one_run_and_joined_shards_are_the_same_in_every_format(tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(RECIPE)
    whole = tmp_path / "whole"
    generate(GenerateRequest(recipe, whole))
    for part in ("1/2", "2/2"):
        generate(GenerateRequest(recipe, tmp_path / part[0], shard=part))
    finalise([tmp_path / "1", tmp_path / "2"])
    assert dataset_files(tmp_path / "1") == dataset_files(whole)
    splits = json.loads((whole / "splits.json").read_text())
    assert [len(splits[name]) for name in ("train", "val", "test")] == [3, 1, 1]
    (test,) = splits["test"]
    assert (whole / "yolo" / "test.txt").read_text() == f"./images/{test:06d}.png\n"
    assert yaml.safe_load((whole / "yolo" / "data.yaml").read_text())["test"] == "test.txt"
    assert (whole / "voc" / "ImageSets" / "Main" / "test.txt").read_text() == f"{test:06d}\n"
    assert [row["frame"] for row in json.loads((whole / "coco/annotations/panoptic_test.json").read_text())["images"]] == [test]
    assert {row["im_id"] for row in json.loads((whole / "bop" / "test_targets_bop19.json").read_text())} == {test}
    assert (whole / "wds" / "shards" / "test-000000.tar").is_file()
    assert (whole / "hf" / "data" / "test" / f"{test:06d}.png").is_file()
    (line, *_) = next((whole / "kitti").rglob("object_detection/0.txt")).read_text().splitlines()
    assert line.split()[0] == "box" and len(line.split()) == 15
