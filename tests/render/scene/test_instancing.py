import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom, UsdShade

from scenewright.render.scene.errors import SceneError


def add_asset(stage, add_mesh, path="/Assets/thing"):
    root = UsdGeom.Xform.Define(stage, path)
    mesh = add_mesh(stage, f"{path}/body")
    mesh.AddTranslateOp().Set((0, 0, 5))
    UsdGeom.Sphere.Define(stage, f"{path}/ball")
    return root.GetPrim()


def place(stage, path, asset, offset, *, instanceable=True):
    prim = UsdGeom.Xform.Define(stage, path)
    prim.AddTranslateOp().Set(offset)
    prim.GetPrim().GetReferences().AddInternalReference(asset)
    prim.GetPrim().SetInstanceable(instanceable)
    return prim


def test_native_instances_are_drawn_at_their_proxy_paths(stage, open_scene, add_mesh):
    stage.CreateClassPrim("/Assets")
    add_asset(stage, add_mesh)
    for k in range(3):
        place(stage, f"/World/i{k}", "/Assets/thing", (10 * k, 0, 0))
    scene = open_scene(stage)
    assert scene.prim_paths == ("", *(f"/World/i{k}/{name}" for k in range(3) for name in ("body", "ball")))
    bodies = [i for i in scene.instances if i.path.endswith("body")]
    assert {i.mesh for i in bodies} == {"/World/i0/body"}
    assert len(scene.meshes) == 1
    np.testing.assert_array_equal([i.matrix[3, :3] for i in bodies], [(0, 0, 5), (10, 0, 5), (20, 0, 5)])


def test_moving_an_instance_moves_what_is_in_it(stage, open_scene, add_mesh):
    stage.CreateClassPrim("/Assets")
    add_asset(stage, add_mesh)
    prims = [place(stage, f"/World/i{k}", "/Assets/thing", (k, 0, 0)) for k in range(2)]
    scene = open_scene(stage)
    prims[1].GetOrderedXformOps()[0].Set(Gf.Vec3d(0, 7, 0))
    changes = scene.sync()
    assert not changes.structure
    assert changes.transforms.tolist() == [2, 3]
    assert scene.instances[2].matrix[3].tolist() == [0, 7, 5, 1]


def test_a_change_in_the_prototype_reaches_every_instance(stage, open_scene, add_mesh):
    stage.CreateClassPrim("/Assets")
    add_asset(stage, add_mesh)
    for k in range(2):
        place(stage, f"/World/i{k}", "/Assets/thing", (k, 0, 0))
    scene = open_scene(stage)
    UsdGeom.Sphere(stage.GetPrimAtPath("/Assets/thing/ball")).GetRadiusAttr().Set(3.0)
    stage.GetPrimAtPath("/Assets/thing/body").GetAttribute("points").Set([(0, 0, 0), (2, 0, 0), (2, 2, 0), (0, 2, 0)])
    scene.sync()
    assert [i.size[0] for i in scene.instances if i.path.endswith("ball")] == [3.0, 3.0]
    assert scene.meshes[scene.instances[0].mesh].points.max() == 2.0
    stage.GetPrimAtPath("/Assets/thing/body").GetAttribute("xformOp:translate").Set((0, 0, 9))
    scene.sync()
    assert [i.matrix[3, 2] for i in scene.instances if i.path.endswith("body")] == [9, 9]


def test_nested_instances(stage, open_scene, add_mesh):
    stage.CreateClassPrim("/Assets")
    add_asset(stage, add_mesh)
    UsdGeom.Xform.Define(stage, "/Assets/pair")
    place(stage, "/Assets/pair/left", "/Assets/thing", (-1, 0, 0))
    place(stage, "/Assets/pair/right", "/Assets/thing", (1, 0, 0))
    place(stage, "/World/a", "/Assets/pair", (0, 0, 0))
    place(stage, "/World/b", "/Assets/pair", (0, 10, 0))
    scene = open_scene(stage)
    found = {i.path: tuple(i.matrix[3, :3]) for i in scene.instances if i.mesh}
    assert found == {"/World/a/left/body": (-1, 0, 5), "/World/a/right/body": (1, 0, 5),
                     "/World/b/left/body": (-1, 10, 5), "/World/b/right/body": (1, 10, 5)}
    assert len(scene.meshes) == 1


