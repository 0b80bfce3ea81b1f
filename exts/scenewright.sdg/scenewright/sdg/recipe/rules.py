"""What the keywords of a call must satisfy beyond their kinds: bounds, alternatives, and numbers per draw."""

from collections.abc import Callable

from scenewright.sdg.recipe.findings import Finding, Mark, choices_text
from scenewright.sdg.recipe.functions import FUNCTIONS, KINDS, WRITERS, Keyword, find_writer
from scenewright.sdg.recipe.program import Call, Items, Literal, Value
from scenewright.sdg.recipe.scene_functions import SCENE_RULES
from scenewright.sdg.recipe.values import DIMENSIONS, dimensions, fits, is_number

__all__ = ["check_call", "check_distribution_fit", "check_writer_parameters", "draw_dimensions", "usable_writers"]

_LIGHTS = ("cylinder", "disk", "distant", "dome", "rect", "sphere")
_PROJECTIONS = (
    "pinhole",
    "fisheyePolynomial",
    "fisheyeSpherical",
    "fisheyeKannalaBrandtK3",
    "fisheyeRadTanThinPrism",
    "omniDirectionalStereo",
    "pinholeOpenCV",
    "generalizedProjection",
)
_APPROXIMATIONS = (
    "none",
    "convexHull",
    "convexDecomposition",
    "boundingSphere",
    "boundingCube",
    "meshSimplification",
    "sdf",
)
_ROTATION_ORDERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")
_LIMITS = {"count": 100_000, "num_samples": 1_000_000, "size": 1_000_000, "rt_subframes": 10_000}
"""Beyond these a slip of the keyboard would fill the memory, or render for days, before anybody sees a frame."""
_Report = Callable[[str, str, str], None]


def check_call(call: Call, findings: list[Finding]) -> None:
    """Add a finding for each keyword of a call whose value is of the right kind but not allowed."""
    values = {name: arg.value for name, arg in call.args.items() if isinstance(arg, Literal)}

    def report(keyword: str, message: str, remedy: str) -> None:
        mark = call.args[keyword].mark if keyword in call.args else call.mark
        findings.append(Finding.at(mark, f"`{call.function}`: {message}", remedy))

    _check_common(call, values, report)
    if call.function in _RULES:
        _RULES[call.function](call, values, report)


def _check_common(call: Call, values: dict, report: _Report) -> None:
    for keyword in ("count", "num_samples", "size", "interval", "rt_subframes"):
        if keyword == "interval" and call.function == "trigger.on_time":
            continue
        value = values.get(keyword)
        if isinstance(value, int) and value < 1:
            report(keyword, f"'{keyword}' is {value}.", "It must be at least 1.")
        if isinstance(value, int) and keyword in _LIMITS and value > _LIMITS[keyword]:
            report(keyword, f"'{keyword}' is {value}.", f"It must be at most {_LIMITS[keyword]}.")
    for keyword in ("max_execs", "num_frames", "num"):
        if isinstance(values.get(keyword), int) and values[keyword] < 0:
            report(keyword, f"'{keyword}' is {values[keyword]}.", "Give the number of executions, or 0 for no limit.")
    if "look_at" in call.args and any(name.startswith("rotation") and name != "rotation_order" for name in call.args):
        report("look_at", "'look_at' and 'rotation' are both given.", "Give one of the two.")
    if call.function == "modify.pose" and "size" in call.args and "scale" in call.args:
        report("size", "'size' and 'scale' are both given.", "Give one of the two.")
    axes = [a for a in ("x", "y", "z") for n in ("position", "rotation") if n in call.args and f"{n}_{a}" in call.args]
    if call.function == "modify.pose" and axes:
        report("position", "a whole vector and one of its axes are both given.", "Give the vector, or the axes.")


def _one_of(keyword: str, allowed: tuple[str, ...], fold: bool = False) -> Callable[[Call, dict, _Report], None]:
    def check(call: Call, values: dict, report: _Report) -> None:
        value = values.get(keyword)
        if isinstance(value, str) and (value.lower() if fold else value) not in allowed:
            report(keyword, f"'{keyword}' is '{value}'.", choices_text(value, allowed))

    return check


def _positive(keyword: str) -> Callable[[Call, dict, _Report], None]:
    def check(call: Call, values: dict, report: _Report) -> None:
        if is_number(values.get(keyword)) and values[keyword] <= 0:
            report(keyword, f"'{keyword}' is {values[keyword]}.", "It must be positive.")

    return check


