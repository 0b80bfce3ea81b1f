"""Annotators that no capture has served show what application updates show."""

import numpy as np
import omni.replicator.core as rep
import pytest
from isaacsim.core.utils.render_product import set_camera_prim_path, set_resolution

from scenewright.host.app import get_app


@pytest.fixture
def product(stage):
    rep.orchestrator.set_capture_on_play(False)
    rep.functional.create.sphere(name="Ball", semantics={"class": "ball"})
    camera = rep.functional.create.camera(position=(0, 0, 10), look_at=(0, 0, 0), name="Camera")
    return rep.create.render_product(camera, (33, 25), name="live")


def nearest(annotator):
    return float(annotator.get_data().min())


def move(z):
    rep.functional.modify.position(rep.functional.get.prims(path_match="Ball"), (0, 0, z))


def test_data_comes_with_the_first_update_and_follows(product):
    depth = rep.annotators.get("distance_to_image_plane").attach(product)
    assert depth.get_data() is None
    get_app().update()
    assert nearest(depth) == pytest.approx(9.5, abs=0.01)
    first = depth.get_data(do_array_copy=False)
    assert depth.get_data(do_array_copy=False) is first  # rendered once for each update
    move(2)
    assert depth.get_data(do_array_copy=False) is first
    get_app().update()
    assert nearest(depth) == pytest.approx(7.5, abs=0.01)


def test_once_captured_data_is_that_of_captures(product):
    depth, late = rep.annotators.get("distance_to_image_plane").attach(product), rep.annotators.get("rgb")
    rep.orchestrator.step(delta_time=0.0)
    captured = depth.get_data()
    move(2)
    late.attach(product)
    assert late.get_data() is None
    get_app().update()
    assert late.get_data().shape == (25, 33, 4)
    np.testing.assert_array_equal(depth.get_data(), captured)
    rep.orchestrator.step(delta_time=0.0)
    assert nearest(depth) == pytest.approx(7.5, abs=0.01)


def test_a_sensor_follows_updates_between_captures(product):
    depth = rep.annotators.get("distance_to_image_plane").attach(product)
    depth.follows_updates = True
    rep.orchestrator.step(delta_time=0.0)
    move(2)
    get_app().update()
    assert nearest(depth) == pytest.approx(7.5, abs=0.01)


def test_disabled_products_show_nothing_new(product):
    depth = rep.annotators.get("distance_to_image_plane").attach(product)
    product.hydra_texture.set_updates_enabled(False)
    get_app().update()
    assert depth.get_data() is None


def test_no_trigger_fires_and_no_writer_writes(product, tmp_path):
    writer = rep.writers.get("BasicWriter", {"output_dir": str(tmp_path), "rgb": True})
    writer.attach(product)
    depth = rep.annotators.get("distance_to_image_plane").attach(product)
    with rep.trigger.on_frame(), rep.get.prims(path_match="Ball"):
        rep.modify.pose(position=(0, 0, 3))
    get_app().update()
    assert nearest(depth) == pytest.approx(9.5, abs=0.01)
    rep.orchestrator.wait_until_complete()
    assert not list(tmp_path.glob("*.png"))
    rep.orchestrator.step(delta_time=0.0)
    rep.orchestrator.wait_until_complete()
    assert nearest(depth) == pytest.approx(6.5, abs=0.01)
    assert [file.name for file in tmp_path.glob("*.png")] == ["rgb_0000.png"]


def test_a_product_shows_what_its_prim_says(product):
    rep.functional.create.camera(position=(0, 0, 20), look_at=(0, 0, 0), name="Far")
    depth = rep.annotators.get("distance_to_image_plane").attach(product)
    set_resolution(product.path, (21, 11))
    set_camera_prim_path(product.path, "/Far")
    rep.orchestrator.step(delta_time=0.0)
    assert depth.get_data().shape == (11, 21) and nearest(depth) == pytest.approx(19.5, abs=0.01)
    assert (product.resolution, product.camera_path) == ((21, 11), "/Far")
