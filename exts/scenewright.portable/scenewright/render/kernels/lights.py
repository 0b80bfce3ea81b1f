"""UsdLux lights: choosing a direction towards one, meeting one with a ray, and the density of that direction.

Rect and disk emit towards their local -Z, sphere and cylinder outwards, a distant light arrives along its local -Z within
a cone, a dome surrounds the scene.
"""

# ruff: noqa: UP018, RUF046 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.render.kernels.sampling import basis_of
from scenewright.render.kernels.textures import CLAMP, REPEAT, sample_texture
from scenewright.render.kernels.types import LightData, SceneData
from scenewright.render.scene.records import LightKind

__all__ = ["LightSample", "dome_pdf", "dome_radiance", "intersect_light", "light_estimate", "light_pdf", "light_radiance",
           "sample_light"]

DISTANT = wp.constant(int(LightKind.DISTANT))
SPHERE = wp.constant(int(LightKind.SPHERE))
RECT = wp.constant(int(LightKind.RECT))
DISK = wp.constant(int(LightKind.DISK))
CYLINDER = wp.constant(int(LightKind.CYLINDER))
DOME = wp.constant(int(LightKind.DOME))

PI = wp.constant(3.141592653589793)
FAR = wp.constant(1.0e30)


@wp.struct
class LightSample:
    """A direction towards a light."""

    direction: wp.vec3  # unit, from the point to the light
    distance: wp.float32
    radiance: wp.vec3  # cd/m2, or lux for a distant light, whose pdf is 0 because no ray can meet it
    pdf: wp.float32  # per solid angle; negative where the light cannot be seen from the point


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
    texel = sample_texture(scene.textures[light.texture], scene.srgb_to_linear, dome_uv(light, direction), REPEAT, CLAMP)
    return wp.cw_mul(light.color, wp.vec3(texel[0], texel[1], texel[2]))


@wp.func
def dome_pdf(scene: SceneData, light: LightData, direction: wp.vec3) -> float:
    """Return the density per solid angle with which ``sample_light`` chooses a direction of a textured dome."""
    dome = scene.domes[light.dome]
    uv = dome_uv(light, direction)
    column = wp.clamp(int((uv[0] - wp.floor(uv[0])) * float(dome.width)), 0, dome.width - 1)
    row = wp.clamp(int(uv[1] * float(dome.height)), 0, dome.height - 1)
    at = row * (dome.width + 1) + column
    p_row = dome.marginal[row + 1] - dome.marginal[row]
    p_column = dome.conditional[at + 1] - dome.conditional[at]
    y = wp.dot(direction, light.axis_y)
    sine = wp.sqrt(wp.max(1.0 - y * y, 1.0e-8))
    return p_row * p_column * float(dome.width * dome.height) / (2.0 * PI * PI * sine)


@wp.func
def sample_dome(scene: SceneData, light: LightData, u: wp.vec2) -> LightSample:
    """Choose a direction of a textured dome by its brightness."""
    dome = scene.domes[light.dome]
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
    sample = LightSample()
    sample.direction = (light.axis_x * (flat * wp.sin(longitude)) + light.axis_y * wp.sin(latitude)
                        + light.axis_z * (flat * wp.cos(longitude)))
    sample.distance = FAR
    sample.radiance = dome_radiance(scene, light, sample.direction)
    sample.pdf = dome_pdf(scene, light, sample.direction)
    return sample


@wp.func
def cone_direction(axis: wp.vec3, one_minus_cos: float, u: wp.vec2) -> wp.vec3:
    """Return a direction uniform in the cone round ``axis``."""
    rise = u[0] * one_minus_cos
    sine = wp.sqrt(wp.max(0.0, rise * (2.0 - rise)))
    phi = 2.0 * PI * u[1]
    return basis_of(axis) * wp.vec3(sine * wp.cos(phi), sine * wp.sin(phi), 1.0 - rise)


@wp.func
def light_radiance(scene: SceneData, light: LightData, x: float, y: float) -> wp.vec3:
    """Return what an area light sends from local position x, y in -1..1 (rect lights may be textured).

    UsdLux: the image begins at (+X, +Y), so that it is upright to those it shines on.
    """
    if light.kind == RECT and light.texture >= 0:
        uv = wp.vec2(0.5 - 0.5 * x, 0.5 + 0.5 * y)
        texel = sample_texture(scene.textures[light.texture], scene.srgb_to_linear, uv, CLAMP, CLAMP)
        return wp.cw_mul(light.color, wp.vec3(texel[0], texel[1], texel[2]))
    return light.color


