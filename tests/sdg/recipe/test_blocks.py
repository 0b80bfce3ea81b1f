"""What single blocks do to the stage, against closed-form truth."""

import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom, UsdShade

from scenewright.sdg.recipe import RecipeError, RecipeRunError
from scenewright.sdg.recipe.poses import euler_from_matrix, local_bounds, look_at_rotation, matrix_from_euler, world_bounds

EYE = "eye: {create.camera: {name: eye}}\n"
TRIGGER = "each: {trigger.on_frame: null}\n"


@pytest.fixture
def stage_of(open_session):
    """Return a function from blocks to (session, drawn values) at a frame."""

    def run(text, frame=0, settings="frames: 4"):
        session = open_session(f"scenewright: {{{settings}}}\n{EYE}{text}")
        return session, session.apply(session.addresses[frame])

    return run


def world(session, path):
    prim = session.stage.GetPrimAtPath(path)
    return np.array(UsdGeom.Xformable(prim).ComputeLocalToWorldTransform(Usd.TimeCode.Default()))


@pytest.mark.parametrize("order", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"])
def test_euler_orders_are_those_of_usd(order):
    angles = np.random.default_rng(1).uniform(-170, 170, (20, 3))
    stage = Usd.Stage.CreateInMemory()
    for row in angles:
        xform = UsdGeom.Xform.Define(stage, "/X")
        xform.ClearXformOpOrder()
        xform.AddXformOp(getattr(UsdGeom.XformOp, f"TypeRotate{order}"), UsdGeom.XformOp.PrecisionDouble).Set(Gf.Vec3d(*row))
        expected = np.array(xform.GetLocalTransformation())[:3, :3]
        found = matrix_from_euler(row[None], order)
        assert np.allclose(found[0], expected, atol=1e-9)
        assert np.allclose(matrix_from_euler(euler_from_matrix(found)), found, atol=1e-9)


def test_look_at_turns_minus_z_to_the_target_even_straight_down():
    eyes = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 5.0], [4.0, 0.0, 0.0]])
    angles = look_at_rotation(eyes, np.zeros((3, 3)), np.tile([0.0, 0.0, 1.0], (3, 1)), np.tile(np.eye(4), (3, 1, 1)))
    matrices = matrix_from_euler(angles)
    assert np.allclose(-matrices[:, 2], -eyes / np.linalg.norm(eyes, axis=1, keepdims=True))
    assert matrices[0, 1, 2] > 0 and matrices[2, 1, 2] == pytest.approx(1.0)


def test_size_and_pivot_place_a_box_on_the_ground(stage_of):
    session, _ = stage_of(
        """
box: {create.cube: {name: box, scale: [1, 2, 4]}}
place: {with.box: {modify.pose: {size: 3, pivot: [0, 0, -1], position: [5, 6, 0]}}}
tall: {create.cylinder: {name: tall}}
stretch: {with.tall: {modify.pose: {size: [1, 2, 6]}}}
"""
    )
    box = world_bounds([session.stage.GetPrimAtPath("/Replicator/box")])[0]
    assert np.allclose(box, [[3.5, 4.5, 0.0], [6.5, 7.5, 3.0]], atol=1e-6)
    tall = world_bounds([session.stage.GetPrimAtPath("/Replicator/tall")])[0]
    assert np.allclose(tall[1] - tall[0], [1, 2, 6], atol=1e-6)


def test_a_pivot_without_position_stays_where_it_is(stage_of):
    session, _ = stage_of(
        f"box: {{create.cube: {{name: box, position: [1, 0, 0]}}}}\n{TRIGGER}"
        "go: {with.each: {with.box: {modify.pose: {pivot: [1, 0, 0], rotation: [0, 0, 90], scale: 2}}}}\n"
    )
    corner = np.array([0.5, 0, 0, 1]) @ world(session, "/Replicator/box")
    assert np.allclose(corner[:3], [1.5, 0, 0], atol=1e-6)


def test_orbits_have_their_distance_and_look_at_the_centre(stage_of):
    text = f"""
hub: {{create.xform: {{name: hub, position: [1, 2, 3], rotation: [0, 0, 30]}}}}
{TRIGGER}
arm: {{create.camera: {{name: arm, parent: hub}}}}
go:
  with.each:
    with.arm: {{modify.pose_orbit: {{barycentre: [4, 0, 1], distance: 2, azimuth: 90, elevation: 30}}}}
"""
    session, _ = stage_of(text)
    matrix = world(session, "/Replicator/hub/arm")
    assert np.allclose(matrix[3, :3], [4, 2 * np.cos(np.pi / 6), 1 + 1], atol=1e-5)
    assert np.allclose(matrix[3, :3] - 2 * matrix[2, :3], [4, 0, 1], atol=1e-5)


