import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.gprims import read_shape
from scenewright.render.scene.records import ShapeKind

NOW = Usd.TimeCode.Default()


def test_sizes_follow_the_schema(stage):
    cube = UsdGeom.Cube.Define(stage, "/cube")
    cube.CreateSizeAttr(3.0)
    cone = UsdGeom.Cone.Define(stage, "/cone")
    cone.CreateRadiusAttr(0.5)
    cone.CreateHeightAttr(4.0)
    tapered = stage.DefinePrim("/tapered", "Cylinder_1")
    tapered.GetAttribute("radiusBottom").Set(2.0)
    tapered.GetAttribute("radiusTop").Set(1.0)
    tapered.GetAttribute("height").Set(6.0)
    capsule = UsdGeom.Capsule.Define(stage, "/capsule")
    capsule.CreateHeightAttr(2.0)
    plane = UsdGeom.Plane.Define(stage, "/plane")
    plane.CreateWidthAttr(4.0)
    plane.CreateLengthAttr(6.0)
    found = {p: (s.kind, s.size) for p in ("cube", "cone", "tapered", "capsule", "plane")
             if (s := read_shape(stage.GetPrimAtPath(f"/{p}"), NOW))}
    assert found == {
        "cube": (ShapeKind.CUBE, (1.5, 0, 0, 0)),
        "cone": (ShapeKind.CONE, (0.5, 0, 2, 0)),
        "tapered": (ShapeKind.CYLINDER, (2, 1, 3, 0)),
        "capsule": (ShapeKind.CAPSULE, (0.5, 0, 1, 0)),
        "plane": (ShapeKind.PLANE, (2, 3, 0, 0)),
    }


@pytest.mark.parametrize("kind", ["Cylinder", "Cone", "Capsule", "Plane"])
@pytest.mark.parametrize("axis", ["X", "Y", "Z"])
def test_extents_match_usd_for_every_axis(stage, kind, axis):
    """The shape's corners, brought to prim space, span the extent that UsdGeom itself computes."""
    prim = stage.DefinePrim("/shape", kind)
    prim.GetAttribute("axis").Set(axis)
    if kind == "Plane":
        prim.GetAttribute("width").Set(2.0)
        prim.GetAttribute("length").Set(6.0)
    shape = read_shape(prim, NOW)
    a, b, half, _ = shape.size
    reach = (a, b, 0.0) if kind == "Plane" else (a, a, half + (a if kind == "Capsule" else 0.0))
    corners = np.array([(sx * reach[0], sy * reach[1], sz * reach[2]) for sx in (-1, 1) for sy in (-1, 1) for sz in (-1, 1)])
    moved = corners @ shape.frame[:3, :3]
    low, high = np.array(UsdGeom.Boundable.ComputeExtentFromPlugins(UsdGeom.Boundable(prim), NOW))
    np.testing.assert_allclose([moved.min(0), moved.max(0)], [low, high], atol=1e-6)
    assert np.linalg.det(shape.frame) == pytest.approx(1.0)
    up = shape.frame[2, :3]
    assert up["XYZ".index(axis)] == 1.0


def test_axis_and_matrix_fold_into_the_instance(stage, open_scene):
    cone = UsdGeom.Cone.Define(stage, "/cone")
    cone.CreateAxisAttr("X")
    cone.AddTranslateOp().Set((1, 2, 3))
    cone.AddScaleOp().Set((2, 1, 1))
    record = open_scene(stage).instances[0]
    apex = np.array([0, 0, record.size[2], 1]) @ record.matrix
    np.testing.assert_allclose(apex[:3], (1 + 2 * 1, 2, 3))


def test_capsule_with_two_radii_becomes_the_hull_of_its_spheres(stage, open_scene):
    prim = stage.DefinePrim("/capsule", "Capsule_1")
    prim.GetAttribute("radiusBottom").Set(1.0)
    prim.GetAttribute("radiusTop").Set(0.5)
    prim.GetAttribute("height").Set(3.0)
    prim.GetAttribute("axis").Set("Z")
    scene = open_scene(stage)
    (mesh,) = scene.meshes.values()
    centers = np.array([(0, 0, -1.5), (0, 0, 1.5)])
    t = np.linspace(0, 1, 4001)
    ball_centers = centers[0] + t[:, None] * (centers[1] - centers[0])
    distance = np.linalg.norm(mesh.points[:, None, :].astype(float) - ball_centers[None], axis=2) - (1.0 - 0.5 * t)
    np.testing.assert_allclose(distance.min(axis=1), 0.0, atol=1e-4)
    assert mesh.points[:, 2].min() == pytest.approx(-2.5)
    assert mesh.points[:, 2].max() == pytest.approx(2.0)
    p = mesh.points.astype(float)[mesh.triangles]
    volume = np.einsum("ti,ti->t", p[:, 0], np.cross(p[:, 1], p[:, 2])).sum() / 6
    assert volume > 0  # outward winding


def test_a_negative_size_is_an_error_that_names_the_prim(stage, open_scene):
    UsdGeom.Sphere.Define(stage, "/World/ball").CreateRadiusAttr(-1.0)
    with pytest.raises(SceneError, match=r"/World/ball.*'radius' is -1"):
        open_scene(stage)


def test_planes_are_double_sided_by_their_schema(stage, open_scene):
    UsdGeom.Plane.Define(stage, "/plane")
    UsdGeom.Cube.Define(stage, "/cube")
    by_path = {i.path: i for i in open_scene(stage).instances}
    assert by_path["/plane"].double_sided
    assert not by_path["/cube"].double_sided


def test_shear_is_kept(stage, open_scene):
    cube = UsdGeom.Cube.Define(stage, "/cube")
    cube.AddTransformOp().Set(Gf.Matrix4d(1, 0.5, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1))
    np.testing.assert_array_equal(open_scene(stage).instances[0].matrix[0], (1, 0.5, 0, 0))
