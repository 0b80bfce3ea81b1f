"""Annotations as files: what was written is what the annotators said, in a script and in a recipe."""

import json

import numpy as np
import omni.replicator.core as rep
import omni.usd
import pytest

from scenewright.sdg.writers import create_writer
from scenewright.sdg.writers.rle import rle_decode

ANNOTATORS = ["nocs", "amodal_segmentation", "occluders", "optical_flow_backward", "object_pose", "camera_params", "normals"]


def test_files_are_what_the_annotators_say(render_scene):
    folder = render_scene("ground_truth", frames=2, annotators=ANNOTATORS)
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == sorted(ANNOTATORS)
    nocs, valid = (np.load(folder / "nocs" / f"000001{name}.npy") for name in ("", "_valid"))
    assert nocs.shape == (48, 64, 3) and nocs.dtype == np.float32 and valid.dtype == bool and valid.any()
    assert (nocs[valid] > 0).any() and not nocs[~valid].any()
    flow, state = (np.load(folder / "optical_flow_backward" / f"000001{name}.npy") for name in ("", "_state"))
    assert np.abs(flow).max() < 1e-3 and np.array_equal(state == 1, valid)  # nothing moved, and all that is seen has a label
    amodal = json.loads((folder / "amodal_segmentation" / "000001.json").read_text())
    for record, mask in zip(amodal["records"], amodal["masks"], strict=True):
        assert rle_decode(mask["counts"], 48, 64).sum() == record["pixels"]
    occluders = json.loads((folder / "occluders" / "000001.json").read_text())
    assert [row["share"] for row in occluders["records"]] and occluders["occluderPaths"] == ["/Box"]
    assert json.loads((folder / "camera_params" / "000000.json").read_text())["cameraModel"] == "pinhole"
    assert np.load(folder / "normals" / "000000.npy").shape == (48, 64, 4)


def test_points_behind_the_camera_are_null(render_scene, tmp_path):
    omni.usd.get_context().new_stage()
    cube = rep.functional.create.cube(name="Box", semantics={"class": "box"})
    prim = cube.GetStage().DefinePrim("/Box/Far", "Xform")
    from pxr import Sdf, UsdGeom

    prim.CreateAttribute("scenewright:keypoint", Sdf.ValueTypeNames.Token).Set("far")
    UsdGeom.XformCommonAPI(prim).SetTranslate((0, -50, 0))
    camera = rep.functional.create.camera(position=(0, -6, 0), look_at=(0, 0, 0))
    writer = create_writer("ground_truth")
    writer.initialize(annotators=["keypoints"], output_dir=str(tmp_path / "out"))
    writer.attach([rep.create.render_product(camera, (32, 24), name="eye")])
    rep.orchestrator.step(delta_time=0.0)
    rep.orchestrator.wait_until_complete()
    (record,) = json.loads((tmp_path / "out" / "keypoints" / "000000.json").read_text())["records"]
    assert record["x"] is None and record["state"] == 0


@pytest.mark.parametrize(("given", "says"), [((), "list or mapping"), ("nocs", "list or mapping"), (["nosc"], "mean 'nocs'"),
                                             ({"stereo_disparity": {}}, "prim path"), ({"nocs": {"left": 1}}, "'left'")])
def test_wrong_parameters_are_told(tmp_path, given, says):
    with pytest.raises(ValueError, match=says):
        create_writer("ground_truth").initialize(annotators=given, output_dir=str(tmp_path))
