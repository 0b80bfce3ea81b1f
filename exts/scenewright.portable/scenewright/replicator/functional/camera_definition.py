"""Cameras as Replicator authors them: UsdGeomCamera with ``cameraProjectionType`` and the ``ftheta…`` attributes of a lens."""

from collections.abc import Mapping
from typing import Any

from pxr import Sdf

from scenewright.replicator.functional.attribute_values import values_for
from scenewright.replicator.functional.layer_writes import AttributeColumn
from scenewright.replicator.functional.prim_arguments import unknown_name

__all__ = ["CAMERA_DEFAULTS", "LENS_ARGUMENTS", "PROJECTIONS", "attribute_of", "camera_columns"]

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

_LENS = {  # argument -> attribute, type, value of a fisheyePolynomial that does not give it
    "fisheye_nominal_width": ("fthetaWidth", _T.Float, 1936.0),
    "fisheye_nominal_height": ("fthetaHeight", _T.Float, 1216.0),
    "fisheye_optical_centre_x": ("fthetaCx", _T.Float, 970.94244),
    "fisheye_optical_centre_y": ("fthetaCy", _T.Float, 600.37482),
    "fisheye_max_fov": ("fthetaMaxFov", _T.Float, 200.0),
    **{f"fisheye_polynomial_{letter}": (f"fthetaPoly{letter.upper()}", _T.Float, 0.00245 if letter == "b" else 0.0)
       for letter in "abcdef"},
    **{f"fisheye_{name}": (name, _T.Float, None) for name in ("p0", "p1", "s0", "s1", "s2", "s3")},
    "openCV_focal_x": ("openCVFx", _T.Float, None),
    "openCV_focal_y": ("openCVFy", _T.Float, None),
    "cross_camera_reference_name": ("crossCameraReferenceName", _T.String, None),
}

_POSITIVE = ("focal_length", "horizontal_aperture", "fisheye_nominal_width", "fisheye_nominal_height", "fisheye_max_fov",
             "openCV_focal_x", "openCV_focal_y")

CAMERA_DEFAULTS: dict[str, Any] = {**{name: row[2] for name, row in _ATTRIBUTES.items()}, "projection_type": "pinhole"}
"""Arguments of a camera and their defaults: lengths as USD has them (tenths of a stage unit), clipping in stage units."""

PROJECTIONS = ("pinhole", "fisheyePolynomial", "fisheyeSpherical", "fisheyeKannalaBrandtK3", "fisheyeRadTanThinPrism",
               "omniDirectionalStereo", "pinholeOpenCV", "generalizedProjection")
"""Projection types of Replicator. A generalizedProjection is the pinhole: its textures have no arguments."""

LENS_ARGUMENTS = tuple(_LENS)
"""Arguments of the other projections, None by default; what is not given is not authored but for a fisheyePolynomial."""


def attribute_of(argument: str) -> str:
    """Return the name of the attribute that an argument sets."""
    return (_ATTRIBUTES.get(argument) or _LENS[argument])[0]


def camera_columns(count: int, values: Mapping[str, Any]) -> tuple[str, list[AttributeColumn]]:
    """Return the USD type and the columns of N cameras; the vertical aperture stays USD's default 15.2908.

    Args:
        count: Number of cameras N.
        values: Arguments of `CAMERA_DEFAULTS` and `LENS_ARGUMENTS`; each one value or N; None = the default.

    Raises:
        TypeError: Unknown argument or wrong type.
        ValueError: The projection type does not exist, a length that must be positive is not, or the clipping range is empty.
    """
    given = CAMERA_DEFAULTS | {name: value for name, value in values.items() if value is not None}
    projection = given.pop("projection_type")
    if projection not in PROJECTIONS:
        raise ValueError(unknown_name(str(projection), PROJECTIONS, "projection_type"))
    if projection == "fisheyePolynomial":
        given = {name: row[2] for name, row in _LENS.items() if row[2] is not None} | given
    columns = []
    for name, value in given.items():
        if name not in _ATTRIBUTES and name not in _LENS:
            raise TypeError(f"camera: {unknown_name(name, (*CAMERA_DEFAULTS, *LENS_ARGUMENTS), 'argument')}")
        attribute, value_type, _ = _ATTRIBUTES.get(name) or _LENS[name]
        column = values_for(value_type, value, count, f"camera {name}")
        for entry in column:
            _check(name, entry)
        columns.append(AttributeColumn(attribute, value_type, column))
    if projection != "pinhole":
        columns.append(AttributeColumn("cameraProjectionType", _T.Token, values_for(_T.Token, projection, count,
                                                                                    "camera projection_type")))
    return "Camera", columns


def _check(name: str, value: Any) -> None:
    if name in _POSITIVE and not value > 0.0:
        raise ValueError(f"camera {name}={value}; it must be greater than 0")
    if name in ("focus_distance", "f_stop") and value < 0.0:
        raise ValueError(f"camera {name}={value}; it cannot be negative")
    if name == "clipping_range" and not 0.0 < value[0] < value[1]:
        raise ValueError(f"camera clipping_range={tuple(value)}; give 0 < near < far, e.g. (0.01, 1000)")
