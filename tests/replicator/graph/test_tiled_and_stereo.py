"""Tiled render products and stereo cameras; viewport cameras that are randomized."""

from types import SimpleNamespace

import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import Gf, UsdGeom

from scenewright.replicator.availability import FeatureUnavailableError
from scenewright.replicator.tiled_frame import TiledFrame, tile_grid


@pytest.mark.parametrize(("count", "grid"), [(1, (1, 1)), (2, (1, 2)), (3, (2, 2)), (5, (2, 3)), (7, (3, 3)), (16, (4, 4))])
def test_grids(count, grid):
    assert tile_grid(count) == grid


def test_a_tile_is_what_its_camera_sees(graph_stage):
    rep.create.sphere(semantics=[("class", "ball")])
    rep.create.light(light_type="dome")
    cameras = [rep.create.camera(position=(x, 4, 0.5), look_at=(0, 0, 0), clipping_range=(0.1, 100)) for x in (0, 2, 4)]
    tiled = rep.create.render_product_tiled(cameras, tile_resolution=(16, 12), name="tiled")
    single = rep.create.render_product(cameras, (16, 12))
    assert tiled.resolution == (32, 24)
    assert rep.create.render_product_tiled(cameras, (16, 12)) is tiled
    whole, parts = {}, {}
    for name in ("distance_to_camera", "semantic_segmentation"):
        whole[name] = rep.annotators.get(name)
        whole[name].attach(tiled)
        parts[name] = [rep.annotators.get(name) for _ in single]
        for annotator, product in zip(parts[name], single, strict=True):
            annotator.attach(product)
    rep.orchestrator.step(delta_time=0.0)
    grid = whole["distance_to_camera"].get_data()
    labels = whole["semantic_segmentation"].get_data()["data"]
    assert grid.shape == (24, 32) and labels.shape[:2] == (24, 32)
    for index in range(3):
        row, column = divmod(index, 2)
        place = (slice(12 * row, 12 * row + 12), slice(16 * column, 16 * column + 16))
        # rays of a strip of tiles start from one origin for all cameras: the last bit may differ
        np.testing.assert_allclose(grid[place], parts["distance_to_camera"][index].get_data(), rtol=1e-6)
        np.testing.assert_array_equal(labels[place], parts["semantic_segmentation"][index].get_data()["data"])
    assert not grid[12:, 16:].any()


@pytest.fixture
def pair(graph_stage):
    """A tiled product of two cameras side by side, and the products of both on their own."""
    rep.create.sphere(semantics=[("class", "ball")])
    rep.create.cube(position=(1.5, 0, 0), semantics=[("class", "box")])
    cameras = [rep.create.camera(position=(x, 6, 0.5), look_at=(0.5, 0, 0), clipping_range=(0.1, 100)) for x in (0, 3)]
    tiled = rep.create.render_product_tiled(cameras, tile_resolution=(32, 24), name="tiled")
    single = rep.create.render_product(cameras, (32, 24))

    def see(name):
        found = [rep.annotators.get(name).attach(product) for product in (tiled, *single)]
        rep.orchestrator.step(delta_time=0.0)
        return [annotator.get_data() for annotator in found]

    return see


@pytest.mark.parametrize("name", ["bounding_box_2d_tight", "bounding_box_2d_loose", "bounding_box_3d", "occlusion"])
def test_records_of_all_tiles_follow_each_other(pair, name):
    whole, *parts = pair(name)
    expected = [part["data"].copy() for part in parts]
    if name.startswith("bounding_box_2d"):
        for end in ("x_min", "x_max"):
            expected[1][end] += 32  # two tiles: one row of two
    np.testing.assert_array_equal(whole["data"], np.concatenate(expected))
    assert len(whole["data"]) == 4
    assert whole["info"]["primPaths"] == [path for part in parts for path in part["info"]["primPaths"]]
    assert whole["info"]["idToLabels"] == parts[0]["info"]["idToLabels"]
    np.testing.assert_array_equal(whole["info"]["bboxIds"], np.concatenate([part["info"]["bboxIds"] for part in parts]))


@pytest.mark.parametrize(("name", "pixels"), [("dope", "projected_cuboid"), ("pose", "center_coords_image_space")])
def test_poses_of_all_tiles_have_the_pixels_of_the_grid(pair, name, pixels):
    whole, *parts = pair(name)
    expected = [part["data"].copy() for part in parts]
    expected[1][pixels] += (32, 0)
    assert len(whole["data"]) == 4
    for field in whole["data"].dtype.names:
        np.testing.assert_allclose(whole["data"][field], np.concatenate([part[field] for part in expected]), atol=1e-4)


