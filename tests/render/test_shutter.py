"""Motion blur and rolling shutters: how long each pixel is covered is known."""

import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom, UsdSkel

from scenewright.render import RenderSettings
from scenewright.render.scene.errors import SceneError
from scenewright.render.shutter import between_matrices, plan_shutter

SIZE = (80, 40)


def matrix(rotation=(0, 0, 1, 0), scale=(1, 1, 1), translate=(0, 0, 0)):
    turn = Gf.Matrix4d().SetRotate(Gf.Rotation(Gf.Vec3d(*rotation[:3]), rotation[3]))
    return np.array(Gf.Matrix4d().SetScale(Gf.Vec3d(*scale)) * turn * Gf.Matrix4d().SetTranslate(Gf.Vec3d(*translate)))


@pytest.mark.parametrize("angle", [0.0, 90.0, 179.0, 180.0])
@pytest.mark.parametrize("axis", [(0, 0, 1), (1, -2, 0.5), (-1, 0, 0)])
def test_poses_between_turn_about_one_axis(angle, axis):
    first = matrix(scale=(1, -2, 3), translate=(1, 2, 3))
    second = matrix((*axis, angle), scale=(3, -2, 1), translate=(5, 2, 1))
    middle = between_matrices(first[None], second[None], 0.25)[0]
    options = [matrix((*axis, sign * angle / 4), scale=(1.5, -2, 2.5), translate=(2, 2, 2.5)) for sign in (1, -1)]
    assert min(np.abs(middle - option).max() for option in options[:2 if angle == 180.0 else 1]) < 1e-7
    np.testing.assert_allclose(between_matrices(first[None], second[None], 1.0)[0], second, atol=1e-9)


def test_lines_of_a_rolling_shutter_end_with_the_frame(studio):
    camera = studio.camera((0, 0, 8), (0, 0, 0), up=(0, 1, 0))
    prim = camera.GetPrim()
    prim.CreateAttribute("omni:rtx:rollingShutter:scanOrder", Sdf.ValueTypeNames.Token).Set("bottomToTop")
    prim.CreateAttribute("omni:rtx:rollingShutter:lineOffset", Sdf.ValueTypeNames.Double2).Set(Gf.Vec2d(1, 100))
    prim.CreateAttribute("omni:rtx:rollingShutter:lineExposure", Sdf.ValueTypeNames.Double2).Set(Gf.Vec2d(2, 100))
    record = studio.render(["prim_id"], size=SIZE).camera
    assert (record.scan_order, record.line_offset, record.line_exposure) == ("bottomToTop", 0.01, 0.02)
    plan = plan_shutter(record, SIZE, 64, 1.0, 24.0, 0.0)
    np.testing.assert_allclose(plan.weights.sum(axis=0), 1.0, atol=1e-6)
    mean = (plan.weights * plan.seconds[:, None]).sum(axis=0)  # the top line is the last: it closes at 0
    np.testing.assert_allclose(mean, -0.01 - np.arange(40) * 0.01, atol=1e-3)


@pytest.fixture
def pane(studio):
    """A white pane, 20 px wide in an 80 x 40 picture of 10 px a unit, seen along -z; no dome: alpha is coverage."""
    studio.light("DistantLight", "/World/Sun", intensity=1000.0)
    camera = studio.camera((0, 0, 8), (0, 0, 0), up=(0, 1, 0))
    camera.CreateProjectionAttr("orthographic")
    camera.CreateHorizontalApertureAttr(80.0)
    studio.quad("/World/Pane", translate=(-2, 0, 0), scale=(1, 9, 1), label="pane")
    return studio


def ramp(left, right, travel):
    """Share of the time for which a pixel's area is covered by a 20 px pane whose left edge goes from left to right."""
    edges = left + (np.arange(4000) + 0.5) / 4000 * travel
    x = np.arange(80)[:, None]
    return np.clip(np.minimum(x + 1, edges + right) - np.maximum(x, edges), 0, 1).mean(axis=1)


def alpha(frame):
    return frame["hdr_color"][20, :, 3].astype(float)


def test_poses_of_consecutive_steps_blur(pane):
    renderer = pane.renderer()
    renderer.render("/Camera", SIZE, ["prim_id"])
    renderer.begin_step()
    UsdGeom.XformCommonAPI(pane.stage.GetPrimAtPath("/World/Pane")).SetTranslate((1, 0, 0))
    settings = RenderSettings(samples=256, motion_slices=64, bounces=0)
    sharp = renderer.render("/Camera", SIZE, ["prim_id"])
    blurred = renderer.render("/Camera", SIZE, ["hdr_color", "prim_id", "motion_vectors"], settings)
    np.testing.assert_allclose(alpha(blurred), ramp(10, 20, 30), atol=0.03)
    np.testing.assert_array_equal(blurred["prim_id"], sharp["prim_id"])
    assert np.allclose(blurred["motion_vectors"][20, 45, 0], -30.0, atol=1e-3)
    half = renderer.render("/Camera", SIZE, ["hdr_color"], RenderSettings(samples=256, motion_slices=64, bounces=0,
                                                                         shutter_fraction=0.5))
    np.testing.assert_allclose(alpha(half), ramp(25, 20, 15), atol=0.03)
    np.testing.assert_array_equal(renderer.render("/Camera", SIZE, ["prim_id"])["prim_id"], sharp["prim_id"])


