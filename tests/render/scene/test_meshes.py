import logging

import numpy as np
import pytest
from pxr import Sdf, UsdGeom, UsdVol, Vt

from scenewright.render.scene.errors import SceneError

CUBE_POINTS = [(x, y, z) for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)]
CUBE_FACES = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]


def add_cube(add_mesh, stage, path="/mesh"):
    return add_mesh(stage, path, CUBE_POINTS, [4] * 6, [i for face in CUBE_FACES for i in face])


def only_mesh(scene):
    (mesh,) = scene.meshes.values()
    return mesh


def test_flat_normals_point_out_of_a_cube(stage, open_scene, add_mesh):
    add_cube(add_mesh, stage)
    mesh = only_mesh(open_scene(stage))
    center = mesh.points[mesh.triangles].mean(axis=1)
    normals = mesh.corner_normals.reshape(-1, 3, 3)
    assert mesh.triangles.shape == (12, 3)
    np.testing.assert_allclose(normals, np.sign(np.round(center * 1.4))[:, None].repeat(3, 1) * (np.abs(center) > 0.9)[:, None])
    assert mesh.face_of_triangle.tolist() == sorted(list(range(6)) * 2)


def test_meshes_without_scheme_and_normals_get_smooth_ones(stage, open_scene, add_mesh):
    """By symmetry the angle-weighted normal of a cube's corner is its diagonal, whatever way the quads are split."""
    add_cube(add_mesh, stage).GetSubdivisionSchemeAttr().Clear()
    mesh = only_mesh(open_scene(stage))
    corners = mesh.points[mesh.triangles].reshape(-1, 3)
    np.testing.assert_allclose(mesh.corner_normals, corners / np.sqrt(3), atol=1e-6)


def test_left_handed_meshes_are_turned(stage, open_scene, add_mesh):
    add_mesh(stage, "/mesh").CreateOrientationAttr("leftHanded")
    mesh = only_mesh(open_scene(stage))
    p = mesh.points[mesh.triangles]
    assert (np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])[:, 2] < 0).all()
    np.testing.assert_array_equal(mesh.corner_normals, np.tile((0, 0, -1), (6, 1)))