@wp.func
def sample_sphere_light(light: LightData, p: wp.vec3, u: wp.vec2) -> LightSample:
    """Choose a direction uniform in the cone that a sphere fills; from inside, any direction."""
    sample = LightSample()
    to_centre = light.position - p
    d2 = wp.dot(to_centre, to_centre)
    radius = light.half_x
    sine2 = radius * radius / wp.max(d2, 1.0e-30)
    if sine2 >= 1.0:
        sample.direction = cone_direction(wp.vec3(0.0, 0.0, 1.0), 2.0, u)
        sample.pdf = 0.25 / PI
        sample.distance = 0.0
        return sample
    one_minus_cos = sine2 / (1.0 + wp.sqrt(1.0 - sine2))
    sample.direction = cone_direction(to_centre / wp.sqrt(d2), one_minus_cos, u)
    along = wp.dot(sample.direction, to_centre)
    inside = wp.max(0.0, radius * radius - (d2 - along * along))
    sample.distance = along - wp.sqrt(inside)
    sample.pdf = 1.0 / (2.0 * PI * one_minus_cos)
    return sample


@wp.func
def sample_flat_light(light: LightData, p: wp.vec3, u: wp.vec2, x: float, y: float) -> LightSample:
    """Return the sample of a flat light through its local point x, y in -1..1."""
    sample = LightSample()
    to_light = light.position + light.axis_x * (x * light.half_x) + light.axis_y * (y * light.half_y) - p
    d2 = wp.max(wp.dot(to_light, to_light), 1.0e-30)
    sample.distance = wp.sqrt(d2)
    sample.direction = to_light / sample.distance
    cosine = wp.dot(sample.direction, light.axis_z)
    sample.pdf = wp.where(cosine > 1.0e-6, d2 / (wp.max(cosine, 1.0e-6) * light.area), -1.0)
    return sample


@wp.func
def sample_cylinder_light(light: LightData, p: wp.vec3, u: wp.vec2) -> LightSample:
    """Choose a point on the part of a cylinder's side that faces ``p``; its axis is local X."""
    sample = LightSample()
    q = p - light.position
    across = q - light.axis_x * wp.dot(q, light.axis_x)
    distance = wp.length(across)
    radius = light.half_y
    sample.pdf = -1.0
    if distance <= radius:
        return sample
    towards = across / distance
    aside = wp.cross(light.axis_x, towards)
    reach = wp.acos(wp.clamp(radius / distance, 0.0, 1.0))
    phi = (2.0 * u[1] - 1.0) * reach
    normal = towards * wp.cos(phi) + aside * wp.sin(phi)
    to_light = light.axis_x * ((2.0 * u[0] - 1.0) * light.half_x) + normal * radius - q
    d2 = wp.max(wp.dot(to_light, to_light), 1.0e-30)
    sample.distance = wp.sqrt(d2)
    sample.direction = to_light / sample.distance
    cosine = -wp.dot(sample.direction, normal)
    if cosine > 1.0e-6:
        sample.pdf = d2 / (cosine * 4.0 * reach * radius * light.half_x)
    return sample


@wp.func
def sample_light(scene: SceneData, light: LightData, p: wp.vec3, u: wp.vec2) -> LightSample:
    """Choose a direction from ``p`` towards a light by a point of the unit square."""
    sample = LightSample()
    if light.kind == DISTANT:
        sample.direction = cone_direction(light.axis_z, 1.0 - light.cos_angle, u)
        sample.distance = FAR
        sample.radiance = light.color
        return sample
    if light.kind == DOME:
        return sample_dome(scene, light, u)
    if light.kind == SPHERE:
        sample = sample_sphere_light(light, p, u)
        sample.radiance = light.color
        return sample
    if light.kind == CYLINDER:
        sample = sample_cylinder_light(light, p, u)
        sample.radiance = light.color
        return sample
    x = 2.0 * u[0] - 1.0
    y = 2.0 * u[1] - 1.0
    if light.kind == DISK:
        r = wp.sqrt(u[0])
        x = r * wp.cos(2.0 * PI * u[1])
        y = r * wp.sin(2.0 * PI * u[1])
    sample = sample_flat_light(light, p, u, x, y)
    sample.radiance = light_radiance(scene, light, x, y)
    return sample


