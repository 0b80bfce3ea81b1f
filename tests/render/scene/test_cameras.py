import numpy as np
import pytest
from pxr import Gf, Sdf, UsdGeom

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.lenses import CameraProjectionError


def test_lens_values_are_read(stage, open_scene):
    camera = UsdGeom.Camera.Define(stage, "/camera")
    camera.CreateFocalLengthAttr(24)
    camera.CreateHorizontalApertureAttr(36)
    camera.CreateHorizontalApertureOffsetAttr(2)
    camera.CreateVerticalApertureOffsetAttr(-1)
    camera.CreateClippingRangeAttr((0.01, 50))
    camera.CreateFStopAttr(4)
    camera.CreateFocusDistanceAttr(3)
    record = open_scene(stage).camera("/camera")
    assert (record.focal_length, record.horizontal_aperture, record.aperture_offset) == (24, 36, (2, -1))
    assert record.clipping_range == pytest.approx((0.01, 50))
    assert (record.f_stop, record.focus_distance) == (4, 3)


@pytest.mark.parametrize("scale", [(3, 3, 3), (1, 2, 5), (0.01, 0.01, 0.01)])
def test_scale_is_left_out_of_the_matrix(stage, open_scene, scale):
    camera = UsdGeom.Camera.Define(stage, "/rig/camera")
    camera.AddTranslateOp().Set((1, 2, 3))
    camera.AddRotateXYZOp().Set((20, 30, 40))
    camera.AddScaleOp().Set(scale)
    matrix = open_scene(stage).camera("/rig/camera").matrix
    expected = np.array(Gf.Matrix4d().SetRotate(
        Gf.Rotation((1, 0, 0), 20) * Gf.Rotation((0, 1, 0), 30) * Gf.Rotation((0, 0, 1), 40)))
    expected[3, :3] = (1, 2, 3)
    np.testing.assert_allclose(matrix, expected, atol=1e-9)


def test_a_mirrored_parent_keeps_the_camera_right_handed(stage, open_scene):
    UsdGeom.Xform.Define(stage, "/rig").AddScaleOp().Set((-1, 1, 1))
    UsdGeom.Camera.Define(stage, "/rig/camera")
    np.testing.assert_allclose(open_scene(stage).camera("/rig/camera").matrix, np.eye(4))


def test_exposure_comes_from_authored_attributes_only(stage, open_scene):
    camera = UsdGeom.Camera.Define(stage, "/camera")
    scene = open_scene(stage)
    assert scene.camera("/camera").exposure == pytest.approx(1.10267 * 0.02 / 25)
    assert scene.camera("/camera", 0.5).exposure == 0.5
    for name, value in (("exposure", 1.0), ("exposure:time", 0.02), ("exposure:fStop", 5.0), ("exposure:iso", 200.0)):
        camera.GetPrim().CreateAttribute(name, Sdf.ValueTypeNames.Float).Set(value)
    assert scene.camera("/camera", 0.5).exposure == pytest.approx(2 * 0.02 * 2 / 25)
    assert scene.camera("/camera").exposure == pytest.approx(camera.ComputeLinearExposureScale())


def test_what_is_no_camera_lists_the_cameras(stage, open_scene):
    UsdGeom.Camera.Define(stage, "/World/left")
    UsdGeom.Camera.Define(stage, "/World/right")
    scene = open_scene(stage)
    with pytest.raises(SceneError, match=r"'/World/centre' is not on the stage. Cameras: /World/left, /World/right"):
        scene.camera("/World/centre")
    with pytest.raises(SceneError, match="'/World' is a prim without type, no camera"):
        scene.camera("/World")


@pytest.mark.parametrize(("name", "value", "available"), [
    ("cameraProjectionType", "fisheyeTwirl", "pinhole, fisheyePolynomial, "),
    ("omni:lensdistortion:model", "lut", "ftheta, kannalaBrandtK3, ")])
def test_other_projections_are_named(stage, open_scene, name, value, available):
    prim = UsdGeom.Camera.Define(stage, "/camera").GetPrim()
    prim.CreateAttribute(name, Sdf.ValueTypeNames.Token).Set(value)
    with pytest.raises(CameraProjectionError, match=f"/camera: {name} = '{value}'.* is not supported. Available: {available}"):
        open_scene(stage).camera("/camera")


def test_impossible_lenses_are_errors(stage, open_scene):
    UsdGeom.Camera.Define(stage, "/camera").CreateFocalLengthAttr(0)
    with pytest.raises(SceneError, match=r"focalLength 0.0"):
        open_scene(stage).camera("/camera")


def test_a_camera_that_is_nowhere_is_an_error(stage, open_scene):
    UsdGeom.Camera.Define(stage, "/camera").AddTranslateOp().Set((float("nan"), 0, 0))
    with pytest.raises(SceneError, match="/camera"):
        open_scene(stage).camera("/camera")
