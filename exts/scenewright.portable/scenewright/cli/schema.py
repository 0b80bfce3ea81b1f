"""``scenewright schema``: the JSON Schema of recipe files."""

import json
import sys

from scenewright.sdg.recipe.schema import json_schema

__all__ = ["command"]


def command() -> None:
    """Print the JSON Schema of recipes, for editors.

    In VS Code with the YAML extension: save it as recipe.schema.json and write
    `# yaml-language-server: $schema=recipe.schema.json` as the first line of a recipe.
    """
    json.dump(json_schema(), sys.stdout, indent=2)
    sys.stdout.write("\n")
