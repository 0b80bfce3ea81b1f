"""Subdivision surfaces against B-splines, their own limit, and Blender's rules of thumb."""

import numpy as np
import pytest
from pxr import Sdf, Usd, UsdGeom

from scenewright.render.scene.meshes import build_mesh, read_mesh
from scenewright.render.scene.subdivision import Cage, levels_for, limit_points, refine

CUBE_POINTS = np.array([(x, y, z) for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)], np.float64)
CUBE_FACES = np.array([0, 2, 3, 1, 4, 5, 7, 6, 0, 1, 5, 4, 2, 6, 7, 3, 0, 4, 6, 2, 1, 3, 7, 5])
TETRAHEDRON = np.array([0, 2, 1, 0, 1, 3, 1, 2, 3, 0, 3, 2])


def cube_cage(**changes):
    cage = Cage.of(np.full(6, 4), CUBE_FACES, 8)
    return cage.__class__(**{**cage.__dict__, **changes})


def refined(cage, values, scheme, levels):
    for _ in range(levels):
        cage, values, _linear = refine(cage, values, scheme)
    return cage, values


def grid(n):
    points = np.array([(x, y, np.sin(1.3 * x) * np.cos(0.7 * y)) for y in range(n) for x in range(n)], np.float64)
    quads = [(y * n + x, y * n + x + 1, (y + 1) * n + x + 1, (y + 1) * n + x) for y in range(n - 1) for x in range(n - 1)]
    return Cage.of(np.full(len(quads), 4), np.array(quads).reshape(-1), n * n), points


def cubic_b_spline(control):
    """Values at the knots of a uniform cubic B-spline along axis 0, inner knots only."""
    return (control[:-2] + 4.0 * control[1:-1] + control[2:]) / 6.0


def test_regular_grid_is_a_bicubic_b_spline():
    cage, points = grid(6)
    fine, values = refined(cage, points, "catmullClark", 2)
    at_old = limit_points(fine, values, "catmullClark")[:36].reshape(6, 6, 3)
    expected = cubic_b_spline(cubic_b_spline(points.reshape(6, 6, 3)).swapaxes(0, 1)).swapaxes(0, 1)
    assert np.abs(at_old[1:-1, 1:-1] - expected).max() < 1e-12


def test_border_is_a_cubic_b_spline_and_its_corners_stay():
    cage, points = grid(5)
    fine, values = refined(cage, points, "catmullClark", 1)
    limit = limit_points(fine, values, "catmullClark")
    row = points[:5]
    assert np.abs(limit[1:4] - cubic_b_spline(row)).max() < 1e-12
    assert np.array_equal(limit[[0, 4, 20, 24]], points[[0, 4, 20, 24]])


@pytest.mark.parametrize(("scheme", "cage"), [
    ("catmullClark", cube_cage()),
    ("loop", Cage.of(np.full(4, 3), TETRAHEDRON, 4)),
    ("catmullClark", cube_cage(edges=np.array([[4, 5], [5, 7], [6, 7], [4, 6]]), edge_sharpness=np.full(4, 10.0))),
])
def test_limit_is_where_refinement_goes(scheme, cage):
    points = CUBE_POINTS[:cage.vertices] * (1.0, 0.8, 1.3)
    once, values = refined(cage, points, scheme, 1)
    often, far = refined(once, values, scheme, 6)
    assert np.abs(limit_points(once, values, scheme) - far[:once.vertices]).max() < 2e-3
    assert np.abs(limit_points(often, far, scheme)[:once.vertices] - limit_points(once, values, scheme)).max() < 1e-9


def test_subdivided_cube_has_the_known_shape():
    # One step of Catmull-Clark on a cube of edge 2: corners go to 5/9, edge points to 3/4 (Catmull and Clark 1978).
    _, values = refined(cube_cage(), CUBE_POINTS, "catmullClark", 1)
    assert np.allclose(np.abs(values[:8]), 5.0 / 9.0)
    assert np.allclose(np.sort(np.abs(values[8:20]), axis=1), (0.0, 0.75, 0.75))
    assert np.allclose(np.sort(np.abs(values[20:]), axis=1), (0.0, 0.0, 1.0))


def test_sharp_edges_all_round_keep_the_cube():
    ends = np.array([(a, b) for a in range(8) for b in range(a + 1, 8) if bin(a ^ b).count("1") == 1])
    cage = cube_cage(edges=ends, edge_sharpness=np.full(12, 10.0))
    fine, values = refined(cage, CUBE_POINTS, "catmullClark", 3)
    assert np.allclose(np.abs(limit_points(fine, values, "catmullClark")).max(axis=1), 1.0)


def test_sharpness_lies_between_smooth_and_sharp():
    ends = np.array([[4, 5], [5, 7], [6, 7], [4, 6]])
    heights = []
    for sharpness in (0.0, 0.5, 1.0, 1.5, 2.0, 10.0):
        cage = cube_cage(edges=ends, edge_sharpness=np.full(4, sharpness))
        fine, values = refined(cage, CUBE_POINTS, "catmullClark", 4)
        heights.append(limit_points(fine, values, "catmullClark")[4:8, 2].mean())
    assert np.all(np.diff(heights) > 0.0)
    assert heights[-1] == pytest.approx(1.0)


