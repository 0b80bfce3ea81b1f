"""Motion vectors of meshes whose points move."""

import numpy as np
import pytest
from pxr import Gf, UsdGeom

SIZE = (48, 36)


def motion_of(studio, edit):
    """Return motion and mask of the quad after ``edit``, from a step in which it was as built."""
    renderer = studio.renderer()
    renderer.render("/Camera", SIZE, ["motion_vectors"])
    renderer.begin_step()
    edit()
    renderer.sync()
    frame = renderer.render("/Camera", SIZE, ["motion_vectors", "prim_id"])
    return frame["motion_vectors"].copy(), frame["prim_id"].copy() > 0


@pytest.fixture
def quad(studio):
    studio.camera((0, 0, 5), (0, 0, 0), up=(0, 1, 0))
    return studio.quad("/Quad", half=1.0)


def test_moved_points_are_as_a_moved_prim(studio, quad):
    points = np.array(quad.GetPointsAttr().Get())
    by_points, shown = motion_of(studio, lambda: quad.GetPointsAttr().Set(points + np.array((0.2, 0.1, 0.0), np.float32)))
    quad.GetPointsAttr().Set(points)
    by_prim, also_shown = motion_of(studio, lambda: UsdGeom.XformCommonAPI(quad).SetTranslate(Gf.Vec3d(0.2, 0.1, 0.0)))
    assert shown.sum() > 200
    assert np.array_equal(shown, also_shown)
    assert np.abs(by_points - by_prim).max() < 1e-3
    assert by_points[shown][:, 0] == pytest.approx(-0.2 * SIZE[0] / 5.0, abs=1e-3)  # 90 degrees would be 2; f = width, depth 5


def test_stretching_is_told_point_by_point(studio, quad):
    points = np.array(quad.GetPointsAttr().Get())
    motion, shown = motion_of(studio, lambda: quad.GetPointsAttr().Set(points * np.array((1.5, 1.0, 1.0), np.float32)))
    x = np.broadcast_to(np.arange(SIZE[0]) + 0.5 - SIZE[0] / 2, SIZE[::-1])
    assert motion[shown][:, 0] == pytest.approx((x / 1.5 - x)[shown], abs=1e-3)
    assert np.abs(motion[shown][:, 1]).max() < 1e-3


def test_a_pose_that_cuts_faces_otherwise_has_a_past(studio, quad):
    """Sheared, a square is split along its other diagonal."""
    points = np.array(quad.GetPointsAttr().Get())
    renderer = studio.renderer()
    renderer.sync()
    before = next(iter(renderer._scene.meshes.values())).triangles
    sheared = points + 0.5 * points[:, [1, 2, 2]] * np.array((1.0, 0.0, 0.0), np.float32)
    motion, shown = motion_of(studio, lambda: quad.GetPointsAttr().Set(sheared))
    renderer.sync()
    assert not np.array_equal(before, next(iter(renderer._scene.meshes.values())).triangles)
    height = np.broadcast_to((SIZE[1] / 2 - np.arange(SIZE[1]) - 0.5)[:, None], SIZE[::-1])
    assert motion[shown][:, 0] == pytest.approx(-0.5 * height[shown], abs=2e-3)


def test_other_triangles_have_no_past(studio, quad):
    def cut():
        quad.GetFaceVertexCountsAttr().Set([3])
        quad.GetFaceVertexIndicesAttr().Set([0, 1, 2])
        UsdGeom.PrimvarsAPI(quad).RemovePrimvar("st")

    motion, shown = motion_of(studio, cut)
    assert shown.any()
    assert not motion.any()


def test_what_stays_has_no_motion(studio, quad):
    ball = studio.shape("Sphere", "/Ball", translate=(0, 1.6, 0), radius=0.3)
    points = np.array(quad.GetPointsAttr().Get())
    motion, _shown = motion_of(studio, lambda: quad.GetPointsAttr().Set(points * 0.5))
    assert ball
    assert not motion[: SIZE[1] // 5].any()
