"""Created prims: names, parents, sizes, poses, labels, materials; and what is refused."""

import inspect
import time

import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom, UsdLux, UsdSemantics, UsdShade

from scenewright.replicator import functional
from scenewright.replicator.availability import FeatureUnavailableError
from scenewright.replicator.functional.utils import get_world_position, get_world_transform

create, create_batch = functional.create, functional.create_batch
SHAPES = ("capsule", "cone", "cube", "cylinder", "disk", "plane", "sphere", "torus")
LIGHTS = ("cylinder_light", "disk_light", "distant_light", "dome_light", "rect_light", "sphere_light")


def view_matrix(prim):
    return np.linalg.inv(np.array(get_world_transform(prim)))


def test_names_are_made_unique_and_valid(stage):
    assert [str(create.xform(name="World").GetPath()) for _ in range(3)] == ["/World", "/World_01", "/World_02"]
    assert create.cube(parent="/World").GetName() == "Cube"
    assert create.sphere(name="red mug", parent="/World").GetName() == "red_mug"
    assert [p.GetName() for p in create_batch.cube(3, parent="/World")] == ["Cube_01", "Cube_02", "Cube_03"]
    with pytest.raises(ValueError, match="name=''"):
        create.cube(name="")


def test_parents_are_paths_prims_or_defined_on_the_way(stage):
    world = create.xform(name="World")
    assert create.cube(parent=world).GetPath() == "/World/Cube"
    assert create.cube(parent=Sdf.Path("/World/Props/Shelf")).GetPath() == "/World/Props/Shelf/Cube"
    assert stage.GetPrimAtPath("/World/Props").GetTypeName() == "Xform"
    assert create.scope(name="Looks", parent="/World").GetTypeName() == "Scope"
    assert create.cube().GetPath() == "/Cube"


def test_a_parent_in_an_instance_is_refused(stage):
    create.cube(name="Part", parent="/Proto")
    instance = stage.DefinePrim("/Copy", "Xform")
    instance.GetReferences().AddInternalReference("/Proto")
    instance.SetInstanceable(True)
    with pytest.raises(ValueError, match="/Copy: it is \\(in\\) an instance"):
        create.cube(parent="/Copy")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("as_mesh", [False, True])
def test_shapes_are_one_metre_and_their_extent_is_their_bound(stage, shape, as_mesh):
    prim = getattr(create, shape)(as_mesh=as_mesh)
    boundable = UsdGeom.Boundable(prim)
    low, high = np.array(boundable.GetExtentAttr().Get())
    np.testing.assert_allclose([low, high], np.array(UsdGeom.Boundable.ComputeExtentFromPlugins(boundable, 0)), atol=1e-6)
    assert high[0] == pytest.approx(0.25 if shape == "capsule" else 0.5)
    assert high[2] == pytest.approx({"plane": 0.0, "disk": 0.0, "torus": 1 / 6}.get(shape, 0.5))
    assert (prim.GetTypeName() == "Mesh") == (as_mesh or shape in ("disk", "torus"))


def test_meshes_have_normals_uvs_and_no_subdivision(stage):
    mesh = UsdGeom.Mesh(create.cube(as_mesh=True))
    assert list(mesh.GetFaceVertexCountsAttr().Get()) == [4] * 6
    assert mesh.GetNormalsInterpolation() == "faceVarying"
    assert len(mesh.GetNormalsAttr().Get()) == 24
    st = UsdGeom.PrimvarsAPI(mesh).GetPrimvar("st")
    assert st.GetInterpolation() == "faceVarying" and len(st.Get()) == 24
    assert mesh.GetSubdivisionSchemeAttr().Get() == "none"


def test_shapes_keep_their_true_size_on_a_centimetre_y_up_stage(stage):
    UsdGeom.SetStageMetersPerUnit(stage, 0.01)
    UsdGeom.SetStageUpAxis(stage, "Y")
    assert create.cube().GetAttribute("size").Get() == pytest.approx(100.0)
    assert create.cylinder().GetAttribute("axis").Get() == "Y"
    np.testing.assert_allclose(np.array(create.plane(as_mesh=True).GetAttribute("normals").Get()), [[0, 1, 0]] * 4, atol=1e-6)
    assert create.sphere_light().GetAttribute("inputs:radius").Get() == pytest.approx(50.0)


