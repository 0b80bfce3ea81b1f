"""DOPEWriter, YCBVideoWriter and PytorchWriter, on poses that follow from the scene."""

import json
import sys
import types

import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import UsdGeom

from scenewright.replicator.writers import PytorchListener

CLASSES = {"crate": 3, "ball": 7}


@pytest.fixture
def front(products):
    """A product that looks along +y at the crate from 4 m: the camera's axes are +x, +z and -y of the world."""
    rep.functional.create.camera(position=(0, -4, 0), look_at=(0, 0, 0), name="Front", focal_length=20.955,
                                 horizontal_aperture=20.955)
    return rep.create.render_product("/Front", (64, 48), name="front")


def write(writer, products, steps=1):
    writer.attach(products)
    for _ in range(steps):
        rep.orchestrator.step()
    writer.detach()


# ---- DOPE


def test_dope_poses(front, tmp_path, listing):
    writer = rep.writers.get("DOPEWriter", {"output_dir": str(tmp_path), "class_name_to_index_map": CLASSES})
    write(writer, front)
    assert listing(tmp_path) == ["000000.json", "000000.png", "metadata.txt"] and writer.is_last_frame_valid()
    data = json.loads((tmp_path / "000000.json").read_text())
    assert data["camera_data"] == {} and [entry["class"] for entry in data["objects"]] == ["crate", "ball"]
    crate, ball = data["objects"]
    np.testing.assert_allclose(crate["location"], [0, 0, -400], atol=1e-3)  # cm
    np.testing.assert_allclose(ball["location"], [150, 0, -400], atol=1e-3)
    assert 0 < crate["visibility"] <= 1
    # The world is turned by -90 degrees about x into the camera.
    np.testing.assert_allclose(crate["quaternion_wxyz"], [np.sqrt(0.5), -np.sqrt(0.5), 0, 0], atol=1e-5)
    corners = np.array(crate["projected_cuboid"])
    assert corners.shape == (9, 2)
    np.testing.assert_allclose(corners[8], [32, 24], atol=1e-3)
    # F is +z, up in the image; U is -y, the near side (3.5 m); L is +x, to the right. 64 px across 1 m at 1 m.
    near, far = 32 / 3.5, 32 / 4.5
    np.testing.assert_allclose(corners[0], [32 + near, 24 - near], atol=1e-3)  # LUF
    np.testing.assert_allclose(corners[2], [32 - far, 24 - far], atol=1e-3)  # RDF
    np.testing.assert_allclose(corners[4], [32 + near, 24 + near], atol=1e-3)  # LUB


def test_dope_skips_empty_frames_and_turns_cameras(front, products, tmp_path, listing):
    for path in ("/Crate", "/Ball"):
        UsdGeom.Imageable(rep.functional.get.prims(path_pattern=path)[0]).MakeInvisible()
    writer = rep.writers.get("DOPEWriter", {"output_dir": str(tmp_path), "class_name_to_index_map": CLASSES})
    write(writer, front)
    assert not writer.is_last_frame_valid() and listing(tmp_path) == ["metadata.txt"]
    turned = rep.annotators.get("dope", {"cameraRotation": [180, 0, 0]})
    plain = rep.annotators.get("dope")
    for path in ("/Crate", "/Ball"):
        UsdGeom.Imageable(rep.functional.get.prims(path_pattern=path)[0]).MakeVisible()
    for annotator in (turned, plain):
        annotator.attach(front)
    rep.orchestrator.step()
    a, b = (annotator.get_data()["data"]["location"] for annotator in (turned, plain))
    np.testing.assert_allclose(a, b * [1, -1, -1], atol=1e-3)
    with pytest.raises(ValueError, match="three angles"):
        rep.annotators.get("dope", {"cameraRotation": 90})


def test_scripts_set_the_camera_rotation_once(front, tmp_path):
    from isaacsim.replicator.writers import DOPEWriter

    DOPEWriter.register_pose_annotator({"WIDTH": 64, "HEIGHT": 48, "CAMERA_ROTATION": [180, 0, 0]})
    writer = DOPEWriter.setup_writer({"CLASS_NAME_TO_INDEX": CLASSES}, {"output_folder": str(tmp_path)})
    write(writer, front)
    rep.AnnotatorRegistry.unregister_annotator("dope")  # the script's, not the built-in one
    data = json.loads((tmp_path / "000000.json").read_text())
    np.testing.assert_allclose(data["objects"][0]["location"], [0, 0, 400], atol=1e-3)
    assert rep.annotators.get("dope")._params["cameraRotation"] == [0, 0, 0]


# ---- YCB