def test_materials_inside_instances_are_shared(stage, open_scene, add_mesh, add_preview_material, bind):
    stage.CreateClassPrim("/Assets")
    add_asset(stage, add_mesh)
    material, shader = add_preview_material(stage, "/Assets/thing/Looks/red", diffuseColor=(1.0, 0.0, 0.0))
    bind(stage.GetPrimAtPath("/Assets/thing/body"), material)
    for k in range(3):
        place(stage, f"/World/i{k}", "/Assets/thing", (k, 0, 0))
    scene = open_scene(stage)
    assert {i.slot_materials for i in scene.instances if i.mesh} == {("/World/i0/Looks/red",)}
    assert scene.materials["/World/i0/Looks/red"].base_color == (1, 0, 0)
    shader.GetInput("diffuseColor").Set((0.0, 1.0, 0.0))
    assert "/World/i0/Looks/red" in scene.sync().materials
    assert scene.materials["/World/i0/Looks/red"].base_color == (0, 1, 0)


def add_instancer(stage, add_mesh, path="/World/points"):
    instancer = UsdGeom.PointInstancer.Define(stage, path)
    add_asset(stage, add_mesh, f"{path}/Prototypes/thing")
    cone = UsdGeom.Cone.Define(stage, f"{path}/Prototypes/cone")
    cone.AddTranslateOp().Set((0, 0, 0.5))
    instancer.CreatePrototypesRel().SetTargets([f"{path}/Prototypes/thing", f"{path}/Prototypes/cone"])
    instancer.CreateProtoIndicesAttr([1, 0, 1])
    instancer.CreatePositionsAttr([(0, 0, 0), (10, 0, 0), (20, 0, 0)])
    return instancer


def test_point_instances_in_order(stage, open_scene, add_mesh):
    instancer = add_instancer(stage, add_mesh)
    instancer.AddTranslateOp().Set((0, 100, 0))
    scene = open_scene(stage)
    assert [(i.path, tuple(i.matrix[3, :3])) for i in scene.instances] == [
        ("/World/points[0]", (0, 100, 0.5)),
        ("/World/points[1]/body", (10, 100, 5)),
        ("/World/points[1]/ball", (10, 100, 0)),
        ("/World/points[2]", (20, 100, 0.5)),
    ]


@pytest.mark.parametrize("orientations", ["orientations", "orientationsf"])
def test_point_instances_turn_and_scale(stage, open_scene, add_mesh, orientations):
    instancer = add_instancer(stage, add_mesh)
    half = np.sqrt(0.5)
    if orientations == "orientations":
        instancer.CreateOrientationsAttr([Gf.Quath(half, 0, 0, half)] * 3)
    else:
        attribute = instancer.GetPrim().CreateAttribute("orientationsf", Sdf.ValueTypeNames.QuatfArray)
        attribute.Set([Gf.Quatf(half, 0, 0, half)] * 3)
    instancer.CreateScalesAttr([(1, 1, 1), (2, 3, 4), (1, 1, 1)])
    body = open_scene(stage).instances[1]
    corner = np.array([1, 1, 0, 1.0]) @ body.matrix  # scaled to (2, 3, 20), turned by 90 degrees about z, moved by 10
    np.testing.assert_allclose(corner[:3], (10 - 3, 2, 20), atol=2e-2)


def test_hidden_ids_and_hidden_parts_are_not_drawn(stage, open_scene, add_mesh):
    instancer = add_instancer(stage, add_mesh)
    instancer.CreateInvisibleIdsAttr([0])
    UsdGeom.Imageable(stage.GetPrimAtPath("/World/points/Prototypes/thing/ball")).MakeInvisible()
    scene = open_scene(stage)
    assert [i.path for i in scene.instances] == ["/World/points[1]/body", "/World/points[2]"]
    instancer.GetInvisibleIdsAttr().Set([])
    instancer.DeactivateId(2)
    assert scene.sync().structure
    assert [i.path for i in scene.instances] == ["/World/points[0]", "/World/points[1]/body"]


