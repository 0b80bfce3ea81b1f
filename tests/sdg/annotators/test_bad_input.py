"""Every annotator with odd scenes and cameras: a result that its page states, or a message that names what is in the way."""

import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import Sdf, UsdGeom

from scenewright.sdg.annotators import derived_names, get, object_id, traced_names

SIZE = (24, 16)
PINHOLE_ONLY = {"keypoints": "Keypoints", "nocs": "NOCS", "stereo_disparity": "Stereo pairs"}
RECORDS = ("amodal_segmentation", "occluders", "keypoints", "object_pose", "bounding_box_2d_tight", "bounding_box_2d_loose",
           "bounding_box_3d", "occlusion")
IMAGES = ("optical_flow_backward", "optical_flow_forward", "nocs", "part_segmentation", "stereo_disparity",
          "instance_segmentation")
HERE = {"amodal_segmentation": 1, "occluders": 0, "keypoints": 1, "object_pose": 1, "bounding_box_2d_tight": 1,
        "bounding_box_2d_loose": 1, "bounding_box_3d": 1, "occlusion": 1}
NOBODY = dict.fromkeys(HERE, 0)
CASES = {  # what stands there, the camera, the image, how many records there are
    "nothing": (None, {}, SIZE, NOBODY),
    "what has no label": ({"semantics": None}, {}, SIZE, NOBODY),
    "wholly outside": ({"position": (50, 0, 0)}, {}, SIZE, NOBODY),
    "behind the camera": ({"position": (0, -20, 0)}, {}, SIZE, NOBODY),
    "round the camera": ({"position": (0, -4, 0)}, {}, SIZE, HERE),
    "of no size": ({"scale": (0, 0, 0)}, {}, SIZE, NOBODY),
    "smaller than a pixel": ({"scale": 1e-4, "position": (0.05, 0, 0.05)}, {}, SIZE, NOBODY),
    "mirrored": ({"scale": (-1, 1, 1)}, {}, SIZE, HERE),
    "hidden": ({}, {"screen": True}, SIZE, {**HERE, "occluders": 1, "bounding_box_2d_tight": 0}),
    "one pixel": ({}, {}, (1, 1), HERE),
    "one row": ({}, {}, (24, 1), HERE),
    "fisheye": ({"scale": 3}, {"projection_type": "fisheyePolynomial"}, SIZE, HERE),
    "orthographic": ({}, {"orthographic": True}, SIZE, HERE),
}


def look_at(stage, thing, view):
    """Put a ball with a locator before a camera that has a right one beside it; return the camera's path."""
    view = dict(view)
    if thing is not None:
        rep.functional.create.sphere(**{"name": "Ball", "semantics": {"class": "ball"}, **thing})
        tip = stage.DefinePrim("/Ball/Tip", "Xform")
        tip.CreateAttribute("scenewright:keypoint", Sdf.ValueTypeNames.Token).Set("tip")
        UsdGeom.XformCommonAPI(tip).SetTranslate((0, 0, 0.5))
    if view.pop("screen", False):
        rep.functional.create.cube(position=(0, -2, 0))
    orthographic = view.pop("orthographic", False)
    camera = rep.functional.create.camera(name="Eye", position=(0, -4, 0), look_at=(0, 0, 0), clipping_range=(0.01, 100),
                                          **view)
    if orthographic:
        camera.GetAttribute("projection").Set("orthographic")
    right = stage.DefinePrim("/Eye/Right", "Camera")
    for attribute in camera.GetAuthoredAttributes():
        if not attribute.GetName().startswith("xformOp"):
            right.CreateAttribute(attribute.GetName(), attribute.GetTypeName()).Set(attribute.Get())
    UsdGeom.XformCommonAPI(right).SetTranslate((0.1, 0, 0))
    return "/Eye"


def made(names):
    return {name: get(name, {"right": "/Eye/Right"} if name == "stereo_disparity" else {}) for name in names}


def step_twice(annotators, product):
    for annotator in annotators.values():
        annotator.attach(product)
    for _ in range(2):
        rep.orchestrator.step(delta_time=0.0)
    return {name: annotator.get_data() for name, annotator in annotators.items()}


@pytest.mark.parametrize("case", CASES)
def test_each_annotator_gives_what_its_page_says(stage, case):
    thing, view, size, counts = CASES[case]
    assert set(RECORDS) | set(IMAGES) >= set(derived_names()) | set(traced_names())
    product = rep.create.render_product(look_at(stage, thing, view), size)
    bent = case in ("fisheye", "orthographic")
    for name, who in PINHOLE_ONLY.items() if bent else ():
        annotator = made([name])[name].attach(product)
        with pytest.raises(ValueError, match=f"{who} need a pinhole camera; this one is '(fisheyePolynomial|orthographic)'"):
            rep.orchestrator.step(delta_time=0.0)
        annotator.detach()
    names = [name for name in (*RECORDS, *IMAGES) if not (bent and name in PINHOLE_ONLY)]
    data = step_twice(made(names), product)
    for name in set(names) & set(RECORDS):
        assert len(data[name]["data"]) == counts[name], name
        paths = data[name]["info"]["primPaths"]
        assert len(paths) == counts[name] and set(paths) <= {"/Ball"}, name
    for name in set(names) & set(IMAGES):
        image = data[name]["data"]
        assert image.shape[:2] == size[::-1] and np.isfinite(image).all(), name
    assert data["amodal_segmentation"]["info"]["masks"] == [] or data["amodal_segmentation"]["info"]["masks"][0].any()
    seen = data["instance_segmentation"]["data"] > 1
    assert np.array_equal(data["part_segmentation"]["data"] > 0, seen)
    if not bent:
        nocs, keypoints = data["nocs"], data["keypoints"]["data"]
        assert np.array_equal(nocs["info"]["valid"], seen) and nocs["data"].min() >= 0 and nocs["data"].max() <= 1
        assert np.abs(data["optical_flow_backward"]["data"]).max() < 1e-3  # nothing moves
        if len(keypoints):
            states = {"round the camera": 0, "hidden": 1, "one row": 0, "one pixel": 2}
            assert keypoints["objectId"].tolist() == [object_id("/Ball")]
            assert case not in states or keypoints["state"].tolist() == [states[case]], keypoints


def test_two_products_of_different_size(stage):
    camera = look_at(stage, {}, {})
    products = [rep.create.render_product(camera, size) for size in ((24, 16), (60, 20))]
    data = []
    for product in products:
        annotators = made((*RECORDS, *IMAGES))
        data.append(step_twice(annotators, product))
        for annotator in annotators.values():
            annotator.detach()
    for product, own in zip(((24, 16), (60, 20)), data, strict=True):
        for name in IMAGES:
            assert own[name]["data"].shape[:2] == product[::-1], name
    scale = data[1]["keypoints"]["data"]["y"] - 10, data[0]["keypoints"]["data"]["y"] - 8
    assert scale[0] == pytest.approx(60 / 24 * scale[1], abs=1e-9)