def test_every_posed_prim_carries_our_ops_with_settable_values(stage):
    for name in (*SHAPES, *LIGHTS, "xform", "camera"):
        prim = getattr(create, name)()
        assert list(prim.GetAttribute("xformOpOrder").Get()) == ["xformOp:translate", "xformOp:rotateXYZ", "xformOp:scale"]
        assert prim.GetAttribute("xformOp:translate").Set((1, 2, 3))
        assert get_world_position(prim) == Gf.Vec3d(1, 2, 3)


def test_golden_cube_transform(stage):
    cube = create.cube(position=(1, 1, 0), rotation=(75, 65, 0), scale=(1.5, 0.5, 1))
    expected = [[0.63393, 0, -1.35946, 0], [0.43771, 0.12941, 0.20411, 0], [0.23457, -0.96593, 0.10938, 0], [1, 1, 0, 1]]
    np.testing.assert_allclose(np.array(get_world_transform(cube)), expected, atol=1e-5)


@pytest.mark.parametrize(("position", "view"), [
    ((0, 0, 10), [[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, -10, 1]]),
    ((-4, -4, 8), [[0.70711, 0.57735, -0.40825, 0], [-0.70711, 0.57735, -0.40825, 0], [0, 0.57735, 0.8165, 0],
                   [0, 0, -9.79796, 1]]),
])
def test_golden_cameras(stage, position, view):
    camera = create.camera(position=position, look_at=(0, 0, 0))
    np.testing.assert_allclose(view_matrix(camera), view, atol=1e-5)


def test_camera_attributes(stage):
    camera = UsdGeom.Camera(create.camera(clipping_range=(0.1, 100), focal_length=18))
    assert camera.GetFocalLengthAttr().Get() == 18
    assert camera.GetHorizontalApertureAttr().Get() == pytest.approx(20.955)
    assert camera.GetVerticalApertureAttr().Get() == pytest.approx(15.2908)
    assert not camera.GetVerticalApertureAttr().IsAuthored()
    assert tuple(camera.GetClippingRangeAttr().Get()) == pytest.approx((0.1, 100))
    assert camera.GetFocusDistanceAttr().Get() == 400
    with pytest.raises(ValueError, match="0 < near < far"):
        create.camera(clipping_range=(1, 1))
    lens = create.camera(projection_type="pinholeOpenCV", openCV_focal_x=400, fisheye_p1=0.5)
    assert [lens.GetAttribute(name).Get() for name in ("cameraProjectionType", "openCVFx", "p1")] == ["pinholeOpenCV", 400, 0.5]
    assert not lens.HasAttribute("fthetaPolyB")
    with pytest.raises(ValueError, match="fisheye_max_fov=-1"):
        create.camera(projection_type="fisheyePolynomial", fisheye_max_fov=-1)
    with pytest.raises(ValueError, match="Unknown projection_type 'orthographic'"):
        create.camera(projection_type="orthographic")


def test_look_at_prims_from_under_a_moved_and_turned_parent(stage):
    rig = create.xform(name="Rig", position=(3, 0, 1), rotation=(0, 30, 40), scale=2)
    target = create.cube(position=(-2, 5, 0.5))
    camera = create.camera(position=(1, 1, 1), look_at=target, parent=rig)
    matrix = np.array(get_world_transform(camera))
    forward = -matrix[2, :3] / np.linalg.norm(matrix[2, :3])
    expected = np.array([-2, 5, 0.5]) - matrix[3, :3]
    np.testing.assert_allclose(forward, expected / np.linalg.norm(expected), atol=1e-5)
    assert matrix[0, 2] == pytest.approx(0.0, abs=1e-5)  # right stays level
    with pytest.raises(ValueError, match="either rotation or look_at"):
        create.camera(rotation=(0, 0, 0), look_at=target)


