"""Motion blur where the number of points or instances changes: USD's velocities, or the frame's own pose and a warning."""

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom, Vt

from scenewright.render import RenderSettings

SIZE = (80, 40)
FRAME = 11.0
_EDGE = 0.2  # what the pixel next to an edge may differ from a box by
BLUR = RenderSettings(samples=128, motion_slices=32, bounces=0)
FEW = RenderSettings(samples=16, motion_slices=8, bounces=0)


@pytest.fixture
def wall(studio):
    """An 80 x 40 picture of 10 px a unit, x = 0 in its middle, seen along -z; no dome: alpha is coverage. A step is 1/24 s."""
    studio.light("DistantLight", "/World/Sun", intensity=1000.0)
    camera = studio.camera((0, 0, 8), (0, 0, 0), up=(0, 1, 0))
    camera.CreateProjectionAttr("orthographic")
    camera.CreateHorizontalApertureAttr(80.0)
    return studio


def share(left, right):
    """Share of the time for which each pixel of a row is covered, by edges over time [px]."""
    x = np.arange(80)[:, None]
    return np.clip(np.minimum(x + 1, right) - np.maximum(x, left), 0, 1).mean(axis=1)


def draw(studio, settings=BLUR, time=FRAME):
    renderer = studio.renderer()
    renderer.sync(Usd.TimeCode(time - 1.0))
    renderer.begin_step()
    renderer.sync(Usd.TimeCode(time))
    return renderer.render("/Camera", SIZE, ["hdr_color", "prim_id"], settings)


def alpha(frame, row=20):
    return frame["hdr_color"][row, :, 3].astype(float)


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if "shutter time" in record.getMessage()]


def strip(columns, left):
    """Points, counts and indices of a pane of 2 x 6 units in some columns."""
    x = left + 2.0 * np.arange(columns + 1) / columns
    points = np.concatenate([np.stack([x, 0 * x + y, 0 * x], axis=1) for y in (-3, 3)])
    low = np.arange(columns)
    faces = np.stack([low, low + 1, low + columns + 2, low + columns + 1], axis=1)
    return Vt.Vec3fArray.FromNumpy(points.astype(np.float32)), [4] * columns, faces.ravel().tolist()


def growing_pane(studio, velocity=None, acceleration=None):
    """A pane of one quad at 10 and of three at 11, where it begins at x = 1: its left edge is at 50 px."""
    mesh = UsdGeom.Mesh.Define(studio.stage, "/World/Pane")
    mesh.CreateSubdivisionSchemeAttr("none")
    for time, columns, left in ((10.0, 1, -4.0), (11.0, 3, 1.0)):
        points, counts, indices = strip(columns, left)
        mesh.GetPointsAttr().Set(points, time)
        mesh.GetFaceVertexCountsAttr().Set(counts, time)
        mesh.GetFaceVertexIndicesAttr().Set(indices, time)
        if velocity is not None:
            mesh.GetVelocitiesAttr().Set([Gf.Vec3f(velocity * 24.0, 0, 0)] * len(points), time)
        if acceleration is not None:
            mesh.GetAccelerationsAttr().Set([Gf.Vec3f(acceleration * 24.0**2, 0, 0)] * len(points), time)
    return mesh


@pytest.mark.parametrize("acceleration", [None, 4.0])
def test_velocities_carry_the_points_of_the_frame(wall, caplog, acceleration):
    growing_pane(wall, 3.0, acceleration)
    steps = (np.arange(4000) + 0.5) / 4000 - 1.0
    left = 50.0 + 30.0 * steps + 5.0 * (acceleration or 0.0) * steps**2
    frame = draw(wall)
    np.testing.assert_allclose(alpha(frame), share(left, left + 20.0), atol=0.04)
    assert np.flatnonzero(frame["prim_id"][20])[[0, -1]].tolist() == [50, 69]
    assert warnings(caplog) == []


def test_between_samples_velocities_carry_the_points_before(wall):
    growing_pane(wall, 2.0)
    frame = draw(wall, RenderSettings(), time=11.5)
    assert np.flatnonzero(frame["prim_id"][20])[[0, -1]].tolist() == [60, 79]


