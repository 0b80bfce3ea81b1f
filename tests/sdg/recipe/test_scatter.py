"""Scattering: uniform by area, resting, apart."""

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom

from scenewright.sdg.recipe.scatter import NoRoomError, place, surface_triangles

FLOOR = np.array([[[0, 0, 0], [1, 0, 0], [1, 1, 0]], [[0, 0, 0], [1, 1, 0], [0, 1, 0]]], dtype=float)
UNIT = np.array([[-0.5, -0.5, -0.5], [0.5, 0.5, 0.5]])


def test_points_are_uniform_over_area():
    wide = np.array([[[1, 0, 0], [4, 0, 0], [4, 1, 0]], [[1, 0, 0], [4, 1, 0], [1, 1, 0]]], dtype=float)
    boxes = np.zeros((4000, 2, 3))
    points = place(np.concatenate([FLOOR, wide]), boxes, np.random.default_rng(0), up=2)
    counts = np.histogram(points[:, 0], bins=4, range=(0, 4))[0]
    assert (np.abs(counts - 1000) < 5 * (4000 * 0.25 * 0.75) ** 0.5).all()
    assert (points[:, 2] == 0).all()


def test_boxes_rest_on_the_surface_whatever_their_origin():
    boxes = np.array([UNIT + np.array([0.0, 0.0, 3.0]), UNIT * 0.2])
    points = place(FLOOR, boxes, np.random.default_rng(0), up=2, offset=0.25)
    assert np.allclose(points[:, 2] + boxes[:, 0, 2], 0.25)


def test_prims_stay_apart_and_clear_of_obstacles():
    boxes = np.repeat(UNIT[None] * 0.1, 20, axis=0)
    wall = np.array([[[0.0, 0.0, -1.0], [0.5, 1.0, 1.0]]])
    points = place(FLOOR, boxes, np.random.default_rng(0), up=2, apart=True, obstacles=wall)
    assert (points[:, 0] >= 0.55 - 1e-6).all()
    gaps = np.abs(points[:, None] - points[None])[:, :, :2].max(axis=2) + np.eye(20)
    assert gaps.min() >= 0.1 - 1e-6


def test_what_does_not_fit_is_an_error_and_limits_hold():
    with pytest.raises(NoRoomError) as caught:
        place(FLOOR, np.repeat(UNIT[None], 9, axis=0), np.random.default_rng(0), up=2, apart=True)
    assert 1 <= caught.value.prim < 9
    points = place(FLOOR, np.zeros((50, 2, 3)), np.random.default_rng(0), up=2, low=(0.5, None, None), high=(None, 0.5, None))
    assert (points[:, 0] >= 0.5).all() and (points[:, 1] <= 0.5).all()


@pytest.mark.parametrize(
    ("kind", "area"),
    [
        ("Cube", 24.0),
        ("Sphere", 4 * np.pi),
        ("Cylinder", 6 * np.pi),
        ("Cone", np.pi * (1 + 5**0.5)),
        ("Capsule", 2 * np.pi),
        ("Plane", 4.0),
    ],
)
def test_gprims_have_their_area_and_extent(kind, area):
    stage = Usd.Stage.CreateInMemory()
    prim = stage.DefinePrim("/P", kind)
    triangles = surface_triangles([prim])
    found = np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1).sum() / 2
    assert found == pytest.approx(area, rel=3e-3)
    extent = np.array(UsdGeom.Boundable.ComputeExtentFromPlugins(UsdGeom.Boundable(prim), Usd.TimeCode.Default()))
    assert np.allclose(triangles.reshape(-1, 3).min(0), extent[0], atol=1e-6)
    assert np.allclose(triangles.reshape(-1, 3).max(0), extent[1], atol=1e-6)


def test_meshes_with_any_faces_are_cut_into_triangles_in_world_space():
    stage = Usd.Stage.CreateInMemory()
    mesh = UsdGeom.Mesh.Define(stage, "/A/M")
    mesh.CreatePointsAttr([(0, 0, 0), (2, 0, 0), (2, 1, 0), (1, 2, 0), (0, 1, 0), (5, 5, 0), (6, 5, 0), (5, 6, 0)])
    mesh.CreateFaceVertexCountsAttr([5, 3])
    mesh.CreateFaceVertexIndicesAttr([0, 1, 2, 3, 4, 5, 6, 7])
    UsdGeom.Xformable(mesh).AddTranslateOp().Set(Gf.Vec3d(0, 0, 7))
    triangles = surface_triangles([stage.GetPrimAtPath("/A")])
    assert len(triangles) == 4 and (triangles[..., 2] == 7).all()
    area = np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1).sum() / 2
    assert area == pytest.approx(3.0 + 0.5)