@pytest.mark.parametrize(
    ("interpolation", "count"), [("constant", 1), ("uniform", 2), ("vertex", 6), ("varying", 6), ("faceVarying", 8)]
)
@pytest.mark.parametrize("indexed", [False, True])
def test_every_interpolation_reaches_the_right_corner(stage, open_scene, add_mesh, interpolation, count, indexed):
    """Two quads side by side; values name what they belong to, so that each corner can be checked by itself."""
    points = [(0, 0, 0), (1, 0, 0), (2, 0, 0), (2, 1, 0), (1, 1, 0), (0, 1, 0)]
    faces = [(0, 1, 4, 5), (1, 2, 3, 4)]
    mesh = add_mesh(stage, "/mesh", points, [4, 4], [i for f in faces for i in f])
    names = np.arange(count)
    values = np.stack([names + 0.25, 100.0 + names], axis=1)
    primvar = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, interpolation)
    order = names[::-1] if indexed else names
    primvar.Set(Vt.Vec2fArray.FromNumpy(values[order].astype(np.float32)))
    if indexed:
        primvar.SetIndices(Vt.IntArray.FromNumpy(np.argsort(order).astype(np.int32)))
    record = only_mesh(open_scene(stage))
    flat = [i for f in faces for i in f]
    for corner, uv in enumerate(record.corner_uvs):
        face = record.face_of_triangle[corner // 3]
        vertex = record.triangles.reshape(-1)[corner]
        face_corner = 4 * face + faces[face].index(vertex)
        assert flat[face_corner] == vertex
        expected = {"constant": 0, "uniform": face, "vertex": vertex, "varying": vertex, "faceVarying": face_corner}
        assert uv.tolist() == [expected[interpolation] + 0.25, 100 + expected[interpolation]]


@pytest.mark.parametrize("name", ["UVMap", "map_of_another_name"])
def test_texture_coordinates_by_other_names_are_found(stage, open_scene, add_mesh, name):
    mesh = add_mesh(stage, "/mesh")
    primvar = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar(name, Sdf.ValueTypeNames.TexCoord2fArray, "vertex")
    primvar.Set([(0, 0), (1, 0), (1, 1), (0, 1)])
    record = only_mesh(open_scene(stage))
    np.testing.assert_array_equal(record.corner_uvs, record.points[record.triangles].reshape(-1, 3)[:, :2])


def test_meshes_without_texture_coordinates_have_zeros(stage, open_scene, add_mesh):
    add_mesh(stage, "/mesh")
    record = only_mesh(open_scene(stage))
    assert record.corner_uvs.shape == (6, 2)
    assert not record.corner_uvs.any()


def test_authored_normals_win_and_the_primvar_beats_the_attribute(stage, open_scene, add_mesh):
    mesh = add_mesh(stage, "/mesh")
    mesh.CreateNormalsAttr([(0, 2, 0)] * 4)
    scene = open_scene(stage)
    np.testing.assert_array_equal(only_mesh(scene).corner_normals, np.tile((0, 1, 0), (6, 1)))
    primvar = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar("normals", Sdf.ValueTypeNames.Normal3fArray, "constant")
    primvar.Set([(3, 0, 0)])
    assert scene.sync().meshes == {"/mesh"}
    np.testing.assert_array_equal(only_mesh(scene).corner_normals, np.tile((1, 0, 0), (6, 1)))


def test_zero_normals_fall_back_to_the_face(stage, open_scene, add_mesh):
    add_mesh(stage, "/mesh").CreateNormalsAttr([(0, 0, 0)] * 4)
    np.testing.assert_array_equal(only_mesh(open_scene(stage)).corner_normals, np.tile((0, 0, 1), (6, 1)))


def test_a_primvar_of_the_wrong_length_is_ignored_with_a_warning(stage, open_scene, add_mesh, caplog):
    add_mesh(stage, "/mesh").CreateNormalsAttr([(0, 1, 0)] * 3)
    with caplog.at_level(logging.WARNING):
        record = only_mesh(open_scene(stage))
    assert "/mesh: normals has 3 values; interpolation 'vertex' needs 4" in caplog.text
    np.testing.assert_array_equal(record.corner_normals, np.tile((0, 0, 1), (6, 1)))


def test_holes_and_degenerate_faces_leave_no_triangles(stage, open_scene, add_mesh):
    mesh = add_mesh(stage, "/mesh", CUBE_POINTS, [4, 4, 2], [0, 2, 3, 1, 4, 5, 7, 6, 0, 1])
    mesh.CreateHoleIndicesAttr([0])
    assert only_mesh(open_scene(stage)).face_of_triangle.tolist() == [1, 1]


def test_meshes_without_faces_are_skipped(stage, open_scene, add_mesh):
    add_mesh(stage, "/empty", [], [], [])
    add_mesh(stage, "/edges", counts=[2], indices=[0, 1])
    UsdGeom.Mesh.Define(stage, "/nothing")
    assert open_scene(stage).instances == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"indices": [0, 1, 2, 4]}, "faceVertexIndices holds 4, outside the 4 points"),
        ({"indices": [0, 1, -1, 2]}, "faceVertexIndices holds -1"),
        ({"counts": [3]}, "faceVertexCounts add up to 3, but faceVertexIndices has 4"),
        ({"points": [(0, 0, 0), (1, 0, 0), (float("nan"), 1, 0), (0, 1, 0)]}, r"points\[2\] is \(nan, 1.0, 0.0\)"),
        ({"points": [(0, 0, 0), (1, 0, 0), (0, float("inf"), 0), (0, 1, 0)]}, "must be finite"),
    ],
)
def test_broken_meshes_are_errors_that_name_the_prim(stage, open_scene, add_mesh, change, message):
    add_mesh(stage, "/World/broken", **change)
    with pytest.raises(SceneError, match="/World/broken: .*" + message):
        open_scene(stage)


