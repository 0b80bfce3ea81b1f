"""Recipes that have places built: what does not fit and what is wrong with the place stands at the block that builds it."""

from pathlib import Path

import pytest
from pxr import Usd, UsdGeom

from scenewright.sdg.recipe import load_recipe
from scenewright.sdg.scene_validation.places import find_place_problems, has_places

SCENES = Path(__file__).resolve().parents[3] / "usd_scenes"
RECIPE = """
scenewright: {{frames: {frames}, seed: {seed}, resolution: [64, 36]}}
every: {{trigger.on_frame: {{}}}}
place:
  with.every:
    scenes.{kind}: {{assets: {assets}, {more}}}
"""
BLOCK = 6  # line of `scenes.<kind>`


@pytest.fixture
def found(tmp_path):
    """Call with the kind of place and its further keywords; returns (errors, warnings) of a recipe that builds it."""

    def make(kind, more="name: Here", frames=1, seed=1, assets=None):
        book = assets or SCENES / kind / "assets" / "assets.yaml"
        path = tmp_path / "recipe.yaml"
        path.write_text(RECIPE.format(kind=kind, more=more, frames=frames, seed=seed, assets=book), encoding="utf-8")
        recipe = load_recipe(path)
        assert has_places(recipe)
        return find_place_problems(recipe)

    return make


@pytest.mark.parametrize("recipe", ["room/recipe.yaml", "room/domain.yaml"])
def test_the_shipped_recipes_have_nothing_to_report(recipe):
    assert find_place_problems(load_recipe(SCENES / recipe, ["frames=2"])) == ([], [])


def test_recipes_without_places_are_told_apart():
    assert not has_places(load_recipe(SCENES / "tabletop" / "recipe.yaml"))


def test_a_first_layout_that_does_not_fit_is_an_error_at_its_line(found):
    errors, _ = found("room", "size: [4.6, 4.0, 2.5], seats: 10")
    assert [one.line for one in errors] == [BLOCK]
    assert "7 of 10 chair in the room; in the way: chair_16, chair_18" in errors[0].message


def test_a_later_layout_that_does_not_fit_is_found_too(found):
    """The first frame fits; another of the first dozen does not, and would end the run in its middle."""
    first, _ = found("room", "size: [5.0, 4.4, 2.5]", frames=1, seed=1)
    assert not first
    errors, _ = found("room", "size: [5.0, 4.4, 2.5]", frames=12, seed=1)
    assert errors and {one.line for one in errors} == {BLOCK}
    assert "frame 2: the layout does not fit" in errors[0].message


def test_a_layout_that_need_not_fit_is_no_error(found):
    errors, _ = found("room", "size: [5.0, 4.4, 2.5], must_fit: false", frames=12, seed=1)
    assert not errors


def test_a_place_in_the_dark_is_an_error(found):
    errors, _ = found("shelf", "lights: 0, bays: 1, size: [2.6, 3.3, 2.6], fill: 0.1")
    assert [one.line for one in errors] == [BLOCK] and "none of the lights shines" in errors[0].message


def test_what_an_imported_asset_brings_is_found(found, tmp_path):
    """A sofa whose file is in centimetres and refers to a texture that is not there."""
    stage = Usd.Stage.CreateNew(str(tmp_path / "sofa.usda"))
    UsdGeom.SetStageMetersPerUnit(stage, 0.01)
    UsdGeom.SetStageUpAxis(stage, "Z")
    stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, "/Sofa").GetPrim())
    cube = UsdGeom.Cube.Define(stage, "/Sofa/Body")
    cube.GetSizeAttr().Set(180.0)
    stage.GetDefaultPrim().GetReferences().AddReference("./gone.usda")
    stage.Save()
    book = tmp_path / "mine.yaml"
    book.write_text("sofa: [{path: sofa.usda, size: [1.8, 0.9, 0.8]}]\n", encoding="utf-8")
    errors, warnings = found("room", assets=[str(SCENES / "room/assets/assets.yaml"), str(book)])
    told = "\n".join(map(str, errors))
    assert "a sofa of 180 m is not plausible" in told and "gone.usda" in told
    assert any("metersPerUnit is 0.01" in str(one) for one in warnings)
    assert f"recipe.yaml:{BLOCK}:" in told
