"""What is set in the window, and how it is kept from one session to the next."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

__all__ = ["ANNOTATORS", "PERSISTENT_ROOT", "WindowState", "load_state", "overrides_of", "save_state"]

PERSISTENT_ROOT = "/persistent/exts/scenewright.ui"
"""Kit writes what lies below ``/persistent`` to the user's configuration file by itself."""

ANNOTATORS = (
    "rgb",
    "bounding_box_2d_tight",
    "bounding_box_2d_loose",
    "bounding_box_3d",
    "semantic_segmentation",
    "instance_segmentation",
    "distance_to_camera",
    "distance_to_image_plane",
    "normals",
    "motion_vectors",
    "occlusion",
    "camera_params",
)
"""What the ``basic`` writer can be asked for in the window; every other parameter of it is set in the recipe."""


@dataclass(frozen=True)
class WindowState:
    """Everything that a user sets beside the recipe's text.

    Attributes:
        recipe: Path of the recipe; empty = none.
        scene: Scene instead of the recipe's; empty = the recipe's own.
        cameras: Names of the cameras that make images; empty = all.
        frames: How many frames; 0 = as many as the recipe says.
        seed: Seed; -1 = the recipe's.
        output: Dataset folder; empty = the recipe's.
        own_writers: Whether ``writers`` and ``annotators`` replace those of the recipe.
        writers: Names of writers.
        annotators: What the ``basic`` writer annotates.
    """

    recipe: str = ""
    scene: str = ""
    cameras: tuple[str, ...] = ()
    frames: int = 0
    seed: int = -1
    output: str = ""
    own_writers: bool = False
    writers: tuple[str, ...] = ("basic", "coco")
    annotators: tuple[str, ...] = field(default=("rgb", "bounding_box_2d_tight"))

    def with_name(self, key: str, name: str, wanted: bool) -> "WindowState":
        """Return the state with a name added to, or taken out of, one of its lists."""
        names = [known for known in getattr(self, key) if known != name]
        return replace(self, **{key: tuple([*names, name] if wanted else names)})


def load_state(settings: Any) -> WindowState:
    """Return what ``carb.settings`` kept; a value of another kind than expected is left at its default."""
    known: dict[str, Any] = {}
    for entry in fields(WindowState):
        value = settings.get(f"{PERSISTENT_ROOT}/{entry.name}")
        if entry.type is int or entry.type == "int":
            good = isinstance(value, int) and not isinstance(value, bool)
        elif entry.type is bool or entry.type == "bool":
            good = isinstance(value, bool)
        elif entry.type is str or entry.type == "str":
            good = isinstance(value, str)
        else:  # lists are kept as one text: Kit's settings have no empty arrays
            good = isinstance(value, str)
            value = tuple(name for name in value.split("\n") if name) if good else ()
        if good:
            known[entry.name] = value
    return WindowState(**known)


def save_state(settings: Any, state: WindowState) -> None:
    """Write a state to ``carb.settings``."""
    for key, value in asdict(state).items():
        settings.set(f"{PERSISTENT_ROOT}/{key}", "\n".join(value) if isinstance(value, tuple) else value)


def overrides_of(state: WindowState, recipe_writers: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """Return what the window changes in its recipe, as ``key.path=value`` texts of ``--set``.

    Args:
        state: What is set.
        recipe_writers: Writers of the recipe with their parameters: those that stay keep them.
    """
    found = []
    if state.scene:
        found.append(f"scenewright.scene={_quoted(state.scene)}")
    if state.cameras:
        found.append(f"scenewright.cameras={_flow(list(state.cameras))}")
    if state.frames:
        found.append(f"scenewright.frames={state.frames}")
    if state.seed >= 0:
        found.append(f"scenewright.seed={state.seed}")
    if state.own_writers:
        found.append(f"scenewright.writers={_flow(_writers(state, recipe_writers or {}))}")
    return tuple(found)


def _writers(state: WindowState, recipe_writers: Mapping[str, Any]) -> dict[str, Any]:
    chosen = {}
    for name in state.writers:
        parameters = dict(recipe_writers.get(name) or {})
        if name == "basic":
            parameters = {key: value for key, value in parameters.items() if key not in ANNOTATORS}
            parameters.update(dict.fromkeys((key for key in ANNOTATORS if key in state.annotators), True))
        chosen[name] = parameters
    return chosen


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _flow(value: Any) -> str:
    """Return a value as YAML on one line (JSON is YAML)."""
    import json

    return json.dumps(value)
