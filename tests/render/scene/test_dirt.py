"""Whatever mix of edits the syncs fall between, a scene that follows equals one that is read afresh."""

import dataclasses

import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom, UsdLux, UsdShade

from scenewright.render.scene.changes import StageChanges
from scenewright.render.scene.dirt import sort_changes

LEAVES = ("/World/group/a", "/World/group/b", "/World/c", "/World/group/quad")
MOVABLE = (*LEAVES, "/World/group", "/World", "/World/lamp", "/World/camera", "/World/many", "/World/many/protos/ball")
SURFACES = ("/World/Looks/pbr/Shader", "/World/Looks/preview/Surface")
COLORED = (*LEAVES, "/World", "/World/group", "/World/many", "/World/many/protos/ball")


@pytest.fixture
def world(stage, add_mesh, add_preview_material, bind):
    """Shapes below groups, a mesh, a light, a camera, materials, a native instance and a point instancer, all movable."""
    stage.DefinePrim("/World/group", "Xform")
    for path in LEAVES[:3]:
        UsdGeom.Cube.Define(stage, path)
    add_mesh(stage, LEAVES[3])
    UsdLux.SphereLight.Define(stage, "/World/lamp")
    UsdGeom.Camera.Define(stage, "/World/camera")
    many = UsdGeom.PointInstancer.Define(stage, "/World/many")
    UsdGeom.Sphere.Define(stage, "/World/many/protos/ball")
    many.CreatePrototypesRel().SetTargets(["/World/many/protos/ball"])
    many.CreateProtoIndicesAttr([0, 0])
    many.CreatePositionsAttr([(0, 0, 0), (1, 0, 0)])
    UsdGeom.Cylinder.Define(stage, "/Asset/body")
    for name in ("one", "two"):
        prim = stage.DefinePrim(f"/World/{name}", "Xform")
        prim.GetReferences().AddInternalReference("/Asset")
        prim.SetInstanceable(True)
        UsdGeom.Xformable(prim).AddTranslateOp()
    preview, _ = add_preview_material(stage, "/World/Looks/preview", diffuseColor=(0.5, 0.5, 0.5))
    pbr = UsdShade.Material.Define(stage, "/World/Looks/pbr")
    shader = UsdShade.Shader.Define(stage, SURFACES[0])
    shader.SetSourceAsset("OmniPBR.mdl", "mdl")
    shader.SetSourceAssetSubIdentifier("OmniPBR", "mdl")
    shader.CreateInput("diffuse_color_constant", Sdf.ValueTypeNames.Color3f).Set((0.1, 0.2, 0.3))
    pbr.CreateSurfaceOutput("mdl").ConnectToSource(shader.CreateOutput("out", Sdf.ValueTypeNames.Token))
    for path, material in zip(LEAVES, (preview, pbr, pbr), strict=False):
        bind(stage.GetPrimAtPath(path), material)
    for path in MOVABLE:
        UsdGeom.Xformable(stage.GetPrimAtPath(path) or stage.DefinePrim(path, "Xform")).AddTranslateOp()
    return stage


def state(scene):
    return (
        [(i.path, i.kind, i.size, i.matrix.tolist(), i.slot_paths, i.slot_materials, i.slot_colors) for i in scene.instances],
        [(scene.meshes[i.mesh].points.tolist(), None if (c := scene.meshes[i.mesh].corner_colors) is None else c.tolist())
         for i in scene.instances if i.mesh],
        [(light.path, light.matrix.tolist(), light.color) for light in scene.lights],
        scene.matrices.tolist(), scene.prim_paths, scene.declared_labels,
        {key: dataclasses.asdict(scene.materials[key]) for i in scene.instances for key in i.slot_materials},
    )


def color_of(stage, path):
    return UsdGeom.PrimvarsAPI(stage.GetPrimAtPath(path)).CreatePrimvar("displayColor", Sdf.ValueTypeNames.Color3fArray)


def move(stage, rng):
    path = rng.choice(MOVABLE)
    if stage.GetPrimAtPath(path):
        stage.GetAttributeAtPath(f"{path}.xformOp:translate").Set(Gf.Vec3d(*rng.integers(0, 9, 3).tolist()))