@pytest.mark.parametrize("subdivided", [False, True])
def test_points_of_consecutive_steps_blur(pane, subdivided):
    """A pane whose points are moved, from 10 to 40 px, is a pane that is moved."""
    mesh = UsdGeom.Mesh.Get(pane.stage, "/World/Pane")
    if subdivided:
        mesh.GetSubdivisionSchemeAttr().Set("bilinear")
    renderer = pane.renderer()
    renderer.render("/Camera", SIZE, ["prim_id"])
    renderer.begin_step()
    points = np.array(mesh.GetPointsAttr().Get())
    mesh.GetPointsAttr().Set(points + np.array((3, 0, 0), np.float32))
    settings = RenderSettings(samples=256, motion_slices=64, bounces=0)
    sharp = renderer.render("/Camera", SIZE, ["prim_id", "hdr_color"])
    blurred = renderer.render("/Camera", SIZE, ["hdr_color", "prim_id"], settings)
    np.testing.assert_allclose(alpha(blurred), ramp(10, 20, 30), atol=0.03)
    np.testing.assert_array_equal(blurred["prim_id"], sharp["prim_id"])
    again = renderer.render("/Camera", SIZE, ["hdr_color"])
    np.testing.assert_array_equal(again["hdr_color"], sharp["hdr_color"])  # all is where it was


def test_a_skeleton_posed_anew_blurs(pane):
    """One joint carries a pane, from 30 to 60 px; no time samples anywhere."""
    root = UsdSkel.Root.Define(pane.stage, "/World/Body")
    mesh = pane.quad("/World/Body/Skin")
    pane.stage.RemovePrim("/World/Pane")
    skeleton = UsdSkel.Skeleton.Define(pane.stage, "/World/Body/Skeleton")
    skeleton.CreateJointsAttr(["hip"])
    skeleton.CreateBindTransformsAttr([Gf.Matrix4d(1.0)])
    skeleton.CreateRestTransformsAttr([Gf.Matrix4d(1.0)])
    animation = UsdSkel.Animation.Define(pane.stage, "/World/Body/Animation")
    animation.CreateJointsAttr(["hip"])
    animation.CreateTranslationsAttr([Gf.Vec3f(0, 0, 0)])
    animation.CreateRotationsAttr([Gf.Quatf(1)])
    animation.CreateScalesAttr([Gf.Vec3h(1, 1, 1)])
    for prim in (root.GetPrim(), mesh.GetPrim()):
        UsdSkel.BindingAPI.Apply(prim)
    binding = UsdSkel.BindingAPI(mesh)
    binding.CreateSkeletonRel().AddTarget(skeleton.GetPath())
    binding.CreateJointIndicesPrimvar(True, 1).Set([0])
    binding.CreateJointWeightsPrimvar(True, 1).Set([1.0])
    UsdSkel.BindingAPI.Apply(skeleton.GetPrim()).CreateAnimationSourceRel().AddTarget(animation.GetPath())
    renderer = pane.renderer()
    renderer.render("/Camera", SIZE, ["prim_id"])
    renderer.begin_step()
    animation.GetTranslationsAttr().Set([Gf.Vec3f(3, 0, 0)])
    settings = RenderSettings(samples=256, motion_slices=64, bounces=0)
    blurred = renderer.render("/Camera", SIZE, ["hdr_color"], settings)
    np.testing.assert_allclose(alpha(blurred), ramp(30, 20, 30), atol=0.03)


def test_points_that_cut_faces_otherwise_blur(pane):
    """A pane sheared so far that it is split along its other diagonal: its middle line stays, its upper one moves."""
    mesh = UsdGeom.Mesh.Get(pane.stage, "/World/Pane")
    renderer = pane.renderer()
    renderer.render("/Camera", SIZE, ["prim_id"])
    renderer.begin_step()
    points = np.array(mesh.GetPointsAttr().Get())
    mesh.GetPointsAttr().Set(points + points[:, [1, 2, 2]] * np.array((2.0, 0.0, 0.0), np.float32))
    settings = RenderSettings(samples=256, motion_slices=64, bounces=0)
    coverage = renderer.render("/Camera", SIZE, ["hdr_color"], settings)["hdr_color"][..., 3].astype(float)
    travel = 20.0 * (20 - 10.5) / 90.0
    np.testing.assert_allclose(coverage[10], ramp(10, 20, travel), atol=0.04)


