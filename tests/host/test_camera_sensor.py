"""``isaacsim.sensors.camera.Camera``: poses in its axes, lens, projection against what is rendered, when frames are taken."""

import numpy as np
import omni.replicator.core as rep
import pytest
import warp as wp
from isaacsim.sensors.camera import Camera, get_all_camera_objects
from pxr import UsdGeom, UsdLux

from scenewright.host.app import get_app
from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context
from scenewright.host.timeline import get_timeline_interface

#: Poses in which a camera at (3, 2, 1) looks along +Y of the world with +Z up.
ALONG_Y = {"world": (0.5**0.5, 0, 0, 0.5**0.5), "usd": (0.5**0.5, 0.5**0.5, 0, 0), "ros": (0.5**0.5, -(0.5**0.5), 0, 0)}


@pytest.fixture
def stage():
    rep.orchestrator.set_capture_on_play(False)
    context, before = get_context(), dict(get_settings()._values)
    context.new_stage()
    yield context.get_stage()
    get_timeline_interface().stop()
    get_timeline_interface().commit()
    context.close_stage()
    get_settings()._values.clear()
    get_settings()._values.update(before)


def ball(stage, position=(4, 0, 0)):
    sphere = UsdGeom.Sphere.Define(stage, "/Ball")
    sphere.AddTranslateOp().Set(position)
    UsdLux.DomeLight.Define(stage, "/Dome").CreateIntensityAttr(1000.0)
    return sphere


@pytest.mark.parametrize("axes", ALONG_Y)
def test_poses_in_the_three_axes(stage, axes):
    camera = Camera("/Cam", position=(3, 2, 1))
    camera.set_world_pose(orientation=ALONG_Y[axes], camera_axes=axes)
    world = UsdGeom.Xformable(camera.prim).ComputeLocalToWorldTransform(0)
    np.testing.assert_allclose(world.TransformDir((0, 0, -1)), (0, 1, 0), atol=1e-6)
    np.testing.assert_allclose(world.TransformDir((0, 1, 0)), (0, 0, 1), atol=1e-6)
    for other, expected in ALONG_Y.items():
        position, turn = camera.get_world_pose(other)
        np.testing.assert_allclose(position, (3, 2, 1), atol=1e-6)
        assert abs(abs(np.dot(turn, expected)) - 1) < 1e-6
        assert abs(abs(np.dot(camera.get_local_pose(other)[1], expected)) - 1) < 1e-6


def test_a_new_camera_looks_along_x(stage):
    camera = Camera("/World/Cam", resolution=(64, 32))
    world = UsdGeom.Xformable(camera.prim).ComputeLocalToWorldTransform(0)
    np.testing.assert_allclose(world.TransformDir((0, 0, -1)), (1, 0, 0), atol=1e-6)
    assert camera.get_vertical_aperture() == pytest.approx(camera.get_horizontal_aperture() / 2)
    with pytest.raises(ValueError, match="no camera"):
        Camera(str(UsdGeom.Sphere.Define(stage, "/S").GetPath()))
    with pytest.raises(ValueError, match="not both"):
        Camera("/C", frequency=10, dt=0.1)
    with pytest.raises(ValueError, match="'world', 'ros' or 'usd'"):
        camera.get_world_pose("opengl")


def test_pictures_come_with_updates_alone(stage):
    moved = ball(stage, (8, 0, 0))
    camera = Camera("/Cam", resolution=(33, 25))
    with pytest.raises(RuntimeError, match="initialize"):
        camera.attach_annotator("rgb")
    camera.initialize()
    camera.add_distance_to_image_plane_to_frame()
    assert camera.get_rgba() is None and camera.get_pointcloud().size == 0
    get_app().update()
    assert camera.get_rgba().shape == (25, 33, 4) and camera.get_rgb().shape == (25, 33, 3)
    assert camera.get_depth()[12, 16] == pytest.approx(7.0, abs=1e-4)
    assert np.isinf(camera.get_depth()[0, 0])
    moved.GetPrim().GetAttribute("xformOp:translate").Set((10, 0, 0))
    get_app().update()
    frame = camera.get_current_frame()
    assert frame["distance_to_image_plane"][12, 16] == pytest.approx(9.0, abs=1e-4) and frame["rgb"].shape == (25, 33, 4)
    assert camera.get_current_frame() is frame and camera.get_current_frame(clone=True) is not frame
    on_device = camera.get_rgb(device="cuda")
    assert isinstance(on_device, wp.array) and on_device.shape == (25, 33, 3)
    np.testing.assert_array_equal(on_device.numpy(), camera.get_rgb())
    camera.detach_annotator("rgb")
    assert camera.get_rgba() is None and "rgb" not in camera.get_current_frame()
    camera.destroy()
    assert camera.get_render_product_path() is None


def test_projection_agrees_with_what_is_rendered(stage):
    ball(stage, (4, 0.5, 0.3))
    camera = Camera("/Cam", resolution=(64, 48), position=(0.2, -0.1, 0.4), orientation=(0.99, 0.02, 0.05, 0.1))
    camera.initialize()
    for name in ("distance_to_image_plane", "pointcloud"):
        camera.attach_annotator(name, **({"includeUnlabelled": True} if name == "pointcloud" else {}))
    get_app().update()
    seen = camera.get_pointcloud()
    pixels = camera.get_image_coords_from_world_points(seen)
    depth = camera.get_depth()
    rows, columns = np.nonzero(np.isfinite(depth))
    np.testing.assert_allclose(pixels, np.stack([columns, rows], axis=1) + 0.5, atol=2e-3)
    in_camera = camera.get_pointcloud(world_frame=False)
    np.testing.assert_allclose(in_camera[:, 2], depth[rows, columns], atol=1e-4)
    camera.detach_annotator("pointcloud")
    every = camera.get_pointcloud().reshape(48, 64, 3)
    np.testing.assert_allclose(every[rows, columns], seen, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(seen - (4, 0.5, 0.3), axis=1), 1.0, atol=1e-3)
    intrinsics = camera.get_intrinsics_matrix()
    assert intrinsics[0, 0] == pytest.approx(intrinsics[1, 1]) and intrinsics[0, 2] == 32 and intrinsics[1, 2] == 24
    assert camera.get_horizontal_fov() == pytest.approx(2 * np.arctan(32 / intrinsics[0, 0]))