def test_labels(stage):
    prim = create.cube(semantics={"class": ["mug", "cup"], "shape": "round"})
    assert list(UsdSemantics.LabelsAPI(prim, "class").GetLabelsAttr().Get()) == ["mug", "cup"]
    assert sorted(UsdSemantics.LabelsAPI.GetDirectTaxonomies(prim)) == ["class", "shape"]
    tuples = create.cube(semantics=[("class", "mug"), ("class", "cup")])
    assert list(UsdSemantics.LabelsAPI(tuples, "class").GetLabelsAttr().Get()) == ["mug", "cup"]
    scope = create.scope(name="Shelf", semantics={"class": "shelf"})
    assert list(UsdSemantics.LabelsAPI(scope, "class").GetLabelsAttr().Get()) == ["shelf"]
    with pytest.raises(TypeError, match="semantics='mug'"):
        create.cube(semantics="mug")


@pytest.mark.parametrize("kind", LIGHTS)
def test_lights(stage, kind):
    light = getattr(create, kind)(intensity=250, color=(1, 0.5, 0.25), temperature=4000, exposure=1)
    api = UsdLux.LightAPI(light)
    assert light.HasAPI(UsdLux.LightAPI)
    assert (api.GetIntensityAttr().Get(), api.GetExposureAttr().Get()) == (250, 1)
    assert api.GetEnableColorTemperatureAttr().Get() and api.GetColorTemperatureAttr().Get() == 4000
    assert light.GetAttribute("omni:rtx:usdluxVersion").Get() == 2505
    assert not UsdLux.LightAPI(getattr(create, kind)()).GetEnableColorTemperatureAttr().Get()


def test_light_arguments_belong_to_their_kind(stage):
    assert create.dome_light(texture="sky.exr").GetAttribute("inputs:texture:file").Get().path == "sky.exr"
    assert create.distant_light(angle=2).GetAttribute("inputs:angle").Get() == 2
    with pytest.raises(TypeError, match="Unknown argument 'radius'"):
        create.dome_light(radius=1)
    with pytest.raises(ValueError, match=r"sphere_light intensity=-1\.0; it cannot be negative"):
        create.sphere_light(intensity=-1)


def test_batches_take_one_value_or_one_for_each(stage):
    cubes = create_batch.cube(count=3, position=[(0, 0, 1), (0, 0, 2), (0, 0, 3)], scale=[[1, 1, 1], [2, 2, 2], [3, 3, 3]],
                              semantics={"class": "cube"}, visible=[True, False, True])
    assert [get_world_position(cube)[2] for cube in cubes] == [1, 2, 3]
    assert [UsdGeom.Imageable(cube).ComputeVisibility() for cube in cubes] == ["inherited", "invisible", "inherited"]
    assert cubes[2].GetAttribute("xformOp:scale").Get() == Gf.Vec3f(3)
    lights = create_batch.sphere_light(2, radius=[0.1, 0.2], color=[(1, 0, 0), (0, 1, 0)])
    assert [light.GetAttribute("inputs:radius").Get() for light in lights] == pytest.approx([0.1, 0.2])
    assert create_batch.cube(0) == []
    with pytest.raises(ValueError, match=r"position has shape \(2, 3\)"):
        create_batch.cube(3, position=np.zeros((2, 3)))
    with pytest.raises(TypeError, match=r"count=2\.5"):
        create_batch.cube(2.5)
    with pytest.raises(ValueError, match="count=-1"):
        create_batch.cube(-1)


def test_five_hundred_cubes_take_one_recomposition(stage):
    create.cube(parent="/World")
    started = time.perf_counter()
    cubes = create_batch.cube(500, parent="/World", semantics={"class": "cube"}, position=np.zeros((500, 3)))
    assert len({cube.GetPath() for cube in cubes}) == 500
    assert time.perf_counter() - started < 2.0  # about 30 ms on two slow cores; one recomposition each would take far longer


def test_references(stage, tmp_path):
    asset = Usd.Stage.CreateNew(str(tmp_path / "mug-1.usda"))
    root = UsdGeom.Xform.Define(asset, "/Mug")
    UsdGeom.XformCommonAPI(root).SetScale((2, 2, 2))
    UsdGeom.Cube.Define(asset, "/Mug/Body")
    asset.GetRootLayer().Save()
    prim = create.reference(usd_path=str(tmp_path / "mug-1.usda"), position=(1, 0, 0), parent="/World")
    assert prim.GetPath() == "/World/mug_1" and prim.GetTypeName() == "Xform"
    assert stage.GetPrimAtPath("/World/mug_1/Body").GetTypeName() == "Cube"
    expected = np.diag([2.0, 2.0, 2.0, 1.0])
    expected[3, 0] = 1.0
    np.testing.assert_allclose(np.array(get_world_transform(prim)), expected, atol=1e-6)  # the asset's own scale stays
    assert len(create_batch.reference(3, str(tmp_path / "mug-1.usda"), scale=[1, 2, 3])) == 3


