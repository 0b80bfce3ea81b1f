import numpy as np
import omni.replicator.core as rep
import omni.usd
import pytest
from omni.replicator.core.orchestrator import OrchestratorError
from pxr import Gf, UsdGeom, UsdSemantics, UsdShade


def attribute(item, name, prim=0):
    return item.get_prims()[prim].GetAttribute(name).Get()


def local_rotation(prim):
    return np.array(UsdGeom.Xformable(prim).GetLocalTransformation())[:3, :3]


def test_components_that_are_not_given_stay(graph_stage):
    item = rep.create.cube(position=(1, 2, 3), rotation=(10, 20, 30), scale=(2, 3, 4))
    with item:
        rep.modify.pose(position_y=9, rotation_z=40)
    rep.orchestrator.step()
    assert np.allclose(attribute(item, "xformOp:translate"), (1, 9, 3))
    assert np.allclose(attribute(item, "xformOp:rotateXYZ"), (10, 20, 40), atol=1e-4)
    assert np.allclose(attribute(item, "xformOp:scale"), (2, 3, 4))


@pytest.mark.parametrize("order", ["XYZ", "ZYX", "YXZ"])
def test_rotation_orders(graph_stage, order):
    item = rep.create.cube()
    with item:
        rep.modify.pose(rotation=(20, 30, 40), rotation_order=order)
    rep.orchestrator.step()
    expected = UsdGeom.Xform.Define(graph_stage, "/Expected")
    getattr(expected, f"AddRotate{order}Op")().Set((20, 30, 40))
    assert np.allclose(local_rotation(item.get_prims()[0]), local_rotation(expected.GetPrim()), atol=1e-6)


@pytest.mark.parametrize(("size", "edges"), [((2, 4, 6), (2, 2, 2)), (6, (2, 2, 2)), ((1, 1, 1), (1, 0.5, 1 / 3))])
def test_size_is_relative_to_the_bounds(graph_stage, size, edges):
    rep.functional.create.xform(name="Outer")
    rep.functional.create.cube(parent="/Outer", name="Box", scale=(1, 2, 3))
    with rep.get.prim_at_path("/Outer"):
        rep.modify.pose(size=size)
    rep.orchestrator.step()
    matrix = local_rotation(graph_stage.GetPrimAtPath("/Outer"))
    assert np.allclose(np.linalg.norm(matrix, axis=1), edges)


def test_contradicting_arguments_are_refused(graph_stage):
    with rep.create.cube():
        with pytest.raises(ValueError, match="size and scale exclude"):
            rep.modify.pose(size=1, scale=1)
        with pytest.raises(ValueError, match="rotation_x and look_at exclude"):
            rep.modify.pose(rotation_x=1, look_at=(0, 0, 0))
        with pytest.raises(ValueError, match="rotation_order is one of XYZ"):
            rep.modify.pose(rotation=(0, 0, 0), rotation_order="ABC")


def test_each_prim_gets_a_row(graph_stage, positions):
    item = rep.create.cube(count=50)
    with item:
        rep.modify.pose(position=rep.distribution.uniform((-1, -1, -1), (1, 1, 1)))
    rep.orchestrator.step()
    assert len(set(positions(item))) == 50 and np.abs(positions(item)).max() <= 1


def test_looking_at_several_prims_is_looking_at_the_middle(graph_stage):
    corners = rep.create.group([rep.create.cube(position=place) for place in ((4, 0, 0), (4, 2, 0), (4, 4, 3))])
    camera = rep.create.camera(position=(0, 0, 0))
    with camera:
        rep.modify.pose(look_at=corners)
    rep.orchestrator.step(delta_time=0.0)
    world = omni.usd.get_world_transform_matrix(camera.get_prims()[0])
    ahead = np.array(world.TransformDir(Gf.Vec3d(0, 0, -1)))
    np.testing.assert_allclose(ahead, np.array((4, 2, 1)) / np.linalg.norm((4, 2, 1)), atol=1e-6)


def test_orbit_and_look_at(graph_stage):
    camera = rep.create.camera()
    with camera:
        rep.modify.pose_orbit(barycentre=(1, 1, 1), distance=4, azimuth=90, elevation=30)
    rep.orchestrator.step()
    place = np.array(attribute(camera, "xformOp:translate"))
    assert np.allclose(place, np.array((1, 1, 1)) + 4 * np.array((0, np.cos(np.pi / 6), 0.5)), atol=1e-5)
    forward = -np.array(UsdGeom.XformCache().GetLocalToWorldTransform(camera.get_prims()[0].GetChildren()[0]))[2, :3]
    assert np.allclose(forward, (np.array((1, 1, 1)) - place) / 4, atol=1e-5)


