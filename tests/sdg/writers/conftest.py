"""Frames made by hand and a rendered scene, for writers of formats."""

import numpy as np
import omni.replicator.core as rep
import omni.usd
import pytest

from scenewright.sdg.writers import create_writer


@pytest.fixture
def make_product():
    """Return a function from an id image and class labels by id to the data of one render product."""

    def make(ids, labels, **more):
        ids = np.asarray(ids, np.uint32)
        rgb = np.zeros((*ids.shape, 4), np.uint8)
        rgb[..., 0] = ids % 256 * 20
        segmentation = {
            "data": ids,
            "idToSemantics": {str(key): {"class": value} for key, value in labels.items()},
            "idToLabels": {str(key): f"/World/prim_{key}" for key in labels},
        }
        return {"rgb": {"data": rgb}, "instance_segmentation": segmentation, **more}

    return make


@pytest.fixture
def write_frames(tmp_path):
    """Return a function that writes frames (lists of products) with a writer, without a ledger, and returns the folder."""

    def write(name, frames, folder="out", **parameters):
        writer = create_writer(name)
        writer.initialize(output_dir=str(tmp_path / folder), **parameters)
        for frame in frames:
            products = {"camera": frame} if "rgb" in frame else frame
            writer.write({"renderProducts": products})
        writer.on_final_frame()
        rep.backends.io_queue.wait_until_done()
        return tmp_path / folder

    return write


@pytest.fixture
def render_scene(tmp_path):
    """Return a function that renders a box before a ball with a writer, and returns the folder."""

    def render(name, frames=1, resolution=(64, 48), **parameters):
        omni.usd.get_context().new_stage()
        make = rep.functional.create
        make.cube(name="Box", position=(0, 0, 0), scale=(1, 1, 1), semantics={"class": "box"})
        make.sphere(name="Ball", position=(0.3, 3, 0.2), semantics={"class": "ball"})
        make.distant_light(name="Sun", intensity=1000)
        camera = make.camera(name="Eye", position=(1, -6, 2), look_at=(0, 0, 0))
        product = rep.create.render_product(str(camera.GetPath()), resolution, name="eye")
        rep.orchestrator.set_capture_on_play(False)
        writer = create_writer(name)
        writer.initialize(output_dir=str(tmp_path / name), **parameters)
        writer.attach([product])
        for _ in range(frames):
            rep.orchestrator.step(delta_time=0.0)
        rep.orchestrator.wait_until_complete()
        writer.detach()
        return tmp_path / name

    return render