def test_single_axes_leave_the_others(stage_of):
    session, _ = stage_of(
        f"box: {{create.cube: {{name: box, position: [1, 2, 3], rotation: [10, 20, 30]}}}}\n{TRIGGER}"
        "go: {with.each: {with.box: {modify.pose: {position_y: 7, rotation_z: 45}}}}\n",
        frame=2,
    )
    prim = session.stage.GetPrimAtPath("/Replicator/box")
    assert tuple(prim.GetAttribute("xformOp:translate").Get()) == (1, 7, 3)
    assert np.allclose(prim.GetAttribute("xformOp:rotateXYZ").Get(), (10, 20, 45))


def test_attributes_visibility_labels_and_variants(stage_of, write_usd):
    write_usd(
        "mug.usda",
        '(defaultPrim = "Mug"\n upAxis = "Z"\n metersPerUnit = 1)\ndef Xform "Mug" (prepend variantSets = "color") {\n'
        ' variantSet "color" = { "red" { int n = 1 } "blue" { int n = 2 } } }\n',
    )
    session, values = stage_of(
        f"""
mug: {{create.from_usd: {{usd: mug.usda, name: mug, count: 2}}}}
ref: {{get.prims: {{path_pattern: '/Ref$'}}}}
power: {{distribution.uniform: {{lower: 1, upper: 2}}}}
lamp: {{create.light: {{light_type: Sphere, name: lamp, count: 3, intensity: power}}}}
{TRIGGER}
go:
  with.each:
    with.ref: {{modify.variant: {{name: color, value: {{distribution.sequence: {{items: [red, blue]}}}}}}}}
    with.lamp:
      modify.attribute: {{name: radius, value: {{distribution.uniform: {{lower: 3, upper: 4}}}}}}
      modify.visibility: {{value: [true, false, true]}}
      modify.semantics: {{semantics: [[class, lamp], [class, light]]}}
""",
        frame=1,
    )
    stage = session.stage
    assert [stage.GetPrimAtPath(f"/Replicator/{name}/Ref").GetAttribute("n").Get() for name in ("mug", "mug_01")] == [2, 2]
    lamps = [stage.GetPrimAtPath(f"/Replicator/{name}") for name in ("lamp", "lamp_01", "lamp_02")]
    radii = values["go/with.each/with.lamp/modify.attribute/value/distribution.uniform"]
    assert np.allclose([lamp.GetAttribute("inputs:radius").Get() for lamp in lamps], radii) and len(set(radii)) == 3
    assert [lamp.GetAttribute("visibility").Get() for lamp in lamps] == ["inherited", "invisible", "inherited"]
    assert list(lamps[0].GetAttribute("semantics:labels:class").Get()) == ["lamp", "light"]
    once = session.initial_values["power/distribution.uniform"]
    assert np.allclose([lamp.GetAttribute("inputs:intensity").Get() for lamp in lamps], once)
    session.apply(session.addresses[0])
    assert stage.GetPrimAtPath("/Replicator/mug/Ref").GetAttribute("n").Get() == 1


def test_files_in_other_units_and_axes_stand_upright_at_true_size(stage_of, write_usd):
    write_usd(
        "tower.usda",
        '(defaultPrim = "T"\n upAxis = "Y"\n metersPerUnit = 0.01)\n'
        'def Xform "T" { double3 xformOp:translate = (0, 50, 0)\n uniform token[] xformOpOrder = ["xformOp:translate"]\n'
        ' def Cube "C" { double size = 100\n double3 xformOp:scale = (1, 1, 3)\n'
        ' uniform token[] xformOpOrder = ["xformOp:scale"] } }\n',
    )
    session, _ = stage_of("t: {create.from_usd: {usd: tower.usda, name: t}}\n")
    bounds = world_bounds([session.stage.GetPrimAtPath("/Replicator/t")])[0]
    assert np.allclose(bounds, [[-0.5, -1.5, 0.0], [0.5, 1.5, 1.0]], atol=1e-6)


def diffuse(prim):
    material = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0]
    shader = next(child for child in material.GetPrim().GetChildren() if child.GetAttribute("inputs:diffuse_color_constant"))
    return np.array(shader.GetAttribute("inputs:diffuse_color_constant").Get())