def test_camera_relative_places_land_in_the_image(graph_stage):
    camera = rep.create.camera(position=(5, 0, 0), look_at=(0, 0, 0))
    product = rep.create.render_product(camera, (200, 100))
    item = rep.create.cube()
    with item:
        rep.modify.pose_camera_relative(camera, product, distance=3, horizontal_location=1, vertical_location=-1)
    rep.orchestrator.step()
    half = 20.955 / 24 / 2 * 3
    assert np.allclose(attribute(item, "xformOp:translate"), (2, half, -half / 2), atol=1e-5)


def test_attributes_are_found_on_the_prim_its_inputs_and_its_child(graph_stage):
    light = rep.create.light(light_type="Sphere", count=2)
    with light:
        rep.modify.attribute("intensity", rep.distribution.uniform(10, 20))
        rep.modify.attribute("radius", 0.25)
    cube = rep.functional.create.cube()
    with rep.get.prim_at_path(cube.GetPath()):
        rep.modify.attribute("size", 2.5)
        rep.modify.attribute("userProperties:mass", rep.distribution.choice([4.0]), attribute_type="float")
    rep.orchestrator.step()
    inner = [prim.GetChildren()[0] for prim in light.get_prims()]
    assert all(10 <= prim.GetAttribute("inputs:intensity").Get() <= 20 for prim in inner)
    assert [prim.GetAttribute("inputs:radius").Get() for prim in inner] == [0.25, 0.25]
    assert cube.GetAttribute("size").Get() == 2.5 and cube.GetAttribute("userProperties:mass").Get() == 4


def test_attribute_vectors_and_words_can_be_drawn(graph_stage):
    cubes = rep.create.cube(count=3, as_mesh=False)
    with cubes:
        rep.modify.attribute("primvars:displayColor", rep.distribution.uniform((0, 0, 0), (1, 1, 1)))
        rep.modify.attribute("purpose", rep.distribution.sequence(["render", "proxy"]))
    rep.orchestrator.step()
    colors = {tuple(prim.GetChildren()[0].GetAttribute("primvars:displayColor").Get()[0]) for prim in cubes.get_prims()}
    assert len(colors) == 3
    assert {prim.GetAttribute("purpose").Get() for prim in cubes.get_prims()} == {"render"}


@pytest.mark.parametrize(("mode", "expected"), [("add", ["box", "new"]), ("replace", ["new"]), ("clear", ["new"])])
def test_semantics_modes(graph_stage, mode, expected):
    item = rep.create.cube(semantics=[("class", "box")])
    with item:
        rep.modify.semantics([("class", "new")], mode=mode)
    rep.orchestrator.step()
    assert list(UsdSemantics.LabelsAPI(item.get_prims()[0], "class").GetLabelsAttr().Get()) == expected


def test_labels_can_be_drawn(graph_stage):
    item = rep.create.cube(count=20)
    with item:
        rep.modify.semantics([("state", rep.distribution.choice(["open", "shut"]))])
    rep.orchestrator.step()
    found = {UsdSemantics.LabelsAPI(prim, "state").GetLabelsAttr().Get()[0] for prim in item.get_prims()}
    assert found == {"open", "shut"}


def test_visibility_values_lists_and_draws(graph_stage):
    item = rep.create.cube(count=3)
    with rep.trigger.on_frame(), item:
        rep.modify.visibility(rep.distribution.sequence([True, False]))
    shown = []
    for _ in range(2):
        rep.orchestrator.step()
        shown.append([attribute(item, "visibility", k) for k in range(3)])
    assert shown == [["inherited"] * 3, ["invisible"] * 3]
    with item:
        rep.modify.visibility([True, False, True])
    rep.orchestrator.stop()
    rep.orchestrator.step()
    assert attribute(item, "visibility", 0) == "inherited"


def test_materials_are_bound_over_descendants(graph_stage):
    red, blue = rep.create.material_omnipbr(diffuse=(1, 0, 0)), rep.create.material_omnipbr(diffuse=(0, 0, 1))
    item = rep.create.cube(material=red)
    with item:
        rep.modify.material(rep.distribution.choice([str(blue.get_prims()[0].GetPath())]))
    rep.orchestrator.step()
    mesh = item.get_prims()[0].GetChildren()[0]
    assert UsdShade.MaterialBindingAPI(mesh).ComputeBoundMaterial()[0].GetPath() == blue.get_prims()[0].GetPath()


