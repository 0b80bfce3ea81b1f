"""Curves, points and patches against circles, splines and spheres."""

import numpy as np
import pytest
from pxr import Sdf, Usd, UsdGeom

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.meshes import build_mesh
from scenewright.render.scene.nurbs import nurbs_weights
from scenewright.render.scene.tessellate import read_tessellated

TIME = Usd.TimeCode.Default()


@pytest.fixture
def curve_stage():
    return Usd.Stage.CreateInMemory()


def basis_curves(stage, points, counts, *, kind="cubic", basis="bezier", wrap="nonperiodic", widths=(0.2,)):
    curves = UsdGeom.BasisCurves.Define(stage, "/Curves")
    curves.CreatePointsAttr(points)
    curves.CreateCurveVertexCountsAttr(counts)
    curves.CreateTypeAttr(kind)
    curves.CreateBasisAttr(basis)
    curves.CreateWrapAttr(wrap)
    curves.CreateWidthsAttr(list(widths))
    curves.SetWidthsInterpolation("constant" if len(widths) == 1 else "varying")
    return curves


def volume(record):
    p = record.points.astype(np.float64)[record.triangles]
    return np.einsum("ti,ti->t", p[:, 0], np.cross(p[:, 1], p[:, 2])).sum() / 6.0


def test_a_straight_tube_is_a_closed_prism(curve_stage):
    source = read_tessellated(basis_curves(curve_stage, [(0, 0, 0), (0, 0, 3)], [2], kind="linear").GetPrim(), TIME)
    record = build_mesh(source)
    assert np.allclose(np.linalg.norm(source.points[:, :2], axis=1), 0.1)
    prism = 0.5 * 12 * np.sin(2 * np.pi / 12) * 0.1**2 * 3.0  # area of the 12-gon times length; positive: it faces outwards
    assert volume(record) == pytest.approx(prism, rel=1e-5)


@pytest.mark.parametrize("wrap", ["periodic", "pinned", "nonperiodic"])
@pytest.mark.parametrize("basis", ["bspline", "catmullRom"])
def test_cubic_curves_keep_to_a_circle(curve_stage, basis, wrap):
    angle = np.linspace(0.0, 2.0 * np.pi, 48, endpoint=False)
    points = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    source = read_tessellated(basis_curves(curve_stage, points, [48], basis=basis, wrap=wrap, widths=(0.02,)).GetPrim(), TIME)
    radii = np.linalg.norm(source.points.reshape(-1, 12, 3).mean(axis=1)[:, :2], axis=1)
    ends = slice(None) if wrap == "periodic" else slice(8, -8)
    assert np.abs(radii[ends] - 1.0).max() < 4e-3
    if wrap == "pinned":
        centre = source.points.reshape(-1, 12, 3).mean(axis=1)
        assert np.allclose(centre[0], points[0], atol=1e-6)
        assert np.allclose(centre[-1], points[-1], atol=1e-6)
    assert (len(source.counts) == 8 * 48 * 12) == (wrap == "periodic")


def test_a_bezier_passes_through_its_known_middle(curve_stage):
    points = [(0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 0)]
    source = read_tessellated(basis_curves(curve_stage, points, [4], widths=(0.1, 0.3)).GetPrim(), TIME)
    ring = source.points.reshape(-1, 12, 3)
    assert np.allclose(ring[4].mean(axis=0), (0.5, 0.75, 0.0), atol=1e-6)  # De Casteljau at 1/2
    assert np.linalg.norm(ring[4] - ring[4].mean(axis=0), axis=1) == pytest.approx(np.full(12, 0.1), rel=1e-5)  # width 0.2


def test_hermite_equals_its_bezier(curve_stage):
    curves = UsdGeom.HermiteCurves.Define(curve_stage, "/Hermite")
    curves.CreatePointsAttr([(0, 0, 0), (1, 0, 0)])
    curves.CreateTangentsAttr([(0, 3, 0), (0, -3, 0)])
    curves.CreateCurveVertexCountsAttr([2])
    curves.CreateWidthsAttr([0.2])
    curves.SetWidthsInterpolation("constant")
    same = basis_curves(curve_stage, [(0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 0)], [4])
    one, other = (read_tessellated(c.GetPrim(), TIME).points for c in (curves, same))
    assert np.abs(one - other).max() < 1e-6


def test_normals_make_ribbons(curve_stage):
    curves = basis_curves(curve_stage, [(0, 0, 0), (0, 0, 1), (0, 0, 2)], [3], kind="linear")
    curves.CreateNormalsAttr([(0, 1, 0)] * 3)
    curves.SetNormalsInterpolation("varying")
    source = read_tessellated(curves.GetPrim(), TIME)
    assert len(source.counts) == 2
    assert np.allclose(np.abs(source.points[:, 0]), 0.1)
    assert np.allclose(source.points[:, 1], 0.0)


