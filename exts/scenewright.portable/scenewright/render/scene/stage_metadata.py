"""What a stage's root layer says about lengths, times and directions."""

import math

from pxr import Usd, UsdGeom

from scenewright.render.scene.errors import SceneError

__all__ = ["codes_per_second", "meters_per_unit"]


def meters_per_unit(stage: Usd.Stage) -> float:
    """Return the metres in one stage unit.

    Raises:
        SceneError: The stage says that it is no positive number.
    """
    return _positive("metersPerUnit", UsdGeom.GetStageMetersPerUnit(stage))


def codes_per_second(stage: Usd.Stage) -> float:
    """Return the time codes in a second.

    Raises:
        SceneError: The stage says that it is no positive number.
    """
    return _positive("timeCodesPerSecond", stage.GetTimeCodesPerSecond())


def _positive(name: str, value: float) -> float:
    if not 0.0 < value < math.inf:
        raise SceneError(f"The stage's {name} is {value:g}; it must be a number above 0. Correct the root layer's metadata.")
    return float(value)