@pytest.mark.parametrize("bad", ["none", "misaligned", "fewer", "untimed"])
def test_without_velocities_the_frame_counts_and_is_told_of(wall, caplog, bad):
    mesh = growing_pane(wall, None if bad == "none" else 3.0)
    velocities = mesh.GetVelocitiesAttr()
    if bad == "misaligned":
        velocities.ClearAtTime(11.0)
    elif bad == "fewer":
        velocities.Set([Gf.Vec3f(72, 0, 0)], 11.0)
    elif bad == "untimed":
        velocities.Clear()
        velocities.Set([Gf.Vec3f(72, 0, 0)] * 8)
    for _ in range(2):
        np.testing.assert_allclose(alpha(draw(wall, FEW)), share(np.array([50.0]), np.array([70.0])), atol=_EDGE)
    assert len(warnings(caplog)) == 2  # once for each renderer
    assert warnings(caplog)[0].startswith("/World/Pane: its faces, or the number of its points, changed within the shutter")


def test_equal_faces_blur_though_others_come_later(wall, caplog):
    mesh = growing_pane(wall)
    points, counts, indices = strip(3, -2.0)
    mesh.GetPointsAttr().Set(points, 10.0)
    mesh.GetFaceVertexCountsAttr().Set(counts, 10.0)
    mesh.GetFaceVertexIndicesAttr().Set(indices, 10.0)
    points, counts, indices = strip(1, 1.0)
    mesh.GetPointsAttr().Set(points, 12.0)
    mesh.GetFaceVertexCountsAttr().Set(counts, 12.0)
    mesh.GetFaceVertexIndicesAttr().Set(indices, 12.0)
    left = 20.0 + 30.0 * (np.arange(4000) + 0.5) / 4000
    np.testing.assert_allclose(alpha(draw(wall)), share(left, left + 20.0), atol=0.04)
    assert warnings(caplog) == []


def test_faces_edited_between_steps_are_told_of(wall, caplog):
    mesh = UsdGeom.Mesh.Define(wall.stage, "/World/Pane")
    mesh.CreateSubdivisionSchemeAttr("none")
    renderer = wall.renderer()
    for columns, left in ((1, -4.0), (3, 1.0), (2, 0.0)):
        points, counts, indices = strip(columns, left)
        mesh.GetPointsAttr().Set(points)
        mesh.GetFaceVertexCountsAttr().Set(counts)
        mesh.GetFaceVertexIndicesAttr().Set(indices)
        renderer.begin_step()
        frame = renderer.render("/Camera", SIZE, ["hdr_color"], FEW)
        edges = np.array([40.0 + 10.0 * left])
        np.testing.assert_allclose(alpha(frame), share(edges, edges + 20.0), atol=_EDGE)
    assert len(warnings(caplog)) == 1 and warnings(caplog)[0].startswith("/World/Pane: its faces")


def as_moved_prim(wall, still, moving, remove):
    """Render ``moving``; then ``still`` with a transform that has its motion; return both pictures' coverage."""
    moving()
    one = draw(wall)["hdr_color"][..., 3].astype(float)
    wall.stage.RemovePrim(remove)
    prim = still()
    move = UsdGeom.XformCommonAPI(prim)
    move.SetTranslate((-2, 0, 0), 10.0)
    move.SetTranslate((0, 0, 0), 11.0)
    other = draw(wall)["hdr_color"][..., 3].astype(float)
    assert other.sum() > 100.0
    return one, other


def test_points_with_velocities(wall, caplog):
    def define(times):
        points = UsdGeom.Points.Define(wall.stage, "/World/Spray")
        points.CreateWidthsAttr([1.6])
        points.SetWidthsInterpolation("constant")
        for time, places in times:
            points.GetPointsAttr().Set(Vt.Vec3fArray(places), time)
            if not time.IsDefault():
                points.GetVelocitiesAttr().Set([Gf.Vec3f(48, 0, 0)] * len(places), time)
        return points

    last = [(0, 0, 0), (2, 1, 0)]
    one, other = as_moved_prim(
        wall, lambda: define([(Usd.TimeCode.Default(), last)]),
        lambda: define([(Usd.TimeCode(10.0), [(0, 0, 0)]), (Usd.TimeCode(11.0), last)]), "/World/Spray")
    assert np.abs(one - other).max() < 1e-3 and warnings(caplog) == []