def test_vertices_keep_their_affine_position():
    cage, points = grid(4)
    turned = points @ np.array([[0.0, 2.0, 0.0], [-1.0, 0.0, 0.0], [0.3, 0.0, 1.0]]) + (5.0, -3.0, 1.0)
    one = refined(cage, points, "catmullClark", 2)[1] @ np.array([[0.0, 2.0, 0.0], [-1.0, 0.0, 0.0], [0.3, 0.0, 1.0]])
    assert np.abs(one + np.array((5.0, -3.0, 1.0)) - refined(cage, turned, "catmullClark", 2)[1]).max() < 1e-12


def test_levels_suit_the_size():
    assert [levels_for(n) for n in (0, 6, 300, 5_000, 40_000, 200_000)] == [0, 4, 3, 1, 1, 0]


def mesh_on_stage(scheme=None):
    stage = Usd.Stage.CreateInMemory()
    mesh = UsdGeom.Mesh.Define(stage, "/Cube")
    mesh.CreatePointsAttr(CUBE_POINTS)
    mesh.CreateFaceVertexCountsAttr([4] * 6)
    mesh.CreateFaceVertexIndicesAttr(CUBE_FACES)
    if scheme:
        mesh.CreateSubdivisionSchemeAttr(scheme)
    return stage, mesh


def record_of(mesh, level=None):
    return build_mesh(read_mesh(mesh.GetPrim(), Usd.TimeCode.Default(), subdivision_level=level))


def test_only_an_authored_scheme_refines():
    (_plain_stage, plain), (_none_stage, none), (_smooth_stage, authored) = (
        mesh_on_stage(scheme) for scheme in (None, "none", "catmullClark"))
    assert len(record_of(plain).triangles) == 12
    assert len(record_of(none).triangles) == 12
    smooth = record_of(authored)
    assert len(smooth.triangles) == 12 * 4**4
    # nearly round: within 10 % of a sphere, and closed
    radii = np.linalg.norm(smooth.points, axis=1)
    assert radii.max() / radii.min() < 1.1
    assert len(record_of(authored, level=0).triangles) == 12
    assert len(record_of(plain, level=1).triangles) == 48
    assert len(record_of(none, level=1).triangles) == 12


def test_refinement_override_of_the_prim_wins():
    _stage, mesh = mesh_on_stage("none")
    _other, smooth = mesh_on_stage("catmullClark")
    for prim in (mesh.GetPrim(), smooth.GetPrim()):
        prim.CreateAttribute("refinementEnableOverride", Sdf.ValueTypeNames.Bool).Set(True)
        prim.CreateAttribute("refinementLevel", Sdf.ValueTypeNames.Int).Set(2)
    assert len(record_of(mesh).triangles) == 12
    assert len(record_of(smooth).triangles) == 12 * 16


def test_values_follow_their_interpolation():
    _stage, mesh = mesh_on_stage("catmullClark")
    api = UsdGeom.PrimvarsAPI(mesh)
    corners = np.array([(2.0 * face + u, v) for face in range(6) for u, v in ((0, 0), (1, 0), (1, 1), (0, 1))])
    st = api.CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.faceVarying)
    st.Set(corners.astype(np.float32))
    api.CreatePrimvar("displayColor", Sdf.ValueTypeNames.Color3fArray, UsdGeom.Tokens.uniform).Set(
        [(k / 6.0, 0.0, 0.0) for k in range(6)])
    record = record_of(mesh, level=2)
    faces = record.face_of_triangle
    assert np.bincount(faces).tolist() == [32] * 6
    assert np.allclose(record.corner_colors[:, 0], np.repeat(faces, 3) / 6.0)
    chart = record.corner_uvs[np.repeat(faces == 1, 3)]  # a square by itself, whose corners stay
    assert np.allclose(chart.min(axis=0), (2.0, 0.0))
    assert np.allclose(chart.max(axis=0), (3.0, 1.0))


def test_open_border_none_leaves_faces_out_and_holes_are_kept():
    stage = Usd.Stage.CreateInMemory()
    mesh = UsdGeom.Mesh.Define(stage, "/Grid")
    cage, points = grid(5)
    mesh.CreatePointsAttr(points)
    mesh.CreateFaceVertexCountsAttr(cage.counts.tolist())
    mesh.CreateFaceVertexIndicesAttr(cage.indices.tolist())
    mesh.CreateSubdivisionSchemeAttr("catmullClark")
    mesh.CreateHoleIndicesAttr([5])
    assert 5 not in record_of(mesh, level=1).face_of_triangle
    mesh.CreateInterpolateBoundaryAttr("none")
    assert sorted(set(record_of(mesh, level=1).face_of_triangle.tolist())) == [6, 9, 10]


def test_creases_that_do_not_fit_are_named():
    _stage, mesh = mesh_on_stage("catmullClark")
    mesh.CreateCreaseIndicesAttr([4, 5, 7, 99])
    mesh.CreateCreaseLengthsAttr([4])
    mesh.CreateCreaseSharpnessesAttr([3.0])
    with pytest.raises(ValueError, match="creaseIndices reaches 99"):
        record_of(mesh)

