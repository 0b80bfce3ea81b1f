"""Recipes on a stage: frames in any order, streams that do not shift, layers of the user's left alone."""

import numpy as np
import pytest
from pxr import Gf, Sdf, Usd, UsdGeom

from scenewright.host.stage_context import get_context
from scenewright.sdg.layers.stack import set_flag
from scenewright.sdg.recipe import RecipeError
from scenewright.sdg.recipe.stage_setup import add_randomization_layer, hidden_values

MOVES = """
    scenewright: {frames: 8, resolution: [32, 24]}
    box: {create.cube: {name: box}}
    ball: {create.sphere: {name: ball, position: [3, 0, 0]}}
    eye: {create.camera: {name: eye, position: [0, -9, 2], look_at: [0, 0, 0]}}
    often: {trigger.on_frame: null}
    rarely: {trigger.on_frame: {interval: 3, max_execs: 2, rt_subframes: 5}}
    go:
      with.often:
        with.eye:
          modify.pose: {look_at: box}
        with.box:
          modify.pose:
            position: {distribution.uniform: {lower: [-1, -1, 0], upper: [1, 1, 0]}}
            rotation: {distribution.normal: {mean: [0, 0, 0], std: [5, 5, 5]}}
    slow:
      with.rarely:
        with.ball:
          modify.pose: {position_z: {distribution.uniform: {lower: 0, upper: 1}}}
"""
BOX = "go/with.often/with.box/modify.pose/position/distribution.uniform"
BALL = "slow/with.rarely/with.ball/modify.pose/position_z/distribution.uniform"


def contents(session):
    return session._runtime.layer.ExportToString()


def position(session, path):
    prim = session.stage.GetPrimAtPath(path)
    return np.array(UsdGeom.Xformable(prim).ComputeLocalToWorldTransform(Usd.TimeCode.Default()).ExtractTranslation())


def test_a_frame_alone_equals_that_frame_of_a_run(open_session):
    run = open_session(MOVES)
    in_order = [(run.apply(address), contents(run)) for address in run.addresses]
    for address in reversed(run.addresses):
        assert (run.apply(address), contents(run)) == in_order[address.index]
    alone = open_session(MOVES)
    assert (alone.apply(alone.addresses[5]), contents(alone)) == in_order[5]


def test_what_was_drawn_is_what_the_stage_shows(open_session):
    session = open_session(MOVES)
    values = session.apply(session.addresses[4])
    assert np.allclose(position(session, "/Replicator/box"), values[BOX][0], atol=1e-6)
    assert position(session, "/Replicator/ball")[2] == pytest.approx(values[BALL][0], abs=1e-6)
    assert position(session, "/Replicator/ball")[0] == 3.0


def test_look_at_sees_the_frame_that_is_applied_and_not_the_one_before(open_session):
    session = open_session(MOVES)
    session.apply(session.addresses[7])
    session.apply(session.addresses[2])
    # The camera's block comes before the box's, so it looks at where the box is before the first frame.
    eye = session.stage.GetPrimAtPath("/Replicator/eye")
    matrix = UsdGeom.Xformable(eye).ComputeLocalToWorldTransform(Usd.TimeCode.Default())
    ahead = np.array(matrix.TransformDir(Gf.Vec3d(0, 0, -1)))
    assert np.allclose(ahead, -np.array([0, -9, 2]) / np.linalg.norm([0, -9, 2]), atol=1e-6)


def test_intervals_and_limits_hold_the_last_firing(open_session):
    session = open_session(MOVES)
    drawn = [session.apply(address)[BALL][0] for address in session.addresses]
    assert len(set(drawn[:3])) == 1 and len(set(drawn[3:])) == 1 and drawn[0] != drawn[3]
    assert [session.rt_subframes(address) for address in session.addresses] == [5, 1, 1, 5, 1, 1, 1, 1]