def test_curves_with_velocities(wall, caplog):
    def define(times):
        curves = UsdGeom.BasisCurves.Define(wall.stage, "/World/Rope")
        curves.CreateTypeAttr("linear")
        curves.CreateWidthsAttr([0.6])
        curves.SetWidthsInterpolation("constant")
        for time, places in times:
            curves.GetPointsAttr().Set(Vt.Vec3fArray(places), time)
            curves.GetCurveVertexCountsAttr().Set([len(places)], time)
            if not time.IsDefault():
                curves.GetVelocitiesAttr().Set([Gf.Vec3f(48, 0, 0)] * len(places), time)
        return curves

    last = [(0, -1, 0), (0.5, 0, 0), (0, 1.5, 0)]
    one, other = as_moved_prim(
        wall, lambda: define([(Usd.TimeCode.Default(), last)]),
        lambda: define([(Usd.TimeCode(10.0), last[:2]), (Usd.TimeCode(11.0), last)]), "/World/Rope")
    assert np.abs(one - other).max() < 1e-3 and warnings(caplog) == []


def swarm(wall, counts, velocity=None, spin=None):
    instancer = UsdGeom.PointInstancer.Define(wall.stage, "/World/Swarm")
    wall.quad("/World/Swarm/Tile", half=0.8)
    instancer.CreatePrototypesRel().SetTargets(["/World/Swarm/Tile"])
    for time, count in counts:
        instancer.GetProtoIndicesAttr().Set([0] * count, time)
        instancer.GetPositionsAttr().Set([Gf.Vec3f(2.0 * k, k % 2, 0) for k in range(count)], time)
        if velocity is not None:
            instancer.GetVelocitiesAttr().Set([Gf.Vec3f(velocity * 24.0, 0, 0)] * count, time)
        if spin is not None:
            instancer.GetAngularVelocitiesAttr().Set([Gf.Vec3f(0, 0, spin * 24.0)] * count, time)
            instancer.GetOrientationsAttr().Set([Gf.Quath(1)] * count, time)
    return instancer


def test_instances_with_velocities(wall, caplog):
    now = [(Usd.TimeCode.Default(), 2)]
    one, other = as_moved_prim(wall, lambda: swarm(wall, now),
                               lambda: swarm(wall, [(Usd.TimeCode(10.0), 1), (Usd.TimeCode(11.0), 2)], 2.0), "/World/Swarm")
    assert np.abs(one - other).max() < 1e-3 and warnings(caplog) == []


def test_instances_that_spin(wall):
    swarm(wall, [(Usd.TimeCode(10.0), 2), (Usd.TimeCode(11.0), 1)], spin=90.0)
    one = draw(wall)["hdr_color"][..., 3].astype(float)
    wall.stage.RemovePrim("/World/Swarm")
    spun = UsdGeom.XformCommonAPI(wall.quad("/World/Tile", half=0.8))
    spun.SetRotate((0, 0, -90), UsdGeom.XformCommonAPI.RotationOrderXYZ, 10.0)
    spun.SetRotate((0, 0, 0), UsdGeom.XformCommonAPI.RotationOrderXYZ, 11.0)
    other = draw(wall)["hdr_color"][..., 3].astype(float)
    assert np.abs(one - other).max() < 2e-3
    assert 0.05 < one[20, 30:50].min() + one[10, 40] < 2.0 and (np.abs(one - 0.5) < 0.3).sum() > 20  # not sharp


def test_instances_without_velocities_are_told_of(wall, caplog):
    swarm(wall, [(Usd.TimeCode(10.0), 1), (Usd.TimeCode(11.0), 2)])
    frame = draw(wall)
    covered = frame["hdr_color"][..., 3] > 0.5
    np.testing.assert_array_equal(covered, frame["prim_id"] > 0)
    assert len(warnings(caplog)) == 1 and warnings(caplog)[0].startswith("/World/Swarm: its instances, or their number,")