def _camera(call: Call, values: dict, report: _Report) -> None:
    _one_of("projection_type", _PROJECTIONS)(call, values, report)
    clipping = values.get("clipping_range")
    if clipping and not 0 < clipping[0] < clipping[1]:
        report("clipping_range", f"'clipping_range' is {clipping}.", "Give [near, far] with 0 < near < far.")
    for keyword in ("focal_length", "horizontal_aperture"):
        if is_number(values.get(keyword)) and values[keyword] <= 0:
            report(keyword, f"'{keyword}' is {values[keyword]}.", "It must be positive.")


def _bounds(first: str, second: str) -> Callable[[Call, dict, _Report], None]:
    def check(call: Call, values: dict, report: _Report) -> None:
        low, high = dimensions(values.get(first)), dimensions(values.get(second))
        if low and high and low != high and 1 not in (low, high):
            report(second, f"'{first}' has {low} numbers and '{second}' has {high}.", "Give both the same number.")
        numbers = lambda key: values[key] if isinstance(values.get(key), list) else [values.get(key)]  # noqa: E731
        if call.function == "distribution.normal" and high and min(numbers("std")) < 0:
            report("std", f"'std' is {values['std']}.", "A standard deviation is not negative.")
        if call.function == "distribution.log_uniform" and low and high and min(numbers("lower") + numbers("upper")) <= 0:
            report("lower", "bounds must be positive.", "Give positive 'lower' and 'upper'.")

    return check


def _choice(call: Call, values: dict, report: _Report) -> None:
    weights, choices = values.get("weights"), call.args.get("choices")
    count = len(choices.items) if isinstance(choices, Items) else len(choices.value) if isinstance(choices, Literal) else None
    if weights and count is not None and len(weights) != count:
        report("weights", f"{len(weights)} weights for {count} choices.", "Give one weight for each choice.")
    if weights and sum(weights) <= 0:
        report("weights", "all weights are 0.", "At least one must be positive.")
    wanted = values.get("num_samples", 1)
    if values.get("with_replacements") is False and count is not None and isinstance(wanted, int) and wanted > count:
        report(
            "num_samples",
            f"{wanted} samples without replacement from {count} choices.",
            "Ask for fewer, or allow replacements.",
        )


def _instantiate(call: Call, values: dict, report: _Report) -> None:
    _one_of("mode", ("scene_instance", "point_instance", "reference"))(call, values, report)
    paths, weights = values.get("paths"), values.get("weights")
    if weights and isinstance(paths, list) and len(paths) != len(weights):
        report("weights", f"{len(weights)} weights for {len(paths)} paths.", "Give one weight for each path.")


def _writer(call: Call, values: dict, report: _Report) -> None:
    name = values.get("name")
    if not isinstance(name, str):
        return
    writer = find_writer(name)
    if writer is None:
        report("name", f"unknown writer '{name}'.", choices_text(name, usable_writers()))
    elif writer.never:
        report("name", f"{name} {writer.never}, so it is no writer for datasets.", "Use another one, or a script.")
    else:
        for key, message, remedy in check_writer_parameters(name, values.get("init_params") or {}):
            report("init_params", f"{message} (key '{key}' of init_params)", remedy)


def usable_writers() -> list[str]:
    """Return the names of the writers that recipes can use wherever they are read."""
    return [name for name, writer in WRITERS.items() if not writer.never]


def _scatter_3d(call: Call, values: dict, report: _Report) -> None:
    if values.get("viz_sampled_voxels"):
        report("viz_sampled_voxels", "there are no voxels to show: places are exact.", "Leave it out.")


def _timeline(call: Call, values: dict, report: _Report) -> None:
    kind = values.get("modify_type", "set")
    if kind in ("add", "add_time", "add_frame"):
        report("modify_type", f"'{kind}' goes on from where other frames were, but any frame can be made alone.", "Set a time.")
    else:
        _one_of("modify_type", ("set", "set_time", "set_frame"))(call, values, report)


def _prim_type_filter(call: Call, values: dict, report: _Report) -> None:
    for keyword in ("path_pattern", "path_pattern_exclusion"):
        if isinstance(values.get(keyword), str):
            _check_regex(keyword, values[keyword], report)


def _check_regex(keyword: str, pattern: str, report: _Report) -> None:
    import re

    try:
        re.compile(pattern)
    except re.error as error:
        report(keyword, f"'{pattern}' is no regular expression: {error}.", "Correct it; `.` stands for any character.")