def test_ycb_images_and_boxes(front, products, tmp_path, listing, read_image):
    writer = rep.writers.get("YCBVideoWriter")
    writer.initialize(output_dir=str(tmp_path), num_frames=2, rgb=True, bounding_box_2d_tight=True, semantic_segmentation=True,
                      distance_to_image_plane=True, class_name_to_index_map=CLASSES)
    write(writer, front, steps=2)
    root = "data/YCB_Video"
    endings = ("color.png", "depth.png", "label.png", "box.txt")
    assert listing(tmp_path) == sorted([f"{root}/train.txt", "metadata.txt",
                                        *(f"{root}/data/0000/{i:06}-{e}" for e in endings for i in range(2))])
    assert (tmp_path / root / "train.txt").read_text() == "0000/000000\n0000/000001\n"
    labels = read_image(tmp_path / root / "data/0000/000000-label.png")
    assert set(np.unique(labels)) == {0, 3, 7} and labels[24, 32] == 3
    depth = read_image(tmp_path / root / "data/0000/000000-depth.png")
    assert depth.max() == 255 and depth[0, 0] == 0 and depth[24, 32] > 200
    lines = (tmp_path / root / "data/0000/000000-box.txt").read_text().split("\n")
    ys, xs = np.nonzero(labels == 3)
    assert lines[0] == f"crate {xs.min()} {ys.min()} {xs.max()} {ys.max()}" and lines[1].startswith("ball ")


def test_ycb_meta(front, tmp_path):
    scipy_io = pytest.importorskip("scipy.io")
    intrinsics = [[64, 0, 32], [0, 64, 24], [0, 0, 1]]
    writer = rep.writers.get("YCBVideoWriter", {"output_dir": str(tmp_path), "num_frames": 1, "pose": True,
                                                "class_name_to_index_map": CLASSES, "intrinsic_matrix": intrinsics})
    write(writer, front)
    meta = scipy_io.loadmat(tmp_path / "data/YCB_Video/data/0000/000000-meta.mat")
    assert meta["cls_indexes"].ravel().tolist() == [3, 7] and meta["factor_depth"].item() == 10000
    np.testing.assert_allclose(meta["intrinsic_matrix"], intrinsics)
    np.testing.assert_allclose(meta["poses"][:, :, 1], [[1, 0, 0, 1.5], [0, 0, 1, 0], [0, -1, 0, -4]], atol=1e-5)
    np.testing.assert_allclose(meta["center"], [[32, 24], [32 + 1.5 / 4 * 64, 24]], atol=1e-3)


def test_ycb_says_what_it_needs(monkeypatch):
    for params, message in (({"pose": True}, "class_name_to_index_map"),
                            ({"pose": True, "class_name_to_index_map": {}}, "intrinsic_matrix of shape")):
        with pytest.raises(ValueError, match=message):
            rep.writers.get("YCBVideoWriter", {"output_dir": "x", "num_frames": 1, **params})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"scenewright\[ycb\]"):
        rep.writers.get("YCBVideoWriter", {"output_dir": "x", "num_frames": 1, "pose": True, "class_name_to_index_map": {},
                                           "intrinsic_matrix": np.eye(3)})


# ---- PyTorch


class Tensor(np.ndarray):
    """Stands in for a CPU tensor where PyTorch is not installed: the few methods that the writer and the listener call."""

    def to(self, device):
        assert device == "cpu"
        return self

    def permute(self, *axes):
        return self.transpose(axes)


@pytest.fixture
def torch(monkeypatch):
    """PyTorch, or a stand-in with the same calls."""
    try:
        import torch
    except ImportError:
        torch = types.ModuleType("torch")
        torch.from_numpy = lambda array: array.view(Tensor)
        torch.stack = lambda tensors: np.stack(tensors).view(Tensor)
        torch.__spec__ = types.SimpleNamespace(name="torch")
        monkeypatch.setitem(sys.modules, "torch", torch)
    return torch


def test_pytorch_batches(torch, products, front, tmp_path, listing, read_image):
    listener = PytorchListener()
    assert listener.get_rgb_data() is None
    writer = rep.writers.get("PytorchWriter", {"listener": listener, "output_dir": str(tmp_path), "device": "cpu"})
    second = rep.create.render_product("/CamLeft", (64, 48), name="second")
    write(writer, [front, second])
    batch = listener.get_rgb_data()
    assert tuple(batch.shape) == (2, 3, 48, 64)
    assert listing(tmp_path) == ["metadata.txt", "rgb_0_front.png", "rgb_0_second.png"]
    np.testing.assert_array_equal(np.asarray(batch[1]).transpose(1, 2, 0), read_image(tmp_path / "rgb_0_second.png")[..., :3])
    mixed = rep.writers.get("PytorchWriter", {"listener": listener, "device": "cpu"})
    mixed.attach([front, products[0]])
    with pytest.raises(rep.orchestrator.OrchestratorError, match="one resolution"):
        rep.orchestrator.step()
    mixed.detach()


def test_pytorch_says_what_it_needs(monkeypatch):
    with pytest.raises(TypeError, match="write_data"):
        rep.writers.get("PytorchWriter", {"listener": None})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install torch"):
        rep.writers.get("PytorchWriter", {"listener": PytorchListener()})
