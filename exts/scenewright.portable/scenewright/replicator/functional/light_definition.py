"""UsdLux lights in physical units: which attributes each kind has and what they are at first."""

import itertools
from collections.abc import Mapping
from typing import Any

from pxr import Sdf, Usd

from scenewright.replicator.functional.attribute_values import values_for
from scenewright.replicator.functional.layer_writes import AttributeColumn
from scenewright.replicator.functional.prim_arguments import unknown_name
from scenewright.replicator.functional.shape_definition import metre

__all__ = ["LIGHT_KINDS", "light_columns"]

_T = Sdf.ValueTypeNames

_COMMON = {"intensity": _T.Float, "exposure": _T.Float, "color": _T.Color3f, "temperature": _T.Float, "normalize": _T.Bool,
           "diffuse": _T.Float, "specular": _T.Float}
_OWN = {
    "dome": ("DomeLight", {"texture": _T.Asset, "texture_format": _T.Token}),
    "distant": ("DistantLight", {"angle": _T.Float}),
    "sphere": ("SphereLight", {"radius": _T.Float}),
    "rect": ("RectLight", {"width": _T.Float, "height": _T.Float, "texture": _T.Asset}),
    "disk": ("DiskLight", {"radius": _T.Float}),
    "cylinder": ("CylinderLight", {"radius": _T.Float, "length": _T.Float}),
}
_METRES = {"radius": 0.5, "width": 1.0, "height": 1.0, "length": 1.0}
_ATTRIBUTES = {"temperature": "colorTemperature", "texture": "texture:file", "texture_format": "texture:format"}

LIGHT_KINDS: dict[str, dict[str, Sdf.ValueTypeName]] = {kind: {**_COMMON, **own} for kind, (_, own) in _OWN.items()}
"""Arguments of each kind of light with their types."""

DEFAULT_INTENSITY = 1000.0
"""Intensity of a light when none is given [nits; lux for a distant light]."""

_SPEC_CONFORMANT = 2505  # RTX reads lights without this number by an older scale


def light_columns(stage: Usd.Stage, kind: str, count: int, values: Mapping[str, Any]) -> tuple[str, list[AttributeColumn]]:
    """Return the USD type and the columns of N lights.

    Args:
        stage: Gives the unit; sizes that are not given are those of a light half a metre in radius or one metre wide.
        kind: One of `LIGHT_KINDS`.
        count: Number of lights N.
        values: Arguments of `LIGHT_KINDS`; each one value or N; None = not given. A temperature [K] is switched on by being
            given.

    Raises:
        TypeError: The kind has no such argument, or a value is of the wrong type.
        ValueError: Unknown kind, or a negative intensity, size or temperature.
    """
    if kind not in LIGHT_KINDS:
        raise ValueError(unknown_name(kind, LIGHT_KINDS, "light"))
    type_name, own = _OWN[kind]
    given = {name: value for name, value in values.items() if value is not None}
    given.setdefault("intensity", DEFAULT_INTENSITY)
    if kind == "distant":
        given.setdefault("normalize", True)  # intensity in lux, whatever the sun's angle
    for name in own.keys() & _METRES.keys():
        given.setdefault(name, _METRES[name] * metre(stage))
    columns = []
    for name in sorted(given):
        if name not in LIGHT_KINDS[kind]:
            raise TypeError(f"{kind}_light: {unknown_name(name, LIGHT_KINDS[kind], 'argument')}")
        value_type = LIGHT_KINDS[kind][name]
        column = values_for(value_type, given[name], count, f"{kind}_light {name}")
        if value_type == _T.Float and name != "exposure" and min(column, default=0.0) < 0.0:
            raise ValueError(f"{kind}_light {name}={min(column)}; it cannot be negative")
        columns.append(AttributeColumn(f"inputs:{_ATTRIBUTES.get(name, name)}", value_type, column))
    if "temperature" in given:
        columns.append(AttributeColumn("inputs:enableColorTemperature", _T.Bool, itertools.repeat(True)))
    columns.append(AttributeColumn("omni:rtx:usdluxVersion", _T.Int, itertools.repeat(_SPEC_CONFORMANT), custom=True))
    return type_name, columns