_RULES: dict[str, Callable[[Call, dict, _Report], None]] = {
    "create.light": _one_of("light_type", _LIGHTS, fold=True),
    "create.camera": _camera,
    "modify.pose": _one_of("rotation_order", _ROTATION_ORDERS),
    "modify.semantics": _one_of("mode", ("add", "replace", "clear")),
    "distribution.uniform": _bounds("lower", "upper"),
    "distribution.log_uniform": _bounds("lower", "upper"),
    "distribution.normal": _bounds("mean", "std"),
    "distribution.choice": _choice,
    "randomizer.instantiate": _instantiate,
    "randomizer.scatter_3d": _scatter_3d,
    "create.stereo_camera": _camera,
    "modify.timeline": _timeline,
    "trigger.on_time": _positive("interval"),
    "physics.collider": _one_of("approximation_shape", _APPROXIMATIONS),
    "settings.set_physx_timestep": _positive("dt"),
    "settings.set_stage_meters_per_unit": _positive("meters_per_unit"),
    "settings.set_stage_up_axis": _one_of("up_axis", ("Y", "Z")),
    "settings.set_render_rtx_realtime": _one_of("antialiasing", ("Off", "off", "TAA", "FXAA", "DLSS", "DLAA")),
    "writers.get": _writer,
    **SCENE_RULES,
    **{name: _prim_type_filter for name in FUNCTIONS if name.startswith("get.") and name != "get.prim_at_path"},
}


def check_writer_parameters(name: str, parameters: dict) -> list[tuple[str, str, str]]:
    """Return (key, message, remedy) for each parameter that the writer does not take or that has the wrong type."""
    writer = find_writer(name)
    keywords = writer.parameters if writer else None
    found = []
    for key, value in parameters.items() if keywords is not None else ():
        keyword = keywords.get(key)
        if keyword is None:
            found.append((key, f"{name} has no parameter '{key}'.", choices_text(key, keywords)))
        elif value is not None and not fits(value, keyword.kind):
            found.append((key, f"'{key}' needs {KINDS[keyword.kind].text}, not {value!r}.", ""))
    return found


def draw_dimensions(call: Call) -> int | None:
    """Return how many numbers one draw of a distribution has, or None where that is not known from the file."""
    args = call.args
    if call.function in ("distribution.uniform", "distribution.log_uniform", "distribution.normal"):
        sizes = [dimensions(arg.value) for arg in args.values() if isinstance(arg, Literal) and dimensions(arg.value)]
        bounds = [k for k in ("lower", "upper", "mean", "std") if k in args]
        known = [dimensions(args[k].value) for k in bounds if isinstance(args[k], Literal)]
        return max((size for size in known if size), default=None) if sizes else None
    if call.function == "distribution.combine":
        parts = args.get("distributions")
        return len(parts.items) if isinstance(parts, Items) else None
    return None


def check_distribution_fit(call: Call, keyword: Keyword, mark: Mark, key: str, findings: list[Finding]) -> None:
    """Add a finding where the draws of a distribution cannot be values of a keyword."""
    wanted = DIMENSIONS.get(keyword.kind)
    where = f"`{key}`: '{keyword.name}'" if key else f"'{keyword.name}'"
    size = draw_dimensions(call)
    if size is not None and wanted is not None and size not in wanted:
        findings.append(
            Finding.at(
                mark,
                f"{where} needs {KINDS[keyword.kind].text}; this distribution draws {size} number{'s' if size > 1 else ''}.",
                "Give bounds with as many numbers.",
            )
        )
    elif size is not None and wanted is None and keyword.kind not in ("any", "choices"):
        findings.append(
            Finding.at(
                mark,
                f"{where} needs {KINDS[keyword.kind].text}; this distribution draws numbers.",
                "Use distribution.choice or distribution.sequence.",
            )
        )
    for item in _alternatives(call):
        if keyword.kind != "choices" and isinstance(item, Literal) and not _alternative_fits(item.value, keyword.kind):
            findings.append(Finding.at(item.mark, f"{where} needs {KINDS[keyword.kind].text}, not {item.value!r}."))
        elif isinstance(item, Call) and item.function.startswith("distribution."):
            check_distribution_fit(item, keyword, item.mark, key, findings)


def _alternative_fits(value: object, kind: str) -> bool:
    # Rows of a two-dimensional sequence are sequences for one prim each.
    return fits(value, kind) or (isinstance(value, list) and bool(value) and all(fits(item, kind) for item in value))


def _alternatives(call: Call) -> tuple[Value, ...]:
    if call.function not in ("distribution.choice", "distribution.sequence"):
        return ()
    values = call.args.get("choices", call.args.get("items"))
    if isinstance(values, Items):
        return values.items
    if isinstance(values, Literal) and isinstance(values.value, list):
        return tuple(Literal(item, values.mark) for item in values.value)
    return (values,) if isinstance(values, Call) else ()