def test_lens_lengths_are_stage_units(stage):
    camera = Camera("/Cam", resolution=(100, 50))
    camera.set_focal_length(1.8)
    camera.set_horizontal_aperture(2.0)
    camera.set_clipping_range(far_distance=50)
    assert camera.prim.GetAttribute("focalLength").Get() == pytest.approx(18)
    assert (camera.get_horizontal_aperture(), camera.get_vertical_aperture()) == pytest.approx((2.0, 1.0))
    camera.set_vertical_aperture(0.5)
    assert camera.get_horizontal_aperture() == pytest.approx(1.0)
    camera.set_resolution((50, 50))
    assert camera.get_vertical_aperture() == pytest.approx(1.0) and camera.get_clipping_range()[1] == 50
    camera.set_stereo_role("middle")
    assert camera.get_stereo_role() == "mono"


def test_distorted_lenses_are_those_that_are_rendered(stage):
    ball(stage)
    camera = Camera("/Cam", resolution=(40, 40))
    camera.initialize(attach_rgb_annotator=False)
    camera.attach_annotator("camera_params")
    camera.set_opencv_pinhole_properties(cx=20, cy=19, fx=45, fy=44, pinhole=[0.1, 0.01])
    get_app().update()
    assert camera.get_current_frame()["camera_params"]["cameraModel"] == "pinholeOpenCV"
    assert camera.get_opencv_pinhole_properties()[:4] == (20, 19, 45, 44)
    camera.set_opencv_fisheye_properties(cx=20, cy=20, fx=15, fy=15, fisheye=[0.0, 0, 0, 0])
    assert camera.get_opencv_pinhole_properties() is None
    assert camera.get_lens_distortion_model() == "opencvFisheye"
    with pytest.raises(ValueError, match="no pinhole"):
        camera.get_intrinsics_matrix()
    camera.set_ftheta_properties(optical_center=(20, 20), nominal_width=40, nominal_height=40,
                                 distortion_coefficients=[0, 0.05, 0, 0, 0])
    assert camera.get_ftheta_properties()[4] == pytest.approx([0, 0.05, 0, 0, 0])
    get_app().update()
    assert camera.get_current_frame()["camera_params"]["cameraModel"] == "fisheyePolynomial"
    camera.set_lens_distortion_model("pinhole")
    assert camera.get_lens_distortion_model() == "pinhole" and camera.get_intrinsics_matrix()[0, 0] > 0
    camera.set_projection_type("fisheyePolynomial")
    camera.set_fisheye_polynomial_properties(40, 40, 20, 20, 200, [0, 0.05, 0, 0, 0])
    assert camera.get_fisheye_polynomial_properties()[5] == pytest.approx([0, 0.05, 0, 0, 0])


def test_frames_have_a_frequency_of_simulated_time(stage):
    ball(stage)
    get_settings().set("/app/runLoops/main/rateLimitFrequency", 60)
    with pytest.raises(ValueError, match="divisor of the rendering frequency 60"):
        Camera("/Other", frequency=7)
    camera = Camera("/Cam", resolution=(16, 16), frequency=20)
    camera.initialize()
    assert camera.get_dt() == pytest.approx(0.05)
    timeline = get_timeline_interface()
    timeline.set_time_codes_per_second(60)
    timeline.play()
    times = []
    for _ in range(9):
        get_app().update()
        times.append(round(camera.get_current_frame()["rendering_time"], 4))
    assert len(set(times)) == 3 and np.diff(sorted(set(times))) == pytest.approx([0.05, 0.05], abs=1e-3)
    camera.pause()
    get_app().update()
    get_app().update()
    get_app().update()
    assert camera.is_paused() and round(camera.get_current_frame()["rendering_time"], 4) == times[-1]


def test_camera_objects_of_a_stage(stage):
    for path in ("/A/Cam", "/B/Cam", "/B/Other"):
        UsdGeom.Camera.Define(stage, path)
    assert {camera.name for camera in get_all_camera_objects("/B")} == {"Cam", "Other"}
    assert {camera.name for camera in get_all_camera_objects()} >= {"/A/Cam", "/B/Cam"}


def test_what_has_no_stand_in_says_what_to_use():
    with pytest.raises(ImportError, match="render_product_tiled"):
        from isaacsim.sensors.camera import CameraView  # noqa: F401


def test_matrices_between_the_axes(stage):
    from isaacsim.sensors.camera.camera import R_U_TRANSFORM, U_W_TRANSFORM, W_U_TRANSFORM

    ahead, up = (0, 0, -1, 1), (0, 1, 0, 1)
    np.testing.assert_array_equal(W_U_TRANSFORM @ ahead, (1, 0, 0, 1))
    np.testing.assert_array_equal(W_U_TRANSFORM @ up, (0, 0, 1, 1))
    np.testing.assert_array_equal(R_U_TRANSFORM @ ahead, (0, 0, 1, 1))
    np.testing.assert_array_equal(U_W_TRANSFORM @ W_U_TRANSFORM, np.eye(4))
