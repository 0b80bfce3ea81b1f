"""Opening what a recipe runs on: the scene or a new stage, and the layer that all of its changes go to."""

import omni.usd
from pxr import Sdf, Usd, UsdGeom, UsdUtils

from scenewright.sdg.recipe.findings import Finding, RecipeError
from scenewright.sdg.recipe.recipe import Recipe
from scenewright.sdg.recipe.scene_checks import find_scene_problems, stage_problems, without_missing

__all__ = ["LAYER_NAME", "add_randomization_layer", "hidden_values", "open_recipe_stage", "open_recipe_stage_async",
           "spec_conformant"]

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
        return _new_stage(context.get_stage())
    path = _scene_file(recipe)
    delegate = UsdUtils.CoalescingDiagnosticDelegate()
    try:
        opened = context.open_stage(path)
    except (ValueError, OSError) as error:
        raise _unreadable(recipe, error) from None
    finally:
        delegate.TakeUncoalescedDiagnostics()
    return _checked(recipe, context.get_stage() if opened else None)


async def open_recipe_stage_async(recipe: Recipe) -> Usd.Stage:
    """Do what `open_recipe_stage` does, while the application's windows stay alive."""
    context = omni.usd.get_context()
    if recipe.scene_path is None:
        await context.new_stage_async()
        return _new_stage(context.get_stage())
    path = _scene_file(recipe)
    delegate = UsdUtils.CoalescingDiagnosticDelegate()
    try:
        opened, _ = await context.open_stage_async(path)
    except (ValueError, OSError) as error:
        raise _unreadable(recipe, error) from None
    finally:
        delegate.TakeUncoalescedDiagnostics()
    return _checked(recipe, context.get_stage() if opened else None)


def _new_stage(stage: Usd.Stage) -> Usd.Stage:
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)  # Kit's new stages follow the user's preferences
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    return stage


def _scene_file(recipe: Recipe) -> str:
    if not recipe.scene_path.is_file():
        raise RecipeError(find_scene_problems(recipe.scene_path, recipe.mark("scene")))
    return str(recipe.scene_path)


def _unreadable(recipe: Recipe, error: Exception) -> RecipeError:
    mark = recipe.mark("scene")
    return RecipeError(find_scene_problems(recipe.scene_path, mark) or [Finding.at(mark, str(error))])


def _checked(recipe: Recipe, stage: Usd.Stage | None) -> Usd.Stage:
    """Return the stage that was opened; raise, and close it, where its scene cannot be used."""
    mark = recipe.mark("scene")
    problems = stage_problems(stage) if stage else find_scene_problems(recipe.scene_path, mark)
    if stage and recipe.settings.assets.missing == "proxy":
        problems = without_missing(problems)
    if problems or stage is None:
        omni.usd.get_context().close_stage()
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
