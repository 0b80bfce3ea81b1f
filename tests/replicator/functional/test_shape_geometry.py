"""Unit meshes: closed, outward, of the areas and volumes of the shapes they approximate."""

import numpy as np
import pytest

from scenewright.replicator.functional.shape_geometry import SHAPE_MESHES, oriented, triangulated

# shape: (size of the box, volume, area) of the exact shape
EXACT = {
    "cube": ((1, 1, 1), 1.0, 6.0),
    "sphere": ((1, 1, 1), np.pi / 6, np.pi),
    "cylinder": ((1, 1, 1), np.pi / 4, 1.5 * np.pi),
    "cone": ((1, 1, 1), np.pi / 12, np.pi / 4 + np.pi * 0.5 * np.hypot(1.0, 0.5)),
    "capsule": ((0.5, 0.5, 1), np.pi * 0.25**2 * 0.5 + 4 / 3 * np.pi * 0.25**3, np.pi * 0.5 * 0.5 + 4 * np.pi * 0.25**2),
    "torus": ((1, 1, 1 / 3), 2 * np.pi**2 * (1 / 3) / 36, 4 * np.pi**2 * (1 / 3) / 6),
    "plane": ((1, 1, 0), 0.0, 1.0),
    "disk": ((1, 1, 0), 0.0, np.pi / 4),
}


def corners_of(mesh):
    triangles = triangulated(mesh.face_counts, mesh.corners)
    return mesh.points[triangles].astype(np.float64), triangles


@pytest.mark.parametrize("shape", EXACT)
def test_size_volume_and_area(shape):
    mesh = SHAPE_MESHES[shape]()
    size, volume, area = EXACT[shape]
    p, _ = corners_of(mesh)
    np.testing.assert_allclose(np.ptp(mesh.points, axis=0), size, atol=1e-6)
    np.testing.assert_allclose(mesh.points.max(axis=0) + mesh.points.min(axis=0), 0.0, atol=1e-6)
    found = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    assert np.einsum("ni,ni->", p[:, 0], np.cross(p[:, 1], p[:, 2])) / 6 == pytest.approx(volume, rel=0.02)
    assert np.linalg.norm(found, axis=1).sum() / 2 == pytest.approx(area, rel=0.01)


@pytest.mark.parametrize("shape", [name for name in EXACT if name not in ("plane", "disk")])
def test_solids_are_closed(shape):
    _, triangles = corners_of(SHAPE_MESHES[shape]())
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    forward = {tuple(edge) for edge in edges.tolist()}
    assert len(forward) == len(edges)
    assert forward == {(b, a) for a, b in forward}


@pytest.mark.parametrize("shape", EXACT)
def test_normals_are_unit_and_on_the_side_of_the_winding(shape):
    mesh = SHAPE_MESHES[shape]()
    p, _ = corners_of(mesh)
    faces = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    faces /= np.linalg.norm(faces, axis=1, keepdims=True)
    normals = mesh.normals[triangulated(mesh.face_counts, np.arange(len(mesh.corners)))]
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-6)
    assert np.einsum("nci,ni->nc", normals, faces).min() > 0.9


def test_sphere_and_torus_normals_are_the_exact_ones():
    sphere = SHAPE_MESHES["sphere"]()
    poles = np.abs(sphere.points[sphere.corners][:, 2]) > 0.4999
    np.testing.assert_allclose(sphere.normals[~poles], 2 * sphere.points[sphere.corners][~poles], atol=1e-5)
    torus = SHAPE_MESHES["torus"]()
    points = torus.points[torus.corners]
    ring = points * [1, 1, 0] / np.linalg.norm(points[:, :2], axis=1, keepdims=True) / 3
    np.testing.assert_allclose(torus.normals, (points - ring) * 6, atol=1e-5)


def test_cube_has_six_quads_that_each_hold_the_whole_texture():
    cube = SHAPE_MESHES["cube"]()
    assert cube.face_counts.tolist() == [4] * 6
    assert len(cube.points) == 8
    for face in cube.uvs.reshape(6, 4, 2):
        assert sorted(map(tuple, face.tolist())) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_fans_of_polygons_keep_face_order():
    triangles = triangulated(np.array([3, 5, 2, 4]), np.arange(14))
    assert triangles.tolist() == [[0, 1, 2], [3, 4, 5], [3, 5, 6], [3, 6, 7], [10, 11, 12], [10, 12, 13]]


@pytest.mark.parametrize(("axis", "apex"), [("X", (0.5, 0, 0)), ("Y", (0, 0.5, 0)), ("Z", (0, 0, 0.5))])
def test_orientation_turns_the_axis_and_keeps_the_winding(axis, apex):
    cone = oriented(SHAPE_MESHES["cone"](), axis)
    distance = np.linalg.norm(cone.points - np.array(apex, dtype=np.float32), axis=1)
    assert distance.min() < 1e-6
    p, _ = corners_of(cone)
    assert np.einsum("ni,ni->", p[:, 0], np.cross(p[:, 1], p[:, 2])) > 0
