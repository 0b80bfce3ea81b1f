import numpy as np
import omni.replicator.core as rep
import pytest
from pxr import Gf, Usd, UsdGeom, UsdLux, UsdSemantics, UsdShade

from scenewright.host.settings import get_settings


def world(prim):
    return np.array(UsdGeom.XformCache().GetLocalToWorldTransform(prim))


def bounds(prim):
    box = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_]).ComputeWorldBound(prim).ComputeAlignedRange()
    return tuple(np.round(box.GetMin(), 4)), tuple(np.round(box.GetMax(), 4))


@pytest.mark.parametrize(("shape", "low", "high"), [
    ("cube", (-0.5, -0.5, -0.5), (0.5, 0.5, 0.5)), ("sphere", (-0.5, -0.5, -0.5), (0.5, 0.5, 0.5)),
    ("plane", (-0.5, -0.5, 0), (0.5, 0.5, 0)), ("cylinder", (-0.5, -0.5, -0.5), (0.5, 0.5, 0.5)),
    ("cone", (-0.5, -0.5, -0.5), (0.5, 0.5, 0.5)), ("disk", (-0.5, -0.5, 0), (0.5, 0.5, 0))])
@pytest.mark.parametrize("as_mesh", [True, False])
def test_shapes_measure_one_metre(graph_stage, shape, low, high, as_mesh):
    item = getattr(rep.create, shape)(as_mesh=as_mesh)
    assert np.allclose(bounds(item.get_prims()[0]), (low, high), atol=0.02)


def test_shapes_keep_their_true_size_in_centimetre_stages(graph_stage):
    rep.settings.set_stage_meters_per_unit(0.01)
    assert bounds(rep.create.cube().get_prims()[0]) == ((-50, -50, -50), (50, 50, 50))


def test_names_parents_labels_and_visibility(graph_stage):
    parent = rep.create.xform(name="Shelf")
    item = rep.create.sphere(name="Ball", parent=parent, semantics=[("class", "ball"), ("color", "red")], visible=False)
    prim = item.get_prims()[0]
    assert str(prim.GetPath()) == "/Replicator/Shelf_Xform/Ball_Xform"
    assert prim.GetChild("Ball").GetTypeName() == "Mesh"
    assert list(UsdSemantics.LabelsAPI(prim, "class").GetLabelsAttr().Get()) == ["ball"]
    assert list(UsdSemantics.LabelsAPI(prim, "color").GetLabelsAttr().Get()) == ["red"]
    assert prim.GetAttribute("visibility").Get() == "invisible"


def test_look_at_turns_minus_z(graph_stage):
    target = rep.create.cube(position=(1, 2, 3))
    prim = rep.create.xform(position=(4, 2, 3), look_at=target).get_prims()[0]
    assert np.allclose(world(prim)[2, :3], (1, 0, 0), atol=1e-6)
    with pytest.raises(ValueError, match="exclude each other"):
        rep.create.cube(rotation=(0, 0, 0), look_at=(0, 0, 0))


def test_pivot_moves_to_the_position(graph_stage):
    prim = rep.create.cube(position=(1, 1, 1), scale=2, pivot=(0, 0, -1), rotation=(0, 0, 30)).get_prims()[0]
    low, high = bounds(prim)
    assert low[2] == 1 and high[2] == 3


def test_drawn_arguments_follow_their_trigger(graph_stage, positions):
    with rep.trigger.on_frame():
        item = rep.create.cube(position=rep.distribution.uniform((1, 1, 1), (2, 2, 2)), scale=(3, 3, 3), count=2)
    assert positions(item) == [(0, 0, 0)] * 2
    seen = []
    for _ in range(2):
        rep.orchestrator.step()
        seen.append(positions(item))
    assert seen[0] != seen[1] and np.min(seen) >= 1
    assert tuple(item.get_prims()[0].GetAttribute("xformOp:scale").Get()) == (3, 3, 3)


def test_a_constant_of_a_drawn_prim_is_not_written_again(graph_stage):
    with rep.trigger.on_frame():
        item = rep.create.cube(position=(5, 0, 0), scale=rep.distribution.uniform(1, 2))
        with item:
            rep.modify.pose(position=(7, 0, 0))
    rep.orchestrator.step()
    rep.orchestrator.step()
    assert item.get_prims()[0].GetAttribute("xformOp:translate").Get()[0] == 7


def view_direction(item):
    camera = item.get_prims()[0].GetChildren()[0]
    matrix = world(camera)
    return -matrix[2, :3], matrix[1, :3]


