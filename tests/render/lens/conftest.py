"""One camera of every model, with coefficients as real lenses have them."""

import numpy as np
import pytest

from scenewright.render.scene.records import CameraRecord, LensRecord


def _camera(lens=None, **changes):
    values = {"path": "/camera", "matrix": np.eye(4), "focal_length": 24.0, "horizontal_aperture": 20.955,
              "vertical_aperture": 15.2908, "aperture_offset": (1.5, -0.7), "clipping_range": (0.01, 1e6), "f_stop": 0.0,
              "focus_distance": 0.0, "lens": lens} | changes
    return CameraRecord(**values)


def _cameras():
    nominal, center = (1936.0, 1216.0), (970.9, 600.4)
    return {
        "pinhole": _camera(),
        "orthographic": _camera(LensRecord("orthographic")),
        "f_theta": _camera(LensRecord("ftheta", nominal, center, radial=(0, 0.0011, 2e-7, -1e-10, 3e-13, 0), max_fov=200)),
        "f_theta_narrow": _camera(LensRecord("ftheta", nominal, center, radial=(0, 0.00245), max_fov=120)),
        "opencv_fisheye": _camera(LensRecord("kannala_brandt", (1280, 720), (650, 350), (400, 410),
                                             (0.05, -0.01, 0.002, -0.0003))),
        "kannala_brandt": _camera(LensRecord("kannala_brandt", (640, 360), (320, 180), radial=(0.05, -0.01, 0.002, -0.0003),
                                             max_fov=120), focal_length=6.0),
        "rad_tan_thin_prism": _camera(LensRecord(
            "rad_tan_thin_prism", (640, 360), (320, 180), radial=(0.0424, -0.1417, 0.05, -0.002, 0, 0),
            tangential=(0.0018, -0.0005), prism=(0.0002, -0.0001, 0.00019, 0.0001)), focal_length=9.0),
        "opencv_pinhole": _camera(LensRecord(
            "opencv_pinhole", (1280, 720), (650, 350), (700, 690), (-0.3, 0.12, -0.02, 0.01, 0.002, 0.0001), (0.001, -0.0005),
            (0.0003, -0.0001, 0.0002, 0.00005))),
        "opencv_radial": _camera(LensRecord("opencv_pinhole", (1280, 720), (650, 350), (700, 690), (-0.3, 0.12, -0.02))),
        "equidistant": _camera(LensRecord("equidistant", max_fov=180)),
        "equisolid": _camera(LensRecord("equisolid", max_fov=220)),
        "orthographic_fisheye": _camera(LensRecord("orthographic_fisheye", max_fov=180)),
        "equirectangular": _camera(LensRecord("equirectangular")),
        "omnidirectional_stereo": _camera(LensRecord("equirectangular", eye_offset=0.1)),
    }


@pytest.fixture
def lens_cameras():
    """Return the cameras by name."""
    return _cameras()


@pytest.fixture(params=list(_cameras()))
def lens_camera(request):
    """Return each camera in turn."""
    return _cameras()[request.param]
