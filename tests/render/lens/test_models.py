"""Camera models in float64: each one's ray and projection are inverse, and they are what their sources say."""

import numpy as np
import pytest

from scenewright.render.lens import lens_of

SIZE = (320, 180)
CENTERS = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5)


def test_ray_and_projection_are_inverse(lens_camera):
    lens = lens_of(lens_camera, *SIZE)
    origins, directions = lens.rays(*CENTERS)
    seen = np.isfinite(directions).all(axis=-1)
    assert 0.2 < seen.mean()
    np.testing.assert_allclose(np.linalg.norm(directions[seen], axis=-1), 1.0, atol=1e-12)
    for distance in (0.4, 900.0):
        x, y = lens.project(origins + distance * directions)
        assert np.abs(x - CENTERS[0])[seen].max() < 1e-9 and np.abs(y - CENTERS[1])[seen].max() < 1e-9
    assert np.isnan(lens.project(np.stack([np.full(3, np.nan)]))[0]).all()


POINTS = np.array([(0.3, 0.2, -1.0), (-0.6, -0.35, -1.2), (0.1, -0.4, -0.9), (0.0, 0.0, -2.0)])


@pytest.mark.parametrize(("name", "expected"), [  # cv2.projectPoints and cv2.fisheye.projectPoints of OpenCV 5.0
    ("opencv_pinhole", ((852.24235467, 217.14851687), (332.61794747, 532.60000035), (723.28804905, 638.18150315), (650, 350))),
    ("opencv_fisheye", ((765.84483336, 270.83936387), (466.33601028, 459.81576052), (692.04706322, 522.39295921), (650, 350))),
])
def test_opencv_lenses_agree_with_opencv(lens_cameras, name, expected):
    np.testing.assert_allclose(np.stack(lens_of(lens_cameras[name], 1280, 720).project(POINTS), axis=-1), expected, atol=1e-6)


def test_rad_tan_thin_prism_is_arias(lens_cameras):
    """u = f (u_r + t + s) + c with the image of the odd polynomial; projectaria_tools, Camera Intrinsic Models."""
    record = lens_cameras["rad_tan_thin_prism"]
    lens = record.lens
    x, y, z = POINTS[0] * (1, -1, -1)
    theta = np.arctan2(np.hypot(x, y), z)
    r = theta + sum(k * theta ** (2 * n + 3) for n, k in enumerate(lens.radial))
    u, v = r * x / np.hypot(x, y), r * y / np.hypot(x, y)
    (p0, p1), (s0, s1, s2, s3) = lens.tangential, lens.prism
    focal = record.focal_length / record.horizontal_aperture * 640
    expected = (focal * (u + p0 * (2 * u * u + r * r) + 2 * p1 * u * v + s0 * r**2 + s1 * r**4) + 320,
                focal * (v + p1 * (2 * v * v + r * r) + 2 * p0 * u * v + s2 * r**2 + s3 * r**4) + 180)
    np.testing.assert_allclose(np.array(lens_of(record, 640, 360).project(POINTS[0])), expected, atol=1e-9)


def test_f_theta_is_scaled_from_its_nominal_image(lens_cameras):
    lens = lens_of(lens_cameras["f_theta"], 968, 304)  # half the nominal width, a quarter of the nominal height
    _, direction = lens.rays(970.9 / 2 + 50.0, 600.4 / 4)
    angle = np.polynomial.polynomial.polyval(100.0, lens_cameras["f_theta"].lens.radial)
    np.testing.assert_allclose(direction, (np.sin(angle), 0, -np.cos(angle)), atol=1e-12)


def test_nothing_is_seen_beyond_the_widest_angle(lens_cameras):
    lens = lens_of(lens_cameras["f_theta_narrow"], *SIZE)
    _, directions = lens.rays(*CENTERS)
    angles = np.degrees(np.arccos(-directions[..., 2]))
    assert np.isnan(angles).any() and 59.0 < np.nanmax(angles) <= 60.0
    turned = np.radians(60.01)
    assert np.isnan(lens.project(np.array([np.sin(turned), 0.0, -np.cos(turned)]))[0])


def test_panorama_axes(lens_cameras):
    x, y = lens_of(lens_cameras["equirectangular"], 360, 180).project(
        np.array([(0, 0, -1), (1, 0, 0), (-1, 0, -1e-9), (0, 1, -1e-9), (0, -1, -1)], float))
    np.testing.assert_allclose(np.stack((x, y), axis=-1), [(180, 90), (270, 90), (90, 90), (180, 0), (180, 135)], atol=1e-5)


def test_eyes_of_a_stereo_panorama_look_along_tangents(lens_cameras):
    origins, directions = lens_of(lens_cameras["omnidirectional_stereo"], *SIZE).rays(*CENTERS)
    np.testing.assert_allclose(np.linalg.norm(origins, axis=-1), 0.1, atol=1e-12)
    np.testing.assert_allclose(np.einsum("...i,...i", origins, directions), 0.0, atol=1e-12)
    assert origins[90, 160] @ (1, 0, 0) == pytest.approx(0.1, rel=1e-3)  # right of the axis where it looks ahead


def test_orthographic_apertures_are_tenths_of_a_unit(lens_cameras):
    lens = lens_of(lens_cameras["orthographic"], *SIZE)  # aperture 20.955, offset 1.5 and -0.7
    np.testing.assert_allclose(np.array(lens.project(np.array([0.15 + 2.0955 / 2, -0.07, -5.0]))), (320, 90), atol=1e-9)


def test_a_lens_that_shows_nothing_is_an_error(lens_cameras):
    record = lens_cameras["f_theta"]
    record.lens = type(record.lens)("ftheta", radial=(0.0, -0.01))
    with pytest.raises(ValueError, match="does not rise from the image centre"):
        lens_of(record, *SIZE)
