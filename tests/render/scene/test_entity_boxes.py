import numpy as np
import pytest
from pxr import Gf, UsdGeom

from scenewright.render.scene.entity_boxes import shape_extents
from scenewright.render.scene.records import ShapeKind

AROUND = np.linspace(0, 2 * np.pi, 721)


def ring(radius, z):
    return np.stack([radius * np.cos(AROUND), radius * np.sin(AROUND), np.full_like(AROUND, z)], axis=1)


def ball(radius, z):
    lat = np.linspace(-np.pi / 2, np.pi / 2, 361)
    return np.concatenate([ring(radius * np.cos(a), z + radius * np.sin(a)) for a in lat])


SURFACES = {
    ShapeKind.CUBE: ((0.7, 0, 0, 0), 0.7 * np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])),
    ShapeKind.SPHERE: ((0.7, 0, 0, 0), ball(0.7, 0)),
    ShapeKind.CYLINDER: ((0.7, 0.3, 1.2, 0), np.concatenate([ring(0.7, -1.2), ring(0.3, 1.2)])),
    ShapeKind.CONE: ((0.7, 0, 1.2, 0), np.concatenate([ring(0.7, -1.2), [(0, 0, 1.2)]])),
    ShapeKind.CAPSULE: ((0.4, 0, 1.2, 0), np.concatenate([ball(0.4, -1.2), ball(0.4, 1.2)])),
    ShapeKind.PLANE: ((0.7, 1.3, 0, 0), np.array([(x, y, 0) for x in (-0.7, 0.7) for y in (-1.3, 1.3)])),
    ShapeKind.DISK: ((0.7, 0, 0, 0), ring(0.7, 0)),
}


@pytest.mark.parametrize("kind", SURFACES)
def test_shape_boxes_are_tight_under_any_affine_map(kind):
    size, surface = SURFACES[kind]
    rng = np.random.default_rng(int(kind))
    matrices = np.tile(np.eye(4), (5, 1, 1))
    matrices[:, :3, :3] = rng.normal(size=(5, 3, 3))
    matrices[:, 3, :3] = rng.normal(size=(5, 3))
    found = shape_extents(np.full(5, kind), np.tile(size, (5, 1)), matrices)
    for matrix, box in zip(matrices, found, strict=True):
        points = surface @ matrix[:3, :3] + matrix[3, :3]
        np.testing.assert_allclose(box, [*points.min(0), *points.max(0)], atol=1e-4)


def test_boxes_are_local_and_unscaled(stage, open_scene, label):
    cube = UsdGeom.Cube.Define(stage, "/World/cube")
    cube.CreateSizeAttr(1.0)
    cube.AddTranslateOp().Set((1, 2, 3))
    cube.AddRotateXYZOp().Set((10, 20, 30))
    cube.AddScaleOp().Set((2, 3, 4))
    label(cube.GetPrim(), "box")
    bounds, matrices = open_scene(stage).labels().entity_boxes()
    np.testing.assert_array_equal(bounds, [(-0.5, -0.5, -0.5, 0.5, 0.5, 0.5)])
    np.testing.assert_array_equal(matrices[0], np.array(UsdGeom.XformCache().GetLocalToWorldTransform(cube.GetPrim())))


def test_the_box_of_a_group_is_in_the_space_of_the_group(stage, open_scene, add_mesh, label):
    group = UsdGeom.Xform.Define(stage, "/World/group")
    group.AddTranslateOp().Set((100, 0, 0))
    group.AddRotateZOp().Set(90)
    group.AddScaleOp().Set((2, 2, 2))
    ball = UsdGeom.Sphere.Define(stage, "/World/group/ball")
    ball.AddTranslateOp().Set((3, 0, 0))
    ball.AddScaleOp().Set((1, 0.5, 1))
    add_mesh(stage, "/World/group/quad").AddTranslateOp().Set((0, 0, -2))
    label(group.GetPrim(), "pair")
    bounds, matrices = open_scene(stage).labels().entity_boxes()
    np.testing.assert_allclose(bounds, [(0, -0.5, -2, 4, 1, 1)], atol=1e-8)
    np.testing.assert_allclose(matrices[0, 3, :3], (100, 0, 0))
    assert np.linalg.norm(matrices[0, 0]) == pytest.approx(2)


