"""A small lit stage with two labelled shapes and two cameras."""

import numpy as np
import omni.replicator.core as rep
import pytest
from PIL import Image

from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context


@pytest.fixture
def products():
    """Two render products of one stage: "left" (32 x 24) and "right" (20 x 16)."""
    settings, before = get_settings(), dict(get_settings()._values)
    get_context().new_stage()
    rep.orchestrator.set_capture_on_play(False)
    settings.set("/scenewright/samples", 1)
    settings.set("/scenewright/bounces", 0)
    create = rep.functional.create
    create.dome_light(intensity=1000, name="Dome")
    create.cube(position=(0, 0, 0), name="Crate", semantics={"class": "crate"})
    create.sphere(position=(1.5, 0, 0), name="Ball", semantics={"class": "ball"})
    cameras = [create.camera(position=position, look_at=(0.5, 0, 0), name=name)
               for name, position in (("CamLeft", (-2, -4, 3)), ("CamRight", (3, -4, 3)))]
    yield [rep.create.render_product(cameras[0], (32, 24), name="left"),
           rep.create.render_product(cameras[1], (20, 16), name="right")]
    get_context().close_stage()
    settings._values.clear()
    settings._values.update(before)
    rep.set_global_seed(0)


@pytest.fixture
def listing():
    """Return a function that lists the files below a folder, sorted."""
    return lambda folder: sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def read_image():
    """Return a function that reads an image file as an array."""

    def read(path):
        with Image.open(path) as image:
            return np.asarray(image)

    return read