def test_colours_materials_and_textures(stage_of, tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"")
    session, values = stage_of(
        f"""
boxes: {{create.cube: {{name: box, count: 3}}}}
balls: {{create.sphere: {{name: ball, count: 4}}}}
cones: {{create.cone: {{name: cone, count: 5}}}}
mats: {{create.material_omnipbr: {{count: 6, diffuse: {{distribution.uniform: {{lower: [0, 0, 0], upper: [1, 1, 1]}}}}}}}}
{TRIGGER}
go:
  with.each:
    with.boxes: {{randomizer.color: {{colors: {{distribution.uniform: {{lower: [0, 0, 0], upper: [1, 1, 1]}}}}}}}}
    with.balls: {{randomizer.materials: {{materials: mats}}}}
    with.cones: {{randomizer.texture: {{textures: [a.png, b.png], texture_rotate: 30}}}}
""",
        frame=3,
    )
    stage = session.stage
    boxes = [stage.GetPrimAtPath(f"/Replicator/box{end}") for end in ("", "_01", "_02")]
    drawn = values["go/with.each/with.boxes/randomizer.color/colors/distribution.uniform"]
    assert np.allclose([diffuse(box) for box in boxes], drawn, atol=1e-6)
    bound = UsdShade.MaterialBindingAPI(stage.GetPrimAtPath("/Replicator/ball_02")).ComputeBoundMaterial()[0]
    assert str(bound.GetPath()) == values["go/with.each/with.balls/randomizer.materials/materials"][2]
    assert np.allclose(diffuse(stage.GetPrimAtPath("/Replicator/ball")), _once(session, values), atol=1e-6)
    texture = values["go/with.each/with.cones/randomizer.texture/textures"]
    material = UsdShade.MaterialBindingAPI(stage.GetPrimAtPath("/Replicator/cone_04")).ComputeBoundMaterial()[0]
    shader = next(child for child in material.GetPrim().GetChildren() if child.GetAttribute("inputs:diffuse_texture"))
    assert shader.GetAttribute("inputs:diffuse_texture").Get().path == str(tmp_path / texture[4])


def _once(session, values):
    colors = session.initial_values["mats/create.material_omnipbr/diffuse/distribution.uniform"]
    path = values["go/with.each/with.balls/randomizer.materials/materials"][0]
    names = [
        str(prim.GetPath())
        for prim in session.stage.GetPrimAtPath("/Replicator/Looks").GetChildren()
        if prim.IsA(UsdShade.Material)
    ]
    return colors[names.index(path)]


def test_scattered_prims_rest_on_the_table_and_apart(stage_of):
    text = f"""
table: {{create.plane: {{name: table, scale: [4, 4, 1], position: [10, 0, 2]}}}}
boxes: {{create.cube: {{name: box, count: 12, scale: 0.4, rotation: [0, 0, 45]}}}}
{TRIGGER}
go: {{with.each: {{with.boxes: {{randomizer.scatter_2d: {{surface_prims: table, check_for_collisions: true}}}}}}}}
"""
    session, values = stage_of(text, frame=1)
    prims = [prim for prim in session.stage.Traverse() if prim.GetName().startswith("box")]
    bounds = world_bounds(prims)
    assert len(prims) == 12 and np.allclose(bounds[:, 0, 2], 2.0, atol=1e-5)
    centres = bounds.mean(axis=1)
    assert (np.abs(centres[:, 0] - 10) <= 2).all() and (np.abs(centres[:, 1]) <= 2).all()
    overlap = (bounds[:, None, 0] < bounds[None, :, 1] - 1e-4).all(-1) & (bounds[:, None, 1] > bounds[None, :, 0] + 1e-4).all(
        -1
    )
    assert overlap.sum() == 12
    assert np.allclose(
        [world(session, str(p.GetPath()))[3, :3] for p in prims],
        values["go/with.each/with.boxes/randomizer.scatter_2d"],
        atol=1e-5,
    )


TIGHT = (
    f"{EYE}{TRIGGER}"
    "table: {create.plane: {name: table}}\nboxes: {create.cube: {count: 9}}\nsizes: [SIZES]\ngo:\n  with.each:\n"
    "    with.table: {modify.pose: {scale: {distribution.sequence: {items: sizes}}}}\n"
    "    with.boxes: {randomizer.scatter_2d: {surface_prims: [table], check_for_collisions: true}}\n"
)


def test_a_table_that_is_too_small_fails_for_that_frame(open_session):
    session = open_session(TIGHT.replace("SIZES", "20, 1"))
    session.apply(session.addresses[0])
    with pytest.raises(RecipeRunError, match=r"recipe.yaml:9:\d+: frame 1 .*no free place.*larger surface") as caught:
        session.apply(session.addresses[1])
    assert caught.value.exit_status == 1
    assert session.apply(session.addresses[2])


