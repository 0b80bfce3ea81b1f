"""UsdLux lights to records in photometric units.

Luminance is ``intensity * 2^exposure * color * blackbody(colorTemperature)`` in cd/m2, as UsdLux LightAPI documents it; with
``normalize`` it is divided by the emitting area in world space, so that size does not change the power. A record holds
radiance for area lights and domes, and irradiance on a facing surface for distant lights.

A distant light that authors ``omni:rtx:usdluxVersion`` of at least 2505 follows UsdLux: irradiance is ``intensity`` with
``normalize`` and ``L * pi * sin^2(angle/2)`` without. Without the attribute, irradiance in lux is the intensity, which is
how lights made by Replicator scripts are meant.

A dome's image is an OpenEXR latlong: pole +Y of light space at the top row, its centre column towards +Z and its right
half towards -X. The pole of both DomeLight and DomeLight_1 (poleAxis "scene") is the stage's up axis; for a Z-up stage the
record's matrix begins with the quarter turn about X that brings +Y to +Z.
"""

import logging
import math

import numpy as np
from pxr import Usd, UsdGeom, UsdLux

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.records import LightKind, LightRecord
from scenewright.render.scene.textures import TextureLibrary, texture_request

__all__ = ["LIGHT_TYPES", "Y_TO_Z", "is_light", "read_light", "warn_of_links"]

_log = logging.getLogger(__name__)

LIGHT_TYPES = {
    "DistantLight": LightKind.DISTANT,
    "SphereLight": LightKind.SPHERE,
    "RectLight": LightKind.RECT,
    "DiskLight": LightKind.DISK,
    "CylinderLight": LightKind.CYLINDER,
    "DomeLight": LightKind.DOME,
    "DomeLight_1": LightKind.DOME,
}
"""Schema types that are rendered."""

Y_TO_Z = np.array(((1.0, 0, 0, 0), (0, 0, 1.0, 0), (0, -1.0, 0, 0), (0, 0, 0, 1.0)))
"""Row-vector rotation about X that brings +Y to +Z (and +Z to -Y)."""

_CONFORMANT_VERSION = 2505
_POINT_RADIUS = 1e-3  # of a sphere light's radius that stands in for a point


def is_light(prim: Usd.Prim) -> bool:
    """Return whether ``prim`` is a light of any kind, rendered or not."""
    return prim.GetTypeName() in LIGHT_TYPES or prim.HasAPI(UsdLux.LightAPI)


def warn_of_links(prim: Usd.Prim) -> None:
    """Say that a light which is linked to some prims only shines on all."""
    for name in ("lightLink", "shadowLink"):
        root = prim.GetAttribute(f"collection:{name}:includeRoot")
        targets = [prim.GetRelationship(f"collection:{name}:{side}") for side in ("includes", "excludes")]
        if (root and root.Get() is False) or any(rel and rel.HasAuthoredTargets() for rel in targets):
            _log.warning("%s: collection:%s is not supported yet; the light acts on every prim.", prim.GetPath(), name)


def read_light(prim: Usd.Prim, world: np.ndarray, time: Usd.TimeCode, textures: TextureLibrary) -> LightRecord | None:
    """Return the record of a visible light, or None for a kind that is not rendered (with a warning) or emits nothing.

    Args:
        prim: The light.
        world: (4, 4) float64 light to world.
        time: Where to sample.
        textures: Takes the light's image.

    Raises:
        SceneError: A value is not finite or negative, or the image is missing.
    """
    kind = LIGHT_TYPES.get(prim.GetTypeName())
    if kind is None:
        _log.warning(
            "%s: light type %r is not rendered yet. Rendered: %s.", prim.GetPath(), prim.GetTypeName(), ", ".join(LIGHT_TYPES)
        )
        return None
    luminance = _luminance(prim, time)
    texture, space = "", world
    if kind in (LightKind.RECT, LightKind.DOME):
        texture = _texture(prim, kind, time, textures)
    if kind == LightKind.DISTANT:
        angle = math.radians(_number(prim, "inputs:angle", time))
        color, size = luminance * _distant_factor(prim, angle, time), (0.5 * angle, 0.0)
    elif kind == LightKind.DOME:
        color, size = luminance, (0.0, 0.0)
        space = Y_TO_Z @ world if _dome_pole(prim) == "Z" else world
    else:
        size, area = _extent(prim, kind, world, time)
        color = luminance / area if _flag(prim, "inputs:normalize", time) and area > 0.0 else luminance
        if kind == LightKind.SPHERE and _flag(prim, "treatAsPoint", time):
            color, size = color / _POINT_RADIUS**2, (size[0] * _POINT_RADIUS, 0.0)
    if not color.any():
        return None
    shadow = prim.GetAttribute("inputs:shadow:enable")
    visible = prim.GetAttribute("visibleInPrimaryRay")  # Omniverse's name
    return LightRecord(
        path=str(prim.GetPath()),
        kind=kind,
        matrix=np.array(space),
        color=(float(color[0]), float(color[1]), float(color[2])),
        size=size,
        texture=texture,
        shadows=shadow.Get(time) is not False if shadow else True,
        visible_to_camera=visible.Get(time) is not False if visible else True,
    )