def test_a_graph_camera_looks_along_minus_x_in_a_z_up_stage(graph_stage):
    forward, up = view_direction(rep.create.camera())
    assert np.allclose(forward, (-1, 0, 0), atol=1e-6) and np.allclose(up, (0, 0, 1), atol=1e-6)


@pytest.mark.parametrize(("position", "rotation", "hit"), [((13, -6, 9), (0, -35, -27), (1.5, -0.2, 0))])
def test_a_graph_camera_aims_as_official_scenes_expect(graph_stage, position, rotation, hit):
    item = rep.create.camera(position=position, rotation=rotation)
    forward, _ = view_direction(item)
    point = np.array(position) + forward * (-position[2] / forward[2])
    assert np.allclose(point, hit, atol=0.1)


def test_later_rotations_of_a_graph_camera_have_the_same_zero(graph_stage):
    item = rep.create.camera()
    with item:
        rep.modify.pose(position=(13, -6, 9), rotation=(0, -35, -27))
    rep.orchestrator.step()
    forward, _ = view_direction(item)
    assert np.allclose(np.array((13, -6, 9)) + forward * (-9 / forward[2]), (1.5, -0.2, 0), atol=0.1)
    with item:
        rep.modify.pose(rotation_z=63.0)
    rep.orchestrator.step()
    turned, _ = view_direction(item)
    assert np.allclose(turned, Gf.Rotation(Gf.Vec3d(0, 0, 1), 90).TransformDir(Gf.Vec3d(*forward)), atol=1e-5)


def test_the_camera_quirk_is_switchable_and_absent_in_y_up(graph_stage):
    get_settings().set("/scenewright/cameraZUpRotation", False)
    assert np.allclose(view_direction(rep.create.camera())[0], (0, 0, -1), atol=1e-6)
    get_settings().set("/scenewright/cameraZUpRotation", True)
    rep.settings.set_stage_up_axis("Y")
    assert np.allclose(view_direction(rep.create.camera())[0], (0, 0, -1), atol=1e-6)


def test_camera_look_at_is_plain(graph_stage):
    item = rep.create.camera(position=(3, 0, 0), look_at=(0, 0, 0), focal_length=35, clipping_range=(0.1, 50))
    assert np.allclose(view_direction(item)[0], (-1, 0, 0), atol=1e-6)
    camera = UsdGeom.Camera(item.get_prims()[0].GetChildren()[0])
    assert camera.GetFocalLengthAttr().Get() == 35 and camera.GetVerticalApertureAttr().Get() == pytest.approx(15.2908)


def test_lens_values_can_be_drawn(graph_stage):
    item = rep.create.camera(focal_length=rep.distribution.uniform(20, 30), count=2)
    rep.orchestrator.step()
    lengths = [prim.GetChildren()[0].GetAttribute("focalLength").Get() for prim in item.get_prims()]
    assert all(20 <= length <= 30 for length in lengths) and lengths[0] != lengths[1]


def test_lenses_are_authored_and_may_be_drawn(graph_stage):
    item = rep.create.camera(projection_type="fisheyePolynomial", fisheye_polynomial_c=rep.distribution.uniform(0.25, 0.5))
    prim = item.get_prims()[0].GetChildren()[0]
    assert prim.GetAttribute("cameraProjectionType").Get() == "fisheyePolynomial"
    assert prim.GetAttribute("fthetaPolyB").Get() == pytest.approx(0.00245) and prim.GetAttribute("fthetaWidth").Get() == 1936
    rep.orchestrator.preview()
    assert 0.25 <= prim.GetAttribute("fthetaPolyC").Get() <= 0.5
    pair = rep.create.stereo_camera(0.1, projection_type="pinholeOpenCV", openCV_focal_x=400, openCV_focal_y=410)
    assert [side.GetAttribute("openCVFy").Get() for side in pair.get_prims()[0].GetChildren()] == [410, 410]
    with pytest.raises(ValueError, match="orthographic"):
        rep.create.camera(projection_type="orthographic")
    with pytest.raises(TypeError, match=r"fisheye_max_fof.*Did you mean 'fisheye_max_fov'"):
        rep.create.camera(fisheye_max_fof=200.0)


def test_lights_of_every_type(graph_stage):
    for kind in ("Cylinder", "disk", "DISTANT", "Dome", "rect", "Sphere"):
        prim = rep.create.light(light_type=kind, intensity=12, color=(1, 0.5, 0)).get_prims()[0].GetChildren()[0]
        light = UsdLux.LightAPI(prim)
        assert prim.GetTypeName() == f"{kind.capitalize()}Light"
        assert light.GetIntensityAttr().Get() == 12 and light.GetColorTemperatureAttr().Get() == 6500
        assert light.GetEnableColorTemperatureAttr().Get()


