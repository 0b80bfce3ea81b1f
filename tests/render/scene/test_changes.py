import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom, UsdLux, UsdSemantics, UsdShade

from scenewright.render.scene.errors import SceneError


@pytest.fixture
def world(stage, add_mesh, add_preview_material, bind, label):
    """Two boxes below a group, a mesh, a light and a camera."""
    UsdGeom.Xform.Define(stage, "/World/group").AddTranslateOp().Set((0, 0, 1))
    for name in "ab":
        cube = UsdGeom.Cube.Define(stage, f"/World/group/{name}")
        cube.AddTranslateOp().Set((1, 0, 0))
        cube.CreateDisplayColorAttr([(1, 0, 0)])
    label(stage.GetPrimAtPath("/World/group/a"), "box")
    add_mesh(stage, "/World/mesh")
    material, _ = add_preview_material(stage, "/World/Looks/m", diffuseColor=(0.5, 0.5, 0.5))
    bind(stage.GetPrimAtPath("/World/mesh"), material)
    UsdLux.SphereLight.Define(stage, "/World/lamp").AddTranslateOp().Set((0, 0, 5))
    UsdGeom.Camera.Define(stage, "/World/camera").AddTranslateOp().Set((0, 0, 9))
    return stage


def flags(changes):
    return {
        "structure": changes.structure, "transforms": changes.transforms.tolist(), "colors": changes.colors.tolist(),
        "materials": set(changes.materials), "lights": changes.lights, "labels": changes.labels, "meshes": set(changes.meshes),
    }


NOTHING = {
    "structure": False, "transforms": [], "colors": [], "materials": set(), "lights": False, "labels": False, "meshes": set()}


def test_nothing_changed(world, open_scene):
    scene = open_scene(world)
    before = scene.instances
    changes = scene.sync()
    assert flags(changes) == NOTHING
    assert not changes
    assert scene.instances is before


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda s: s.GetAttributeAtPath("/World/group/b.xformOp:translate").Set((5, 0, 0)), {"transforms": [1]}),
        (lambda s: s.GetAttributeAtPath("/World/group.xformOp:translate").Set((5, 0, 0)), {"transforms": [0, 1]}),
        (lambda s: s.GetAttributeAtPath("/World/group.xformOp:translate").Set((0, 0, 1)), {}),
        (lambda s: UsdGeom.Xform.Get(s, "/World/group").AddScaleOp().Set((2, 2, 2)), {"transforms": [0, 1]}),
        (lambda s: s.GetAttributeAtPath("/World/camera.xformOp:translate").Set((5, 0, 0)), {}),
        (lambda s: s.GetAttributeAtPath("/World/camera.focalLength").Set(20), {}),
        (lambda s: s.GetAttributeAtPath("/World/lamp.xformOp:translate").Set((5, 0, 0)), {"lights": True}),
        (lambda s: s.GetAttributeAtPath("/World/lamp.inputs:intensity").Set(7), {"lights": True}),
        (lambda s: s.GetAttributeAtPath("/World/group/a.primvars:displayColor").Set([(0, 1, 0)]), {"colors": [0]}),
        (lambda s: UsdGeom.Mesh.Get(s, "/World/mesh").CreateDisplayColorAttr([(0, 1, 0)]), {"colors": [2]}),
        (lambda s: s.GetAttributeAtPath("/World/Looks/m/Surface.inputs:diffuseColor").Set((1, 1, 1)),
         {"materials": {"/World/Looks/m"}}),
        (lambda s: s.GetAttributeAtPath("/World/group/a.semantics:labels:class").Set(["crate"]), {"labels": True}),
        (lambda s: s.GetAttributeAtPath("/World/mesh.points").Set([(0, 0, 0), (2, 0, 0), (2, 2, 0), (0, 2, 0)]),
         {"meshes": {"/World/mesh"}}),
        (lambda s: s.GetAttributeAtPath("/World/group/a.size").Set(4.0), {"structure": True}),
        (lambda s: UsdGeom.Imageable.Get(s, "/World/group/a").MakeInvisible(), {"structure": True, "labels": False}),
        (lambda s: UsdGeom.Sphere.Define(s, "/World/new"), {"structure": True}),
        (lambda s: s.RemovePrim("/World/group"), {"structure": True, "labels": True}),
        (lambda s: UsdShade.MaterialBindingAPI(s.GetPrimAtPath("/World/mesh")).UnbindAllBindings(),
         {"structure": True, "materials": {"/World/Looks/m"}}),
        (lambda s: s.GetPrimAtPath("/World/group").SetCustomDataByKey("note", 1), {}),
        (lambda s: s.GetPrimAtPath("/World/group/a").CreateAttribute("user:weight", Sdf.ValueTypeNames.Float).Set(3.0), {}),
    ],
)
def test_only_what_changed_is_reported(world, open_scene, edit, expected):
    scene = open_scene(world)
    edit(world)
    assert flags(scene.sync()) == {**NOTHING, **expected}
    assert flags(scene.sync()) == NOTHING


