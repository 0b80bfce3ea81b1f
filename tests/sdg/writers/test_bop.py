"""BOP files: poses, boxes and masks held against each other and against BOP's own definitions."""

import json

import numpy as np
import omni.replicator.core as rep
import omni.usd
import pytest
import trimesh
from PIL import Image
from pxr import Sdf, Usd, UsdGeom, UsdSemantics

from scenewright.sdg.annotators import object_id
from scenewright.sdg.writers import create_writer
from scenewright.sdg.writers.bop_models import farthest_distance, model_meshes, ply_bytes, read_ply


@pytest.fixture
def dataset(render_scene):
    folder = render_scene("bop", frames=2, resolution=(160, 120), classes=["box", "ball"])
    scene = folder / "train_pbr" / "000000"
    files = {name: json.loads((scene / f"scene_{name}.json").read_text()) for name in ("camera", "gt", "gt_info")}
    return folder, scene, files


def test_poses_are_rigid_in_millimetres_and_project_onto_the_boxes(dataset):
    folder, _, files = dataset
    models = json.loads((folder / "models" / "models_info.json").read_text())
    assert models["1"] == pytest.approx(
        {"diameter": 1000 * 3**0.5, "min_x": -500, "min_y": -500, "min_z": -500, "size_x": 1000, "size_y": 1000, "size_z": 1000}
    )
    assert list(files["gt"]) == ["0", "1"]
    camera = files["camera"]["0"]
    intrinsics = np.array(camera["cam_K"]).reshape(3, 3)
    rotation, translation = np.array(camera["cam_R_w2c"]).reshape(3, 3), np.array(camera["cam_t_w2c"])
    assert np.allclose(-rotation.T @ translation, [1000, -6000, 2000], atol=1e-2)  # where the camera stands
    boxes = 0
    for row, info in zip(files["gt"]["0"], files["gt_info"]["0"], strict=True):
        turn, shift = np.array(row["cam_R_m2c"]).reshape(3, 3), np.array(row["cam_t_m2c"])
        assert np.allclose(turn @ turn.T, np.eye(3), atol=1e-5) and np.linalg.det(turn) == pytest.approx(1.0)
        place = {1: [0, 0, 0], 2: [300, 3000, 200]}[row["obj_id"]]
        assert np.allclose(shift, rotation @ place + translation, atol=1e-2)
        if row["obj_id"] == 1:
            corners = np.array([[x, y, z] for x in (-500, 500) for y in (-500, 500) for z in (-500, 500)])
            seen = (corners @ turn.T + shift) @ intrinsics.T
            pixels = seen[:, :2] / seen[:, 2:] + 0.5
            x, y, width, height = info["bbox_visib"]
            assert np.allclose([pixels.min(0), pixels.max(0)], [[x, y], [x + width, y + height]], atol=1.0)
            boxes += 1
    assert boxes == 1


def test_masks_depth_and_counts_agree(dataset):
    _, scene, files = dataset
    depth = np.asarray(Image.open(scene / "depth" / "000001.png"))
    assert depth.dtype == np.uint16
    for index, (row, info) in enumerate(zip(files["gt"]["1"], files["gt_info"]["1"], strict=True)):
        mask = np.asarray(Image.open(scene / "mask_visib" / f"000001_{index:06d}.png")) > 0
        y, x = np.nonzero(mask)
        assert info["bbox_visib"] == [x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1]
        whole = np.asarray(Image.open(scene / "mask" / f"000001_{index:06d}.png")) > 0
        assert info["object_id"] == object_id({1: "/Box", 2: "/Ball"}[row["obj_id"]])
        assert info["px_count_visib"] == mask.sum() and not (mask & ~whole).any()
        assert info["px_count_all"] == whole.sum() and info["px_count_valid"] == (whole & (depth > 0)).sum()
        y, x = np.nonzero(whole)
        assert info["bbox_obj"] == [x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1]
        if row["obj_id"] == 1:
            assert info["visib_fract"] == 1.0
            assert abs(depth[mask].min() - (np.hypot(np.hypot(1, 6), 2) * 1000 - 900)) < 500
        else:  # behind the box
            assert 0.0 < info["visib_fract"] < 1.0
            assert info["px_count_all"] > info["px_count_visib"]
            assert info["bbox_obj"][3] >= info["bbox_visib"][3]


def test_without_a_tracer_whole_masks_are_those_of_what_nothing_hides(render_scene, monkeypatch):
    monkeypatch.setattr("scenewright.sdg.writers.bop.has_tracer", lambda: False)  # as in Kit
    scene = render_scene("bop", resolution=(160, 120), classes=["box", "ball"]) / "train_pbr" / "000000"
    rows = json.loads((scene / "scene_gt.json").read_text())["0"]
    for index, (row, info) in enumerate(zip(rows, json.loads((scene / "scene_gt_info.json").read_text())["0"], strict=True)):
        assert (scene / "mask_visib" / f"000000_{index:06d}.png").exists()
        assert (scene / "mask" / f"000000_{index:06d}.png").exists() == (row["obj_id"] == 1)
        assert info["visib_fract"] == 1.0 if row["obj_id"] == 1 else 0.5 < info["visib_fract"] < 1.0


@pytest.mark.parametrize(("parameters", "says"), [({"split": "a/b"}, "name of a folder"), ({"depth_scale": 0}, "above 0")])
def test_wrong_parameters_are_told(write_frames, parameters, says):
    with pytest.raises(ValueError, match=says):
        write_frames("bop", [], **parameters)