@wp.func
def intersect_cylinder_light(light: LightData, o: wp.vec3, d: wp.vec3, t_min: float) -> float:
    """Return where a ray from outside meets the side of a cylinder light, or -1."""
    q = o - light.position
    dx = wp.dot(d, light.axis_x)
    qx = wp.dot(q, light.axis_x)
    d_flat = d - light.axis_x * dx
    q_flat = q - light.axis_x * qx
    a = wp.dot(d_flat, d_flat)
    if a <= 0.0:
        return -1.0
    b = wp.dot(q_flat, d_flat)
    nearest = q_flat - d_flat * (b / a)
    rest = light.half_y * light.half_y - wp.dot(nearest, nearest)
    if rest < 0.0:
        return -1.0
    t = (-b - wp.sqrt(a * rest)) / a
    if t > t_min and wp.abs(qx + t * dx) <= light.half_x:
        return t
    return -1.0


@wp.func
def intersect_light(light: LightData, o: wp.vec3, d: wp.vec3, t_min: float) -> float:
    """Return where a ray meets the shining side of an area light, or -1."""
    if light.kind == SPHERE:
        q = o - light.position
        a = wp.dot(d, d)
        b = -wp.dot(q, d)
        nearest = q + d * (b / a)
        rest = light.half_x * light.half_x - wp.dot(nearest, nearest)
        if rest < 0.0:
            return -1.0
        t = (b - wp.sqrt(a * rest)) / a
        return wp.where(t > t_min, t, -1.0)
    if light.kind == CYLINDER:
        return intersect_cylinder_light(light, o, d, t_min)
    if light.kind == RECT or light.kind == DISK:
        falling = wp.dot(d, light.axis_z)
        if falling <= 1.0e-12:
            return -1.0
        t = wp.dot(light.position - o, light.axis_z) / falling
        if t <= t_min:
            return -1.0
        local = o + d * t - light.position
        x = wp.dot(local, light.axis_x) / light.half_x
        y = wp.dot(local, light.axis_y) / light.half_y
        within = wp.abs(x) <= 1.0 and wp.abs(y) <= 1.0
        if light.kind == DISK:
            within = x * x + y * y <= 1.0
        return wp.where(within, t, -1.0)
    return -1.0


@wp.func
def light_pdf(light: LightData, p: wp.vec3, direction: wp.vec3, distance: float) -> float:
    """Return the density with which ``sample_light`` chooses a unit direction that meets an area light at ``distance``."""
    if light.kind == SPHERE:
        to_centre = light.position - p
        sine2 = light.half_x * light.half_x / wp.max(wp.dot(to_centre, to_centre), 1.0e-30)
        if sine2 >= 1.0:
            return 0.25 / PI
        return (1.0 + wp.sqrt(1.0 - sine2)) / (2.0 * PI * sine2)
    if light.kind == CYLINDER:
        q = p - light.position
        across = wp.length(q - light.axis_x * wp.dot(q, light.axis_x))
        hit = q + direction * distance
        normal = (hit - light.axis_x * wp.dot(hit, light.axis_x)) / light.half_y
        reach = wp.acos(wp.clamp(light.half_y / across, 0.0, 1.0))
        cosine = wp.max(-wp.dot(direction, normal), 1.0e-6)
        return distance * distance / (cosine * 4.0 * reach * light.half_y * light.half_x)
    cosine = wp.max(wp.dot(direction, light.axis_z), 1.0e-6)
    return distance * distance / (cosine * light.area)


@wp.func
def light_estimate(light: LightData, p: wp.vec3, normal: wp.vec3) -> float:
    """Return a cheap positive guess at the light's unshadowed irradiance, for choosing among many lights."""
    power = wp.max(wp.max(light.color[0], light.color[1]), light.color[2])
    if light.kind == DISTANT:
        return power * (0.05 + wp.max(0.0, wp.dot(light.axis_z, normal)))
    if light.kind == DOME:
        return power * PI
    to_light = light.position - p
    size = wp.max(light.half_x, light.half_y)
    d2 = wp.dot(to_light, to_light) + size * size
    facing = float(1.0)
    if light.kind == RECT or light.kind == DISK:
        facing = 0.05 + wp.max(0.0, wp.dot(to_light, light.axis_z) / wp.sqrt(d2))
    lit = 0.05 + wp.max(0.0, (wp.dot(to_light, normal) + size) / wp.sqrt(d2))
    return power * light.area * facing * wp.min(lit, 1.0) / d2
