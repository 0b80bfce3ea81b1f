"""The lens of a USD camera: ``cameraProjectionType`` with its ``ftheta…`` attributes, or ``omni:lensdistortion:…``.

Both are NVIDIA's (names: isaac-sim/IsaacSim, ``OgnIsaacReadCameraInfo`` and ``isaacsim.sensors.camera``; fallbacks: the schemas
omni.usd.schema.omni_lens_distortion and Replicator's ``create.camera``). What is not published is chosen here:

- Kannala-Brandt K3 and RadTanThinPrism are Project Aria's models of these names: dimensionless coefficients, and a focal length
  of ``focalLength / horizontalAperture`` nominal widths.
- ``fthetaPolyA`` .. ``F`` are k1 .. k6 of an OpenCV lens, ``p0`` and ``p1`` its p1 and p2, ``s0`` .. ``s3`` its s1 .. s4.
- The classic fisheyes reach ``fthetaMaxFov`` in the corners of the image.
- ``fisheyeSpherical`` is the equirectangular panorama.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pxr import Usd, UsdGeom

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.records import LensRecord

__all__ = ["CameraProjectionError", "read_lens"]

_NOMINAL = (1936.0, 1216.0)
_CENTER = (970.94244, 600.37482)
_MAX_FOV = 200.0
_LETTERS = "ABCDEF"
_EYES_APART = 0.064  # metres

_MODEL = "omni:lensdistortion:model"
_TYPE = "cameraProjectionType"

#: omni:lensdistortion:model -> Replicator's projection type of the same lens.
_TYPE_OF_MODEL = {"ftheta": "fisheyePolynomial", "kannalaBrandtK3": "fisheyeKannalaBrandtK3",
                  "radTanThinPrism": "fisheyeRadTanThinPrism", "opencvPinhole": "pinholeOpenCV",
                  "opencvFisheye": "fisheyeOpenCV"}
_MODEL_OF_SCHEMA = {f"OmniLensDistortion{model[0].upper()}{model[1:].replace('cv', 'Cv')}API": model
                    for model in (*_TYPE_OF_MODEL, "lut")}

_TEXTURES = ("generalizedProjectionDirectionTexturePath", "generalizedProjectionNDCTexturePath")

Getter = Callable[[str, Any], Any]
_KINDS = {float: "a number", int: "a whole number", bool: "true or false", str: "a word", tuple: "two numbers"}


class CameraProjectionError(SceneError, NotImplementedError):
    """The camera asks for a projection that this renderer does not have."""


def read_lens(prim: Usd.Prim, time: Usd.TimeCode) -> tuple[str, LensRecord | None]:
    """Return Replicator's name of the camera's projection, and its lens where it is no pinhole.

    Raises:
        CameraProjectionError: The projection is not available; the message names those that are.
    """

    def get(name: str, fallback: Any) -> Any:
        attribute = prim.GetAttribute(name)
        value = attribute.Get(time) if attribute else None
        if value is None:
            return fallback
        try:
            if isinstance(fallback, tuple):
                first, second = value
                return float(first), float(second)
            return type(fallback)(value)
        except (TypeError, ValueError) as error:
            raise SceneError(f"{attribute.GetPath()} holds {value!r}; the lens needs "
                             f"{_KINDS[type(fallback)]}. Author such a value.") from error

    if get("projection", "perspective") == "orthographic":
        return "orthographic", LensRecord("orthographic")
    model = get(_MODEL, "") or _applied_model(prim)
    if model not in ("", "none", "pinhole"):
        if model not in _TYPE_OF_MODEL:
            _refuse(prim, _MODEL, model, _TYPE_OF_MODEL)
        return _TYPE_OF_MODEL[model], _new_lens(model, get)
    kind = get(_TYPE, "pinhole") or "pinhole"
    if kind == "pinhole" or (kind == "generalizedProjection" and not any(map(prim.HasAttribute, _TEXTURES))):
        return kind, None  # without its textures a generalized projection is the pinhole
    if kind not in _OLD:
        _refuse(prim, _TYPE, kind, ("pinhole", *_OLD))
    lens = _OLD[kind](get)
    if kind == "omniDirectionalStereo":
        apart = get("interpupillaryDistance", _EYES_APART / UsdGeom.GetStageMetersPerUnit(prim.GetStage()))
        lens = replace(lens, eye_offset=(-0.5 if get("isLeftEye", False) else 0.5) * apart)
    return kind, lens


def _applied_model(prim: Usd.Prim) -> str:
    """Return the model of an applied schema whose token is left at its default, which usd-core does not know."""
    applied = prim.GetMetadata("apiSchemas")
    names = applied.GetAddedOrExplicitItems() if applied is not None else ()
    return next((_MODEL_OF_SCHEMA[name] for name in names if name in _MODEL_OF_SCHEMA), "")


def _refuse(prim: Usd.Prim, attribute: str, value: str, allowed: Any) -> None:
    what = " (a lens given by textures)" if value in ("lut", "generalizedProjection") else ""
    raise CameraProjectionError(f"{prim.GetPath()}: {attribute} = {value!r}{what} is not supported. "
                                f"Available: {', '.join(allowed)}.")


def _new_lens(model: str, get: Getter) -> LensRecord:
    """Return the lens of an ``omni:lensdistortion`` schema."""
    prefix = f"omni:lensdistortion:{model}:"

    def number(name: str, fallback: float = 0.0) -> float:
        return get(prefix + name, fallback)

    def numbers(*names: str) -> tuple[float, ...]:
        return tuple(number(name) for name in names)

    if model in ("opencvPinhole", "opencvFisheye"):
        nominal = get(prefix + "imageSize", (2048.0, 1024.0))
        base = LensRecord("opencv_pinhole" if model == "opencvPinhole" else "kannala_brandt", nominal,
                          (number("cx", 1024.0), number("cy", 512.0)), (number("fx", 900.0), number("fy", 800.0)))
        if model == "opencvFisheye":
            return replace(base, radial=(number("k1", 0.00245), *numbers("k2", "k3", "k4")))
        return replace(base, radial=numbers("k1", "k2", "k3", "k4", "k5", "k6"), tangential=numbers("p2", "p1"),
                       prism=numbers("s1", "s2", "s3", "s4"))
    base = LensRecord("ftheta", (number("nominalWidth", _NOMINAL[0]), number("nominalHeight", _NOMINAL[1])),
                      get(prefix + "opticalCenter", _CENTER), max_fov=number("maxFov", _MAX_FOV))
    if model == "ftheta":
        return replace(base, radial=(number("k0"), number("k1", 0.00245), *numbers("k2", "k3", "k4", "k5")))
    if model == "kannalaBrandtK3":
        return replace(base, model="kannala_brandt", radial=numbers("k0", "k1", "k2", "k3"))
    return replace(base, model="rad_tan_thin_prism", radial=numbers("k0", "k1", "k2", "k3", "k4", "k5"),
                   tangential=numbers("p0", "p1"), prism=numbers("s0", "s1", "s2", "s3"))


def _fisheye(model: str, coefficients: int = 6, slope: float = 0.0) -> Callable[[Getter], LensRecord]:
    """Return a reader of a lens with the ``ftheta…`` attributes; ``slope`` is the fallback of the second coefficient."""

    def read(get: Getter) -> LensRecord:
        fallbacks = (0.0, slope, 0.0, 0.0, 0.0, 0.0)
        radial = tuple(get(f"fthetaPoly{letter}", fallback)
                       for letter, fallback in zip(_LETTERS[:coefficients], fallbacks, strict=False))
        lens = LensRecord(model, (get("fthetaWidth", _NOMINAL[0]), get("fthetaHeight", _NOMINAL[1])),
                          (get("fthetaCx", _CENTER[0]), get("fthetaCy", _CENTER[1])), radial=radial,
                          max_fov=get("fthetaMaxFov", _MAX_FOV))
        if model != "rad_tan_thin_prism":
            return lens
        return replace(lens, tangential=(get("p0", 0.0), get("p1", 0.0)),
                       prism=tuple(get(f"s{index}", 0.0) for index in range(4)))

    return read


def _opencv(model: str) -> Callable[[Getter], LensRecord]:
    def read(get: Getter) -> LensRecord:
        lens = _fisheye(model, 6 if model == "opencv_pinhole" else 4)(get)
        nominal = (get("fthetaWidth", 0.0), get("fthetaHeight", 0.0))
        center = tuple(c if c != 0.0 else n / 2.0 for c, n in zip((get("fthetaCx", 0.0), get("fthetaCy", 0.0)), nominal,
                                                                  strict=True))
        lens = replace(lens, nominal=nominal, center=center if all(center) else None, max_fov=360.0,
                       focal=(get("openCVFx", 0.0), get("openCVFy", 0.0)))
        if model == "kannala_brandt":
            return lens
        return replace(lens, tangential=(get("p1", 0.0), get("p0", 0.0)),
                       prism=tuple(get(f"s{index}", 0.0) for index in range(4)))

    return read


def _classic(model: str) -> Callable[[Getter], LensRecord]:
    return lambda get: LensRecord(model, max_fov=get("fthetaMaxFov", 180.0))


#: cameraProjectionType -> reader of its lens.
_OLD: dict[str, Callable[[Getter], LensRecord]] = {
    "fisheyePolynomial": _fisheye("ftheta", slope=0.00245),
    "fisheyeSpherical": lambda get: LensRecord("equirectangular"),
    "fisheyeKannalaBrandtK3": _fisheye("kannala_brandt", 4),
    "fisheyeRadTanThinPrism": _fisheye("rad_tan_thin_prism"),
    "omniDirectionalStereo": lambda get: LensRecord("equirectangular"),
    "pinholeOpenCV": _opencv("opencv_pinhole"),
    "fisheyeOpenCV": _opencv("kannala_brandt"),
    "fisheyeOrthographic": _classic("orthographic_fisheye"),
    "fisheyeEquidistant": _classic("equidistant"),
    "fisheyeEquisolid": _classic("equisolid"),
}
