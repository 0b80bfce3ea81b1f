"""What annotators of points do with lenses."""

import numpy as np
import omni.replicator.core as rep
import pytest

from scenewright.render.scene.records import LensRecord
from scenewright.replicator.annotators.camera_lens import image_points, lens_parameters

SIZE = (80, 60)
POLYNOMIAL = {"projection_type": "fisheyePolynomial", "fisheye_nominal_width": 80, "fisheye_nominal_height": 60,
              "fisheye_optical_centre_x": 41, "fisheye_optical_centre_y": 29, "fisheye_polynomial_b": 0.045,
              "fisheye_max_fov": 190}


@pytest.mark.parametrize("lens", [POLYNOMIAL, {"projection_type": "fisheyeSpherical"},
                                  {"projection_type": "omniDirectionalStereo"}])
def test_points_and_parameters_of_a_lens(stage, lens):
    """All that is seen inside a sphere lies on it; back in the image each point is where its pixel is."""
    create = rep.functional.create
    create.sphere(scale=6, position=(0.5, 0, 0.2), semantics={"class": "shell"})
    eye = create.camera(position=(0, 0, 0), look_at=(5, 1, 1), clipping_range=(0.01, 100), **lens)
    product = rep.create.render_product(eye, SIZE)
    cloud = rep.annotators.get("pointcloud").attach(product)
    camera, distance = (rep.annotators.get(name).attach(product) for name in ("camera_params", "distance_to_camera"))
    rep.orchestrator.step()
    points, params = cloud.get_data()["data"], camera.get_data()
    np.testing.assert_allclose(np.linalg.norm(points - (0.5, 0, 0.2), axis=1), 3.0, atol=1e-4)
    seen = np.flatnonzero(np.isfinite(distance.get_data()).ravel())
    assert len(points) == len(seen) > 1000 and params["cameraModel"] == lens["projection_type"]
    if lens is POLYNOMIAL:
        assert params["cameraFisheyeNominalWidth"] == 80 and params["cameraFisheyeMaxFOV"] == 190
        np.testing.assert_allclose(params["cameraFisheyePolynomial"], (0, 0.045, 0, 0, 0, 0), atol=1e-6)
        np.testing.assert_allclose(params["cameraFisheyeOpticalCentre"], (41, 29))
        local = np.c_[points, np.ones(len(points))] @ params["cameraViewTransform"].reshape(4, 4)
        angle = np.arctan2(np.hypot(local[:, 0], local[:, 1]), -local[:, 2])
        across = local[:, :2] / np.linalg.norm(local[:, :2], axis=1, keepdims=True)
        pixels = (41, 29) + across * (1, -1) * (angle / 0.045)[:, None]
        np.testing.assert_allclose(pixels, np.stack((seen % 80 + 0.5, seen // 80 + 0.5), axis=1), atol=2e-3)


def test_what_the_lens_cannot_show_lies_on_its_rim(draw):
    camera = draw([[0]]).frame.camera
    camera.lens = LensRecord("equidistant", max_fov=180)
    points = np.array([[0.0, 0, -1], [1, 0, 1], [0, 2, 2], [0, 0, 5]])
    radius = 50.0  # half the diagonal of 80 x 60
    np.testing.assert_allclose(image_points(points, camera, SIZE),
                               [(40, 30), (40 + radius, 30), (40, 30 - radius), (40 + radius, 30)], atol=1e-5)


def test_tangential_terms_are_told_in_the_order_of_their_model(draw):
    camera = draw([[0]]).frame.camera
    for model, expected in (("opencv_pinhole", (0.25, 0.5)), ("rad_tan_thin_prism", (0.5, 0.25))):
        camera.lens = LensRecord(model, radial=(0.125,), tangential=(0.5, 0.25), prism=(1, 2, 3, 4))
        params = lens_parameters(camera)
        assert tuple(params["cameraFisheyeLensP"]) == expected and tuple(params["cameraFisheyeLensS"]) == (1, 2, 3, 4)
        assert params["cameraFisheyePolynomial"].tolist() == [0.125, 0, 0, 0, 0, 0]
