"""One number for an object, whatever shows it: twins by name, instances of both kinds, nested ones, prims that come and go."""

import json

import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import Sdf, UsdGeom

from scenewright.sdg import annotators
from scenewright.sdg.annotators import object_id
from scenewright.sdg.writers import create_writer

RECORDS = ("bounding_box_2d_tight", "bounding_box_2d_loose", "bounding_box_3d", "occlusion")
NAMES = (*RECORDS, "instance_segmentation", "instance_id_segmentation", "amodal_segmentation", "occluders", "object_pose",
         "keypoints", "part_segmentation", "nocs")


def label(prim, name):
    rep.functional.modify.semantics(prim, {"class": name})


def put(stage, path, kind, place=(0, 0, 0), size=1.0):
    prim = stage.DefinePrim(path, kind)
    UsdGeom.XformCommonAPI(prim).SetTranslate(place)
    UsdGeom.XformCommonAPI(prim).SetScale((size,) * 3)
    return prim


def tip(stage, path):
    prim = put(stage, f"{path}/Tip", "Xform", (0, 0, 1))
    prim.CreateAttribute("scenewright:keypoint", Sdf.ValueTypeNames.Token).Set("tip")


def instancer(stage, path, target, places):
    points = UsdGeom.PointInstancer.Define(stage, path)
    points.CreatePrototypesRel().SetTargets([target])
    points.CreateProtoIndicesAttr([0] * len(places))
    points.CreatePositionsAttr(places)
    return points


@pytest.fixture
def crowd(stage):
    """Nine kinds of ways to be an object, a camera, and what changes between frames."""
    for side, x in (("Left", -3.0), ("Right", 3.0)):
        stage.DefinePrim(f"/{side}", "Xform")
        label(put(stage, f"/{side}/Mug", "Sphere", (x, 0, 1.5)), "mug")
        tip(stage, f"/{side}/Mug")
    asset = stage.DefinePrim("/Asset", "Xform")
    asset.SetSpecifier(Sdf.SpecifierClass)
    put(stage, "/Asset/Body", "Sphere")
    put(stage, "/Asset/Lid", "Cube", (0, 0, 1), 0.5)
    tip(stage, "/Asset")
    for index in range(2):
        copy = put(stage, f"/Copy{index}", "Xform", (2.0 * index - 1, 0, -2), 0.5)
        copy.GetReferences().AddInternalReference("/Asset")
        copy.SetInstanceable(True)
        label(copy, "copy")
    ball = "/Outer/Kinds/Inner/Kinds/Ball"
    instancer(stage, "/Outer", "/Outer/Kinds/Inner", [(-1, 0, 0), (1, 0, 0)])
    instancer(stage, "/Outer/Kinds/Inner", ball, [(0, 0, 0), (0, 0, 0.8)])
    put(stage, ball, "Xform")
    put(stage, f"{ball}/Body", "Sphere", size=0.3)
    label(stage.GetPrimAtPath(ball), "ball")
    tip(stage, ball)
    instancer(stage, "/Points", "/Points/Kinds/Ball", [(-3, 0, -1), (3, 0, -1), (3, 1.0, -1)])
    put(stage, "/Points/Kinds/Ball", "Xform")
    put(stage, "/Points/Kinds/Ball/Body", "Sphere", size=0.4)
    label(stage.GetPrimAtPath("/Points/Kinds/Ball"), "ball")
    tip(stage, "/Points/Kinds/Ball")
    camera = rep.functional.create.camera(name="Eye", position=(0, -12, 0), look_at=(0, 0, 0), clipping_range=(0.01, 100))

    def change(frame):
        if frame == 1:
            stage.RemovePrim("/Left")  # everything behind it in the namespace gets another instance id
            label(put(stage, "/Another", "Sphere", (-3, 0, 1.5)), "mug")
        if frame == 2:
            UsdGeom.Imageable(stage.GetPrimAtPath("/Copy0")).MakeInvisible()
            stage.RemovePrim("/Another")

    return camera, change


