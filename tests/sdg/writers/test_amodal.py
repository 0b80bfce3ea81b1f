"""What COCO says of whole silhouettes, keypoint states and identity, and what bad input does."""

import json
import logging

import numpy as np
import omni.replicator.core as rep
import omni.usd
import pytest
from pxr import Sdf, UsdGeom

from scenewright.sdg.annotators import NoTracerError, object_id
from scenewright.sdg.annotators import get as get_annotator
from scenewright.sdg.writers import create_writer
from scenewright.sdg.writers.amodal import amodal_annotators
from scenewright.sdg.writers.rle import mask_rle, rle_decode


def coco(folder):
    return json.loads((folder / "annotations" / "instances.json").read_text())


@pytest.mark.parametrize("seed", range(8))
def test_cropped_masks_are_the_masks_of_the_image(seed):
    rng = np.random.default_rng(seed)
    image = np.zeros((13, 17), bool)
    y, x = sorted(rng.integers(0, 14, 2)), sorted(rng.integers(0, 18, 2))
    part = rng.random((y[1] - y[0], x[1] - x[0])) < rng.choice([0.3, 0.9, 1.0])
    image[y[0] : y[1], x[0] : x[1]] = part
    entry = mask_rle(part, (int(x[0]), int(y[0])), image.shape)
    assert entry["size"] == [13, 17] and np.array_equal(rle_decode(entry["counts"], 13, 17), image)
    mask = pytest.importorskip("pycocotools.mask")
    assert mask.encode(np.asfortranarray(image, np.uint8))["counts"].decode() == entry["counts"]


def test_full_columns_run_on():
    entry = mask_rle(np.ones((5, 3), bool), (2, 0), (5, 8))
    assert np.array_equal(rle_decode(entry["counts"], 5, 8), np.pad(np.ones((5, 3), bool), ((0, 0), (2, 3))))


def test_annotations_say_what_is_hidden_and_by_whom(render_scene):
    data = coco(render_scene("coco", amodal=True, resolution=(160, 120)))
    rows = {row["prim_path"]: row for row in data["annotations"]}
    box, ball = rows["/Box"], rows["/Ball"]
    assert box["visible_fraction"] == 1.0 and box["occluders"] == [] and box["amodal_bbox"] == box["bbox"]
    assert box["amodal_segmentation"] == box["segmentation"] and box["amodal_area"] == box["area"]
    assert 0.5 < ball["visible_fraction"] < 1.0 and ball["truncation"] == 0.0
    (hider,) = ball["occluders"]
    assert (hider["prim_path"], hider["object_id"]) == ("/Box", object_id("/Box")) == ("/Box", box["object_id"])
    assert hider["share"] == pytest.approx(1.0 - ball["visible_fraction"], abs=1e-5)
    whole = rle_decode(ball["amodal_segmentation"]["counts"], 120, 160)
    assert whole.sum() == ball["amodal_area"] == pytest.approx(ball["area"] / ball["visible_fraction"], rel=1e-4)


def test_ids_stay_when_others_vanish_and_across_writers(tmp_path):
    omni.usd.get_context().new_stage()
    make = rep.functional.create
    things = [make.cube(name=f"Thing{index}", position=(2.0 * index - 2, 0, 0), semantics={"class": "thing"})
              for index in range(3)]
    camera = make.camera(position=(0, -9, 0), look_at=(0, 0, 0))
    product = rep.create.render_product(camera, (64, 48), name="eye")
    writer = create_writer("coco")
    writer.initialize(output_dir=str(tmp_path))
    pose = get_annotator("object_pose")
    writer.attach([product])
    pose.attach(product)
    seen = []
    for frame in range(2):
        UsdGeom.Imageable(things[0]).CreateVisibilityAttr("invisible" if frame else "inherited")
        rep.orchestrator.step(delta_time=0.0)
        data = pose.get_data()
        seen.append(dict(zip(data["info"]["primPaths"], data["data"]["objectId"].tolist(), strict=True)))
    rep.orchestrator.wait_until_complete()
    writer.detach()
    pose.detach()
    assert len(seen[0]) == 3 and seen[1] == {path: seen[0][path] for path in seen[1]} and len(seen[1]) == 2
    found = coco(tmp_path)["annotations"]
    assert len(found) == 5 and all(row["object_id"] == seen[0][row["prim_path"]] for row in found)


