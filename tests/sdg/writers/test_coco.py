"""The COCO writer in a script of its own: several cameras, formats, and the file at the end."""

import json

import omni.replicator.core as rep
import omni.usd
import pytest
from PIL import Image

from scenewright.sdg.writers import create_writer, register_writers, unregister_writers


@pytest.fixture
def cameras():
    omni.usd.get_context().new_stage()
    make = rep.functional.create
    make.sphere(name="Ball", semantics={"class": "ball,toy"})
    make.distant_light(name="Sun", intensity=1000)
    found = []
    for name, position in (("right", (4, 0, 0)), ("left", (0, 4, 0)), ("away", (0, 0, 900))):
        camera = make.camera(name=f"cam_{name}", position=position, look_at=(0, 0, 0))
        found.append(rep.create.render_product(str(camera.GetPath()), (40, 30), name=name))
    return found


@pytest.mark.parametrize("extension", ["png", "jpg"])
def test_several_cameras_and_frames(cameras, tmp_path, extension):
    rep.orchestrator.set_capture_on_play(False)
    writer = create_writer("coco")
    writer.initialize(output_dir=str(tmp_path), image_output_format=extension)
    writer.attach(cameras)
    for _ in range(2):
        rep.orchestrator.step(delta_time=0.0)
    rep.orchestrator.wait_until_complete()
    writer.detach()
    coco = json.loads((tmp_path / "annotations" / "instances.json").read_text())
    names = [f"images/{camera}_{frame:06d}.{extension}" for frame in range(2) for camera in ("away", "left", "right")]
    assert [row["file_name"] for row in coco["images"]] == names
    assert [row["id"] for row in coco["images"]] == [1, 2, 3, 4, 5, 6]
    assert coco["categories"] == [{"id": 1, "name": "ball", "supercategory": "toy"}]
    assert {row["image_id"] for row in coco["annotations"]} == {2, 3, 5, 6}  # from 900 m the ball covers no pixel centre
    assert len({row["id"] for row in coco["annotations"]}) == 4
    for name in names:
        with Image.open(tmp_path / name) as image:
            assert (image.mode, image.size) == ("RGB", (40, 30))


def test_it_is_registered_with_the_extension():
    register_writers()
    assert "coco" in rep.WriterRegistry.get_writers(category="Scenewright")
    unregister_writers()
    assert "coco" not in rep.WriterRegistry.get_writers()


def test_wrong_parameters_are_told():
    with pytest.raises(ValueError, match=r"'gif'.*png, jpg, jpeg"):
        create_writer("coco").initialize(output_dir="x", image_output_format="gif")
    with pytest.raises(ValueError, match="needs an output_dir or a backend"):
        create_writer("coco").initialize()
