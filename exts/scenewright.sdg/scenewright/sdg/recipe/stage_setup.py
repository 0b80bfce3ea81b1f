"""Opening what a recipe runs on: the scene or a new stage, and the layer that all of its changes go to."""

import omni.usd
from pxr import Sdf, Usd, UsdGeom, UsdUtils

from scenewright.sdg.recipe.findings import Finding, RecipeError
from scenewright.sdg.recipe.recipe import Recipe
from scenewright.sdg.recipe.scene_checks import find_scene_problems, stage_problems, without_missing

__all__ = ["LAYER_NAME", "add_randomization_layer", "hidden_values", "open_recipe_stage", "spec_conformant"]

LAYER_NAME = "randomization"
"""Display name of the layer that holds everything a recipe makes and changes."""


def open_recipe_stage(recipe: Recipe) -> Usd.Stage:
    """Open the recipe's scene, or a new stage, as the current stage of the application.

    Raises:
        RecipeError: The scene is missing, cannot be read, or names files that cannot be found.
    """
    context = omni.usd.get_context()
    if recipe.scene_path is None:
        context.new_stage()
        stage = context.get_stage()
        UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)  # Kit's new stages follow the user's preferences
        UsdGeom.SetStageMetersPerUnit(stage, 1.0)
        return stage
    mark = recipe.mark("scene")
    if not recipe.scene_path.is_file():
        raise RecipeError(find_scene_problems(recipe.scene_path, mark))
    delegate = UsdUtils.CoalescingDiagnosticDelegate()
    try:
        opened = context.open_stage(str(recipe.scene_path))
    except (ValueError, OSError) as error:
        raise RecipeError(find_scene_problems(recipe.scene_path, mark) or [Finding.at(mark, str(error))]) from None
    finally:
        delegate.TakeUncoalescedDiagnostics()
    stage = context.get_stage() if opened else None
    problems = stage_problems(stage) if stage else find_scene_problems(recipe.scene_path, mark)
    if stage and recipe.settings.assets.missing == "proxy":
        problems = without_missing(problems)
    if problems or stage is None:
        context.close_stage()
        raise RecipeError(problems or [Finding.at(mark, f"'{recipe.scene_path}' cannot be opened.")])
    return stage


def add_randomization_layer(stage: Usd.Stage) -> Sdf.Layer:
    """Add an anonymous layer that is stronger than every layer of the user's, and return it.

    It is the first sublayer of the session layer, so no file's list of sublayers changes.
    """
    layer = Sdf.Layer.CreateAnonymous(LAYER_NAME)
    stage.GetSessionLayer().subLayerPaths.insert(0, layer.identifier)
    return layer


def spec_conformant(lights: list[Usd.Prim]) -> list[Usd.Prim]:
    """Have RTX read lights by the UsdLux specification of 25.05, and not by its older rules; return them."""
    for light in lights:
        light.CreateAttribute("omni:rtx:usdluxVersion", Sdf.ValueTypeNames.Int, custom=False).Set(2505)
    return lights


def hidden_values(stage: Usd.Stage, layer: Sdf.Layer) -> list[tuple[str, str]]:
    """Return (property path, stronger layer) of every value in a layer that something stronger keeps from showing."""
    hidden = []

    def look(path: Sdf.Path) -> None:
        if not path.IsPropertyPath():
            return
        spec = layer.GetAttributeAtPath(path)
        attribute = stage.GetAttributeAtPath(path) if spec is not None and spec.HasDefaultValue() else None
        if not attribute:
            return
        stack = [other for other in attribute.GetPropertyStack() if other.HasDefaultValue() or other.HasInfo("timeSamples")]
        if stack and stack[0].layer != layer:
            hidden.append((str(path), stack[0].layer.identifier))

    layer.Traverse(Sdf.Path.absoluteRootPath, look)
    return hidden