def move_at_a_time(stage, rng):
    path = rng.choice(MOVABLE)
    if stage.GetPrimAtPath(path):
        place, frame = Gf.Vec3d(*rng.integers(0, 9, 3).tolist()), int(rng.integers(0, 4))
        stage.GetAttributeAtPath(f"{path}.xformOp:translate").Set(place, frame)


def forget_animation(stage, rng):
    for name in ("xformOp:translate", "primvars:displayColor"):
        attribute = stage.GetAttributeAtPath(f"{rng.choice(MOVABLE)}.{name}")
        if attribute:
            value = attribute.Get(1)
            attribute.Clear()
            if value is not None and rng.random() < 0.7:
                attribute.Set(value)


def recolor(stage, rng):
    path = rng.choice(COLORED)
    if stage.GetPrimAtPath(path):
        color_of(stage, path).Set([Gf.Vec3f(*rng.random(3).tolist())])


def recolor_at_a_time(stage, rng):
    path = rng.choice(COLORED)
    if stage.GetPrimAtPath(path):
        color_of(stage, path).Set([Gf.Vec3f(*rng.random(3).tolist())], int(rng.integers(0, 4)))


def uncolor(stage, rng):
    path = rng.choice(COLORED)
    prim = stage.GetPrimAtPath(path)
    if prim and prim.HasAttribute("primvars:displayColor"):
        attribute = prim.GetAttribute("primvars:displayColor")
        choice = rng.integers(0, 3)
        if choice == 0:
            attribute.Block()
        elif choice == 1:
            attribute.Clear()
        else:
            prim.RemoveProperty("primvars:displayColor")


def color_each_corner(stage, rng):
    if stage.GetPrimAtPath(LEAVES[3]):
        primvar = color_of(stage, LEAVES[3])
        if rng.random() < 0.5:
            primvar.SetInterpolation("vertex")
            primvar.Set([Gf.Vec3f(*row) for row in rng.random((4, 3)).tolist()])
        else:
            primvar.SetInterpolation("constant")
            primvar.Set([Gf.Vec3f(*rng.random(3).tolist())])


def toggle_visibility(stage, rng):
    prim = stage.GetPrimAtPath(rng.choice(LEAVES))
    if prim:
        UsdGeom.Imageable(prim).CreateVisibilityAttr(rng.choice(["inherited", "invisible"]))


def toggle_activity(stage, rng):
    with Usd.EditContext(stage, stage.GetRootLayer()):
        prim = stage.GetPrimAtPath(rng.choice(LEAVES[1:]))
        if prim:
            prim.SetActive(not prim.IsActive())


def add_or_remove(stage, rng):
    path = f"/World/new{rng.integers(0, 2)}"
    if stage.GetPrimAtPath(path):
        stage.RemovePrim(path)
    else:
        UsdGeom.Sphere.Define(stage, path)


def scatter(stage, rng):
    stage.GetAttributeAtPath("/World/many.positions").Set([Gf.Vec3f(*row) for row in rng.random((2, 3)).tolist()])


def surface_inputs(stage, rng):
    path = rng.choice(SURFACES)
    types = {"pbr": {"diffuse_color_constant": "Color3f", "reflection_roughness_constant": "Float", "opacity_constant": "Float",
                     "enable_opacity": "Bool", "enable_emission": "Bool", "emissive_intensity": "Float"},
             "preview": {"diffuseColor": "Color3f", "roughness": "Float", "opacity": "Float", "metallic": "Float"}}
    name, kind = list(types[path.split("/")[3]].items())[rng.integers(0, 4)]
    values = {"Color3f": Gf.Vec3f(*rng.random(3).tolist()), "Float": float(rng.random()), "Bool": bool(rng.integers(0, 2))}
    return UsdShade.Shader.Get(stage, path).CreateInput(name, getattr(Sdf.ValueTypeNames, kind)), values[kind]


def edit_material(stage, rng):
    port, value = surface_inputs(stage, rng)
    port.Set(value)