def _luminance(prim: Usd.Prim, time: Usd.TimeCode) -> np.ndarray:
    """Return intensity * 2^exposure * color * blackbody, (3,) float64."""
    intensity, exposure = _number(prim, "inputs:intensity", time), _number(prim, "inputs:exposure", time, signed=True)
    color = np.array(prim.GetAttribute("inputs:color").Get(time), dtype=np.float64)
    if _flag(prim, "inputs:enableColorTemperature", time):
        # Luminance-preserving linear Rec.709, valid from 1000 K to 10000 K.
        color *= np.array(UsdLux.BlackbodyTemperatureAsRgb(_number(prim, "inputs:colorTemperature", time)))
    return intensity * 2.0**exposure * color


def _number(prim: Usd.Prim, name: str, time: Usd.TimeCode, *, signed: bool = False) -> float:
    value = float(prim.GetAttribute(name).Get(time))
    if not math.isfinite(value) or (value < 0.0 and not signed):
        raise SceneError(f"{prim.GetPath()}: {name} is {value}; it must be finite{'' if signed else ' and not negative'}.")
    return value


def _flag(prim: Usd.Prim, name: str, time: Usd.TimeCode) -> bool:
    attribute = prim.GetAttribute(name)
    return bool(attribute.Get(time)) if attribute else False


def _distant_factor(prim: Usd.Prim, angle: float, time: Usd.TimeCode) -> float:
    """Return irradiance over luminance of a distant light."""
    version = prim.GetAttribute("omni:rtx:usdluxVersion")
    if not version or int(version.Get(time) or 0) < _CONFORMANT_VERSION:
        return 1.0
    if angle == 0.0 or _flag(prim, "inputs:normalize", time):
        return 1.0
    return math.pi * math.sin(min(0.5 * angle, 0.5 * math.pi)) ** 2


def _extent(prim: Usd.Prim, kind: LightKind, world: np.ndarray, time: Usd.TimeCode) -> tuple[tuple[float, float], float]:
    """Return the local size of an area light and its emitting area in world space."""
    scale = np.linalg.norm(world[:3, :3], axis=1)
    if kind == LightKind.RECT:
        width, height = _number(prim, "inputs:width", time), _number(prim, "inputs:height", time)
        return (width, height), width * scale[0] * height * scale[1]
    radius = _number(prim, "inputs:radius", time)
    if kind == LightKind.DISK:
        return (radius, 0.0), math.pi * radius**2 * scale[0] * scale[1]
    if kind == LightKind.SPHERE:
        a, b, c = (radius * scale) ** 1.6075  # Thomsen's ellipsoid area; exact for a uniform scale
        return (radius, 0.0), 4.0 * math.pi * ((a * b + a * c + b * c) / 3.0) ** (1.0 / 1.6075)
    length = _number(prim, "inputs:length", time)
    return (radius, length), 2.0 * math.pi * radius * math.sqrt(scale[1] * scale[2]) * length * scale[0]


def _dome_pole(prim: Usd.Prim) -> str:
    attribute = prim.GetAttribute("poleAxis")
    pole = str(attribute.Get()) if attribute else "scene"
    return str(UsdGeom.GetStageUpAxis(prim.GetStage())) if pole not in ("Y", "Z") else pole


def _texture(prim: Usd.Prim, kind: LightKind, time: Usd.TimeCode, textures: TextureLibrary) -> str:
    attribute = prim.GetAttribute("inputs:texture:file")
    if not attribute or not attribute.HasAuthoredValue():
        return ""
    layout = prim.GetAttribute("inputs:texture:format")
    if kind == LightKind.DOME and layout and str(layout.Get(time)) not in ("automatic", "latlong"):
        raise SceneError(
            f"{prim.GetPath()}: texture:format {str(layout.Get(time))!r} is not supported yet; use a latlong image."
        )
    return textures.load(texture_request(attribute, "auto", time))