def test_variants_are_selected_and_unknown_ones_named(graph_stage):
    prim = UsdGeom.Xform.Define(graph_stage, "/Thing").GetPrim()
    colors = prim.GetVariantSets().AddVariantSet("color")
    for name in ("red", "blue"):
        colors.AddVariant(name)
    with rep.get.prim_at_path("/Thing"):
        rep.modify.variant("color", rep.distribution.choice(["blue"]))
    rep.orchestrator.step()
    assert colors.GetVariantSelection() == "blue"
    with rep.get.prim_at_path("/Thing"):
        rep.modify.variant("color", "green")
    with pytest.raises(OrchestratorError, match=r"no variant color='green'. Variants: .*red"):
        rep.orchestrator.step()


def test_queries_find_by_pattern_type_and_label(graph_stage):
    rep.functional.create.cube(name="BigCube", semantics={"class": "box"})
    rep.functional.create.sphere(name="Ball")
    rep.functional.create.dome_light(name="Sky")
    names = lambda item: [prim.GetName() for prim in item.get_prims()]  # noqa: E731
    assert names(rep.get.prims(path_pattern="cube|ball")) == ["BigCube", "Ball"]
    assert names(rep.get.prims(path_pattern="cube", ignore_case=False)) == []
    assert names(rep.get.prims(prim_types="Sphere")) == ["Ball"]
    assert names(rep.get.prims(semantics=[("class", "box")])) == ["BigCube"]
    assert names(rep.get.shape(path_pattern_exclusion="Big")) == ["Ball"]
    assert names(rep.get.light()) == ["Sky"]
    assert names(rep.get.camera()) == []
    with pytest.raises(ValueError, match="regular expression"):
        rep.get.prims(path_pattern="(")


@pytest.mark.parametrize(("cached", "expected"), [(True, 1), (False, 2)])
def test_a_cached_query_does_not_see_later_prims(graph_stage, cached, expected):
    rep.functional.create.cube(name="Box")
    item = rep.get.prims(path_pattern="Box", cache_result=cached)
    assert len(item.get_prims()) == 1
    rep.functional.create.cube(name="Box")
    assert len(item.get_prims()) == expected


def test_a_missing_path_names_its_neighbours(graph_stage):
    rep.functional.create.xform(name="World")
    with pytest.raises(ValueError, match=r"/World/Cube.*Children of /World"):
        rep.get.prim_at_path("/World/Cube")


def test_items_answer_about_their_inputs(graph_stage):
    item = rep.create.cube(position=(1, 2, 3))
    assert item.get_input("position") == (1, 2, 3)
    assert item.get_output_prims()["prims"] == item.get_prims() == item.get_output("prims")
    with pytest.raises(ValueError, match="no input 'colour'"):
        item.get_input("colour")
    with item:
        move = rep.modify.pose(position=(0, 0, 1))
        assert rep.utils.ReplicatorItem._get_context() is item.node
    move.set_input("position", (0, 0, 8))
    rep.orchestrator.step()
    assert attribute(item, "xformOp:translate")[2] == 8
    assert rep.utils.ReplicatorItem._get_context() is None


def test_carb_settings_can_be_drawn(graph_stage):
    import carb.settings

    rep.settings.carb_settings("/test/now", 3)
    with rep.trigger.on_frame():
        rep.settings.carb_settings("/test/later", rep.distribution.sequence([5, 6]))
    settings = carb.settings.get_settings()
    assert (settings.get("/test/now"), settings.get("/test/later")) == (3, None)
    rep.orchestrator.step()
    assert settings.get("/test/later") == 5


def test_usd_stage_settings(graph_stage):
    with rep.new_layer():
        rep.settings.set_stage_up_axis("y")
        rep.settings.set_stage_meters_per_unit(0.01)
    assert UsdGeom.GetStageUpAxis(graph_stage) == "Y" and UsdGeom.GetStageMetersPerUnit(graph_stage) == 0.01
    with pytest.raises(ValueError, match="'Y' or 'Z', got 'X'"):
        rep.settings.set_stage_up_axis("X")


def test_labels_for_nobody_are_a_warning(graph_stage, caplog):
    item = rep.create.cube()
    rep.modify.semantics([("class", "box")])
    rep.orchestrator.step()
    assert "rep.modify.semantics has no prims to act on" in caplog.text
    assert not UsdSemantics.LabelsAPI.GetDirectTaxonomies(item.get_prims()[0])


def test_a_size_is_along_the_axes_of_the_prim_however_it_is_turned(graph_stage):
    item = rep.create.cube(rotation=(0, 0, 30))
    with item:
        rep.modify.pose(size=(2, 3, 4))
    rep.orchestrator.step()
    assert np.allclose(attribute(item, "xformOp:scale"), (2, 3, 4), atol=1e-4)