def test_counts_and_boxes_go_on_beyond_the_border(tmp_path):
    omni.usd.get_context().new_stage()
    make = rep.functional.create
    make.plane(name="Sheet", position=(2.5, 0, -4), scale=(2, 2, 1), semantics={"class": "sheet"})
    make.cube(name="Hidden", position=(0.5, 0, -8), semantics={"class": "cube"})
    make.plane(name="Wall", position=(0, 0, -6), scale=(6, 3, 1))
    camera = make.camera(focal_length=20, horizontal_aperture=20, clipping_range=(0.01, 100.0))  # 25 px a unit at 4 units
    product = rep.create.render_product(str(camera.GetPath()), (100, 100), name="eye")
    writer = create_writer("bop")
    writer.initialize(output_dir=str(tmp_path), classes=["sheet", "cube"])
    writer.attach([product])
    rep.orchestrator.step(delta_time=0.0)
    rep.orchestrator.wait_until_complete()
    scene = tmp_path / "train_pbr" / "000000"
    rows = {row["obj_id"]: index for index, row in enumerate(json.loads((scene / "scene_gt.json").read_text())["0"])}
    info = json.loads((scene / "scene_gt_info.json").read_text())["0"]
    sheet, hidden = info[rows[1]], info[rows[2]]
    assert sheet["px_count_all"] == pytest.approx(50 * 50, rel=0.05)
    assert sheet["px_count_visib"] == pytest.approx(12.5 * 50, abs=60)
    assert sheet["bbox_obj"] == pytest.approx([87, 25, 50, 50], abs=1)
    assert sheet["bbox_visib"][0] + sheet["bbox_visib"][2] == 100
    assert sheet["visib_fract"] == pytest.approx(0.25, abs=0.02)
    assert hidden["visib_fract"] == hidden["px_count_visib"] == 0 and hidden["px_count_all"] > 100
    assert hidden["bbox_visib"] == [-1, -1, -1, -1] and hidden["bbox_obj"][2] > 10
    masks = [np.asarray(Image.open(scene / kind / f"000000_{rows[2]:06d}.png")) for kind in ("mask", "mask_visib")]
    assert (masks[0] > 0).sum() == hidden["px_count_all"] and not masks[1].any()


def test_models_are_the_meshes_in_the_frame_of_the_poses(dataset):
    folder, _, _ = dataset
    box, faces = read_ply((folder / "models" / "obj_000001.ply").read_bytes())
    assert sorted(map(tuple, np.unique(box, axis=0).tolist())) == [
        (x, y, z) for x in (-500, 500) for y in (-500, 500) for z in (-500, 500)
    ]
    assert np.array([box[corners] for corners in faces]).shape == (12, 3, 3)
    ball, _ = read_ply((folder / "models" / "obj_000002.ply").read_bytes())
    assert np.linalg.norm(ball, axis=1) == pytest.approx(500, rel=1e-6)
    models = json.loads((folder / "models" / "models_info.json").read_text())
    assert models["2"]["diameter"] == pytest.approx(1000, rel=1e-6) and models["2"]["size_z"] == pytest.approx(1000, rel=1e-6)


@pytest.mark.parametrize("kind", ["Cube", "Sphere", "Cylinder", "Cone", "Capsule"])
def test_models_of_gprims_are_closed_and_turn_outward(kind):
    stage = Usd.Stage.CreateInMemory()
    UsdGeom.SetStageMetersPerUnit(stage, 0.01)
    prim = stage.DefinePrim("/Thing", kind)
    UsdGeom.XformCommonAPI(prim).SetScale((2.0, 1.0, 0.5))
    UsdGeom.XformCommonAPI(prim).SetTranslate((7.0, 8.0, 9.0))
    UsdSemantics.LabelsAPI.Apply(prim, "class").CreateLabelsAttr(["thing"])
    points, faces = model_meshes(stage, "class")["thing"]
    extent = np.array(UsdGeom.Boundable.ComputeExtentFromPlugins(UsdGeom.Boundable(prim), 0.0)) * (20.0, 10.0, 5.0)
    assert np.allclose([points.min(axis=0), points.max(axis=0)], extent, rtol=1e-3)
    mesh = trimesh.Trimesh(points, faces)
    assert mesh.is_watertight and mesh.volume > 0
    pairs = np.linalg.norm(points[:, None] - points[None], axis=2)
    assert farthest_distance(points) == pytest.approx(pairs.max())


def test_models_of_meshes_in_instances_and_mirrored(tmp_path):
    stage = Usd.Stage.CreateInMemory()
    source = stage.DefinePrim("/Asset", "Xform")
    source.SetSpecifier(Sdf.SpecifierClass)
    mesh = UsdGeom.Mesh.Define(stage, "/Asset/Body")
    mesh.CreatePointsAttr([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)])
    mesh.CreateFaceVertexCountsAttr([4])
    mesh.CreateFaceVertexIndicesAttr([0, 1, 2, 3])
    UsdGeom.XformCommonAPI(mesh).SetScale((-1.0, 1.0, 1.0))
    prim = stage.DefinePrim("/Copy", "Xform")
    prim.GetReferences().AddInternalReference("/Asset")
    prim.SetInstanceable(True)
    UsdSemantics.LabelsAPI.Apply(prim, "class").CreateLabelsAttr(["sheet", "thing"])
    stage.DefinePrim("/Empty", "Xform")
    UsdSemantics.LabelsAPI.Apply(stage.GetPrimAtPath("/Empty"), "class").CreateLabelsAttr(["nothing"])
    found = model_meshes(stage, "class")
    assert list(found) == ["sheet"]
    points, faces = read_ply(ply_bytes(*found["sheet"]))
    metres = UsdGeom.GetStageMetersPerUnit(stage) * 1000.0
    assert points.min(axis=0).tolist() == pytest.approx([-metres, 0, 0]) and len(faces) == 2
    normals = [np.cross(points[b] - points[a], points[c] - points[a]) for a, b, c in faces]
    assert all(normal[2] > 0 for normal in normals)
