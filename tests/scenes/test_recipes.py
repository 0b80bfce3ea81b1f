"""The scenes' recipes: valid, and doing on the stage what their comments say."""

import json

import numpy as np
import pytest
from PIL import Image
from pxr import Gf, Usd, UsdGeom, UsdSemantics
from tabletop_generator.environment import PLINTH_HEIGHT, TABLE_DEPTH, TABLE_HEIGHT, TABLE_WIDTH

from scenewright.sdg.recipe import RecipeSession, find_recipe_problems, load_recipe


@pytest.fixture
def open_recipe(scenes):
    """Call with a scene's name and overrides; returns a session that is closed at the end of the test."""
    opened = []

    def open_one(name, *overrides):
        opened.append(RecipeSession(load_recipe(scenes / name / "recipe.yaml", overrides)))
        return opened[-1]

    yield open_one
    for session in opened:
        session.close()


@pytest.mark.parametrize("name", ["tabletop", "turntable"])
def test_recipes_are_valid(name, scenes):
    assert find_recipe_problems(scenes / name / "recipe.yaml") == []


def bounds(prim):
    box = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_]).ComputeWorldBound(prim).ComputeAlignedRange()
    return np.array(box.GetMin()), np.array(box.GetMax())


def test_tabletop_lays_the_table_anew_without_collisions(open_recipe):
    session = open_recipe("tabletop", "frames=6")
    names = ("MilkCarton", "Bottle", "PepperMill", "SodaCan_01", "SodaCan_02", "FoodCan", "Jar", "Tin", "Mug", "Cup", "Pear",
             "Lemon", "Banana_01", "Egg_01", "Egg_02", "Sponge", "Teapot", "CerealBox")
    fixed = ("FruitBowl", "Plate", "Napkin", "Knife", "Spoon", "CuttingBoard", "Book_01", "Book_02", "Vase")
    objects = session.stage.GetPrimAtPath("/World/Objects")
    places = []
    for address in session.addresses:
        session.apply(address)
        boxes = {name: bounds(objects.GetChild(name)) for name in (*names, *fixed)}
        places.append([boxes[name][0] for name in names])
        for name in names:
            low, high = boxes[name]
            assert low[2] == pytest.approx(TABLE_HEIGHT, abs=1e-4), name
            middle = (low + high) / 2
            assert abs(middle[0]) < TABLE_WIDTH / 2 and abs(middle[1]) < TABLE_DEPTH / 2, name
            for other, (low_other, high_other) in boxes.items():
                apart = np.any(low >= high_other - 1e-6) or np.any(low_other >= high - 1e-6)
                assert apart or other == name, f"{name} runs into {other}"
    assert np.all(np.ptp(np.array(places), axis=0)[:, :2] > 0.01)


def test_tabletop_changes_designs_light_and_camera(open_recipe):
    session = open_recipe("tabletop", "frames=12")
    seen = []
    for address in session.addresses:
        session.apply(address)
        stage = session.stage
        design = stage.GetPrimAtPath("/World/Objects/CerealBox").GetVariantSet("design").GetVariantSelection()
        light = stage.GetPrimAtPath("/World/Lights/Window").GetAttribute("inputs:intensity").Get()
        camera = UsdGeom.Xformable(stage.GetPrimAtPath("/World/Cameras/Hero"))
        matrix = np.array(camera.ComputeLocalToWorldTransform(Usd.TimeCode.Default()))
        eye, view = matrix[3, :3], -matrix[2, :3]
        assert eye[2] > TABLE_HEIGHT + 0.1 and eye[1] < 0.0
        hit = eye + view * (TABLE_HEIGHT + 0.07 - eye[2]) / view[2]
        assert np.linalg.norm(hit[:2]) < 0.35
        seen.append((design, light))
    assert {design for design, _ in seen} == {"golden_oat", "honey_hoops", "berry_muesli"}
    assert len({light for _, light in seen}) == 12 and all(7000 <= light <= 20000 for _, light in seen)


def write_pyramid(path, up, unit, default_prim):
    """A pyramid 2 x 1 wide and 4 high along ``up``, far from the origin, in some unit."""
    stage = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(stage, up)
    UsdGeom.SetStageMetersPerUnit(stage, unit)
    root = stage.DefinePrim("/thing")  # no type, as in files found in the wild
    mesh = UsdGeom.Mesh.Define(stage, "/thing/pyramid")
    flat = np.array([(69, -20.5, 30), (71, -20.5, 30), (71, -19.5, 30), (69, -19.5, 30), (70, -20, 34)], float)
    points = flat if up == "Z" else flat[:, [0, 2, 1]] * (1, 1, -1)
    mesh.CreatePointsAttr([Gf.Vec3f(*point) for point in points.tolist()])
    mesh.CreateFaceVertexCountsAttr([4, 3, 3, 3, 3])
    mesh.CreateFaceVertexIndicesAttr([3, 2, 1, 0, 0, 1, 4, 1, 2, 4, 2, 3, 4, 3, 0, 4])
    if default_prim:
        stage.SetDefaultPrim(root)
    stage.Save()


@pytest.mark.parametrize(("up", "unit", "default_prim"), [("Z", 1.0, True), ("Y", 0.01, True), ("Y", 1.0, False)])
def test_turntable_fits_any_file(up, unit, default_prim, open_recipe, tmp_path):
    write_pyramid(tmp_path / "thing.usda", up, unit, default_prim)
    session = open_recipe("turntable", f"file={tmp_path / 'thing.usda'}", "label=pyramid", "size=0.24", "frames=4")
    subject = session.stage.GetPrimAtPath("/Replicator/Subject")
    eyes = []
    for address in session.addresses:
        session.apply(address)
        low, high = bounds(subject)
        assert np.allclose(high - low, (0.12, 0.06, 0.24), atol=1e-5)
        assert np.allclose((low[0] + high[0], low[1] + high[1], low[2]), (0, 0, PLINTH_HEIGHT), atol=1e-5)
        camera = UsdGeom.Xformable(session.stage.GetPrimAtPath("/World/Cameras/Orbit"))
        eyes.append(np.array(camera.ComputeLocalToWorldTransform(Usd.TimeCode.Default()))[3, :3])
    azimuths = [np.degrees(np.arctan2(eye[1], eye[0])) for eye in eyes]
    assert np.allclose(azimuths, [-90, -75, -60, -45], atol=1e-3)
    assert list(UsdSemantics.LabelsAPI(subject, "class").GetLabelsAttr().Get()) == ["pyramid"]


@pytest.mark.parametrize(("name", "classes"), [("tabletop", {"bowl", "plate"}), ("turntable", {"teapot"})])
def test_recipes_make_pictures_and_labels(name, classes, scenes, tmp_path):
    from scenewright.sdg.dataset.request import GenerateRequest
    from scenewright.sdg.dataset.run import generate

    overrides = ("width=96", "height=72", "samples=1")
    generate(GenerateRequest(recipe=scenes / name / "recipe.yaml", output=tmp_path / "out", frames="0:1", overrides=overrides))
    coco = json.loads((tmp_path / "out" / "annotations" / "instances.json").read_text())
    assert classes <= {category["name"] for category in coco["categories"]}
    assert len(coco["images"]) == 1 and coco["annotations"]
    picture = np.asarray(Image.open(tmp_path / "out" / "rgb_0000.png").convert("RGB"), float)
    assert picture.shape == (72, 96, 3)
    assert 60 < picture.mean() < 215 and picture.std() > 15  # neither black nor burnt out
