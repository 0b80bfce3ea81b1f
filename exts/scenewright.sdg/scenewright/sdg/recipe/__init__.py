"""Recipes: Replicator YAML with line-exact checking, drawn from counter-based streams, run on any host.

`RecipeSession` and `WriterRequest` need ``omni.replicator.core`` and are imported on first use; everything else needs none.
"""

from typing import Any

from scenewright.sdg.recipe.clock import Address
from scenewright.sdg.recipe.findings import Finding, Mark, RecipeError, RecipeRunError
from scenewright.sdg.recipe.recipe import Recipe, find_recipe_problems, load_recipe
from scenewright.sdg.recipe.schema import Settings, json_schema

__all__ = [
    "Address",
    "Finding",
    "Mark",
    "Recipe",
    "RecipeError",
    "RecipeRunError",
    "RecipeSession",
    "Settings",
    "WriterRequest",
    "find_recipe_problems",
    "json_schema",
    "load_recipe",
    "open_session",
]


def __getattr__(name: str) -> Any:
    if name == "open_session":
        from scenewright.sdg.recipe import opening

        return opening.open_session
    if name in ("RecipeSession", "WriterRequest"):
        from scenewright.sdg.recipe import session

        return getattr(session, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