def test_the_result_of_edits_is_that_of_a_fresh_reading(world, open_scene, add_mesh, label):
    """A long run of edits, synced one by one, leaves the same records as reading the stage once at the end."""
    scene = open_scene(world)
    edits = [
        lambda: world.GetAttributeAtPath("/World/group.xformOp:translate").Set((3, 1, 2)),
        lambda: UsdGeom.Cube.Define(world, "/World/group/a/inner").AddRotateZOp().Set(30),
        lambda: world.GetAttributeAtPath("/World/group/a.xformOp:translate").Set((0, 1, 2)),
        lambda: UsdGeom.Imageable.Get(world, "/World/group").MakeInvisible(),
        lambda: world.GetAttributeAtPath("/World/group/b.primvars:displayColor").Set([(0, 0, 1)]),
        lambda: UsdGeom.Imageable.Get(world, "/World/group").MakeVisible(),
        lambda: add_mesh(world, "/World/other", [(0, 0, 0), (3, 0, 0), (0, 3, 0)]),
        lambda: UsdSemantics.LabelsAPI.Apply(world.GetPrimAtPath("/World/other"), "class").CreateLabelsAttr(["tri"]),
        lambda: world.GetAttributeAtPath("/World/mesh.faceVertexCounts").Set([3]) and
        world.GetAttributeAtPath("/World/mesh.faceVertexIndices").Set([0, 1, 2]),
        lambda: world.GetPrimAtPath("/World/group/b").SetActive(False),
        lambda: UsdLux.DomeLight.Define(world, "/World/sky"),
        lambda: world.GetAttributeAtPath("/World/Looks/m/Surface.inputs:diffuseColor").Set((0.1, 0.2, 0.3)),
        lambda: UsdShade.MaterialBindingAPI.Apply(world.GetPrimAtPath("/World/other")).Bind(
            UsdShade.Material.Get(world, "/World/Looks/m")),
        lambda: UsdGeom.Xformable(world.GetPrimAtPath("/World")).AddTranslateOp().Set((0, 0, 10)),
    ]
    for edit in edits:
        edit()
        scene.sync()
    fresh = open_scene(world)

    def state(s):
        return (
            [(i.path, i.kind, i.size, i.matrix.tolist(), i.slot_paths, i.slot_materials, i.slot_colors) for i in s.instances],
            [s.meshes[i.mesh].points.tolist() for i in s.instances if i.mesh],
            {k: (m.base_color, m.roughness) for k, m in s.materials.items()},
            [(light.path, light.matrix.tolist(), light.color) for light in s.lights],
            s.prim_paths, s.declared_labels,
        )

    assert state(scene) == state(fresh)


def test_unchanged_meshes_and_matrices_stay_the_same_objects(world, open_scene):
    scene = open_scene(world)
    mesh = scene.meshes["/World/mesh"]
    UsdGeom.Sphere.Define(world, "/World/new")
    UsdGeom.Imageable.Get(world, "/World/mesh").MakeInvisible()
    scene.sync()
    UsdGeom.Imageable.Get(world, "/World/mesh").MakeVisible()
    scene.sync()
    assert scene.meshes["/World/mesh"] is mesh


def test_a_shared_mesh_that_is_edited_leaves_the_others_alone(stage, open_scene, add_mesh):
    for k in range(3):
        add_mesh(stage, f"/m{k}")
    scene = open_scene(stage)
    stage.GetAttributeAtPath("/m0.points").Set([(0, 0, 0), (5, 0, 0), (5, 5, 0), (0, 5, 0)])
    assert scene.sync().structure
    reach = {i.path: scene.meshes[i.mesh].points.max() for i in scene.instances}
    assert reach == {"/m0": 5, "/m1": 1, "/m2": 1}
    stage.GetAttributeAtPath("/m0.points").Set([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)])
    scene.sync()
    assert len(scene.meshes) == 1


