"""Scenes in recipes: any frame in any order is the same, levels are drawn when asked for, and errors stand at their line."""

import itertools
from pathlib import Path

import pytest
from pxr import Sdf, UsdGeom, UsdLux, UsdSemantics, UsdShade

from scenewright.sdg.recipe import RecipeError, RecipeSession, find_recipe_problems, load_recipe
from scenewright.sdg.recipe.scene_functions import _LEVELS
from scenewright.sdg.scenes import LEVELS
from scenewright.sdg.scenes.builders import BUILDERS

SCENES = Path(__file__).resolve().parents[3] / "usd_scenes"

ROOM = """
scenewright: {{frames: {frames}, seed: 3, cameras: [Wide], writers: {{coco: {{}}}}}}
every: {{trigger.on_frame: {{}}}}
room:
  with.every:
    scenes.room: {{assets: "{assets}", name: Room{more}}}
"""
DOMAIN = """
here: {{get.prim_at_path: {{path: /Replicator/Room}}}}
wild:
  with.every:
    with.here:
      scenes.domain: {{lights: [0.5, 2.0], distractors: 6, cameras: 0.2, textures: ["{texture}"]}}
"""


@pytest.fixture
def opened(tmp_path):
    """Call with the text of a recipe; returns a session that is closed at the end."""
    sessions = []

    def open_text(text):
        path = tmp_path / f"recipe_{len(sessions)}.yaml"
        path.write_text(text, encoding="utf-8")
        sessions.append(RecipeSession(load_recipe(path)))
        return sessions[-1]

    yield open_text
    for session in sessions:
        session.close()


def room(frames="4", more=""):
    return ROOM.format(assets=SCENES / "room/assets/assets.yaml", frames=frames, more=more)


def written(session):
    return session._runtime.layer.ExportToString()


def test_the_table_of_functions_knows_the_levels_and_options():
    assert _LEVELS == LEVELS
    from scenewright.sdg.recipe.functions import FUNCTIONS

    for name, builder in BUILDERS.items():
        assert set(builder.option_names()) <= set(FUNCTIONS[f"scenes.{name}"].keywords)


@pytest.mark.parametrize("wild", [False, True])
def test_frames_are_the_same_in_any_order(opened, wild):
    text = room() + (DOMAIN.format(texture=SCENES / "room/assets/rug/textures/nomad.png") if wild else "")
    shown = []
    for order in ((0, 1, 2, 3), (3, 1, 0, 2, 3)):
        session = opened(text)
        frames = {}
        for index in order:
            session.apply(session.addresses[index])
            frames[index] = written(session)
        shown.append(frames)
        session.close()
    assert shown[0] == shown[1]
    assert len(set(shown[0].values())) == 4


def part(session, *groups):
    """What the stage says of groups of the room: poses, variants, light and lens values."""
    out = []
    for group in groups:
        for prim in session.stage.GetPrimAtPath(f"/Replicator/Room/{group}").GetAllChildren():
            values = [(a.GetName(), a.Get()) for a in prim.GetAuthoredAttributes()]
            out.append((str(prim.GetPath()), values))
    return out


def variants(session):
    prims = session.stage.GetPrimAtPath("/Replicator/Room/Objects").GetChildren()
    return [
        (str(p.GetPath()), [(n, p.GetVariantSets().GetVariantSelection(n)) for n in p.GetVariantSets().GetNames()])
        for p in prims
    ]


def test_only_the_levels_that_are_named_are_drawn_anew(opened):
    session = opened(room(more=", randomize: [looks, cameras]"))
    seen = []
    for address in session.addresses[:2]:
        session.apply(address)
        seen.append((part(session, "Structure"), part(session, "Lights"), part(session, "Cameras"), variants(session)))
    (walls, lights, cameras, looks), (walls_2, lights_2, cameras_2, looks_2) = seen
    assert walls == walls_2 and lights == lights_2 and cameras != cameras_2 and looks != looks_2
    assert [path for path, _ in looks] == [path for path, _ in looks_2]


