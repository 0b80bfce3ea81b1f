"""cross_correspondence: against parallax in closed form, ray by ray, and against labels seen by both cameras."""

import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import Sdf

from scenewright.replicator.annotators import AnnotatorError, cross_correspondence

FISHEYE = {"projection_type": "fisheyePolynomial", "fisheye_nominal_width": 64, "fisheye_nominal_height": 48,
           "fisheye_optical_centre_x": 32, "fisheye_optical_centre_y": 24, "fisheye_polynomial_b": 0.02, "fisheye_max_fov": 170}


def products(options, apart=1.0, size=(64, 48)):
    """Two cameras side by side that look down at z = 0 from 5; the first names the second."""
    look = {"rotation": (0, 0, 0), **options}
    first = rep.functional.create.camera(position=(0, 0, 5), name="First", cross_camera_reference_name="Second", **look)
    second = rep.functional.create.camera(position=(apart, 0, 5), name="Second", **look)
    return rep.create.render_product(first, (64, 48), name="a"), rep.create.render_product(second, size, name="b")


@pytest.mark.parametrize("size", [(64, 48), (128, 96)])
def test_parallax_of_a_plane(stage, size, caplog):
    """A point at distance d moves by f b / d pixels to the left in a camera that stands b to the right."""
    cross_correspondence._tell_unverified.cache_clear()
    rep.functional.create.plane(scale=(50, 50, 1))
    first, _ = products({}, size=size)
    annotator = rep.annotators.get("cross_correspondence").attach(first)
    shares = rep.annotators.get("CrossCorrespondence", init_params={"normalized": True}).attach(first)
    rep.orchestrator.step(delta_time=0.0)
    data = annotator.get_data()
    assert data.shape == (48, 64, 4) and data.dtype == np.float32
    column = np.arange(64) + 0.5
    focal = 24.0 / 20.955 * size[0]
    expected = (column - 32) * size[0] / 64 + size[0] / 2 - focal * 1.0 / 5.0 - column
    np.testing.assert_allclose(data[..., 0], np.broadcast_to(expected, (48, 64)), atol=2e-3)
    np.testing.assert_array_equal(data[..., 3], 1)
    np.testing.assert_array_equal(data[..., 2], (expected + column < 0) * np.ones((48, 1)))
    np.testing.assert_allclose(shares.get_data()[..., :2] * size, data[..., :2], atol=1e-3)
    rep.orchestrator.step(delta_time=0.0)
    assert caplog.text.count("has not been verified") == 1


@pytest.mark.parametrize("lens", [{}, FISHEYE], ids=["pinhole", "fisheye"])
def test_the_reference_shows_the_same_instance_where_nothing_hides_it(stage, lens):
    rng = np.random.default_rng(0)
    for index in range(12):
        rep.functional.create.cube(position=(*rng.uniform(-1.5, 1.5, 2), rng.uniform(0, 2)), scale=0.5,
                                   rotation=tuple(rng.uniform(0, 90, 3)), name=f"Cube{index}")
    first, second = products(lens, apart=0.6)
    annotator = rep.annotators.get("cross_correspondence").attach(first)
    depths = [rep.annotators.get("instance_id_segmentation").attach(product) for product in (first, second)]
    rep.orchestrator.step(delta_time=0.0)
    data = annotator.get_data()
    ids, others = (np.asarray(annotator.get_data()["data"]) for annotator in depths)
    seen = data[..., 3] == 1
    np.testing.assert_array_equal(seen, ids > 0)
    np.testing.assert_array_equal(data[~seen], -1)
    visible = seen & (data[..., 2] == 0)
    rows, columns = np.nonzero(visible)
    corner = np.floor(np.stack([columns, rows], 1) + data[visible][:, :2]).astype(int)
    around = [others[(corner[:, 1] + y).clip(0, 47), (corner[:, 0] + x).clip(0, 63)] for x in (0, 1) for y in (0, 1)]
    assert (np.array(around) == ids[visible]).any(axis=0).mean() > 0.99
    hidden = seen & (data[..., 2] == 1)
    assert hidden.sum() > 20
    rows, columns = np.nonzero(hidden)
    target = np.round(np.stack([columns, rows], 1) + data[hidden][:, :2]).astype(int)
    inside = ((target >= 0) & (target < (64, 48))).all(axis=1)
    nearer = others[target[inside, 1], target[inside, 0]] != ids[hidden][inside]
    assert nearer.mean() > 0.5  # the rest hides itself


def test_there_and_back_again(stage):
    """Following the correspondence to the second camera and its own back leads to the pixel one came from."""
    rep.functional.create.sphere(scale=3)
    rep.functional.create.plane(scale=(20, 20, 1), position=(0, 0, -2))
    first, second = products(FISHEYE, apart=0.4)
    stage.GetPrimAtPath("/Second").CreateAttribute("crossCameraReferenceName", Sdf.ValueTypeNames.String).Set("/First")
    there, back = rep.annotators.get("cross_correspondence").attach(first), rep.annotators.get("cross_correspondence")
    back.attach(second)
    rep.orchestrator.step(delta_time=0.0)
    data, other = there.get_data(), back.get_data()
    rows, columns = np.nonzero((data[..., 2] == 0) & (data[..., 3] == 1))
    offset = data[rows, columns, :2]
    target = np.round(np.stack([columns, rows], 1) + offset).astype(int).clip(0, (63, 47))
    returned = offset + other[target[:, 1], target[:, 0], :2]
    assert np.median(np.abs(returned)) < 0.1 and np.quantile(np.abs(returned), 0.9) < 0.6


def test_what_is_missing_is_named(stage):
    rep.functional.create.plane()
    camera = rep.functional.create.camera(position=(0, 0, 5), name="Lone")
    product = rep.create.render_product(camera, (8, 8))
    rep.annotators.get("cross_correspondence").attach(product)
    with pytest.raises(AnnotatorError, match="the camera /Lone names no reference camera"):
        rep.orchestrator.step(delta_time=0.0)
    attribute = stage.GetPrimAtPath("/Lone").CreateAttribute("crossCameraReferenceName", Sdf.ValueTypeNames.String)
    attribute.Set("Nobody")
    with pytest.raises(AnnotatorError, match=r"'Nobody' of /Lone.*cameras: "):
        rep.orchestrator.step(delta_time=0.0)


def test_a_camera_of_the_graph_is_called_by_its_name(stage):
    rep.create.plane(scale=10)
    first = rep.create.camera(position=(0, 0, 5), look_at=(0, 0, 0), name="One", cross_camera_reference_name="Two")
    rep.create.camera(position=(0, 0, 5), look_at=(0, 0, 0), name="Two")
    annotator = rep.annotators.get("cross_correspondence").attach(rep.create.render_product(first, (16, 12)))
    rep.orchestrator.step(delta_time=0.0)
    np.testing.assert_allclose(annotator.get_data(), np.broadcast_to((0, 0, 0, 1), (12, 16, 4)), atol=1e-3)