def test_inherited_colours_follow_their_ancestor(stage, open_scene):
    UsdGeom.Cube.Define(stage, "/World/a")
    UsdGeom.Cube.Define(stage, "/World/b").CreateDisplayColorAttr([(0, 0, 1)])
    primvar = UsdGeom.PrimvarsAPI(stage.DefinePrim("/World", "Xform")).CreatePrimvar(
        "displayColor", Sdf.ValueTypeNames.Color3fArray, "constant")
    primvar.Set([(1, 0, 0)])
    scene = open_scene(stage)
    assert [i.slot_colors[0] for i in scene.instances] == [(1, 0, 0), (0, 0, 1)]
    primvar.Set([(0, 1, 0)])
    assert scene.sync().colors.tolist() == [0]
    assert scene.instances[0].slot_colors == ((0, 1, 0),)


def test_animation_is_followed(world, open_scene):
    move = world.GetAttributeAtPath("/World/group.xformOp:translate")
    points = world.GetAttributeAtPath("/World/mesh.points")
    color = world.GetAttributeAtPath("/World/group/b.primvars:displayColor")
    for time, value in ((0, 0.0), (10, 10.0)):
        move.Set(Gf.Vec3d(value, 0, 0), time)
        points.Set([(0, 0, 0), (1 + value, 0, 0), (1, 1, 0), (0, 1, 0)], time)
        color.Set([(value / 10, 0, 0)], time)
    scene = open_scene(world, Usd.TimeCode(0))
    changes = flags(scene.sync(Usd.TimeCode(5)))
    assert changes == {**NOTHING, "transforms": [0, 1], "colors": [1], "meshes": {"/World/mesh"}}
    assert scene.instances[0].matrix[3, 0] == 6.0
    assert scene.meshes["/World/mesh"].points[1, 0] == 6.0
    assert scene.instances[1].slot_colors == ((0.5, 0, 0),)
    assert flags(scene.sync(Usd.TimeCode(5))) == NOTHING


def test_an_edit_may_begin_an_animation(world, open_scene):
    scene = open_scene(world, Usd.TimeCode(0))
    move = world.GetAttributeAtPath("/World/group/a.xformOp:translate")
    move.Set(Gf.Vec3d(0), 0)
    move.Set(Gf.Vec3d(8, 0, 0), 8)
    visibility = UsdGeom.Imageable.Get(world, "/World/group/b").CreateVisibilityAttr()
    visibility.Set("inherited", 0)
    visibility.Set("invisible", 8)
    scene.sync(Usd.TimeCode(0))
    changes = scene.sync(Usd.TimeCode(4))
    assert scene.instances[0].matrix[3, 0] == 4
    assert changes.structure or changes.transforms.tolist() == [0]
    scene.sync(Usd.TimeCode(8))
    assert [i.path for i in scene.instances] == ["/World/group/a", "/World/mesh"]


def test_time_samples_do_not_leak_into_the_default_time(world, open_scene):
    move = world.GetAttributeAtPath("/World/group.xformOp:translate")
    move.Set(Gf.Vec3d(7, 0, 0), 0)
    scene = open_scene(world)
    assert scene.instances[0].matrix[3, 0] == 1
    scene.sync(Usd.TimeCode(0))
    assert scene.instances[0].matrix[3, 0] == 8
    scene.sync()
    assert scene.instances[0].matrix[3, 0] == 1


def test_a_closed_scene_no_longer_follows(world, open_scene):
    scene = open_scene(world)
    scene.close()
    world.GetAttributeAtPath("/World/group.xformOp:translate").Set((5, 5, 5))
    assert flags(scene.sync()) == NOTHING
    scene.close()


def test_matrices_of_records_are_views_of_one_array(world, open_scene):
    scene = open_scene(world)
    world.GetAttributeAtPath("/World/group.xformOp:translate").Set((5, 5, 5))
    scene.sync()
    for row, instance in enumerate(scene.instances):
        assert np.shares_memory(instance.matrix, scene.matrices)
        np.testing.assert_array_equal(instance.matrix, scene.matrices[row])


