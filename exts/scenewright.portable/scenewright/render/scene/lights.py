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

Attributes beyond UsdLux: ``visibleInPrimaryRay`` (Omniverse) hides a light from the camera alone; ``doubleSided`` lets rect
and disk lights shine to both sides. A light with an impossible number, a transform without an inverse, or no area is left
out with a warning that names it.
"""

import logging
import math

import numpy as np
from pxr import Usd, UsdGeom, UsdLux

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.light_shaping import ShapingReader, read_link
from scenewright.render.scene.records import LightKind, LightRecord
from scenewright.render.scene.textures import TextureLibrary, texture_request

__all__ = ["LIGHT_TYPES", "Y_TO_Z", "LightReader", "is_animated_light", "is_light", "light_state"]

_log = logging.getLogger(__name__)

LIGHT_TYPES = {
    "DistantLight": LightKind.DISTANT,
    "SphereLight": LightKind.SPHERE,
    "RectLight": LightKind.RECT,
    "DiskLight": LightKind.DISK,
    "CylinderLight": LightKind.CYLINDER,
    "DomeLight": LightKind.DOME,
    "DomeLight_1": LightKind.DOME,
    "GeometryLight": LightKind.MESH,
}
"""Schema types that are rendered; beside them every gprim with MeshLightAPI."""

Y_TO_Z = np.array(((1.0, 0, 0, 0), (0, 0, 1.0, 0), (0, -1.0, 0, 0), (0, 0, 0, 1.0)))
"""Row-vector rotation about X that brings +Y to +Z (and +Z to -Y)."""

_CONFORMANT_VERSION = 2505
_POINT_RADIUS = 1e-3  # of a sphere light's radius that stands in for a point, and of a cylinder's for a line
_SHAPED = (LightKind.SPHERE, LightKind.RECT, LightKind.DISK, LightKind.CYLINDER)
_FLAT_ENOUGH = 1e-7  # of the largest axis of a transform: an axis as short as this is none


class _UnfitLightError(ValueError):
    """A light that cannot shine; the message names prim and attribute."""


def is_light(prim: Usd.Prim) -> bool:
    """Return whether ``prim`` is a light of any kind, rendered or not."""
    return prim.GetTypeName() in LIGHT_TYPES or prim.HasAPI(UsdLux.LightAPI)


class LightReader:
    """Reads the lights of one stage; says of each once why it cannot shine as it stands."""

    def __init__(self, textures: TextureLibrary) -> None:
        self._textures = textures
        self._shaping = ShapingReader()
        self._told: set[str] = set()

    def read(self, prim: Usd.Prim, world: np.ndarray, time: Usd.TimeCode) -> LightRecord | None:
        """Return the record of a visible light, or None where it emits nothing or cannot shine (then with a warning).

        Args:
            prim: The light.
            world: (4, 4) float64 light to world.
            time: Where to sample.

        Raises:
            SceneError: The image is missing or of a layout that is not supported.
        """
        kind = _kind(prim)
        if kind is None:
            rendered = ", ".join(LIGHT_TYPES)
            self._tell(f"{prim.GetPath()}: light type {str(prim.GetTypeName())!r} is not rendered yet. "
                       f"Rendered: {rendered}, and gprims with MeshLightAPI.")
            return None
        try:
            record = self._record(prim, kind, world, time)
        except _UnfitLightError as problem:
            self._tell(str(problem))
            return None
        return record if any(record.color) else None

    def _record(self, prim: Usd.Prim, kind: LightKind, world: np.ndarray, time: Usd.TimeCode) -> LightRecord:
        if kind != LightKind.MESH:
            _check_transform(prim, kind, world)
        color = _luminance(prim, time)
        space = Y_TO_Z @ world if kind == LightKind.DOME and _dome_pole(prim) == "Z" else world
        texture, size, geometry = "", (0.0, 0.0), ()
        if kind == LightKind.DISTANT:
            angle = math.radians(_number(prim, "inputs:angle", time))
            color, size = color * _distant_factor(prim, angle, time), (min(0.5 * angle, 0.5 * math.pi), 0.0)
        elif kind == LightKind.MESH:
            geometry = _geometry(prim)
        elif kind != LightKind.DOME:
            color, size = _area_light(prim, kind, world, color, time)
        if kind in (LightKind.RECT, LightKind.DOME):
            texture = self._texture(prim, kind, time)
        links = [read_link(prim, name, self._tell) for name in ("lightLink", "shadowLink")]
        return LightRecord(
            path=str(prim.GetPath()),
            kind=kind,
            matrix=np.array(space),
            color=(float(color[0]), float(color[1]), float(color[2])),
            size=size,
            texture=texture,
            shadows=_flag(prim, "inputs:shadow:enable", time, default=True),
            visible_to_camera=_flag(prim, "visibleInPrimaryRay", time, default=True),
            double_sided=kind in (LightKind.RECT, LightKind.DISK) and _flag(prim, "doubleSided", time),
            diffuse=_number(prim, "inputs:diffuse", time, default=1.0),
            specular=_number(prim, "inputs:specular", time, default=1.0),
            shaping=self._shaping.read(prim, time, self._tell) if kind in _SHAPED else None,
            light_link=links[0],
            shadow_link=links[1],
            geometry=geometry,
            divide_by_area=kind == LightKind.MESH and _flag(prim, "inputs:normalize", time),
        )

    def _texture(self, prim: Usd.Prim, kind: LightKind, time: Usd.TimeCode) -> str:
        attribute = prim.GetAttribute("inputs:texture:file")
        if not attribute or not attribute.HasAuthoredValue():
            return ""
        layout = prim.GetAttribute("inputs:texture:format")
        if kind == LightKind.DOME and layout and str(layout.Get(time)) not in ("automatic", "latlong"):
            raise SceneError(
                f"{prim.GetPath()}: texture:format {str(layout.Get(time))!r} is not supported yet; use a latlong image."
            )
        return self._textures.load(texture_request(attribute, "auto", time))

    def _tell(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            _log.warning("%s", message)


def _kind(prim: Usd.Prim) -> LightKind | None:
    if prim.HasAPI(UsdLux.MeshLightAPI) and prim.IsA(UsdGeom.Gprim):
        return LightKind.MESH
    return LIGHT_TYPES.get(prim.GetTypeName())


def _geometry(prim: Usd.Prim) -> tuple[str, ...]:
    """Return the paths of the prims that a light makes glow."""
    if prim.GetTypeName() != "GeometryLight":
        return (str(prim.GetPath()),)
    paths = tuple(str(path) for path in prim.GetRelationship("geometry").GetForwardedTargets())
    if not paths:
        raise _UnfitLightError(f"{prim.GetPath()}: geometry names no prim; the light is left out. Target a gprim.")
    return paths


def _check_transform(prim: Usd.Prim, kind: LightKind, world: np.ndarray) -> None:
    """Raise where the light's axes that matter have no length."""
    axes = world[:3, :3]
    if kind in (LightKind.RECT, LightKind.DISK):  # a flattened flat light is still there; its normal is across its plane
        flat = np.linalg.norm(np.cross(axes[0], axes[1])) <= _FLAT_ENOUGH * max(np.abs(axes[:2]).max(), 1e-30) ** 2
    else:
        flat = np.linalg.svd(axes, compute_uv=False)[-1] <= _FLAT_ENOUGH * max(np.abs(axes).max(), 1e-30)
    if flat:
        raise _UnfitLightError(f"{prim.GetPath()}: its transform scales the light to nothing; the light is left out. "
                               "Give every axis a scale other than 0.")