def test_the_texture_manager(pair):
    pair("rgb")
    product = rep.create.render_product("/OmniverseKit_Persp", (8, 8), name="mine")
    rep.vp_manager.attach_hydra_texture(product.path).set_updates_enabled(False)
    assert product.enabled is False
    rep.vp_manager.destroy_hydra_textures("Replicator")
    assert not product.is_valid
    with pytest.raises(ValueError, match="no render product"):
        rep.vp_manager.attach_hydra_texture(product.path)


def test_points_of_all_tiles_follow_each_other_and_images_make_a_grid(pair):
    whole, *parts = pair("pointcloud")
    np.testing.assert_array_equal(whole["data"], np.concatenate([part["data"] for part in parts]))
    np.testing.assert_array_equal(whole["info"]["pointInstance"], np.concatenate([p["info"]["pointInstance"] for p in parts]))
    whole, *parts = pair("PtWorldPos")
    np.testing.assert_array_equal(whole, np.concatenate(parts, axis=1))
    whole, *parts = pair("shaded_instance_segmentation")
    np.testing.assert_array_equal(whole["data"], np.concatenate([part["data"] for part in parts], axis=1))


def test_camera_parameters_have_an_entry_for_each_tile(pair):
    whole, *parts = pair("camera_params")
    assert whole["cameraViewTransform"].shape == (2, 16) and whole["renderProductResolution"].tolist() == [[32, 24]] * 2
    for key, values in whole.items():
        for index, part in enumerate(parts):
            assert np.array_equal(values[index], part[key]), key
    assert list(whole["cameraModel"]) == ["pinhole", "pinhole"]


def test_what_belongs_to_one_camera_and_cannot_be_joined_is_refused():
    frame = TiledFrame([SimpleNamespace(resolution=(8, 6), prim_paths=("",))] * 2)
    assert frame.resolution == (16, 6)
    with pytest.raises(FeatureUnavailableError, match="tiled render product"):
        print(frame.camera)
    with pytest.raises(FeatureUnavailableError, match="tiled render product"):
        frame.coverage()


def test_stereo_cameras_are_apart_by_the_baseline_along_their_own_x(graph_stage):
    item = rep.create.stereo_camera(0.2, position=(3, 0, 1), look_at=(0, 0, 1), name="Rig")
    left, right = rep.create.render_product(item, (8, 8), name="rig")
    assert (left.name, right.name) == ("rig_L", "rig_R")
    matrices = [UsdGeom.Xformable(graph_stage.GetPrimAtPath(product.camera_path)).ComputeLocalToWorldTransform(0)
                for product in (left, right)]
    offset = matrices[1].ExtractTranslation() - matrices[0].ExtractTranslation()
    assert Gf.IsClose(offset, matrices[0].GetRow3(0) * 0.2, 1e-6)
    assert Gf.IsClose(-matrices[0].GetRow3(2), Gf.Vec3d(-1, 0, 0), 1e-6)
    assert Gf.IsClose((matrices[0].ExtractTranslation() + matrices[1].ExtractTranslation()) / 2, Gf.Vec3d(3, 0, 1), 1e-6)


def test_the_baseline_may_be_drawn_and_lens_values_may_not(graph_stage):
    item = rep.create.stereo_camera(rep.distribution.uniform(0.1, 0.3), count=2)
    rep.orchestrator.step(delta_time=0.0)
    xs = [child.GetAttribute("xformOp:translate").Get()[0] for prim in item.get_prims() for child in prim.GetChildren()]
    assert 0.05 <= xs[1] <= 0.15 and xs[0] == -xs[1] and xs[3] != xs[1]
    with pytest.raises(FeatureUnavailableError, match="lens value"):
        rep.create.stereo_camera(0.1, focal_length=rep.distribution.uniform(10, 20))


def test_viewport_cameras_can_be_randomized(graph_stage):
    with rep.trigger.on_frame():
        with rep.get.prim_at_path("/OmniverseKit_Persp"):
            rep.modify.pose(position=rep.distribution.uniform((1, 1, 1), (2, 2, 2)), look_at=(0, 0, 0))
    places = []
    for _ in range(2):
        rep.orchestrator.step(delta_time=0.0)
        camera = UsdGeom.Xformable(graph_stage.GetPrimAtPath("/OmniverseKit_Persp"))
        places.append(camera.ComputeLocalToWorldTransform(0).ExtractTranslation())
    assert places[0] != places[1] and all(1 <= value <= 2 for place in places for value in place)