def test_what_fails_in_the_first_frame_fails_before_anything_is_written(open_session):
    with pytest.raises(RecipeError, match=r"recipe.yaml:9:\d+: frame 0 .*no free place") as caught:
        open_session(TIGHT.replace("SIZES", "1, 20"))
    assert caught.value.exit_status == 2


def test_surfaces_that_move_are_scattered_over_where_they_are(stage_of):
    text = f"""
table: {{create.plane: {{name: table}}}}
box: {{create.cube: {{name: box, scale: 0.1}}}}
{TRIGGER}
go:
  with.each:
    with.table: {{modify.pose: {{position: {{distribution.sequence: {{items: [[0, 0, 5], [0, 0, 7]]}}}}}}}}
    with.box: {{randomizer.scatter_2d: {{surface_prims: table}}}}
"""
    session, _ = stage_of(text, frame=1)
    assert world_bounds([session.stage.GetPrimAtPath("/Replicator/box")])[0, 0, 2] == pytest.approx(7.0, abs=1e-6)
    session.apply(session.addresses[0])
    assert world_bounds([session.stage.GetPrimAtPath("/Replicator/box")])[0, 0, 2] == pytest.approx(5.0, abs=1e-6)


@pytest.mark.parametrize("mode", ["reference", "scene_instance"])
def test_instantiated_assets_change_by_frame(stage_of, write_usd, mode):
    for name, kind in (("one.usda", "Cube"), ("two.usda", "Sphere")):
        write_usd(name, f'(defaultPrim = "A"\n upAxis = "Z"\n metersPerUnit = 1)\ndef Xform "A" {{ def {kind} "G" {{}} }}\n')
    text = f"""
{TRIGGER}
go:
  with.each:
    props:
      randomizer.instantiate: {{paths: {{utils.get_usd_files: {{path: .}}}}, size: 6, mode: {mode}, semantics: {{class: prop}}}}
    with.props: {{modify.pose: {{position: {{distribution.uniform: {{lower: [0, 0, 0], upper: [9, 9, 9]}}}}}}}}
"""
    session, values = stage_of(text, frame=2)
    drawn = values["go/with.each/props/randomizer.instantiate/paths"]
    wrappers = session.stage.GetPrimAtPath("/Replicator/SampledAssets/Population").GetChildren()
    kinds = [
        str(wrapper.GetChild("Ref").GetFilteredChildren(Usd.TraverseInstanceProxies())[0].GetTypeName()) for wrapper in wrappers
    ]
    assert kinds == ["Cube" if path.endswith("one.usda") else "Sphere" for path in drawn] and set(kinds) == {"Cube", "Sphere"}
    assert wrappers[0].GetChild("Ref").IsInstance() is (mode == "scene_instance")
    assert list(wrappers[0].GetAttribute("semantics:labels:class").Get()) == ["prop"]
    session.apply(session.addresses[0])
    assert session.apply(session.addresses[2]) == values


def test_random_rotations_are_even_over_all_directions(stage_of):
    _, values = stage_of(
        f"boxes: {{create.cube: {{count: 300}}}}\n{TRIGGER}go: {{with.each: {{with.boxes: {{randomizer.rotation: null}}}}}}\n"
    )
    axes = matrix_from_euler(np.array(values["go/with.each/with.boxes/randomizer.rotation"]))[:, 2]
    assert (np.abs(axes.mean(axis=0)) < 4 / (3 * 300) ** 0.5).all()
    assert np.allclose((axes**2).mean(axis=0), 1 / 3, atol=0.08)


def test_registered_randomizers_take_inputs_and_make_prims_once(stage_of):
    text = f"""
own:
  randomizer.register:
    lights:
      inputs: {{num: 1}}
      spot: {{distribution.uniform: {{lower: [0, 0, 0], upper: [1, 1, 1]}}}}
      bulb: {{create.light: {{light_type: Sphere, name: bulb, count: num, position: spot}}}}
{TRIGGER}
go: {{with.each: {{randomizer.lights: {{num: 3}}}}}}
"""
    session, values = stage_of(text, frame=1)
    key = "go/with.each/randomizer.lights/spot/distribution.uniform"
    bulbs = [prim for prim in session.stage.Traverse() if prim.GetName().startswith("bulb")]
    assert len(bulbs) == 3
    assert np.allclose([world(session, str(bulb.GetPath()))[3, :3] for bulb in bulbs], values[key], atol=1e-6)
    assert session.apply(session.addresses[2])[key] != values[key]
    assert len([prim for prim in session.stage.Traverse() if prim.GetName().startswith("bulb")]) == 3


