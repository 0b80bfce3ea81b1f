"""The functions of the module ``scenes``: whole places that a recipe has built, and full domain randomization."""

from collections.abc import Callable

from scenewright.sdg.recipe.findings import choices_text
from scenewright.sdg.recipe.program import Call

__all__ = ["SCENE_FUNCTIONS", "SCENE_RULES"]

_BUILD = "assets:paths! size:vec3 lights:number randomize:strs per_sequence:strs must_fit:bool name:str "
SCENE_FUNCTIONS: dict[str, tuple[str, str]] = {
    "scenes.warehouse": (_BUILD + "aisle:number fill:number staging:int extras:int", "prims"),
    "scenes.shelf": (_BUILD + "bays:int fill:number mess:number", "prims"),
    "scenes.room": (_BUILD + "seats:int clutter:number", "prims"),
    "scenes.domain": (
        "textures:paths colors:vec3s looks:bool lights:vec2 distractors:int volume:vec3s cameras:number input_prims:prims",
        "none",
    ),
}
"""Function -> (keywords, result), as in the table of all functions."""

_LEVELS = ("layout", "objects", "looks", "lights", "cameras")  # as scenewright.sdg.scenes.plan.LEVELS; a test holds them equal
_Report = Callable[[str, str, str], None]


def _levels(call: Call, values: dict, report: _Report) -> None:
    for keyword in ("randomize", "per_sequence"):
        given = values.get(keyword)
        for level in [given] if isinstance(given, str) else given or ():
            if level not in _LEVELS and not (keyword == "randomize" and level in ("all", "none")):
                report(keyword, f"'{keyword}' names '{level}'.", choices_text(str(level), (*_LEVELS, "all", "none")))
    for keyword in ("fill", "mess", "clutter"):
        value = values.get(keyword)
        if isinstance(value, int | float) and not 0.0 <= value <= 1.0:
            report(keyword, f"'{keyword}' is {value}.", "Give a share from 0 to 1.")


def _domain(call: Call, values: dict, report: _Report) -> None:
    lights = values.get("lights")
    if isinstance(lights, list) and not 0.0 < lights[0] <= lights[1]:
        report("lights", f"'lights' is {lights}.", "Give [lowest, highest] factor of the intensity with 0 < lowest <= highest.")
    count = values.get("distractors")
    if isinstance(count, int) and not 0 <= count <= 10_000:
        report("distractors", f"'distractors' is {count}.", "Give a number from 0 to 10000.")
    volume = values.get("volume")
    if volume is not None and not _is_box(volume):
        report("volume", f"'volume' is {volume}.", "Give the lowest and the highest corner: [[x0, y0, z0], [x1, y1, z1]].")


def _is_box(volume: object) -> bool:
    if not (isinstance(volume, list) and len(volume) == 2 and all(isinstance(c, list) and len(c) == 3 for c in volume)):
        return False
    return all(low < high for low, high in zip(*volume, strict=True))


SCENE_RULES: dict[str, Callable[[Call, dict, _Report], None]] = {
    **dict.fromkeys(("scenes.warehouse", "scenes.shelf", "scenes.room"), _levels),
    "scenes.domain": _domain,
}
"""Function -> what its keywords must satisfy."""
