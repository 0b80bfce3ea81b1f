"""Lenses as both generations of NVIDIA's attributes author them."""

import pytest
from pxr import Gf, Sdf, UsdGeom

from scenewright.render.scene.records import LensRecord

T = Sdf.ValueTypeNames


def _author(prim, values):
    for name, value in values.items():
        kind = T.Bool if isinstance(value, bool) else T.Token if isinstance(value, str) else T.Float
        if isinstance(value, tuple):
            kind, value = (T.Int2, Gf.Vec2i(*value)) if isinstance(value[0], int) else (T.Float2, Gf.Vec2f(*value))
        prim.CreateAttribute(name, kind).Set(value)


def _near(values):
    return pytest.approx(values, rel=1e-6)


@pytest.mark.parametrize(("authored", "projection", "lens"), [
    ({"cameraProjectionType": "fisheyePolynomial", "fthetaPolyA": 0.1, "fthetaPolyF": 0.5},
     "fisheyePolynomial", LensRecord("ftheta", (1936, 1216), (970.94244, 600.37482), radial=(0.1, 0.00245, 0, 0, 0, 0.5),
                                     max_fov=200)),
    ({"omni:lensdistortion:model": "ftheta", "omni:lensdistortion:ftheta:k3": 0.25, "omni:lensdistortion:ftheta:maxFov": 90.0,
      "omni:lensdistortion:ftheta:opticalCenter": (5.0, 6.0)},
     "fisheyePolynomial", LensRecord("ftheta", (1936, 1216), (5, 6), radial=(0, 0.00245, 0, 0.25, 0, 0), max_fov=90)),
    ({"omni:lensdistortion:model": "opencvPinhole", "omni:lensdistortion:opencvPinhole:imageSize": (640, 480),
      "omni:lensdistortion:opencvPinhole:fx": 500.0, "omni:lensdistortion:opencvPinhole:k4": 0.25,
      "omni:lensdistortion:opencvPinhole:p1": 0.5, "omni:lensdistortion:opencvPinhole:s4": 0.125},
     "pinholeOpenCV", LensRecord("opencv_pinhole", (640, 480), (1024, 512), (500, 800), (0, 0, 0, 0.25, 0, 0), (0, 0.5),
                                 (0, 0, 0, 0.125))),
    ({"omni:lensdistortion:model": "opencvFisheye", "omni:lensdistortion:opencvFisheye:k4": 0.25},
     "fisheyeOpenCV", LensRecord("kannala_brandt", (2048, 1024), (1024, 512), (900, 800), (0.00245, 0, 0, 0.25))),
    ({"omni:lensdistortion:model": "kannalaBrandtK3", "omni:lensdistortion:kannalaBrandtK3:k0": 0.25},
     "fisheyeKannalaBrandtK3", LensRecord("kannala_brandt", (1936, 1216), (970.94244, 600.37482), radial=(0.25, 0, 0, 0),
                                          max_fov=200)),
    ({"omni:lensdistortion:model": "radTanThinPrism", "omni:lensdistortion:radTanThinPrism:p0": 0.25,
      "omni:lensdistortion:radTanThinPrism:s1": 0.5},
     "fisheyeRadTanThinPrism", LensRecord("rad_tan_thin_prism", (1936, 1216), (970.94244, 600.37482), radial=(0,) * 6,
                                          tangential=(0.25, 0), prism=(0, 0.5, 0, 0), max_fov=200)),
    ({"cameraProjectionType": "pinholeOpenCV", "openCVFx": 400.0, "openCVFy": 410.0, "fthetaWidth": 512.0,
      "fthetaHeight": 256.0, "fthetaPolyC": 0.25, "p0": 0.5},
     "pinholeOpenCV", LensRecord("opencv_pinhole", (512, 256), (256, 128), (400, 410), (0, 0, 0.25, 0, 0, 0), (0, 0.5))),
    ({"cameraProjectionType": "fisheyeSpherical"}, "fisheyeSpherical", LensRecord("equirectangular")),
    ({"cameraProjectionType": "omniDirectionalStereo", "interpupillaryDistance": 0.5, "isLeftEye": True},
     "omniDirectionalStereo", LensRecord("equirectangular", eye_offset=-0.25)),
    ({"cameraProjectionType": "fisheyeEquisolid", "fthetaMaxFov": 190.0}, "fisheyeEquisolid",
     LensRecord("equisolid", max_fov=190)),
    ({"cameraProjectionType": "pinhole"}, "pinhole", None),
    ({"cameraProjectionType": "generalizedProjection"}, "generalizedProjection", None),
])
def test_attributes_become_a_lens(stage, open_scene, authored, projection, lens):
    _author(UsdGeom.Camera.Define(stage, "/camera").GetPrim(), authored)
    record = open_scene(stage).camera("/camera")
    assert record.projection == projection
    if lens is None:
        assert record.lens is None
        return
    for name, value in vars(lens).items():
        assert getattr(record.lens, name) == (_near(value) if isinstance(value, tuple) else value), name


def test_an_applied_schema_speaks_where_the_token_is_left_out(stage, open_scene):
    prim = UsdGeom.Camera.Define(stage, "/camera").GetPrim()
    prim.AddAppliedSchema("OmniLensDistortionOpenCvFisheyeAPI")
    assert open_scene(stage).camera("/camera").projection == "fisheyeOpenCV"


def test_usds_orthographic_camera(stage, open_scene):
    UsdGeom.Camera.Define(stage, "/camera").CreateProjectionAttr("orthographic")
    record = open_scene(stage).camera("/camera")
    assert (record.projection, record.lens.model) == ("orthographic", "orthographic")