def edit_material_at_a_time(stage, rng):
    port, value = surface_inputs(stage, rng)
    port.Set(value, int(rng.integers(0, 4)))


def clear_material_input(stage, rng):
    port, _ = surface_inputs(stage, rng)
    port.GetAttr().Clear()


def connect_material(stage, rng):
    """Feed an input from the material's interface, edit that, or disconnect it."""
    port, value = surface_inputs(stage, rng)
    material = UsdShade.Material(port.GetPrim().GetParent())
    if port.HasConnectedSource():
        port.DisconnectSource()
    else:
        interface = material.CreateInput(port.GetBaseName(), port.GetTypeName())
        interface.Set(value)
        port.ConnectToSource(interface)


def edit_interface(stage, rng):
    port, value = surface_inputs(stage, rng)
    interface = UsdShade.Material(port.GetPrim().GetParent()).GetInput(port.GetBaseName())
    if interface:
        interface.Set(value)


def switch_surface(stage, rng):
    """Make the shader another one, or what it was."""
    if rng.random() < 0.3:
        shader = UsdShade.Shader.Get(stage, SURFACES[0])
        shader.SetSourceAssetSubIdentifier(str(rng.choice(["OmniPBR", "OmniPBR", "Something"])), "mdl")


def rebind(stage, rng):
    prim = stage.GetPrimAtPath(rng.choice(LEAVES))
    if prim:
        api = UsdShade.MaterialBindingAPI.Apply(prim)
        if rng.random() < 0.3:
            api.UnbindAllBindings()
        else:
            api.Bind(UsdShade.Material.Get(stage, str(rng.choice(SURFACES)).rpartition("/")[0]))


def override_in_session(stage, rng):
    """A stronger opinion on what other edits write, or its end."""
    layer = stage.GetSessionLayer()
    if rng.random() < 0.5:
        with Usd.EditContext(stage, layer):
            move(stage, rng)
            recolor(stage, rng)
    else:
        layer.Clear()


EDITS = (move, move, move, recolor, recolor, recolor, move_at_a_time, recolor_at_a_time, forget_animation, uncolor,
         color_each_corner, toggle_visibility, toggle_activity, add_or_remove, scatter, override_in_session,
         edit_material, edit_material, edit_material, edit_material_at_a_time, clear_material_input, connect_material,
         edit_interface, switch_surface, rebind)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("timed", [False, True])
def test_any_mix_of_edits_equals_a_fresh_reading(world, open_scene, seed, timed):
    rng = np.random.default_rng((seed, timed))
    time = Usd.TimeCode(0) if timed else Usd.TimeCode.Default()
    scene = open_scene(world, time)
    for _ in range(25):
        done = [EDITS[k] for k in rng.integers(0, len(EDITS), rng.integers(1, 4))]
        for edit in done:
            edit(world, rng)
        if timed and rng.random() < 0.6:
            time = Usd.TimeCode(int(rng.integers(0, 4)))
        scene.sync(time)
        fresh = open_scene(world, time)
        assert state(scene) == state(fresh), [edit.__name__ for edit in done]
        fresh.close()


def test_a_second_edit_is_sorted_like_the_first(world, open_scene):
    scene = open_scene(world)
    world.RemovePrim("/World/many")  # its prototypes would have edits looked at one by one
    scene.sync()
    edited = ("/World/group", "/World/group/a", LEAVES[3], "/World/camera", "/World/lamp")
    paths = [Sdf.Path(f"{path}.{name}") for path in edited for name in ("xformOp:translate", "primvars:displayColor")]
    first = sort_changes(StageChanges(set(), [*paths, *paths]), scene)
    assert set(scene.table.known_edits) == set(paths) - {Sdf.Path("/World/lamp.xformOp:translate")}
    assert vars(sort_changes(StageChanges(set(), paths), scene)) == vars(first)
    assert (first.lights, first.everything, first.rows, first.geometry) == (True, False, False, set())
    group = {k for k, leaf in enumerate(scene.table.leaves) if "group" in leaf.path}
    assert first.moved == first.colors == group