def _luminance(prim: Usd.Prim, time: Usd.TimeCode) -> np.ndarray:
    """Return intensity * 2^exposure * color * blackbody, (3,) float64."""
    intensity, exposure = _number(prim, "inputs:intensity", time), _number(prim, "inputs:exposure", time, signed=True)
    color = np.array(prim.GetAttribute("inputs:color").Get(time), dtype=np.float64)
    if not np.all(np.isfinite(color)) or color.min() < 0.0:
        raise _UnfitLightError(f"{prim.GetPath()}: inputs:color is {tuple(color.tolist())}; its parts must be finite and not "
                               "negative. The light is left out.")
    if _flag(prim, "inputs:enableColorTemperature", time):
        # Luminance-preserving linear Rec.709, valid from 1000 K to 10000 K.
        kelvin = _number(prim, "inputs:colorTemperature", time)
        color *= np.array(UsdLux.BlackbodyTemperatureAsRgb(min(max(kelvin, 1000.0), 10000.0)))
    luminance = intensity * 2.0 ** min(exposure, 127.0) * color
    if luminance.max() > 1e30:
        raise _UnfitLightError(f"{prim.GetPath()}: inputs:intensity and inputs:exposure give {luminance.max():g} cd/m2, more "
                               "than a float holds; the light is left out.")
    return luminance


