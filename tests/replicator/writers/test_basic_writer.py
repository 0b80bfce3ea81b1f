"""BasicWriter: names, layout and content of its files."""

import json

import numpy as np
import omni.replicator.core as rep
import pytest

from scenewright.host.settings import get_settings
from scenewright.replicator.backends.io_functions import write_image
from scenewright.replicator.writers import BasicWriter

EVERYTHING = dict.fromkeys((
    "rgb", "bounding_box_2d_tight", "bounding_box_2d_loose", "semantic_segmentation", "instance_id_segmentation",
    "instance_segmentation", "distance_to_camera", "distance_to_image_plane", "bounding_box_3d", "occlusion", "normals",
    "motion_vectors", "camera_params", "pointcloud", "skeleton_data", "colorize_depth"), True)


@pytest.fixture
def run(products, tmp_path):
    """Return a function that writes some steps of BasicWriter and returns the folder."""

    def write(targets, steps=1, **params):
        writer = rep.WriterRegistry.get("BasicWriter")
        writer.initialize(output_dir=str(tmp_path), **params)
        writer.attach(targets)
        for _ in range(steps):
            rep.orchestrator.step()
        rep.orchestrator.wait_until_complete()
        writer.detach()
        return tmp_path

    return write


def test_everything_of_one_product(run, products, listing, read_image):
    folder = run(products[0], **EVERYTHING)
    box = [f"bounding_box_{kind}{part}_0000.{ext}" for kind in ("2d_loose", "2d_tight", "3d")
           for part, ext in (("", "npy"), ("_labels", "json"), ("_prim_paths", "json"))]
    assert listing(folder) == sorted([
        "rgb_0000.png", *box, "semantic_segmentation_0000.png", "semantic_segmentation_labels_0000.json",
        "instance_id_segmentation_0000.png", "instance_id_segmentation_mapping_0000.json", "instance_segmentation_0000.png",
        "instance_segmentation_mapping_0000.json", "instance_segmentation_semantics_mapping_0000.json",
        "distance_to_camera_0000.npy", "distance_to_camera_0000.png", "distance_to_image_plane_0000.npy",
        "distance_to_image_plane_0000.png", "occlusion_0000.npy", "normals_0000.png", "motion_vectors_0000.npy",
        "camera_params_0000.json", "pointcloud_0000.npy", "pointcloud_rgb_0000.npy", "pointcloud_normals_0000.npy",
        "pointcloud_semantic_0000.npy", "pointcloud_instance_0000.npy", "skeleton_0000.json",
        "metadata.txt"])

    def load(name):
        return json.loads((folder / name).read_text())

    boxes = np.load(folder / "bounding_box_2d_tight_0000.npy")
    assert boxes.dtype.names == ("semanticId", "x_min", "y_min", "x_max", "y_max", "occlusionRatio") and len(boxes) == 2
    assert load("bounding_box_2d_tight_labels_0000.json") == {"2": {"class": "crate"}, "3": {"class": "ball"}}
    assert load("bounding_box_3d_prim_paths_0000.json") == ["/Crate", "/Ball"]
    assert load("semantic_segmentation_labels_0000.json") == {
        "(0, 0, 0, 0)": {"class": "BACKGROUND"}, "(0, 0, 0, 255)": {"class": "UNLABELLED"},
        "(33, 243, 3, 255)": {"class": "crate"}, "(240, 4, 111, 255)": {"class": "ball"}}
    assert load("instance_segmentation_mapping_0000.json")["(33, 243, 3, 255)"] == "/Crate"
    assert load("instance_segmentation_semantics_mapping_0000.json")["(240, 4, 111, 255)"] == {"class": "ball"}
    segmentation = read_image(folder / "semantic_segmentation_0000.png")
    rows, columns = np.nonzero((segmentation == (33, 243, 3, 255)).all(axis=2))
    assert tuple(boxes[0])[1:5] == (columns.min(), rows.min(), columns.max(), rows.max())
    assert np.load(folder / "distance_to_camera_0000.npy").dtype == np.float32
    assert read_image(folder / "rgb_0000.png").shape == (24, 32, 4)
    assert load("camera_params_0000.json")["renderProductResolution"] == [32, 24]
    assert load("metadata.txt") == {"name": "BasicWriter", "version": "0.0.2", "replicator_global_seed:": 0}


def test_several_products_and_steps(run, products, listing):
    folder = run(products, steps=2, rgb=True, bounding_box_2d_tight=True)
    names = [f"{product}/rgb/rgb_{i:04}.png" for product in ("left", "right") for i in range(2)]
    names += [f"{product}/bounding_box_2d_tight/bounding_box_2d_tight{part}_{i:04}.{ext}" for product in ("left", "right")
              for i in range(2) for part, ext in (("", "npy"), ("_labels", "json"), ("_prim_paths", "json"))]
    assert listing(folder) == sorted([*names, "metadata.txt"])


def test_common_output_folder(run, products, listing):
    folder = run(products, rgb=True, normals=True, use_common_output_dir=True, frame_padding=6)
    assert listing(folder) == ["left_normals_000000.png", "left_rgb_000000.png", "metadata.txt", "right_normals_000000.png",
                               "right_rgb_000000.png"]


def test_common_output_folder_is_ignored_for_one_product(run, products, listing):
    assert listing(run(products[0], rgb=True, use_common_output_dir=True)) == ["metadata.txt", "rgb_0000.png"]


