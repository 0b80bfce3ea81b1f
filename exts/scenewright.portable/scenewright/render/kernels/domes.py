"""Domes: lat-long images round the scene, and choosing directions by their brightness."""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.textures import CLAMP, REPEAT, sample_texture
from scenewright.render.kernels.types import LightData, SceneData

__all__ = ["dome_pdf", "dome_radiance", "find_interval", "sample_dome_direction"]

PI = wp.constant(3.141592653589793)


@wp.func
def find_interval(cdf: wp.array(dtype=wp.float32), start: int, count: int, u: float) -> int:
    """Return the interval i of ``count`` with cdf[start + i] <= u < cdf[start + i + 1]."""
    low = int(0)
    high = int(count - 1)
    while low < high:
        middle = (low + high + 1) // 2
        if cdf[start + middle] <= u:
            low = middle
        else:
            high = middle - 1
    return low


@wp.func
def dome_uv(light: LightData, direction: wp.vec3) -> wp.vec2:
    """Return lat-long texture coordinates: +Y is the top, +Z the middle, +X a quarter to its left (OpenEXR, UsdLux)."""
    x = wp.dot(direction, light.axis_x)
    y = wp.dot(direction, light.axis_y)
    z = wp.dot(direction, light.axis_z)
    u = 0.5 - wp.atan2(x, z) * 0.15915494309189535
    return wp.vec2(u, 0.5 + wp.asin(wp.clamp(y, -1.0, 1.0)) * 0.3183098861837907)


@wp.func
def dome_radiance(scene: SceneData, light: LightData, direction: wp.vec3) -> wp.vec3:
    """Return what a dome sends from a unit direction."""
    if light.texture < 0:
        return light.color
    texel = sample_texture(scene[0].textures[light.texture], scene[0].srgb_to_linear, dome_uv(light, direction), REPEAT, CLAMP)
    return wp.cw_mul(light.color, wp.vec3(texel[0], texel[1], texel[2]))


@wp.func
def dome_pdf(scene: SceneData, light: LightData, direction: wp.vec3) -> float:
    """Return the density per solid angle with which ``sample_light`` chooses a direction of a textured dome."""
    dome = scene[0].domes[light.dome]
    uv = dome_uv(light, direction)
    column = wp.clamp(int((uv[0] - wp.floor(uv[0])) * float(dome.width)), 0, dome.width - 1)
    row = wp.clamp(int(uv[1] * float(dome.height)), 0, dome.height - 1)
    at = row * (dome.width + 1) + column
    p_row = dome.marginal[row + 1] - dome.marginal[row]
    p_column = dome.conditional[at + 1] - dome.conditional[at]
    sine = wp.max(wp.length(wp.cross(direction, light.axis_y)), 1.0e-6)
    return p_row * p_column * float(dome.width * dome.height) / (2.0 * PI * PI * sine)


@wp.func
def sample_dome_direction(scene: SceneData, light: LightData, u: wp.vec2) -> wp.vec3:
    """Choose a direction of a textured dome by its brightness."""
    dome = scene[0].domes[light.dome]
    row = find_interval(dome.marginal, 0, dome.height, u[1])
    low = dome.marginal[row]
    v = (float(row) + (u[1] - low) / wp.max(dome.marginal[row + 1] - low, 1.0e-12)) / float(dome.height)
    start = row * (dome.width + 1)
    column = find_interval(dome.conditional, start, dome.width, u[0])
    low = dome.conditional[start + column]
    s = (float(column) + (u[0] - low) / wp.max(dome.conditional[start + column + 1] - low, 1.0e-12)) / float(dome.width)
    longitude = (0.5 - s) * 2.0 * PI
    latitude = (v - 0.5) * PI
    flat = wp.cos(latitude)
    return (light.axis_x * (flat * wp.sin(longitude)) + light.axis_y * wp.sin(latitude)
            + light.axis_z * (flat * wp.cos(longitude)))