def test_a_repaired_mesh_can_be_synced_again(stage, open_scene, add_mesh):
    mesh = add_mesh(stage, "/mesh")
    scene = open_scene(stage)
    mesh.GetFaceVertexCountsAttr().Set([3])
    with pytest.raises(SceneError):
        scene.sync()
    with pytest.raises(SceneError):
        scene.sync()
    mesh.GetFaceVertexCountsAttr().Set([4])
    assert scene.sync().structure
    assert len(scene.instances) == 1


def test_colours_that_vary_are_brought_to_the_corners(stage, open_scene, add_mesh):
    mesh = add_mesh(stage, "/mesh")
    primvar = mesh.CreateDisplayColorPrimvar("vertex")
    primvar.Set([(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)])
    scene = open_scene(stage)
    record = only_mesh(scene)
    expected = np.array([(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)], np.float32)[record.triangles.reshape(-1)]
    np.testing.assert_array_equal(record.corner_colors, expected)
    assert scene.instances[0].slot_colors == ((0.5, 0.5, 0.5),)


def test_constant_colours_stay_out_of_the_mesh(stage, open_scene, add_mesh):
    add_mesh(stage, "/mesh").CreateDisplayColorAttr([(0.25, 0.5, 0.75)])
    scene = open_scene(stage)
    assert only_mesh(scene).corner_colors is None
    assert scene.instances[0].slot_colors == ((0.25, 0.5, 0.75),)


def test_subsets_become_slots(stage, open_scene, add_mesh):
    mesh = add_cube(add_mesh, stage, "/World/mesh")
    UsdGeom.Subset.CreateGeomSubset(mesh, "left", "face", [4], "materialBind")
    UsdGeom.Subset.CreateGeomSubset(mesh, "ends", "face", [0, 1], "labels")
    UsdGeom.Subset.CreateGeomSubset(mesh, "points", "point", [0, 1])
    scene = open_scene(stage)
    assert scene.prim_paths == ("", "/World/mesh", "/World/mesh/left", "/World/mesh/ends")
    assert scene.instance_first_prim.tolist() == [1]
    record = only_mesh(scene)
    assert dict(zip(record.face_of_triangle.tolist(), record.triangle_slots.tolist(), strict=False)) == {
        0: 2, 1: 2, 2: 0, 3: 0, 4: 1, 5: 0}


def test_a_subset_outside_the_mesh_is_an_error(stage, open_scene, add_mesh):
    mesh = add_mesh(stage, "/World/mesh")
    UsdGeom.Subset.CreateGeomSubset(mesh, "part", "face", [1])
    with pytest.raises(SceneError, match="/World/mesh/part: indices reach 1, outside the 1 faces"):
        open_scene(stage)


def test_equal_meshes_are_one_record(stage, open_scene, add_mesh):
    for k in range(3):
        add_mesh(stage, f"/m{k}").AddTranslateOp().Set((k, 0, 0))
    add_mesh(stage, "/other", [(0, 0, 0), (2, 0, 0), (0, 1, 0)])
    scene = open_scene(stage)
    assert {i.path: i.mesh for i in scene.instances} == {"/m0": "/m0", "/m1": "/m0", "/m2": "/m0", "/other": "/other"}
    assert set(scene.meshes) == {"/m0", "/other"}


def test_tet_meshes_are_drawn_by_their_surface(stage, open_scene):
    tets = UsdGeom.TetMesh.Define(stage, "/tet")
    tets.CreatePointsAttr([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)])
    tets.CreateTetVertexIndicesAttr([(0, 1, 2, 3)])
    record = only_mesh(open_scene(stage))
    p = record.points.astype(float)[record.triangles]
    volume = np.einsum("ti,ti->t", p[:, 0], np.cross(p[:, 1], p[:, 2])).sum() / 6
    assert len(record.triangles) == 4
    assert volume == pytest.approx(1 / 6)


def test_unsupported_gprims_are_named_once(stage, open_scene, caplog):
    UsdVol.Volume.Define(stage, "/a")
    UsdVol.Volume.Define(stage, "/b")
    with caplog.at_level(logging.WARNING):
        assert open_scene(stage).instances == []
    assert caplog.text.count("prims of type Volume are not rendered yet") == 1