def test_assets_that_are_not_there_are_an_error(opened, tmp_path):
    text = (SCENES / "room/assets/assets.yaml").read_text(encoding="utf-8").replace("looks: looks/looks.usda\n", "")
    (tmp_path / "book.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=r"book\.yaml names '.*' and \d+ more, which is not there"):
        opened(ROOM.format(assets=tmp_path / "book.yaml", frames=1, more=""))


def test_levels_can_be_held_for_a_sequence(opened):
    session = opened(room("{sequences: 2, steps: 2}", ", per_sequence: [layout, objects, looks]"))
    rooms, cameras = [], []
    for address in session.addresses:
        session.apply(address)
        rooms.append((part(session, "Structure"), variants(session)))
        cameras.append(part(session, "Cameras"))
    assert rooms[0] == rooms[1] != rooms[2] == rooms[3]
    assert all(one != other for one, other in itertools.combinations(cameras, 2))


def test_what_was_built_stands_in_the_ledger(opened):
    session = opened(room())
    values = session.apply(session.addresses[0])
    (built,) = [value for value in values.values() if isinstance(value, dict) and "objects" in value]
    assert built["objects"]["sofa"] == 1 and built["missing"] == []


def test_domain_randomization_changes_everything_but_labels_and_places(opened):
    texture = SCENES / "room/assets/rug/textures/nomad.png"
    session = opened(room(more=", randomize: none") + DOMAIN.format(texture=texture))
    stage, seen = session.stage, []
    sofa = stage.GetPrimAtPath("/Replicator/Room/Objects/Sofa_001")
    for address in session.addresses[:3]:
        session.apply(address)
        material, _ = UsdShade.MaterialBindingAPI(sofa).ComputeBoundMaterial()
        assert material.GetPath().HasPrefix("/Replicator/Looks")
        lamp = UsdLux.LightAPI(stage.GetPrimAtPath("/Replicator/Room/Lights/Sun")).GetIntensityAttr().Get()
        camera = UsdGeom.Xformable(stage.GetPrimAtPath("/Replicator/Room/Cameras/Wide")).ComputeLocalToWorldTransform(0)
        strays = stage.GetPrimAtPath("/Replicator/Distractors").GetChildren()
        assert len(strays) == 6 and not any(UsdSemantics.LabelsAPI.GetDirectTaxonomies(p) for p in strays)
        place = UsdGeom.Xformable(strays[0]).ComputeLocalToWorldTransform(0)
        wears = [
            str(UsdShade.MaterialBindingAPI(p).ComputeBoundMaterial()[0].GetPath())
            for p in stage.GetPrimAtPath("/Replicator/Room/Objects").GetChildren()
        ]
        seen.append((lamp, camera, place, tuple(wears)))
        assert UsdSemantics.LabelsAPI(sofa, "class").GetLabelsAttr().Get() == ["sofa"]
    for values in zip(*seen, strict=True):
        assert values[0] != values[1] != values[2]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (room(more=", randomize: [walls]"), "'randomize' names 'walls'"),
        (room(more=", clutter: 3.0"), "'clutter' is 3.0"),
        (room(more=", bays: 3"), "has no keyword 'bays'"),
        (ROOM.format(assets="none.yaml", frames=1, more=""), "there is no file 'none.yaml'"),
        (room(more=", seats: 20"), "chair in the room; in the way"),
        (room(more=", size: [2, 2, 2]"), "too small to furnish"),
        (room() + "x: {scenes.domain: {distractors: 3}}", "no prims"),
        (room() + "x: {with.room: {scenes.domain: {lights: [2.0, 1.0]}}}", "'lights' is"),
        (room() + "x: {with.room: {scenes.domain: {volume: [[0, 0, 0], [0, 1, 1]]}}}", "'volume' is"),
    ],
)
def test_mistakes_stand_at_their_line(opened, tmp_path, text, says):
    with pytest.raises(RecipeError) as caught:
        opened(text)
    assert any(says in str(finding) for finding in caught.value.findings), str(caught.value)
    assert all(finding.line > 0 for finding in caught.value.findings)


@pytest.mark.parametrize("name", ["warehouse/recipe", "shelf/recipe", "room/recipe", "room/domain"])
def test_the_shipped_recipes_are_valid(name):
    assert find_recipe_problems(SCENES / f"{name}.yaml") == []


def test_a_closed_session_holds_no_layer(opened):
    """A layer that lived on would show the next reader of its file what was changed in it in memory."""
    scene = SCENES / "turntable" / "scene.usda"
    session = opened(f"scenewright: {{scene: {scene}, frames: 2}}\nevery: {{trigger.on_frame: {{}}}}\nplace:\n  with.every:\n"
                     f"    scenes.room: {{assets: {SCENES / 'room/assets/assets.yaml'}}}\n")
    session.apply(session.addresses[1])
    assert Sdf.Layer.Find(str(scene)) and Sdf.Layer.Find(str(SCENES / "room/assets/sofa/sofa.usda"))
    session.close()
    assert not Sdf.Layer.Find(str(scene)) and not Sdf.Layer.Find(str(SCENES / "room/assets/sofa/sofa.usda"))
