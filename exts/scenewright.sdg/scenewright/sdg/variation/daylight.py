"""Sun and sky as lights of a stage: what stays, and what a time and place write to them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from pxr import Sdf, Usd, UsdGeom, UsdLux

from scenewright.sdg.recipe.poses import look_at_rotation
from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.files import scratch_folder
from scenewright.sdg.variation.sky import SunSky, write_radiance_hdr

__all__ = ["EXPOSURE", "DaylightValues", "daylight_values", "make_daylight", "parsed_time"]

EXPOSURE = -5.0
"""Stops by which daylight is dimmed unless told otherwise: cameras as scripts leave them are exposed for rooms."""
_ANGLE = 0.533
"""Angle that the sun fills [degrees]."""


@dataclass(frozen=True)
class DaylightValues:
    """What lights get.

    Attributes:
        sun_angles: Local XYZ angles of the distant light [degrees].
        sky_angles: Those of the dome.
        intensity: Of the distant light [lx].
        color: Of the distant light, linear Rec. 709.
        file: Latlong picture of the dome [cd/m2].
    """

    sun_angles: tuple[float, float, float]
    sky_angles: tuple[float, float, float]
    intensity: float
    color: tuple[float, float, float]
    file: str


def make_daylight(stage: Usd.Stage, name: str = "SunSky", exposure: float = EXPOSURE) -> tuple[Usd.Prim, Usd.Prim]:
    """Define a distant light and a dome below ``/Replicator`` and return them.

    Args:
        stage: Where to.
        name: Name of the Xform above both; a number is added where it is taken.
        exposure: Stops that both get.
    """
    path, number = Sdf.Path("/Replicator").AppendChild(name), 0
    while stage.GetPrimAtPath(path):
        number += 1
        path = Sdf.Path("/Replicator").AppendChild(f"{name}_{number:02d}")
    UsdGeom.Xform.Define(stage, path)
    sun = UsdLux.DistantLight.Define(stage, path.AppendChild("Sun"))
    sky = UsdLux.DomeLight.Define(stage, path.AppendChild("Sky"))
    for light in (sun, sky):
        light.CreateExposureAttr(exposure)
        light.GetPrim().CreateAttribute("omni:rtx:usdluxVersion", Sdf.ValueTypeNames.Int).Set(2505)
    sun.CreateAngleAttr(_ANGLE)
    sun.CreateNormalizeAttr(True)
    sky.CreateIntensityAttr(1.0)
    sky.CreateTextureFormatAttr(UsdLux.Tokens.latlong)
    return sun.GetPrim(), sky.GetPrim()


def daylight_values(found: SunSky, stage: Usd.Stage, north: float = 0.0) -> DaylightValues:
    """Return what the lights of `make_daylight` get; the dome's picture is written to a file that lasts as the process does.

    North is +Y of a stage whose Z points up, and -Z of one whose Y does; east is +X.

    Args:
        found: The daylight.
        stage: Decides what is up.
        north: Heading of that axis [degrees].
    """
    file = scratch_folder() / f"sky_{hashlib.blake2b(found.picture.tobytes(), digest_size=8).hexdigest()}.hdr"
    if not file.exists():
        write_radiance_hdr(file, found.picture)
    z_up, heading = UsdGeom.GetStageUpAxis(stage) == UsdGeom.Tokens.z, np.radians(north)
    east, forward, up = found.direction
    east, forward = (np.cos(heading) * east - np.sin(heading) * forward, np.sin(heading) * east + np.cos(heading) * forward)
    towards = np.array([[east, forward, up]] if z_up else [[east, up, -forward]])
    upwards = np.array([[0.0, 0.0, 1.0] if z_up else [0.0, 1.0, 0.0]])
    tilt = look_at_rotation(towards, np.zeros((1, 3)), upwards, np.eye(4)[None])[0]
    return DaylightValues(
        tuple(tilt.tolist()),
        (0.0, 0.0, north) if z_up else (0.0, north, 0.0),
        found.sun_illuminance,
        tuple(float(part) for part in found.sun_color),
        str(file),
    )


def parsed_time(text: str) -> datetime:
    """Return a time with its zone.

    Raises:
        VariationError: It is no time, or has no zone.
    """
    try:
        when = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise VariationError(f"'time' is {text!r}, which is no time. Write it like 2025-06-21T14:30:00+02:00.") from None
    if when.tzinfo is None:
        raise VariationError(f"'time' is '{text}', which has no zone. Add one, such as +02:00 or Z.")
    return when
