"""A lens with one centre as what the kernels read: its profile in tables, its bends as numbers."""

from functools import lru_cache

import numpy as np
import warp as wp

from scenewright.render.kernels.rays import BENT, BENT_FLAT, CENTRAL, PANORAMA, PARALLEL, STRAIGHT
from scenewright.render.kernels.types import CameraData
from scenewright.render.lens.models import Central, Lens, Panorama, Parallel, Perspective
from scenewright.render.lens.profile import Profile

__all__ = ["fill_camera"]

_KNOTS = 4096


def fill_camera(data: CameraData, lens: Lens, device: str) -> None:
    """Set what a lens says of a camera; its axes and clipping stay as they are."""
    if isinstance(lens, Perspective | Parallel):
        data.step_x, data.start_x = lens.step, lens.start_x
        data.step_y, data.start_y = -lens.step, lens.start_y
        data.model = PARALLEL if isinstance(lens, Parallel) else 0
    elif isinstance(lens, Panorama):
        width, height = lens.size
        data.model = PANORAMA
        data.center = wp.vec2(0.5 * width, 0.5 * height)
        data.scale = wp.vec2(2.0 * np.pi / width, np.pi / height)
        data.eye_offset = lens.eye_offset
        data.step_x, data.step_y = 2.0 * np.pi / width, np.pi / height
    elif isinstance(lens, Central):
        _fill_central(data, lens, device)


def _fill_central(data: CameraData, lens: Central, device: str) -> None:
    profile = lens.profile
    data.model = CENTRAL
    data.flat = int(profile.flat)
    data.bend = STRAIGHT if not lens.bend else BENT_FLAT if profile.flat else BENT
    data.center = wp.vec2(*map(float, lens.center))
    data.scale = wp.vec2(*map(float, lens.scale))
    data.q_end = profile.q_end
    data.radial_upper, data.radial_lower = wp.vec3(*lens.radial[:3]), wp.vec3(*lens.radial[3:6])
    data.tangential, data.prism = wp.vec2(*lens.bend.tangential), wp.vec4(*lens.bend.prism)
    # beyond the image no ray is asked for, but a bent one may begin a little farther out than it ends
    data.r_end = min(profile.r_end, 1.25 * lens.image_radius)
    data.ray_knots = (_KNOTS - 1) / data.r_end
    data.ray_table = _on_device(_ray_table, profile, data.r_end, wp.vec4, device)
    if not profile.flat:
        data.radius_knots = (_KNOTS - 1) / profile.q_end
        data.radius_table = _on_device(_radius_table, profile, profile.q_end, wp.vec2, device)
    at_axis = float(profile.parameter_slope(np.array(0.0)))
    data.step_x, data.step_y = at_axis * lens.scale[0], at_axis * lens.scale[1]


@lru_cache(maxsize=64)
def _on_device(make, profile: Profile, end: float, dtype: type, device: str) -> wp.array:
    return wp.array(make(profile, end).astype(np.float32), dtype=dtype, device=device)


def _ray_table(profile: Profile, end: float) -> np.ndarray:
    """Return sine and cosine of the angle with their slopes (per knot distance) at even radii, (K, 4)."""
    r = np.linspace(0.0, end, _KNOTS)
    q = profile.parameter(r)
    slope = profile.parameter_slope(r) * (r[1] - r[0])
    if profile.flat:
        long = np.hypot(1.0, q)
        sine, cosine, slope = q / long, 1.0 / long, slope / long**2
    else:
        sine, cosine = np.sin(q), np.cos(q)
    return _tame(np.stack((sine, cosine * slope, cosine, -sine * slope), axis=1))


def _radius_table(profile: Profile, end: float) -> np.ndarray:
    """Return the radius with its slope (per knot distance) at even angles, (K, 2)."""
    q = np.linspace(0.0, end, _KNOTS)
    return _tame(np.stack((profile.radius(q), profile.radius_slope(q) * (q[1] - q[0])), axis=1))


def _tame(table: np.ndarray) -> np.ndarray:
    """Replace slopes that are too steep for a cubic, as at the rim of an orthographic fisheye, by the secant's."""
    for column in range(0, table.shape[1], 2):
        secant = np.gradient(table[:, column])
        steep = ~(np.abs(table[:, column + 1]) <= 3.0 * np.abs(secant) + 1e-9)
        table[steep, column + 1] = secant[steep]
    return table