def test_time_samples_in_the_shutter_interval_blur(pane):
    camera = UsdGeom.Camera(pane.stage.GetPrimAtPath("/Camera"))
    camera.CreateShutterOpenAttr(-0.25)
    camera.CreateShutterCloseAttr(0.75)
    move = pane.stage.GetPrimAtPath("/World/Pane").GetAttribute("xformOp:translate")
    move.Set((-2, 0, 0), 10.0)
    move.Set((0, 0, 0), 12.0)
    renderer = pane.renderer()
    renderer.sync(Usd.TimeCode(11.0))
    frame = renderer.render("/Camera", SIZE, ["hdr_color", "prim_id"], RenderSettings(samples=128, motion_slices=32, bounces=0))
    np.testing.assert_allclose(alpha(frame), ramp(17.5, 20, 10), atol=0.04)
    assert np.flatnonzero(frame["prim_id"][20])[[0, -1]].tolist() == [20, 39]  # at its own time


def test_a_moving_camera_blurs_and_bytes_repeat(pane):
    pictures = []
    for threads in (1, 2):
        pane.camera((0, 0, 8), (0, 0, 0), up=(0, 1, 0)).CreateHorizontalApertureAttr(80.0)
        renderer = pane.renderer(threads=threads)
        renderer.render("/Camera", SIZE, ["prim_id"])
        renderer.begin_step()
        pane.camera((-1, 0, 8), (-1, 0, 0), up=(0, 1, 0)).CreateHorizontalApertureAttr(80.0)
        frame = renderer.render("/Camera", SIZE, ["hdr_color", "ldr_color"], RenderSettings(samples=64, motion_slices=16,
                                                                                          denoise=True))
        pictures.append(frame["hdr_color"].tobytes() + frame["ldr_color"].tobytes())
    np.testing.assert_allclose(alpha(frame), ramp(10, 20, 10), atol=0.06)
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("order", ["topToBottom", "leftToRight"])
def test_a_rolling_shutter_skews_what_moves(pane, order):
    prim = pane.stage.GetPrimAtPath("/Camera")
    prim.CreateAttribute("omni:rtx:rollingShutter:scanOrder", Sdf.ValueTypeNames.Token).Set(order)
    prim.CreateAttribute("omni:rtx:rollingShutter:lineOffset", Sdf.ValueTypeNames.Double2).Set(Gf.Vec2d(1, 24 * 80))
    move = pane.stage.GetPrimAtPath("/World/Pane").GetAttribute("xformOp:translate")
    move.Set((-2, 0, 0), 10.0)
    move.Set((0, 0, 0), 11.0)  # 20 px in 1/24 s, the time for 80 lines
    renderer = pane.renderer()
    renderer.sync(Usd.TimeCode(11.0))
    frame = renderer.render("/Camera", SIZE, ["hdr_color"], RenderSettings(samples=32, motion_slices=80, bounces=0))
    coverage = frame["hdr_color"][..., 3].astype(float)
    if order == "topToBottom":
        centers = (coverage * (np.arange(80) + 0.5)).sum(axis=1) / coverage.sum(axis=1)
        np.testing.assert_allclose(centers, 40 - (39 - np.arange(40)) * 0.25, atol=0.2)
        np.testing.assert_allclose(coverage.sum(axis=1), 20.0, atol=0.3)
    else:  # its left edge is met at x = 30 - (79 - x) / 4, its right one 20 px on, where the lines go by as it passes
        inside = np.flatnonzero(coverage[20] > 0.5)
        assert abs(inside[0] - 41.0 / 3.0) <= 1.0 and abs(inside[-1] + 1 - 121.0 / 3.0) <= 1.0


def test_bad_shutters_are_errors(pane):
    prim = pane.stage.GetPrimAtPath("/Camera")
    order = prim.CreateAttribute("omni:rtx:rollingShutter:scanOrder", Sdf.ValueTypeNames.Token)
    order.Set("sideways")
    with pytest.raises(SceneError, match=r"scanOrder = 'sideways'. Allowed: none, topToBottom"):
        pane.render(["prim_id"])
    order.Set("topToBottom")
    prim.CreateAttribute("omni:rtx:rollingShutter:lineOffset", Sdf.ValueTypeNames.Double2).Set(Gf.Vec2d(1, 0))
    with pytest.raises(SceneError, match="give seconds as"):
        pane.render(["prim_id"])
    with pytest.raises(ValueError, match="motion_slices must be 0 to 1024"):
        RenderSettings(motion_slices=-1)
