"""What a camera's lens and sensor are: the attributes of its prim.

Lengths of lens and sensor are in stage units, ten times less than the numbers that USD keeps.
"""

import logging
import math
from collections.abc import Sequence
from typing import Any

from pxr import Gf, Sdf, Usd

__all__ = ["CameraLens"]

_log = logging.getLogger(__name__)

_TENTHS = 10.0

#: omni:lensdistortion:model -> (schema, names of the coefficients).
_MODELS = {
    "ftheta": ("OmniLensDistortionFthetaAPI", "k0 k1 k2 k3 k4"),
    "kannalaBrandtK3": ("OmniLensDistortionKannalaBrandtK3API", "k0 k1 k2 k3"),
    "radTanThinPrism": ("OmniLensDistortionRadTanThinPrismAPI", "k0 k1 k2 k3 k4 k5 p0 p1 s0 s1 s2 s3"),
    "lut": ("OmniLensDistortionLutAPI", ""),
    "opencvPinhole": ("OmniLensDistortionOpenCvPinholeAPI", "k1 k2 p1 p2 k3 k4 k5 k6 s1 s2 s3 s4"),
    "opencvFisheye": ("OmniLensDistortionOpenCvFisheyeAPI", "k1 k2 k3 k4"),
}
_NOMINAL = ("nominalHeight", "nominalWidth", "opticalCenter")