def test_later_firings_win_over_earlier_ones(open_session):
    session = open_session(
        """
        scenewright: {frames: 4}
        box: {create.cube: {name: box}}
        eye: {create.camera: null}
        slow: {trigger.on_frame: {interval: 2}}
        fast: {trigger.on_frame: null}
        go: {with.fast: {with.box: {modify.pose: {position: {distribution.sequence: {items: [[0, 0, 1], [0, 0, 2]]}}}}}}
        over: {with.slow: {with.box: {modify.pose: {position: [0, 0, 9]}}}}
        """
    )
    seen = [session.apply(address) and position(session, "/Replicator/box")[2] for address in session.addresses]
    assert seen == [9.0, 2.0, 9.0, 2.0]


def test_inserting_a_block_shifts_no_other_value(open_session):
    session = open_session(MOVES)
    before = session.apply(session.addresses[6])
    more = MOVES.replace(
        "    often:",
        "    extra: {create.cone: {scale: {distribution.uniform: {lower: 1, upper: 2}}, count: 3}}\n    often:",
    ).replace(
        "        with.eye:",
        "        with.extra: {modify.pose: {scale: {distribution.uniform: {lower: 1, upper: 2}}}}\n        with.eye:",
    )
    changed = open_session(more)
    after = changed.apply(changed.addresses[6])
    assert {key: after[key] for key in before} == before and len(after) == len(before) + 1


def test_the_seed_changes_everything_and_sequences_differ(open_session):
    session = open_session(MOVES, ["frames={sequences: 2, steps: 4}"])
    assert [(a.index, a.sequence, a.step) for a in session.addresses][3:5] == [(3, 0, 3), (4, 1, 0)]
    drawn = [session.apply(address)[BOX][0] for address in session.addresses]
    assert len({tuple(row) for row in drawn}) == 8
    other = open_session(MOVES, ["seed=1"])
    assert other.apply(other.addresses[0])[BOX][0] != drawn[0]


def test_adding_an_interval_changes_the_sequences_but_no_value(open_session):
    recipe = MOVES.replace("interval: 3, ", "")
    session = open_session(recipe)
    assert session.addresses[5].sequence == 5
    kept = open_session(MOVES)
    assert (kept.addresses[5].sequence, kept.addresses[5].step) == (0, 5)
    assert session.apply(session.addresses[5])[BOX] == kept.apply(kept.addresses[5])[BOX]


SCENE = """(
    defaultPrim = "World"
    metersPerUnit = 1
    upAxis = "Z"
    subLayers = [@./below.usda@]
)
def Xform "World"
{
    def Camera "Front" { double3 xformOp:translate = (0, 0, 5)
        uniform token[] xformOpOrder = ["xformOp:translate"] }
    def Camera "Side" {}
    def Xform "Rigid" (instanceable = true
        references = </Proto>) {}
    def Cube "Box" { double size = 1 }
}
def Xform "Proto" { def Sphere "Inside" {} }
"""


@pytest.fixture
def scene(write_usd):
    """Write a scene of two layers and return the path of its root."""
    write_usd("below.usda", 'over "World" { over "Box" { color3f[] primvars:displayColor = [(1, 0, 0)] } }\n')
    return write_usd("scene.usda", SCENE)


COLOR = "primvars:displayColor"


def test_the_users_layers_stay_as_they_are(open_session, scene):
    session = open_session(
        """
        scenewright:
          scene: scene.usda
          frames: 3
          labels: [{path: /World/Box, class: box}]
        unit: {settings.set_stage_up_axis: {up_axis: "Y"}}
        box: {get.prim_at_path: {path: /World/Box}}
        extra: {create.cube: null}
        each: {trigger.on_frame: null}
        go: {with.each: {with.box: {modify.pose: {position: {distribution.uniform: {lower: [0, 0, 0], upper: [1, 1, 1]}}}}}}
        """
    )
    root = session.stage.GetRootLayer()
    below = Sdf.Layer.Find(str(scene.parent / "below.usda"))
    for address in session.addresses:
        session.apply(address)
    assert not root.dirty and not below.dirty
    assert root.ExportToString() == Sdf.Layer.OpenAsAnonymous(str(scene)).ExportToString()
    assert UsdGeom.GetStageUpAxis(session.stage) == "Y"
    assert position(session, "/World/Box").any()


