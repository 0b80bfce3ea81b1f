"""Fog from carb settings."""

from typing import TYPE_CHECKING

from pxr import UsdGeom

from scenewright.host.settings import get_settings
from scenewright.host.stage_context import get_context

if TYPE_CHECKING:
    from scenewright.render import Fog

__all__ = ["fog_from_settings"]

_REACH = 1000.0  # metres, where /rtx/fog/fogEndDist is not set


def fog_from_settings() -> "Fog | None":
    """Return the fog that settings ask for, None for clear air.

    ``/scenewright/fog/density`` [1/m] switches on fog that lights shine through, with ``falloff`` [1/m], ``base`` [m],
    ``color``, ``albedo``, ``anisotropy``, ``start`` and ``reach`` [m] beside it: see ``scenewright.render.Fog``.

    Otherwise ``/rtx/fog/enabled`` does, with RTX's keys in stage units: an even density ``fogDistanceDensity``, or where
    ``fogHeightFalloff`` and ``fogHeightDensity`` are positive the latter, falling off above ``fogStartHeight``; from
    ``fogStartDist`` to ``fogEndDist``; ``fogColor`` times ``fogColorIntensity`` as the colour of endless fog, lit by nothing.
    RTX does not document its curves: densities count as extinction here.

    Raises:
        ValueError: A number out of range.
    """
    from scenewright.render import Fog

    own = _number("/scenewright/fog/density")
    if own is not None:
        options = {name: _number(f"/scenewright/fog/{name}") for name in ("falloff", "base", "anisotropy", "start", "reach")}
        options |= {name: _color(f"/scenewright/fog/{name}") for name in ("color", "albedo")}
        fog = Fog(own, **{name: value for name, value in options.items() if value is not None})
        return fog if own > 0.0 else None
    if not get_settings().get_as_bool("/rtx/fog/enabled"):
        return None
    stage = get_context().get_stage()
    unit = UsdGeom.GetStageMetersPerUnit(stage) if stage else 1.0
    height, falloff = (_number(f"/rtx/fog/fogHeight{name}") or 0.0 for name in ("Density", "Falloff"))
    rising = height > 0.0 and falloff > 0.0
    density = height if rising else _number("/rtx/fog/fogDistanceDensity") or 0.0
    end = _number("/rtx/fog/fogEndDist")
    color = _color("/rtx/fog/fogColor") or (1.0, 1.0, 1.0)
    scale = _number("/rtx/fog/fogColorIntensity")
    scale = 1.0 if scale is None else scale
    fog = Fog(
        density / unit,
        falloff=falloff / unit if rising else 0.0,
        base=(_number("/rtx/fog/fogStartHeight") or 0.0) * unit,
        color=(color[0] * scale, color[1] * scale, color[2] * scale),
        albedo=(0.0, 0.0, 0.0),
        start=(_number("/rtx/fog/fogStartDist") or 0.0) * unit,
        reach=end * unit if end else _REACH,
    )
    return fog if density > 0.0 else None


def _number(path: str) -> float | None:
    value = get_settings().get(path)
    return None if value is None else float(value)


def _color(path: str) -> tuple[float, float, float] | None:
    """Return a colour.

    Raises:
        ValueError: The setting is no triple of numbers.
    """
    value = get_settings().get(path)
    if value is None:
        return None
    try:
        red, green, blue = (float(part) for part in value)
    except (TypeError, ValueError):
        raise ValueError(f"{path} must be three numbers, got {value!r}.") from None
    return red, green, blue
