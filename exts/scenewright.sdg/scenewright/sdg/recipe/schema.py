"""The ``scenewright:`` block of a recipe as models, and the JSON Schema of whole recipe files."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from scenewright.sdg.labels.rules import LabelRule
from scenewright.sdg.recipe.functions import FUNCTIONS, KINDS, WRITERS, Function

__all__ = ["Assets", "Checks", "FrameGrid", "LabelRule", "Settings", "Split", "json_schema", "unavailable"]

DEFAULT_FRAMES = 100


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FrameGrid(_Model):
    """Frames as sequences that run their steps in order."""

    sequences: int = Field(ge=1, description="How many sequences; each starts from the same reset.")
    steps: int = Field(ge=1, description="Steps of every sequence.")


class Split(_Model):
    """How frames are shared out among train, val and test."""

    train: float = Field(0.8, ge=0, le=1, strict=False, description="Share of train.")
    val: float = Field(0.1, ge=0, le=1, strict=False, description="Share of val.")
    test: float = Field(0.1, ge=0, le=1, strict=False, description="Share of test.")
    by: Literal["sequence", "frame"] = Field("sequence", description="What stays together.")
    stratify: bool = Field(False, description="Whether every split gets its share of the objects of each class, too.")

    @model_validator(mode="after")
    def _whole(self) -> "Split":
        if abs(self.train + self.val + self.test - 1.0) > 1e-6:
            given = f"train {self.train:g} + val {self.val:g} + test {self.test:g}"
            raise ValueError(f"shares add up to 1, not {given} = {self.train + self.val + self.test:g}; give all three")
        return self


class Assets(_Model):
    """Where assets come from and what happens when one is missing."""

    packs: list[str] = Field(
        default_factory=list, description="Folders that `scenewright assets import` made, relative to the recipe."
    )
    missing: Literal["error", "proxy"] = Field("error", description="What an asset that is not found becomes.")


class Checks(_Model):
    """Conditions that a frame must meet."""

    min_visible_pixels: int = Field(0, ge=0)
    skip_empty: bool = False
    max_retries: int = Field(20, ge=0)


class Settings(_Model):
    """Scenewright's own settings of a recipe."""

    scene: str | None = Field(None, description="USD file, relative to the recipe; absent = a new stage.")
    frames: Annotated[int, Field(ge=1)] | FrameGrid | None = Field(
        None,
        description="Steps in all, or {sequences, steps}; absent = what the triggers' "
        f"max_execs ask for, else {DEFAULT_FRAMES}.",
    )
    seed: int = Field(0, ge=0, description="Seed of every random value.")
    output: str = Field("out", min_length=1, description="Folder of the dataset, relative to the working directory.")
    renderer: Literal["real-time", "path-traced", "mitsuba"] = Field("real-time", description="How frames are rendered.")
    samples: int = Field(16, ge=1, le=65536, description="Colour samples per pixel.")
    light_samples: int = Field(1, ge=1, le=1024, description="Paths of light from the first surface that each sample meets.")
    edge_samples: int = Field(
        0, ge=0, le=1024, description="Up to so many more samples in pixels that outlines or borders of sharp shadows cross."
    )
    denoise: bool = Field(True, description="Filter the colour of few samples, guided by normals, albedo and depth.")
    denoiser: Literal["filter", "oidn"] = Field(
        "filter", description="The filter; oidn (Intel Open Image Denoise) is sharper and calmer and needs the extra [denoise]."
    )
    resolution: list[Annotated[int, Field(ge=1, le=32768)]] = Field(
        default_factory=lambda: [1280, 720], min_length=2, max_length=2, description="[width, height] of cameras that set none."
    )
    cameras: list[str] = Field(
        default_factory=list, description="Names of the cameras that the short-form writers take images of; empty = all."
    )
    writers: dict[str, dict[str, Any] | None] = Field(
        default_factory=dict, description="Writers with their parameters, for all cameras."
    )
    camera_image: dict[str, bool | int | float] = Field(
        default_factory=dict,
        description="What the camera does to every rgb picture: vignetting, aberration [px], blur [px], photons, read_noise "
        "[electrons], bits, mosaic, jpeg.",
    )
    play: bool = Field(
        False,
        description="Whether the timeline plays from step to step (60 a second), so that bodies and animations move; "
        "trigger.on_time plays it anyway.",
    )
    split: Split | None = Field(None, description="Shares of train, val and test.")
    assets: Assets = Field(default_factory=Assets)
    checks: Checks = Field(default_factory=Checks)
    labels: list[LabelRule] = Field(default_factory=list, description="Labels by prim path, set before the first frame.")
    ontology: str | None = Field(
        None,
        min_length=1,
        description="Ontology file, relative to the recipe, or `scenewright` for the shipped one: its classes name labels, "
        "categories and colours.",
    )
    variables: dict[str, Any] = Field(default_factory=dict, description="Names that --set may change and ${name} inserts.")


