"""How light depends on the angle from a light's axis: cone, focus, IES profile, as UsdLux ShapingAPI documents them."""

import warp as wp

from scenewright.render.kernels.types import LightData, LightExtraData, SceneData

__all__ = ["shape_factor"]

PI = wp.constant(3.141592653589793)
ROWS = wp.constant(181)
COLUMNS = wp.constant(145)


@wp.func
def candela_at(scene: SceneData, first: int, theta: float, phi: float) -> float:
    """Return the profile's value at an angle from nadir and an azimuth, both in radians, 0..pi and 0..2 pi."""
    y = wp.clamp(theta * (float(ROWS - 1) / PI), 0.0, float(ROWS - 1))
    x = wp.clamp(phi * (float(COLUMNS - 1) / (2.0 * PI)), 0.0, float(COLUMNS - 1))
    row = wp.min(int(y), ROWS - 2)
    column = wp.min(int(x), COLUMNS - 2)
    fx = x - float(column)
    fy = y - float(row)
    at = first + row * COLUMNS + column
    near = scene[0].lighting[0].ies[at] * (1.0 - fx) + scene[0].lighting[0].ies[at + 1] * fx
    far = scene[0].lighting[0].ies[at + COLUMNS] * (1.0 - fx) + scene[0].lighting[0].ies[at + COLUMNS + 1] * fx
    return near * (1.0 - fy) + far * fy


@wp.func
def profile_factor(scene: SceneData, light: LightData, extra: LightExtraData, emission: wp.vec3, theta: float) -> float:
    """Return the candela value towards the unit direction ``emission``, ``theta`` off the axis."""
    phi = wp.atan2(wp.dot(emission, light.axis_y), wp.dot(emission, light.axis_x))
    if phi < 0.0:
        phi += 2.0 * PI
    angle = float(theta)
    if extra.ies_angle_scale > 0.0:
        angle = wp.clamp(theta / extra.ies_angle_scale, 0.0, PI)
    elif extra.ies_angle_scale < 0.0:
        angle = wp.clamp((theta - PI) / -extra.ies_angle_scale + PI, 0.0, PI)
    return candela_at(scene, extra.ies, angle, phi) * extra.ies_scale


@wp.func
def shape_factor(scene: SceneData, light: LightData, direction: wp.vec3) -> wp.vec3:
    """Return what shaping makes of a light's radiance along ``direction``, unit, from the lit point to the light."""
    white = wp.vec3(1.0, 1.0, 1.0)
    if light.extra < 0:
        return white
    extra = scene[0].lighting[0].extras[light.extra]
    cosine = wp.clamp(wp.dot(direction, light.axis_z), -1.0, 1.0)
    factor = white
    if extra.focus > 0.0:
        pull = wp.pow(wp.max(cosine, 0.0), extra.focus)
        factor = extra.focus_tint * (1.0 - pull) + white * pull
    if extra.cone_end < PI or extra.ies >= 0:
        theta = wp.acos(cosine)
        if extra.cone_end < PI or extra.cone_start < PI:
            if theta > extra.cone_end:
                return wp.vec3(0.0, 0.0, 0.0)
            if theta > extra.cone_start:
                x = (theta - extra.cone_start) / wp.max(extra.cone_end - extra.cone_start, 1.0e-8)
                factor = factor * (1.0 - x * x * (3.0 - 2.0 * x))
        if extra.ies >= 0:
            factor = factor * profile_factor(scene, light, extra, -direction, theta)
    return factor
