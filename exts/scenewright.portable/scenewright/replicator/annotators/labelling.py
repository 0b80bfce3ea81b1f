"""What the label annotators share: their parameters, the label table of a capture, and dictionaries of what is in view."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scenewright.host.settings import get_settings
from scenewright.replicator.annotators.regions import prim_runs
from scenewright.replicator.annotators.semantic_filter import make_filter
from scenewright.replicator.annotators.template import AnnotatorError, AnnotatorOutput
from scenewright.replicator.palette import palette

if TYPE_CHECKING:
    from scenewright.render import EntityCoverage, LabelTable
    from scenewright.replicator.capture import Capture

__all__ = ["BACKGROUND", "COLORIZE_PARAMETERS", "FILTER_PARAMETERS", "FIRST_ID", "GLOBAL_FILTER_SETTING", "UNLABELLED",
           "check_label_parameters", "coverage_of", "filter_key", "joined", "label_table", "occlusion_ratios",
           "segmentation", "visible_pixels"]

BACKGROUND = "BACKGROUND"
UNLABELLED = "UNLABELLED"
GLOBAL_FILTER_SETTING = "/scenewright/annotators/semanticFilter"
"""Carb setting: the predicate of annotators without one of their own. Scripts set it through
``omni.syntheticdata.SyntheticData.Get().set_instance_mapping_semantic_filter``."""

FIRST_ID = 2
"""Ids below are reserved: 0 background, 1 unlabelled."""

FILTER_PARAMETERS: dict[str, Any] = {"semanticTypes": None, "semanticFilter": None}
COLORIZE_PARAMETERS: dict[str, Any] = {"colorize": False, "mapping": None, **FILTER_PARAMETERS}


def check_label_parameters(name: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return ``params`` in canonical form: types as a list, the mapping as ``{"type:label": [r, g, b, a]}``.

    Raises:
        AnnotatorError: A value is of the wrong kind, or the filter or mapping cannot be read.
    """
    types = params["semanticTypes"]
    types = [types] if isinstance(types, str) else None if types is None else [str(t) for t in types]
    try:
        make_filter(types, params["semanticFilter"])
        checked = {**params, "semanticTypes": types}
        if "mapping" in params:
            checked["mapping"] = _parse_mapping(params["mapping"])
    except (ValueError, TypeError) as error:
        raise AnnotatorError(f"Annotator '{name}': {error}") from error
    return checked


def label_table(capture: "Capture", params: Mapping[str, Any]) -> "LabelTable":
    """Return the label table of the capture under the annotator's filter, or the global one where it has none.

    GeomSubsets count where carb ``/syntheticdata/sensors/perSubsetSegmentation`` is on.
    """
    types, predicate = filter_key(params)
    per_subset = get_settings().get_as_bool("/syntheticdata/sensors/perSubsetSegmentation")
    return capture.labels(make_filter(types, predicate), filter_key(params), per_subset)


def coverage_of(capture: "Capture", params: Mapping[str, Any], masks: bool = False) -> "EntityCoverage":
    """Return what every entity of the annotator's label table would cover without occluders, with ``masks`` if asked for.

    Computed once, with masks where any annotator of the render product wants them.
    """
    table = label_table(capture, params)
    masks = masks or any(getattr(annotator, "wants_masks", False)
                         for annotator in getattr(capture.render_product, "annotators", ()))
    return capture.once(("coverage", filter_key(params), masks), lambda: capture.frame.coverage(table, masks=masks))


def visible_pixels(capture: "Capture", params: Mapping[str, Any]) -> np.ndarray:
    """Return how many pixels of each entity are visible, (E,) int64, computed once."""
    table = label_table(capture, params)
    size = len(table.entity_paths) + FIRST_ID
    return capture.once(("visible", filter_key(params)),
                        lambda: prim_runs(capture).counts(table.instance_of_prim, size)[FIRST_ID:])