def _number(prim: Usd.Prim, name: str, time: Usd.TimeCode, *, signed: bool = False, default: float = 0.0) -> float:
    attribute = prim.GetAttribute(name)
    given = attribute.Get(time) if attribute else None
    value = default if given is None else float(given)
    if not math.isfinite(value) or (value < 0.0 and not signed):
        allowed = "finite" if signed else "finite and not negative"
        raise _UnfitLightError(f"{prim.GetPath()}: {name} is {value}; it must be {allowed}. The light is left out.")
    return value


def _flag(prim: Usd.Prim, name: str, time: Usd.TimeCode, *, default: bool = False) -> bool:
    attribute = prim.GetAttribute(name)
    given = attribute.Get(time) if attribute else None
    return default if given is None else bool(given)


def _distant_factor(prim: Usd.Prim, angle: float, time: Usd.TimeCode) -> float:
    """Return irradiance over luminance of a distant light."""
    version = prim.GetAttribute("omni:rtx:usdluxVersion")
    if not version or int(version.Get(time) or 0) < _CONFORMANT_VERSION:
        return 1.0
    if angle == 0.0 or _flag(prim, "inputs:normalize", time):
        return 1.0
    return math.pi * math.sin(min(0.5 * angle, 0.5 * math.pi)) ** 2


def _area_light(prim: Usd.Prim, kind: LightKind, world: np.ndarray, luminance: np.ndarray,
                time: Usd.TimeCode) -> tuple[np.ndarray, tuple[float, float]]:
    """Return radiance and local size of a rect, disk, sphere or cylinder light."""
    size, area = _extent(prim, kind, world, time)
    if not area > 0.0:
        raise _UnfitLightError(f"{prim.GetPath()}: its size {size[0]:g}{f' x {size[1]:g}' if size[1] else ''} has no area; the "
                               "light is left out. Give it a size above 0.")
    color = luminance / area if _flag(prim, "inputs:normalize", time) else luminance
    if kind == LightKind.SPHERE and _flag(prim, "treatAsPoint", time):
        return color / _POINT_RADIUS**2, (size[0] * _POINT_RADIUS, 0.0)
    if kind == LightKind.CYLINDER and _flag(prim, "treatAsLine", time):
        return color / _POINT_RADIUS, (size[0] * _POINT_RADIUS, size[1])
    return color, size


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


def light_state(light: LightRecord) -> tuple:
    """Return all that makes a light what it is, to be compared."""
    return (*(value for name, value in vars(light).items() if name != "matrix"), light.matrix.tobytes())


def is_animated_light(prim: Usd.Prim) -> bool:
    """Return whether a light's attributes or any transform above it have time samples."""
    if any(attribute.ValueMightBeTimeVarying() for attribute in prim.GetAuthoredAttributes()):
        return True
    while prim and not prim.IsPseudoRoot():
        if UsdGeom.Xformable(prim).TransformMightBeTimeVarying():
            return True
        prim = prim.GetParent()
    return False