def paths_of(data):
    """Return {annotator: {instance id: path}} and {annotator: {path: object id}} of what annotators say in one frame."""
    ids, objects = {}, {}
    for name in (*RECORDS, "amodal_segmentation"):
        ids[name] = dict(zip(data[name]["info"]["bboxIds"].tolist(), data[name]["info"]["primPaths"], strict=True))
    assert data["amodal_segmentation"]["data"]["instanceId"].tolist() == list(ids["amodal_segmentation"])
    ids["instance_segmentation"] = {int(key): path for key, path in data["instance_segmentation"]["info"]["idToLabels"].items()
                                    if int(key) > 1}
    hidden, hiders = (data["occluders"]["data"][name].tolist() for name in ("instanceId", "occluderId"))
    info = data["occluders"]["info"]
    ids["occluders"] = dict(zip(hidden + hiders, info["primPaths"] + info["occluderPaths"], strict=True))
    for name in ("object_pose", "keypoints"):
        records, paths = data[name]["data"], data[name]["info"]["primPaths"]
        ids[name] = dict(zip(records["instanceId"].tolist(), paths, strict=True))
        objects[name] = dict(zip(paths, records["objectId"].tolist(), strict=True))
    parts = data["part_segmentation"]["info"]["idToParts"].values()
    ids["part_segmentation"] = {part["instanceId"]: part["object"] for part in parts}
    objects["part_segmentation"] = {part["object"]: part["objectId"] for part in parts}
    return ids, objects


def test_all_annotators_and_writers_mean_the_same_object(stage, crowd, tmp_path):
    camera, change = crowd
    product = rep.create.render_product(camera, (120, 80), name="eye")
    made = {name: annotators.get(name) for name in NAMES}
    writers = {name: create_writer(name) for name in ("coco", "bop")}
    for name, writer in writers.items():
        writer.initialize(output_dir=str(tmp_path / name))
        writer.attach([product])
    for annotator in made.values():
        annotator.attach(product)
    frames = []
    for frame in range(3):
        change(frame)
        rep.orchestrator.step(delta_time=0.0)
        data = {name: annotator.get_data() for name, annotator in made.items()}
        ids, objects = paths_of(data)
        known = ids["bounding_box_3d"]
        frames.append(set(known.values()))
        for name, own in ids.items():
            assert own.items() <= known.items(), name
            assert len(set(own.values())) == len(own), name
        for name, own in objects.items():
            assert own == {path: object_id(path) for path in own}, name
        image, parts = data["instance_segmentation"]["data"], data["part_segmentation"]["data"]
        for key, part in data["part_segmentation"]["info"]["idToParts"].items():
            assert set(np.unique(image[parts == int(key)])) == {part["instanceId"]}
        assert data["nocs"]["info"]["diagonals"].keys() == known.keys()
        locatable = {path for path in known.values() if path != "/Another"}
        assert set(data["keypoints"]["info"]["primPaths"]) == locatable
    rep.orchestrator.wait_until_complete()
    for writer in writers.values():
        writer.detach()
    nested = {f"/Outer[{i}][{j}]" for i in range(2) for j in range(2)}
    assert frames[0] == {"/Left/Mug", "/Right/Mug", "/Copy0", "/Copy1", "/Points[0]", "/Points[1]", "/Points[2]", *nested}
    assert frames[1] == frames[0] - {"/Left/Mug"} | {"/Another"} and frames[2] == frames[0] - {"/Left/Mug", "/Copy0"}
    found = json.loads((tmp_path / "coco/annotations/instances.json").read_text())
    for row in found["annotations"]:
        assert row["object_id"] == object_id(row["prim_path"])
    shown = [{row["prim_path"] for row in found["annotations"] if row["image_id"] == image["id"]} for image in found["images"]]
    assert all(one <= two and len(two - one) <= 1 for one, two in zip(shown, frames, strict=True))  # one ball hides another
    rows = [json.loads(path.read_text()) for path in sorted((tmp_path / "bop").rglob("scene_gt_info.json"))]
    numbers = [{row["object_id"] for row in frame} for scene in rows for frame in scene.values()]
    assert numbers == [{object_id(path) for path in frame} for frame in frames]


def test_a_locator_stays_with_its_object_when_that_leaves_the_view(stage):
    body = put(stage, "/Robot", "Xform")
    label(body, "robot")
    put(stage, "/Robot/Body", "Sphere")
    for side, x in (("Left", -1.2), ("Right", 1.2)):
        label(put(stage, f"/Robot/{side}", "Sphere", (x, 0, 0), 0.2), "hand")
        tip(stage, f"/Robot/{side}")
    camera = rep.functional.create.camera(name="Eye", position=(0, -6, 0), look_at=(0, 0, 0), clipping_range=(0.01, 100))
    keypoints = annotators.get("keypoints")
    keypoints.attach(rep.create.render_product(camera, (60, 40)))
    owners = []
    for x in (0, 50):
        for side, off in (("Left", -1.2), ("Right", 1.2)):
            UsdGeom.XformCommonAPI(stage.GetPrimAtPath(f"/Robot/{side}")).SetTranslate((x + off, 0, 0))
        rep.orchestrator.step(delta_time=0.0)
        owners.append(keypoints.get_data()["info"]["primPaths"])
    assert owners == [["/Robot/Left", "/Robot/Right"], []]