def test_keypoints_of_locators_and_their_states(tmp_path):
    omni.usd.get_context().new_stage()
    make = rep.functional.create
    boxes = [make.cube(name=f"Box{index}", position=(2.0 * index - 1.0, 0, 0), semantics={"class": "box"})
             for index in range(2)]
    for name, place in (("front", (0, -0.5, 0)), ("back", (0, 0.5, 0))):
        for box in boxes[: 1 if name == "back" else 2]:  # the second box lacks a locator
            prim = box.GetStage().DefinePrim(box.GetPath().AppendChild(name), "Xform")
            prim.CreateAttribute("scenewright:keypoint", Sdf.ValueTypeNames.Token).Set(name)
            UsdGeom.XformCommonAPI(prim).SetTranslate(place)
    make.cube(position=(1.0, -3, 0), scale=0.2)  # before the second box's front
    camera = make.camera(position=(0, -9, 0), look_at=(0, 0, 0))
    writer = create_writer("coco")
    writer.initialize(output_dir=str(tmp_path), keypoints={"box": ["front", "back"]})
    writer.attach([rep.create.render_product(camera, (320, 240), name="eye")])
    rep.orchestrator.step(delta_time=0.0)
    rep.orchestrator.wait_until_complete()
    writer.detach()
    data = coco(tmp_path)
    assert data["categories"][0]["keypoints"] == ["front", "back"]
    one, two = sorted(data["annotations"], key=lambda row: row["prim_path"])
    assert one["keypoint_states"] == ["visible", "self-occluded"] and one["keypoints"][2::3] == [2, 1]
    assert two["keypoint_states"][1] == "outside" and two["keypoints"][3:] == [0, 0, 0]
    assert two["num_keypoints"] == 1


@pytest.mark.parametrize("name", ["coco", "yolo", "voc", "bop", "webdataset"])
def test_a_frame_without_objects_two_of_one_name_and_odd_labels(tmp_path, name, caplog):
    omni.usd.get_context().new_stage()
    make = rep.functional.create
    label = 'a<b>&"c" / 鴨,'.rstrip(",")
    for parent in ("/A", "/B"):  # two objects of one name
        make.xform(name=parent.strip("/"))
        make.cube(name="Same", parent=parent, position=(1.5 if parent == "/A" else -1.5, 0, 0), semantics={"class": label})
    make.dome_light(intensity=500)
    camera = make.camera(position=(0, -9, 0), look_at=(0, 0, 0))
    product = rep.create.render_product(camera, (64, 48), name="eye")
    writer = create_writer(name)
    writer.initialize(output_dir=str(tmp_path), **({"classes": [label]} if name == "bop" else {}))
    writer.attach([product])
    rep.orchestrator.step(delta_time=0.0)
    rep.functional.modify.pose(camera, position_value=(0, -9, 0), look_at_value=(0, -20, 0))  # away from everything
    with caplog.at_level(logging.ERROR):
        rep.orchestrator.step(delta_time=0.0)
        rep.orchestrator.wait_until_complete()
    writer.detach()
    assert not caplog.records
    counts = []
    for path in sorted((tmp_path / ".scenewright" / name).iterdir()):
        counts.append(len(json.loads(path.read_text())["annotations"]))
    assert counts == [2, 0]


def test_whole_silhouettes_are_refused_where_there_is_no_tracer(monkeypatch):
    known = [name for name in rep.AnnotatorRegistry.get_registered_annotators() if name != "amodal_segmentation"]
    monkeypatch.setattr(rep.AnnotatorRegistry, "get_registered_annotators", lambda: known)
    with pytest.raises(NoTracerError, match=r"coco.*own tracer"):
        amodal_annotators("coco", "class")