def test_layers_that_the_scene_mutes_take_no_part(open_session, scene):
    assert open_session("scenewright: {scene: scene.usda}").stage.GetPrimAtPath("/World/Box").GetAttribute(COLOR).Get()
    set_flag(scene, ["below"], "muteness", True)
    assert not open_session("scenewright: {scene: scene.usda}").stage.GetPrimAtPath("/World/Box").GetAttribute(COLOR).Get()


def test_cameras_of_the_scene_are_used_when_the_recipe_names_none(open_session, scene):
    session = open_session("scenewright: {scene: scene.usda, resolution: [40, 30], writers: {basic: {rgb: true}}}")
    assert list(session.cameras) == ["Front", "Side"]
    assert {tuple(product.resolution) for product in session.cameras.values()} == {(40, 30)}
    request = session.writer_requests[0]
    assert (request.name, request.init_params, request.cameras) == ("BasicWriter", {"rgb": True}, ["Front", "Side"])


def test_a_camera_that_does_not_exist_lists_those_that_do(open_session, scene):
    with pytest.raises(RecipeError, match=r"recipe.yaml:2:37: .*no camera '/World/Frnt'.* /World/Front, /World/Side"):
        open_session("scenewright: {scene: scene.usda}\np: {create.render_product: {camera: /World/Frnt, resolution: [8, 8]}}")
    with pytest.raises(RecipeError, match=r"/World/Box.*is no camera"):
        open_session("scenewright: {scene: scene.usda}\np: {create.render_product: {camera: /World/Box, resolution: [8, 8]}}")


def test_no_camera_at_all_is_an_error(open_session):
    with pytest.raises(RecipeError, match=r"no camera.*create\.camera"):
        open_session("c: {create.cube: null}")


def test_instance_contents_cannot_be_randomized(open_session, scene):
    with pytest.raises(RecipeError, match=r"recipe.yaml:2:\d+: .*/World/Rigid/Inside lies inside the instance /World/Rigid"):
        open_session("scenewright: {scene: scene.usda}\nx: {modify.pose: {input_prims: /World/Rigid/Inside, scale: 2}}\n")
    with pytest.raises(RecipeError, match="label rule fits /World/Rigid/Inside"):
        open_session("scenewright: {scene: scene.usda, labels: [{path: '**/Inside', class: x}]}")


def test_a_stronger_value_is_an_error_that_names_its_layer(open_session, scene):
    context = get_context()

    def author_stronger(event, stage):
        if event == "opened" and stage.GetPrimAtPath("/World/Box"):
            with Usd.EditContext(stage, stage.GetSessionLayer()):
                stage.GetPrimAtPath("/World/Box").GetAttribute("size").Set(3.0)

    context.add_stage_hook(author_stronger)
    try:
        with pytest.raises(RecipeError, match=r"size.*stronger layer @anon:.*session"):
            open_session(
                """
                scenewright: {scene: scene.usda}
                box: {get.prim_at_path: {path: /World/Box}}
                each: {trigger.on_frame: null}
                go: {with.each: {with.box: {modify.attribute: {name: size, value: 2}}}}
                """
            )
    finally:
        context._hooks.remove(author_stronger)


