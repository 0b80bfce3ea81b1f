"""The camera models: perspective, orthographic, lenses with one centre, and the full-sphere panorama."""

from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np

from scenewright.render.lens.bend import Bend
from scenewright.render.lens.profile import Profile, profile_of
from scenewright.render.scene.records import CameraRecord, LensRecord

__all__ = ["Central", "Lens", "Panorama", "Parallel", "Perspective", "lens_of"]

_CLASSIC = ("equidistant", "equisolid", "orthographic_fisheye")
_TENTH = 0.1  # USD's apertures are in tenths of a stage unit


class Optics(NamedTuple):
    """What of a camera its lens depends on: see CameraRecord."""

    focal_length: float
    horizontal_aperture: float
    aperture_offset: tuple[float, float]
    lens: LensRecord | None


class Lens(Protocol):
    """A camera model with an image of some size."""

    def rays(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return origins and unit directions (..., 3) of the rays through image positions [px]; NaN where there is none."""
        ...

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return image x, y [px] of camera-space points (..., 3); NaN where the lens does not show them."""
        ...


class Perspective:
    """A pinhole with square pixels and lens shift; points behind it are mirrored into the image, not left out."""

    def __init__(self, optics: Optics, width: int, height: int) -> None:
        self.step = optics.horizontal_aperture / optics.focal_length / width
        self.start_x = optics.aperture_offset[0] / optics.focal_length - 0.5 * width * self.step
        self.start_y = optics.aperture_offset[1] / optics.focal_length + 0.5 * height * self.step

    def rays(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See Lens."""
        x, y = np.broadcast_arrays(np.asarray(x, np.float64), y)
        directions = np.stack((x * self.step + self.start_x, self.start_y - y * self.step, np.full(x.shape, -1.0)), axis=-1)
        return np.zeros_like(directions), directions / np.linalg.norm(directions, axis=-1, keepdims=True)

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See Lens."""
        depth = -points[..., 2]
        depth = np.where(np.abs(depth) > 1e-30, depth, 1e-30)
        return (points[..., 0] / depth - self.start_x) / self.step, (self.start_y - points[..., 1] / depth) / self.step


class Parallel:
    """USD's orthographic camera: the aperture is the width of the view in tenths of a stage unit."""

    def __init__(self, optics: Optics, width: int, height: int) -> None:
        self.step = _TENTH * optics.horizontal_aperture / width
        self.start_x = _TENTH * optics.aperture_offset[0] - 0.5 * width * self.step
        self.start_y = _TENTH * optics.aperture_offset[1] + 0.5 * height * self.step

    def rays(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See Lens."""
        x, y = np.broadcast_arrays(np.asarray(x, np.float64), y)
        origins = np.stack((x * self.step + self.start_x, self.start_y - y * self.step, np.zeros(x.shape)), axis=-1)
        return origins, np.broadcast_to((0.0, 0.0, -1.0), origins.shape)

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See Lens."""
        return (points[..., 0] - self.start_x) / self.step, (self.start_y - points[..., 1]) / self.step


class Panorama:
    """The whole sphere: longitude along x, the viewing axis in the middle, zenith at the top.

    With an ``eye_offset`` the rays start on a circle about the vertical axis, tangential to it: omnidirectional stereo.
    """

    def __init__(self, optics: Optics, width: int, height: int) -> None:
        self.size = (width, height)
        self.eye_offset = optics.lens.eye_offset

    def rays(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See Lens."""
        longitude = (np.asarray(x, np.float64) / self.size[0] - 0.5) * 2.0 * np.pi
        latitude = (0.5 - np.asarray(y, np.float64) / self.size[1]) * np.pi
        longitude, latitude = np.broadcast_arrays(longitude, latitude)
        flat = np.cos(latitude)
        directions = np.stack((np.sin(longitude) * flat, np.sin(latitude), -np.cos(longitude) * flat), axis=-1)
        zero = np.zeros_like(flat)
        return self.eye_offset * np.stack((np.cos(longitude), zero, np.sin(longitude)), axis=-1), directions

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See Lens."""
        away = np.hypot(points[..., 0], points[..., 2])
        with np.errstate(invalid="ignore", divide="ignore"):
            turn = np.arcsin(self.eye_offset / away) if self.eye_offset else 0.0  # NaN within the circle of the eyes
            away = np.sqrt(away * away - self.eye_offset**2) if self.eye_offset else away
        longitude = np.arctan2(points[..., 0], -points[..., 2]) - turn
        longitude = np.mod(longitude + np.pi, 2.0 * np.pi) - np.pi
        latitude = np.arctan2(points[..., 1], away)
        return (longitude / (2.0 * np.pi) + 0.5) * self.size[0], (0.5 - latitude / np.pi) * self.size[1]


class Central:
    """A lens with one centre: a profile, maybe bent.

    ``u = (x - center) * scale`` takes pixels to units of the profile's radius, x right and y down.
    """

    def __init__(self, optics: Optics, width: int, height: int) -> None:
        lens = optics.lens
        nominal = np.array([n if n > 0.0 else size for n, size in zip(lens.nominal, (width, height), strict=True)])
        center = np.array(lens.center if lens.center is not None else nominal / 2.0)
        shrink = nominal / (width, height)
        reach = float(np.hypot(*np.maximum(center, nominal - center)))
        focal = _focal(optics, nominal)
        self.center = center / shrink
        self.scale = shrink / focal
        self.profile: Profile = profile_of(lens, reach / float(focal.min()))
        self.image_radius = reach / float(focal.min())
        self.bend = Bend(lens.tangential, lens.prism)
        self.radial = (*lens.radial, *(0.0,) * 6)[:6]

    def rays(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See Lens."""
        x, y = np.broadcast_arrays(np.asarray(x, np.float64), y)
        w = np.stack(((x - self.center[0]) * self.scale[0], (y - self.center[1]) * self.scale[1]), axis=-1)
        if self.bend and self.profile.flat:
            w = self.bend.straighten_flat(w, self.profile)
            q = np.linalg.norm(w, axis=-1)
            q = np.where(q <= self.profile.q_end, q, np.nan)
        else:
            w = self.bend.straighten(w) if self.bend else w
            q = self.profile.parameter(np.linalg.norm(w, axis=-1))
        length = np.linalg.norm(w, axis=-1, keepdims=True)
        across = np.where(length > 0.0, w / np.where(length > 0.0, length, 1.0), (1.0, 0.0))
        sine, cosine = (q / np.hypot(1.0, q), 1.0 / np.hypot(1.0, q)) if self.profile.flat else (np.sin(q), np.cos(q))
        directions = np.stack((across[..., 0] * sine, -across[..., 1] * sine, -cosine), axis=-1)
        return np.zeros_like(directions), directions

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See Lens."""
        x, y, depth = points[..., 0], -points[..., 1], -points[..., 2]
        away = np.hypot(x, y)
        with np.errstate(invalid="ignore", divide="ignore"):
            q = np.where(depth > 0.0, away / depth, np.nan) if self.profile.flat else np.arctan2(away, depth)
        radius = self.profile.radius(q)
        safe = np.where(away > 0.0, away, 1.0)
        across = np.stack((np.where(away > 0.0, x / safe, 1.0), y / safe), axis=-1)
        w = across * radius[..., None]
        if self.bend:
            w = w + self.bend.shift(across * q[..., None] if self.profile.flat else w)
        return w[..., 0] / self.scale[0] + self.center[0], w[..., 1] / self.scale[1] + self.center[1]


def _focal(optics: Optics, nominal: np.ndarray) -> np.ndarray:
    """Return what one unit of the profile's radius is in nominal pixels, (2,)."""
    lens = optics.lens
    if lens.model == "ftheta":
        return np.ones(2)
    if lens.model in _CLASSIC:  # full frame: the widest angle lies in the corners
        profile = profile_of(lens, 1.0)
        return np.full(2, 0.5 * float(np.hypot(*nominal)) / profile.r_end)
    if all(f > 0.0 for f in lens.focal):
        return np.array(lens.focal)
    return np.full(2, optics.focal_length / optics.horizontal_aperture * nominal[0])


def lens_of(record: CameraRecord, width: int, height: int) -> Lens:
    """Return the model of a camera for an image of ``width`` x ``height`` pixels; the same object for the same optics.

    Raises:
        ValueError: The lens makes no image.
    """
    return _lens(Optics(record.focal_length, record.horizontal_aperture, record.aperture_offset, record.lens), width, height)


@lru_cache(maxsize=64)
def _lens(optics: Optics, width: int, height: int) -> Lens:
    model = optics.lens.model if optics.lens is not None else ""
    kind = {"": Perspective, "orthographic": Parallel, "equirectangular": Panorama}.get(model, Central)
    return kind(optics, width, height)
