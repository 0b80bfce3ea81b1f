"""The JSON Schema of object descriptions, a part of that of recipe files."""

from typing import Any

from scenewright.sdg.recipe.object_description.description import NUMBERS, SUBTYPES, SWITCHES
from scenewright.sdg.recipe.object_description.harmonizers import HARMONIZERS
from scenewright.sdg.recipe.object_description.resolver import DISTRIBUTIONS
from scenewright.sdg.recipe.object_description.transforms import OPERATORS

__all__ = ["description_schema"]

_WHOLE = {"type": "integer", "minimum": 1}
_SWITCH = {"type": "boolean"}


def description_schema() -> dict[str, Any]:
    """Return the schema of what stands below the top key of an object description."""
    settings: dict[str, Any] = {
        "version": {"type": ["string", "number"]},
        "parent_config": {"type": ["string", "null"], "description": "Description in the same folder to inherit."},
        **dict.fromkeys(("num_frames", "screen_width", "screen_height"), _WHOLE),
        "seed": {"type": "integer", "minimum": 0, "description": "Each frame adds its number."},
        "output_path": {"type": "string"},
        "output_name": {"type": "string", "description": "Name of a frame's files; macros seed, camera and frame."},
        "output_switches": _closed(dict.fromkeys(SWITCHES, _SWITCH)),
        "path_tracing": _SWITCH,
        "skip_frames_with_no_visible_tracked_mutables": _SWITCH,
        **{name: {"type": ["number", "null"], "minimum": 0} for name in NUMBERS},
    }
    return {"type": "object", "properties": settings, "additionalProperties": {"anyOf": [_mutable(), _harmonizer(), _other()]}}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _mutable() -> dict[str, Any]:
    operator = {
        "type": "object",
        "propertyNames": {"pattern": rf"^({'|'.join(OPERATORS)})(_\w+)?$"},
    }
    subtypes = sorted({subtype for subtypes in SUBTYPES.values() for subtype in subtypes})
    return {
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {"enum": list(SUBTYPES)},
            "subtype": {"enum": subtypes},
            "count": {"type": ["integer", "string"]},
            "tracked": _SWITCH,
            "physics": {"enum": ["rigidbody", "collision", None]},
            "transform_operators": {"anyOf": [{"type": "array", "items": operator}, operator]},
        },
    }


def _harmonizer() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["harmonizer_type"],
        "properties": {"harmonizer_type": {"enum": list(HARMONIZERS)}},
    }


def _other() -> dict[str, Any]:
    """Return the schema of an attribute that stands alone, or any other value that macros may name."""
    plain = {"type": ["array", "string", "number", "boolean", "null"]}
    attribute = {
        "type": "object",
        "not": {"anyOf": [{"required": ["type"]}, {"required": ["harmonizer_type"]}]},
        "properties": {"distribution_type": {"enum": list(DISTRIBUTIONS)}},
    }
    return {"anyOf": [plain, attribute]}