def unavailable(settings: Settings) -> list[tuple[tuple[str, ...], str]]:
    """Return what the settings ask for that is known but cannot be run yet, as (key path, feature)."""
    wanted = []
    if settings.checks.min_visible_pixels or settings.checks.skip_empty:
        wanted.append((("checks",), "checking and retrying frames"))
    return wanted


def _keyword_schema(kind: str, random: bool) -> dict[str, Any]:
    own = KINDS[kind].schema or {}
    if not own:
        return {}
    options = [own, {"type": "string", "description": "an earlier block, or ${variable}"}]
    if random or KINDS[kind].results:
        options.append({"$ref": "#/$defs/call"})
    return {"anyOf": options}


def _function_schema(function: Function) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "anyOf": [
            {
                "type": "object",
                "properties": {k.name: _keyword_schema(k.kind, k.random) for k in function.keywords.values()},
                "required": function.required(),
                "additionalProperties": False,
            },
        ]
    }
    if not function.required():
        schema["anyOf"].append({"type": "null"})
    if function.feature or function.never:
        why = f"Not available yet: {function.feature}" if function.feature else f"For scripts only: {function.never}"
        schema["description"] = f"{why}."
    return schema


_NAME = r"^[A-Za-z_]\w*$"
_VARIABLE = {"type": "string", "pattern": r"\$\{\w+\}", "description": "the value of a variable"}


def _with_variables(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a property's schema that takes ``${name}`` too."""
    kept = {key: schema[key] for key in ("description", "default") if key in schema}
    rest = {key: value for key, value in schema.items() if key not in kept}
    return {**kept, "anyOf": [rest, _VARIABLE]}


def _body_schema() -> dict[str, Any]:
    calls = {name: {"$ref": f"#/$defs/functions/{name.replace('.', '_')}"} for name in FUNCTIONS}
    attach = {"type": "object", "properties": {"render_products": {}, "trigger": {}}, "additionalProperties": False}
    patterns = {r"^with\.": {"$ref": "#/$defs/body"}, r"^randomizer\.": {}, r"\.attach$": attach}
    names = [{"enum": list(calls)}, *({"pattern": pattern} for pattern in (*patterns, _NAME))]
    return {
        "type": "object",
        "properties": calls,
        "patternProperties": patterns,
        "additionalProperties": {"$ref": "#/$defs/block"},
        "propertyNames": {"anyOf": names},
    }


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of recipe files, for editors and for `scenewright schema`."""
    from scenewright.sdg.recipe.object_description.description import TOP_KEYS
    from scenewright.sdg.recipe.object_description.schema import description_schema

    settings = Settings.model_json_schema(ref_template="#/$defs/{model}", by_alias=True)
    definitions = settings.pop("$defs", {})
    writers = [name for name, writer in WRITERS.items() if not writer.never]
    settings["properties"]["writers"]["propertyNames"] = {"examples": writers}
    settings["properties"]["resolution"]["items"] = {"anyOf": [settings["properties"]["resolution"]["items"], _VARIABLE]}
    for model in (settings, *definitions.values()):
        model["properties"] = {name: _with_variables(schema) for name, schema in model["properties"].items()}
    call = _body_schema()
    call["propertyNames"]["anyOf"].pop()  # a value is a call, never a name
    constant = {
        "anyOf": [
            {"type": ["array", "string", "number", "boolean", "null"]},
            {"type": "object", "propertyNames": {"not": {"pattern": r"^[A-Za-z_]\w*\.[A-Za-z_]\w*$"}}},
        ]
    }
    definitions.update(
        {
            "scenewright": settings,
            "object_description": description_schema(),
            "functions": {name.replace(".", "_"): _function_schema(function) for name, function in FUNCTIONS.items()},
            "call": {**call, "minProperties": 1, "maxProperties": 1},
            "body": _body_schema(),
            "block": {"anyOf": [{"$ref": "#/$defs/body"}, constant]},
        }
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenewright recipe",
        "description": "A Replicator YAML file with an optional scenewright block.",
        "type": "object",
        "properties": {
            "scenewright": {"$ref": "#/$defs/scenewright"},
            **{key: {"$ref": "#/$defs/object_description"} for key in TOP_KEYS},
        },
        "additionalProperties": {"$ref": "#/$defs/block"},
        "$defs": definitions,
    }
