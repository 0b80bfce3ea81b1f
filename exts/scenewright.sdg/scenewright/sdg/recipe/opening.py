"""Opening a session for whatever a file holds: a recipe or an object description."""

from typing import Any

from scenewright.sdg.recipe.object_description.description import ObjectDescription
from scenewright.sdg.recipe.recipe import Recipe
from scenewright.sdg.recipe.session import RecipeSession

__all__ = ["open_session"]


def open_session(recipe: Recipe, stage: Any = None) -> Any:
    """Return the session of a recipe, or of an object description, on the application's stage.

    Args:
        recipe: What to carry out.
        stage: What `open_recipe_stage_async` has opened for it; None = it is opened here.

    Raises:
        RecipeError: It cannot be carried out; nothing was written.
    """
    if isinstance(recipe, ObjectDescription):
        from scenewright.sdg.recipe.object_description.session import DescriptionSession

        return DescriptionSession(recipe, stage)
    return RecipeSession(recipe, stage)
