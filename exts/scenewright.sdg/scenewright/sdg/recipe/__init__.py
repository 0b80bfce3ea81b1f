"""Recipes: Replicator YAML with line-exact checking, drawn from counter-based streams, run on any host."""

from scenewright.sdg.recipe.findings import Finding, Mark, RecipeError
from scenewright.sdg.recipe.recipe import Recipe, find_recipe_problems, load_recipe
from scenewright.sdg.recipe.schema import Settings, json_schema

__all__ = ["Finding", "Mark", "Recipe", "RecipeError", "Settings", "find_recipe_problems", "json_schema", "load_recipe"]