def test_layout_stays_when_a_product_is_switched_off(run, products, listing):
    products[1].hydra_texture.set_updates_enabled(False)
    assert listing(run(products, rgb=True)) == ["left/rgb/rgb_0000.png", "metadata.txt"]


def test_ids_instead_of_colours(run, products, read_image):
    folder = run(products[0], semantic_segmentation=True, instance_segmentation=True, colorize_semantic_segmentation=False,
                 colorize_instance_segmentation=False)
    ids = read_image(folder / "semantic_segmentation_0000.png")
    assert ids.dtype == np.uint16 and set(np.unique(ids)) == {0, 2, 3}
    assert json.loads((folder / "semantic_segmentation_labels_0000.json").read_text())["2"] == {"class": "crate"}


def test_semantic_filter_and_types(run, products):
    folder = run(products[0], bounding_box_2d_tight=True, semantic_filter_predicate="class: ball")
    assert json.loads((folder / "bounding_box_2d_tight_prim_paths_0000.json").read_text()) == ["/Ball"]


def test_other_types_do_not_count_by_default(run, products):
    folder = run(products[0], bounding_box_2d_tight=True, semantic_types=["shape"])
    assert json.loads((folder / "bounding_box_2d_tight_prim_paths_0000.json").read_text()) == []


def test_jpeg(run, products, read_image):
    assert read_image(run(products[0], rgb=True, image_output_format="jpg") / "rgb_0000.jpg").shape == (24, 32, 3)


def test_frames_go_on_after_attaching_again_and_restart_after_initialize(products, tmp_path, listing):
    writer = rep.WriterRegistry.get("BasicWriter", init_params={"output_dir": str(tmp_path), "rgb": True})
    for _ in range(2):
        writer.attach(products[0])
        rep.orchestrator.step()
        writer.detach()
    assert listing(tmp_path) == ["metadata.txt", "rgb_0000.png", "rgb_0001.png"]
    writer.initialize(output_dir=str(tmp_path / "new"), rgb=True)
    writer.attach(products[0])
    rep.orchestrator.step()
    writer.detach()
    assert listing(tmp_path / "new") == ["metadata.txt", "rgb_0000.png"]


def test_subclass_hook_and_augmented_annotators(products, tmp_path, listing, read_image):
    class Smaller(BasicWriter):
        def _write_rgb(self, anno_rp_data, output_path):
            self._backend.schedule(write_image, data=anno_rp_data["data"][::2, ::2],
                                   path=f"{output_path}rgb_small_{self._frame_id}.{self._image_output_format}")

    writer = Smaller(output_dir=str(tmp_path), rgb=True, normals=True)
    twice = rep.annotators.get("distance_to_camera").augment(lambda depth: depth * 2, name="distance_to_camera_twice")
    writer.add_annotator(twice)
    writer.add_annotator(rep.annotators.get("normals").augment(lambda normals: normals * 0))
    writer.attach(products[0])
    rep.orchestrator.step()
    writer.detach()
    assert listing(tmp_path) == ["distance_to_camera_twice/distance_to_camera_0000.npy", "metadata.txt", "normals_0000.png",
                                 "rgb_small_0.png"]
    assert read_image(tmp_path / "rgb_small_0.png").shape == (12, 16, 4)
    assert np.unique(read_image(tmp_path / "normals_0000.png")).tolist() == [127, 255]


def test_a_payload_made_by_hand(tmp_path, listing):
    writer = BasicWriter(output_dir=str(tmp_path), frame_padding=3, rgb=True)
    image = np.zeros((4, 4, 4), np.uint8)
    for time in (5, 5, 6):
        writer.write({"annotators": {"rgb": {"render_product": {"data": image}}}, "trigger_outputs": {"on_time": time}})
    writer.backend.wait_until_done()
    assert listing(tmp_path) == ["rgb_5_000.png", "rgb_5_001.png", "rgb_6_000.png"]


def test_repeated_runs_write_the_same_bytes(products, tmp_path):
    get_settings().set("/scenewright/step", 0)  # the colour sampler's address; otherwise the number of the frame
    folders = []
    for name in ("a", "b"):
        writer = BasicWriter(output_dir=str(tmp_path / name), **{**EVERYTHING, "motion_vectors": False})
        writer.attach(products[0])
        rep.orchestrator.step(delta_time=0.0)
        writer.detach()
        folders.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert folders[0] == folders[1]


@pytest.mark.parametrize(("params", "error", "message"), [
    ({}, ValueError, "needs output_dir"),
    ({"backend": "here"}, TypeError, "BaseBackend, got str"),
    ({"output_dir": "OUT", "image_output_format": "gif"}, ValueError, "png, jpg, jpeg, exr"),
    ({"output_dir": "OUT", "rbg": True}, TypeError, "rbg"),
    ({"s3_bucket": "b"}, ValueError, "S3 bucket name"),
    ({"output_dir": "OUT", "semantic_segmentation": True, "semantic_filter_predicate": "car"}, ValueError, "type: label"),
])
def test_bad_parameters(tmp_path, params, error, message):
    if "output_dir" in params:
        params = params | {"output_dir": str(tmp_path / "out")}
    with pytest.raises(error, match=message):
        rep.WriterRegistry.get("BasicWriter", init_params=params)
    assert not (tmp_path / "out").exists()
