"""Where the sun stands, by time and place."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from scenewright.sdg.variation.errors import VariationError, checked_number

__all__ = ["SunPosition", "sun_position"]


@dataclass(frozen=True)
class SunPosition:
    """The sun as seen from a place.

    Attributes:
        elevation: Angle above the horizon, refraction not considered [degrees].
        apparent_elevation: The same as light bent by the air shows it [degrees].
        azimuth: From north over east [degrees], 0 to 360.
        distance: From the Earth [astronomical units].
    """

    elevation: float
    apparent_elevation: float
    azimuth: float
    distance: float


def sun_position(when: datetime, latitude: float, longitude: float) -> SunPosition:
    """Return the position of the sun's centre; good to 0.02 degrees from 1950 to 2050.

    The ecliptic position is the Astronomical Almanac's low-precision formula (page C5; Michalsky, "The Astronomical Almanac's
    algorithm for approximate solar position", Solar Energy 40, 1988), time is Greenwich mean sidereal time (Meeus, Astronomical
    Algorithms, equation 12.4), refraction is Saemundsson's formula (Meeus, equation 16.4) for 10 degrees C and 1010 hPa.

    Args:
        when: Time with its zone.
        latitude: Degrees north.
        longitude: Degrees east.

    Raises:
        VariationError: The time has no zone, or the place is out of bounds.
    """
    if when.tzinfo is None:
        raise VariationError(f"the time {when.isoformat()} has no zone. Add one, such as +01:00 or Z.")
    latitude = checked_number("latitude", latitude, -90.0, 90.0, "degrees north")
    longitude = checked_number("longitude", longitude, -180.0, 180.0, "degrees east")
    days = (when.astimezone(UTC) - datetime(2000, 1, 1, 12, tzinfo=UTC)).total_seconds() / 86400.0
    mean_longitude = 280.460 + 0.9856474 * days
    anomaly = np.radians((357.528 + 0.9856003 * days) % 360.0)
    ecliptic = np.radians((mean_longitude + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2.0 * anomaly)) % 360.0)
    tilt = np.radians(23.439 - 4.0e-7 * days)
    ascension = np.arctan2(np.cos(tilt) * np.sin(ecliptic), np.cos(ecliptic))
    declination = np.arcsin(np.sin(tilt) * np.sin(ecliptic))
    sidereal = np.radians((280.46061837 + 360.98564736629 * days + longitude) % 360.0)
    hour, north = sidereal - ascension, np.radians(latitude)
    sin_elevation = np.sin(north) * np.sin(declination) + np.cos(north) * np.cos(declination) * np.cos(hour)
    elevation = float(np.degrees(np.arcsin(np.clip(sin_elevation, -1.0, 1.0))))
    azimuth = np.degrees(
        np.arctan2(
            -np.sin(hour) * np.cos(declination),
            np.sin(declination) * np.cos(north) - np.cos(declination) * np.cos(hour) * np.sin(north),
        )
    )
    distance = 1.00014 - 0.01671 * np.cos(anomaly) - 0.00014 * np.cos(2.0 * anomaly)
    return SunPosition(elevation, elevation + _refraction(elevation), float(azimuth % 360.0), float(distance))


def _refraction(elevation: float) -> float:
    """Return by how much air lifts the sun [degrees]; nothing where it is well below the horizon."""
    if elevation < -1.0:
        return 0.0
    return float(1.02 / np.tan(np.radians(elevation + 10.3 / (elevation + 5.11))) / 60.0)
