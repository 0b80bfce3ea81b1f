"""``isaacsim.core.rendering_manager``: frames, callbacks and cameras of the viewport."""

import numpy as np
import omni.replicator.core as rep
import pytest
from isaacsim.core.rendering_manager import RenderingEvent, RenderingManager, ViewportManager
from pxr import UsdGeom

from scenewright.host.stage_context import get_context
from scenewright.host.timeline import get_timeline_interface


@pytest.fixture
def stage():
    rep.orchestrator.set_capture_on_play(False)
    get_context().new_stage()
    before = ViewportManager.get_viewport_api().camera_path, ViewportManager.get_resolution()
    yield get_context().get_stage()
    RenderingManager.deregister_all_callbacks()
    ViewportManager.set_camera(str(before[0]))
    ViewportManager.set_resolution(before[1])
    get_timeline_interface().set_time_codes_per_second(60)
    get_timeline_interface().stop()
    get_timeline_interface().commit()
    get_context().close_stage()


def test_frames_have_a_duration_and_tell(stage):
    RenderingManager.set_dt(1 / 30)
    assert RenderingManager.get_dt() == pytest.approx(1 / 30)
    with pytest.raises(ValueError, match="above 0 s"):
        RenderingManager.set_dt(0)
    rep.functional.create.sphere()
    product = rep.create.render_product(rep.functional.create.camera(position=(0, 0, 5), look_at=(0, 0, 0)), (8, 8))
    rep.annotators.get("distance_to_camera").attach(product)
    seen = []
    uid = RenderingManager.register_callback(RenderingEvent.NEW_FRAME, callback=seen.append)
    rep.orchestrator.step(delta_time=0.0)
    assert len(seen) == 1 and RenderingManager.deregister_callback(uid) and not RenderingManager.deregister_callback(uid)
    rep.orchestrator.step(delta_time=0.0)
    assert len(seen) == 1


def test_rendering_does_not_simulate(stage):
    from scenewright.host.simulation import get_simulation

    get_timeline_interface().play()
    get_timeline_interface().commit()
    before = get_simulation().time
    RenderingManager.render()
    assert get_simulation().time == before


def test_cameras_look_where_they_are_told(stage):
    camera = UsdGeom.Camera.Define(stage, "/Cam")
    ViewportManager.set_camera(camera)
    assert ViewportManager.get_camera().GetPath() == "/Cam"
    ViewportManager.set_camera_view(camera, eye=np.array([3.0, 0, 0]), target=[0, 0, 0])
    world = camera.ComputeLocalToWorldTransform(0)
    np.testing.assert_allclose(world.TransformDir((0, 0, -1)), (-1, 0, 0), atol=1e-9)
    ViewportManager.set_camera_view("/Cam", target=[3.0, 4.0, 0.0])
    world = camera.ComputeLocalToWorldTransform(0)
    np.testing.assert_allclose(world.ExtractTranslation(), (3, 0, 0), atol=1e-9)
    np.testing.assert_allclose(world.TransformDir((0, 0, -1)), (0, 1, 0), atol=1e-9)
    ViewportManager.set_resolution((64, 48))
    assert ViewportManager.get_resolution() == (64, 48) and ViewportManager.wait_for_viewport() == (True, 0)