def test_bad_references_say_what_is_wrong(stage, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No USD file '/nowhere/mug.usd'"):
        create.reference(usd_path="/nowhere/mug.usd")
    broken = tmp_path / "broken.usda"
    broken.write_text("#usda 1.0\ndef Xform {")
    with pytest.raises(ValueError, match=r"broken.usda: not a readable USD file: .*broken.usda:2"):
        create.reference(usd_path=str(broken))
    two = tmp_path / "two.usda"
    two.write_text('#usda 1.0\ndef "A" {}\ndef "B" {}\n')
    with pytest.raises(ValueError, match="no default prim among the root prims A, B"):
        create.reference(usd_path=str(two))
    empty = tmp_path / "empty.usda"
    empty.write_text("#usda 1.0\n")
    with pytest.raises(ValueError, match="the file has no prims"):
        create.reference(usd_path=str(empty))


def test_clones_are_independent_and_point_to_their_own_parts(stage):
    cube = create.cube(name="Body", parent="/World/Mug", position=(1, 0, 0))
    create.material(name="Red", parent="/World/Mug", bind_prims=cube, diffuse_color_constant=(1, 0, 0))
    copy = create.clone("/World/Mug", parent="/World", name="Mug", position=(0, 0, 5), semantics={"class": "mug"})
    assert copy.GetPath() == "/World/Mug_01"
    body = stage.GetPrimAtPath("/World/Mug_01/Body")
    assert UsdShade.MaterialBindingAPI(body).ComputeBoundMaterial()[0].GetPath() == "/World/Mug_01/Red"
    assert get_world_position(body) == Gf.Vec3d(1, 0, 5)
    cube.GetAttribute("size").Set(3.0)
    assert body.GetAttribute("size").Get() == 1.0


def test_clones_merge_the_opinions_of_all_layers(stage):
    cube = create.cube(name="Cube")
    session = stage.GetSessionLayer()
    with Usd.EditContext(stage, session):
        cube.GetAttribute("size").Set(4.0)
    copy = create.clone(cube, name="Copy")
    assert copy.GetAttribute("size").Get() == 4.0 and copy.GetTypeName() == "Cube"


def test_parts_of_references_can_be_cloned(stage, tmp_path):
    ball = 'def Sphere "Ball" {\ndouble radius = 2\n}\n'
    (tmp_path / "a.usda").write_text(f'#usda 1.0\n(\ndefaultPrim="A"\n)\ndef Xform "A" {{\n{ball}}}\n')
    create.reference(usd_path=str(tmp_path / "a.usda"), name="A")
    copy = create.clone("/A/Ball", name="Ball", position=(1, 2, 3))
    assert copy.GetAttribute("radius").Get() == 2 and copy.GetTypeName() == "Sphere"
    assert get_world_position(copy) == Gf.Vec3d(1, 2, 3)


def test_creators_answer_unknown_arguments_and_names(stage):
    with pytest.raises(TypeError, match=r"cube\(\): Unknown argument 'semantic'.*Did you mean 'semantics'"):
        create.cube(semantic={"class": "x"})
    with pytest.raises(AttributeError, match="Did you mean 'sphere'"):
        create.spere  # noqa: B018
    for sensor in ("omni_lidar", "omni_radar"):
        with pytest.raises(FeatureUnavailableError, match=sensor):
            getattr(create, sensor)(name="Sensor", parent="/World")


def test_signatures_name_the_arguments():
    names = list(inspect.signature(create_batch.cube).parameters)
    assert names[0] == "count" and {"position", "semantics", "material", "parent", "name", "as_mesh"} < set(names)
    assert list(inspect.signature(create.cube).parameters) == names[1:]
    assert set(create.__all__) == set(create_batch.__all__)