def test_an_invisible_scope_of_prototypes_does_not_hide_the_instances(stage, open_scene, add_mesh):
    add_instancer(stage, add_mesh)
    UsdGeom.Imageable(UsdGeom.Scope.Define(stage, "/World/points/Prototypes")).MakeInvisible()
    assert len(open_scene(stage).instances) == 4


def test_prototypes_below_an_over_are_drawn_by_instances_alone(stage, open_scene):
    stage.OverridePrim("/Protos")
    UsdGeom.Cube.Define(stage, "/Protos/cube")
    stage.GetPrimAtPath("/Protos").SetSpecifier(Sdf.SpecifierOver)
    instancer = UsdGeom.PointInstancer.Define(stage, "/points")
    instancer.CreatePrototypesRel().SetTargets(["/Protos/cube"])
    instancer.CreateProtoIndicesAttr([0, 0])
    instancer.CreatePositionsAttr([(0, 0, 0), (1, 0, 0)])
    assert [i.path for i in open_scene(stage).instances] == ["/points[0]", "/points[1]"]


def test_nested_point_instancers(stage, open_scene):
    outer = UsdGeom.PointInstancer.Define(stage, "/outer")
    UsdGeom.Xform.Define(stage, "/outer/cell")
    inner = UsdGeom.PointInstancer.Define(stage, "/outer/cell/inner")
    inner.AddTranslateOp().Set((0, 0, 1))
    UsdGeom.Cube.Define(stage, "/outer/cell/inner/cube")
    UsdGeom.Sphere.Define(stage, "/outer/cell/ball")
    inner.CreatePrototypesRel().SetTargets(["/outer/cell/inner/cube"])
    inner.CreateProtoIndicesAttr([0, 0])
    inner.CreatePositionsAttr([(1, 0, 0), (2, 0, 0)])
    outer.CreatePrototypesRel().SetTargets(["/outer/cell"])
    outer.CreateProtoIndicesAttr([0, 0])
    outer.CreatePositionsAttr([(0, 10, 0), (0, 20, 0)])
    found = [(i.path, tuple(i.matrix[3, :3])) for i in open_scene(stage).instances]
    assert found == [
        ("/outer[0]/inner[0]", (1, 10, 1)), ("/outer[0]/inner[1]", (2, 10, 1)), ("/outer[0]/ball", (0, 10, 0)),
        ("/outer[1]/inner[0]", (1, 20, 1)), ("/outer[1]/inner[1]", (2, 20, 1)), ("/outer[1]/ball", (0, 20, 0)),
    ]


def test_an_instancer_that_contains_itself_is_an_error(stage, open_scene):
    outer = UsdGeom.PointInstancer.Define(stage, "/World/outer")
    outer.CreatePrototypesRel().SetTargets(["/World/outer"])
    outer.CreateProtoIndicesAttr([0])
    outer.CreatePositionsAttr([(0, 0, 0)])
    with pytest.raises(SceneError, match="/World/outer: point instancers are nested"):
        open_scene(stage)


@pytest.mark.parametrize(
    ("attribute", "value", "message"),
    [("protoIndices", [0, 1, 2], "protoIndices reaches 2, but there are 2 prototypes"),
     ("positions", [(0, 0, 0)], "protoIndices has 3 entries"),
     ("positions", [(0, 0, 0), (float("nan"), 0, 0), (0, 0, 0)], "instance 1 is not finite")],
)
def test_broken_instancers_are_errors_that_name_the_prim(stage, open_scene, add_mesh, attribute, value, message):
    add_instancer(stage, add_mesh).GetPrim().GetAttribute(attribute).Set(value)
    with pytest.raises(SceneError, match="/World/points: .*" + message):
        open_scene(stage)


