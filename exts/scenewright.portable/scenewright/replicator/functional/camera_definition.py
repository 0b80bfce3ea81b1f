"""Pinhole cameras as Replicator authors them."""

from collections.abc import Mapping
from typing import Any

from pxr import Sdf

from scenewright.replicator.availability import unsupported
from scenewright.replicator.functional.attribute_values import values_for
from scenewright.replicator.functional.layer_writes import AttributeColumn
from scenewright.replicator.functional.prim_arguments import unknown_name

__all__ = ["CAMERA_DEFAULTS", "LENS_ARGUMENTS", "PROJECTIONS", "camera_columns"]

_T = Sdf.ValueTypeNames

_ATTRIBUTES = {  # argument -> attribute, type, default
    "focal_length": ("focalLength", _T.Float, 24.0),
    "focus_distance": ("focusDistance", _T.Float, 400.0),
    "f_stop": ("fStop", _T.Float, 0.0),
    "horizontal_aperture": ("horizontalAperture", _T.Float, 20.955),
    "horizontal_aperture_offset": ("horizontalApertureOffset", _T.Float, 0.0),
    "vertical_aperture_offset": ("verticalApertureOffset", _T.Float, 0.0),
    "clipping_range": ("clippingRange", _T.Float2, (1.0, 1000000.0)),
}

CAMERA_DEFAULTS: dict[str, Any] = {**{name: row[2] for name, row in _ATTRIBUTES.items()}, "projection_type": "pinhole"}
"""Arguments of a camera and their defaults: lengths as USD has them (tenths of a stage unit), clipping in stage units."""

PROJECTIONS = ("pinhole", "fisheyePolynomial", "fisheyeSpherical", "fisheyeKannalaBrandtK3", "fisheyeRadTanThinPrism",
               "omniDirectionalStereo", "pinholeOpenCV")
"""Projection types of Replicator; only "pinhole" is built."""

LENS_ARGUMENTS = ("fisheye_nominal_width", "fisheye_nominal_height", "fisheye_optical_centre_x", "fisheye_optical_centre_y",
                  "fisheye_max_fov", *(f"fisheye_polynomial_{letter}" for letter in "abcdef"), "fisheye_p0", "fisheye_p1",
                  *(f"fisheye_s{index}" for index in range(4)), "openCV_focal_x", "openCV_focal_y",
                  "cross_camera_reference_name")
"""Arguments of the other projections; giving one is an error that says so."""


def camera_columns(count: int, values: Mapping[str, Any]) -> tuple[str, list[AttributeColumn]]:
    """Return the USD type and the columns of N cameras; the vertical aperture stays USD's default 15.2908.

    Args:
        count: Number of cameras N.
        values: Arguments of `CAMERA_DEFAULTS`; each one value or N; None = the default.

    Raises:
        NotImplementedError: A projection other than "pinhole", or an argument of one, was asked for.
        TypeError: Unknown argument or wrong type.
        ValueError: A length that must be positive is not, or the clipping range is empty.
    """
    given = CAMERA_DEFAULTS | {name: value for name, value in values.items() if value is not None}
    _check_projection(given.pop("projection_type"), given)
    columns = []
    for name, value in given.items():
        attribute, value_type, _ = _ATTRIBUTES[name]
        column = values_for(value_type, value, count, f"camera {name}")
        for entry in column:
            _check(name, entry)
        columns.append(AttributeColumn(attribute, value_type, column))
    return "Camera", columns


def _check_projection(projection: str, given: Mapping[str, Any]) -> None:
    for name in given:
        if name in LENS_ARGUMENTS:
            unsupported(f"The camera argument {name} (a lens model)", "Only projection_type='pinhole' is.")
        if name not in _ATTRIBUTES:
            raise TypeError(f"camera: {unknown_name(name, CAMERA_DEFAULTS, 'argument')}")
    if projection not in PROJECTIONS:
        raise ValueError(unknown_name(str(projection), PROJECTIONS, "projection_type"))
    if projection != "pinhole":
        unsupported(f"The camera projection_type={projection!r}", "Only 'pinhole' is.")


def _check(name: str, value: Any) -> None:
    if name in ("focal_length", "horizontal_aperture") and not value > 0.0:
        raise ValueError(f"camera {name}={value}; it must be greater than 0")
    if name in ("focus_distance", "f_stop") and value < 0.0:
        raise ValueError(f"camera {name}={value}; it cannot be negative")
    if name == "clipping_range" and not 0.0 < value[0] < value[1]:
        raise ValueError(f"camera clipping_range={tuple(value)}; give 0 < near < far, e.g. (0.01, 1000)")