def occlusion_ratios(capture: "Capture", params: Mapping[str, Any]) -> np.ndarray:
    """Return 1 - visible / unoccluded pixels of each entity: (E,) float32 in 0..1, -1 where it covers no pixel of the frame."""

    def compute() -> np.ndarray:
        total = np.asarray(coverage_of(capture, params).pixels)
        visible = visible_pixels(capture, params)
        ratio = 1.0 - visible / np.maximum(total, 1)
        return np.where(total > 0, np.clip(ratio, 0.0, 1.0), -1.0).astype(np.float32)

    return capture.once(("occlusion", filter_key(params)), compute)


def segmentation(capture: "Capture", group_of_prim: np.ndarray, dictionaries: Mapping[str, Callable[[int], Any]], *,
                 colorize: bool, fast: bool, colors: Mapping[int, Iterable[int]] | None = None) -> AnnotatorOutput:
    """Paint the groups of prim ids and describe those in view.

    Args:
        capture: The capture.
        group_of_prim: Id of each row of ``Frame.prim_paths``: 0 background, 1 unlabelled, then groups.
        dictionaries: For each info key a function from an id (0 and 1 included) to its value.
        colorize: Palette colours instead of ids.
        fast: Int or tuple keys instead of strings.
        colors: RGBA of single ids that differ from the palette.

    Returns:
        uint32 (H, W) ids, or uint8 (H, W, 4) colours. The dictionaries hold the reserved ids and the ids in view.
    """
    runs = prim_runs(capture)
    size = max(int(group_of_prim.max(initial=0)) + 1, FIRST_ID)
    in_view = np.flatnonzero(runs.counts(group_of_prim, size)[FIRST_ID:]) + FIRST_ID
    ids = [0, 1, *in_view.tolist()]
    if colorize:
        table = palette(size).copy()
        for index, color in (colors or {}).items():
            table[index] = color
        data = runs.paint(table.view("<u4").ravel()[group_of_prim]).view(np.uint8).reshape(*runs.shape, 4)
        keys = [tuple(color) for color in table[ids].tolist()]
    else:
        data = runs.paint(np.asarray(group_of_prim, np.uint32))
        keys = ids
    names = keys if fast else [str(key) for key in keys]
    return AnnotatorOutput(data, {info: {name: describe(index) for name, index in zip(names, ids, strict=True)}
                                  for info, describe in dictionaries.items()})


def joined(labels: Mapping[str, Any], index: int) -> dict[str, str]:
    """Return the label dict of a reserved id, or ``labels`` as a new dict."""
    return {"class": BACKGROUND} if index == 0 else {"class": UNLABELLED} if index == 1 else dict(labels)


def filter_key(params: Mapping[str, Any]) -> Any:
    """Return what identifies the label filter of an annotator's parameters."""
    types = params["semanticTypes"]
    predicate = params["semanticFilter"] or get_settings().get_as_string(GLOBAL_FILTER_SETTING)
    return None if types is None else tuple(types), predicate or None


def _parse_mapping(mapping: str | Mapping[str, Iterable[int]] | None) -> dict[str, list[int]] | None:
    if not mapping:
        return None
    if isinstance(mapping, str):
        try:
            mapping = json.loads(mapping)
        except json.JSONDecodeError as error:
            raise ValueError(f"mapping is no valid JSON ({error}). Example: '{{\"class:car\": [255, 0, 0, 255]}}'.") from None
    if not isinstance(mapping, Mapping):
        raise TypeError(f"mapping is a dict or its JSON text, got {type(mapping).__name__}.")
    parsed = {}
    for key, color in mapping.items():
        values = [int(c) for c in color]
        if len(values) not in (3, 4) or not all(0 <= v <= 255 for v in values):
            raise ValueError(f"mapping['{key}'] is a colour [r, g, b] or [r, g, b, a] of 0..255, got {list(color)}.")
        parsed[str(key)] = [*values, 255][:4]
    return parsed