def test_moving_and_editing_an_instancer(stage, open_scene, add_mesh):
    instancer = add_instancer(stage, add_mesh)
    move = instancer.AddTranslateOp()
    scene = open_scene(stage)
    move.Set((0, 0, 100))
    changes = scene.sync()
    assert (changes.structure, changes.transforms.tolist()) == (False, [0, 1, 2, 3])
    assert scene.instances[1].matrix[3].tolist() == [10, 0, 105, 1]
    instancer.GetPositionsAttr().Set([(0, 0, 0), (0, 50, 0), (20, 0, 0)])
    scene.sync()
    assert scene.instances[1].matrix[3].tolist() == [0, 50, 105, 1]
    stage.GetPrimAtPath("/World/points/Prototypes/thing/body").GetAttribute("xformOp:translate").Set((0, 0, 1))
    scene.sync()
    assert scene.instances[1].matrix[3].tolist() == [0, 50, 101, 1]


def test_ten_thousand_point_instances_share_one_mesh(stage, open_scene, add_mesh):
    instancer = UsdGeom.PointInstancer.Define(stage, "/points")
    add_mesh(stage, "/points/proto")
    instancer.CreatePrototypesRel().SetTargets(["/points/proto"])
    instancer.CreateProtoIndicesAttr(np.zeros(10_000, np.int32).tolist())
    positions = np.random.default_rng(1).random((10_000, 3)).astype(np.float32)
    instancer.CreatePositionsAttr(positions.tolist())
    scene = open_scene(stage)
    assert scene.instances[9_999].path == "/points[9999]"
    np.testing.assert_allclose(scene.matrices[:, 3, :3], positions, atol=1e-6)
    assert len(scene.meshes) == 1


def test_what_is_not_drawn(stage, open_scene):
    for name in ("shown", "hidden", "inactive", "guide", "proxy", "render", "below_hidden/cube"):
        UsdGeom.Cube.Define(stage, f"/World/{name}")
    stage.CreateClassPrim("/World/abstract")
    UsdGeom.Cube.Define(stage, "/World/abstract/cube")
    stage.OverridePrim("/World/undefined").SetTypeName("Cube")
    UsdGeom.Imageable(stage.GetPrimAtPath("/World/hidden")).MakeInvisible()
    UsdGeom.Imageable(UsdGeom.Scope.Define(stage, "/World/below_hidden")).MakeInvisible()
    stage.GetPrimAtPath("/World/inactive").SetActive(False)
    for purpose in ("guide", "proxy", "render"):
        UsdGeom.Imageable(stage.GetPrimAtPath(f"/World/{purpose}")).CreatePurposeAttr(purpose)
    assert [i.path for i in open_scene(stage).instances] == ["/World/shown", "/World/render"]


def test_unloaded_payloads_are_not_drawn(tmp_path, open_scene):
    asset = Usd.Stage.CreateNew(str(tmp_path / "asset.usda"))
    asset.SetDefaultPrim(UsdGeom.Cube.Define(asset, "/cube").GetPrim())
    asset.Save()
    stage = Usd.Stage.CreateInMemory()
    stage.DefinePrim("/World/thing").GetPayloads().AddPayload(str(tmp_path / "asset.usda"))
    scene = open_scene(stage)
    assert len(scene.instances) == 1
    stage.Unload("/World/thing")
    assert scene.sync().structure
    assert scene.instances == []
    stage.Load("/World/thing")
    scene.sync()
    assert len(scene.instances) == 1


def test_a_material_of_a_point_instance(stage, open_scene, add_mesh, add_preview_material, bind):
    add_instancer(stage, add_mesh)
    material, _ = add_preview_material(stage, "/World/Looks/blue", diffuseColor=(0.0, 0.0, 1.0))
    bind(stage.GetPrimAtPath("/World/points"), material)
    assert {i.slot_materials for i in open_scene(stage).instances} == {("/World/Looks/blue",)}
    assert UsdShade.MaterialBindingAPI(stage.GetPrimAtPath("/World/points")).GetDirectBinding().GetMaterial()