def test_what_is_labelled_separately_is_left_out(stage, open_scene, label):
    UsdGeom.Cube.Define(stage, "/g/near")
    far = UsdGeom.Cube.Define(stage, "/g/far")
    far.AddTranslateOp().Set((10, 0, 0))
    label(stage.GetPrimAtPath("/g"), "group")
    scene = open_scene(stage)
    np.testing.assert_allclose(scene.labels().entity_bounds, [(-1, -1, -1, 11, 1, 1)])
    label(far.GetPrim(), "far")
    scene.sync()
    t = scene.labels()
    assert t.entity_paths == ("/g", "/g/far")
    np.testing.assert_allclose(t.entity_bounds, [(-1, -1, -1, 1, 1, 1)] * 2)


def test_subsets_have_boxes_of_their_own(stage, open_scene, add_mesh, label):
    points = [(0, 0, 0), (1, 0, 0), (5, 0, 0), (0, 1, 0), (1, 1, 0), (5, 1, 0), (99, 99, 99)]
    mesh = add_mesh(stage, "/mesh", points, [4, 4], [0, 1, 4, 3, 1, 2, 5, 4])
    part = UsdGeom.Subset.CreateGeomSubset(mesh, "right", "face", [1])
    label(mesh.GetPrim(), "mesh")
    label(part.GetPrim(), "right")
    scene = open_scene(stage)
    np.testing.assert_allclose(scene.labels().entity_bounds, [(0, 0, 0, 5, 1, 0)])  # the unused point does not count
    by_subset = scene.labels(per_subset=True)
    assert by_subset.entity_paths == ("/mesh", "/mesh/right")
    np.testing.assert_allclose(by_subset.entity_bounds, [(0, 0, 0, 1, 1, 0), (1, 0, 0, 5, 1, 0)])
    np.testing.assert_allclose(by_subset.entity_matrices, [np.eye(4)] * 2)


def test_point_instances_have_the_space_of_their_prototype(stage, open_scene, label):
    points = UsdGeom.PointInstancer.Define(stage, "/points")
    points.AddTranslateOp().Set((0, 0, 50))
    root = UsdGeom.Xform.Define(stage, "/points/proto")
    root.AddScaleOp().Set((3, 3, 3))
    UsdGeom.Cube.Define(stage, "/points/proto/a").AddTranslateOp().Set((2, 0, 0))
    label(root.GetPrim(), "thing")
    points.CreatePrototypesRel().SetTargets(["/points/proto"])
    points.CreateProtoIndicesAttr([0, 0])
    points.CreatePositionsAttr([(0, 0, 0), (10, 0, 0)])
    scene = open_scene(stage)
    t = scene.labels()
    assert t.entity_paths == ("/points[0]", "/points[1]")
    np.testing.assert_allclose(t.entity_bounds, [(1, -1, -1, 3, 1, 1)] * 2, atol=1e-8)
    np.testing.assert_allclose(t.entity_matrices[1], [(3, 0, 0, 0), (0, 3, 0, 0), (0, 0, 3, 0), (10, 0, 50, 1)])
    stage.GetAttributeAtPath("/points.xformOp:translate").Set(Gf.Vec3d(0, 0, 60))
    scene.sync()
    assert scene.labels().entity_matrices[1, 3].tolist() == [10, 0, 60, 1]


def test_mesh_boxes_stay_exactly_the_same_when_the_asset_moves(stage, open_scene, add_mesh, label):
    group = UsdGeom.Xform.Define(stage, "/g")
    pose = group.AddTransformOp()
    rng = np.random.default_rng(3)
    add_mesh(stage, "/g/m", rng.normal(size=(30, 3)), [3] * 10, np.arange(30)).AddRotateXYZOp().Set((11, 22, 33))
    label(group.GetPrim(), "thing")
    scene = open_scene(stage)
    first = scene.labels().entity_bounds
    for k in range(5):
        matrix = Gf.Matrix4d().SetRotate(Gf.Rotation((1, 2, 3 + k), 40 * k))
        pose.Set(matrix.SetTranslateOnly(Gf.Vec3d(*rng.normal(size=3))))
        scene.sync()
        np.testing.assert_array_equal(scene.labels().entity_bounds, first)


def test_a_scale_of_zero_does_not_break_boxes(stage, open_scene, label):
    group = UsdGeom.Xform.Define(stage, "/g")
    group.AddScaleOp().Set((1, 1, 0))
    UsdGeom.Cube.Define(stage, "/g/c")
    label(group.GetPrim(), "flat")
    assert np.isfinite(open_scene(stage).labels().entity_bounds).all()