def test_light_values_are_drawn_for_each_light(graph_stage):
    with rep.trigger.on_frame():
        item = rep.create.light(light_type="Sphere", count=3, color=rep.distribution.uniform((0, 0, 0), (1, 1, 1)),
                                temperature=rep.distribution.normal(0, 100), intensity=rep.distribution.choice([5, 6]),
                                position=rep.distribution.uniform((0, 0, 1), (1, 1, 2)))
    rep.orchestrator.step()
    lights = [UsdLux.LightAPI(prim.GetChildren()[0]) for prim in item.get_prims()]
    assert len({tuple(light.GetColorAttr().Get()) for light in lights}) == 3
    assert {light.GetIntensityAttr().Get() for light in lights} <= {5, 6}
    assert all(light.GetColorTemperatureAttr().Get() >= 0 for light in lights)
    assert all(prim.GetAttribute("xformOp:translate").Get()[2] >= 1 for prim in item.get_prims())


@pytest.mark.parametrize(("arguments", "message"), [
    ({"light_type": "spot"}, "light_type 'spot'"), ({"light_type": "sphere", "texture": "a.png"}, "has no texture"),
    ({"intensity": -1}, "negative"), ({"count": 0}, "count is an integer of at least 1, got 0")])
def test_bad_lights_are_explained(graph_stage, arguments, message):
    with pytest.raises(ValueError, match=message):
        rep.create.light(**arguments)


def test_from_usd_references_below_an_xform(graph_stage, tmp_path):
    file = tmp_path / "thing.usda"
    source = Usd.Stage.CreateNew(str(file))
    source.SetDefaultPrim(UsdGeom.Cube.Define(source, "/Thing").GetPrim())
    source.Save()
    item = rep.create.from_usd(str(file), semantics=[("class", "thing")], count=2)
    assert [str(prim.GetPath()) for prim in item.get_prims()] == ["/Replicator/Ref_Xform", "/Replicator/Ref_Xform_01"]
    assert graph_stage.GetPrimAtPath("/Replicator/Ref_Xform_01/Ref").GetTypeName() == "Cube"
    assert bounds(item.get_prims()[0]) == ((-1, -1, -1), (1, 1, 1))
    (tmp_path / "notes.txt").write_text("no usd")
    assert len(rep.create.from_dir(str(tmp_path)).get_prims()) == 1
    with pytest.raises(FileNotFoundError, match=r"nothing\.usd"):
        rep.create.from_usd(str(tmp_path / "nothing.usd"))
    with pytest.raises(FileNotFoundError, match="no USD file"):
        rep.create.from_dir(str(tmp_path), path_filter="zebra")


def test_groups_join_items_prims_and_paths(graph_stage):
    cubes = rep.create.cube(count=2)
    prim = rep.functional.create.cone()
    group = rep.create.group([cubes, prim, rep.create.sphere().node, str(prim.GetPath())], semantics=[("class", "prop")])
    assert len(group.get_prims()) == 5
    assert list(UsdSemantics.LabelsAPI(prim, "class").GetLabelsAttr().Get()) == ["prop"]


def test_materials_have_constants_and_draws(graph_stage):
    item = rep.create.material_omnipbr(diffuse=rep.distribution.uniform((0, 0, 0), (1, 1, 1)), roughness=0.25, count=3,
                                       emissive_color=(1, 0, 0), emissive_intensity=10.0)
    rep.orchestrator.step()
    shaders = [UsdShade.Shader(prim.GetChild("Shader")) for prim in item.get_prims()]
    assert len({tuple(shader.GetInput("diffuse_color_constant").Get()) for shader in shaders}) == 3
    assert {round(shader.GetInput("reflection_roughness_constant").Get(), 4) for shader in shaders} == {0.25}
    assert shaders[0].GetInput("enable_emission").Get() is True
    cube = rep.create.cube(count=3, material=item)
    meshes = [prim.GetChildren()[0] for prim in cube.get_prims()]
    bound = [UsdShade.MaterialBindingAPI(mesh).ComputeBoundMaterial()[0].GetPath() for mesh in meshes]
    assert bound == [prim.GetPath() for prim in item.get_prims()]


@pytest.mark.parametrize(("module", "name"), [
    ("modify", "look_at"), ("orchestrator", "restop")])