def test_an_instancer_colours_its_instances(stage, open_scene, add_mesh):
    instancer = add_instancer(stage, add_mesh)
    UsdGeom.Gprim(stage.GetPrimAtPath("/World/points/Prototypes/thing/ball")).CreateDisplayColorAttr([(1, 1, 1)])
    primvar = UsdGeom.PrimvarsAPI(instancer).CreatePrimvar("displayColor", Sdf.ValueTypeNames.Color3fArray, "vertex")
    primvar.Set([(1, 0, 0), (0, 1, 0), (0, 0, 1)])
    scene = open_scene(stage)
    assert [i.slot_colors[0] for i in scene.instances] == [(1, 0, 0), (0, 1, 0), (1, 1, 1), (0, 0, 1)]
    primvar.Set([(0, 0, 0), (0, 1, 0), (0, 0, 1)])
    scene.sync()
    assert [i.slot_colors[0] for i in scene.instances] == [(0, 0, 0), (0, 1, 0), (1, 1, 1), (0, 0, 1)]


def test_a_constant_colour_of_an_instancer_reaches_every_instance(stage, open_scene, add_mesh):
    instancer = add_instancer(stage, add_mesh)
    primvar = UsdGeom.PrimvarsAPI(instancer).CreatePrimvar("displayColor", Sdf.ValueTypeNames.Color3fArray, "constant")
    primvar.Set([(1, 0, 0)])
    scene = open_scene(stage)
    primvar.Set([(0, 1, 0)])
    scene.sync()
    assert {i.slot_colors[0] for i in scene.instances} == {(0, 1, 0)}


def test_subsets_and_labels_inside_native_instances(stage, open_scene, add_mesh, add_preview_material, bind, label):
    stage.CreateClassPrim("/Assets")
    UsdGeom.Xform.Define(stage, "/Assets/thing")
    mesh = add_mesh(stage, "/Assets/thing/body", [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], [3, 3], [0, 1, 2, 0, 2, 3])
    subset = UsdGeom.Subset.CreateGeomSubset(mesh, "half", "face", [1], "materialBind")
    material, _ = add_preview_material(stage, "/Assets/thing/Looks/red", diffuseColor=(1.0, 0.0, 0.0))
    bind(subset.GetPrim(), material)
    label(subset.GetPrim(), "half")
    for k in range(2):
        place(stage, f"/World/i{k}", "/Assets/thing", (k, 0, 0))
    scene = open_scene(stage)
    assert [i.slot_paths for i in scene.instances] == [
        (f"/World/i{k}/body", f"/World/i{k}/body/half") for k in range(2)]
    assert {i.slot_materials for i in scene.instances} == {("", "/World/i0/Looks/red")}
    assert scene.labels().entity_paths == ()
    assert scene.labels(per_subset=True).entity_paths == ("/World/i0/body/half", "/World/i1/body/half")


def test_ids_that_are_too_many_are_named(open_scene):
    stage = Usd.Stage.CreateInMemory()
    instancer = UsdGeom.PointInstancer.Define(stage, "/Many")
    UsdGeom.Sphere.Define(stage, "/Many/Ball")
    instancer.CreatePrototypesRel().SetTargets(["/Many/Ball"])
    instancer.CreateProtoIndicesAttr([0, 0, 0])
    instancer.CreatePositionsAttr([(0, 0, 0)] * 3)
    instancer.CreateIdsAttr([1, 2, 3, 4, 5, 6])
    instancer.CreateInvisibleIdsAttr([2])
    with pytest.raises(SceneError, match="/Many: protoIndices has 3 entries"):
        open_scene(stage)


def test_prototypes_that_nothing_shows_are_not_read(open_scene):
    stage = Usd.Stage.CreateInMemory()
    instancer = UsdGeom.PointInstancer.Define(stage, "/Many")
    UsdGeom.Sphere.Define(stage, "/Many/Ball")
    broken = UsdGeom.Mesh.Define(stage, "/Many/Broken")
    broken.CreatePointsAttr([(0, 0, 1e20)] * 3)
    broken.CreateFaceVertexCountsAttr([3])
    broken.CreateFaceVertexIndicesAttr([0, 1, 2])
    instancer.CreatePrototypesRel().SetTargets(["/Many/Ball", "/Many/Broken"])
    instancer.CreateProtoIndicesAttr([0])
    instancer.CreatePositionsAttr([(0, 0, 0)])
    scene = open_scene(stage)
    assert len(scene.instances) == 1
    instancer.GetProtoIndicesAttr().Set([1])
    with pytest.raises(SceneError, match="/Many/Broken"):
        scene.sync()
