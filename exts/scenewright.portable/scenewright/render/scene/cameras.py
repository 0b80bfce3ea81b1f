"""UsdGeomCamera to the camera of the tracer."""

import math
from typing import Any

import numpy as np
from pxr import Gf, Sdf, Usd, UsdGeom

from scenewright.render.scene.errors import SceneError
from scenewright.render.scene.lenses import CameraProjectionError, read_lens
from scenewright.render.scene.reach import MOST_REACH, within_reach
from scenewright.render.scene.records import CameraRecord, LensRecord

__all__ = ["CameraProjectionError", "DEFAULT_EXPOSURE", "list_cameras", "read_camera"]

DEFAULT_EXPOSURE = 1.10267 * 0.02 * (100.0 / 100.0) / 5.0**2
"""Multiplier for a camera that authors none of the exposure attributes: responsivity * time * iso/100 / fStop^2."""

_SCAN_ORDERS = ("topToBottom", "bottomToTop", "leftToRight", "rightToLeft")

_EXPOSURE_FALLBACKS = {
    "exposure": 0.0,
    "exposure:time": 1.0,
    "exposure:iso": 100.0,
    "exposure:fStop": 1.0,
    "exposure:responsivity": 1.0,
}


def list_cameras(stage: Usd.Stage) -> list[str]:
    """Return the paths of all cameras of the stage in namespace order, those in instances included."""
    prims = Usd.PrimRange.Stage(stage, Usd.TraverseInstanceProxies(Usd.PrimDefaultPredicate))
    return [str(prim.GetPath()) for prim in prims if prim.IsA(UsdGeom.Camera)]


def read_camera(
    stage: Usd.Stage, path: str | Sdf.Path, time: Usd.TimeCode, default_exposure: float = DEFAULT_EXPOSURE
) -> CameraRecord:
    """Return the camera at ``path``.

    The exposure is ``2^exposure * responsivity * time * iso/100 / fStop^2`` (UsdGeomCamera::ComputeLinearExposureScale)
    where the camera authors any of these attributes, else ``default_exposure``.

    Raises:
        SceneError: There is no camera at ``path`` (the message lists those that exist), or its lens makes no image.
        CameraProjectionError: The projection is not available; the message names those that are.
    """
    prim = stage.GetPrimAtPath(str(path)) if str(path) else None
    if not prim or not prim.IsA(UsdGeom.Camera):
        cameras = list_cameras(stage)
        what = f"a {prim.GetTypeName() or 'prim without type'}, no camera" if prim else "not on the stage"
        raise SceneError(f"Camera {str(path)!r} is {what}. Cameras: {', '.join(cameras) if cameras else 'none'}.")
    projection, lens = read_lens(prim, time)
    values = {
        name: _number(prim, name, time)
        for name in (
            "focalLength",
            "horizontalAperture",
            "verticalAperture",
            "horizontalApertureOffset",
            "verticalApertureOffset",
            "fStop",
            "focusDistance",
        )
    }
    if not (values["focalLength"] > 0.0 and values["horizontalAperture"] > 0.0):
        raise SceneError(
            f"{path}: focalLength {values['focalLength']} and horizontalAperture {values['horizontalAperture']} "
            "must be positive. Author both in tenths of a stage unit, as USD does."
        )
    near, far = prim.GetAttribute("clippingRange").Get(time)
    values |= {"clippingRange near": float(near), "clippingRange far": float(far)} | _numbers_of(lens)
    for name, value in values.items():
        if not (math.isfinite(value) or name == "clippingRange far"):
            raise SceneError(f"{path}: {name} is {value}; a camera's numbers must be finite. Correct it.")
    if not max(near, 0.0) < far:
        raise SceneError(f"{path}: clippingRange ({near:g}, {far:g}) leaves nothing to see; the second number must be "
                         "the greater one.")
    return CameraRecord(
        path=str(prim.GetPath()),
        matrix=camera_matrix(prim, time),
        focal_length=values["focalLength"],
        horizontal_aperture=values["horizontalAperture"],
        vertical_aperture=values["verticalAperture"],
        aperture_offset=(values["horizontalApertureOffset"], values["verticalApertureOffset"]),
        clipping_range=(float(near), float(far)),
        f_stop=values["fStop"],
        focus_distance=values["focusDistance"],
        projection=projection,
        exposure=_exposure(prim, time, default_exposure),
        lens=lens,
        shutter=(_number(prim, "shutter:open", time), _number(prim, "shutter:close", time)),
        **_rolling_shutter(prim, time),
    )