def test_what_is_not_built_says_so(module, name):
    with pytest.raises(NotImplementedError, match=f"rep.{module}.{name} is not available in the portable Replicator yet"):
        getattr(getattr(rep, module), name)
    assert not hasattr(getattr(rep, module), name)


def test_graph_functions_can_be_imported_and_say_so_when_called():
    from omni.replicator.core.utils import GRAPH_PATH, auto_connect
    from omni.replicator.core.utils.utils import _disconnect

    assert GRAPH_PATH.startswith("/Replicator")
    for function in (auto_connect, _disconnect):
        with pytest.raises(NotImplementedError, match="no OmniGraph outside Kit"):
            function(None, None)


@pytest.mark.parametrize(("module", "name", "meant"), [
    ("trigger", "on_tme", "on_time"), ("create", "cueb", "cube"), ("orchestrator", "stepp", "step")])
def test_a_misspelt_name_is_told_from_a_missing_feature(module, name, meant):
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'. Did you mean '{meant}'") as caught:
        getattr(getattr(rep, module), name)
    assert not isinstance(caught.value, NotImplementedError)


def test_custom_nodes_fail_where_they_are_used(graph_stage):
    from omni.replicator.core.scripts.utils import ReplicatorWrapper, create_node, set_target_prims

    assert set_target_prims
    with pytest.raises(NotImplementedError, match=r"custom OmniGraph node 'my\.Node'"):
        ReplicatorWrapper(lambda: create_node("my.Node", radius=1.0))()
    assert ReplicatorWrapper(lambda: rep.create.cube().node)().get_prims()


def test_files_are_listed_sorted_and_filtered(tmp_path):
    for name in ("b.usd", "a.usda", "c.txt", "deep/d.usdz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert rep.utils.get_usd_files(str(tmp_path)) == [str(tmp_path / "a.usda"), str(tmp_path / "b.usd")]
    below = rep.utils.get_usd_files(str(tmp_path), recursive=True, path_filter=r"d\.usdz$")
    assert below == [str(tmp_path / "deep" / "d.usdz")]
    with pytest.raises(FileNotFoundError, match="no folder"):
        rep.utils.get_usd_files(str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match="URL"):
        rep.utils.get_usd_files("omniverse://server/folder")


@pytest.fixture
def proxies():
    get_settings().set("/scenewright/missingAssets", "proxy")
    yield
    get_settings().destroy_item("/scenewright/missingAssets")


def test_a_missing_folder_has_proxies(graph_stage, proxies):
    files = rep.utils.get_usd_files("omniverse://server/Stools/")
    assert files == [f"omniverse://server/Stools/Stools_0{number}.usd" for number in (1, 2, 3)]
    prim = rep.create.from_usd(files[0]).get_prims()[0]
    assert any(child.IsA(UsdGeom.Gprim) for child in Usd.PrimRange(prim))


def test_registered_creators_become_attributes(graph_stage):
    def pair():
        return rep.create.cube(count=2)

    rep.create.register(pair)
    assert len(rep.create.pair().get_prims()) == 2
    del rep.create.pair


def test_a_tick_rate_is_kept_on_the_cameras(graph_stage):
    cameras = rep.create.camera(count=2, tick_rate=30)
    assert [prim.GetChildren()[0].GetAttribute("omni:sensor:tickRate").Get() for prim in cameras.get_prims()] == [30, 30]
    pair = rep.create.stereo_camera(0.1, tick_rate=10.0).get_prims()[0]
    assert {child.GetAttribute("omni:sensor:tickRate").Get() for child in pair.GetChildren()} == {10}
    for wrong in (-1, "fast"):
        with pytest.raises(ValueError, match="tick_rate is a number of pictures per second"):
            rep.create.camera(tick_rate=wrong)


def test_a_search_without_a_result_tells_what_it_looked_for(graph_stage, caplog):
    with rep.trigger.on_frame(max_execs=1), rep.get.prims(path_pattern="/World/Nothing/*", prim_types=["Mesh"]):
        rep.modify.pose(position=(0, 0, 1))
    rep.orchestrator.step()
    assert "rep.get.prims(path_pattern='/World/Nothing/*', prim_types=['Mesh']) found no prim" in caplog.text


def test_types_are_named_by_the_place_where_replicator_keeps_them(graph_stage):
    from omni.replicator.core.scripts.utils import ReplicatorItem

    assert rep.scripts.utils.ReplicatorItem is ReplicatorItem
    assert isinstance(rep.create.cube(), ReplicatorItem)