class CameraLens:
    """Lens and sensor of the camera ``self.prim`` with pictures of ``self.get_resolution()``."""

    prim: Usd.Prim

    def get_resolution(self) -> tuple[int, int]:
        """Return (width, height) in pixels."""
        raise NotImplementedError

    def get_aspect_ratio(self) -> float:
        """Return width divided by height."""
        width, height = self.get_resolution()
        return width / height

    def get_focal_length(self) -> float:
        """Return the focal length [stage units]."""
        return self.prim.GetAttribute("focalLength").Get() / _TENTHS

    def set_focal_length(self, value: float) -> None:
        """Set the focal length [stage units]."""
        self.prim.GetAttribute("focalLength").Set(float(value) * _TENTHS)

    def get_focus_distance(self) -> float:
        """Return the distance of what is sharp [stage units]."""
        return self.prim.GetAttribute("focusDistance").Get()

    def set_focus_distance(self, value: float) -> None:
        """Set the distance of what is sharp [stage units]."""
        self.prim.GetAttribute("focusDistance").Set(float(value))

    def get_lens_aperture(self) -> float:
        """Return the f-number, 0 where everything is sharp."""
        return self.prim.GetAttribute("fStop").Get()

    def set_lens_aperture(self, value: float) -> None:
        """Set the f-number; 0 makes everything sharp."""
        self.prim.GetAttribute("fStop").Set(float(value))

    def get_horizontal_aperture(self) -> float:
        """Return the width of the sensor [stage units]."""
        return self.prim.GetAttribute("horizontalAperture").Get() / _TENTHS

    def set_horizontal_aperture(self, value: float, maintain_square_pixels: bool = True) -> None:
        """Set the width of the sensor [stage units], and its height so that pixels are square."""
        self.prim.GetAttribute("horizontalAperture").Set(float(value) * _TENTHS)
        if maintain_square_pixels:
            self._make_pixels_square("verticalAperture")

    def get_vertical_aperture(self) -> float:
        """Return the height of the sensor [stage units]."""
        return self.prim.GetAttribute("verticalAperture").Get() / _TENTHS

    def set_vertical_aperture(self, value: float, maintain_square_pixels: bool = True) -> None:
        """Set the height of the sensor [stage units], and its width so that pixels are square."""
        self.prim.GetAttribute("verticalAperture").Set(float(value) * _TENTHS)
        if maintain_square_pixels:
            self._make_pixels_square("horizontalAperture")

    def get_horizontal_fov(self) -> float:
        """Return the horizontal field of view of a pinhole [radians]."""
        return 2.0 * math.atan(self.get_horizontal_aperture() / (2.0 * self.get_focal_length()))

    def get_vertical_fov(self) -> float:
        """Return the horizontal field of view divided by the aspect ratio [radians], as Isaac Sim does."""
        return self.get_horizontal_fov() / self.get_aspect_ratio()

    def get_clipping_range(self) -> tuple[float, float]:
        """Return nearest and farthest distance of what is seen [stage units]."""
        near, far = self.prim.GetAttribute("clippingRange").Get()
        return near, far

    def set_clipping_range(self, near_distance: float | None = None, far_distance: float | None = None) -> None:
        """Set nearest and farthest distance of what is seen [stage units]; None keeps what is there."""
        near, far = self.get_clipping_range()
        self.prim.GetAttribute("clippingRange").Set(Gf.Vec2f(near if near_distance is None else near_distance,
                                                             far if far_distance is None else far_distance))

    def get_projection_mode(self) -> str:
        """Return "perspective" or "orthographic"."""
        return self.prim.GetAttribute("projection").Get()

    def set_projection_mode(self, value: str) -> None:
        """Set "perspective" or "orthographic"."""
        self._choose("projection", value, ("perspective", "orthographic"))

    def get_stereo_role(self) -> str:
        """Return "mono", "left" or "right"."""
        return self.prim.GetAttribute("stereoRole").Get()

    def set_stereo_role(self, value: str) -> None:
        """Set "mono", "left" or "right"."""
        self._choose("stereoRole", value, ("mono", "left", "right"))

    def get_shutter_properties(self) -> tuple[float, float]:
        """Return when the shutter opens and closes [frames]."""
        return self.prim.GetAttribute("shutter:open").Get(), self.prim.GetAttribute("shutter:close").Get()

    def set_shutter_properties(self, delay_open: float | None = None, delay_close: float | None = None) -> None:
        """Set when the shutter opens and closes [frames]; None keeps what is there."""
        for name, value in (("shutter:open", delay_open), ("shutter:close", delay_close)):
            if value is not None:
                self.prim.GetAttribute(name).Set(float(value))

    # ---- distortion

    def get_lens_distortion_model(self) -> str:
        """Return the model of the lens, "pinhole" where there is none."""
        return self._attribute("omni:lensdistortion:model") or "pinhole"

    def set_lens_distortion_model(self, value: str) -> None:
        """Choose the model of the lens by its schema, such as "OmniLensDistortionFthetaAPI", or "pinhole"."""
        model = next((model for model, (schema, _) in _MODELS.items() if schema == value), None)
        if value != "pinhole" and model is None:
            _log.warning("set_lens_distortion_model: %r is not known. Available: pinhole, %s.", value,
                         ", ".join(schema for schema, _ in _MODELS.values()))
            return
        applied = self.prim.GetMetadata("apiSchemas")
        for schema in applied.GetAddedOrExplicitItems() if applied else ():
            if schema.startswith("OmniLensDistortion"):
                self.prim.RemoveAppliedSchema(schema)
        if model is None:
            self.prim.RemoveProperty("omni:lensdistortion:model")
            return
        self.prim.AddAppliedSchema(value)
        self.prim.CreateAttribute("omni:lensdistortion:model", Sdf.ValueTypeNames.Token).Set(model)

    def get_projection_type(self) -> str:
        """Return the older name of the lens (``cameraProjectionType``), "pinhole" where there is none."""
        return self._attribute("cameraProjectionType") or "pinhole"

    def set_projection_type(self, value: str) -> None:
        """Set the older name of the lens."""
        if value == "pinhole":
            self.set_lens_distortion_model(value)
        self.prim.CreateAttribute("cameraProjectionType", Sdf.ValueTypeNames.Token).Set(value)

    def set_fisheye_polynomial_properties(self, nominal_width: float | None, nominal_height: float | None,
                                          optical_centre_x: float | None, optical_centre_y: float | None,
                                          max_fov: float | None, polynomial: Sequence[float] | None) -> None:
        """Set the polynomial of a lens whose projection type is a fisheye; None keeps what is there.

        Raises:
            ValueError: The projection type is no fisheye.
        """
        self._check_fisheye("set_fisheye_polynomial_properties")
        values = {"fthetaWidth": nominal_width, "fthetaHeight": nominal_height, "fthetaCx": optical_centre_x,
                  "fthetaCy": optical_centre_y, "fthetaMaxFov": max_fov}
        values |= {f"fthetaPoly{letter}": value for letter, value in zip("ABCDE", polynomial or (), strict=False)}
        for name, value in values.items():
            if value is not None:
                self.prim.CreateAttribute(name, Sdf.ValueTypeNames.Float).Set(float(value))

    def get_fisheye_polynomial_properties(self) -> tuple[Any, Any, Any, Any, Any, list[Any]]:
        """Return nominal width and height, optical centre x and y, the largest angle and the polynomial's five numbers.

        Raises:
            ValueError: The projection type is no fisheye.
        """
        self._check_fisheye("get_fisheye_polynomial_properties")
        names = ("fthetaWidth", "fthetaHeight", "fthetaCx", "fthetaCy", "fthetaMaxFov")
        return (*map(self._attribute, names), [self._attribute(f"fthetaPoly{letter}") for letter in "ABCDE"])

    def set_ftheta_properties(self, nominal_height: float | None = None, nominal_width: float | None = None,
                              optical_center: tuple[float, float] | None = None, max_fov: float | None = None,
                              distortion_coefficients: Sequence[float] | None = None) -> None:
        """Make the lens a fisheye by a polynomial: k0 .. k4, pixels and degrees."""
        self._set_lens("ftheta", distortion_coefficients, zip((*_NOMINAL, "maxFov"), (
            nominal_height, nominal_width, optical_center, max_fov), strict=True))

    def get_ftheta_properties(self) -> tuple[Any, ...] | None:
        """Return nominal height and width, optical centre, largest angle, k0 .. k4; None where the lens is another."""
        return self._get_lens("ftheta", (*_NOMINAL, "maxFov"))

    def set_kannala_brandt_k3_properties(self, nominal_height: float | None = None, nominal_width: float | None = None,
                                         optical_center: tuple[float, float] | None = None, max_fov: float | None = None,
                                         distortion_coefficients: Sequence[float] | None = None) -> None:
        """Make the lens a Kannala-Brandt fisheye: k0 .. k3."""
        self._set_lens("kannalaBrandtK3", distortion_coefficients, zip((*_NOMINAL, "maxFov"), (
            nominal_height, nominal_width, optical_center, max_fov), strict=True))

    def get_kannala_brandt_k3_properties(self) -> tuple[Any, ...] | None:
        """Return nominal height and width, optical centre, largest angle, k0 .. k3; None where the lens is another."""
        return self._get_lens("kannalaBrandtK3", (*_NOMINAL, "maxFov"))

    def set_rad_tan_thin_prism_properties(self, nominal_height: float | None = None, nominal_width: float | None = None,
                                          optical_center: tuple[float, float] | None = None, max_fov: float | None = None,
                                          distortion_coefficients: Sequence[float] | None = None) -> None:
        """Make the lens one with radial, tangential and prism distortion: k0 .. k5, p0, p1, s0 .. s3."""
        self._set_lens("radTanThinPrism", distortion_coefficients, zip((*_NOMINAL, "maxFov"), (
            nominal_height, nominal_width, optical_center, max_fov), strict=True))

    def get_rad_tan_thin_prism_properties(self) -> tuple[Any, ...] | None:
        """Return nominal height and width, optical centre, largest angle, coefficients; None where the lens is another."""
        return self._get_lens("radTanThinPrism", (*_NOMINAL, "maxFov"))

    def set_lut_properties(self, nominal_height: float | None = None, nominal_width: float | None = None,
                           optical_center: tuple[float, float] | None = None, ray_enter_direction_texture: str | None = None,
                           ray_exit_position_texture: str | None = None) -> None:
        """Make the lens one given by pictures; rendering it raises, since there is no such lens here."""
        self._set_lens("lut", (), zip((*_NOMINAL, "rayEnterDirectionTexture", "rayExitPositionTexture"), (
            nominal_height, nominal_width, optical_center, ray_enter_direction_texture, ray_exit_position_texture),
            strict=True))

    def get_lut_properties(self) -> tuple[Any, ...] | None:
        """Return nominal height and width, optical centre and both pictures; None where the lens is another."""
        found = self._get_lens("lut", (*_NOMINAL, "rayEnterDirectionTexture", "rayExitPositionTexture"))
        return None if found is None else found[:-1]

    def set_opencv_pinhole_properties(self, cx: float | None = None, cy: float | None = None, fx: float | None = None,
                                      fy: float | None = None, pinhole: Sequence[float] | None = None) -> None:
        """Make the lens OpenCV's: k1, k2, p1, p2, k3 .. k6, s1 .. s4; centre and focal lengths in pixels."""
        self._set_lens("opencvPinhole", pinhole, {"cx": cx, "cy": cy, "fx": fx, "fy": fy,
                                                  "imageSize": self.get_resolution()}.items())

    def get_opencv_pinhole_properties(self) -> tuple[Any, ...] | None:
        """Return cx, cy, fx, fy and the coefficients; None where the lens is another."""
        return self._get_lens("opencvPinhole", ("cx", "cy", "fx", "fy"))

    def set_opencv_fisheye_properties(self, cx: float | None = None, cy: float | None = None, fx: float | None = None,
                                      fy: float | None = None, fisheye: Sequence[float] | None = None) -> None:
        """Make the lens OpenCV's fisheye: k1 .. k4; centre and focal lengths in pixels."""
        self._set_lens("opencvFisheye", fisheye, {"cx": cx, "cy": cy, "fx": fx, "fy": fy,
                                                  "imageSize": self.get_resolution()}.items())

    def get_opencv_fisheye_properties(self) -> tuple[Any, ...] | None:
        """Return cx, cy, fx, fy and the coefficients; None where the lens is another."""
        return self._get_lens("opencvFisheye", ("cx", "cy", "fx", "fy"))

    def _set_lens(self, model: str, coefficients: Sequence[float] | None, values: Any) -> None:
        self.set_lens_distortion_model(_MODELS[model][0])
        for name, value in (*values, *zip(_MODELS[model][1].split(), coefficients or (), strict=False)):
            if value is not None:
                written, kind = _typed(name, value)
                self.prim.CreateAttribute(f"omni:lensdistortion:{model}:{name}", kind).Set(written)

    def _get_lens(self, model: str, names: Sequence[str]) -> tuple[Any, ...] | None:
        if self.get_lens_distortion_model() != model:
            _log.error("The lens of %s is %r, not %r.", self.prim.GetPath(), self.get_lens_distortion_model(), model)
            return None
        read = [self._attribute(f"omni:lensdistortion:{model}:{name}") for name in (*names, *_MODELS[model][1].split())]
        return (*read[: len(names)], read[len(names):])

    def _attribute(self, name: str) -> Any:
        attribute = self.prim.GetAttribute(name)
        return attribute.Get() if attribute else None

    def _check_fisheye(self, caller: str) -> None:
        if "fisheye" not in self.get_projection_type():
            raise ValueError(f"{caller}: the projection type of {self.prim.GetPath()} is {self.get_projection_type()!r}. Call "
                             "set_projection_type('fisheyePolynomial') first.")

    def _choose(self, name: str, value: str, allowed: tuple[str, ...]) -> None:
        if value in allowed:
            self.prim.GetAttribute(name).Set(value)
        else:
            _log.warning("%s of %s: %r is not one of %s; it stays as it is.", name, self.prim.GetPath(), value,
                         ", ".join(allowed))

    def _make_pixels_square(self, changed: str) -> None:
        """Set one side of the sensor from the other."""
        ratio = self.get_aspect_ratio()
        wanted = (self.get_horizontal_aperture() / ratio if changed == "verticalAperture"
                  else self.get_vertical_aperture() * ratio) * _TENTHS
        if not math.isclose(self.prim.GetAttribute(changed).Get(), wanted, rel_tol=1e-5):
            self.prim.GetAttribute(changed).Set(wanted)


def _typed(name: str, value: Any) -> tuple[Any, Sdf.ValueTypeName]:
    types = Sdf.ValueTypeNames
    if name == "imageSize":
        return Gf.Vec2i(*map(int, value)), types.Int2
    if name == "opticalCenter":
        return Gf.Vec2f(*map(float, value)), types.Float2
    if name.endswith("Texture"):
        return Sdf.AssetPath(str(value)), types.Asset
    return float(value), types.Float