def _numbers_of(lens: LensRecord | None) -> dict[str, float]:
    """Return what a lens is made of by name."""
    if lens is None:
        return {}
    groups = {name: getattr(lens, name) for name in ("nominal", "center", "focal", "radial", "tangential", "prism")}
    numbers = {f"the lens's {name}[{index}]": float(number) for name, group in groups.items()
               for index, number in enumerate(group or ())}
    return numbers | {"the lens's field of view": lens.max_fov, "the eyes' distance": lens.eye_offset}


def camera_matrix(prim: Usd.Prim, time: Usd.TimeCode) -> np.ndarray:
    """Return camera to world (4, 4) float64 without scale or shear (Gf's orthonormalisation), as a camera has none."""
    world = UsdGeom.XformCache(time).GetLocalToWorldTransform(prim)
    if not within_reach(np.array(world)).all():
        raise SceneError(f"{prim.GetPath()}: the camera's transform is not finite, or beyond {MOST_REACH:g} units. Correct its "
                         "xformOps or those above it.")
    rigid = Gf.Matrix4d(world)
    if not rigid.Orthonormalize(issueWarning=False):
        raise SceneError(f"{prim.GetPath()}: the camera's transform has no inverse (a scale of zero?).")
    matrix = np.array(rigid)
    if np.linalg.det(matrix[:3, :3]) < 0.0:  # a mirrored parent: keep looking along -Z with +Y up
        matrix[0, :3] *= -1.0
    return matrix


def _rolling_shutter(prim: Usd.Prim, time: Usd.TimeCode) -> dict[str, str | float]:
    """Return the record's entries for OmniRtxRollingShutterAPI; its times are (numerator, denominator) seconds."""

    def get(name: str) -> Any:
        attribute = prim.GetAttribute(f"omni:rtx:rollingShutter:{name}")
        return attribute.Get(time) if attribute else None

    order = get("scanOrder") or "none"
    if order == "none":
        return {}
    if order not in _SCAN_ORDERS:
        raise SceneError(f"{prim.GetPath()}: omni:rtx:rollingShutter:scanOrder = {order!r}. Allowed: none, "
                         f"{', '.join(_SCAN_ORDERS)}.")
    seconds = []
    for name in ("lineOffset", "lineExposure"):
        upper, lower = get(name) or (0.0, 1.0)
        if not (lower > 0.0 and upper >= 0.0):
            raise SceneError(f"{prim.GetPath()}: omni:rtx:rollingShutter:{name} is ({upper}, {lower}); give seconds as "
                             "(numerator, denominator), e.g. (1, 1000) for a millisecond.")
        seconds.append(upper / lower)
    return {"scan_order": order, "line_offset": seconds[0], "line_exposure": seconds[1]} if any(seconds) else {}


def _number(prim: Usd.Prim, name: str, time: Usd.TimeCode) -> float:
    return float(prim.GetAttribute(name).Get(time))


def _exposure(prim: Usd.Prim, time: Usd.TimeCode, default: float) -> float:
    attributes = {name: prim.GetAttribute(name) for name in _EXPOSURE_FALLBACKS}
    if not any(a and a.HasAuthoredValue() for a in attributes.values()):
        return default
    value = {}
    for name, attribute in attributes.items():
        read = attribute.Get(time) if attribute else None
        value[name] = _EXPOSURE_FALLBACKS[name] if read is None else float(read)
    if value["exposure:fStop"] <= 0.0:
        raise SceneError(f"{prim.GetPath()}: exposure:fStop is {value['exposure:fStop']}; it must be positive.")
    gain = (
        value["exposure:time"] * value["exposure:iso"] / 100.0 * value["exposure:responsivity"] / value["exposure:fStop"] ** 2
    )
    with np.errstate(over="ignore", invalid="ignore"):
        scale = float(np.exp2(np.float64(value["exposure"])) * gain)
    if not (math.isfinite(scale) and scale > 0.0):
        given = ", ".join(f"{name} {number}" for name, number in value.items())
        raise SceneError(f"{prim.GetPath()}: {given} make an exposure of {scale}; it must be finite and "
                         "positive. Correct them.")
    return scale
