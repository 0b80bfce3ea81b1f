"""captureMotionBlur: what scripts switch on through carb."""

import carb
import numpy as np
import omni.replicator.core as rep
import pytest

from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context


@pytest.fixture
def picture():
    """Return a function that moves a lit cube by a cube's width in a step and returns the alpha of the middle row."""
    settings, before = get_settings(), dict(get_settings()._values)
    get_context().new_stage()
    rep.orchestrator.set_capture_on_play(False)
    create = rep.functional.create
    cube = create.cube(position=(-2, 0, 0))
    create.distant_light(rotation=(-20, 0, 0), intensity=3000)
    camera = create.camera(position=(0, 0, 20), rotation=(0, 0, 0), clipping_range=(0.1, 100), horizontal_aperture=7.2)
    hdr = rep.annotators.get("HdrColor").attach(rep.create.render_product(camera, (60, 20)))  # 10 px a unit at z = 0
    rep.orchestrator.step(delta_time=0.0)

    def render(delta_time):
        rep.functional.modify.position(cube, (0, 0, 0))
        rep.orchestrator.step(delta_time=delta_time)
        alpha = hdr.get_data()[10, :, 3].astype(float)
        rep.functional.modify.position(cube, (-2, 0, 0))
        rep.orchestrator.step(delta_time=0.0)
        return alpha

    yield render
    get_context().close_stage()
    settings._values.clear()
    settings._values.update(before)


def test_settings_of_scripts_blur(picture):
    settings = carb.settings.get_settings()
    settings.set("/scenewright/samples", 32)
    settings.set("/scenewright/denoise", False)
    sharp = picture(0.1)
    settings.set("/omni/replicator/captureMotionBlur", True)
    settings.set("/rtx/post/motionblur/numSamples", 16)
    settings.set("/rtx/post/motionblur/exposureFraction", 1.0)
    blurred = picture(0.1)
    settings.set("/rtx/post/motionblur/exposureFraction", 0.5)
    shorter = picture(0.1)
    widths = [np.count_nonzero(alpha > 0.02) for alpha in (sharp, blurred, shorter)]
    assert widths[1] - widths[0] == pytest.approx(20, abs=2) and widths[2] - widths[0] == pytest.approx(10, abs=2)
    assert sharp.sum() == pytest.approx(blurred.sum(), rel=0.03)
    assert blurred.max() == pytest.approx(0.5, abs=0.1)  # 10 px cross each pixel for half of the time
    np.testing.assert_array_equal(blurred, _blurred_again(picture, settings))


def _blurred_again(picture, settings):
    settings.set("/rtx/post/motionblur/exposureFraction", 1.0)
    settings.set("/scenewright/step", 3)  # the address of the frame above
    return picture(0.1)
