"""``camera_image`` of a recipe: checked, and on the rgb annotator of writers."""

import numpy as np
import omni.replicator.core as rep
import pytest

from scenewright.sdg.recipe.camera_image import augment_writer, chain_of


def test_steps_are_checked(problems, load):
    recipe = load("scenewright: {camera_image: {photons: 500, mosaic: true, bits: 10}}\n")
    assert chain_of(recipe.settings.camera_image).bits == 10 and chain_of({}) is None
    with pytest.raises(ValueError, match=r"no step 'fotons'\. It has: vignetting"):
        chain_of({"fotons": 100})
    with pytest.raises(ValueError, match="'jpeg' is 200"):
        chain_of({"jpeg": 200})
    assert "camera_image" in str(problems("scenewright: {camera_image: {photons: many}}\n")[0])


def test_writers_with_rgb_get_it_and_others_stay(tmp_path):
    chain = chain_of({"vignetting": 1.0})
    writer = rep.WriterRegistry.get("BasicWriter")
    writer.initialize(output_dir=str(tmp_path), rgb=True, normals=True)
    augment_writer(writer, chain)
    step, = writer.get_annotator("rgb")._steps
    seen = step.apply(np.full((33, 33, 4), 200, np.uint8), key=())
    assert seen[16, 16, 0] == 200 and seen[0, 0, 0] < 60
    other = rep.WriterRegistry.get("BasicWriter")
    other.initialize(output_dir=str(tmp_path), normals=True)
    augment_writer(other, chain)
    augment_writer(other, None)