@pytest.mark.parametrize("again", [False, True])
def test_edits_of_prims_that_are_gone_by_the_next_sync(world, open_scene, add_mesh, again):
    scene = open_scene(world)
    world.GetAttributeAtPath("/World/group/a.xformOp:translate").Set((5, 0, 0))
    world.GetAttributeAtPath("/World/group/a.primvars:displayColor").Set([(0, 1, 0)])
    UsdGeom.Mesh.Get(world, "/World/mesh").CreateDisplayColorAttr([(0, 1, 0)])
    world.GetAttributeAtPath("/World/Looks/m/Surface.inputs:diffuseColor").Set((1, 1, 1))
    world.GetAttributeAtPath("/World/lamp.inputs:intensity").Set(3)
    UsdGeom.Imageable.Get(world, "/World/group/b").MakeInvisible()
    for path in ("/World/group", "/World/mesh", "/World/Looks", "/World/lamp"):
        world.RemovePrim(path)
    if again:
        UsdGeom.Cube.Define(world, "/World/group/a").CreateDisplayColorAttr([(0, 0, 1)])
        add_mesh(world, "/World/mesh").CreateDisplayColorAttr([(1, 1, 0)])
    scene.sync()
    expected = [("/World/group/a", (0, 0, 1)), ("/World/mesh", (1, 1, 0))] if again else []
    assert [(i.path, i.slot_colors[0]) for i in scene.instances] == expected
    assert scene.lights == []
    assert set(scene.materials) == {""}


def test_a_layer_full_of_edits_can_be_switched_off_and_on(world, open_scene):
    """Randomizers write to a layer of their own; muting it brings everything back."""
    layer = Sdf.Layer.CreateAnonymous("random")
    world.GetSessionLayer().subLayerPaths.append(layer.identifier)
    scene = open_scene(world)
    with Usd.EditContext(world, layer):
        world.GetAttributeAtPath("/World/group.xformOp:translate").Set((9, 9, 9))
        UsdGeom.Cube.Define(world, "/World/extra")
    scene.sync()
    assert len(scene.instances) == 4
    world.MuteLayer(layer.identifier)
    scene.sync()
    assert [i.matrix[3, 0] for i in scene.instances] == [1, 1, 0]
    world.UnmuteLayer(layer.identifier)
    scene.sync()
    assert {i.path: i.matrix[3, 0] for i in scene.instances} == {
        "/World/extra": 0, "/World/group/a": 10, "/World/group/b": 10, "/World/mesh": 0}
    layer.Clear()
    scene.sync()
    assert len(scene.instances) == 3


def test_a_variant_switch(stage, open_scene):
    prim = stage.DefinePrim("/World/thing", "Xform")
    variants = prim.GetVariantSets().AddVariantSet("shape")
    for name, kind in (("round", "Sphere"), ("square", "Cube")):
        variants.AddVariant(name)
        variants.SetVariantSelection(name)
        with variants.GetVariantEditContext():
            stage.DefinePrim("/World/thing/body", kind)
    scene = open_scene(stage)
    kinds = []
    for name in ("round", "square", "round"):
        variants.SetVariantSelection(name)
        scene.sync()
        kinds.append(scene.instances[0].kind.name)
    assert kinds == ["SPHERE", "CUBE", "SPHERE"]


def test_edits_inside_a_change_block(world, open_scene):
    scene = open_scene(world)
    layer = world.GetRootLayer()
    with Sdf.ChangeBlock():
        for name, x in (("a", 4.0), ("b", 6.0)):
            layer.GetAttributeAtPath(f"/World/group/{name}.xformOp:translate").default = Gf.Vec3d(x, 0, 0)
            layer.GetAttributeAtPath(f"/World/group/{name}.primvars:displayColor").default = [Gf.Vec3f(0, 0, 1)]
    changes = scene.sync()
    assert flags(changes) == {**NOTHING, "transforms": [0, 1], "colors": [0, 1]}
    assert [i.matrix[3, 0] for i in scene.instances[:2]] == [4, 6]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_a_transform_that_is_not_finite_names_the_prim(world, open_scene, value):
    scene = open_scene(world)
    world.GetAttributeAtPath("/World/group/b.xformOp:translate").Set((value, 0, 0))
    with pytest.raises(SceneError, match=r"/World/group/b: its transform"):
        scene.sync()
    with pytest.raises(SceneError, match=r"/World/group/b: its transform"):
        open_scene(world)