def test_hidden_values_are_found_without_the_help_of_the_host():
    stage = Usd.Stage.CreateInMemory()
    cube = UsdGeom.Cube.Define(stage, "/C")
    layer = add_randomization_layer(stage)
    with Usd.EditContext(stage, layer):
        cube.GetSizeAttr().Set(2.0)
        cube.GetPrim().GetAttribute("visibility").Set("invisible")
    assert hidden_values(stage, layer) == []
    with Usd.EditContext(stage, stage.GetSessionLayer()):
        cube.GetSizeAttr().Set(3.0)
    assert hidden_values(stage, layer) == [("/C.size", stage.GetSessionLayer().identifier)]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (("def Cube", "def Cube ("), r"scene.usda:\d+:\d+: cannot be read as USD"),
        (("@./below.usda@", "@./gone.usda@"), "Could not load sublayer @.*gone.usda@"),
        (("</Proto>", "@nowhere.usd@"), "scene.usda: /World/Rigid: Could not open asset @nowhere.usd@"),
        (
            ("double size", "asset inputs:file = @no.png@\n double size"),
            r"/World/Box.inputs:file: texture @no.png@ cannot be found",
        ),
    ],
)
def test_broken_scenes_are_one_readable_error(open_session, scene, damage, says, write_usd, capfd):
    write_usd("scene.usda", SCENE.replace(*damage))
    with pytest.raises(RecipeError, match=says):
        open_session("scenewright: {scene: scene.usda}")
    assert "Warning" not in capfd.readouterr().err


def test_a_missing_scene_or_asset_is_reported_at_the_line_that_names_it(open_session):
    with pytest.raises(RecipeError, match=r"recipe.yaml:2:10: there is no USD file"):
        open_session("scenewright:\n  scene: gone.usda\n")
    with pytest.raises(RecipeError, match=r"recipe.yaml:2:28: there is no file 'gone.usd'"):
        open_session("a: null\nb: {create.from_usd: {usd: gone.usd}}")


def test_label_rules_take_the_topmost_prims(open_session, scene):
    session = open_session(
        """
        scenewright:
          scene: scene.usda
          labels:
            - {path: '/World/*', class: thing}
            - {path_pattern: 'Bo', labels: {class: box, state: [open, empty]}}
            - {path: /Replicator/**, class: made}
        group: {create.xform: {name: group}}
        inner: {create.cube: {parent: group}}
        """
    )
    labels = {
        str(prim.GetPath()): {
            a.GetName()[17:]: list(a.Get()) for a in prim.GetAttributes() if a.GetName().startswith("semantics:labels:")
        }
        for prim in session.stage.Traverse()
    }
    assert labels["/World/Box"] == {"class": ["box"], "state": ["open", "empty"]}
    assert labels["/World/Rigid"] == {"class": ["thing"]} and labels["/World"] == {}
    assert labels["/Replicator/group"] == {"class": ["made"]} and labels["/Replicator/group/Cube"] == {}


def test_writers_are_requested_with_their_triggers(open_session):
    session = open_session(
        """
        scenewright: {frames: 4, writers: {coco: null}}
        eye: {create.camera: {count: 2}}
        product: {create.render_product: {camera: eye, resolution: [8, 8], name: [left, right]}}
        out: {writers.get: {name: BasicWriter, init_params: {rgb: true}}}
        second: {trigger.on_frame: {interval: 2}}
        attach: {out.attach: {render_products: product, trigger: second}}
        """
    )
    assert list(session.cameras) == ["left", "right"]
    basic, coco = session.writer_requests
    assert basic.cameras == coco.cameras == ["left", "right"] and coco.name == "coco"
    assert [basic.fires(address) for address in session.addresses] == [True, False, True, False]
    assert all(coco.fires(address) for address in session.addresses)
    with pytest.raises(RecipeError, match="attached to no render product"):
        open_session("eye: {create.camera: null}\nout: {writers.get: {name: BasicWriter}}")


@pytest.mark.parametrize("scene", ["omniverse://server/a.usd", "https://server/a.usd"])
def test_a_remote_scene_is_named_as_one(open_session, scene):
    with pytest.raises(RecipeError, match="is a remote file, which recipes do not fetch"):
        open_session(f"scenewright: {{scene: '{scene}', writers: {{coco: {{}}}}}}\nc: {{create.camera: {{}}}}")
