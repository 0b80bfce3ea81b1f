"""``omni.kit.viewport.utility``: the viewport's product and pictures."""

import numpy as np
import omni.replicator.core as rep
import pytest
from omni.kit.viewport.utility import (
    capture_viewport_to_file,
    create_viewport_window,
    get_active_viewport,
    get_active_viewport_window,
)
from PIL import Image
from pxr import UsdGeom

from scenewright.host.app import get_app
from scenewright.host.stage_context import get_context


@pytest.fixture
def viewport():
    rep.orchestrator.set_capture_on_play(False)
    get_context().new_stage()
    rep.functional.create.sphere(name="Ball")
    rep.functional.create.dome_light(intensity=1000)
    camera = rep.functional.create.camera(position=(0, 0, 10), look_at=(0, 0, 0), name="Cam")
    viewport = get_active_viewport()
    before = viewport.camera_path, viewport.resolution
    viewport.set_active_camera(camera.GetPath())
    viewport.set_texture_resolution((33, 25))
    yield viewport
    viewport.camera_path, viewport.resolution = before
    get_context().close_stage()


def test_the_product_shows_what_the_viewport_sees(viewport):
    path = viewport.get_render_product_path()
    assert path == viewport.render_product_path
    depth = rep.annotators.get("distance_to_image_plane")
    depth.attach([path])
    get_app().update()
    assert depth.get_data().shape == (25, 33) and depth.get_data().min() == pytest.approx(9.5, abs=0.01)
    UsdGeom.Camera.Define(get_context().get_stage(), "/Other").AddTranslateOp().Set((0, 0, 20))
    viewport.set_active_camera("/Other")
    assert viewport.get_render_product_path() == path
    rep.orchestrator.step(delta_time=0.0)
    assert depth.get_data().min() == pytest.approx(19.5, abs=0.01)
    assert rep.create.render_product("/Other", (33, 25)).path != path


def test_pictures_go_to_files(viewport, tmp_path):
    capture = capture_viewport_to_file(viewport, str(tmp_path / "shots" / "a.png"))
    assert get_app().run_coroutine(capture.wait_for_result()) is True
    picture = np.asarray(Image.open(tmp_path / "shots" / "a.png"))
    assert picture.shape == (25, 33, 3) and picture.std() > 0
    with pytest.raises(NotImplementedError, match="HdrColor"):
        capture_viewport_to_file(viewport, "a.exr", is_hdr=True)
    with pytest.raises(ValueError, match="file_path"):
        capture_viewport_to_file(viewport)


def test_windows_have_viewports(viewport):
    assert get_active_viewport_window().viewport_api is viewport
    window = create_viewport_window("Second", width=64, height=32, camera_path="/Cam")
    assert window.viewport_api is not viewport and window.viewport_api.resolution == (64, 32)
    assert str(window.viewport_api.camera_path) == "/Cam"
    assert window.viewport_api.get_render_product_path() != viewport.get_render_product_path()