def test_queries_without_cache_see_what_is_there_now(stage_of, tmp_path):
    session, _ = stage_of(
        f"a: {{create.cube: {{name: a}}}}\nall: {{get.prims: {{path_match: '/replicator/a', cache_result: false}}}}\n"
        f"later: {{create.cube: {{name: a2}}}}\n{TRIGGER}go: {{with.each: {{with.all: {{modify.pose: {{scale: 3}}}}}}}}\n"
    )
    assert world(session, "/Replicator/a2")[0, 0] == pytest.approx(3.0)


def test_prims_are_found_by_type_label_and_pattern(stage_of):
    session, _ = stage_of(
        "a: {create.cube: {name: first, semantics: {class: box}}}\nb: {create.sphere: {name: second, as_mesh: false}}\n"
        "m: {get.mesh: {path_pattern: '.*IRS'}}\nmm: {with.m: {modify.pose: {scale: 2}}}\n"
        "s: {get.shape: null}\nss: {with.s: {modify.pose: {scale: 3}}}\n"
        "l: {get.prims: {semantics: [[class, box]]}}\nll: {with.l: {modify.pose: {position: [1, 1, 1]}}}\n"
    )
    assert world(session, "/Replicator/first")[0, 0] == pytest.approx(2.0) and world(session, "/Replicator/first")[3, 0] == 1.0
    assert world(session, "/Replicator/second")[0, 0] == pytest.approx(3.0)
    assert local_bounds([session.stage.GetPrimAtPath("/Replicator/second")]).shape == (1, 2, 3)


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ("x: {modify.pose: {input_prims: /World/Nope, scale: 2}}", "no prim '/World/Nope'"),
        ("x: {modify.attribute: {input_prims: /Replicator/eye, name: focalLenght, value: 2}}", "Did you mean 'focalLength'"),
        ("x: {modify.variant: {input_prims: /Replicator/eye, name: color, value: red}}", "no variant set 'color'"),
        ("x: {modify.material: {input_prims: /Replicator/eye, value: /Replicator/eye}}", "is no material"),
        ("x: {create.light: {light_type: Sphere, texture: a.png}}", "has no texture"),
        ("x: {create.light: {light_type: Dome, texture: 'omniverse://host/sky.hdr'}}", "remote file"),
        ("x: {randomizer.scatter_2d: {input_prims: /Replicator/eye, surface_prims: /Replicator/eye}}", "has no surface"),
    ],
)
def test_what_the_stage_cannot_do_is_an_error_at_its_line(open_session, block, says, tmp_path):
    (tmp_path / "a.png").touch()
    with pytest.raises(RecipeError, match=rf"recipe.yaml:2:\d+: .*{says}"):
        open_session(EYE + block)


def test_sdf_paths_of_new_prims_are_unique(stage_of):
    session, _ = stage_of("a: {create.cube: {name: c}}\nb: {create.cube: {name: c}}\n")
    assert session.stage.GetPrimAtPath(Sdf.Path("/Replicator/c_01"))


def test_bounds_are_never_those_of_the_frame_before(stage_of, write_usd):
    write_usd(
        "thing.usda",
        '(defaultPrim = "T"\n upAxis = "Z"\n metersPerUnit = 1)\ndef Xform "T" (prepend variantSets = "kind") {\n'
        ' def Cube "C" {}\n'
        ' variantSet "kind" = { "flat" { over "C" { double size = 1 } } "tall" { over "C" { double size = 4 } } } }\n',
    )
    text = f"""
thing: {{create.from_usd: {{usd: thing.usda, name: thing}}}}
ref: {{get.prims: {{path_pattern: '/Ref$'}}}}
floor: {{create.plane: {{name: floor}}}}
{TRIGGER}
go:
  with.each:
    with.thing: {{randomizer.scatter_2d: {{surface_prims: floor}}}}
    with.ref: {{modify.variant: {{name: kind, value: {{distribution.sequence: {{items: [flat, tall]}}}}}}}}
"""
    session, _ = stage_of(text, frame=0)
    heights = []
    for frame in (1, 0, 0, 3, 2):
        session.apply(session.addresses[frame])
        heights.append(world(session, "/Replicator/thing")[3, 2])
    assert heights == pytest.approx([1.0] * 5)  # half of the size-2 cube that stands there before the first frame