def test_colours_follow_the_curve(curve_stage):
    curves = basis_curves(curve_stage, [(0, 0, 0), (0, 0, 1), (1, 0, 0), (1, 0, 1)], [2, 2], kind="linear")
    primvar = UsdGeom.PrimvarsAPI(curves).CreatePrimvar("displayColor", Sdf.ValueTypeNames.Color3fArray, "uniform")
    primvar.Set([(1, 0, 0), (0, 0, 1)])
    source = read_tessellated(curves.GetPrim(), TIME)
    left = source.points[:, 0] < 0.5
    assert np.all(source.colors.values[left] == (1, 0, 0))
    assert np.all(source.colors.values[~left] == (0, 0, 1))


def test_nurbs_curve_with_bezier_knots_is_the_bezier(curve_stage):
    points = [(0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 0)]
    nurbs = UsdGeom.NurbsCurves.Define(curve_stage, "/Nurbs")
    nurbs.CreatePointsAttr(points)
    nurbs.CreateCurveVertexCountsAttr([4])
    nurbs.CreateOrderAttr([4])
    nurbs.CreateKnotsAttr([0, 0, 0, 0, 1, 1, 1, 1])
    nurbs.CreateWidthsAttr([0.2])
    nurbs.SetWidthsInterpolation("constant")
    same = read_tessellated(basis_curves(curve_stage, points, [4]).GetPrim(), TIME)
    assert np.abs(read_tessellated(nurbs.GetPrim(), TIME).points - same.points).max() < 1e-6


def test_nurbs_basis_is_a_partition_of_one():
    knots = np.array([0, 0, 0, 0.3, 0.3, 0.9, 1, 1, 1])
    weights = nurbs_weights(knots, 3, np.linspace(0, 1, 50), "/x")
    assert weights.shape == (50, 6)
    assert np.allclose(weights.sum(axis=1), 1.0)
    assert weights.min() >= 0.0


def test_rational_patch_is_a_cylinder(curve_stage):
    patch = UsdGeom.NurbsPatch.Define(curve_stage, "/Patch")
    quarter = [(1, 0), (1, 1), (0, 1)]
    patch.CreatePointsAttr([(x, y, z) for z in (0, 2) for x, y in quarter])
    patch.CreatePointWeightsAttr([1, 0.5**0.5, 1] * 2)
    patch.CreateUVertexCountAttr(3)
    patch.CreateVVertexCountAttr(2)
    patch.CreateUOrderAttr(3)
    patch.CreateVOrderAttr(2)
    patch.CreateUKnotsAttr([0, 0, 0, 1, 1, 1])
    patch.CreateVKnotsAttr([0, 0, 1, 1])
    source = read_tessellated(patch.GetPrim(), TIME)
    assert np.allclose(np.linalg.norm(source.points[:, :2], axis=1), 1.0, atol=1e-6)


def test_points_are_spheres_of_their_widths(curve_stage):
    points = UsdGeom.Points.Define(curve_stage, "/Points")
    points.CreatePointsAttr([(0, 0, 0), (5, 0, 0)])
    points.CreateWidthsAttr([1.0, 2.0])
    source = read_tessellated(points.GetPrim(), TIME)
    record = build_mesh(source)
    ball = source.points.reshape(2, -1, 3) - np.array([(0, 0, 0), (5, 0, 0)])[:, None]
    radii = np.linalg.norm(ball, axis=2)
    assert np.allclose(radii, [[0.5], [1.0]], atol=1e-6)
    assert volume(record) == pytest.approx(4 / 3 * np.pi * (0.5**3 + 1.0), rel=0.05)


@pytest.mark.parametrize(("change", "message"), [
    (lambda c: c.CreateCurveVertexCountsAttr([5]), "add up to 5"),
    (lambda c: c.CreateWidthsAttr([1.0, 2.0]), "widths has 2 values"),
    (lambda c: c.CreatePointsAttr([(0, 0, float("nan"))] * 4), "finite"),
])
def test_curves_that_do_not_fit_are_named(curve_stage, change, message):
    curves = basis_curves(curve_stage, [(0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 0)], [4])
    change(curves)
    with pytest.raises(SceneError, match=message):
        read_tessellated(curves.GetPrim(), TIME)


def test_curves_and_points_without_widths_are_left_out(curve_stage, caplog):
    curves = basis_curves(curve_stage, [(0, 0, 0), (0, 0, 1)], [2], kind="linear")
    curves.GetWidthsAttr().Clear()
    points = UsdGeom.Points.Define(curve_stage, "/Points")
    points.CreatePointsAttr([(0, 0, 0)])
    assert read_tessellated(curves.GetPrim(), TIME) is None
    assert read_tessellated(points.GetPrim(), TIME) is None
    assert caplog.text.count("Author widths") == 2
